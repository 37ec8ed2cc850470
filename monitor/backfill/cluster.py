"""A backfill's parts read on a Dask cluster: a model a worker, results as Parquet, in the tasks' order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from itertools import islice
from typing import Any

import distributed
from distributed.scheduler import KilledWorker

from extractors.errors import NewsgaugeError
from extractors.version import version_of
from monitor.backfill.exchange import pack, unpack
from monitor.backfill.reading import PrepareParts, ReadParts, Task
from monitor.backfill.run import Readers, TaskRead
from monitor.backfill.values import BackfillError
from monitor.workers import Died

LOCAL = "local"
AHEAD = 4
"""So many tasks a worker are given out before the oldest is kept."""

CONNECT_SECONDS = 15
WORKERS_SECONDS = 60
_NAME = "newsgauge-reader"
_dask: Any = distributed  # its annotations are not complete

Say = Callable[[str], None]


def on_cluster(address: str, jobs: int, say: Say) -> Readers:
    """Readers on the cluster whose scheduler is at *address*, or on one of *jobs* processes here (``local``).

    *say* hears the dashboard's address. The readers raise BackfillError where no cluster answers.
    """

    def readers(tasks: Iterable[Task], prepare: PrepareParts) -> Iterator[TaskRead]:
        with ExitStack() as stack:
            client = _client(stack, address, jobs)
            client.register_plugin(KeepsReader(prepare, str(version_of(prepare.how))), name=_NAME)
            if dashboard := _dashboard(client, local=address == LOCAL):
                say(f"dashboard: {dashboard}")
            yield from _in_order(client, tasks)

    return readers


def _client(stack: ExitStack, address: str, jobs: int) -> Any:
    if address == LOCAL:
        cluster = _dask.LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0")
        return stack.enter_context(_dask.Client(stack.enter_context(cluster)))
    try:
        client = stack.enter_context(_dask.Client(address, timeout=CONNECT_SECONDS))
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise BackfillError(
            f"no Dask cluster with a worker answers at {address} ({error or type(error).__name__}): start "
            "one with `dask scheduler` and `dask worker ADDRESS`, or say --cluster local"
        ) from error
    return client


def _dashboard(client: Any, *, local: bool) -> str | None:
    """Where the dashboard is; a scheduler without Bokeh has none."""
    served = "dashboard" in client.scheduler_info().get("services", {})
    shown = find_spec("bokeh") is not None or not local
    return str(client.dashboard_link) if served and shown else None


class KeepsReader(_dask.WorkerPlugin):  # type: ignore[misc]
    """A worker's reader: loaded at its first task; it reads one task at a time, whatever threads it has."""

    def __init__(self, prepare: PrepareParts, version: str) -> None:
        self.name = _NAME
        self._prepare = prepare
        self._version = version
        self._read: ReadParts | None = None

    def setup(self, worker: Any) -> None:
        """Called in each worker, those that come later, too."""
        self._turn = threading.Lock()

    def read(self, task: Task) -> bytes:
        """The *task*'s parts, read, as Parquet. Raises BackfillError where it would read otherwise."""
        with self._turn:
            if self._read is None:
                if (mine := str(version_of(self._prepare.how))) != self._version:
                    raise BackfillError(
                        f"a worker reads by other rules ({mine}, and not {self._version}): install the same "
                        "newsgauge and model on all machines, with the same files where they are configured"
                    )
                self._read = self._prepare()
            return pack(self._read(task))


def read_task(task: Task) -> bytes:
    """What a worker does: *task* by the reader that its plugin keeps."""
    worker: Any = _dask.get_worker()
    read: bytes = worker.plugins[_NAME].read(task)
    return read


def _in_order(client: Any, tasks: Iterable[Task]) -> Iterator[TaskRead]:
    """The tasks with their results; a window of them is on the cluster at a time.

    A worker that dies loses nothing: the scheduler gives its tasks to another. A task that ended several of
    them is given up.
    """
    remaining = iter(tasks)
    waiting: deque[tuple[Task, Any]] = deque()
    while True:
        room = AHEAD * max(1, len(client.nthreads())) - len(waiting)
        for task in islice(remaining, max(room, 0)):
            waiting.append((task, client.submit(read_task, task, pure=False)))
        if not waiting:
            return
        task, future = waiting.popleft()
        try:
            yield task, unpack(future.result())
        except KilledWorker as killed:
            yield task, Died(killed.allowed_failures + 1)
        except NewsgaugeError:
            raise
        except Exception as error:
            raise BackfillError(f"a worker failed: {type(error).__name__}: {error}") from error
