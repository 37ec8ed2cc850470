"""What speaks for and against a name being a company's: each cue with its weight.

The weights are added, as in a linear classifier: a name needs ``ENOUGH`` in all its mentions of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import combining, normalize

from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word

ENOUGH = 1.4
AT_THE_START = "only at the start"

_INNER = re.compile("[a-zß-öø-ÿ][A-ZÀ-Þ]")

WEIGHTS = {
    "legal form": 6.0,
    "company's last word": 2.5,
    "company's first word": 1.5,
    "inner capital": 1.8,
    "domain": 4.0,
    "plus sign": 1.5,
    "ticker": 6.0,
    "shares of it": 2.5,
    "apps such as it": 2.5,
    "on it": 2.0,
    "its revenue": 2.0,
    "its executives": 2.3,
    "company act": 2.5,
    "company verb": 1.8,
    "company deed": 1.3,
    "of a company": 0.8,
    "its own": 1.8,
    "country in brackets": 1.8,
    "a firm before a comma": 1.7,
    "its own before a comma": 3.0,
    "bought or owned": 2.5,
    "paid for": 1.6,
    "a city's": 1.2,
    "of a city": 1.6,
    "which after": 0.8,
    "the biggest in apposition": 1.7,
    "said of one word": 1.6,
    "headline verb": 1.7,
    "holds a known name": 1.5,
    "a ticker itself": -9.0,
    "known name": 1.0,
    "known beside its owner": 1.5,
    "so many users": 2.3,
    "company noun before": 2.5,
    "company noun after": 2.5,
    "company in apposition": 3.5,
    "backed by it": 3.5,
    "short name in brackets": 2.0,
    "beside a company": 2.0,
    "somebody of it": 1.5,
    "its somebody": 1.5,
    "based somewhere": 2.0,
    "product": 0.0,
    "title before": -3.0,
    "person noun in apposition": -3.5,
    "age": -5.0,
    "person before": -3.0,
    "family after": -3.5,
    "media noun before": -4.0,
    "told it": -1.5,
    "after a": -0.8,
    "after the": -0.5,
    "authority in apposition": -5.0,
    "body before": -5.0,
    "index after": -4.0,
    "ware before": -4.0,
    "ware after": -3.0,
    "a place beside it": -3.5,
    "person verb": -1.5,
    "in it": -1.0,
    "town of it": -5.0,
    "based there": -3.5,
    "place after": -1.5,
    "quoted": -3.0,
    "film before": -2.5,
    "season after": -2.0,
    "a post's name": -4.0,
    "central bank's rate": -4.0,
    "given name": -2.5,
    "surname": -1.0,
    "a person's name elsewhere": -4.0,
    "place": -5.0,
    "country": -9.0,
    "people": -6.0,
    "a product's name": -8.0,
    "a kind's name alone": -2.5,
    "place's last word": -1.5,
    "a plain word": -2.0,
    "a word of the text": -1.5,
    AT_THE_START: -1.5,
    "a letter": -3.0,
    "plural noun after": -2.0,
    "after a capital The": -0.8,
    "capitals": -0.4,
}
LABELS = {
    "ORG": 1.5,
    "PRODUCT": 0.6,
    "PERSON": -1.0,
    "GPE": -0.4,
    "LOC": -0.5,
    "FAC": -0.4,
    "NORP": -0.5,
    "WORK_OF_ART": -1.0,
    "EVENT": -1.5,
    "LAW": -1.5,
    "LANGUAGE": -2.0,
}
NO_LABEL = -0.1
BEST, WORST = max(LABELS, key=lambda label: LABELS[label]), min(LABELS, key=lambda label: LABELS[label])
LEAST_OVERRULED = -0.3

PERSONAL = frozenset({"title before", "person noun in apposition", "age", "person before", "family after"})
OVERRULED = frozenset(
    {
        "given name",
        "surname",
        "a kind's name alone",
        "a plain word",
        "a word of the text",
        AT_THE_START,
        "place's last word",
    }
)
"""What a clear company cue overrules: some companies are named like people and places."""
NAMED = frozenset({"legal form", "company's last word"})
NAMED_BY_FORM = frozenset({"company's last word", "inner capital", "domain", "plus sign", "known name"})
HEADLINE_CUES = frozenset(
    {
        "headline verb",
        "shares of it",
        "company act",
        "company verb",
        "its revenue",
        "its executives",
        "company noun after",
        "company noun before",
        "backed by it",
        "ticker",
    }
)
"""What makes a name of capitals in a headline, where the NER reads too many."""
CLEAR = 1.8
PLACE_OVERRULED_BY = frozenset(
    {"company in apposition", "ticker", "company noun before", "short name in brackets"}
)


def form_cues(words: Sequence[Word], lowers: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """What a name's own form says: names of ``WEIGHTS``."""
    yield from _last_word_cues(lowers, vocabulary)
    yield from _spelling_cues(words)
    name = " ".join(lowers)
    if name in vocabulary.products:
        yield "a product's name"
    if name in vocabulary.countries:
        yield "country"
    elif name in vocabulary.places or _without_accents(name) in vocabulary.places:
        yield "place"
    if name in vocabulary.peoples or all(lower in vocabulary.peoples for lower in lowers):
        yield "people"
    if 1 < len(lowers) <= 3 and lowers[-1] not in vocabulary.company_ends:
        if lowers[0] in vocabulary.given_names:
            yield "given name"
        elif lowers[0] in vocabulary.surnames:
            yield "surname"


def _without_accents(name: str) -> str:
    return "".join(c for c in normalize("NFD", name) if not combining(c))


def _last_word_cues(lowers: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    last, many = lowers[-1], len(lowers) > 1
    if last in vocabulary.place_last_words:
        yield "place's last word"
    if not many:
        if last in vocabulary.plain:
            yield "a plain word"
        if len(last) == 1:
            yield "a letter"
        if last in vocabulary.kinds_alone:
            yield "a kind's name alone"
    elif last in vocabulary.legal:
        yield "legal form"
    elif last in vocabulary.last_words:
        yield "company's last word"
    elif lowers[0] in vocabulary.first_words:
        yield "company's first word"


def _spelling_cues(words: Sequence[Word]) -> Iterator[str]:
    if any(_has_inner_capital(word.text) for word in words):
        yield "inner capital"
    if any("." in word.text and word.text[-1].islower() for word in words):
        yield "domain"
    if any(word.text.endswith("+") for word in words):
        yield "plus sign"
    if len(words) == 1 and words[0].text.isupper() and len(words[0].text) <= 4:
        yield "capitals"


def _has_inner_capital(text: str) -> bool:
    return bool(_INNER.search(text)) and not text.startswith(("Mc", "Mac", "De", "Di", "O'"))


def total(found: set[str], labels: Sequence[str | None]) -> float:
    """The sum for a name: its distinct cues, and the mean of the NER's labels over its mentions.

    A clear company cue without any of a person's overrules lists of names and the NER.
    """
    company = max((WEIGHTS[cue] for cue in found), default=0.0)
    if found & NAMED and "given name" not in found:
        found = found - PERSONAL
    overruled = company >= CLEAR and not found & PERSONAL
    lists = OVERRULED | {"place"} if found & PLACE_OVERRULED_BY else OVERRULED
    weighed = sum(WEIGHTS[cue] * (0.25 if overruled and cue in lists else 1.0) for cue in found)
    read = [LABELS.get(label, NO_LABEL) for label in labels if label]
    label = sum(read) / len(read) if read else NO_LABEL
    return weighed + (max(label, LEAST_OVERRULED) if overruled else label)
