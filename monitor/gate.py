"""The relevance gate (``[reading] only_if``): the model reads articles that have one of some words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

from ahocorasick_rs import AhoCorasick

_BETWEEN_WORDS = re.compile(r"[\s\u00ad\u2010-\u2015_-]+")
_PLURAL = re.compile(r"(?:e?s|['\u2019]s)?(?!\w)")


class Gate:
    """Lets articles through that have one of the *words*: whole, in any case, hyphen or not, plural or not.

    ``name`` changes when the words do.
    """

    def __init__(self, words: Sequence[str]) -> None:
        folded = sorted({_folded(word) for word in words} - {""})
        self.name = blake2b("\n".join(folded).encode(), digest_size=8).hexdigest()
        self._search = AhoCorasick(folded)

    @staticmethod
    def of(words: Sequence[str]) -> Gate | None:
        """The gate of the *words*; None, and everything is read, where there are none."""
        return _gate(tuple(words)) if any(_folded(word) for word in words) else None

    def lets(self, title: str, body: str) -> bool:
        """Whether an article has one of the words.

        >>> [Gate(["micro-drama"]).lets("", t) for t in ("Two Micro Dramas", "microdrama", "macro-drama")]
        [True, False, False]
        """
        return any(True for text in (title, body) for _ in self._found(_folded(text)))

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        for _, start, end in self._search.find_matches_as_indexes(text, overlapping=True):
            if _begins_word(text, start) and (_by_itself(text[end - 1]) or _PLURAL.match(text, end)):
                yield start, end


@lru_cache(maxsize=4)
def _gate(words: tuple[str, ...]) -> Gate:
    return Gate(words)


def _folded(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text).strip().casefold()


def _begins_word(text: str, start: int) -> bool:
    return start == 0 or _by_itself(text[start]) or not text[start - 1].isalnum()


def _by_itself(character: str) -> bool:
    """Whether the *character* needs no space beside it: an ideograph, a syllable, a sign."""
    return not character.isalnum() or "\u2e80" <= character <= "\uffdc"
