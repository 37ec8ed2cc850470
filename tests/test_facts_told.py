"""What whole articles tell of single figures, exactly: the cases of ``data/facts/told.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from extractors.findings import Fact, Findings, Text
from extractors.pipeline import Reader
from tests.facts_told import DATA


@cache
def reader() -> Reader:
    return Reader()


def cases() -> list[dict[str, Any]]:
    return tomllib.loads((DATA / "told.toml").read_text(encoding="utf-8"))["case"]


def fact_of(case: dict[str, Any]) -> Fact | None:
    """What is read of the case's figure, at its first place in the text."""
    published = case.get("published", date(2025, 7, 31))
    text = Text("x", case["text"], case.get("title"), published, publisher=case.get("publisher"))
    (found,) = reader().read([text], ("money", "percent", "counts", "facts"))
    start = case["text"].index(case["figure"])
    place = next(key for key, at in figures(found) if at == start)
    return next((fact for fact in found.facts if fact.figure == place), None)


def figures(found: Findings) -> Iterator[tuple[str, int]]:
    for kind in ("money", "percent", "counts"):
        yield from ((f"{kind}:{place}", figure.start) for place, figure in enumerate(getattr(found, kind)))


PARTS = {"start": "period_start", "end": "period_end"}


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['figure']} in {case['text'][:60]}")
def test_what_is_told_of_a_figure(case: dict[str, Any]) -> None:
    fact = fact_of(case)
    if case.get("none"):
        assert fact is None
        return
    told = {
        key: value
        for key, value in case.items()
        if key not in ("title", "text", "figure", "published", "publisher")
    }
    for key, expected in told.items():
        part = key.removeprefix("not_")
        read = getattr(fact, PARTS.get(part, part), None) if fact else None
        if key.startswith("not_"):
            assert read != expected, fact
        else:
            assert read == (None if expected == "none" else expected), fact
