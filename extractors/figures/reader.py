"""Text to figures: amounts of money, percentages and their kin, counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from extractors.figures.atoms import Atom, attach
from extractors.figures.bounds import bound
from extractors.figures.context import Context
from extractors.figures.counts import counts
from extractors.figures.filters import is_figure
from extractors.figures.joining import compounds, is_change, link, share
from extractors.figures.multiples import word_multiples
from extractors.figures.numbers import lowered, plain, scan
from extractors.figures.pairs import paired, without_rates
from extractors.findings import Figure, Text


def read(text: str, about: Text | None = None, kinds: Collection[str] | None = None) -> tuple[Figure, ...]:
    """The figures of *text*, sorted by start, of *kinds* among ``money``, ``percent`` and ``counts``.

    *about* tells the publisher and its country, which decide what ``$`` or ``¥`` means where the text does
    not say. ``percent`` includes percentage points, basis points and multiples. Time is linear in the text.
    """
    wanted = {"money", "percent", "counts"} if kinds is None else set(kinds)
    simple = plain(text)
    low = lowered(simple)
    atoms = compounds(simple, low, share(simple, low, attach(simple, low, scan(simple, low))))
    context = Context(text, about)
    figures = list(_figures(text, simple, low, atoms, context))
    found: list[Figure] = []
    if "money" in wanted:
        found += paired(text, without_rates(text, [f for f in figures if f.kind == "money"]))
    if "percent" in wanted:
        found += [f for f in figures if f.kind != "money"] + word_multiples(text, low)
    if "counts" in wanted:
        found += counts(text, low, atoms)
    return tuple(sorted(found, key=lambda figure: (figure.start, figure.end)))


def _figures(text: str, simple: str, low: str, atoms: Sequence[Atom], context: Context) -> Iterator[Figure]:
    place = 0
    while place < len(atoms):
        atom = atoms[place]
        place += 1
        if atom.unit is None or not is_figure(simple, low, atom):
            continue
        right = atoms[place] if place < len(atoms) else None
        if right and _is_range(simple, low, atom, right):
            place += 1
            yield _figure(text, low, atom, context, right)
        else:
            yield _figure(text, low, atom, context)


def _is_range(simple: str, low: str, left: Atom, right: Atom) -> bool:
    if right.unit is None or left.unit is None or link(simple, low, left, right) != "range":
        return False
    one, other = left.unit, right.unit
    alike = one.kind == other.kind and (one.currency == other.currency and one.family == other.family)
    return alike and left.amount < right.amount and not is_change(low, left, right)


_CHINESE_PERCENT = "百分之"


def _figure(text: str, low: str, atom: Atom, context: Context, upper: Atom | None = None) -> Figure:
    unit = atom.unit
    assert unit is not None
    end = (upper or atom).end
    currency, inferred = (
        _currency(context, upper.unit if upper and upper.unit else unit)
        if unit.kind == "money"
        else (None, False)
    )
    figure = Figure(
        unit.kind,
        atom.start,
        end,
        text[atom.start : end],
        atom.amount,
        upper.amount if upper else None,
        bound(low, atom.start, end),
        currency,
        negative=atom.negative,
        inferred=inferred,
        rule=_rule(atom, upper),
    )
    return replace(figure, negative=True) if _in_loss_brackets(text, figure) else figure


def _currency(context: Context, unit: object) -> tuple[str | None, bool]:
    family = getattr(unit, "family", None)
    return (getattr(unit, "currency", None), False) if family is None else context.currency(family)


def _rule(atom: Atom, upper: Atom | None) -> str:
    unit = atom.unit
    assert unit is not None
    where = {"before": "sign before", "after": "unit after", "shared": "shared unit"}[atom.where]
    return f"{unit.kind}: {where}{', range' if upper else ''}"


_LOSS = re.compile(r"\bloss(?:es)?\b[^.;]{0,40}\($", re.IGNORECASE)


def _in_loss_brackets(text: str, figure: Figure) -> bool:
    """Accounts write losses in brackets: ``net loss ($3.2 million)``."""
    closes = text[figure.end : figure.end + 1] == ")" and text[figure.start - 1 : figure.start] == "("
    return (
        figure.kind == "money"
        and closes
        and bool(_LOSS.search(text, max(0, figure.start - 60), figure.start))
    )
