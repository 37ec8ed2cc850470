"""Annotated statements and sentences: floors on each part of their facts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest

from extractors.findings import Fact
from tests.facts_told import DATA, Example, Expected, facts_of

STOP = frozenset(["a", "an", "the", "of", "in", "on", "by", "for", "to", "from", "its"])


def statements() -> list[Example]:
    found: list[Example] = []
    for line in (DATA / "statements.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            published, _, names = line[2:].partition("|")
            found.append(
                Example(
                    "", date.fromisoformat(published.strip()), companies=[n.strip() for n in names.split(",")]
                )
            )
        elif line.startswith(">"):
            figure, metric, subject, period, direction = (part.strip() for part in line[1:].split("|"))
            start, _, end = ("-..-" if period == "none" else period).partition("..")
            ends = [None if day == "-" else day for day in (start, end)]
            found[-1].expected.append(
                Expected(
                    figure,
                    metric.split(" / "),
                    subject.split(" / "),
                    *ends,
                    None if direction == "-" else direction,
                )
            )
        elif line and not line.startswith("#"):
            found[-1].text = line
    return found


def sentences() -> list[Example]:
    rows = [json.loads(line) for line in (DATA / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Example(row["text"], day(row["about"]), [expected(f) for f in row["facts"] if f["metric"]])
        for row in rows
    ]


def day(about: dict[str, str | None]) -> date | None:
    return date.fromisoformat(about["published"]) if about.get("published") else None


def expected(row: dict) -> Expected:
    return Expected(
        row["figure_text"],
        [row["metric"], *row["metric_alt"]],
        [row["subject"], *row["subject_alt"]],
        row["period_start"],
        row["period_end"],
        row["direction"],
        row.get("basis"),
        row.get("claimed_by"),
        row["kind"],
        row.get("nth", 0),
    )


def words(phrase: str | None) -> set[str]:
    found = re.findall(r"[a-z0-9&+]+|[\u4e00-\u9fff]", (phrase or "").lower().replace("-", " "))
    return {re.sub(r"(?<=\w{3})s$", "", w) for w in found} - STOP


def alike(a: str | None, b: str | None) -> bool:
    """Whether two metrics share half of their words."""
    one, other = words(a), words(b)
    return bool(one and other) and 2 * len(one & other) >= 0.5 * (len(one) + len(other))


def within(a: str | None, b: str | None) -> bool:
    """Whether half of the shorter subject's words are in the other."""
    one, other = words(a), words(b)
    return (
        (a or None) == b
        if b is None
        else bool(one and other) and 2 * len(one & other) >= min(len(one), len(other))
    )


def same_period(fact: Fact, one: Expected) -> bool:
    start, end = (d.isoformat() if d else None for d in (fact.period_start, fact.period_end))
    return end == one.end and (
        start == one.start or (end is not None and {start, one.start} == {None, f"{end[:4]}-01-01"})
    )


def parts_of(fact: Fact, one: Expected) -> dict[str, bool]:
    """Which parts of *fact* are as expected."""
    return {
        "metric": any(alike(fact.metric, m) for m in one.metrics),
        "subject": any(within(fact.subject, s) for s in one.subjects),
        "period": same_period(fact, one),
        "direction": fact.direction == one.direction,
    }


def score(examples: Sequence[Example]) -> dict[str, float]:
    """Shares of the expected facts right in each part, and the precision and coverage of high ones."""
    right: Counter[str] = Counter()
    for example, found, _ in facts_of(examples):
        for one in example.expected:
            fact = found.get(one.place)
            if fact is None:
                continue
            parts = parts_of(fact, one)
            right.update(part for part, ok in parts.items() if ok)
            right["row"] += all(parts.values())
            right["high"] += fact.confidence == "high"
            right["high_right"] += fact.confidence == "high" and all(parts.values())
            right["basis"] += one.basis in (None, fact.basis)
            right["claimed_by"] += within(fact.claimed_by, one.claimed_by)
    total = sum(len(e.expected) for e in examples)
    shares = {part: count / total for part, count in right.items()}
    return shares | {"precision": right["high_right"] / max(right["high"], 1)}


FLOORS = {
    "statements": {
        "metric": 0.97,
        "subject": 0.93,
        "period": 0.95,
        "direction": 0.97,
        "row": 0.88,
        "precision": 0.97,
        "high": 0.45,
    },
    "sentences": {
        "metric": 0.77,
        "subject": 0.76,
        "period": 0.83,
        "direction": 0.85,
        "row": 0.57,
        "basis": 0.86,
        "claimed_by": 0.86,
        "precision": 0.93,
        "high": 0.2,
    },
}


@pytest.mark.parametrize("name", FLOORS)
def test_parts_of_facts_are_right_as_often_as_before(name):
    measured = score(statements() if name == "statements" else sentences())
    below = {part: round(measured[part], 3) for part, floor in FLOORS[name].items() if measured[part] < floor}
    assert not below, f"{name}: {below} of {measured}"
