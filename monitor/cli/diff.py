"""``newsgauge diff``: what changed between two versions of the reader, and why."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.table import Table

from db import readings
from db.readings import Compared, Difference
from monitor.cli.settings import Settings, console, json_option, print_json, with_settings

COUNTED: tuple[readings.How, ...] = ("new", "changed", "gone")


@click.command()
@click.argument("first", required=False)
@click.argument("second", required=False)
@click.option("--list", "listed", is_flag=True, help="List the versions that have read, and when.")
@click.option(
    "--limit", default=5, show_default=True, type=click.IntRange(0), help="At most so many of each kind."
)
@json_option
@with_settings
def diff(
    settings: Settings, first: str | None, second: str | None, listed: bool, limit: int, as_json: bool
) -> None:
    """Tell what changed between two versions of the reader.

    What FIRST had read, and SECOND (or a version between) reads otherwise: new, changed and gone findings by
    kind, with their sentence, both values and both rules. Without versions: the last two. A version may be
    named by a part of it.

    \b
    newsgauge diff --list                   the versions that have read
    newsgauge diff                          what the newest reads otherwise
    newsgauge diff 5f1c09ab 77d0e2c1
    """
    with settings.open(read_only=True) as store:
        if listed:
            _list(readings.versions(store), as_json)
            return
        if (first is None) != (second is None):
            raise click.UsageError("name two versions, or none for the last two")
        pair = (first, second) if first and second else readings.last_two(store)
        found = readings.compare(store, *pair, most=limit)
    if as_json:
        print_json(_as_json(found))
    else:
        _print(console(), found)


def _list(known: list[readings.Version], as_json: bool) -> None:
    if as_json:
        print_json(known)
        return
    table = Table("version", "first read", "last read", "articles", box=None)
    for one in known:
        table.add_row(one.version, one.first_at[:16], one.last_at[:16], f"{one.articles:,}")
    console().print(table)


def _as_json(found: Compared) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    for (table, how), count in found.counts.items():
        counts.setdefault(table, {})[how] = count
    shown = [
        {
            "how": one.how,
            "table": one.table,
            "finding": one.finding,
            "article": one.article,
            "cause": one.cause,
            "sentence": one.sentence,
            "values": {name: list(pair) for name, pair in one.values.items()},
            "rules": list(one.rules),
        }
        for one in found.shown
    ]
    return {"first": found.first, "second": found.second, "counts": counts, "differences": shown}


def _print(out: Console, found: Compared) -> None:
    out.print(f"from {found.first} to {found.second}")
    if not found.counts:
        out.print("nothing is read otherwise")
        return
    table = Table("kind", *COUNTED, box=None)
    for name in dict.fromkeys(name for name, _ in found.counts):
        table.add_row(name, *(f"{found.counts.get((name, how), 0):,}" for how in COUNTED))
    out.print(table)
    for one in found.shown:
        out.print(_in_words(one), soft_wrap=True, markup=False)
    rest = sum(found.counts.values()) - len(found.shown)
    if rest:
        out.print(f"and {rest:,} more (--limit)")


def _in_words(one: Difference) -> str:
    before, after = one.rules
    rule = after if before in (None, after) else before if after is None else f"{before} -> {after}"
    head = f"\n{one.table} {one.finding}, article {one.article}: {one.how} ({one.cause}; rule {rule})"
    if one.how == "changed":
        told = "; ".join(f"{name}: {_cell(old)} -> {_cell(new)}" for name, (old, new) in one.values.items())
    else:
        row = one.after or one.before or {}
        told = ", ".join(_cell(row[name]) for name in _TOLD if row.get(name) is not None)
    return f"{head}\n  {told}\n  {one.sentence}"


_TOLD = ("subject", "metric", "text", "value", "currency", "unit", "noun", "theme", "country", "basis")


def _cell(value: object) -> str:
    return "nothing" if value is None else f"{value:,.12g}" if isinstance(value, float) else str(value)
