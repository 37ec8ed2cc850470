"""Where something moved: ``rose from $10m to $15m`` is two figures, ``priced from $10 to $15`` one range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractors.figures.atoms import Atom
from extractors.figures.vocabulary import either, rules

_FROM = re.compile(
    r"\bfrom (?:about |around |just |some |only |roughly |nearly |almost |over |as low as |a )?$"
)


_TO = re.compile(r"\bto (?:about |around |between )?$")
"""'cut its forecast to €1.2 billion to €1.3 billion': where it moved to has two ends."""
_SCALES = r"(?: (?:million|billion|trillion|bn|m|percent|per cent|crore|lakh)\b)?"
_END = rf"\S*\d\S*{_SCALES}"
_ENDS = rf"(?:to {_END}(?: to {_END})?|(?:of|at|for) {_END} to {_END})"
_TO_FROM = re.compile(rf"\b{_ENDS},?(?: up| down)? from (?:about |between )?$")
"""'raised to $236 million to $239 million from $225 million to $230 million': a range was another before."""
_BY = re.compile(
    r"\b(?:rais\w+|rise\w*|rose|increas\w+|cut\w*|lower\w*|lift\w*|fell|fall\w*|drop\w*|reduc\w+|grew|grow\w*|up|down)"
    r" (?:[a-z'’-]+ ){0,8}by $"
)
"""'raise the price by $1 to $8.99': by how much, and to what."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """Patterns of ``[changes]``: what moved from, what moved at all, moved in the past, spreads from."""

    moved: re.Pattern[str]
    motion: re.Pattern[str]
    past: re.Pattern[str]
    spread: re.Pattern[str]


@cache
def _changes() -> _Changes:
    rule = rules("figures")["changes"]
    motion = rf"\b(?:(?:{either(rule['stems'])})[a-z]*|{either(rule['words'])})"
    return _Changes(
        moved=re.compile(rf"{motion} from\b"),
        motion=re.compile(rf"{motion}\b"),
        past=re.compile(rf"\b(?:{either(rule['past'])})\b[a-z ,]{{0,20}}$"),
        spread=re.compile(rf"\b(?:{either(rule['spread'])})[a-z]*\W+(?:[a-z]+\W+){{0,2}}from\b"),
    )


def is_change(low: str, left: Atom, right: Atom) -> bool:
    """Whether two ends are where something moved from and to, and so two figures."""
    gap = low[left.end : right.start]
    if " to " not in gap and gap not in ("至", "到"):
        return False
    own = left.where == "before" or (left.where == "after" and left.end > left.number.end)
    if _TO_FROM.search(low, max(0, left.start - 60), left.start):
        return False
    kind = left.unit.kind if own and left.unit else None
    if kind == "money" and _BY.search(low, max(0, left.start - 40), left.start):
        return True
    before = low[max(0, left.start - 44) : left.start]
    if _TO.search(before):
        return False
    if _FROM.search(before):
        if _changes().moved.search(before):
            return True
        both = left.where == "before" or left.number.end < left.end
        return not _changes().spread.search(before) and (both or bool(_changes().motion.search(before)))
    moves = kind not in (None, "multiple") and right.where in ("before", "after")
    return moves and bool(_changes().past.search(before))
