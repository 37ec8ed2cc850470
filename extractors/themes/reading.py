"""Themes read in a text: every form found, then what stands around it decides whether it counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from extractors.findings import ThemeHit, TitleMention
from extractors.given import title_of
from extractors.themes.context import StoryContext
from extractors.themes.patterns import Match
from extractors.themes.taxonomy import Form, Taxonomy
from extractors.themes.words import simplified

if TYPE_CHECKING:
    from spacy.tokens import Doc

NOT_AGAINST = -1.5
ENOUGH_FOR_SURE = 0.5
ENOUGH_FOR_STORY = 1.5
ENOUGH_FOR_STRICT = 2.0
"""The scores that a form needs by its level; a sure one that holds a story word needs none."""
BOUND = 1.0
LISTED = 0.75
"""What a story word right beside a form, and each other trope of its sentence, add to the story's score."""

_NAME_AFTER = re.compile(r"[’'s]*,?\s+(?:[A-Z][a-z]+|[A-Z]\.|of\b|and\s+(?:founder|co-founder))")
_NAME_BEFORE = re.compile(
    r"(?:[A-Z][\w’'.-]+\s*,\s*(?:(?:the|its|a|an|who is|then|now|former|group)\s+)*(?:[\w-]+\s+){0,3}"
    r"|[A-Z][\w-]+(?:[’']s)?\s+)$"
)


def read(doc: Doc, taxonomy: Taxonomy, titles: Sequence[TitleMention] = ()) -> tuple[ThemeHit, ...]:
    """The story themes of *doc* in text order, each at the longest span of words that names it.

    *titles* are the titles of series in it, whose own words count for the trope they name.
    """
    reading = _Reading(doc, taxonomy, titles)
    return tuple(sorted(reading.hits(), key=lambda hit: (hit.start, hit.end, hit.theme)))


class _Reading:
    def __init__(self, doc: Doc, taxonomy: Taxonomy, titles: Sequence[TitleMention]) -> None:
        self.taxonomy = taxonomy
        self.titles = titles
        self.context = StoryContext(doc, title_of(doc), titles)
        self.text, self.words = self.context.text, self.context.words

    def hits(self) -> Iterable[ThemeHit]:
        found = self._candidates()
        if not found:
            return ()
        accepted = [(form, match) for form, match in found if self._counts(form, match)]
        return self._longest(accepted)

    def _candidates(self) -> list[tuple[Form, Match]]:
        forms = self.taxonomy.forms
        matches = self.taxonomy.patterns.find(self.words, self.context.sentence_of_word)
        found = [(forms[match.pattern], match) for match in matches]
        self._vetoes = [(f, m) for f, m in found if f.level in ("not", "unless")]
        self._persons = {(f.theme, m.start, m.end) for f, m in found if f.level == "person"}
        kept = [(f, m) for f, m in found if f.level not in ("not", "unless", "person")]
        self._listed: dict[int, list[tuple[int, Match]]] = {}
        for form, match in kept:
            if form.named and not self._vetoed(form, match):
                sentence = self.context.sentence_at(match.start)
                self._listed.setdefault(sentence, []).append((form.theme, match))
        return kept

    def _counts(self, form: Form, match: Match) -> bool:
        if self._vetoed(form, match):
            return False
        if form.own:
            return self._own_counts(form, match)
        if self._in_title(match):
            return True
        if form.level == "title":
            return False
        if (form.theme, match.start, match.end) in self._persons and self._is_named(match):
            return False
        return self._context_allows(form, match)

    def _own_counts(self, form: Form, match: Match) -> bool:
        if form.level == "near":
            return self._near(form, match)
        return form.level == "sure" or self._in_title(match) or self._context_allows(form, match)

    def _context_allows(self, form: Form, match: Match) -> bool:
        sentence = self.context.sentence_at(match.start)
        others = self._others(form, match, sentence)
        bound = self.context.bound(match)
        score = (
            self.context.score(sentence, (match.start, match.end)) + BOUND * bound + LISTED * min(others, 2)
        )
        if form.level == "sure":
            needed = NOT_AGAINST if self.context.holds_a_cue(match) else ENOUGH_FOR_SURE
            return score >= needed
        if form.level in ("story", "trope"):
            return score >= ENOUGH_FOR_STORY
        if form.level == "plot":
            return score >= ENOUGH_FOR_STORY and (others > 0 or self.context.tells(sentence))
        if form.level == "near" and not self._near(form, match):
            return False
        plural = self.text[match.end - 1] == "s"
        tied = bound or self.context.binding(sentence) or others > (0 if plural else 1)
        return tied and score >= ENOUGH_FOR_STRICT

    def _others(self, form: Form, match: Match, sentence: int) -> int:
        """How many other themes' tropes stand beside *match* in its sentence."""
        return len(
            {
                theme
                for theme, other in self._listed.get(sentence, ())
                if theme != form.theme and (other.end <= match.start or match.end <= other.start)
            }
        )

    def _vetoed(self, form: Form, match: Match) -> bool:
        return any(
            veto.theme == form.theme
            and (
                (at.start < match.end <= at.end and match.start < at.end)
                if veto.level == "not"
                else self.context.sentence_at(at.start) == self.context.sentence_at(match.start)
            )
            for veto, at in self._vetoes
        )

    def _in_title(self, match: Match) -> bool:
        return any(title.start <= match.start and match.end <= title.end for title in self.titles)

    def _is_named(self, match: Match) -> bool:
        """Whether the person at *match* has a name: 'billionaire Ann Roe', 'Ann Roe, the chief executive'."""
        if self.text[match.end - 1] == "s":
            return False
        if _NAME_AFTER.match(self.text, match.end):
            return True
        return _NAME_BEFORE.search(self.text, max(0, match.start - 60), match.start) is not None

    def _near(self, form: Form, match: Match) -> bool:
        if match.first < 0:
            around = simplified(self.text[max(0, match.start - form.within) : match.end + form.within])
            return any(word in around for word in form.near)
        low, high = max(0, match.first - form.within), match.last + form.within + 1
        sentence = self.context.sentence_of_word[match.first]
        forms = [
            self.words.forms[n]
            for n in range(low, min(high, len(self.words.forms)))
            if self.context.sentence_of_word[n] == sentence and not match.first <= n <= match.last
        ]
        line = f" {' '.join(forms)} "
        return any(f" {word} " in line for word in form.near)

    def _longest(self, accepted: Sequence[tuple[Form, Match]]) -> list[ThemeHit]:
        """One hit a place and theme: of those that overlap the longest."""
        hits: list[ThemeHit] = []
        taken: dict[int, list[tuple[int, int]]] = {}
        for form, match in sorted(accepted, key=lambda fm: fm[1].start - fm[1].end):
            spans = taken.setdefault(form.theme, [])
            if all(match.end <= start or end <= match.start for start, end in spans):
                spans.append((match.start, match.end))
                theme = self.taxonomy.themes[form.theme].id
                text = self.text[match.start : match.end]
                hits.append(ThemeHit(theme, match.start, match.end, text, f"{form.level}: {form.pattern}"))
        return hits
