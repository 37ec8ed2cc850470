"""What a sentence and its neighbours speak of: a story, or the courts, pitches and wards of the world."""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from extractors.findings import TitleMention
from extractors.given import text_of
from extractors.themes.patterns import Match, PatternSet, compile_pattern
from extractors.themes.words import Words

if TYPE_CHECKING:
    from spacy.tokens import Doc

SURE_KINDS = ("strong", "binding")
_NONFICTION = "real:nonfiction"
_PART_OF_A_SIGN = {"plain": 1.0, "faint": 0.5, "trade": 0.5}
"""What a word counts for that is no sure sign of a story; a ``strong`` or ``binding`` one counts for 2.
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
        rows = [
            (kind, p)
            for kind in ("strong", "plain", "faint", "trade", "binding", "void")
            for p in rules[kind]
        ]
        rows += [(f"real:{kind}", p) for kind, patterns in rules["real"].items() for p in patterns]
        self.kinds = [kind for kind, _ in rows]
        self.patterns = PatternSet(compile_pattern(p, classes) for _, p in rows)
        self.joints = frozenset(rules["joints"])
        self.before = frozenset(rules["before"])


@lru_cache(maxsize=1)
def cues() -> Cues:
    """The packaged cues."""
    return Cues(story_words())


class _Cue(NamedTuple):
    start: int
    end: int
    kind: str


class StoryContext:
    """One text's sentences, and how much each speaks of a story."""

    def __init__(self, doc: Doc, title: str | None = None, titles: Sequence[TitleMention] = ()) -> None:
        self.text = text_of(doc)
        self.words = Words.of(self.text)
        self._starts = sentence_starts(doc)
        self.sentences = list(zip(self._starts, [*self._starts[1:], len(self.text)], strict=True))
        self.sentence_of_word, self._found = split_text(self.text, self._starts)
        self._cues: dict[int, list[_Cue]] = {}
        self._real: dict[int, set[str]] = {}
        self._heads: dict[int, int] = {}  # first word of a story word -> its last
        self._heads_end: set[int] = set()
        self._chinese_cues: list[tuple[int, int]] = []
        self._mark()
        for named in titles:
            cue = _Cue(named.start, named.end, "binding")
            self._cues.setdefault(self.sentence_at(named.start), []).append(cue)
        self.in_text = sum(self._is_strong(n) for n in self._cues) + 2 * bool(title and strong_in(title))

    def _mark(self) -> None:
        known = cues()
        void = [m for m in self._found if known.kinds[m.pattern] == "void"]
        for match in self._found:
            kind, sentence = known.kinds[match.pattern], self.sentence_at(match.start)
            if void and any(v.start <= match.start and match.end <= v.end for v in void):
                continue
            if kind.startswith("real:"):
                self._real.setdefault(sentence, set()).add(kind)
            else:
                self._cues.setdefault(sentence, []).append(_Cue(match.start, match.end, kind))
                if kind != "trade":
                    self._mark_head(match)

    def _mark_head(self, match: Match) -> None:
        if match.first < 0:
            self._chinese_cues.append((match.start, match.end))
        else:
            self._heads[match.first] = max(match.last, self._heads.get(match.first, 0))
            self._heads_end.add(match.last)

    def _is_strong(self, sentence: int) -> bool:
        return any(cue.kind in SURE_KINDS for cue in self._cues.get(sentence, ()))

    def cue_starts(self) -> set[int]:
        """Where the story words start."""
        return {cue.start for cues_here in self._cues.values() for cue in cues_here}

    def sentence_at(self, offset: int) -> int:
        """The number of the sentence at *offset*."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def binding(self, sentence: int) -> bool:
        """Whether the sentence says what a story is about, or what it is made of."""
        return any(cue.kind == "binding" for cue in self._cues.get(sentence, ()))

    def tells(self, sentence: int) -> bool:
        """Whether the sentence may tell a plot: it, one of the two before it or the next speaks of one."""
        near = range(max(0, sentence - 2), min(sentence + 2, len(self.sentences)))
        return any(self.binding(n) for n in near)

    def holds_a_cue(self, match: Match) -> bool:
        """Whether *match* itself has a story word in it."""
        here = self._cues.get(self.sentence_at(match.start), ())
        return any(cue.start < match.end and match.start < cue.end for cue in here)

    def own(self, sentence: int, but: tuple[int, int] = (0, 0)) -> float:
        """How much the sentence alone, *but* for a span, speaks of a story: 0 to 2."""
        start, end = but
        signs = 0.0
        counted = set()
        for cue in self._cues.get(sentence, ()):
            if cue.start < end and start < cue.end and cue.kind != "binding":
                continue
            if cue.kind in SURE_KINDS:
                return 2.0
            if cue.start not in counted:
                counted.add(cue.start)
                signs += _PART_OF_A_SIGN[cue.kind]
        return min(signs, 1.5)

    def real(self, sentence: int) -> float:
        """How much the sentence and its neighbours speak of the real world's courts, pitches and wards."""
        here = self._real.get(sentence, set())
        near = set().union(*(self._real.get(n, ()) for n in self._neighbours(sentence)))
        all_signs = 1.5 * len(here) + 0.75 * len(near - here)
        return min(all_signs, 0.75) if self.binding(sentence) and _NONFICTION not in here else all_signs

    def score(self, sentence: int, but: tuple[int, int] = (0, 0)) -> float:
        """How much the sentence (*but* for a span), its neighbours and the text tell of a story."""
        near = max((self.own(n) for n in self._neighbours(sentence)), default=0.0)
        alone = self.in_text == 1 and self.own(sentence) == 2.0 and self.own(sentence, but) < 2.0
        share = self.in_text / len(self.sentences)
        often = 3 if self.in_text > 1 and share >= 0.25 else 2 if share >= 0.3 else 0
        text = 0.0 if alone else min(max(self.in_text, often), 3) / 3
        return self.own(sentence, but) + near / 2 + text - self.real(sentence)

    def _neighbours(self, sentence: int) -> list[int]:
        return [n for n in (sentence - 1, sentence + 1) if 0 <= n < len(self.sentences)]

    def bound(self, match: Match) -> bool:
        """Whether a story word stands right at *match*: 'mafia romance', 'tales of revenge', 复仇短剧."""
        if match.first < 0:
            return any(abs(a - match.end) <= 3 or abs(b - match.start) <= 3 for a, b in self._chinese_cues)
        return self._head_after(match.last + 1) or self._head_before(match.first)

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
        for back in range(word - 1, max(word - 5, 0), -1):
            if self.sentence_of_word[back - 1] != self.sentence_of_word[word]:
                return False
            if forms[back] in before and back - 1 in self._heads_end:
                return True
        return False


@lru_cache(maxsize=256)
def strong_in(text: str) -> bool:
    """Whether *text* (a headline) has a strong story word."""
    words = Words.of(text)
    found = cues().patterns.find(words, [0] * len(words.forms))
    return any(cues().kinds[match.pattern] in SURE_KINDS for match in found)


def sentence_starts(doc: Doc) -> tuple[int, ...]:
    """Where the doc's sentences start; the whole text is one where nobody set them."""
    marks = doc.to_array(["SENT_START", "IDX"])
    return (0, *(int(at) for at in marks[marks[:, 0] == 1, 1] if at)) if len(doc) else (0,)


@lru_cache(maxsize=32)
def split_text(text: str, starts: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[Match, ...]]:
    """The sentence of each word of *text*, and the story words in it."""
    words = Words.of(text)
    sentence_of_word = _sentence_of_words(words, starts)
    return tuple(sentence_of_word), tuple(cues().patterns.find(words, sentence_of_word))


def _sentence_of_words(words: Words, starts: Sequence[int]) -> list[int]:
    firsts = [bisect_left(words.starts, start) for start in starts] + [len(words.starts)]
    return [n for n in range(len(starts)) for _ in range(firsts[n], firsts[n + 1])]
