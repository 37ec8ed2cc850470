"""Pairs of articles: one series, a disagreement, a repeat, or near-misses that are none of these."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from extractors.facts import compare
from extractors.facts.arithmetic import slips
from extractors.facts.compare import Claim
from tests.facts_told import DATA, Example, Expected, facts_of


def claims_of(side: dict, figure: str, at: int) -> list[Claim]:
    """The claim that one side of a pair makes with *figure*, as a store would keep it."""
    kind = "percent" if "percent" in figure else "money" if re.search(r"[€$£¥]|[A-Z]{3}", figure) else "count"
    one = Expected(figure, [], [], None, None, None, kind=kind)
    example = Example(side["text"], date.fromisoformat(side["published"]), [one])
    _, found, figures = next(facts_of([example]))
    fact = found.get(one.place)
    if fact is None:
        return []
    (read,) = figures
    unit = {"percent": "percent", "count": fact.metric_id or "count"}.get(kind, "USD")
    return [
        Claim(
            at,
            fact.subject,
            fact.metric,
            fact.metric_id,
            fact.period_start,
            fact.period_end,
            unit,
            read.value,
            figure,
            direction=fact.direction,
            basis=fact.basis,
            scope=fact.scope,
            claimed_by=fact.claimed_by,
            source=side["publisher"],
            story=re.sub(r"\W", "", side["text"])[:80],
        )
    ]


def relation(first: Claim, second: Claim) -> str:
    """What a reader is told of a pair: one series, a disagreement, a repeat, or nothing."""
    if len(list(compare.once([first, second]))) == 1:
        return "repeat"
    if compare.disagreements([replace(first, confidence="high"), replace(second, confidence="high")]):
        return "disagree"
    same_series = compare.series_key(first) == compare.series_key(second) is not None
    two_points = same_series and first.basis == second.basis and not overlap(first, second)
    return "same_series" if two_points else "near_miss"


def overlap(first: Claim, second: Claim) -> bool:
    """Whether one period holds a part of the other: a quarter, and the nine months to its end."""
    starts, ends = [(first.period_start, second.period_start), (first.period_end, second.period_end)]
    return None not in (*starts, *ends) and max(starts) <= min(ends)


def pairs() -> list[dict]:
    return [json.loads(line) for line in (DATA / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair['relation']}: {pair['why']}")
def test_pairs_of_articles(pair):
    first = claims_of(pair["a"], pair["figure_a"], 1)
    second = claims_of(pair["b"], pair["figure_b"], 2)
    assert first and second, "a side of the pair has no fact"
    assert relation(first[0], second[0]) == pair["relation"], (first, second)
    if "thousandfold" in pair["why"]:
        assert [check.kind for check in slips([*first, *second])] == ["scale"]
