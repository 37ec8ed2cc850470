"""Findings on a terminal: the sentence with the span marked, what is claimed of it, and what else is read."""

from __future__ import annotations

import getpass

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from db.closeup import Closeup
from db.corrections.values import Correction

by_option = click.option(
    "--by", default=None, help="Who judges (default: the user who is logged in).", metavar="NAME"
)
"""Gives a command the argument ``by``; ``name_of`` makes a name of it."""


def name_of(by: str | None) -> str:
    """Who judges: as said, or the user of the machine."""
    return by or getpass.getuser()


def sentence_of(seen: Closeup) -> Text:
    """The sentence, with the span marked; brackets too, where there are no colours."""
    before, span, after = seen.pieces
    return Text.assemble(before, (f"[{span}]" if span else "", "bold black on yellow"), after)


def print_closeup(
    out: Console, seen: Closeup, *, why: str = "", blind: bool = False, beside: bool = True
) -> None:
    """Print a finding as one judges it; *blind* leaves out what the rules were sure of."""
    where = f"{seen.outlet or 'no outlet'}, {(seen.published or 'no date')[:10]}"
    out.print(Text.assemble((str(seen.finding), "bold"), ("  " + why if why else "", "yellow")))
    out.print(Text(f"{seen.title}  ({where})", style="dim"))
    out.print(Padding(sentence_of(seen), (1, 2)))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for label, value in seen.claims:
        table.add_row(Text(label, style="dim"), Text(value, style="bold"))
    if not blind:
        sure = f", {seen.confidence} confidence" if seen.confidence else ""
        if seen.rule:
            read = f"{seen.rule}{sure}, read by {seen.read_by or 'an unknown version'}"
            table.add_row(Text("rule", style="dim"), Text(read))
        if seen.correction:
            table.add_row(Text("correction", style="dim"), Text(correction_in_words(seen.correction)))
    out.print(table)
    if beside and seen.beside and not blind:
        out.print(Text("also read in this sentence", style="dim"))
        for other in seen.beside:
            out.print(Text(f"  {other.finding}  {other.words}"), soft_wrap=True)


def correction_in_words(made: Correction) -> str:
    """A correction in a line."""
    verb = {"accept": "accepted", "fix": "fixed", "reject": "rejected"}[made.verdict]
    note = f": {made.note}" if made.note else ""
    back = f", taken back on {made.undone_at[:10]}" if made.undone_at else ""
    return f"{made.id}: {verb} by {made.by} on {made.made_at[:10]}{note}{back}"
