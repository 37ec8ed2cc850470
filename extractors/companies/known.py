"""Companies known by name: the packaged ones, and those in a user's files and configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.companies.names import key
from extractors.companies.ownership import Ownership, parent, roll_up
from extractors.companies.rows import KnownCompany, company_of, joined, ownerships_of, packaged, rows_of
from extractors.errors import RuleError


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A known company's name at a span of a text."""

    start: int
    end: int
    company: KnownCompany
    ambiguous: bool


@dataclass(frozen=True)
class KnownCompanies:
    """The companies known by name, by id; see ``load``."""

    companies: Mapping[str, KnownCompany]
    ownerships: Mapping[str, tuple[Ownership, ...]]

    @classmethod
    def load(cls, extra: Sequence[Path] = (), own: Sequence[Mapping[str, Any]] = ()) -> KnownCompanies:
        """The packaged companies with those of *extra* files (JSONL or TOML) and the *own* ones.

        A user's company of a known id or name adds to it: its names are joined, its other keys win. Raises
        RuleError, with file and line or key, for what is no company.
        """
        rows = [(where, row, False) for where, row in packaged()]
        rows += [(where, row, True) for path in extra for where, row in rows_of(path)]
        rows += [(f"companies[{i}] of the configuration", row, True) for i, row in enumerate(own)]
        companies: dict[str, KnownCompany] = {}
        ownerships: dict[str, tuple[Ownership, ...]] = {}
        places: dict[str, str] = {}
        named: dict[str, str] = {}
        for where, row, user in rows:
            company = company_of(where, row, user)
            if user and "id" not in row and (same := named.get(key(company.name))):
                company = replace(company, id=same)
            known = companies.get(company.id)
            if known and not user:
                raise RuleError(f"{where}: the id {company.id!r} is already in {places[company.id]}")
            companies[company.id] = joined(known, company, row) if known else company
            ownerships[company.id] = ownerships_of(where, company.id, row) or ownerships.get(company.id, ())
            places[company.id] = where
            named |= {key(name): company.id for name in company.names if key(name) not in named}
        for owned, relations in ownerships.items():
            for relation in relations:
                if relation.owner not in companies:
                    raise RuleError(f"{places[owned]}: key 'owner': no company has the id {relation.owner!r}")
        return cls(companies, ownerships)

    def by_id(self, company_id: str) -> KnownCompany | None:
        """The company of this id."""
        return self.companies.get(company_id)

    def find(self, name: str) -> KnownCompany | None:
        """The company that goes by *name*: by exact key, so case, spaces and legal suffix don't matter."""
        return self._by_key.get(key(name))

    def parent(self, company_id: str, day: date | None = None) -> KnownCompany | None:
        """Who operates, owns or controls the company on *day*; holders of a minority do not."""
        above = parent(company_id, self.ownerships, day)
        return self.companies[above] if above else None

    def roll_up(self, company_id: str, day: date | None = None) -> KnownCompany:
        """The topmost parent on *day*, itself where it has none; raises KeyError for an unknown id."""
        return self.companies[roll_up(company_id, self.ownerships, day)]

    def matches(self, text: str) -> list[NameMatch]:
        """Where *text* names a known company, longest names first, in text order without overlap.

        A name is matched in its own capitals or in more (``KUAISHOU``), and at the borders of words; a
        Chinese name has no borders.
        """
        lowered = _lowered(text)
        found = self._automaton.find_matches_as_indexes(lowered)
        return [match for at, start, end in found if (match := self._match(text, at, start, end))]

    def _match(self, text: str, at: int, start: int, end: int) -> NameMatch | None:
        name, company = self._forms[at]
        if name[0].isascii() and not _bounded(text, start, end):
            return None
        ambiguous = name in company.ambiguous
        return NameMatch(start, end, company, ambiguous) if _cased(text[start:end], name, ambiguous) else None

    @cached_property
    def product_names(self) -> frozenset[str]:
        """The names of known companies' goods, in lower case: no companies."""
        return frozenset(name.lower() for c in self.companies.values() for name in c.products)

    @cached_property
    def _by_key(self) -> dict[str, KnownCompany]:
        found: dict[str, KnownCompany] = {}
        for company in self.companies.values():
            for name in company.names:
                found.setdefault(key(name), company)
        return found

    @cached_property
    def _forms(self) -> list[tuple[str, KnownCompany]]:
        forms = {_lowered(name): (name, c) for c in self.companies.values() for name in c.names}
        return list(forms.values())

    @cached_property
    def _automaton(self) -> Any:
        # Overlapping matches would be needed where a longer name fails its border and a shorter one holds;
        # leftmost-longest and a border check lose only 'Meta Platformsx', which no text has.
        return AhoCorasick([_lowered(name) for name, _ in self._forms], matchkind=MatchKind.LeftmostLongest)


def _lowered(text: str) -> str:
    """*text* in lower case, of the same length: what has a longer lower case keeps its own."""
    lowered = text.lower().replace("’", "'")
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text).replace("’", "'")


def _bounded(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start].isdigit() and before and before in ".,$€£¥₹₩+-–":
        return False  # the 3M of '$46.3M'
    return not (before.isalnum() and before.isascii()) and not (after.isalnum() and after.isascii())


def _cased(found: str, name: str, ambiguous: bool) -> bool:
    """Whether *found* may be *name* by its capitals: its own, all capitals, or a capital at the start."""
    if ambiguous:
        return found == name
    return not found[0].islower() or found[0] == name[0] or not name[0].isascii()
