"""The meanings of a parsed sentence's figures: by the words beside them, their frames, their neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from extractors.facts import beside, fallbacks, nouns, verbs
from extractors.facts.draft import Draft
from extractors.facts.frames import hangings
from extractors.facts.meaning import Meaning, bare, direction_of
from extractors.facts.parse import Tree, Word
from extractors.facts.phrases import Phrases, is_noun, is_temporal
from extractors.facts.roles import HANDLERS
from extractors.facts.sources import basis_of
from extractors.facts.subjects import Subjects, is_observer
from extractors.facts.tree import agent_of
from extractors.facts.words import words
from extractors.findings import Direction, Figure

_JOINT = re.compile(
    r"(?:\s?\([^()]{1,30}\))?(?:,\s|,?\s(?:and|&)\s)(?:(?:its|their|the)\s(?:[\w-]+\s){1,2})?"
)
_DID = re.compile(r"(?:\s\([^()]{1,30}\))?,?(?:\s[a-z’'-]+){1,5}\s")
"""What stands between those who did something and the first sum."""
_SET_AGAINST = frozenset({"from", "against", "versus", "than", "after"})
_PER_SHARE = re.compile(r"\s(?:per (?:basic |diluted |ordinary |American depositary )?|a )share\b")
_REVISED = re.compile(
    r"[^.;]{0,110}?\s(?:from|(?:compared|against|versus)(?:\swith|\sto)?)\s(?:(?:an?|its|the|their)\s)?"
    r"(?P<before>(?:earlier|previous|prior|initial|original|old)\s)?(?:(?:[a-z]+\s){0,3}of\s)?"
    r"(?:about\s|between\s)?"
)
"""What leads from a forecast to the one before it."""
_FROM = ("from ", "compared", "against", "versus")
"""One of these is in what the one above finds: quicker to ask."""
_FORETOLD = re.compile(
    r"\s(?:it|they|the (?:company|group|bank|airline|firm)|[A-Z][\w&.-]+)\s"
    r"(?:had\s)?(?:previously\s|earlier\s|originally\s)?"
    r"(?:foresaw|foreseen|forecast|expected|guided|projected|predicted|planned|targeted|flagged)\b"
)
_EACH = re.compile(
    r"\s(?:an?|per|each|every|for each|for every)\s"
    r"(episode|script|chapter|title|minute|hour|day|night|week|fortnight|month|year|user|download|subscriber|view|seat"
    r"|ticket|litre|gallon|kilo|kilogram|square met(?:er|re)|unit|piece|season)\b"
    r"(?!\s(?:ago|earlier|before)\b)"
)
_BY_THE_PIECE = frozenset({"price", "payment", "cost", "fee", "charge", "pay", "rate", "subscription"})
_WITH_UP = frozenset({"make", "makes", "made", "making", "take", "takes", "took", "taking"})
"""'made up 58 percent of sales' moved nothing."""


class Meanings:
    """The meanings of the figures of one parsed sentence."""

    def __init__(
        self,
        tree: Tree,
        draft: Draft,
        figures: Sequence[Figure],
        phrases: Phrases,
        subjects: Subjects,
    ) -> None:
        self.tree = tree
        self.phrases = phrases
        self.subjects = subjects
        tops = {_top(tree, first, last).i: (place, first, last) for place, first, last in draft.figures}
        self.places = {top: place for top, (place, _, _) in tops.items()}
        self.anchors = {top: figures[place] for top, (place, _, _) in tops.items()}
        self.extents = {top: (first, last) for top, (_, first, last) in tops.items()}
        self._known: dict[int, Meaning | None] = {}

    def of(self, anchor: int) -> Meaning | None:
        """The meaning of the figure whose top token is at *anchor*, or None where no rule reads one."""
        if anchor not in self._known:
            self._known[anchor] = None  # a figure that leads back to itself has none
            self._known[anchor] = self._read(self.tree[anchor])
        return self._known[anchor]

    def _read(self, anchor: Word) -> Meaning | None:
        for rule, read in beside.RULES.items():
            if meaning := read(self, anchor):
                return self._signed(meaning, anchor, rule)
        for hanging in hangings(anchor):
            if not self.anchors[anchor.i].kind.startswith(hanging.frame.figure or ""):
                continue
            if meaning := HANDLERS[hanging.frame.kind](self, anchor, hanging.words):
                return self._signed(meaning, anchor, hanging.frame.id)
        for rule, read in fallbacks.RULES.items():
            if meaning := read(self, anchor):
                return self._signed(meaning, anchor, rule)
        return None

    def _signed(self, meaning: Meaning, anchor: Word, rule: str) -> Meaning:
        """*meaning* with its rule, its direction and what it is set against."""
        figure = self.anchors[anchor.i]
        before = self.tree[max(self.extents[anchor.i][0] - 1, 0)]
        led = before.lower_ in ("up", "down") and before.head.lower_ not in _WITH_UP
        if led and not meaning.direction and figure.kind == "percent":
            meaning = replace(meaning, direction=direction_of(before.lower_), growth=True)
        multiple = figure.kind == "multiple" and not meaning.compared
        direction = meaning.direction or (_multiple_direction(figure) if multiple else None)
        meaning = self._by_analysts(self._set_against(meaning, anchor))
        meaning = self._each(self._per_share(meaning, figure), figure)
        if figure.kind == "money":
            meaning = _of_money(meaning)
        meaning = replace(self._shared_out(meaning, anchor), rule=rule)
        growth, basis = meaning.growth or multiple, basis_of(anchor, meaning)
        if basis == "reported" and growth and meaning.like is not None and meaning.like != anchor.i:
            level = self.of(meaning.like)  # 'expects 4,150, 6% less than in 2025'
            basis = level.basis if level is not None else basis
        return replace(meaning, direction=direction, anchor=anchor.i, growth=growth, basis=basis)

    def _shared_out(self, meaning: Meaning, anchor: Word) -> Meaning:
        """'Lumo and Vantor earned $4 million and $5 million': each its own."""
        text, names, places = self.phrases.text, self.phrases.names, sorted(self.anchors)
        sums = _run(places, anchor.i, lambda a, b: self._joins(self.anchors[a].end, self.anchors[b].start))
        if len(sums) < 2:
            return meaning
        start = self.anchors[sums[0]].start
        before = [name for name in names if name[1] < start]
        if not before or not _DID.fullmatch(text, before[-1][1], start):
            return meaning
        firms = _run(before, before[-1], lambda a, b: self._joins(a[1], b[0]))
        if len(firms) != len(sums):
            return meaning
        return replace(meaning, subject=firms[sums.index(anchor.i)][2], subject_rule="named")

    def _joins(self, start: int, end: int) -> bool:
        """Whether what stands from *start* to *end* joins the members of a list."""
        return _JOINT.fullmatch(self.phrases.text, start, end) is not None

    def _per_share(self, meaning: Meaning, figure: Figure) -> Meaning:
        """'a net loss of $4 million, or $0.04 per diluted share'."""
        known = words().metric_of(meaning.metric) if figure.kind == "money" else None
        a_share = _PER_SHARE.match(self.phrases.text, figure.end) is not None
        if a_share and meaning.noun is None:
            if meaning.metric == "revenue":
                return replace(meaning, metric="earnings per share")
            if meaning.metric in ("purchase price", "payment", "funding"):
                pays = meaning.metric == "payment" and not self._is_bid(figure)
                return replace(meaning, metric="dividend per share" if pays else "offer price per share")
        if known is None or known.id not in ("profit", "loss") or "share" in meaning.metric:
            return meaning
        if not a_share:
            return meaning
        if meaning.metric == "net income":
            return replace(meaning, metric="earnings per share")
        return replace(meaning, metric=f"{meaning.metric} per share")

    def _is_bid(self, figure: Figure) -> bool:
        """'agreed to pay $52 per share for Harrow', and not the dividend that it pays."""
        sentence = self.phrases.draft.sentence
        whole = self.phrases.text[sentence.start : sentence.end]
        a_share = _PER_SHARE.match(self.phrases.text, figure.end)
        after = self.phrases.text[a_share.end() if a_share else figure.end : sentence.end]
        return _BIDS.search(whole) is not None or _BUYING.match(after) is not None

    def _each(self, meaning: Meaning, figure: Figure) -> Meaning:
        """'pays $6 an episode': what each of them costs or earns."""
        each = _EACH.match(self.phrases.text, figure.end) if figure.kind == "money" else None
        if (
            each is None
            or " per " in meaning.metric
            or meaning.metric.split()[-1].lower() not in _BY_THE_PIECE
        ):
            return meaning
        return replace(meaning, metric=f"{meaning.metric} per {each[1]}")

    def _by_analysts(self, meaning: Meaning) -> Meaning:
        """'Analysts expected sales of': an estimate, of the one spoken of."""
        agent = agent_of(meaning.verb) if meaning.verb is not None else None
        if agent is None or meaning.wrap:
            return meaning
        here = meaning.verb is not None and meaning.verb.tree is self.tree  # and not spoken of before
        foretells = (
            meaning.verb is not None and words().lemma(meaning.verb.lower_) in words().basis["forecast_verbs"]
        )
        who = self.phrases.thing(agent) if here and foretells else ""
        if is_observer(who):
            own = meaning.subject is not None and not is_observer(meaning.subject)
            subject, rule = (
                (meaning.subject, meaning.subject_rule) if own else (self.subjects.topic, "loose focus")
            )
            broker = any(word.lower() in words().brokers for word in who.split())
            name = f"analyst {meaning.metric} estimate" if broker else f"{meaning.metric} estimate"
            return replace(meaning, metric=name, subject=subject, subject_rule=rule, wrap="estimate")
        reckoned = here and words().wraps.get(agent.lower_) == "estimate"
        if agent.lower_ not in verbs.ANALYSTS and not reckoned:
            return meaning
        name = f"analyst {meaning.metric} estimate"
        if reckoned or (meaning.subject or "").lower().endswith(agent.lower_):
            company = self.subjects.topic  # 'the consensus stood at', 'Wall Street was looking for'
            return replace(meaning, metric=name, wrap="estimate", subject=company, subject_rule="loose focus")
        return replace(meaning, metric=name, wrap="estimate")

    def _set_against(self, meaning: Meaning, anchor: Word) -> Meaning:
        """'swung from a loss of', 'against a profit of': a level that the one before it is compared with."""
        noun = meaning.noun
        if (
            meaning.compared
            or meaning.wrap
            or noun is None
            or noun.dep_ != "pobj"
            or anchor not in noun.subtree
        ):
            return meaning
        led = noun.head.lower_ in _SET_AGAINST
        led = led or (noun.head.lower_ == "with" and noun.head.head.lower_.startswith("compar"))
        before = self.earlier(anchor)
        return replace(meaning, compared=True, like=before.like) if led and before else meaning

    def place_before(self, anchor: Word) -> int | None:
        """The place among the anchors of the last figure before *anchor*, or None where it is the first."""
        return max((i for i in self.anchors if i < anchor.i), default=None)

    def earlier(self, anchor: Word) -> Meaning | None:
        """The meaning of the level before *anchor* in the sentence."""
        levels = ("money", "count", "percent")
        for place in sorted((i for i in self.anchors if i < anchor.i), reverse=True):
            meaning = self.of(place) if self.anchors[place].kind in levels else None
            if meaning and not meaning.wrap:
                return replace(meaning, direction=None, compared=False, growth=False, like=place)
        return None

    def revised(self, anchor: Word) -> Meaning | None:
        """'lowered its forecast to 310 billion yen from 380 billion': the forecast that is given up."""
        place = self.place_before(anchor)
        if place is None or self.anchors[place].kind != self.anchors[anchor.i].kind:
            return None
        now, before, text = self.anchors[place], self.anchors[anchor.i], self.phrases.text
        between = text[now.end : before.start]
        led = _REVISED.fullmatch(between) if any(word in between for word in _FROM) else None
        forecast = self.of(place) if led is not None else None
        if led is None or forecast is None:
            return None
        foretold = led["before"] or _FORETOLD.match(text, before.end)
        if not forecast.wrap and not (foretold and forecast.basis in ("forecast", "target")):
            return None
        return replace(forecast, direction=None, compared=True, growth=False, like=place)

    def level_after(self, anchor: Word) -> Meaning | None:
        """The meaning of the level that *anchor* led up to: 'slipped from $9 in 2022 to $7'."""
        after = next((i for i in sorted(self.anchors) if i > anchor.i), None)
        if after is None or self.anchors[after].kind != self.anchors[anchor.i].kind:
            return None
        if self.tree[max(self.extents[after][0] - 1, 0)].lower_ != "to":
            return None
        meaning = self.of(after)
        return meaning and replace(meaning, like=after)

    @property
    def loosely_spoken(self) -> Meaning | None:
        """The last meaning read, for a figure whose own sentence has none."""
        spoken = self.subjects.spoken
        return spoken and replace(spoken, subject_rule=f"loose {spoken.subject_rule.removeprefix('loose ')}")

    def spoken(self, thing: Word, verb: Word) -> Meaning | None:
        """The meaning spoken of before *thing*, in its sentence or the one before."""
        spoken = self.earlier(thing) or self.subjects.spoken
        if spoken is None:
            return None
        subject, rule = self.subjects.place_of(verb) or (spoken.subject, "spoken-of")
        return Meaning(bare(spoken.metric), subject, subject_rule=rule, verb=verb)

    def is_metric(self, token: Word) -> bool:
        """Whether *token* can name a metric: a noun that is no organisation and no time."""
        return is_noun(token) and not self.phrases.name_at(token) and not is_temporal(token)

    def from_noun(self, noun: Word, anchor: Word) -> Meaning | None:
        """The meaning of a figure that *noun* is the name of."""
        return nouns.from_noun(self, noun, anchor)

    def from_verb(self, verb: Word, figure: Word, prep: Word | None) -> Meaning | None:
        """The meaning of *figure* as the object of *verb*, or of *prep* under it."""
        return verbs.from_verb(self, verb, figure, prep)


_BUYING = re.compile(r" (?:in cash )?for (?:[A-Z]|each|the (?:company|group|firm|rest|shares))| in cash")
_BIDS = re.compile(
    r"\b(?:bids?|offer(?:s|ed)?|takeover|acquir\w+|acquisition|buy(?:s|ing|out)?|bought|tender|merger)\b"
)

T = TypeVar("T")


def _run(things: Sequence[T], one: T, joined: Callable[[T, T], object]) -> Sequence[T]:
    """The neighbours of *one* among *things*, and it, as far as each is *joined* to the next."""
    first = last = things.index(one)
    while first and joined(things[first - 1], things[first]):
        first -= 1
    while last + 1 < len(things) and joined(things[last], things[last + 1]):
        last += 1
    return things[first : last + 1]


def _top(tree: Tree, first: int, last: int) -> Word:
    """The token of the figure whose head is outside it."""
    return next((t for t in tree[first:last] if not first <= t.head.i < last or t.head == t), tree[last - 1])


def _of_money(meaning: Meaning) -> Meaning:
    """What an amount measures where a percentage before it measured a share."""
    if meaning.metric.lower() == "share" and meaning.noun is not None:
        return replace(meaning, metric="share price")
    _, led, whole = meaning.metric.partition("share of ")
    known = led and meaning.noun is None and whole.lower() not in ("total", "whole")
    return replace(meaning, metric=whole) if known else meaning


def _multiple_direction(figure: Figure) -> Direction:
    return "down" if figure.value < 1 or "halv" in figure.text.lower() else "up"
