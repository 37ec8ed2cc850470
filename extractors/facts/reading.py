"""The facts of one text: its parsed sentences in order, with what was spoken of carried on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from extractors.facts import periods
from extractors.facts.chronicle import Chronicle
from extractors.facts.clock import Timing, lead_period
from extractors.facts.confidence import confidence_of
from extractors.facts.days import NOWHEN, Period
from extractors.facts.directions import with_directions
from extractors.facts.draft import Draft, is_margin
from extractors.facts.meaning import Meaning, bare
from extractors.facts.measuring import Meanings
from extractors.facts.mending import mend
from extractors.facts.ordered import Ordered
from extractors.facts.parse import Tree, tree_of
from extractors.facts.periods import PeriodMention
from extractors.facts.phrases import Phrases
from extractors.facts.sources import Claims, clause_around, reports, scope_of
from extractors.facts.subjects import Subjects
from extractors.facts.timing import SentencePeriods
from extractors.facts.topics import Name, Topics, works_in
from extractors.facts.words import words
from extractors.findings import Fact, Figure, Span, Text

_LISTED = re.compile(
    r"\b(?:shares|share price|(?:a|per) share|stock|shareholders?|listed|Nasdaq|NYSE|exchange|MARKETS"
    r"|bourse|Nikkei|Topix|Kospi"
    r"|Hang Seng|Sensex|Nifty|FTSE|S&P 500|Dow Jones)\b"
)
_CINEMA = re.compile(
    r"\b(?:box office|theaters?|theatres?|cinemas?|moviegoers?|multiplex(?:es)?|(?:opening|second) weekend"
    r"|ticket sales)\b",
    re.I,
)
_LISTED_WORDS = (
    *(
        "share",
        "stock",
        "listed",
        "Nasdaq",
        "NYSE",
        "exchange",
        "MARKETS",
        "bourse",
        "Nikkei",
        "Topix",
        "Kospi",
    ),
    *("Hang Seng", "Sensex", "Nifty", "FTSE", "S&P 500", "Dow Jones"),
)
_CINEMA_WORDS = (
    *(
        "box office",
        "theater",
        "theatre",
        "cinema",
        "moviegoer",
        "multiplex",
        "opening weekend",
        "second weekend",
    ),
    "ticket sale",
)
"""One of these is in whatever the two above find: quicker to ask."""
_QUARTER_ENDED = re.compile(
    r"\b(?:quarter|three months|three-month period|13 weeks|thirteen weeks),?(?: (?:which|that))?"
    r" (?:ended|to|through) (?:on )?"
    r"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:, \d{4})?"
    r"|\d{1,2} [A-Z][a-z]+(?: \d{4})?)"
)
_AHEAD = frozenset({"target", "forecast", "guidance", "outlook"})
"""Words of a metric that say already that it lies ahead."""
_YEAR_ON_YEAR = re.compile(
    r"\byear (?:earlier|ago|before)\b|\byear[- ](?:on|over)[- ]year\b"
    r"|\bsame (?:period|quarter|half|\w+ months)\b"
)
_MEMORY = 3
"""For how many sentences "it" can still be what a figure measured."""
_SOLD = frozenset({"revenue", "volume", "gmv", "box_office", "downloads", "users", "views", "market_size"})
"""What is told of one region after another: 'Europe rose 2% and Japan fell 11%'."""


class TextReader:
    """Reads the facts of one text from the parsed drafts of its sentences with figures."""

    def __init__(
        self, about: Text, figures: Sequence[Figure], names: Sequence[Name], sentences: Sequence[Span]
    ) -> None:
        self.text = about.text
        self.figures = figures
        self.by_place = Ordered(figures, lambda figure: figure.start)
        self.names = Ordered(names, lambda name: name[0])
        self.works = Ordered(works_in(self.text), lambda name: name[0])
        self.reports = Ordered(reports(self.text, {n[0]: n[2] for n in names}), lambda report: report[0])
        self.sentences = [span.start for span in sentences]
        self.keys = _keys(figures)
        self.when = periods.when_of(self.text, about.published)
        self.listed = _holds(self.text, _LISTED_WORDS) and bool(_LISTED.search(self.text))
        told = f"{about.title or ''}\n{self.text}"
        self.cinema = _holds(told.lower(), _CINEMA_WORDS) and len(_CINEMA.findall(told)) > 1
        self._named: dict[int, list[PeriodMention]] = {}
        self.topics = Topics(self.text, about.title, self.names.things, sentences)
        lead = self._lead(about.title, sentences[:2])
        self.chronicle = Chronicle(
            figures, about.published, lead, self.cinema, bool(_YEAR_ON_YEAR.search(self.text))
        )
        self.spoken: Meaning | None = None
        self.spoken_at = -_MEMORY
        self.sold: Meaning | None = None

    def read(self, parsed: Iterable[tuple[Draft, Doc]]) -> Iterator[Fact]:
        """The facts of the parsed sentences, in order."""
        for draft, doc in parsed:
            place = bisect_right(self.sentences, draft.sentence.start)
            if place - self.spoken_at > _MEMORY:
                self.spoken = None
            self.spoken_at = place
            tree = tree_of(draft, doc)
            mend(tree)
            yield from self._sentence(draft, tree)

    def _sentence(self, draft: Draft, tree: Tree) -> Iterator[Fact]:
        start, end = draft.sentence.start, draft.sentence.end
        works = self.works.inside(start, end)
        phrases = Phrases(draft, self.text, [*self.names.inside(start, end), *(works if self.cinema else ())])
        claims = Claims(tree, phrases, self._report(end), self.topics.at(start))
        subjects = self._subjects(phrases, claims, works, end)
        meanings = Meanings(tree, draft, self.figures, phrases, subjects)
        spoken = ((meanings.places[anchor], meanings.of(anchor)) for anchor in sorted(meanings.anchors))
        read = [(at, meaning) for at, meaning in spoken if meaning is not None]
        figures = self.by_place.inside(start, end)
        timing = SentencePeriods(tree, draft, self.text, self._mentions(draft.sentence), figures)
        timed = self.chronicle.timed(tree, read, timing)
        for at, meaning in with_directions(read, self.figures, self.text):
            yield self._fact(at, meaning, timed[at], draft, claims)
            yield from self._margin(at, meaning, timed[at], draft, claims)
        self.chronicle.remember(read, timed, timing)
        if read:
            last = read[-1][1]
            self.spoken = last if last.like is None else replace(last, like=None)
            sold = (m for _, m in reversed(read) if not m.wrap and _is_sold(m.metric))
            self.sold = next((replace(m, like=None) for m in sold), self.sold)

    def _subjects(self, phrases: Phrases, claims: Claims, works: Sequence[Name], end: int) -> Subjects:
        work = next((name for _, _, name in self.works.before(end)), None) if self.cinema else None
        return Subjects(
            phrases,
            self.topics,
            claims.sources(),
            self.spoken,
            self.sold,
            self.listed,
            self.cinema,
            work,
            works,
        )

    def _fact(self, at: int, meaning: Meaning, timing: Timing, draft: Draft, claims: Claims) -> Fact:
        metric = _named(meaning)
        known = words().metric_of(metric)
        around = clause_around(self.text, self.figures[at], draft.sentence.start, draft.sentence.end)
        return Fact(
            figure=self.keys[at],
            subject=meaning.subject,
            metric=metric,
            metric_id=known.id if known else None,
            period_start=timing.period.start,
            period_end=timing.period.end,
            direction=meaning.direction,
            basis=meaning.basis,
            claimed_by=claims.claimed_by(meaning.anchor, meaning.subject),
            scope=scope_of(metric, around),
            confidence=confidence_of(meaning, timing, known),
            sentence=draft.sentence,
            rule=f"{meaning.rule}; subject {meaning.subject_rule}; period {timing.rule}",
        )

    def _margin(
        self, at: int, meaning: Meaning, timing: Timing, draft: Draft, claims: Claims
    ) -> Iterator[Fact]:
        """The tolerance that follows the figure, as a fact of its own: 'plus or minus 2%'."""
        following = self.by_place.inside(self.figures[at].end, draft.sentence.end)
        if following and is_margin(self.text, following[0]):
            of = self._fact(at, meaning, timing, draft, claims)
            key = self.keys[self.figures.index(following[0])]
            metric = f"{of.metric} margin of error"
            yield replace(of, figure=key, metric=metric, direction=None, confidence="low", rule="margin")

    def _lead(self, title: str | None, opening: Sequence[Span]) -> Period:
        named = periods.resolve(title, self.when) if title else []
        titled, published = lead_period(named), self.when.published
        if titled.end is not None and published is not None and titled.end <= published:
            return titled
        opened = [mention for span in opening for mention in self._mentions(span)]
        if any(mention.form == "fiscal-quarter" for mention in (*named, *opened)):
            return self._ended_quarter()  # 'its fiscal second quarter': the text says later when that ended
        return lead_period([*named, *opened])

    def _ended_quarter(self) -> Period:
        """The one quarter that the text says the last day of: 'the quarter, which ended July 31'."""
        ended = _QUARTER_ENDED.search(self.text)
        mentions = periods.resolve(ended[0], self.when) if ended else []
        return mentions[0].period if len(mentions) == 1 else NOWHEN

    def _mentions(self, sentence: Span) -> list[PeriodMention]:
        """The periods that *sentence* names, in the text's offsets, but for numbers that are figures."""
        figures = self.by_place.inside(sentence.start, sentence.end)
        found = self._named.get(sentence.start)
        if found is None:
            resolved = periods.resolve(self.text[sentence.start : sentence.end], self.when)
            found = self._named[sentence.start] = [m.moved(sentence.start) for m in resolved]
        return [m for m in found if not any(f.start < m.end and m.start < f.end for f in figures)]

    def _report(self, end: int) -> str | None:
        """Whose report the text goes by at *end*."""
        return next((name for _, name in self.reports.before(end)), None)


def _is_sold(metric: str) -> bool:
    known = words().metric_of(bare(metric).removeprefix("share of "))
    return known is not None and known.id in _SOLD


def _holds(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def _keys(figures: Sequence[Figure]) -> list[str]:
    counted = {"money": 0, "percent": 0, "counts": 0}
    keys = []
    for figure in figures:
        part = "money" if figure.kind == "money" else "counts" if figure.kind == "count" else "percent"
        keys.append(f"{part}:{counted[part]}")
        counted[part] += 1
    return keys


def _named(meaning: Meaning) -> str:
    """The metric's name, which says so where it is a forecast or a target."""
    ahead = meaning.basis in ("forecast", "target") and not meaning.wrap
    if ahead and not meaning.metric.startswith("share ") and not set(meaning.metric.split()) & _AHEAD:
        return f"{meaning.metric} {meaning.basis}"
    return meaning.metric
