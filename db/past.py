"""The database as it was known at a moment: a file of its own, built from the live one by ``past_rows``.

Everything that reads a database reads a past unchanged: trends, series, canned queries, pages. Pasts stand in
a folder beside the database; the newest few that were asked for are kept.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import blake2b
from pathlib import Path

from sqlite_utils import Database

from db import claims, past_rows, rollups, tallies
from db.migrations import SCHEMA_VERSION, migrations
from db.store import APPLICATION_ID, DatabaseError, Store, open_store

KEPT = 4
"""So many pasts are kept beside a database; each is about as large as the database was then."""

WRITTEN_LATE = timedelta(hours=1)
"""What happened by a moment may be committed a little later: a past built so soon is built anew."""

_EARLY = "-early"
_FORM = 1
"""Raised when pasts are built otherwise: older ones are then built anew."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a file is: since when it keeps what was known (None: from its beginning), and of when it tells."""

    identity: str
    since: datetime | None
    pruned_at: datetime | None
    as_of: datetime | None


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last moment of *day* in *zone*, in UTC.

    >>> from zoneinfo import ZoneInfo
    >>> end_of(date(2026, 3, 1), ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-03-01T15:59:59.999999+00:00'
    """
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def known(store: Store) -> Known:
    """What *store* knows of its own history."""
    row = next(store.db.query("SELECT * FROM history"))
    return Known(row["identity"], _moment(row["since"]), _moment(row["pruned_at"]), _moment(row["as_of"]))


def note(store: Store) -> str | None:
    """What to say of a past that reaches back beyond what was kept; None where all was kept."""
    found = known(store)
    if found.as_of is None or found.since is None or found.as_of >= found.since:
        return None
    return (
        f"what changed before {found.since:%Y-%m-%d %H:%M} UTC was not kept: what was read anew or changed "
        "by then is missing from this past"
    )


def past(path: Path, at: datetime, now: datetime) -> Path:
    """The database at *path* as it was known *at* a moment: a file to read, built where it is not there yet.

    A moment that is still to come is the database itself. Raises DatabaseError where the file cannot be
    built, or nothing was known.
    """
    if at >= now:
        return path
    with open_store(path, read_only=True) as store:
        found = known(store)
    if found.as_of:
        raise DatabaseError(
            f"{path} is a past itself, of {found.as_of:%Y-%m-%d}: ask the database it came from"
        )
    try:
        return _kept_or_built(path, at, now, found)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(
            f"the past of {at:%Y-%m-%d} cannot be built in {folder(path)} ({error}): is there room, and may "
            "the folder be written to?"
        ) from error


def folder(path: Path) -> Path:
    """Where the pasts of the database at *path* are kept."""
    return path.with_name(f"{path.name}.pasts")


def forget(path: Path) -> None:
    """Drop the pasts that are kept of the database at *path*: what was pruned must not live on there."""
    if folder(path).is_dir():
        with _turn(path):
            for file in folder(path).glob("as-of-*"):
                file.unlink(missing_ok=True)


def _kept_or_built(path: Path, at: datetime, now: datetime, found: Known) -> Path:
    early = now < at + WRITTEN_LATE
    name = f"as-of-{at:%Y%m%dT%H%M%S.%fZ}-{_key(found)}{_EARLY * early}.db"
    file = folder(path) / name
    with _turn(path):
        if early or not file.exists():
            _build(path, file, at)
        os.utime(file, (now.timestamp(), now.timestamp()))
        _drop_least_used(path, but=file)
    return file


def is_early(file: Path) -> bool:
    """Whether the past *file* was built so soon that what was committed late may be missing."""
    return file.stem.endswith(_EARLY)


def _drop_least_used(path: Path, but: Path) -> None:
    others = sorted(
        (file for file in folder(path).glob("*.db") if file != but), key=lambda file: file.stat().st_mtime
    )
    for file in others[: max(0, len(others) - KEPT + 1)]:
        file.unlink(missing_ok=True)


def _key(found: Known) -> str:
    """What a past depends on beside its moment: the file's history, its pruning, and how it is built."""
    words = f"{found.identity} {found.pruned_at} {SCHEMA_VERSION} {_FORM}"
    return blake2b(words.encode(), digest_size=4).hexdigest()


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    folder(path).mkdir(exist_ok=True)
    with (folder(path) / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(path: Path, file: Path, at: datetime) -> None:
    """Build the past under another name, and give it its own when it is whole."""
    _check_known(path, at)
    for left in folder(path).glob("*.part"):  # by one that was killed: this one has the turn
        left.unlink()
    part = file.with_suffix(".part")
    try:
        with closing(sqlite3.connect(part.absolute().as_uri(), uri=True)) as connection:
            _fill(connection, path, at)
        part.chmod(path.stat().st_mode & 0o777)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def _check_known(path: Path, at: datetime) -> None:
    with open_store(path, read_only=True) as store:
        first = store.db.execute("SELECT min(fetched_at) FROM articles").fetchone()[0]
    if first is None or at.isoformat() < first:
        begins = f"its first article came on {first[:10]}" if first else "it has no article yet"
        raise DatabaseError(f"nothing was known on {at:%Y-%m-%d}: {begins}")


def _fill(connection: sqlite3.Connection, path: Path, at: datetime) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -131072"):
        connection.execute(f"PRAGMA {pragma}")
    db = Database(connection)
    connection.execute("BEGIN")
    migrations.apply(db)
    set_aside = _set_aside(connection)
    connection.execute("DELETE FROM history")
    connection.execute("COMMIT")
    connection.execute("ATTACH ? AS live", [f"{path.absolute().as_uri()}?mode=ro"])
    connection.execute("BEGIN")  # one transaction reads one state of the live database, whoever writes there
    past_rows.copy(connection, at.isoformat())
    connection.execute("COMMIT")
    connection.execute("DETACH live")
    connection.execute("BEGIN")
    for statement in set_aside:
        connection.execute(statement)
    _count(db)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
    connection.execute("ANALYZE")


def _set_aside(connection: sqlite3.Connection) -> list[str]:
    """Drop indexes and triggers while rows are copied in bulk; returns the SQL that makes them again."""
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in made:
        connection.execute(f'DROP {kind} "{name}"')
    return [sql for _, _, sql in made]


def _count(db: Database) -> None:
    """What follows from the rows: claims, counts by day, tallies, the search index."""
    claims.refresh(db)
    rollups.rebuild(db)
    db.execute("DELETE FROM subjects WHERE id NOT IN (SELECT subject FROM article_subjects)")
    tallies.rebuild(db)
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
