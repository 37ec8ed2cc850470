"""Articles that the gate leaves unread: kept and counted, read when the words of the gate change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from db.store import Store
from db.vintages import TABLES, Stamp, changing, lay, settle


def leave_unread(store: Store, articles: Iterable[int], version: str, gate: str, now: datetime) -> None:
    """Note that the *gate* leaves *articles* unread at *version*; what an older reading found goes."""
    with store.write() as db:
        for article in articles:
            lay(db, article, dict.fromkeys(TABLES, ()), Stamp(now, version, "gate"))
            with changing(db, [article], now):
                db.execute(
                    "UPDATE articles SET gate = ?, extractor_version = ?, read_at = NULL, on_beat = NULL, "
                    "beat_reason = NULL WHERE id = ?",
                    [gate, version, article],
                )
            settle(db, article, now)


def reopen(store: Store, gate: str | None) -> int:
    """Make those that another gate left unread wait for the reader again; returns how many."""
    other = "gate IS NOT NULL AND gate IS NOT ?"
    if not store.db.execute(f"SELECT 1 FROM articles WHERE {other} LIMIT 1", [gate]).fetchone():
        return 0
    with store.write() as db:
        return int(
            db.conn.execute(
                f"UPDATE articles SET gate = NULL, extractor_version = NULL WHERE {other}", [gate]
            ).rowcount
        )


def count_left_unread(store: Store) -> int:
    """How many articles the gate leaves unread."""
    return int(store.db["articles"].count_where("gate IS NOT NULL"))
