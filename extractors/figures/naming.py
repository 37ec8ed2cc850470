"""The country whose dollar, peso or cents a text means, by what it names: countries, institutions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.figures.vocabulary import rules


def named(text: str, by_country: Mapping[str, str]) -> str | None:
    """The country of *by_country* that *text* names most; None where none is, or two as often."""
    ranked = [(n, c) for c, n in Counter(_found("adjectives", text)).most_common() if c in by_country]
    if not ranked or (
        len(ranked) > 1
        and ranked[0][0] == ranked[1][0]
        and by_country[ranked[0][1]] != by_country[ranked[1][1]]
    ):
        return None
    return ranked[0][1]


def by_institutions(text: str) -> str | None:
    """The country whose central bank, statistics or exchange *text* names; None where it names two's.

    >>> by_institutions("Prices rose, Stats NZ said.")
    'NZ'
    >>> by_institutions("In the U.S., the move of the Bank of Canada went unnoticed.")
    """
    countries = set(_found("institutions", text))
    return countries.pop() if len(countries) == 1 else None


def _found(kind: str, text: str) -> Iterator[str]:
    automaton, countries = _words(kind)
    for which, start, end in automaton.find_matches_as_indexes(text):
        if _is_word(text, start, end) and countries[which] != "none":
            yield countries[which]


@cache
def _words(kind: str) -> tuple[AhoCorasick, tuple[str, ...]]:
    """The words of a table of ``context``, and the country of each."""
    words = [(word, country) for country, names in rules("context")[kind].items() for word in names]
    automaton = AhoCorasick([word for word, _ in words], matchkind=MatchKind.LeftmostLongest)
    return automaton, tuple(country for _, country in words)


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether what is named stands alone, and does not tell where shares trade (``ASX: TRN``)."""
    after = text[end : end + 1]
    shares = after in (":", "-") and text[start:end].isupper()
    return not (text[start - 1 : start].isalnum() or after.islower() or shares)
