"""``newsgauge run``: the scheduler, its few jobs, the signals and the worker, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from db import jobs
from db.store import Store, open_store
from extractors.errors import NewsgaugeError
from monitor.config import Config, load_config
from monitor.daemon.lock import daemon_lock
from monitor.daemon.logs import event, set_up
from monitor.daemon.notify import notify, watchdog_seconds
from monitor.daemon.worker import Supervisor, WorkerSettings

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
MAINTENANCE_MINUTES = 15
DIGEST_SECONDS = 30
TEND_SECONDS = 1.0


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass
class Daemon:
    """The running daemon: its configuration (changed by SIGHUP), store, worker and stop signal."""

    config: Config
    config_path: Path | None
    database: Path
    store: Store
    supervisor: Supervisor
    now: Clock = utc_now
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    config_error: str | None = None
    moved_at: float = 0.0  # the event loop's time of the last sign that polling moves
    _followed: Config | None = None
    _scheduler: AsyncIOScheduler | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def live(self) -> None:
        """Run until told to stop; then end what runs, within ten seconds."""
        self._listen_to_signals()
        scheduler = self._scheduler = self._schedule()
        scheduler.start()
        self._next_run_times()
        notify("READY=1", "STATUS=polling")
        event(log, "started", database=self.database, pid=os.getpid())
        supervising = asyncio.create_task(self._tend())
        try:
            await self.stopping.wait()
        finally:
            notify("STOPPING=1")
            event(log, "stopping")
            scheduler.shutdown(wait=False)
            supervising.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, supervising, return_exceptions=True)
            await asyncio.to_thread(self.supervisor.stop)
            self._checkpoint()
            event(log, "stopped")

    def _schedule(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        now = datetime.now(UTC)
        for name, seconds, work in self._jobs():
            scheduler.add_job(
                self._run, "interval", [name, work], id=name, seconds=seconds, next_run_time=now
            )
        scheduler.add_listener(self._count_lost_run, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        return scheduler

    def _jobs(self) -> list[tuple[str, float, Callable[[], Awaitable[None]]]]:
        return [
            ("update", self.config.daemon.update_seconds, self._update),
            ("digest", DIGEST_SECONDS, self._digest),
            ("maintenance", MAINTENANCE_MINUTES * 60, self._maintain),
        ]

    async def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        failure: str | None = None
        try:
            self._note(lambda: jobs.started(self.store, name, self.now()))
            await work()
        except (OSError, sqlite3.Error, NewsgaugeError) as error:
            failure = f"{type(error).__name__}: {error}"
            event(log, "job failed", logging.ERROR, job=name, error=failure)
        except Exception as error:  # a fault of ours must not end the daemon; it is logged whole
            failure = f"{type(error).__name__}: {error}"
            log.exception("job failed: %s", name)
        finally:
            self._tasks.discard(task)
            self._note(lambda: jobs.finished(self.store, name, self.now(), self._next_run(name), failure))

    def _note(self, write: Callable[[], None]) -> None:
        """Write to the job ledger; where the disk is full the log says so and the daemon goes on."""
        try:
            write()
        except (OSError, sqlite3.Error) as error:
            event(log, "database not written", logging.ERROR, error=str(error))

    def _next_run(self, name: str) -> datetime | None:
        job = self._scheduler.get_job(name) if self._scheduler else None
        return job.next_run_time if job else None

    def _next_run_times(self) -> None:
        event(log, "scheduled", jobs=",".join(name for name, _, _ in self._jobs()))

    def _count_lost_run(self, lost: JobExecutionEvent) -> None:
        count = jobs.missed if lost.code == EVENT_JOB_MISSED else jobs.overran
        self._note(lambda: count(self.store, lost.job_id))

    async def _update(self) -> None:
        from monitor.update import collect, follow_configured

        if self._followed is not self.config:  # once a configuration: each feed is a transaction
            follow_configured(self.store, self.config, self.now())
            self._followed = self.config
        summary = await collect(self.store, self.config, self.now)
        self.moved_at = asyncio.get_running_loop().time()
        event(log, "collected", **asdict(summary))

    async def _digest(self) -> None:
        from monitor.digest.schedule import write_due_digest

        await asyncio.to_thread(write_due_digest, self.database, self.config, self.now())
        await asyncio.to_thread(self._alerts)

    def _alerts(self) -> None:
        from monitor.alerts.check import check_alerts

        with open_store(self.database) as store:
            for alert in check_alerts(store, self.config, self.now()):
                event(log, "alert", rule=alert.rule.name, key=alert.event.key)

    async def _maintain(self) -> None:
        await asyncio.to_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        with open_store(self.database) as store:
            store.checkpoint()

    async def _tend(self) -> None:
        pause = watchdog_seconds()
        fed_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self.supervisor.tend()
            if pause and loop.time() - fed_at >= pause and self._alive(loop.time()):
                notify("WATCHDOG=1")
                fed_at = loop.time()
            await asyncio.sleep(TEND_SECONDS)

    def _alive(self, now: float) -> bool:
        """Whether polling moved lately and the database answers."""
        patience = max(600.0, 5 * self.config.daemon.update_seconds)
        try:
            self.store.db.execute("SELECT 1").fetchone()
        except sqlite3.Error:
            return False
        return not self.moved_at or now - self.moved_at < patience

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self.reload)

    def reload(self) -> None:
        """Read the configuration anew; a faulty one is reported and the old one stays in force."""
        try:
            config = load_config(self.config_path)
        except NewsgaugeError as error:
            self.config_error = str(error)
            event(log, "configuration kept", logging.ERROR, error=self.config_error)
            return
        self.config, self.config_error = config, None
        self.supervisor.reconfigure(worker_settings(self.database, config))
        if self._scheduler:
            self._scheduler.reschedule_job("update", trigger="interval", seconds=config.daemon.update_seconds)
        event(log, "configuration read")


def worker_settings(database: Path, config: Config) -> WorkerSettings:
    """What the reading process needs of *config*."""
    return WorkerSettings(database, config.how_to_read, config.daemon.worker_memory_mb, config.daemon.log)


def run_daemon(config: Config, config_path: Path | None, database: Path) -> None:
    """Run the daemon on *database* until SIGTERM; raises AlreadyRunning when another one has it."""
    set_up(config.daemon.log)
    with open_store(database) as store, daemon_lock(database, utc_now()):
        supervisor = Supervisor(worker_settings(database, config))
        asyncio.run(Daemon(config, config_path, database, store, supervisor).live())
