"""The demo's articles, made from the parts beside this file and dated backwards from a day."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

from currency_converter import CurrencyConverter

WEEKS = 10
COPIES_PER_RELEASE = (0, 0, 1, 1, 2, 3)
"""How many outlets copy a story of the wire, drawn evenly."""

Parts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet: its feed carries whole articles, or a summary and a page."""

    slug: str
    name: str
    kind: str
    country: str
    tagline: str
    full_text: bool
    wire: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One published article."""

    outlet: Outlet
    slug: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """All outlets and what they published, oldest first."""

    outlets: tuple[Outlet, ...]
    pieces: tuple[Piece, ...]

    def of(self, outlet: Outlet) -> list[Piece]:
        """What *outlet* published, newest first, as its feed lists it."""
        return [piece for piece in reversed(self.pieces) if piece.outlet == outlet]


@cache
def _part(name: str) -> Parts:
    return tomllib.loads(files("monitor.demo").joinpath(f"parts/{name}.toml").read_text(encoding="utf-8"))


def make_site(now: datetime, seed: int = 7) -> Site:
    """The demo's site as of *now*: ten weeks of stories, copies, disagreements and other news."""
    outlets = tuple(Outlet(**row) for row in _part("outlets")["outlets"])
    writer = _Writer(random.Random(seed), outlets, now)
    pieces = [*writer.beat("themes"), *writer.disagreements(), *writer.elsewhere(), *writer.beat("emerging")]
    return Site(outlets, tuple(sorted(pieces, key=lambda piece: (piece.published, piece.slug))))


class _Writer:
    """Writes the pieces with one set of dice."""

    def __init__(self, dice: random.Random, outlets: Sequence[Outlet], now: datetime) -> None:
        self.dice = dice
        self.outlets = outlets
        self.now = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        self.numbers = count(1)
        self.rates = CurrencyConverter()

    def beat(self, part: str) -> Iterator[Piece]:
        """Stories of each theme of *part*, as many a week as its shares say, with the wire's copies."""
        for week in range(WEEKS):
            for theme, of_theme in _part(part).items():
                for _ in range(of_theme["shares"][week]):
                    yield from self._story(theme, of_theme, WEEKS - 1 - week)

    def disagreements(self) -> Iterator[Piece]:
        """Pairs of outlets that give different numbers for the same thing."""
        for scenario in _part("stories")["disagreements"]:
            facts = {"last_year": self.now.year - 1}
            told = (scenario[name] for name in ("outlets", "headlines", "sentences", "hours_ago"))
            for slug, title, sentence, hours in zip(*told, strict=True):
                outlet = next(o for o in self.outlets if o.slug == slug)
                form, *others = _part("stories")["background"][0]["lines"]
                paragraphs = (sentence.format(**facts), form, " ".join(self.dice.sample(others, 2)))
                yield self._piece(outlet, title, paragraphs, self.now - timedelta(hours=hours))

    def elsewhere(self) -> Iterator[Piece]:
        """What the same outlets print that is off the beat."""
        for row in _part("elsewhere")["articles"]:
            outlet = self.dice.choice(self.outlets)
            yield self._piece(
                outlet, row["title"], row["paragraphs"], self._moment(self.dice.randrange(WEEKS))
            )

    def _story(self, theme: str, of_theme: Parts, weeks_ago: int) -> Iterator[Piece]:
        event = self.dice.choice(_part("stories")["events"])
        slots = self._slots(theme, of_theme)
        title = self.dice.choice(event["headlines"]).format(**slots)
        background = self.dice.choice(_part("stories")["background"][0]["lines"])
        paragraphs = [self.dice.choice(variants).format(**slots) for variants in event["paragraphs"]]
        paragraphs.insert(1, self.dice.choice(of_theme["lines"]).format(**slots))
        outlet, moment = self.dice.choice(self.outlets), self._moment(weeks_ago)
        yield self._piece(outlet, title, [*paragraphs, background], moment)
        if outlet.wire:
            yield from self._copies(outlet, title, paragraphs, moment)

    def _copies(
        self, wire: Outlet, title: str, paragraphs: Sequence[str], moment: datetime
    ) -> Iterator[Piece]:
        """The wire's story in other outlets some hours later: a dateline before, sometimes the end cut."""
        others = [outlet for outlet in self.outlets if outlet is not wire]
        for outlet in self.dice.sample(others, self.dice.choice(COPIES_PER_RELEASE)):
            later = moment + timedelta(hours=self.dice.randrange(2, 20))
            dateline = f"({wire.name}) {later:%b} {later.day} -- {paragraphs[0]}"
            kept = [dateline, *paragraphs[1 : self.dice.choice((3, len(paragraphs)))]]
            yield self._piece(outlet, title, kept, min(later, self.now))

    def _slots(self, theme: str, of_theme: Parts) -> dict[str, Any]:
        dice, cast = self.dice, _part("cast")
        company = dice.choice(cast["companies"])
        markets = dice.sample(cast["places"]["markets"], 2)
        own, there = self._steady(company["full"]), self._steady(markets[0])
        cny = own.randrange(120, 2400)
        return {
            **company,
            "person": own.choice(cast["people"]["names"]),
            "role": own.choice(cast["people"]["roles"]),
            "company": company["short"],
            "market": markets[0],
            "market2": markets[1],
            "title": dice.choice(of_theme["titles"]),
            "theme": theme.replace("-", " "),
            "usd_m": own.randrange(8, 190),
            "usd_bn": round(own.uniform(1.1, 4.8), 1),
            "cny_m": f"{cny:,}",
            "cny_usd": round(self.rates.convert(cny, "CNY", "USD"), 1),
            "pct": own.randrange(11, 96),
            "pct2": own.randrange(12, 64),
            "pct3": own.randrange(6, 48),
            "users_m": round(own.uniform(1.2, 58), 1),
            "downloads_m": own.randrange(3, 160),
            "market_pct": there.randrange(11, 96),
            "market_usd_m": there.randrange(8, 190),
            "market_share": there.randrange(12, 64),
            "episodes": dice.randrange(48, 110),
            "year": self.now.year,
            "last_year": self.now.year - 1,
            "quarter": ("first", "second", "third", "fourth")[(self.now.month - 4) // 3 % 4],
            "month": dice.choice(("January", "March", "May", "September")),
        }

    def _steady(self, name: str) -> random.Random:
        """Dice that fall the same for *name* each time, so that all outlets tell one number of it."""
        return random.Random(f"{name} {self.now.year}")

    def _moment(self, weeks_ago: int) -> datetime:
        hours = weeks_ago * 7 * 24 + self.dice.randrange(2, 7 * 24)
        return self.now - timedelta(hours=hours)

    def _piece(self, outlet: Outlet, title: str, paragraphs: Sequence[str], moment: datetime) -> Piece:
        words = "".join(c if c.isalnum() else "-" for c in title.lower())
        slug = "-".join(filter(None, f"{words}".split("-")))[:60].strip("-")
        return Piece(outlet, f"{next(self.numbers):03}-{slug}", title, tuple(paragraphs), moment)
