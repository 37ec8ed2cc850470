"""The running daemon tells how it fares, and takes a new configuration or keeps the one it has."""

import json
import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.demo.server import serving
from tests.daemons import Running, ask, daemon, job, life, read_so_far, section, status, until
from tests.programs import free_port, run, small_site, wait_for, write_config

pytestmark = pytest.mark.timeout(900)  # for a crowded machine

PIECES = 8


def fetch(port: int, path: str, host: str | None = None) -> tuple[int, str]:
    """Status and text of the daemon's answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def metrics(port: int) -> dict[tuple[str, str], float]:
    """Every sample by its name and its label's value."""
    families = text_string_to_metric_families(fetch(port, "/metrics")[1])
    return {(s.name, "".join(s.labels.values())): s.value for family in families for s in family.samples}


def test_health_metrics_and_status_while_it_runs(tmp_path: Path) -> None:
    site, port = small_site(PIECES), free_port()
    with serving(site) as base:
        write_config(tmp_path, site, base, section(health_port=port))
        with daemon(tmp_path) as running:
            wait_for(f"http://127.0.0.1:{port}/health")
            assert until(lambda: read_so_far(tmp_path) == PIECES)
            assert until(lambda: metrics(port)["newsgauge_job_runs_total", "maintenance"] == 1)

            code, text = fetch(port, "/health")
            told = json.loads(text)
            assert (code, told["healthy"], told["unhealthy"]) == (200, True, [])
            assert told["daemon"]["pid"] == running.pid

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
                "update", "digest", "trends", "maintenance", "copy", "check",
            }  # fmt: skip
            assert all(job["last_finished_at"] and job["next_run_at"] for job in found["jobs"])
            assert found["queues"] == {
                "to_fetch": 0,
                "to_read": 0,
                "oldest_unread": None,
                "set_aside": 0,
                "left_unread": 0,
            }
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
            assert fetch(port, "/metrics", host="rebound.example:80")[0] == 421
            assert fetch(port, "/metrics", host=f"localhost:{port}")[0] == 200
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
        with daemon(tmp_path) as running:
            wait_for(f"http://127.0.0.1:{first}/health")

            path.write_text(good.replace("update_seconds", "update_secnods"))
            assert run("reload", folder=tmp_path).returncode == 2  # checked before anything is sent
            running.process.send_signal(signal.SIGHUP)
            assert until(lambda: life(tmp_path).config_error is not None)
            code, found = status(tmp_path)
            assert code == 1
            assert any("update_secnods" in said and "in force" in said for said in found["unhealthy"])
            assert fetch(first, "/health")[0] == 503

            path.write_text(good.replace(str(first), str(second)))
            told = run("reload", folder=tmp_path)
            assert (told.returncode, "has read" in told.stdout) == (0, True), told.stderr
            assert life(tmp_path).config_error is None
            assert fetch(second, "/health")[0] == 200
            with pytest.raises(OSError):
                fetch(first, "/health")


def test_a_configuration_deleted_under_it_changes_nothing(tmp_path: Path) -> None:
    site = small_site(2)
    with serving(site) as base:
        path = write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running:
            assert until(lambda: job(tmp_path, "update").runs)
            path.unlink()
            running.process.send_signal(signal.SIGHUP)
            assert until(lambda: life(tmp_path).config_error is not None)
            assert "there is no configuration" in str(life(tmp_path).config_error)
            polls = ask(tmp_path, "SELECT count(*) FROM polls")
            assert until(lambda: ask(tmp_path, "SELECT count(*) FROM polls") > polls)
            code, found = status(tmp_path, "--db", str(tmp_path / "n.db"))
            assert code == 1
            assert any("there is no configuration" in said for said in found["unhealthy"])


def test_a_killed_daemon_is_missed(tmp_path: Path) -> None:
    site = small_site(2)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        running = Running(tmp_path)
        assert until(lambda: job(tmp_path, "update").runs)
        running.kill()
        code, found = status(tmp_path)
        assert code == 1
        assert any("ended without a word" in said for said in found["unhealthy"])
