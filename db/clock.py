"""When the clock was set back: what was planned by the later clock must not wait for it to come again."""

from __future__ import annotations

from datetime import datetime, timedelta

from db.store import Store

_PLANNED = (
    "UPDATE feeds SET next_poll_at = :now WHERE next_poll_at > :now",
    "UPDATE entries SET next_try_at = :now WHERE state = 'new' AND next_try_at > :now",
    "UPDATE deliveries SET next_try_at = :now WHERE sent_at IS NULL AND next_try_at > :now",
    "UPDATE hosts SET held_until = :tomorrow WHERE held_until > :tomorrow",
    "UPDATE jobs SET last_started_at = :now WHERE last_started_at > :now",
    "UPDATE jobs SET last_finished_at = :now WHERE last_finished_at > :now",
)
_WAIT_CAP = timedelta(days=1)
"""No host is left alone for longer."""


def plan_anew(store: Store, now: datetime) -> None:
    """Let everything be due at *now* that was planned for later."""
    with store.write() as db:
        for statement in _PLANNED:
            db.execute(statement, {"now": now.isoformat(), "tomorrow": (now + _WAIT_CAP).isoformat()})


def was_later(store: Store, now: datetime) -> bool:
    """Whether a job ended at a time that, by *now*, has not come yet."""
    later = (now + timedelta(minutes=1)).isoformat()
    return store.db["jobs"].count_where("last_finished_at > ?", [later]) > 0
