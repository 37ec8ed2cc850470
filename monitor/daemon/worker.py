"""Reading in a process of its own: the worker's life.

The worker opens the database itself and says over a pipe which articles it is about to read, so that its
supervisor knows what it had at hand when it died.
"""

from __future__ import annotations

import logging
import math
import os
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from db.findings import unread
from db.store import Store, fault_in_words, open_store
from extractors.errors import NewsgaugeError
from extractors.pipeline import Reader, Reading
from extractors.version import version_of
from monitor.daemon.logs import event, set_up
from monitor.reading import BATCH, Readers, read_pass
from monitor.reading_jobs import PrepareReader, in_jobs

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
MANY = 20 * BATCH
"""Where fewer articles wait, this process reads them sooner than others have loaded their models."""

MENDING_SECONDS = 5.0
"""How long to wait where nothing can be read or written; a reload starts another worker."""


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker needs to know."""

    database: Path
    how: Reading
    memory_mb: int
    log_style: str = "lines"
    jobs: int = 1
    now: Callable[[], datetime] = utc_now


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker tells its supervisor: the articles that it is about to read, or why it waits."""

    reading: tuple[int, ...] = ()
    waits: str | None = None


def memory_mb() -> float:
    """The resident size of this process in MB: now where the system tells it, else the largest so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1024**2 if sys.platform == "darwin" else peak / 1024


def read_for_ever(settings: WorkerSettings, pipe: Connection, suspects: int) -> None:
    """The worker's life: read what is unread, wait, again; until SIGTERM, its parent's end or its bound.

    The first *suspects* articles are read one by one: one of them may have ended the worker before.
    """
    worker = _Worker(settings, pipe, suspects)
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up(settings.log_style)
    try:
        worker.live()
    except BrokenPipeError:  # the daemon is gone: what was read is kept, the rest is read by the next
        return


class _Worker:
    def __init__(self, settings: WorkerSettings, pipe: Connection, suspects: int) -> None:
        self.settings = settings
        self.pipe = pipe
        self.suspects = suspects
        self.parent = os.getppid()
        self.batches = 0
        self.stopping = False

    def stop(self, *_: object) -> None:
        """End after the batch at hand."""
        self.stopping = True

    def live(self) -> None:
        """Read until something ends it."""
        reader: Reader | None = None
        while not self._ends():
            try:
                reader = reader or Reader(self.settings.how, stays=True)
                with open_store(self.settings.database) as store:
                    while not self._ends():
                        self._read(store, reader)
                        time.sleep(IDLE_SECONDS)
            except BrokenPipeError:
                raise
            except (NewsgaugeError, sqlite3.Error, OSError) as error:  # no article's fault: it must be mended
                self._wait(fault_in_words(self.settings.database, error))
        if self._worn_out():
            event(log, "reader recycled", memory_mb=round(memory_mb()))

    def _read(self, store: Store, reader: Reader) -> None:
        done = 0
        if self.suspects:
            done, self.suspects = self._pass(store, reader, 1, self.batches + self.suspects), 0
        done += self._in_jobs(store, reader)
        done += self._pass(store, reader, BATCH)
        self.pipe.send(Said())
        if done:
            event(log, "read", articles=done)

    def _in_jobs(self, store: Store, reader: Reader) -> int:
        """Read in several processes where many articles wait; which of them dies over what is told there."""
        how, jobs = self.settings.how, self.settings.jobs
        version = version_of(how)
        if jobs == 1 or len(unread(store, str(version), MANY)) < MANY:
            return 0
        event(log, "reading in several processes", processes=jobs)
        readers = in_jobs(PrepareReader(how), jobs, self.settings.memory_mb)
        return self._pass(store, reader, BATCH, readers=readers)

    def _pass(
        self,
        store: Store,
        reader: Reader,
        batch: int,
        until: float = math.inf,
        readers: Readers | None = None,
    ) -> int:
        return read_pass(
            store,
            reader,
            version_of(self.settings.how),
            self.settings.now,
            readers=readers,
            batch=batch,
            starting=None if readers else self._tell,
            stop=lambda: self._ends() or self.batches >= until,
        )

    def _tell(self, articles: Sequence[int]) -> None:
        self.batches += 1
        self.pipe.send(Said(tuple(articles)))

    def _ends(self) -> bool:
        return self.stopping or os.getppid() != self.parent or self._worn_out()

    def _worn_out(self) -> bool:
        """Whether it has grown too large; one batch is read whatever the bound, or nothing ever would be."""
        return self.batches > 0 and memory_mb() >= self.settings.memory_mb

    def _wait(self, why: str) -> None:
        event(log, "reading waits", logging.ERROR, error=why)
        self.pipe.send(Said(waits=why))
        end = time.monotonic() + MENDING_SECONDS
        while time.monotonic() < end and not self._ends():
            time.sleep(IDLE_SECONDS)
