"""Manners towards hosts: so many connections, so much time between requests, and waiting when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from monitor.collect.addresses import Allowed
from monitor.collect.urls import manners_key
from monitor.collect.values import Limits

MAX_GAP = 30.0
"""A robots.txt may ask for no longer gap than this: beyond, its articles would not be read the same day."""


@dataclass
class _Host:
    slots: asyncio.Semaphore
    gap: float
    free_at: float = 0.0
    held_until: float = 0.0
    answered: bool = False


class Manners:
    """The turns that requests take at each host. Times are the event loop's."""

    def __init__(self, limits: Limits, allowed: Allowed) -> None:
        self._limits = limits
        self._allowed = allowed
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, port: int) -> AsyncIterator[None]:
        """Hold one of the few connections to *host*."""
        async with self._host(host, port).slots:
            yield

    async def wait(self, host: str, port: int) -> None:
        """Wait for the next moment at which *host* may be asked; that moment is then taken."""
        known = self._host(host, port)
        if not known.gap:
            return
        now = asyncio.get_running_loop().time()
        taken = max(now, known.free_at)
        known.free_at = taken + known.gap
        await asyncio.sleep(taken - now)

    def widen(self, host: str, port: int, gap: float) -> None:
        """Leave at least *gap* seconds between requests to *host* (its robots.txt asks for it)."""
        known = self._host(host, port)
        known.gap = max(known.gap, min(gap, MAX_GAP))

    def hold(self, host: str, port: int, seconds: float) -> None:
        """Leave *host* alone for *seconds*: it said so, and has answered nothing else in this pass."""
        known = self._host(host, port)
        if not known.answered:
            known.held_until = max(known.held_until, asyncio.get_running_loop().time() + seconds)

    def answered(self, host: str, port: int) -> None:
        """Note that *host* answers: then its "not now" to one address is about that address."""
        known = self._host(host, port)
        known.answered = True
        known.held_until = 0.0

    def begin(self) -> None:
        """Begin a pass: what hosts said in the last one stands in the database."""
        for host in self._hosts.values():
            host.held_until, host.answered = 0.0, False

    def held(self) -> dict[str, float]:
        """The hosts that want to be left alone, and for how many seconds more."""
        now = asyncio.get_running_loop().time()
        return {key: host.held_until - now for key, host in self._hosts.items() if host.held_until > now}

    def held_for(self, host: str, port: int) -> float:
        """For how many seconds more *host* wants to be left alone."""
        known = self._hosts.get(manners_key(host, port))
        return max(0.0, known.held_until - asyncio.get_running_loop().time()) if known else 0.0

    def _host(self, host: str, port: int) -> _Host:
        key = manners_key(host, port)
        if key not in self._hosts:
            own = self._allowed.mentions(host, port)
            count = self._limits.own_per_host if own else self._limits.per_host
            gap = self._limits.own_gap if own else self._limits.host_gap
            self._hosts[key] = _Host(asyncio.Semaphore(count), gap)
        return self._hosts[key]
