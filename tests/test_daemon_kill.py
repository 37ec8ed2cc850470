"""kill -9 of the daemon under load, again and again: every entry and finding once, the digest sent once."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from monitor.demo.server import serving
from monitor.demo.site import Piece
from tests.daemons import Running, ask, daemon, read_so_far, section, until
from tests.programs import run, small_site, write_config
from tests.test_update_kill import contents, progress

PIECES = 120


@contextmanager
def hook() -> Iterator[tuple[str, list[str]]]:
    """A web hook: its address, and the keys of the digests that it got."""
    got: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["key"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kill_at_work(folder: Path, dice: random.Random) -> None:
    """Start a daemon and kill it soon after it wrote something."""
    before = progress(folder / "n.db")
    running = Running(folder)
    until(lambda: progress(folder / "n.db") != before, 20)
    time.sleep(dice.uniform(0, 1.5))
    running.kill()


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_a_daemon_killed_at_any_instant_loses_and_doubles_nothing(tmp_path: Path, kills: int) -> None:
    dice, site = random.Random(5), small_site(PIECES)
    later = list(site.pieces)
    dice.shuffle(later)
    published: list[Piece] = []
    growing = replace(site, pieces=cast("tuple[Piece, ...]", published))
    disturbed, calm = tmp_path / "a", tmp_path / "b"
    with serving(growing) as base, hook() as (address, got):
        digest = f'[digest]\nat = "00:00"\n[[targets]]\nkind = "hook"\nname = "desk"\nurl = "{address}"'
        for folder in (disturbed, calm):
            folder.mkdir()
            write_config(folder, site, base, f'time_zone = "UTC"\n{section()}\n{digest}')
        for left in range(kills, 0, -1):
            more, later = later[: len(later) // left], later[len(later) // left :]
            published.extend(more)
            kill_at_work(disturbed, dice)
        assert not later
        with daemon(disturbed) as running:
            assert until(lambda: read_so_far(disturbed) == PIECES, 60), running.said()[-3000:]
            sent = "SELECT count(*) FROM deliveries WHERE sent_at IS NOT NULL"
            assert until(lambda: ask(disturbed, sent) == 1, 100), running.said()[-3000:]
        undisturbed = run("update", "--all", folder=calm)
    assert undisturbed.returncode == 0, undisturbed.stderr
    assert contents(disturbed / "n.db") == contents(calm / "n.db")
    assert ask(disturbed, "SELECT count(*) FROM digests") == 1
    assert len(got) == 1
