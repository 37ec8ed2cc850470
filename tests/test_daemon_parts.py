"""The daemon's parts: the lock, the logs, systemd's notifications."""

import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.daemon.lock import AlreadyRunning, daemon_lock, holder, lock_path
from monitor.daemon.logs import JsonFormatter, LineFormatter
from monitor.daemon.notify import notify, watchdog_seconds

NOW = datetime(2026, 5, 4, 5, 30, tzinfo=UTC)

HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from monitor.daemon.lock import daemon_lock
with daemon_lock(Path(sys.argv[1]), datetime.now(UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_daemon_is_told_who_has_the_database(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    second = daemon_lock(path, NOW)
    told = pytest.raises(AlreadyRunning, match=f"process {os.getpid()} since 2026-05-04")
    with daemon_lock(path, NOW), told:
        second.__enter__()
    assert holder(path) is None


def test_a_link_to_a_database_has_its_lock(tmp_path: Path) -> None:
    path, link = tmp_path / "n.db", tmp_path / "link.db"
    link.symlink_to(path)
    with daemon_lock(path, NOW):
        assert holder(link) == holder(path) is not None


def test_a_killed_daemon_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    daemon = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None and daemon.stdout.readline() == "held\n"
    found = holder(path)
    assert found is not None and found.pid == daemon.pid
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    daemon.stdout.close()
    assert holder(path) is None
    with daemon_lock(path, NOW):
        assert holder(path) is not None


def entry(message: str, **values: object) -> logging.LogRecord:
    made = logging.LogRecord("n", logging.INFO, __file__, 1, message, (), None)
    made.__dict__["values"] = values
    made.created = NOW.timestamp()
    return made


def test_a_line_is_one_event_with_its_values() -> None:
    line = LineFormatter().format(entry("polled", feeds=3, error="no such\nhost"))
    assert line == '2026-05-04T05:30:00Z INFO polled feeds=3 error="no such\\nhost"'


def test_json_lines_hold_the_same() -> None:
    line = json.loads(JsonFormatter().format(entry("polled", feeds=3)))
    assert line == {"time": "2026-05-04T05:30:00Z", "level": "INFO", "event": "polled", "feeds": 3}


def test_a_fault_of_ours_is_one_line_with_its_place() -> None:
    made = entry("job failed")
    try:
        int("x")
    except ValueError:
        made.exc_info = sys.exc_info()
    line = LineFormatter().format(made)
    assert line.startswith('2026-05-04T05:30:00Z INFO job failed error="ValueError: invalid literal')
    assert "at=test_daemon_parts.py:" in line and "\n" not in line
    assert "test_daemon_parts.py" in json.loads(JsonFormatter().format(made))["failure"]


def test_what_another_program_said_on_several_lines_is_one_line() -> None:
    made = entry("digest not sent: it said\n  first\r\nsecond")
    assert LineFormatter().format(made).endswith("INFO digest not sent: it said first second")
    assert json.loads(JsonFormatter().format(made))["event"] == "digest not sent: it said first second"


def test_systemd_hears_what_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert notify("READY=1", "STATUS=polling")
        assert systemd.recv(100) == b"READY=1\nSTATUS=polling"


def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify("READY=1")


def test_a_systemd_that_does_not_listen_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert not all(notify("WATCHDOG=1") for _ in range(10_000))  # its queue is full before that
        assert systemd.recv(100) == b"WATCHDOG=1"
        assert notify("READY=1")


@pytest.mark.parametrize(("value", "seconds"), [("20000000", 10.0), ("", None), ("0", None), ("x", None)])
def test_the_watchdog_is_fed_at_half_its_interval(
    monkeypatch: pytest.MonkeyPatch, value: str, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    assert watchdog_seconds() == seconds


def test_a_daemon_that_starts_while_someone_asks_who_runs_gets_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    with daemon_lock(path, NOW):
        pass  # free as soon as its holder ends
    with lock_path(path).open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        done = threading.Timer(0.2, asking.close)
        done.start()
        with daemon_lock(path, NOW):
            found = holder(path)
        done.join()
    assert found is not None and found.pid == os.getpid()
