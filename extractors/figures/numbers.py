"""Numbers as news writes them: digits, fractions, words."""

from __future__ import annotations

import re
from decimal import Decimal

from extractors.figures.vocabulary import powers

SPACE = r"[ \u00a0\u2009\u202f\n]"
_GAP = r"[\u00a0\u2009\u202f ]"
DIGITS = (
    r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?"
    rf"|\d{{1,3}}(?:{_GAP}\d{{3}})+(?!\d)(?:\.\d+)?"
    r"|\d+(?:\.\d+)?|\.\d+)[½¼¾]?|[½¼¾]"
)
_VULGAR = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_ONES.split())} | {
    word: 10 * tens for tens, word in enumerate(_TENS.split(), 2)
}
_ONE_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_SCALED = "(?:hundred|thousand|million|billion|trillion)"
WORDS = (
    rf"(?i:\b(?:{_ONE_WORD})(?:[\s-](?:{_ONE_WORD}))?\b|\bhalf\sa\b|\ba\squarter\sof\sa\b"
    rf"|\ban?(?=[\s-]{_SCALED}\b))"
)


def value_of(text: str) -> Decimal:
    """The value of a number in digits or words, without its scale.

    >>> value_of("1,20,000"), value_of("1½"), value_of("twenty-five"), value_of("half a")
    (Decimal('120000'), Decimal('1.5'), Decimal('25'), Decimal('0.5'))
    """
    bare = re.sub(r"[,\s]", "", text)
    if bare and bare[-1] in _VULGAR:
        return Decimal(bare[:-1] or 0) + _VULGAR[bare[-1]]
    if re.fullmatch(r"\d*\.?\d+", bare, re.ASCII):
        return Decimal(bare)
    lower = re.sub(r"[\s-]+", " ", text.lower()).strip()
    if lower == "half a":
        return Decimal("0.5")
    if lower == "a quarter of a":
        return Decimal("0.25")
    if lower in ("a", "an"):
        return Decimal(1)
    return Decimal(sum(_SMALL.get(word, 0) for word in lower.split()))


def power_of(scale: str | None) -> int:
    """The power of ten of a *scale* as written, 0 without one."""
    if not scale:
        return 0
    bare = re.sub(r"\s+", " ", scale.strip(" -\u00a0\u2009\u202f\n"))
    known = powers()
    return known[bare] if bare in known else known[bare.lower()]
