"""The overview's counts follow every change, and a recount mends what somebody else's hand made of them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from db import maintenance, tallies
from db.store import Store, open_store
from tests.news_rows import add_article

DAY = date(2026, 3, 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        add_article(opened, DAY, metrics=["revenue", "users"])
        add_article(opened, DAY, title="Another", body_source="title", on_beat=False)
        yield opened


def test_they_count_what_came_and_what_goes(store: Store) -> None:
    kept = tallies.tallies(store.db.conn)
    assert kept == {
        "entries": 0,
        "articles": 2,
        "with_body": 1,
        "read": 2,
        "on_beat": 1,
        "with_facts": 1,
    }
    with store.write() as db:
        db.execute("UPDATE articles SET read_at = NULL, on_beat = 1, body_source = 'page' WHERE id = 2")
        db.execute("DELETE FROM facts WHERE metric_id = 'users'")
    assert dict(tallies.tallies(store.db.conn)) == {
        **kept,
        "with_body": 2,
        "read": 1,
        "on_beat": 2,
    }
    with store.write() as db:
        db.execute("DELETE FROM articles WHERE id = 1")
    assert dict(tallies.tallies(store.db.conn)) == {
        "entries": 0,
        "articles": 1,
        "with_body": 1,
        "read": 0,
        "on_beat": 1,
        "with_facts": 0,
    }
    assert tallies.drift(store.db) == 0


def test_a_change_that_fails_counts_for_nothing(store: Store) -> None:
    before = dict(tallies.tallies(store.db.conn))
    with pytest.raises(RuntimeError), store.write() as db:
        db.execute("DELETE FROM articles")
        raise RuntimeError
    assert dict(tallies.tallies(store.db.conn)) == before


def test_check_finds_and_mends_them(store: Store, tmp_path: Path) -> None:
    before = dict(tallies.tallies(store.db.conn))
    with store.write() as db:
        db.execute("UPDATE tallies SET \"count\" = 77 WHERE name = 'read'")
    assert not maintenance.check(tmp_path / "n.db", repair=False, quick=False).sound
    assert maintenance.check(tmp_path / "n.db", repair=True, quick=False).sound
    assert dict(tallies.tallies(store.db.conn)) == before
