"""What kind of organisation a name names, by its own words."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.companies.vocabulary import OrganisationKind, Vocabulary

_OF = ("of", "for")
_JOINING = (*_OF, "de", "del", "do", "da", "des", "du", "di")
_PREFIXES = ("us", "u.s", "uk", "u.k", "eu")
_STRONGER_THAN_COMPANY = frozenset({"government", "court", "university"})


def kind_of(words: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """The kind that a name's folded *words* tell: ``company``, another kind, or None where they tell none.

    A legal form makes a company of anything; otherwise the head decides: the last word, or the word before
    'of' and 'for' ('Bureau of Statistics').

    >>> from extractors.companies.vocabulary import vocabulary
    >>> [kind_of(name.split(), vocabulary()) for name in ("ministry of film", "council street capital")]
    ['government', 'company']
    """
    if not words:
        return None
    name = " ".join(words)
    ending = " ".join(words[-2:])
    names = {name, " ".join(words[1:])} if words[0] in _PREFIXES else {name}  # 'US Federal Reserve'
    listed = next((k.kind for k in vocabulary.kinds if names & k.names or ending in k.endings), None)
    if listed:
        return listed
    if len(words) > 1 and words[-1] in vocabulary.legal:
        return "company"
    if vocabulary.official_prefixes.starting(words):
        return "government"
    if words[0] in ("statistics", "stats") and len(words) > 1 and _is_country(words[1:], vocabulary):
        return "government"
    if len(words) > 1 and words[-1] in vocabulary.official_last and _is_official(words[0], vocabulary):
        return "government"
    head = _head(words)
    other = next((kind for kind in vocabulary.kinds if _is_of(kind, words, head)), None)
    if other and not (head in vocabulary.last_words and other.kind not in _STRONGER_THAN_COMPANY):
        return other.kind
    return "company" if len(words) > 1 and words[-1] in vocabulary.last_words else None


def _is_country(words: Sequence[str], vocabulary: Vocabulary) -> bool:
    return " ".join(words) in vocabulary.countries or words[0] in ("nz", "sa", "uk", "us")


def _is_official(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary.official_first or word in vocabulary.places


def _head(words: Sequence[str]) -> str:
    before = next((i for i, word in enumerate(words) if word in _OF and i), len(words))
    return words[before - 1]


def _is_of(kind: OrganisationKind, words: Sequence[str], head: str) -> bool:
    if any(word in _JOINING for word in words[1:]) and (
        words[0] in kind.first_words or head in kind.first_words
    ):
        return True
    return len(words) > 1 and (head in kind.last_words or words[-1] in kind.last_words)
