"""What the daemon and its jobs did: rows, so that any process can say how the daemon fares."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Life:
    """The daemon that ran last: its process, its configuration and its reader (times: ISO 8601, UTC)."""

    pid: int
    version: str
    started_at: str
    stopped_at: str | None = None
    config_path: str | None = None
    config_read_at: str | None = None
    config_checked_at: str | None = None
    config_error: str | None = None
    reader_deaths: int = 0
    reader_error: str | None = None
    reading: str | None = None


def life(store: Store) -> Life | None:
    """The daemon that ran last, or None."""
    row = next(store.db["daemon"].rows, None)
    return Life(**{name: row[name] for name in Life.__slots__}) if row else None


def lives(store: Store, life: Life) -> None:
    """Keep *life* in place of what was known of the daemon."""
    with store.write() as db:
        db.table("daemon").upsert({"id": 1, **asdict(life)}, pk="id")


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


def lost(store: Store, name: str, missed: int, overrun: int) -> None:
    """Count runs of job *name* that did not start in time, and that the one before it left no room for."""
    _upsert(store, name, "missed = missed + ?, overrun = overrun + ?", missed, overrun)


def _upsert(store: Store, name: str, changes: str, *values: object) -> None:
    with store.write() as db:
        db.execute("INSERT OR IGNORE INTO jobs (name) VALUES (?)", [name])
        db.execute(f"UPDATE jobs SET {changes} WHERE name = ?", [*values, name])
