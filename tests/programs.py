"""Newsgauge as its users start it: a process of its own, with a configuration over the demo's site."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.demo.server import DEAD, MALFORMED, feed_paths
from monitor.demo.site import Site, make_site

ROOT = Path(__file__).parent.parent
MAIN = "from monitor.cli import main; main()"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""The browser, None where there is none."""


def command(*words: str | Path) -> list[str]:
    """The command line of a newsgauge that needs no installation."""
    return [sys.executable, "-c", MAIN, *map(str, words)]


def run(*words: str | Path, folder: Path = ROOT, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, at most so many *seconds*."""
    return subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        timeout=seconds,
        check=False,
    )


def start(*words: str | Path, folder: Path = ROOT) -> subprocess.Popen[bytes]:
    """Start a command and go on."""
    return subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment()
    )


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_for(url: str, seconds: float = 30) -> None:
    """Wait until *url* answers, at most so many *seconds*."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return


def environment() -> dict[str, str]:
    """What programs are started with."""
    kept = {key: value for key, value in os.environ.items() if key != "NEWSGAUGE_DB"}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def small_site(pieces: int) -> Site:
    """The demo's site with its newest *pieces* only."""
    site = make_site(datetime.now(UTC))
    return replace(site, pieces=site.pieces[-pieces:])


def write_config(folder: Path, site: Site, base: str, more: str = "") -> Path:
    """A configuration that follows the site's sound feeds."""
    feeds = [path for path in feed_paths(site) if path not in (DEAD, MALFORMED)]
    lines = [
        'database = "n.db"',
        more,
        "[collect]",
        "min_interval_minutes = 0.01",
        "max_interval_hours = 0.0005",
        "host_gap_seconds = 0",
        "robots = false",
        f'allow_private = ["{base.removeprefix("http://")}"]',
        *(f'[[feeds]]\nurl = "{base}{path}"' for path in feeds),
    ]
    path = folder / "newsgauge.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
