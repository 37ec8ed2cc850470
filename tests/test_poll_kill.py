"""kill -9 at random while polling: nothing is lost, and nothing is there twice."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.collection import NewFeed, add_feed
from db.store import open_store

FEEDS = 60
ROOT = Path(__file__).parent.parent
POLL = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from db.store import open_store
from monitor.collect.addresses import parse_allowed
from monitor.collect.client import Client
from monitor.collect.poll import poll_pass
from monitor.collect.values import Limits

async def poll(store, port):
    async with Client(Limits(seconds=5), parse_allowed([f"127.0.0.1:{port}"]), "test") as client:
        await poll_pass(store, client, lambda: datetime.now(UTC), everything=True)

with open_store(Path(sys.argv[1])) as store:
    print("polling", flush=True)
    asyncio.run(poll(store, int(sys.argv[2])))
"""


@pytest.fixture
def port() -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("fault_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert server.stdout
    yield int(json.loads(server.stdout.readline())[0])
    server.kill()
    server.communicate()


def poll_until(database: Path, port: int, seconds: float | None) -> None:
    """Poll, killed after *seconds*, or to the end."""
    poll = subprocess.Popen(
        [sys.executable, "-c", POLL, str(database), str(port)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert poll.stdout
    poll.stdout.readline()
    if seconds is not None:
        time.sleep(seconds)
        poll.send_signal(signal.SIGKILL)
    poll.communicate()
    assert seconds is not None or poll.returncode == 0


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.timeout(900)
def test_killed_at_random_nothing_is_lost_or_twice(tmp_path: Path, port: int, rounds: int) -> None:
    database, dice = tmp_path / "n.db", random.Random(rounds)
    kinds = ("healthy", "healthy", "equal-guids", "bare-amp")
    with open_store(database) as store:
        for n in range(FEEDS):
            add_feed(store, NewFeed(f"http://127.0.0.1:{port}/{kinds[n % 4]}/{n}"), datetime.now(UTC))
    seen = 0
    for _ in range(rounds):
        poll_until(database, port, dice.uniform(0.0, 0.6))
        with open_store(database) as store:
            kept = store.db["entries"].count
            assert kept >= seen, "entries that were committed are gone"
            half = store.db.execute(
                "SELECT count(*) FROM feeds f WHERE content_hash IS NOT NULL AND "
                "(SELECT count(*) FROM entries e WHERE e.feed = f.id) != 30"
            ).fetchone()[0]
            assert half == 0, "a feed's validators were kept without its entries"
            seen = kept
            if seen == FEEDS * 30:
                store.db.execute("DELETE FROM entries")
                store.db.execute("UPDATE feeds SET etag = NULL, content_hash = NULL, validators_since = NULL")
                store.db.conn.commit()
                seen = 0
    poll_until(database, port, None)
    with open_store(database) as store:
        assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        counts = store.db.execute(
            "SELECT feed, count(*), count(DISTINCT title) FROM entries GROUP BY feed"
        ).fetchall()
    assert [(total, distinct) for _, total, distinct in counts] == [(30, 30)] * FEEDS
