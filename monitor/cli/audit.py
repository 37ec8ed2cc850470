"""``newsgauge audit``: a random sample of what was read, judged blind, and the precision that it tells."""

from __future__ import annotations

import csv
import json
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from db import audits
from db.audits import Answer, Audit, AuditError, Drawn
from db.corrections.values import WORD_OF, CorrectionError
from db.dump import plain_cell
from db.store import Store
from extractors.rates import Rates
from monitor.cli.review_verdicts import judged
from monitor.cli.seen import by_option, name_of
from monitor.cli.settings import Settings, console, json_option, print_json, utc_now, with_settings


@click.command()
@click.argument("size", type=click.IntRange(1), required=False)
@click.option("--seed", type=click.IntRange(0), help="Draw the sample that this number draws.")
@click.option("--new", "anew", is_flag=True, help="Draw a new sample, though the last is not judged whole.")
@click.option(
    "--answers", type=click.File(encoding="utf-8"), help="Take verdicts from JSON lines in a file, or -."
)
@click.option(
    "--export",
    "sheet",
    type=click.Path(path_type=Path),
    help="Write a sheet to judge (.csv or JSON lines).",
)
@click.option(
    "--import",
    "judged_sheet",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take the verdicts of a sheet (.csv, or JSON lines).",
)
@by_option
@json_option
@with_settings
def audit(
    settings: Settings,
    size: int | None,
    seed: int | None,
    anew: bool,
    answers: TextIO | None,
    sheet: Path | None,
    judged_sheet: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Judge a random sample blind, and print how much is right.

    Draws SIZE findings, as many of each kind, shows each in its sentence without saying how sure the rules
    were, and asks: w wrong, r right, s skip, q go on later. An audit that was broken off goes on; without
    SIZE the last one's result is printed. Precision comes with 95 % intervals, weighted by how many of each
    kind there are.

    \b
    newsgauge audit 50                                  draw and judge, or go on
    newsgauge audit 50 --export sheet.csv               a sheet for somebody else
    newsgauge audit --import sheet.csv --by ann         and its verdicts back
    newsgauge audit 50 --seed 7 --answers answers.jsonl
    newsgauge audit --json

    A line of answers is {"place": 3, "verdict": "right"}. Beside "wrong" may stand "correct": "reject", or
    the fields of a fix, as {"metric_id": "profit"}: then the finding is corrected, too.
    """
    who = name_of(by)
    with settings.open() as store:
        number = _audit(store, size, seed, anew)
        rates = Rates.load(settings.config.rates_file)
        if sheet:
            _write_sheet(sheet, audits.drawn(store, number))
        for source in (answers, judged_sheet):
            if source is not None:
                _take(store, number, source, who, rates)
        if size and not (sheet or answers or judged_sheet):
            if not sys.stdin.isatty():
                raise AuditError(
                    f"audit {number} is drawn; judge it at a terminal, by --answers or by a sheet (--export)"
                )
            _ask(store, console(), number, who, rates)
        found = audits.result(store.db.conn, number)
    if as_json:
        print_json(found)
    else:
        print_result(console(), found)
        if sheet:
            click.echo(f"wrote {sheet}: fill in right, wrong or skip, and give it back with --import")


def _audit(store: Store, size: int | None, seed: int | None, anew: bool) -> int:
    going_on = audits.unfinished(store)
    if size is None:
        return audits.newest(store)
    if going_on is not None and not anew:
        present = audits.result(store.db.conn, going_on)
        if seed in (None, present.seed):
            return going_on
        raise AuditError(
            f"audit {going_on} (seed {present.seed}) is not judged whole: go on with it, or say --new"
        )
    return audits.draw(store, size, secrets.randbelow(10**6) if seed is None else seed, utc_now())


def _write_sheet(path: Path, sample: Iterable[Drawn]) -> None:
    rows = [
        {
            "place": one.place,
            "kind": WORD_OF[one.finding.table],
            "sentence": one.marked,
            "claim": "; ".join(f"{label}: {value}" for label, value in one.claims),
            "title": one.title,
            "outlet": one.outlet,
            "published": (one.published or "")[:10],
            "verdict": "",
            "note": "",
        }
        for one in sample
    ]
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            if path.suffix == ".csv":
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows({name: plain_cell(value) for name, value in row.items()} for row in rows)
            else:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror}") from error


def _take(store: Store, number: int, source: TextIO | Path, by: str, rates: Rates) -> None:
    """Keep the verdicts of *source*, and correct what it says how to."""
    rows = list(_rows(source))
    told = [
        Answer(_place(row), str(row["verdict"]).strip().lower(), row.get("note") or None)  # type: ignore[arg-type]
        for row in rows
        if row.get("verdict")
    ]
    audits.record(store, number, told, by, utc_now())
    sample = {one.place: one for one in audits.drawn(store, number)}
    for row in rows:
        if row.get("correct") and row.get("verdict") == "wrong":
            _correct(store, sample[_place(row)], row["correct"], by, rates)


def _rows(source: TextIO | Path) -> Iterator[Mapping[str, Any]]:
    if isinstance(source, Path):
        with source.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file) if source.suffix == ".csv" else _lines(file)
    else:
        yield from _lines(source)


_LINE = '{"place": 1, "verdict": "right"}'


def _lines(file: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise AuditError(f"line {number} is no JSON: write {_LINE}") from error
            if not isinstance(row, dict):
                raise AuditError(f"line {number} is no object: write {_LINE}")
            yield row


def _place(row: Mapping[str, Any]) -> int:
    place = str(row.get("place", ""))
    if not place.isdecimal():
        raise AuditError(f'{place!r} is no place: a verdict names one of its sheet, as {{"place": 1}}')
    return int(place)


def _correct(store: Store, one: Drawn, how: Any, by: str, rates: Rates) -> None:
    note = "judged wrong in an audit"
    if how == "reject":
        judged(store, one.finding, "reject", {}, note, by, rates)
    elif isinstance(how, dict):
        judged(store, one.finding, "fix", {k: str(v) for k, v in how.items()}, note, by, rates)
    else:
        raise AuditError(f'finding {one.place}: "correct" is "reject" or the fields of a fix, not {how!r}')


def _ask(store: Store, out: Console, number: int, by: str, rates: Rates) -> None:
    """Show what *by* has not judged yet, one after the other, and take a key for each."""
    from monitor.cli.review_screen import ask_fields

    waiting = audits.drawn(store, number, unjudged_by=by)
    for done, one in enumerate(waiting, 1):
        out.rule(f"{done} of {len(waiting)}")
        _show(out, one)
        out.print("\nr right · w wrong · s skip · q go on later", style="dim")
        key = _key("rwsq")
        if key == "q":
            return
        verdict = {"r": "right", "w": "wrong", "s": "skip"}[key]
        audits.record(store, number, [Answer(one.place, verdict)], by, utc_now())  # type: ignore[arg-type]
        if key == "w":
            out.print("r reject it · f fix it · any other key goes on", style="dim")
            how = click.getchar().lower()
            try:
                if how == "r":
                    _correct(store, one, "reject", by, rates)
                elif how == "f" and (wanted := ask_fields(store, one.finding)):
                    _correct(store, one, wanted, by, rates)
            except CorrectionError as error:
                out.print(str(error), style="red")


def _key(allowed: str) -> str:
    while (pressed := click.getchar().lower()) not in (*allowed, "\x03", "\x04"):
        pass
    return "q" if pressed in "\x03\x04" else pressed


def _show(out: Console, one: Drawn) -> None:
    where = f"{one.outlet or 'no outlet'}, {(one.published or 'no date')[:10]}"
    out.print(Text(f"{one.title}  ({where})", style="dim"))
    span = (f"[{one.sentence[one.start : one.end]}]", "bold black on yellow")
    sentence = Text.assemble(one.sentence[: one.start], span, one.sentence[one.end :])
    out.print(Padding(sentence, (1, 2)))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for label, value in (("kind", WORD_OF[one.finding.table]), *one.claims):
        table.add_row(Text(label, style="dim"), Text(value, style="bold"))
    out.print(table)


def print_result(out: Console, found: Audit) -> None:
    """Print an audit's precision by kind, with intervals."""
    people = f", judged by {', '.join(found.judged_by)}" if found.judged_by else ""
    waiting = f", {found.waiting} still to judge" if found.waiting else ""
    drawn = f"audit {found.id} of {found.created_at[:10]}, seed {found.seed}: {found.size} findings"
    out.print(f"{drawn}{people}{waiting}", soft_wrap=True)
    table = Table("kind", "right (95 % interval)", "judged", "right", "skipped", "of", box=None)
    for kind in found.kinds:
        counts = (kind.judged, kind.right, kind.skipped)
        table.add_row(kind.kind, audits.in_words(kind.precision), *map(str, counts), f"{kind.population:,}")
    out.print(table)
    if found.disagreed:
        out.print(f"on {found.disagreed} of them people disagreed; these count as wrong")
