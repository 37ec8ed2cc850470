"""Native charts of a workbook's longest series: what each source said, by period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from db.cited import CitedTable

SHEET = "Charts"
MOST_CHARTS = 6
_FEWEST_POINTS = 3
_ROWS_OF_A_CHART = 22
_MOST_LABELLED = 14
_COLOURS = ("#3d7fd6", "#d9541e", "#1a9850", "#8e5bd0", "#c2185b", "#7a6a1f")


@dataclass(frozen=True, slots=True)
class Point:
    """A value that a source gave for a day, as it stands in its text."""

    source: str
    day: date
    value: float
    stated: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A series to draw: its title, its unit, and its points by source."""

    title: str
    unit: str
    points: tuple[Point, ...]


def add_charts(file: Any, table: CitedTable) -> None:
    """Add a sheet with a chart of each of *table*'s longest series, and the values that it draws."""
    drawn = [one for one in _series(table) if len({point.day for point in one.points}) > 1][:MOST_CHARTS]
    if not drawn:
        return
    sheet = file.add_worksheet(SHEET)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 3, 16)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    row = 0
    for one in drawn:
        _write_points(file, sheet, row, one)
        sheet.insert_chart(row, 5, _chart(file, row, one), {"x_scale": 1.7, "y_scale": 1.4})
        row += max(_ROWS_OF_A_CHART, len(one.points) + 4)


def _series(table: CitedTable) -> Iterator[Drawn]:
    start = 0
    for length in table.series:
        rows = [dict(zip(table.names, row, strict=True)) for row in table.rows[start : start + length]]
        start += length
        if length >= _FEWEST_POINTS and (one := _drawn(rows)):
            yield one


def _drawn(rows: Sequence[dict[str, Any]]) -> Drawn | None:
    """The series in its unit, in dollars where it has several; None where it has too few points to draw."""
    units = {row["unit"] for row in rows}
    column, unit = ("value", units.pop() or "") if len(units) == 1 else ("usd", "USD")
    points = [
        Point(row["claimed_by"] or row["outlet"] or "", day, row[column], row["stated"])
        for row in rows
        if (day := _day(row)) and row[column] is not None
    ]
    if len(points) < _FEWEST_POINTS:
        return None
    scope = f" ({rows[0]['scope']})" if rows[0]["scope"] else ""
    title = f"{rows[0]['subject']}: {rows[0]['metric']}{scope}, {unit}"
    return Drawn(title, unit, tuple(sorted(points, key=lambda p: (p.source, p.day))))


def _day(row: dict[str, Any]) -> date | None:
    """The period's last day, else the day of publication."""
    found = row["period_end"] or row["published"]
    if isinstance(found, datetime):
        return found.date()
    return found if isinstance(found, date) else None


def _write_points(file: Any, sheet: Any, row: int, drawn: Drawn) -> None:
    """The values beside the chart; it refers to these cells alone, so that no text becomes a formula."""
    sheet.write_string(row, 0, drawn.title, file.add_format({"bold": True}))
    for place, name in enumerate(("source", "period's end", "value", "stated")):
        sheet.write_string(row + 1, place, name, file.add_format({"bold": True, "bottom": 1}))
    days = file.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    numbers = file.add_format({"num_format": "#,##0.####" if _is_small(drawn) else "#,##0"})
    for place, point in enumerate(drawn.points, start=row + 2):
        sheet.write_string(place, 0, point.source)
        sheet.write_datetime(place, 1, point.day, days)
        sheet.write_number(place, 2, point.value, numbers)
        sheet.write_string(place, 3, point.stated)


def _is_small(drawn: Drawn) -> bool:
    return max(point.value for point in drawn.points) < 100


def _chart(file: Any, row: int, drawn: Drawn) -> Any:
    chart = file.add_chart({"type": "scatter"})
    first = row + 2
    labels = _labels(drawn)
    for place, (_, group) in enumerate(groupby(drawn.points, key=lambda point: point.source)):
        last = first + len(list(group)) - 1
        colour = {"color": _COLOURS[place % len(_COLOURS)]}
        chart.add_series(
            {
                "name": [SHEET, first, 0],
                "categories": [SHEET, first, 1, last, 1],
                "values": [SHEET, first, 2, last, 2],
                "marker": {"type": "circle", "size": 8, "fill": colour, "border": {"color": "#ffffff"}},
                **_data_labels(labels[first - row - 2 : last - row - 1]),
            }
        )
        first = last + 1
    chart.set_title({"name": [SHEET, row, 0], "name_font": {"size": 12}})
    chart.set_x_axis({"num_format": "mmm yyyy", **_span(drawn)})
    chart.set_y_axis(
        {
            "num_format": _axis_format(drawn),
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": "#e1e6eb"}},
        }
    )
    chart.set_legend({"position": "bottom"})
    return chart


def _labels(drawn: Drawn) -> list[dict[str, Any]]:
    """What is stated, beside each point: once where points lie upon each other, and never as a formula."""
    if len(drawn.points) > _MOST_LABELLED:
        return []
    seen: set[tuple[date, float]] = set()
    labels: list[dict[str, Any]] = []
    for point in drawn.points:
        shown = (point.day, point.value) not in seen and not point.stated.startswith("=")
        labels.append({"value": point.stated} if shown else {"delete": True})
        seen.add((point.day, point.value))
    return labels


def _data_labels(labels: list[dict[str, Any]]) -> dict[str, Any]:
    return {"data_labels": {"value": True, "position": "above", "custom": labels}} if labels else {}


def _span(drawn: Drawn) -> dict[str, Any]:
    """An axis a little wider than its points."""
    days = sorted(point.day.toordinal() for point in drawn.points)
    room = max((days[-1] - days[0]) // 12, 15)
    return {
        "min": date.fromordinal(days[0] - room),
        "max": date.fromordinal(days[-1] + room),
        "date_axis": True,
    }


def _axis_format(drawn: Drawn) -> str:
    top = max(point.value for point in drawn.points)
    if top >= 1e9:
        return '0.0,,," bn"'
    return '0,," m"' if top >= 1e6 else "#,##0" if top >= 100 else "0.##"
