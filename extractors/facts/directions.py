"""Directions that the figures beside a level give it: its growth, what it is set against, what was before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractors.facts.meaning import Meaning
from extractors.findings import Direction, Figure

Read = Sequence[tuple[int, Meaning]]
"""A sentence's meanings, each with the place of its figure among the text's."""


def with_directions(read: Read, figures: Sequence[Figure]) -> Iterator[tuple[int, Meaning]]:
    """Each meaning with its direction: its own, or the one that the figures beside it give."""
    for at, meaning in read:
        direction = meaning.direction or _from_others(at, meaning, read, figures)
        yield at, replace(meaning, direction=direction)


def _from_others(at: int, meaning: Meaning, read: Read, figures: Sequence[Figure]) -> Direction | None:
    if meaning.compared or meaning.wrap == "estimate":
        return None
    for place, other in read:
        if other.like != meaning.anchor or other.anchor == meaning.anchor:
            continue
        if other.growth and other.direction and figures[at].kind != "multiple":
            return other.direction
        alike = other.metric == meaning.metric and figures[place].kind == figures[at].kind
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
