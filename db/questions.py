"""Questions put to the database: the canned ones of ``datasette/queries``, and any SQL that only reads."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from db.store import DatabaseError, Store

_FOLDER = Path(__file__).parent / "datasette" / "queries"
_READING = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_BY_VIRTUAL_TABLES = frozenset(
    ((sqlite3.SQLITE_PRAGMA, "data_version"), (sqlite3.SQLITE_UPDATE, "sqlite_master"))
)
"""What full-text search and json_each ask for as they open; SQLite itself lets nobody write sqlite_master."""
_STEPS_BETWEEN_SIGNALS = 100_000


@dataclass(frozen=True, slots=True)
class Question:
    """A canned question: its name, its SQL, and what it answers (the SQL's leading comment)."""

    name: str
    sql: str
    about: str

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question brought: the columns' names, and the rows in the question's order."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@cache
def questions() -> Mapping[str, Question]:
    """The canned questions by name."""
    return {path.stem: _question(path) for path in sorted(_FOLDER.glob("*.sql"))}


def _question(path: Path) -> Question:
    sql = path.read_text(encoding="utf-8")
    header = [line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("--")]
    return Question(path.stem, sql, " ".join(header))


def question(name: str) -> Question:
    """The canned question *name*; an error that names near ones where there is none."""
    known = questions()
    bare = name.strip().lower().replace(" ", "_")
    if bare in known:
        return known[bare]
    near = difflib.get_close_matches(bare, known, n=3, cutoff=0.5) or list(known)
    raise DatabaseError(f"there is no question {name!r}; there are {', '.join(near)}")


def answer(store: Store, sql: str, values: Mapping[str, str]) -> Answer:
    """The rows of one query that only reads, with its :names bound to *values*.

    Raises DatabaseError for SQL that is wrong, that does more than read, or whose :names are not those of
    *values*. Control-C ends a query that takes too long.
    """
    with _reading_only(store.db.conn) as connection:
        try:
            _check_names(connection, sql, values)
            cursor = connection.execute(sql, values)
            names = tuple(column[0] for column in cursor.description or ())
            return Answer(names, tuple(cursor))
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise DatabaseError(f"the query cannot be run: {_in_words(error)}") from error


@contextmanager
def _reading_only(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.set_authorizer(_authorize)
    # Python looks for signals only between steps of its own.
    connection.set_progress_handler(lambda: 0, _STEPS_BETWEEN_SIGNALS)
    try:
        yield connection
    finally:
        connection.set_authorizer(None)
        connection.set_progress_handler(None, 0)


def _authorize(action: int, one: str | None, *_: str | None) -> int:
    allowed = action in _READING or (action, one) in _BY_VIRTUAL_TABLES
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


class _Asked(dict[str, str]):
    """Values for every name that a query asks for; which names these are."""

    def __missing__(self, name: str) -> str:
        self[name] = ""
        return ""


def _check_names(connection: sqlite3.Connection, sql: str, values: Mapping[str, str]) -> None:
    asked = _Asked()
    connection.execute(f"EXPLAIN {sql}", asked).close()
    if missing := [name for name in asked if name not in values]:
        needed = " ".join(f"-p {name}=..." for name in missing)
        raise DatabaseError(f"the query asks for {', '.join(missing)}: add {needed}")
    if extra := [name for name in values if name not in asked]:
        known = f"it asks for {', '.join(asked)}" if asked else "it asks for nothing"
        raise DatabaseError(f"the query does not ask for {', '.join(extra)}: {known}")


def _in_words(error: BaseException) -> str:
    text = str(error)
    if "not authorized" in text or "prohibited" in text:
        return "it does more than read; an export takes one SELECT"
    if "one statement" in text:
        return "it is more than one statement; an export takes one SELECT"
    if "no such" in text:
        return f"{text}; `newsgauge dump` lists the tables and views"
    return text
