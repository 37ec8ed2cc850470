"""Three hundred feeds, a third of them faulty: everything that can be had is kept once, and each fault is named."""
# ruff: noqa: E501 - rows of examples stand on one line each

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.request import urlopen

import pytest

from db.collection import NewFeed, add_feed
from db.store import Store, open_store
from monitor.collect.addresses import parse_allowed
from monitor.collect.client import Client, user_agent
from monitor.collect.poll import poll_pass
from monitor.collect.values import Limits, PollSummary
from tests.fault_server import FAULTS, ITEMS, Kind

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEEDS, SHARE_FAULTY = 300, 0.3


class Ports:
    def __init__(self, feeds: int, canary: int) -> None:
        self.feeds, self.canary = feeds, canary

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.feeds}"

    def canary_hits(self) -> int:
        with urlopen(f"{self.base}/canary-hits") as answer:
            return int(json.loads(answer.read()))


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("fault_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    assert server.stdout
    yield Ports(*json.loads(server.stdout.readline()))
    server.kill()
    server.communicate()


class Memory(Thread):
    """Watches the peak of the memory of this process and its children, less what it held at the start."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.ended = 0, Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            self.peak = max(self.peak, tree_megabytes())


def tree_megabytes(pid: int | str = "self") -> int:
    """The resident megabytes of a process and its children."""
    children = [
        child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in _read(task).split()
    ]
    resident = re.search(r"VmRSS:\s+(\d+)", _read(Path(f"/proc/{pid}/status")))
    return (int(resident[1]) // 1024 if resident else 0) + sum(tree_megabytes(child) for child in children)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def poll(store: Store, ports: Ports, now: datetime, *, seconds: float = 20.0) -> PollSummary:
    async def run() -> PollSummary:
        allowed = parse_allowed([f"127.0.0.1:{ports.feeds}"])
        async with Client(Limits(seconds=seconds), allowed, user_agent("desk@news.example")) as client:
            return await poll_pass(store, client, lambda: now, everything=True)

    return asyncio.run(run())


def entries_of(store: Store, feed: int) -> list[str]:
    rows = store.db.execute("SELECT title FROM entries WHERE feed = ? ORDER BY id", [feed]).fetchall()
    return [title for (title,) in rows]


def state_of(store: Store, feed: int) -> str:
    row = store.db.execute("SELECT error, advice FROM feeds WHERE id = ?", [feed]).fetchone()
    return f"{row[0] or ''}"


def complaints_of(store: Store, feed: int, kind: Kind, *, said: bool) -> Iterator[str]:
    """What of *kind*'s promise the database does not hold."""
    count = len(entries_of(store, feed))
    if kind.entries not in (None, count):
        yield f"{kind.name}: {count} entries"
    if said and not re.search(kind.words, state_of(store, feed)):
        yield f"{kind.name}: {state_of(store, feed)!r}"


@pytest.mark.parametrize("heavy", [False, pytest.param(True, marks=pytest.mark.long)])
def test_three_hundred_feeds_a_third_of_them_faulty(tmp_path: Path, ports: Ports, heavy: bool) -> None:
    kinds = [kind for kind in FAULTS if heavy or not kind.heavy]
    faulty = [kinds[n % len(kinds)] for n in range(round(FEEDS * SHARE_FAULTY))]
    with open_store(tmp_path / "n.db") as store:
        healthy = [
            add_feed(store, NewFeed(f"{ports.base}/healthy/{n}"), NOW) for n in range(FEEDS - len(faulty))
        ]
        sick = [add_feed(store, NewFeed(f"{ports.base}/{k.name}/{n}"), NOW) for n, k in enumerate(faulty)]
        watch, began, before = Memory(), time.monotonic(), tree_megabytes()
        watch.start()
        poll(store, ports, NOW)
        seconds = time.monotonic() - began
        watch.ended.set()
        assert seconds < 60
        assert watch.peak - before < 250, f"{watch.peak} MB, {before} MB of them before"
        assert ports.canary_hits() == 0
        complaints: list[str] = []
        for feed in healthy:
            assert len(set(entries_of(store, feed))) == len(entries_of(store, feed)) == ITEMS
        for feed, kind in zip(sick, faulty, strict=True):
            complaints += list(complaints_of(store, feed, kind, said=kind.name != "changing-guids"))
        assert complaints == []


def test_a_second_poll_brings_nothing_twice(tmp_path: Path, ports: Ports) -> None:
    kinds = [kind for kind in FAULTS if kind.entries and not kind.heavy]
    with open_store(tmp_path / "n.db") as store:
        feeds = {add_feed(store, NewFeed(f"{ports.base}/{kind.name}/again"), NOW): kind for kind in kinds}
        poll(store, ports, NOW, seconds=2)
        first = {feed: Counter(entries_of(store, feed)) for feed in feeds}
        store.db.execute("UPDATE feeds SET content_hash = NULL, etag = NULL")
        store.db.conn.commit()
        poll(store, ports, NOW + timedelta(days=1), seconds=2)
        twice = [kind.name for feed, kind in feeds.items() if Counter(entries_of(store, feed)) != first[feed]]
        assert twice == []
        assert [c for feed, kind in feeds.items() for c in complaints_of(store, feed, kind, said=True)] == []
