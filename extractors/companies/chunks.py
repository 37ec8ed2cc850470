"""Runs of capitalised words that may be names, and the names in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word

_POSSESSIVE = re.compile(r"['’]s? $")
_INITIAL = re.compile(r"[A-Z]")
_OF_HEADS = frozenset(
    "ministry department bureau office administration commission directorate secretariat university college "
    "school academy association federation society union guild chamber league foundation organization "
    "organisation institute confederation council bank court board committee centre center authority "
    "house agency house museum government industrial".split()
)
_GOVERNING = frozenset(
    "bureau administration commission department ministry authority association council".split()
)
_FIELDS = frozenset(
    "film films culture television radio media arts art sports music games food oil tourism theatre music animation "
    "tv beverage beverages science research design iron coal marine fire property life home health fashion".split()
)
_JOINING = frozenset({"of", "for"})
_ABBREVIATED = frozenset("inc corp co ltd bros jr sr st dr mr ms mrs pte pvt no bhd intl".split())


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of words, from *first* to *last* (inclusive), that may be a name."""

    first: int
    last: int


def is_name_word(word: Word, vocabulary: Vocabulary) -> bool:
    """Whether *word* is written as a part of a name: with a capital, or like 'iPhone' or '58.com'."""
    text = word.text
    if text.islower() and "." not in text and not text[0].isdigit():
        return False  # nearly every word of a text
    if word.lower in vocabulary.calendar:
        return False
    if text[0].isupper():
        return not (text[-1].isdigit() and text.rstrip("0123456789.,").lower() in vocabulary.acronyms)
    if text[0].isdigit():
        return any(c.isupper() for c in text) and not _is_ordinal(text) or text.endswith((".com", ".cn"))
    return any(c.isupper() for c in text[1:3]) or word.lower.endswith((".com", ".cn", ".ai", ".io", ".tv"))


def _is_ordinal(text: str) -> bool:
    return text[:-1].replace(".", "").replace(",", "").isdigit()  # 5G, 12M, 4K


def chunks(words: Sequence[Word], vocabulary: Vocabulary) -> Iterator[Chunk]:
    """The runs of name words, joined over '&', over a hyphen, and over 'of' after 'Ministry' and its like."""
    at, count = 0, len(words)
    while at < count:
        if not is_name_word(words[at], vocabulary) or words[at].lower in vocabulary.breaks:
            at += 1
            continue
        last = at
        while (following := _joined(words, at, last, vocabulary)) is not None:
            last = following
        yield Chunk(at, last)
        at = last + 1


def _joined(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> int | None:
    """The place of the word that the run from *first* to *last* goes on with."""
    if last + 1 >= len(words):
        return None
    following = words[last + 1]
    if following.sentence != words[last].sentence and words[last].lower not in _ABBREVIATED:
        return None
    if is_name_word(following, vocabulary):
        stays = following.lower not in vocabulary.breaks and _adjoins(words[last], following, vocabulary)
        return last + 1 if stays else None
    if following.gap == "-" and following.text.isdigit():
        return last + 1
    return _over_connector(words, first, last, vocabulary)


def _adjoins(word: Word, following: Word, vocabulary: Vocabulary) -> bool:
    gap = following.gap
    if gap in (" ", "-", " & ", " + "):
        return True
    if gap == ". ":
        return word.lower in _ABBREVIATED or bool(_INITIAL.fullmatch(word.text)) or "." in word.text
    if gap in (", ", ".,", "., "):
        return following.lower in vocabulary.legal and following.lower not in ("as", "se", "sa", "ab")
    if not _POSSESSIVE.match(gap):
        return False
    return word.lower == "people" or following.lower in (
        "group",
        "brewing",
        "stores",
        "brewery",
        "foods",
    )


def _over_connector(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> int | None:
    """Past 'of the', 'for', and 'and' in the names of authorities, schools and associations."""
    connector = words[last + 1]
    run = {word.lower for word in words[first : last + 1]}
    if connector.gap != " ":
        return None
    if connector.lower == "and" and _is_of_ministry(words, last + 2, vocabulary):
        return last + 2
    if (
        connector.lower == "and"
        and last > first
        and _are_fields(words[last], words[last + 2 : last + 3], vocabulary)
    ):
        return last + 2
    if not run & _OF_HEADS:
        return None
    if connector.lower in _JOINING and words[last].lower in _OF_HEADS:
        at = last + 3 if last + 2 < len(words) and words[last + 2].lower == "the" else last + 2
    elif connector.lower == "and" and any(word.lower in _JOINING for word in words[first : last + 1]):
        at = last + 2
    elif connector.lower == "and" and words[last].lower not in _OF_HEADS and _ends_in_head(words, last + 2):
        at = last + 2
    else:
        return None
    if at >= len(words) or words[at].gap != " " or words[at].sentence != words[last].sentence:
        return None
    return at if is_name_word(words[at], vocabulary) and words[at].lower not in vocabulary.breaks else None


def _are_fields(word: Word, following: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether two fields are joined in a company's name: 'Film and Television', 'Food and Beverage'."""
    return (
        word.lower in _FIELDS
        and bool(following)
        and following[0].gap == " "
        and following[0].text[0].isupper()
        and (following[0].lower in vocabulary.last_words or following[0].lower in _FIELDS)
    )


def _is_of_ministry(words: Sequence[Word], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a field of government and a head stand at *at*: '(Radio and) Television Administration'."""
    ahead = [word for word in words[at : at + 3] if word.gap == " " and word.text[0].isupper()]
    fields = len(list(takewhile(lambda word: word.lower in vocabulary.functions, ahead)))
    return 0 < fields < len(ahead) and ahead[fields].lower in _GOVERNING


def _ends_in_head(words: Sequence[Word], at: int) -> bool:
    ahead = words[at : at + 3]
    return any(word.lower in _OF_HEADS and word.text[0].isupper() for word in ahead)
