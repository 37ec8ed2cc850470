"""Clocks that are set, by a day and back, and an hour without a network: the daemon goes on by itself."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from db.store import open_store
from monitor.demo.server import serving
from monitor.demo.site import Piece, Site
from tests.daemons import ask, fast_daemon, read_so_far, section, status, until
from tests.programs import free_port, small_site, write_config

pytestmark = pytest.mark.timeout(900)  # for a crowded machine

DAY = 86400
POLLS = "SELECT count(*) FROM polls"


def growing(pieces: int) -> tuple[Site, list[Piece], list[Piece]]:
    """A site with its first half published, the list to publish more in, and the other half."""
    site = small_site(pieces)
    published = list(site.pieces[: pieces // 2])
    return (
        replace(site, pieces=cast("tuple[Piece, ...]", published)),
        published,
        list(site.pieces[pieces // 2 :]),
    )


def test_clocks_set_by_a_day_and_back(tmp_path: Path) -> None:
    site, published, later = growing(8)
    digest = f'time_zone = "UTC"\n{section()}\n[digest]\nat = "00:00"'
    with serving(site) as base:
        write_config(tmp_path, site, base, digest)
        with fast_daemon(tmp_path, 1) as running:
            assert until(lambda: read_so_far(tmp_path) == 4), running.said()
            for number, by in enumerate((DAY, 0), 1):
                (tmp_path / "set-by").write_text(str(by))
                assert until(lambda n=number: running.said().count("the clock was set") == n), running.said()
                published.extend(later[(number - 1) * 2 : number * 2])
                assert until(lambda n=number: read_so_far(tmp_path) == 4 + 2 * n), running.said()
                polls = ask(tmp_path, POLLS)
                assert until(lambda p=polls: ask(tmp_path, POLLS) >= p + 12)
            assert until(lambda: status(tmp_path)[1]["unhealthy"] == []), status(tmp_path)
    with open_store(tmp_path / "n.db", read_only=True) as store:
        assert store.db["articles"].count == store.db["entries"].count == 8
        days = [day for (day,) in store.db.execute("SELECT day FROM digests ORDER BY day")]
    assert len(days) == len(set(days)) == 2  # today's, and tomorrow's when the clock said so


def test_an_hour_without_a_network(tmp_path: Path) -> None:
    site, published, later = growing(8)
    port = free_port()
    failing = "SELECT count(*) FROM feeds WHERE failures > 0"
    with serving(site, port) as base:
        path = write_config(tmp_path, site, base, section(update_seconds=60))
        usual = "min_interval_minutes = 10\nmax_interval_hours = 24"
        path.write_text(
            path.read_text().replace("min_interval_minutes = 0.01\nmax_interval_hours = 0.0005", usual)
        )
    with fast_daemon(tmp_path, 1800) as running:
        with serving(site, port):
            assert until(lambda: read_so_far(tmp_path) == 4), running.said()
        gone_at = ask(tmp_path, "SELECT max(started_at) FROM polls")
        assert until(lambda: ask(tmp_path, failing) == len(site.outlets)), running.said()
        hour = f"SELECT max(julianday(started_at)) - julianday('{gone_at}') FROM polls"
        assert until(lambda: ask(tmp_path, hour) * 24 > 1), running.said()
        published.extend(later)
        with serving(site, port):
            assert until(lambda: read_so_far(tmp_path) == 8), running.said()
            assert until(lambda: ask(tmp_path, failing) == 0), running.said()
    assert "Traceback" not in running.said()
