"""``newsgauge poll``, ``update`` and ``read``: the stages, once."""

from __future__ import annotations

import asyncio
import json

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from db.findings import count_unread
from extractors.pipeline import Reader
from extractors.version import version_of
from monitor.alerts.check import check_alerts
from monitor.cli.settings import Settings, console, utc_now, with_settings
from monitor.reading import read_pass
from monitor.update import Summary, collect, follow_configured


@click.command()
@click.option("--all", "everything", is_flag=True, help="Poll every feed, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_settings
def poll(settings: Settings, everything: bool, as_json: bool) -> None:
    """Poll the feeds that are due, and keep their new entries; fetch and read nothing."""
    with settings.open() as store:
        follow_configured(store, settings.config, utc_now())
        summary = asyncio.run(
            collect(store, settings.config, utc_now, everything=everything, fetch_pages=False)
        )
    _report(summary, as_json)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Poll every feed, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_settings
def update(settings: Settings, everything: bool, as_json: bool) -> None:
    """Poll, fetch and read all that is due: one full pass.

    Also reads again what was read by older rules, a changed configuration's included.
    """
    with settings.open() as store:
        follow_configured(store, settings.config, utc_now())
        summary = asyncio.run(collect(store, settings.config, utc_now, everything=everything))
        done = _read(settings, store)
        fired = check_alerts(store, settings.config, utc_now())
    for alert in fired:
        click.echo(f"alert: {alert.rule.name}: {alert.event.reason}", err=True)
    _report(summary.with_read(done), as_json)


def _read(settings: Settings, store) -> int:  # type: ignore[no-untyped-def]
    reader = Reader(settings.config.how_to_read)
    version = version_of(settings.config.how_to_read)
    waiting = count_unread(store, str(version))
    if not waiting:
        return 0
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = console(to_error=True)
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as bar:
        task = bar.add_task("reading", total=waiting)
        return read_pass(store, reader, version, utc_now, progress=lambda n: bar.advance(task, n))


def _report(summary: Summary, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(summary.as_dict()))
    else:
        click.echo(summary.in_words())


@click.command()
@click.argument("source")
@with_settings
def read(settings: Settings, source: str) -> None:
    """Take one article by hand: from a URL, a file (HTML, text, .eml) or - for standard input."""
    from monitor.collect.hand import read_by_hand

    with settings.open() as store:
        article = asyncio.run(read_by_hand(store, settings.config, source, utc_now()))
        _read(settings, store)
    click.echo(f"article {article}: newsgauge serve shows it at /newsgauge/articles/{article}")
