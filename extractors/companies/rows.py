"""Companies as data: rows of JSONL and TOML files, checked, as ``KnownCompany`` and ``Ownership``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from extractors.companies.names import key
from extractors.companies.ownership import RELATIONS, Ownership
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


def packaged() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The packaged rows, each with its place: file and line."""
    source = files("extractors").joinpath("rules/companies.jsonl")
    return _jsonl("companies.jsonl", source.read_text(encoding="utf-8"))


def rows_of(path: Path) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The rows of a user's file, each with its place; raises RuleError for one that can't be read."""
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


def company_of(where: str, row: Mapping[str, Any], user: bool) -> KnownCompany:
    """The company of a *row* at the place *where*; raises RuleError for what is none."""
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
    if not isinstance(value, (list, tuple)) or not all(
        isinstance(text, str) and text.strip() for text in value
    ):
        raise RuleError(f"{where}: key {name!r} must be a list of texts, not {value!r}")
    return tuple(text.strip() for text in value)


def joined(known: KnownCompany, more: KnownCompany, row: Mapping[str, Any]) -> KnownCompany:
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


def ownerships_of(where: str, owned: str, row: Mapping[str, Any]) -> tuple[Ownership, ...]:
    """The relations to its owners that a *row* gives; raises RuleError for what is none."""
    given = row.get("owner", ())
    relations = given if isinstance(given, (list, tuple)) else [given]
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
