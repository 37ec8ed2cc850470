"""``newsgauge review``: accept, fix or reject what was read, and take it back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from db.closeup import Closeup, closeup
from db.corrections import keeping
from db.corrections.doubtful import Doubt, doubtful
from db.corrections.examples import examples
from db.corrections.values import (
    TABLE_OF,
    Correction,
    CorrectionError,
    FindingId,
    finding_id,
    rules_agree,
)
from db.store import Store
from extractors.rates import Rates
from monitor.cli.review_verdicts import accept, add, fix, reject, undo
from monitor.cli.seen import by_option, correction_in_words, name_of, print_closeup
from monitor.cli.settings import Settings, console, json_option, print_json, with_settings


@click.group(invoke_without_command=True)
@click.option("--kind", type=click.Choice(list(TABLE_OF)), help="Only findings of this kind.")
@by_option
@with_settings
def review(settings: Settings, kind: str | None, by: str | None) -> None:
    """Accept, fix or reject what was read, the most doubtful first.

    Without a command it shows one finding after the other, for a (accept), f (fix), r (reject), s (skip),
    u (undo) and q (quit). A verdict holds for every copy of the text, and newer rules never lose it.

    \b
    newsgauge review                                   one after the other
    newsgauge review list --kind fact                  what is most doubtful
    newsgauge review fix money:7 --currency HKD
    newsgauge review reject company:5 --note "a film, no company"
    newsgauge review undo 3                            take correction 3 back
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("needs a terminal to ask at: name findings, as in `newsgauge review list`")
    from monitor.cli.review_screen import Screen

    with settings.open() as store:
        Screen(store, console(), Rates.load(settings.config.rates_file), name_of(by), kind).run()


@review.command("list")
@click.option("--kind", type=click.Choice(list(TABLE_OF)), help="Only findings of this kind.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="At most so many.")
@json_option
@with_settings
def list_(settings: Settings, kind: str | None, limit: int, as_json: bool) -> None:
    """List what is most doubtful, and why.

    \b
    newsgauge review list --kind company --limit 50
    """
    with settings.open(read_only=True) as store:
        doubts = doubtful(store, kind=kind)[:limit]
        shown = [(doubt, seen) for doubt in doubts if (seen := closeup(store.db.conn, doubt.finding))]
    if as_json:
        print_json([{**as_json_of(seen), "score": doubt.score, "why": doubt.why} for doubt, seen in shown])
        return
    out = console()
    for doubt, seen in shown:
        out.print(Text.assemble((f"{doubt.finding!s:<14}", "bold"), seen.words), soft_wrap=True)
        out.print(Text(f"{'':<14}{doubt.why}", style="dim"), soft_wrap=True)
    if not shown:
        out.print("nothing doubtful is left to look at")


@review.command()
@click.argument("finding")
@json_option
@with_settings
def show(settings: Settings, finding: str, as_json: bool) -> None:
    """Show a finding in its sentence, and what else is read there.

    \b
    newsgauge review show fact:12
    """
    with settings.open(read_only=True) as store:
        seen = _seen(store, finding_id(finding))
    if as_json:
        print_json(as_json_of(seen))
    else:
        print_closeup(console(), seen)


def _seen(store: Store, finding: FindingId) -> Closeup:
    keeping.row_of(store.db, finding)
    seen = closeup(store.db.conn, finding)
    assert seen is not None
    return seen


def as_json_of(seen: Closeup) -> dict[str, Any]:
    """A finding as ``--json`` prints it."""
    return {
        "finding": str(seen.finding),
        "article": seen.article,
        "title": seen.title,
        "url": seen.url,
        "outlet": seen.outlet,
        "published": seen.published,
        "sentence": seen.sentence,
        "span": [seen.start, seen.end],
        "claims": dict(seen.claims),
        "rule": seen.rule,
        "read_by": seen.read_by,
        "confidence": seen.confidence,
        "correction": seen.correction and seen.correction.id,
        "beside": {str(other.finding): other.words for other in seen.beside},
    }


@review.command()
@click.option("--article", type=int, help="Those of this article alone.")
@json_option
@with_settings
def corrections(settings: Settings, article: int | None, as_json: bool) -> None:
    """List the corrections, and whether the rules agree.

    \b
    newsgauge review corrections --article 31
    """
    with settings.open(read_only=True) as store:
        made = keeping.corrections(store, article=article)
        agree = {c.id: rules_agree(c, keeping.merged_companies(store)) for c in made}
    if as_json:
        print_json([{**_plain(c), "rules_agree": agree[c.id]} for c in made])
        return
    for c in made:
        words = c.text or f"article {c.article}"
        told = "" if c.undone_at else f"; the rules {'agree' if agree[c.id] else 'differ'}"
        click.echo(f"{correction_in_words(c)} — {words} ({c.kind.replace('_', ' ')}){told}")
    if not made:
        click.echo("no correction has been made")


def _plain(made: Correction) -> dict[str, Any]:
    return {name: getattr(made, name) for name in Correction.__slots__}


@review.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
@with_settings
def export(settings: Settings, folder: Path, as_json: bool) -> None:
    """Write every verdict as an example for test data.

    A file a kind: figures.jsonl, facts.jsonl, themes.jsonl, companies.jsonl, dates.jsonl, stories.jsonl. A
    line is a sentence with all that is now read in it, and a note of who judged what. Files are written anew.

    \b
    newsgauge review export examples
    """
    with settings.open(read_only=True) as store:
        lines: dict[str, list[str]] = {}
        for form, example in examples(store):
            lines.setdefault(form, []).append(json.dumps(example, ensure_ascii=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for form, told in lines.items():
            (folder / f"{form}.jsonl").write_text("\n".join(told) + "\n", encoding="utf-8")
    except OSError as error:
        raise CorrectionError(f"{folder} cannot be written: {error.strerror}") from error
    counts = {form: len(told) for form, told in lines.items()}
    if as_json:
        print_json(counts)
    else:
        listed = ", ".join(f"{count} {form}" for form, count in counts.items())
        click.echo(f"wrote {listed or 'no example: no correction has been made'}")


def next_doubt(store: Store, kind: str | None, passed: set[FindingId]) -> Doubt | None:
    """The most doubtful finding that was not passed over."""
    return next((doubt for doubt in doubtful(store, kind=kind) if doubt.finding not in passed), None)


for _command in (accept, fix, reject, add, undo):
    review.add_command(_command)
