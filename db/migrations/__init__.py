"""The schema's history: each ``NNN_name.sql`` beside this file is one migration, applied once, in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlite_utils import Database, Migrations

migrations = Migrations("newsgauge")


def statements(script: str) -> Iterator[str]:
    """The statements of an SQL *script*, one by one (``executescript`` would commit between them).

    >>> list(statements("CREATE TABLE a (b); -- why\\nDROP TABLE a;"))
    ['CREATE TABLE a (b);', '-- why\\nDROP TABLE a;']
    """
    pending = ""
    for piece in script.split(";")[:-1]:
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""


def _step(source: Traversable) -> Callable[[Database], None]:
    def apply(db: Database) -> None:
        for statement in statements(source.read_text(encoding="utf-8")):
            db.execute(statement)

    return apply


_SCRIPTS = sorted((f for f in files(__name__).iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
for _script in _SCRIPTS:
    migrations(name=_script.name.removesuffix(".sql"))(_step(_script))

SCHEMA_VERSION = len(_SCRIPTS)
"""How many migrations this newsgauge knows; SQLite's ``user_version`` of an up-to-date file."""
