"""A daemon with a clock of its own: ``python -m tests.fast_daemon TEMPO START`` in a configuration's folder.

The clock runs TEMPO seconds to a second since START (seconds since the epoch), and is set by so many seconds
as the file ``set-by`` says.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.schedulers.base
import apscheduler.triggers.interval

from db.store import open_store
from monitor.config import load_config
from monitor.daemon import rota
from monitor.daemon.lock import daemon_lock
from monitor.daemon.logs import set_up
from monitor.daemon.memory import bound_arenas
from monitor.daemon.run import Daemon, leave, worker_settings
from monitor.daemon.supervisor import Supervisor

SET_BY = Path("set-by")


@dataclass(frozen=True)
class Clock:
    """The time, *tempo* times as fast since *start* (seconds since the epoch)."""

    start: float
    tempo: float

    def __call__(self) -> datetime:
        by = float(SET_BY.read_text()) if SET_BY.exists() else 0.0
        return datetime.fromtimestamp(self.start + (time.time() - self.start) * self.tempo + by, UTC)


def see_the_clock_set() -> None:
    """Let APScheduler, too, see the clock as it is set: it looks at the machine's."""

    class Set(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            by = float(SET_BY.read_text()) if SET_BY.exists() else 0.0
            return datetime.now(tz) + timedelta(seconds=by)

    for module in (apscheduler.schedulers.base, apscheduler.triggers.interval, rota):
        module.datetime = Set  # type: ignore[attr-defined]


def main(tempo: float, start: float) -> None:
    """Run the daemon until SIGTERM."""
    config = load_config()
    set_up("lines")
    bound_arenas()
    if tempo == 1:
        see_the_clock_set()
    clock = Clock(start, tempo)
    with open_store(config.database) as store, daemon_lock(config.database, clock()):
        settings = replace(worker_settings(config.database, config), now=clock)
        daemon = Daemon(config, None, config.database, store, Supervisor(settings), clock, tempo)
        asyncio.run(daemon.live())
    leave()


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
