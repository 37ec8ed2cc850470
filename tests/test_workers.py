"""Work in processes: results in order, dead and hanging workers, the bounds of queue and memory."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.workers import AHEAD, Died, WorkerError, in_processes


@dataclass(frozen=True)
class Prepare:
    """Prepares a worker whose tasks are words: what to do with the number behind."""

    folder: Path

    def __call__(self) -> Callable[[str], int]:
        (self.folder / f"{os.getpid()}").touch()
        return self.work

    def work(self, task: str) -> int:
        what, _, number = task.partition(" ")
        tries = self.folder / f"tries {task}"
        tries.write_text(f"{tries.read_text() if tries.exists() else ''}.")
        if what == "die" or (what == "die-once" and len(tries.read_text()) == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "hang":
            time.sleep(600)
        if what == "slow":
            time.sleep(0.3)
        if what == "raise":
            raise ZeroDivisionError("of nothing")
        return int(number) ** 2


def test_results_come_in_the_order_of_the_tasks(tmp_path: Path) -> None:
    tasks = [f"{'slow' if n % 5 == 0 else 'do'} {n}" for n in range(20)]
    found = list(in_processes(tasks, Prepare(tmp_path), 2))
    assert found == [(task, n**2) for n, task in enumerate(tasks)]
    assert len([p for p in tmp_path.iterdir() if p.name.isdigit()]) == 2


def test_a_task_that_ends_its_worker_is_tried_thrice_and_costs_no_other(tmp_path: Path) -> None:
    tasks = ["do 1", "die-once 2", "do 3", "die 4", "do 5", "do 6", "do 7"]
    found = dict(in_processes(tasks, Prepare(tmp_path), 2))
    assert found.pop("die 4") == Died(3)
    assert list(found.values()) == [1, 4, 9, 25, 36, 49]
    assert str(Died(3)) == "the reading process died 3 times over it"


def test_a_worker_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.workers._TICK", 0.1)
    monkeypatch.setattr("monitor.workers.MAX_DEATHS", 1)
    found = dict(in_processes(["do 1", "hang 2", "do 3"], Prepare(tmp_path), 1, patience=12))
    assert found == {"do 1": 1, "hang 2": Died(1), "do 3": 9}


def test_one_that_grows_too_large_is_replaced_after_its_task(tmp_path: Path) -> None:
    tasks = [f"do {n}" for n in range(5)]
    assert list(in_processes(tasks, Prepare(tmp_path), 1, memory_mb=1)) == [
        (task, n**2) for n, task in enumerate(tasks)
    ]
    assert len([p for p in tmp_path.iterdir() if p.name.isdigit()]) == 5


def test_no_more_is_taken_than_the_window_holds(tmp_path: Path) -> None:
    taken = 0

    def tasks() -> Iterator[str]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield f"do {number}"

    found = in_processes(tasks(), Prepare(tmp_path), 2)
    for place in range(3):
        next(found)
        assert taken <= place + 1 + AHEAD * 2 + 1
    found.close()  # type: ignore[attr-defined]


def test_an_error_of_ours_ends_it_in_words(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="ZeroDivisionError: of nothing"):
        list(in_processes(["do 1", "raise 2", "do 3"], Prepare(tmp_path), 2))


def test_nothing_to_do_starts_nobody(tmp_path: Path) -> None:
    assert list(in_processes([], Prepare(tmp_path), 2)) == []
    assert list(tmp_path.iterdir()) == []
