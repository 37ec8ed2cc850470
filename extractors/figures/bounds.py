"""The words that make an amount a bound: ``nearly``, ``at least``, ``or more``."""

from __future__ import annotations

import re
from functools import cache

from extractors.figures.vocabulary import either, rules
from extractors.findings import Approx

_WINDOW = 30


def bound(low: str, start: int, end: int) -> Approx | None:
    """The bound of the figure at *start*..*end* of a lowered text, from the words beside it."""
    found = _before(low, start) or _after(low, end)
    return None if found == ">=" and low.startswith(" to ", end) else found


def _before(low: str, start: int) -> Approx | None:
    if start == 0:
        return None
    window = low[max(0, start - _WINDOW) : start]
    if ord(window[-1]) > 0x2E80 and (chinese := _chinese_before().search(window)):
        return _bounds_before()[chinese[0]]
    words = window.replace("(", " ").rsplit(None, 4)[-4:]
    if not words or not (words[-1] in _last_words() or words[-1].endswith("from")):
        return None
    while words and words[-1] in _fillers() and " ".join(words[-3:]) not in _bounds_before():
        words = words[:-1]
    for length in (4, 3, 2, 1):
        if length <= len(words) and (found := _bounds_before().get(" ".join(words[-length:]))):
            return None if found == "<=" and _MOVED_UP.search(window) else found
    return ">=" if _FROM.search(low, max(0, start - _WINDOW), start) else None


_MOVED_UP = re.compile(
    r"\b(?:went|goes|going|gone|moved|rose|climbed|pushed|taken|brought|shot|is|was) up to (?:a )?$"
)
_FROM = re.compile(
    r"(?:\A|[.:;!?–—] ?|\b(?:prices?|priced|costs?|available|sold|tickets) )from (?:just |only )?$"
)


def _after(low: str, end: int) -> Approx | None:
    match = _after_pattern().match(low, end)
    return _bounds_after()[match[1]] if match else None


@cache
def _bounds_before() -> dict[str, Approx]:
    return {
        phrase: approx
        for approx, phrases in rules("figures")["bounds"]["before"].items()
        if approx != "fillers"
        for phrase in phrases
    }


@cache
def _last_words() -> frozenset[str]:
    """What may stand right before a figure that is a bound."""
    return frozenset(phrase.split()[-1] for phrase in _bounds_before()) | _fillers() | {"from"}


@cache
def _fillers() -> frozenset[str]:
    return frozenset(rules("figures")["bounds"]["before"]["fillers"])


@cache
def _chinese_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{either(p for p in _bounds_before() if not p.isascii())})$")


@cache
def _bounds_after() -> dict[str, Approx]:
    return {
        phrase: approx
        for approx, phrases in rules("figures")["bounds"]["after"].items()
        for phrase in phrases
    }


@cache
def _after_pattern() -> re.Pattern[str]:
    return re.compile(rf" ?({either(_bounds_after())})(?![a-z])")
