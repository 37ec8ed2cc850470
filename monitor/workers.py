"""Work in processes of their own: a bounded queue, results in order, a dead worker's task given to another.

Each worker hangs on a pipe of its own, so that it ends with its parent, whatever ended that. Two tasks are
in a worker's hands at a time and its answers leave by a thread, so that it never waits for a busy parent.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from extractors.errors import NewsgaugeError

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 6
"""So many tasks a worker are taken before the oldest is done: the bound of the queue and the results."""

AT_HAND = 2
"""So many tasks a worker holds: the one that it is at, and the next."""

MAX_DEATHS = 3
MEMORY_MB = 1200.0
PATIENCE_SECONDS = 1800.0
"""A worker that answers nothing for so long hangs: it is ended, as if it had died."""

_TICK = 5.0


class WorkerError(NewsgaugeError):
    """A worker that cannot work at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Died:
    """What a task comes to that ended its worker so many times, each time alone with it."""

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
    suspect: bool = False


def in_processes(
    tasks: Iterable[T],
    prepare: Callable[[], Callable[[T], R]],
    jobs: int,
    *,
    memory_mb: float = MEMORY_MB,
    patience: float = PATIENCE_SECONDS,
) -> Iterator[tuple[T, R | Died]]:
    """Each of *tasks* with its result, in order, worked on by so many processes.

    *prepare* (picklable) is called once in each process and gives what does a task there. A process that dies
    is replaced and its tasks tried again, alone; one that grows over *memory_mb* is replaced after its task;
    one that answers nothing for *patience* seconds is ended. Raises WorkerError when a task raises.
    """
    pool: _Pool[T, R] = _Pool(iter(tasks), prepare, jobs, memory_mb, patience)
    try:
        yield from pool.run()
    finally:
        pool.end()


@dataclass(slots=True)
class _Worker:
    """A process and the tasks in its hands, the one that it is at first."""

    process: Any
    pipe: Connection
    tasks: deque[_Task[Any]] = field(default_factory=deque)
    since: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, prepare: Callable[[], Callable[[Any], Any]], memory_mb: float) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, prepare, memory_mb), daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours)

    @property
    def alone(self) -> bool:
        """Whether it is at a task that may have ended another: then nothing else is given to it."""
        return any(task.suspect for task in self.tasks)

    def give(self, task: _Task[Any]) -> None:
        self.since = self.since if self.tasks else time.monotonic()
        self.tasks.append(task)
        self.pipe.send(task.content)

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()  # it holds nothing that is not in its parent's hands
        self.process.join()


class _Pool(Generic[T, R]):
    def __init__(
        self,
        tasks: Iterator[T],
        prepare: Callable[[], Callable[[T], R]],
        jobs: int,
        memory_mb: float,
        patience: float,
    ) -> None:
        self._tasks = ((number, task) for number, task in enumerate(tasks))
        self._prepare = prepare
        self._memory_mb = memory_mb
        self._patience = patience
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
                self._hear(0)
                self._give()
            self._hear(_TICK)
            self._give()

    def end(self) -> None:
        for worker in self._workers:
            worker.end()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.tasks]

    def _give(self) -> None:
        """Give tasks to those who have room, while the window has; a suspect to one that has nothing else."""
        for held in range(AT_HAND):  # first one each, then the next
            while worker := self._free(held):
                if self._again and held == 0:
                    task: _Task[T] | None = self._again.popleft()
                else:
                    task = self._new_task()
                if task is None:
                    break
                try:
                    worker.give(task)
                except OSError:  # it died in between
                    self._bury(worker)

    def _free(self, held: int) -> _Worker | None:
        """A worker with so many tasks in hand; a new one where there may be."""
        free = next((w for w in self._workers if len(w.tasks) == held and not w.alone), None)
        if free is None and held == 0 and len(self._workers) < self._jobs and self._is_more():
            free = _Worker.start(self._prepare, self._memory_mb)
            self._workers.append(free)
        return free

    def _is_more(self) -> bool:
        """Whether a task waits: the next one is taken to see, and kept."""
        if not self._again and (task := self._new_task()):
            self._again.append(task)
        return bool(self._again)

    def _new_task(self) -> _Task[T] | None:
        if self._given - self._next >= AHEAD * self._jobs:
            return None
        for number, content in self._tasks:
            self._given += 1
            return _Task(number, content)
        return None

    def _hear(self, seconds: float) -> None:
        """Take the answers that are there, or come within so many *seconds*."""
        busy = self._busy()
        ready = connection.wait([worker.pipe for worker in busy], seconds) if busy else []
        for worker in busy:
            if worker.pipe in ready:
                self._take(worker)
            elif time.monotonic() - worker.since > self._patience:
                self._bury(worker)

    def _take(self, worker: _Worker) -> None:
        try:
            answer: _Answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if answer.error is not None:
            raise WorkerError(answer.error)
        task = worker.tasks.popleft()
        worker.since = time.monotonic()
        self._done[task.number] = (task.content, answer.result)
        if answer.retires:
            self._again.extend(worker.tasks)
            self._dismiss(worker)

    def _bury(self, worker: _Worker) -> None:
        """Try the tasks of a dead worker again; one that was alone with it each time is given up."""
        for task in worker.tasks:
            task.deaths += len(worker.tasks) == 1
            task.suspect = True
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
    answers: queue.Queue[_Answer | None] = queue.Queue(AT_HAND)
    sender = threading.Thread(target=_send, args=(pipe, answers), daemon=True)
    sender.start()
    work: Callable[[Any], Any] | None = None
    answer = _Answer()
    while not (answer.retires or answer.error):
        try:
            content = pipe.recv()
        except (EOFError, OSError):  # the parent is gone
            return
        try:
            work = work or prepare()
            answer = _Answer(work(content), retires=resident_mb() >= memory_mb)
        except Exception as error:
            answer = _Answer(error=_in_words(error))
        answers.put(answer)
    answers.put(None)
    sender.join()


def _send(pipe: Connection, answers: queue.Queue[_Answer | None]) -> None:
    try:
        while (answer := answers.get()) is not None:
            pipe.send(answer)
    except OSError:  # the parent is gone; the next recv says so too
        return


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, NewsgaugeError) else f"{type(error).__name__}: {error}"
