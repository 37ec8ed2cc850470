"""The C library's memory: bounded, and given back when a job has used much of it."""

from __future__ import annotations

import ctypes
import gc

_M_ARENA_MAX = -8  # malloc.h
_ARENAS = 2


def bound_arenas() -> None:
    """Let all threads share two of glibc's arenas: one a thread, each as large as its busiest time, adds up.

    Other C libraries have no such arenas, and nothing is done.
    """
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
    except (OSError, AttributeError):
        return


def give_back() -> None:
    """Give the system back what glibc keeps for later."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return


def tidy() -> None:
    """Free what only points at itself, as drawn charts do, and give it back.

    Python itself does so by the count of objects, which in a daemon can be days away.
    """
    gc.collect()
    give_back()
