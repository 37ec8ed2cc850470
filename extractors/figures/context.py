"""Which currency a word means that several share: ``$``, ``¥``, ``pesos``.

In this order: the text defines it (``in Canadian dollars``), the dateline, the publisher's country or name,
what else the text speaks of (for ``¥`` and words of many countries; for pesos and their like the line first),
the family's default.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.figures.vocabulary import either, families, plurals, rules, units
from extractors.findings import Text

_BEFORE = 48
"""A definition begins at most so many characters before the family's word."""
_HEAD = 160
"""A dateline begins within so many characters."""


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
        named = _named(self._text[start : end if end >= 0 else None], by_country)
        return (by_country[named], True) if named else self._known[family]

    def _resolve(self, family: str, rule: dict[str, Any]) -> tuple[str | None, bool]:
        by_country: dict[str, str] = rule["by_country"]
        if defined := self._defined(family, set(by_country.values())):
            return defined, False
        country = self._country(by_country)
        if country is None and by_country.get("US") != "USD":
            if "default" not in rule:
                self._by_line.add(family)
            country = _named(self._text, by_country)
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

    def _country(self, by_country: dict[str, str]) -> str | None:
        dateline = _dateline(self._text[:_HEAD])
        if dateline in by_country:
            return dateline
        about = self._about
        if about and about.publisher_country in by_country:
            return about.publisher_country
        if about and about.publisher and (named := _named(about.publisher, by_country)):
            return named
        return None


@cache
def _definitions(family: str) -> re.Pattern[str]:
    """``in Canadian dollars``, ``(all figures in HK dollars)``: a currency named apart from any amount."""
    words = families()[family]["words"]
    forms = {form.lower() for word in words for form in plurals(word)}
    named = [w for w in units() if w not in forms and any(w.endswith(f" {form}") for form in forms)]
    return re.compile(
        rf"\b(?:in|are|is|means|denotes|refers? to|to be|as|use[ds]?|uses)\s(?:the\s)?({either(named)})\b",
        re.I,
    )


@cache
def _places() -> dict[str, str]:
    return {place: country for country, places in rules("context")["places"].items() for place in places}


@cache
def _dateline_pattern() -> re.Pattern[str]:
    places = either(_places())
    return re.compile(
        rf"(?:^|\n|\) ?|[-–—/] ?)\(?({places})(?:[,/ (][^—–:\n]{{0,40}}?)?\s?(?:--|—|–|-\s|\s-|:|\()"
        rf"|^\(?({places})\b",
        re.M,
    )


_WIRE = re.compile(r"/[\w ]{0,12}newswire[\w ]{0,12}/|\((?:globe newswire|business ?wire|accesswire)\)", re.I)
"""Press releases that go out to the world: their dollars are American wherever they are datelined."""


def _dateline(head: str) -> str | None:
    if _WIRE.search(head):
        return None
    match = _dateline_pattern().search(head)
    if match:
        return _places()[match[1] or match[2]]
    titled = _TITLED.match(head)
    return _places().get(titled[1].upper()) if titled else None


_TITLED = re.compile(
    r"\s*(?:\([^)]{2,20}\) )?([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?:, [A-Z][a-z]+\.?(?: \d{1,2})?)? ?"
    r"(?:\([^)]{2,30}\) ?)?(?:--|—|–)"
)


@cache
def _adjectives() -> tuple[AhoCorasick, tuple[str, ...]]:
    """The words that name a country, and the country of each."""
    words = [(word, country) for country, named in rules("context")["adjectives"].items() for word in named]
    automaton = AhoCorasick([word for word, _ in words], matchkind=MatchKind.LeftmostLongest)
    return automaton, tuple(country for _, country in words)


def _is_word(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].islower())


def _named(text: str, by_country: dict[str, str]) -> str | None:
    """The country of *by_country* that *text* names most; None where none is, or two as often."""
    automaton, countries = _adjectives()
    found = automaton.find_matches_as_indexes(text)
    counted = Counter(countries[which] for which, start, end in found if _is_word(text, start, end))
    ranked = [(n, c) for c, n in counted.most_common() if c in by_country]
    if not ranked or (
        len(ranked) > 1
        and ranked[0][0] == ranked[1][0]
        and by_country[ranked[0][1]] != by_country[ranked[1][1]]
    ):
        return None
    return ranked[0][1]
