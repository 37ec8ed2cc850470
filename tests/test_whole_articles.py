"""Whole articles by another hand than the rules', read as the program reads them: floors on every part.

``data/articles.jsonl``: spans and values of amounts and percentages, companies with their forms, themes, and
a fact for each figure (metric and subject with other right wordings, period, direction).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from extractors.companies import key
from extractors.contract import Json, as_json
from extractors.findings import PARTS, Text
from extractors.pipeline import Reader, Reading
from tests.themes_scored import CLOSED

DATA = Path(__file__).parent / "data"
FLOORS: Mapping[str, float] = json.loads((DATA / "floors.json").read_text(encoding="utf-8"))["whole_articles"]
FILLER = frozenset({"a", "an", "the", "of", "in", "on", "by", "for", "to", "from", "its", "and", "or", "per"})


@dataclass
class Tally:
    """How many were right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


@cache
def articles() -> list[tuple[Json, Json]]:
    """Each article as annotated and as read."""
    rows = [json.loads(line) for line in (DATA / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [Text(r["id"], r["text"], r["title"], date.fromisoformat(r["published"])) for r in rows]
    found = Reader(Reading(beat=None)).read(texts)
    return [(row, as_json(one, PARTS)) for row, one in zip(rows, found, strict=True)]


def overlaps(one: Sequence[Any], other: Mapping[str, Any]) -> bool:
    return bool(one[0] < other["end"] and other["start"] < one[1])


def paired(row: Json, read: Json, part: str) -> dict[int, int]:
    """For each figure that was read, by its place: the annotated one that it overlaps."""
    return {
        at: place
        for at, figure in enumerate(read[part])
        for place, one in enumerate(row[part])
        if overlaps(one, figure)
    }


def figures(part: str) -> Tally:
    total = Tally()
    for row, read in articles():
        where, unit = paired(row, read, part), "currency" if part == "money" else "unit"
        right = 0
        for at, figure in enumerate(read[part]):
            if at in where:
                _, _, value, value_max, of = row[part][where[at]]
                right += (figure["value"], figure["value_max"], figure[unit]) == (value, value_max, of)
            elif any(overlaps(span, figure) for span in row["ignore"]):
                total.wrong -= 1
        total.wrong += len(read[part]) - right
        total.right, total.missed = total.right + right, total.missed + len(row[part]) - right
    return total


def companies() -> tuple[Tally, int]:
    """The entities, and how many organisations of other kinds were taken for companies."""
    total, others = Tally(), 0
    for row, read in articles():
        left = [{key(form) for form in forms} for forms in row["companies"]]
        either, never = ({key(form) for form in row[name]} for name in ("either", "not_companies"))
        for company in read["companies"]:
            forms = {key(company["name"]), *(key(row["text"][a:b]) for a, b in company["mentions"])}
            hit = next((one for one in left if one & forms), None)
            if hit:
                left.remove(hit)
                total.right += 1
            elif not forms & either:
                total.wrong += 1
                others += bool(forms & never)
        total.missed += len(left)
    return total, others


def themes() -> Tally:
    total = Tally()
    for row, read in articles():
        wanted = {theme for theme in row["themes"] if not theme.startswith("other:")}
        found = {theme["theme"] for theme in read["themes"]} & CLOSED
        total.right += len(wanted & found)
        total.wrong, total.missed = total.wrong + len(found - wanted), total.missed + len(wanted - found)
    return total


def words(phrase: str | None) -> set[str]:
    found = re.findall(r"[a-z0-9&+]+", (phrase or "").lower().replace("-", " "))
    return {re.sub(r"(?<=\w{3})s$", "", word) for word in found} - FILLER


def alike(phrase: str | None, wanted: Iterable[str]) -> bool:
    one = words(phrase)
    return any(2 * len(one & words(w)) >= 0.5 * (len(one) + len(words(w))) for w in wanted if one)


def within(phrase: str | None, wanted: Iterable[str]) -> bool:
    one = words(phrase)
    return any(2 * len(one & words(w)) >= min(len(one), len(words(w))) for w in wanted if one and words(w))


def is_right(fact: Json, wanted: Json) -> bool:
    """Metric, subject and period alike, and no other direction; a level beside another may have one."""
    start, end = wanted["period"]
    begun = {fact["period_start"], start}
    period = fact["period_end"] == end and (len(begun) == 1 or (end and begun == {None, f"{end[:4]}-01-01"}))
    direction = fact["direction"] == wanted["direction"] or wanted["direction"] is None
    return bool(
        period
        and direction
        and alike(fact["metric"], wanted["metric"])
        and within(fact["subject"], wanted["subject"])
    )


def facts(high_alone: bool) -> Tally:
    total = Tally()
    for row, read in articles():
        wanted = {fact["figure"]: fact for fact in row["facts"]}
        places = {part: paired(row, read, part) for part in ("money", "percent")}
        right: set[str] = set()
        for fact in read["facts"]:
            part, _, at = fact["figure"].partition(":")
            if part == "counts" or (high_alone and fact["confidence"] != "high"):
                continue
            figure = f"{part}:{places[part].get(int(at))}"
            figure = row["conversions"].get(figure, figure)
            if figure in row["facts_ignore"]:
                continue
            if figure in wanted and is_right(fact, wanted[figure]):
                right.add(figure)
            else:
                total.wrong += 1
        total.right, total.missed = total.right + len(right), total.missed + len(wanted) - len(right)
    return total


def test_there_are_enough_of_them() -> None:
    assert len(articles()) >= 292
    assert sum(len(row["facts"]) for row, _ in articles()) >= 5900


@pytest.mark.parametrize("part", ["money", "percent"])
def test_figures_are_right_as_often_as_before(part: str) -> None:
    measured = figures(part)
    assert measured.f1 >= FLOORS[part], measured


def test_companies_are_right_as_often_as_before() -> None:
    measured, others = companies()
    assert measured.f1 >= FLOORS["companies"], measured
    assert others <= FLOORS["wrong_organisations"]


def test_themes_are_right_as_often_as_before() -> None:
    measured = themes()
    assert measured.f1 >= FLOORS["themes"], measured


def test_facts_are_right_as_often_as_before() -> None:
    measured = facts(high_alone=False)
    assert measured.f1 >= FLOORS["facts"], measured


def test_facts_of_high_confidence_are_right() -> None:
    measured = facts(high_alone=True)
    assert measured.precision >= FLOORS["high_precision"], measured
    assert measured.recall >= FLOORS["high_coverage"], measured
