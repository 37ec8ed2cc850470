"""The vocabulary of ``rules/organisations.toml``, ready for look-up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extractors.countries import place_names

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of folded words, to be looked up at the end or the start of a run of words."""

    phrases: frozenset[tuple[str, ...]]
    longest: int
    firsts: frozenset[str]
    lasts: frozenset[str]

    def ending(self, words: Sequence[str]) -> tuple[str, ...] | None:
        """The longest phrase that *words* end with."""
        if not words or words[-1] not in self.lasts:
            return None
        sizes = range(min(self.longest, len(words)), 0, -1)
        return next((found for n in sizes if (found := tuple(words[-n:])) in self.phrases), None)

    def starting(self, words: Sequence[str]) -> tuple[str, ...] | None:
        """The longest phrase that *words* start with."""
        if not words or words[0] not in self.firsts:
            return None
        sizes = range(min(self.longest, len(words)), 0, -1)
        return next((found for n in sizes if (found := tuple(words[:n])) in self.phrases), None)


@dataclass(frozen=True, slots=True)
class OrganisationKind:
    """How a kind of organisation other than a company is told by its name."""

    kind: str
    last_words: Words
    first_words: Words
    names: Words
    endings: Words  # of two words: 'white paper'


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Word lists by what they tell; all folded."""

    last_words: Words
    legal: Words
    nouns: Words
    product_nouns: Words
    strong_before: Phrases
    acts: Phrases
    verbs: Phrases
    deeds: Phrases
    app_adjectives: Words
    belongings: Phrases
    participles: Phrases
    counted: Words
    clients: Words
    title_plurals: Words
    authorities: Words
    on_platforms: Words
    first_words: Words
    house_words: Words
    strong_possessed: Words
    kinds: tuple[OrganisationKind, ...]
    titles: Words
    breaks: Words
    functions: Words
    products: Words
    official_first: Words
    official_last: Words
    person_nouns: Words
    person_before: Phrases
    person_after: Phrases
    media_nouns: Words
    official_prefixes: Phrases
    place_before: Phrases
    place_after: Words
    place_last_words: Words
    title_before: Phrases
    title_after: Phrases
    common: Words
    acronyms: Words
    calendar: Words
    peoples: Words
    places: Words
    given_names: Words
    surnames: Words
    between: Words
    phrase_ends: Words
    plain_first_words: Words
    of_heads: Words
    headline_verbs: Words
    singular_verbs: Words
    governing: Words
    after_possessive: Words
    fields: Words
    abbreviated: Words
    determiners: Words
    apposed: Words
    markets: Words
    suffixed: Words
    based: Words
    copulas: Words
    owning: Words
    key_rates: Words
    rates: Words
    examples: Phrases
    plain: Words
    headline_breaks: Words
    no_names: Words
    countries: Words
    bodies: Phrases
    owned: Words
    dealing: Words
    paying: Words
    produced_by_people: Words
    wares: Words
    openers: Words
    company_nouns: Words
    nationalities: Words
    kinds_alone: Words
    company_ends: Words


@cache
def vocabulary() -> Vocabulary:
    """The packaged vocabulary."""
    rules = tomllib.loads(
        files("extractors").joinpath("rules/organisations.toml").read_text(encoding="utf-8")
    )
    company, person, place, title = rules["company"], rules["person"], rules["place"], rules["title"]
    grammar = dict(rules["grammar"])
    plain = {name: _words(value) for name, value in rules["words"].items()}
    kinds = tuple(_kind(kind, rules[kind]) for kind in _KINDS)
    ends = _words(company["last_words"]) | _words(company["legal"])
    return Vocabulary(
        last_words=_words(company["last_words"]),
        legal=_words(company["legal"]),
        nouns=_words(company["nouns"]),
        product_nouns=_words(company["product_nouns"]),
        strong_before=_phrases(company["strong_before"]),
        acts=_phrases(company["acts"]),
        verbs=_phrases(company["verbs"]),
        deeds=_phrases(company["deeds"]),
        app_adjectives=_words(rules["app"]["adjectives"]),
        belongings=_phrases(company["belongings"]),
        participles=_phrases(company["participles"]),
        counted=_words(company["counted"]),
        clients=_words(company["clients"]),
        title_plurals=_words(title["plurals"]),
        authorities=_words(company["authorities"]),
        on_platforms=_words(company["on_platforms"]),
        first_words=_words(company["first_words"]),
        house_words=_words(company["house_words"]),
        strong_possessed=_words(company["strong_possessed"]),
        kinds=kinds,
        titles=_words(person["titles"]),
        breaks=_words(person["breaks"]),
        functions=_words(person["functions"]),
        products=frozenset(_lines(rules["product"]["names"])),
        official_first=_words(rules["government"]["official_first"]),
        official_last=_words(rules["government"]["official_last"]),
        person_nouns=_words(person["nouns"]),
        person_before=_phrases(person["before"]),
        media_nouns=_words(company["media"]),
        official_prefixes=_phrases(rules["government"]["prefixes"]),
        person_after=_phrases(person["after"]),
        place_before=_phrases(place["before"]),
        place_last_words=_words(place["last_words"]),
        place_after=_words(place["after"].replace("|", " ")),
        title_before=_phrases(title["before"]),
        title_after=_phrases(title["after"]),
        common=plain["common"],
        acronyms=plain["acronyms"],
        calendar=plain["calendar"],
        peoples=_spaced(plain["peoples"]),
        places=_spaced(plain["places"]) | _countries(),
        given_names=plain["given_names"],
        surnames=plain["surnames"],
        between=plain["between"],
        phrase_ends=plain["phrase_ends"],
        plain_first_words=plain["plain_first_words"],
        examples=_phrases(grammar.pop("examples")),
        **{name: _words(value) for name, value in grammar.items()},
        no_names=_words(rules["grammar"]["determiners"]) | _words(company["nouns"]),
        countries=_countries(),
        bodies=_phrases(rules["association"]["bodies"]),
        owned=_words(company["owned"]),
        dealing=_words(company["dealing"]),
        paying=_words(company["paying"]),
        produced_by_people=_words(person["produce"]),
        wares=_words(rules["product"]["wares"]),
        plain=_words(company["nouns"])
        | _words(person["titles"])
        | plain["common"]
        | _words(person["functions"]),
        company_nouns=_words(company["nouns"]) - ends,
        headline_breaks=(plain["common"] - _words(company["last_words"]))
        | _words(rules["grammar"]["headline_verbs"])
        | plain["between"],
        openers=plain["common"] | _words(company["nouns"]),
        nationalities=_spaced(plain["peoples"]) - _DIRECTIONS | {"the", "a", "an"},
        kinds_alone=ends.union(*(kind.last_words for kind in kinds)),
        company_ends=ends,
    )


def _countries() -> frozenset[str]:
    """The countries' and regions' names in lower case, with either apostrophe, and their ends."""
    names = {name.lower().removeprefix("the ") for name in place_names()}
    names |= {re.split(r" of (?:the )?|sub-", name)[-1] for name in names}
    return frozenset(names | {name.replace("'", "’") for name in names})


_DIRECTIONS = {"western", "eastern", "northern", "southern"}
_KINDS = (
    "government",
    "court",
    "party",
    "university",
    "association",
    "event",
    "report",
    "exchange",
    "media",
)


def _kind(kind: str, rules: Mapping[str, Any]) -> OrganisationKind:
    names = _lines(rules.get("phrases", "")) | _lines(rules.get("names", ""))
    return OrganisationKind(
        kind,
        _words(rules.get("last_words", "")),
        _words(rules.get("first_words", "")),
        frozenset(names),
        frozenset(_lines(rules.get("endings", ""))),
    )


def _words(text: str) -> Words:
    return frozenset(text.split())


def _spaced(words: Words) -> Words:
    return words | {word.replace("-", " ") for word in words}


def _lines(text: str) -> set[str]:
    return {phrase.strip() for line in text.splitlines() for phrase in line.split("|")} - {""}


def _phrases(text: str) -> Phrases:
    phrases = frozenset(tuple(phrase.replace("-", " ").split()) for phrase in _lines(text))
    return Phrases(
        phrases,
        max(map(len, phrases)),
        frozenset(phrase[0] for phrase in phrases),
        frozenset(phrase[-1] for phrase in phrases),
    )
