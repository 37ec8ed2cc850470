"""Windows of time that trends are counted in: days, weeks and months up to a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

By = Literal["day", "week", "month"]

THIN = 0.8
"""A window is thin where fewer than this share of today's feeds were followed from its start."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from *first* to *last*, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def spans(by: By, until: date, count: int) -> list[Span]:
    """The *count* windows up to and with *until*, oldest first.

    Weeks are runs of seven days that end on *until*'s weekday, so that each has every weekday once. Months
    are the calendar's, the last one up to *until*.

    >>> [f"{s.first:%d %b}-{s.last:%d %b}" for s in spans("week", date(2026, 3, 4), 2)]
    ['19 Feb-25 Feb', '26 Feb-04 Mar']
    >>> [f"{s.first:%d %b}-{s.last:%d %b}" for s in spans("month", date(2026, 3, 4), 2)]
    ['01 Feb-28 Feb', '01 Mar-04 Mar']
    """
    if by == "month":
        return _months(until, count)
    length = 7 if by == "week" else 1
    lasts = [until - timedelta(days=length * back) for back in reversed(range(count))]
    return [Span(last - timedelta(days=length - 1), last) for last in lasts]


def _months(until: date, count: int) -> list[Span]:
    found, last = [], until
    for _ in range(count):
        found.append(Span(last.replace(day=1), last))
        last = last.replace(day=1) - timedelta(days=1)
    return found[::-1]


def spans_since(by: By, since: date, until: date) -> int:
    """How many windows up to *until* reach back to *since*, at least one.

    >>> spans_since("week", date(2026, 2, 26), date(2026, 3, 4)), spans_since("week", date(2026, 2, 25),
    ...     date(2026, 3, 4)), spans_since("month", date(2025, 12, 31), date(2026, 3, 4))
    (1, 2, 4)
    """
    if by == "month":
        return max(1, (until.year - since.year) * 12 + until.month - since.month + 1)
    length = 7 if by == "week" else 1
    return max(1, -(-((until - since).days + 1) // length))


def place_of(day: date, windows: Sequence[Span]) -> int | None:
    """The place of the window (they follow one another) that holds *day*."""
    if not windows or not windows[0].first <= day <= windows[-1].last:
        return None
    low, high = 0, len(windows) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if day <= windows[middle].last else (middle + 1, high)
    return low


def followed(added: Sequence[date], span: Span) -> int:
    """How many of the feeds *added* on those days were followed for all of *span*."""
    return sum(day <= span.first for day in added)


def is_thin(added: Sequence[date], span: Span) -> bool:
    """Whether *span* lies, for too many of the feeds, before they were followed.

    >>> feeds = [date(2026, 1, 1), date(2026, 2, 1)]
    >>> is_thin(feeds, Span(date(2026, 1, 10), date(2026, 1, 16)))
    True
    >>> is_thin(feeds, Span(date(2026, 2, 2), date(2026, 2, 8))) or is_thin([], Span(date.min, date.min))
    False
    """
    return followed(added, span) < THIN * len(added)


def in_words(by: By, span: Span, today: date) -> str:
    """When *span* was, as one says it on the day *today*.

    >>> week = Span(date(2026, 3, 2), date(2026, 3, 8))
    >>> in_words("week", week, date(2026, 3, 8)), in_words("week", week, date(2026, 4, 8))
    ('this week', 'in the week to 8 Mar')
    """
    last = f"{span.last.day} {span.last:%b}"
    if by == "week":
        return "this week" if span.last == today else f"in the week to {last}"
    if by == "day":
        return "today" if span.last == today else f"on {last}"
    this_month = (span.last.year, span.last.month) == (today.year, today.month)
    return "this month" if this_month else f"in {span.last:%B %Y}"
