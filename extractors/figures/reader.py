"""Text to figures: amounts of money, percentages and their kin, counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from extractors.figures.atoms import Atom, attach
from extractors.figures.bounds import bound
from extractors.figures.changes import is_change
from extractors.figures.comparing import compared
from extractors.figures.context import Context
from extractors.figures.counts import counts
from extractors.figures.filters import is_figure
from extractors.figures.goods import in_us_dollars
from extractors.figures.joining import compounds, link, share
from extractors.figures.multiples import word_multiples
from extractors.figures.numbers import lowered, plain, scan
from extractors.figures.pairs import paired, without_rates
from extractors.figures.vocabulary import Unit
from extractors.findings import Figure, Text


def read(text: str, about: Text | None = None, kinds: Collection[str] | None = None) -> tuple[Figure, ...]:
    """The figures of *text*, sorted by start, of *kinds* among ``money``, ``percent`` and ``counts``.

    *about* tells the publisher and its country, which decide what ``$`` or ``¥`` means where the text does
    not say. ``percent`` includes percentage points, basis points and multiples. Time is linear in the text.
    """
    wanted = {"money", "percent", "counts"} if kinds is None else set(kinds)
    simple = plain(text)
    low = lowered(simple)
    context = Context(text, about)
    attached = _told(attach(simple, low, scan(simple, low)), context)
    atoms = compounds(low, compared(simple, low, share(simple, low, attached)))
    figures = list(_figures(text, simple, low, atoms, context))
    found: list[Figure] = []
    if "money" in wanted:
        found += paired(text, without_rates(text, [f for f in figures if f.kind == "money"]))
    if "percent" in wanted:
        found += [f for f in figures if f.kind != "money"] + word_multiples(text, low)
    if "counts" in wanted:
        found += counts(text, low, atoms)
    return tuple(sorted(found, key=lambda figure: (figure.start, figure.end)))


def _told(atoms: list[Atom], context: Context) -> list[Atom]:
    """*atoms*, where one letter for cents is none in a text that does not tell whose they would be."""
    lettered = [place for place, atom in enumerate(atoms) if atom.unit and atom.unit.family == "cent"]
    if lettered and context.currency("cent", 0)[0] is None:
        for place in lettered:
            atoms[place] = replace(atoms[place], unit=None, dead=True)
    return atoms


def _figures(text: str, simple: str, low: str, atoms: Sequence[Atom], context: Context) -> Iterator[Figure]:
    place = done = 0
    while place < len(atoms):
        atom = atoms[place]
        place += 1
        if atom.unit is None or atom.start < done or not is_figure(simple, low, atom):
            continue
        right = atoms[place] if place < len(atoms) else None
        if right and _is_range(low, atom, right):
            place += 1
            figure = _figure(text, low, atom, context, right)
        else:
            figure = _figure(text, low, atom, context)
        done = figure.end
        yield figure


def _is_range(low: str, left: Atom, right: Atom) -> bool:
    if right.unit is None or left.unit is None or link(low, left, right) != "range":
        return False
    return left.unit.is_like(right.unit) and left.amount < right.amount and not is_change(low, left, right)


def _figure(text: str, low: str, atom: Atom, context: Context, upper: Atom | None = None) -> Figure:
    last = upper or atom
    assert atom.unit is not None
    assert last.unit is not None
    currency, inferred = _currency(context, last.unit, atom.start)
    if inferred and last.unit.family in ("dollar", "cent") and in_us_dollars(low, atom.start, last.end):
        currency, inferred = "USD", False
    return Figure(
        atom.unit.kind,
        atom.start,
        last.end,
        text[atom.start : last.end],
        atom.amount,
        upper.amount if upper else None,
        bound(low, atom.start, last.end),
        currency,
        negative=atom.negative
        or (atom.unit.kind == "money" and _in_loss_brackets(text, atom.start, last.end)),
        inferred=inferred,
        rule=_rule(atom, upper),
    )


def _currency(context: Context, unit: Unit, at: int) -> tuple[str | None, bool]:
    """The ISO code of *unit* at *at*, None for a ratio's, and whether the context gave it."""
    return (unit.currency, False) if unit.family is None else context.currency(unit.family, at)


def _rule(atom: Atom, upper: Atom | None) -> str:
    unit = atom.unit
    assert unit is not None
    where = {"before": "sign before", "after": "unit after", "shared": "shared unit"}[atom.where]
    return f"{unit.kind}: {where}{', range' if upper else ''}"


_LOSS = re.compile(r"\bloss(?:es)?\b[^.;]{0,40}\($", re.IGNORECASE)


def _in_loss_brackets(text: str, start: int, end: int) -> bool:
    """Accounts write losses in brackets: ``net loss ($3.2 million)``."""
    closed = text[start - 1 : start] == "(" and text[end : end + 1] == ")"
    return closed and bool(_LOSS.search(text, max(0, start - 60), start))
