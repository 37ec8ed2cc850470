"""All tables as files, and for Parquet the SQL with which DuckDB sees them under their own names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db.dump import Form, dump, dumpable
from db.store import DatabaseError, Store

SCRIPT = "duckdb.sql"
_ENDINGS: dict[Form, str] = {"csv": "csv", "json": "jsonl", "parquet": "parquet"}
_SINGLE = r"(?!NULL\b|NOT\b|TRUE\b|FALSE\b|DISTINCT\b)"
_IN_DUCKDB = [
    (re.compile(pattern, re.I), words)
    for pattern, words in (
        (r"^\s*CREATE VIEW\b", "CREATE OR REPLACE VIEW"),
        (r"\bGROUP BY\s+[\w.,\s\"]+?(?=\s*(?:\bHAVING\b|\bORDER\b|\)|;|$))", "GROUP BY ALL"),
        (r"\bCROSS JOIN(\s+\w+(?:\s+\w+)?\s+ON\b)", r"JOIN\1"),
        (rf"\bIS\s+NOT\s+{_SINGLE}", "IS DISTINCT FROM "),
        (rf"\bIS\s+{_SINGLE}", "IS NOT DISTINCT FROM "),
    )
]


@dataclass(frozen=True, slots=True)
class Dumped:
    """A table's file, and how many rows it has."""

    table: str
    path: Path
    rows: int


def dump_all(store: Store, form: Form, folder: Path) -> Iterator[Dumped]:
    """Write every table to a file of its own in *folder*, all as of one moment.

    Beside Parquet files stands ``duckdb.sql``, which makes DuckDB see tables and views. Raises DatabaseError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"{folder} cannot be made: {error.strerror}") from error
    store.db.conn.execute("BEGIN")  # one moment's rows, whoever writes meanwhile
    try:
        tables = [name for name in dumpable(store) if name in set(store.db.table_names())]
        for table in tables:
            path = folder / f"{table}.{_ENDINGS[form]}"
            yield Dumped(table, path, dump(store, table, form, path))
        if form == "parquet":
            (folder / SCRIPT).write_text("\n\n".join(duckdb_views(store, tables)) + "\n", encoding="utf-8")
    finally:
        store.db.conn.execute("ROLLBACK")


OF_THE_PRESENT = "sql NOT LIKE '%json_extract%'"
"""Of the views, those that DuckDB is given: what was read before stands in JSON, which it types otherwise."""


def duckdb_views(store: Store, tables: list[str]) -> Iterator[str]:
    """The statements that make DuckDB see the *tables*' Parquet files, and this database's views."""
    yield "-- DuckDB sees the files beside this one as newsgauge's tables, with its views over them."
    for table in tables:
        yield f"CREATE OR REPLACE VIEW \"{table}\" AS SELECT * FROM read_parquet('{table}.parquet');"
    views = store.db.execute(
        f"SELECT sql FROM sqlite_master WHERE type = 'view' AND {OF_THE_PRESENT} ORDER BY rowid"
    )
    yield from (f"{in_duckdb(sql)};" for (sql,) in views)


def in_duckdb(view: str) -> str:
    """SQLite's *view* in DuckDB's words.

    There a column that is not added up must be grouped by, ``IS`` compares with nothing but NULL, a CROSS
    JOIN has no condition, and the lesser of two values is their ``least``.

    >>> in_duckdb('CREATE VIEW v AS SELECT a.name, sum(b) FROM a CROSS JOIN c ON c.id = a.id GROUP BY a.id')
    'CREATE OR REPLACE VIEW v AS SELECT a.name, sum(b) FROM a JOIN c ON c.id = a.id GROUP BY ALL'
    >>> in_duckdb('CREATE VIEW v AS SELECT min(b), max(abs(b), c) FROM a WHERE b IS c AND d IS NOT NULL')
    'CREATE OR REPLACE VIEW v AS SELECT min(b), greatest(abs(b), c) FROM a WHERE b IS NOT DISTINCT FROM c \
AND d IS NOT NULL'
    """
    for pattern, words in _IN_DUCKDB:
        view = pattern.sub(words, view)
    return _LESSER.sub(lambda call: _of_several(view, call), view)


_LESSER = re.compile(r"\b(min|max)(?=\()", re.I)
_OF_SEVERAL = {"min": "least", "max": "greatest"}


def _of_several(sql: str, call: re.Match[str]) -> str:
    """What a call of min or max is there: another function where it has several arguments."""
    depth = 0
    for character in sql[call.end() :]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 1:
            return _OF_SEVERAL[call[1].lower()]
        if depth == 0:
            break
    return call[1]
