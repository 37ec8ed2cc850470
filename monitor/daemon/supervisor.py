"""The reading process's supervisor: it starts it, notes how it dies, and sets aside the text that kills it.

When a worker dies, the next one reads what that one had at hand one by one; the article that kills three is
set aside with its error.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sqlite3
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from db.findings import mark_failed
from db.store import fault_in_words, open_store
from extractors.errors import NewsgaugeError
from extractors.version import version_of
from monitor.daemon.logs import event
from monitor.daemon.worker import Said, WorkerSettings, read_for_ever

log = logging.getLogger(__name__)

HANGING_SECONDS = 900.0
"""A batch that takes longer hangs: seconds are usual, some minutes on a crowded machine."""
LONGEST_PAUSE = 60.0
_IN_ORDER = (0, -signal.SIGTERM)
_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Supervisor:
    """Keeps one worker alive. ``deaths`` counts those in a row of which none was asked for."""

    settings: WorkerSettings
    deaths: int = 0
    waits: str | None = None
    hanging_seconds: float = HANGING_SECONDS
    _reading: tuple[int, ...] = ()
    _heard_at: float = 0.0
    _start_at: float = 0.0
    _pause: float = 1.0
    _ended: bool = False
    _worker: BaseProcess | None = None
    _pipe: Connection | None = None
    _hung: bool = False
    _blamed: list[tuple[int, str]] = field(default_factory=list)

    def tend(self) -> None:
        """Start the worker where none runs; call this every second or so, in a thread: it may write."""
        alive = self._worker is not None and self._worker.is_alive()
        self._listen()  # after it was seen dead: what it said last is heard then
        if alive:
            self._end_a_hanging_one()
            return
        if self._worker is not None:
            self._after_death(self._worker.exitcode)
        self._blame()
        if self._ended or self._blamed or time.monotonic() < self._start_at:
            return  # the next waits until the verdict is written: it must count
        self._start(len(self._reading))

    def stop(self, patience: float = 3.0) -> None:
        """End the worker: asked first, killed after *patience* seconds (its work is in the database)."""
        self._ended, worker = True, self._worker
        if worker is None:
            return
        worker.terminate()
        worker.join(patience)
        if worker.is_alive():
            worker.kill()
            worker.join()

    def kill(self) -> None:
        """End the worker at once."""
        self._ended, worker = True, self._worker
        if worker is not None:
            worker.kill()

    def reconfigure(self, settings: WorkerSettings) -> None:
        """Read by other *settings* from now on."""
        self.settings = settings
        self._start_at = 0.0
        if (worker := self._worker) is not None:
            worker.terminate()

    @property
    def pid(self) -> int | None:
        """The worker's process, or None."""
        return self._worker.pid if self._worker else None

    def _start(self, suspects: int) -> None:
        self._pipe, theirs = _SPAWN.Pipe(duplex=False)
        worker = _SPAWN.Process(  # no daemonic one: those may have no processes of their own
            target=read_for_ever,
            args=(self.settings, theirs, suspects),
            daemon=False,
            name="newsgauge-reader",
        )
        worker.start()
        theirs.close()
        self._worker, self._reading, self._heard_at = worker, (), time.monotonic()

    def _listen(self) -> None:
        try:
            while self._pipe is not None and self._pipe.poll():
                said: Said = self._pipe.recv()
                self._reading, self.waits, self._heard_at = said.reading, said.waits, time.monotonic()
                if not said.reading:
                    self._pause = 1.0
        except (EOFError, OSError):
            self._pipe = None

    def _end_a_hanging_one(self) -> None:
        if self._reading and self._worker and time.monotonic() - self._heard_at > self.hanging_seconds:
            event(log, "reader hangs", logging.WARNING, articles=len(self._reading))
            self._hung = True
            self._worker.kill()

    def _after_death(self, exit_code: int | None) -> None:
        self._worker, self._pipe = None, None
        if exit_code in _IN_ORDER:
            self._reading = ()
            return
        how = f"it took over {self.hanging_seconds:g} seconds" if self._hung else f"exit code {exit_code}"
        self.deaths, self._hung = self.deaths + 1, False
        self._start_at, self._pause = time.monotonic() + self._pause, min(self._pause * 2, LONGEST_PAUSE)
        event(log, "reader died", logging.WARNING, exit=exit_code, articles=len(self._reading))
        if len(self._reading) == 1:
            self._blamed.append((self._reading[0], how))

    def _blame(self) -> None:
        """Note which article a worker died on; where that cannot be written now, try again later."""
        version = str(version_of(self.settings.how)) if self._blamed else ""
        while self._blamed:
            article, how = self._blamed[0]
            try:
                with open_store(self.settings.database) as store:
                    mark_failed(store, article, version, f"the reading process died on it ({how})")
            except (NewsgaugeError, sqlite3.Error, OSError) as error:
                self.waits = fault_in_words(self.settings.database, error)
                event(log, "verdict not written", logging.ERROR, error=self.waits)
                return
            self._blamed.pop(0)
