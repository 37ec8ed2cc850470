"""The verdicts of ``newsgauge review``: accept, fix, reject, add and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from db.corrections import adding, asked, keeping
from db.corrections.values import TABLE_OF, Correction, FindingId, Verdict, finding_id
from db.store import Store
from extractors.rates import Rates
from monitor.cli.seen import by_option, correction_in_words, name_of
from monitor.cli.settings import Settings, json_option, print_json, utc_now, with_settings


def _note(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--note", help="Why, for those who come later.")(by_option(json_option(command)))


@click.command()
@click.argument("finding")
@_note
@with_settings
def accept(settings: Settings, finding: str, note: str | None, by: str | None, as_json: bool) -> None:
    """Say that a finding is right as it is.

    A fact that is accepted becomes one of high confidence, and its figure is held to be right with it.

    \b
    newsgauge review accept fact:12
    """
    _judge(settings, finding, "accept", {}, note, by, as_json)


@click.command()
@click.argument("finding")
@_note
@with_settings
def reject(settings: Settings, finding: str, note: str | None, by: str | None, as_json: bool) -> None:
    """Say that there is no such thing in the text.

    A rejected figure goes with its facts; an article whose story is rejected stands alone.

    \b
    newsgauge review reject theme:9 --note "a real court case"
    """
    _judge(settings, finding, "reject", {}, note, by, as_json)


_FIELDS = {
    "value": "The value in whole units: 1200000, 1.2 million, 1.2bn.",
    "value_max": "The upper end of a range, or none.",
    "currency": "ISO 4217 code: CNY, USD ...",
    "approx": "~ about, > more than, >= at least, < less than, <= at most, or none.",
    "unit": "percent, percentage_point, bps or multiple.",
    "noun": "What is counted.",
    "subject": "Whose figure it is, as stated, or none.",
    "company": "The company that is meant: a name or a row's number.",
    "metric": "What it measures, as stated.",
    "metric_id": "The metric in the small vocabulary: revenue, profit, users ...",
    "period_start": "First day of the period (2026-01-01), or none.",
    "period_end": "Last day of the period, or none.",
    "direction": "up, down or none.",
    "basis": "reported, estimate, forecast or target.",
    "claimed_by": "Who says so, or none.",
    "scope": "Words that change what it means, comma-separated: overseas, gross.",
    "theme": "The theme that is meant: an id or a label.",
    "published": "When the article was published: 2026-03-31.",
    "story": "The number of an article that tells the same story, or alone.",
}


def _fields(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, about in reversed(_FIELDS.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, help=about)(command)
    return command


@click.command()
@click.argument("finding")
@_fields
@_note
@with_settings
def fix(
    settings: Settings, finding: str, note: str | None, by: str | None, as_json: bool, **fields: str | None
) -> None:
    """Say what a finding should be.

    What is not named stays as it is; "none" empties a field.

    \b
    newsgauge review fix money:7 --value "1.2 billion" --currency HKD
    newsgauge review fix fact:12 --metric-id profit --period-start 2025-01-01
    newsgauge review fix company:5 --company "Dianzhong Technology"
    newsgauge review fix date:31 --published 2026-03-31
    newsgauge review fix story:31 --story 28
    """
    wanted = {name: words for name, words in fields.items() if words is not None}
    _judge(settings, finding, "fix", wanted, note, by, as_json)


@click.command()
@click.argument("article", type=click.IntRange(1))
@click.argument("kind", type=click.Choice([word for word in TABLE_OF if word not in ("date", "story")]))
@click.argument("words")
@click.option("--nth", default=1, show_default=True, type=click.IntRange(1), help="Which place of the words.")
@_fields
@_note
@with_settings
def add(
    settings: Settings,
    article: int,
    kind: str,
    words: str,
    nth: int,
    note: str | None,
    by: str | None,
    as_json: bool,
    **fields: str | None,
) -> None:
    """Add what no rule read.

    WORDS are copied from the article's title or text. A fact stands at the words of a figure that is read.

    \b
    newsgauge review add 31 money "a cool million" --value "1 million" --currency USD
    newsgauge review add 31 fact "a cool million" --subject "Tern & Pike" --metric revenue --metric-id revenue
    newsgauge review add 31 company "the Pike group" --company "Tern & Pike"
    """
    wanted = {name: said for name, said in fields.items() if said is not None}
    rates = Rates.load(settings.config.rates_file)
    with settings.open() as store:
        made = adding.add(
            store,
            article,
            TABLE_OF[kind],
            words,
            wanted,
            utc_now(),
            nth=nth,
            by=name_of(by),
            note=note,
            rates=rates,
        )
        found = keeping.finding_at(store.db, made)
    if as_json:
        print_json({"correction": made.id, "finding": str(found), "values": made.values})
    else:
        click.echo(f"{found} by correction {made.id}; `newsgauge review undo {made.id}` takes it back")


def _judge(
    settings: Settings,
    finding: str,
    verdict: Verdict,
    wanted: dict[str, str],
    note: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    named = finding_id(finding)
    rates = Rates.load(settings.config.rates_file)
    with settings.open() as store:
        made = judged(store, named, verdict, wanted, note, name_of(by), rates)
    if as_json:
        print_json({"correction": made.id, "finding": finding, "verdict": verdict, "values": made.values})
    else:
        click.echo(f"correction {correction_in_words(made)}; `newsgauge review undo {made.id}` takes it back")


def judged(
    store: Store,
    finding: FindingId,
    verdict: Verdict,
    wanted: dict[str, str],
    note: str | None,
    by: str,
    rates: Rates,
) -> Correction:
    """Make the correction that was asked for in words."""
    values = asked.judged_columns(store, finding, verdict, wanted, rates)
    return keeping.judge(store, finding, verdict, utc_now(), values=values, by=by, note=note)


@click.command()
@click.argument("number", type=click.IntRange(1))
@json_option
@with_settings
def undo(settings: Settings, number: int, as_json: bool) -> None:
    """Take a correction back.

    The rules' word, or an earlier correction, stands again.

    \b
    newsgauge review undo 3
    """
    with settings.open() as store:
        made = keeping.undo(store, number, utc_now())
    if as_json:
        print_json({"correction": made.id, "undone_at": made.undone_at})
    else:
        click.echo(f"correction {correction_in_words(made)}")
