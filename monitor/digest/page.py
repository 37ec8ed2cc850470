"""The digest in words: a snapshot's content turned into the lines that every format shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]

_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Page:
    """What a template needs; each row is the snapshot's with its numbers in words and its links."""

    title: str
    day: date
    lead: str
    themes: list[Row]
    stories: list[Row]
    facts: list[Row]
    disagreements: list[Row]
    voices: list[Row]
    emerging: list[Row]
    feeds: list[Row]
    foot: str
    home: str
    summary: str | None = None


def page(content: Row) -> Page:
    """The page of a snapshot's *content*."""
    day = date.fromisoformat(content["day"])
    base = str(content["datasette_url"]).rstrip("/")
    return Page(
        title=f"{content['name']}: {day:%A}, {day.day} {day:%B %Y}",
        day=day,
        lead=_lead(content),
        themes=[_theme(row, base) for row in content["themes"]],
        stories=[_story(row, base) for row in content["stories"]],
        facts=[_fact(row, base) for row in content["facts"]],
        disagreements=[_disagreement(row) for row in content["disagreements"]],
        voices=[_voice(row, base) for row in content["voices"]],
        emerging=list(content["emerging"]),
        feeds=list(content["feeds"]),
        foot=f"Every line links to its article and to the database: {base}/",
        home=f"{base}/",
        summary=content.get("summary"),
    )


def short_number(value: float) -> str:
    """A number in three digits and a scale.

    >>> [short_number(v) for v in (6_900_000_000, 12_345, 0.99, 250)]
    ['6.9bn', '12.3k', '0.99', '250']
    """
    for scale, suffix in _SCALES:
        if abs(value) >= scale:
            return f"{value / scale:.3g}{suffix}"
    return f"{value:g}"


def period_in_words(start: str | None, end: str | None) -> str:
    """A period of ISO dates as an analyst writes it.

    >>> period_in_words("2025-01-01", "2025-12-31"), period_in_words("2025-07-01", "2025-09-30")
    ('2025', 'Q3 2025')
    >>> period_in_words("2025-01-01", "2025-08-31"), period_in_words(None, "2027-12-31")
    ('Jan-Aug 2025', 'by 31 Dec 2027')
    >>> period_in_words(None, None)
    ''
    """
    first, last = _day(start), _day(end)
    if first and last:
        return _closed_period(first, last)
    if last:
        return f"by {_long(last)}"
    return f"since {_long(first)}" if first else ""


def _closed_period(first: date, last: date) -> str:
    if first == last:
        return _long(first)
    whole_months = first.day == 1 and (last.month != date.fromordinal(last.toordinal() + 1).month)
    if not whole_months or first.year != last.year:
        return f"{_long(first)} to {_long(last)}"
    if (first.month, last.month) == (1, 12):
        return str(first.year)
    if first.month == last.month:
        return f"{first:%b %Y}"
    if last.month - first.month == 2 and first.month % 3 == 1:
        return f"Q{first.month // 3 + 1} {first.year}"
    if last.month - first.month == 5 and first.month in (1, 7):
        return f"H{first.month // 6 + 1} {first.year}"
    return f"{first:%b}-{last:%b %Y}"


def _long(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def plural(count: int, one: str, many: str | None = None) -> str:
    """
    >>> plural(1, "story", "stories"), plural(212, "article")
    ('1 story', '212 articles')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _lead(content: Row) -> str:
    seen = content["coverage"]
    if not seen["articles"]:
        return "A quiet day: no new articles."
    counted = ", ".join(
        [
            plural(seen["articles"], "article"),
            f"{seen['on_beat']:,} of them on the beat",
            plural(seen["stories"], "story", "stories"),
            plural(seen["outlets"], "outlet"),
        ]
    )
    moving = [t["label"] for t in content["themes"] if t["word"] == "rising"]
    fading = [t["label"] for t in content["themes"] if t["word"] == "fading"]
    if not (content["stories"] or moving or fading):
        return f"A quiet day: {counted}."
    moves = [f"rising: {', '.join(moving)}"] * bool(moving) + [f"fading: {', '.join(fading)}"] * bool(fading)
    return f"{counted}." + (f" {'; '.join(moves).capitalize()}." if moves else "")


def _theme(row: Row, base: str) -> Row:
    arrow = {"rising": "▲", "fading": "▼"}.get(row["word"], "•")
    return {**row, "arrow": arrow, "link": f"{base}{row['path']}"}


def _story(row: Row, base: str) -> Row:
    why = [plural(row["outlets"], "outlet")]
    if row["facts"]:
        why.append(plural(row["facts"], "new fact"))
    why += [*row["themes"][:3], *row["companies"][:3]]
    return {**row, "why": " · ".join(why), "link": f"{base}{row['path']}"}


def _fact(row: Row, base: str) -> Row:
    usd = "" if row["usd"] is None else f"${short_number(row['usd'])}"
    metric = " ".join(filter(None, [row["metric"], {"up": "↑", "down": "↓"}.get(row["direction"] or "")]))
    basis = "" if row["basis"] == "reported" else f" ({row['basis']})"
    return {
        **row,
        "subject": row["subject"] or "",
        "metric": f"{metric}{basis}",
        "period": period_in_words(row["period_start"], row["period_end"]),
        "usd": usd,
        "source": row["claimed_by"] or row["outlet"],
        "link": f"{base}{row['path']}",
    }


def _disagreement(row: Row) -> Row:
    return {**row, "period": period_in_words(row["period_start"], row["period_end"])}


def _voice(row: Row, base: str) -> Row:
    before = "" if row["share_before"] is None else f"{row['share_before']:.0%}"
    return {**row, "share": f"{row['share']:.0%}", "before": before, "link": f"{base}{row['path']}"}
