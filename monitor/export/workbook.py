"""A cited table as an Excel workbook: typed cells, constant text, charts, and a sheet about it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from db.cited import Cell, CitedTable, Column, Form
from extractors.errors import NewsgaugeError
from monitor.export.about import About
from monitor.export.charts import add_charts

MOST_ROWS = 1_048_575
"""A sheet's rows, without its header."""
_LONGEST_TEXT = 32_767
_LONGEST_LINK = 2_079
_MOST_LINKS = 65_530
_EXACT = 2**53
_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was; days before stay text."""

_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NUMBER = {"valign": "top"}
_TOP = {"valign": "top", "align": "left", "indent": 1}
_WRAPPED = {**_TOP, "text_wrap": True}
_LINK = {**_TOP, "font_color": "#0b5fc0", "underline": 1}
_HEADER = {"bold": True, "font_color": "#ffffff", "bg_color": "#17212b", "valign": "vcenter"}
_WIDTHS = {"sentence": 70.0, "link": 34.0, "amount": 20.0, "usd": 18.0, "share": 9.0, "id": 9.0}
_WIDEST_TEXT = 44.0
_LINE = 15.0
"""A line's height, in points."""
_MOST_LINES = 12
_WHOLE = 1000
"""From so many dollars on, cents are what an exchange rate makes of them."""
_ABOUT_WIDTH = 100


class ExportError(NewsgaugeError):
    """A table that cannot be written in the form asked for; the message says which one can."""


@dataclass
class _Book:
    """A workbook under way: its formats by their properties, and how many links it has."""

    file: Any
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    links: int = 0

    def format(self, properties: dict[str, Any], number: str = "") -> Any:
        """The format with these properties, made once."""
        full = properties | ({"num_format": number} if number else {})
        key = tuple(sorted(full.items()))
        if key not in self.formats:
            self.formats[key] = self.file.add_format(full)
        return self.formats[key]


def write_workbook(path: Path, sheet: str, table: CitedTable, about: About, now: datetime) -> None:
    """Write *table* to the workbook at *path*: its *sheet*, charts of its series, and what it is *about*.

    The same table at the same *now* gives the same bytes. Raises ExportError where a sheet is too small.
    """
    if len(table.rows) > MOST_ROWS:
        raise ExportError(f"{len(table.rows):,} rows do not fit into a sheet: narrow it down, or use --csv")
    with xlsxwriter.Workbook(path, _PLAIN) as file:
        file.set_properties({"title": sheet, "created": _naive(now), "comments": "Made by newsgauge."})
        book = _Book(file)
        _write_table(book, file.add_worksheet(sheet), table)
        add_charts(file, table)
        _write_about(book, file.add_worksheet("About"), about)


def _write_table(book: _Book, sheet: Any, table: CitedTable) -> None:
    units = [table.place(c.unit) if c.unit else None for c in table.columns]
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name, book.format(_header(column)))
        sheet.set_column(place, place, _width(table, place))
    for number, row in enumerate(table.rows, start=1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            unit = units[place]
            _write(book, sheet, (number, place), column, value, None if unit is None else row[unit])
        sheet.set_row(number, _LINE * _lines(table.columns, row))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if printed := next((place for place, c in enumerate(table.columns) if c.form == "link"), 0):
        sheet.print_area(0, 0, len(table.rows), printed - 1)  # nobody follows a link on paper


def _lines(columns: Sequence[Column], row: Sequence[Cell]) -> int:
    """How many lines the longest sentence of a row takes; programs other than Excel do not reckon it."""
    lengths = [len(str(cell)) for column, cell in zip(columns, row, strict=True) if column.form == "sentence"]
    return min(1 + max(lengths, default=0) // int(_WIDTHS["sentence"]), _MOST_LINES)


def _header(column: Column) -> dict[str, Any]:
    of_numbers = column.form in ("number", "amount", "usd", "share", "id")
    return _HEADER | ({"align": "right"} if of_numbers else {"align": "left", "indent": 1})


def _width(table: CitedTable, place: int) -> float:
    column = table.columns[place]
    if column.form in _WIDTHS:
        return max(_WIDTHS[column.form], len(column.name) + 4.0)
    longest = max((_shown_length(row[place]) for row in table.rows), default=0)
    return min(max(longest, len(column.name) + 2) + 3.0, _WIDEST_TEXT)


def _shown_length(value: Cell) -> int:
    return 16 if isinstance(value, datetime) else len(str(value if value is not None else ""))


def _write(book: _Book, sheet: Any, at: tuple[int, int], column: Column, value: Cell, unit: Cell) -> None:
    """Write one cell: what is text stays text, whatever it looks like."""
    if value is None:
        return
    if isinstance(value, date):
        _write_day(book, sheet, at, value)
    elif isinstance(value, int | float):
        _write_number(book, sheet, at, column, value, unit)
    elif column.form == "link" and _can_link(book, value):
        book.links += 1
        sheet.write_url(*at, value, book.format(_LINK), string=value)
    else:
        style = _WRAPPED if column.form == "sentence" else _TOP
        sheet.write_string(*at, _fitting(value), book.format(style))


def _write_day(book: _Book, sheet: Any, at: tuple[int, int], value: date) -> None:
    moment = isinstance(value, datetime)
    day = value.date() if isinstance(value, datetime) else value
    if day < _FIRST_DAY:
        sheet.write_string(*at, value.isoformat(), book.format(_TOP))
        return
    shown = book.format(_TOP, "yyyy-mm-dd hh:mm" if moment else "yyyy-mm-dd")
    sheet.write_datetime(*at, _naive(value) if isinstance(value, datetime) else value, shown)


def _write_number(
    book: _Book, sheet: Any, at: tuple[int, int], column: Column, value: float, unit: Cell
) -> None:
    if not math.isfinite(value) or abs(value) > _EXACT:
        sheet.write_string(*at, str(value), book.format(_TOP))
        return
    of_hundred = column.form == "amount" and unit == "percent"
    shown = round(value / 100, 12) if of_hundred else value
    sheet.write_number(*at, shown, book.format(_NUMBER, number_format(column, value, unit)))


def number_format(column: Column, value: float, unit: Cell = None) -> str:
    """How Excel shows *value* of a column; of an amount, in the *unit* of its row.

    >>> number_format(Column("value", "amount", "unit"), 412e6, "CNY")
    '[$CNY] #,##0'
    >>> number_format(Column("value", "amount", "unit"), 12.5, "percent")
    '0.0%'
    """
    if column.form == "id":
        return "0"
    if column.form == "share":
        return "0.0%"
    if column.form == "usd":
        return f"[$$-409]#,##0{'' if value >= _WHOLE else _digits(value, 2)}"
    digits = _digits(value)
    grouped = f"#,##0{digits}"
    if column.form != "amount" or not isinstance(unit, str):
        return "General" if column.form == "number" else grouped
    if re.fullmatch(r"[A-Z]{3}", unit):
        return f"[${unit}] {grouped}"
    ending = {"percent": "%", "percentage_point": '" pp"', "bps": '" bp"', "multiple": '"×"'}.get(unit)
    return f"0{digits}{ending}" if ending else grouped


def _digits(value: float, most: int = 4) -> str:
    decimals = f"{value:.{most}f}".rstrip("0").partition(".")[2]
    return f".{'0' * len(decimals)}" if decimals else ""


def _can_link(book: _Book, value: str) -> bool:
    short = len(value) <= _LONGEST_LINK and book.links < _MOST_LINKS
    return short and value.startswith(("http://", "https://"))


def _fitting(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _write_about(book: _Book, sheet: Any, about: About) -> None:
    label = book.format({**_TOP, "bold": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _ABOUT_WIDTH)
    sheet.fit_to_pages(1, 0)
    for row, (name, value) in enumerate(about.lines):
        sheet.write_string(row, 0, name, label)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, book.format(_TOP, "#,##0"))
            continue
        form: Form = "time"
        if isinstance(value, str):
            form = "link" if value.startswith("http") else "sentence"
            sheet.set_row(row, _LINE * sum(1 + len(line) // _ABOUT_WIDTH for line in value.split("\n")))
        _write(book, sheet, (row, 1), Column(name, form), value, None)
    _write_meanings(book, sheet, len(about.lines) + 1, about.columns)


def _write_meanings(book: _Book, sheet: Any, first: int, columns: Sequence[tuple[str, str]]) -> None:
    if not columns:
        return
    for place, name in enumerate(("Column", "What it means")):
        sheet.write_string(first, place, name, book.format({**_HEADER, "align": "left"}))
    for row, (name, text) in enumerate(columns, start=first + 1):
        sheet.write_string(row, 0, name, book.format(_NUMBER))
        sheet.write_string(row, 1, text, book.format(_WRAPPED))
