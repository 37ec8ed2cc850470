"""A table or view as CSV, JSON lines or Parquet, row by row, whatever its size."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal

from db import descriptions
from db.store import DatabaseError, Store

Form = Literal["csv", "json", "parquet"]
Row = Sequence[Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BATCH = 10_000
_PARQUET = {"INTEGER": "int64", "INT": "int64", "REAL": "float64", "TEXT": "string"}


def dumpable(store: Store) -> list[str]:
    """The tables and views that can be dumped."""
    there = {*store.db.table_names(), *store.db.view_names()}
    return [name for name in descriptions.tables() if name in there]


def dump(store: Store, table: str, form: Form, output: Path | None) -> int:
    """Write *table* in *form* to the file *output* or to standard output; returns how many rows.

    Raises DatabaseError for an unknown table, and for Parquet without pyarrow or without a file.
    """
    if table not in (known := dumpable(store)):
        raise DatabaseError(f"there is no table {table!r} to dump: choose one of {', '.join(known)}")
    cursor = store.db.conn.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    if form == "parquet":
        return _write_parquet(store, table, names, cursor, output)
    write: Callable[[IO[str], Sequence[str], Iterable[Row]], int] = _csv if form == "csv" else _json
    with _opened(output) as out:
        return write(out, names, cursor)


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise DatabaseError(f"{output} cannot be written: {error.strerror}") from error


def _csv(out: IO[str], names: Sequence[str], rows: Iterable[Row]) -> int:
    writer = csv.writer(out)
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([plain_cell(value) for value in row])
        count += 1
    return count


def plain_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, marked as text (OWASP: CSV injection).

    >>> plain_cell("=1+1"), plain_cell("revenue"), plain_cell(-3.5)
    ("'=1+1", 'revenue', -3.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json(out: IO[str], names: Sequence[str], rows: Iterable[Row]) -> int:
    count = 0
    for row in rows:
        out.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_parquet(
    store: Store, table: str, names: Sequence[str], rows: Iterator[Row], output: Path | None
) -> int:
    if output is None:
        raise DatabaseError("Parquet needs a file: name one with --output")
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise DatabaseError("Parquet needs pyarrow: pip install 'newsgauge[parquet]'") from error
    kinds = {column.name: _PARQUET.get(column.type) for column in store.db[table].columns}
    batches = iter(lambda: list(islice(rows, _BATCH)), [])
    first = next(batches, [])
    columns = [_kind_of(kinds[name], [row[place] for row in first]) for place, name in enumerate(names)]
    schema = arrow.schema([(name, getattr(arrow, kind)()) for name, kind in zip(names, columns, strict=True)])
    count = 0
    with parquet.ParquetWriter(output, schema) as writer:
        batch = first
        while batch:
            typed = [
                [None if value is None else _CASTS[kind](value) for value in column]
                for kind, column in zip(columns, zip(*batch, strict=True), strict=True)
            ]
            writer.write_table(arrow.table(dict(zip(names, typed, strict=True)), schema=schema))
            count += len(batch)
            batch = next(batches, [])
    return count


_CASTS: dict[str, Callable[[Any], Any]] = {"int64": int, "float64": float, "string": str}


def _kind_of(declared: str | None, values: Sequence[Any]) -> str:
    """The declared type; for a view's computed columns that of the first values."""
    if declared:
        return declared
    kinds = {type(value) for value in values if value is not None}
    return "string" if str in kinds else "float64" if kinds else "string"
