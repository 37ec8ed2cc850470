"""The words of figures, from ``rules``: currencies, context, scales, figures."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from extractors.findings import Kind

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number is of: a kind, and for money a currency or the family that shares the word.

    ``worth`` is what one is worth in whole units of the currency, ``word`` the form in lower case.
    """

    kind: Kind
    word: str
    currency: str | None = None
    family: str | None = None
    worth: Decimal = Decimal(1)

    def is_like(self, other: Unit) -> bool:
        """Whether amounts of both can be ends of one range: dollars and cents can, dollars and euros not."""
        return (self.kind, self.currency, self.family) == (other.kind, other.currency, other.family)


@cache
def rules(name: str) -> dict[str, Any]:
    """The rules of ``rules/<name>.toml``."""
    return tomllib.loads(files("extractors").joinpath(f"rules/{name}.toml").read_text(encoding="utf-8"))


def _money(word: str, code: str | None, family: str | None = None, worth: Decimal = Decimal(1)) -> Unit:
    return Unit("money", word.lower(), code, family, worth)


def _rows() -> Iterator[tuple[str | None, str | None, dict[str, Any]]]:
    """Every table of currencies and of families of currencies: code, family, rule."""
    for code, rule in rules("currencies").items():
        yield code, None, rule
    for family, rule in families().items():
        yield None, family, rule


@cache
def families() -> dict[str, Any]:
    """Signs and words that several currencies share, by the family's name."""
    return {family: rule for family, rule in rules("context").items() if "by_country" in rule}


@cache
def dollar_letters() -> dict[str, str]:
    """The currency by the letters that tell whose dollar or cents it is: ``$A5``, ``HK5 cents``."""
    rule = rules("context")["dollar"]
    by_country: dict[str, str] = rule["by_country"]
    return {letters: by_country[country] for country, forms in rule["letters"].items() for letters in forms}


@cache
def signs() -> dict[str, Unit]:
    """What stands before a number, as written: signs and ISO codes, also with a scale (``MEUR``)."""
    found: dict[str, Unit] = {}
    for code, family, rule in _rows():
        found |= {sign: _money(sign, code, family) for sign in rule.get("signs", ())}
        if code:
            found |= _codes(code)
    return found | {f"${letters}": _money(f"${letters}", code) for letters, code in dollar_letters().items()}


def _codes(code: str) -> dict[str, Unit]:
    found = {code: _money(code, code)}
    found |= {f"{scale}{code}": _money(code, code, worth=worth) for scale, worth in _CODE_SCALES.items()}
    if code not in wordlike():
        found[code.lower()] = found[code.title()] = found[code]
    return found


_CODE_SCALES = {"M": Decimal(10**6), "m": Decimal(10**6), "bn": Decimal(10**9), "T": Decimal(1000)}


@cache
def wordlike() -> frozenset[str]:
    """Signs and codes that are words or names as well, and need a scale or grouped digits beside them."""
    return frozenset(rules("context")["codes"]["words"])


@cache
def sign_ends() -> frozenset[str]:
    """The characters that a sign may end in."""
    return frozenset(sign[-1] for sign in signs()) | {"$"}


def plurals(word: str) -> tuple[str, ...]:
    """A unit's word and its plural in s, where it has one."""
    return (word, f"{word}s") if word[-1:].isascii() and word[-1:].isalpha() else (word,)


@cache
def units() -> dict[str, Unit]:
    """What stands after a number, in lower case, by form."""
    found: dict[str, Unit] = {}
    for code, family, rule in _rows():
        for word in rule.get("words", ()):
            found |= {form.lower(): _money(form, code, family) for form in plurals(word)}
        for cent in rule.get("cents", ()):
            found |= {form.lower(): _money(form, code, family, CENT) for form in plurals(cent)}
        for word, worth in rule.get("others", {}).items():
            found |= {form: _money(form, code, family, Decimal(worth)) for form in plurals(word)}
    return found | _ratios()


def _ratios() -> dict[str, Unit]:
    kinds: dict[Kind, list[str]] = rules("figures")["ratios"]
    return {word: Unit(kind, word) for kind, words in kinds.items() for word in words}


@cache
def units_by_initial() -> dict[str, re.Pattern[str]]:
    """Per first character, a pattern of the units that begin with it, the longest first, on lowered text."""
    by_initial: dict[str, list[str]] = {}
    for word in units():
        by_initial.setdefault(word[0], []).append(word)
    return {initial: re.compile(_ending(words)) for initial, words in by_initial.items()}


def _ending(words: Iterable[str]) -> str:
    """A pattern of any of *words*, not followed by a letter where it ends in a Latin one."""
    latin = [w for w in words if w[-1].isascii() and w[-1].isalpha()]
    other = [w for w in words if w not in latin]
    parts = [f"(?:{either(latin)})(?![a-z0-9])"] if latin else []
    return "|".join([*([either(other)] if other else []), *parts])


def either(words: Iterable[str]) -> str:
    """A pattern of any of *words*, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


@cache
def signs_after() -> dict[str, re.Pattern[str]]:
    """Per first character, a pattern of signs and codes that may follow a number, as written."""
    by_initial: dict[str, list[str]] = {}
    for sign in signs():
        by_initial.setdefault(sign[0], []).append(sign)
    return {i: re.compile(rf"(?:{either(words)})(?![A-Za-z])") for i, words in by_initial.items()}


@cache
def powers() -> dict[str, int]:
    """Scales, as written, and their powers of ten."""
    scales = rules("scales")
    return dict(scales["glued"]) | dict(scales["words"])


def power_of(scale: str) -> int:
    """The power of ten of a *scale* as written; of several words, all of them: ``lakh crore``."""
    bare = scale.strip(" -.")
    if bare in powers():
        return powers()[bare]
    return sum(powers()[word.rstrip("s")] for word in re.split(r"[ -]+", bare.lower()))


@cache
def scale_pattern() -> re.Pattern[str]:
    """A scale after a number: letters glued or after a space, a word after a space or hyphen."""
    scales = rules("scales")
    latin = [w for w in scales["glued"] if w.isascii()]
    chinese = [w for w in scales["glued"] if not w.isascii()]
    words = either(w for w in scales["words"] if not w.endswith("s"))
    return re.compile(
        rf"(?P<glued> ?(?:{either(latin)})(?![A-Za-z])\.?(?=[^A-Za-z]|$))"
        rf"|(?P<chinese> ?(?:{either(chinese)}))"
        rf"|(?P<words>(?:(?: {{1,2}}|-|)(?i:{words})s?(?![A-Za-z]))+)"
    )
