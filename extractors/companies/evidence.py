"""What speaks for and against a name being a company's: each cue with its weight, by where it stands.

The weights are added, as in a linear classifier: a name needs ``ENOUGH`` in all its mentions of a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from extractors.companies.chunks import Chunk
from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word

ENOUGH = 1.4

WEIGHTS = {
    "legal form": 6.0,
    "company's last word": 2.5,
    "inner capital": 1.5,
    "domain": 4.0,
    "plus sign": 1.5,
    "ticker": 6.0,
    "shares of it": 2.5,
    "its revenue": 1.8,
    "company verb": 1.2,
    "company noun before": 2.5,
    "company noun after": 2.5,
    "a company, in apposition": 3.5,
    "backed by it": 3.5,
    "beside a company": 1.6,
    "title before": -3.0,
    "person noun in apposition": -3.5,
    "age": -5.0,
    "person verb": -1.5,
    "in it": -1.0,
    "based there": -3.5,
    "place after": -1.5,
    "comma and place": 0.3,
    "quoted": -3.0,
    "film before": -2.5,
    "season after": -2.0,
    "given name": -2.5,
    "surname": -1.0,
    "a person's name elsewhere": -4.0,
    "place": -5.0,
    "people": -6.0,
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
NO_LABEL = -0.3

PERSONAL = frozenset({"title before", "person noun in apposition", "age"})
OVERRULED = frozenset({"given name", "surname", "place"})
"""What a clear company cue overrules: some companies are named like people and places."""

_ADJECTIVES = 8
_TICKER = (
    "nasdaq",
    "nyse",
    "hkg",
    "hkex",
    "sehk",
    "she",
    "sha",
    "szse",
    "sse",
    "kosdaq",
    "krx",
    "tse",
    "tyo",
    "lse",
)
_MARKETS = frozenset(
    {*_TICKER, "nse", "bse", "asx", "tsx", "idx", "sgx", "epa", "etr", "otc", "ticker", "amex", "lon"}
)
_SUFFIXED = frozenset(
    "backed owned led operated run funded controlled affiliated listed invested produced made".split()
)
_BASED = frozenset("based born headquartered".split())
_QUOTES = "\"“”'‘’《》「」«»"


def cues(words: Sequence[Word], chunk: Chunk, text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The cues around one mention: names of ``WEIGHTS``."""
    sentence = words[chunk.first].sentence
    before = _before(words, chunk.first, sentence)
    after = _after(words, chunk.last, sentence)
    yield from _cues_before(before, words[chunk.first], vocabulary)
    yield from _cues_after(after, vocabulary)
    if _is_quoted(text, words[chunk.first].start, words[chunk.last].end):
        yield "quoted"


def _before(words: Sequence[Word], first: int, sentence: int) -> list[Word]:
    return [word for word in words[max(0, first - 7) : first] if word.sentence == sentence]


def _after(words: Sequence[Word], last: int, sentence: int) -> list[Word]:
    return [word for word in words[last + 1 : last + 15] if word.sentence == sentence]


def _cues_before(before: Sequence[Word], name: Word, vocabulary: Vocabulary) -> Iterator[str]:
    if not before or name.gap not in (" ", "-", " “", ' "', " ‘", " '", " (", ": "):
        return
    plain = list(before)
    while plain and plain[-1].lower in ("the", "its", "a", "an", "their", "new", "our", "own"):
        plain.pop()
    if not plain:
        return
    lowers = [word.lower for word in plain if word.gap != ", "] if plain else []
    last = plain[-1]
    adjacent = last is before[-1] or before[-1].lower == "the"
    if vocabulary.strong_before.ending(lowers):
        yield "shares of it"
    elif vocabulary.place_before.ending(lowers):
        yield "in it"
    if not adjacent:
        return
    if last.lower in vocabulary.nouns and last.text[0].islower():
        yield "company noun before"
    elif last.lower in vocabulary.titles and last is before[-1] and name.gap == " ":
        yield "title before"
    if vocabulary.title_before.ending(lowers) and last.text[0].islower():
        yield "film before"


def _cues_after(after: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    if not after:
        return
    gap, lowers = after[0].gap, [word.lower for word in after]
    if gap == "-":
        if lowers[0] in _SUFFIXED:
            yield "backed by it"
        elif lowers[0] in _BASED:
            yield "based there"
        return
    if gap in ("'s ", "’s ", "' ", "’ "):
        if vocabulary.strong_possessed & set(lowers[:2]):
            yield "its revenue"
        return
    if gap == " (" and (lowers[0] in _MARKETS or lowers[0].isdigit() and len(lowers[0]) > 3):
        yield "ticker"
    if gap in (", ", " (", " – ", " — ", " - "):
        yield from _apposition(after, vocabulary)
    if gap in (" ", ", ", "” ", '" '):
        yield from _predicate(after, lowers, vocabulary)


def _predicate(after: Sequence[Word], lowers: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """Cues of the words that follow the name itself: 'X app', 'X raised', 'X told'."""
    if after[0].gap == " " and after[0].text[0].islower() and lowers[0] in vocabulary.nouns:
        yield "company noun after"
        return
    skipped = len(list(takewhile(vocabulary.between.__contains__, lowers[:3])))
    start = lowers if vocabulary.strong_after.starting(lowers) else lowers[skipped:]
    if after[0].gap == " " and vocabulary.strong_after.starting(start):
        yield "company verb"
    elif vocabulary.person_after.starting(start):
        yield "person verb"
    elif lowers[0] in vocabulary.place_after:
        yield "place after"
    elif vocabulary.title_after.starting(lowers):
        yield "season after"


def _apposition(after: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    """The head of what stands after a comma: ', a streaming company', ', 34,', ', director of'."""
    if after[0].text.isdigit():
        if (
            len(after[0].text) == 2
            and after[0].gap == ", "
            and (len(after) == 1 or after[1].gap in (", ", ". "))
        ):
            yield "age"
        return
    head = _head(after, vocabulary)
    if head is None or after[0].text[0].isupper() and after[0].lower not in vocabulary.nouns:
        return
    if head in vocabulary.person_nouns:
        yield "person noun in apposition"
    elif _is_company_noun(head, vocabulary):
        yield "a company, in apposition"


def _head(after: Sequence[Word], vocabulary: Vocabulary) -> str | None:
    """The last telling noun of the noun phrase that *after* starts with; None where it starts with a verb."""
    phrase: list[str] = []
    for place, word in enumerate(after[:_ADJECTIVES]):
        if place and (
            word.gap not in (" ", "-", " & ", "'s ", "’s ") or word.lower in vocabulary.phrase_ends
        ):
            break
        phrase.append(word.lower)
    determined = phrase and phrase[0] in (
        "a",
        "an",
        "the",
        "one",
        "another",
        "its",
        "their",
        "his",
        "her",
        "which",
    )
    telling = [w for w in phrase if w in vocabulary.person_nouns or _is_company_noun(w, vocabulary)]
    if not telling:
        return None
    return telling[-1] if determined or telling[-1] == phrase[-1] else None


def _is_company_noun(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary.nouns


def _is_quoted(text: str, start: int, end: int) -> bool:
    left, right = text[start - 1 : start], text[end : end + 1]
    if right in ",." and right:
        right = text[end + 1 : end + 2]
    return bool(left) and bool(right) and left in _QUOTES and right in _QUOTES


def form_cues(words: Sequence[Word], lowers: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """What a name's own form says."""
    name, many = " ".join(lowers), len(lowers) > 1
    if many and lowers[-1] in vocabulary.legal:
        yield "legal form"
    elif many and lowers[-1] in vocabulary.last_words:
        yield "company's last word"
    if any(_has_inner_capital(word.text) for word in words):
        yield "inner capital"
    if any("." in word.text and word.text[-1].islower() for word in words):
        yield "domain"
    if any(word.text.endswith("+") for word in words):
        yield "plus sign"
    if name in vocabulary.places:
        yield "place"
    if all(lower in vocabulary.peoples for lower in lowers):
        yield "people"
    if not many and words[0].text.isupper() and len(words[0].text) <= 4:
        yield "capitals"
    if 1 < len(lowers) <= 3 and lowers[-1] not in vocabulary.last_words | vocabulary.legal:
        if lowers[0] in vocabulary.given_names:
            yield "given name"
        elif lowers[0] in vocabulary.surnames:
            yield "surname"


def _has_inner_capital(text: str) -> bool:
    return any(a.islower() and b.isupper() for a, b in zip(text, text[1:], strict=False)) and not (
        text.startswith(("Mc", "Mac", "De", "Di", "O'"))
    )


def total(found: set[str], labels: Sequence[str | None]) -> float:
    """The sum for a name: its distinct cues and the mean of the NER's labels over its mentions.

    A clear company cue without any of a person's overrules lists of names and the NER.
    """
    company = max((WEIGHTS[cue] for cue in found), default=0.0)
    overruled = company >= WEIGHTS["its revenue"] and not found & PERSONAL
    weigh = sum(WEIGHTS[cue] * (0.25 if overruled and cue in OVERRULED else 1.0) for cue in found)
    read = [LABELS.get(label, NO_LABEL) if label else NO_LABEL for label in labels]
    label = sum(read) / len(read) if read else 0.0
    return weigh + (max(label, -0.3) if overruled else label)
