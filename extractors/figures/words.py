"""Numbers spelled in words: ``one hundred and twenty thousand``, ``half a million``, ``six point five``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(_ONES.split())}
TENS = {word: 10 * place for place, word in enumerate(_TENS.split(), 2)} | {"fourty": 40}
SCALES = {"thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "trillion": 12}
_BARE = {"hundred", *SCALES, "dozen"}
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal("0.3333333333")}
_PARTS |= {"tenth": Decimal("0.1"), "fifth": Decimal("0.2")}
SINGLE = ("dollar", "euro", "pound", "buck", "grand", "quid", "yuan", "cent")
"""Units that an article may count: ``a dollar``."""
STARTS = frozenset({*SMALL, *TENS, *_BARE, "half", "quarter", *(f"a {word}" for word in SINGLE)})
_TOKEN = re.compile(r"([ -]?)([a-z]+)")
_ARTICLE = re.compile(r"\b(?:an?|one) $")
_SINGLE = re.compile(rf"a (?:{'|'.join(SINGLE)})(?![a-z-])")
_VAGUE = re.compile(
    r"(?:\b(?:several|few|many|of|couple|multi|hundreds|tens|dozens|some|these|those|per|no)|multi)[ -]$"
)
_OF_A = re.compile(
    r"(?: of)?(?: an?| one)?[ -](?=(?:hundred|thousand|million|billion|trillion|lakh|crore)\b)"
)
_OF_A_UNIT = re.compile(
    r"(?: of)?(?: an?| one)[ -](?=(?:per ?cent|percentage|basis|dollar|euro|pound|cent|yuan|penny)\w*)"
)
_POINT_UNIT = re.compile(r"[ -](?=(?:percentage[ -])?points?\b)| a (?=(?:percentage )?point\b)")
_AND_PART = re.compile(r"(?: and |-and-)(?:(an?|one|three)[ -])?(half|quarters?|third)\b")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number in words at a span: value times ten to the power."""

    start: int
    end: int
    value: Decimal
    power: int


def spelled(low: str, start: int) -> Spelled | None:
    """The number in words that begins at *start* of a lowered text; None where it counts nothing exactly.

    ``several million`` and ``millions of`` are vague, and ``quarter`` alone is a period.
    """
    match = _TOKEN.match(low, start)
    word = match[2] if match else ""
    if word == "a" and _SINGLE.match(low, start):
        return Spelled(start, start + 1, Decimal(1), 0)
    if word in ("half", "quarter"):
        return _part(low, start, start + len(word), _PARTS[word])
    if word.endswith("fold") and word[:-4] in {*SMALL, *TENS, "hundred", "thousand"}:
        word = word[:-4]
        return Spelled(start, start + len(word), _simple(word), 0)
    if word not in SMALL and word not in TENS and word not in _BARE:
        return None
    if word in _BARE:
        return _bare(low, start)
    return _phrase(low, start, start)


def _simple(word: str) -> Decimal:
    return Decimal({**SMALL, **TENS, "hundred": 100, "thousand": 1000}[word])


def _bare(low: str, start: int) -> Spelled | None:
    """A scale with no numeral before it: ``a million``, ``billion-dollar``."""
    before = low[max(0, start - 9) : start]
    if _VAGUE.search(before):
        return None
    article = _ARTICLE.search(before)
    if article and _VAGUE.search(low[max(0, start - 18) : start - len(before) + article.start()]):
        return None
    return _phrase(low, start - len(article[0]) if article else start, start)


def _part(low: str, start: int, end: int, part: Decimal) -> Spelled | None:
    """``half a million``, ``a quarter of a million``: a part of what follows."""
    article = _ARTICLE.search(low[max(0, start - 4) : start])
    first = start - len(article[0]) if article else start
    if link := _OF_A.match(low, end):
        return _phrase(low, first, link.end(), part)
    if point := _POINT_UNIT.match(low, end):
        return Spelled(start, point.end() - 1, part, 0)
    link = _OF_A_UNIT.match(low, end)
    return Spelled(first, link.end() - 1, part, 0) if link else None


def _fraction(low: str, words: int, end: int) -> tuple[Decimal, int] | None:
    """``quarters of a`` after ``three``: the value of the part and where it ends, before the scale."""
    match = re.compile(r"[ -](quarter|third|tenth|fifth|half)s?\b").match(low, end)
    if match is None:
        return None
    link = _OF_A.match(low, match.end()) or _OF_A_UNIT.match(low, match.end())
    return (words * _PARTS[match[1]], link.end()) if link else None


def _phrase(low: str, first: int, start: int, part: Decimal | None = None) -> Spelled | None:
    """Read on from *start*: groups below a thousand, each times its scale, summed."""
    total, current, power = Decimal(0), part, 0
    position, end, last, after_hundred = start, start, "", False
    while match := _TOKEN.match(low, position):
        gap, word = match[1], match[2]
        if position > start and not gap:
            break
        small = SMALL.get(word)
        if small is not None or word in TENS:
            value = TENS[word] if small is None else small
            if current is None:
                if power and not _closes(low, match.start(2), power if last != "and" else 0):
                    break
                current = Decimal(value)
            elif after_hundred or (last in TENS and small is not None and 0 < small < 10):
                current += value
            else:
                break
            after_hundred = False
        elif word == "hundred":
            current = (Decimal(1) if current is None else current) * 100
            after_hundred = True
        elif word == "dozen":
            current = (Decimal(1) if current is None else current) * 12
        elif word in SCALES:
            if current is None and total:
                total = total.scaleb(SCALES[word])
            else:
                total += (Decimal(1) if current is None else current).scaleb(SCALES[word])
            current, power, after_hundred = None, SCALES[word], False
        elif word == "and" and last and (after_hundred or (power and current is None)):
            if _AND_PART.match(low, position):
                break
            following = _TOKEN.match(low, match.end())
            if following is None or (following[2] not in SMALL and following[2] not in TENS):
                break
            if power and not after_hundred and not _small_money(low, match.end()):
                break
            position, last = match.end(), "and"
            continue
        elif word == "point" and current is not None and (decimals := _decimals(low, match.end())):
            current += decimals[0]
            position = end = decimals[1]
            last, after_hundred = "point", False
            continue
        else:
            break
        position = end = match.end()
        last = word
        if current is not None and part is None and small and (fraction := _fraction(low, small, end)):
            current, position = fraction
            end, part = position - 1, current
            position -= 1 if low[position - 1] in " -" else 0
    if end == start:
        return None
    if half := _AND_PART.match(low, end):
        extra = {"half": Decimal("0.5"), "third": Decimal("0.3333333333")}.get(
            half[2], Decimal("0.75") if half[1] == "three" else Decimal("0.25")
        )
        if current is None:
            return Spelled(first, half.end(), total + extra.scaleb(power), 0)
        more = (
            _phrase(low, first, half.end() + 1, current + extra)
            if low[half.end() : half.end() + 1] in " -"
            else None
        )
        return more if more and more.end > half.end() + 1 else Spelled(first, half.end(), current + extra, 0)
    return Spelled(first, end, *_mantissa(total + (current or 0), power if current is None else 0))


def _mantissa(value: Decimal, power: int) -> tuple[Decimal, int]:
    return (value.scaleb(-power), power) if power else (value, 0)


_HUNDRED_LATER = re.compile(r" ?(?:[a-z]+[ -]){0,3}(?:hundred|thousand)\b")
_UNIT_SOON = re.compile(
    r" ?[a-z]+(?:[ -][a-z]+)? (?:dollar|euro|pound|yuan|rupee|cent|yen|won|franc|peso)s?\b"
)


def _small_money(low: str, position: int) -> bool:
    """Whether what follows "thousand and" belongs to the number: more hundreds, or the currency's word."""
    return bool(_HUNDRED_LATER.match(low, position) or _UNIT_SOON.match(low, position))


def _closes(low: str, position: int, power: int) -> bool:
    """Whether the group at *position* goes on a number whose scale, ten to the *power*, stands before it."""
    return bool(_HUNDRED_LATER.match(low, position) or (power <= 3 and _UNIT_SOON.match(low, position)))


def _decimals(low: str, position: int) -> tuple[Decimal, int] | None:
    digits = ""
    while (match := _TOKEN.match(low, position)) and match[1] and SMALL.get(match[2], 10) < 10:
        digits += str(SMALL[match[2]])
        position = match.end()
    return (Decimal(f"0.{digits}"), position) if digits else None
