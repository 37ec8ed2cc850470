"""``newsgauge status``: how the daemon, the queues, the feeds and the file fare."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import click
from rich.table import Table

from db import health, jobs
from extractors.pipeline import READ_BY_MODEL, READ_BY_RULE
from extractors.version import version_of
from monitor.cli.settings import Settings, console, utc_now, with_settings
from monitor.daemon.lock import holder

LATE = timedelta(minutes=10)
FULL_DISK = 200 * 1024**2
WIDE_WAL = 512 * 1024**2


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@with_settings
def status(settings: Settings, as_json: bool) -> None:
    """Say how everything fares.

    Exit code 1 when something needs you: a feed that fails, a job that did, articles that can't be read.
    """
    found = state(settings, utc_now())
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)
    if found["unhealthy"]:
        raise click.exceptions.Exit(1)


def state(settings: Settings, now: datetime) -> dict[str, Any]:
    """Everything that ``status`` says; ``unhealthy`` lists, in words, what needs someone."""
    reading = str(version_of(settings.config.how_to_read))
    with settings.open(read_only=True) as store:
        found: dict[str, Any] = {
            "version": version("newsgauge"),
            "database": str(settings.database),
            "daemon": (running := holder(settings.database)) and asdict(running),
            "jobs": [asdict(job) for job in jobs.jobs(store)],
            "queues": asdict(health.queues(store, reading)),
            "funnel": asdict(health.funnel(store, READ_BY_MODEL | READ_BY_RULE)),
            "funnels": [asdict(one) for one in health.funnels(store, READ_BY_MODEL | READ_BY_RULE)],
            "new_entries": dict(health.entries_a_day(store, now)),
            "feeds": [asdict(feed) for feed in health.feeds(store, utc_now())],
            "sizes": asdict(health.sizes(settings.database)),
        }
    return found | {"unhealthy": list(_complaints(found, now))}


def _complaints(found: dict[str, Any], now: datetime) -> list[str]:
    said = []
    if found["sizes"]["disk_free"] < FULL_DISK:
        said.append("the disk is nearly full: make room, or move the database")
    if found["sizes"]["wal"] > WIDE_WAL:
        said.append("the write-ahead log is large: a reader holds it open; close long Datasette queries")
    for job in found["jobs"]:
        if job["error"]:
            said.append(f"job {job['name']} failed: {job['error']}")
        due = job["next_run_at"]
        if found["daemon"] and due and now - datetime.fromisoformat(due) > LATE:
            said.append(f"job {job['name']} is late: it was due at {due}")
    feeds = [feed for feed in found["feeds"] if feed["state"] != "paused"]
    failing = [feed for feed in feeds if feed["error"]]
    if feeds and len(failing) == len(feeds):
        said.append("no feed can be read: is the network up?")
    if found["queues"]["set_aside"]:
        said.append(f"{found['queues']['set_aside']} articles could not be read: see articles.error")
    return said


def _in_words(funnel: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in funnel.items())


def _print(found: dict[str, Any]) -> None:
    out = console()
    running = found["daemon"]
    out.print(f"newsgauge {found['version']} on {found['database']}")
    out.print(
        f"daemon: process {running['pid']} since {running['since']}" if running else "daemon: not running"
    )
    funnel, queues, sizes = found["funnel"], found["queues"], found["sizes"]
    out.print(f"funnel: {_in_words(funnel)}", soft_wrap=True)
    for one in found["funnels"]:
        out.print(f"  {one['title']}: {_in_words(one['funnel'])}", markup=False, soft_wrap=True)
    out.print(
        f"queues: {queues['to_fetch']:,} to fetch, {queues['to_read']:,} to read"
        + (f" (oldest since {queues['oldest_unread']})" if queues["oldest_unread"] else "")
        + f", {queues['set_aside']:,} set aside"
    )
    out.print(
        f"sizes: database {sizes['database'] / 1e6:,.1f} MB, WAL {sizes['wal'] / 1e6:,.1f} MB, "
        f"disk free {sizes['disk_free'] / 1e9:,.1f} GB"
    )
    _print_jobs(out, found["jobs"])
    for feed in found["feeds"]:
        if feed["error"]:
            out.print(f"feed {feed['title']}: {feed['error']}. {feed['advice'] or ''}", markup=False)
    for complaint in found["unhealthy"]:
        out.print(f"needs you: {complaint}", markup=False)


def _print_jobs(out: Any, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table("job", "last run", "next run", "runs", "missed", "overrun", "failed", box=None)
    for job in rows:
        table.add_row(
            job["name"],
            job["last_finished_at"] or "",
            job["next_run_at"] or "",
            *(str(job[name]) for name in ("runs", "missed", "overrun", "failures")),
        )
    out.print(table)
