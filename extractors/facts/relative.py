"""Periods told relative to the day of publication: 'last year', 'over the past two years', 'on Monday'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from extractors.facts import days
from extractors.facts.days import NOWHEN, Period
from extractors.facts.when import When, number

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def so_far(groups: Mapping[str, str], when: When) -> Period:
    """'so far this year'."""
    return Period(date(when.published.year, 1, 1), when.published) if when.published else NOWHEN


def relative(groups: Mapping[str, str], when: When) -> Period:
    """'last year', 'this weekend', 'next quarter'."""
    if when.published is None:
        return NOWHEN
    which = groups.get("which", "this").split()[-1]
    if which == "past" and groups["unit"] == "year":
        return Period(days.months_before(when.published, 12), when.published)
    shift = {"last": -1, "past": -1, "next": 1, "coming": 1}.get(which, 0)
    unit = groups["unit"]
    if groups["match"].lower().startswith(("full", "the full", "the whole", "the entire")):
        if when.fiscal_end is not None and when.fiscal_end != 12:
            return _fiscal_year_at(when, 0)
        return days.year(when.published.year - (not when.future and when.published.month < 5))
    if unit in ("year", "calendar year"):
        return days.year(when.published.year + shift)
    if unit in ("month", "quarter"):
        return _shifted(when.published, 1 if unit == "month" else 3, shift)
    if unit == "week":
        monday = when.published - timedelta(days=when.published.weekday() - 7 * shift)
        return Period(monday, monday + timedelta(days=6))
    if unit == "weekend":
        return _weekend_of(when.published, shift)
    if unit == "decade" and not shift:
        start = when.published.year // 10 * 10
        return Period(date(start, 1, 1), date(start + 9, 12, 31))
    return NOWHEN


def _shifted(day: date, length: int, shift: int) -> Period:
    of, part = divmod(day.year * (12 // length) + (day.month - 1) // length + shift, 12 // length)
    return days.months(of, part * length + 1, part * length + length)


def _weekend_of(day: date, shift: int) -> Period:
    """Friday to Sunday: of the weekend on or just before *day* up to Tuesday, else of the one that comes."""
    friday = day - timedelta(days=(day.weekday() - 4) % 7)
    if shift == 0 and 2 <= day.weekday() <= 3:
        friday += timedelta(days=7)
    return Period(friday + timedelta(days=7 * max(shift, 0)), friday + timedelta(days=7 * max(shift, 0) + 2))


def weekend(groups: Mapping[str, str], when: When) -> Period:
    """'over the weekend'."""
    return _weekend_of(when.published, -1) if when.published else NOWHEN


def past_units(groups: Mapping[str, str], when: When) -> Period:
    """'over the past six months', 'in the next three years'."""
    many = groups["number"].lower()
    if when.published is None or many in ("few", "several", "couple of"):
        return NOWHEN
    count, unit = number(many), groups["unit"]
    if groups["which"] == "previous" and unit == "years":
        return NOWHEN  # those before the year that is spoken of
    ahead = groups["which"] in ("next", "coming")
    if unit in ("weeks", "days"):
        span = timedelta(days=count * (7 if unit == "weeks" else 1))
        return (
            Period(when.published, when.published + span)
            if ahead
            else Period(when.published - span, when.published)
        )
    total = count * {"years": 12, "quarters": 3, "months": 1}[unit]
    other = days.months_before(when.published, -total if ahead else total)
    return Period(when.published, other) if ahead else Period(other, when.published)


def ago(groups: Mapping[str, str], when: When) -> Period:
    """'three years ago'."""
    unit = groups["unit"].rstrip("s")
    if when.published is None or unit == "week" or groups["match"].endswith("earlier"):
        return NOWHEN
    count = number(groups["number"])
    if unit == "year":
        return days.year(when.published.year - count)
    day = days.months_before(when.published, count)
    return days.months(day.year, day.month, day.month)


def weekday(groups: Mapping[str, str], when: When) -> Period:
    """'on Monday', 'yesterday'."""
    if when.published is None:
        return NOWHEN
    back = {"today": 0, "yesterday": 1}.get(groups.get("day", ""), 0)
    if "weekday" in groups:
        back = (when.published.weekday() - _WEEKDAYS.index(groups["weekday"].lower())) % 7
    day = when.published - timedelta(days=back)
    return Period(day, day)


def worded_day(groups: Mapping[str, str], when: When) -> Period:
    """A day in words ("the 5th of March", "three weeks ago"), which dateparser reads."""
    day = _day_in_words(groups["match"].removeprefix("the "), when.published)
    return Period(day, day)


@lru_cache(maxsize=512)
def _day_in_words(text: str, published: date | None) -> date | None:
    import dateparser

    if published is None:
        return None
    base = datetime.combine(published, time(12))
    found = dateparser.parse(
        text, languages=["en"], settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"}
    )
    return found.date() if found else None


def fiscal_relative(groups: Mapping[str, str], when: When) -> Period:
    """'this fiscal year', where it is known when fiscal years end."""
    words = groups["match"].lower().split()
    if when.fiscal_end is None or when.published is None or words[-1] not in ("year", "fiscal"):
        return NOWHEN
    return _fiscal_year_at(when, 1 if "next" in words else -1 if {"last", "previous"} & set(words) else 0)


def _fiscal_year_at(when: When, shift: int) -> Period:
    """The fiscal year that publication falls in, or one *shift* years from it."""
    if when.published is None or when.fiscal_end is None:
        return NOWHEN
    of = when.published.year + (when.published.month > when.fiscal_end) + shift
    return days.ended(days.last_day(of, when.fiscal_end), 12)
