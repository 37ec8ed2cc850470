"""Work on many hosts at once: each host's share in a few lines, so that a slow host holds up no other."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import TypeVar

from monitor.collect.client import Client, place_of_or_none
from monitor.collect.urls import manners_key

Work = TypeVar("Work")
Progress = Callable[[int, int], None]
"""Hears how many are done, and of how many."""


def no_progress(done: int, total: int) -> None:
    """Nobody listens."""


async def in_lines(
    client: Client,
    works: Sequence[Work],
    url_of: Callable[[Work], str],
    one: Callable[[Work], Awaitable[None]],
    stop: Callable[[], bool],
    progress: Progress = no_progress,
) -> None:
    """Do *one* of each of *works*, as many side by side as the manners towards its host allow.

    *progress* hears how many are done, and of how many.
    """
    done = count(1)
    queues: dict[str, deque[Work]] = defaultdict(deque)
    for work in works:
        queues[host_of(url_of(work))].append(work)

    async def line(queue: deque[Work]) -> None:
        while queue and not stop():
            await one(queue.popleft())
            progress(next(done), len(works))

    try:
        async with asyncio.TaskGroup() as lines:
            for queue in queues.values():
                for _ in range(min(len(queue), _width(client, url_of(queue[0])))):
                    lines.create_task(line(queue))
    except ExceptionGroup as several:  # a full disk, say: the first is what the caller can act on
        raise several.exceptions[0] from several


def host_of(url: str) -> str:
    """The host, as manners count it, of *url*; empty where it has none."""
    place = place_of_or_none(url)
    return manners_key(*place) if place else ""


def _width(client: Client, url: str) -> int:
    place = place_of_or_none(url)
    own = place is not None and client.allowed.mentions(*place)
    return client.limits.own_per_host if own else client.limits.per_host
