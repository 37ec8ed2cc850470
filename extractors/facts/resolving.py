"""Named periods as days: one function a way of naming them, over the groups of its pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from extractors.facts import days
from extractors.facts.days import NOWHEN, Period

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = {"first": 1, "1st": 1, "1": 1, "second": 2, "2nd": 2, "2": 2, "third": 3, "3rd": 3, "3": 3} | {
    "fourth": 4,
    "4th": 4,
    "final": 4,
    "4": 4,
}
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "eighteen": 18,
    "a": 1,
    "one": 1,
}


@dataclass(frozen=True, slots=True)
class When:
    """What periods are resolved against: the day of publication and the month that fiscal years end in."""

    published: date | None
    fiscal_end: int | None = None
    future: bool = False


Resolver = Callable[[Mapping[str, str], When], Period]


def month_number(name: str) -> int | None:
    key = name[:3].lower()
    return _MONTHS.index(key) + 1 if key in _MONTHS else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def _year(word: str | None, when: When, fits: Callable[[int], bool]) -> int | None:
    """The year that *word* says; where it says none, the latest that *fits*, or this one for the future."""
    if word and word.isdigit():
        return int(word) if len(word) == 4 else 2000 + int(word)
    if when.published is None:
        return None
    this = when.published.year
    if word in ("last year", "the previous year"):
        return this - 1
    if word == "next year":
        return this + 1
    if word == "this year":
        return this
    if when.future:
        return this
    return this if fits(this) else this - 1


def _begun(when: When, month: int) -> Callable[[int], bool]:
    published = when.published or date.min
    return lambda of: date(of, month, 1) <= published


def _part_of_year(groups: Mapping[str, str], when: When, length: int) -> Period:
    ordinal = _ORDINALS[groups["ordinal"].lower()]
    ordinal = 12 // length if groups["ordinal"] == "final" else ordinal
    last = ordinal * length
    of = _year(groups.get("year"), when, _begun(when, last - length + 1))
    return NOWHEN if of is None else days.months(of, last - length + 1, last)


def _quarter(groups: Mapping[str, str], when: When) -> Period:
    return _part_of_year(groups, when, 3)


def _half(groups: Mapping[str, str], when: When) -> Period:
    return _part_of_year(groups, when, 6)


def _first_months(groups: Mapping[str, str], when: When) -> Period:
    if groups["unit"].startswith("week"):
        return NOWHEN
    count = _number(groups["number"]) * (3 if groups["unit"].startswith("quarter") else 1)
    published = when.published or date.max
    fits: Callable[[int], bool] = lambda of: days.months(of, 1, count).end <= published  # type: ignore[operator]  # noqa: E731
    of = _year(groups.get("year"), when, fits)
    return NOWHEN if of is None or not 1 <= count <= 12 else days.months(of, 1, count)


def _months_ended(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = _year(groups.get("year"), when, lambda y: days.last_day(y, month) <= (when.published or date.max))
    if of is None:
        return NOWHEN
    last = days.last_day(of, month)
    if "day" in groups and int(groups["day"].rstrip("sthnrd")) < 28:
        last = date(of, month, int(groups["day"].rstrip("sthnrd")))
    unit = groups.get("unit", "")
    count = (
        _number(groups["number"])
        if "number" in groups
        else 3
        if unit == "quarter"
        else 6
        if "half" in unit
        else 12
    )
    return days.ended(last, count)


def _month_quarter(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = _year(groups.get("year"), when, _begun(when, month))
    return NOWHEN if of is None else days.months(of, month - 2, month)


def _month_range(groups: Mapping[str, str], when: When) -> Period:
    first, last = month_number(groups["from"]) or 0, month_number(groups["to"]) or 0
    of = _year(groups.get("year"), when, _begun(when, last))
    if of is None:
        return NOWHEN
    start = int(groups["fromyear"]) if "fromyear" in groups else of - (first > last)
    return Period(date(start, first, 1), days.last_day(of, last))


def _year_range(groups: Mapping[str, str], when: When) -> Period:
    first = int(groups["from"])
    last = int(groups["to"]) if len(groups["to"]) == 4 else first // 100 * 100 + int(groups["to"])
    return Period(date(first, 1, 1), date(last, 12, 31)) if first < last else NOWHEN


def _fiscal_year(groups: Mapping[str, str], when: When) -> Period:
    if when.fiscal_end is None:
        return NOWHEN
    of = int(groups["year"]) if len(groups["year"]) == 4 else 2000 + int(groups["year"])
    of += "next" in groups
    return days.ended(days.last_day(of, when.fiscal_end), 12)


def _fiscal_relative(groups: Mapping[str, str], when: When) -> Period:
    """'this fiscal year', where it is known when fiscal years end."""
    words = groups["match"].lower().split()
    if when.fiscal_end is None or when.published is None or words[-1] != "year":
        return NOWHEN
    shift = 1 if "next" in words else -1 if {"last", "previous"} & set(words) else 0
    of = when.published.year + (when.published.month > when.fiscal_end) + shift
    return days.ended(days.last_day(of, when.fiscal_end), 12)


def _full_date(groups: Mapping[str, str], when: When) -> Period:
    if "iso" in groups:
        day = date.fromisoformat(groups["iso"])
        return Period(day, day)
    month, number = month_number(groups["month"]) or 0, int(groups["day"].rstrip("sthnrd"))
    of = _year(
        groups.get("year"), when, lambda y: date(y, month, min(number, 28)) <= (when.published or date.max)
    )
    return NOWHEN if of is None else Period(date(of, month, number), date(of, month, number))


def _worded_day(groups: Mapping[str, str], when: When) -> Period:
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


def _month_alone(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = _year(groups.get("year"), when, _begun(when, month))
    if of is not None and "year" not in groups and groups["match"].startswith("next"):
        of += 1
    if (
        of is not None
        and "year" not in groups
        and when.future
        and when.published
        and days.last_day(of, month) < when.published
    ):
        of += 1
    return NOWHEN if of is None else days.months(of, month, month)


def _so_far(groups: Mapping[str, str], when: When) -> Period:
    return Period(date(when.published.year, 1, 1), when.published) if when.published else NOWHEN


def _relative(groups: Mapping[str, str], when: When) -> Period:
    if when.published is None:
        return NOWHEN
    which = groups.get("which", "this").split()[-1]
    if which == "past" and groups["unit"] == "year":
        return Period(days.months_before(when.published, 12), when.published)
    shift = {"last": -1, "past": -1, "next": 1, "coming": 1}.get(which, 0)
    unit = groups["unit"]
    if groups["match"].lower().startswith(("full", "the full", "the whole", "the entire")):
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


def _weekend(groups: Mapping[str, str], when: When) -> Period:
    return _weekend_of(when.published, -1) if when.published else NOWHEN


def _past_units(groups: Mapping[str, str], when: When) -> Period:
    number = groups["number"].lower()
    if when.published is None or number in ("few", "several", "couple of"):
        return NOWHEN
    count, unit = _number(number), groups["unit"]
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


def _ago(groups: Mapping[str, str], when: When) -> Period:
    unit = groups["unit"].rstrip("s")
    if when.published is None or unit == "week" or groups["match"].endswith("earlier"):
        return NOWHEN
    count = _number(groups["number"])
    if unit == "year":
        return days.year(when.published.year - count)
    day = days.months_before(when.published, count)
    return days.months(day.year, day.month, day.month)


def _end_of(groups: Mapping[str, str], when: When) -> Period:
    of = _end_year(groups.get("year", "year"), when)
    if of is None:
        return NOWHEN
    if "month" in groups:
        month = month_number(groups["month"]) or 0
        last = days.last_day(
            of if "year" in groups else (_year(None, when, _begun(when, month)) or of), month
        )
        return Period(last, last)
    return days.year(of) if groups.get("year") == "decade" else Period(date(of, 12, 31), date(of, 12, 31))


def _end_year(word: str, when: When) -> int | None:
    if word.isdigit():
        return int(word)
    if when.published is None:
        return None
    if word == "decade":
        return when.published.year // 10 * 10 + 10
    return when.published.year + {"last year": -1, "next year": 1}.get(word, 0)


def _decade(groups: Mapping[str, str], when: When) -> Period:
    start = int(groups["decade"])
    return Period(date(start, 1, 1), date(start + 9, 12, 31))


def _calendar_year(groups: Mapping[str, str], when: When) -> Period:
    return days.year(int(groups["year"]))


def _weekday(groups: Mapping[str, str], when: When) -> Period:
    if when.published is None:
        return NOWHEN
    back = {"today": 0, "yesterday": 1}.get(groups.get("day", ""), 0)
    if "weekday" in groups:
        back = (when.published.weekday() - _WEEKDAYS.index(groups["weekday"].lower())) % 7
    day = when.published - timedelta(days=back)
    return Period(day, day)


def _unknown(groups: Mapping[str, str], when: When) -> Period:
    return NOWHEN


RESOLVERS: Mapping[str, Resolver] = {
    "unknown": _unknown,
    "quarter": _quarter,
    "half": _half,
    "first_months": _first_months,
    "months_ended": _months_ended,
    "month_quarter": _month_quarter,
    "month_range": _month_range,
    "year_range": _year_range,
    "fiscal_year": _fiscal_year,
    "fiscal_relative": _fiscal_relative,
    "full_date": _full_date,
    "worded_day": _worded_day,
    "month": _month_alone,
    "so_far": _so_far,
    "relative": _relative,
    "past_units": _past_units,
    "ago": _ago,
    "end_of": _end_of,
    "decade": _decade,
    "calendar_year": _calendar_year,
    "weekday": _weekday,
    "weekend": _weekend,
    "earlier": _unknown,
    "comparison": _unknown,
    "previous": _unknown,
    "the_period": _unknown,
    "then": _unknown,
}
"""By the ``resolve`` of rules/periods.toml."""
