"""The daemon beside Datasette, in a real browser: new articles appear, and SIGTERM ends it in good order."""

import json
import signal
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import cast

import pytest

from monitor.demo.server import serving
from monitor.demo.site import Piece, Site, make_site
from tests.programs import CHROMIUM, free_port, start, write_config

EVERY_SECOND = "[daemon]\nupdate_seconds = 1"


@contextmanager
def program(*words: str, folder: Path) -> Iterator[Popen[bytes]]:
    process = start(*words, folder=folder)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def count_articles(port: int) -> int:
    """What Datasette says of the live database; 0 while it is not up yet."""
    url = f"http://127.0.0.1:{port}/n.json?sql=select+count(*)+as+n+from+articles&_shape=array"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(json.load(answer)[0]["n"])
    except OSError:
        return 0


def until(seconds: float, port: int, articles: int) -> int:
    """Wait for so many articles; gives how many there are."""
    end = time.monotonic() + seconds
    while (n := count_articles(port)) < articles and time.monotonic() < end:
        time.sleep(0.3)
    return n


def growing_site() -> tuple[Site, list[Piece], Sequence[Piece]]:
    """A site of a dozen pieces, the list that its server reads, and more to add to it."""
    site = make_site(datetime.now(UTC))
    pieces: list[Piece] = list(site.pieces[-18:-6])
    return replace(site, pieces=cast("tuple[Piece, ...]", pieces)), pieces, site.pieces[-6:]


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it to run the browser's tests")
@pytest.mark.parametrize("seconds", [6, pytest.param(120, marks=pytest.mark.long)])
def test_new_articles_appear_and_sigterm_ends_it(tmp_path: Path, seconds: int) -> None:
    from playwright.sync_api import sync_playwright

    site, published, later = growing_site()
    port = free_port()
    with serving(site) as base:
        write_config(tmp_path, site, base, EVERY_SECOND)
        with program("run", folder=tmp_path) as daemon:
            deadline = time.monotonic() + 20
            while not (tmp_path / "n.db").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            with program("serve", "--port", str(port), folder=tmp_path), sync_playwright() as playwright:
                assert until(40, port, 12) == 12
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                page = browser.new_page()
                complaints: list[str] = []
                page.on("pageerror", lambda error: complaints.append(str(error)))
                page.goto(f"http://127.0.0.1:{port}/n/articles")
                assert "12 rows" in page.inner_text("body")
                published.extend(later)
                assert until(40, port, 18) == 18
                page.reload()
                assert "18 rows" in page.inner_text("body")
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    answer = page.goto(f"http://127.0.0.1:{port}/")
                    assert answer and answer.ok
                    assert daemon.poll() is None
                    time.sleep(1)
                assert complaints == []
                browser.close()
            began = time.monotonic()
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(timeout=10) == 0
            assert time.monotonic() - began < 10
