"""When a feed is asked again: by its own rhythm, what its server says, and how it failed. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from statistics import median

from monitor.collect.moments import http_date

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})")

VALIDATORS_FOR = timedelta(days=8)
"""After this the validators are left out once: some servers answer 304 for ever (NetNewsWire's 8 days)."""

WAIT_CAP = timedelta(hours=24)
WAIT_DEFAULT = timedelta(minutes=10)
QUIET_AFTER = timedelta(days=30)
REPEATED = 3
"""So many polls in a row must be redirected for good to one address before it replaces the feed's own."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and longest interval between polls, in seconds."""

    shortest: float = 600
    longest: float = 86400

    def __call__(self, seconds: float) -> float:
        """*seconds*, kept within the bounds."""
        return max(self.shortest, min(self.longest, seconds))


def rhythm(published: Iterable[datetime], now: datetime, bounds: Bounds) -> float:
    """Half the typical gap between a feed's newest entries, in seconds; long silence stretches it.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    >>> rhythm([noon - timedelta(hours=h) for h in (1, 3, 5, 7)], noon, Bounds())
    3600.0
    """
    times = sorted((moment for moment in published if moment <= now), reverse=True)[:20]
    if len(times) < 2:
        return bounds(3600)
    gaps = [(later - earlier).total_seconds() for later, earlier in itertools.pairwise(times)]
    silence = (now - times[0]).total_seconds()
    return bounds(max(median(gaps) / 2, silence / 8))


def server_wish(headers: Mapping[str, str], ttl_seconds: int | None, now: datetime) -> float:
    """How long the server wants not to be asked: max-age or Expires, and the feed's ttl, in seconds."""
    wishes = [float(ttl_seconds or 0)]
    control = headers.get("cache-control", "").lower()
    if age := _MAX_AGE.search(control):
        wishes.append(float(age[1]))
    elif expires := http_date(headers.get("expires")):
        wishes.append((expires - (http_date(headers.get("date")) or now)).total_seconds())
    return max(0.0, *wishes)


def next_interval(
    published: Iterable[datetime],
    headers: Mapping[str, str],
    ttl_seconds: int | None,
    now: datetime,
    bounds: Bounds,
) -> float:
    """Seconds until the next poll after a good one."""
    return bounds(max(rhythm(published, now, bounds), server_wish(headers, ttl_seconds, now)))


def kept_interval(interval: float, headers: Mapping[str, str], now: datetime, bounds: Bounds) -> float:
    """Seconds until the next poll after an unchanged one: a little longer each time, as the server says."""
    return bounds(max(interval * 1.1, server_wish(headers, None, now)))


def back_off(interval: float, failures: int, bounds: Bounds, dice: Random) -> float:
    """Seconds until the next try after *failures* in a row: doubling, with jitter, never for good.

    >>> [round(back_off(600, n, Bounds(), Random(1)) / 600, 1) for n in (1, 2, 3, 40)]
    [0.9, 1.9, 3.7, 133.5]
    """
    return bounds(interval * 2.0 ** min(failures - 1, 16)) * dice.uniform(0.9, 1.1)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long ``Retry-After`` asks to wait, at most a day; None where it says nothing.

    >>> retry_after({"retry-after": "1000000000"}, datetime(2026, 5, 4))
    datetime.timedelta(days=1)
    """
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        return min(WAIT_CAP, timedelta(seconds=min(int(said[:12]), 10**9)))
    moment = http_date(said)
    return min(WAIT_CAP, max(timedelta(0), moment - now)) if moment else None


def may_be_conditional(validators_since: datetime | None, now: datetime) -> bool:
    """Whether the validators may be sent: not when they are older than eight days."""
    return validators_since is not None and now - validators_since < VALIDATORS_FOR
