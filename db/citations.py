"""Where a number stands: the article it was read in, how to cite it, and its place in the desk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from db.store import Store

FindingTable = Literal["facts", "money", "percentages", "counts"]
ANCHORS: Mapping[FindingTable, str] = {
    "facts": "fact",
    "money": "money",
    "percentages": "percentage",
    "counts": "count",
}
"""Under which names the desk's page of an article has its findings."""


@dataclass(frozen=True, slots=True)
class Source:
    """An article as it is cited."""

    article: int
    title: str
    outlet: str | None
    link: str
    published: date | datetime | str | None
    """The day or moment (UTC) of publication; in words where no more than its month or year is known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure or fact in its article."""

    table: FindingTable
    id: int
    article: int
    text: str
    sentence: str
    rule: str

    @property
    def anchor(self) -> str:
        """Its name on its article's page."""
        return f"{ANCHORS[self.table]}-{self.id}"


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk that permalinks lead to, at a base address, as it is known at a day."""

    url: str
    as_of: date

    def article(self, number: int, anchor: str | None = None) -> str:
        """The address of an article's page, and of a row on it."""
        return self._at(f"article/{number}" + (f"#{anchor}" if anchor else ""))

    def page(self, kind: Literal["company", "theme"], key: str | int) -> str:
        """The address of a company's or theme's page."""
        return self._at(f"{kind}/{key}")

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path}"


def sources(store: Store, articles: Iterable[int]) -> dict[int, Source]:
    """The articles with these numbers, as they are cited."""
    rows = store.db.execute(
        "SELECT a.id, a.title, o.name, a.url, a.published, a.published_precision "
        "FROM articles a LEFT JOIN outlets o ON o.id = a.outlet "
        "WHERE a.id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(set(articles)))],
    )
    return {
        number: Source(number, title, outlet, link, published_on(published, precision))
        for number, title, outlet, link, published, precision in rows
    }


def findings(store: Store, table: FindingTable, ids: Iterable[int]) -> dict[int, Finding]:
    """The rows of *table* with these *ids*."""
    text = "coalesce(subject, '')" if table == "facts" else "text"
    rows = store.db.execute(
        f"SELECT id, article, {text}, sentence, rule FROM {table} "
        "WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(set(ids)))],
    )
    return {row[0]: Finding(table, *row) for row in rows}


def published_on(published: str | None, precision: str | None) -> date | datetime | str | None:
    """When an article was published, no more precise than it is known.

    >>> published_on("2026-03-01T00:00:00+00:00", "month"), published_on("2026-03-01T00:00:00+00:00", "day")
    ('Mar 2026', datetime.date(2026, 3, 1))
    """
    if not published:
        return None
    moment = datetime.fromisoformat(published)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if precision in ("month", "year"):
        return f"{moment:%b %Y}" if precision == "month" else str(moment.year)
    return moment.date() if precision == "day" else moment


def citation(source: Source, permalink: str, as_of: date) -> str:
    """The line that an article or a footnote takes over.

    >>> post = Source(3, "Lumo grows", "Harbour Post", "https://example.org/3", date(2026, 3, 2))
    >>> citation(post, "http://desk/article/3#fact-8", date(2026, 11, 29))
    'Harbour Post, "Lumo grows", 2 Mar 2026, https://example.org/3 (as of 29 Nov 2026: http://desk/article/3#fact-8)'
    """
    day = source.published
    when = _in_words(day) if isinstance(day, date) else day
    parts = [source.outlet, f'"{source.title}"', when, source.link]
    return f"{', '.join(part for part in parts if part)} (as of {_in_words(as_of)}: {permalink})"


def _in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
