"""What periods are resolved against, and the words for numbers, months and days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
    "thirteen": 13,
    "fourteen": 14,
    "eighteen": 18,
    "twenty-six": 26,
    "thirty-nine": 39,
    "fifty-two": 52,
    "a": 1,
    "one": 1,
}


@dataclass(frozen=True, slots=True)
class When:
    """What periods are resolved against: the day of publication and the month that fiscal years end in."""

    published: date | None
    fiscal_end: int | None = None
    future: bool = False
    own_quarters: bool = False  # Q1 is the fiscal year's


def month_number(name: str) -> int | None:
    """The number of the month that *name* begins with."""
    key = name[:3].lower()
    return _MONTHS.index(key) + 1 if key in _MONTHS else None


def number(word: str) -> int:
    """The number that *word* is, in figures or letters."""
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def year_of(word: str | None, when: When, fits: Callable[[int], bool]) -> int | None:
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


def begun(when: When, month: int) -> Callable[[int], bool]:
    """Whether the *month* of a year has begun at publication."""
    published = when.published or date.min
    return lambda of: date(of, month, 1) <= published
