"""kill -9 of the daemon under load, again and again: every entry and finding once, the digest sent once."""

import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from db.store import open_store
from monitor.demo.server import serving
from monitor.demo.site import Piece
from tests.daemons import Running, ask, fast, fast_daemon, read_so_far, section, until
from tests.hooks import listening
from tests.programs import run, small_site, write_config
from tests.test_update_kill import contents

TEMPO = 20_000
"""A day in four seconds, so that digests are written and sent all the while."""
STAGES = {
    "poll": "SELECT count(*) FROM entries",
    "fetch": "SELECT count(*) FROM articles",
    "read": "SELECT count(*) FROM articles WHERE read_at IS NOT NULL",
    "digest": "SELECT count(*) FROM digests",
    "sending": "SELECT sum(tries) FROM deliveries",
}
SENT = "SELECT sent_at FROM deliveries ORDER BY key DESC LIMIT 1"
PIECES = 120


def kill_at_work(folder: Path, start: float, dice: random.Random) -> str:
    """Start a daemon and kill it soon after one of its stages wrote something; returns which.

    There is something new each time, so that each stage has its turn.
    """
    stage = dice.choice(list(STAGES))
    before = ask(folder, STAGES[stage], 0)
    running = Running(folder, program=fast(TEMPO, start))
    assert until(lambda: ask(folder, STAGES[stage], 0) != before), running.said()[-3000:]
    time.sleep(dice.uniform(0, 0.7))
    running.kill()
    return stage


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.long)])
def test_a_daemon_killed_at_any_instant_loses_and_doubles_nothing(tmp_path: Path, kills: int) -> None:
    dice, site, start = random.Random(5), small_site(PIECES), time.time()
    later = list(site.pieces)
    dice.shuffle(later)
    published: list[Piece] = []
    growing = replace(site, pieces=cast("tuple[Piece, ...]", published))
    disturbed, calm = tmp_path / "a", tmp_path / "b"
    with serving(growing) as base, listening() as (desk, address):
        digest = f'[digest]\nat = "00:00"\n[[targets]]\nkind = "hook"\nname = "desk"\nurl = "{address}"'
        for folder in (disturbed, calm):
            folder.mkdir()
            write_config(folder, site, base, f'time_zone = "UTC"\n{section()}\n{digest}')
        killed_at = Counter[str]()
        for left in range(kills, 0, -1):
            more, later = later[: len(later) // left], later[len(later) // left :]
            published.extend(more)
            killed_at[kill_at_work(disturbed, start, dice)] += 1
        print(f"killed soon after: {dict(killed_at)}")
        assert not later
        with fast_daemon(disturbed, TEMPO, start) as running:
            assert until(lambda: read_so_far(disturbed) == PIECES), running.said()[-3000:]
            written = int(ask(disturbed, "SELECT count(*) FROM digests"))
            assert until(
                lambda: ask(disturbed, SENT) and ask(disturbed, "SELECT count(*) FROM digests") > written
            ), running.said()[-3000:]
        undisturbed = run("update", "--all", folder=calm)
    assert undisturbed.returncode == 0, undisturbed.stderr
    assert contents(disturbed / "n.db") == contents(calm / "n.db")
    assert "Traceback" not in (disturbed / "daemon.log").read_text()
    check_digests(disturbed, [digest["key"] for digest in desk.received])


def check_digests(folder: Path, received: list[str]) -> None:
    """Each day has one digest, sent once; twice at most where a kill left the first try's end unknown."""
    with open_store(folder / "n.db", read_only=True) as store:
        days = [day for (day,) in store.db.execute("SELECT day FROM digests ORDER BY day")]
        tries = dict(store.db.execute("SELECT key, tries FROM deliveries").fetchall())
        sent = {key for (key,) in store.db.execute("SELECT key FROM deliveries WHERE sent_at IS NOT NULL")}
    assert len(days) == len(set(days)) >= 2
    assert set(received) <= set(days) and sent <= set(received)
    assert all(1 <= received.count(day) <= tries[day] for day in sent)
    again = [day for day in sent if received.count(day) > 1]
    print(f"{len(days)} digests, {len(sent)} known to be sent, {len(again)} of them twice")
    assert len(again) <= max(1, len(sent) // 10)
