"""When a digest is due: once a day at the user's hour, whatever the clocks or restarts do.

The daemon asks every half minute. A digest belongs to a calendar day of the user's zone and is kept in the
database under it, so a day whose hour comes twice (or never) when clocks change still has exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from db.store import open_store
from monitor.config import Config


@dataclass(frozen=True, slots=True)
class Window:
    """The digest's calendar day and the stretch of time it covers: after *since*, up to *until* (UTC)."""

    day: date
    since: datetime
    until: datetime


def due_at(day: date, at: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of *at* (``HH:MM``) on *day* in *zone*: the first where clocks show it twice.

    Where clocks skip it, the instant as far after the gap's start as the time was meant to be.

    >>> due_at(date(2026, 3, 29), "02:30", ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:30:00+00:00'
    >>> due_at(date(2026, 10, 25), "02:30", ZoneInfo("Europe/Berlin")).isoformat()
    '2026-10-25T00:30:00+00:00'
    """
    local = datetime.combine(day, time.fromisoformat(at), tzinfo=zone)
    return local.astimezone(UTC)


def due_window(
    now: datetime, at: str, zone: ZoneInfo, last: date | None, last_until: datetime | None
) -> Window | None:
    """The window of the digest that is due at *now*, or None.

    *last* is the day of the newest digest and *last_until* its window's end. With none before, the first
    digest covers the day before its hour.
    """
    today = now.astimezone(zone).date()
    day = today if now >= due_at(today, at, zone) else today - timedelta(days=1)
    if last is not None and last >= day:
        return None
    if last is None and day < today:
        return None
    until = due_at(day, at, zone)
    return Window(day, last_until or until - timedelta(days=1), until)


def window_of(day: date, at: str, zone: ZoneInfo) -> Window:
    """The window of *day*'s digest: from the hour of the day before to that day's."""
    return Window(day, due_at(day - timedelta(days=1), at, zone), due_at(day, at, zone))


def write_due_digest(database: Path, config: Config, now: datetime) -> date | None:
    """Write and send the digest that is due at *now*; its day, or None. Also sends what failed before."""
    from db import digests
    from monitor.digest import deliver
    from monitor.digest.build import build

    with open_store(database) as store:
        last = digests.latest(store)
        window = due_window(
            now, config.digest.at, config.zone, last.day if last else None, last.until if last else None
        )
        if window is not None:
            digests.save(store, build(store, window, config, now), now)
        deliver.send_due(store, config, now)
        return window.day if window else None
