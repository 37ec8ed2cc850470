"""Chinese numerals: 一百二十万, 五点五."""

from __future__ import annotations

import re
from decimal import Decimal

NUMERAL = re.compile(
    r"(?<![数几上])(?!百分之)[一二两三四五六七八九十百千零〇半]+(?:点[一二三四五六七八九零〇]+)?"
)
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}


def chinese_number(text: str, start: int) -> tuple[Decimal, int] | None:
    """The numeral at *start* without a scale above a thousand, and where it ends; None where it is none.

    >>> chinese_number("一百二十万元", 0)
    (Decimal('120'), 4)
    """
    match = NUMERAL.match(text, start)
    if match is None:
        return None
    whole, _, part = match[0].partition("点")
    value = _whole(whole)
    if part:
        value += Decimal("0." + "".join(str(_DIGITS[sign]) for sign in part))
    return value, match.end()


def _whole(numeral: str) -> Decimal:
    if numeral == "半":
        return Decimal("0.5")
    total, last = 0, 0
    for sign in numeral:
        if sign in _TENS:
            total, last = total + (last or 1) * _TENS[sign], 0
        else:
            last = _DIGITS.get(sign, 0)
    return Decimal(total + last)
