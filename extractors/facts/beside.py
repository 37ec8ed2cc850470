"""Rules by the words beside a figure, so close that no parse need be trusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, bare, direction_of, verb_over
from extractors.facts.nouns import from_growth
from extractors.facts.parse import Word
from extractors.facts.phrases import is_noun, is_temporal
from extractors.facts.things import moved, of_thing
from extractors.facts.tree import agent_of
from extractors.facts.words import forms, words
from extractors.findings import Direction

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings

Rule = Callable[["Meanings", Word], Meaning | None]

_NUMBER = re.compile(r"^[\d.,\s]*(?:(?:thousand|million|billion|lakh|crore)s?\b)?\s*")
_AND_NAME = re.compile(r"(?:[,;]|\band|\bwhile|\bbut)\s(?:the\s)?(?:(?:[\w’']+-)*[a-z]+\s){0,3}\Z")
_BRACKETED = re.compile(r"[(\[][^()\[\]:]{2,30}:\s(?:[a-z]+\s){0,2}\Z")
"""What stands before a level in brackets: 'H1 2020: '."""
_BRACKET = 50
"""What stands in a bracket before its level is no longer, in characters."""
_ARTICLES = frozenset({"a", "an", "the", "its"})
_RUN = frozenset({"NN", "NNS", "NNP", "NNPS", "JJ", "VBN", "HYPH"})
_MORE = frozenset({"more", "fewer", "less"})
_EXPECTED = re.compile(
    r"\s(?:that\s|which\s)?(?:(?:[\w&.'’-]+\s){0,8}?(?:had|have|has)\s)?"
    r"(?:expected|forecast|estimated|predicted|projected|seen|penc[il]+led in|foreseen)\b"
)
_BY_ANALYSTS = re.compile(
    r"\s(?:that\s)?(?:analysts|economists)\b(?:\s[\w&.'’-]+){0,6}?\s"
    r"(?:expected|forecast|estimated|predicted|projected|penc[il]+led in)\b"
)
_THAN_BEFORE = re.compile(
    r"\s(?:or so\s)?(?:(above|below|ahead of|behind)"
    r"|(more|higher|larger|greater|less|lower|fewer|smaller) than"
    r"|(up|down) on)\s"
    r"(?:[a-z’'-]+\s){0,4}?(?:same|year|quarter|month|week|period|level|levels|comparable|previous|prior|earlier"
    r"|before|(?:19|20)\d\d)\b"
)
_VALUED = re.compile(
    r"\bvalu(?:es|ed|ing) (?:the [a-z]+ )?(?P<whom>[A-Z][\w.&’'-]*(?: [\w.&’'-]+){0,4}) at (?:about )?\Z"
)
_COMMA_BETWEEN = re.compile(
    r"[^.;:]{0,80}?,\s(?:or\s|which is\s|which was\s|some\s|about\s|nearly\s|almost\s|more than\s|over\s)*"
)
_SIGNED = re.compile(r"\((?:[^()\d]{0,24}[:;,]\s)?(?P<sign>[+\-−–]|up |down )?\Z")
"""What stands before a change in brackets: '(+', '(organic change: -'."""
_SIGNED_TEXT = re.compile(r"[+\-−–]")
_TIMES_BEFORE = re.compile(
    r"\s(?:the|its|their|that of|those of|what)\b[^,.;]{0,40}?"
    r"\b(?:year-(?:before|earlier|ago)|(?:a|one) year (?:ago|earlier|before)|last year|previous year|"
    r"same (?:period|quarter|month|half)|(?:19|20)\d\d)\b"
)
"""'2.3 times the year-before figure'."""
_UPWARDS = frozenset({"above", "ahead of", "more", "higher", "larger", "greater", "up"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})


def counted(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'opened 640 stores', 'has 12 million users': things counted, and what happened to them."""
    if meanings.anchors[anchor.i].kind != "count":
        return None
    top = anchor if is_noun(anchor) or not is_noun(anchor.head) else anchor.head
    name = _counted_noun(meanings, anchor, top)
    verb = top.head if top.head.tag_.startswith("V") else verb_over(top)
    if not name or words().metric_of(name) == words().ids["growth"]:
        return None
    if verb is None:
        subject, rule = meanings.subjects.of_noun(top)
        return Meaning(name, subject, subject_rule=rule, noun=top)
    agent = agent_of(verb)
    agent = None if agent == top else agent
    if agent is not None and words().metric_of(agent.lower_) and not meanings.phrases.name_at(agent):
        return None
    subject, rule = meanings.subjects.of_any(agent)
    if words().lemma(verb.lower_) in words().events and top.dep_ in ("dobj", "nsubjpass"):
        name = f"{name} {_participle(verb)}"
    return Meaning(name, subject, subject_rule=rule, verb=verb, noun=top)


def in_brackets(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'$4 million (H1 2020: $3 million)': what the level before was then."""
    start = meanings.anchors[anchor.i].start
    bracket = _BRACKETED.search(meanings.phrases.text, max(0, start - _BRACKET), start)
    if bracket is None or "of which" in bracket[0]:
        return None
    before = meanings.earlier(anchor)
    return before and replace(before, direction=None, compared=True, growth=False)


def bracketed_growth(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'€702 million (+9%)': how far the level before the bracket moved."""
    figure, text = meanings.anchors[anchor.i], meanings.phrases.text
    if figure.kind not in ("percent", "percentage_point", "bps"):
        return None
    opened = _SIGNED.search(text, max(0, figure.start - _BRACKET), figure.start)
    sign = (opened["sign"] if opened else None) or (_SIGNED_TEXT.match(figure.text) or [None])[0]
    before = meanings.earlier(anchor) if opened and sign else None
    if opened is None or sign is None or before is None or before.like is None:
        return None
    if (
        meanings.anchors[before.like].end + 1 != opened.start()
        and meanings.anchors[before.like].kind != "count"
    ):
        return None
    return replace(before, direction="up" if sign in ("+", "up ") else "down", growth=True, compared=False)


def times_before(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'came to $31 billion, 2.3 times the year-before figure': how far the level before it rose."""
    figure = meanings.anchors[anchor.i]
    if figure.kind != "multiple" or not _TIMES_BEFORE.match(meanings.phrases.text, figure.end):
        return None
    before = _level_right_before(meanings, anchor)
    return before and replace(
        before, direction="up" if figure.value >= 1 else "down", growth=True, compared=False
    )


def moved_to(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'lost 97 cents to $64.52': the level that the move by an amount led to."""
    place = meanings.place_before(anchor)
    if place is None or not meanings.anchors[place].kind == meanings.anchors[anchor.i].kind == "money":
        return None
    between = meanings.phrases.text[meanings.anchors[place].end : meanings.anchors[anchor.i].start]
    by = meanings.of(place) if between == " to " else None
    return (
        replace(by, like=by.anchor, growth=False) if by is not None and by.growth and by.direction else None
    )


def after_of(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'revenue of $4 million', 'earnings per share of $2'."""
    tree, first = meanings.tree, meanings.extents[anchor.i][0]
    if first < 2 or tree[first - 1].lower_ != "of":
        return None
    noun = tree[first - 2]
    if first > 3 and tree[first - 3].lower_ == "per" and is_noun(tree[first - 4]):
        noun = tree[first - 4]
    if (
        not is_noun(noun)
        or noun.ent_type_
        or meanings.phrases.name_at(noun)
        or noun.lower_ in words().move_nouns
    ):
        return None
    names = noun.lower_ in words().metrics and noun.lower_ not in words().totals
    return meanings.from_noun(noun, anchor) if names or noun.lower_ in words().wraps else None


def of_the_next(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'Tencent owns 9% and Redleaf 5%': the metric spoken of, of the one named right before the figure."""
    at = meanings.phrases.span(meanings.tree[meanings.extents[anchor.i][0]]).start
    text = meanings.phrases.text
    named = next(
        (
            (start, name)
            for start, end, name in meanings.phrases.names
            if end < at and not text[end:at].strip()
        ),
        None,
    )
    named = named or _place_before(text, at)
    if named is None or not _AND_NAME.search(text, max(0, named[0] - 40), named[0]):
        return None
    before = meanings.earlier(anchor)
    if before is None or before.like is None:
        return None
    if meanings.anchors[before.like].kind != meanings.anchors[anchor.i].kind:
        return None
    return replace(before, subject=named[1], subject_rule="named", like=None)


def _place_before(text: str, at: int) -> tuple[int, str] | None:
    """The country named right before *at*, with its start: 'and the United States '."""
    found = next((m for m in words().country.finditer(text, max(0, at - 40), at) if m.end() >= at - 1), None)
    if found is None:
        return None
    return found.start(), words().countries.get(found[0].lower(), found[0])


def before_growth(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'a 22% increase', whatever the parser makes of the increase."""
    first, last = meanings.extents[anchor.i]
    if last >= len(meanings.tree) or meanings.tree[last].lower_ not in words().move_nouns:
        return None
    growth = meanings.tree[last]
    if growth.tag_.startswith("V") and meanings.tree[first - 1].lower_ not in _ARTICLES:
        return None
    return from_growth(meanings, growth, anchor)


def more_of(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'carried 7% more passengers': what there was more of."""
    last, kind = meanings.extents[anchor.i][1], meanings.anchors[anchor.i].kind
    if kind not in ("percent", "multiple") or last + 1 >= len(meanings.tree):
        return None
    way = words().move_words.get(meanings.tree[last].lower_)
    if way is None or meanings.tree[last].lower_ not in _MORE:
        return None
    nouns = list(takewhile(lambda t: t.tag_ in _RUN, meanings.tree[last + 1 : last + 5]))
    if not nouns or not is_noun(nouns[-1]) or is_temporal(nouns[-1]) or nouns[-1].ent_type_:
        return None
    subject, rule = meanings.subjects.of_noun(nouns[-1])
    metric = meanings.phrases.words(nouns)
    return Meaning(metric, subject, direction_of(way), growth=True, subject_rule=rule, noun=nouns[-1])


def valued_at(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'The round values Lumo at $4 million', whatever the parser makes of it."""
    text, start = meanings.phrases.text, meanings.anchors[anchor.i].start
    led = (
        _VALUED.search(text, max(0, start - 80), start)
        if meanings.anchors[anchor.i].kind == "money"
        else None
    )
    if led is None:
        return None
    named = (name for at, end, name in meanings.phrases.names if led.start("whom") <= at and end <= start)
    name = next(named, None)
    return Meaning("valuation", name, subject_rule="named") if name else None


def than_before(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'$48 million, 27% above the same months of 2024', 'was 12% higher than a year earlier'."""
    figure = meanings.anchors[anchor.i]
    found = _THAN_BEFORE.match(meanings.phrases.text, figure.end)
    if found is None or figure.kind not in ("percent", "percentage_point", "bps"):
        return None
    verb = verb_over(anchor)
    agent = agent_of(verb) if verb is not None else None
    told = _level_right_before(meanings, anchor)
    meaning = told or (of_thing(meanings, agent, verb) if verb is not None else None)
    direction: Direction = "up" if (found[1] or found[2] or found[3]) in _UPWARDS else "down"
    return meaning and replace(meaning, direction=direction, growth=True, compared=False, verb=verb)


def _level_right_before(meanings: Meanings, anchor: Word) -> Meaning | None:
    """The level before *anchor* with a comma, and no other clause, between the two."""
    before, text = meanings.earlier(anchor), meanings.phrases.text
    if before is None or before.like is None:
        return None
    between = text[meanings.anchors[before.like].end : meanings.anchors[anchor.i].start]
    return before if _COMMA_BETWEEN.fullmatch(between) else None


def by_growth(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'saw revenue jump by 5%'."""
    first = meanings.extents[anchor.i][0]
    if first < 2 or meanings.tree[first - 1].lower_ != "by":
        return None
    growth = meanings.tree[first - 2]
    return (
        from_growth(meanings, growth, anchor)
        if is_noun(growth) and growth.lower_ in words().move_nouns
        else None
    )


def after_move(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'shares rose 5%', where the parser hangs the figure elsewhere."""
    first = meanings.extents[anchor.i][0]
    verb = meanings.tree[max(first - 1, 0)]
    way = words().moves.get(words().lemma(verb.lower_))
    if first < 1 or way is None or not verb.tag_.startswith("V") or anchor.head == verb:
        return None
    multiple = meanings.anchors[anchor.i].kind == "multiple"
    return None if multiple else moved(meanings, verb, anchor, None, way)


def before_noun(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'a $5 billion all-share bid': the nouns that run on from the figure end in a metric."""
    if anchor.dep_ not in ("dobj", "pobj", "attr", "nmod", "npadvmod"):
        return None
    last = meanings.extents[anchor.i][1]
    noun = None
    for token in meanings.tree[last : last + 5]:
        if token.tag_ not in _RUN and token.lower_ != "all":
            break
        noun = token
    if noun is None or not is_noun(noun) or noun.lower_ not in words().metrics or noun.ent_type_:
        return None
    multiple = meanings.anchors[anchor.i].kind == "multiple"
    return None if multiple or noun.dep_ in _SUBJECTS else meanings.from_noun(noun, anchor)


def expected_by_analysts(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'5 million, beating the 4 million analysts had expected'."""
    return _expected(meanings, anchor, _BY_ANALYSTS)


def expected(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'5 million, ahead of the 4 million that the City had pencilled in': an estimate of the level before."""
    return _expected(meanings, anchor, _EXPECTED)


def _expected(meanings: Meanings, anchor: Word, led: re.Pattern[str]) -> Meaning | None:
    figure, before = meanings.anchors[anchor.i], meanings.earlier(anchor)
    if before is None or before.like is None or meanings.anchors[before.like].kind != figure.kind:
        return None
    if not led.match(meanings.phrases.text, figure.end):
        return None
    return replace(before, metric=f"analyst {bare(before.metric)} estimate", wrap="estimate", noun=None)


def _counted_noun(meanings: Meanings, anchor: Word, top: Word) -> str:
    figure = meanings.anchors[anchor.i]
    if figure.noun:
        return figure.noun
    return _NUMBER.sub("", figure.text) if top == anchor else meanings.phrases.noun(top)


def _participle(verb: Word) -> str:
    """The past participle of *verb*: 'opened', 'cut'."""
    if verb.tag_ in ("VBD", "VBN"):
        return verb.lower_
    past = [form for form in forms(words().lemma(verb.lower_)) if not form.endswith(("s", "ing"))]
    irregular = past[1:-1] or past[-1:]
    return irregular[-1]


def revised(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'sees profit of $4 million, against earlier guidance of $5 million': the forecast that is given up."""
    return meanings.revised(anchor)


RULES: Mapping[str, Rule] = {
    "revised": revised,
    "in-brackets": in_brackets,
    "bracketed-growth": bracketed_growth,
    "times-before": times_before,
    "moved-to": moved_to,
    "expected-by-analysts": expected_by_analysts,
    "of-the-next": of_the_next,
    "counted": counted,
    "after-of": after_of,
    "before-growth": before_growth,
    "valued-at": valued_at,
    "than-before": than_before,
    "more-of": more_of,
    "by-growth": by_growth,
    "after-move": after_move,
    "before-noun": before_noun,
}
"""Tried before any frame."""
