"""``newsgauge poll``, ``update`` and ``read``: the stages, once."""

from __future__ import annotations

import asyncio

import click

from monitor.alerts.check import check_alerts
from monitor.cli.progress import Stages
from monitor.cli.settings import Settings, jobs_option, json_option, print_json, utc_now, with_settings
from monitor.update import Summary, collect, follow_configured, read_left_unread, read_waiting


@click.command()
@click.option("--all", "everything", is_flag=True, help="Poll every feed, due or not.")
@json_option
@with_settings
def poll(settings: Settings, everything: bool, as_json: bool) -> None:
    """Poll the feeds that are due, and keep their new entries.

    No page is fetched and nothing is read: `newsgauge update` does all three.
    """
    with settings.open() as store:
        follow_configured(store, settings.config, utc_now())
        with Stages() as stages:
            summary = asyncio.run(
                collect(
                    store,
                    settings.config,
                    utc_now,
                    everything=everything,
                    fetch_pages=False,
                    progress=stages,
                )
            )
    _report(summary, as_json)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Poll every feed, due or not.")
@jobs_option
@json_option
@with_settings
def update(settings: Settings, everything: bool, jobs: int | None, as_json: bool) -> None:
    """Poll, fetch and read all that is due: one full pass.

    Also reads again what was read by older rules, a changed configuration's included. It may be stopped
    at any moment and started again: nothing is lost, and nothing is kept twice.

    \b
    newsgauge update                        what is due
    newsgauge update --all                  every feed, now
    newsgauge update --jobs 4               read in four processes
    newsgauge update --json                 the counts, for a script
    """
    with settings.open() as store:
        follow_configured(store, settings.config, utc_now())
        with Stages() as stages:
            summary = asyncio.run(
                collect(store, settings.config, utc_now, everything=everything, progress=stages)
            )
            done = read_waiting(store, settings.config, utc_now, stages, jobs)
        fired = check_alerts(store, settings.config, utc_now())
    for alert in fired:
        click.echo(f"alert: {alert.rule.name}: {alert.event.reason}", err=True)
    _report(summary.with_read(done), as_json)


def _report(summary: Summary, as_json: bool) -> None:
    if as_json:
        print_json(summary)
    else:
        click.echo(summary.in_words())


@click.command()
@click.argument("source", required=False)
@click.option("--left-unread", is_flag=True, help="Read what [reading] only_if left unread so far.")
@jobs_option
@json_option
@with_settings
def read(settings: Settings, source: str | None, left_unread: bool, jobs: int | None, as_json: bool) -> None:
    """Take one article by hand: a URL, a file, or - for a pipe.

    A file is a web page (.html), a mail (.eml) or plain text. It is read whatever [reading] only_if says.

    \b
    newsgauge read https://example.com/story.html
    newsgauge read newsletter.eml
    newsgauge read --left-unread            all that only_if left unread
    """
    if left_unread == bool(source):
        raise click.UsageError("give either a SOURCE or --left-unread")
    if source is None:
        _read_left_unread(settings, jobs, as_json)
        return
    from monitor.collect.hand import read_by_hand

    with settings.open() as store:
        article = asyncio.run(read_by_hand(store, settings.config, source, utc_now()))
        with Stages() as stages:
            read_waiting(store, settings.config, utc_now, stages, jobs)
    if as_json:
        print_json({"article": article})
    else:
        click.echo(f"article {article}: newsgauge serve shows it at /newsgauge/articles/{article}")


def _read_left_unread(settings: Settings, jobs: int | None, as_json: bool) -> None:
    with settings.open() as store, Stages() as stages:
        done = read_left_unread(store, settings.config, utc_now, stages, jobs)
    if as_json:
        print_json(done)
    else:
        aside = f", {done.unreadable:,} could not be" if done.unreadable else ""
        click.echo(f"{done.read:,} articles read that only_if had left unread{aside}")
