"""What a figure measures: the value that the rules of a sentence hand on, and small readings of the tree."""

from __future__ import annotations

from dataclasses import dataclass

from extractors.facts.parse import Word
from extractors.findings import Basis, Direction


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure measures.

    ``wrap`` is the noun that the metric came in (``forecast``, ``estimate``, ``target``). ``compared`` marks
    a level that another is compared with, ``growth`` a change, ``like`` the figure it took its meaning from.
    """

    metric: str
    subject: str | None
    direction: Direction | None = None
    wrap: str | None = None
    compared: bool = False
    growth: bool = False
    basis: Basis = "reported"
    rule: str = ""
    subject_rule: str = ""
    anchor: int = -1
    verb: Word | None = None
    noun: Word | None = None
    like: int | None = None


def bare(metric: str) -> str:
    """The metric without the words that say it is a forecast, an estimate or a target.

    >>> bare("analyst revenue estimate")
    'revenue'
    """
    for ending in (" forecast", " estimate", " target"):
        metric = metric.removesuffix(ending)
    return metric.removeprefix("analyst ")


def verb_over(token: Word) -> Word | None:
    """The nearest verb that *token* hangs under."""
    return next((t for t in token.ancestors if t.tag_.startswith("V")), None)


def object_in(prep: Word) -> Word | None:
    """The object of a preposition, unless it is a figure."""
    return next((t for t in prep.children if t.dep_ == "pobj" and not t.ent_type_), None)


def direction_of(word: str) -> Direction | None:
    """``up`` and ``down`` as directions."""
    return "up" if word == "up" else "down" if word == "down" else None
