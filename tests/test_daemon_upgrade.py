"""A database of the version before: opened by many at once, migrated once, and the daemon goes on."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.migrations import SCHEMA_VERSION, migrations
from db.store import APPLICATION_ID, open_store
from monitor.demo.server import feed_paths, serving
from tests.daemons import ask, daemon, job, read_so_far, section, status, until
from tests.programs import small_site, start, write_config

pytestmark = pytest.mark.timeout(900)  # for a crowded machine

STEPS = [step.name for step in migrations.pending(Database(memory=True))]
THEN = "2026-01-31T07:30:00+00:00"


def database_before(path: Path, feeds: Sequence[str]) -> None:
    """A database as the newsgauge before this one left it: feeds, and an article that is not read yet."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(Database(db), stop_before=STEPS[-1])
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
        for url in feeds:
            db.execute("INSERT INTO feeds (url, added_at, next_poll_at) VALUES (?, ?, ?)", [url, THEN, THEN])
        db.execute(
            "INSERT INTO articles (url, title, body, body_source, language, fetched_at, text_hash) "
            "VALUES ('https://older.example/1', 'Studio counts', 'Its series took $4 million in May.', "
            "'page', 'en', ?, 'older')",
            [THEN],
        )
        db.commit()


def test_the_daemon_goes_on_with_a_database_of_the_version_before(tmp_path: Path) -> None:
    site = small_site(6)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        database_before(tmp_path / "n.db", [f"{base}{path}" for path in feed_paths(site)[:2]])
        others = [start("poll", folder=tmp_path) for _ in range(3)]
        with daemon(tmp_path) as running:
            for other in others:
                assert other.communicate(timeout=60) and other.returncode == 0
            assert until(lambda: read_so_far(tmp_path) >= 5), running.said()
            assert until(lambda: job(tmp_path, "update").runs >= 2)
            assert status(tmp_path)[1]["jobs"]
        assert "Traceback" not in running.said()
    amount = "SELECT value FROM money m JOIN articles a ON a.id = m.article WHERE a.text_hash = 'older'"
    assert ask(tmp_path, amount) == 4_000_000
    with open_store(tmp_path / "n.db", read_only=True) as store:
        assert store.db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        applied = [name for (name,) in store.db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
        assert applied == STEPS  # each once
        assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
