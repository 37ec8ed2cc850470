"""What stands after a number: a currency's word or sign, percent, a multiple."""

from __future__ import annotations

import re
from decimal import Decimal

from extractors.figures.before import allowed
from extractors.figures.numbers import Number
from extractors.figures.vocabulary import (
    Unit,
    power_of,
    scale_pattern,
    signs,
    signs_after,
    units,
    units_by_initial,
)

NO_CENTS = re.compile(r"[.,](?:-|–|—){1,2}(?![\d])")
"""A dash for the cents: ``89,-``."""


def unit_after(text: str, low: str, number: Number) -> tuple[Unit, int, int] | None:
    """The unit after it: unit, where it ends, and the power of a scale after that (``75 USD million``)."""
    gap = number.end
    while low[gap : gap + 1] == " " and gap - number.end < 2:
        gap += 1
    if gap == number.end and low[gap : gap + 1] == "-":
        gap += 1
    if text[number.end : number.end + 1] in (".", ",") and (dashes := NO_CENTS.match(text, number.end)):
        gap = dashes.end() + (text[dashes.end() : dashes.end() + 1] == " ")
    initial = low[gap : gap + 1]
    if (
        initial == "o"
        and low.startswith(" of a ", number.end)
        and (part := units_by_initial()["p"].match(low, number.end + 6))
    ):
        unit = units()[part[0]]
        return (unit, part.end(), 0) if unit.kind in ("percent", "percentage_point") else None
    found = _word_after(text, low, gap, initial, number) or _sign_after(text, gap, number)
    if not found:
        return None
    unit, end = found
    scale = scale_pattern().match(text, end) if unit.kind == "money" and number.power == 0 else None
    if scale and scale["words"] and text[end] == " ":
        return unit, scale.end(), power_of(scale[0])
    return unit, end, 0


def _word_after(text: str, low: str, gap: int, initial: str, number: Number) -> tuple[Unit, int] | None:
    pattern = units_by_initial().get(initial)
    match = pattern.match(low, gap) if pattern else None
    if not match:
        return None
    unit, written = units()[match[0]], text[match.start() : match.end()]
    if number.loose and unit.kind != "money":
        return None
    if (
        len(written) <= 2
        and written.isascii()
        and written.isalpha()
        and not _short_unit(written, gap, number, text)
    ):
        return None
    if unit.kind != "money" and number.power and unit.kind != "multiple":
        return None
    return unit, match.end()


def _short_unit(written: str, gap: int, number: Number, text: str) -> bool:
    """One or two letters are a unit only in lower case (``50p``, not ``3 PC``), and mostly glued."""
    if written not in _LOWER and written != "X":
        return written in signs()
    if written == "X":  # whether it is a multiple, the words before tell
        return gap == number.end
    if written == "p":
        return gap == number.end and number.amount not in _RESOLUTIONS and not text.startswith(".m", gap + 1)
    return len(written) > 1 or gap == number.end


_LOWER = frozenset(("c", "p", "x", "pc", "bp", "pp", "rs", "rm"))


_RESOLUTIONS = frozenset(Decimal(n) for n in (144, 240, 360, 480, 540, 720, 1080, 1440, 2160, 4320))


def _sign_after(text: str, gap: int, number: Number) -> tuple[Unit, int] | None:
    if text[gap - 1 : gap] == "-" and gap > number.end:
        return None
    pattern = signs_after().get(text[gap : gap + 1])
    match = pattern.match(text, gap) if pattern else None
    if not match or not allowed(match[0], number):
        return None
    following = text[match.end() : match.end() + 2].lstrip(" ")
    if following[:1].isdigit() and not _minor_follows(text, gap, match.end(), number):
        return None
    return signs()[match[0]], match.end()


_MINOR = re.compile(
    r" \d\d(?![.,]?\d)(?! ?(?:million|billion|bn|mn|thousand|m|k)\b)"
    r"| \d{1,2} ?(?:cents?|pence|p|sen|kop\w+|paise|fen)\b"
)


def _minor_follows(text: str, gap: int, end: int, number: Number) -> bool:
    """``17 USD 25``: the code belongs to the number before it, and cents follow."""
    return not number.is_year and text[gap - 1 : gap] == " " and bool(_MINOR.match(text, end))
