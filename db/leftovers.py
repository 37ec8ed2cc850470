"""What is left of texts in a file that should hold no more of them than quotations: a search by shingles.

A shingle is eight words in a row. The file is searched as bytes, so that free pages, indexes and cells nobody
thought of are seen, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHINGLE = 8
"""Words of a shingle; a character of a script without spaces counts as a word."""

_CHUNK = 8 * 1024**2
_OVERLAP = 4096
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BETWEEN = " 0between0texts0 "
"""A word that no text has, so that no shingle reaches from one into the next."""

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Words of a text that stand in the file and in no quotation; ``where`` names the text."""

    where: str
    words: str


def leftover(path: Path, quoted: Iterable[str], texts: Iterable[tuple[str, str]]) -> Leftover | None:
    """The first shingle of *texts* (their names and words) that the file at *path* holds beyond *quoted*."""
    held = _gathered(_pieces(path))
    loose = held[~_among(held, _gathered(quoted))]
    for where, text in texts:
        words = _WORD.findall(text)
        found = np.flatnonzero(_among(_shingles(words), loose))
        if found.size:
            first = int(found[0])
            return Leftover(where, " ".join(words[first : first + SHINGLE]))
    return None


def brief(text: str | None) -> str | None:
    """As much of *text* as makes no shingle.

    >>> brief("dies betrayed and wakes before it all began anew"), brief("revenge drama")
    ('dies betrayed and wakes before it all …', 'revenge drama')
    """
    ends = [word.end() for word in _WORD.finditer(text or "")]
    return text if text is None or len(ends) < SHINGLE else f"{text[: ends[SHINGLE - 2]]} …"


def _among(shingles: Hashes, known: Hashes) -> NDArray[np.bool_]:
    if not known.size:
        return np.zeros(shingles.size, dtype=bool)
    places = np.minimum(np.searchsorted(known, shingles), known.size - 1)
    return np.asarray(known[places] == shingles)


def _gathered(texts: Iterable[str]) -> Hashes:
    """The shingles of *texts*, sorted, each once."""
    found = np.zeros(0, dtype=np.uint64)
    for batch in _batches(texts):
        found = _distinct(np.concatenate([found, _shingles(_WORD.findall(_BETWEEN.join(batch)))]))
    return found


def _distinct(shingles: Hashes) -> Hashes:
    """*shingles* sorted, each once; np.unique takes many times as long."""
    shingles.sort()
    first = np.ones(shingles.size, dtype=bool)
    first[1:] = shingles[1:] != shingles[:-1]
    return shingles[first]


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch, length = [], 0
    for text in texts:
        batch.append(text)
        length += len(text)
        if length > _CHUNK:
            yield batch
            batch, length = [], 0
    yield batch


def _shingles(words: Sequence[str]) -> Hashes:
    """A hash of every eight words in a row (of this run of the program alone, as ``hash`` is)."""
    count = len(words) - SHINGLE + 1
    if count < 1:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.fromiter(map(hash, words), dtype=np.int64, count=len(words)).view(np.uint64)
    shingles = np.zeros(count, dtype=np.uint64)
    for place in range(SHINGLE):
        shingles = shingles * _FACTOR + hashes[place : place + count]
    return shingles


def _pieces(path: Path) -> Iterator[str]:
    """The file's bytes as text, in pieces that overlap; what is no text becomes a gap between words."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(_CHUNK):
            yield (before + chunk).decode("utf-8", "replace")
            before = chunk[-_OVERLAP:]
