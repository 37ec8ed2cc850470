"""``newsgauge facts``: the figures reported for the same thing, by period and source."""

from __future__ import annotations

import csv
import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from rich.table import Table

from db import series as facts_of
from db.claims import failed_checks
from db.dump import plain_cell
from db.series import Disagreement, Echoes, Reported
from db.store import DatabaseError, Store
from db.wording import period_in_words
from monitor.cli.settings import Settings, as_of_option, console, with_settings

Row = Mapping[str, Any]
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--metric", help="This metric alone: revenue, users, funding ...")
@click.option("--subject", help="Subjects with these words: a company, 'micro-drama' ...")
@click.option("--since", type=DAY, help="Articles published after this day.")
@click.option("--until", type=DAY, help="Articles published up to this day.")
@click.option("--disagreements", "conflicts", is_flag=True, help="Only where two sources disagree.")
@click.option("--low", is_flag=True, help="Show facts of low confidence, too.")
@click.option("--everything", is_flag=True, help="Show what is off the beat, too.")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    help="At most so many series and disagreements.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, each fact with its sentence.")
@click.option("--csv", "as_csv", is_flag=True, help="Print it as CSV, a line a fact.")
@as_of_option
@with_settings
def facts(
    settings: Settings,
    metric: str | None,
    subject: str | None,
    since: datetime | None,
    until: datetime | None,
    conflicts: bool,
    low: bool,
    everything: bool,
    limit: int,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print what was reported, by period and source.

    What is said of the same thing stands together, in its own currency and in US dollars.

    A story's copies count once, and so do ten papers that quote one report. Where two sources give different
    values for one subject, metric and period, both stand side by side with their sentences. Sums that do not
    add up inside one article (a value, its growth and the value before, say) are shown, never mended.
    """
    with settings.open(read_only=True) as store:
        known = known_metric(store, metric) if metric else None
        rows = facts_of.reported(
            store, metric=known, subject=subject, since=since, until=until, on_beat=not everything
        )
        sums = failed_checks(store, (row.article for row in rows))[:limit]
        shown = [row for row in rows if low or row.claim.confidence == "high"]
        kept = [] if conflicts else facts_of.series(shown)[:limit]
        apart = facts_of.disagreements(shown)[:limit]
        told = [row.claim.id for rows in kept for row in rows] + [row.claim.id for row in _sides(apart)]
        echoes = facts_of.echoes(store, told)
    if as_json:
        click.echo(json.dumps(_as_json(kept, apart, echoes, sums), ensure_ascii=False, indent=2))
    elif as_csv:
        _write_csv([row for rows in kept for row in rows] if not conflicts else _sides(apart), echoes)
    else:
        _print(kept, apart, echoes, sums, hidden=len(rows) - len(shown))


def known_metric(store: Store, metric: str) -> str:
    """The metric's id; an error that names near ones where no fact has it."""
    known = facts_of.metrics(store)
    bare = metric.strip().lower().replace(" ", "_")
    if bare in known:
        return bare
    near = difflib.get_close_matches(bare, known, n=3, cutoff=0.5) or list(known)[:8]
    hint = f"; there are {', '.join(near)}" if near else "; no fact has been read yet"
    raise DatabaseError(f"no fact measures {metric!r}{hint}")


Echoed = Mapping[int, Echoes]


def _row(row: Reported, echoes: Echoed) -> dict[str, Any]:
    """A fact by column, with how many later articles repeat it."""
    repeated = echoes.get(row.claim.id)
    return {**row.as_dict(), "echoes": repeated.articles if repeated else 0}


def _as_json(
    kept: Sequence[Sequence[Reported]],
    apart: Sequence[Disagreement],
    echoes: Echoed,
    sums: Sequence[Row],
) -> dict[str, Any]:
    return {
        "series": [[_row(row, echoes) for row in rows] for rows in kept],
        "disagreements": [
            {
                "gap": round(pair.gap, 4),
                "first": _row(pair.first, echoes),
                "second": _row(pair.second, echoes),
            }
            for pair in apart
        ],
        "failed_sums": list(sums),
    }


def _sides(apart: Sequence[Disagreement]) -> list[Reported]:
    return [side for pair in apart for side in (pair.first, pair.second)]


def _write_csv(rows: Sequence[Reported], echoes: Echoed) -> None:
    cells = [_row(row, echoes) | {"scope": "; ".join(row.claim.scope)} for row in rows]
    writer = csv.DictWriter(sys.stdout, list(cells[0]) if cells else ["subject"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: plain_cell(value) for name, value in row.items()} for row in cells)


def _print(
    kept: Sequence[Sequence[Reported]],
    apart: Sequence[Disagreement],
    echoes: Echoed,
    sums: Sequence[Row],
    hidden: int,
) -> None:
    out = console()
    if not kept and not apart:
        out.print("no such facts" + (f"; {hidden} of low confidence: show them with --low" if hidden else ""))
    for rows in kept:
        first = rows[0].claim
        scope = f" ({', '.join(first.scope)})" if first.scope else ""
        table = Table(
            "period",
            "stated",
            "USD",
            "basis",
            "said by",
            "outlet",
            "echoed by",
            title=f"{first.subject}: {first.metric}{scope}",
        )
        table.box, table.title_justify = None, "left"
        for row in rows:
            table.add_row(*_cells(row), _echoed_by(echoes.get(row.claim.id)))
        out.print(table)
    if sums:
        out.print("\nSums that do not add up")
    for found in sums:
        out.print(f"  {found['title']}: {found['note']} ({found['url']})", soft_wrap=True, markup=False)
    if apart:
        out.print("\nDisagreements")
    for pair in apart:
        claim = pair.first.claim
        period = period_in_words(_iso(claim.period_start), _iso(claim.period_end))
        out.print(f"{claim.subject}, {claim.metric}, {period}: {pair.gap:.0%} apart")
        for side in (pair.first, pair.second):
            out.print(
                f"  {side.claim.text}, {side.claim.source}: {side.sentence}", soft_wrap=True, markup=False
            )


def _cells(row: Reported) -> tuple[str, ...]:
    claim = row.claim
    return (
        period_in_words(_iso(claim.period_start), _iso(claim.period_end)),
        f"{claim.text}{'' if claim.confidence == 'high' else ' ?'}",
        "" if claim.usd is None else f"{claim.usd:,.0f}",
        claim.basis,
        claim.claimed_by or "",
        claim.source,
    )


def _echoed_by(echoes: Echoes | None) -> str:
    if echoes is None:
        return ""
    first, more = echoes.outlets[0], len(echoes.outlets) - 1
    return f"{first} and {more} more" if more else first


def _iso(day: object) -> str | None:
    return str(day) if day else None
