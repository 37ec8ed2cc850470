"""Emerging themes: noun phrases that articles say of stories now and did not say before.

Log-odds ratio with an informative Dirichlet prior, after Monroe, Colaresi and Quinn, "Fightin' Words"
(Political Analysis 16:4, 2008), over the number of stories (articles that report one event, copies included)
that have a phrase.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from extractors.themes import Taxonomy
from extractors.themes.context import cues, story_words
from extractors.themes.words import BREAK, Words

LONGEST_PHRASE = 4
PRIOR_WEIGHT = 100.0
"""How many stories the prior counts for: the larger, the more a rare phrase needs."""

_SENTENCE = re.compile(r"[^.!?\n]*[\w)\"'’”][.!?\n]*")


@dataclass(frozen=True, slots=True)
class Told:
    """One article's text, with its outlet and the story that it tells (equal for syndicated copies)."""

    text: str
    outlet: str
    story: str


@dataclass(frozen=True, slots=True)
class Emerging:
    """A phrase that is new: in how many stories and outlets now, in how many stories before, its z score."""

    phrase: str
    stories: int
    outlets: int
    stories_before: int
    z: float


@dataclass
class PhraseCounts:
    """The stories and outlets that have each phrase, over some articles; a phrase's key is its base forms."""

    stories: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    outlets: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    wordings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    told: set[str] = field(default_factory=set)

    def add(self, article: Told, known: Taxonomy | None = None) -> None:
        """Count the phrases of *article*, once a story, without what a theme of *known* reads."""
        self.told.add(article.story)
        for key, wording in story_phrases(article.text, known):
            self.stories[key].add(article.story)
            self.outlets[key].add(article.outlet)
            self.wordings[key][wording] += 1

    @classmethod
    def of(cls, articles: Iterable[Told], known: Taxonomy | None = None) -> PhraseCounts:
        """The counts over *articles*."""
        counts = cls()
        for article in articles:
            counts.add(article, known)
        return counts

    def frequencies(self) -> Counter[str]:
        """The number of stories of each phrase."""
        return Counter({key: len(stories) for key, stories in self.stories.items()})

    def wording(self, key: str) -> str:
        """The commonest wording of a phrase."""
        return self.wordings[key].most_common(1)[0][0]


def emerging(
    now: PhraseCounts,
    before: PhraseCounts,
    known: Taxonomy | None = None,
    *,
    outlets: int = 3,
    stories: int = 3,
    least_z: float = 1.96,
    most: int = 20,
) -> tuple[Emerging, ...]:
    """The phrases of *now* that *before* does not explain, the surest first.

    A phrase needs *outlets* different outlets and *stories* different stories; a phrase that a theme of
    *known* reads already, a name, or a part of a longer phrase that is as frequent, is left out.
    """
    scores = log_odds(now.frequencies(), before.frequencies())
    enough = [
        key
        for key, z in scores.items()
        if z >= least_z and len(now.outlets[key]) >= outlets and len(now.stories[key]) >= stories
    ]
    fresh = [key for key in enough if not _is_name(now, key) and not (known and _is_known(known, key))]
    ranked = sorted(_whole(now, fresh), key=lambda key: (-scores[key], -len(key), key))
    return tuple(
        Emerging(
            phrase=now.wording(key),
            stories=len(now.stories[key]),
            outlets=len(now.outlets[key]),
            stories_before=len(before.stories.get(key, ())),
            z=round(scores[key], 3),
        )
        for key in ranked[:most]
    )


def log_odds(
    now: Mapping[str, int], before: Mapping[str, int], prior_weight: float = PRIOR_WEIGHT
) -> dict[str, float]:
    """The z score of each phrase of *now*: how much likelier it is now than before (Monroe et al., eq. 22).

    The prior is the two counts together, scaled to *prior_weight* observations.

    >>> scores = log_odds({"amnesia": 9, "plot": 20}, {"amnesia": 1, "plot": 60})
    >>> scores["amnesia"] > 1.96 > scores["plot"]
    True
    """
    total_now, total_before = sum(now.values()), sum(before.values())
    total = total_now + total_before
    return {
        phrase: _z_score(
            count,
            before.get(phrase, 0),
            prior_weight * (count + before.get(phrase, 0)) / total,
            total_now + prior_weight,
            total_before + prior_weight,
        )
        for phrase, count in now.items()
    }


def _z_score(now: int, before: int, prior: float, all_now: float, all_before: float) -> float:
    here, there = now + prior, before + prior
    difference = math.log(here / max(all_now - here, prior)) - math.log(
        there / max(all_before - there, prior)
    )
    return difference / math.sqrt(1 / here + 1 / there)


def story_phrases(text: str, known: Taxonomy | None = None) -> Iterator[tuple[str, str]]:
    """The phrases of the sentences of *text* that speak of a story: base forms, and as written.

    A phrase is one to four words between the words that end one (verbs and little words, and what a theme of
    *known* reads already); it may be counted more than once.
    """
    words = Words.of(text)
    sentences = _sentence_numbers(words)
    of_stories = _sentences_of_stories(words, sentences)
    covered = _covered(words, sentences, known) if known else frozenset[int]()
    for run in _runs(words, sentences, of_stories, covered):
        for length in range(1, LONGEST_PHRASE + 1):
            for first in range(len(run) - length + 1):
                phrase = run[first : first + length]
                if _is_phrase([words.forms[n] for n in phrase]):
                    start, end = words.span(phrase[0], phrase[-1])
                    yield " ".join(words.forms[n] for n in phrase), text[start:end]


def _sentence_numbers(words: Words) -> list[int]:
    starts = [match.start() for match in _SENTENCE.finditer(words.text)] or [0]
    out, sentence = [], 0
    for start in words.starts:
        while sentence + 1 < len(starts) and start >= starts[sentence + 1]:
            sentence += 1
        out.append(sentence)
    return out


def _sentences_of_stories(words: Words, sentences: Sequence[int]) -> set[int]:
    found = cues().patterns.find(words, sentences)
    strong = {"strong", "binding"}
    return {sentences[m.first] for m in found if m.first >= 0 and cues().kinds[m.pattern] in strong}


def _covered(words: Words, sentences: Sequence[int], known: Taxonomy) -> frozenset[int]:
    """The words that name a trope already, or tell it in a few words."""
    return frozenset(
        number
        for match in known.patterns.find(words, sentences)
        if known.forms[match.pattern].level in _TELLING and 0 <= match.last - match.first < LONGEST_PHRASE
        for number in range(match.first, match.last + 1)
    )


_TELLING = frozenset({"sure", "story", "trope", "plot"})


def _runs(
    words: Words, sentences: Sequence[int], of_stories: set[int], covered: frozenset[int]
) -> Iterator[list[int]]:
    """The stretches of words without one that ends a phrase."""
    stops = _stops()
    run: list[int] = []
    for number, form in enumerate(words.forms):
        ends = form in stops or form == BREAK or form[0].isdigit() or form.endswith("ly")
        ends = ends or sentences[number] not in of_stories or number in covered
        if run and (ends or _separated(words, run[-1], number)):
            yield run
            run = []
        if not ends:
            run.append(number)
    if run:
        yield run


def _separated(words: Words, last: int, this: int) -> bool:
    between = words.text[words.ends[last] : words.starts[this]]
    return between.strip(" -‐‑\u00a0") != ""


def _is_phrase(forms: Sequence[str]) -> bool:
    empty = _empty_heads()
    return (
        any(form not in empty for form in forms)
        and len(forms[-1]) > 2
        and not (len(forms) == 1 and len(forms[0]) < 4)
    )


def _is_name(counts: PhraseCounts, key: str) -> bool:
    """Whether a phrase is mostly written with capitals throughout."""
    wordings = counts.wordings[key]
    capital = sum(
        n for wording, n in wordings.items() if all(w[:1].isupper() for w in re.split(r"[\s-]+", wording))
    )
    return capital * 2 > wordings.total()


def _is_known(known: Taxonomy, key: str) -> bool:
    words = Words.of(key)
    found = known.patterns.find(words, [0] * len(words.forms))
    return any(known.forms[match.pattern].level not in ("not", "unless") for match in found)


def _whole(counts: PhraseCounts, keys: Sequence[str]) -> Iterator[str]:
    """The *keys* that are no part of a longer one of nearly as many stories."""
    for key in keys:
        longer = (other for other in keys if other != key and f" {key} " in f" {other} ")
        if not any(len(counts.stories[o]) * 5 >= len(counts.stories[key]) * 3 for o in longer):
            yield key


@lru_cache(maxsize=1)
def _stops() -> frozenset[str]:
    return frozenset(story_words()["phrase_stops"])


@lru_cache(maxsize=1)
def _empty_heads() -> frozenset[str]:
    return _stops() | frozenset(story_words()["phrase_fillers"])
