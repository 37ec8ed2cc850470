"""How far what was found came: entries, articles, read, on the beat, with facts; kept by triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sqlite_utils import Database

_COUNTED = {
    "entries": "SELECT count(*) FROM entries",
    "articles": "SELECT count(*) FROM articles",
    "with_body": "SELECT count(*) FROM articles WHERE body_source NOT IN ('title', 'summary')",
    "read": "SELECT count(*) FROM articles WHERE read_at IS NOT NULL",
    "on_beat": "SELECT count(*) FROM articles WHERE on_beat = 1",
    "with_facts": "SELECT count(DISTINCT article) FROM facts",
}


def tallies(connection: sqlite3.Connection) -> Mapping[str, int]:
    """The counts by name, as they are kept."""
    return dict(connection.execute('SELECT name, "count" FROM tallies').fetchall())


def drift(db: Database) -> int:
    """How many tallies differ from a recount (reads whole tables: for ``newsgauge check``)."""
    kept = tallies(db.conn)
    return sum(kept.get(name) != db.execute(sql).fetchone()[0] for name, sql in _COUNTED.items())


def rebuild(db: Database) -> None:
    """Count everything anew. Call it inside a transaction."""
    db.execute("DELETE FROM tallies")
    for name, sql in _COUNTED.items():
        db.execute(f"INSERT INTO tallies SELECT ?, ({sql})", [name])
