"""How fast feeds are polled, beside the ``reader`` library, in the same run on the same machine.

``python -m benchmarks.poll [--feeds 1000] [--items 30] [--latency 0.05]``: a server in a process of its own
serves the feeds with ETags; newsgauge and reader each poll them twice (everything new, then unchanged), each
in a process of its own. reader gets a virtual environment (with sgmllib3k, which it needs), made once.
Prints feeds per CPU second, per wall second, and the peak memory of each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from benchmarks.environments import environment

HERE = Path(__file__).parent
READER = ("reader==3.26", "sgmllib3k")
# Marked up as news sites' feeds are: a link, a picture, stress and a list in a few hundred characters.
PARAGRAPH = (
    '<p class="has-text">The <a href="https://harbour.example/board?ref={n}&amp;part={part}">board</a> '
    "said that its <em>ferries</em> carried <strong>{part}{n} thousand</strong> people more than a year "
    'before.</p><figure class="wp-block-image"><img src="https://harbour.example/{number}/{n}-{part}.jpg" '
    'alt="A ferry" /></figure>'
    "<ul><li>More boats</li><li>Longer hours &amp; cheaper tickets</li></ul>"
)


def feed(number: int, items: int) -> bytes:
    """An RSS feed of *items* entries with contents of some 1,800 characters."""
    entries = []
    for n in range(items):
        when = format_datetime(datetime(2026, 3, 1 + n % 28, 8, number % 60, tzinfo=UTC))
        body = "".join(PARAGRAPH.format(number=number, n=n, part=part) for part in range(4))
        entries.append(
            f"<item><title>Ferries {number}, report {n}</title><link>http://harbour.example/{number}/{n}</link>"
            f'<guid isPermaLink="false">{number}:{n}</guid><pubDate>{when}</pubDate>'
            f"<description>Report {n} of harbour {number} in short.</description>"
            f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Harbour {number}</title><link>http://harbour.example/{number}</link>"
        f"<description>Reports</description>{''.join(entries)}</channel></rss>"
    ).encode()


async def serve(items: int, latency: float) -> None:
    """Serve ``/<number>`` on a free port, printed first, until standard input ends."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(latency)
                writer.write(respond(head, items))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def respond(head: bytes, items: int) -> bytes:
    """The answer to a request's *head*."""
    body = feed(int(head.split(b" ")[1].strip(b"/")), items)
    etag = b'"' + blake2b(body, digest_size=8).hexdigest().encode() + b'"'
    if etag in head:
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
    length = str(len(body)).encode()
    kind = b"Content-Type: application/rss+xml\r\nContent-Length: "
    return b"HTTP/1.1 200 OK\r\nETag: " + etag + b"\r\n" + kind + length + b"\r\n\r\n" + body


def measured(poll: Any, feeds: int) -> dict[str, float]:
    """What one pass of *poll* costs."""
    cpu, wall = time.process_time(), time.perf_counter()
    poll()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "cpu_seconds": round(cpu, 2),
        "per_cpu_second": round(feeds / cpu),
        "per_second": round(feeds / wall),
    }


def peak_megabytes() -> int:
    """The peak of this process's resident memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def with_newsgauge(port: int, feeds: int, folder: Path) -> dict[str, Any]:
    """Poll with newsgauge, twice."""
    from db.collection import NewFeed, add_feed
    from db.store import open_store
    from monitor.collect.addresses import parse_allowed
    from monitor.collect.client import Client
    from monitor.collect.poll import poll_pass
    from monitor.collect.values import Limits

    with open_store(folder / "newsgauge.db") as store:
        now = datetime.now(UTC)
        with store.write():
            for number in range(feeds):
                add_feed(store, NewFeed(f"http://127.0.0.1:{port}/{number}"), now)

        async def once() -> None:
            async with Client(Limits(), parse_allowed([f"127.0.0.1:{port}"]), "benchmark") as client:
                await poll_pass(store, client, lambda: datetime.now(UTC), everything=True)

        first = measured(lambda: asyncio.run(once()), feeds)
        unchanged = measured(lambda: asyncio.run(once()), feeds)
        entries = store.db["entries"].count
    return {"first": first, "unchanged": unchanged, "entries": entries, "peak_mb": peak_megabytes()}


def with_reader(port: int, feeds: int, folder: Path) -> dict[str, Any]:
    """Poll with reader, twice, ten requests at once."""
    from reader import make_reader  # type: ignore[import-not-found,unused-ignore]

    library = make_reader(str(folder / "reader.db"))
    for number in range(feeds):
        library.add_feed(f"http://127.0.0.1:{port}/{number}")
    first = measured(lambda: library.update_feeds(workers=10, scheduled=False), feeds)
    unchanged = measured(lambda: library.update_feeds(workers=10, scheduled=False), feeds)
    entries = library.get_entry_counts().total
    return {"first": first, "unchanged": unchanged, "entries": entries, "peak_mb": peak_megabytes()}


def run(python: Path | str, who: str, port: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures of *who*, polling in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, HERE / "poll.py", "--as", who, "--port", str(port), "--folder", folder]
        command += ["--feeds", str(arguments.feeds)]
        environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Both, one after the other, against one server."""
    server = subprocess.Popen(
        [
            sys.executable,
            HERE / "poll.py",
            "--as",
            "server",
            "--items",
            str(arguments.items),
            "--latency",
            str(arguments.latency),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    try:
        port = int(server.stdout.readline())
        ours = run(sys.executable, "newsgauge", port, arguments)
        theirs = run(environment("reader", READER), "reader", port, arguments)
    finally:
        server.kill()
        server.communicate()
    ratio = {
        name: round(ours[name]["per_cpu_second"] / theirs[name]["per_cpu_second"], 1)
        for name in ("first", "unchanged")
    }
    return {"newsgauge": ours, "reader": theirs, "times_reader_per_cpu_second": ratio}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--json", action="store_true", help="on one line")
    parser.add_argument("--as", dest="who", choices=["newsgauge", "reader", "server"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.who == "server":
        asyncio.run(serve(arguments.items, arguments.latency))
    elif arguments.who:
        poll = with_newsgauge if arguments.who == "newsgauge" else with_reader
        print(json.dumps(poll(arguments.port, arguments.feeds, arguments.folder)))
    else:
        print(json.dumps(compare(arguments), indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
