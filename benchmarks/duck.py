"""The same questions to SQLite and to DuckDB over a dump of it: CPU seconds and seconds, by turns.

``python -m benchmarks.duck DATABASE FOLDER [--json]``, where ``newsgauge dump --all --format parquet
-o FOLDER`` wrote the folder; the database may be one that ``benchmarks.generate`` made.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from db.duck import SCRIPT

QUESTIONS = {
    "facts by metric": "SELECT metric_id, count(*), avg(usd) FROM fact_figures GROUP BY 1",
    "figures by unit": "SELECT unit, count(*), sum(value) FROM figures GROUP BY 1",
    "days by kind": "SELECT kind, day, sum(articles) FROM daily_trends GROUP BY 1, 2",
    "themes by country": "SELECT * FROM theme_countries",
    "pairs of themes": "SELECT * FROM theme_pairs",
    "themes by company": "SELECT * FROM theme_companies",
}


def seconds(ask: Callable[[str], Any], sql: str) -> tuple[float, float, int]:
    """The CPU seconds, the seconds and the rows of an answer."""
    cpu, began = time.process_time(), time.perf_counter()
    rows = len(ask(sql).fetchall())
    return time.process_time() - cpu, time.perf_counter() - began, rows


def compare(database: Path, folder: Path, rounds: int = 2) -> dict[str, Any]:
    """What each question costs both, the better of their *rounds*."""
    with duckdb.connect() as duck:
        duck.execute(f"SET file_search_path = '{folder}'")
        duck.execute((folder / SCRIPT).read_text(encoding="utf-8"))
        lite = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        found = {}
        for name, sql in QUESTIONS.items():
            runs = [(seconds(lite.execute, sql), seconds(duck.execute, sql)) for _ in range(rounds)]
            (cpu, wall, rows), (duck_cpu, duck_wall, duck_rows) = map(min, zip(*runs, strict=True))
            assert rows == duck_rows, name
            found[name] = {
                "rows": rows,
                "sqlite": {"cpu_seconds": round(cpu, 2), "seconds": round(wall, 2)},
                "duckdb": {"cpu_seconds": round(duck_cpu, 2), "seconds": round(duck_wall, 2)},
                "times": round(cpu / duck_cpu, 1),
            }
        lite.close()
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    chosen = parser.parse_args()
    found = compare(chosen.database, chosen.folder)
    print(json.dumps(found, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
