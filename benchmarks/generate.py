"""A database as it looks after years of use: seeded, skewed, with every kind of row that reading leaves.

``python -m benchmarks.generate 1000000 /path/to/big.db [--seed 1]``. Outlets, companies and themes follow
Zipf's law, weekends are quiet, a few stories are copied by many outlets, themes burst now and then.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from db.companies import COUNTED_KINDS
from db.store import Store, open_store
from extractors.themes.taxonomy import Taxonomy

LAST = date(2026, 11, 22)
DAYS = 3 * 365
OUTLETS, COMPANIES, COUNTRIES = 300, 2_500, ("US", "CN", "KR", "BR", "IN", "DE", "North America")
METRICS = (
    "revenue",
    "downloads",
    "users",
    "in_app_revenue",
    "funding",
    "production_cost",
    "ad_spend",
    "episodes",
)
BATCH = 4_000
BAND_DAYS = 60
WEEKDAYS = np.array([1.15, 1.2, 1.2, 1.2, 1.1, 0.55, 0.6])
VERSION = "made"


@dataclass(frozen=True)
class World:
    """What articles are drawn from."""

    themes: tuple[str, ...]
    theme_odds: np.ndarray[Any, Any]
    company_odds: np.ndarray[Any, Any]
    outlet_odds: np.ndarray[Any, Any]
    words: tuple[str, ...]
    word_odds: np.ndarray[Any, Any]


def generate(path: Path, articles: int, seed: int = 1) -> Store:
    """A new database at *path* with so many *articles* over three years, the same for the same *seed*."""
    dice = np.random.default_rng(seed)
    store = open_store(path)
    store.db.conn.execute("PRAGMA synchronous = OFF")
    world = _world(dice)
    _add_world(store, world, dice)
    when = _times(dice, articles)
    story = _stories(dice, articles)
    for start in range(0, articles, BATCH):
        with store.write():
            _Batch(store, world, dice, start).add(when[start : start + BATCH], story[start : start + BATCH])
    with store.write() as db:
        db.execute(_SUMMARIES)
    _add_bands(store, dice)
    store.db.conn.execute("PRAGMA optimize")
    store.db.conn.execute("PRAGMA synchronous = NORMAL")
    store.checkpoint()
    return store


_SUMMARIES = """
UPDATE stories SET (articles, outlets, first_article, first_published) = (
  SELECT count(*), count(DISTINCT outlet), min(id), min(published) FROM articles WHERE story = stories.id)
"""


def _zipf(count: int, power: float = 1.0) -> np.ndarray[Any, Any]:
    weights = 1 / np.arange(1, count + 1) ** power
    return weights / weights.sum()


def _world(dice: Generator) -> World:
    themes = tuple(theme.id for theme in Taxonomy.load().themes)
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    words = tuple("".join(dice.choice(letters, dice.integers(2, 10))) for _ in range(20_000))
    return World(themes, _zipf(len(themes)), _zipf(COMPANIES), _zipf(OUTLETS, 0.8), words, _zipf(len(words)))


def _add_world(store: Store, world: World, dice: Generator) -> None:
    with store.write() as db:
        db["themes"].upsert_all(({"id": t, "label": t, "family": "made"} for t in world.themes), pk="id")
        db["outlets"].insert_all(
            {"id": n + 1, "key": f"outlet{n}.example", "name": f"Outlet {n}"} for n in range(OUTLETS)
        )
        db["companies"].insert_all(
            {
                "id": n + 1,
                "key": f"company {n}",
                "name": f"Company {n}",
                "kind": "media" if n % 9 == 8 else COUNTED_KINDS[n % len(COUNTED_KINDS)],
            }
            for n in range(COMPANIES)
        )
        first = LAST - timedelta(days=DAYS)
        db["feeds"].insert_all(
            {
                "id": n + 1,
                "url": f"https://outlet{n}.example/feed",
                "title": f"Outlet {n}",
                "outlet": n + 1,
                "added_at": f"{first + timedelta(days=int(dice.integers(0, 90)))}T00:00:00+00:00",
                "next_poll_at": f"{LAST}T00:00:00+00:00",
                "error": "timeout" if n % 40 == 0 else None,
            }
            for n in range(OUTLETS)
        )


def _times(dice: Generator, articles: int) -> np.ndarray[Any, Any]:
    """Seconds since the first day, rising; weekends quieter."""
    first = LAST - timedelta(days=DAYS - 1)
    odds = np.array([WEEKDAYS[(first + timedelta(days=n)).weekday()] for n in range(DAYS)])
    days = dice.choice(DAYS, articles, p=odds / odds.sum())
    return np.sort(days * 86_400 + dice.integers(0, 86_400, articles))


def _stories(dice: Generator, articles: int) -> np.ndarray[Any, Any]:
    """Each article's story: two thirds tell one of their own, the rest copy one of the last two hundred."""
    story = np.empty(articles, np.int64)
    made = 0
    copies = dice.random(articles) < 1 / 3
    back = np.minimum(dice.geometric(0.03, articles), 200)
    for place in range(articles):
        if copies[place] and place:
            story[place] = story[max(0, place - int(back[place]))]
        else:
            made += 1
            story[place] = made
    return story


class _Batch:
    """A run of articles with their findings."""

    def __init__(self, store: Store, world: World, dice: Generator, start: int) -> None:
        self.db = store.db.conn
        self.world = world
        self.dice = dice
        self.start = start

    def add(self, when: np.ndarray[Any, Any], story: np.ndarray[Any, Any]) -> None:
        count = len(when)
        ids = range(self.start + 1, self.start + count + 1)
        first = datetime.combine(LAST - timedelta(days=DAYS - 1), datetime.min.time(), UTC)
        moments = [(first + timedelta(seconds=int(s))).isoformat() for s in when]
        outlets = self.dice.choice(OUTLETS, count, p=self.world.outlet_odds) + 1
        on_beat = self.dice.random(count) < 0.7
        self._many(
            "INSERT OR IGNORE INTO stories (id, title) VALUES (?, ?)", ((int(s), f"Story {s}") for s in story)
        )
        self._many(
            "INSERT INTO articles (id, url, outlet, title, body, body_source, language, published, "
            "published_source, published_precision, fetched_at, text_hash, story, story_hash, "
            "extractor_version, read_at, settled_at, on_beat) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'feed', 'second', ?, ?, ?, ?, ?, ?, ?, ?)",
            self._articles(ids, moments, outlets, story, on_beat),
        )
        self._entries(ids, moments, outlets)
        self._findings(ids, when, story, on_beat)

    def _many(self, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
        self.db.executemany(sql, rows)

    def _articles(
        self, ids: range, moments: list[str], outlets: Any, story: Any, on_beat: Any
    ) -> Iterator[tuple[Any, ...]]:
        lengths = self.dice.integers(90, 260, len(ids))
        words = self.dice.choice(len(self.world.words), int(lengths.sum()), p=self.world.word_odds)
        kinds = self.dice.choice(["page", "feed", "title"], len(ids), p=[0.75, 0.15, 0.1])
        languages = self.dice.choice(["en", "zh", "ko"], len(ids), p=[0.85, 0.1, 0.05])
        at = 0
        for place, number in enumerate(ids):
            body = " ".join(self.world.words[w] for w in words[at : at + lengths[place]])
            at += int(lengths[place])
            text_hash = f"h{number}"
            yield (
                *(number, f"https://outlet{outlets[place]}.example/{number}", int(outlets[place])),
                *(
                    body[:60],
                    "" if kinds[place] == "title" else body,
                    str(kinds[place]),
                    str(languages[place]),
                ),
                *(moments[place], moments[place], text_hash, int(story[place]), text_hash),
                *(VERSION, moments[place], moments[place], int(on_beat[place])),
            )

    def _entries(self, ids: range, moments: list[str], outlets: Any) -> None:
        self._many(
            "INSERT INTO entries (id, feed, key, url, title, content_hash, first_seen_at, state, article) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 'done', ?)",
            (
                (n, int(o), f"k{n}", f"https://outlet{o}.example/{n}", f"T{n}", f"c{n}", m, n)
                for n, o, m in zip(ids, outlets, moments, strict=True)
            ),
        )
        self._many(
            "INSERT INTO sightings (article, feed, entry, url, seen_at) VALUES (?, ?, ?, ?, ?)",
            (
                (n, int(o), n, f"https://outlet{o}.example/{n}", m)
                for n, o, m in zip(ids, outlets, moments, strict=True)
            ),
        )

    def _findings(self, ids: range, when: Any, story: Any, on_beat: Any) -> None:
        """Copies of a story name the same themes and companies: they are drawn by the story's number."""
        rows: dict[str, list[tuple[Any, ...]]] = {"t": [], "c": [], "m": [], "p": [], "f": [], "l": []}
        world = self.world
        for place, number in enumerate(ids):
            own = np.random.Generator(np.random.PCG64(int(story[place])))
            beat = int(on_beat[place])
            month = int(when[place]) // (86_400 * 30)
            for theme in sorted(self._themes(own, month)):
                rows["t"].append((number, theme, beat))
            drawn = own.choice(COMPANIES, own.integers(0, 4), p=world.company_odds)
            for company in sorted({int(c) + 1 for c in drawn}):
                rows["c"].extend((number, company, company, start, beat) for start in range(1 + company % 3))
            value = float(round(10 ** own.uniform(4, 9)))
            rows["m"].append((number * 2, number, value, value))
            rows["m"].append((number * 2 + 1, number, value / 2, None))
            rows["p"].append((number, number, float(own.integers(1, 90))))
            if own.random() < 0.5:
                metric = METRICS[min(int(own.geometric(0.3)) - 1, len(METRICS) - 1)]
                subject = int(own.integers(0, 50))
                rows["f"].append((number, number * 2, f"Company {subject}", subject + 1, metric, beat))
            rows["l"].append((number, COUNTRIES[int(own.integers(0, len(COUNTRIES)))]))
        for key, sql in _INSERTS.items():
            self._many(sql, iter(rows[key]))

    def _themes(self, own: Generator, month: int) -> set[str]:
        """Up to three themes; one of the rarer half bursts each month."""
        themes = self.world.themes
        drawn = {themes[int(t)] for t in own.choice(len(themes), own.integers(0, 4), p=self.world.theme_odds)}
        if own.random() < 0.02:
            drawn.add(themes[len(themes) // 2 + month % (len(themes) // 2)])
        return drawn


_SENTENCE = "'A sentence as long as one in the news, with a figure in it and who says so.'"
_PLACE = f"'body', 0, 4, 'text', {_SENTENCE}, 'made'"
_COLUMNS = 'part, start, "end", text, sentence, rule'
_INSERTS = {
    "t": f"INSERT INTO theme_mentions ({_COLUMNS}, article, theme, on_beat) VALUES ({_PLACE}, ?, ?, ?)",
    "c": (
        f'INSERT INTO company_mentions (part, "end", text, sentence, source, rule, article, company, named, '
        f"start, on_beat) VALUES ('body', 400, 'text', {_SENTENCE}, 'alias', 'made', ?, ?, ?, ?, ?)"
    ),
    "m": (
        f"INSERT INTO money ({_COLUMNS}, currency, id, article, value, usd) "
        f"VALUES ({_PLACE}, 'USD', ?, ?, ?, ?)"
    ),
    "p": (
        f"INSERT INTO percentages ({_COLUMNS}, unit, id, article, value) "
        f"VALUES ({_PLACE}, 'percent', ?, ?, ?)"
    ),
    "f": (
        "INSERT INTO facts (article, money, subject, company, metric_id, on_beat, metric, basis, confidence, "
        "sentence, rule, period_end) "
        f"VALUES (?, ?, ?, ?, ?, ?, 'metric', 'reported', 'high', {_SENTENCE}, 'made', '2026-06-30')"
    ),
    "l": f"INSERT INTO country_mentions ({_COLUMNS}, article, country) VALUES ({_PLACE}, ?, ?)",
}


def _add_bands(store: Store, dice: Generator) -> None:
    """Bands as they stand after pruning: of the last two months' articles."""
    first = (LAST - timedelta(days=BAND_DAYS)).isoformat()
    rows = store.db.execute(
        "SELECT id, substr(published, 1, 10) FROM articles WHERE published >= ?", [first]
    ).fetchall()
    with store.write() as db:
        db.conn.executemany(
            "INSERT OR IGNORE INTO story_bands (week, key, article) VALUES (?, ?, ?)",
            (
                (date.fromisoformat(day).toordinal() // 7, int(key), number)
                for number, day in rows
                for key in dice.integers(-(2**62), 2**62, 40)
            ),
        )


def main() -> None:
    """Make the database that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.path.exists():
        parser.error(f"{chosen.path} exists: name a new file")
    began = time.perf_counter()
    with generate(chosen.path, chosen.articles, chosen.seed):
        pass
    took = time.perf_counter() - began
    print(f"{chosen.articles:,} articles in {took:,.0f} s, {chosen.path.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
