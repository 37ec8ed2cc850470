"""The running daemon tells how it fares, and takes a new configuration or keeps the one it has."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from db import jobs
from db.store import DatabaseError, open_store
from monitor.demo.server import serving
from tests.programs import free_port, run, small_site, start, wait_for, write_config

PIECES = 8


@contextmanager
def daemon(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running daemon; SIGTERM has ended it within ten seconds when this returns."""
    process = start("run", folder=folder)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(found: Callable[[], bool], seconds: float = 40) -> bool:
    """Whether something comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not found() and time.monotonic() < end:
        time.sleep(0.1)
    return found()


def ask(port: int, path: str, host: str | None = None) -> tuple[int, str]:
    """Status and text of the daemon's answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def metrics(port: int) -> dict[tuple[str, str], float]:
    """Every sample by its name and its label's value."""
    families = text_string_to_metric_families(ask(port, "/metrics")[1])
    return {(s.name, "".join(s.labels.values())): s.value for family in families for s in family.samples}


def all_read(folder: Path) -> bool:
    """Whether the daemon has read the whole site."""
    with open_store(folder / "n.db", read_only=True) as store:
        return store.db["articles"].count_where("read_at IS NOT NULL") == PIECES


def status(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of ``status --json``."""
    told = run(*words, "status", "--json", folder=folder)
    return told.returncode, json.loads(told.stdout)


def life(folder: Path) -> jobs.Life:
    """What the daemon says of itself."""
    with open_store(folder / "n.db", read_only=True) as store:
        found = jobs.life(store)
    assert found is not None
    return found


def section(**keys: object) -> str:
    """The configuration's part about the daemon."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(["[daemon]", "update_seconds = 1", *lines])


def test_health_metrics_and_status_while_it_runs(tmp_path: Path) -> None:
    site, port = small_site(PIECES), free_port()
    with serving(site) as base:
        write_config(tmp_path, site, base, section(health_port=port))
        with daemon(tmp_path) as process:
            wait_for(f"http://127.0.0.1:{port}/health")
            assert until(lambda: all_read(tmp_path))
            assert until(lambda: metrics(port)["newsgauge_job_runs_total", "maintenance"] == 1)

            code, text = ask(port, "/health")
            told = json.loads(text)
            assert (code, told["healthy"], told["unhealthy"]) == (200, True, [])
            assert told["daemon"]["pid"] == process.pid

            seen = metrics(port)
            assert seen["newsgauge_healthy", ""] == 1
            assert seen["newsgauge_articles_to_read", ""] == 0
            assert seen["newsgauge_last_hour", "read"] == PIECES
            assert sum(seen["newsgauge_feeds", state] for state in ("sound", "failing")) == len(site.outlets)
            assert seen["newsgauge_job_runs_total", "update"] >= 1
            assert seen["process_resident_memory_bytes", ""] > 2**20

            exit_code, found = status(tmp_path)
            assert (exit_code, found["unhealthy"]) == (0, [])
            assert {job["name"] for job in found["jobs"]} == {
                "update", "digest", "trends", "maintenance", "check",
            }  # fmt: skip
            assert all(job["last_finished_at"] and job["next_run_at"] for job in found["jobs"])
            assert found["queues"] == {"to_fetch": 0, "to_read": 0, "oldest_unread": None, "set_aside": 0}
            assert found["rates"]["articles"] == found["rates"]["read"] == PIECES
            assert found["sizes"]["database"] > 0 and found["sizes"]["disk_free"] > 0
            assert found["version"] and found["life"]["config_path"] == "newsgauge.toml"
        assert life(tmp_path).stopped_at is not None


def test_health_is_for_this_machine_alone(tmp_path: Path) -> None:
    site, port = small_site(2), free_port()
    with serving(site) as base:
        write_config(tmp_path, site, base, section(health_port=port))
        with daemon(tmp_path):
            wait_for(f"http://127.0.0.1:{port}/health")
            assert ask(port, "/metrics", host="rebound.example:80")[0] == 421
            assert ask(port, "/metrics", host=f"localhost:{port}")[0] == 200
            with socket.socket() as other, pytest.raises(OSError):
                other.settimeout(2)
                other.connect((socket.gethostbyname(socket.gethostname()), port))
                if other.getpeername()[0] == "127.0.0.1":
                    raise OSError("this machine has no other address")


def test_a_taken_port_is_said_in_a_line(tmp_path: Path) -> None:
    site = small_site(2)
    with serving(site) as base, socket.create_server(("127.0.0.1", 0)) as taken:
        write_config(tmp_path, site, base, section(health_port=taken.getsockname()[1]))
        told = run("run", folder=tmp_path)
    assert told.returncode == 1
    assert "health_port" in told.stderr and "name another one" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_faulty_configuration_is_refused_and_a_good_one_taken(tmp_path: Path) -> None:
    site, first, second = small_site(2), free_port(), free_port()
    with serving(site) as base:
        path = write_config(tmp_path, site, base, section(health_port=first))
        good = path.read_text()
        with daemon(tmp_path) as process:
            wait_for(f"http://127.0.0.1:{first}/health")

            path.write_text(good.replace("update_seconds", "update_secnods"))
            assert run("reload", folder=tmp_path).returncode == 2  # checked before anything is sent
            process.send_signal(signal.SIGHUP)
            assert until(lambda: life(tmp_path).config_error is not None)
            code, found = status(tmp_path)
            assert code == 1
            assert any("update_secnods" in said and "in force" in said for said in found["unhealthy"])
            assert ask(first, "/health")[0] == 503

            path.write_text(good.replace(str(first), str(second)))
            told = run("reload", folder=tmp_path)
            assert (told.returncode, "has read" in told.stdout) == (0, True), told.stderr
            assert life(tmp_path).config_error is None
            assert ask(second, "/health")[0] == 200
            with pytest.raises(OSError):
                ask(first, "/health")


def test_a_configuration_deleted_under_it_changes_nothing(tmp_path: Path) -> None:
    site = small_site(2)
    with serving(site) as base:
        path = write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as process:
            assert until(lambda: (tmp_path / "n.db").exists() and "update" in finished(tmp_path))
            path.unlink()
            process.send_signal(signal.SIGHUP)
            assert until(lambda: life(tmp_path).config_error is not None)
            assert "there is no configuration" in str(life(tmp_path).config_error)
            polls = count(tmp_path, "polls")
            assert until(lambda: count(tmp_path, "polls") > polls)
            code, found = status(tmp_path, "--db", str(tmp_path / "n.db"))
            assert code == 1
            assert any("there is no configuration" in said for said in found["unhealthy"])


def finished(folder: Path) -> set[str]:
    """The jobs that have ended once."""
    try:
        with open_store(folder / "n.db", read_only=True) as store:
            return {job.name for job in jobs.jobs(store) if job.last_finished_at}
    except DatabaseError:  # there is none yet
        return set()


def count(folder: Path, table: str) -> int:
    """How many rows *table* has."""
    with open_store(folder / "n.db", read_only=True) as store:
        return store.db[table].count


def test_a_killed_daemon_is_missed(tmp_path: Path) -> None:
    site = small_site(2)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        process = start("run", folder=tmp_path)
        assert until(lambda: "update" in finished(tmp_path))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        code, found = status(tmp_path)
        assert code == 1
        assert any("ended without a word" in said for said in found["unhealthy"])
