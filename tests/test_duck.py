"""All tables dumped; DuckDB over the Parquet files gives what SQLite's own views give."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.generate import generate
from db.duck import OF_THE_PRESENT
from db.dump import dumpable
from db.store import open_store
from tests.archives import articles, write_jsonl
from tests.programs import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of articles really read, another of generated ones, and both dumped."""
    folder = tmp_path_factory.mktemp("duck")
    write_jsonl(folder / "a.jsonl", articles(60))
    assert run("--db", "read.db", "backfill", "a.jsonl", folder=folder).returncode == 0
    generate(folder / "made.db", 3000).close()
    for name in ("read", "made"):
        dumped = run("--db", f"{name}.db", "dump", "--all", "--format", "parquet", "-o", name, folder=folder)
        assert dumped.returncode == 0, dumped.stderr
        assert f"{name}/articles.parquet: " in dumped.stdout
    return folder


def in_duckdb(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers over the dump in *folder*."""
    with duckdb.connect() as con:
        con.execute(f"SET file_search_path = '{folder}'")
        con.execute((folder / "duckdb.sql").read_text(encoding="utf-8"))
        return con.execute(sql).fetchall()


def views(database: Path) -> Iterator[str]:
    with closing(sqlite3.connect(database)) as db:
        yield from [
            n
            for (n,) in db.execute(f"SELECT name FROM sqlite_master WHERE type = 'view' AND {OF_THE_PRESENT}")
        ]


def alike(rows: list[tuple[Any, ...]]) -> list[str]:
    """Rows in one order, whole numbers alike whatever their type."""
    return sorted(
        repr(tuple(int(v) if isinstance(v, float) and v == int(v) else v for v in row)) for row in rows
    )


@pytest.mark.parametrize("name", ["read", "made"])
def test_every_view_gives_the_same_rows(folder: Path, name: str) -> None:
    database = folder / f"{name}.db"
    seen = 0
    with open_store(database, read_only=True) as store:
        for view in views(database):
            here = store.db.execute(f'SELECT * FROM "{view}"').fetchall()
            there = in_duckdb(folder / name, f'SELECT * FROM "{view}"')
            assert alike(there) == alike(here), view
            seen += bool(here)
    assert seen >= 5


def test_every_table_has_its_rows_and_columns(folder: Path) -> None:
    with open_store(folder / "read.db", read_only=True) as store:
        tables = [table for table in dumpable(store) if table in store.db.table_names()]
        for table in tables:
            here = store.db.execute(f'SELECT * FROM "{table}"').fetchall()
            assert alike(in_duckdb(folder / "read", f'SELECT * FROM "{table}"')) == alike(here), table
    assert len(tables) > 30


def test_other_forms_and_wrong_use(folder: Path, tmp_path: Path) -> None:
    for form, ending in (("csv", "csv"), ("json", "jsonl")):
        made = run("--db", folder / "read.db", "dump", "--all", "--format", form, "-o", form, folder=tmp_path)
        assert made.returncode == 0, made.stderr
        assert (tmp_path / form / f"facts.{ending}").stat().st_size > 1000
        assert not (tmp_path / form / "duckdb.sql").exists()
    lines = (tmp_path / "json" / "articles.jsonl").read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 60
    with (tmp_path / "csv" / "articles.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 61
    for words in (["--all"], ["facts", "--all", "-o", "x"]):
        wrong = run("--db", folder / "read.db", "dump", *words, folder=tmp_path)
        assert wrong.returncode == 2 and "--all takes no TABLE" in wrong.stderr
    (tmp_path / "file").touch()
    blocked = run("--db", folder / "read.db", "dump", "--all", "-o", "file/x", folder=tmp_path)
    assert blocked.returncode == 1 and "cannot be made" in blocked.stderr
