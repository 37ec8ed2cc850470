"""Values in an analyst's words, for the digest, the desk and the command line."""

from __future__ import annotations

from datetime import date


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
