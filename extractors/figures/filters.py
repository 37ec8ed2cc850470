"""What looks like a figure and is none: pounds of weight, "won" the verb, 50 Cent, "my two cents"."""

from __future__ import annotations

import re
from functools import cache

from extractors.figures.atoms import Atom
from extractors.figures.cents import is_cents
from extractors.figures.joining import goes_on
from extractors.figures.vocabulary import either, rules

_ADVICE = re.compile(r"\b(?:my|his|her|their|your|our|own) $")
_IDIOM = re.compile(r"\bin for $")
_PENCE = re.compile(r" (?:from|against|versus|and|to|or) \d[\d.]*p\b")
"""What goes on in pence: 'cut to 7p from 15p'."""
_A_UNIT = re.compile(r"(?:\d|cents?|pence|dollars?|rupees|yuan|euros?) $")
"""'28 cents a pound': by weight."""
_CLOCK = re.compile(r"\b(?:at|till|until|by|before|after|from|to|@) $|\d $")
_TIMES_WORD = re.compile(r" ([a-z-]+)")
_SIZE = re.compile(r" ?(?:-|x|by|×) ?\d|[a-z0-9]", re.I)


def is_figure(text: str, low: str, atom: Atom) -> bool:
    """Whether *atom*, which has a unit, is an amount or a ratio at all."""
    unit = atom.unit
    if unit is None:
        return False
    if unit.kind == "multiple":
        return _is_multiple(text, low, atom)
    if atom.where in ("before", "shared"):
        return True
    if unit.word in ("point", "points"):
        return _is_rate_point(low, atom)
    if unit.kind != "money":
        return unit.word != "percentage" or not low[atom.end + 1 : atom.end + 2].isalpha()
    return _is_money(text, low, atom)


@cache
def _points() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rule = rules("figures")["points"]
    return re.compile(rf"\b(?:{either(rule['rates'])})\b|%"), re.compile(rf"\b(?:{either(rule['scores'])})\b")


def _is_rate_point(low: str, atom: Atom) -> bool:
    """``the margin slipped by 1.2 points``: points of a rate, not of an index or a game."""
    around = low[max(0, atom.start - 80) : atom.end + 40]
    rate, score = _points()
    moved = atom.number.shape == "words" and atom.number.value < 1
    small = not atom.power and atom.number.value < 100
    return small and (moved or bool(rate.search(around))) and not score.search(around)


def _is_money(text: str, low: str, atom: Atom) -> bool:
    unit = atom.unit
    assert unit is not None
    word = low[atom.number.end : atom.end].strip(" -")
    if word == "won":
        return _is_korean(atom)
    if word == "p":
        clock = atom.number.value <= 12 and _CLOCK.search(low, max(0, atom.start - 8), atom.start)
        return not clock or _PENCE.match(low, atom.end) is not None
    if word == "c":
        return is_cents(low, atom.start, atom.end)
    if word.rstrip("s") == "pound":
        by_weight = _is_weight(low, atom) or _A_UNIT.search(low, max(0, atom.start - 8), atom.start)
        return not (_IDIOM.search(low, max(0, atom.start - 8), atom.start) or by_weight)
    if word.rstrip("s") == "grand" or text[atom.number.start : atom.number.end] in ("a", "A"):
        return goes_on(low, atom.end)
    if unit.worth < 1 and unit.family == "dollar":
        named = text[atom.start : atom.end] == "50 Cent"
        return not named and not (atom.amount == unit.worth * 2 and _ADVICE.search(low, 0, atom.start))
    return True


def _is_korean(atom: Atom) -> bool:
    """``15 won`` is mostly a verb: a sum in won has at least three digits and is no year."""
    number = atom.number
    if number.power or number.shape in ("grouped", "spaced"):
        return True
    return number.shape == "digits" and number.value >= 100 and not number.is_year


@cache
def _weight() -> tuple[re.Pattern[str], ...]:
    rule = rules("figures")["weight"]
    return (
        re.compile(rf"\b(?:{either(rule['before'])})\b[^.;]{{0,24}}$"),
        re.compile(rf" (?:{either(rule['after'])})\b"),
        re.compile(rf" (?:{either(rule['money_after'])})\b"),
        re.compile(rf" (?:[a-z]+ )?(?:{either(rule['money_nouns'])})\b"),
    )


def _is_weight(low: str, atom: Atom) -> bool:
    if atom.power >= 4:
        return False
    weighing, after, money_after, money_noun = _weight()
    if after.match(low, atom.end) or (
        low.startswith(" of ", atom.end) and not money_after.match(low, atom.end)
    ):
        return True
    if low[atom.number.end : atom.number.end + 1] == "-" and not low.endswith("s", 0, atom.end):
        return not money_noun.match(low, atom.end)
    return bool(weighing.search(low, max(0, atom.start - 40), atom.start))


def _is_multiple(text: str, low: str, atom: Atom) -> bool:
    unit, number = atom.unit, atom.number
    assert unit is not None
    if unit.word in ("x", "×"):
        if text[atom.end - 1] == "X" and not _grew().search(low, max(0, atom.start - 40), atom.start):
            return False  # "the iPhone 5X"
        return not _SIZE.match(text, atom.end) and text[atom.start - 1 : atom.start] not in ("x", "×")
    if unit.word != "times":
        return not _is_name(text, atom)
    if number.power or number.value < 1:
        return False
    rule = rules("figures")["times"]
    following = _TIMES_WORD.match(low, atom.end)
    if following and following[1] in rule["after"]:
        return True
    return bool(_grew().search(low, max(0, atom.start - 40), atom.start)) and goes_on(low, atom.end)


def _is_name(text: str, atom: Atom) -> bool:
    """'made by Ninefold Games': a capital that begins no sentence, and is in no headline, is a name's."""
    if not text[atom.start].isupper():
        return False
    before = text[max(0, atom.start - 40) : atom.start].rpartition("\n")[2].split()[-3:]
    if not before or not (before[-1][-1].isalpha() or before[-1][-1] == ","):
        return bool(_NAME_GOES_ON.match(text, atom.end))
    return not all(word[:1].isupper() or len(word) < 4 for word in before)


_NAME_GOES_ON = re.compile(r" [A-Z][a-z]+(?: [a-z]{1,3})* [a-z]{4,}")
"""'Ninefold Games has posted a loss', but not the headline 'Ninefold Rise in Claims'."""


@cache
def _grew() -> re.Pattern[str]:
    fillers = r"(?:(?:by|to|about|nearly|almost|more than|over|around|some|roughly|at least|up to|an|a) )*"
    return re.compile(
        rf"\b(?:{either(rules('figures')['times']['before'])}) {fillers}(?:[a-z0-9.]+ (?:to|or) )?$"
    )
