"""A real terminal in which a command runs, for tests to read and to press keys at."""

from __future__ import annotations

import os
import pty
import select
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.programs import command, environment

_UNREAD: dict[int, str] = {}
"""What a screen has shown after the words that were waited for last."""


@contextmanager
def terminal(*words: str | Path) -> Iterator[int]:
    """The screen of a terminal in which newsgauge runs with *words*, while the context is open."""
    child, screen = pty.fork()
    if child == 0:
        line = command(*words)
        os.execve(line[0], line, environment() | {"TERM": "xterm", "COLUMNS": "100"})
    _UNREAD[screen] = ""
    try:
        yield screen
    finally:
        os.close(screen)
        os.waitpid(child, 0)


def read_until(screen: int, words: str, seconds: float = 60) -> str:
    """What is shown until *words* are, since those waited for before; fails where they do not come."""
    text, end = _UNREAD[screen], time.monotonic() + seconds
    while words not in text and time.monotonic() < end:
        if select.select([screen], [], [], 0.2)[0]:
            try:
                text += os.read(screen, 65536).decode("utf-8", "replace")
            except OSError:
                break
    before, found, _UNREAD[screen] = text.partition(words)
    assert found, text
    return before + found


def press(screen: int, key: bytes, seconds: float = 60) -> None:
    """Press a key once the program waits for one, as a user does who sees the screen."""
    end = time.monotonic() + seconds
    while termios.tcgetattr(screen)[3] & termios.ICANON and time.monotonic() < end:
        time.sleep(0.02)
    os.write(screen, key)
