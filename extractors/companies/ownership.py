"""Who owns what: app, operator and owner as dated relations, and whose row a mention counts for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Relation = Literal["operates", "owns", "controls", "minority"]
PARENTS: frozenset[Relation] = frozenset({"operates", "owns", "controls"})
RELATIONS: tuple[Relation, ...] = ("operates", "owns", "controls", "minority")


@dataclass(frozen=True, slots=True)
class Ownership:
    """*owner* operates, owns, controls or has a minority of *owned*; ids of known companies.

    ``stake`` is a percentage where it is public, ``since`` and ``until`` bound the relation, ``source`` says
    where it is from. A holder of a minority is not a parent.
    """

    owned: str
    owner: str
    relation: Relation = "owns"
    stake: float | None = None
    since: date | None = None
    until: date | None = None
    source: str = ""

    def holds(self, day: date | None) -> bool:
        """Whether the relation was in force on *day*; without a day, whether it still is."""
        if day is None:
            return self.until is None
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def parent(
    company: str, ownerships: Mapping[str, Iterable[Ownership]], day: date | None = None
) -> str | None:
    """The id of the one that operates, owns or controls *company* on *day*; None where nobody does.

    *ownerships* maps an owned company's id to its relations.
    """
    held = (o for o in ownerships.get(company, ()) if o.relation in PARENTS and o.holds(day))
    best = min(held, key=lambda o: (RELATIONS.index(o.relation), -(o.stake or 0)), default=None)
    return best.owner if best else None


def roll_up(company: str, ownerships: Mapping[str, Iterable[Ownership]], day: date | None = None) -> str:
    """The id of the topmost parent of *company* on *day*: itself where it has none; circles end.

    >>> chain = {"app": [Ownership("app", "studio")], "studio": [Ownership("studio", "house", "minority")]}
    >>> roll_up("app", chain)
    'studio'
    """
    seen = {company}
    while (above := parent(company, ownerships, day)) is not None and above not in seen:
        seen.add(above)
        company = above
    return company
