"""Every table, view and column is described, and nothing is described that is not there."""

from pathlib import Path

from db import descriptions
from db.store import open_store

INTERNAL = ("articles_fts", "sqlite_", "_sqlite")


def test_the_descriptions_and_the_schema_agree(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        names = [*store.db.table_names(), *store.db.view_names()]
        there = {name for name in names if not name.startswith(INTERNAL)}
        assert set(descriptions.tables()) == there
        undescribed = [
            f"{table}.{column.name}"
            for table in there
            for column in store.db[table].columns
            if not _described(table, column.name)
        ]
        assert undescribed == []
        columns = {table: {column.name for column in store.db[table].columns} for table in there}
    extra = [f"{t}.{c}" for t in columns for c in descriptions._own(t) if c not in columns[t] | {"about"}]
    assert extra == []


def _described(table: str, column: str) -> bool:
    try:
        return bool(descriptions.column(table, column))
    except KeyError:
        return False
