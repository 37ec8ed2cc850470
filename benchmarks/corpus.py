"""An archive of invented articles of any size: seeded, no two alike but for the rewrites among them.

Most words are made up and drawn by Zipf's law, so that texts share few runs of words; figures, companies and
periods stand in sentences such as business news has, a third of all. A fifth of the articles rewrite
one of the last fifty, with a sentence left out and one of their own.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
A_DAY, DAYS = 91, 21
"""So many articles appear a day, over so many days and again."""

OUTLETS, COMPANIES, WORDS = 300, 2500, 20_000
COPIED = 0.2
FIGURES = (
    "{company} said revenue rose {percent} percent to ${amount} million in the {quarter} quarter of {year}.",
    "{company} raised ${amount} million from {other}, which now holds {percent} percent of its shares.",
    "Downloads of the {company} app reached {amount} million, up from {percent} million a year earlier.",
    "Analysts at {other} expect {company} to earn ${amount} million next year, {percent} percent more.",
    "The micro-drama platform {company} paid {other} CNY{amount} million for a series about a werewolf king.",
)
QUARTERS = ("first", "second", "third", "fourth")


class Writer:
    """Writes articles with one set of dice."""

    def __init__(self, seed: int = 1) -> None:
        self.dice: Generator = np.random.default_rng(seed)
        letters = np.array(list("etaoinshrdlucmfwypvbgk"))
        self.words = [self._word(letters, 2, 10) for _ in range(WORDS)]
        weights = 1 / np.arange(1, WORDS + 1)
        self.odds = weights / weights.sum()
        self.names = [self._word(letters, 4, 9).capitalize() for _ in range(COMPANIES)]
        self.latest: deque[list[str]] = deque(maxlen=50)

    def _word(self, letters: np.ndarray, least: int, most: int) -> str:  # type: ignore[type-arg,unused-ignore]
        return "".join(self.dice.choice(letters, self.dice.integers(least, most)))

    def sentences(self) -> list[str]:
        """An article's sentences: its own, or a rewrite's."""
        if self.latest and self.dice.random() < COPIED:
            copied = self.latest[int(self.dice.integers(len(self.latest)))]
            return [*copied[:-2], self.plain(), copied[-1]]
        made = [
            self._figure() if n % 3 == 1 else self.plain() for n in range(int(self.dice.integers(14, 26)))
        ]
        self.latest.append(made)
        return made

    def plain(self) -> str:
        """A sentence without a figure."""
        drawn = self.dice.choice(WORDS, int(self.dice.integers(8, 22)), p=self.odds)
        return " ".join(self.words[n] for n in drawn).capitalize() + "."

    def _figure(self) -> str:
        one, other = (self.names[int(n)] for n in self.dice.integers(0, COMPANIES, 2))
        return FIGURES[int(self.dice.integers(len(FIGURES)))].format(
            company=f"{one} Pictures",
            other=f"{other} Capital",
            amount=int(self.dice.integers(2, 900)),
            percent=int(self.dice.integers(2, 90)),
            quarter=QUARTERS[int(self.dice.integers(4))],
            year=int(self.dice.integers(2022, 2026)),
        )


def rows(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """The first *count* articles of the archive, in the order of their days."""
    writer = Writer(seed)
    for number in range(count):
        sentences = writer.sentences()
        outlet = int(writer.dice.integers(OUTLETS))
        paragraphs = [" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3)]
        published = FIRST + timedelta(days=number / A_DAY % DAYS)
        yield {
            "title": " ".join(sentences[0].split()[:9]).rstrip("."),
            "text": "\n\n".join(paragraphs),
            "url": f"https://outlet{outlet}.example/{number}",
            "publisher": f"Outlet {outlet}",
            "published": published.isoformat(),
        }


def write_archive(path: Path, count: int, seed: int = 1) -> Path:
    """The archive as JSON lines at *path*."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows(count, seed))
    return path
