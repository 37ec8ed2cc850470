"""The desk as of a day: its pages under ``/on/DAY/``, on the database as it was known at the day's end."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from datasette.database import Database
from datasette.utils.asgi import Request

from db import past
from db.store import APPLICATION_ID, DatabaseError, open_store

DAY = r"/on/(?P<day>\d{4}-\d\d-\d\d)"
"""What stands before the address of a page of the past."""

PATIENCE = 5.0
"""So many seconds a request waits for a past to be built, before it is told to ask again."""

_NAME = "as-of-"
_building: dict[str, asyncio.Task[Path]] = {}


class StillBuilding(Exception):  # noqa: N818 - reads as what it says
    """The past that was asked for is being built: ask again."""


def live(datasette: Any) -> str:
    """The name of newsgauge's database among those that are served."""
    names = [name for name in datasette.databases if not name.startswith(("_", _NAME))]
    for name in names:
        path = datasette.databases[name].path
        with sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True) as probe:
            if probe.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
                return str(name)
    return str(names[0])


async def database(datasette: Any, request: Request) -> str:
    """The name of the database that *request* is about: the live one, or the past of the day it names.

    Raises DatabaseError for a day of which nothing is known, and StillBuilding.
    """
    day = request.url_vars.get("day")
    return await attached(datasette, day) if day else live(datasette)


async def attached(datasette: Any, day: str) -> str:
    """The name of the past of *day*, built and attached where it is not; the live one's for a day to come."""
    name = f"{_NAME}{day}"
    if _is_there(datasette.databases.get(name), day):
        return name
    here = live(datasette)
    source = Path(datasette.databases[here].path)
    file = await _built(source, day)
    if file == source:
        return here
    if name in datasette.databases:  # its file was dropped; or another request was quicker
        datasette.remove_database(name)
    datasette.add_database(Database(datasette, path=str(file), is_mutable=True), name=name)
    pasts = [other for other in datasette.databases if other.startswith(_NAME)]
    for other in pasts[: -past.KEPT]:
        datasette.remove_database(other)
    return name


def _is_there(known: Any, day: str) -> bool:
    """Whether the file of what is attached still stands, and is what would be built now."""
    if known is None or not Path(known.path).exists():
        return False
    settled = past.end_of(_day(day), zone()) + past.WRITTEN_LATE
    return not past.is_early(Path(known.path)) or datetime.now(UTC) < settled


async def _built(source: Path, day: str) -> Path:
    """The file of the past of *day*, built in a thread by the first request that asks for it."""
    if day not in _building:
        at = past.end_of(_day(day), zone())
        _building[day] = asyncio.create_task(asyncio.to_thread(past.past, source, at, datetime.now(UTC)))
    task = _building[day]
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    if not done:
        raise StillBuilding
    _building.pop(day, None)
    return task.result()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DatabaseError(f"{text} is no day: write one as 2026-03-01") from error


def zone() -> ZoneInfo:
    """The zone in which days end: the configuration's, as ``newsgauge serve`` hands it on."""
    return ZoneInfo(os.environ.get("NEWSGAUGE_TIME_ZONE", "UTC"))


def day_of(name: str | None) -> str | None:
    """The day of the past that the database *name* holds."""
    return name.removeprefix(_NAME) if name and name.startswith(_NAME) else None


def note(datasette: Any, day: str) -> str | None:
    """What to say beside the past of *day*: what of it was not kept."""
    found = datasette.databases.get(f"{_NAME}{day}")
    if not _is_there(found, day):
        return None
    with open_store(Path(found.path), read_only=True) as store:
        return past.note(store)


class Urls:
    """Datasette's addresses, those of our pages led to the past of *day*."""

    def __init__(self, urls: Any, day: str) -> None:
        self._urls = urls
        self._day = day

    def __getattr__(self, name: str) -> Any:
        return getattr(self._urls, name)

    def path(self, path: str, format: str | None = None) -> Any:
        """The address of *path*; what begins with ``/-/`` is of no day."""
        return self._urls.path(path if path.startswith("/-/") else f"/on/{self._day}{path}", format)
