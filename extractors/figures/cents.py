"""One letter for cents, ``412.6c``: money only where the text tells whose, and nothing else is meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from extractors.figures.naming import by_institutions, named
from extractors.figures.vocabulary import either, rules

_RAND = re.compile(r"\brands?\b|(?<![\w$£€])R ?\d[\d., ]*(?:m|bn|tn|k|million|billion|trillion)\b")
_CLAUSE = re.compile(r"[.,!?;] |\0")


def whose_cents(text: str, by_country: Mapping[str, str]) -> str | None:
    """The country of *by_country* whose cents *text* means, by what it speaks of."""
    if _RAND.search(text):
        return "ZA"
    country = _of_the_letters(text) or by_institutions(text)
    if country is None and (only := named(text, by_country)) in rules("context")["cent"]["named"]:
        country = only
    return country if country in by_country else None


def _of_the_letters(text: str) -> str | None:
    """The country whose dollars, but for the American ones, *text* writes most: ``$A5``, ``NZ$5``."""
    letters = _letters()
    found = Counter(letters[m[1] or m[2]] for m in _lettered().finditer(text))
    return found.most_common(1)[0][0] if found else None


@cache
def _letters() -> dict[str, str]:
    by_country = rules("context")["dollar"]["letters"]
    return {letters: country for country, forms in by_country.items() for letters in forms if country != "US"}


@cache
def _lettered() -> re.Pattern[str]:
    letters = either(_letters())
    return re.compile(rf"(?<![A-Za-z$])(?:({letters})\$|\$({letters})) ?\d")


def is_cents(low: str, start: int, end: int) -> bool:
    """Whether the letter at *end* means cents: not in ``Section 12c``, nor in ``35c in the shade``."""
    numbered, heat = _others()
    if numbered.search(low, max(0, start - 30), start):
        return False
    before = _CLAUSE.split(low[max(0, start - 50) : start])[-1]
    after = _CLAUSE.split(low[end : end + 30], maxsplit=1)[0]
    return not (heat.search(before) or heat.search(after))


@cache
def _others() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rule = rules("figures")["cents"]
    return (
        re.compile(rf"\b(?:{either(rule['numbered'])})s?\.? (?:[\w()]+(?:,| and| or| to)? )?$"),
        re.compile(rf"\b(?:{either(rule['heat'])})\b"),
    )
