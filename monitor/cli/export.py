"""``newsgauge export``: cited numbers as a workbook or CSV, a publishable copy, the feeds as OPML."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, urlencode

import click

from db import publish as publishing
from db import series as facts_of
from db.citations import Desk, sources
from db.cited import CitedTable, of_answer, of_disagreements, of_facts
from db.citing import cited
from db.files import new_file
from db.questions import answer, question
from db.store import DatabaseError, Store
from monitor.cli.facts import DAY, known_metric
from monitor.cli.feeds import followed_as_opml
from monitor.cli.settings import Settings, as_of_option, json_option, print_json, utc_now, with_settings
from monitor.export.about import Asked, about
from monitor.export.csv_text import write_csv
from monitor.export.workbook import write_workbook

FILE = click.Path(path_type=Path)
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Selected:
    """What to export: a series of facts or their disagreements, a canned question, or SQL."""

    metric: str | None
    subject: str | None
    since: datetime | None
    until: datetime | None
    conflicts: bool
    low: bool
    everything: bool
    query: str | None
    values: Mapping[str, str]
    sql: str | None

    @property
    def of_facts(self) -> bool:
        """Whether anything is asked of facts."""
        return any((self.metric, self.subject, self.since, self.until, self.conflicts, self.low)) or (
            self.everything
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, and how many rows and articles it cites."""

    path: Path
    rows: int
    articles: int


def _values(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    for pair in pairs:
        if not (pair[0] and pair[1]):
            raise click.BadParameter(f"{''.join(pair)!r} is no name=value")
    return {name.lstrip(":"): value for name, _, value in pairs}


@click.command()
@click.option("--xlsx", type=FILE, help="Write a workbook: the rows, charts of series, and a sheet about it.")
@click.option("--csv", "as_csv", type=FILE, help="Write CSV; - is standard output.")
@click.option("--publish", type=FILE, help="Write a copy of the database without the articles' texts.")
@click.option("--metric", help="This metric alone: revenue, users, funding ...")
@click.option("--subject", help="Subjects with these words: a company, 'micro-drama' ...")
@click.option("--since", type=DAY, help="Articles published after this day.")
@click.option("--until", type=DAY, help="Articles published up to this day.")
@click.option("--disagreements", "conflicts", is_flag=True, help="Where two sources disagree, side by side.")
@click.option("--low", is_flag=True, help="Take facts of low confidence, too.")
@click.option("--everything", is_flag=True, help="Take what is off the beat, too.")
@click.option("--query", help="One of the desk's questions, by name (a wrong name lists them).")
@click.option("-p", "values", multiple=True, callback=_values, help="name=value for the query's :name.")
@click.option("--sql", help="Any SELECT; columns named article or fact get their citation.")
@click.option(
    "--sentences",
    type=click.Choice(get_args(publishing.Sentences)),
    default="figures",
    show_default=True,
    help="Which sentences --publish keeps as quotations.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
@json_option
@as_of_option
@with_settings
def export(
    settings: Settings,
    xlsx: Path | None,
    as_csv: Path | None,
    publish: Path | None,
    sentences: Any,
    force: bool,
    as_json: bool,
    **selected: Any,
) -> None:
    """Write numbers with their citations, or a publishable copy.

    Each number comes with its sentence, outlet, link, date and permalink to its row in the desk. Without an
    option: the followed feeds as OPML.

    \b
    newsgauge export --xlsx revenue.xlsx --metric revenue --subject micro-drama
    newsgauge export --csv conflicts.csv --disagreements
    newsgauge export --xlsx known.xlsx --query what_did_we_know_on_date \\
        -p subject=ReelShort -p date=2026-01-31
    newsgauge export --csv - --sql "SELECT * FROM fact_figures WHERE usd > 1e9"
    newsgauge export --publish public.db
    newsgauge export > feeds.opml

    --publish leaves out texts, revisions, feeds and their secrets, logs, digests and deliveries, keeps what
    was read, and looks through the copy for leftovers of the texts before it gets its name.
    """
    what = Selected(**selected)
    _check(what, xlsx, as_csv, publish)
    if publish and settings.as_of:
        raise click.UsageError("--publish copies what is known now: leave --as-of out")
    if publish:
        made = publishing.publish(settings.database, publish, utc_now(), sentences=sentences, replace=force)
        print_json(made) if as_json else click.echo(made.in_words())
    elif xlsx or as_csv:
        written = _write(settings, what, xlsx, as_csv, force)
        for one in written:
            print_json(one) if as_json else click.echo(
                f"{one.path}: {one.rows:,} rows, {one.articles:,} articles"
            )
    else:
        click.echo(followed_as_opml(settings))


def _check(what: Selected, xlsx: Path | None, as_csv: Path | None, publish: Path | None) -> None:
    kinds = sum((what.of_facts, what.query is not None, what.sql is not None))
    if kinds > 1:
        raise click.UsageError("choose one: options of facts, --query, or --sql")
    if what.values and not (what.query or what.sql):
        raise click.UsageError("-p goes with --query or --sql")
    if publish and (kinds or xlsx or as_csv):
        raise click.UsageError(
            "--publish copies the whole database: it goes with --sentences and --force alone"
        )
    if kinds and not (xlsx or as_csv):
        raise click.UsageError("say where to: --xlsx FILE, or --csv FILE (- is standard output)")
    if xlsx == STDOUT:
        raise click.UsageError("a workbook needs a file: --xlsx FILE")


def _write(
    settings: Settings, what: Selected, xlsx: Path | None, as_csv: Path | None, force: bool
) -> list[Written]:
    now = settings.now()
    with settings.open(read_only=True) as store:
        desk = Desk(settings.config.digest.datasette_url, _as_of(what, now))
        table, asked = _selected(store, what, desk)
        articles = len({row[table.place("article")] for row in table.rows}) if "article" in table.names else 0
        if as_csv == STDOUT:
            write_csv(sys.stdout, table)
        elif as_csv:
            with (
                new_file(as_csv, replace=force, beside=settings.database) as part,
                part.open("w", encoding="utf-8", newline="") as out,
            ):
                write_csv(out, table)
        if xlsx:
            told = about(store, asked, table, desk, now)
            with new_file(xlsx, replace=force, beside=settings.database) as part:
                write_workbook(part, asked.sheet, table, told, now)
    files = [path for path in (as_csv, xlsx) if path and path != STDOUT]
    return [Written(path, len(table.rows), articles) for path in files]


def _as_of(what: Selected, now: datetime) -> date:
    return min(now.date(), what.until.date()) if what.until else now.date()


def _selected(store: Store, what: Selected, desk: Desk) -> tuple[CitedTable, Asked]:
    if what.query or what.sql is not None:
        return _answered(store, what, desk)
    metric = known_metric(store, what.metric) if what.metric else None
    found = facts_of.reported(
        store,
        metric=metric,
        subject=what.subject,
        since=what.since,
        until=what.until,
        on_beat=not what.everything,
    )
    rows = [row for row in found if what.low or row.claim.confidence == "high"]
    known = sources(store, (row.article for row in rows))
    conditions = _conditions(what, metric)
    page = (
        f"{desk.url.rstrip('/')}/facts?{urlencode({'subject': what.subject or '', 'metric': metric or ''})}"
    )
    if what.conflicts:
        table = of_disagreements(facts_of.disagreements(rows), known, desk)
        return table, Asked("Disagreements", "Where two sources disagree", conditions, page=page)
    table = of_facts(facts_of.series(rows), known, desk)
    return table, Asked("Facts", "What was reported, by series, period and source", conditions, page=page)


def _conditions(what: Selected, metric: str | None) -> dict[str, str]:
    told = {
        "Metric": metric,
        "Subject": what.subject,
        "Published after": what.since and str(what.since.date()),
        "Published up to": what.until and str(what.until.date()),
        "Confidence": "high and low" if what.low else "high",
        "Beat": "on the beat and off it" if what.everything else "on the beat",
    }
    return {name: text for name, text in told.items() if text}


def _answered(store: Store, what: Selected, desk: Desk) -> tuple[CitedTable, Asked]:
    asked = question(what.query) if what.query else None
    sql = asked.sql if asked else what.sql or ""
    found = answer(store, sql, what.values)
    if not found.names:
        raise DatabaseError("the query brings no rows: an export takes one SELECT")
    place = f"{desk.url.rstrip('/')}/{quote(store.path.stem)}"
    page = f"{place}/{asked.name}?" if asked else f"{place}?"
    page += urlencode(what.values if asked else {"sql": sql, **what.values})
    title = asked.about if asked else "The answer to a query"
    table = of_answer(found, cited(store, found), desk)
    return table, Asked("Answer", title, dict(what.values), sql.strip(), page)
