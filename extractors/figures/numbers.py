"""Numbers as news writes them: digits with any separators, fractions, words, Chinese numerals.

``scan`` gives every number of a text in order. It works on a *plain* text (``plain``) of the same length,
so all offsets are the text's own. Time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.figures.chinese import NUMERAL, chinese_number
from extractors.figures.vocabulary import power_of, powers, scale_pattern
from extractors.figures.words import STARTS, spelled


@dataclass(frozen=True, slots=True)
class Number:
    """A number at a span of the text: ``value`` times ten to the ``power`` that its scale gives.

    ``loose`` marks a scale of one letter after a space (``$5 m``): only a currency before makes it one.
    ``shape`` tells how it was written: ``digits``, ``grouped``, ``dot3`` (``1.234``), ``comma``, ``words``.
    """

    start: int
    end: int
    value: Decimal
    power: int = 0
    shape: str = "digits"
    loose: bool = False

    @property
    def is_year(self) -> bool:
        """Whether it may as well be a year: plain digits from 1900 to 2099."""
        return self.shape == "digits" and 1900 <= self.amount <= 2099

    @property
    def amount(self) -> Decimal:
        """The value with its scale."""
        return self.value.scaleb(self.power) if self.power else self.value


_PLAIN: dict[str, str] = (
    dict.fromkeys("\xa0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\n\t", " ")
    | dict.fromkeys("‐‑−﹣－", "-")
    | {c: str(i) for i, c in enumerate("０１２３４５６７８９")}
    | {"％": "%", "＄": "$", "￥": "¥", "．": ".", "，": ",", "～": "~", "（": "(", "）": ")", "’": "'"}
)
_ODD = re.compile(f"[{re.escape(''.join(_PLAIN))}]")
_BREAK = re.compile(r"\n\s*\n")


def plain(text: str) -> str:
    """*text* with one kind of space, hyphen, digit and sign; a line break is a space, an empty line a NUL."""
    if "\n" in text:
        text = _BREAK.sub(lambda match: "\0" * len(match[0]), text)
    text = text.replace("\n", " ").replace("\t", " ")
    return text if text.isascii() else _ODD.sub(lambda match: _PLAIN[match[0]], text)


def lowered(text: str) -> str:
    """*text* in lower case, of the same length (a character that grows stays as it is)."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


_DIGITS = re.compile(r"\d+(?:[.,']\d+| \d{3}(?!\d))*", re.ASCII)
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.3333333333", "⅔": "0.6666666667", "⅛": "0.125"}
_VULGAR = re.compile(r"[-\s]?([½¼¾⅓⅔⅛])|[ -](\d)/(\d)(?![\d/])")
_POINT = re.compile(r" point (\d)(?!\d)")
_HALVES = re.compile(r" and (?:a |one[- ])?(half|quarter)\b|-and-a-(half)\b")
_HALF = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
LONGEST = 40
"""More digits than this are no amount."""


def scan(text: str, low: str) -> Iterator[Number]:
    """The numbers of a plain *text* and its lower case *low*, in order, none overlapping another."""
    position = 0
    for start, kind in _starts(text, low):
        if start < position:
            continue
        number = _READERS[kind](text, low, start)
        if number is None:
            continue
        position = number.end
        yield number


def _starts(text: str, low: str) -> list[tuple[int, str]]:
    found = [(start, "d") for start in _digit_starts(text)]
    found += [(start, "w") for _, start, _ in _automaton().find_matches_as_indexes(low) if _opens(low, start)]
    if not text.isascii() and _NUMERAL_SIGN.search(text):
        found += [(m.start(), "c") for m in NUMERAL.finditer(text)]
        found += [(m.start(), "v") for m in _LONE_VULGAR.finditer(text)]
    return sorted(found)


_FAR = 120
"""What no unit stands nearer to than this takes none: no list of numbers that share one is as long."""
_BARE = re.compile(rf"(?<![0-9 .,;:()/+\-]).?[0-9 .,;:()/+\-]{{{2 * _FAR + 1},}}", re.ASCII)


def _digit_starts(text: str) -> Iterator[int]:
    """Where runs of digits begin, but for those deep inside a table of bare numbers."""
    place = 0
    for bare in _BARE.finditer(text):
        yield from (m.start() for m in _ANY_DIGITS.finditer(text, place, bare.start() + _FAR))
        place = bare.end() - _FAR
    yield from (m.start() for m in _ANY_DIGITS.finditer(text, place))


_NUMERAL_SIGN = re.compile("[一二两三四五六七八九十百千零〇半½¼¾⅓⅔⅛]")
_ANY_DIGITS = re.compile(r"\d+", re.ASCII)
_LONE_VULGAR = re.compile(r"(?<!\d)[½¼¾⅓⅔⅛]")


def _opens(low: str, start: int) -> bool:
    before = low[start - 1] if start else " "
    return not before.isalnum() and before not in "'_"


@cache
def _automaton() -> AhoCorasick:
    return AhoCorasick(sorted(STARTS), matchkind=MatchKind.LeftmostLongest)


def _digits(text: str, low: str, start: int) -> Number | None:
    match = _DIGITS.match(text, start)
    assert match is not None
    read = _separated(match[0])
    if read is None:
        return Number(start, match.end(), Decimal(0), shape="none")
    written, shape = read
    end = start + len(written)
    value = _value(written, shape)
    if (lead := _stray_points(text, start)) < start:
        start, value = lead, Decimal(f"0.{written}") if written.isdigit() else value
    elif text[start - 1 : start] == "." and written.isdigit() and _is_leading_point(text, start):
        start, value = start - 1, Decimal(f"0.{written}")
    if _goes_on(low, end):
        value, end = _with_fraction(text, low, value, end)
        return _scaled(text, low, Number(start, end, value, 0, shape))
    return Number(start, end, value, 0, shape)


def _goes_on(low: str, end: int) -> bool:
    """Whether a fraction or a scale may follow, by the first character of what does."""
    first = low[end : end + 3].lstrip(" -")[:1]
    return first in _openers() or (first.isdigit() and low[end + 2 : end + 3] == "/")


@cache
def _openers() -> frozenset[str]:
    return frozenset({scale[0].lower() for scale in powers()} | {*_FRACTIONS, "a", "p", "-"})


_SYMBOLS = frozenset("$€£¥₹₩")


def _stray_points(text: str, start: int) -> int:
    """Where the points between a sign and its number begin (``$.75``, ``$..75``); *start* without any."""
    lead = start
    while lead and start - lead < 2 and text[lead - 1] == ".":
        lead -= 1
    return lead if lead and text[lead - 1] in _SYMBOLS else start


def _is_leading_point(text: str, start: int) -> bool:
    return start < 2 or not (text[start - 2].isalnum() or text[start - 2] in ".,)")


def _with_fraction(text: str, low: str, value: Decimal, end: int) -> tuple[Decimal, int]:
    if vulgar := _VULGAR.match(text, end):
        part = _FRACTIONS.get(vulgar[1] or "")
        if part is None and int(vulgar[3]) > int(vulgar[2]):
            part = str(round(Decimal(vulgar[2]) / Decimal(vulgar[3]), 10))
        if part is not None:
            return value + Decimal(part), vulgar.end()
    if half := _HALVES.match(low, end):
        return value + _HALF[half[1] or half[2]], half.end()
    if point := _POINT.match(low, end):
        return value + Decimal(point[1]) / 10, point.end()
    return value, end


def _separated(raw: str) -> tuple[str, str] | None:
    """The part of *raw* that is one number, and its shape; None for what is none (versions, dates)."""
    if raw.isdigit():
        return (raw, "digits") if len(raw) <= LONGEST else None
    if " " in raw:
        groups = raw.split(" ")
        if len(groups[0]) > 3 or not groups[0].isdigit() or len(raw) > LONGEST:
            return _separated(groups[0])
        return raw, "spaced"
    if len(raw) > LONGEST:
        return None
    return _SHAPES[("." in raw) + 2 * ("," in raw) + 4 * ("'" in raw)](raw)


def _dots(raw: str) -> tuple[str, str] | None:
    groups = raw.split(".")
    if len(groups) == 2:
        return raw, ("dot3" if len(groups[1]) == 3 and len(groups[0]) <= 3 and groups[0] != "0" else "digits")
    return (raw, "dots") if _thousands(groups) else None


def _commas(raw: str) -> tuple[str, str]:
    groups = raw.split(",")
    if groups[0] != "0" and (_thousands(groups) or _lakhs(groups)):
        return raw, "grouped"
    if len(groups) == 2 and (len(groups[1]) <= 2 or groups[0] == "0"):
        return raw, "comma"
    return groups[0], "digits"


def _both(raw: str) -> tuple[str, str] | None:
    whole, mark, _ = raw.rpartition("." if raw.rfind(".") > raw.rfind(",") else ",")
    groups = whole.split("," if mark == "." else ".")
    if mark in whole or not (_thousands(groups) or _lakhs(groups)):
        return _commas(raw[: raw.index(".")]) if mark == "." and "." not in whole else None
    return raw, ("grouped" if mark == "." else "european")


def _apostrophes(raw: str) -> tuple[str, str]:
    whole = raw.split(".")[0]
    if "," not in raw and raw.count(".") <= 1 and _thousands(whole.split("'")):
        return raw, "swiss"
    return raw.split("'")[0].split(",")[0].split(".")[0], "digits"


_SHAPES = {1: _dots, 2: _commas, 3: _both, 4: _apostrophes, 5: _apostrophes, 6: _apostrophes, 7: _apostrophes}


def _thousands(groups: list[str]) -> bool:
    return len(groups) > 1 and 1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])


def _lakhs(groups: list[str]) -> bool:
    return (
        len(groups) > 2
        and 1 <= len(groups[0]) <= 2
        and len(groups[-1]) == 3
        and all(len(g) == 2 for g in groups[1:-1])
    )


def _value(written: str, shape: str) -> Decimal:
    if shape == "digits":
        return Decimal(written)
    if shape in ("dots", "european", "comma"):
        return Decimal(written.replace(".", "").replace(",", "."))
    if shape == "spaced":
        head, mark, tail = written.rpartition(",")
        if mark and len(tail) < 3:
            return Decimal(head.replace(" ", "").replace(".", "") + "." + tail)
    return Decimal(re.sub(r"[, ']", "", written))


def _scaled(text: str, low: str, number: Number) -> Number:
    """*number* with the scale that follows it, if any."""
    match = scale_pattern().match(text, number.end)
    if match is None:
        return number
    power, end = power_of(match[0]), match.end()
    if match["words"]:
        half = _HALVES.match(low, end)
        if half and _plain_word_follows(low, half.end()):
            extra = _HALF[half[1] or half[2]]
            return Number(number.start, half.end(), number.value + extra, power, number.shape)
        return Number(number.start, end, number.value, power, number.shape)
    loose = bool(match["glued"]) and match[0].startswith(" ") and len(match[0].strip(" .")) == 1
    return Number(number.start, end - match[0].endswith("."), number.value, power, number.shape, loose)


def _plain_word_follows(low: str, end: int) -> bool:
    return low[end : end + 1] in (" ", ".", ",", "")


def _words(text: str, low: str, start: int) -> Number | None:
    read = spelled(low, start)
    return Number(read.start, read.end, read.value, read.power, "words") if read else None


def _chinese(text: str, low: str, start: int) -> Number | None:
    read = chinese_number(text, start)
    return _scaled(text, low, Number(start, read[1], read[0], 0, "words")) if read else None


def _vulgar(text: str, low: str, start: int) -> Number | None:
    return _scaled(text, low, Number(start, start + 1, Decimal(_FRACTIONS[text[start]]), 0, "words"))


_READERS = {"d": _digits, "w": _words, "c": _chinese, "v": _vulgar}
