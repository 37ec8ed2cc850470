"""``newsgauge run``: the duties, the signals, the worker and the health endpoint, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from db import clock, jobs
from db.store import DatabaseError, Store, fault_in_words, open_store
from extractors.errors import NewsgaugeError
from extractors.version import version_of
from monitor.collect.desk import Desk
from monitor.config import DEFAULT_CONFIG, Config, ConfigError, load_config
from monitor.daemon import work
from monitor.daemon.condition import Condition, condition
from monitor.daemon.lock import daemon_lock
from monitor.daemon.logs import event, set_up
from monitor.daemon.memory import bound_arenas
from monitor.daemon.notify import notify, watchdog_seconds
from monitor.daemon.rota import Duty, Rota, last_runs
from monitor.daemon.supervisor import Supervisor
from monitor.daemon.web import HealthServer
from monitor.daemon.worker import WorkerSettings, utc_now

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
DAY = 86400.0
DIGEST_SECONDS = 30.0
MAINTENANCE_SECONDS = 900.0
TEND_SECONDS = 1.0
STOP_SECONDS = 7.0
"""The end comes so soon, whatever still runs: all that matters is in the database."""


@dataclass
class Daemon:
    """The running daemon: its configuration (changed by SIGHUP), store, worker and stop signal."""

    config: Config
    config_path: Path | None
    database: Path
    store: Store
    supervisor: Supervisor
    now: Clock = utc_now
    tempo: float = 1.0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    moved_at: float | None = None  # the event loop's time of the last sign that polling moves
    _followed: Config | None = None
    _life: jobs.Life | None = None
    _noted: jobs.Life | None = None

    def __post_init__(self) -> None:
        self.store.db.conn.execute("PRAGMA cache_size = -2048")  # it asks what is due, no more
        self.desk = Desk(self.database)
        self.rota = Rota(self.database, self.desk, self.now, self.tempo)
        self.health = HealthServer(self._condition)
        self._reloading = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()

    async def live(self) -> None:
        """Run until told to stop; then end what runs, within ten seconds. Raises PortTaken at the start."""
        self._listen_to_signals()
        await self.health.listen(self.config.daemon.health_port)
        await self._begin()
        self.rota.start(self._duties(), last_runs(self.store))
        notify("READY=1", "STATUS=polling")
        event(log, "started", database=self.database, pid=os.getpid())
        tending = [asyncio.create_task(self._tend()), asyncio.create_task(self._feed_watchdog())]
        try:
            await self.stopping.wait()
        finally:
            event(log, "stopping")
            for task in tending:
                task.cancel()
            await self.rota.stop()
            await asyncio.gather(*tending, *self._errands, self.health.close(), return_exceptions=True)
            await asyncio.to_thread(self.supervisor.stop)
            await self._end()
            event(log, "stopped")

    async def _begin(self) -> None:
        now = self.now().isoformat()
        path = str(self.config_path) if self.config_path else None
        self._life = jobs.Life(os.getpid(), version("newsgauge"), now, None, path, now, now, None)
        self._life = replace(self._life, reading=str(version_of(self.config.how_to_read)))
        try:
            if clock.was_later(self.store, self.now()):
                event(log, "the clock was set back: all is due now", logging.WARNING)
                await self.desk.do(clock.plan_anew, self.now())
        except (OSError, sqlite3.Error, NewsgaugeError) as error:
            event(log, "plans not changed", logging.ERROR, error=fault_in_words(self.database, error))
        await self._note_life()

    async def _end(self) -> None:
        if self._life:
            self._life = replace(self._life, stopped_at=self.now().isoformat())
        await self._note_life()
        await self.desk.close()
        await asyncio.to_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        try:
            work.checkpoint(self.database)
        except (OSError, sqlite3.Error, NewsgaugeError) as error:
            event(log, "log not moved", logging.ERROR, error=fault_in_words(self.database, error))

    def _duties(self) -> list[Duty]:
        return [
            Duty("update", self.config.daemon.update_seconds, self._update),
            Duty("digest", DIGEST_SECONDS, lambda: work.digest(self.database, self.config, self.now)),
            Duty("trends", DAY, lambda: work.roll_up(self.database)),
            Duty("maintenance", MAINTENANCE_SECONDS, lambda: work.maintain(self.database)),
            Duty("copy", DAY, lambda: work.copy(self.database, self.config.daemon, self.now)),
            Duty("check", DAY, lambda: work.check(self.database)),
        ]

    async def _update(self) -> None:
        config = self.config
        try:
            follow = self._followed is not config  # once a configuration: each feed is a transaction
            await work.update(self.store, self.desk, config, self.now, follow=follow, moved=self._moved)
            self._followed = config
        finally:
            self._moved()

    def _moved(self) -> None:
        self.moved_at = asyncio.get_running_loop().time()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TEND_SECONDS)
            try:
                await asyncio.to_thread(self.supervisor.tend)
                await self._heed_the_clock()
                await self._note_life()
            except Exception:  # whatever is wrong, the next second tries again
                log.exception("tending failed")

    async def _heed_the_clock(self) -> None:
        jump = self.rota.jumped(asyncio.get_running_loop().time())
        if jump:
            event(log, "the clock was set", logging.WARNING, by_seconds=round(jump))
        if jump < 0:
            await self.desk.do(clock.plan_anew, self.now())

    async def _note_life(self) -> None:
        """Keep the daemon's own row true; where it can't be written now it is tried again in a second."""
        if self._life is None:
            return
        deaths, waits = self.supervisor.deaths, self.supervisor.waits
        self._life = replace(self._life, reader_deaths=deaths, reader_error=waits)
        if self._life == self._noted:
            return
        try:
            await self.desk.do(jobs.lives, self._life)
            self._noted = self._life
        except (OSError, sqlite3.Error, NewsgaugeError) as error:
            event(log, "daemon's row not written", logging.ERROR, error=fault_in_words(self.database, error))

    async def _feed_watchdog(self) -> None:
        pause = watchdog_seconds()
        while pause:
            if await asyncio.to_thread(self._answers) and self._moves():
                notify("WATCHDOG=1")
            await asyncio.sleep(pause)

    def _moves(self) -> bool:
        """Whether polling moved lately."""
        if self.moved_at is None:
            self._moved()
        patience = max(600.0, 5 * self.config.daemon.update_seconds)
        return asyncio.get_running_loop().time() - (self.moved_at or 0.0) < patience

    def _answers(self) -> bool:
        """Whether the database answers."""
        try:
            with open_store(self.database, read_only=True) as store:
                store.db.execute("SELECT count(*) FROM jobs").fetchone()
        except (OSError, sqlite3.Error, NewsgaugeError):
            return False
        return True

    def _condition(self) -> Condition:
        try:
            with open_store(self.database, read_only=True) as store:
                return condition(store, str(version_of(self.config.how_to_read)), self.now())
        except sqlite3.Error as error:
            raise DatabaseError(fault_in_words(self.database, error)) from error

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload_soon)

    def _stop(self) -> None:
        if not self.stopping.is_set():
            notify("STOPPING=1")
            self.stopping.set()
            deadline = threading.Timer(STOP_SECONDS, self._end_at_once)
            deadline.daemon = True
            deadline.start()

    def _end_at_once(self) -> None:
        """What holds on (a lock, a mail server) is left: every stage can be cut off and is done again."""
        event(log, "stopped at once", logging.WARNING)
        self.supervisor.kill()
        os._exit(0)

    def _reload_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self.reload())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def reload(self) -> None:
        """Read the configuration anew; a faulty one is reported and the old one stays in force."""
        async with self._reloading:
            now, fault = self.now().isoformat(), None
            try:
                await self._take(await asyncio.to_thread(self._load))
                event(log, "configuration read")
            except NewsgaugeError as error:
                fault = str(error)
                event(log, "configuration kept", logging.ERROR, error=fault)
            if self._life:
                read_at = self._life.config_read_at if fault else now
                self._life = replace(
                    self._life,
                    config_read_at=read_at,
                    config_checked_at=now,
                    config_error=fault,
                    reading=str(version_of(self.config.how_to_read)),
                )
            await self._note_life()

    def _load(self) -> Config:
        config = load_config(self.config_path)
        if config.database != self.config.database:
            raise ConfigError(f"{self.config_path}: `database` is another one now: restart to use it")
        return config

    async def _take(self, config: Config) -> None:
        await self.health.listen(config.daemon.health_port)
        how_before, self.config = worker_settings(self.database, self.config), config
        if (how := worker_settings(self.database, config)) != how_before:
            await asyncio.to_thread(self.supervisor.reconfigure, how)
        self.rota.set_interval("update", config.daemon.update_seconds)
        set_up(config.daemon.log)


def worker_settings(database: Path, config: Config) -> WorkerSettings:
    """What the reading process needs of *config*."""
    return WorkerSettings(
        database,
        config.how_to_read,
        config.daemon.worker_memory_mb,
        config.daemon.log,
        config.reading.jobs,
    )


def run_daemon(config: Config, config_path: Path | None, database: Path) -> None:
    """Run the daemon on *database* until SIGTERM; raises AlreadyRunning when another one has it.

    The process ends with it.
    """
    set_up(config.daemon.log)
    bound_arenas()
    if config_path is None and DEFAULT_CONFIG.exists():
        config_path = DEFAULT_CONFIG  # named, so that it is missed when it is deleted
    with open_store(database) as store, daemon_lock(database, utc_now()):
        supervisor = Supervisor(worker_settings(database, config))
        asyncio.run(Daemon(config, config_path, database, store, supervisor).live())
    leave()


def leave() -> NoReturn:
    """End the process: all is closed, and what Python tidies up then takes seconds on a crowded machine."""
    logging.shutdown()
    os._exit(0)
