"""Runs of capitalised words that may be names, and the names in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word

_POSSESSIVE = re.compile(r"['’]s? $")
_AMOUNT = re.compile(r"([A-Za-z]{1,4})\d[\d.,]*[a-z]{0,3}")
_PERIOD = re.compile(r"(?:[QH][1-4]|[1-4][QH]|[CF]Y)(?:\d\d(?:\d\d)?)?|FY")
_INITIAL = re.compile(r"[A-Z]")
_LONGEST = 14  # words of a name; a longer run of capitals is a list or a heading
_FOREIGN = frozenset({"de", "du", "des", "del", "della", "di", "da", "do", "dos", "ng"})
"""What joins a foreign house's name: 'Banque du Nil'."""
_FUSED = frozenset({"del", "do", "dos", "della", "ng"})
"""Those that are no words of other languages' own."""
_JOINING = frozenset({"of", "for"})


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
    if word.heading and word.lower in vocabulary.headline_breaks:
        return False
    if _PERIOD.fullmatch(text):
        return False  # 'Vantor Q2 profit'
    if text[0].isupper():
        amount = _AMOUNT.fullmatch(text)
        return not (amount and amount.group(1).lower() in vocabulary.acronyms)
    if text[0].isdigit():
        lettered = any(c.isupper() for c in text) and not _is_ordinal(text)
        return lettered or text.endswith((".com", ".cn"))
    return any(c.isupper() for c in text[1:3]) or word.lower.endswith((".com", ".cn", ".ai", ".io", ".tv"))


def _is_ordinal(text: str) -> bool:
    return text[:-1].replace(".", "").replace(",", "").isdigit()  # 5G, 12M, 4K


def chunks(words: Sequence[Word], vocabulary: Vocabulary) -> Iterator[Chunk]:
    """The runs of name words, joined over '&', over a hyphen, and over 'of' after 'Ministry' and its like."""
    at, count = 0, len(words)
    while at < count:
        word = words[at]
        infinitive = word.heading and at > 0 and words[at - 1].lower == "to"  # 'Vantor to Buy Rival'
        if infinitive or not is_name_word(word, vocabulary) or word.lower in vocabulary.breaks:
            at += 1
            continue
        last = at
        while last - at < _LONGEST and (following := _joined(words, at, last, vocabulary)) is not None:
            last = following
        yield Chunk(at, last)
        at = last + 1


def _joined(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> int | None:
    """The place of the word that the run from *first* to *last* goes on with."""
    if last + 1 >= len(words):
        return None
    following = words[last + 1]
    if following.sentence != words[last].sentence and words[last].lower not in vocabulary.abbreviated:
        return None
    if is_name_word(following, vocabulary):
        lettered = last > 0 and words[last - 1].lower in ("series", "class", "tier", "grade")
        adjoins = _adjoins(words[last], following, vocabulary, lettered)
        stays = following.lower not in vocabulary.breaks and adjoins
        goes_on = "," in following.gap and last + 2 < len(words) and words[last + 2].gap == "-"
        return last + 1 if stays and not goes_on else None  # 'Mei Foo, Co-Founder' is no 'Mei Foo, Co'
    if following.gap == "-" and following.text.isdigit():
        return last + 1
    return _over_connector(words, first, last, vocabulary)


def _adjoins(word: Word, following: Word, vocabulary: Vocabulary, lettered: bool = False) -> bool:
    """Whether *following* goes on a name after *word*; *lettered* says that this is a letter of a series."""
    gap = following.gap
    if gap in (" ", "-", " & ", " + "):
        return True
    if gap == ". " and word.lower in vocabulary.legal:
        return following.lower in vocabulary.legal  # 'Co. Ltd', but 'Ltd. Norrland' starts a sentence
    if gap == ". ":
        initial = bool(_INITIAL.fullmatch(word.text)) and not lettered
        return word.lower in vocabulary.abbreviated or initial or "." in word.text
    if gap in (", ", ".,", "., "):
        return following.lower in vocabulary.legal and following.lower not in ("as", "se", "sa", "ab")
    if not _POSSESSIVE.match(gap):
        return False
    return word.lower == "people" or following.lower in vocabulary.after_possessive


def _over_connector(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> int | None:
    """Past 'of the', 'for', and 'and' in the names of authorities, associations and some companies."""
    connector = words[last + 1]
    foreign = connector.lower in _FUSED or words[first].lower in vocabulary.first_words
    if connector.gap == " " and connector.lower in _FOREIGN and foreign:
        return _next_name(words, last, last + 2, vocabulary)
    if connector.gap != " " or connector.lower not in ("of", "for", "and"):
        return None
    joins = _joins_and if connector.lower == "and" else _joins_of
    if not joins(words, first, last, vocabulary):
        return None
    at = last + 2
    if connector.lower != "and" and at < len(words) and words[at].lower == "the":
        at += 1
    return _next_name(words, last, at, vocabulary)


def _next_name(words: Sequence[Word], last: int, at: int, vocabulary: Vocabulary) -> int | None:
    """The place *at*, where a word of the same name as the one at *last* can stand there."""
    if at >= len(words) or words[at].gap != " " or words[at].sentence != words[last].sentence:
        return None
    return at if is_name_word(words[at], vocabulary) and words[at].lower not in vocabulary.breaks else None


def _joins_of(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    return words[last].lower in vocabulary.of_heads


def _joins_and(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether 'and' is inside one name: of a ministry's fields, of an association, of a film house."""
    if _is_of_ministry(words, last + 2, vocabulary) or _is_one_maker(words, first, last, vocabulary):
        return True
    if last > first and _are_fields(words[last], words[last + 2 : last + 3], vocabulary):
        return True
    run = {word.lower for word in words[first : last + 1]}
    if not run & vocabulary.of_heads:
        return False
    of = any(word.lower in _JOINING for word in words[first : last + 1])
    field = last + 2 < len(words) and words[last + 2].lower in vocabulary.functions | vocabulary.fields
    return (of and field) or (
        words[last].lower not in vocabulary.of_heads and _ends_in_head(words, last + 2, vocabulary)
    )


def _are_fields(word: Word, following: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether two fields are joined in a company's name: 'Film and Television', 'Food and Beverage'."""
    return (
        word.lower in vocabulary.fields
        and bool(following)
        and following[0].gap == " "
        and following[0].text[0].isupper()
        and (following[0].lower in vocabulary.last_words or following[0].lower in vocabulary.fields)
    )


def _is_one_maker(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether a singular verb says that 'and' is inside one name: 'Moss and Ivory makes candles'."""
    at = last + 2
    if at + 1 >= len(words) or last > first or not is_name_word(words[at], vocabulary):
        return False
    alone = words[first].first or words[first - 1].lower in vocabulary.nouns | vocabulary.determiners
    verb = words[at + 1]
    return alone and words[at].gap == " " and verb.gap == " " and verb.lower in vocabulary.singular_verbs


def _is_of_ministry(words: Sequence[Word], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a field of government and a head stand at *at*: '(Radio and) Television Administration'."""
    ahead = [word for word in words[at : at + 5] if word.gap == " " and word.text[0].isupper()]
    fields = len(list(takewhile(lambda word: word.lower in vocabulary.functions, ahead)))
    return 0 < fields < len(ahead) and ahead[fields].lower in vocabulary.governing


def _ends_in_head(words: Sequence[Word], at: int, vocabulary: Vocabulary) -> bool:
    ahead = words[at : at + 3]
    return any(word.lower in vocabulary.of_heads and word.text[0].isupper() for word in ahead)
