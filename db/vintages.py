"""Vintages: a finding's row is replaced only where what is read changed, and what it was before is kept.

A finding keeps its id as long as something is read at its place in the text, so that a link to it holds. What
an article was (its text's hash, date, outlet, story, beat) is kept likewise.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

Cause = Literal["reading", "text", "correction", "merge"]
"""Why a finding changed: newer rules, a revised text, a correction, merged companies."""

Row = Mapping[str, Any]

TABLES = (
    "money",
    "percentages",
    "counts",
    "company_mentions",
    "theme_mentions",
    "country_mentions",
    "title_mentions",
    "facts",
)
"""The tables of findings, each after those that its rows refer to."""

_ALSO_IN_KEY = {"theme_mentions": ("theme",), "country_mentions": ("country",)}
_FIGURES_OF_FACTS = ("money", "percentage", "count")
NO_VINTAGE = frozenset({"id", "article", "first_seen_at", "valid_from", "read_by", "rule"})
"""Columns that may change without what is read changing: a rule's name among them."""

_STATE = (
    "url, outlet, title, body_source, language, published, published_source, published_precision, text_hash, "
    "story, read_at, on_beat, beat_reason, gate"
)
_OF_NO_MATTER = "read_at"


@dataclass(frozen=True, slots=True)
class Ref:
    """In a row that has no id yet: the finding at *place* among the article's rows for *table*."""

    table: str
    place: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, by which version of the reader and why findings change."""

    now: datetime
    version: str | None
    cause: Cause = "reading"


@dataclass(frozen=True, slots=True)
class Laid:
    """How many findings were new, changed and gone."""

    new: int = 0
    changed: int = 0
    gone: int = 0


def lay(
    db: Database, article: int, said: Mapping[str, Sequence[Row]], stamp: Stamp, *, first: bool = False
) -> Laid:
    """Make what is *said* of *article* the newest vintage, table by table, inside a transaction.

    A row is a column's value by name; other rows of the article are named by a ``Ref``. Tables that are not
    in *said* stay as they are. *first* promises that the article has no findings yet.
    """
    plans: dict[str, _Plan] = {}
    ids: dict[str, Sequence[int]] = {}
    for table in TABLES:
        if table in said:
            rows = [_resolved(row, ids) for row in said[table]]
            kept = [] if first else _kept(db, table, article)
            matched = _matched(table, kept, rows)
            ids[table] = _ids(db, table, matched, len(rows))
            plans[table] = _plan(kept, matched, ids[table], [_resolved(row, ids) for row in rows])
    for table in reversed(plans):
        _take_away(db, table, plans[table], stamp)
    for table, plan in plans.items():
        _write(db, table, article, plan, stamp)
    return Laid(
        sum(len(plan.new) for plan in plans.values()),
        sum(len(plan.changed) for plan in plans.values()),
        sum(len(plan.gone) for plan in plans.values()),
    )


def change(db: Database, table: str, ids: Iterable[int], values: Row, stamp: Stamp) -> None:
    """Give the findings with *ids* other *values*; what they were is kept."""
    for number in ids:
        old = next(db.query(f"SELECT * FROM {table} WHERE id = ?", [number]))
        if any(old[name] != value for name, value in values.items()):
            _keep(db, table, old, stamp)
            since = {name: value for name, value in _since(stamp).items() if value is not None}
            _update(db, table, number, {**values, **since})  # a change by hand has no version of its own


@contextmanager
def changing(db: Database, articles: Iterable[int], now: datetime) -> Iterator[None]:
    """Keep what the settled ones of *articles* were before what is done within, where that changes them."""
    before = {article: state for article in articles if (state := _state(db, article, now))}
    yield
    for article, old in before.items():
        new = _state(db, article, now)
        if new and any(new[name] != value for name, value in old.items() if name != _OF_NO_MATTER):
            marks = ", ".join("?" for _ in old)
            db.execute(
                f"INSERT OR IGNORE INTO past_articles (article, valid_until, {', '.join(old)}) "
                f"VALUES (?, ?, {marks})",
                [article, now.isoformat(), *old.values()],
            )


def settle(db: Database, article: int, now: datetime) -> None:
    """Note that *article* was read, or left unread by the gate, for the first time *now*."""
    db.execute(
        "UPDATE articles SET settled_at = ? WHERE id = ? AND settled_at IS NULL", [now.isoformat(), article]
    )


def _state(db: Database, article: int, now: datetime) -> Row | None:
    """What *article* is, where it was settled before *now*."""
    sql = f"SELECT {_STATE} FROM articles WHERE id = ? AND settled_at < ?"
    return next(db.query(sql, [article, now.isoformat()]), None)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to become of an article's rows of one table."""

    new: Sequence[tuple[int, Row]]
    changed: Sequence[tuple[Row, Row]]
    renamed: Sequence[tuple[int, str]]
    gone: Sequence[Row]


def _kept(db: Database, table: str, article: int) -> list[Row]:
    return list(db.query(f"SELECT * FROM {table} WHERE article = ? ORDER BY id", [article]))


def _ids(db: Database, table: str, matched: Mapping[int, Row], count: int) -> list[int]:
    """The id of each of *count* rows: the matched one's, or a new one."""
    fresh = itertools.count(_next_id(db, table) if len(matched) < count else 0)
    return [matched[place]["id"] if place in matched else next(fresh) for place in range(count)]


def _plan(kept: Sequence[Row], matched: Mapping[int, Row], ids: Sequence[int], rows: Sequence[Row]) -> _Plan:
    standing = {old["id"] for old in matched.values()}
    pairs = [(matched[place], row) for place, row in enumerate(rows) if place in matched]
    return _Plan(
        new=[(number, row) for number, row in zip(ids, rows, strict=True) if number not in standing],
        changed=[(old, row) for old, row in pairs if _differs(old, row)],
        renamed=[
            (old["id"], row["rule"])
            for old, row in pairs
            if old["rule"] != row["rule"] and not _differs(old, row)
        ],
        gone=[old for old in kept if old["id"] not in standing],
    )


def _differs(old: Row, row: Row) -> bool:
    return any(old[name] != value for name, value in row.items() if name not in NO_VINTAGE)


def _matched(table: str, kept: Sequence[Row], rows: Sequence[Row]) -> dict[int, Row]:
    """The kept row of each place among *rows*: that of the same stretch of text, else of the same words."""
    found: dict[int, Row] = {}
    left = list(kept)
    keys = (_place_key,) if table == "facts" else (_place_key, _words_key)
    for key_of in keys:
        waiting: dict[Any, list[Row]] = {}
        for old in left:
            waiting.setdefault(key_of(table, old), []).append(old)
        for place, row in enumerate(rows):
            if place not in found and (same := waiting.get(key_of(table, row))):
                found[place] = same.pop(0)
        taken = {old["id"] for old in found.values()}
        left = [old for old in left if old["id"] not in taken]
    return found


def _place_key(table: str, row: Row) -> Any:
    if table == "facts":
        return tuple(row.get(name) for name in _FIGURES_OF_FACTS)
    return (row["part"], row["start"], row["end"], *(row[name] for name in _ALSO_IN_KEY.get(table, ())))


def _words_key(table: str, row: Row) -> Any:
    return (row["part"], row["text"], *(row[name] for name in _ALSO_IN_KEY.get(table, ())))


def _next_id(db: Database, table: str) -> int:
    """An id above all that findings of *table* ever had."""
    highest = db.execute(
        f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0), "
        "coalesce((SELECT max(finding) FROM past_findings WHERE kind = ?), 0))",
        [table],
    ).fetchone()[0]
    return int(highest) + 1


def _resolved(row: Row, ids: Mapping[str, Sequence[int]]) -> Row:
    """The *row* with the ids that are known in place of references."""
    return {
        name: ids[value.table][value.place] if isinstance(value, Ref) and value.table in ids else value
        for name, value in row.items()
    }


def _take_away(db: Database, table: str, plan: _Plan, stamp: Stamp) -> None:
    for old in (*(old for old, _ in plan.changed), *plan.gone):
        _keep(db, table, old, stamp)
    if plan.gone:
        gone = ", ".join(str(old["id"]) for old in plan.gone)
        db.execute(f"DELETE FROM {table} WHERE id IN ({gone})")


def _write(db: Database, table: str, article: int, plan: _Plan, stamp: Stamp) -> None:
    since = _since(stamp)
    for number, row in _paired_last(db, plan.new):
        ids = {"id": number, "article": article, "first_seen_at": since["valid_from"]}
        _insert(db, table, {**ids, **row, **since})
    for old, row in plan.changed:
        _update(db, table, old["id"], {**row, **since})
    for number, rule in plan.renamed:
        _update(db, table, number, {"rule": rule})


def _paired_last(db: Database, new: Sequence[tuple[int, Row]]) -> Sequence[tuple[int, Row]]:
    """The rows in an order in which each comes after the amount that it is paired with."""
    pairs = {number: row["pair_of"] for number, row in new if row.get("pair_of")}
    if pairs.keys() & pairs.values():  # no such order; the pragma has every statement prepared anew
        db.execute("PRAGMA defer_foreign_keys = ON")
    return sorted(new, key=lambda pair: pair[0] in pairs) if pairs else new


def _since(stamp: Stamp) -> Row:
    return {"valid_from": stamp.now.isoformat(), "read_by": stamp.version}


def _keep(db: Database, table: str, old: Row, stamp: Stamp) -> None:
    db.execute(
        "INSERT INTO past_findings (kind, finding, article, content, valid_from, valid_until, read_by, "
        "superseded_by, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            table,
            old["id"],
            old["article"],
            json.dumps(old, ensure_ascii=False),
            old["valid_from"],
            stamp.now.isoformat(),
            old["read_by"],
            stamp.version,
            stamp.cause,
        ],
    )


def _insert(db: Database, table: str, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    db.conn.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))


def _update(db: Database, table: str, number: int, values: Row) -> None:
    names = ", ".join(f'"{name}" = ?' for name in values)
    db.conn.execute(f'UPDATE "{table}" SET {names} WHERE id = ?', [*values.values(), number])
