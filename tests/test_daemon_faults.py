"""What a year brings: a full disk, a held lock, a damaged page, a feed without end, an end at any stage."""

import fcntl
import resource
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from db.store import open_store
from monitor.demo.server import serving
from monitor.demo.site import Piece, Site
from tests.daemons import Running, ask, daemon, handles, job, read_so_far, section, status, until
from tests.programs import run, small_site, write_config

pytestmark = pytest.mark.timeout(900)  # for a crowded machine


def growing(pieces: int) -> tuple[Site, list[Piece], list[Piece]]:
    """A site with its first half published, the list to publish more in, and the other half."""
    site = small_site(pieces)
    published = list(site.pieces[: pieces // 2])
    shown = replace(site, pieces=cast("tuple[Piece, ...]", published))
    return shown, published, list(site.pieces[pieces // 2 :])


def sound(folder: Path) -> bool:
    """Whether the database's pages and references are."""
    with open_store(folder / "n.db", read_only=True) as store:
        return (
            store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            and store.db.execute("PRAGMA foreign_key_check").fetchall() == []
        )


def limit_files(running: Running, size: int) -> None:
    """Let the daemon and its reader write no file beyond *size* bytes."""
    for pid in (running.pid, running.reader()):
        if pid is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_no_room_for_what_comes(tmp_path: Path) -> None:
    site, published, later = growing(24)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running:
            assert until(lambda: read_so_far(tmp_path) == 12)
            limit_files(running, 4096)
            published.extend(later)
            assert until(lambda: job(tmp_path, "update").error or "job failed" in running.said())
            assert until(lambda: "no room" in running.said() or "the disk does not take" in running.said())
            assert running.process.poll() is None
            limit_files(running, resource.RLIM_INFINITY)
            assert until(lambda: read_so_far(tmp_path) == 24), running.said()[-3000:]
            assert until(lambda: status(tmp_path)[1]["unhealthy"] == []), status(tmp_path)
        assert sound(tmp_path)
        assert ask(tmp_path, "SELECT count(*) FROM entries") == 24
        assert ask(tmp_path, "SELECT max(read_failures) FROM articles") == 0  # no article is blamed for it


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of its own of *size*; skips the test where none may be mounted."""
    place.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "none", place], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("no file system can be mounted here: to try this, run it with the right to mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    site, published, later = growing(24)
    with serving(site) as base, small_disk(tmp_path / "disk", "40m") as disk:
        write_config(disk, site, base, section())
        with daemon(disk) as running:
            assert until(lambda: read_so_far(disk) == 12), running.said()
            ballast = disk / "ballast"
            with ballast.open("wb", buffering=0) as file, pytest.raises(OSError):
                while True:
                    file.write(bytes(4096))
            published.extend(later)
            assert until(lambda: "no room" in running.said() or job(disk, "update").error)
            time.sleep(2)
            assert running.process.poll() is None
            ballast.unlink()
            assert until(lambda: read_so_far(disk) == 24), running.said()[-3000:]
            assert until(lambda: job(disk, "update").error is None)
            code, found = status(disk)
            nearly_full = "the disk is nearly full: make room, or move the database"  # 40 MB are all there is
            assert (code, found["unhealthy"]) == (1, [nearly_full])
        assert sound(disk)
        assert ask(disk, "SELECT count(*) FROM entries") == 24
        assert ask(disk, "SELECT max(read_failures) FROM articles") == 0


@pytest.mark.parametrize("seconds", [4, pytest.param(45, marks=pytest.mark.long)])
def test_another_writer_that_keeps_the_database(tmp_path: Path, seconds: int) -> None:
    site, published, later = growing(12)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running:
            assert until(lambda: read_so_far(tmp_path) == 6)
            with closing(sqlite3.connect(tmp_path / "n.db", timeout=30)) as other:
                other.execute("BEGIN IMMEDIATE")
                published.extend(later)
                time.sleep(seconds)
                assert running.process.poll() is None
                if seconds > 30:  # longer than a writer waits
                    assert "is locked by another program" in running.said()
                other.rollback()
            assert until(lambda: read_so_far(tmp_path) == 12), running.said()[-3000:]
            assert until(lambda: job(tmp_path, "update").error is None)
        assert sound(tmp_path)


def test_it_ends_in_time_while_another_has_the_writers_turn(tmp_path: Path) -> None:
    site, published, later = growing(12)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running, (tmp_path / "n.db.writer").open("a") as turn:
            assert until(lambda: read_so_far(tmp_path) == 6)
            fcntl.flock(turn, fcntl.LOCK_EX)
            published.extend(later)
            time.sleep(2)
            assert running.stop() < 10  # and the lock is held to the end
            assert "stopped at once" in running.said()
        with daemon(tmp_path):
            assert until(lambda: read_so_far(tmp_path) == 12)
        assert sound(tmp_path)


@contextmanager
def silent_server() -> Iterator[str]:
    """A server that takes what is sent and never answers."""
    done = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            done.wait(60)

        def log_message(self, *_: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        done.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_ends_in_time_while_a_target_does_not_answer(tmp_path: Path) -> None:
    site = small_site(6)
    with serving(site) as base, silent_server() as address:
        target = f'[[targets]]\nkind = "hook"\nname = "deaf"\nurl = "{address}"'
        write_config(tmp_path, site, base, f'{section()}\n[digest]\nat = "00:00"\n{target}')
        with daemon(tmp_path):
            assert until(lambda: ask(tmp_path, "SELECT count(*) FROM deliveries WHERE tries = 1") == 1)
    assert ask(tmp_path, "SELECT count(*) FROM deliveries WHERE sent_at IS NULL") == 1  # tried again later


@pytest.mark.parametrize(
    "seconds", [1.0, 2.4, *(pytest.param(n / 5, marks=pytest.mark.long) for n in range(30))]
)
def test_it_ends_in_time_at_any_stage(tmp_path: Path, seconds: float) -> None:
    site = small_site(30)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        running = Running(tmp_path)
        time.sleep(seconds)
        began = time.monotonic()
        running.process.terminate()
        assert running.process.wait(timeout=10) in (0, -15)  # -15: before it listened to signals
        assert time.monotonic() - began < 10
        assert "Traceback" not in running.said()


def test_a_damaged_page_names_the_copy_to_restore(tmp_path: Path) -> None:
    site, database = small_site(12), tmp_path / "n.db"
    (tmp_path / "copies").mkdir()
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        assert run("update", "--all", folder=tmp_path).returncode == 0
        for _ in range(2):
            assert run("backup", "copies", folder=tmp_path).returncode == 0
            time.sleep(1.1)
        older, newest = sorted((tmp_path / "copies").iterdir())
        newest.write_bytes(newest.read_bytes()[:9000])  # the newest is damaged itself: the older one is named
        damage(database, "articles")
        with daemon(tmp_path) as running:
            assert until(lambda: job(tmp_path, "check").error is not None), running.said()
            assert str(older) in str(job(tmp_path, "check").error)
            code, found = status(tmp_path)
            assert code == 1
            assert any("is damaged" in said and str(older) in said for said in found["unhealthy"])
        told = run("check", folder=tmp_path)
        assert told.returncode != 0 and str(older) in told.stdout + told.stderr

        Path(f"{database}-wal").unlink(missing_ok=True)
        shutil.copy(older, database)
        with daemon(tmp_path):
            assert until(lambda: job(tmp_path, "update").runs >= 1 and not job(tmp_path, "update").error)
            assert read_so_far(tmp_path) == 12
        assert sound(tmp_path)


def damage(database: Path, table: str) -> None:
    """Overwrite the first page of *table*."""
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


class Endless(BaseHTTPRequestHandler):
    """A feed that goes on for as long as anyone listens."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.end_headers()
        try:
            self.wfile.write(b'<?xml version="1.0"?><rss version="2.0"><channel><title>On and on</title>')
            for number in range(10**9):
                self.wfile.write(
                    f"<item><title>Part {number}</title><guid>p{number}</guid>"
                    f"<description>{'word ' * 4000}</description></item>".encode()
                )
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Quietly."""


def test_a_feed_without_end_holds_up_nobody(tmp_path: Path) -> None:
    site = small_site(12)
    endless = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    endless.daemon_threads = True
    thread = threading.Thread(target=endless.serve_forever, daemon=True)
    thread.start()
    try:
        with serving(site) as base:
            path = write_config(tmp_path, site, base, section())
            address = f"127.0.0.1:{endless.server_port}"
            text = path.read_text().replace("allow_private = [", f'allow_private = ["{address}", ')
            path.write_text(f'{text}\n[[feeds]]\nurl = "http://{address}/feed.xml"')
            with daemon(tmp_path) as running:
                mine = "SELECT count(*) FROM articles WHERE title NOT LIKE 'Part %' AND read_at IS NOT NULL"
                assert until(lambda: ask(tmp_path, mine) == 12), running.said()[-3000:]
                again = ask(tmp_path, "SELECT count(*) FROM polls") + 7
                assert until(lambda: ask(tmp_path, "SELECT count(*) FROM polls") >= again)
                told = "SELECT error FROM feeds WHERE url LIKE '%/feed.xml' AND error LIKE '%larger than%'"
                assert until(lambda: ask(tmp_path, told)), ask(tmp_path, "SELECT error FROM feeds")
                resident = Path(f"/proc/{running.pid}/statm").read_text().split()[1]
                assert int(resident) * resource.getpagesize() < 400 * 2**20
                assert handles(running.pid) < 100
    finally:
        endless.shutdown()
        thread.join()
        endless.server_close()
