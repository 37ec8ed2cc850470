"""One daemon a database: a lock that the kernel frees, whatever way its holder ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from extractors.errors import NewsgaugeError

_LOOK_SECONDS = 1.0
"""Whoever only asks who runs has the lock for an instant; a daemon that starts then waits as long as this."""


class AlreadyRunning(NewsgaugeError):  # noqa: N818 - reads as what it says
    """Another daemon holds the database; the message says which."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    pid: int
    since: str


def lock_path(database: Path) -> Path:
    """The lock file beside *database*: the same by whatever link it is reached."""
    return Path(f"{database.resolve()}.lock")


@contextmanager
def daemon_lock(database: Path, now: datetime) -> Iterator[None]:
    """Hold *database*'s daemon lock; raises AlreadyRunning, saying who has it, when it is taken."""
    with lock_path(database).open("a+") as file:
        try:
            _take(file)
        except OSError as error:
            holder = _read(file.name)
            who = f"process {holder.pid} since {holder.since}" if holder else "another process"
            raise AlreadyRunning(
                f"{database} already has a running daemon ({who}): stop that one first, or name another "
                "database with --db"
            ) from error
        file.truncate(0)
        file.write(json.dumps(asdict(Holder(os.getpid(), now.isoformat(timespec="seconds")))))
        file.flush()
        yield
        file.truncate(0)


def _take(file: IO[str]) -> None:
    end = time.monotonic() + _LOOK_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


def holder(database: Path) -> Holder | None:
    """Who runs as *database*'s daemon, or None."""
    path = lock_path(database)
    if not path.exists():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read(file.name)
    return None


def _read(path: str) -> Holder | None:
    try:
        return Holder(**json.loads(Path(path).read_text()))
    except (ValueError, TypeError):
        return None
