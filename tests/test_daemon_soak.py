"""Weeks in minutes: memory, file handles and log stay as they are, and each day has its digest."""

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from db.store import open_store
from tests.daemons import Running, ask, fast_daemon, handles

DAY = 86400.0
LATEST = 12
WARM = 6
"""Days: trends need some to draw, and what draws them is loaded then."""
DRAWN = (
    "SELECT count(*) FROM digests JOIN deliveries ON key = day "
    "WHERE sent_at IS NOT NULL AND json_array_length(content, '$.themes') > 0"
)
"""How many digests were sent with trends in them."""


class Outlets(ThreadingHTTPServer):
    """Feeds that go on by the simulated clock: each tells a story every so many hours."""

    request_queue_size = 256

    def __init__(self, tempo: float) -> None:
        self.tempo, self.start = tempo, time.time()
        super().__init__(("127.0.0.1", 0), Feed)

    def now(self) -> float:
        """Seconds since the start, by the simulated clock."""
        return (time.time() - self.start) * self.tempo


class Feed(BaseHTTPRequestHandler):
    """One feed: ``/12.xml``."""

    protocol_version = "HTTP/1.1"
    server: Outlets

    def do_GET(self) -> None:
        number = int(self.path.strip("/").removesuffix(".xml"))
        told = int(self.server.now() / every(number))
        etag = f'"{told}"'
        unchanged = self.headers.get("If-None-Match") == etag
        body = b"" if unchanged else rss(number, told, self.server.start).encode()
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quietly."""


def every(number: int) -> float:
    """How many seconds lie between two stories of a feed: from eight hours to two days."""
    return 3600.0 * (8 + number * 7 % 41)


def rss(number: int, told: int, start: float) -> str:
    """The feed's latest stories."""
    items = "".join(story(number, nth, start) for nth in range(told, max(0, told - LATEST), -1))
    return f'<rss version="2.0"><channel><title>Outlet {number}</title>{items}</channel></rss>'


def story(number: int, nth: int, start: float) -> str:
    """One story, with figures that differ from any other's."""
    moment = format_datetime(datetime.fromtimestamp(start + nth * every(number), UTC))
    amount, share = 3 + (number * 31 + nth * 7) % 90, 5 + (number + nth * 13) % 80
    text = (
        f"Lanternfish Pictures {number} said on Monday that its short dramas took ${amount} million in "
        f"week {nth}, {share}% more than a year before. A werewolf romance led the list, and {nth + 2} more "
        f"titles are being cast in {number % 9 + 2} cities. It expects ${amount * 3} million by spring."
    )
    return (
        f"<item><title>Studio {number} counts week {nth}</title><guid>{number}-{nth}</guid>"
        f"<link>http://outlet{number}.example/{nth}</link><pubDate>{moment}</pubDate>"
        f"<description>{text}</description></item>"
    )


@contextmanager
def outlets(tempo: float) -> Iterator[tuple[str, float]]:
    """Serve the feeds; gives their address and the clock's start."""
    server = Outlets(tempo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", server.start
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Sample:
    """What it takes up: the daemon's memory and its reader's in MB, open files, bytes of the log."""

    memory: float
    reader: float
    files: int
    wal: int


def sample(running: Running) -> Sample:
    """What it takes up now."""
    reader = running.reader()
    assert reader is not None, running.said()[-3000:]
    log = (running.folder / "n.db-wal").stat().st_size
    return Sample(resident(running.pid), resident(reader), handles(running.pid), log)


def resident(pid: int) -> float:
    """The memory of a process in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


@pytest.mark.parametrize(
    ("days", "feeds", "tempo", "growth"),
    [
        pytest.param(9, 20, 14_400, 0.1, id="days", marks=pytest.mark.timeout(900)),
        pytest.param(14, 200, 2_700, 0.05, id="weeks", marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_memory_files_and_log_stay_as_they_are(
    tmp_path: Path, days: int, feeds: int, tempo: float, growth: float
) -> None:
    with outlets(tempo) as (place, start):
        lines = [
            'database = "n.db"\ntime_zone = "UTC"\n[daemon]\nupdate_seconds = 1800',
            f'[collect]\nfetch_pages = false\nhost_gap_seconds = 0\nallow_private = ["{place}"]',
            "connections_per_host = 8\nrobots = false",
            '[[targets]]\nkind = "folder"\nname = "archive"\npath = "digests"',
            *(f'[[feeds]]\nurl = "http://{place}/{number}.xml"' for number in range(feeds)),
        ]
        (tmp_path / "newsgauge.toml").write_text("\n".join(lines))
        with fast_daemon(tmp_path, tempo, start) as running:
            samples: list[Sample] = []
            end, warm = start + days * DAY / tempo + 300, 0
            while not warm or digest_days(tmp_path) <= warm + days - WARM:
                assert time.time() < end, running.said()[-3000:]
                time.sleep(0.25)
                if warm:
                    samples.append(sample(running))
                elif digest_days(tmp_path) >= WARM and ask(tmp_path, DRAWN) >= 2:  # all is loaded by then
                    warm = digest_days(tmp_path)
    early, late = samples[: len(samples) // 5], samples[-len(samples) // 5 :]
    told = f"{figures(early)} at first, {figures(late)} at last, of {len(samples)} samples"
    print(told)
    for of in ("memory", "reader"):
        at_first, at_last = (median(getattr(s, of) for s in part) for part in (early, late))
        assert at_last < at_first * (1 + growth), told
    assert median(s.files for s in late) <= median(s.files for s in early) + 3, told
    assert max(s.wal for s in samples) < 128 * 2**20, told
    with open_store(tmp_path / "n.db", read_only=True) as store:
        told_of = store.db.execute("SELECT day, since, until FROM digests ORDER BY day").fetchall()
        sent = store.db["deliveries"].count_where("kind = 'digest' AND sent_at IS NOT NULL")
        assert store.db["articles"].count_where("read_at IS NOT NULL") > days * feeds / 4
        assert store.db["feeds"].count_where("error IS NOT NULL") == 0
    assert len(told_of) == sent
    assert all(before[2] == after[1] for before, after in pairwise(told_of))  # no hour left out or told twice
    if DAY / tempo > 30:  # shorter days may pass before a crowded machine has written of them
        days_between = (date.fromisoformat(told_of[-1][0]) - date.fromisoformat(told_of[1][0])).days
        assert days_between == len(told_of) - 2  # none left out, but while the first one's writer was loaded
    assert "Traceback" not in running.said()


def digest_days(folder: Path) -> int:
    """How many days have their digest."""
    return int(ask(folder, "SELECT count(*) FROM digests", 0))


def figures(samples: list[Sample]) -> str:
    """The samples' medians."""
    memory, reader, files, wal = (
        median(getattr(s, name) for s in samples) for name in ("memory", "reader", "files", "wal")
    )
    return f"{memory:.1f} MB, reader {reader:.1f} MB, {files:.0f} files, {wal / 2**20:.1f} MB of log"
