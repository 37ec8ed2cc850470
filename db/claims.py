"""Claims: facts held against one another when they are written, so that who reads need not.

Triggers note whose facts a transaction touched; ``refresh`` tells those articles' claims, conflicts and sums
anew. ``Store.write`` calls it before each commit, so that no writer can forget it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

if TYPE_CHECKING:
    from db.series import Disagreement, Reported
    from db.store import Store

MOST_COMPARED = 200
"""A new claim is held against so many of the newest of its series and period."""


def refresh(db: Database) -> int:
    """Tell the claims of articles whose facts changed; returns how many. Call it inside a transaction."""
    stale = [article for (article,) in db.execute("SELECT article FROM stale_claims")]
    for article in stale:
        _tell(db, article)
    if stale:
        db.execute("DELETE FROM stale_claims")
    return len(stale)


def conflicts_since(store: Store, since: datetime, until: datetime) -> list[Disagreement]:
    """Where a figure published in the stretch and another source's differ, the widest gap first.

    Copies of one story conflict with nothing, and equal pairs of values stand once.
    """
    from db.series import Disagreement, reported_as, said_once

    rows = store.db.execute(
        """
        WITH fresh AS MATERIALIZED (
          SELECT c.fact FROM articles a INDEXED BY articles_published CROSS JOIN claims c ON c.article = a.id
           WHERE a.published > ? AND a.published <= ?
        )
        SELECT one, other, gap FROM fresh CROSS JOIN conflicts ON one = fact
         UNION SELECT one, other, gap FROM fresh CROSS JOIN conflicts ON other = fact
         ORDER BY gap DESC, one, other
        """,
        [since.isoformat(), until.isoformat()],
    ).fetchall()
    facts = reported_as(store, sorted({fact for one, other, _ in rows for fact in (one, other)}))
    known = {fact.claim.id: fact for fact in facts if fact.on_beat}
    pairs = (
        Disagreement(known[one], known[other], gap)
        for one, other, gap in rows
        if one in known and other in known
    )
    return said_once(pairs)


def failed_checks(store: Store, articles: Iterable[int]) -> list[dict[str, Any]]:
    """The sums of *articles* that do not add up."""
    sql = (
        "SELECT k.kind, k.note, k.article, a.title, a.url FROM checks k JOIN articles a ON a.id = k.article "
        "WHERE k.holds = 0 AND k.article IN (SELECT value FROM json_each(?)) ORDER BY k.id"
    )
    return list(store.db.query(sql, [json.dumps(sorted(set(articles)))]))


def _tell(db: Database, article: int) -> None:
    from db.series import reported_in
    from extractors.facts.compare import series_key, tokens

    for table in ("claims", "checks"):
        db.execute(f"DELETE FROM {table} WHERE article = ?", [article])
    rows = [row for row in reported_in(db, article) if row.claim.confidence == "high"]
    for row in rows:
        if key := series_key(row.claim):
            series = json.dumps([*map(" ".join, (key.subject, key.qualifiers, key.scope)), *_rest(key)])
            said_by = " ".join(tokens(row.claim.claimed_by)) or None
            end = row.claim.period_end.isoformat() if row.claim.period_end else None
            db.execute(
                "INSERT INTO claims (fact, article, series, period_end, said_by) VALUES (?, ?, ?, ?, ?)",
                [row.claim.id, article, series, end, said_by],
            )
            if row.claim.period_start or row.claim.period_end:
                _hold_against_others(db, row, series, end)
    _check(db, article, rows)


def _rest(key: Any) -> tuple[str, str, str]:
    return key.metric_id, key.measure, key.unit


def _hold_against_others(db: Database, row: Reported, series: str, end: str | None) -> None:
    from db.series import apart, reported_as_in
    from extractors.facts.arithmetic import slips
    from extractors.facts.compare import comparable

    others = db.execute(
        "SELECT fact FROM claims WHERE series = ? AND period_end IS ? AND article <> ? "
        "ORDER BY fact DESC LIMIT ?",
        [series, end, row.article, MOST_COMPARED],
    ).fetchall()
    for other in reported_as_in(db, [fact for (fact,) in others]) if others else ():
        gap = apart(row, other)
        if gap is not None:
            mine, theirs = comparable(row.claim, other.claim)
            pair = (row, other) if mine < theirs else (other, row)
            slip = next((check.note for check in slips([row.claim, other.claim])), None)
            db.execute(
                "INSERT OR REPLACE INTO conflicts (one, other, gap, slip) VALUES (?, ?, ?, ?)",
                [*(side.claim.id for side in pair), gap, slip],
            )


def _check(db: Database, article: int, rows: Sequence[Reported]) -> None:
    from extractors.facts.arithmetic import checks

    for check in checks([row.claim for row in rows]):
        sides = (int(check.holds), float(check.expected), float(check.found))
        facts = json.dumps([claim.id for claim in check.claims])
        db.execute(
            "INSERT INTO checks (article, kind, holds, expected, found, note, facts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [article, check.kind, *sides, check.note, facts],
        )
