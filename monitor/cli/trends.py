"""``newsgauge trends``: what rises and fades, with what chance would bring beside it."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from db import companies
from db.dump import plain_cell
from db.store import DatabaseError, Store
from db.trend_rows import Kind
from db.trend_values import Denominators, Question, Report, Trend
from db.trends import report
from monitor.cli.settings import Settings, as_of_option, console, print_json, with_settings

DAY = click.DateTime(["%Y-%m-%d"])
OF: dict[str, Kind] = {
    "themes": "theme",
    "companies": "company",
    "pairs": "theme and company",
    "metrics": "metric",
}
BARS = "▁▂▃▄▅▆▇█"
COLUMNS = (
    *("name", "when", "observed", "outlets", "share", "expected", "expected_low", "expected_high"),
    *("ratio", "ratio_low", "ratio_high", "p", "q", "word", "first_seen", "burst_start", "thin_past"),
)


@click.command()
@click.option("--of", type=click.Choice(list(OF)), help="What to tell of  [default: themes]")
@click.option(
    "--by",
    type=click.Choice(["day", "week", "month"]),
    default="week",
    show_default=True,
    help="How long a window is.",
)
@click.option("--since", type=DAY, help="Show the windows from this day on.")
@click.option("--until", type=DAY, help="Tell it as of this day (default: today, UTC).")
@click.option("--theme", help="This theme alone, and with each company.")
@click.option("--company", help="This company alone, and with each theme.")
@click.option("--articles", is_flag=True, help="Count articles, copies included, in place of stories.")
@click.option("--everything", is_flag=True, help="Count what is off the beat, too.")
@click.option("--roll-up", is_flag=True, help="Count companies under their topmost owners, each story once.")
@click.option("--limit", default=25, show_default=True, type=click.IntRange(1), help="At most so many lines.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with every window.")
@click.option("--csv", "as_csv", is_flag=True, help="Print it as CSV, a line a window.")
@as_of_option
@with_settings
def trends(
    settings: Settings,
    of: str | None,
    by: Any,
    since: datetime | None,
    until: datetime | None,
    theme: str | None,
    company: str | None,
    articles: bool,
    everything: bool,
    roll_up: bool,
    limit: int,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Tell what rises and fades, beyond what chance brings.

    Counts stories, each once, per theme, company, both or metric.

    A line says "rising" or "fading" where the false discovery rate over all lines is at most 5 %. Stories are
    counted once however many outlets copy them, on the beat, by publication date. A window before most of
    today's feeds were followed is thin, and marked with a dot.

    \b
    newsgauge trends --by month
    newsgauge trends --of companies --as-of 2026-03-01      what could be told then
    """
    if since and until and since > until:
        raise click.UsageError(f"--since {since:%Y-%m-%d} is after --until {until:%Y-%m-%d}: swap them")
    if roll_up and (_kind(of, theme, company) != "company" or company):
        raise click.UsageError("--roll-up goes with --of companies, without --company")
    with settings.open(read_only=True) as store:
        question = Question(
            kind=_kind(of, theme, company),
            by=by,
            until=until.date() if until else None,
            since=since.date() if since else None,
            counting="articles" if articles else "stories",
            on_beat=not everything,
            theme=_known_theme(store, theme) if theme else None,
            company=companies.find(store, company) if company else None,
            roll_up=roll_up,
        )
        found = report(store, question, settings.now())
    if as_json:
        print_json(_as_json(found, limit))
    elif as_csv:
        _write_csv(found, limit)
    else:
        _print(console(), found, limit)


def _kind(of: str | None, theme: str | None, company: str | None) -> Kind:
    """What is told of: what --of says, else both together where a theme and a company are given."""
    if of:
        return OF[of]
    if theme and company:
        return "theme and company"
    return "company" if company else "theme"


def _known_theme(store: Store, theme: str) -> str:
    row = store.db.execute(
        "SELECT id FROM themes WHERE id = :t OR lower(label) = lower(:t) LIMIT 1", {"t": theme}
    ).fetchone()
    if row:
        return str(row[0])
    near = store.db.execute(
        "SELECT id FROM themes WHERE id LIKE '%' || ? || '%' ORDER BY id LIMIT 3", [theme[:4]]
    ).fetchall()
    hint = f"; near: {', '.join(name for (name,) in near)}" if near else ""
    raise DatabaseError(f"no theme goes by {theme!r}{hint}")


def _as_json(found: Report, limit: int) -> dict[str, Any]:
    return {
        "denominators": asdict(found.denominators),
        "tested": found.tested,
        "volume": found.volume and _trend_as_json(found.volume),
        "trends": [_trend_as_json(trend) for trend in found.trends[:limit]],
    }


def _trend_as_json(trend: Trend) -> dict[str, Any]:
    values: dict[str, Any] = _plain(asdict(trend))
    for window, told in zip(values["windows"], trend.windows, strict=True):
        window["share"] = told.share
    return values | {"share": trend.share, "in_words": trend.in_words}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return None if value in (float("inf"), float("-inf")) else round(value, 6)
    return value.isoformat() if isinstance(value, date) else value


def _write_csv(found: Report, limit: int) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow([*COLUMNS, "window_first", "window_last", "count", "total", "feeds", "thin"])
    for trend in found.trends[:limit]:
        told = [plain_cell(_plain(getattr(trend, name))) for name in COLUMNS]
        for w in trend.windows:
            writer.writerow([*told, w.first, w.last, w.count, w.total, w.feeds, int(w.thin)])


def _print(out: Console, found: Report, limit: int) -> None:
    if not found.trends:
        out.print(
            "no stories to count yet: run `newsgauge update`, or widen --since, --until or --everything"
        )
        return
    if not out.is_terminal:
        out.width = 240  # a file or a pipe has no edge to wrap at
    table = Table("", "windows", "trend", box=None, pad_edge=False)
    for trend in found.trends[:limit]:
        table.add_row(trend.name, sparkline(trend), trend.claim)
    out.print(table)
    rest = len(found.trends) - limit
    if rest > 0:
        out.print(f"and {rest:,} more (--limit)")
    out.print(_foot(found.denominators, found), markup=False, soft_wrap=True)


def sparkline(trend: Trend) -> str:
    """The windows' counts as bars, oldest first; a dot below a bar's place says that the window is thin."""
    top = max(1, *trend.counts)
    return "".join(
        "·" if window.thin and not window.count else BARS[round(window.count / top * (len(BARS) - 1))]
        for window in trend.windows
    )


def _foot(seen: Denominators, found: Report) -> str:
    said = (
        f"newest window: stories {seen.stories:,}, articles {seen.articles:,}, "
        f"feeds followed {seen.feeds:,}, known by title alone {seen.title_only:,}, "
        f"in other languages {seen.other_languages:,}; "
        f"lines tested {found.tested:,}"
    )
    return said + (f"\n{found.volume.in_words}" if found.volume else "")
