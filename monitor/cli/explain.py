"""``newsgauge explain``: why a finding is as it is."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from db.corrections.keeping import row_of
from db.corrections.values import finding_id
from db.explain import Explanation
from db.explain import explain as explanation_of
from db.findings import day_of
from db.store import Store
from extractors.findings import Findings
from extractors.findings import Text as Read
from extractors.pipeline import Reader, Reading
from extractors.rates import Rates
from monitor.cli.review import as_json_of
from monitor.cli.seen import print_closeup
from monitor.cli.settings import Settings, console, json_option, print_json, with_settings


@click.command()
@click.argument("finding")
@click.option("--again", is_flag=True, help="Read the text anew, and show what the present rules say there.")
@json_option
@with_settings
def explain(settings: Settings, finding: str, again: bool, as_json: bool) -> None:
    """Say why a finding is as it is.

    Shows the text around it, the rule and the version that read it, what it was before and why it changed,
    a correction and what the rules say beside it, what else was read of the same words, and the exchange
    rates used. With --again the text is read anew by the present rules.

    \b
    newsgauge explain fact:12
    newsgauge explain money:7 --again
    """
    named = finding_id(finding)
    with settings.open(read_only=True) as store:
        row_of(store.db, named)
        found = explanation_of(store, named, Rates.load(settings.config.rates_file))
        assert found is not None
        now = _read_again(store, found, settings.config.how_to_read) if again else []
    if as_json:
        print_json(_as_json(found) | ({"read_again": now} if again else {}))
    else:
        _print(console(), found)
        if again:
            _print_again(console(), now)


def _read_again(store: Store, found: Explanation, how: Reading) -> list[dict[str, Any]]:
    """What the present rules read of the characters of the finding, in the whole text that it stands in."""
    seen = found.seen
    sql = (
        "SELECT a.title, a.body, a.language, a.published, o.name, o.country "
        "FROM articles a LEFT JOIN outlets o ON o.id = a.outlet WHERE a.id = ?"
    )
    row = next(store.db.query(sql, [seen.article]))
    text = row["title"] if seen.part == "title" else row["body"]
    at = text.find(seen.sentence) + seen.start
    end = at + seen.end - seen.start
    about = Read(
        id="x",
        text=text,
        title=row["title"],
        published=day_of(row["published"]),
        publisher=row["name"],
        language=row["language"],
        publisher_country=row["country"],
    )
    (read,) = Reader(how).read([about])
    return [told for told in _spans(read) if told["start"] < end and told["end"] > at]


def _spans(read: Findings) -> list[dict[str, Any]]:
    """Every finding with a span, as what it is, where, and by which rule."""
    figures = [
        _span(figure.kind, figure.text, figure) | {"value": str(figure.value)}
        for figure in (*read.money, *read.percent, *read.counts)
    ]
    companies = [
        _span("company", company.name, mention)
        for company in (*read.companies, *read.organisations)
        for mention in company.mentions
    ]
    return [*figures, *companies, *(_span("theme", theme.theme, theme) for theme in read.themes)]


def _span(kind: str, text: str, found: Any) -> dict[str, Any]:
    return {"kind": kind, "text": text, "start": found.start, "end": found.end, "rule": found.rule}


def _as_json(found: Explanation) -> dict[str, Any]:
    return {
        **as_json_of(found.seen),
        "around": found.around,
        "figure": found.figure and str(found.figure.finding),
        "rules_say": dict(found.said),
        "rules_agree": found.agree,
        "vintages": list(found.vintages),
        "overlapping": {str(finding): words for finding, words in found.overlapping},
        "rates": list(found.rates),
    }


def _print(out: Console, found: Explanation) -> None:
    print_closeup(out, found.seen)
    if found.figure:
        out.print(Text(f"\nits figure: {found.figure.finding}  {found.figure.words} ({found.figure.rule})"))
    if found.around != found.seen.sentence:
        out.print(Text("\naround it", style="dim"))
        out.print(Padding(Text(found.around), (0, 2)))
    if found.agree is not None:
        words = ", ".join(f"{name} {value}" for name, value in found.said) or "the same"
        out.print(Text(f"\nthe rules {'agree' if found.agree else 'differ'}: {words}"))
    if found.rates:
        _print_rates(out, found)
    if found.overlapping:
        out.print(Text("\nread of the same words", style="dim"))
        for finding, words in found.overlapping:
            out.print(Text(f"  {finding}  {words}"), soft_wrap=True)
    if found.vintages:
        out.print(Text("\nwhat it was before", style="dim"))
    for vintage in found.vintages:
        changed = "; ".join(f"{name} {old} → {new}" for name, old, new in vintage.differences)
        out.print(
            Text(f"  until {vintage.until[:16]} ({vintage.cause}), by {vintage.read_by or '?'}: {changed}"),
            soft_wrap=True,
        )


def _print_rates(out: Console, found: Explanation) -> None:
    table = Table(
        "rate", "day", "per dollar", "USD", "", title="exchange rates", title_justify="left", box=None
    )
    for rate in found.rates:
        used = "used" if rate.used else ""
        table.add_row(rate.what, rate.day or "", f"{rate.rate:,.4f}", f"{rate.usd:,.0f}", used)
    out.print(Text(""))
    out.print(table)


def _print_again(out: Console, now: list[dict[str, Any]]) -> None:
    out.print(Text("\nread anew by the present rules", style="dim"))
    for told in now:
        value = f" = {told['value']}" if "value" in told else ""
        out.print(Text(f"  {told['kind']}: {told['text']}{value} ({told['rule']})"), soft_wrap=True)
    if not now:
        out.print("  nothing")
