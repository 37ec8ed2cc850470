"""Vintages: a finding keeps its id while something is read at its place, and what it was is kept."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.store import Store, open_store
from db.vintages import TABLES, Laid, Ref, Stamp, change, changing, lay, settle
from tests.news_rows import add_article, add_company, add_theme

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "n.db")


def amount(start: int, text: str, value: float, **more: Any) -> dict[str, Any]:
    """A row of money."""
    row = {"part": "body", "start": start, "end": start + len(text), "text": text, "value": value}
    return {
        **row,
        "currency": "USD",
        "sentence": f"It took {text}.",
        "rule": "amount",
        "pair_of": None,
        **more,
    }


def fact(place: int, **more: Any) -> dict[str, Any]:
    """A fact about the amount at *place*."""
    parts = {"money": Ref("money", place), "percentage": None, "count": None, "basis": "reported"}
    return {**parts, "metric": "revenue", "confidence": "high", "sentence": "s", "rule": "r", **more}


def said(store: Store, article: int, now: datetime, *, version: str = "1", **tables: Sequence[Any]) -> Laid:
    """Lay what is said of *article*; tables that are not named hold nothing."""
    with store.write() as db:
        rows = {table: tables.get(table, ()) for table in TABLES}
        return lay(db, article, rows, Stamp(now, version))


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    return list(store.db.query(f"SELECT * FROM {table} ORDER BY id"))


def past(store: Store) -> list[tuple[str, int, dict[str, Any]]]:
    return [(r["kind"], r["finding"], json.loads(r["content"])) for r in rows(store, "past_findings")]


def test_what_is_read_again_alike_keeps_its_row(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    told = {
        "money": [amount(0, "$5 million", 5e6), amount(20, "$7 million", 7e6)],
        "facts": [fact(0), fact(1)],
    }
    assert said(store, article, MONDAY, **told) == Laid(new=4)
    before = {table: rows(store, table) for table in TABLES}
    assert said(store, article, TUESDAY, version="2", **told) == Laid()
    assert {table: rows(store, table) for table in TABLES} == before
    assert past(store) == []


def test_another_value_keeps_the_id_and_the_old_row(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    said(store, article, MONDAY, money=[amount(0, "$5 million", 5.0)], facts=[fact(0)])
    laid = said(store, article, TUESDAY, version="2", money=[amount(0, "$5 million", 5e6)], facts=[fact(0)])
    assert laid == Laid(changed=1)
    (now,) = rows(store, "money")
    assert (now["id"], now["value"], now["read_by"]) == (1, 5e6, "2")
    assert (now["first_seen_at"], now["valid_from"]) == (MONDAY.isoformat(), TUESDAY.isoformat())
    assert [(kind, number, old["value"]) for kind, number, old in past(store)] == [("money", 1, 5.0)]
    (kept,) = rows(store, "past_findings")
    assert (kept["valid_from"], kept["valid_until"]) == (MONDAY.isoformat(), TUESDAY.isoformat())
    assert (kept["read_by"], kept["superseded_by"], kept["cause"]) == ("1", "2", "reading")


def test_a_rules_new_name_alone_is_no_vintage(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    said(store, article, MONDAY, money=[amount(0, "$5", 5)])
    assert said(store, article, TUESDAY, money=[amount(0, "$5", 5, rule="renamed")]) == Laid()
    assert [row["rule"] for row in rows(store, "money")] == ["renamed"]
    assert past(store) == []


def test_an_id_is_never_given_again(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    said(store, article, MONDAY, money=[amount(0, "$5", 5), amount(9, "$6", 6)], facts=[fact(1)])
    assert said(store, article, TUESDAY, money=[amount(0, "$5", 5)]) == Laid(gone=2)
    assert said(store, article, WEDNESDAY, money=[amount(0, "$5", 5), amount(30, "$8", 8)]) == Laid(new=1)
    assert [row["id"] for row in rows(store, "money")] == [1, 3]
    assert [(kind, number) for kind, number, _ in past(store)] == [("facts", 1), ("money", 2)]


def test_the_same_words_elsewhere_in_a_revised_text_keep_their_id(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    said(store, article, MONDAY, money=[amount(0, "$5", 5), amount(9, "$6", 6)])
    assert said(store, article, TUESDAY, money=[amount(4, "$6", 6), amount(40, "$5", 5)]) == Laid(changed=2)
    assert {row["text"]: row["id"] for row in rows(store, "money")} == {"$5": 1, "$6": 2}


def test_pairs_name_one_another_by_id(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    pair = [amount(0, "CNY7", 7), amount(9, "$1", 1, pair_of=Ref("money", 0))]
    said(store, article, MONDAY, money=pair)
    said(
        store,
        article,
        TUESDAY,
        money=[amount(30, "€2", 2), *pair[:1], {**pair[1], "pair_of": Ref("money", 1)}],
    )
    assert [(row["id"], row["pair_of"]) for row in rows(store, "money")] == [(1, None), (2, 1), (3, None)]
    assert past(store) == []


def test_amounts_may_be_paired_either_way_round(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    later, earlier = {"pair_of": Ref("money", 1)}, {"pair_of": Ref("money", 0)}
    said(store, article, MONDAY, money=[amount(0, "CNY7", 7, **later), amount(9, "$1", 1)])
    said(store, article, TUESDAY, money=[amount(30, "€2", 2, **later), amount(40, "$3", 3, **earlier)])
    assert [(row["id"], row["pair_of"]) for row in rows(store, "money")] == [(3, 4), (4, 3)]


def test_two_themes_at_one_place_are_two_findings(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    for theme in ("mafia", "revenge"):
        add_theme(store, theme)
    place = {"part": "body", "start": 0, "end": 5, "text": "mafia", "sentence": "s", "rule": "r"}
    both = [{**place, "theme": theme} for theme in ("mafia", "revenge")]
    said(store, article, MONDAY, theme_mentions=both)
    assert said(store, article, TUESDAY, theme_mentions=both[1:]) == Laid(gone=1)
    assert [(row["id"], row["theme"]) for row in rows(store, "theme_mentions")] == [(2, "revenge")]


def test_a_change_by_hand_keeps_what_was(store: Store) -> None:
    article = add_article(store, MONDAY.date(), companies=["Tidewater"])
    other = add_company(store, "Tidewater Media")
    with store.write() as db:
        change(db, "company_mentions", [1], {"company": other}, Stamp(TUESDAY, None, "merge"))
        change(db, "company_mentions", [1], {"company": other}, Stamp(WEDNESDAY, None, "merge"))
    (row,) = rows(store, "company_mentions")
    assert (row["article"], row["company"], row["valid_from"]) == (article, other, TUESDAY.isoformat())
    assert [(kind, old["company"]) for kind, _, old in past(store)] == [("company_mentions", 1)]


def test_what_an_article_was_is_kept_once_it_is_settled(store: Store) -> None:
    article = add_article(store, date(2026, 5, 1))

    def set_beat(on: int, now: datetime) -> None:
        with store.write() as db, changing(db, [article], now):
            db.execute("UPDATE articles SET on_beat = ? WHERE id = ?", [on, article])

    set_beat(0, MONDAY)
    assert rows(store, "past_articles") == []  # it was not settled yet
    with store.write() as db:
        settle(db, article, MONDAY)
        settle(db, article, TUESDAY)
    set_beat(1, MONDAY)
    assert rows(store, "past_articles") == []  # both within one moment
    set_beat(1, TUESDAY)
    set_beat(0, WEDNESDAY)
    (state,) = rows(store, "past_articles")
    assert (state["on_beat"], state["valid_until"]) == (1, WEDNESDAY.isoformat())
    assert store.db.execute("SELECT settled_at FROM articles").fetchone() == (MONDAY.isoformat(),)


def test_a_facts_vintages_are_those_of_its_figure_too(store: Store) -> None:
    article = add_article(store, MONDAY.date())
    five = amount(0, "$5 million", 5.0)
    said(store, article, MONDAY, money=[five], facts=[fact(0)])
    said(store, article, TUESDAY, version="2", money=[{**five, "value": 5e6}], facts=[fact(0)])
    said(
        store,
        article,
        WEDNESDAY,
        version="3",
        money=[{**five, "value": 5e6}],
        facts=[fact(0, basis="target")],
    )
    later = WEDNESDAY + timedelta(days=1)
    told = "SELECT value, basis, valid_from, valid_until, superseded_by, stands FROM fact_vintages ORDER BY 3"
    days = [moment.isoformat() for moment in (MONDAY, TUESDAY, WEDNESDAY)]
    assert store.db.execute(told).fetchall() == [
        (5.0, "reported", days[0], days[1], "2", "$5 million"),
        (5e6, "reported", days[1], days[2], "3", "$5 million"),
        (5e6, "target", days[2], None, None, "$5 million"),
    ]
    said(store, article, later, version="4")
    last = store.db.execute(f"{told} DESC").fetchone()
    assert last == (5e6, "target", days[2], later.isoformat(), "4", None)
    assert store.db.execute("SELECT count(*) FROM fact_vintages WHERE fact = 1").fetchone() == (3,)
