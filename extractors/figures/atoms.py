"""A number with the unit that stands before or after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from extractors.figures.after import NO_CENTS, unit_after
from extractors.figures.before import letters_before, name_before, sign_before
from extractors.figures.numbers import Number
from extractors.figures.vocabulary import CENT, Unit, power_of, rules, scale_pattern


@dataclass(frozen=True, slots=True)
class Atom:
    """A number with its unit, if it has one: ``where`` the unit stands (before, after, shared), and the span.

    ``dead`` numbers are part of something else (``Q3``, ``A380``, ``4.2.1``): they take no unit.
    """

    start: int
    end: int
    number: Number
    unit: Unit | None = None
    where: str = ""
    power: int = 0
    negative: bool = False
    dead: bool = False

    @property
    def amount(self) -> Decimal:
        """The value in whole units of the currency, or in the unit of a ratio."""
        value = self.number.value.scaleb(self.power) if self.power else self.number.value
        return value * self.unit.worth if self.unit else value


def attach(text: str, low: str, numbers: Iterable[Number]) -> list[Atom]:
    """Each of *numbers* with the unit beside it, in order; *low* is the plain *text* in lower case."""
    return list(_attached(text, low, numbers))


def _attached(text: str, low: str, numbers: Iterable[Number]) -> Iterator[Atom]:
    floor = 0
    for number in numbers:
        atom = _atom(text, low, number, floor)
        floor = atom.end
        yield atom


def _atom(text: str, low: str, number: Number, floor: int) -> Atom:
    if number.shape == "none":
        return Atom(number.start, number.end, number, dead=True)
    after = unit_after(text, low, number)
    if after and (cents := _cents(text, number, after, floor)):
        return cents
    before = sign_before(text, number, floor) or name_before(low, number, floor)
    if before:
        return _with_sign(text, low, number, before, after)
    glued = number.start > 0 and (text[number.start - 1].isalnum() or text[number.start - 1] in "_@#/\\&")
    glued = glued and text[number.start - 1].isascii() and number.shape != "words" and number.start != floor
    if after and not (glued and text[number.start - 1] not in "/-"):
        unit, end, power = after
        start, negative = _minus(text, low, number.start)
        number = _grouped(number, unit)
        return Atom(start, end, number, unit, "after", number.power + power, negative)
    dead = glued or number.loose or _letters_follow(text, number.end)
    return Atom(number.start, number.end, number, power=number.power, dead=dead)


def _cents(text: str, number: Number, after: tuple[Unit, int, int], floor: int) -> Atom | None:
    """``HK1.5 cents``: the letters before cents tell whose they are."""
    unit, end, power = after
    if unit.worth != CENT or unit.family not in ("dollar", "cent"):
        return None
    letters = letters_before(text, number, floor)
    if letters is None:
        return None
    unit = replace(unit, currency=letters[0], family=None)
    return Atom(letters[1], end, number, unit, "after", number.power + power)


def _letters_follow(text: str, end: int) -> bool:
    return text[end : end + 1].isalpha() and text[end].isascii()


def _minus(text: str, low: str, start: int) -> tuple[int, bool]:
    """Where the span begins with its minus sign, and whether there is one."""
    if low.endswith(("minus ", "negative "), 0, start):
        return start - (6 if low.endswith("minus ", 0, start) else 9), True
    if start and text[start - 1] in "-–":
        before = text[start - 2 : start - 1]
        if not before or before in " (\0":
            return start - 1, True
    return start, False


def _with_sign(
    text: str,
    low: str,
    number: Number,
    before: tuple[Unit, int, bool],
    after: tuple[Unit, int, int] | None,
) -> Atom:
    unit, start, inner = before
    power, end = number.power, number.end
    if inner and text[end : end + 1] == ")" and text[number.start - 1] == "(":
        scale = scale_pattern().match(text, end + 1)
        power, end = (power_of(scale[0]), scale.end()) if scale and not power else (power, end + 1)
    elif cents := _SPACED_CENTS.match(text, end):
        number, end = replace(number, value=number.value + Decimal(cents[1]).scaleb(-2)), cents.end()
    elif after and (joint := _joint(unit, after[0])):
        unit, end, power = joint, after[1], power + after[2]
    elif dashes := NO_CENTS.match(text, end):
        end = dashes.end()
    elif unit.family == "dollar" and (adjective := _ADJECTIVE.match(text, end)):
        unit, end = replace(unit, currency=_NATIONAL[adjective[1].lower()], family=None), adjective.end()
    number = _grouped(number, unit)
    start, negative = _minus(text, low, start)
    return Atom(start, end, number, unit, "before", power, negative or inner)


_NATIONAL = {"canadian": "CAD", "australian": "AUD", "u.s.": "USD", "us": "USD", "american": "USD"}
_ADJECTIVE = re.compile(
    r" \(?(Canadian|Australian|U\.S\.|US|American)\)?(?=[.,;:)]|$| (?:in|on|for|to|from|and|by|at|a)\b)"
)


_SPACED_CENTS = re.compile(r"\. (\d\d)(?=$|[,;)/])")
"""A price torn apart: ``$119. 95``."""


def _joint(sign: Unit, word: Unit) -> Unit | None:
    """The unit that a sign before and a word after give together; None where they differ."""
    if word.kind != "money" or word.worth != 1:
        return None
    if sign.currency == word.currency and sign.family == word.family:
        return sign
    if sign.family and word.currency in rules("context")[sign.family]["by_country"].values():
        return word
    return (
        sign
        if word.family and sign.currency in rules("context")[word.family]["by_country"].values()
        else None
    )


@cache
def _dot_groups() -> frozenset[str]:
    return frozenset(rules("context")["codes"]["dot_groups"])


def _grouped(number: Number, unit: Unit) -> Number:
    """``1.234`` is a thousand where the currency's countries write so, and no scale follows."""
    euro = unit.currency in _dot_groups() or unit.family == "krone"
    if number.shape == "dot3" and euro and number.power == 0 and number.value == number.value.normalize():
        return replace(number, value=number.value * 1000, shape="dots")
    return number
