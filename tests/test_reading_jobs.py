"""Reading in several processes: the same as in one, and a text that ends its process is set aside alone."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from db.articles import NewArticle, keep_article
from db.gate import count_left_unread, leave_unread
from db.store import Store, open_store
from extractors.pipeline import Reader, Reading
from extractors.version import version_of
from monitor import reading
from monitor.collect.articles import text_hash
from monitor.demo.server import serving
from monitor.reading import BatchRead, Group, read_batch, read_pass
from monitor.reading_jobs import PrepareReader, in_jobs
from tests.programs import run, small_site, write_config
from tests.test_update_kill import contents

NOW = datetime(2026, 11, 30, tzinfo=UTC)
HOW = Reading()
DEADLY = 5


@dataclass(frozen=True)
class Dying:
    """Prepares a reader whose process ends over one article."""

    def __call__(self) -> Callable[[Group], BatchRead]:
        read = PrepareReader(HOW)()

        def or_die(group: Group) -> BatchRead:
            if any("deadly" in article.body for article in group.articles):
                os.kill(os.getpid(), signal.SIGKILL)
            return read(group)

        return or_die


def fill(store: Store, count: int) -> None:
    for number in range(1, count + 1):
        body = f"Lume took ${number} million in May, up {number + 3}%." + " deadly" * (number == DEADLY)
        found = NewArticle(
            url=f"https://o.example/{number}",
            title=f"Lume's takings {number}",
            body=body,
            body_source="page",
            text_hash=text_hash(f"Lume's takings {number}", body),
            language="en",
            published=NOW,
        )
        keep_article(store, found, None, None, NOW)


def test_two_processes_find_what_one_does(tmp_path: Path) -> None:
    site = small_site(70)
    with serving(site) as base:
        for name, jobs in (("one", "1"), ("two", "2")):
            (tmp_path / name).mkdir()
            write_config(tmp_path / name, site, base)
            done = run("update", "--all", "--jobs", jobs, folder=tmp_path / name)
            assert done.returncode == 0, done.stderr
            assert " 70 read" in done.stdout
    assert contents(tmp_path / "one" / "n.db") == contents(tmp_path / "two" / "n.db")


def test_a_text_that_ends_its_process_is_set_aside_and_all_others_are_read(tmp_path: Path) -> None:
    version, told = version_of(HOW), list[int]()
    with open_store(tmp_path / "n.db") as store:
        fill(store, 9)
        readers = in_jobs(Dying(), 2, 1200)
        done = read_pass(
            store, Reader(HOW), version, lambda: NOW, readers=readers, batch=4, progress=told.append
        )
        assert done == told[-1] == 8
        rows = store.db.query("SELECT id, error, read_failures, read_at FROM articles")
        by_id = {row["id"]: row for row in rows}
        amounts = dict(store.db.execute("SELECT article, count(*) FROM money GROUP BY 1").fetchall())
    dead = by_id.pop(DEADLY)
    assert dead["error"] == "the reading process died 3 times over it"
    assert (dead["read_failures"], dead["read_at"]) == (3, None)
    assert all(row["read_at"] and not row["error"] for row in by_id.values())
    assert amounts == dict.fromkeys(by_id, 1)


@dataclass
class TwoAhead:
    """Reads in this process, but takes two groups before it gives any back."""

    reader: Reader
    taken: list[list[list[int]]] = field(default_factory=list)

    def __call__(self, groups: Iterator[Group]) -> Iterator[tuple[Group, BatchRead]]:
        while pair := list(islice(groups, 2)):
            self.taken.append([[article.id for article in group.articles] for group in pair])
            yield from ((group, read_batch(self.reader, group.articles)) for group in pair)


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> list[reading._Queue]:
    """The queues that reading passes make."""
    made: list[reading._Queue] = []
    make = reading._Queue

    def noted(*args: Any) -> reading._Queue:
        made.append(make(*args))
        return made[-1]

    monkeypatch.setattr(reading, "_Queue", noted)
    return made


def waiting(store: Store, gated: bool) -> Callable[..., int]:
    """Nine articles in *store*, left by the gate where *gated*; gives what reads them by twos."""
    fill(store, 9)
    version = version_of(HOW)
    if gated:
        leave_unread(store, range(1, 10), str(version), "a gate", NOW)
    return partial(read_pass, store, Reader(HOW), version, lambda: NOW, batch=2, gated=gated)


@pytest.mark.parametrize("gated", [False, True])
def test_readers_that_take_ahead_get_each_article_once(
    tmp_path: Path, queues: list[reading._Queue], gated: bool
) -> None:
    readers, started = TwoAhead(Reader(HOW)), list[list[int]]()
    with open_store(tmp_path / "n.db") as store:
        assert waiting(store, gated)(readers=readers, starting=started.append) == 9
        assert store.db["articles"].count_where("read_at IS NOT NULL") == 9
        assert count_left_unread(store) == 0
    assert [[len(ids) for ids in pair] for pair in readers.taken] == [[2, 2], [2, 2], [1]]
    batches = [ids for pair in readers.taken for ids in pair]
    assert sorted(article for ids in batches for article in ids) == [*range(1, 10)]
    assert started == batches
    assert [queue.at_hand for queue in queues] == [set()]


@pytest.mark.parametrize("gated", [False, True])
def test_a_stop_between_batches_leaves_the_rest(
    tmp_path: Path, queues: list[reading._Queue], gated: bool
) -> None:
    readers, told = TwoAhead(Reader(HOW)), list[int]()
    answers = iter(
        [False, False, False, False, True, True]
    )  # the pass, three batches; then queue and pass stop
    with open_store(tmp_path / "n.db") as store:
        done = waiting(store, gated)(readers=readers, stop=lambda: next(answers), progress=told.append)
        assert done == store.db["articles"].count_where("read_at IS NOT NULL") == 6
    assert told == [2, 4, 6], "what was taken is read and kept"
    assert [len(pair) for pair in readers.taken] == [2, 1]
    assert [queue.at_hand for queue in queues] == [set()]
    assert not list(answers), "it is asked before each batch"


def test_extract_gives_its_lines_in_order_whatever_the_jobs(tmp_path: Path) -> None:
    for number in range(70):
        text = f"Lume took ${number + 1} million in May, up {number + 3}% from a year earlier."
        (tmp_path / f"{number:02}.txt").write_text(text)
    files = sorted(path.name for path in tmp_path.iterdir())
    one, two = (run("extract", "--jobs", jobs, *files, folder=tmp_path) for jobs in ("1", "2"))
    assert (one.returncode, two.returncode) == (0, 0), two.stderr
    assert one.stdout == two.stdout
    assert [json.loads(line)["money"][0]["value"] for line in two.stdout.splitlines()] == [
        (number + 1) * 1_000_000 for number in range(70)
    ]
