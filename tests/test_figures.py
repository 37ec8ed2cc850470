"""Figures: exact offsets on any text, and what the example files expect, with floors."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.figures import read
from extractors.findings import Figure

DATA = Path(__file__).parent / "data"
FLOORS = json.loads((DATA / "floors.json").read_text(encoding="utf-8"))["figures"]
KINDS = ("money", "percent", "percentage_point", "bps", "multiple")


@given(st.text(alphabet="0123456789.,$€¥% -–()abkmnrUSDCNYbilotyuan亿元½\n", max_size=80))
def test_every_span_is_its_text(text: str) -> None:
    for figure in read(text):
        assert text[figure.start : figure.end] == figure.text


def right(expected: dict[str, Any], found: Figure) -> bool:
    upper = expected.get("value_max")
    return (
        found.kind == expected["kind"]
        and found.start < expected["end"]
        and expected["start"] < found.end
        and found.value == Decimal(str(expected["value"]))
        and found.value_max == (None if upper is None else Decimal(str(upper)))
        and found.currency == expected.get("currency")
    )


def score(path: Path) -> tuple[float, int]:
    """F1 of a file's examples, and how many figures were found that are none."""
    hits = missed = wrong = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        expected = [figure for figure in row["figures"] if figure["kind"] in KINDS]
        found = [figure for figure in read(row["text"]) if figure.kind in KINDS]
        got = sum(any(right(e, f) for f in found) for e in expected)
        hits, missed, wrong = hits + got, missed + len(expected) - got, wrong + max(len(found) - got, 0)
    total = 2 * hits + missed + wrong
    return (2 * hits / total if total else 1.0), wrong


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_examples_reach_their_floor(name: str) -> None:
    f1, wrong = score(DATA / "figures" / f"{name}.jsonl")
    assert f1 >= FLOORS[name]["f1"]
    assert wrong <= FLOORS[name]["wrong"]
