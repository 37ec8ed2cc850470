"""kill -9 in the middle of ``newsgauge update``, then ``update``: the rows of an undisturbed run."""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from db.store import open_store
from monitor.demo.server import serving
from tests.programs import run, small_site, start, write_config

PIECES = 100
WHAT = {
    "entries": "SELECT f.url, e.guid, e.title FROM entries e JOIN feeds f ON f.id = e.feed",
    "articles": "SELECT title, url, body, published, language, on_beat FROM articles",
    "sightings": "SELECT a.url, count(*) FROM sightings s JOIN articles a ON a.id = s.article GROUP BY 1",
    "money": "SELECT a.url, m.part, m.start, m.text, m.value, m.currency, m.usd FROM money m "
    "JOIN articles a ON a.id = m.article",
    "percentages": "SELECT a.url, p.part, p.start, p.text, p.value, p.unit FROM percentages p "
    "JOIN articles a ON a.id = p.article",
    "facts": "SELECT a.url, f.subject, f.metric, f.period_start, f.period_end, f.sentence FROM facts f "
    "JOIN articles a ON a.id = f.article",
    "companies": "SELECT a.url, m.part, m.start, c.name FROM company_mentions m "
    "JOIN articles a ON a.id = m.article JOIN companies c ON c.id = m.company",
    "themes": "SELECT a.url, m.part, m.start, m.theme FROM theme_mentions m "
    "JOIN articles a ON a.id = m.article",
}


def contents(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """What was kept, without ids and times."""
    with open_store(database, read_only=True) as store:
        assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
        return {name: sorted(store.db.execute(sql).fetchall(), key=repr) for name, sql in WHAT.items()}


PROGRESS = "SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM articles), \
 (SELECT count(*) FROM articles WHERE read_at IS NOT NULL)"


def progress(database: Path) -> tuple[int, ...]:
    """How many entries, articles and read articles there are."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)) as db:
            found: tuple[int, ...] = db.execute(PROGRESS).fetchone()
            return found
    except sqlite3.OperationalError:  # not there yet
        return (0, 0, 0)


def kill_at_work(folder: Path, dice: random.Random) -> tuple[int, ...]:
    """Start an update, kill it soon after it wrote something more; returns what it had done by then."""
    before = progress(folder / "n.db")
    update = start("update", "--all", folder=folder)
    while update.poll() is None and progress(folder / "n.db") == before:
        time.sleep(0.002)
    time.sleep(dice.uniform(0, 0.3))
    update.kill()
    update.communicate()
    return progress(folder / "n.db")


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.long)])
def test_killed_updates_end_as_an_undisturbed_one(tmp_path: Path, kills: int) -> None:
    dice, site = random.Random(11), small_site(PIECES)
    undisturbed, disturbed = tmp_path / "a", tmp_path / "b"
    with serving(site) as base:
        for folder in (undisturbed, disturbed):
            folder.mkdir()
            write_config(folder, site, base)
        calm = run("update", "--all", folder=undisturbed)
        assert calm.returncode == 0, calm.stderr
        whole = progress(undisturbed / "n.db")
        half_done = set()
        for _ in range(kills):
            reached = kill_at_work(disturbed, dice)
            half_done |= {reached} if (0, 0, 0) < reached < whole else set()
            if reached == whole:  # nothing is left to disturb: begin again
                assert contents(disturbed / "n.db") == contents(undisturbed / "n.db")
                for file in disturbed.glob("n.db*"):
                    file.unlink()
        last = run("update", "--all", folder=disturbed)
        assert last.returncode == 0, last.stderr
    assert len(half_done) >= 2, "no kill fell into the work"
    assert contents(disturbed / "n.db") == contents(undisturbed / "n.db")
    assert len(contents(disturbed / "n.db")["articles"]) == PIECES


def test_a_second_update_finds_nothing_new(tmp_path: Path) -> None:
    site = small_site(12)
    with serving(site) as base:
        write_config(tmp_path, site, base)
        first = run("update", "--all", folder=tmp_path)
        before = contents(tmp_path / "n.db")
        again = run("update", "--all", folder=tmp_path)
    assert "12 new articles, 12 read" in first.stdout
    assert "(6 unchanged, 0 failing), 0 new entries, 0 new articles, 0 read" in again.stdout
    assert contents(tmp_path / "n.db") == before
