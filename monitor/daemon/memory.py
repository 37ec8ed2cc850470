"""The C library's memory: kept from growing with the number of threads that were ever busy."""

from __future__ import annotations

import ctypes

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
