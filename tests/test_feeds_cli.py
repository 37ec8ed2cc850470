"""``newsgauge feeds`` and ``feeds check``, against a server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from db import health
from db.store import open_store
from monitor.cli import newsgauge
from tests.fault_server import ITEMS, Server
from tests.news_rows import add_article

THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    loop = asyncio.new_event_loop()
    port, _ = loop.run_until_complete(Server().start())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    path = tmp_path / "newsgauge.toml"
    kinds = ("healthy", "html", "status-404")
    feeds = "".join(f'[[feeds]]\nurl = "http://127.0.0.1:{port}/{kind}/1"\n' for kind in kinds)
    path.write_text(f'[collect]\nallow_private = ["127.0.0.1:{port}"]\n{feeds}', encoding="utf-8")
    yield path
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def run(config: Path, *words: str) -> str:
    asked = ["--config", str(config), "--db", str(config.with_name("n.db")), *words]
    ran = CliRunner().invoke(newsgauge, asked, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_check_fills_in_status_entries_length_and_newest_date(config: Path) -> None:
    found = {one["url"].split("/")[3]: one for one in json.loads(run(config, "feeds", "check", "--json"))}
    good = found["healthy"]
    assert (good["ok"], good["status"], good["entries"]) == (True, 200, ITEMS)
    assert good["body_length"] > 15 and good["newest"].startswith("2026-03-02 06:00")
    assert (found["html"]["ok"], found["html"]["status"]) == (False, 200) and found["html"]["advice"]
    assert (found["status-404"]["status"], found["status-404"]["entries"]) == (404, 0)
    told = run(config, "feeds", "check")
    assert "1 of 3 feeds are good" in told and "2026-03-02 06:00" in told and "answers 404" in told


def test_feeds_are_unverified_until_their_first_good_poll(config: Path) -> None:
    run(config, "feeds", "check")
    assert run(config, "feeds").count("unverified") == 3
    run(config, "poll")
    table = run(config, "feeds")
    assert table.count("unverified") == 2
    assert "answers 404" in table and "newsgauge add <the site>" in table
    rows = {row["url"].split("/")[3]: row for row in json.loads(run(config, "feeds", "--json"))}
    assert (
        rows["healthy"]["last_success_at"]
        and rows["healthy"]["next_poll_at"]
        and not rows["healthy"]["error"]
    )
    assert rows["healthy"]["entries"] == ITEMS
    with open_store(config.with_name("n.db"), read_only=True) as store:
        weeks = {row.url.split("/")[3]: row.entries_a_week for row in health.feeds(store, THEN)}
    assert weeks == {"healthy": ITEMS / 4, "html": 0, "status-404": 0}


def test_the_funnel_is_told_by_feed(config: Path) -> None:
    run(config, "poll")
    with open_store(config.with_name("n.db")) as store:
        feed = int(store.db.execute("SELECT id FROM feeds WHERE url LIKE '%healthy%'").fetchone()[0])
        for number, (source, language) in enumerate((("page", "en"), ("summary", "en"), ("page", "de"))):
            article = add_article(
                store,
                date(2026, 3, 2),
                body_source=source,
                language=language,
                metrics=["users"] * (number == 0),
            )
            with store.write() as db:
                db["sightings"].insert(
                    {
                        "feed": feed,
                        "article": article,
                        "url": f"https://example.org/{number}",
                        "seen_at": "2026-03-02T12:00:00+00:00",
                    }
                )
        languages = frozenset({"en", "zh"})
        (told,) = health.funnels(store, languages)
        assert told.funnel == health.funnel(store, languages, feed)
    assert told.funnel == health.Funnel(ITEMS, 3, 2, 2, 3, 3, 1)
    said = run(config, "status")
    assert (
        f"{ITEMS} entries, 3 articles, 2 with body, 2 in language" in said.split("funnel:")[1].splitlines()[1]
    )
