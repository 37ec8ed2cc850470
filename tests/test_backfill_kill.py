"""kill -9 of a backfill or of its workers at random instants, then again: the rows of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.archives import articles, write_by_turns, write_html, write_warc
from tests.programs import run, start
from tests.test_update_kill import contents

BACKFILL = ("--db", "n.db", "backfill", "--jobs", "2", "archive")
ARTICLES = 90
DONE = "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FROM backfill_parts"
LEDGER = 'SELECT path, start, "end", state, articles, skipped, error FROM backfill_parts ORDER BY path, start'


def make_archive(folder: Path) -> None:
    """Some twenty tasks: files of lines and of rows, a crawl, many pages; and a file that is none."""
    made = articles(ARTICLES)
    write_by_turns(folder, made[:68], 4)
    write_warc(folder / "crawl.warc.gz", made[68:80])
    write_html(folder / "pages", made[80:])
    (folder / "bad.csv").write_bytes(b"")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    make_archive(folder)
    return folder


def done(database: Path) -> tuple[int, int]:
    """How many parts are done, and how many there are."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)) as db:
            found: tuple[int, int] = db.execute(DONE).fetchone()
            return found
    except sqlite3.OperationalError:  # not there yet
        return (0, 0)


def workers_of(process: int) -> Iterator[int]:
    """The processes that *process* reads in."""
    for number in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        if "spawn_main" in Path(f"/proc/{number}/cmdline").read_text():
            yield int(number)


def ledger(database: Path) -> list[tuple[object, ...]]:
    """What the ledger says of each part, by its place in the archive."""
    with closing(sqlite3.connect(database)) as db:
        return [(row[0].rpartition("archive")[2], *row[1:]) for row in db.execute(LEDGER).fetchall()]


def folder_with(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "newsgauge.toml").write_text("")
    (folder / "archive").symlink_to(archive)
    return folder


@pytest.fixture(scope="module")
def undisturbed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_with(archive, tmp_path_factory.mktemp("calm") / "a")
    calm = run(*BACKFILL, folder=folder, seconds=600)
    assert calm.returncode == 1, "a part is set aside"
    assert "90 articles, 90 of them new; 1 parts set aside" in calm.stdout, calm.stdout + calm.stderr
    return folder / "n.db"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.long)])
def test_a_killed_backfill_ends_as_an_undisturbed_one(
    tmp_path: Path, archive: Path, undisturbed: Path, kills: int
) -> None:
    dice, folder = random.Random(5), folder_with(archive, tmp_path / "b")
    half_done = 0
    for _ in range(kills):
        before = done(folder / "n.db")[0]
        program = start(*BACKFILL, folder=folder)
        while program.poll() is None and done(folder / "n.db")[0] == before:
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.4))
        left = list(workers_of(program.pid)) if program.poll() is None else []
        program.kill()
        program.communicate()
        reached, parts = done(folder / "n.db")
        half_done += 0 < reached < parts - 1
        wait_until_gone(left)
        if reached == parts - 1:  # nothing is left to disturb: begin again
            assert contents(folder / "n.db") == contents(undisturbed)
            for file in folder.glob("n.db*"):
                file.unlink()
    last = run(*BACKFILL, folder=folder, seconds=600)
    assert "1 parts set aside" in last.stdout, last.stderr
    assert half_done >= 2, "no kill fell into the work"
    assert contents(folder / "n.db") == contents(undisturbed)
    assert ledger(folder / "n.db") == ledger(undisturbed)


def wait_until_gone(processes: list[int]) -> None:
    """The workers of a killed backfill end by themselves, after the task that they are at."""
    end = time.monotonic() + 60
    for process in processes:
        while Path(f"/proc/{process}/cmdline").exists() and Path(f"/proc/{process}/cmdline").read_text():
            assert time.monotonic() < end, f"{process} lives on"
            time.sleep(0.05)


@pytest.mark.timeout(900)
def test_killed_workers_lose_nothing(tmp_path: Path, archive: Path, undisturbed: Path) -> None:
    dice, folder = random.Random(7), folder_with(archive, tmp_path / "b")
    program = start(*BACKFILL, folder=folder)
    killed, seen = 0, set[int]()
    while program.poll() is None:
        time.sleep(dice.uniform(0.05, 0.5))
        with suppress(OSError):
            workers = list(workers_of(program.pid))
            seen |= set(workers)
            if workers and killed < 3 and done(folder / "n.db")[0] > killed * 4:
                os.kill(dice.choice(workers), signal.SIGKILL)
                killed += 1
    out, err = program.communicate()
    assert killed == 3, "no worker was there to be killed"
    assert len(seen) >= 4, "no other took a dead one's place"
    assert b"90 articles, 90 of them new; 1 parts set aside" in out, err
    assert contents(folder / "n.db") == contents(undisturbed)
    assert ledger(folder / "n.db") == ledger(undisturbed)


def test_a_backfill_asked_to_end_leaves_nobody_behind(tmp_path: Path, archive: Path) -> None:
    folder = folder_with(archive, tmp_path / "b")
    program = start(*BACKFILL, folder=folder)
    while program.poll() is None and not done(folder / "n.db")[0]:
        time.sleep(0.02)
    workers = list(workers_of(program.pid))
    assert len(workers) == 2
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=20)
    assert program.returncode == 1
    wait_until_gone(workers)
