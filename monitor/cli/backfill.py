"""``newsgauge backfill``: archives into the tables."""

from __future__ import annotations

import click

from db.backfill import SetAside
from monitor.alerts.check import check_alerts
from monitor.cli.progress import Stages
from monitor.cli.settings import Settings, json_option, print_json, utc_now, with_settings


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--jobs", "-j", type=click.IntRange(1), help="Read in so many processes (default: [reading] jobs)."
)
@json_option
@with_settings
def backfill(settings: Settings, paths: tuple[str, ...], jobs: int | None, as_json: bool) -> None:
    """Take archives of articles in.

    PATH is a file, or a folder of files, told by their endings: JSON lines (.jsonl), CSV, Parquet,
    web pages (.html), web archives (.warc, .warc.gz) and plain text (.txt); or, with
    newsgauge[cluster], an address such as s3://bucket/news.jsonl. Fields are found by the names
    that archives use: title, text or body, url, published or date, author, publisher.

    It may be stopped at any moment and started again: what is done is not done again. Parts that
    cannot be read are set aside and listed, and tried again the next time.

    \b
    newsgauge backfill news.jsonl
    newsgauge backfill --jobs 4 archive/ CC-NEWS-20260304.warc.gz
    """
    from monitor.backfill.run import processes, run_backfill

    config = settings.config
    readers = processes(jobs or config.reading.jobs, config.daemon.worker_memory_mb)
    with settings.open() as store:
        with Stages() as stages:
            summary = run_backfill(store, config, paths, utc_now, readers, stages)
        fired = check_alerts(store, config, utc_now()) if summary.parts else []
    for alert in fired:
        click.echo(f"alert: {alert.rule.name}: {alert.event.reason}", err=True)
    if as_json:
        print_json(summary)
        return
    click.echo(summary.in_words())
    for part in summary.set_aside:
        click.echo(f"{_name(part)}: {part.error}", err=True)


def _name(part: SetAside) -> str:
    where = f", part {part.start:,}-{part.end:,}" if part.start else ""
    count = f", {part.skipped:,} skipped" if part.articles else ""
    return f"{'set aside' if part.state == 'bad' else 'with faults'}: {part.path}{where}{count}"
