"""The periods that a text has spoken of, and what is asked of them: what a figure wants, what it gets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.facts import days
from extractors.facts.days import NOWHEN, Period
from extractors.facts.periods import PeriodMention
from extractors.facts.when import number


@dataclass(frozen=True, slots=True)
class Timing:
    """A period and the rule that chose it; ``stated`` where the figure's own clause names it."""

    period: Period
    rule: str
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What periods a metric takes: one spoken of before, single days, today, or a weekend.

    ``quoted`` is whether it changes by the day, ``yearly`` whether the text holds its figures against those
    of a year before, ``foretold`` whether the figure lies ahead.
    """

    inherits: bool
    days: bool
    today: bool
    screen: bool
    yearly: bool = False
    quoted: bool = False
    foretold: bool = False


@dataclass(slots=True)
class Clock:
    """The periods a text has spoken of: its lead's, the last of reported figures, of forecasts, of any."""

    lead: Period = NOWHEN
    reported: Period = NOWHEN
    last: Period = NOWHEN
    quarter: Period = NOWHEN
    foretold: Period = NOWHEN
    today: Period = field(default=NOWHEN)
    stretches: list[Period] = field(default_factory=list)

    def spoken_of(self, name: str) -> Period:
        """What 'the quarter' or 'that year' is: the last stretch of that length, or the lead's.

        Where none was spoken of, 'the six months' of a second quarter's report end with that quarter.
        """
        least, most = _lasting(name)
        before = (*reversed(self.stretches), self.lead)
        spoken = next((p for p in before if least <= _length(p) <= most), NOWHEN)
        count = _months_in(name)
        if spoken.known or count is None:
            return spoken
        part = next((p for p in before if days.is_reporting(p) and _length(p) < least), NOWHEN)
        return days.ended(part.end, count) if part.end else NOWHEN


_LENGTHS = {"quarter": 3, "half": 6, "year": 12, "month": 1}
"""How many months what is named so lasts."""
_COUNTED = re.compile(r"(\d{1,2}|[a-z-]+) (months|weeks)\Z")


def _months_in(name: str) -> int | None:
    """How many months *name* says, where it says so: 'the six months', 'the half'."""
    counted = _COUNTED.search(name)
    if counted:
        return number(counted[1]) if counted[2] == "months" else None
    return next((count for word, count in _LENGTHS.items() if word in name), None)


def _lasting(name: str) -> tuple[int, int]:
    """How many days, at the least and the most, what is named so lasts."""
    counted = _COUNTED.search(name)
    if counted and counted[2] == "weeks":
        return 7 * number(counted[1]) - 1, 7 * number(counted[1]) - 1
    count = _months_in(name)
    return (32, 400) if count is None else (29 * count - 2, 31 * count)


def _length(period: Period) -> int:
    return (period.end - period.start).days if period.start and period.end else 0


_LEAD_FORMS = frozenset(
    {
        "quarter",
        "quarter-code",
        "half",
        "half-code",
        "first-months",
        "months-ended",
        "months-ended-day-first",
        "month-quarter",
        "calendar-year",
        "month-range",
        "fiscal-part",
        "weeks-ended",
        "month-alone",
        "month",
    }
)


def _is_short(period: Period) -> bool:
    """A weekend."""
    return bool(period.start and period.end and 1 < (period.end - period.start).days < 4)


def lead_period(mentions: Iterable[PeriodMention]) -> Period:
    """The one reporting period that a text's title and first sentences name, or none."""
    found = {
        m.period
        for m in mentions
        if m.role == "in" and m.period.known and (m.form in _LEAD_FORMS or _is_short(m.period))
    }
    return found.pop() if len(found) == 1 else NOWHEN
