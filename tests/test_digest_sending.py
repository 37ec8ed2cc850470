"""A digest and an alert reach each target once, over restarts and failures; a digest stays as written."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import digests
from db.store import open_store
from monitor.alerts.check import check_alerts
from monitor.config import AlertConfig, Config, DigestConfig, FolderTarget, HookTarget
from monitor.digest.build import build
from monitor.digest.render import Format, render
from monitor.digest.schedule import window_of, write_due_digest
from tests.hooks import listening
from tests.news_rows import add_article

DAY = date(2026, 3, 2)
SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)


def configured(folder: Path, url: str, **digest: Any) -> Config:
    return Config(
        database=folder / "n.db",
        time_zone="UTC",
        digest=DigestConfig(at="07:30", **digest),
        targets=[HookTarget(kind="hook", name="desk", url=url)],
        alerts=[AlertConfig(name="sale", when="word", word="sale", targets=["desk"])],
    )


def with_article(folder: Path, title: str) -> None:
    with open_store(folder / "n.db") as store:
        article = add_article(store, DAY - timedelta(days=1), title=title, body=f"{title}. It is a sale.")
        with store.write() as db:
            db.execute("UPDATE articles SET read_at = ? WHERE id = ?", [SEVEN.isoformat(), article])


def formats(written: digests.Snapshot) -> dict[str, str]:
    forms: tuple[Format, ...] = ("html", "md", "txt", "json")
    return {form: render(written.content, form, written.until) for form in forms}


def test_an_hour_of_restarts_sends_a_digest_once(tmp_path: Path) -> None:
    with_article(tmp_path, "The pier is up for sale")
    with listening() as (hook, url):
        config = configured(tmp_path, url)
        written = [
            write_due_digest(tmp_path / "n.db", config, SEVEN + timedelta(seconds=30 * step))
            for step in range(121)
        ]
    assert [day for day in written if day] == [DAY]
    assert [sent["key"] for sent in hook.received] == ["2026-03-02"]


def test_a_dead_hook_gets_the_digest_when_it_lives_again_even_after_the_next_ones(tmp_path: Path) -> None:
    with_article(tmp_path, "The pier is up for sale")
    with listening() as (hook, url):
        config = configured(tmp_path, url)
        hook.status = 503
        for hours in range(25):
            write_due_digest(tmp_path / "n.db", config, SEVEN + timedelta(hours=hours, minutes=40))
        tried = len(hook.received)
        hook.received.clear()
        hook.status = 200
        for hours in range(25, 40):
            write_due_digest(tmp_path / "n.db", config, SEVEN + timedelta(hours=hours, minutes=40))
    assert 4 <= tried <= 14, "each try waits longer than the one before"
    assert sorted(sent["key"] for sent in hook.received) == ["2026-03-02", "2026-03-03"]


def test_an_alert_is_sent_again_until_its_hook_has_it(tmp_path: Path) -> None:
    with_article(tmp_path, "The pier is up for sale")
    with listening() as (hook, url), open_store(tmp_path / "n.db") as store:
        config = configured(tmp_path, url)
        hook.status = 500
        assert len(check_alerts(store, config, SEVEN + timedelta(minutes=5))) == 1
        hook.status = 200
        for minutes in range(6, 66):
            assert check_alerts(store, config, SEVEN + timedelta(minutes=minutes)) == []
    first, second = hook.received
    assert first == second
    assert second["kind"] == "alert"
    assert second["content"]["rule"] == "sale"
    assert "pier" in second["subject"]


def test_a_digest_stays_as_it_was_written(tmp_path: Path) -> None:
    with_article(tmp_path, "The pier is up for sale")
    config = configured(tmp_path, "http://127.0.0.1:9/")
    with open_store(tmp_path / "n.db") as store:
        written = build(store, window_of(DAY, "07:30", config.zone), config, SEVEN)
        assert digests.save(store, written, SEVEN)
        before = {
            form: render(written.content, form, written.until) for form in ("html", "md", "txt", "json")
        }
        with_article(tmp_path, "A second story of the same day")
        later = build(store, window_of(DAY, "07:30", config.zone), config, SEVEN)
        assert later.content != written.content
        assert not digests.save(store, later, SEVEN), "a day has one digest"
        kept = digests.of_day(store, DAY)
    assert kept is not None
    assert formats(kept) == before


TELL = "import json, sys; c = json.load(sys.stdin); print('In short:', c['coverage']['articles'], 'article')"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (TELL, "In short: 1 article"),
        ("print('<b>bold</b>')", "<b>bold</b>"),
        ("import sys; sys.exit(3)", None),
        ("print()", None),
    ],
)
def test_a_command_may_put_words_on_top(tmp_path: Path, program: str, said: str | None) -> None:
    with_article(tmp_path, "The pier is up for sale")
    out = FolderTarget(kind="folder", name="f", path=tmp_path / "out", formats=["html", "txt"])
    config = configured(tmp_path, "http://127.0.0.1:9/", command=[sys.executable, "-c", program])
    config = config.model_copy(update={"targets": [out]})
    assert write_due_digest(tmp_path / "n.db", config, SEVEN + timedelta(hours=1)) == DAY
    with open_store(tmp_path / "n.db") as store:
        kept = digests.of_day(store, DAY)
        assert kept is not None
        assert kept.content["summary"] == said
    text = (tmp_path / "out" / "digest-2026-03-02.txt").read_text()
    html = (tmp_path / "out" / "digest-2026-03-02.html").read_text()
    assert (said or "In short") in text if said else "In short" not in text
    assert "<b>bold</b>" not in html


def test_a_summary_that_cannot_be_run_leaves_the_digest_whole(tmp_path: Path) -> None:
    with_article(tmp_path, "The pier is up for sale")
    config = configured(tmp_path, "http://127.0.0.1:9/", command=[str(tmp_path / "nowhere")])
    assert write_due_digest(tmp_path / "n.db", config, SEVEN + timedelta(hours=1)) == DAY
