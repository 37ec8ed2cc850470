"""Claims: facts held against one another when they are written, and an article's sums, in real databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import stories
from db.articles import NewArticle, keep_article, outlet_for
from db.claims import conflicts_since, failed_checks
from db.finding_rows import ReadArticle
from db.findings import save_findings
from db.series import disagreements, reported, series
from db.store import Store, open_store
from extractors.findings import Text
from extractors.pipeline import Reader, Reading
from tests.news_rows import MARCH, tell

PAIRS = Path(__file__).parent / "data" / "facts" / "pairs.jsonl"
NOW = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Reading(beat=None))


def rows(store: Store, view: str) -> list[dict[str, Any]]:
    return list(store.db.query(f"SELECT * FROM {view}"))


def read_into(store: Store, reader: Reader, told: dict[str, str]) -> None:
    """Keep and read an article as the program does."""
    day = date.fromisoformat(told["published"])
    published = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = NewArticle(
        url=f"https://example.org/{told['published']}/{told['publisher']}",
        title=told["title"],
        body=told["text"],
        body_source="page",
        text_hash=told["title"],
        note=None,
        author=None,
        language="en",
        published=published,
        published_source="feed",
        published_precision="day",
    )
    outlet = outlet_for(store, "", told["publisher"])
    with store.write():
        article = keep_article(store, found, outlet, None, published).article
        text = Text("", found.body, found.title, day, told["publisher"], "en")
        findings = {"body": next(iter(reader.read([text])))}
        read = ReadArticle(article, found.title, found.body, found.text_hash, findings)
        save_findings(store, [read], "1", published)
        stories.assign(store, article, published)


def pairs() -> list[dict[str, Any]]:
    return [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair['relation']}: {pair['why']}")
def test_pairs_of_articles_through_the_database(store: Store, reader: Reader, pair: dict[str, Any]) -> None:
    for side in ("a", "b"):
        read_into(store, reader, pair[side])
    figures = {pair["figure_a"], pair["figure_b"]}
    apart = [{row["stated"], row["other_stated"]} for row in rows(store, "disagreements")]
    asked = [{p.first.claim.text, p.second.claim.text} for p in disagreements(reported(store))]
    assert sorted(map(sorted, apart)) == sorted(map(sorted, asked))
    high = {row["stated"] for row in rows(store, "fact_figures") if row["confidence"] == "high"}
    if figures <= high:
        assert (figures in apart) == (pair["relation"] == "disagree")


@dataclass(frozen=True)
class Told:
    """A claim of a random database."""

    value: int
    outlet: str
    subject: str
    year: int
    approx: str | None
    claimed_by: str | None


TOLD = st.builds(
    Told,
    st.sampled_from([100, 101, 104, 120, 200, 100_000]),
    st.sampled_from(["Harbour Post", "Ledger", "Third Wire"]),
    st.sampled_from(["Lumo", "Lumo Ltd", "Tiderip"]),
    st.sampled_from([2024, 2025]),
    st.sampled_from([None, "~", ">"]),
    st.sampled_from([None, "Larkspur Data"]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TOLD, min_size=2, max_size=7))
def test_the_views_tell_what_the_comparison_tells(told: list[Told]) -> None:
    with TemporaryDirectory() as folder, open_store(Path(folder) / "n.db") as store:
        for number, one in enumerate(told):
            article = tell(
                store,
                f"${one.value} million",
                one.value * 1e6,
                day=MARCH + timedelta(days=number),
                outlet=one.outlet,
                subject=one.subject,
                period=(f"{one.year}-01-01", f"{one.year}-12-31"),
                claimed_by=one.claimed_by,
            )
            with store.write() as db:
                db.execute("UPDATE money SET approx = ? WHERE article = ?", [one.approx, article])
        facts = reported(store)
        values = {frozenset((p.first.claim.value, p.second.claim.value)) for p in disagreements(facts)}
        assert {
            frozenset((row["value"], row["other"]))
            for row in store.db.query(
                "SELECT a.value, b.value AS other FROM disagreements d "
                "JOIN fact_figures a ON a.id = d.fact JOIN fact_figures b ON b.id = d.other_fact"
            )
        } == values
        once = sorted(fact.claim.id for claims in series(facts) for fact in claims)
        assert sorted(row["fact"] for row in rows(store, "series")) == once


def test_a_conflict_follows_what_is_corrected(store: Store) -> None:
    tell(store, "$412 million", 412e6)
    article = tell(store, "$355 million", 355e6, outlet="Ledger")
    assert [row["gap"] for row in rows(store, "disagreements")] == [pytest.approx(57 / 412)]
    with store.write() as db:
        db.execute("UPDATE money SET value = 412e6, usd = 412e6 WHERE article = ?", [article])
    assert rows(store, "disagreements") == []
    with store.write() as db:
        db.execute("UPDATE money SET value = 41.2e6, usd = 41.2e6 WHERE article = ?", [article])
        db.execute("UPDATE facts SET subject = 'Tiderip' WHERE article = ?", [article])
    assert rows(store, "disagreements") == []
    with store.write() as db:
        db.execute("UPDATE facts SET subject = 'Lumo' WHERE article = ?", [article])
    assert len(rows(store, "disagreements")) == 1
    with store.write() as db:
        db.execute("DELETE FROM facts WHERE article = ?", [article])
    assert rows(store, "disagreements") == [] == rows(store, "conflicts")


def test_a_fact_of_low_confidence_makes_no_claim(store: Store) -> None:
    tell(store, "$412 million", 412e6)
    tell(store, "$355 million", 355e6, outlet="Ledger", confidence="low")
    assert [row["stated"] for row in rows(store, "series")] == ["$412 million"]
    assert rows(store, "disagreements") == []


def test_a_slip_of_scale_is_told(store: Store) -> None:
    tell(store, "$412 million", 412e6)
    tell(store, "$412 billion", 412e9, outlet="Ledger")
    (row,) = rows(store, "disagreements")
    assert (row["stated"], row["other_stated"]) == ("$412 million", "$412 billion")
    assert row["slip"] == "$412 billion is 1000 times $412 million: one of them has most likely slipped"


def test_conflicts_of_a_day_are_those_that_are_new(store: Store) -> None:
    tell(store, "$300 million", 300e6)
    tell(store, "$355 million", 355e6, outlet="Ledger", day=MARCH + timedelta(days=1))
    tell(store, "$412 million", 412e6, outlet="Third Wire", day=MARCH + timedelta(days=9))
    since = datetime(2026, 3, 10, tzinfo=UTC)
    found = conflicts_since(store, since, since + timedelta(days=2))
    assert [{pair.first.claim.text, pair.second.claim.text} for pair in found] == [
        {"$300 million", "$412 million"},
        {"$355 million", "$412 million"},
    ]
    assert conflicts_since(store, since + timedelta(days=2), NOW) == []


def test_a_sum_that_does_not_add_up_is_found_and_shown(store: Store, reader: Reader) -> None:
    text = (
        "Studio operator Harrow Reels had revenue of $150 million in 2025, up 50 percent from a year "
        "earlier. Harrow Reels had revenue of $120 million in 2024."
    )
    article = {"title": "Harrow Reels", "text": text, "published": "2026-03-03", "publisher": "Ledger"}
    read_into(store, reader, article)
    (check,) = rows(store, "checks")
    assert (check["kind"], check["holds"], check["expected"], check["found"]) == ("growth", 0, 100e6, 120e6)
    assert check["note"].endswith("implies about 100,000,000 before; the text says $120 million")
    assert [row["note"] for row in failed_checks(store, [check["article"]])] == [check["note"]]
    assert len(json.loads(check["facts"])) == 3
