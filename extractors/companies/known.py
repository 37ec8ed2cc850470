"""Companies known by name: the packaged ones, and those in a user's files and configuration."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.companies.names import key
from extractors.companies.ownership import RELATIONS, Ownership, parent, roll_up
from extractors.errors import RuleError

KINDS = ("company", "app", "platform", "brand", "service", "studio", "fund", "media", "exchange")
OTHER_KINDS = ("government", "association", "university", "court", "party", "event", "report")
NOT_COUNTED = frozenset({"media", "exchange", *OTHER_KINDS})
"""Kinds that are organisations of the text but no companies in its counts."""

_TEXTS = ("id", "name", "ticker", "country", "kind", "source")
_LISTS = ("aliases", "chinese", "ambiguous", "products")


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A company, app, platform or other organisation that goes by known names.

    ``ambiguous`` are those of its names that are also words, and need a context; ``products`` are names of
    its goods that are no companies (they are not matched).
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    products: tuple[str, ...] = ()
    ticker: str | None = None
    country: str | None = None
    kind: str = "company"
    source: str = ""
    user: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it goes by, the canonical one first."""
        return tuple(dict.fromkeys((self.name, *self.aliases, *self.chinese)))


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

        A user's company of a packaged id adds to it: its names are joined, its other keys win. Raises
        RuleError, with file and line or key, for what is no company.
        """
        rows = [(where, row, False) for where, row in _packaged()]
        rows += [(where, row, True) for path in extra for where, row in _rows(path)]
        rows += [(f"companies[{i}] of the configuration", row, True) for i, row in enumerate(own)]
        companies: dict[str, KnownCompany] = {}
        ownerships: dict[str, tuple[Ownership, ...]] = {}
        places: dict[str, str] = {}
        for where, row, user in rows:
            company = _company(where, row, user)
            known = companies.get(company.id)
            if known and not user:
                raise RuleError(f"{where}: the id {company.id!r} is already in {places[company.id]}")
            companies[company.id] = _joined(known, company, row) if known else company
            ownerships[company.id] = _ownerships(where, company.id, row) or ownerships.get(company.id, ())
            places[company.id] = where
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

    def patterns(self) -> list[dict[str, str]]:
        """spaCy EntityRuler patterns with ids: ORG for every name that is not also a word."""
        return [
            {"label": "ORG", "pattern": name, "id": company.id}
            for company in self.companies.values()
            for name in company.names
            if name not in company.ambiguous
        ]

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
    return not (before.isalnum() and before.isascii()) and not (after.isalnum() and after.isascii())


def _cased(found: str, name: str, ambiguous: bool) -> bool:
    """Whether *found* may be *name* by its capitals: its own, all capitals, or a capital at the start."""
    if ambiguous:
        return found == name
    return not found[0].islower() or found[0] == name[0] or not name[0].isascii()


def _packaged() -> Iterator[tuple[str, Mapping[str, Any]]]:
    source = files("extractors").joinpath("rules/companies.jsonl")
    return _jsonl("companies.jsonl", source.read_text(encoding="utf-8"))


def _rows(path: Path) -> Iterable[tuple[str, Mapping[str, Any]]]:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: can't be read ({error}): give a JSONL or TOML file of companies") from error
    return _toml(path, content) if path.suffix == ".toml" else _jsonl(str(path), content)


def _jsonl(name: str, content: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            yield f"{name}:{number}", json.loads(line)
        except json.JSONDecodeError as error:
            raise RuleError(f"{name}:{number}: no JSON ({error.msg} at column {error.colno})") from error


def _toml(path: Path, content: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        rows = tomllib.loads(content).get("companies", [])
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: no TOML ({error})") from error
    if not isinstance(rows, list):
        raise RuleError(f"{path}: key 'companies' must be a list of tables, [[companies]]")
    yield from ((f"{path}: companies[{i}]", row) for i, row in enumerate(rows))


def _company(where: str, row: Mapping[str, Any], user: bool) -> KnownCompany:
    if not isinstance(row, Mapping):
        raise RuleError(f"{where}: must be an object with at least a 'name'")
    unknown = set(row) - {*_TEXTS, *_LISTS, "owner"}
    if unknown:
        allowed = ", ".join((*_TEXTS, *_LISTS, "owner"))
        raise RuleError(f"{where}: unknown key {sorted(unknown)[0]!r}; the keys are {allowed}")
    for name in _TEXTS:
        if not isinstance(row.get(name, ""), str):
            raise RuleError(f"{where}: key {name!r} must be a text, not {row[name]!r}")
    if not row.get("name", "").strip():
        raise RuleError(f"{where}: key 'name' is missing: the company's canonical name")
    lists = {name: _texts(where, name, row.get(name, ())) for name in _LISTS}
    kind = row.get("kind", "company")
    if kind not in (*KINDS, *OTHER_KINDS):
        raise RuleError(
            f"{where}: key 'kind' must be one of {', '.join((*KINDS, *OTHER_KINDS))}, not {kind!r}"
        )
    return KnownCompany(
        id=row.get("id") or key(row["name"]),
        name=row["name"].strip(),
        aliases=lists["aliases"],
        chinese=lists["chinese"],
        ambiguous=frozenset(lists["ambiguous"]),
        products=lists["products"],
        ticker=row.get("ticker"),
        country=row.get("country"),
        kind=kind,
        source=row.get("source", ""),
        user=user,
    )


def _texts(where: str, name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(text, str) and text.strip() for text in value):
        raise RuleError(f"{where}: key {name!r} must be a list of texts, not {value!r}")
    return tuple(text.strip() for text in value)


def _joined(known: KnownCompany, more: KnownCompany, row: Mapping[str, Any]) -> KnownCompany:
    """*known* with what a user's *row* of the same id adds: names are joined, other keys replaced."""
    return KnownCompany(
        id=known.id,
        name=more.name,
        aliases=tuple(dict.fromkeys((*known.aliases, known.name, *more.aliases))),
        chinese=tuple(dict.fromkeys((*known.chinese, *more.chinese))),
        ambiguous=known.ambiguous | more.ambiguous,
        products=tuple(dict.fromkeys((*known.products, *more.products))),
        ticker=more.ticker or known.ticker,
        country=more.country or known.country,
        kind=more.kind if "kind" in row else known.kind,
        source=more.source or known.source,
        user=True,
    )


def _ownerships(where: str, owned: str, row: Mapping[str, Any]) -> tuple[Ownership, ...]:
    given = row.get("owner", ())
    relations = [given] if isinstance(given, (str, Mapping)) else given
    return tuple(_ownership(where, owned, relation) for relation in relations)


def _ownership(where: str, owned: str, relation: str | Mapping[str, Any]) -> Ownership:
    if isinstance(relation, str):
        return Ownership(owned, relation)
    if not isinstance(relation, Mapping) or not isinstance(relation.get("id"), str):
        raise RuleError(f"{where}: key 'owner' must be an id, or a table with 'id' and what is known of it")
    kind = relation.get("relation", "owns")
    if kind not in RELATIONS:
        raise RuleError(f"{where}: key 'owner.relation' must be one of {', '.join(RELATIONS)}, not {kind!r}")
    stake = relation.get("stake")
    if stake is not None and (not isinstance(stake, (int, float)) or not 0 < stake <= 100):
        raise RuleError(f"{where}: key 'owner.stake' must be a percentage, not {stake!r}")
    return Ownership(
        owned,
        relation["id"],
        kind,
        None if stake is None else float(stake),
        _day(where, "since", relation),
        _day(where, "until", relation),
        str(relation.get("source", "")),
    )


def _day(where: str, name: str, relation: Mapping[str, Any]) -> date | None:
    value = relation.get(name)
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise RuleError(
            f"{where}: key 'owner.{name}' must be a day such as 2024-07-01, not {value!r}"
        ) from error
