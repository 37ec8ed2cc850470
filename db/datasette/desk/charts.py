"""Charts as SVG, drawn on the server: no script, no network, and colours that follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Bar:
    """A count of one stretch of time, and what to say of it."""

    label: str
    count: float
    thin: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A claimed value: where it stands in time (0 to 1), its value, what is stated and what to say of it."""

    at: float
    value: float
    stated: str
    label: str
    source: str
    link: str


def sparkline(counts: Sequence[float], word: str = "steady", width: int = 120, height: int = 28) -> Markup:
    """A line of *counts*, oldest first, with its last point marked."""
    if not counts:
        return Markup("")
    top = max(*counts, 1)
    step = (width - 6) / max(len(counts) - 1, 1)
    points = [(3 + i * step, height - 4 - (height - 8) * c / top) for i, c in enumerate(counts)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"3,{height - 4} {line} {points[-1][0]:.1f},{height - 4}"
    x, y = points[-1]
    return Markup(
        '<svg class="spark {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<polygon class="area" points="{}"/><polyline points="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>'
    ).format(word, width, height, width, height, _spoken(counts), area, line, f"{x:.1f}", f"{y:.1f}")


def bars(bars: Sequence[Bar], width: int = 720, height: int = 180) -> Markup:
    """A bar chart over time, each bar with a title; thin stretches are drawn pale."""
    top = max([bar.count for bar in bars] + [1])
    left, bottom = 34, 22
    step = (width - left - 6) / max(len(bars), 1)
    scale = (height - bottom - 12) / top
    parts = [_grid(top, width, height, left, bottom, scale)]
    every = max(1, len(bars) // 8)
    for place, bar in enumerate(bars):
        x, tall = left + place * step, bar.count * scale
        y = height - bottom - tall
        parts.append(
            Markup(
                '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}: {}</title></rect>'
            ).format(
                "bar thin" if bar.thin else "bar",
                f"{x + step * 0.12:.1f}",
                f"{y:.1f}",
                f"{step * 0.76:.1f}",
                f"{max(tall, 0.6):.1f}",
                bar.label,
                f"{bar.count:g}",
            )
        )
        if place % every == 0:
            parts.append(_text(x + step / 2, height - 6, bar.label, "middle"))
    return _svg(parts, width, height, _spoken([bar.count for bar in bars]))


MOST_LABELLED = 14
"""More points than this are told by their titles alone."""


def points(points: Sequence[Point], days: Sequence[str], width: int = 720, height: int = 240) -> Markup:
    """Claimed values over time, one mark a claim, coloured by source, each a link to its article.

    *days* are written below, evenly from the first moment to the last.
    """
    if not points:
        return Markup("")
    top = max(point.value for point in points) or 1
    left, bottom, right = 64, 24, 12
    inner = (width - left - right) * (1 - 2 * _MARGIN)
    begin = left + (width - left - right) * _MARGIN
    sources = sorted({point.source for point in points})
    scale = (height - bottom - 24) / top
    parts = [_grid(top, width, height, left, bottom, scale)]
    for place, day in enumerate(days):
        share = place / (len(days) - 1) if len(days) > 1 else 0.5
        parts.append(_text(begin + share * inner, height - 6, day, "middle"))
    for point in points:
        x = begin + point.at * inner
        y = height - bottom - point.value * scale
        if len(points) <= MOST_LABELLED:
            after = point.at < 0.6
            said = f"{point.stated} · {point.source}"
            parts.append(_text(x + (11 if after else -11), y + 4, said, "start" if after else "end"))
        parts.append(
            Markup(
                '<a href="{}"><circle class="point s{}" cx="{}" cy="{}" r="6"><title>{}</title></circle></a>'
            ).format(point.link, sources.index(point.source) % 6, f"{x:.1f}", f"{y:.1f}", point.label)
        )
    return _svg(parts, width, height, "; ".join(point.label for point in points), role="group")


_MARGIN = 0.06
"""The share of the width that stays free beside the first and the last moment."""


def _grid(top: float, width: int, height: int, left: int, bottom: int, scale: float) -> Markup:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = height - bottom - top * share * scale
        lines.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                left, width, f"{y:.1f}", f"{y:.1f}"
            )
        )
        lines.append(_text(left - 6, y + 4, short_number(top * share), "end"))
    return Markup("").join(lines)


def short_number(value: float) -> str:
    """A number in three digits and a scale.

    >>> short_number(6.9e9), short_number(0), short_number(1.5)
    ('6.9bn', '0', '1.5')
    """
    for scale, suffix in ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= scale:
            return f"{value / scale:.3g}{suffix}"
    return f"{value:.3g}"


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", anchor, text
    )


def _svg(parts: Sequence[Markup], width: int, height: int, label: str, role: str = "img") -> Markup:
    """The chart as one image to a screen reader, or, where its marks are links, as a group of them."""
    inner = Markup("").join(parts)
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}</svg>').format(
        width, height, role, label, inner
    )


def _spoken(counts: Sequence[float]) -> str:
    return escape(f"{len(counts)} values, from {counts[0]:g} to {counts[-1]:g}" if counts else "no values")
