"""Articles that the gate leaves unread: kept and counted, read when the gate changes or on demand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from db.store import Store
from db.vintages import changing, settle


def leave_unread(store: Store, articles: Collection[int], version: str, gate: str, now: datetime) -> None:
    """Note that the *gate* leaves *articles* unread at *version*."""
    with store.write() as db:
        with changing(db, articles, now):
            db.conn.executemany(
                "UPDATE articles SET gate = ?, extractor_version = ? WHERE id = ?",
                [(gate, version, article) for article in articles],
            )
        for article in articles:
            settle(db, article, now)


def reopen(store: Store, gate: str | None) -> int:
    """Make those that another gate than this left unread wait for the reader again; returns how many.

    None stands for no gate at all.
    """
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
