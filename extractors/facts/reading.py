"""The facts of one text: its parsed sentences in order, with what was spoken of carried from one to the next."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from spacy.tokens import Doc

from extractors.facts import periods
from extractors.facts.confidence import confidence_of
from extractors.facts.days import NOWHEN, Period
from extractors.facts.draft import Draft, is_margin
from extractors.facts.frames import Frames
from extractors.facts.meaning import Meaning, bare
from extractors.facts.measuring import Meanings
from extractors.facts.phrases import Phrases
from extractors.facts.sources import Claims, basis_of, clause_around, scope_of
from extractors.facts.subjects import Subjects
from extractors.facts.topics import Topics
from extractors.facts.timing import Clock, SentencePeriods, Timing, Wanted, lead_period
from extractors.facts.words import words
from extractors.findings import Basis, Company, Fact, Figure, Span, Text

_LISTED = re.compile(r"\b(?:shares?|stock|shareholders?|listed|Nasdaq|NYSE|exchange)\b")
_CINEMA = re.compile(
    r"\b(?:box office|theaters?|theatres?|cinemas?|moviegoers?|opening weekend|ticket sales)\b", re.I
)
_PAPER_BY = re.compile(
    r"\b(?:report|study|survey|white paper|paper|data) (?:\w+ ){0,3}?(?:by|from|of) (?:the )?"
)
_PERFECT = frozenset({"has", "have", "'ve", "’ve", "had"})

Name = tuple[int, int, str]


class TextReader:
    """Reads the facts of one text from the parsed drafts of its sentences with figures."""

    def __init__(
        self, about: Text, figures: Sequence[Figure], names: Sequence[Name], sentences: Sequence[Span]
    ) -> None:
        self.about = about
        self.text = about.text
        self.figures = figures
        self.names = names
        self.sentences = sentences
        self.keys = _keys(figures)
        self.when = periods.when_of(self.text, about.published)
        self.listed = bool(_LISTED.search(self.text))
        self.cinema = len(_CINEMA.findall(self.text)) > 1
        self.clock = Clock(lead=self._lead(), today=_day(about.published))
        self.spoken: Meaning | None = None
        self.spoken_at = -9
        self.report: str | None = None
        self.topics = Topics(self.text, about.title, names, sentences)
        self.works = _works(self.text)

    def read(self, parsed: Iterable[tuple[Draft, Doc]], frames: Frames) -> Iterator[Fact]:
        """The facts of the parsed sentences, in order."""
        starts = [span.start for span in self.sentences]
        for draft, doc in parsed:
            place = bisect_right(starts, draft.sentence.start) - 1
            if place - self.spoken_at > 3:
                self.spoken = None
            self.spoken_at = place
            yield from self._sentence(draft, doc, frames, place)

    def _sentence(self, draft: Draft, doc: Doc, frames: Frames, place: int) -> Iterator[Fact]:
        works = [w for w in self.works if draft.sentence.start <= w[0] < draft.sentence.end]
        phrases = Phrases(
            draft, self.text, [*self._names_in(draft.sentence), *(works if self.cinema else ())]
        )
        self._note_report(draft.sentence)
        topic = self.topics.at(draft.sentence.start)
        claims = Claims(doc, phrases, self.report, topic)
        subjects = Subjects(
            phrases,
            topic,
            self._work(draft.sentence),
            self.spoken,
            self.listed,
            self.cinema,
            claims.sources(),
            works,
        )
        meanings = Meanings(doc, draft, self.figures, frames.hangings(doc), phrases, subjects)
        timing = SentencePeriods(
            doc, draft, self.text, self._mentions_in(draft.sentence), self._figures_in(draft.sentence)
        )
        read = [
            (meanings.places[a], m) for a in sorted(meanings.anchors) if (m := meanings.of(a)) is not None
        ]
        timed = self._timed(doc, read, timing)
        for at, meaning in _with_directions(read, timed, self.figures, doc):
            yield self._fact(at, meaning, timed[at], doc, draft, claims)
            yield from self._margins(at, meaning, timed[at], doc, draft, claims)
        self._remember(read, timed, doc)

    def _margins(
        self, at: int, meaning: Meaning, timing: Timing, doc: Doc, draft: Draft, claims: Claims
    ) -> Iterator[Fact]:
        """The tolerance that follows the figure, as a fact of its own: 'plus or minus 2%'."""
        after = at + 1 if at + 1 < len(self.figures) else at
        if (
            after > at
            and self.figures[after].end <= draft.sentence.end
            and is_margin(self.text, self.figures[after])
        ):
            basis = basis_of(doc, meaning)
            of = replace(
                meaning, metric=f"{_named(meaning, basis)} margin of error", wrap="forecast", direction=None
            )
            yield replace(self._fact(after, of, timing, doc, draft, claims), basis=basis, confidence="low")

    def _fact(
        self, at: int, meaning: Meaning, timing: Timing, doc: Doc, draft: Draft, claims: Claims
    ) -> Fact:
        figure, basis = self.figures[at], basis_of(doc, meaning)
        metric = _named(meaning, basis)
        known = words().metric_of(metric)
        around = clause_around(self.text, figure, draft.sentence.start, draft.sentence.end)
        return Fact(
            figure=self.keys[at],
            subject=meaning.subject,
            metric=metric,
            metric_id=known.id if known else None,
            period_start=timing.period.start,
            period_end=timing.period.end,
            direction=meaning.direction,
            basis=basis,
            claimed_by=claims.claimed_by(meaning.anchor),
            scope=scope_of(metric, around),
            confidence=confidence_of(meaning, timing, known),
            sentence=draft.sentence,
            rule=f"{meaning.rule}; subject {meaning.subject_rule}; period {timing.rule}",
        )

    def _timed(
        self, doc: Doc, read: Sequence[tuple[int, Meaning]], timing: SentencePeriods
    ) -> dict[int, Timing]:
        chosen: dict[int, Timing] = {}
        for at, meaning in read:
            like = next((i for i, m in read if m.anchor == meaning.like), None)
            base = chosen[like].period if like in chosen else self.clock.reported
            known = words().metric_of(bare(meaning.metric))
            point = bool(known and known.point) or self.figures[at].kind == "count"
            daily = bool(known and known.id == "share_price") and not _is_perfect(doc, meaning)
            inherits = bool(known and known.flow) and _is_past(doc, meaning) and not meaning.wrap
            screen = meaning.metric.startswith("box office") or (self.cinema and "weekend" in meaning.metric)
            result = timing.choose(
                self.figures[at], meaning, self.clock, base, Wanted(inherits, point, daily, screen)
            )
            if basis_of(doc, meaning) in ("forecast", "target"):
                result = timing.ahead(result, self.about.published)
            if like in chosen and not result.stated and not meaning.compared:
                result = replace(chosen[like], rule=f"like: {chosen[like].rule}")
            chosen[at] = result
        return self._shared(read, chosen)

    def _shared(self, read: Sequence[tuple[int, Meaning]], chosen: dict[int, Timing]) -> dict[int, Timing]:
        """A level whose growth is timed is of that time: the two say one thing."""
        for at, meaning in read:
            like = next((i for i, m in read if m.anchor == meaning.like), None)
            if like is not None and meaning.growth and chosen[at].stated and not chosen[like].stated:
                chosen[like] = replace(chosen[at], rule=f"like: {chosen[at].rule}")
        return chosen

    def _remember(self, read: Sequence[tuple[int, Meaning]], timed: Mapping[int, Timing], doc: Doc) -> None:
        if not read:
            return
        self.spoken = replace(read[-1][1], like=None)
        stated = {
            timed[at].period
            for at, m in read
            if timed[at].stated and timed[at].period.known and not m.compared
        }
        if stated:
            self.clock.last = timed[next(at for at, _ in reversed(read) if timed[at].period in stated)].period
        reported = {
            timed[at].period
            for at, m in read
            if timed[at].stated and not m.compared and basis_of(doc, m) != "forecast"
        }
        for period in reported:
            if period.start and period.end and 80 < (period.end - period.start).days < 93:
                self.clock.quarter = period
        reported = {p for p in reported if p.start and p.end and p.start != p.end}
        if stated:
            self.clock.reported = reported.pop() if len(reported) == 1 and len(stated) == 1 else NOWHEN

    def _lead(self) -> Period:
        mentions = [m for span in self.sentences[:2] for m in self._mentions_in(span)]
        if self.about.title:
            mentions += periods.resolve(self.about.title, self.when)
        return lead_period(mentions)

    def _mentions_in(self, sentence: Span) -> list[periods.PeriodMention]:
        found = periods.resolve(self.text[sentence.start : sentence.end], self.when)
        return [
            replace(m, start=m.start + sentence.start, end=m.end + sentence.start)
            for m in found
            if not self._in_figure(m, sentence)
        ]

    def _in_figure(self, mention: periods.PeriodMention, sentence: Span) -> bool:
        start, end = mention.start + sentence.start, mention.end + sentence.start
        return any(f.start < end and start < f.end for f in self._figures_in(sentence))

    def _figures_in(self, sentence: Span) -> list[Figure]:
        return [f for f in self.figures if sentence.start <= f.start and f.end <= sentence.end]

    def _names_in(self, sentence: Span) -> Sequence[Name]:
        starts = [name[0] for name in self.names]
        return self.names[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]

    def _work(self, sentence: Span) -> str | None:
        """The film or series named last before the sentence's end."""
        found = (name for start, _, name in reversed(self.works) if start < sentence.end)
        return next(found, None) if self.cinema else None

    def _note_report(self, sentence: Span) -> None:
        """Remember whose report the text goes by."""
        for before in self.sentences:
            if before.start > sentence.start:
                return
            if found := _PAPER_BY.search(self.text, before.start, before.end):
                named = next((n for n in self.names if n[0] == found.end()), None)
                self.report = named[2] if named else self.report


_WORK = re.compile(r"[“\"']([A-Z][^“”\"\n]{1,50}?),?[”\"'](?!\w)")


def _works(text: str) -> list[Name]:
    """Quoted titles."""
    return [(m.start(1), m.end(1), m[1]) for m in _WORK.finditer(text) if _is_title(m[1])]


def _is_title(quoted: str) -> bool:
    parts = quoted.split()
    return len(parts) <= 7 and sum(p[0].isupper() for p in parts) * 2 > len(parts)


def _keys(figures: Sequence[Figure]) -> list[str]:
    counted = {"money": 0, "percent": 0, "counts": 0}
    keys = []
    for figure in figures:
        part = "money" if figure.kind == "money" else "counts" if figure.kind == "count" else "percent"
        keys.append(f"{part}:{counted[part]}")
        counted[part] += 1
    return keys


def _day(day: date | None) -> Period:
    return Period(day, day)


def _is_past(doc: Doc, meaning: Meaning) -> bool:
    """Whether the figure's clause is in the simple past, or has no verb of its own."""
    if meaning.noun is not None and meaning.noun.dep_ == "pobj" and meaning.noun.head.lower_ == "with":
        return True
    verb = (
        meaning.verb
        if meaning.verb is not None
        else next((t for t in doc[meaning.anchor].ancestors if t.tag_.startswith("V")), None)
    )
    return (
        verb is None
        or verb.tag_ in ("VBD", "VBG", "VB")
        or (verb.tag_ == "VBN" and not _is_perfect(doc, meaning))
    )


def _is_perfect(doc: Doc, meaning: Meaning) -> bool:
    verb = meaning.verb
    return verb is not None and any(t.dep_ == "aux" and t.lower_ in _PERFECT for t in verb.children)


def _named(meaning: Meaning, basis: Basis) -> str:
    """The metric's name, which says so where it is a forecast or a target."""
    if basis in ("forecast", "target") and not meaning.wrap and not meaning.metric.startswith("share "):
        return f"{meaning.metric} {basis}"
    return meaning.metric


def _with_directions(
    read: Sequence[tuple[int, Meaning]], timed: Mapping[int, Timing], figures: Sequence[Figure], doc: Doc
) -> Iterator[tuple[int, Meaning]]:
    """Each meaning with the direction that the figures beside it give."""
    for at, meaning in read:
        yield (
            at,
            meaning
            if meaning.direction
            else replace(meaning, direction=_from_others(at, meaning, read, timed, figures, doc)),
        )


def _from_others(
    at: int,
    meaning: Meaning,
    read: Sequence[tuple[int, Meaning]],
    timed: Mapping[int, Timing],
    figures: Sequence[Figure],
    doc: Doc,
):  # type: ignore[no-untyped-def]
    if meaning.compared or meaning.wrap == "estimate":
        return None
    for _, other in read:
        if (
            other.like == meaning.anchor
            and other.growth
            and other.direction
            and figures[at].kind != "multiple"
        ):
            return other.direction
    for place, other in read:
        same = other.metric == meaning.metric and figures[place].kind == figures[at].kind
        if other.like == meaning.anchor and other.compared and same:
            if figures[at].value != figures[place].value:
                return "up" if figures[at].value > figures[place].value else "down"
    if basis_of(doc, meaning) == "forecast":
        for place, other in read:
            same = other.subject == meaning.subject and figures[place].kind == figures[at].kind
            if same and place < at and basis_of(doc, other) != "forecast" and other.metric == meaning.metric:
                return "up" if figures[at].value > figures[place].value else "down"
    return None
