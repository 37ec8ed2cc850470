"""Which amount converts which: ``CNY50 billion (USD6.9 billion)``; and exchange-rate notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from extractors.figures.vocabulary import either, rules
from extractors.findings import Figure

_ABOUT = (
    r"(?:about|around|roughly|some|nearly|almost|approximately|approx\.?|just over|just under|more than|over)"
)
_LIKE = (
    rf"(?:{_ABOUT}|or|equivalent to|equal to|worth|equals?|i\.e\.|=|≈|~|约合|约|合|折合|即|at current rates)"
)
_OPENS = re.compile(rf"(?: (?:a|an|per|each|in) ?[a-z]{{0,8}})? ?[(\[（](?:{_LIKE}[ ]?){{0,3}}", re.I)
_OTHERWISE = re.compile(
    rf" ?/ ?|,? or (?:{_ABOUT} )?|,? (?:equal|equivalent) to (?:{_ABOUT} )?"
    rf"|,? (?:or )?the equivalent of (?:{_ABOUT} )?"
    rf"|,? worth (?:{_ABOUT} )|,? (?:約|约合|约|合|折合)| ?≈ ?",
    re.I,
)
_NEXT = re.compile(r"(?:;|,| or| and|/) ?(?:about |roughly |or |around )?", re.I)
_EQUALS = re.compile(r" ?(?:=|equals) ?")


def paired(text: str, money: Sequence[Figure]) -> list[Figure]:
    """*money* in order, where a conversion points at the place of the amount that it converts."""
    out: list[Figure] = []
    for place, figure in enumerate(money):
        source = _source(text, out, figure) if place else None
        out.append(figure if source is None else replace(figure, pair_of=source))
    return out


def _source(text: str, before: list[Figure], figure: Figure) -> int | None:
    place = len(before) - 1
    left = before[place]
    if figure.start - left.end > 40 or figure.start < left.end:
        return None
    gap = text[left.end : figure.start]
    if left.pair_of is not None and _NEXT.fullmatch(gap) and before[left.pair_of].currency != figure.currency:
        return left.pair_of
    if left.currency == figure.currency or None in (left.currency, figure.currency):
        return None
    if _OTHERWISE.fullmatch(gap):
        return place
    return place if _OPENS.fullmatch(gap) and _CLOSES.match(text, figure.end) else None


_CLOSES = re.compile(r"[^()\[\]（）]{0,48}[)\]）]")


def without_rates(text: str, money: Sequence[Figure]) -> list[Figure]:
    """*money* without exchange-rate notes: ``($1 = 64.2050 rupees)``, ``7.1 yuan to the dollar``."""
    dropped: set[int] = set()
    for place, figure in enumerate(money[:-1]):
        following = money[place + 1]
        if _EQUALS.fullmatch(text[figure.end : following.start]) and Decimal(1) in (
            figure.value,
            following.value,
        ):
            dropped |= {place, place + 1}
    return [f for i, f in enumerate(money) if i not in dropped and not _is_rate(text, f)]


def _is_rate(text: str, figure: Figure) -> bool:
    """``7.1 yuan per dollar``; not ``58 cents for each dollar``, nor ``3 euros per dollar spent``."""
    match = _A_UNIT.match(text, figure.end)
    if match is None or _spent().match(text, match.end()):
        return False
    return not (match[1] in _EACH and _CENTS.fullmatch(figure.text))


_EACH = frozenset(("per", "for each", "for one"))
_CENTS = re.compile(r"[\w.-]+ ?(?:cents?|¢|c)")


@cache
def _spent() -> re.Pattern[str]:
    return re.compile(rf" (?:that |it |they )?(?:{either(rules('figures')['rates']['no_rate'])})\b")


_A_UNIT = re.compile(
    r" (per|to|to the|to one|against the|against one|for one|for each) (?:U\.?S\.? |American |Hong Kong )?"
    r"(?:dollar|euro|pound sterling|yuan|greenback|yen)\b"
)
