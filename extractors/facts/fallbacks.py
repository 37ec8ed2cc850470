"""Rules for a figure of which no frame tells: by the figure before it, or by words further off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.beside import Rule, expected, part_of_it
from extractors.facts.meaning import Meaning
from extractors.facts.parse import Word
from extractors.facts.phrases import is_name, is_noun, is_place
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings

_AT = re.compile(r"(?:\s(?:higher|lower))?\sat\s(?:about\s)?")
_AND = re.compile(r"[^.;:]{0,60}?,?\sand\s(?:by\s)?")
_SINCE = re.compile(r"\s(?:from|on|over|since|against|year[- ]on|quarter[- ]on|month[- ]on)\b")


def joined(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'$3 billion at home and $8 billion abroad': the second means what the first does."""
    head = anchor.head
    if anchor.dep_ in ("conj", "appos", "dep") and head.i in meanings.anchors and head.i != anchor.i:
        meaning = meanings.of(head.i)
        return meaning and replace(meaning, like=head.i)
    name = meanings.phrases.name_at(head.head)
    other = name or (meanings.phrases.thing(head.head) if is_place(head.head) or is_name(head.head) else None)
    if anchor.dep_ == "pobj" and head.lower_ in ("with", "at") and other:
        before, rule = meanings.earlier(anchor), "named" if name else "loose stated"
        return before and replace(before, subject=other, subject_rule=rule, like=None)
    return None


def grown_to(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'fell 17 percent in September from a month earlier to $92 million': the level after the growth."""
    first = meanings.extents[anchor.i][0]
    if first < 1 or meanings.tree[first - 1].lower_ != "to":
        return None
    before = (meanings.of(i) for i in sorted(meanings.anchors, reverse=True) if i < anchor.i)
    grown = next((meaning for meaning in before if meaning and meaning.growth), None)
    return grown and replace(grown, like=grown.anchor, growth=False)


def at_after_growth(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'were up 4% at 287 pence': the level that the growth led to."""
    grown = _growth_right_before(meanings, anchor, _AT)
    return grown and replace(grown, like=grown.anchor, growth=False)


def and_from(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'up 64% from a year earlier and 9% from the previous quarter': the same growth, from elsewhere."""
    grown = _growth_right_before(meanings, anchor, _AND)
    from_there = _SINCE.match(meanings.phrases.text, meanings.anchors[anchor.i].end)
    percent = meanings.anchors[anchor.i].kind == "percent"
    return replace(grown, like=grown.anchor) if grown and from_there and percent else None


def _growth_right_before(meanings: Meanings, anchor: Word, between: re.Pattern[str]) -> Meaning | None:
    """The growth that the figure before tells, where *between* is all that stands between the two."""
    place = max((i for i in meanings.anchors if i < anchor.i), default=None)
    if place is None or meanings.anchors[place].kind != "percent":
        return None
    text, figure = meanings.phrases.text, meanings.anchors[anchor.i]
    if not between.fullmatch(text, meanings.anchors[place].end, figure.start):
        return None
    grown = meanings.of(place)
    return grown if grown is not None and grown.growth else None


def times_as_much(meanings: Meanings, anchor: Word) -> Meaning | None:
    """'..., four times as much as a year earlier'."""
    return meanings.earlier(anchor) if meanings.anchors[anchor.i].kind == "multiple" else None


def nearest_metric(meanings: Meanings, anchor: Word) -> Meaning | None:
    """The last metric named before the figure, with no other figure between."""
    first = meanings.extents[anchor.i][0]
    for token in reversed(list(meanings.tree[:first])):
        if token.ent_type_:
            return None
        if is_noun(token) and token.lower_ in words().metrics and token.dep_ not in ("compound", "nmod"):
            return meanings.from_noun(token, anchor)
    return None


RULES: Mapping[str, Rule] = {
    "joined": joined,
    "grown-to": grown_to,
    "expected": expected,
    "at-after-growth": at_after_growth,
    "and-from": and_from,
    "part-of-it": part_of_it,
    "times-as-much": times_as_much,
    "nearest-metric": nearest_metric,
}
"""Tried where no frame fits."""
