"""Counts of what business news measures: users, downloads, jobs, episodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from extractors.figures.atoms import Atom
from extractors.figures.bounds import bound
from extractors.figures.joining import link
from extractors.figures.vocabulary import either, rules
from extractors.findings import Figure

_NOT_BEFORE = re.compile(
    r"(?:\b(?:(?:one|1) in|out of|top|no\.|number|#|aged?|chapter|season|episode|phase|version|q|stage|part"
    r"|level|the first|fortune|act) ?|top-)$"
)
_NO_KIND = "and|or|in|of|to|for|a|the|is|was|by|at|on|as|per|with|gmt|bst|est|edt|utc"
"""Words that are no part of what is counted: '1340 GMT shares had fallen' counts none."""
_OF_THEM = re.compile(r" of (?:them|whom|these|those|which)\b")


@cache
def _noun() -> re.Pattern[str]:
    nouns = either(rules("figures")["counts"]["nouns"])
    return re.compile(
        rf" ((?:(?!(?:{_NO_KIND}) )[a-z][a-z'-]* ){{0,2}}"
        rf"(?:{nouns}))(?![a-z])"
    )


def counts(text: str, low: str, atoms: Sequence[Atom]) -> list[Figure]:
    """The counts among *atoms* that have no unit, with their nouns."""
    return list(_counts(text, low, atoms))


def _counts(text: str, low: str, atoms: Sequence[Atom]) -> Iterator[Figure]:
    noun = ""
    for place, atom in enumerate(atoms):
        if atom.unit or atom.dead:
            continue
        match = _noun().match(low, atom.end)
        of_them = not match and noun and atom.power and _OF_THEM.match(low, atom.end)
        if not (match or of_them) or _NOT_BEFORE.search(low, max(0, atom.start - 12), atom.start):
            continue
        if match and not _is_none(atom):
            noun = text[match.start(1) : match.end(1)]
            yield _count(text, low, atoms, place, match.end(1), noun)
        elif of_them:
            yield _count(text, low, atoms, place, atom.end, noun)


def _is_none(atom: Atom) -> bool:
    """A year, or "one" and "zero" in words, which count nothing."""
    return (atom.number.is_year and not atom.power) or (atom.number.shape == "words" and atom.amount <= 1)


def _count(text: str, low: str, atoms: Sequence[Atom], place: int, end: int, noun: str) -> Figure:
    atom, left = atoms[place], atoms[place - 1] if place else None
    if left and not left.unit and not left.dead and link(low, left, atom) == "range":
        scaled = replace(left, power=left.power or (atom.power if left.number.value < 1000 else 0))
        if scaled.amount < atom.amount and not 1900 <= scaled.amount <= 2099:
            start = scaled.start
            return Figure(
                "count",
                start,
                end,
                text[start:end],
                scaled.amount,
                atom.amount,
                bound(low, start, end),
                noun=noun,
                rule="count range",
            )
    return Figure(
        "count",
        atom.start,
        end,
        text[atom.start : end],
        atom.amount,
        None,
        bound(low, atom.start, end),
        noun=noun,
        rule="count",
    )
