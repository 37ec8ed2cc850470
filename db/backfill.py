"""The backfill's ledger: each part of each archive's file, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.store import Store

Stretch = tuple[int, int]

AT_ONCE = 500
"""So many parts are taken from the ledger at once: what a backfill of a million files holds in memory."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as it is now, with the stretches that are its parts; ``error`` says why it has none."""

    path: str
    kind: str
    stamp: str
    stretches: Sequence[Stretch] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """A part that is to be read: a stretch of the file at ``path``."""

    path: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a part: how many articles and other pieces it holds, and what is wrong with it.

    A part that is ``bad`` is set aside: it could not be read, or not to its end.
    """

    articles: int
    skipped: int = 0
    error: str | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part that could not be read to its end (state ``bad``) or holds pieces that are no articles."""

    path: str
    start: int
    end: int
    state: str
    articles: int
    skipped: int
    error: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many files and parts there are, how many are done, waiting or bad, and what the read ones hold."""

    files: int
    parts: int
    done: int
    waiting: int
    bad: int
    articles: int
    skipped: int


def choose(store: Store, paths: Iterable[str] | None = None) -> None:
    """Choose the files at *paths*, in their order, or all: the rest of this module speaks of them."""
    db = store.db.conn
    db.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (path TEXT PRIMARY KEY, place INTEGER)")
    with store.db.atomic():
        db.execute("DELETE FROM temp.chosen")
        if paths is None:
            db.execute("INSERT INTO temp.chosen SELECT path, min(id) FROM backfill_parts GROUP BY path")
        else:
            rows = ((path, place) for place, path in enumerate(paths))
            db.executemany("INSERT OR IGNORE INTO temp.chosen VALUES (?, ?)", rows)


def is_listed(store: Store, path: str, stamp: str) -> bool:
    """Whether the parts of the file at *path* are in the ledger, as the file is now."""
    row = store.db.execute(
        "SELECT 1 FROM backfill_parts WHERE path = ? AND stamp = ? "
        "AND NOT (state = 'bad' AND \"end\" = 0) LIMIT 1",
        [path, stamp],
    ).fetchone()
    return row is not None


def list_files(store: Store, files: Iterable[ListedFile], now: datetime) -> None:
    """Put the *files*' parts into the ledger, in place of those of the files as they were.

    A file without parts is set aside whole.
    """
    with store.write() as db:
        for file in files:
            db.execute("DELETE FROM backfill_parts WHERE path = ?", [file.path])
            if file.error is not None:
                db.execute(
                    'INSERT INTO backfill_parts (path, kind, stamp, start, "end", state, error, finished_at) '
                    "VALUES (?, ?, ?, 0, 0, 'bad', ?, ?)",
                    [file.path, file.kind, file.stamp, file.error, now.isoformat()],
                )
            db.conn.executemany(
                'INSERT INTO backfill_parts (path, kind, stamp, start, "end") VALUES (?, ?, ?, ?, ?)',
                [(file.path, file.kind, file.stamp, *stretch) for stretch in file.stretches],
            )


_TO_READ = (
    'FROM temp.chosen c CROSS JOIN backfill_parts p ON p.path = c.path WHERE p."end" > 0 '
    "AND NOT (p.state = 'done' AND p.extractor_version IS :version)"
)


def count_to_read(store: Store, version: str) -> int:
    """How many of the chosen files' parts are not done at *version*."""
    return int(store.db.execute(f"SELECT count(*) {_TO_READ}", {"version": version}).fetchone()[0])


def to_read(store: Store, version: str) -> Iterator[LedgerPart]:
    """The chosen files' parts that are not done at *version*, in order; those set aside are tried again.

    Each is given once, whatever becomes of it meanwhile.
    """
    place, start = -1, -1
    while True:
        rows = store.db.execute(
            f'SELECT c.place, p.path, p.kind, p.start, p."end" {_TO_READ} '
            "AND (c.place, p.start) > (:place, :start) ORDER BY c.place, p.start LIMIT :limit",
            {"version": version, "place": place, "start": start, "limit": AT_ONCE},
        ).fetchall()
        if not rows:
            return
        place, start = rows[-1][0], rows[-1][3]
        yield from (LedgerPart(*row[1:]) for row in rows)


def settle(store: Store, path: str, start: int, outcome: Outcome, version: str, now: datetime) -> None:
    """Note what became of the part at *start*. Inside the transaction that keeps its rows."""
    state = "bad" if outcome.bad else "done"
    with store.write() as db:
        db.execute(
            "UPDATE backfill_parts SET state = ?, extractor_version = ?, articles = ?, skipped = ?, "
            "error = ?, finished_at = ? WHERE path = ? AND start = ?",
            [state, version, outcome.articles, outcome.skipped, outcome.error, now.isoformat(), path, start],
        )


def ledger(store: Store) -> Ledger:
    """The sums over the chosen files' parts."""
    row = store.db.execute(
        "SELECT count(DISTINCT p.path), count(*), count(*) FILTER (WHERE state = 'done'), "
        "count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'bad'), "
        "coalesce(sum(articles), 0), coalesce(sum(skipped), 0) "
        "FROM temp.chosen c CROSS JOIN backfill_parts p ON p.path = c.path"
    ).fetchone()
    return Ledger(*row)


def set_aside(store: Store) -> list[SetAside]:
    """The chosen files' parts that are bad, or of which pieces are; the bad ones first."""
    rows = store.db.execute(
        'SELECT p.path, p.start, p."end", p.state, p.articles, p.skipped, p.error '
        "FROM temp.chosen c CROSS JOIN backfill_parts p ON p.path = c.path "
        "WHERE p.error IS NOT NULL ORDER BY p.state, c.place, p.start"
    ).fetchall()
    return [SetAside(*row) for row in rows]
