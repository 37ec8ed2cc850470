"""Reading in a process of its own: polling never waits for it, and a text that kills it is found out.

The worker opens the database itself and says over a pipe which articles it is about to read. When it dies,
its supervisor lets the next one read those one at a time; the article that kills three is set aside.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from db.findings import mark_failed
from db.store import open_store
from extractors.errors import NewsgaugeError
from extractors.pipeline import Reader, Reading
from extractors.version import version_of
from monitor.daemon.logs import event, set_up
from monitor.reading import BATCH, read_pass

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
MENDING_SECONDS = 5.0
"""How long to wait where the configuration cannot be read with; a reload starts another worker."""
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker needs to know."""

    database: Path
    how: Reading
    memory_mb: int
    log_style: str = "lines"


def memory_mb() -> float:
    """The largest resident size of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024**2


def read_for_ever(settings: WorkerSettings, pipe: Connection, one_by_one: bool) -> None:
    """The worker's life: read what is unread, wait, again; ends on SIGTERM, an orphan's fate or its bound."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up(settings.log_style)
    parent = os.getppid()
    version = version_of(settings.how)
    reader = Reader(settings.how)
    with open_store(settings.database) as store:
        while not stopping and os.getppid() == parent and memory_mb() < settings.memory_mb:
            try:
                done = read_pass(
                    store,
                    reader,
                    version,
                    lambda: datetime.now(UTC),
                    batch=1 if one_by_one else BATCH,
                    starting=pipe.send,
                    stop=lambda: stopping or memory_mb() >= settings.memory_mb,
                )
            except NewsgaugeError as error:  # no article's fault: a model or a rule that must be mended
                event(log, "reading waits", logging.ERROR, error=str(error))
                pipe.send([])
                time.sleep(MENDING_SECONDS)
                continue
            pipe.send([])
            if done:
                event(log, "read", articles=done)
            one_by_one = False
            time.sleep(IDLE_SECONDS)


@dataclass
class Supervisor:
    """Keeps one worker alive, and notes what it was reading when it died."""

    settings: WorkerSettings
    restarts: int = 0
    reading: list[int] = field(default_factory=list)
    _worker: BaseProcess | None = None
    _pipe: Connection | None = None

    def tend(self) -> None:
        """Start the worker where none runs; call this every second or so."""
        self._listen()
        if self._worker is not None and self._worker.is_alive():
            return
        if self._worker is not None:
            self._after_death(self._worker.exitcode)
        self._start(one_by_one=bool(self.reading))
        self.reading = []

    def stop(self, patience: float = 5.0) -> None:
        """End the worker: asked first, killed after *patience* seconds (its work is in the database)."""
        if self._worker is None:
            return
        self._worker.terminate()
        self._worker.join(patience)
        if self._worker.is_alive():
            self._worker.kill()
            self._worker.join()

    def reconfigure(self, settings: WorkerSettings) -> None:
        """Read by other *settings* from now on."""
        self.settings = settings
        if self._worker is not None:
            self._worker.terminate()

    def _start(self, one_by_one: bool) -> None:
        self._pipe, theirs = _SPAWN.Pipe(duplex=False)
        self._worker = _SPAWN.Process(
            target=read_for_ever,
            args=(self.settings, theirs, one_by_one),
            daemon=True,
            name="newsgauge-reader",
        )
        self._worker.start()
        theirs.close()

    def _listen(self) -> None:
        try:
            while self._pipe is not None and self._pipe.poll():
                self.reading = self._pipe.recv()
        except (EOFError, OSError):
            self._pipe = None

    def _after_death(self, exit_code: int | None) -> None:
        if exit_code == 0:
            self.reading = []
            return
        self.restarts += 1
        event(log, "reader died", logging.WARNING, exit=exit_code, articles=len(self.reading))
        if len(self.reading) == 1:
            _blame(self.settings, self.reading, exit_code)


def _blame(settings: WorkerSettings, articles: Sequence[int], exit_code: int | None) -> None:
    with open_store(settings.database) as store:
        for article in articles:
            mark_failed(
                store,
                article,
                str(version_of(settings.how)),
                f"the reading process died on it (exit code {exit_code})",
            )
