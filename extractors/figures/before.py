"""What stands before a number and makes it money: a sign, a code, a currency's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from extractors.figures.numbers import Number
from extractors.figures.vocabulary import (
    Unit,
    dollar_letters,
    either,
    rules,
    sign_ends,
    signs,
    units,
    wordlike,
)


@cache
def _longest_sign() -> int:
    return max(len(sign) for sign in signs())


def sign_before(text: str, number: Number, floor: int) -> tuple[Unit, int, bool] | None:
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
        sure = allowed(text[start:end], number) or (text[start:end] == "R" and _in_rand(text, number))
        if unit and _bounded(text, start) and sure:
            return unit, start, negative
    return None


def _in_rand(text: str, number: Number) -> bool:
    """Whether R84.15 is money in *text*; where that only names the country, ``R16`` may be a rating."""
    in_rand, in_south_africa = _south_african(text)
    return in_rand or (in_south_africa and any(mark in text[number.start : number.end] for mark in ".,"))


@lru_cache(maxsize=1)
def _south_african(text: str) -> tuple[bool, bool]:
    """Whether *text* speaks of rand, and whether it names South Africa: asked anew at every ``R``."""
    return bool(_RAND.search(text)), bool(_south_africa().search(text))


_RAND = re.compile(r"\brands?\b")


@cache
def _south_africa() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either(rules('context')['adjectives']['ZA'])})\b")


def _sign_starts(text: str, floor: int, end: int) -> Iterable[int]:
    """Where a sign that ends at *end* may begin: for letters that is where the word begins."""
    if not (text[end - 1].isalpha() or text[end - 1] == "."):
        return range(max(floor, end - _longest_sign()), end)
    word = _WORD_END.search(text, max(floor, end - 8), end)
    if word is None:
        return ()
    start = word.start()
    return (start - 1, start) if start > floor and text[start - 1] == "$" else (start,)


_WORD_END = re.compile(r"(?:[A-Za-zÀ-ž]|S/|(?<=[A-Za-z])\.)+$")


@cache
def _names() -> frozenset[str]:
    """Words of currencies that may stand before a number: ``rupees 4.2 billion``, ``人民币500万``."""
    never = ("euro", "pound", "real", "rand", "dollar", "sterling", "buck", "quid", "sol", "won", "mark")
    return frozenset(
        w for w, u in units().items() if u.kind == "money" and u.worth == 1 and w.rstrip("s") not in never
    )


_TAIL = re.compile(r"(?<![a-z0-9])((?:[a-z]+ ){0,2}[a-z]+) ?$|(\w{2,4})$")


def name_before(low: str, number: Number, floor: int) -> tuple[Unit, int, bool] | None:
    """A currency's name before a number; one word needs a scale or grouped digits (``yuan 50 million``)."""
    if low.startswith("百分之", number.start - 3):
        return units()["percent"], number.start - 3, False
    if low[number.start - 1 : number.start] not in _NAME_ENDS:
        return None
    tail = _TAIL.search(low, max(floor, number.start - 28), number.start)
    big = number.power >= 3 or number.shape in ("grouped", "spaced")
    if tail is None:
        return None
    for name in _endings(tail):
        if name in _names() and (big or " " in name or not name.isascii()):
            return units()[name], number.start - (len(tail[0]) - tail[0].rindex(name)), False
    return None


def _endings(tail: re.Match[str]) -> list[str]:
    """What a name may be at the end of *tail*, the longest first: its last words, or Chinese characters."""
    if tail[1] is None:
        return [tail[2][-length:] for length in (3, 2) if len(tail[2]) >= length]
    words = tail[1].split(" ")
    return [" ".join(words[place:]) for place in range(len(words))]


_NAME_ENDS = frozenset(" 币元")


def _sign(written: str) -> Unit | None:
    unit = signs().get(written)
    if unit or written[-1] != "$" or not 2 <= len(written) <= 6 or not written[0].isalpha():
        return unit
    if written[0].islower() and " " in written[:-1].rstrip():
        return None  # 'in R$96 million'
    bare = re.sub(r"[ .$]", "", written).upper()
    if len(bare) == 1 and " " in written and bare not in "CR":
        return None
    return signs().get(f"{bare}$") or (signs().get(bare) if len(bare) == 3 else None)


def _bounded(text: str, start: int) -> bool:
    first, before = text[start], text[start - 1 : start]
    if first == "$" and text[start + 1 : start + 2].isalpha():
        return not (before.isalnum() or before in ("$", "_", "="))
    if not first.isalnum():
        return True
    return not (before.isalnum() and before.isascii()) and before not in ("_", "@", "#")


def letters_before(text: str, number: Number, floor: int) -> tuple[str, int] | None:
    """The letters right before a number of cents: their currency, and where they begin (``HK1.5 cents``)."""
    word = _LETTERS.search(text, max(floor, number.start - 5), number.start)
    code = dollar_letters().get(word[0].rstrip()) if word else None
    return (code, word.start()) if word and code else None


_LETTERS = re.compile(
    r"(?<![A-Za-z0-9$_])(?:[A-Za-z]{1,4}|(?<!\bthe )(?<!\bin )(?<!\bto )(?<!\bfrom )[A-Z]{2} )$"
)


def _in_brackets(text: str, number: Number) -> bool:
    """Accounts write a loss as ``$(12.5) million``."""
    return text[number.start - 1 : number.start] == "(" and text[number.end : number.end + 1] == ")"


def allowed(written: str, number: Number) -> bool:
    """Whether a sign or code that is a word as well (``TOP 20``) stands beside what looks like an amount."""
    return written not in wordlike() or number.power > 0 or number.shape in ("grouped", "spaced", "dots")
