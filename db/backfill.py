"""The backfill's ledger: each part of each archive's file, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from db.store import Store

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """A part that is to be read: a stretch of the file at ``path``."""

    path: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part that could not be read or holds pieces that are no articles, and why."""

    path: str
    start: int
    end: int
    state: str
    articles: int
    skipped: int
    error: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many parts are done, waiting and bad, and how many articles and other pieces the done ones hold."""

    parts: int
    done: int
    bad: int
    articles: int
    skipped: int


def is_listed(store: Store, path: str, stamp: str) -> bool:
    """Whether the parts of the file at *path* are in the ledger, as the file is now."""
    row = store.db.execute(
        "SELECT 1 FROM backfill_parts WHERE path = ? AND stamp = ? AND NOT (state = 'bad' AND \"end\" = 0)",
        [path, stamp],
    ).fetchone()
    return row is not None


def list_parts(store: Store, path: str, kind: str, stamp: str, stretches: Iterable[Stretch]) -> None:
    """Put the file's parts into the ledger, in place of those of the file as it was."""
    with store.write() as db:
        db.execute("DELETE FROM backfill_parts WHERE path = ?", [path])
        db.conn.executemany(
            'INSERT INTO backfill_parts (path, kind, stamp, start, "end") VALUES (?, ?, ?, ?, ?)',
            [(path, kind, stamp, start, end) for start, end in stretches],
        )


def list_unusable(store: Store, path: str, kind: str, stamp: str, error: str, now: datetime) -> None:
    """Set the whole file aside: it has no part that can be read."""
    with store.write() as db:
        db.execute("DELETE FROM backfill_parts WHERE path = ?", [path])
        db.execute(
            'INSERT INTO backfill_parts (path, kind, stamp, start, "end", state, error, finished_at) '
            "VALUES (?, ?, ?, 0, 0, 'bad', ?, ?)",
            [path, kind, stamp, error, now.isoformat()],
        )


def to_read(store: Store, path: str, version: str) -> Iterator[LedgerPart]:
    """The file's parts that are not done at *version*, in order; those set aside are tried again."""
    rows = store.db.execute(
        'SELECT path, kind, start, "end" FROM backfill_parts WHERE path = ? AND "end" > 0 '
        "AND NOT (state = 'done' AND extractor_version IS ?) ORDER BY start",
        [path, version],
    )
    return (LedgerPart(*row) for row in rows.fetchall())


def settle(
    store: Store,
    path: str,
    start: int,
    *,
    version: str,
    articles: int,
    skipped: int,
    error: str | None,
    bad: bool,
    now: datetime,
) -> None:
    """Note what became of the part at *start*. Inside the transaction that keeps its rows."""
    with store.write() as db:
        db.execute(
            "UPDATE backfill_parts SET state = ?, extractor_version = ?, articles = ?, skipped = ?, "
            "error = ?, finished_at = ? WHERE path = ? AND start = ?",
            ["bad" if bad else "done", version, articles, skipped, error, now.isoformat(), path, start],
        )


def ledger(store: Store, paths: Iterable[str] | None = None) -> Ledger:
    """The sums over the parts of the files at *paths*, or of all."""
    chosen = None if paths is None else set(paths)
    rows = store.db.execute(
        "SELECT path, count(*), count(*) FILTER (WHERE state = 'done'), "
        "count(*) FILTER (WHERE state = 'bad'), sum(articles), sum(skipped) FROM backfill_parts GROUP BY path"
    ).fetchall()
    kept = [row[1:] for row in rows if chosen is None or row[0] in chosen]
    return Ledger(*(sum(column) for column in zip(*kept, strict=True))) if kept else Ledger(0, 0, 0, 0, 0)


def set_aside(store: Store, paths: Iterable[str] | None = None) -> list[SetAside]:
    """The parts that are bad, or of which pieces are."""
    chosen = None if paths is None else set(paths)
    rows = store.db.execute(
        "SELECT path, start, \"end\", state, articles, skipped, coalesce(error, '') FROM backfill_parts "
        "WHERE error IS NOT NULL ORDER BY path, start"
    ).fetchall()
    return [SetAside(*row) for row in rows if chosen is None or row[0] in chosen]
