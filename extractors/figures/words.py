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


class _Reading:
    """A number being read word by word: groups below a thousand, each times its scale, summed.

    ``current`` is the group at hand (None between groups), ``power`` that of the last scale, ``end`` where
    the number ends as far as it is known.
    """

    def __init__(self, low: str, start: int, part: Decimal | None) -> None:
        self.low, self.position, self.end = low, start, start
        self.total, self.current, self.power = Decimal(0), part, 0
        self._may_part, self._last, self._after_hundred = part is None, "", False

    def run(self) -> None:
        """Read as long as the words belong to one number."""
        start = self.position
        while match := _TOKEN.match(self.low, self.position):
            if (self.position > start and not match[1]) or not self._take(match):
                return

    def _take(self, match: re.Match[str]) -> bool:
        word = match[2]
        if word == "and":
            return self._and(match)
        if word == "point":
            return self._point(match)
        if not self._counts(word, match.start(2)):
            return False
        self.position = self.end = match.end()
        self._last = word
        self._fraction(word)
        return True

    def _counts(self, word: str, start: int) -> bool:
        """Add a numeral or a scale; False where the word is neither, or begins another number."""
        value = SMALL.get(word, TENS.get(word))
        if value is not None:
            return self._below_hundred(word, value, start)
        if word in _TIMES:
            self.current = (Decimal(1) if self.current is None else self.current) * _TIMES[word]
            self._after_hundred = self._after_hundred or word == "hundred"
            return True
        if word not in SCALES:
            return False
        if self.current is None and self.total:
            self.total = self.total.scaleb(SCALES[word])
        else:
            self.total += (Decimal(1) if self.current is None else self.current).scaleb(SCALES[word])
        self.current, self.power, self._after_hundred = None, SCALES[word], False
        return True

    def _below_hundred(self, word: str, value: int, start: int) -> bool:
        if self.current is None:
            if self.power and not _closes(self.low, start, self.power if self._last != "and" else 0):
                return False
            self.current = Decimal(value)
        elif self._after_hundred or (self._last in TENS and 0 < value < 10):
            self.current += value
        else:
            return False
        self._after_hundred = False
        return True

    def _and(self, match: re.Match[str]) -> bool:
        """``two hundred and five``; after a scale only where the rest belongs to the number."""
        between = self.power and self.current is None
        following = _TOKEN.match(self.low, match.end())
        numeral = following is not None and (following[2] in SMALL or following[2] in TENS)
        if not self._last or not (self._after_hundred or between) or not numeral:
            return False
        if _AND_PART.match(self.low, self.position):
            return False
        if self.power and not self._after_hundred and not _closes(self.low, match.end(), 0):
            return False
        self.position, self._last = match.end(), "and"
        return True

    def _point(self, match: re.Match[str]) -> bool:
        """``six point five``."""
        decimals = _decimals(self.low, match.end()) if self.current is not None else None
        if self.current is None or decimals is None:
            return False
        self.current += decimals[0]
        self.position = self.end = decimals[1]
        self._last, self._after_hundred = "point", False
        return True

    def _fraction(self, word: str) -> None:
        """``three-quarters of a billion``: go on after "a" with the part as the group at hand."""
        parts = SMALL.get(word)
        match = _FRACTION.match(self.low, self.end) if self._may_part and parts else None
        if match is None or parts is None or self.current is None:
            return
        if link := _OF_A.match(self.low, match.end()) or _OF_A_UNIT.match(self.low, match.end()):
            self.current, self._may_part = parts * _PARTS[match[1]], False
            self.position = self.end = link.end() - 1


_TIMES = {"hundred": 100, "dozen": 12}
_FRACTION = re.compile(r"[ -](quarter|third|tenth|fifth|half)s?\b")


def _phrase(low: str, first: int, start: int, part: Decimal | None = None) -> Spelled | None:
    """The number whose words go on from *start*; its span begins at *first*, *part* is what was read."""
    reading = _Reading(low, start, part)
    reading.run()
    if reading.end == start:
        return None
    half = _AND_PART.match(low, reading.end)
    if half:
        return _with_part(low, first, reading, half)
    scaled = reading.power if reading.current is None else 0
    return Spelled(first, reading.end, *_mantissa(reading.total + (reading.current or 0), scaled))


def _with_part(low: str, first: int, reading: _Reading, half: re.Match[str]) -> Spelled:
    """``four and a half million``, ``a million and a half``."""
    part = half[2].rstrip("s")
    extra = _PARTS[part] * (3 if half[1] == "three" and part == "quarter" else 1)
    if reading.current is None:
        return Spelled(first, half.end(), reading.total + extra.scaleb(reading.power), 0)
    value = reading.current + extra
    goes_on = low[half.end() : half.end() + 1] in " -"
    more = _phrase(low, first, half.end() + 1, value) if goes_on else None
    return more if more and more.end > half.end() + 1 else Spelled(first, half.end(), value, 0)


def _mantissa(value: Decimal, power: int) -> tuple[Decimal, int]:
    return (value.scaleb(-power), power) if power else (value, 0)


_HUNDRED_LATER = re.compile(r" ?(?:[a-z]+[ -]){0,3}(?:hundred|thousand)\b")
_UNIT_SOON = re.compile(
    r" ?[a-z]+(?:[ -][a-z]+)? (?:dollar|euro|pound|yuan|rupee|cent|yen|won|franc|peso)s?\b"
)


def _closes(low: str, position: int, power: int) -> bool:
    """Whether the group at *position* goes on a number whose scale, ten to the *power*, stands before it."""
    return bool(_HUNDRED_LATER.match(low, position) or (power <= 3 and _UNIT_SOON.match(low, position)))


def _decimals(low: str, position: int) -> tuple[Decimal, int] | None:
    digits = ""
    while (match := _TOKEN.match(low, position)) and match[1] and SMALL.get(match[2], 10) < 10:
        digits += str(SMALL[match[2]])
        position = match.end()
    return (Decimal(f"0.{digits}"), position) if digits else None
