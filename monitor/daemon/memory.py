"""The C library's memory: bounded, and given back when a job has used much of it."""

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


def give_back() -> None:
    """Give the system back what glibc keeps for later: a digest a day must not add up over a year."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return
