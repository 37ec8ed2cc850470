"""What a sentence and its neighbours speak of: stories, or the courts, pitches and wards of the real world."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from spacy.tokens import Doc

from extractors.themes.patterns import Match, PatternSet, compile_pattern
from extractors.themes.words import Words

_NONFICTION = "real:nonfiction"
_PART_OF_A_SIGN = {"plain": 1.0, "faint": 0.5}
"""What a word that is no sure sign of a story counts for; a sure one, ``strong`` or ``binding``, counts for 2.
Binding ones say that what stands beside them is the story's matter; ``real`` ones (crime, sport, medicine)
that it is none; ``void`` ones are not the words they hold."""


@lru_cache(maxsize=1)
def story_words() -> Mapping[str, Any]:
    """The packaged words that tell a story from the world."""
    return tomllib.loads((files("extractors") / "rules" / "story_words.toml").read_text(encoding="utf-8"))


class Cues:
    """The story words as patterns, with their kinds."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        classes = rules.get("classes", {})
        rows = [(kind, p) for kind in ("strong", "plain", "faint", "binding", "void") for p in rules[kind]]
        rows += [(f"real:{kind}", p) for kind, patterns in rules["real"].items() for p in patterns]
        self.kinds = [kind for kind, _ in rows]
        self.patterns = PatternSet(compile_pattern(p, classes) for _, p in rows)
        self.joints = frozenset(rules["joints"])
        self.before = frozenset(rules["before"])


@lru_cache(maxsize=1)
def cues() -> Cues:
    """The packaged cues."""
    return Cues(story_words())


class StoryContext:
    """One text's sentences, and how much each speaks of a story."""

    def __init__(self, doc: Doc, title: str | None = None) -> None:
        self.words = Words.of(doc.text)
        self.sentences = sentences(doc)
        self._starts = [start for start, _ in self.sentences]
        self.sentence_of_word = _sentence_of_words(self.words, self._starts)
        self._title = title
        self._strong = [0] * len(self.sentences)
        self._plain = [0.0] * len(self.sentences)
        self._binding = [False] * len(self.sentences)
        self._real: list[set[str]] = [set() for _ in self.sentences]
        self._heads: dict[int, int] = {}  # first word of a story word -> its last
        self._heads_end: set[int] = set()
        self._chinese_cues: list[tuple[int, int]] = []
        self._mark()

    def _mark(self) -> None:
        known = cues()
        covered: set[tuple[str, int]] = set()
        found = known.patterns.find(self.words, self.sentence_of_word)
        void = [m for m in found if known.kinds[m.pattern] == "void"]
        for match in found:
            if any(v.start <= match.start and match.end <= v.end for v in void):
                continue
            kind, sentence = known.kinds[match.pattern], self.sentence_at(match.start)
            if kind.startswith("real:"):
                self._real[sentence].add(kind)
                continue
            self._mark_head(match)
            if (kind, match.start) not in covered:
                covered.add((kind, match.start))
                self._count(kind, sentence)
        self.strong_in_text = sum(self._strong)
        if self._title:
            self.strong_in_text += 2 * bool(strong_in(self._title))

    def _mark_head(self, match: Match) -> None:
        if match.first < 0:
            self._chinese_cues.append((match.start, match.end))
        else:
            self._heads[match.first] = max(match.last, self._heads.get(match.first, 0))
            self._heads_end.add(match.last)

    def _count(self, kind: str, sentence: int) -> None:
        if kind in _PART_OF_A_SIGN:
            self._plain[sentence] += _PART_OF_A_SIGN[kind]
        else:
            self._strong[sentence] += 1
        if kind == "binding":
            self._binding[sentence] = True

    def sentence_at(self, offset: int) -> int:
        """The number of the sentence at *offset*."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def binding(self, sentence: int) -> bool:
        """Whether the sentence says what a story is about, or what it is made of."""
        return self._binding[sentence]

    def own(self, sentence: int) -> float:
        """How much the sentence alone speaks of a story: 0 to 2."""
        return 2.0 if self._strong[sentence] else min(self._plain[sentence], 1.5)

    def real(self, sentence: int) -> float:
        """How much the sentence and its neighbours speak of the real world's courts, pitches and wards."""
        here = self._real[sentence]
        near = set().union(*(self._real[n] for n in self._neighbours(sentence)))
        all_signs = 1.5 * len(here) + 0.75 * len(near - here)
        return min(all_signs, 0.75) if self._binding[sentence] and _NONFICTION not in here else all_signs

    def score(self, sentence: int) -> float:
        """How much the sentence, its neighbours and the text speak of a story, less :meth:`real`."""
        near = max((self.own(n) for n in self._neighbours(sentence)), default=0.0)
        text = min(self.strong_in_text, 3) / 3
        return self.own(sentence) + near / 2 + text - self.real(sentence)

    def _neighbours(self, sentence: int) -> list[int]:
        return [n for n in (sentence - 1, sentence + 1) if 0 <= n < len(self.sentences)]

    def bound(self, match: Match) -> bool:
        """Whether a story word stands right at *match*: 'mafia romance', 'tales of revenge', 复仇短剧."""
        if match.first < 0:
            return any(abs(a - match.end) <= 3 or abs(b - match.start) <= 3 for a, b in self._chinese_cues)
        return self._head_after(match.last + 1) or self._head_before(match.first - 1)

    def _head_after(self, word: int) -> bool:
        forms, joints = self.words.forms, cues().joints
        for ahead in range(word, min(word + 3, len(forms))):
            if ahead in self._heads:
                return self.sentence_of_word[ahead] == self.sentence_of_word[word - 1]
            if forms[ahead] not in joints:
                return False
        return False

    def _head_before(self, word: int) -> bool:
        forms, before = self.words.forms, cues().before
        for back in range(word, max(word - 4, -1), -1):
            if forms[back] in before and back - 1 in self._heads_end:
                return self.sentence_of_word[back] == self.sentence_of_word[word]
        return False


@lru_cache(maxsize=256)
def strong_in(text: str) -> bool:
    """Whether *text* (a headline) has a strong story word."""
    words = Words.of(text)
    found = cues().patterns.find(words, [0] * len(words.forms))
    return any(cues().kinds[match.pattern] in ("strong", "binding") for match in found)


def sentences(doc: Doc) -> list[tuple[int, int]]:
    """The spans of the doc's sentences, or the whole text where nobody set them."""
    if not doc.has_annotation("SENT_START"):
        return [(0, len(doc.text))]
    return [(sent.start_char, sent.end_char) for sent in doc.sents] or [(0, 0)]


def _sentence_of_words(words: Words, starts: Sequence[int]) -> list[int]:
    out, sentence, last = [], 0, len(starts) - 1
    for start in words.starts:
        while sentence < last and start >= starts[sentence + 1]:
            sentence += 1
        out.append(sentence)
    return out


def title_of(doc: Doc) -> str | None:
    """The headline over the doc's text, where the pipeline knows it."""
    about = doc._.newsgauge_about if Doc.has_extension("newsgauge_about") else None
    return about.title if about is not None else None
