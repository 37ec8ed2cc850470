"""Numbers that share a unit, ends of ranges, pounds and pence: what stands between two numbers decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import pairwise

from extractors.figures.atoms import Atom
from extractors.figures.dates import is_date, is_day, is_when, is_year
from extractors.figures.vocabulary import CENT, Unit, either, rules

_RANGE = re.compile(
    r" ?(?:-|–|—|~|--) ?|-? to (?:about |around |almost |nearly |roughly |as much as )?|-to-(?:a-)?|至|到|- "
)
_LIST = re.compile(
    r",? (?:and|or|and then|&|versus|vs\.?|plus) (?:a |about |nearly |over |then )?"
    r"|, (?:then )?|/|、|和|与|及| ?& ?"
)
_CONJUNCTION = re.compile(r"and|or|/|和|与|及|&|then|versus|vs")
_BETWEEN = re.compile(r"\bbetween (?:about |around |roughly |some |an estimated )?$")

SHORT = 32
"""Numbers further apart than this neither make a range nor a list."""


def link(low: str, left: Atom, right: Atom) -> str:
    """What joins two neighbours: ``range``, ``list``, ``listed`` (with and, or), or nothing."""
    if right.start - left.end > SHORT:
        return ""
    gap = low[left.end : right.start]
    if gap == " to " and left.where != "shared" and _is_change(low, left, right):
        return ""
    if _RANGE.fullmatch(gap):
        return "" if right.power and is_day(low, left, gap) else "range"
    if (
        gap == " and "
        and left.where != "before"
        and left.end == left.number.end
        and low.endswith("from ", 0, left.start)
    ):
        return "range"
    if gap == " and " and _BETWEEN.search(low, max(0, left.start - 30), left.start):
        return "range"
    if _LIST.fullmatch(gap):
        return "listed" if _CONJUNCTION.search(gap) else "list"
    return ""


def _is_change(low: str, left: Atom, right: Atom) -> bool:
    """``cut by 12,000 yuan to 149,800 yuan``: what it was changed by, and the level."""
    by = low.endswith("by ", 0, left.start)
    both = left.unit is not None and right.unit is not None and left.unit.kind == right.unit.kind == "money"
    return by and both and right.amount > 4 * left.amount


def share(text: str, low: str, atoms: Sequence[Atom]) -> list[Atom]:
    """*atoms*, where numbers without a unit take that of a neighbour in a range or a list."""
    links = [link(low, left, right) for left, right in pairwise(atoms)]
    shared = _from_right(text, low, list(atoms), links)
    return _from_left(text, low, shared, links)


def _from_right(text: str, low: str, atoms: list[Atom], links: list[str]) -> list[Atom]:
    """``8, 22 and 35 percent``, ``10 to 15 million yuan``: the unit after the last one."""
    for place in range(len(atoms) - 2, -1, -1):
        left, right, joint = atoms[place], atoms[place + 1], links[place]
        if not joint or left.dead or right.unit is None:
            continue
        if left.unit is None and right.where == "after" and _may_share(low, atoms, links, place):
            power = _inherited(left, right, joint)
            atoms[place] = replace(left, unit=right.unit, where="after", power=power)
        elif left.unit and _same(left.unit, right.unit) and left.where == "before" and not left.power:
            atoms[place] = _scaled(left, _inherited(left, right, joint))
    return atoms


def _scaled(atom: Atom, power: int) -> Atom:
    return atom if atom.power == power else replace(atom, power=power)


def _may_share(low: str, atoms: list[Atom], links: list[str], place: int) -> bool:
    left, right = atoms[place], atoms[place + 1]
    if links[place] == "range":
        dated = is_when(low, left) or is_date(low, left)
        return not is_year(left) or (bool(right.power) and not dated)
    if is_year(left) or is_date(low, left) or (left.number.power and not right.power):
        return False
    if links[place] == "listed":
        assert right.unit is not None
        return right.unit.kind == "money" or left.number.value < 1000  # 'reached 219,300, or 43% of'
    return (
        place + 1 < len(links)
        and links[place + 1] in ("list", "listed")
        and atoms[place + 2].unit == right.unit
    )


def _inherited(left: Atom, right: Atom, joint: str) -> int:
    """The scale of *left*, its own or that of *right*: ``$10-15 million``, but ``300,000 to 1 million``."""
    number = left.number
    if left.power or not right.power:
        return left.power
    if joint == "range":
        return right.power if number.value < right.number.value or number.value < 100 else 0
    if number.shape in ("grouped", "spaced", "dots") or number.value >= 1000:
        return 0
    cents = number.value.as_tuple().exponent == -2
    return 0 if cents else right.power


def _same(one: Unit, other: Unit) -> bool:
    return one.is_like(other) and one.worth == other.worth


def _from_left(text: str, low: str, atoms: list[Atom], links: list[str]) -> list[Atom]:
    """``$10-15 million``, ``USD1.5 billion and 2.4 billion``: the sign before the first one."""
    for place, joint in enumerate(links):
        left, right = atoms[place], atoms[place + 1]
        if not joint or left.unit is None or left.unit.kind != "money" or right.unit or right.dead:
            continue
        if joint == "range" and left.where in ("before", "shared") and not _is_open_range(low, left, right):
            power = right.power or (left.power if right.number.value < 1000 else 0)
            atoms[place + 1] = replace(right, unit=left.unit, where="shared", power=power)
            if not left.power and right.power:
                atoms[place] = _scaled(left, _inherited(left, atoms[place + 1], joint))
        elif joint in ("list", "listed"):
            _share_list(low, atoms, links, place)
    return atoms


def _is_open_range(low: str, left: Atom, right: Atom) -> bool:
    """``$5 million - 12 people``: what follows is counted, so it is no end of a range."""
    spaced = low[left.end : right.start].startswith(" ")
    return (
        not right.power and (spaced or low[left.end : right.start] == "-to-") and not goes_on(low, right.end)
    )


def _share_list(low: str, atoms: list[Atom], links: list[str], place: int) -> None:
    last = place + 1
    while (
        last < len(links)
        and links[last] in ("list", "listed")
        and not atoms[last + 1].unit
        and not atoms[last + 1].dead
    ):
        last += 1
    chain = atoms[place + 1 : last + 1]
    unit = atoms[place].unit
    if not chain[-1].power or not goes_on(low, chain[-1].end) or any(is_year(a) for a in chain):
        return
    for offset, atom in enumerate(chain, place + 1):
        atoms[offset] = replace(atom, unit=unit, where="shared", power=atom.power or chain[-1].power)
    if not atoms[place].power and atoms[place].number.value < 1000:
        atoms[place] = _scaled(atoms[place], _inherited(atoms[place], chain[-1], "list"))


@cache
def _follows() -> re.Pattern[str]:
    return re.compile(rf"[^a-z0-9 ]|$| (?:{either(rules('figures')['follows']['words'])})(?![a-z])| [(\[–—-]")


def goes_on(low: str, end: int) -> bool:
    """Whether no noun follows at *end*: the number counts nothing that is named there."""
    return bool(_follows().match(low, end))


def compounds(low: str, atoms: Sequence[Atom]) -> list[Atom]:
    """*atoms*, where ``three dollars and 20 cents``, ``3 pounds fifty`` are one."""
    out: list[Atom] = []
    for atom in atoms:
        minor = _minor(low, out[-1], atom) if out else None
        if minor is None:
            out.append(atom)
            continue
        whole = out[-1]
        number = replace(whole.number, value=whole.number.value + minor, end=atom.end)
        out[-1] = replace(whole, end=atom.end, number=number)
    return out


def _minor(low: str, whole: Atom, part: Atom) -> Decimal | None:
    """The part of a whole unit that *part* adds to *whole*; None where it stands for itself."""
    gap = low[whole.end : part.start]
    unit = whole.unit
    if (
        gap not in (" ", " and ", "", ", ")
        or unit is None
        or unit.kind != "money"
        or whole.power
        or unit.worth != 1
    ):
        return None
    value = part.number.value
    if part.dead or part.power or not 0 < value < 100 or value % 1 or whole.number.value % 1:
        return None
    if part.unit and part.where == "after" and part.unit.worth < 1:
        return value * part.unit.worth if _one_currency(unit, part.unit) else None
    two = value >= 10 or (part.number.shape == "words" and whole.number.shape == "words")
    bare = part.unit is None and (whole.where == "after" and part.number.shape in ("words", "digits"))
    ends = part.end >= len(low) or low[part.end] in ".,;!?)" or (gap == " " and goes_on(low, part.end))
    return value * CENT if bare and ends and two and gap != "" and gap != ", " else None


def _one_currency(whole: Unit, part: Unit) -> bool:
    return part.family == "dollar" or part.currency == whole.currency or part.currency is None
