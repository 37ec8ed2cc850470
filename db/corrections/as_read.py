"""What the rules read in articles that have corrections, kept so that corrections can be taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from db.corrections.values import FIGURE_COLUMN, Row
from db.vintages import TABLES, Ref

_OF_A_ROW = ("id", "article", "first_seen_at", "valid_from", "read_by", "correction")
Rows = Mapping[str, Sequence[Row]]


class Merged:
    """The company that a company became, asked of the database once each."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[int, int] = {}

    def __call__(self, company: int) -> int:
        if company not in self._known:
            row = self._db.execute(
                "SELECT coalesce(merged_into, id) FROM companies WHERE id = ?", [company]
            ).fetchone()
            self._known[company] = int(row[0]) if row else company
        return self._known[company]


def as_read(db: Database, article: int) -> dict[str, list[Row]]:
    """What the rules last read in *article*; its present rows where it never had a correction."""
    kept = db.execute("SELECT content FROM as_read WHERE article = ?", [article]).fetchone()
    if kept is None:
        return _present(db, article)
    merged = Merged(db)
    rows: dict[str, list[Row]] = json.loads(kept[0], object_hook=_unfolded)
    for mention in rows["company_mentions"]:
        mention["company"] = merged(mention["named"])  # type: ignore[index]
    for fact in rows["facts"]:
        if fact["company"] is not None:
            fact["company"] = merged(fact["company"])  # type: ignore[index]
    return rows


def keep(db: Database, article: int, rows: Rows) -> None:
    """Note what the rules read; of tables that were not read, what they read before."""
    whole = rows if len(rows) == len(TABLES) else {**as_read(db, article), **rows}
    db.execute(
        "INSERT INTO as_read (article, content) VALUES (?, ?) "
        "ON CONFLICT (article) DO UPDATE SET content = excluded.content",
        [article, json.dumps(whole, ensure_ascii=False, default=_folded)],
    )


def _present(db: Database, article: int) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    places: dict[str, dict[int, int]] = {}
    for table in TABLES:
        found = list(db.query(f"SELECT * FROM {table} WHERE article = ? ORDER BY id", [article]))
        places[table] = {row["id"]: n for n, row in enumerate(found)}
        rows[table] = [
            {name: _ref(name, value, places) for name, value in row.items() if name not in _OF_A_ROW}
            for row in found
        ]
    return rows


_REFERS = {"pair_of": "money", **{column: table for table, column in FIGURE_COLUMN.items()}}


def _ref(name: str, value: Any, places: Mapping[str, Mapping[int, int]]) -> Any:
    return value if value is None or name not in _REFERS else Ref(_REFERS[name], places[_REFERS[name]][value])


def _folded(value: object) -> object:
    assert isinstance(value, Ref)
    return {"table": value.table, "place": value.place}


def _unfolded(row: dict[str, Any]) -> Any:
    return Ref(row["table"], row["place"]) if row.keys() == {"table", "place"} else row
