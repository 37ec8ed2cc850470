"""A number with the unit that stands before or after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from extractors.figures.numbers import Number
from extractors.figures.vocabulary import (
    Unit,
    powers,
    rules,
    scale_pattern,
    sign_ends,
    signs,
    signs_after,
    units,
    units_by_initial,
)


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
    before = _before(text, number, floor) or _word_before(text, low, number, floor)
    after = _after(text, low, number)
    if before:
        return _with_sign(text, low, number, before, after)
    glued = number.start > 0 and (text[number.start - 1].isalnum() or text[number.start - 1] in "_@#/\\&")
    glued = glued and text[number.start - 1].isascii() and number.shape != "words" and number.start != floor
    if after and not (glued and text[number.start - 1] not in "/-"):
        unit, end, power = after
        start, negative = _minus(text, low, number.start)
        number = _grouped(number, unit, text)
        return Atom(start, end, number, unit, "after", number.power + power, negative)
    dead = glued or number.loose or _letters_follow(text, number.end)
    return Atom(number.start, number.end, number, power=number.power, dead=dead)


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


_DASHES = re.compile(r"[.,](?:-|–|—){1,2}(?![\d])")


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
        power, end = (_power(scale[0]), scale.end()) if scale and not power else (power, end + 1)
    elif cents := _SPACED_CENTS.match(text, end):
        number, end = replace(number, value=number.value + Decimal(cents[1]).scaleb(-2)), cents.end()
    elif after and (joint := _joint(unit, after[0])):
        unit, end, power = joint, after[1], power + after[2]
    elif dashes := _DASHES.match(text, end):
        end = dashes.end()
    elif unit.family == "dollar" and (adjective := _ADJECTIVE.match(text, end)):
        unit, end = replace(unit, currency=_NATIONAL[adjective[1].lower()], family=None), adjective.end()
    number = _grouped(number, unit, text)
    start, negative = _minus(text, low, start)
    return Atom(start, end, number, unit, "before", power, negative or inner)


_NATIONAL = {"canadian": "CAD", "australian": "AUD", "u.s.": "USD", "us": "USD", "american": "USD"}
_ADJECTIVE = re.compile(
    r" \(?(Canadian|Australian|U\.S\.|US|American)\)?(?=[.,;:)]|$| (?:in|on|for|to|from|and|by|at|a)\b)"
)


_SPACED_CENTS = re.compile(r"\. (\d\d)(?=$|[,;)/])")
"""A price torn apart: ``$119. 95``."""


def _in_brackets(text: str, number: Number) -> bool:
    """Accounts write a loss as ``$(12.5) million``."""
    return text[number.start - 1 : number.start] == "(" and text[number.end : number.end + 1] == ")"


def _power(scale: str) -> int:
    """The power of ten of a scale as written."""
    bare = scale.strip(" -.")
    words = re.split(r"[ -]+", bare.lower())
    return powers()[bare] if bare in powers() else sum(powers()[word.rstrip("s")] for word in words)


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


_DOT_GROUPS = frozenset(
    (
        "EUR",
        "BRL",
        "PLN",
        "TRY",
        "IDR",
        "VND",
        "CLP",
        "ARS",
        "COP",
        "DKK",
        "NOK",
        "SEK",
        "CZK",
        "HUF",
        "RUB",
        "RON",
    )
)


def _grouped(number: Number, unit: Unit, text: str) -> Number:
    """``1.234`` is a thousand where the currency's countries write so, and no scale follows."""
    euro = unit.currency in _DOT_GROUPS or unit.family == "krone"
    if number.shape == "dot3" and euro and number.power == 0 and number.value == number.value.normalize():
        return replace(number, value=number.value * 1000, shape="dots")
    return number


@cache
def _longest_sign() -> int:
    return max(len(sign) for sign in signs())


_DOLLARS = re.compile(r"(?:([A-Za-z]{2,3})|([A-Za-z])\.? ?([A-Za-z])\.?|([CRcA-Z])) ?\$")


def _before(text: str, number: Number, floor: int) -> tuple[Unit, int, bool] | None:
    """The sign or code before a number: unit, where it begins, whether a minus stands between."""
    end, negative = number.start, False
    while end > floor and text[end - 1] == " " and number.start - end < 2:
        end -= 1
    if (
        end > floor
        and text[end - 1] == "-"
        and end == number.start
        and text[end - 2 : end - 1] in sign_ends()
    ):
        end, negative = end - 1, True
    if end == number.start and _in_brackets(text, number):
        end, negative = end - 1, True
    if end <= floor or text[end - 1] not in sign_ends():
        return None
    for start in _sign_starts(text, floor, end):
        unit = _sign(text[start:end])
        if unit and _bounded(text, start) and _allowed(text[start:end], number):
            return unit, start, negative
    return None


def _sign_starts(text: str, floor: int, end: int) -> Iterable[int]:
    """Where a sign that ends at *end* may begin: for letters that is where the word begins."""
    if not (text[end - 1].isalpha() or text[end - 1] == "."):
        return range(max(floor, end - _longest_sign()), end)
    word = _WORD_END.search(text, max(floor, end - 8), end)
    return (word.start(),) if word else ()


_WORD_END = re.compile(r"(?:[A-Za-zÀ-ž]|S/|(?<=[A-Za-z])\.)+$")


@cache
def _names() -> frozenset[str]:
    """Words of currencies that may stand before a number: ``rupees 4.2 billion``, ``人民币500万``."""
    never = ("euro", "pound", "real", "rand", "dollar", "sterling", "buck", "quid", "sol", "won", "mark")
    return frozenset(
        w for w, u in units().items() if u.kind == "money" and u.worth == 1 and w.rstrip("s") not in never
    )


_TAIL = re.compile(r"(?<![a-z0-9])((?:[a-z]+ ){0,2}[a-z]+) ?$|(\w{2,4})$")


def _word_before(text: str, low: str, number: Number, floor: int) -> tuple[Unit, int, bool] | None:
    """A currency's name before a number; one word needs a scale or grouped digits (``yuan 50 million``)."""
    if low.startswith("百分之", number.start - 3):
        return units()["percent"], number.start - 3, False
    big = number.power >= 3 or number.shape in ("grouped", "spaced")
    tail = (
        _TAIL.search(low, max(floor, number.start - 28), number.start)
        if low[number.start - 1 : number.start] in _NAME_ENDS
        else None
    )
    if tail is None:
        return None
    words = (
        (tail[1] or tail[2]).split(" ") if tail[1] else [tail[2][-k:] for k in (3, 2) if len(tail[2]) >= k]
    )
    for place in range(len(words)):
        name = " ".join(words[place:]) if tail[1] else words[place]
        if name in _names() and (big or " " in name or not name.isascii()):
            return units()[name], number.start - (len(tail[0]) - tail[0].rindex(name)), False
    return None


_NAME_ENDS = frozenset(" 币元")


def _sign(written: str) -> Unit | None:
    unit = signs().get(written)
    if unit or written[-1] != "$" or not 2 <= len(written) <= 6 or not written[0].isalpha():
        return unit
    bare = re.sub(r"[ .$]", "", written).upper()
    if len(bare) == 1 and " " in written and bare not in "CR":
        return None
    return signs().get(f"{bare}$") or (signs().get(bare) if len(bare) == 3 else None)


def _bounded(text: str, start: int) -> bool:
    first = text[start]
    if not first.isalnum():
        return True
    before = text[start - 1 : start]
    return not (before.isalnum() and before.isascii()) and before not in ("_", "@", "#")


def _allowed(written: str, number: Number) -> bool:
    if written not in _wordlike():
        return True
    return number.power > 0 or number.shape in ("grouped", "spaced", "dots")


@cache
def _wordlike() -> frozenset[str]:
    return frozenset(rules("context")["codes"]["words"])


_GAP = re.compile(r" {0,2}|-")


def _after(text: str, low: str, number: Number) -> tuple[Unit, int, int] | None:
    """The unit after it: unit, where it ends, and the power of a scale after that (``75 USD million``)."""
    gap = number.end
    while low[gap : gap + 1] == " " and gap - number.end < 2:
        gap += 1
    if gap == number.end and low[gap : gap + 1] == "-":
        gap += 1
    dashes = _DASHES.match(text, number.end)
    if dashes:
        gap = dashes.end() + (text[dashes.end() : dashes.end() + 1] == " ")
    initial = low[gap : gap + 1]
    if low.startswith(" of a ", number.end) and (part := units_by_initial()["p"].match(low, number.end + 6)):
        unit = units()[part[0]]
        return (unit, part.end(), 0) if unit.kind in ("percent", "percentage_point") else None
    found = _word_after(text, low, gap, initial, number) or _sign_after(text, gap, number)
    if not found:
        return None
    unit, end = found
    scale = scale_pattern().match(text, end) if unit.kind == "money" and number.power == 0 else None
    if scale and scale["words"] and text[end] == " ":
        return unit, scale.end(), _power(scale[0])
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
    if written not in _LOWER:
        return written in signs()
    if written == "p":
        return gap == number.end and number.amount not in _RESOLUTIONS and not text.startswith(".m", gap + 1)
    return len(written) > 1 or gap == number.end


_LOWER = frozenset(("p", "x", "pc", "bp", "pp", "rs", "rm"))


_RESOLUTIONS = frozenset(Decimal(n) for n in (144, 240, 360, 480, 540, 720, 1080, 1440, 2160, 4320))


def _sign_after(text: str, gap: int, number: Number) -> tuple[Unit, int] | None:
    if text[gap - 1 : gap] == "-" and gap > number.end:
        return None
    pattern = signs_after().get(text[gap : gap + 1])
    match = pattern.match(text, gap) if pattern else None
    if not match or not _allowed(match[0], number):
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
    year = number.shape == "digits" and 1900 <= number.amount <= 2099
    return not year and text[gap - 1 : gap] == " " and bool(_MINOR.match(text, end))
