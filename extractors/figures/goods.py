"""Goods that the world trades in US dollars: gold by the ounce, wherever the text is from."""

from __future__ import annotations

import re
from functools import cache

from extractors.figures.vocabulary import either, rules

_BEFORE, _AFTER = 160, 50
"""A good is named at most so many characters before its price, or after it."""
_MEASURE = re.compile(
    r"(?: to \$[\d.,]+)?(?:[ -](?:an?|per)[ -](?:troy |metric )?|/)"
    r"(?P<measure>ounce|barrel|bushel|tonn?e?|pound)(?![a-z])"
)
_CLAUSE = re.compile(r"[.;!?] |\0|, (?:and|but|while|as) ")


def in_us_dollars(low: str, start: int, end: int) -> bool:
    """Whether the dollars at *start*..*end* are what a measure of such a good is traded at.

    A levy, a royalty or a cost by the tonne is in the dollars of its country, whatever it is on.
    """
    match = _MEASURE.match(low, end)
    if not match:
        return False
    begin = max(0, start - _BEFORE)
    clause = _CLAUSE.split(low[begin:start])[-1]
    if _charged().search(clause) or _charge_follows().match(low, match.end()):
        return False
    goods = _goods("ton" if match["measure"].startswith("ton") else match["measure"])
    return bool(goods.search(low, begin, match.end() + _AFTER))


@cache
def _goods(measure: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either(rules('figures')['traded'][measure])})\b")


@cache
def _charged() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either(rules('figures')['traded']['charges'])})\b")


@cache
def _charge_follows() -> re.Pattern[str]:
    """``$65 a tonne for its emissions``, ``a $12 a tonne coal royalty``."""
    words = either(rules("figures")["traded"]["charges"])
    return re.compile(rf"(?: (?:of|for|on|in|its|their|the|each|all|a))*(?:[ -][a-z-]+)? (?:{words})\b")
