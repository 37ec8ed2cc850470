"""A cited table as CSV: a header, every text in quotes, no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
from datetime import date
from typing import IO

from db.cited import Cell, CitedTable
from db.dump import plain_cell


def write_csv(out: IO[str], table: CitedTable) -> None:
    """Write *table* to *out*; days and moments (UTC) as in ISO 8601.

    Texts stand in quotes, so that a spreadsheet which takes another separator cannot split them either.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([plain_cell(name) for name in table.names])
    writer.writerows([_cell(value) for value in row] for row in table.rows)


def _cell(value: Cell) -> Cell:
    return value.isoformat() if isinstance(value, date) else plain_cell(value)
