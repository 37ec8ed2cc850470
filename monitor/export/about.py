"""What an export says of itself: what was asked, when, of which database, and how to cite it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version

from db import descriptions
from db.citations import Desk
from db.cited import Cell, CitedTable
from db.store import Store

Line = tuple[str, str | int | date | datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export was asked for: its name, conditions, SQL where it has some, and page in the desk."""

    sheet: str
    title: str
    conditions: Mapping[str, str]
    sql: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What stands beside a table: facts on the export, and what its columns mean."""

    lines: tuple[Line, ...]
    columns: tuple[tuple[str, str], ...]


def about(store: Store, asked: Asked, table: CitedTable, desk: Desk, now: datetime) -> About:
    """What is to be said of *table*, made of *store* at *now*."""
    lines = [*_asked(asked), *_made(store, table, desk, now), *_reading(table)]
    told = ((name, descriptions.cited(name.removeprefix("other_"))) for name in table.names)
    return About(tuple(lines), tuple((name, text) for name, text in told if text))


def _asked(asked: Asked) -> Iterator[Line]:
    yield "What", asked.title
    yield from asked.conditions.items()
    if asked.sql:
        yield "SQL", asked.sql
    if asked.page:
        yield "In the desk", asked.page


def _made(store: Store, table: CitedTable, desk: Desk, now: datetime) -> Iterator[Line]:
    newest = store.db.execute("SELECT max(published) FROM articles").fetchone()[0]
    yield "Made at (UTC)", now
    yield "As of", desk.as_of
    yield "Database", store.path.name
    if newest:
        yield "Its newest article (UTC)", datetime.fromisoformat(newest)
    yield "Made by", f"newsgauge {version('newsgauge')}"
    yield from (("Read by", reader) for reader in _readers(store, table))
    yield "Rows", len(table.rows)
    for name in ("article", "outlet"):
        if name in table.names:
            yield f"{name.title()}s", len(_held(table, name))


def _held(table: CitedTable, name: str) -> set[Cell]:
    place = table.place(name)
    return {row[place] for row in table.rows} - {None}


def _readers(store: Store, table: CitedTable) -> Sequence[str]:
    """The versions of code, rules and model that read the table's articles."""
    if "article" not in table.names:
        return ()
    rows = store.db.execute(
        "SELECT DISTINCT extractor_version FROM articles "
        "WHERE id IN (SELECT value FROM json_each(?)) AND extractor_version IS NOT NULL ORDER BY 1",
        [json.dumps([number for number in _held(table, "article") if isinstance(number, int)])],
    )
    return [row[0] for row in rows]


def _reading(table: CitedTable) -> Iterator[Line]:
    if "sentence" in table.names:
        yield (
            "How to cite",
            (
                "Cite the outlet that published a number, with link and date, as the column citation does. "
                "Read the sentence before you quote the number: it says of what, and by whom."
            ),
        )
    if "permalink" in table.names:
        yield "Permalinks", "They lead to the desk (newsgauge serve); digest.datasette_url is its address."
