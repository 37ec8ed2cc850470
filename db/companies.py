"""Company rows: the known ones with spellings and owners, the user's spellings, and reversible merges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process
from sqlite_utils import Database

from db.store import DatabaseError, Store
from db.vintages import Stamp, change
from extractors.companies import KnownCompanies, KnownCompany, Suggestion, key, suggestions

COUNTED_KINDS = ("company", "app", "platform", "brand", "service", "studio", "fund")
"""The kinds that share of voice and league tables count; media, bodies and events are kept, not counted."""

COUNTED = f"({', '.join(repr(kind) for kind in COUNTED_KINDS)})"
"""The same as an SQL list."""


NEAR = 80
"""Names at least so alike, of 100, are proposed for one that is not known."""

NEAR_LENGTH = 4
"""Shorter names stand in so many others by chance that they are not proposed."""


class UnknownCompany(DatabaseError):  # noqa: N818 - reads as what it says
    """No company goes by a name; the message suggests those that are near."""


@dataclass(frozen=True, slots=True)
class OwnershipRow:
    """A dated relation as stored: *owner* has so much of *owned*, by *source*; days are ISO dates."""

    owned: str
    owner: str
    relation: str
    stake: float | None
    since: str | None
    until: str | None
    source: str


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company as stored, with its spellings, owners and how often it was named."""

    id: int
    name: str
    kind: str
    known_id: str | None
    aliases: tuple[str, ...]
    mentions: int
    articles: int
    merged: tuple[str, ...]  # names of companies merged into it
    ownerships: tuple[OwnershipRow, ...]  # those above it and those below


def register_known(store: Store, known: KnownCompanies, now: datetime) -> None:
    """Make sure that every known company has its row, spellings and owners; older rows keep their ids."""
    with store.write() as db:
        ids = {company.id: _register(db, company, now) for company in known.companies.values()}
        for relations in known.ownerships.values():
            for relation in relations:
                row = {
                    "owned": ids[relation.owned],
                    "owner": ids[relation.owner],
                    "relation": relation.relation,
                    "stake": relation.stake,
                    "since": relation.since and relation.since.isoformat(),
                    "until": relation.until and relation.until.isoformat(),
                    "source": relation.source,
                    "first_seen_at": now.isoformat(),
                }
                _insert_or_update(db, "ownerships", row, ("owned", "owner", "relation"))


def _register(db: Database, company: KnownCompany, now: datetime) -> int:
    found = db.execute(
        "SELECT id FROM companies WHERE known_id = ? OR key = ? ORDER BY known_id IS NULL",
        [company.id, key(company.name)],
    ).fetchone()
    values = {
        "known_id": company.id,
        "name": company.name,
        "kind": company.kind,
        "chinese_name": company.chinese[0] if company.chinese else None,
        "ticker": company.ticker,
        "country": company.country,
    }
    if found:
        number = int(found[0])
        with changing(db, [number], now):
            db.table("companies").update(number, values)
    else:
        number = _insert(db, {"key": key(company.name), **values}, now)
    for name in company.names[1:]:
        _alias(db, number, name, "user" if company.user else "known", now)
    return number


def _insert(db: Database, values: Mapping[str, Any], now: datetime) -> int:
    row = {**values, "first_seen_at": now.isoformat()}
    return int(str(db.table("companies").insert(row).last_pk))


def _alias(db: Database, company: int, name: str, source: str, now: datetime) -> None:
    row = {"company": company, "alias": name, "key": key(name), "source": source}
    db.table("aliases").insert({**row, "first_seen_at": now.isoformat()}, ignore=True)


_STATE = "known_id, name, kind, chinese_name, ticker, country, merged_into"


@contextmanager
def changing(db: Database, companies: Iterable[int], now: datetime) -> Iterator[None]:
    """Keep what *companies* were before what is done within, where that changes them."""
    before = {company: _state(db, company) for company in companies}
    yield
    for company, old in before.items():
        if _state(db, company) != old:
            db.execute(
                f"INSERT OR IGNORE INTO past_companies (company, valid_until, {_STATE}) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [company, now.isoformat(), *old],
            )


def _state(db: Database, company: int) -> tuple[Any, ...]:
    return tuple(db.execute(f"SELECT {_STATE} FROM companies WHERE id = ?", [company]).fetchone())


def _insert_or_update(db: Database, table: str, row: Mapping[str, Any], unique: tuple[str, ...]) -> None:
    columns = ", ".join(row)
    kept = (*unique, "first_seen_at")
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in kept)
    db.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' for _ in row)}) "
        f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {changes}",
        list(row.values()),
    )


def find(store: Store, name: str) -> int:
    """The id of the company that goes by *name*; raises UnknownCompany, with near names, where none does."""
    row = store.db.execute(
        "SELECT coalesce(merged_into, id) FROM companies WHERE key = :key OR known_id = :name "
        "UNION ALL SELECT coalesce(c.merged_into, c.id) FROM aliases a JOIN companies c ON c.id = a.company "
        "WHERE a.key = :key LIMIT 1",
        {"key": key(name), "name": name},
    ).fetchone()
    if row:
        return int(row[0])
    near = near_names(store, name)
    hint = f"; near: {', '.join(near)}" if near else "; `newsgauge companies suggest` lists names alike"
    raise UnknownCompany(f"no company goes by {name!r}{hint}")


def near_names(store: Store, name: str, limit: int = 3) -> list[str]:
    """The companies whose name or a spelling of it is most like *name*, the likest first."""
    rows = store.db.execute(
        "SELECT name, name FROM companies WHERE length(key) >= :least UNION SELECT a.alias, c.name "
        "FROM aliases a JOIN companies c ON c.id = a.company WHERE length(a.key) >= :least",
        {"least": NEAR_LENGTH},
    ).fetchall()
    alike = process.extract(
        name,
        [said for said, _ in rows],
        scorer=fuzz.WRatio,
        processor=key,
        score_cutoff=NEAR,
        limit=4 * limit,
    )
    return list(dict.fromkeys(rows[place][1] for _, _, place in alike))[:limit]


_OWNERSHIPS = """
SELECT d.name, r.name, o.relation, o.stake, o.since, o.until, o.source
  FROM ownerships o JOIN companies d ON d.id = o.owned JOIN companies r ON r.id = o.owner
 WHERE o.owned = ? OR o.owner = ? ORDER BY d.name, o.since, r.name
"""


def show(store: Store, company: int) -> CompanyRow:
    """One company, with its spellings and counts."""
    row = next(store.db["companies"].rows_where("id = ?", [company]))
    counts = store.db.execute(
        "SELECT count(*), count(DISTINCT article) FROM company_mentions WHERE company = ?", [company]
    ).fetchone()
    aliases = store.db["aliases"].rows_where("company = ?", [company], order_by="alias")
    merged = store.db["companies"].rows_where("merged_into = ?", [company], order_by="name")
    return CompanyRow(
        id=company,
        name=row["name"],
        kind=row["kind"],
        known_id=row["known_id"],
        aliases=tuple(alias["alias"] for alias in aliases),
        mentions=counts[0],
        articles=counts[1],
        merged=tuple(other["name"] for other in merged),
        ownerships=tuple(OwnershipRow(*row) for row in store.db.execute(_OWNERSHIPS, [company, company])),
    )


def add(store: Store, name: str, kind: str, aliases: Iterable[str], now: datetime) -> int:
    """Add a company by hand, or the spellings to the one that goes by *name*."""
    with store.write() as db:
        try:
            company = find(store, name)
        except UnknownCompany:
            company = _insert(db, {"key": key(name), "name": name, "kind": kind}, now)
        for alias in aliases:
            _alias(db, company, alias, "user", now)
    return company


def merge(store: Store, source: int, target: int, now: datetime) -> None:
    """Make *source* and its past mentions part of *target*; ``unmerge`` takes it back."""
    if source == target:
        raise DatabaseError("a company cannot be merged into itself: name two")
    with store.write() as db:
        moved = _ids(db, "SELECT id FROM companies WHERE id = ? OR merged_into = ?", source, source)
        with changing(db, moved, now):
            db.execute(
                "UPDATE companies SET merged_into = ? WHERE id = ? OR merged_into = ?",
                [target, source, source],
            )
        for table in ("company_mentions", "facts"):
            named = _ids(db, f"SELECT id FROM {table} WHERE company = ?", source)
            change(db, table, named, {"company": target}, Stamp(now, None, "merge"))


_FACTS_TAKEN_BACK = """
SELECT id FROM facts
 WHERE company = ? AND article IN (SELECT article FROM company_mentions WHERE named = ?)
   AND article NOT IN (SELECT article FROM company_mentions WHERE named = ?)
"""


def unmerge(store: Store, source: int, now: datetime) -> None:
    """Let *source* stand for itself again, with the mentions that named it."""
    row = next(store.db["companies"].rows_where("id = ?", [source]))
    target = row["merged_into"]
    if target is None:
        raise DatabaseError(f"{row['name']} is not merged into another company")
    with store.write() as db:
        with changing(db, [source], now):
            db.execute("UPDATE companies SET merged_into = NULL WHERE id = ?", [source])
        stamp = Stamp(now, None, "merge")
        mentions = _ids(db, "SELECT id FROM company_mentions WHERE named = ?", source)
        change(db, "company_mentions", mentions, {"company": source}, stamp)
        facts = _ids(db, _FACTS_TAKEN_BACK, target, source, target)
        change(db, "facts", facts, {"company": source}, stamp)


def _ids(db: Database, sql: str, *values: int) -> list[int]:
    return [number for (number,) in db.execute(sql, list(values)).fetchall()]


def suggest(store: Store, limit: int = 30) -> list[Suggestion]:
    """Pairs of companies with similar names, the most similar first, for someone to judge."""
    names = [
        name
        for (name,) in store.db.execute(
            f"SELECT name FROM companies WHERE merged_into IS NULL AND kind IN {COUNTED} "
            "AND id IN (SELECT company FROM company_mentions)"
        )
    ]
    return list(suggestions(names))[:limit]


def merged_id(store: Store, name: str) -> int:
    """The id of the company *name* itself, even where it is merged into another."""
    row = store.db.execute("SELECT id FROM companies WHERE key = ?", [key(name)]).fetchone()
    if row is None:
        raise UnknownCompany(f"no company goes by {name!r}")
    return int(row[0])
