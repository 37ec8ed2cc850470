"""``newsgauge backfill``: archives into the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from db import backfill as ledger
from monitor.backfill.values import BackfillError
from monitor.cli.progress import Counted
from monitor.cli.settings import Settings, jobs_option, json_option, print_json, utc_now, with_settings

if TYPE_CHECKING:
    from monitor.backfill.run import Readers

SHOWN = 20


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@jobs_option
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Read on a Dask cluster: its scheduler's address, or local for one of --jobs processes here.",
)
@json_option
@with_settings
def backfill(
    settings: Settings, paths: tuple[str, ...], jobs: int | None, cluster: str | None, as_json: bool
) -> None:
    """Take archives of articles in.

    PATH is a file, or a folder of files, told by their endings: JSON lines (.jsonl, .jsonl.gz), CSV
    (.csv, .csv.gz), Parquet, web pages (.html), web archives (.warc, .warc.gz) and plain text (.txt); or,
    with newsgauge[cluster], an address such as s3://bucket/news/*.jsonl. Fields are found by the names that
    archives use: title, text or body, html, url, published or date, author, publisher.

    It may be stopped at any moment and started again: what is done is not done again, and a changed file is
    read anew. What cannot be read is set aside and listed, and tried again the next time. Without PATH: say
    what was taken in and what is set aside.

    Exit code 1 when parts are set aside.

    \b
    newsgauge backfill news.jsonl
    newsgauge backfill --jobs 4 archive/ CC-NEWS-20260304.warc.gz
    newsgauge backfill --cluster tcp://10.0.0.5:8786 s3://bucket/news/
    newsgauge backfill                      what is done, waiting and set aside
    """
    if not paths:
        _tell_ledger(settings, as_json)
        return
    from monitor.backfill.run import run_backfill

    with settings.open() as store, Counted("articles") as shown:
        readers = _readers(settings, jobs, cluster)
        summary = run_backfill(
            store,
            settings.config,
            paths,
            utc_now,
            readers,
            lambda at: shown(at.stage, at.done, at.total, at.articles),
        )
    if as_json:
        print_json(summary)
    else:
        click.echo(summary.in_words())
        _list(summary.set_aside)
    if summary.bad:
        raise click.exceptions.Exit(1)


def _readers(settings: Settings, jobs: int | None, cluster: str | None) -> Readers:
    jobs = jobs or settings.config.reading.jobs
    if cluster:
        try:
            from monitor.backfill.cluster import on_cluster
        except ImportError as error:
            raise BackfillError("a cluster needs Dask: pip install 'newsgauge[cluster]'") from error
        return on_cluster(cluster, jobs, lambda line: click.echo(line, err=True))
    from monitor.backfill.run import processes

    return processes(jobs, settings.config.daemon.worker_memory_mb)


def _tell_ledger(settings: Settings, as_json: bool) -> None:
    with settings.open(read_only=True) as store:
        ledger.choose(store)
        sums, aside = ledger.ledger(store), ledger.set_aside(store)
    if as_json:
        print_json({"ledger": sums, "set_aside": aside})
        return
    click.echo(
        f"{sums.files:,} files in {sums.parts:,} parts: {sums.done:,} done, {sums.waiting:,} waiting, "
        f"{sums.bad:,} set aside; {sums.articles:,} articles, {sums.skipped:,} pieces that are none"
    )
    _list(aside, len(aside))


def _list(parts: Sequence[ledger.SetAside], most: int = SHOWN) -> None:
    for part in parts[:most]:
        click.echo(f"{_name(part)}: {part.error}", err=True)
    if len(parts) > most:
        click.echo(f"and {len(parts) - most:,} more: newsgauge backfill lists them all", err=True)


def _name(part: ledger.SetAside) -> str:
    where = f", part {part.start:,}-{part.end:,}" if part.start else ""
    count = f" ({part.articles:,} articles, {part.skipped:,} pieces skipped)" if part.skipped else ""
    return f"{'set aside' if part.state == 'bad' else 'with faults'}: {part.path}{where}{count}"
