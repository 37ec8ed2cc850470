"""Countries and regions that a text names: markets, audiences, where something happened."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.findings import CountryMention
from extractors.given import text_of
from extractors.themes.words import base_forms, simplified

if TYPE_CHECKING:
    from spacy.tokens import Doc

_BEFORE = re.compile(r"[\w’'@#-]$")
_AFTER = re.compile(r"[\w$@]|-[A-Z]|\.\w")
_PART_OF_A_NAME = re.compile(r"\s(?:[A-Z][a-z]|[A-Z]{2,}\b)(?!\S*[’']s\b)")
_WORDS_AFTER = 4


class _Names:
    """The names of places, found in one pass, the longest first."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self.places: dict[str, tuple[str, str]] = {}
        for kind in ("country", "region"):
            for place, forms in rules[kind].items():
                for key in ("names", "people", "zh"):
                    self.places.update((form, (place, key)) for form in forms[key])
        self.unless_before = {name: tuple(words) for name, words in rules["unless_before"].items()}
        self.unless_after = {name: tuple(words) for name, words in rules["unless_after"].items()}
        self.audience = frozenset(" ".join(base_forms(word)) for word in rules["audience"])
        self.names = [*self.places, *rules["not"]]
        self.find = AhoCorasick(self.names, matchkind=MatchKind.LeftmostLongest)


@lru_cache(maxsize=1)
def _names() -> _Names:
    path = files("extractors") / "rules" / "countries.toml"
    return _Names(tomllib.loads(path.read_text(encoding="utf-8")))


def place_names() -> frozenset[str]:
    """The names, in Latin letters, of the countries and regions that are known."""
    return frozenset(name for name, (_, key) in _names().places.items() if key == "names")


def country_forms() -> Mapping[str, str]:
    """The name of each country by its names and adjectives in Latin letters.

    >>> country_forms()["Kenyan"]
    'Kenya'
    """
    names = {place: form for form, (place, key) in reversed(_names().places.items()) if key == "names"}
    return {
        form.removeprefix("the "): names[place].removeprefix("the ")
        for form, (place, key) in _names().places.items()
        if key != "zh" and place in names
    }


def read(doc: Doc) -> tuple[CountryMention, ...]:
    """The countries (ISO 3166-1 alpha-2) and regions (by name) that *doc* names, in text order.

    An adjective counts where it says whose audience or market is meant ('Brazilian viewers').
    """
    return tuple(_mentions(text_of(doc)))


def _mentions(text: str) -> Iterator[CountryMention]:
    known = _names()
    for number, start, end in known.find.find_matches_as_indexes(simplified(text)):
        name = known.names[number]
        place, key = known.places.get(name, ("", ""))
        if not place or _is_something_else(text, start, end, name):
            continue
        if key == "zh":
            yield CountryMention(place, start, end, text[start:end], "name")
        elif _stands_alone(text, start, end):
            if key == "people":
                if _of_an_audience(text, end, known.audience):
                    yield CountryMention(place, start, end, text[start:end], "audience")
            elif not _part_of_a_name(text, start, end):
                yield CountryMention(place, start, end, text[start:end], "name")


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not _BEFORE.search(text, max(0, start - 1), start) and not _AFTER.match(text, end)


def _is_something_else(text: str, start: int, end: int, name: str) -> bool:
    known = _names()
    after = text[end : end + 24].lstrip(" -")
    before = text[max(0, start - 24) : start].rstrip(" -")
    return after.startswith(known.unless_after.get(name, ("\0",))) or before.endswith(
        known.unless_before.get(name, ("\0",))
    )


def _part_of_a_name(text: str, start: int, end: int) -> bool:
    """Whether a capitalised word follows, as in an institution's name, in a line that is no headline."""
    if not _PART_OF_A_NAME.match(text, end):
        return False
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    words = re.findall(r"[^\W\d_]{4,}", text[line_start : line_end if line_end >= 0 else len(text)])
    lower = [word for word in words if word[0].islower()]
    return len(lower) * 2 >= len(words)


def _of_an_audience(text: str, end: int, audience: frozenset[str]) -> bool:
    clause = re.split(r"[.;:,()\n]", text[end : end + 60], maxsplit=1)[0]
    return _has_one_of(base_forms(clause)[:_WORDS_AFTER], audience)


def _has_one_of(forms: Sequence[str], audience: frozenset[str]) -> bool:
    pairs = (" ".join(forms[n : n + 2]) for n in range(len(forms) - 1))
    return not audience.isdisjoint(forms) or not audience.isdisjoint(pairs)
