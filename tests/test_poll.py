"""Polling: conditional requests, redirects, patience with hosts, ended feeds, a network that is down."""
# ruff: noqa: E501 - rows of examples stand on one line each

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.collection import NewFeed, add_feed, feed_at, held_hosts
from db.store import Store, open_store
from monitor.collect.addresses import parse_allowed
from monitor.collect.check import check_feeds
from monitor.collect.client import Client
from monitor.collect.poll import poll_pass
from monitor.collect.schedule import Bounds
from monitor.collect.values import Failure, Limits, PollSummary, Request, Response
from tests.fault_server import Server, item, rss

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Answer = tuple[str, dict[str, str], bytes]


class Host(Server):
    """A server whose answers a test sets: path -> status line, headers, body; it counts and keeps requests."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.at: list[float] = []

    async def _answer(self, visit: Any) -> None:
        self.asked.append((visit.path, visit.headers))
        self.at.append(asyncio.get_running_loop().time())
        code, headers, body = self.answers.get(visit.path, ("404 Not Found", {}, b""))
        await visit.send(body, code, **headers)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as store:
        yield store


def polls(
    store: Store, host: Host, *moments: datetime, allow: str = "{place}", **limits: Any
) -> list[PollSummary]:
    """Poll all feeds at each of *moments*; a feed's ``{base}`` is replaced by the host's address."""

    async def run() -> list[PollSummary]:
        port, canary = await host.start()
        place = f"127.0.0.1:{port}"
        with store.write() as db:
            db.execute("UPDATE feeds SET url = replace(url, '{base}', ?)", [f"http://{place}"])
        for code, headers, _ in host.answers.values():
            for name, value in headers.items():
                headers[name] = value.replace("{base}", f"http://{place}").replace("{canary}", str(canary))
            assert code
        async with Client(
            Limits(seconds=3, **limits), parse_allowed([allow.format(place=place)]), "test"
        ) as client:
            return [await poll_pass(store, client, lambda now=now: now, everything=True) for now in moments]

    return asyncio.run(run())


def state(store: Store, feed: int) -> dict[str, Any]:
    return next(store.db.query("SELECT * FROM feeds WHERE id = ?", [feed]))


def body(count: int = 3) -> bytes:
    return rss("x", [item("x", n) for n in range(count)]).encode()


def test_validators_are_sent_and_dropped_now_and_then(store: Store) -> None:
    host = Host()
    host.answers["/f"] = ("200 OK", {"ETag": '"1"', "Last_Modified": "Mon, 02 Mar 2026 00:00:00 GMT"}, body())
    add_feed(store, NewFeed("{base}/f"), NOW)
    polls(store, host, NOW, NOW + timedelta(days=1), NOW + timedelta(days=11))
    sent = [headers.get("if-none-match") for _, headers in host.asked]
    assert sent == [None, '"1"', None]
    assert "if-modified-since" in host.asked[1][1]


def test_permanent_redirects_change_the_address_when_they_last(store: Store) -> None:
    host = Host()
    host.answers["/old"] = ("301 Moved Permanently", {"Location": "/new"}, b"")
    host.answers["/new"] = ("200 OK", {}, body())
    feed = add_feed(store, NewFeed("{base}/old"), NOW)
    days = [NOW + timedelta(days=n) for n in range(5)]
    polls(store, host, *days)
    found = state(store, feed)
    assert found["url"].endswith("/new")
    assert feed_at(store, found["url"].replace("/new", "/old")) == feed
    assert [path for path, _ in host.asked].count("/old") == 3
    assert store.db["entries"].count == 3


def test_temporary_redirects_do_not(store: Store) -> None:
    host = Host()
    host.answers["/old"] = ("302 Found", {"Location": "/new"}, b"")
    host.answers["/new"] = ("200 OK", {}, body())
    feed = add_feed(store, NewFeed("{base}/old"), NOW)
    polls(store, host, *[NOW + timedelta(days=n) for n in range(5)])
    assert state(store, feed)["url"].endswith("/old")


def test_gone_ends_it(store: Store) -> None:
    host = Host()
    host.answers["/f"] = ("410 Gone", {}, b"")
    feed = add_feed(store, NewFeed("{base}/f"), NOW)
    polls(store, host, NOW, NOW + timedelta(days=9))
    assert len(host.asked) == 1
    assert state(store, feed)["state"] == "gone"
    assert "remove it" in state(store, feed)["advice"]


@pytest.mark.parametrize("code", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_host_that_asks_for_patience_is_left_alone(store: Store, code: str) -> None:
    host = Host()
    feeds = [add_feed(store, NewFeed(f"{{base}}/{n}"), NOW) for n in range(4)]
    host.answers |= {f"/{n}": (code, {"Retry_After": "3600"}, b"") for n in range(4)}
    summaries = polls(store, host, NOW, NOW + timedelta(minutes=30), NOW + timedelta(hours=2), own_per_host=1)
    assert [s.polled for s in summaries] == [1, 0, 1]
    assert len(host.asked) == 2
    for feed in feeds:
        assert state(store, feed)["next_poll_at"] >= (NOW + timedelta(hours=1)).isoformat()


def test_one_address_that_asks_for_patience_does_not_stop_a_host_that_answers(store: Store) -> None:
    host = Host()
    host.answers["/busy"] = ("429 Too Many Requests", {"Retry_After": "3600"}, b"")
    for name in ("a", "busy", "b", "c"):
        host.answers.setdefault(f"/{name}", ("200 OK", {}, body()))
        add_feed(store, NewFeed(f"{{base}}/{name}"), NOW)
    (summary,) = polls(store, host, NOW, own_per_host=1)
    assert summary.polled == 4
    assert summary.failed == 1


def test_a_503_without_a_time_speaks_for_itself_alone(store: Store) -> None:
    host = Host()
    host.answers |= {"/dead": ("503 Service Unavailable", {}, b""), "/f": ("200 OK", {}, body())}
    add_feed(store, NewFeed("{base}/dead"), NOW)
    add_feed(store, NewFeed("{base}/f"), NOW)
    (summary,) = polls(store, host, NOW, own_per_host=1)
    assert (summary.polled, summary.new_entries) == (2, 3)
    assert held_hosts(store, NOW) == {}


def test_failures_back_off_and_one_success_forgives(store: Store) -> None:
    host = Host()
    feed = add_feed(store, NewFeed("{base}/f"), NOW)
    polls(store, host, NOW, NOW + timedelta(days=1))
    assert state(store, feed)["failures"] == 2
    assert "answers 404" in state(store, feed)["error"]
    store.db.execute("UPDATE feeds SET url = '{base}/f'")
    store.db.conn.commit()
    host.answers["/f"] = ("200 OK", {}, body())
    polls(store, host, NOW + timedelta(days=2))
    assert (state(store, feed)["failures"], state(store, feed)["error"]) == (0, None)
    assert state(store, feed)["verified_at"] is not None


def test_what_is_wrong_with_the_feed_itself_is_said_again_after_a_failure(store: Store) -> None:
    host = Host()
    feed = add_feed(store, NewFeed("{base}/f"), NOW)
    empty = ("200 OK", {"ETag": '"1"'}, body(0))
    for hour, (answer, said) in enumerate(
        ((empty, "lists nothing"), (("500 Server Error", {}, b""), "500"), (empty, "lists nothing"))
    ):
        host.answers["/f"] = answer
        polls(store, host, NOW + timedelta(hours=hour))
        assert said in state(store, feed)["error"]
        with store.write() as db:
            db.execute("UPDATE feeds SET url = '{base}/f'")
    assert [headers.get("if-none-match") for _, headers in host.asked] == [None, '"1"', None]


def test_a_gap_and_a_number_of_connections_for_each_host(store: Store) -> None:
    host = Host()
    for n in range(5):
        host.answers[f"/{n}"] = ("200 OK", {}, body())
        add_feed(store, NewFeed(f"{{base}}/{n}"), NOW)
    polls(store, host, NOW, own_gap=0.6, own_per_host=2)
    gaps = [later - earlier for earlier, later in zip(host.at, host.at[1:], strict=False)]
    assert min(gaps) > 0.3  # a crowded machine answers late


def test_redirects_to_private_addresses_are_refused(store: Store) -> None:
    host = Host()
    for n, target in enumerate(
        ("http://127.0.0.1:{canary}/x", "http://localhost:{canary}/x", "http://[::1]:{canary}/")
    ):
        host.answers[f"/{n}"] = ("302 Found", {"Location": target}, b"")
        add_feed(store, NewFeed(f"{{base}}/{n}"), NOW)
    polls(store, host, NOW, allow="127.0.0.0/8")
    errors = [row[0] for row in store.db.execute("SELECT error FROM feeds").fetchall()]
    assert all("private address" in error for error in errors)
    assert host.canary_hits == 0


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]", "localhost"]
)
def test_no_spelling_of_loopback_is_dialled(address: str) -> None:
    async def run() -> Response | Failure:
        host = Host()
        port, _ = await host.start()
        async with (
            Client(Limits(seconds=3), parse_allowed([]), "test") as client,
            client.visit(Request(f"http://{address}:{port}/")) as answer,
        ):
            assert host.asked == []
            return answer

    answer = asyncio.run(run())
    assert isinstance(answer, Failure)
    assert answer.kind in ("private", "address", "dns", "offline")


def test_a_network_that_is_down_is_no_feeds_fault(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    feeds = [add_feed(store, NewFeed(f"http://{name}.example/feed"), NOW) for name in ("a", "b")]

    async def run() -> PollSummary:
        async with Client(Limits(seconds=3), parse_allowed([]), "test") as client:
            return await poll_pass(store, client, lambda: NOW)

    summary = asyncio.run(run())
    assert summary.network_down
    for feed in feeds:
        assert (state(store, feed)["failures"], state(store, feed)["error"]) == (0, None)
        assert state(store, feed)["next_poll_at"] <= (NOW + timedelta(minutes=5)).isoformat()


def test_a_sitemap_index_leads_to_its_sitemaps(store: Store) -> None:
    host = Host()
    host.answers["/index.xml"] = (
        "200 OK",
        {},
        b"<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>",
    )
    listed = b"<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>"
    host.answers["/news.xml"] = ("200 OK", {}, listed)
    add_feed(store, NewFeed("{base}/index.xml", kind="sitemap"), NOW)
    polls(store, host, NOW, NOW + timedelta(days=1))
    assert store.db["entries"].count == 2


def test_cookies_and_headers_of_a_feed(store: Store, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(
        "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tlogin\tyes\n"
        "other.example\tFALSE\t/\tFALSE\t0\tsecret\tno\n"
    )
    host = Host()
    host.answers["/f"] = ("200 OK", {}, body())
    add_feed(store, NewFeed("{base}/f", headers={"X-Key": "7"}, cookies_file=str(cookies)), NOW)
    missing = add_feed(store, NewFeed("{base}/g", cookies_file=str(tmp_path / "none.txt")), NOW)
    polls(store, host, NOW)
    ((_, headers),) = host.asked
    assert (headers["cookie"], headers["x-key"]) == ("login=yes", "7")
    assert "cookies_file" in state(store, missing)["error"]


def test_feeds_check_says_how_each_fares(store: Store) -> None:
    host = Host()
    host.answers["/f"] = ("200 OK", {}, body(4))
    host.answers["/page"] = ("200 OK", {}, b"<html><body>Hello</body></html>")
    for path in ("f", "page", "none"):
        add_feed(store, NewFeed(f"{{base}}/{path}"), NOW)

    async def run() -> list[tuple[bool, int | None, int, str]]:
        from db.collection import feeds_to_poll

        port, _ = await host.start()
        store.db.execute("UPDATE feeds SET url = replace(url, '{base}', ?)", [f"http://127.0.0.1:{port}"])
        async with Client(Limits(seconds=3), parse_allowed([f"127.0.0.1:{port}"]), "test") as client:
            checks = await check_feeds(client, feeds_to_poll(store, NOW), NOW)
        return [(check.ok, check.status, check.entries, check.words) for check in checks]

    good, page, missing = asyncio.run(run())
    assert good == (True, 200, 4, "")
    assert page[:3] == (False, 200, 0)
    assert "web page" in page[3]
    assert missing[:3] == (False, 404, 0)


def test_the_bounds_are_kept(store: Store) -> None:
    host = Host()
    host.answers["/f"] = ("200 OK", {"Cache_Control": "max-age=99999999"}, body())
    feed = add_feed(store, NewFeed("{base}/f"), NOW)
    polls(store, host, NOW)
    assert state(store, feed)["interval_seconds"] == Bounds().longest
