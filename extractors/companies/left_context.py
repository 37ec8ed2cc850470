"""The words before a mention, read for cues: 'shares of X', 'apps such as X', 'director X'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word

OPENING = ("", " ", "-", " “", ' "', " ‘", " '", " (", ": ", "—", " — ", " – ", " - ")
POSSESSIVE = ("'s ", "’s ", "' ", "’ ")
_LISTING = 6
_CALLED = frozenset({"called", "named", "dubbed", "titled"})


def cues_before(before: Sequence[Word], name: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    """The cues of the words *before* a *name*, in its sentence."""
    gap = name[0].gap
    if gap in POSSESSIVE and before[-1].lower in vocabulary.places - vocabulary.countries:
        yield "a city's"
    if gap == ", ":
        yield from _after_comma(before, vocabulary)
    elif gap in (": ", ":") and before[-1].lower in vocabulary.markets:
        yield "a ticker itself"
    if gap in OPENING or (gap in POSSESSIVE and before[-1].lower in vocabulary.places):
        plain = _plain(before, gap, vocabulary)
        if plain:
            yield from _phrases(plain, vocabulary)
            yield from _adjoining(before, plain, name, vocabulary)


def _after_comma(before: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    """'its competitors, X and Y' is of companies; 'the group's chairman, X, said' of a person."""
    if len(before) > 1 and _are_rivals(before, vocabulary):
        yield "company noun before"
    elif before[-1].lower in vocabulary.nouns and {"a", "an", "the", "its"} & {
        w.lower for w in before[-5:-1]
    }:
        yield "its own before a comma" if before[-1].lower in vocabulary.owned else "a firm before a comma"
    if before[-1].lower in vocabulary.titles and before[-1].text[0].islower():
        yield "title before"


def _plain(before: Sequence[Word], gap: str, vocabulary: Vocabulary) -> list[Word]:
    """*before* without the articles, peoples and 'Chicago's' that stand between a phrase and a name."""
    plain = list(before[:-1] if gap in POSSESSIVE else before)
    while plain and (plain[-1].lower in vocabulary.determiners or plain[-1].lower in vocabulary.peoples):
        plain.pop()
    return plain


def _phrases(plain: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    """Cues of the phrase that *plain* ends with, whatever article stood after it."""
    lowers = [word.lower for word in plain]
    strong = vocabulary.strong_before.ending(lowers)
    if (strong and _is_running(plain[-len(strong) :], vocabulary)) or _is_called(lowers, vocabulary):
        yield "shares of it"
    elif _is_of_platform(lowers, vocabulary):
        yield "on it"
    elif place := vocabulary.place_before.ending(lowers):
        yield "town of it" if len(place) > 1 and place[-1] == "of" else "in it"
    if is_example(lowers, vocabulary):
        yield "apps such as it"
    if _is_title_example(lowers, vocabulary):
        yield "film before"
    if vocabulary.person_before.ending(lowers):
        yield "person before"
    if vocabulary.bodies.ending(lowers):
        yield "body before"
    if lowers[-1] in vocabulary.wares:
        yield "ware before"
    if deal := _dealt_in(lowers, vocabulary):
        yield deal
    if lowers[-1] == "told" and plain[-1].text[0].islower():
        yield "told it"
    if lowers[-1] in ("of", "at", "from") and len(plain) > 2 and is_person(plain[-3:-1], vocabulary):
        yield "somebody of it"


def _dealt_in(lowers: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """'buy 51% of X', 'agreed to pay $210 million for X': what is bought or owned may be a company."""
    near = set(lowers[-8:-1])
    if lowers[-1] == "of" and len(lowers) > 1 and lowers[-2][0].isdigit() and near & vocabulary.dealing:
        return "bought or owned"
    counted = any(word in ("million", "billion", "mln", "bn") or word[0].isdigit() for word in lowers[-3:-1])
    return "paid for" if lowers[-1] == "for" and counted and near & vocabulary.paying else None


def _is_running(phrase: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether *phrase* is running text, and no part of a title: not 'Sold to the Alpha'."""
    return all(
        not word.text[0].isupper()
        or word.text.isupper()
        or word.first
        or word.heading
        or word.lower in vocabulary.peoples
        for word in phrase
    )


def _adjoining(
    before: Sequence[Word], plain: Sequence[Word], name: Sequence[Word], vocabulary: Vocabulary
) -> Iterator[str]:
    """Cues of the word right before the name: 'publisher X', 'director X', 'Oslo-based X', 'a X'."""
    last = before[-1]
    if last.lower in ("a", "an") and name[0].gap == " ":
        yield "after a"
    elif last.lower == "the" and len(name) == 1 and not last.first:
        yield "after the"
    if last.gap == "-" and last.lower == "born":
        yield "person before"
    elif last.gap == "-" and last.lower in vocabulary.suffixed | vocabulary.based:
        yield "based somewhere"
    if plain[-1] is last or last.lower == "the":
        yield from _noun_before(plain, plain[-1] is last and name[0].gap == " ", vocabulary)


def _noun_before(plain: Sequence[Word], adjacent: bool, vocabulary: Vocabulary) -> Iterator[str]:
    last = plain[-1]
    common = last.text[0].islower() or last.first
    if common and last.lower in vocabulary.nouns:
        yield "company noun before"
        if last.lower in vocabulary.product_nouns:
            yield "product"
    elif common and last.lower in vocabulary.media_nouns and not last.first:
        yield "media noun before"
    elif common and last.lower == "producer" and _makes_goods(plain, vocabulary):
        yield "company noun before"
    elif last.lower in vocabulary.titles and adjacent:
        yield "title before"
    if common and vocabulary.title_before.ending([word.lower for word in plain]):
        yield "film before"


def _makes_goods(plain: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """'tile producer X', 'oil and gas producer X', and not 'film producer X'."""
    what = plain[-2] if len(plain) > 1 and plain[-1].gap in (" ", "-") else None
    return what is not None and what.text.islower() and what.lower not in vocabulary.produced_by_people


def _is_title_example(lowers: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether *lowers* end in 'titles including', 'hits such as'."""
    such = vocabulary.examples.ending(lowers)
    return such is not None and bool(vocabulary.title_plurals & set(lowers[-len(such) - 2 : -len(such)]))


def _are_rivals(before: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """'two of its competitors, X and Y', 'other platforms, X among them'."""
    noun, of = before[-1].lower, before[-2].lower
    return noun.endswith("s") and noun in vocabulary.nouns and of in vocabulary.owning


def _is_called(lowers: Sequence[str], vocabulary: Vocabulary) -> bool:
    """'an app called X', 'the company, named X'."""
    return lowers[-1] in _CALLED and bool(vocabulary.nouns & set(lowers[-4:-1]))


def _is_of_platform(lowers: Sequence[str], vocabulary: Vocabulary) -> bool:
    return lowers[-1] == "on" and bool(vocabulary.on_platforms & set(lowers[-6:-1]))


def is_example(lowers: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether *lowers* end in 'platforms such as', 'carriers including', 'its clients are'."""
    such = vocabulary.examples.ending(lowers)
    if such is None:
        return False
    reach = _LISTING if such[0].startswith("includ") else 2  # 'startups in other regions include'
    nouns = lowers[-len(such) - reach : -len(such)]
    return any(word in vocabulary.nouns or word in vocabulary.clients for word in nouns)


def is_person(pair: Sequence[Word], vocabulary: Vocabulary) -> bool:
    named = all(word.text[0].isupper() for word in pair) and pair[1].gap == " "
    return named and (pair[0].lower in vocabulary.given_names or pair[0].lower in vocabulary.surnames)
