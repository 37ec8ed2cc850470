"""The systemd user unit that keeps ``newsgauge run`` alive."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from extractors.errors import NewsgaugeError

# Only what a user's systemd can do without namespaces, which many machines deny: it must start anywhere.
_TEMPLATE = """\
[Unit]
Description=newsgauge: {what}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory={folder}
Restart=always
RestartSec=5
TimeoutStartSec=300
TimeoutStopSec=15
WatchdogSec=180
OOMPolicy=continue
UMask=0077
Nice=5
LockPersonality=yes
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""


class ServiceError(NewsgaugeError):
    """A service that cannot be written or started; the message says what to do."""


def unit(config_path: Path, database: Path | None) -> str:
    """The unit of a daemon with the configuration at *config_path* (and *database*, where it is another)."""
    words = [program(), "run", "--config", str(config_path.absolute())]
    if database is not None:
        words += ["--db", str(database.absolute())]
    folder = config_path.absolute().parent
    return _TEMPLATE.format(
        what=_plain(str(config_path.absolute())),
        command=" ".join(quoted(word) for word in words),
        folder=_plain(str(folder)),
    )


def program() -> str:
    """The path of the ``newsgauge`` that this Python has. Raises ServiceError where there is none."""
    beside = Path(sys.executable).with_name("newsgauge")
    found = str(beside) if beside.exists() else shutil.which("newsgauge")
    if found is None:
        raise ServiceError("there is no newsgauge program beside this Python: install it with pip first")
    return found


def quoted(word: str) -> str:
    r"""*word* as systemd reads it back, spaces, percent and dollar signs included.

    >>> print(quoted("/home/ann/50% off/news.toml"))
    "/home/ann/50%% off/news.toml"
    >>> print(quoted("/srv/$a"))
    "/srv/$$a"
    """
    plain = _plain(word).replace("$", "$$")
    if plain == word and not any(c in word for c in " \t\"'\\;"):
        return word
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def place(name: str) -> Path:
    """Where the unit *name* of this user stands."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "systemd" / "user" / f"{name}.service"


def _plain(text: str) -> str:
    if "\n" in text:
        raise ServiceError(f"a path with a line break cannot stand in a unit: {text!r}")
    return text.replace("%", "%%")
