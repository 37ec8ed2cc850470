"""The periods of a text's figures, sentence by sentence; those spoken of are kept for what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from extractors.facts.clock import Clock, Timing, Wanted
from extractors.facts.days import NOWHEN, Period
from extractors.facts.directions import Read
from extractors.facts.meaning import Meaning, bare
from extractors.facts.parse import Tree
from extractors.facts.shares import is_done
from extractors.facts.timing import SentencePeriods
from extractors.facts.tree import is_past, is_perfect
from extractors.facts.words import words
from extractors.findings import Figure

_AHEAD = frozenset({"forecast", "target"})
_QUOTED = frozenset({"share_price", "index", "market_value", "quote"})
"""What changes by the day: without a time, it is of the day of publication."""
_ONCE = frozenset({"cost", "average cost"})
"""What something costs is of no period that the text spoke of."""
_HOURS = frozenset({"gmt", "a.m.", "p.m.", "midday", "noon"})
"""'By 1340 GMT shares had fallen': of that day, though the verb is perfect."""
_ANOTHERS = "market size"
"""What a data house tells of: a company's figures after it need not be of its time."""
_OF_BEFORE = frozenset({"year-earlier", "year-ago"})


_LONG = timedelta(days=150)
_SOON = timedelta(days=62)
"""What ends later than so is not reported yet, but for the year so far."""


class Chronicle:
    """The periods of one text: *lead* is the one that its title and first sentences are about.

    *yearly* is whether the text holds its figures against those of a year before.
    """

    def __init__(
        self,
        figures: Sequence[Figure],
        published: date | None,
        lead: Period,
        cinema: bool,
        yearly: bool = False,
    ) -> None:
        self.figures = figures
        self.yearly = yearly
        self.published = published
        self.cinema = cinema
        self.clock = Clock(lead=lead, today=Period(published, published))

    def timed(self, tree: Tree, read: Read, periods: SentencePeriods) -> dict[int, Timing]:
        """The period of each of a sentence's figures, by the figure's place."""
        places = {meaning.anchor: at for at, meaning in read}
        chosen: dict[int, Timing] = {}
        compared = {meaning.anchor for _, meaning in read if meaning.compared}
        for at, meaning in read:
            like = chosen.get(places.get(meaning.like if meaning.like is not None else -1, -1))
            level = like or _level_before(meaning, read, chosen)
            base = level.period if level else self.clock.reported
            wanted = self._wanted(tree, self.figures[at], meaning)
            if like and meaning.compared and meaning.like in compared:
                chosen[at] = like  # 'from 5 million, or 50 cents, a year ago'
                continue
            timing = periods.choose(self.figures[at], meaning, self.clock, base, wanted)
            if meaning.basis in _AHEAD and not meaning.compared:
                timing = periods.ahead(timing, self.published)
            if (
                like
                and not timing.stated
                and not meaning.compared
                and not (meaning.growth and _is_open(like))
            ):
                timing = replace(like, rule=f"like: {like.rule}")
            chosen[at] = timing
            if wanted.quoted and timing.stated and not meaning.compared and self._is_of_late(timing.period):
                self.clock.today = timing.period
        return _shared(read, places, chosen)

    def _wanted(self, tree: Tree, figure: Figure, meaning: Meaning) -> Wanted:
        known = words().metric_of(bare(meaning.metric))
        perfect = meaning.verb is not None and is_perfect(meaning.verb)
        expected = meaning.wrap == "estimate" and meaning.metric.startswith("analyst ")
        past = is_past(tree[meaning.anchor], meaning.verb, meaning.noun) or (expected and perfect)
        flows = bool(known and (known.flow or _is_share_of_flow(meaning.metric)))
        flows = (
            flows
            or meaning.metric.lower().startswith("average ")
            or bare(meaning.metric).lower() in words().economy
            or (known is None and bool(meaning.growth or meaning.direction))
        )
        flows = flows and meaning.metric.lower() not in _ONCE
        return Wanted(
            inherits=flows and past and (not meaning.wrap or expected) and meaning.basis not in _AHEAD,
            foretold=meaning.basis == "forecast" and flows,
            days=bool(known and known.point) or figure.kind == "count",
            today=bool(known and known.id in _QUOTED and (meaning.growth or known.id != "market_value"))
            and not (perfect and _HOURS.isdisjoint(word.lower_ for word in tree))
            and meaning.basis not in _AHEAD,
            yearly=self.yearly,
            quoted=bool(known and known.id in _QUOTED),
            screen=meaning.metric.startswith("box office") or (self.cinema and "weekend" in meaning.metric),
        )

    def _is_of_late(self, period: Period) -> bool:
        """Whether *period* is one day, of the week before publication."""
        if self.published is None or period.start is None or period.start != period.end:
            return False
        return 0 <= (self.published - period.start).days < 7

    def _is_moment(self, period: Period, meaning: Meaning) -> bool:
        """'It had 11 million users in December', in a text about a year: no time of its sales."""
        known, lead = words().metric_of(bare(meaning.metric)), self.clock.lead
        short = period.start and period.end and (period.end - period.start).days < 32
        longer = lead.start and lead.end and (lead.end - lead.start).days > 32
        return bool(known and known.point and short and longer)

    def _is_long_over(self, period: Period) -> bool:
        """Whether *period* ended half a year and more before the text's own began."""
        lead = self.clock.lead.start
        return lead is not None and self._is_over(self.clock.lead) and _last_day(period) < lead - _LONG

    def _is_to_come(self, period: Period) -> bool:
        return self.published is not None and period.end is not None and period.end > self.published

    def _is_over(self, period: Period) -> bool:
        if self.published is None or period.start is None:
            return True
        late = period.end is not None and period.end > self.published + _SOON
        return period.start <= self.published and not late

    def remember(self, read: Read, timed: Mapping[int, Timing], periods: SentencePeriods) -> None:
        """Keep the periods that the sentence stated, for what comes after it."""
        stated = [
            (timed[at].period, m)
            for at, m in read
            if timed[at].stated
            and not m.compared
            and timed[at].rule.removeprefix("like: ") not in _OF_BEFORE
            and not periods.is_base(self.figures[at])
        ]
        known = [period for period, _ in stated if period.known]
        foretold = [p for p, m in stated if m.basis in _AHEAD and _is_stretch(p) and self._is_to_come(p)]
        self.clock.foretold = foretold[-1] if foretold else self.clock.foretold
        if not known:
            return
        self.clock.last = known[-1]
        self.clock.stretches.extend(period for period in known if _is_stretch(period))
        told = [
            p
            for p, m in stated
            if m.basis not in _AHEAD and m.metric != _ANOTHERS and not self._is_moment(p, m)
        ]
        reported = {p for p in told if _is_stretch(p) and self._is_over(p)}
        self.clock.quarter = next((p for p in reported if _is_quarter(p)), self.clock.quarter)
        if reported and all(self._is_long_over(period) for period in reported):
            return  # what was long since is told beside what the text is about
        latest = max(reported, key=_last_day, default=NOWHEN)
        alike = all(_lasts_like(period, latest) for period in reported)
        self.clock.reported = latest if alike and set(known) == reported else NOWHEN


def _level_before(meaning: Meaning, read: Read, chosen: Mapping[int, Timing]) -> Timing | None:
    """The time of the last figure before that measures the same: 'Profit, at 9 million, compares with'."""
    same = (at for at, one in reversed(read) if at in chosen and _measures(one) == _measures(meaning))
    return next((chosen[at] for at in same), None)


def _measures(meaning: Meaning) -> tuple[str, str | None]:
    return meaning.metric.lower(), meaning.subject


def _is_open(timing: Timing) -> bool:
    """Whether *timing* is open to the present: a move of today is none of it."""
    return timing.period.end is None or timing.rule.endswith("past-units")


def _is_share_of_flow(metric: str) -> bool:
    """'share of sales', 'value of exports': over the period of the sales and exports."""
    of = metric.partition("share of ")[2] or metric.partition("value of ")[2]
    if of.lower() in ("total", "whole", "line", "top line", "business"):
        return True
    known = words().metric_of(of) if of else None
    return bool(known and known.flow) or is_done(of)


def _shared(read: Read, places: Mapping[int, int], chosen: dict[int, Timing]) -> dict[int, Timing]:
    """A level whose growth is timed is of that time: the two say one thing."""
    for at, meaning in read:
        like = places.get(meaning.like) if meaning.like is not None else None
        if like is not None and meaning.growth and chosen[at].stated and not chosen[like].stated:
            chosen[like] = replace(chosen[at], rule=f"like: {chosen[at].rule}")
    return chosen


def _is_stretch(period: Period) -> bool:
    return period.start is not None and period.end is not None and period.start != period.end


def _last_day(period: Period) -> date:
    return period.end or date.min


def _lasts_like(one: Period, other: Period) -> bool:
    """Whether two stretches are as long, to a day or three: months, quarters, years."""
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    return abs((one.end - one.start).days - (other.end - other.start).days) < 4


def _is_quarter(period: Period) -> bool:
    return period.start is not None and period.end is not None and 80 < (period.end - period.start).days < 93
