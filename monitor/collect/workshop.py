"""The workshop: a process of its own for what may never end, with a deadline on each work.

feedparser and page extraction run there: a document that makes them hang or swell costs that process, not the
program. Work and answers are pickles with their length before them, on its standard input and output.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import struct
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from tempfile import SpooledTemporaryFile
from typing import IO, Any

_LENGTH = struct.Struct("!Q")
_IN_MEMORY = 4 * 1024 * 1024
_WORN_OUT = 160 * 1024 * 1024
_MEMORY = 1024 * 1024 * 1024
_START_SECONDS = 60.0
"""So much longer the first work of a process may take: Python and the libraries are loaded meanwhile."""
_START = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "from monitor.collect.workshop import serve; serve()"
)


class WorkshopError(Exception):
    """Work that did not succeed; the message says how, in words."""


class Hindered(WorkshopError):  # noqa: N818 - reads as what it is
    """Work that took too long or lost its process: a crowded machine does that, too, not a document alone."""


class Answers:
    """What a piece of work gave, one value after the other; on disk where there are many."""

    def __init__(self) -> None:
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by close()

    def add(self, frame: bytes) -> None:
        """Keep one more pickled value."""
        self._file.write(_LENGTH.pack(len(frame)) + frame)

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        while head := self._file.read(_LENGTH.size):
            yield pickle.loads(self._file.read(_LENGTH.unpack(head)[0]))

    def close(self) -> None:
        """Free what holds the values."""
        self._file.close()


class _Ended(Exception):  # noqa: N818 - reads as what it is
    """The process ended in the middle of a piece of work."""


class Workshop:
    """One worker process, started when first needed and anew after it was ended."""

    def __init__(self) -> None:
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, function: str, *arguments: object, seconds: float) -> Answers:
        """The values that *function* (``module:name``, a generator) yields for *arguments*.

        Raises WorkshopError when it raises; Hindered when it takes longer than *seconds*, or its process ends
        twice: once may have had another cause.
        """
        work = pickle.dumps((function, arguments))
        async with self._turn:
            try:
                return await self._try(work, seconds)
            except _Ended:
                pass
            try:
                return await self._try(work, seconds)
            except _Ended as error:
                raise Hindered("reading it ended the process that read it") from error

    async def _try(self, work: bytes, seconds: float) -> Answers:
        answers = Answers()
        try:
            async with asyncio.timeout(seconds + (0 if self._worker else _START_SECONDS)):
                await self._exchange(work, answers)
            return answers
        except BaseException as error:
            answers.close()
            if not isinstance(error, WorkshopError):
                await self.close()
            if isinstance(error, TimeoutError):
                raise Hindered(f"reading it took longer than {seconds:g} seconds") from error
            if isinstance(error, asyncio.IncompleteReadError | ConnectionError):
                raise _Ended from error
            raise

    async def _exchange(self, work: bytes, answers: Answers) -> None:
        worker = self._worker or await self._start()
        assert worker.stdin and worker.stdout
        complaint = None
        worker.stdin.write(_LENGTH.pack(len(work)) + work)
        await worker.stdin.drain()
        while True:
            kind = await worker.stdout.readexactly(1)
            length = _LENGTH.unpack(await worker.stdout.readexactly(_LENGTH.size))[0]
            frame = await worker.stdout.readexactly(length)
            if kind == b"v":
                answers.add(frame)
            elif kind == b"e":
                complaint = frame.decode("utf-8")
            else:
                if int(frame) > _WORN_OUT:
                    await self.close()
                if complaint:
                    raise WorkshopError(complaint)
                return

    async def _start(self) -> asyncio.subprocess.Process:
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _START, json.dumps(sys.path),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        return self._worker

    async def close(self) -> None:
        """End the process, at once."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def serve() -> None:
    """Work until standard input ends, or nobody hears the answers any more."""
    answers, work = os.fdopen(os.dup(1), "wb"), sys.stdin.buffer
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    _limit_memory()
    try:
        while head := work.read(_LENGTH.size):
            function, arguments = pickle.loads(work.read(_LENGTH.unpack(head)[0]))
            _work(_function(function), arguments, answers)
            _write(answers, b"d", str(_resident()).encode())
    except BrokenPipeError:  # who asked was killed
        os._exit(0)  # or Python would try, and complain, once more


def _work(
    function: Callable[..., Iterator[object]], arguments: tuple[object, ...], answers: IO[bytes]
) -> None:
    try:
        for value in function(*arguments):
            _write(answers, b"v", pickle.dumps(value))
    except BrokenPipeError:
        raise
    except Exception as error:  # the document's doing: told in words to the one who asked
        _write(
            answers,
            b"e",
            f"reading it failed ({type(error).__name__}: {error})"[:500].encode("utf-8", "replace"),
        )


def _write(answers: IO[bytes], kind: bytes, frame: bytes) -> None:
    answers.write(kind + _LENGTH.pack(len(frame)) + frame)
    answers.flush()


def _function(name: str) -> Callable[..., Iterator[object]]:
    module, _, attribute = name.partition(":")
    found: Callable[..., Iterator[object]] = getattr(import_module(module), attribute)
    return found


def _limit_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, resource.RLIM_INFINITY))


def _resident() -> int:
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - read after every piece of work
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # no /proc: not Linux
        return 0
