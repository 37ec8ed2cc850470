"""Names inside one text: short forms, defined acronyms and spellings of the same organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from extractors.companies.names import initials, key, without_suffix, words_of
from extractors.companies.vocabulary import Vocabulary

_DEFINED = re.compile(
    r"\s*\(\s*(?:the\s+)?[\"“'‘]?([A-Z][\w&.+-]*(?: [A-Z][\w&.+-]*){0,2})[\"”'’]?\s*[)，,;]"
)
_TYPO_LENGTH = 6


def is_short_form(short: str, full: str, vocabulary: Vocabulary) -> bool:
    """Whether *short* is a short form of *full*: its first words, past a place that starts it.

    >>> from extractors.companies.vocabulary import vocabulary
    >>> is_short_form("Harbour Lane", "Harbour Lane Pictures", vocabulary())
    True
    >>> is_short_form("Beijing", "Beijing Harbour Technology", vocabulary())
    False
    >>> is_short_form("Valmont", "Maison Valmont", vocabulary())
    True
    """
    small, large = words_of(short), words_of(full)
    if not small or len(small) > len(large) or key(short) == key(full):
        return bool(small) and key(short) == key(full)
    if small == large:
        return True
    if len(small) == 1 and (_is_plain(small[0], vocabulary) or len(small[0]) < 3):
        return False
    if large[: len(small)] == small:
        return True
    follows = large[0] in vocabulary.places or (large[0] in vocabulary.house_words and len(large) == 2)
    return follows and large[1 : 1 + len(small)] == small


def _is_plain(word: str, vocabulary: Vocabulary) -> bool:
    return (
        word in vocabulary.places
        or word in vocabulary.peoples
        or word in vocabulary.plain_first_words
        or word in vocabulary.common
    )


def defined_short_name(text: str, end: int, full: str) -> tuple[str, int, int] | None:
    """The acronym or short name in the brackets after *full*, which ends at *end*, with its span.

    >>> defined_short_name("Harbour Lane Pictures (HLP) said", 21, "Harbour Lane Pictures")
    ('HLP', 23, 26)
    """
    found = _DEFINED.match(text, end)
    if found is None:
        return None
    short = found.group(1)
    fits = (
        is_acronym(short, full)
        or is_contraction(short, full)
        or words_of(full)[: len(words_of(short))] == words_of(short)
    )
    return (short, found.start(1), found.end(1)) if fits else None


def is_contraction(short: str, full: str) -> bool:
    """Whether the capitals of *short* stand in *full* in this order: 'KLB' in 'Kolibri', in brackets only."""
    letters = iter(full.upper())
    return (
        len(short) > 1
        and short.isupper()
        and short[0] == full[:1].upper()
        and all(letter in letters for letter in short)
    )


@lru_cache(maxsize=16384)
def is_acronym(short: str, full: str) -> bool:
    """Whether *short* is made of the initials of *full*, in order, with at most the little words left out.

    >>> is_acronym("APM", "the Association of Print Makers"), is_acronym("AI", "Aster Ink")
    (True, True)
    """
    letters = re.sub(r"[^A-Za-z]", "", short)
    if len(letters) < 2 or letters[0].islower() or sum(c.isupper() for c in letters) < len(letters) - 1:
        return False
    return letters.upper() in all_initials(full)


@lru_cache(maxsize=16384)
def all_initials(full: str) -> frozenset[str]:
    """The acronyms that *full* may have: with the little words or without, by words or by capitals.

    >>> sorted(all_initials("Association of Print Makers"))
    ['AOPM', 'APM', 'TAPM']
    """
    bare = re.sub(r"^the\s+", "", full, flags=re.IGNORECASE)
    capitals = "".join(re.findall(r"[A-Z]", bare))  # of the parts of 'RiverCross' and 'Micro-Drama' too
    shorter = initials(without_suffix(bare))
    return frozenset({initials(bare), shorter, "T" + shorter, initials(bare, leave_out=()), capitals})


def is_typo(name: str, right: str) -> bool:
    """Whether *name* is one slip (a letter more, less, other or swapped) from *right*.

    >>> is_typo("Brihgtwater", "Brightwater"), is_typo("Lumo", "Lume")
    (True, False)
    """
    one, other = key(name), key(right)
    return (
        min(len(one), len(other)) >= _TYPO_LENGTH
        and one[0] == other[0]
        and abs(len(one) - len(other)) <= 1
        and OSA.distance(one, other, score_cutoff=1) <= 1
    )


def occurrences(text: str, form: str) -> Iterable[tuple[int, int]]:
    """Where *form* stands in the text as whole words."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            yield at, end
        at = text.find(form, end)


def fullest(forms: Sequence[str]) -> str:
    """The form that says most: the longest, the first of those."""
    return max(forms, key=len)
