"""The daemon's condition, told from its database and its lock alone: for ``status``, health and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version

from db import health, jobs
from db.store import Store
from monitor.daemon.lock import Holder, holder

LATE = timedelta(minutes=10)
FAR_BEHIND = timedelta(hours=6)
FULL_DISK = 200 * 1024**2
WIDE_WAL = 512 * 1024**2


@dataclass(frozen=True, slots=True)
class Condition:
    """How the daemon fares; ``unhealthy`` says in words what needs someone."""

    version: str
    database: str
    daemon: Holder | None
    life: jobs.Life | None
    jobs: Sequence[jobs.Job]
    queues: health.Queues
    rates: health.Rates
    feed_counts: health.FeedCounts
    sizes: health.Sizes
    unhealthy: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def condition(store: Store, reading: str, now: datetime) -> Condition:
    """The condition at *now* of the daemon that fills *store* and reads at the version *reading*."""
    found = Condition(
        version=version("newsgauge"),
        database=str(store.path),
        daemon=holder(store.path),
        life=jobs.life(store),
        jobs=jobs.jobs(store),
        queues=health.queues(store, reading),
        rates=health.rates(store, now),
        feed_counts=health.feed_counts(store),
        sizes=health.sizes(store.path),
    )
    return replace(found, unhealthy=tuple(_complaints(found, now)), notes=tuple(_notes(found)))


def _complaints(seen: Condition, now: datetime) -> Iterator[str]:
    if seen.sizes.disk_free < FULL_DISK:
        yield "the disk is nearly full: make room, or move the database"
    if seen.sizes.wal > WIDE_WAL:
        yield "the write-ahead log is large: a reader holds it open; close long Datasette queries"
    yield from _of_the_daemon(seen)
    for job in seen.jobs:
        if job.error:
            yield f"job {job.name} failed: {job.error}"
        if seen.daemon and job.next_run_at and now - datetime.fromisoformat(job.next_run_at) > LATE:
            yield f"job {job.name} is late: it was due at {job.next_run_at}"
    if seen.feed_counts.active and seen.feed_counts.failing == seen.feed_counts.active:
        yield "no feed can be read: is the network up?"
    oldest = seen.queues.oldest_unread
    if seen.daemon and oldest and now - datetime.fromisoformat(oldest) > FAR_BEHIND:
        yield f"reading is behind: the oldest unread article came at {oldest}"


def _of_the_daemon(seen: Condition) -> Iterator[str]:
    life = seen.life
    if life is None:
        return
    if seen.daemon is None and life.stopped_at is None:
        yield (
            f"the daemon ended without a word (process {life.pid}, started at {life.started_at}): "
            "start it with `newsgauge run`; nothing is lost"
        )
    if life.config_error:
        yield f"the configuration was refused and the one before is in force: {life.config_error}"
    if life.reader_error:
        yield f"reading waits: {life.reader_error}"


def _notes(seen: Condition) -> Iterator[str]:
    if seen.queues.set_aside:
        yield f"{seen.queues.set_aside} articles could not be read and are set aside: see articles.error"
    if seen.feed_counts.failing:
        yield f"{seen.feed_counts.failing} of {seen.feed_counts.active} feeds fail: see newsgauge feeds"
    if seen.life and seen.life.reader_deaths:
        yield f"the reading process died {seen.life.reader_deaths} times since the daemon's start"
