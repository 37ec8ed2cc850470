"""Digests as they were written, and what was delivered where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from db.store import Store

DeliveryKind = Literal["digest", "alert"]

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A digest as it was built: its day, the stretch of time it covers, and its content (JSON)."""

    day: date
    since: datetime
    until: datetime
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to send to one target: what was tried so far."""

    kind: DeliveryKind
    key: str
    target: str
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None


def latest(store: Store) -> Snapshot | None:
    """The newest digest."""
    return _first(store, "1 = 1 ORDER BY day DESC", [])


def of_day(store: Store, day: date) -> Snapshot | None:
    """The digest of *day*."""
    return _first(store, "day = ?", [day.isoformat()])


def before(store: Store, day: date) -> Snapshot | None:
    """The newest digest of a day before *day*."""
    return _first(store, "day < ? ORDER BY day DESC", [day.isoformat()])


def every(store: Store, limit: int = 30) -> list[Snapshot]:
    """The newest digests, newest first."""
    return [_snapshot(row) for row in store.db["digests"].rows_where(order_by="day DESC", limit=limit)]


def save(store: Store, snapshot: Snapshot, now: datetime) -> bool:
    """Keep *snapshot*; False, and nothing changes, where its day has one already."""
    with store.write() as db:
        cursor = db.conn.execute(
            "INSERT OR IGNORE INTO digests (day, since, until, created_at, content) VALUES (?, ?, ?, ?, ?)",
            [
                snapshot.day.isoformat(),
                snapshot.since.isoformat(),
                snapshot.until.isoformat(),
                now.isoformat(),
                json.dumps(snapshot.content, ensure_ascii=False),
            ],
        )
        return cursor.rowcount == 1


def delivery(store: Store, kind: DeliveryKind, key: str, target: str) -> Delivery:
    """What was done to deliver *key* to *target*, nothing tried where it is new."""
    row = next(
        store.db["deliveries"].rows_where("kind = ? AND key = ? AND target = ?", [kind, key, target]), None
    )
    if row is None:
        return Delivery(kind, key, target, 0, None, None)
    return Delivery(kind, key, target, row["tries"], _moment(row["next_try_at"]), _moment(row["sent_at"]))


def claim(store: Store, planned: Delivery, now: datetime) -> bool:
    """Take *planned* for sending now; False where it is sent, not due yet, or another process has it.

    The try is on record, with the pause before the next, before anything is sent: a crash in between
    means that the next try waits, and never that two go out at once.
    """
    pause = min(FIRST_PAUSE * 2**planned.tries, LONGEST_PAUSE)
    with store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO deliveries (kind, key, target) VALUES (?, ?, ?)",
            [planned.kind, planned.key, planned.target],
        )
        cursor = db.conn.execute(
            "UPDATE deliveries SET tries = tries + 1, next_try_at = ? "
            "WHERE kind = ? AND key = ? AND target = ? "
            "AND sent_at IS NULL AND (next_try_at IS NULL OR next_try_at <= ?)",
            [(now + pause).isoformat(), planned.kind, planned.key, planned.target, now.isoformat()],
        )
        return cursor.rowcount == 1


def delivered(store: Store, planned: Delivery, now: datetime, error: str | None) -> None:
    """Note how sending *planned* ended."""
    with store.write() as db:
        db.execute(
            "UPDATE deliveries SET sent_at = ?, error = ? WHERE kind = ? AND key = ? AND target = ?",
            [None if error else now.isoformat(), error, planned.kind, planned.key, planned.target],
        )


def failed(store: Store, since: datetime) -> list[Snapshot]:
    """The digests written after *since* but for the newest that some target has not got, oldest first."""
    sql = (
        "created_at > ? AND day < (SELECT max(day) FROM digests) AND day IN "
        "(SELECT key FROM deliveries WHERE kind = 'digest' AND sent_at IS NULL)"
    )
    return [
        _snapshot(row) for row in store.db["digests"].rows_where(sql, [since.isoformat()], order_by="day")
    ]


def failed_targets(store: Store, snapshot: Snapshot) -> set[str]:
    """The targets that sending *snapshot* was tried to, and that have not got it."""
    rows = store.db["deliveries"].rows_where(
        "kind = 'digest' AND key = ? AND sent_at IS NULL", [snapshot.day.isoformat()]
    )
    return {row["target"] for row in rows}


def _first(store: Store, where: str, values: list[str]) -> Snapshot | None:
    row = next(store.db.query(f"SELECT * FROM digests WHERE {where} LIMIT 1", values), None)
    return _snapshot(row) if row else None


def _snapshot(row: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        day=date.fromisoformat(row["day"]),
        since=datetime.fromisoformat(row["since"]),
        until=datetime.fromisoformat(row["until"]),
        content=json.loads(row["content"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
