"""Work in processes of their own: a bounded queue, results in order, a dead worker's task given to another.

Each worker hangs on a pipe of its own, so that it ends with its parent, whatever ended that.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from extractors.errors import NewsgaugeError

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""So many tasks a worker are read in before the oldest is done: the bound of the queue and the results."""

MAX_DEATHS = 3
MEMORY_MB = 1200


class WorkerError(NewsgaugeError):
    """A worker that cannot work at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Died:
    """What a task comes to that ended its worker so many times."""

    times: int

    def __str__(self) -> str:
        return f"the reading process died {self.times} times over it"


@dataclass(frozen=True, slots=True)
class _Answer:
    result: Any = None
    error: str | None = None
    retires: bool = False


@dataclass(slots=True)
class _Task(Generic[T]):
    number: int
    content: T
    deaths: int = 0


def in_processes(
    tasks: Iterable[T],
    prepare: Callable[[], Callable[[T], R]],
    jobs: int,
    *,
    memory_mb: float = MEMORY_MB,
) -> Iterator[tuple[T, R | Died]]:
    """Each of *tasks* with its result, in order, worked on by so many processes.

    *prepare* (picklable) is called once in each process and gives what does a task there. A process that
    dies is replaced and its task tried again; one that grows over *memory_mb* is replaced after its task.
    Raises WorkerError when a task raises.
    """
    pool: _Pool[T, R] = _Pool(iter(tasks), prepare, jobs, memory_mb)
    try:
        yield from pool.run()
    finally:
        pool.end()


class _Worker:
    """A process and the task that it is at."""

    def __init__(self, prepare: Callable[[], Callable[[Any], Any]], memory_mb: float) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, prepare, memory_mb), daemon=True)
        self.process.start()
        theirs.close()
        self.task: _Task[Any] | None = None

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()


class _Pool(Generic[T, R]):
    def __init__(
        self, tasks: Iterator[T], prepare: Callable[[], Callable[[T], R]], jobs: int, memory_mb: float
    ) -> None:
        self._tasks = ((number, task) for number, task in enumerate(tasks))
        self._prepare = prepare
        self._memory_mb = memory_mb
        self._again: deque[_Task[T]] = deque()
        self._done: dict[int, tuple[T, R | Died]] = {}
        self._next = self._given = 0
        self._jobs = jobs
        self._workers: list[_Worker] = []

    def run(self) -> Iterator[tuple[T, R | Died]]:
        self._give()
        while self._busy() or self._done:
            while self._next in self._done:
                yield self._done.pop(self._next)
                self._next += 1
                self._give()
            if busy := self._busy():
                ready = connection.wait([worker.pipe for worker in busy])
                for worker in [w for w in busy if w.pipe in ready]:
                    self._hear(worker)
            self._give()

    def end(self) -> None:
        for worker in self._workers:
            worker.end()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task]

    def _give(self) -> None:
        """Give tasks to those who have none, while the window has room."""
        while len(self._busy()) < self._jobs and (task := self._task()):
            worker = next((w for w in self._workers if not w.task), None) or self._hire()
            worker.task = task
            try:
                worker.pipe.send(task.content)
            except OSError:  # it died in between
                self._bury(worker)

    def _task(self) -> _Task[T] | None:
        if self._again:
            return self._again.popleft()
        if self._given - self._next >= AHEAD * self._jobs:
            return None
        number, content = next(self._tasks, (None, None))
        if number is None:
            return None
        self._given += 1
        return _Task(number, content)  # type: ignore[arg-type]

    def _hire(self) -> _Worker:
        worker = _Worker(self._prepare, self._memory_mb)
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> None:
        assert worker.task is not None
        try:
            answer: _Answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if answer.error is not None:
            raise WorkerError(answer.error)
        self._done[worker.task.number] = (worker.task.content, answer.result)
        worker.task = None
        if answer.retires:
            self._dismiss(worker)

    def _bury(self, worker: _Worker) -> None:
        task = worker.task
        assert task is not None
        task.deaths += 1
        if task.deaths < MAX_DEATHS:
            self._again.append(task)
        else:
            self._done[task.number] = (task.content, Died(task.deaths))
        self._dismiss(worker)

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.end()


def _work(pipe: Connection, prepare: Callable[[], Callable[[Any], Any]], memory_mb: float) -> None:
    """A worker's life: tasks in, answers out, until the pipe's other end is gone."""
    from monitor.daemon.worker import memory_mb as resident_mb

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    retires = False
    try:
        work: Callable[[Any], Any] | None = None
        while not retires:
            content = pipe.recv()
            try:
                work = work or prepare()
                result = work(content)
            except Exception as error:
                pipe.send(_Answer(error=_in_words(error)))
                return
            retires = resident_mb() >= memory_mb
            pipe.send(_Answer(result, retires=retires))
    except (EOFError, OSError):  # the parent is gone
        return


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, NewsgaugeError) else f"{type(error).__name__}: {error}"
