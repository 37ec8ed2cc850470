"""``newsgauge status``: how the daemon, the queues, the feeds and the file fare."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from db import audits, health, jobs
from db.audits import Audit
from db.store import DatabaseError, fault_in_words, open_store
from extractors.pipeline import READ_BY_MODEL, READ_BY_RULE
from extractors.version import version_of
from monitor.cli.settings import (
    Settings,
    config_option,
    console,
    database_option,
    json_option,
    settings,
    utc_now,
)
from monitor.config import Config, ConfigError, database_of
from monitor.daemon.condition import Condition, condition
from monitor.daemon.lock import holder

_LANGUAGES = READ_BY_MODEL | READ_BY_RULE


@dataclass(frozen=True, slots=True)
class Status:
    """The daemon's condition, and the funnel and feeds beside it."""

    condition: Condition
    funnel: health.Funnel
    funnels: Sequence[health.FeedFunnel]
    new_entries: Mapping[str, int]
    feeds: Sequence[health.FeedHealth]
    unhealthy: Sequence[str]
    audit: Audit | None


@click.command()
@config_option
@database_option
@json_option
@click.pass_context
def status(ctx: click.Context, config_path: Path | None, db_path: Path | None, as_json: bool) -> None:
    """Say how everything fares.

    Exit code 1 when something needs you: no feed can be read, a job failed or is late, reading waits, the
    configuration was refused, the disk is nearly full, the daemon ended without a word.
    """
    outer = ctx.find_root().obj or {}
    chosen, fault = _settings(config_path or outer.get("config"), outer.get("db") or db_path)
    try:
        found = _found(chosen, fault, utc_now())
    except sqlite3.DatabaseError as error:
        _fail(chosen, fault_in_words(chosen.database, error), as_json)
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        _print(console(), found)
    if found.unhealthy:
        raise click.exceptions.Exit(1)


def _fail(settings: Settings, fault: str, as_json: bool) -> NoReturn:
    """Say what little can be said of a database that cannot be read."""
    if as_json:
        running = holder(settings.database)
        told = {
            "database": str(settings.database),
            "daemon": running and asdict(running),
            "unhealthy": [fault],
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        raise click.exceptions.Exit(1)
    raise DatabaseError(fault)


def _settings(config_path: Path | str | None, db_path: Path | str | None) -> tuple[Settings, str | None]:
    """The settings; where the configuration is at fault, those of the defaults, and the fault."""
    try:
        return settings(config_path, db_path), None
    except ConfigError as error:
        path = Path(config_path) if config_path else None
        database = Path(db_path) if db_path else database_of(path)
        if not database.exists():
            raise
        return Settings(Config(), path, database), str(error)


def _found(settings: Settings, fault: str | None, now: datetime) -> Status:
    with open_store(settings.database, read_only=True) as store:
        life = jobs.life(store)
        reading = life.reading if fault and life else None
        seen = condition(store, reading or str(version_of(settings.config.how_to_read)), now)
        unusable = [f"the configuration cannot be used: {fault}"] if fault else []
        return Status(
            seen,
            health.funnel(store, _LANGUAGES),
            health.funnels(store, _LANGUAGES),
            health.entries_a_day(store, now),
            health.feeds(store, now),
            [*unusable, *seen.unhealthy],
            audits.last(store.db.conn),
        )


def _as_json(found: Status) -> dict[str, object]:
    told = asdict(found)
    return {**told.pop("condition"), **told}


def _in_words(funnel: health.Funnel) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in asdict(funnel).items())


def _print(out: Console, found: Status) -> None:
    seen = found.condition
    _print_daemon(out, seen)
    out.print(f"funnel: {_in_words(found.funnel)}", soft_wrap=True)
    for one in found.funnels:
        out.print(f"  {one.title}: {_in_words(one.funnel)}", markup=False, soft_wrap=True)
    queues, rates, sizes = seen.queues, seen.rates, seen.sizes
    oldest = f" (oldest since {_minute(queues.oldest_unread)} UTC)" if queues.oldest_unread else ""
    out.print(
        f"queues: {queues.to_fetch:,} to fetch, {queues.to_read:,} to read{oldest}, "
        f"{queues.set_aside:,} set aside{_gated(queues)}",
        soft_wrap=True,
    )
    out.print(
        f"last hour: {rates.polls:,} polls, {rates.entries:,} new entries, {rates.articles:,} articles, "
        f"{rates.read:,} read"
    )
    out.print(
        f"sizes: database {sizes.database / 1e6:,.1f} MB, WAL {sizes.wal / 1e6:,.1f} MB, "
        f"disk free {sizes.disk_free / 1e9:,.1f} GB"
    )
    if found.audit:
        told = ", ".join(f"{k.kind} {audits.in_words(k.precision)}" for k in found.audit.kinds)
        out.print(f"right by the audit of {found.audit.created_at[:10]}: {told}", soft_wrap=True)
    _print_jobs(out, seen.jobs)
    for feed in found.feeds:
        if feed.error:
            out.print(f"feed {feed.title}: {feed.error}. {feed.advice or ''}", markup=False, soft_wrap=True)
    for word, said in (("note", seen.notes), ("needs you", found.unhealthy)):
        for line in said:
            out.print(f"{word}: {line}", markup=False, soft_wrap=True)


def _gated(queues: health.Queues) -> str:
    return f", {queues.left_unread:,} left unread by only_if" if queues.left_unread else ""


def _print_daemon(out: Console, seen: Condition) -> None:
    out.print(f"newsgauge {seen.version} on {seen.database}", soft_wrap=True)
    running, life = seen.daemon, seen.life
    out.print(f"daemon: process {running.pid} since {running.since}" if running else "daemon: not running")
    if running and life:
        path = life.config_path or "the defaults"
        out.print(f"configuration: {path}, read at {_minute(life.config_read_at)} UTC", soft_wrap=True)


def _print_jobs(out: Console, rows: Sequence[jobs.Job]) -> None:
    if not rows:
        return
    titles = ("job", "last run (UTC)", "next run", "runs", "missed", "overrun", "failed")
    table = Table(*titles, box=None, pad_edge=False)
    for job in rows:
        counts = (job.runs, job.missed, job.overrun, job.failures)
        table.add_row(job.name, _minute(job.last_finished_at), _minute(job.next_run_at), *map(str, counts))
    out.print(table)


def _minute(moment: str | None) -> str:
    """*moment* (ISO 8601) as people read it, to the minute: eighty columns hold two of them.

    >>> _minute("2026-05-04T05:30:12.345678+00:00")
    '2026-05-04 05:30'
    """
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}" if moment else ""
