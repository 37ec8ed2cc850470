"""The daemon's few jobs: when each runs (APScheduler), and the ledger of what they did."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from db import jobs
from db.store import Store, fault_in_words
from extractors.errors import NewsgaugeError
from monitor.collect.desk import Desk
from monitor.daemon.logs import event

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Work = Callable[[], Awaitable[None]]
SHORTEST_SECONDS = 0.2
JUMP_SECONDS = 30.0
"""So much more or less than time itself must a clock move in a second to have been set."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A job: its name, how many seconds lie between two runs, and what it does."""

    name: str
    seconds: float
    work: Work


@dataclass
class Rota:
    """Runs duties when they are due, each in a task of its own, and keeps the ledger.

    A run that fails is logged and noted; nothing that a duty raises ends another. *desk* writes the ledger in
    a thread, for the writers' turn may be long in coming.
    """

    database: Path
    desk: Desk
    now: Clock
    tempo: float = 1.0  # seconds of *now* to a second: more than one in a simulation
    _scheduler: AsyncIOScheduler = field(
        default_factory=lambda: AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
    )
    _duties: dict[str, Duty] = field(default_factory=dict)
    _due: dict[str, datetime] = field(default_factory=dict)
    _lost: dict[str, tuple[int, int]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _clock: tuple[float, float] | None = None

    def start(self, duties: list[Duty], last_runs: dict[str, datetime]) -> None:
        """Start *duties*: at once, but those of long intervals when that has passed since their last run."""
        now = datetime.now(UTC)
        for duty in duties:
            self._duties[duty.name] = duty
            last = last_runs.get(duty.name, now - timedelta(days=365))
            first = max(now, min(last, now) + timedelta(seconds=duty.seconds)) if duty.seconds > 3600 else now
            seconds = self._interval(duty.seconds)
            self._scheduler.add_job(
                self._run, "interval", [duty], id=duty.name, seconds=seconds, next_run_time=first
            )
        self._scheduler.add_listener(self._count_lost_runs, EVENT_JOB_SUBMITTED | EVENT_JOB_MAX_INSTANCES)
        self._scheduler.start()

    async def stop(self) -> None:
        """Start nothing more, and end what runs."""
        self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def set_interval(self, name: str, seconds: float) -> None:
        """Run the duty *name* every so many *seconds* from now on."""
        self._duties[name] = Duty(name, seconds, self._duties[name].work)
        self._due.pop(name, None)
        self._scheduler.reschedule_job(name, trigger="interval", seconds=self._interval(seconds))

    def jumped(self, monotonic: float) -> float:
        """By how many seconds the clock was set since the last call.

        Where it was, every duty runs now, for what was planned was planned by another clock.
        """
        wall = self.now().timestamp()
        before, self._clock = self._clock, (wall, monotonic)
        jump = 0.0 if before is None else (wall - before[0]) - (monotonic - before[1]) * self.tempo
        if abs(jump) < JUMP_SECONDS * self.tempo:
            return 0.0
        self._due.clear()
        for name in self._duties:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))
        return jump

    def _interval(self, seconds: float) -> float:
        return max(seconds / self.tempo, SHORTEST_SECONDS)

    async def _run(self, duty: Duty) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        failure: str | None = None
        try:
            await self._note(jobs.started, duty.name, self.now())
            await duty.work()
        except (OSError, sqlite3.Error, NewsgaugeError) as error:
            failure = fault_in_words(self.database, error)
            event(log, "job failed", logging.ERROR, job=duty.name, error=failure)
        except Exception as error:  # a fault of ours must not end the daemon; it is logged with its place
            failure = f"{type(error).__name__}: {error}"
            log.exception("job failed: %s", duty.name)
        finally:
            self._tasks.discard(task)
        missed, overrun = self._lost.pop(duty.name, (0, 0))
        if missed or overrun:
            await self._note(jobs.lost, duty.name, missed, overrun)
        await self._note(jobs.finished, duty.name, self.now(), self._next_run(duty.name), failure)

    async def _note(self, write: Callable[..., None], *values: object) -> None:
        """Write to the ledger; where that can't be the log says so and the daemon goes on."""
        try:
            await self.desk.do(write, *values)
        except (OSError, sqlite3.Error, NewsgaugeError) as error:
            event(log, "ledger not written", logging.ERROR, error=fault_in_words(self.database, error))

    def _next_run(self, name: str) -> datetime | None:
        job = self._scheduler.get_job(name)
        return job.next_run_time if job else None

    def _count_lost_runs(self, told: JobSubmissionEvent) -> None:
        """Count what coalescing hides: the intervals that passed between this due time and the one before."""
        due, duty = told.scheduled_run_times[-1], self._duties[told.job_id]
        before = self._due.get(told.job_id)
        gone = round((due - before).total_seconds() / self._interval(duty.seconds)) - 1 if before else 0
        missed, overrun = self._lost.get(told.job_id, (0, 0))
        over = int(told.code == EVENT_JOB_MAX_INSTANCES)
        self._lost[told.job_id] = (missed + max(0, gone), overrun + over)
        self._due[told.job_id] = due


def last_runs(store: Store) -> dict[str, datetime]:
    """When each duty ended last."""
    ended = {job.name: job.last_finished_at for job in jobs.jobs(store)}
    return {name: datetime.fromisoformat(moment) for name, moment in ended.items() if moment}
