"""Which currency a word means that several share: ``$``, ``¥``, ``pesos``.

In this order: the text defines it (``in Canadian dollars``; ``($1 = 7.1 yuan)`` is about the American one),
a news agency's dateline (its ``$`` is American), the dateline (unless the text writes its dollar with
letters, or converts other money to ``$``), the publisher's country or name, what else the
text speaks of (for ``$`` institutions; for ``¥`` and words of many countries those; for pesos and their like
the line first), the family's default.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Any

from extractors.figures.cents import whose_cents
from extractors.figures.datelines import Opening, is_wire, opening
from extractors.figures.naming import by_institutions, named
from extractors.figures.vocabulary import Unit, either, families, plurals, signs, units, units_by_initial
from extractors.findings import Text

_BEFORE = 48
"""A definition begins at most so many characters before the family's word."""


class Context:
    """What a text and its publisher say of shared currency words; each question is answered once."""

    def __init__(self, text: str, about: Text | None) -> None:
        self._text, self._about = text, about
        self._known: dict[str, tuple[str | None, bool]] = {}
        self._by_line: set[str] = set()

    def currency(self, family: str, at: int) -> tuple[str | None, bool]:
        """The ISO code that a word of *family* means at *at*, and whether that was inferred."""
        if family not in self._known:
            self._known[family] = self._resolve(family, families()[family])
        if family not in self._by_line:
            return self._known[family]
        start, end = self._text.rfind("\n", 0, at) + 1, self._text.find("\n", at)
        by_country: dict[str, str] = families()[family]["by_country"]
        country = named(self._text[start : end if end >= 0 else None], by_country)
        return (by_country[country], True) if country else self._known[family]

    @cached_property
    def _opening(self) -> Opening:
        return opening(self._text)

    def _resolve(self, family: str, rule: dict[str, Any]) -> tuple[str | None, bool]:
        by_country: dict[str, str] = rule["by_country"]
        if defined := self._defined(rule.get("defined_by", family), set(by_country.values())):
            return defined, False
        if family == "dollar" and _has_a_rate(self._text):
            return "USD", False
        country = self._country(family, by_country)
        if country is None and by_country.get("US") != "USD":
            if "default" not in rule:
                self._by_line.add(family)
            country = named(self._text, by_country)
        return (by_country[country], True) if country else (rule.get("default"), True)

    def _defined(self, family: str, codes: set[str]) -> str | None:
        match = self._definition(family)
        if not match:
            return None
        unit = units().get(match[1].lower())
        return unit.currency if unit and unit.currency in codes else None

    def _definition(self, family: str) -> re.Match[str] | None:
        for word in families()[family]["words"]:
            for place in re.finditer(word, self._text):
                around = max(0, place.start() - _BEFORE), place.end() + 1
                if match := _definitions(family).search(self._text, *around):
                    return match
        return None

    def _country(self, family: str, by_country: dict[str, str]) -> str | None:
        about = self._about
        publisher = about.publisher if about else None
        if family == "dollar" and (self._opening.wire or (publisher and is_wire(publisher))):
            return "US"
        if family == "dollar" and self._opening.country in by_country:
            told_apart = _has_own_sign(self._text, by_country[self._opening.country])
            return "US" if told_apart or _is_converted_to(self._text) else self._opening.country
        if self._opening.country in by_country:
            return self._opening.country
        if about and about.publisher_country in by_country:
            return about.publisher_country
        if publisher and (country := named(publisher, by_country)):
            return country
        if family == "cent":
            return whose_cents(self._text, by_country)
        return self._by_institutions(by_country) if family == "dollar" else None

    def _by_institutions(self, by_country: dict[str, str]) -> str | None:
        """Whose dollar it is by the institutions named, where no dateline and no outlet's country tells.

        A text most of whose dollars are US$ leaves the letters away where it names a sum again.
        """
        elsewhere = self._opening.country or self._opening.release
        if elsewhere or (self._about and self._about.publisher_country):
            return None
        if 2 * self._text.count("US$") >= self._text.count("$") > 0:
            return None
        country = by_institutions(self._text)
        return country if country in by_country else None


_RATE = re.compile(r"\$1(?:\.0+)? ?(?:=|equals) ?(?P<sign>[A-Za-z]{0,4}[.$€£¥₹₩]? ?)\.?\d[\d.,]* ?")


def _has_a_rate(text: str) -> bool:
    """Whether a note tells what a dollar is worth, ``($1 = 6.91 yuan)``: then it is the American one."""
    for match in _RATE.finditer(text):
        if text[match.start() - 1 : match.start()].isalpha():
            continue  # 'HK$1'
        unit = signs().get(match["sign"].strip()) or _unit_at(text[match.end() : match.end() + 40].lower())
        if unit and unit.kind == "money" and unit.currency != "USD" and unit.family != "dollar":
            return True
    return False


def _has_own_sign(text: str, currency: str) -> bool:
    """Whether *text* writes *currency*, a dollar, with letters: beside 'NT$', '$' is another."""
    dollars = ((sign, unit) for sign, unit in signs().items() if sign.endswith("$") and sign != "$")
    own = (sign for sign, unit in dollars if unit.currency == currency)
    return any(re.search(rf"(?<![A-Za-z]){re.escape(sign)}\s?\d", text) for sign in own)


_CONVERTED = re.compile(r"\((?:about |around |some |roughly )?\$\s?\d")


def _is_converted_to(text: str) -> bool:
    """Whether *text* converts what is told in other money to '$': '4,900 rupiah ($0.30)'."""
    for match in _CONVERTED.finditer(text):
        before = re.findall(r"[A-Za-z]+|[€£¥₹₩₱฿]", text[max(0, match.start() - 36) : match.start()])
        found = [unit for word in before[-3:] if (unit := units().get(word.lower()) or signs().get(word))]
        if any(unit.kind == "money" and unit.currency != "USD" and unit.family != "dollar" for unit in found):
            return True
    return False


def _unit_at(low: str) -> Unit | None:
    pattern = units_by_initial().get(low[:1])
    match = pattern.match(low) if pattern else None
    return units()[match[0]] if match else None


@cache
def _definitions(family: str) -> re.Pattern[str]:
    """``in Canadian dollars``, ``(all figures in HK dollars)``: a currency named apart from any amount."""
    words = families()[family]["words"]
    forms = {form.lower() for word in words for form in plurals(word)}
    apart = [w for w in units() if w not in forms and any(w.endswith(f" {form}") for form in forms)]
    return re.compile(
        rf"\b(?:in|are|is|means|denotes|refers? to|to be|as|use[ds]?|uses)\s(?:the\s)?({either(apart)})\b",
        re.I,
    )
