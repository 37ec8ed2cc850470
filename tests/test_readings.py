"""What changed between two versions of the reader, over the versions between, taken together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import companies, readings
from db.store import DatabaseError, Store, open_store
from db.vintages import TABLES, Stamp, lay, settle
from tests.news_rows import add_article

START = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        yield opened


def read(
    store: Store, article: int, version: str, hours: int, cause: str = "reading", **amounts: float
) -> None:
    """Read *amounts*, each named by its place: ``at_20=5.0``."""
    now = START + timedelta(hours=hours)
    said: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for name, value in amounts.items():
        start = int(name.removeprefix("at_"))
        place = {
            "part": "body",
            "start": start,
            "end": start + 2,
            "text": f"${start}",
            "sentence": "It took it.",
        }
        said["money"].append({**place, "value": value, "currency": "USD", "pair_of": None, "rule": version})
    with store.write() as db:
        lay(db, article, said, Stamp(now, version, cause))  # type: ignore[arg-type]
        settle(db, article, now)
        readings.note(db, version, 1, now)


def differences(store: Store, first: str, second: str) -> list[tuple[str, int, object, object]]:
    found = readings.compare(store, first, second, most=99)
    values = [one.values.get("value", (None, None)) for one in found.shown]
    return [(one.how, one.finding, *pair) for one, pair in zip(found.shown, values, strict=True)]


def test_versions_between_are_taken_together(store: Store) -> None:
    article = add_article(store, START.date())
    read(store, article, "a", 0, at_0=1.0, at_10=2.0, at_20=3.0, at_30=4.0)
    read(store, article, "b", 1, at_0=9.0, at_10=8.0, at_20=3.0, at_40=5.0)
    read(store, article, "c", 2, at_0=1.0, at_10=7.0, at_20=3.0, at_40=6.0, at_50=7.0)
    read(store, article, "d", 3, at_20=0.5)
    assert differences(store, "a", "b") == [
        ("changed", 1, 1.0, 9.0),
        ("changed", 2, 2.0, 8.0),
        ("gone", 4, 4.0, None),
        ("new", 5, None, 5.0),
    ]
    assert differences(store, "a", "c") == [
        ("changed", 2, 2.0, 7.0),
        ("gone", 4, 4.0, None),
        ("new", 5, None, 6.0),
        ("new", 6, None, 7.0),
    ]
    assert differences(store, "c", "d")[0] == ("gone", 1, 1.0, None)
    counts = readings.compare(store, "b", "d", most=1).counts
    assert counts == {("money", "gone"): 3, ("money", "changed"): 1}


def test_articles_that_are_new_to_a_version_are_no_difference(store: Store) -> None:
    read(store, add_article(store, START.date()), "a", 0, at_0=1.0)
    read(store, add_article(store, START.date()), "b", 1, at_0=2.0)
    assert differences(store, "a", "b") == []


def test_the_cause_is_told_of_what_is_new_too(store: Store) -> None:
    article = add_article(store, START.date())
    read(store, article, "a", 0, at_0=1.0)
    read(store, article, "b", 1, at_0=1.5)
    read(store, article, "b", 2, cause="text", at_0=2.5, at_10=3.0)
    shown = readings.compare(store, "a", "b", most=9).shown
    assert [(one.how, one.cause) for one in shown] == [("changed", "text"), ("new", "text")]
    assert shown[0].rules == ("a", "b")


def test_a_merge_by_hand_is_no_reading(store: Store) -> None:
    for version in ("a", "b"):
        with store.write() as db:
            readings.note(db, version, 1, START)
    add_article(store, START.date(), companies=["Lumo", "Lumo Pictures"])
    companies.merge(store, 2, 1, START + timedelta(hours=1))
    assert store.db["past_findings"].count == 1
    assert readings.compare(store, "a", "b", most=9).counts == {}


def test_there_must_be_two(store: Store) -> None:
    with pytest.raises(DatabaseError, match="nothing has been read yet"):
        readings.last_two(store)
    read(store, add_article(store, START.date()), "a", 0)
    with pytest.raises(DatabaseError, match="only a has read so far"):
        readings.last_two(store)
