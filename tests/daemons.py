"""Running daemons, and what they and their database say, for the tests."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db import jobs
from db.store import DatabaseError, open_store
from tests.programs import command, environment, run


class Running:
    """A daemon in *folder* and the log that it writes there."""

    def __init__(self, folder: Path, *words: str, program: Sequence[str] | None = None, **env: str) -> None:
        self.folder = folder
        self.log = folder / "daemon.log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                program or command("run", *words), cwd=folder, stdout=log, stderr=log, env=environment() | env
            )

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    def stop(self) -> float:
        """SIGTERM; returns after how many seconds it had ended. Its exit code must be 0."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=15) == 0, self.said()
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text()

    def reader(self) -> int | None:
        """The reading process."""
        for tasks in Path(f"/proc/{self.pid}/task").glob("*/children"):
            for child in tasks.read_text().split():
                if b"spawn_main" in _command_line(child):
                    return int(child)
        return None


def _command_line(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def daemon(folder: Path, *words: str, **env: str) -> Iterator[Running]:
    """A running daemon; SIGTERM has ended it within ten seconds when this is over."""
    running = Running(folder, *words, **env)
    try:
        yield running
        assert running.stop() < 10
    finally:
        if running.process.poll() is None:
            running.kill()


def fast(tempo: float, start: float) -> list[str]:
    """The command line of a daemon with a clock of its own."""
    return [sys.executable, "-m", "tests.fast_daemon", str(tempo), str(start)]


@contextmanager
def fast_daemon(folder: Path, tempo: float, start: float | None = None) -> Iterator[Running]:
    """A daemon with a clock of its own, *tempo* times as fast since *start* (seconds since the epoch)."""
    running = Running(folder, program=fast(tempo, start or time.time()))
    try:
        yield running
        assert running.stop() < 10
    finally:
        if running.process.poll() is None:
            running.kill()


def until(found: Callable[[], object], seconds: float = 300) -> bool:
    """Whether something comes true within so many seconds: far more than it takes, for a crowded machine."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(0.1)
    return bool(found())


def section(**keys: object) -> str:
    """The configuration's part about the daemon, which updates every second."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in ({"update_seconds": 1} | keys).items()]
    return "\n".join(["[daemon]", *lines])


def ask(folder: Path, sql: str, default: Any = None) -> Any:
    """The first value that *sql* gives; *default* while there is no database."""
    try:
        with open_store(folder / "n.db", read_only=True) as store:
            row = store.db.execute(sql).fetchone()
            return row[0] if row else default
    except (DatabaseError, sqlite3.OperationalError):  # none yet, or no tables in it
        return default


def read_so_far(folder: Path) -> int:
    """How many articles are read."""
    return int(ask(folder, "SELECT count(*) FROM articles WHERE read_at IS NOT NULL", 0))


def life(folder: Path) -> jobs.Life:
    """What the daemon says of itself."""
    with open_store(folder / "n.db", read_only=True) as store:
        found = jobs.life(store)
    assert found is not None
    return found


def job(folder: Path, name: str) -> jobs.Job:
    """What is known of a job; an empty row while there is no database."""
    try:
        with open_store(folder / "n.db", read_only=True) as store:
            return next((job for job in jobs.jobs(store) if job.name == name), jobs.Job(name))
    except (DatabaseError, sqlite3.OperationalError):
        return jobs.Job(name)


def status(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of ``status --json``."""
    told = run(*words, "status", "--json", folder=folder)
    return told.returncode, json.loads(told.stdout)


def handles(pid: int) -> int:
    """How many files the process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
