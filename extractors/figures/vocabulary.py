"""The words of figures, from ``rules/currencies.toml`` and ``rules/scales.toml``."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _rules(name: str) -> dict[str, Any]:
    return tomllib.loads(files("extractors").joinpath(f"rules/{name}.toml").read_text(encoding="utf-8"))


@cache
def signs() -> dict[str, str]:
    """What stands before a number: signs and ISO codes, each with its ISO code."""
    found = {code: code for code in _rules("currencies")}
    for code, rule in _rules("currencies").items():
        found |= dict.fromkeys(rule.get("signs", ()), code)
    return found


@cache
def units() -> dict[str, tuple[str, Decimal]]:
    """What stands after a number, in lower case: ISO code and what one is worth in whole units."""
    found: dict[str, tuple[str, Decimal]] = {}
    for code, rule in _rules("currencies").items():
        one = [
            code,
            *rule.get("signs", ()),
            *rule.get("words", ()),
            *(f"{w}s" for w in rule.get("words", ())),
        ]
        found |= {word.lower(): (code, Decimal(1)) for word in one}
        cents = rule.get("cents", ())
        found |= {w.lower(): (code, Decimal("0.01")) for c in cents for w in (c, f"{c}s")}
    return found


@cache
def powers() -> dict[str, int]:
    """Scales, as written, and their powers of ten."""
    rules = _rules("scales")
    return dict(rules["glued"]) | dict(rules["words"])


def either(words: list[str]) -> str:
    """A pattern of any of *words*, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


@cache
def scale_pattern() -> str:
    """A scale after a number: glued or after a space, a word in any case after a space or hyphen."""
    rules = _rules("scales")
    latin = [w for w in rules["glued"] if w.isascii()]
    chinese = [w for w in rules["glued"] if not w.isascii()]
    words = either(list(rules["words"]))
    return rf"(?:\s?(?:{either(latin)})(?![A-Za-z])|\s?(?:{either(chinese)})|[\s-](?i:{words})\b)"
