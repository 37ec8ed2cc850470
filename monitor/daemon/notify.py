"""systemd's notification protocol: datagrams to the socket that ``NOTIFY_SOCKET`` names (sd_notify(3))."""

from __future__ import annotations

import os
import socket

_LONGEST_SECONDS = 1.0
"""The queue to systemd is short: where it is full and nobody reads it, polling does not wait for ever."""


def notify(*states: str) -> bool:
    """Tell systemd *states* (``READY=1``, ``WATCHDOG=1``, ``STOPPING=1``); False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(_LONGEST_SECONDS)
        try:
            sender.sendto("\n".join(states).encode(), address)
        except OSError:
            return False
    return True


def watchdog_seconds() -> float | None:
    """Half of the interval in which systemd wants a sign of life, or None where it wants none."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 2_000_000 if microseconds.isdigit() and int(microseconds) else None
