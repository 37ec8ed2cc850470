"""Runs that come too late or not at all are counted; one daemon runs on a database; its log is lines."""

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from db import maintenance
from monitor.config import load_config
from monitor.daemon import work
from monitor.demo.server import serving
from tests.daemons import daemon, job, read_so_far, section, until
from tests.programs import run, small_site, write_config

pytestmark = pytest.mark.timeout(900)  # for a crowded machine


@contextmanager
def slow_feed(seconds: float) -> Iterator[str]:
    """A feed that takes its time."""

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(seconds)
            body = b'<rss version="2.0"><channel><title>Slowly</title></channel></rss>'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_runs_left_out_while_one_lasts_are_counted(tmp_path: Path) -> None:
    with slow_feed(3.5) as place:
        lines = [
            f'database = "n.db"\n{section()}\n[collect]\nallow_private = ["{place}"]\nrobots = false',
            "min_interval_minutes = 0.01\nmax_interval_hours = 0.0005",
            f'[[feeds]]\nurl = "http://{place}/feed.xml"',
        ]
        (tmp_path / "newsgauge.toml").write_text("\n".join(lines))
        with daemon(tmp_path) as running:
            assert until(lambda: job(tmp_path, "update").overrun >= 2), running.said()
            assert job(tmp_path, "update").failures == 0


def test_runs_missed_while_the_machine_stood_still_are_counted(tmp_path: Path) -> None:
    site = small_site(4)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running:
            assert until(lambda: job(tmp_path, "update").runs >= 2)
            before = job(tmp_path, "update").missed
            os.kill(running.pid, signal.SIGSTOP)
            time.sleep(5)
            os.kill(running.pid, signal.SIGCONT)
            assert until(lambda: job(tmp_path, "update").missed >= before + 3), job(tmp_path, "update")


def test_a_second_daemon_is_refused_and_told_whose_the_database_is(tmp_path: Path) -> None:
    site = small_site(4)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running:
            assert until(lambda: job(tmp_path, "update").runs)
            second = run("run", folder=tmp_path)
            assert second.returncode == 1
            assert f"process {running.pid} since 20" in second.stderr
            assert "Traceback" not in second.stderr


def test_the_log_is_json_on_request_and_holds_no_text(tmp_path: Path) -> None:
    site = small_site(6)
    with serving(site) as base:
        write_config(tmp_path, site, base, section(log="json"))
        with daemon(tmp_path) as running:
            assert until(lambda: read_so_far(tmp_path) == 6)
    lines = [json.loads(line) for line in running.said().splitlines()]
    assert {"started", "collected", "read", "stopping", "stopped"} <= {line["event"] for line in lines}
    assert all(line["time"] and line["level"] for line in lines)
    sentences = [paragraph[:40] for piece in site.pieces for paragraph in piece.paragraphs]
    assert not any(sentence in running.said() for sentence in sentences)


def test_a_copy_a_day_is_made_and_the_oldest_removed(tmp_path: Path) -> None:
    site = small_site(4)
    folder = tmp_path / "copies"
    with serving(site) as base:
        write_config(tmp_path, site, base, section(copies="copies", copies_kept=2))
        with daemon(tmp_path):
            assert until(lambda: job(tmp_path, "copy").runs == 1)
        with daemon(tmp_path):  # the same day: no other one
            assert until(lambda: job(tmp_path, "maintenance").runs == 2)
    (first,) = folder.iterdir()
    theirs = folder / "newsgauge-19990101T000000Z.db"
    theirs.write_bytes(b"another's")
    config, today = load_config(tmp_path / "newsgauge.toml").daemon, datetime.now(UTC)
    for days in (1, 2):
        asyncio.run(work.copy(tmp_path / "n.db", config, lambda d=days: today + timedelta(days=d)))
    assert len(list(folder.iterdir())) == 3
    assert theirs.exists() and not first.exists()
    for path in set(folder.iterdir()) - {theirs}:
        assert maintenance.check(path, quick=True).sound
