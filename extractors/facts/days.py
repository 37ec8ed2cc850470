"""Stretches of days and the arithmetic that periods need; nothing here reads text."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of a stretch; None where the text leaves an end open."""

    start: date | None
    end: date | None

    @property
    def known(self) -> bool:
        """Whether it has an end at all."""
        return self.start is not None or self.end is not None


NOWHEN = Period(None, None)


def year(of: int) -> Period:
    """A calendar year."""
    return Period(date(of, 1, 1), date(of, 12, 31))


def months(of: int, first: int, last: int) -> Period:
    """Months *first* to *last* of a calendar year.

    >>> months(2025, 1, 2).end
    datetime.date(2025, 2, 28)
    """
    return Period(date(of, first, 1), last_day(of, last))


def last_day(of: int, month: int) -> date:
    """The last day of a month."""
    return date(of, month, monthrange(of, month)[1])


def months_before(day: date, count: int) -> date:
    """The same day of the month *count* months before, or the month's last where it has no such day."""
    of, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(of, month + 1, min(day.day, monthrange(of, month + 1)[1]))


def ended(last: date, count: int) -> Period:
    """The *count* months that ended on *last*.

    >>> ended(date(2025, 8, 31), 8).start
    datetime.date(2025, 1, 1)
    """
    after = last + timedelta(days=1)
    return Period(months_before(after, count), last)


def years_earlier(period: Period, count: int = 1) -> Period:
    """The same stretch *count* years before."""
    return Period(_years_before(period.start, count), _years_before(period.end, count))


def is_reporting(period: Period) -> bool:
    """Whether *period* is one that companies report on: whole months, from a quarter to a year."""
    if period.start is None or period.end is None or period.start.day != 1:
        return False
    return 85 <= (period.end - period.start).days <= 366 and period.end == last_day(
        period.end.year, period.end.month
    )


def last_year_of(period: Period) -> Period:
    """The last twelve months of *period*."""
    return period if period.end is None else ended(period.end, 12)


def previous(period: Period) -> Period:
    """The same number of months just before *period*; unknown where it is no stretch of whole months."""
    if period.start is None or period.end is None or period.start.day != 1:
        return NOWHEN
    after = period.end + timedelta(days=1)
    count = (after.year - period.start.year) * 12 + after.month - period.start.month
    return ended(period.start - timedelta(days=1), count) if after.day == 1 and count else NOWHEN


def _years_before(day: date | None, count: int) -> date | None:
    if day is None:
        return None
    if day.month == 2 and day.day >= 28:
        return last_day(day.year - count, 2)
    return day.replace(year=day.year - count)
