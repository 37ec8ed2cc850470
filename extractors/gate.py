"""The relevance gate: which articles the model is to read, told by words alone (``[reading] only_if``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

from ahocorasick_rs import AhoCorasick

from extractors.themes.words import Words

if TYPE_CHECKING:
    from extractors.beat import BeatRules
    from extractors.companies import KnownCompanies
    from extractors.themes import Taxonomy

OnlyIf = tuple[str, ...] | Literal["beat"]
"""Words, company names and theme ids, one of which an article must have; or the signs of the beat."""

_BETWEEN_WORDS = re.compile(r"[\s\u00ad\u2010-\u2015_-]+")
_PLURAL = re.compile(r"(?:e?s|['\u2019]s)?(?!\w)")
_NO_SIGN = ("not", "unless", "person")


@dataclass(frozen=True)
class Gate:
    """Lets an article through that has one of ``words``, a form of ``themes``, or the signs of ``beat``.

    Words are whole, in any case, hyphen or not, plural or not. What is on the beat always passes a gate of
    the beat: a sure word anywhere is enough, and as many different supporting words as a sentence needs.
    """

    words: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    taxonomy: Taxonomy | None = None
    beat: BeatRules | None = None

    @classmethod
    def of(
        cls, only_if: OnlyIf, beat: BeatRules | None, companies: KnownCompanies, taxonomy: Taxonomy
    ) -> Gate | None:
        """The gate that *only_if* describes; None, and everything is read, where it names nothing.

        A company's name or id stands for all its names that are not also words; a theme's id for its forms.
        """
        if only_if == "beat":
            if beat is None:
                return None
            return cls(themes=(*beat.themes, *beat.support), taxonomy=taxonomy, beat=beat)
        words = [name for entry in only_if for name in (entry, *_names(entry, companies))]
        folded = tuple(sorted({_folded(word) for word in words} - {""}))
        known = {theme.id for theme in taxonomy.themes}
        return cls(folded, tuple(e for e in only_if if e in known), taxonomy) if folded else None

    @cached_property
    def name(self) -> str:
        """What changes when another article may pass."""
        told = (self.words, self.themes, self.taxonomy and self.taxonomy.version, self.beat)
        return blake2b(repr(told).encode(), digest_size=8).hexdigest()

    def lets(self, title: str, body: str) -> bool:
        """Whether an article has what it needs.

        >>> [Gate(("micro drama",)).lets("", t) for t in ("Two Micro-Dramas", "a micro drama", "macro drama")]
        [True, True, False]
        """
        text = f"{title}\n\n{body}"
        return self._has_word(_folded(text)) or self._has_theme(text) or self._has_sign(text)

    @cached_property
    def _search(self) -> AhoCorasick:
        return AhoCorasick(self.words)

    def _has_word(self, text: str) -> bool:
        return bool(self.words) and any(
            _begins_word(text, start) and (_by_itself(text[end - 1]) or _PLURAL.match(text, end))
            for _, start, end in self._search.find_matches_as_indexes(text, overlapping=True)
        )

    def _has_theme(self, text: str) -> bool:
        return self.beat is None and bool(self._themes_in(text))

    def _themes_in(self, text: str) -> set[str]:
        """The themes of which a form is in *text*, whether or not what stands around makes it count."""
        if not self.themes or self.taxonomy is None:
            return set()
        forms, themes, words = self.taxonomy.forms, self.taxonomy.themes, Words.of(text)
        found = self.taxonomy.patterns.find(words, [0] * len(words.starts))
        seen = {themes[forms[m.pattern].theme].id for m in found if forms[m.pattern].level not in _NO_SIGN}
        return seen & set(self.themes)

    def _has_sign(self, text: str) -> bool:
        if self.beat is None:
            return False
        from extractors.beat import ENOUGH_SUPPORT, SURE

        signals = self.beat.signals(text)
        if any(signal.kind in SURE for signal in signals):
            return True
        themes = self._themes_in(text)
        support = {signal.name for signal in signals if signal.kind == "support"} | themes
        return bool(themes & set(self.beat.themes)) or len(support) >= ENOUGH_SUPPORT


def _names(entry: str, companies: KnownCompanies) -> Sequence[str]:
    company = companies.by_id(entry) or companies.find(entry)
    return [name for name in company.names if name not in company.ambiguous] if company else ()


def _folded(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text).strip().casefold()


def _begins_word(text: str, start: int) -> bool:
    return start == 0 or _by_itself(text[start]) or not text[start - 1].isalnum()


def _by_itself(character: str) -> bool:
    """Whether the *character* needs no space beside it: an ideograph, a syllable, a sign."""
    return not character.isalnum() or "\u2e80" <= character <= "\uffdc"
