"""Named periods as days: one function a way of naming them, over the groups of its pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from extractors.facts import days, relative
from extractors.facts.days import NOWHEN, Period
from extractors.facts.when import When, begun, month_number, number, year_of

_ORDINALS = {"first": 1, "1st": 1, "1": 1, "second": 2, "2nd": 2, "2": 2, "third": 3, "3rd": 3, "3": 3} | {
    "fourth": 4,
    "4th": 4,
    "final": 4,
    "4": 4,
}

Resolver = Callable[[Mapping[str, str], When], Period]


def _part_of_year(groups: Mapping[str, str], when: When, length: int) -> Period:
    ordinal = _ORDINALS[groups["ordinal"].lower()]
    ordinal = 12 // length if groups["ordinal"] == "final" else ordinal
    last = ordinal * length
    of = year_of(groups.get("year"), when, begun(when, last - length + 1))
    return NOWHEN if of is None else days.months(of, last - length + 1, last)


def _quarter(groups: Mapping[str, str], when: When) -> Period:
    if when.own_quarters and when.published and groups["match"][:1] in "Qq" and "year" not in groups:
        return _fiscal_quarter(int(_ORDINALS[groups["ordinal"]]), when.published, when.fiscal_end or 12)
    return _part_of_year(groups, when, 3)


def _fiscal_quarter(ordinal: int, published: date, fiscal_end: int) -> Period:
    """The last quarter of that number, of fiscal years that end in the month *fiscal_end*, to have begun."""
    month = (fiscal_end + 3 * (ordinal - 1)) % 12 + 1
    of = published.year if date(published.year, month, 1) <= published else published.year - 1
    return days.months(of, month, month + 2)


def _half(groups: Mapping[str, str], when: When) -> Period:
    return _part_of_year(groups, when, 6)


def _first_months(groups: Mapping[str, str], when: When) -> Period:
    if groups["unit"].startswith("week"):
        return NOWHEN
    count = number(groups["number"]) * (3 if groups["unit"].startswith("quarter") else 1)
    published = when.published or date.max
    fits: Callable[[int], bool] = lambda of: days.months(of, 1, count).end <= published  # type: ignore[operator]  # noqa: E731
    of = year_of(groups.get("year"), when, fits)
    return NOWHEN if of is None or not 1 <= count <= 12 else days.months(of, 1, count)


def _last_months(groups: Mapping[str, str], when: When) -> Period:
    count = number(groups["number"]) * (3 if groups["unit"] == "quarters" else 1)
    of = year_of(groups["year"], when, lambda y: y < (when.published or date.max).year)
    return NOWHEN if of is None or not 1 <= count <= 12 else days.months(of, 13 - count, 12)


def _fiscal_part(groups: Mapping[str, str], when: When) -> Period:
    whole, length = _fiscal_year(groups, when), 3 if groups["unit"] in ("quarter", "Q") else 6
    ordinal = _ORDINALS[groups["ordinal"].lower()]
    if length == 6 and groups["ordinal"].lower() in ("final", "last"):
        ordinal = 2
    if whole.end is None or ordinal * length > 12:
        return NOWHEN
    return days.ended(days.months_before(whole.end, 12 - ordinal * length), length)


def _years_ended(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    return days.ended(days.last_day(int(groups["year"]), month), 12 * number(groups["number"].lower()))


def _months_ended(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = year_of(groups.get("year"), when, lambda y: days.last_day(y, month) <= (when.published or date.max))
    if of is None:
        return NOWHEN
    if not {"year", "rel"} & groups.keys() and " ending" in groups["match"] and when.published:
        of = when.published.year + (days.last_day(when.published.year, month) < when.published)
    of += groups.get("rel") == "next"
    last = days.last_day(of, month)
    if "day" in groups and int(groups["day"].rstrip("sthnrd")) < 28:
        last = date(of, month, int(groups["day"].rstrip("sthnrd")))
    unit = groups.get("unit", "")
    count = (
        number(groups["number"])
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
    of = year_of(groups.get("year"), when, begun(when, month))
    return NOWHEN if of is None else days.months(of, month - 2, month)


def _month_range(groups: Mapping[str, str], when: When) -> Period:
    first, last = month_number(groups["from"]) or 0, month_number(groups["to"]) or 0
    of = year_of(groups.get("year"), when, begun(when, last))
    if of is None:
        return NOWHEN
    start = int(groups["fromyear"]) if "fromyear" in groups else of - (first > last)
    return Period(date(start, first, 1), days.last_day(of, last))


def _year_range(groups: Mapping[str, str], when: When) -> Period:
    first = int(groups["from"])
    last = int(groups["to"]) if len(groups["to"]) == 4 else first // 100 * 100 + int(groups["to"])
    return Period(date(first, 1, 1), date(last, 12, 31)) if first < last else NOWHEN


def _fiscal_range(groups: Mapping[str, str], when: When) -> Period:
    ends = [_fiscal_year({"year": groups[name]}, when) for name in ("from", "to")]
    first, last = ends[0].start, ends[1].end
    return Period(first, last) if first and last and first < last else NOWHEN


def _fiscal_year(groups: Mapping[str, str], when: When) -> Period:
    if when.fiscal_end is None:
        return NOWHEN
    of = int(groups["year"]) if len(groups["year"]) == 4 else 2000 + int(groups["year"])
    of += "next" in groups
    return days.ended(days.last_day(of, when.fiscal_end), 12)


def _full_date(groups: Mapping[str, str], when: When) -> Period:
    day = date.fromisoformat(groups["iso"]) if "iso" in groups else _day_of(groups, when)
    if day and when.future and "year" not in groups and when.published and day < when.published:
        day = day.replace(year=day.year + 1)
    return Period(day, day)


def _day_of(groups: Mapping[str, str], when: When) -> date | None:
    """A month's day, the last to have come where no year is told."""
    month, day = month_number(groups["month"]) or 0, int(groups["day"].rstrip("sthnrd"))
    of = year_of(
        groups.get("year"), when, lambda y: date(y, month, min(day, 28)) <= (when.published or date.max)
    )
    return None if of is None else date(of, month, day)


def _month_alone(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = year_of(groups.get("year"), when, begun(when, month))
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


def _end_of(groups: Mapping[str, str], when: When) -> Period:
    of = _end_year(groups.get("year", "year"), when)
    if of is None:
        return NOWHEN
    if "month" in groups:
        month = month_number(groups["month"]) or 0
        last = days.last_day(
            of if "year" in groups else (year_of(None, when, begun(when, month)) or of), month
        )
        return Period(last, last)
    return days.year(of) if groups.get("year") == "decade" else Period(date(of, 12, 31), date(of, 12, 31))


def _month_end(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = year_of(groups.get("year"), when, begun(when, month))
    return NOWHEN if of is None else Period(days.last_day(of, month), days.last_day(of, month))


def _weeks_ended(groups: Mapping[str, str], when: When) -> Period:
    last = _day_of(groups, when)
    return NOWHEN if last is None else Period(last - timedelta(days=7 * number(groups["number"]) - 1), last)


def _day_range(groups: Mapping[str, str], when: When) -> Period:
    last = month_number(groups.get("to", groups.get("from", ""))) or 0
    first = month_number(groups.get("from", groups.get("to", ""))) or 0
    start, end = (int(groups[name].rstrip("sthnrd")) for name in ("fromday", "today"))
    of = year_of(groups.get("year"), when, begun(when, first))
    return NOWHEN if of is None else Period(date(of - (first > last), first, start), date(of, last, end))


def _month_start(groups: Mapping[str, str], when: When) -> Period:
    month = month_number(groups["month"]) or 0
    of = year_of(groups.get("year"), when, begun(when, month))
    return NOWHEN if of is None else Period(date(of, month, 1), date(of, month, 1))


def _year_start(groups: Mapping[str, str], when: When) -> Period:
    day = date(int(groups["year"]), 1, 1)
    return Period(day, day)


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


def _unknown(groups: Mapping[str, str], when: When) -> Period:
    return NOWHEN


RESOLVERS: Mapping[str, Resolver] = {
    "unknown": _unknown,
    "quarter": _quarter,
    "half": _half,
    "first_months": _first_months,
    "last_months": _last_months,
    "fiscal_part": _fiscal_part,
    "months_ended": _months_ended,
    "years_ended": _years_ended,
    "month_quarter": _month_quarter,
    "month_range": _month_range,
    "month_start": _month_start,
    "weeks_ended": _weeks_ended,
    "day_range": _day_range,
    "year_start": _year_start,
    "year_range": _year_range,
    "fiscal_year": _fiscal_year,
    "fiscal_range": _fiscal_range,
    "month_end": _month_end,
    "fiscal_relative": relative.fiscal_relative,
    "full_date": _full_date,
    "worded_day": relative.worded_day,
    "month": _month_alone,
    "so_far": relative.so_far,
    "relative": relative.relative,
    "past_units": relative.past_units,
    "ago": relative.ago,
    "end_of": _end_of,
    "decade": _decade,
    "calendar_year": _calendar_year,
    "weekday": relative.weekday,
    "weekend": relative.weekend,
    "earlier": _unknown,
    "comparison": _unknown,
    "previous": _unknown,
    "the_period": _unknown,
    "then": _unknown,
}
"""By the ``resolve`` of rules/periods.toml."""
