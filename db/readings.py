"""Readings: which versions of the reader have read, and what changed from one to another, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlite_utils import Database

from db.store import DatabaseError, Store
from db.vintages import NO_VINTAGE, TABLES

if TYPE_CHECKING:
    from datetime import datetime

How = Literal["new", "changed", "gone"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of code, rules and model that has read: when (ISO 8601, UTC), and how many articles."""

    version: str
    first_at: str
    last_at: str
    articles: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding that is new, changed or gone, and why; ``before`` and ``after`` are its rows."""

    how: How
    table: str
    finding: int
    article: int
    cause: str
    before: Row | None
    after: Row | None

    @property
    def sentence(self) -> str:
        """The sentence that it stands in."""
        return str((self.after or self.before or {}).get("sentence", ""))

    @property
    def rules(self) -> tuple[str | None, str | None]:
        """The rule that read it before, and the one that reads it after."""
        return (self.before or {}).get("rule"), (self.after or {}).get("rule")

    @property
    def values(self) -> dict[str, tuple[Any, Any]]:
        """What differs, by column: before and after. Of what is new or gone, all that was read."""
        before, after = self.before or {}, self.after or {}
        names = [name for name in (after or before) if name not in NO_VINTAGE and name != "sentence"]
        told = {name: (before.get(name), after.get(name)) for name in names}
        return {name: pair for name, pair in told.items() if pair[0] != pair[1]}


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed from one version to another: how often, by table and how, and some of it."""

    first: str
    second: str
    counts: Mapping[tuple[str, How], int]
    shown: tuple[Difference, ...]


def note(db: Database, version: str, articles: int, now: datetime) -> None:
    """Note that *version* has read so many *articles*, inside a transaction."""
    db.execute(
        "INSERT INTO readings (version, first_at, last_at, articles) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (version) DO UPDATE SET last_at = max(last_at, excluded.last_at), "
        "articles = articles + excluded.articles",
        [version, now.isoformat(), now.isoformat(), articles],
    )


def versions(store: Store) -> list[Version]:
    """The versions that have read, in their order."""
    sql = "SELECT version, first_at, last_at, articles FROM readings ORDER BY first_at, version"
    return [Version(**row) for row in store.db.query(sql)]


def last_two(store: Store) -> tuple[str, str]:
    """The last version that read, and the one before; raises DatabaseError where there are no two."""
    found = versions(store)
    if len(found) < 2:
        read = f"only {found[0].version} has read so far" if found else "nothing has been read yet"
        raise DatabaseError(f"there are no two readings to compare: {read}")
    return found[-2].version, found[-1].version


def compare(store: Store, first: str, second: str, *, most: int) -> Compared:
    """What *second* (and versions between) made of what was read up to *first*; at most *most* a table shown.

    Articles that were new to *second* are no difference. Versions may be named by a part that tells them
    apart. Raises DatabaseError for one that has not read. Reads whole tables.
    """
    between = _between([one.version for one in versions(store)], first, second)
    counts: Counter[tuple[str, How]] = Counter()
    shown: list[Difference] = []
    for table in TABLES:
        kept = 0
        for found in _differences(store.db, table, between[1:]):
            counts[table, found.how] += 1
            if kept < most:
                kept += 1
                shown.append(found)
    return Compared(between[0], between[-1], counts, tuple(shown))


def _between(known: Sequence[str], first: str, second: str) -> Sequence[str]:
    """The versions from *first* to *second*, both included."""
    places = [known.index(_named(known, name)) for name in (first, second)]
    if places[0] >= places[1]:
        raise DatabaseError(f"{first} did not read before {second}: name the earlier version first")
    return known[places[0] : places[1] + 1]


def _named(known: Sequence[str], name: str) -> str:
    if name in known:
        return name
    found = [version for version in known if name in version]
    if len(found) == 1:
        return found[0]
    meant = f"{name!r} may mean {', '.join(found)}" if found else f"no version {name!r} has read here"
    raise DatabaseError(f"{meant}; `newsgauge diff --list` lists those that have")


_STEPS = """
SELECT p.finding, p.article, p.content, p.read_by, l.id AS last, l.valid_until, l.cause
  FROM (SELECT min(id) AS first, max(id) AS last FROM past_findings
         WHERE kind = :table AND superseded_by IN (SELECT value FROM json_each(:later))
         GROUP BY finding) s
  JOIN past_findings p ON p.id = s.first JOIN past_findings l ON l.id = s.last
 ORDER BY p.article, p.finding
"""
_BORN = """
SELECT f.id AS finding, f.article, f.valid_from, f.read_by, NULL AS content
  FROM "{table}" f JOIN articles a ON a.id = f.article
 WHERE f.read_by IN (SELECT value FROM json_each(:later)) AND f.first_seen_at = f.valid_from
   AND a.settled_at < f.valid_from
UNION ALL
SELECT p.finding, p.article, p.valid_from, p.read_by, p.content
  FROM past_findings p JOIN articles a ON a.id = p.article
 WHERE p.kind = :table AND p.read_by IN (SELECT value FROM json_each(:later))
   AND coalesce(p.superseded_by, '') NOT IN (SELECT value FROM json_each(:later))
   AND json_extract(p.content, '$.first_seen_at') = p.valid_from AND a.settled_at < p.valid_from
"""


def _differences(db: Database, table: str, later: Sequence[str]) -> Iterator[Difference]:
    """What the versions *later* changed in *table*, taken together."""
    asked = {"table": table, "later": json.dumps(later)}
    for row in db.query(_STEPS, asked):
        after = _next(db, table, row)
        born = row["read_by"] in later
        before = None if born else json.loads(row["content"])
        how: How = "gone" if after is None else "new" if born else "changed"
        found = Difference(how, table, row["finding"], row["article"], row["cause"], before, after)
        if (before or after) and (how != "changed" or found.values):
            yield found
    for row in db.query(_BORN.format(table=table), asked):
        told = json.loads(row["content"]) if row["content"] else _current(db, table, row["finding"])
        yield Difference("new", table, row["finding"], row["article"], _cause(db, row), None, told)


def _next(db: Database, table: str, row: Row) -> Row | None:
    """The finding as it was read at the end of the last step of *row*; None where it went."""
    current = _current(db, table, row["finding"])
    if current and current["valid_from"] == row["valid_until"]:
        return current
    sql = (
        "SELECT content FROM past_findings "
        "WHERE kind = ? AND finding = ? AND valid_from = ? AND id > ? LIMIT 1"
    )
    values = [table, row["finding"], row["valid_until"], row["last"]]
    later = db.execute(sql, values).fetchone()
    return json.loads(later[0]) if later else None


def _current(db: Database, table: str, finding: int) -> Row | None:
    return next(db.query(f'SELECT * FROM "{table}" WHERE id = ?', [finding]), None)


_WHY = """
SELECT coalesce(
  (SELECT cause FROM past_findings WHERE article = :article AND valid_until = :valid_from LIMIT 1),
  (SELECT 'text' FROM revisions WHERE article = :article AND seen_at <= :valid_from
      AND seen_at > (SELECT first_at FROM readings WHERE version = :read_by) LIMIT 1),
  'reading')
"""


def _cause(db: Database, row: Row) -> str:
    """Why a new finding came: as what else changed with it; by a text that was revised under its version."""
    asked = {name: row[name] for name in ("article", "valid_from", "read_by")}
    return str(db.execute(_WHY, asked).fetchone()[0])
