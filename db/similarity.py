"""Whether two texts tell one story in (nearly) the same words. Pure: texts in, verdict out.

Copies and light rewrites share most of the shorter text's word triples. So do the numbers of a weekly column;
what tells these apart is that a copy keeps its figures and names, and a column's change from week to week.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from typing import Any

from datasketch import MinHash

BANDS = 40
ROWS = 2
"""Two texts share a band with probability 1 - (1 - J**ROWS)**BANDS at a Jaccard similarity of J of their word
triples: 0.98 at 0.3, 0.33 at 0.1 (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, section 3.4)."""

WINDOW_DAYS = 14
"""A copy comes within so many days of the text it copies."""

TITLE_DAYS = 3
MIN_WORDS = 12
SHORT_WORDS = 40

CONTAINED = 0.45
JACCARD = 0.15
NUMBERS_AGREE = 0.6
NUMBERS_AGREE_SAME_OUTLET = 0.8
NAMES_AGREE = 0.5
TITLES_AGREE = 0.5

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+(?:[.,]\d+)*"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[\w,;:)”’'\"] )[A-Z][\w&'’-]+")
_COUNTED = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_COUNT_WORDS = {word: str(number) for number, word in enumerate(_COUNTED, start=2)}


@dataclass(frozen=True, slots=True)
class Print:
    """What is compared of a text: its word triples, numbers and names, beside title, outlet and day."""

    title: tuple[str, ...]
    words: int
    shingles: frozenset[tuple[str, ...]]
    numbers: Counter[str]
    names: frozenset[str]
    outlet: int | None
    day: date

    @property
    def bare(self) -> bool:
        """Whether there is too little text beside the title to compare."""
        return self.words < MIN_WORDS


def fingerprint(title: str, text: str, outlet: int | None, day: date) -> Print:
    """What is compared of an article.

    >>> found = fingerprint("Up", "Sales at Lume rose 12% to $3,400, said Ann Lee.", 1, date(2026, 1, 5))
    >>> sorted(found.names), sorted(found.numbers), found.bare
    (['Ann', 'Lee', 'Lume'], ['12', '3400'], True)
    """
    tokens = words(text)
    return Print(
        title=tuple(words(title)),
        words=len(tokens),
        shingles=frozenset(zip(tokens, tokens[1:], tokens[2:], strict=False)),
        numbers=Counter(_numbers(text, tokens)),
        names=frozenset(_NAME.findall(text)),
        outlet=outlet,
        day=day,
    )


def words(text: str) -> list[str]:
    """The words in lower case; each character of Chinese, Japanese or Korean writing is one.

    >>> words("Sales rose 3.5% in 上海")
    ['sales', 'rose', '3.5', 'in', '上', '海']
    """
    return _WORD.findall(text.lower())


def _numbers(text: str, tokens: Iterable[str]) -> Iterable[str]:
    yield from (number.replace(",", "") for number in _NUMBER.findall(text))
    yield from (_COUNT_WORDS[token] for token in tokens if token in _COUNT_WORDS)


def bands(found: Print) -> list[int]:
    """The keys (signed 64-bit) under which near copies of a text meet, and one of its title.

    MinHash (Broder 1997) in BANDS bands of ROWS rows, and the whole title where it has five words or more.
    """
    keys = [_key(b"t", " ".join(found.title).encode())] if len(found.title) >= 5 else []
    if found.bare:
        return keys
    sketch = MinHash(num_perm=BANDS * ROWS, permutations=_permutations(), scheme="affine32")
    sketch.update_batch([" ".join(shingle).encode() for shingle in found.shingles])
    values = sketch.hashvalues.reshape(BANDS, ROWS)
    return keys + [_key(band.to_bytes(2, "big"), values[band].tobytes()) for band in range(BANDS)]


@cache
def _permutations() -> Any:
    return MinHash(num_perm=BANDS * ROWS, seed=1, scheme="affine32").permutations


def _key(kind: bytes, content: bytes) -> int:
    return int.from_bytes(blake2b(kind + content, digest_size=8).digest(), "big", signed=True)


def likeness(a: Print, b: Print) -> float:
    """How much of the shorter text the longer one repeats (0 to 1); 0 where they are different stories."""
    apart = abs((a.day - b.day).days)
    if apart > WINDOW_DAYS:
        return 0.0
    if a.bare or b.bare or (_same_title(a, b) and min(a.words, b.words) < SHORT_WORDS):
        known = _same_title(a, b) and len(a.title) >= 5 and a.outlet != b.outlet and apart <= TITLE_DAYS
        return 1.0 if known else 0.0
    shared = len(a.shingles & b.shingles)
    contained = shared / max(1, min(len(a.shingles), len(b.shingles)))
    jaccard = shared / max(1, len(a.shingles | b.shingles))
    if contained < CONTAINED or jaccard < JACCARD or not _same_specifics(a, b):
        return 0.0
    return contained


def _same_title(a: Print, b: Print) -> bool:
    return a.title == b.title


def _same_specifics(a: Print, b: Print) -> bool:
    """Whether figures and names agree, as they do in a copy and don't in a column's next issue."""
    same_outlet = a.outlet is not None and a.outlet == b.outlet
    wanted = NUMBERS_AGREE_SAME_OUTLET if same_outlet else NUMBERS_AGREE
    numbers = _agreement(a.numbers, b.numbers)
    names = _agreement(Counter(a.names), Counter(b.names))
    if numbers is None and names is None:
        # A notice ("subscribe to read on") says nothing of its own: the titles must speak for it.
        titles = _agreement(Counter(a.title), Counter(b.title))
        return not same_outlet and titles is not None and titles >= TITLES_AGREE
    return (numbers is None or numbers >= wanted) and (names is None or names >= NAMES_AGREE)


def _agreement(a: Counter[str], b: Counter[str]) -> float | None:
    """The share of the fewer that the more have too; None where there are fewer than two."""
    fewer = min(a.total(), b.total())
    return (a & b).total() / fewer if fewer >= 2 else None
