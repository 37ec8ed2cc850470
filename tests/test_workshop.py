"""The workshop on a crowded machine: a lost process or a slow one costs no article its page."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.collection import NewFeed, add_feed
from db.store import Store, open_store
from monitor.collect import fetch, workshop
from monitor.collect.workshop import Hindered, Workshop, WorkshopError
from tests.test_collect_fetch import NOW, SENTENCE, Site, articles, collect, item

PAGES = 3


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as store:
        yield store


def test_a_process_that_was_killed_costs_no_work() -> None:
    async def work() -> list[list[int]]:
        shop, done = Workshop(), []
        try:
            for _ in range(3):
                done.append(list(await shop.ask("builtins:range", 3, seconds=20)))
                assert shop._worker
                os.kill(shop._worker.pid, signal.SIGKILL)
        finally:
            await shop.close()
        return done

    assert asyncio.run(work()) == [[0, 1, 2]] * 3


@pytest.mark.parametrize(
    ("function", "argument", "words", "kind"),
    [
        ("os:_exit", 3, "ended the process", Hindered),
        ("time:sleep", 30, "longer than 0.5 seconds", Hindered),
        ("builtins:int", "x", "ValueError", WorkshopError),
    ],
)
def test_what_a_piece_of_work_comes_to(
    function: str, argument: object, words: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "_START_SECONDS", 15.0)

    async def work() -> list[object]:
        shop = Workshop()
        try:
            await shop.ask("builtins:range", 1, seconds=20)
            return list(await shop.ask(function, argument, seconds=0.5))
        finally:
            await shop.close()

    began = time.monotonic()
    with pytest.raises(WorkshopError, match=words) as told:
        asyncio.run(work())
    assert type(told.value) is kind
    assert time.monotonic() - began < 15


def test_pages_that_a_crowded_machine_cannot_read_in_time_are_read_later(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = []
    for number in range(PAGES):
        site.page(f"/{number}", f"{SENTENCE * 5}\n\n{SENTENCE * 5}", title=f"Stages open in town {number}")
        items.append(item(f"{site.base}/{number}", f"Stages open in town {number}"))
    add_feed(store, NewFeed(site.feed(*items)), NOW)

    async def slow(*_: object, **__: object) -> object:
        raise Hindered("reading it took longer than 20 seconds")

    with monkeypatch.context() as crowded:
        crowded.setattr(fetch.Workshop, "ask", slow)
        assert collect(store, site).postponed == PAGES
    assert articles(store) == []
    collect(store, site, now=NOW + timedelta(hours=1))
    found = articles(store)
    assert [article["body_source"] for article in found] == ["page"] * PAGES
    assert all(SENTENCE.strip() in article["body"] for article in found)
