"""Health (JSON, 503 when unhealthy) and metrics over HTTP, for this machine alone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web
from aiohttp.typedefs import Handler

from extractors.errors import NewsgaugeError
from monitor.daemon.condition import Condition
from monitor.daemon.metrics import CONTENT_TYPE, as_metrics

LOOPBACK = "127.0.0.1"
_NAMES = frozenset((LOOPBACK, "localhost"))

Tell = Callable[[], Condition]
"""Finds the condition out; called in a thread, for it asks the database."""


class PortTaken(NewsgaugeError):  # noqa: N818 - reads as what it says
    """The port for health and metrics cannot be had."""


class HealthServer:
    """Answers on a port of loopback, while it is open."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._runner: web.AppRunner | None = None
        self.port: int | None = None

    async def listen(self, port: int | None) -> None:
        """Answer on *port* from now on, or, with None, nowhere; raises PortTaken and keeps its port."""
        if port == self.port:
            return
        runner = None if port is None else await self._open(port)
        await self.close()
        self._runner, self.port = runner, port

    async def close(self) -> None:
        """Answer no more."""
        runner, self._runner, self.port = self._runner, None, None
        if runner is not None:
            await runner.cleanup()

    async def _open(self, port: int) -> web.AppRunner:
        rooms = web.Application(middlewares=[_for_this_machine])
        rooms.add_routes([web.get("/health", self._health), web.get("/metrics", self._metrics)])
        runner = web.AppRunner(rooms, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except OSError as error:
            await runner.cleanup()
            raise PortTaken(
                f"health_port {port} cannot be had ({error.strerror or error}): name another one"
            ) from error
        return runner

    async def _health(self, request: web.Request) -> web.Response:
        try:
            seen = await asyncio.to_thread(self._tell)
        except (NewsgaugeError, sqlite3.Error, OSError) as error:
            return web.json_response({"healthy": False, "unhealthy": [str(error)]}, status=503)
        answer = {"healthy": not seen.unhealthy, **asdict(seen)}
        return web.json_response(answer, status=503 if seen.unhealthy else 200)

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            seen = await asyncio.to_thread(self._tell)
        except (NewsgaugeError, sqlite3.Error, OSError) as error:
            return web.Response(
                text=f"# {error}\nnewsgauge_healthy 0\n", headers={"Content-Type": CONTENT_TYPE}
            )
        return web.Response(body=as_metrics(seen), headers={"Content-Type": CONTENT_TYPE})


@web.middleware
async def _for_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what comes under another name than this machine's: a page's script by way of DNS."""
    if request.url.host not in _NAMES:
        raise web.HTTPMisdirectedRequest(text="this answers to 127.0.0.1 and localhost only\n")
    return await handler(request)
