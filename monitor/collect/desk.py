"""The desk: one thread, with a connection of its own, for what is done to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from db.store import Store, open_store


class Desk:
    """The one thread, with its own connection, in which answers are parsed and kept, one after the other.

    Away from the event loop; the daemon's own connection is never inside one of these transactions.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._store: Store | None = None

    async def do(self, work: Callable[..., Any], *arguments: object) -> Any:
        """The result of ``work(store, *arguments)``, done in the desk's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work, arguments)

    def _do(self, work: Callable[..., Any], arguments: Sequence[object]) -> Any:
        if self._store is None:
            self._store = open_store(self._path)
            self._store.db.conn.execute("PRAGMA cache_size = -8192")  # of a writer; readers need more
        return work(self._store, *arguments)

    async def close(self) -> None:
        """Close the connection and end the thread, after what is under way."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
