"""Opening the SQLite file: one reader's or writer's connection, and the turn that writers take."""

from __future__ import annotations

import errno
import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from db import claims, copies, rollups
from db.migrations import SCHEMA_VERSION, migrations
from extractors.errors import NewsgaugeError

APPLICATION_ID = 0x6E657773
"""SQLite's ``application_id`` of our files: 'news' in ASCII."""

_BUSY_SECONDS = 30.0
_WAL_KEPT = 64 * 1024**2
"""After a checkpoint that resets it, the WAL's file is cut to so many bytes."""


_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class DatabaseError(NewsgaugeError):
    """A database that cannot be used; the message says why and what to do."""


class Store:
    """A connection to the database and the lock file beside it.

    Every write transaction takes the writers' lock (``<database>.writer``), so that two processes never
    write or checkpoint at once (SQLite before 3.51.3 has a WAL-reset bug that needs two).
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.db = Database(connection)
        self._depth = 0

    @contextmanager
    def write(self) -> Iterator[Database]:
        """One transaction under the writers' lock: committed whole, or rolled back by an exception.

        What it changed is compared and counted anew before it is committed.
        """
        if self._depth:
            yield self.db
            return
        with _writers_turn(self.path), self.db.atomic():
            self._depth += 1
            try:
                yield self.db
                claims.refresh(self.db)
                rollups.refresh(self.db)
            finally:
                self._depth -= 1

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The writers' lock alone, for what cannot run in a transaction."""
        with _writers_turn(self.path):
            yield

    def checkpoint(self) -> None:
        """Move the WAL into the database and cut it, where no reader holds it back.

        A reader that does is not waited for: the writers' turn is held meanwhile.
        """
        with _writers_turn(self.path):
            self.db.conn.execute("PRAGMA busy_timeout = 100")
            try:
                self.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self.db.conn.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")

    def close(self) -> None:
        """Close the connection."""
        self.db.conn.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(path: Path, *, read_only: bool = False) -> Store:
    """Open the database at *path*, made or migrated first where that is needed.

    Raises DatabaseError when the file is another program's, is from a newer newsgauge, is no database, or
    cannot be written (or, for *read_only*, does not exist).
    """
    if read_only and not path.exists():
        raise DatabaseError(
            f"there is no database at {path}: run `newsgauge update` first, or name one with --db"
        )
    try:
        store = Store(path, _connect(path, read_only))
        _check_owner(store)
        if not read_only:
            _migrate(store)
        return store
    except (sqlite3.DatabaseError, OSError) as error:
        raise DatabaseError(fault_in_words(path, error)) from error


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only and not path.parent.is_dir():
        raise DatabaseError(
            f"the folder {path.parent} does not exist: make it, or name another database with --db"
        )
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT}")
    return connection


def _check_owner(store: Store) -> None:
    version = _version(store)
    application = int(store.db.conn.execute("PRAGMA application_id").fetchone()[0])
    tables = int(store.db.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION_ID and tables:
        raise DatabaseError(f"{store.path} is another program's database: name a file of its own with --db")
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"{store.path} was written by a newer newsgauge (its schema is {version}, this one knows "
            f"{SCHEMA_VERSION}): install that version or a later one"
        )


def _version(store: Store) -> int:
    return int(store.db.conn.execute("PRAGMA user_version").fetchone()[0])


def _migrate(store: Store) -> None:
    if _version(store) == SCHEMA_VERSION:
        return
    with _writers_turn(store.path):
        if _version(store) == SCHEMA_VERSION:
            return
        store.db.conn.execute("PRAGMA journal_mode = WAL")
        store.db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(store.db)
        with store.db.atomic():
            claims.refresh(store.db)
            rollups.refresh(store.db)
        store.db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def _writers_turn(path: Path) -> Iterator[None]:
    with Path(f"{path.resolve()}.writer").open("a") as lock:  # the same by whatever link it is reached
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fault_in_words(path: Path, error: Exception) -> str:
    """What went wrong with the database at *path*, and what to do about it."""
    text = str(error)
    if isinstance(error, NewsgaugeError):
        return text
    if "not a database" in text:
        return f"{path} is not an SQLite database: name another file with --db"
    if "readonly" in text or "unable to open" in text or isinstance(error, PermissionError):
        return f"{path} cannot be written ({text}): check the folder's permissions, or name another with --db"
    if "malformed" in text:
        return f"{path} is damaged ({text}): {copies.advice(path)}"
    if "is full" in text or getattr(error, "errno", None) in _NO_ROOM:
        return f"there is no room for {path} ({text}): make some; nothing is lost, and it goes on then"
    if "disk I/O" in text:
        return f"the disk does not take what is written to {path} ({text}): is there room, and is it sound?"
    if "locked" in text:
        return f"{path} is locked by another program ({text}): end its long transaction"
    return f"{path}: {text}"
