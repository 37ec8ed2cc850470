"""Audits: a random sample of what was read, judged blind, and what it says of the whole.

The sample is stratified by kind, and facts by confidence. It is drawn once, from a seed, with what each
finding said then, so that an audit can be broken off, shared out and judged again.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from db.closeup import closeup
from db.corrections.values import FindingId
from db.statistics import Share, stratified_share
from db.store import Store
from extractors.errors import NewsgaugeError

Row = Mapping[str, Any]
AuditVerdict = Literal["right", "wrong", "skip"]

STRATA = {
    "money": ("money", "1"),
    "percent": ("percentages", "1"),
    "count": ("counts", "1"),
    "company": ("company_mentions", "1"),
    "theme": ("theme_mentions", "1"),
    "fact, high confidence": ("facts", "confidence = 'high'"),
    "fact, low confidence": ("facts", "confidence = 'low'"),
}
"""Each stratum's table, and which of its rows."""


_TELLING = frozenset({"known"})
"""Claims that would tell how sure the rules were."""


class AuditError(NewsgaugeError):
    """An audit that cannot go on as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finding of an audit's sample: what was read when it was drawn, without how sure the rules were."""

    place: int
    finding: FindingId
    article: int
    title: str
    outlet: str
    published: str | None
    sentence: str
    start: int
    end: int
    claims: Sequence[tuple[str, str]]

    @property
    def marked(self) -> str:
        """The sentence with the span in brackets."""
        span = f"[{self.sentence[self.start : self.end]}]" if self.end > self.start else ""
        return self.sentence[: self.start] + span + self.sentence[self.end :]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of the finding at a *place* of an audit."""

    place: int
    verdict: AuditVerdict
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Precision:
    """How much of a kind is right, by an audit; *precision* is None where nothing was judged."""

    kind: str
    population: int
    judged: int
    right: int
    skipped: int
    precision: Share | None


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit: when and how it was drawn, how far it is, and what it says by kind, and of everything."""

    id: int
    seed: int
    size: int
    created_at: str
    judged_by: Sequence[str]
    waiting: int
    disagreed: int
    kinds: Sequence[Precision]


def draw(store: Store, size: int, seed: int, now: datetime) -> int:
    """Draw a sample of *size* findings from *seed*; returns the audit's number.

    Each stratum gives as many, or all that it has; the order is shuffled.
    """
    chosen = random.Random(seed)
    with store.write() as db:
        populations = {name: _count(db.conn, name) for name in STRATA}
        picked = [
            (name, populations[name], finding)
            for name, share in allotted(populations, size).items()
            for finding in _pick(db.conn, name, chosen.sample(range(populations[name]), share))
        ]
        if not picked:
            raise AuditError("there is nothing to audit yet: run `newsgauge update` first")
        chosen.shuffle(picked)
        row = {"seed": seed, "size": len(picked), "created_at": now.isoformat()}
        audit = int(str(db.table("audits").insert(row).last_pk))
        for place, (name, population, finding) in enumerate(picked, 1):
            db.table("audit_findings").insert(_drawn_row(db.conn, audit, place, name, population, finding))
    return audit


def allotted(populations: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each stratum a sample of *size* takes: as many of each, as far as it has them.

    >>> allotted({"a": 100, "b": 2, "c": 100}, 10)
    {'a': 4, 'b': 2, 'c': 4}
    """
    shares = dict.fromkeys(populations, 0)
    for _ in range(min(size, sum(populations.values()))):
        open_ones = [name for name in shares if shares[name] < populations[name]]
        shares[min(open_ones, key=lambda name: shares[name])] += 1
    return shares


def _count(connection: sqlite3.Connection, stratum: str) -> int:
    table, where = STRATA[stratum]
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])


def _pick(connection: sqlite3.Connection, stratum: str, places: Sequence[int]) -> list[FindingId]:
    """The findings at *places* among the stratum's, counted by id: all ids are passed, few are kept."""
    table, where = STRATA[stratum]
    wanted = frozenset(places)
    rows = connection.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY id")
    return [FindingId(table, number) for place, (number,) in enumerate(rows) if place in wanted]


def _drawn_row(
    connection: sqlite3.Connection, audit: int, place: int, stratum: str, population: int, finding: FindingId
) -> dict[str, Any]:
    seen = closeup(connection, finding)
    assert seen is not None
    kept = ("title", "outlet", "published", "sentence", "start", "end")
    content = {name: getattr(seen, name) for name in kept}
    claims = [claim for claim in seen.claims if claim[0] not in _TELLING]
    return {
        "audit": audit,
        "place": place,
        "stratum": stratum,
        "population": population,
        "kind": finding.table,
        "finding": finding.row,
        "article": seen.article,
        "content": json.dumps({**content, "claims": claims}, ensure_ascii=False),
    }


def unfinished(store: Store) -> int | None:
    """The newest audit, where some of its findings nobody has judged yet."""
    row = store.db.execute(
        "SELECT f.audit FROM audit_findings f WHERE f.audit = (SELECT max(id) FROM audits) "
        "AND NOT EXISTS (SELECT 1 FROM audit_verdicts v WHERE v.audit_finding = f.id) LIMIT 1"
    ).fetchone()
    return row and int(row[0])


def newest(store: Store) -> int:
    """The newest audit; raises AuditError where there is none."""
    row = store.db.execute("SELECT max(id) FROM audits").fetchone()
    if row[0] is None:
        raise AuditError("there is no audit yet: draw one with `newsgauge audit 50`")
    return int(row[0])


def drawn(store: Store, audit: int, *, unjudged_by: str | None = None) -> list[Drawn]:
    """The sample of *audit* in order; with *unjudged_by* those that this person has not judged yet."""
    rows = store.db.query(
        "SELECT * FROM audit_findings f WHERE audit = :audit AND (:by IS NULL OR NOT EXISTS "
        '(SELECT 1 FROM audit_verdicts v WHERE v.audit_finding = f.id AND v."by" = :by)) ORDER BY place',
        {"audit": audit, "by": unjudged_by},
    )
    return [_drawn(row) for row in rows]


def _drawn(row: Row) -> Drawn:
    content = json.loads(row["content"])
    claims = tuple((label, value) for label, value in content.pop("claims"))
    finding = FindingId(row["kind"], row["finding"])
    return Drawn(place=row["place"], finding=finding, article=row["article"], claims=claims, **content)


def record(store: Store, audit: int, answers: Sequence[Answer], by: str, now: datetime) -> None:
    """Keep *answers*; a person's later answer replaces an earlier one. All are kept, or none."""
    with store.write() as db:
        for answer in answers:
            found = db.execute(
                "SELECT id FROM audit_findings WHERE audit = ? AND place = ?", [audit, answer.place]
            ).fetchone()
            if found is None:
                raise AuditError(f"audit {audit} has no finding {answer.place}: its sheet lists them")
            if answer.verdict not in get_args(AuditVerdict):
                raise AuditError(f"finding {answer.place}: say right, wrong or skip, not {answer.verdict!r}")
            row = {
                "audit_finding": found[0],
                "by": by,
                "verdict": answer.verdict,
                "note": answer.note,
                "judged_at": now.isoformat(),
            }
            db.table("audit_verdicts").delete_where(
                'audit_finding = ? AND "by" = ?', [row["audit_finding"], by]
            )
            db.table("audit_verdicts").insert(row)


_JUDGED = """
SELECT f.stratum, f.kind, f.population, count(v.id) AS verdicts,
       count(v.id) FILTER (WHERE v.verdict = 'right') AS rights,
       count(v.id) FILTER (WHERE v.verdict = 'wrong') AS wrongs
  FROM audit_findings f LEFT JOIN audit_verdicts v ON v.audit_finding = f.id
 WHERE f.audit = ? GROUP BY f.id
"""


def result(connection: sqlite3.Connection, audit: int) -> Audit:
    """What *audit* says. A finding is right where nobody who judged it said that it is wrong."""
    cursor = connection.execute(_JUDGED, [audit])
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    seed, size, created_at = connection.execute(
        "SELECT seed, size, created_at FROM audits WHERE id = ?", [audit]
    ).fetchone()
    people = connection.execute(
        'SELECT DISTINCT v."by" FROM audit_verdicts v JOIN audit_findings f ON f.id = v.audit_finding '
        "WHERE f.audit = ? ORDER BY 1",
        [audit],
    )
    return Audit(
        id=audit,
        seed=seed,
        size=size,
        created_at=created_at,
        judged_by=tuple(by for (by,) in people),
        waiting=sum(not row["verdicts"] for row in rows),
        disagreed=sum(bool(row["rights"] and row["wrongs"]) for row in rows),
        kinds=tuple(_by_kind(rows)),
    )


def _by_kind(rows: Sequence[Row]) -> list[Precision]:
    strata = [name for name in STRATA if any(row["stratum"] == name for row in rows)]
    told = [_precision(name, [row for row in rows if row["stratum"] == name]) for name in strata]
    facts = [row for row in rows if row["kind"] == "facts"]
    if len({row["stratum"] for row in facts}) > 1:
        told.append(_precision("fact", facts))
    return [*told, _precision("everything", rows)]


def _precision(name: str, rows: Sequence[Row]) -> Precision:
    strata: dict[str, list[Row]] = {}
    for row in rows:
        strata.setdefault(row["stratum"], []).append(row)
    judged = [row for row in rows if _is_judged(row)]
    told = [
        (some[0]["population"], sum(map(_is_judged, some)), sum(map(_is_right, some)))
        for some in strata.values()
    ]
    return Precision(
        kind=name,
        population=sum(population for population, _, _ in told),
        judged=len(judged),
        right=sum(map(_is_right, rows)),
        skipped=sum(bool(row["verdicts"]) for row in rows) - len(judged),
        precision=stratified_share(told),
    )


def _is_judged(row: Row) -> bool:
    return bool(row["rights"] or row["wrongs"])


def _is_right(row: Row) -> bool:
    return bool(row["rights"]) and not row["wrongs"]


def last(connection: sqlite3.Connection) -> Audit | None:
    """The newest audit of which something was judged; None too where the file is from before audits."""
    try:
        row = connection.execute(
            "SELECT max(f.audit) FROM audit_findings f JOIN audit_verdicts v ON v.audit_finding = f.id "
            "WHERE v.verdict != 'skip'"
        ).fetchone()
    except sqlite3.OperationalError:
        return None
    return result(connection, int(row[0])) if row and row[0] is not None else None


def in_words(share: Share | None) -> str:
    """A share with its interval: ``94 % (84 to 98)``."""
    if share is None:
        return "not judged"
    return f"{share.value:.0%} ({100 * share.low:.0f} to {100 * share.high:.0f})".replace("%", " %")
