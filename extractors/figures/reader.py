"""Text to figures: amounts of money, percentages and their kin, counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from extractors.figures.numbers import DIGITS, SPACE, WORDS, power_of, value_of
from extractors.figures.vocabulary import either, scale_pattern, signs, units
from extractors.findings import Approx, Figure, Kind, Text

_NUMBER = rf"(?:{DIGITS}|{WORDS})"
_JOIN = r"(?:\s?[-–—~]\s?|\sto\s(?:about\s)?|至)"
_BOUNDS: tuple[tuple[str, Approx], ...] = (
    (r"(?:at least|or more than|no less than|upwards of|starts? at|starting at|as low as)", ">="),
    (r"(?:up to|as much as|as many as|at most|no more than)", "<="),
    (
        r"(?:more than|over|above|exceed(?:s|ed|ing)?|in excess of|surpass(?:es|ed|ing)?|超过|逾)",
        ">",
    ),
    (r"(?:less than|under|below|fewer than)", "<"),
    (r"(?:about|around|roughly|some|nearly|almost|close to|approximately|an estimated|约|近)", "~"),
)
_NOUNS = (
    "users|downloads|views|viewers|subscribers|members|episodes|titles|series|jobs|employees|workers|people|"
    "stores|units|copies|customers|installs|plays|apps|companies|shares|vehicles|cars|tickets|hours|households"
)


@cache
def _money() -> re.Pattern[str]:
    sign, unit, scale = either(list(signs())), either(list(units())), scale_pattern()
    before = rf"(?<![A-Za-z])(?P<sign>{sign}){SPACE}?(?P<a>{_NUMBER})(?P<as>{scale})?"
    upper = rf"(?:{_JOIN}(?:(?:{sign}){SPACE}?)?(?P<b>{_NUMBER})(?P<bs>{scale})?)?"
    after = (
        rf"(?P<c>{_NUMBER})(?P<cs>{scale})?(?:{_JOIN}(?P<d>{_NUMBER})(?P<ds>{scale})?)?"
        rf"[\s-]?(?:of\s)?(?P<unit>(?i:{unit}))(?![A-Za-z])"
    )
    return re.compile(rf"(?:{before}{upper}(?:\s(?:US\s)?dollars\b)?)|(?:{after})")


_PERCENT = re.compile(
    rf"(?P<a>{_NUMBER})(?:\s?(?:%|percent|per cent|pct|pc)?{_JOIN}(?P<b>{_NUMBER}))?[\s-]?"
    r"(?P<unit>percentage[\s-]points?|basis[\s-]points?|bps\b|per[\s-]cent\b|percent\b|pct\b|pc\b|%|％)",
    re.I,
)
_CHINESE_PERCENT = re.compile(r"百分之([一二三四五六七八九十百]+)")
_MULTIPLE = re.compile(
    rf"\b(?P<word>doubl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)|quadrupl(?:e|es|ed|ing)|halv(?:e|es|ed|ing))\b(?!-digit)"
    rf"|(?P<a>{_NUMBER})(?:-?\s(?:to|or)\s(?P<b>{_NUMBER}))?(?:-?fold\b|\stimes\s(?=as\b|more\b|higher\b|the\b)|x\b)",
    re.I,
)
_MULTIPLES = {"doubl": "2", "tripl": "3", "quadrupl": "4", "halv": "0.5"}


@cache
def _count() -> re.Pattern[str]:
    scale = scale_pattern()
    return re.compile(
        rf"(?P<a>{_NUMBER})(?P<as>{scale})?(?:{_JOIN}(?P<b>{_NUMBER})(?P<bs>{scale})?)?"
        rf"\s(?P<mid>(?:[a-z][a-z-]+\s){{0,2}})(?P<noun>{_NOUNS})\b"
    )


def read(text: str, about: Text | None = None, kinds: Collection[str] | None = None) -> tuple[Figure, ...]:
    """The figures of *text*, sorted by start, of *kinds* among ``money``, ``percent`` and ``counts``."""
    wanted = {"money", "percent", "counts"} if kinds is None else set(kinds)
    money = _paired(text, list(_read_money(text))) if wanted & {"money", "counts"} else []
    percent = list(_read_percent(text)) if wanted & {"percent", "counts"} else []
    found = (money if "money" in wanted else []) + (percent if "percent" in wanted else [])
    if "counts" in wanted:
        taken = [*money, *percent]
        found += [
            c for c in _read_counts(text) if not any(c.start < t.end and t.start < c.end for t in taken)
        ]
    return tuple(sorted(found, key=lambda figure: (figure.start, figure.end)))


def _overlaps(figure: Figure, others: Sequence[Figure]) -> bool:
    return any(figure.start < other.end and other.start < figure.end for other in others)


def _read_money(text: str) -> Iterator[Figure]:
    for match in _money().finditer(text):
        yield from _amounts(text, match)


def _amounts(text: str, match: re.Match[str]) -> Iterator[Figure]:
    sign = match["sign"]
    low, low_scale, high, high_scale = (
        match.group("a", "as", "b", "bs") if sign else match.group("c", "cs", "d", "ds")
    )
    currency, worth = (signs()[sign], Decimal(1)) if sign else units()[match["unit"].lower()]
    if high and _is_change(text, match):
        yield from _two_amounts(text, match, currency, worth)
        return
    value = _scaled(low, low_scale or (high_scale if high else None)) * worth
    upper = _scaled(high, high_scale) * worth if high else None
    if upper is not None and upper <= value:
        upper = None
    yield Figure(
        kind="money",
        start=match.start(),
        end=match.end(),
        text=match[0],
        value=value,
        value_max=upper,
        approx=_bound(text, match.start()),
        currency=currency,
        rule="sign before" if sign else "unit after",
    )


_FROM = re.compile(r"\bfrom\s(?:about\s|around\s|just\s|some\s|only\s)?$", re.IGNORECASE)


_SPREAD = re.compile(
    r"\b(?:rang\w+|var(?:y|ies|ied|ying)|anywhere|anything|priced|charg\w+|runs?|running|spans?|go(?:es)?)"
    r"\W+(?:[a-z]+\W+){0,2}from\b",
    re.IGNORECASE,
)
"""Before "from", what lies between two ends is a spread of values, and so one range."""


def _is_change(text: str, match: re.Match[str]) -> bool:
    """Whether the two ends are where something moved from and to, and so two figures."""
    before = text[max(0, match.start() - 40) : match.start()]
    return " to " in match[0] and bool(_FROM.search(before)) and not _SPREAD.search(before)


def _two_amounts(text: str, match: re.Match[str], currency: str, worth: Decimal) -> Iterator[Figure]:
    low, high = ("a", "b") if match["sign"] else ("c", "d")
    middle = text.index(" to ", match.end(low), match.end())
    second = middle + 4
    scales = (match[f"{low}s"] or match[f"{high}s"], match[f"{high}s"])
    spans = ((match.start(), middle), (second, match.end()))
    for number, scale, (start, end) in zip((match[low], match[high]), scales, spans, strict=True):
        yield Figure(
            kind="money",
            start=start,
            end=end,
            text=text[start:end],
            value=_scaled(number, scale) * worth,
            approx=_bound(text, start),
            currency=currency,
            rule="change",
        )


def _scaled(number: str, scale: str | None) -> Decimal:
    return value_of(number) * Decimal(10) ** power_of(scale)


def _bound(text: str, start: int) -> Approx | None:
    before = text[max(0, start - 24) : start]
    for pattern, approx in _BOUNDS:
        if re.search(rf"{pattern}\s?(?:the\s|a\s)?$", before, re.I):
            return approx
    return None


def _paired(text: str, money: list[Figure]) -> list[Figure]:
    """Conversions in brackets point at the amount before the bracket."""
    out: list[Figure] = []
    for place, figure in enumerate(money):
        opening = text.rfind("(", max(0, figure.start - 40), figure.start)
        first = next((i for i in range(place - 1, -1, -1) if money[i].end <= opening), None)
        close = opening >= 0 and ")" not in text[opening : figure.start] and first is not None
        if close and first is not None and not text[money[first].end : opening].strip():
            converts = money[first].currency != figure.currency
            out.append(replace(figure, pair_of=first) if converts else figure)
        else:
            out.append(figure)
    return out


def _read_percent(text: str) -> Iterator[Figure]:
    for match in _PERCENT.finditer(text):
        unit = match["unit"].lower()
        kind: Kind = "percentage_point" if "point" in unit and "perc" in unit else "percent"
        kind = "bps" if unit.startswith(("basis", "bps")) else kind
        upper = value_of(match["b"]) if match["b"] else None
        if upper is not None and _is_change(text, match):
            middle = text.index(" to ", match.end("a"), match.end())
            yield _ratio(text, match.start(), middle, kind, value_of(match["a"]), None, "change")
            yield _ratio(text, middle + 4, match.end(), kind, upper, None, "change")
            continue
        yield _ratio(text, match.start(), match.end(), kind, value_of(match["a"]), upper, "percent")
    for match in _MULTIPLE.finditer(text):
        if match["word"]:
            stem = next(stem for stem in _MULTIPLES if match["word"].lower().startswith(stem))
            value, upper = Decimal(_MULTIPLES[stem]), None
        else:
            value = value_of(match["a"])
            upper = value_of(match["b"]) if match["b"] else None
        yield _ratio(text, match.start(), match.end(), "multiple", value, upper, "multiple")
    for match in _CHINESE_PERCENT.finditer(text):
        yield _ratio(text, match.start(), match.end(), "percent", _chinese(match[1]), None, "chinese percent")


def _ratio(
    text: str, start: int, end: int, kind: Kind, value: Decimal, upper: Decimal | None, rule: str
) -> Figure:
    stripped = text[start:end].rstrip()
    return Figure(
        kind, start, start + len(stripped), stripped, value, upper, approx=_bound(text, start), rule=rule
    )


def _chinese(numeral: str) -> Decimal:
    total, last = 0, 0
    for sign in numeral:
        digit = "一二三四五六七八九".find(sign) + 1
        if digit:
            last = digit
        else:
            total, last = total + (last or 1) * {"十": 10, "百": 100}[sign], 0
    return Decimal(total + last)


def _read_counts(text: str) -> Iterator[Figure]:
    for match in _count().finditer(text):
        low, low_scale, high, high_scale = match.group("a", "as", "b", "bs")
        value = _scaled(low, low_scale or (high_scale if high else None))
        upper = _scaled(high, high_scale) if high else None
        if text[: match.start()].rstrip().lower().endswith("top"):
            continue
        yield Figure(
            "count",
            match.start(),
            match.end(),
            match[0],
            value,
            upper,
            approx=_bound(text, match.start()),
            noun=f"{match['mid']}{match['noun']}",
            rule="count",
        )
