"""What the daemon's jobs did: one row a job, so that any process can say how the daemon fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.store import Store


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled job's past and next run (ISO 8601, UTC) and its counts."""

    name: str
    last_started_at: str | None = None
    last_finished_at: str | None = None
    next_run_at: str | None = None
    runs: int = 0
    missed: int = 0
    overrun: int = 0
    failures: int = 0
    error: str | None = None


def jobs(store: Store) -> list[Job]:
    """Every job that has run or is planned."""
    return [Job(**row) for row in store.db["jobs"].rows_where(order_by="name")]


def started(store: Store, name: str, now: datetime) -> None:
    """Note that job *name* starts."""
    _upsert(store, name, "last_started_at = ?", now.isoformat())


def finished(store: Store, name: str, now: datetime, next_run: datetime | None, error: str | None) -> None:
    """Note that job *name* ended, well or with an *error*, and when it runs next."""
    _upsert(
        store,
        name,
        "last_finished_at = ?, next_run_at = ?, error = ?, runs = runs + 1, failures = failures + ?",
        now.isoformat(),
        next_run and next_run.isoformat(),
        error,
        int(error is not None),
    )


def missed(store: Store, name: str) -> None:
    """Count a run of job *name* that did not start in time."""
    _upsert(store, name, "missed = missed + 1")


def overran(store: Store, name: str) -> None:
    """Count a run of job *name* that was left out because the one before still ran."""
    _upsert(store, name, "overrun = overrun + 1")


def _upsert(store: Store, name: str, changes: str, *values: object) -> None:
    with store.write() as db:
        db.execute("INSERT OR IGNORE INTO jobs (name) VALUES (?)", [name])
        db.execute(f"UPDATE jobs SET {changes} WHERE name = ?", [*values, name])
