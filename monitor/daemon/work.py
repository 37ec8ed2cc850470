"""What the daemon's jobs do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from db import copies, maintenance, rollups
from db.store import DatabaseError, Store, open_store
from monitor.collect.desk import Desk
from monitor.config import Config, DaemonConfig
from monitor.daemon.logs import event
from monitor.daemon.memory import give_back, tidy

log = logging.getLogger(__name__)

LEAST_SECONDS = 10.0

Clock = Callable[[], datetime]


async def update(
    store: Store, desk: Desk, config: Config, now: Clock, *, follow: bool, moved: Callable[[], None]
) -> None:
    """Follow the configured feeds where that is to be done, poll what is due, find the articles.

    *moved* is called with each feed or article that is done. Polling comes round again when it is due,
    however many articles are still to be found.
    """
    from monitor.update import collect, follow_configured

    if follow:
        await desk.do(follow_configured, config, now())
    loop = asyncio.get_running_loop()
    end = loop.time() + max(config.daemon.update_seconds, LEAST_SECONDS)
    summary = await collect(store, config, now, progress=lambda *_: moved(), enough=lambda: loop.time() > end)
    if summary.feeds or summary.new_articles:
        event(log, "collected", **asdict(summary))


async def digest(database: Path, config: Config, now: Clock) -> None:
    """Write and send the digest that is due, and check the alerts."""
    from monitor.digest.schedule import write_due_digest

    day = await asyncio.to_thread(write_due_digest, database, config, now())
    if day is not None:
        event(log, "digest", day=day)
        await asyncio.to_thread(tidy)
    await asyncio.to_thread(_alerts, database, config, now())


def _alerts(database: Path, config: Config, now: datetime) -> None:
    from monitor.alerts.check import check_alerts

    with open_store(database) as store:
        for alert in check_alerts(store, config, now):
            event(log, "alert", rule=alert.rule.name, key=alert.event.key)


async def roll_up(database: Path) -> None:
    """Compare the trends' counts with a recount, and count anew where they differ."""
    drifted = await asyncio.to_thread(_recount, database)
    if drifted:
        event(log, "counts mended", logging.WARNING, rows=drifted)


def _recount(database: Path) -> int:
    with open_store(database, read_only=True) as store:
        found = rollups.drift(store.db).rows
    if found:
        with open_store(database) as store, store.write() as db:
            rollups.rebuild(db)
    return found


async def maintain(database: Path) -> None:
    """Move the write-ahead log into the database, and give unused memory back."""
    await asyncio.to_thread(checkpoint, database)
    await asyncio.to_thread(give_back)


def checkpoint(database: Path) -> None:
    """Move the write-ahead log into the database at *database*."""
    with open_store(database) as store:
        store.checkpoint()


async def copy(database: Path, config: DaemonConfig, now: Clock) -> None:
    """Copy the database to the folder for its copies, where one is named, and remove the oldest."""
    if config.copies is not None:
        made = await asyncio.to_thread(_copy, database, config.copies, config.copies_kept, now())
        event(log, "copied", copy=made.path, bytes=made.bytes)


def _copy(database: Path, folder: Path, kept: int, now: datetime) -> maintenance.Backup:
    folder.mkdir(parents=True, exist_ok=True)
    made = maintenance.backup(database, folder, now)
    copies.keep_newest(database, folder, kept)
    return made


async def check(database: Path) -> None:
    """Read every page of the database; raises DatabaseError, which says what to restore, for damage."""
    if found := await asyncio.to_thread(maintenance.damage, database):
        raise DatabaseError(f"{database} is damaged ({found}): {copies.advice(database)}")
