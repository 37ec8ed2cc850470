"""Cited tables: facts, disagreements and answers as rows that say where each number stands.

A table is a plain value; how it is written, as a workbook or as CSV, is another's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from db.citations import Desk, Source, citation, published_on
from db.citing import Cited
from db.questions import Answer
from db.series import Disagreement, Reported
from db.wording import period_in_words
from extractors.facts.compare import Claim

Cell = str | int | float | date | datetime | None
Form = Literal["text", "time", "sentence", "link", "number", "amount", "usd", "share", "id"]
"""What a column holds: an *amount* is in the unit that its row says, a *share* is between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, what it holds, and for amounts the column that says their unit."""

    name: str
    form: Form = "text"
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CitedTable:
    """Rows of cells under *columns*; times are aware, in UTC.

    ``series`` are the lengths of the stretches of rows that tell of the same thing.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    series: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    def place(self, name: str) -> int:
        """Where the column *name* stands, counted from 0."""
        return self.names.index(name)


_FACT = (
    Column("subject"),
    Column("metric"),
    Column("scope"),
    Column("period"),
    Column("stated"),
    Column("value", "amount", "unit"),
    Column("value_max", "amount", "unit"),
    Column("unit"),
    Column("usd", "usd"),
    Column("direction"),
    Column("basis"),
    Column("claimed_by"),
    Column("sentence", "sentence"),
    Column("outlet"),
    Column("title"),
    Column("published", "time"),
    Column("link", "link"),
    Column("permalink", "link"),
    Column("as_of", "time"),
    Column("citation"),
    Column("period_start", "time"),
    Column("period_end", "time"),
    Column("approx"),
    Column("metric_id"),
    Column("confidence"),
    Column("rule"),
    Column("article", "id"),
    Column("fact", "id"),
)


def of_facts(series: Sequence[Sequence[Reported]], known: Mapping[int, Source], desk: Desk) -> CitedTable:
    """Facts as a table, a series after another, each with its citation; *known* are their articles."""
    rows = tuple(_fact_row(row, known, desk) for rows in series for row in rows)
    return CitedTable(_FACT, rows, tuple(map(len, series)))


def _fact_row(row: Reported, known: Mapping[int, Source], desk: Desk) -> tuple[Cell, ...]:
    cells = _fact_cells(row, known, desk)
    return tuple(cells[column.name] for column in _FACT)


def _fact_cells(row: Reported, known: Mapping[int, Source], desk: Desk) -> dict[str, Cell]:
    claim = row.claim
    source = known.get(row.article) or Source(
        row.article, row.title, claim.source or None, row.url, published_on(row.published, None)
    )
    permalink = desk.article(row.article, f"fact-{claim.id}")
    return row.as_dict() | {
        "period": period_in_words(_iso(claim.period_start), _iso(claim.period_end)),
        "period_start": claim.period_start,
        "period_end": claim.period_end,
        "scope": "; ".join(claim.scope),
        "usd": _in_dollars(claim),
        "title": source.title,
        "published": source.published,
        "link": source.link,
        "permalink": permalink,
        "as_of": desk.as_of,
        "citation": citation(source, permalink, desk.as_of),
    }


_SHARED = ("subject", "metric", "scope", "period")
_OF_A_SIDE = (
    *("stated", "value", "value_max", "unit", "usd", "basis", "claimed_by", "outlet", "sentence", "title"),
    *("published", "link", "permalink", "citation", "rule", "article", "fact"),
)


def of_disagreements(pairs: Sequence[Disagreement], known: Mapping[int, Source], desk: Desk) -> CitedTable:
    """Disagreements as a table, both sides in one row; the second side's columns begin with ``other_``."""
    forms = {column.name: column for column in _FACT}
    sides = [
        column
        for name in _OF_A_SIDE
        for column in (forms[name], Column(f"other_{name}", forms[name].form, _other_unit(name)))
    ]
    columns = (*(forms[name] for name in _SHARED), Column("gap", "share"), *sides, forms["as_of"])
    rows = []
    for pair in pairs:
        first, second = (_fact_cells(side, known, desk) for side in (pair.first, pair.second))
        cells = first | {f"other_{name}": value for name, value in second.items()} | {"gap": pair.gap}
        rows.append(tuple(cells[column.name] for column in columns))
    return CitedTable(columns, tuple(rows))


def _other_unit(name: str) -> str | None:
    return "other_unit" if name in ("value", "value_max") else None


def of_answer(answer: Answer, cited: Sequence[Cited], desk: Desk) -> CitedTable:
    """An answer as a table: its own columns, and what each of *cited* adds to say where its numbers stand."""
    columns = [_column(answer, place) for place in range(len(answer.names))]
    rows = [[_cell(value, columns[place]) for place, value in enumerate(row)] for row in answer.rows]
    for one in cited:
        _add(columns, rows, one, desk)
    if "as_of" not in answer.names:
        columns.append(Column("as_of", "time"))
        for row in rows:
            row.append(desk.as_of)
    return CitedTable(tuple(columns), tuple(map(tuple, rows)))


def _add(columns: list[Column], rows: list[list[Cell]], cited: Cited, desk: Desk) -> None:
    """Put what *cited* knows into columns that the answer has not got."""
    there = {column.name for column in columns}
    for name, (form, cell) in _ADDED.items():
        filled = [cell(cited, place, desk) for place in range(len(rows))]
        full = f"{cited.prefix}{name}"
        known_otherwise = full in there or (name == "link" and f"{cited.prefix}url" in there)
        if known_otherwise or not any(value is not None for value in filled):
            continue
        columns.append(Column(full, form))
        for row, value in zip(rows, filled, strict=True):
            row.append(value)


def _of_source(part: Literal["outlet", "title", "link", "published"]) -> Callable[[Cited, int, Desk], Cell]:
    def cell(cited: Cited, place: int, desk: Desk) -> Cell:
        source = cited.sources[place]
        return getattr(source, part) if source else None

    return cell


def _of_finding(part: Literal["sentence", "rule"]) -> Callable[[Cited, int, Desk], Cell]:
    def cell(cited: Cited, place: int, desk: Desk) -> Cell:
        finding = cited.findings[place]
        return getattr(finding, part) if finding else None

    return cell


def _permalink(cited: Cited, place: int, desk: Desk) -> Cell:
    source, finding = cited.sources[place], cited.findings[place]
    if source is not None:
        return desk.article(source.article, finding.anchor if finding else None)
    page = cited.pages[place]
    return desk.page(*page) if page else None


def _citation(cited: Cited, place: int, desk: Desk) -> Cell:
    source = cited.sources[place]
    return citation(source, str(_permalink(cited, place, desk)), desk.as_of) if source else None


_ADDED: Mapping[str, tuple[Form, Callable[[Cited, int, Desk], Cell]]] = {
    "sentence": ("sentence", _of_finding("sentence")),
    "outlet": ("text", _of_source("outlet")),
    "title": ("text", _of_source("title")),
    "published": ("time", _of_source("published")),
    "link": ("link", _of_source("link")),
    "permalink": ("link", _permalink),
    "citation": ("text", _citation),
    "rule": ("text", _of_finding("rule")),
}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?")


def _column(answer: Answer, place: int) -> Column:
    name = answer.names[place]
    values = [row[place] for row in answer.rows if row[place] is not None]
    if values and all(isinstance(value, str) for value in values):
        return Column(name, _form_of_text(name, values))
    if re.fullmatch(r"usd|usd_max|.*_usd", name):
        return Column(name, "usd")
    if re.fullmatch(r"(?:.*_)?(?:value|value_max)", name) and "unit" in answer.names:
        return Column(name, "amount", "unit")
    return Column(name, "id" if _is_id(name) else "number")


def _is_id(name: str) -> bool:
    return re.fullmatch(r"(?:.*_)?(?:id|article|fact|company|story|outlet|feed)", name) is not None


def _form_of_text(name: str, values: Sequence[str]) -> Form:
    if name.endswith("sentence"):
        return "sentence"
    if all(value.startswith(("http://", "https://")) for value in values):
        return "link"
    return "time" if all(map(_MOMENT.fullmatch, values)) else "text"


def _cell(value: Any, column: Column) -> Cell:
    """A value of the database as a cell: in a column of days or moments it is one."""
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    if isinstance(value, str) and column.form == "time":
        return _day_or_moment(value)
    return value  # type: ignore[no-any-return]


def _day_or_moment(text: str) -> Cell:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_dollars(claim: Claim) -> float | None:
    """The value in US dollars, stated in them or converted."""
    dollars = claim.value if claim.unit == "USD" else claim.usd
    return None if dollars is None else float(dollars)


def _iso(day: object) -> str | None:
    return str(day) if day else None
