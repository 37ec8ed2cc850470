"""Trends of themes, companies, both together and metrics, with what chance would have done.

A trend compares a window's stories with those that its share of all stories in the windows before would
have brought (``db.statistics``): more feeds bring more stories of everything and no trend, and a Sunday is
held against what Sundays bring. "Rising" is a claim with a p-value, corrected for how many were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db import rolled_up, statistics, trend_rows, windows
from db.store import Store
from db.trend_rows import Counting, Subject
from db.trend_values import Burst, Denominators, Question, Report, Trend, Window, Word
from db.windows import By, Span

BASELINE: Mapping[By, int] = {"day": 28, "week": 12, "month": 12}
"""So many windows before the present one say what to expect."""

RECENT: Mapping[By, int] = {"day": 28, "week": 4, "month": 2}
"""Subjects that led in so many newest windows are looked at."""

MIN_SUPPORT = 4
"""With fewer stories, seen and expected, it is too few to say; with fewer in all windows nothing is tested.

The latter count does not depend on which window they fell in, so leaving these out keeps the error rate
(independent filtering: Bourgon, Gentleman & Huber 2010, PNAS 107)."""

MIN_WINDOWS = 3
DISCOVERY_RATE = 0.05
MIN_BURST_WEIGHT = 3.0
"""A burst is told where its days are e**3, some 20, times as likely in the high state as in the low."""


def report(store: Store, question: Question, now: datetime) -> Report:
    """The trends that *question* asks for, as things stand *now*."""
    until = question.until or now.date()
    frame = _Frame.of(store, question, until)
    series = _series(store, question, frame)
    judged = _judge(series, frame)
    told = [_trend(store, question, frame, one, now.date()) for one in judged]
    return Report(
        trends=tuple(sorted(told, key=_strength)),
        denominators=_denominators(store, question, frame),
        volume=_volume(question, frame, now.date()),
        tested=sum(one.q is not None for one in judged),
    )


def theme_trends(store: Store, now: datetime, *, by: By = "week", until: date | None = None) -> list[Trend]:
    """The trends of themes, by stories on the beat, the strongest first."""
    return list(report(store, Question("theme", by, until), now).trends)


def company_trends(store: Store, now: datetime, *, by: By = "week", until: date | None = None) -> list[Trend]:
    """The trends of companies, likewise."""
    return list(report(store, Question("company", by, until), now).trends)


def pair_trends(
    store: Store,
    now: datetime,
    *,
    by: By = "week",
    until: date | None = None,
    theme: str | None = None,
    company: int | None = None,
) -> list[Trend]:
    """The trends of themes with companies, of one *theme* or *company* where given."""
    asked = Question("theme and company", by, until, theme=theme, company=company)
    return list(report(store, asked, now).trends)


def metric_trends(store: Store, now: datetime, *, by: By = "week", until: date | None = None) -> list[Trend]:
    """The trends of metrics that facts of high confidence state."""
    return list(report(store, Question("metric", by, until), now).trends)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The windows with everything's counts, and which of them the past is told from."""

    by: By
    shown: int
    spans: tuple[Span, ...]
    what: str
    coverage: Mapping[str, int]
    days: Mapping[date, int]
    totals: tuple[int, ...]
    added: tuple[date, ...]
    past: tuple[int, ...]
    thin_past: bool

    @classmethod
    def of(cls, store: Store, question: Question, until: date) -> _Frame:
        kept = BASELINE[question.by] + 1
        shown = windows.spans_since(question.by, question.since, until) if question.since else kept
        spans = tuple(windows.spans(question.by, until, max(kept, shown)))
        what = trend_rows.column(question.counting, question.on_beat)
        coverage = trend_rows.coverage_ids(store)
        everything = coverage.get("everything", 0)
        days = trend_rows.days(store, [everything], spans[0].first, until, what)[everything]
        totals = counted(days, spans)
        added = tuple(trend_rows.feeds_added(store, until))
        past, thin = _past(totals, spans, added, BASELINE[question.by])
        return cls(question.by, shown, spans, what, coverage, days, totals, added, past, thin)

    @property
    def current(self) -> Span:
        return self.spans[-1]


def counted(days: Mapping[date, int], spans: Sequence[Span]) -> tuple[int, ...]:
    """The sum of the days' counts in each of *spans*, which follow one another."""
    sums = [0] * len(spans)
    for day, count in days.items():
        place = windows.place_of(day, spans)
        if place is not None:
            sums[place] += count
    return tuple(sums)


def _past(
    totals: Sequence[int], spans: Sequence[Span], added: Sequence[date], baseline: int
) -> tuple[tuple[int, ...], bool]:
    """The windows that say what to expect: those with news, while feeds were followed if there are enough."""
    told = [place for place in range(max(0, len(spans) - 1 - baseline), len(spans) - 1) if totals[place]]
    full = [place for place in told if not windows.is_thin(added, spans[place])]
    if len(full) > MIN_WINDOWS:
        return tuple(full), False
    return tuple(told), len(full) < len(told)


@dataclass(frozen=True, slots=True)
class _Series:
    subject: Subject
    days: Mapping[date, int]
    counts: tuple[int, ...]
    members: tuple[int, ...]  # the subjects counted: more than one where owners stand for theirs


@dataclass(frozen=True, slots=True)
class _Judged:
    series: _Series
    expected: statistics.Expectation | None
    dispersion: float
    p: float | None
    q: float | None


def _series(store: Store, question: Question, frame: _Frame) -> list[_Series]:
    recent = frame.spans[-min(RECENT[question.by], len(frame.spans))].first
    ids = trend_rows.leading(
        store,
        question.kind,
        recent,
        frame.current.last,
        frame.what,
        question.limit,
        theme=question.theme,
        company=question.company,
    )
    if question.roll_up and question.kind == "company":
        return _rolled_up(store, ids, frame)
    named = trend_rows.subjects(store, ids)
    days = trend_rows.days(store, ids, frame.spans[0].first, frame.current.last, frame.what)
    return [
        _Series(named[number], days[number], counted(days[number], frame.spans), (number,)) for number in ids
    ]


def _rolled_up(store: Store, ids: Sequence[int], frame: _Frame) -> list[_Series]:
    found = []
    for company, members in rolled_up.groups(store, ids, frame.current.last).items():
        days = rolled_up.days(store, members, frame.spans[0].first, frame.current.last, frame.what)
        subject = rolled_up.subject_of(store, company, members)
        found.append(_Series(subject, days, counted(days, frame.spans), members))
    return found


def _judge(series: Sequence[_Series], frame: _Frame) -> list[_Judged]:
    pasts = [(_at(one.counts, frame.past), _at(frame.totals, frame.past)) for one in series]
    shared = statistics.moment_dispersion(pasts)
    judged = [_against(one, past, shared, frame) for one, past in zip(series, pasts, strict=True)]
    tested = [place for place, one in enumerate(judged) if one.p is not None and _enough(one, frame)]
    q_values = statistics.false_discovery([judged[place].p or 0.0 for place in tested])
    q_of = dict(zip(tested, q_values, strict=True))
    return [
        _Judged(one.series, one.expected, one.dispersion, one.p, q_of.get(place))
        for place, one in enumerate(judged)
    ]


def _at(values: Sequence[int], places: Sequence[int]) -> list[int]:
    return [values[place] for place in places]


def _against(one: _Series, past: tuple[list[int], list[int]], shared: float, frame: _Frame) -> _Judged:
    exposure = frame.totals[-1]
    if len(frame.past) < MIN_WINDOWS or not exposure:
        return _Judged(one, None, shared, None, None)
    dispersion = statistics.own_and_shared(statistics.moment_dispersion([past]), shared)
    expected = statistics.expectation(*past, exposure, dispersion)
    return _Judged(one, expected, dispersion, expected.p_value(one.counts[-1]), None)


def _enough(one: _Judged, frame: _Frame) -> bool:
    return sum(_at(one.series.counts, frame.past)) + one.series.counts[-1] >= MIN_SUPPORT


def _word(observed: int, expected: float | None, q: float | None) -> Word:
    if expected is None or q is None or max(observed, expected) < MIN_SUPPORT:
        return "too few to say"
    if q > DISCOVERY_RATE:
        return "steady"
    return "rising" if observed > expected else "fading"


def _trend(store: Store, question: Question, frame: _Frame, one: _Judged, today: date) -> Trend:
    subject, observed = one.series.subject, one.series.counts[-1]
    mean = one.expected.mean if one.expected else None
    word = _word(observed, mean, one.q)
    found = _bursts(one.series, frame)
    span = frame.current
    low, high = one.expected.interval() if one.expected else (None, None)
    ratio_low, ratio_high = _ratio_interval(one, frame)
    return Trend(
        kind=question.kind,
        name=_name(subject),
        label=subject.label,
        theme=subject.theme,
        company=subject.company,
        metric=subject.metric,
        when=windows.in_words(frame.by, span, today),
        windows=_windows(one.series.counts, frame),
        counting=question.counting,
        observed=observed,
        outlets=trend_rows.outlets(store, one.series.members, span.first, span.last, question.on_beat),
        first_seen=trend_rows.first_seen(store, one.series.members, frame.what),
        expected=mean,
        expected_low=low,
        expected_high=high,
        ratio=observed / mean if mean else None,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p=one.p,
        q=one.q,
        word=word,
        thin_past=frame.thin_past,
        bursts=found,
        burst_start=_present_start(found, span) if word == "rising" else None,
    )


def _name(subject: Subject) -> str:
    parts = [part for part in (subject.theme, subject.company_name, subject.metric) if part]
    return " × ".join(parts) or subject.key


def _windows(counts: Sequence[int], frame: _Frame) -> tuple[Window, ...]:
    rows = list(zip(frame.spans, counts, frame.totals, strict=True))[-frame.shown :]
    return tuple(
        Window(
            span.first,
            span.last,
            count,
            total,
            windows.followed(frame.added, span),
            windows.is_thin(frame.added, span),
        )
        for span, count, total in rows
    )


def _ratio_interval(one: _Judged, frame: _Frame) -> tuple[float | None, float | None]:
    if one.expected is None:
        return None, None
    past, exposure = _at(one.series.counts, frame.past), sum(_at(frame.totals, frame.past))
    variance = 1 + one.dispersion * one.expected.mean
    return statistics.rate_ratio(one.series.counts[-1], frame.totals[-1], sum(past), exposure, variance)


def _bursts(series: _Series, frame: _Frame) -> tuple[Burst, ...]:
    if sum(series.counts) < 2 * MIN_SUPPORT:
        return ()
    first = frame.spans[0].first
    span = [first + timedelta(days=n) for n in range((frame.current.last - first).days + 1)]
    counts = [series.days.get(day, 0) for day in span]
    totals = [max(frame.days.get(day, 0), count) for day, count in zip(span, counts, strict=True)]
    return tuple(
        Burst(span[burst.start], span[burst.end], burst.weight)
        for burst in statistics.bursts(counts, totals)
        if burst.weight >= MIN_BURST_WEIGHT and sum(counts[burst.start : burst.end + 1]) >= MIN_SUPPORT
    )


def _present_start(found: Sequence[Burst], span: Span) -> date | None:
    return next((burst.start for burst in reversed(found) if burst.end >= span.first), None)


def _strength(trend: Trend) -> tuple[int, float, int, str]:
    order: dict[Word, int] = {"rising": 0, "fading": 1, "steady": 2, "too few to say": 2}
    moved = trend.word in ("rising", "fading")
    return order[trend.word], (trend.q or 0.0) if moved else 0.0, -trend.observed, trend.name


def _denominators(store: Store, question: Question, frame: _Frame) -> Denominators:
    span = frame.current
    ids = list(frame.coverage.values())
    seen = {
        what: trend_rows.days(store, ids, span.first, span.last, trend_rows.column(*what))
        for what in (("stories", question.on_beat), ("articles", question.on_beat), ("articles", False))
    }
    read = {f"language {language}" for language in question.languages}
    unread = [key for key in frame.coverage if key.startswith("language ") and key not in read]

    def total(what: tuple[Counting, bool], *keys: str) -> int:
        return sum(sum(seen[what][frame.coverage[key]].values()) for key in keys if key in frame.coverage)

    return Denominators(
        feeds=len(frame.added),
        stories=total(("stories", question.on_beat), "everything"),
        articles=total(("articles", question.on_beat), "everything"),
        title_only=total(("articles", False), "title only"),
        other_languages=total(("articles", False), *unread),
    )


def _volume(question: Question, frame: _Frame, today: date) -> Trend | None:
    """The trend of everything, held against weekdays' usual shares; None without a past."""
    if len(frame.past) < MIN_WINDOWS:
        return None
    first = frame.spans[frame.past[0]].first
    before = [first + timedelta(days=n) for n in range((frame.current.first - first).days)]
    shares = statistics.weekday_shares([frame.days.get(day, 0) for day in before], first.weekday())
    exposures = [_weekday_exposure(span, shares) for span in frame.spans]
    past = (_at(frame.totals, frame.past), [exposures[place] for place in frame.past])
    dispersion = statistics.moment_dispersion([past])
    expected = statistics.expectation(*past, exposures[-1], dispersion)
    observed = frame.totals[-1]
    p = expected.p_value(observed)
    low, high = expected.interval()
    variance = 1 + dispersion * expected.mean
    ratio_low, ratio_high = statistics.rate_ratio(
        observed, exposures[-1], sum(past[0]), sum(past[1]), variance
    )
    return Trend(
        kind=question.kind,
        name="everything",
        label="Everything",
        theme=None,
        company=None,
        metric=None,
        when=windows.in_words(frame.by, frame.current, today),
        windows=_windows(frame.totals, frame),
        counting=question.counting,
        observed=observed,
        outlets=0,
        first_seen=min(frame.days, default=None),
        expected=expected.mean,
        expected_low=low,
        expected_high=high,
        ratio=observed / expected.mean,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p=p,
        q=p,
        word=_word(observed, expected.mean, p),
        thin_past=frame.thin_past,
        bursts=(),
        burst_start=None,
    )


def _weekday_exposure(span: Span, shares: Sequence[float]) -> float:
    return sum(shares[(span.first + timedelta(days=n)).weekday()] for n in range(span.days))
