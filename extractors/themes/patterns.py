"""The patterns of the rules: words, ``(one|another|)``, ``{class}``, and ``..4``: a gap of up to four words.

A pattern between two gaps is a step; a step is the set of phrases it can be written as.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from extractors.errors import RuleError
from extractors.themes.words import Phrases, Words, base_forms, is_chinese

_PART = re.compile(r"\{(?P<cls>[\w-]+)\}|\((?P<alt>[^()]*)\)|\.\.(?P<gap>\d+)|(?P<word>[^\s{}()|?*+\\]+)")
_MOST_PHRASES = 4000

Classes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it can be written as, and how many words may stand before it."""

    phrases: frozenset[str]
    gap: int


def compile_pattern(pattern: str, classes: Classes) -> tuple[Step, ...]:
    """The steps of *pattern*; raises RuleError for what is no pattern.

    >>> compile_pattern("(fake|false) heiress", {})[0].phrases == {"fake heiress", "false heiress"}
    True
    >>> [step.gap for step in compile_pattern("{rich} ..3 marry ..2 maid", {"rich": ["ceo", "tycoon"]})]
    [0, 3, 2]
    """
    steps: list[Step] = []
    parts: list[Sequence[str]] = []
    gap = 0
    if odd := re.search(r"[(){}|?*+\\]", _PART.sub("", pattern)):
        raise RuleError(f"pattern {pattern!r}: a bracket or sign {odd[0]!r} too many")
    for match in _PART.finditer(pattern):
        if match["gap"] is not None:
            steps.append(_step(parts, gap, pattern))
            parts, gap = [], int(match["gap"])
        else:
            parts.append(_choices(match, classes, pattern))
    steps.append(_step(parts, gap, pattern))
    return tuple(steps)


def _choices(match: re.Match[str], classes: Classes, pattern: str) -> Sequence[str]:
    if match["cls"] is not None:
        return _class(match["cls"], classes, pattern)
    if match["alt"] is None:
        return [match["word"]]
    choices = [choice.strip() for choice in match["alt"].split("|")]
    return [each for choice in choices for each in _choice(choice, classes, pattern)]


def _choice(choice: str, classes: Classes, pattern: str) -> Sequence[str]:
    if ".." in choice:
        raise RuleError(f"pattern {pattern!r}: a gap can't stand inside round brackets")
    whole_class = re.fullmatch(r"\{([\w-]+)\}", choice)
    return _class(whole_class[1], classes, pattern) if whole_class else [choice]


def _class(name: str, classes: Classes, pattern: str) -> Sequence[str]:
    if name not in classes:
        raise RuleError(f"pattern {pattern!r}: there is no class {{{name}}}")
    return classes[name]


def _step(parts: Sequence[Sequence[str]], gap: int, pattern: str) -> Step:
    count = 1
    for part in parts:
        count *= len(part)
    if count > _MOST_PHRASES:
        raise RuleError(f"pattern {pattern!r}: stands for more than {_MOST_PHRASES} phrases; write it as two")
    forms = {word: " ".join(base_forms(word)) for part in parts for word in part}
    phrases = frozenset(_joined(words, forms) for words in product(*parts)) if parts else frozenset()
    if not phrases or "" in phrases:
        raise RuleError(
            f"pattern {pattern!r}: needs a word on each side of a gap, and one that must be there"
        )
    return Step(phrases, gap)


def _joined(words: Sequence[str], forms: Mapping[str, str]) -> str:
    """A phrase of *words*: in Chinese as they are, else by their base *forms*."""
    if any(map(is_chinese, words)):
        return "".join(words)
    return " ".join(form for form in map(forms.__getitem__, words) if form)


class Match(NamedTuple):
    """A pattern found: its number and the span in the text, with its words' numbers (-1 for Chinese)."""

    pattern: int
    start: int
    end: int
    first: int
    last: int


class PatternSet:
    """Many patterns found in one pass over a text."""

    def __init__(self, patterns: Iterable[Sequence[Step]]) -> None:
        self.steps = [tuple(steps) for steps in patterns]
        self._slots: dict[frozenset[str], int] = {}
        chains = [tuple((self._slot(s.phrases), s.gap) for s in steps) for steps in self.steps]
        alone: dict[int, list[int]] = {}
        for number, chain in enumerate(chains):
            if len(chain) == 1:
                alone.setdefault(chain[0][0], []).append(number)
        self._rarities = [len(phrases) / min(map(len, phrases)) for phrases in self._slots]
        self._chains: dict[int, list[tuple[int, tuple[tuple[int, int], ...], frozenset[int]]]] = {}
        for number, chain in enumerate(chains):
            if len(chain) > 1:
                slots = [slot for slot, _ in chain]
                self._chains.setdefault(self._rarest(slots), []).append((number, chain, frozenset(slots)))
        slots_of: dict[str, list[int]] = {}
        for phrases, slot in self._slots.items():
            for phrase in phrases:
                slots_of.setdefault(phrase, []).append(slot)
        self._phrases = Phrases(slots_of)
        in_chains = {slot for chain in chains if len(chain) > 1 for slot, _ in chain}
        by_phrase = [slots_of[phrase] for phrase in self._phrases.texts]
        self._slots_of = [tuple(slot for slot in slots if slot in in_chains) for slots in by_phrase]
        self._alone_of = [tuple(n for slot in slots for n in alone.get(slot, ())) for slots in by_phrase]

    def _rarest(self, slots: Sequence[int]) -> int:
        """The slot with the fewest, longest phrases: the one that a text is likeliest to lack."""
        return min(slots, key=self._rarities.__getitem__)

    def _slot(self, phrases: frozenset[str]) -> int:
        return self._slots.setdefault(phrases, len(self._slots))

    def find(self, words: Words, sentence_of: Sequence[int]) -> list[Match]:
        """The matches in *words*, each inside one sentence; *sentence_of* numbers the sentence of a word."""
        found = [
            Match(pattern, *words.span(first, last), first, last)
            for pattern, first, last in self._chained(self._phrases.in_words(words), sentence_of)
        ]
        if words.has_cjk:
            chinese = self._chained(self._phrases.in_chinese(words), None)
            found += [Match(pattern, start, end, -1, -1) for pattern, start, end in chinese]
        return found

    def _chained(
        self, hits: Sequence[tuple[int, int, int]], sentence_of: Sequence[int] | None
    ) -> Iterator[tuple[int, int, int]]:
        """The patterns that *hits* complete; ends are inclusive word numbers, offsets without sentences."""
        at: dict[int, list[tuple[int, int]]] = {}
        slots_of, alone_of = self._slots_of, self._alone_of
        for phrase, first, last in hits:
            if sentence_of is not None and sentence_of[first] != sentence_of[last]:
                continue
            for slot in slots_of[phrase]:
                if slot in at:
                    at[slot].append((first, last))
                else:
                    at[slot] = [(first, last)]
            for pattern in alone_of[phrase]:
                yield pattern, first, last
        present = at.keys()
        step_on = 0 if sentence_of is None else 1
        for slot in at:
            for pattern, chain, slots in self._chains.get(slot, ()):
                if slots <= present:
                    for first, last in _chains([(at[n], gap) for n, gap in chain], step_on):
                        if sentence_of is None or sentence_of[first] == sentence_of[last]:
                            yield pattern, first, last


def _chains(
    steps: Sequence[tuple[Sequence[tuple[int, int]], int]], step_on: int
) -> Iterator[tuple[int, int]]:
    """From each first step's place, the nearest way through the rest."""
    for first, last in steps[0][0]:
        end = last
        for places, gap in steps[1:]:
            after = [b for a, b in places if end + step_on <= a <= end + step_on + gap]
            if not after:
                break
            end = min(after)
        else:
            yield first, end
