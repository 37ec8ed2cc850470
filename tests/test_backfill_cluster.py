"""A backfill on Dask: a real scheduler and its workers, one killed half-way; what is said without them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.archives import articles, write_by_turns, write_jsonl
from tests.programs import command, environment, free_port, run, start
from tests.test_backfill_kill import done, ledger
from tests.test_update_kill import contents


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    write_by_turns(folder, articles(120), 5)
    return folder


@pytest.fixture(scope="module")
def alone(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes of the archive."""
    folder = tmp_path_factory.mktemp("alone")
    took = run("--db", folder / "n.db", "backfill", archive, folder=folder, seconds=600)
    assert took.returncode == 0, took.stderr
    return folder / "n.db"


@contextmanager
def program(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A program of Dask's, ended with the context."""
    begun = subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=environment() | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        yield begun
    finally:
        with suppress(ProcessLookupError):
            begun.terminate()
        begun.communicate(timeout=30)


def scheduler(port: int) -> list[str]:
    return ["distributed.cli.dask_scheduler", "--port", str(port), "--host", "127.0.0.1", "--no-dashboard"]


def worker(port: int) -> list[str]:
    address = f"tcp://127.0.0.1:{port}"
    return ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]


@pytest.mark.timeout(900)
def test_a_killed_worker_loses_nothing(tmp_path: Path, archive: Path, alone: Path) -> None:
    port = free_port()
    with program(*scheduler(port)), program(*worker(port)) as one, program(*worker(port)):
        backfill = start(
            "--db", "n.db", "backfill", "--cluster", f"tcp://127.0.0.1:{port}", archive, "--json",
            folder=tmp_path,
        )  # fmt: skip
        while backfill.poll() is None and done(tmp_path / "n.db")[0] < 4:
            time.sleep(0.02)
        assert backfill.poll() is None, "it was done before anyone could be killed"
        os.kill(one.pid, signal.SIGKILL)
        reached = done(tmp_path / "n.db")
        out, err = backfill.communicate(timeout=600)
    assert 0 < reached[0] < reached[1] == 24
    assert backfill.returncode == 0, err
    assert json.loads(out)["parts"] == 24
    assert contents(tmp_path / "n.db") == contents(alone)
    assert ledger(tmp_path / "n.db") == ledger(alone)


def test_a_local_cluster_reads_what_a_pool_does(tmp_path: Path, archive: Path) -> None:
    files = [archive / "000.jsonl", archive / "001.csv"]
    local = run(
        "--db", "a.db", "backfill", "--cluster", "local", "--jobs", "2", *files, folder=tmp_path, seconds=600
    )
    assert local.returncode == 0, local.stderr
    pool = run("--db", "b.db", "backfill", "--jobs", "2", *files, folder=tmp_path, seconds=600)
    assert pool.stdout == local.stdout
    assert contents(tmp_path / "a.db") == contents(tmp_path / "b.db")


def test_where_no_cluster_is_the_command_says_what_to_do(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", articles(2))
    address = f"tcp://127.0.0.1:{free_port()}"
    script = (
        "import monitor.backfill.cluster as c; c.CONNECT_SECONDS = 1; from monitor.cli import main; main()"
    )
    words = ["--db", str(tmp_path / "n.db"), "backfill", "--cluster", address, str(path)]
    told = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True, text=True, cwd=tmp_path, env=environment(), timeout=100, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    said = f"newsgauge: no Dask cluster with a worker answers at {address} (.*): start one with"
    assert re.search(said, told.stderr), told.stderr
    assert "Traceback" not in told.stderr


def test_without_dask_the_command_says_what_to_install(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", articles(2))
    words = command("--db", tmp_path / "n.db", "backfill", "--cluster", "local", path)
    words[2] = f"import sys; sys.modules['distributed'] = None; {words[2]}"
    told = subprocess.run(words, capture_output=True, text=True, env=environment(), timeout=100, check=False)
    assert told.stderr == "newsgauge: a cluster needs Dask: pip install 'newsgauge[cluster]'\n"
