"""systemd's watchdog hears from the daemon while polling moves and the database answers, and not else."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.store import open_store
from monitor.config import Config
from monitor.daemon.run import Daemon, worker_settings
from monitor.daemon.supervisor import Supervisor
from monitor.demo.server import serving
from tests.daemons import daemon, job, section, until
from tests.programs import small_site, write_config

pytestmark = pytest.mark.timeout(900)  # for a crowded machine


class Systemd:
    """A datagram socket that hears what the daemon says."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        """What was said since the last time."""
        said = []
        with contextlib.suppress(BlockingIOError):
            while True:
                said.append(self.socket.recv(1000).decode())
        return said

    def hears(self, words: str) -> bool:
        """Whether *words* are said before long."""
        return until(lambda: any(words in said for said in self.heard()))

    def silent(self, seconds: float = 2) -> bool:
        """Whether nothing is said for so many seconds."""
        self.heard()
        time.sleep(seconds)
        return self.heard() == []


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    """systemd, so far as the daemon sees it."""
    made = Systemd(tmp_path / "notify")
    with made.socket:
        yield made


def test_a_daemon_says_that_it_is_ready_alive_and_stopping(tmp_path: Path, systemd: Systemd) -> None:
    site = small_site(2)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path, NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="1000000"):
            assert systemd.hears("READY=1")
            assert systemd.hears("WATCHDOG=1")
            systemd.heard()
            assert systemd.hears("WATCHDOG=1")  # and again
        assert any("STOPPING=1" in said for said in systemd.heard())


def test_it_is_silent_while_the_database_does_not_answer(tmp_path: Path, systemd: Systemd) -> None:
    site = small_site(2)
    database = tmp_path / "n.db"
    with serving(site) as base:
        write_config(tmp_path, site, base, section(update_seconds=3600))
        with daemon(tmp_path, NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="600000"):

            def at_work() -> bool:
                systemd.heard()  # or what it may yet hear would be full
                return bool(job(tmp_path, "maintenance").runs and job(tmp_path, "update").runs)

            assert until(at_work)
            with open_store(database) as store:
                store.checkpoint()
            sound = database.read_bytes()[:100]
            with database.open("r+b") as file:
                file.write(b"no database any more" + bytes(80))
            assert until(systemd.silent)
            with database.open("r+b") as file:
                file.write(sound)
            assert systemd.hears("WATCHDOG=1")


def test_it_is_silent_while_polling_stands_still(
    tmp_path: Path, systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.path)
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    config = Config(database=tmp_path / "n.db")

    async def watch() -> tuple[list[str], bool]:
        with open_store(config.database) as store:
            supervisor = Supervisor(worker_settings(config.database, config))
            watched = Daemon(config, None, config.database, store, supervisor)
            watched.moved_at = asyncio.get_running_loop().time() - 700
            feeding = asyncio.create_task(watched._feed_watchdog())
            await asyncio.sleep(0.6)
            still = systemd.heard()
            watched._moved()
            moving = await asyncio.to_thread(systemd.hears, "WATCHDOG=1")
            feeding.cancel()
            return still, moving

    still, moving = asyncio.run(watch())
    assert still == []
    assert moving
