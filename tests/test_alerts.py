"""Alerts: once an event, armed again by hysteresis, capped a day, sent to their targets with a reason."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from db import jobs
from db.store import Store, open_store
from monitor.alerts.check import CHECK, AlertError, check_alerts, fire
from monitor.cli import newsgauge
from monitor.config import AlertConfig, Config, FolderTarget
from tests.news_rows import add_article

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        yield opened


def read_at(store: Store, article: int, moment: datetime) -> None:
    with store.write() as db:
        db.execute("UPDATE articles SET read_at = ? WHERE id = ?", [moment.isoformat(), article])


def add_fact(store: Store, value: float, moment: datetime) -> None:
    """An article with a revenue of *value* dollars, read at *moment*."""
    article = add_article(store, moment.date(), title=f"Revenue of {value}")
    with store.write() as db:
        figure = {
            "article": article,
            "part": "body",
            "start": 0,
            "end": 4,
            "text": f"${value}",
            "value": value,
        }
        figure |= {"currency": "USD", "sentence": "It made it.", "rule": "t", "inferred": 0, "negative": 0}
        columns = {column.name for column in db.table("money").columns}
        money = db.table("money").insert({k: v for k, v in figure.items() if k in columns}).last_pk
        db.table("facts").insert(
            {
                "article": article,
                "money": money,
                "subject": "Saltgrass",
                "metric": "revenue",
                "metric_id": "revenue",
                "basis": "reported",
                "confidence": "high",
                "sentence": "It made it.",
                "rule": "t",
            }
        )
    read_at(store, article, moment)


def test_a_company_with_a_theme_fires_once(store: Store) -> None:
    rule = AlertConfig(name="r", when="company_theme", company="Saltgrass", theme="werewolf")
    both = add_article(store, DAY, title="Both", companies=["Saltgrass"], themes=["werewolf"])
    only = add_article(store, DAY, title="Only", companies=["Saltgrass"])
    for article in (both, only):
        read_at(store, article, NOON - timedelta(hours=1))
    first = fire(store, [rule], NOON - timedelta(days=1), NOON)
    assert [one.event.reason for one in first] == ["Saltgrass and werewolf: Both (Harbour Post)"]
    assert fire(store, [rule], NOON - timedelta(days=1), NOON) == []


def test_a_value_fires_when_it_crosses_and_again_after_it_came_back(store: Store) -> None:
    rule = AlertConfig(name="r", when="fact", metric="revenue", currency="USD", above=100, rearm_at=90)
    seen = []
    for hour, value in enumerate((120.0, 130.0, 95.0, 125.0, 80.0, 140.0)):
        moment = NOON + timedelta(hours=hour)
        add_fact(store, value, moment)
        seen.append(len(fire(store, [rule], moment - timedelta(minutes=1), moment)))
    assert seen == [1, 0, 0, 0, 0, 1]


def test_no_more_than_the_cap_fires_on_a_day(store: Store) -> None:
    rule = AlertConfig(name="r", when="company_theme", company="Saltgrass", theme="werewolf", per_day=2)
    for hour in range(5):
        article = add_article(store, DAY, title=f"N{hour}", companies=["Saltgrass"], themes=["werewolf"])
        read_at(store, article, NOON - timedelta(minutes=hour))
    assert len(fire(store, [rule], NOON - timedelta(days=1), NOON)) == 2


def test_a_silent_feed_is_told_once_a_silence(store: Store) -> None:
    rule = AlertConfig(name="r", when="silent_feed", days=3)
    with store.write() as db:
        db.table("feeds").insert(
            {
                "url": "http://a.example/feed",
                "added_at": (NOON - timedelta(days=9)).isoformat(),
                "last_new_at": (NOON - timedelta(days=5)).isoformat(),
                "next_poll_at": NOON.isoformat(),
            }
        )
    (one,) = fire(store, [rule], NOON - timedelta(days=1), NOON)
    assert one.event.reason == "http://a.example/feed has been silent since 2026-02-25"
    assert fire(store, [rule], NOON - timedelta(days=1), NOON + timedelta(days=1)) == []


def test_each_check_judges_what_is_new_and_sends_it(store: Store, tmp_path: Path) -> None:
    rule = AlertConfig(name="wolf", when="company_theme", company="S", theme="werewolf", targets=["out"])
    config = Config(targets=[FolderTarget(kind="folder", name="out", path=tmp_path / "out")], alerts=[rule])
    article = add_article(store, DAY, title="News", companies=["S"], themes=["werewolf"])
    read_at(store, article, NOON - timedelta(minutes=5))
    assert len(check_alerts(store, config, NOON)) == 1
    assert check_alerts(store, config, NOON + timedelta(minutes=1)) == []
    assert any(job.name == CHECK and job.runs == 2 for job in jobs.jobs(store))
    sent = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert any("S and werewolf: News (Harbour Post)" in text for text in sent)


def test_a_rule_that_lacks_its_part_is_named(store: Store) -> None:
    with pytest.raises(AlertError, match="alert 'r': when = 'word' needs word"):
        fire(store, [AlertConfig(name="r", when="word")], NOON, NOON)


def test_a_rule_is_tried_over_the_past_without_firing(store: Store, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    article = add_article(store, now.date(), title="Now", companies=["S"], themes=["werewolf"])
    read_at(store, article, now - timedelta(hours=1))
    (tmp_path / "newsgauge.toml").write_text(
        'database = "n.db"\n[[alerts]]\nname = "w"\nwhen = "company_theme"\n'
        'company = "S"\ntheme = "werewolf"\n'
    )
    words = ["--config", str(tmp_path / "newsgauge.toml"), "alerts", "test", "w"]
    done = CliRunner().invoke(newsgauge, words, catch_exceptions=False)
    assert "w: 1 in 30 days" in done.output
    assert "S and werewolf: Now" in done.output
    assert store.db.table("alerts").count == 0
