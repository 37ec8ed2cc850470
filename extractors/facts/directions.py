"""Directions that the figures beside a level give it: its growth, what it is set against, what was before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from extractors.facts.meaning import Meaning, direction_of
from extractors.findings import Direction, Figure

_TELLING = frozenset({"multiple-verb", "growth-of-figure", "figure-growth", "before-growth", "times-before"})
"""How a multiple says that what stands before it rose or fell: 'tripled', 'a fivefold rise'."""
_NEAR = 60
"""A growth this far behind its level, in characters, is another's."""

Read = Sequence[tuple[int, Meaning]]
"""A sentence's meanings, each with the place of its figure among the text's."""


_AFTERWARDS = re.compile(
    r",?\s(?:or\s|which was\s|a level\s)?(up|down)(?: by| about| roughly| nearly| almost| some)*\s\Z"
)
_COMMA = re.compile(r",\s(?:or\s|some\s|about\s|nearly\s|almost\s)*\Z")
_THAN = re.compile(r"\s(more|higher|greater|less|lower|fewer)\sthan\b")
_TO = re.compile(r"\sto(?: about| around| nearly| roughly| some| just over)?\s\Z")
_HIGHER = re.compile(r"\s(higher|lower)\sat(?: about| around| nearly| roughly)?\s")
_MORE = frozenset({"more", "higher", "greater"})


def with_directions(read: Read, figures: Sequence[Figure], text: str) -> Iterator[tuple[int, Meaning]]:
    """Each meaning with its direction: its own, or the one that the figures and words beside it give."""
    directions = {at: meaning.direction for at, meaning in read}
    for at, meaning in read:
        direction = meaning.direction or _from_others(at, meaning, read, figures)
        if direction is None and not meaning.compared and not meaning.growth and not meaning.wrap:
            direction = _beside(at, figures, directions, text) or _of_shares(meaning, read)
        yield at, meaning if direction == meaning.direction else replace(meaning, direction=direction)


def _beside(
    at: int, figures: Sequence[Figure], directions: Mapping[int, Direction | None], text: str
) -> Direction | None:
    """A level beside its growth: 'fell 8% to 3 million', '9 million, down 3%', '2 million, 9% more than'."""
    figure = figures[at]
    if figure.kind not in ("money", "count"):
        return None
    before = figures[at - 1] if at else None
    if before and before.kind == "percent" and _TO.fullmatch(text, before.end, figure.start):
        return directions.get(at - 1)
    if (
        before
        and before.kind == "percent"
        and (at_level := _HIGHER.fullmatch(text, before.end, figure.start))
    ):
        return "up" if at_level[1] == "higher" else "down"
    after = next((f for f in figures[at + 1 : at + 3] if f.pair_of is None), None)
    if after is None or after.kind != "percent" or after.start - figure.end > _NEAR:
        return None
    bracket = text.rfind(")", figure.end, after.start)
    start = bracket + 1 if bracket >= 0 else figure.end
    if found := _AFTERWARDS.fullmatch(text, start, after.start):
        return direction_of(found[1])
    than = _THAN.match(text, after.end)
    if than and _COMMA.search(text, start, after.start):
        return "up" if than[1] in _MORE else "down"
    return None


def _of_shares(meaning: Meaning, read: Read) -> Direction | None:
    """'closed down 5.3 percent at 31.20': the price moved as its shares did."""
    if not meaning.metric.endswith("share price"):
        return None
    growths = (o for _, o in read if o.growth and o.direction and o.metric.endswith("share price"))
    moves = (o for o in growths if meaning.verb is not None and o.verb is meaning.verb)
    return next((other.direction for other in moves if other.subject == meaning.subject), None)


def _from_others(at: int, meaning: Meaning, read: Read, figures: Sequence[Figure]) -> Direction | None:
    if meaning.compared or meaning.wrap == "estimate":
        return None
    revised = (place for place, o in read if o.rule == "revised" and o.like == meaning.anchor)
    for place in revised:
        return None if figures[at].value == figures[place].value else _towards(figures[at], figures[place])
    for place, other in read:
        if other.like != meaning.anchor or other.anchor == meaning.anchor:
            continue
        alone = figures[place].kind == "multiple" and other.rule not in _TELLING
        if other.growth and other.direction and figures[at].kind != "multiple" and not alone:
            return other.direction
        alike = other.metric.lower() == meaning.metric.lower() and figures[place].kind == figures[at].kind
        if other.compared and alike and figures[at].value != figures[place].value:
            return _towards(figures[at], figures[place])
    return _ahead(at, meaning, read, figures) if meaning.basis == "forecast" else None


def _ahead(at: int, meaning: Meaning, read: Read, figures: Sequence[Figure]) -> Direction | None:
    """A forecast beside the level of today moves up or down from it."""
    for place, other in read:
        same = (other.subject, other.metric) == (meaning.subject, meaning.metric)
        if place < at and same and figures[place].kind == figures[at].kind and other.basis != "forecast":
            return _towards(figures[at], figures[place])
    return None


def _towards(figure: Figure, from_: Figure) -> Direction:
    return "up" if figure.value > from_.value else "down"
