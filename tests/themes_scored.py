"""Precision and recall of themes and of the beat on articles, with the intervals that their number allows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
_CLOSED = (
    "werewolf revenge true-heiress contract-marriage billionaire-ceo hidden-identity rebirth "
    "time-travel secret-baby mafia vampire family-reunion campus son-in-law war-god palace "
    "fantasy second-chance forced-marriage cinderella enemies-to-lovers "
)
CLOSED = frozenset(_CLOSED.split())
"""The tropes that are scored: labels of these are complete, labels of others are not."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many were right, wrong and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    def __str__(self) -> str:
        said = self.right + self.wrong, self.right + self.missed
        precision, recall = (f"{self.right / max(1, n):.3f} {_written(wilson(self.right, n))}" for n in said)
        return (
            f"P {precision}  R {recall}  F1 {self.f1:.3f}  (right {self.right}, wrong {self.wrong}, "
            f"missed {self.missed})"
        )


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927).

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not of:
        return 0.0, 1.0
    share = right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def _written(interval: tuple[float, float]) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def score(pairs: Iterable[tuple[set[str], set[str]]]) -> Score:
    """The score of pairs of labels: expected, found."""
    right = wrong = missed = 0
    for expected, said in pairs:
        right += len(expected & said)
        wrong += len(said - expected)
        missed += len(expected - said)
    return Score(right, wrong, missed)


def examples(folder: str) -> Iterator[Mapping[str, Any]]:
    """The examples of all JSONL files in a folder of the tests' data."""
    for path in sorted((DATA / folder).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield {"file": path.name, **json.loads(line)}


def floor(part: str, name: str) -> float:
    """The F1 below which the gate closes."""
    floors = json.loads((DATA / "floors.json").read_text(encoding="utf-8"))
    return float(floors[part][name]["f1"])
