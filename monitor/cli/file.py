"""``newsgauge backup``, ``check``, ``prune`` and ``dump``: care for the database file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from db import duck, maintenance
from db import dump as dumping
from monitor.cli.settings import Settings, as_of_option, json_option, print_json, utc_now, with_settings


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@json_option
@with_settings
def backup(settings: Settings, target: Path, as_json: bool) -> None:
    """Copy the database while it is in use, and verify it.

    TARGET may be a folder: the copy is then named by the time. An existing file is not overwritten.
    """
    made = maintenance.backup(settings.database, target, utc_now())
    if as_json:
        print_json(made)
    else:
        click.echo(f"{made.path}: {made.bytes / 1e6:,.1f} MB, {made.articles:,} articles, verified")


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended: search index, counts, stories.")
@click.option("--quick", is_flag=True, help="Leave out the recount.")
@json_option
@with_settings
def check(settings: Settings, repair: bool, quick: bool, as_json: bool) -> None:
    """Check the database, and mend what can be mended.

    Checks pages, foreign keys, the search index, and the counts against a recount.

    Exit code 1 when something is wrong and stays so.
    """
    found = maintenance.check(settings.database, repair=repair, quick=quick)
    if as_json:
        print_json(found)
    else:
        for fault in found.faults:
            click.echo(f"{fault.what}: {fault.count:,}; {'mended' if fault.mended else fault.advice}")
        if not found.faults:
            click.echo("all is well")
    if not found.sound:
        raise click.exceptions.Exit(1)


@click.command()
@click.option(
    "--bodies-after",
    default=730,
    show_default=True,
    type=click.IntRange(1),
    help="Drop texts of articles published more than so many days ago.",
)
@click.option(
    "--polls-after", default=90, show_default=True, type=click.IntRange(1), help="Drop polls older than that."
)
@click.option("--vacuum", is_flag=True, help="Give the room back to the disk (locks writers for a while).")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@json_option
@with_settings
def prune(
    settings: Settings, bodies_after: int, polls_after: int, vacuum: bool, dry_run: bool, as_json: bool
) -> None:
    """Drop old texts, and keep what was read from them.

    Titles, addresses, dates, every figure, company, theme and fact with its sentence, stories and counts
    stay; the full texts, earlier revisions, feeds' copies of texts and the log of polls go, and
    what findings and articles were, where that ended as long ago as the texts.
    """
    now = utc_now()
    with settings.open() as store:
        gone = maintenance.prune(
            store,
            bodies_before=(now - timedelta(days=bodies_after)).date(),
            polls_before=(now - timedelta(days=polls_after)).date(),
            now=now,
            dry_run=dry_run,
        )
        if vacuum and not dry_run:
            maintenance.vacuum(store)
    if as_json:
        print_json(gone)
        return
    verb = "would go" if dry_run else "gone"
    click.echo(
        f"{verb}: {gone.bodies:,} texts, {gone.revisions:,} revisions, {gone.contents:,} feed contents, "
        f"{gone.polls:,} polls, {gone.vintages:,} vintages; every finding stays"
    )


@click.command()
@click.argument("table", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "parquet"]),
    default="csv",
    show_default=True,
    help="The form; parquet needs -o.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="The file (default: standard output); with --all the folder.",
)
@click.option("--all", "everything", is_flag=True, help="Write every table, a file each, into the folder -o.")
@as_of_option
@with_settings
def dump(settings: Settings, table: str | None, form: Any, output: Path | None, everything: bool) -> None:
    """Write a table or view as CSV, JSON lines or Parquet.

    Without TABLE, list what there is: fact_figures and daily_trends are good ones to begin
    with. Parquet needs the extra `newsgauge[parquet]`. With --all and Parquet, duckdb.sql beside the
    files shows them to DuckDB, with the views.

    \b
    newsgauge dump fact_figures -o facts.csv
    newsgauge dump --all --format parquet -o dump
    cd dump && duckdb news.duckdb < duckdb.sql
    """
    if everything and (table or not output):
        raise click.UsageError("--all takes no TABLE, and needs a folder: -o FOLDER")
    with settings.open(read_only=True) as store:
        if everything:
            for done in duck.dump_all(store, form, output or Path()):
                click.echo(f"{done.path}: {done.rows:,} rows")
            return
        if table is None:
            click.echo("\n".join(dumping.dumpable(store)))
            return
        rows = dumping.dump(store, table, form, output)
    if output:
        click.echo(f"{output}: {rows:,} rows")
