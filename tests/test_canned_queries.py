"""The questions an analyst asks, each answered by its canned query from rows that were put in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from db import series
from db.store import Store, open_store
from extractors.facts.words import words
from tests.news_rows import MARCH, add_article, add_theme, tell

QUERIES = files("db.datasette") / "queries"
NAMES = sorted(path.name.removesuffix(".sql") for path in QUERIES.iterdir())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        yield opened


def sql_of(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def answers(store: Store, name: str, **values: str) -> list[dict[str, Any]]:
    """The rows of a canned query."""
    cursor = store.db.execute(sql_of(name), values)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor]


def test_overseas_revenue_by_period_and_source(store: Store) -> None:
    tell(store, "$9 million", 9e6, scope=["overseas"], period=("2024-01-01", "2024-12-31"))
    tell(store, "$12 million", 12e6, metric="overseas revenue", claimed_by="Larkspur Data")
    tell(store, "$40 million", 40e6)
    found = answers(store, "how_big_is_overseas_revenue_by_period_and_source")
    assert [(row["stated"], row["source"]) for row in found] == [
        ("$12 million", "Larkspur Data"),
        ("$9 million", "Harbour Post"),
    ]


def test_what_changed_since_last_week(store: Store) -> None:
    for day in (3, 4, 5):
        add_article(store, date(2026, 3, day), title=f"Heiress {day}", themes=["true-heiress"])
    for day in (10, 11, 12):
        add_article(store, date(2026, 3, day), title=f"Other {day}", themes=["werewolf"])
    add_article(store, date(2026, 3, 12), title="Off the beat", themes=["palace"], on_beat=False)
    found = answers(store, "what_changed_since_last_week")
    assert [(row["theme"], row["this_week"], row["week_before"]) for row in found] == [
        ("werewolf", 3, 0),
        ("true-heiress", 0, 3),
    ]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"claimed_by": "Larkspur Data"}, "two sources: Larkspur Data and Harbour Post"),
        ({"day": date(2026, 6, 2)}, "one was published 92 days after the other"),
        ({"approx": "~"}, "one is rounded or a bound"),
        ({}, "two outlets give different values"),
    ],
)
def test_which_numbers_conflict_and_why(store: Store, second: dict[str, Any], why: str) -> None:
    tell(store, "$412 million", 412e6)
    approx = second.pop("approx", None)
    article = tell(store, "$355 million", 355e6, outlet="Ledger", **second)
    if approx:
        with store.write() as db:
            db.execute("UPDATE money SET approx = ? WHERE article = ?", [approx, article])
    tell(store, "$355 million", 355e6, outlet="Third", period=("2024-01-01", "2024-12-31"))
    tell(store, "$9 million", 9e6, outlet="Fourth", subject="Tiderip")
    (row,) = answers(store, "which_numbers_conflict_and_why")
    assert (row["one"], row["other"], row["percent_apart"]) == ("$355 million", "$412 million", 16.1)
    assert {row["says"], row["says it"]} == {"Harbour Post", "Ledger"}
    assert row["why"] == why


def test_a_copy_of_the_same_story_conflicts_with_nothing(store: Store) -> None:
    first = tell(store, "$412 million", 412e6)
    copy = tell(store, "$421 million", 421e6, outlet="Ledger")
    with store.write() as db:
        db.execute(
            "UPDATE articles SET story = (SELECT story FROM articles WHERE id = ?) WHERE id = ?",
            [first, copy],
        )
    assert answers(store, "which_numbers_conflict_and_why") == []


def test_who_first_reported_this_number(store: Store) -> None:
    tell(store, "$412 million", 412e6, day=date(2026, 3, 9), outlet="Ledger")
    tell(store, "$412 million", 412e6, day=date(2026, 3, 2))
    tell(store, "$9 million", 9e6)
    found = answers(store, "who_first_reported_this_number", words="$412 million")
    assert [row["outlet"] for row in found] == ["Harbour Post", "Ledger"]


def test_echoes_repeat_a_figure_later_in_another_story_or_outlet(store: Store) -> None:
    first = tell(store, "$412 million", 412e6, day=date(2026, 3, 2))
    later = tell(store, "$412m", 412e6, day=date(2026, 3, 9), outlet="Ledger", subject="LUMO")
    tell(store, "$412 million", 412e6, day=date(2026, 3, 10), outlet="Third", subject="Tiderip")
    tell(store, "$9 million", 9e6, day=date(2026, 3, 11), outlet="Fourth")
    tell(store, "412 million", 412e6, day=date(2026, 3, 12), outlet="Fifth", unit="downloads")
    rows = store.db.execute("SELECT article, echo_article, echo_outlet, stated FROM echoes").fetchall()
    assert rows == [(first, later, "Ledger", "$412m")]
    assert series.echoes(store, [1, 2]) == {1: series.Echoes(1, ("Ledger",))}


@pytest.mark.parametrize(
    "condition",
    [
        "echoes WHERE fact = 1",
        "echoes WHERE echo = 1",
        "echoes WHERE article = 1",
        "echoes WHERE echo_article = 1",
        "fact_vintages WHERE fact = 1",
        "fact_vintages WHERE article = 1",
    ],
)
def test_echoes_and_vintages_are_looked_up_never_searched_for(store: Store, condition: str) -> None:
    plan = [step[3] for step in store.db.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {condition}")]
    assert not [
        step
        for step in plan
        if step.startswith("SCAN") and step not in ("SCAN s", "SCAN w", "SCAN CONSTANT ROW")
    ]


def test_how_has_this_estimate_been_revised(store: Store) -> None:
    tell(store, "$3 billion", 3e9, day=date(2026, 4, 1), basis="forecast", subject="the market")
    tell(store, "$2 billion", 2e9, day=date(2026, 3, 1), basis="estimate", subject="the market")
    tell(store, "$1 billion", 1e9, subject="the market")
    found = answers(store, "how_has_this_estimate_been_revised", subject="market", metric="revenue")
    assert [row["stated"] for row in found] == ["$2 billion", "$3 billion"]


def test_what_did_we_know_on_date(store: Store) -> None:
    tell(store, "$2 billion", 2e9, day=date(2026, 3, 1))
    tell(store, "$3 billion", 3e9, day=date(2026, 3, 9))
    found = answers(store, "what_did_we_know_on_date", subject="Lumo", date="2026-03-05")
    assert [row["stated"] for row in found] == ["$2 billion"]


def test_the_league_table_has_each_ones_newest_figure_the_largest_first(store: Store) -> None:
    tell(store, "$5 million", 5e6, company="Lumo", period=("2024-01-01", "2024-12-31"))
    tell(store, "$8 million", 8e6, company="Lumo")
    tell(store, "$9 million", 9e6, company="Tiderip")
    tell(store, "3 million", 3e6, company="Lumo", metric="downloads", metric_id="downloads", unit="downloads")
    found = answers(store, "app_revenue_and_downloads_league_table")
    assert [(row["company_name"], row["metric_id"], row["stated"]) for row in found] == [
        ("Lumo", "downloads", "3 million"),
        ("Tiderip", "revenue", "$9 million"),
        ("Lumo", "revenue", "$8 million"),
    ]


def test_is_growth_slowing_for_company(store: Store) -> None:
    tell(store, "40 percent", 40, unit="percent", direction="up", period=("2024-01-01", "2024-12-31"))
    tell(store, "12 percent", 12, unit="percent", direction="up")
    tell(store, "3 percent", 3, unit="percent", direction="up", subject="Tiderip")
    found = answers(store, "is_growth_slowing_for_company", company="Lumo")
    assert [row["stated"] for row in found] == ["40 percent", "12 percent"]


def test_who_makes_or_loses_money(store: Store) -> None:
    tell(store, "$8 million", 8e6, metric="net loss", metric_id="loss")
    tell(store, "$3 million", 3e6, metric="profit", metric_id="profit", period=("2026-01-01", "2026-03-31"))
    tell(store, "$90 million", 90e6)
    found = answers(store, "who_makes_or_loses_money")
    assert [(row["metric"], row["stated"]) for row in found] == [
        ("profit", "$3 million"),
        ("net loss", "$8 million"),
    ]


def test_production_cost_and_ad_spend_over_time(store: Store) -> None:
    tell(store, "$150,000", 150e3, metric="production cost", metric_id=None)
    tell(store, "$1 million", 1e6, metric="ad spending", metric_id="expenses", day=date(2026, 4, 1))
    tell(store, "$200,000", 2e5, metric="budget", metric_id="budget", period=("2026-01-01", "2026-06-30"))
    tell(store, "$90 million", 90e6)
    found = answers(store, "production_cost_and_ad_spend_over_time")
    assert {row["stated"] for row in found} == {"$150,000", "$1 million", "$200,000"}
    assert found[0]["stated"] == "$200,000"


def test_who_raised_bought_or_partnered(store: Store) -> None:
    tell(store, "$22 million", 22e6, metric="funding", metric_id="funding")
    tell(store, "$140 million", 140e6, metric="deal value", metric_id="deal_value", day=date(2026, 3, 4))
    tell(store, "$90 million", 90e6)
    found = answers(store, "who_raised_bought_or_partnered")
    assert [row["stated"] for row in found] == ["$140 million", "$22 million"]


def test_forecasts_against_outcomes(store: Store) -> None:
    tell(store, "$10 million", 10e6, basis="forecast", day=date(2025, 5, 1))
    tell(store, "$8 million", 8e6)
    tell(store, "$70 million", 70e6, basis="target", period=("2027-01-01", "2027-12-31"))
    found = answers(store, "forecasts_against_outcomes")
    assert [(row["forecast"], row["outcome"]) for row in found] == [
        ("$10 million", "$8 million"),
        ("$70 million", None),
    ]


def test_which_tropes_rise_for_which_apps(store: Store) -> None:
    for day in (3, 10, 17, 24):
        title = f"A true heiress number {day}"
        add_article(store, date(2026, 3, day), title=title, themes=["true-heiress"], companies=["Lumo"])
    for day in (3, 10):
        title = f"A werewolf number {day}"
        add_article(store, date(2026, 2, day), title=title, themes=["werewolf"], companies=["Lumo"])
    found = answers(store, "which_tropes_rise_for_which_apps")
    assert [(r["theme"], r["company_name"], r["four_weeks"], r["four_before"]) for r in found] == [
        ("true-heiress", "Lumo", 4, 0),
        ("werewolf", "Lumo", 0, 2),
    ]


def test_which_countries_tighten_or_subsidise(store: Store) -> None:
    article = add_article(store, MARCH)
    place = {"article": article, "part": "body", "start": 0, "end": 6, "text": "Brazil", "rule": "name"}
    with store.write() as db:
        told = {**place, "country": "BR", "sentence": "Brazil will subsidise vertical dramas."}
        db["country_mentions"].insert(told)
        db["country_mentions"].insert({**place, "country": "IN", "sentence": "India watches them."})
    found = answers(store, "which_countries_tighten_or_subsidise")
    assert [(row["country"], row["outlet"]) for row in found] == [("BR", "Harbour Post")]


def test_new_companies_seen_this_month(store: Store) -> None:
    add_article(store, date(2026, 1, 5), title="Lumo is there", companies=["Lumo"])
    add_article(store, date(2026, 3, 9), title="Tiderip is new", companies=["Lumo", "Tiderip"])
    found = answers(store, "new_companies_seen_this_month")
    assert [(row["name"], row["stories"]) for row in found] == [("Tiderip", 1)]


@pytest.mark.parametrize("name", NAMES)
def test_a_query_says_what_it_answers_asks_for_known_metrics_and_only_reads(store: Store, name: str) -> None:
    add_theme(store, "revenge")
    sql = sql_of(name)
    assert sql.startswith("-- ")
    known = {metric.id for metric in words().metrics.values()}
    asked = re.findall(r"metric_id (?:IN \(([^)]*)\)|= ('[a-z_]+'))", sql)
    assert set(re.findall(r"'([a-z_]+)'", str(asked))) <= known
    store.db.conn.set_authorizer(
        lambda action, *_: (
            sqlite3.SQLITE_OK
            if action in (sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION)
            else sqlite3.SQLITE_DENY
        )
    )
    values = dict.fromkeys(re.findall(r"(?<![\w'])[:]([a-z]+)", re.sub(r"--.*", "", sql)), "x")
    assert isinstance(answers(store, name, **values), list)
    store.db.conn.set_authorizer(None)


def test_there_are_the_fifteen_questions() -> None:
    assert len(NAMES) == 15
