"""The periods that a text has spoken of, and what is asked of them: what a figure wants, what it gets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.facts.days import NOWHEN, Period
from extractors.facts.periods import PeriodMention


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
    of a year before.
    """

    inherits: bool
    days: bool
    today: bool
    screen: bool
    yearly: bool = False
    quoted: bool = False


@dataclass(slots=True)
class Clock:
    """The periods a text has spoken of: its lead's, the last one of reported figures, the last of any."""

    lead: Period = NOWHEN
    reported: Period = NOWHEN
    last: Period = NOWHEN
    quarter: Period = NOWHEN
    today: Period = field(default=NOWHEN)
    stretches: list[Period] = field(default_factory=list)

    def spoken_of(self, name: str) -> Period:
        """What 'the quarter' or 'that year' is: the last stretch of that length, or the lead's."""
        least, most = next((span for word, span in _LENGTHS.items() if word in name), (32, 400))
        spoken = (p for p in (*reversed(self.stretches), self.lead) if least <= _length(p) <= most)
        return next(spoken, NOWHEN)


_LENGTHS = {
    "quarter": (80, 93),
    "three months": (80, 93),
    "half": (170, 190),
    "six months": (170, 190),
    "nine months": (265, 280),
    "year": (360, 370),
}
"""How many days what is named so lasts."""


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
