"""A bare number compared with an amount of its sentence: ``12.4 billion rupees, from 10.2 billion``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from extractors.figures.atoms import Atom
from extractors.figures.dates import is_year
from extractors.figures.joining import goes_on
from extractors.figures.vocabulary import CENT, either, rules

_SENTENCE = re.compile(r"[.!?;。！？] ?(?=[^0-9a-z])|\0")
REACH = 110
"""A number takes the currency of an amount at most so many characters before it."""


def compared(text: str, low: str, atoms: Sequence[Atom]) -> list[Atom]:
    """*atoms*, where a number without a unit takes that of the last amount of its sentence.

    An amount in brackets is the last one only within them: ``12.4 billion rupees ($148 million), from 10.2``.
    Plain cents compared with ``3.5 NZ cents`` are such as well.
    """
    out = list(atoms)
    last: Atom | None = None
    outside: Atom | None = None
    read_to = 0
    for place, atom in enumerate(out):
        opened, closed = low.rfind("(", read_to, atom.start), low.rfind(")", read_to, atom.start)
        if closed >= 0:
            last, outside = outside or last, None
        if opened > closed:
            outside = last
        read_to = atom.end
        if atom.unit is None and not atom.dead and last and (whole := _taken(text, low, out, place, last)):
            atom = out[place] = replace(atom, unit=whole.unit, where="shared")
        elif last and _are_its_cents(text, low, last, atom):
            atom = out[place] = replace(atom, unit=last.unit)
        if atom.unit is not None and atom.unit.kind != "multiple":
            last = atom
        elif atom.power:
            last = None
    return out


def _taken(text: str, low: str, atoms: Sequence[Atom], place: int, last: Atom) -> Atom | None:
    """The amount whose unit the number at *place* takes: the *last*, or the one that the last one changed."""
    atom = atoms[place]
    if _takes(text, low, last, atom):
        return last
    if atom.power < 4 or low[last.end : atom.start] != " from " or not goes_on(low, atom.end):
        return None
    whole = _changed(low, atoms, place - 1)
    return whole if whole and whole.unit and whole.unit.kind == "money" and whole.power else None


_CHANGE = re.compile(r"(\))?,? (?:up|down|higher by|lower by) (?:about |around |nearly |some |almost )?")


def _changed(low: str, atoms: Sequence[Atom], place: int) -> Atom | None:
    """What changed by the ratio at *place*: ``12.4 billion rupees ($148 million), up 21 percent``."""
    if place < 1 or not (change := _CHANGE.fullmatch(low, atoms[place - 1].end, atoms[place].start)):
        return None
    if not change[1]:
        return atoms[place - 1]
    converted = place > 1 and low[atoms[place - 2].end : atoms[place - 1].start] == " ("
    return atoms[place - 2] if converted else None


def _takes(text: str, low: str, last: Atom, atom: Atom) -> bool:
    if atom.start - last.end > REACH or last.unit is None:
        return False
    plain = goes_on(low, atom.end)
    if _COUNTED.search(low, last.end, atom.start):
        return False
    if not (plain or _was_forecast(low, atom.end)) or _SENTENCE.search(text, last.end, atom.start):
        return False
    if plain and _is_like(low, last, atom):
        return True
    if last.unit.kind == "money":
        fits = atom.power >= 4 and (last.power > 0 or last.amount >= 10_000) and last.unit.worth == 1
    else:
        fits = plain and _is_rate(low, last, atom)
    return fits and _is_compared(low, atom.start, plain)


_COUNTED = re.compile(
    r"\b(?:numbers?|headcount|(?:user|reader|subscriber|viewer|customer|member|player|visitor|passenger|download|install"
    r"|unit|order|shipment|employee|worker|store|household)s?)\b"
)
"""``fell to $1.4 billion, as the number of readers dropped to 7.8 million``: what is counted is no money."""


def _is_compared(low: str, start: int, plain: bool) -> bool:
    """Whether the words before a number compare it; only what was forecast is missed or beaten."""
    begin = max(0, start - 40)
    if not plain and _forecasts().met.search(low, begin, start):
        return True
    return bool(_compared().search(low, begin, start)) and not _is_counted(low, begin, start)


@cache
def _compared() -> re.Pattern[str]:
    words = either(rules("figures")["follows"]["compared"])
    return re.compile(rf"(?<![a-z])(?:{words}|compared (?:with|to)) (?:the |a |an estimated )?$")


_MORE = re.compile(r"([a-z]+|[^a-z ]) (?:[a-z]+ly |far |much |well )?(more|less|fewer) than (?:the )?$")


def _is_counted(low: str, begin: int, start: int) -> bool:
    """``carried more than 3 million``: what a verb has for its object, where ``was more than`` compares."""
    more = _MORE.search(low, begin, start)
    if more is None:
        return False
    return more[2] == "fewer" or (more[1].isalpha() and more[1] not in rules("figures")["follows"]["level"])


@dataclass(frozen=True, slots=True)
class _Forecasts:
    """Patterns of ``[follows.forecasts]``: what follows a number that was forecast, what says it was met."""

    after: re.Pattern[str]
    met: re.Pattern[str]


@cache
def _forecasts() -> _Forecasts:
    rule = rules("figures")["follows"]["forecasts"]
    return _Forecasts(
        after=re.compile(
            rf" (?:({either(rule['participles'])})|(?:[a-z]*[a-rt-z] )?(?:{either(rule['nouns'])})"
            rf"|(?:{either(rule['by'])}))(?![a-z])"
        ),
        met=re.compile(rf"\b(?:{either(rule['met'])}) (?:the |an? )$"),
    )


def _was_forecast(low: str, end: int) -> bool:
    """``the 2.94 billion forecast on average``, ``the 89 million analysts saw``; no ``expected guests``."""
    match = _forecasts().after.match(low, end)
    return match is not None and (match[1] is None or goes_on(low, match.end()))


_LEVEL = re.compile(r"(?:\b(?:to|at|was|is|are|were|of|be|reached|hit) (?:about |around |nearly )?)$")
_AGAINST = re.compile(
    r"(?:against|versus|vs\.?|(?:up|down|compared (?:with|to))? ?from|than|compared (?:with|to)) $"
)


def _is_like(low: str, last: Atom, atom: Atom) -> bool:
    """``299 yuan, down from 380``: two levels of the same size compared."""
    if last.power or atom.power or atom.start - last.end > 40 or is_year(atom) or not last.amount:
        return False
    alike = Decimal("0.2") < atom.number.value / last.number.value < 5 if last.number.value else False
    level = bool(_LEVEL.search(low, max(0, last.start - 24), last.start))
    return alike and level and bool(_AGAINST.search(low, max(0, atom.start - 20), atom.start))


def _is_rate(low: str, last: Atom, atom: Atom) -> bool:
    if low[last.end : atom.start] == " to " and not low.endswith("from ", 0, last.start):
        return False  # 'weakened 0.5 per cent to 151.80'
    exact = atom.number.shape == "digits" and not atom.power and atom.number.value.as_tuple().exponent
    return (
        last.unit is not None and last.unit.kind == "percent" and bool(exact) and atom.start - last.end <= 60
    )


def _are_its_cents(text: str, low: str, last: Atom, atom: Atom) -> bool:
    """``3.5 NZ cents a share, down from 6 cents``: cents compared with cents whose currency is written."""
    one, other = last.unit, atom.unit
    if one is None or other is None or one.worth != CENT or other.worth != CENT:
        return False
    if one.family or other.family not in ("dollar", "cent") or atom.start - last.end > REACH:
        return False
    against = _AGAINST.search(low, max(0, atom.start - 20), atom.start)
    return against is not None and not _SENTENCE.search(text, last.end, atom.start)
