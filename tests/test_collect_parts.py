"""The pure parts of collection: addresses, texts, charsets, identity, schedule, robots, OPML, sitemaps, JSON."""
# ruff: noqa: E501 - rows of examples stand on one line each

import gzip
import itertools
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.collection import KnownEntry, NewFeed
from db.store import open_store
from monitor.collect import schedule
from monitor.collect.addresses import AddressError, is_private, parse_allowed
from monitor.collect.bodies import TooLargeError, Unpacker
from monitor.collect.charsets import decode
from monitor.collect.documents import completed, document, parts
from monitor.collect.identity import Identity, Matched
from monitor.collect.jsonfeed import parse_json_feed
from monitor.collect.opml import OpmlError, export_opml, import_opml
from monitor.collect.pages import page_of
from monitor.collect.parse import parse_quickly
from monitor.collect.poll import request_for
from monitor.collect.robots import permission, text_of
from monitor.collect.schedule import Bounds
from monitor.collect.settings import follow_feed, limits_of
from monitor.collect.sitemaps import parse_sitemap
from monitor.collect.texts import paragraphs, plain
from monitor.collect.urls import canonical, web_address
from monitor.collect.values import Failure, ParsedEntry, ParsedFeed, Response, Unreadable
from monitor.config import CollectConfig, FeedConfig, load_config
from tests.fault_server import item, rss

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.7",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd12::9",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses(text: str) -> None:
    assert is_private(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(text: str) -> None:
    assert not is_private(ip_address(text))


def test_a_network_opens_only_what_the_user_named() -> None:
    allowed = parse_allowed(["127.0.0.1:8080", "10.1.0.0/16"])
    loopback, inner = ip_address("127.0.0.1"), ip_address("10.1.2.3")
    assert allowed.opens(loopback, "127.0.0.1", 8080, named=False)
    assert not allowed.opens(loopback, "127.0.0.1", 8081, named=True)
    assert allowed.opens(inner, "intranet.example", 80, named=True)
    assert not allowed.opens(inner, "intranet.example", 80, named=False)
    assert not allowed.opens(ip_address("10.2.0.1"), "10.2.0.1", 80, named=True)
    with pytest.raises(AddressError, match="neither host:port"):
        parse_allowed(["my server"])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("<b>Bold</b>ly", "Boldly"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("x<script>alert('y')</script>z", "x z"),
        ("x<script>alert(", "x"),
        ("<img src=x onerror=alert(1)>ferry", "ferry"),
        ("one<br>two", "one two"),
        ("a\x00b\u202ec", "abc"),
        ("\x93quoted\x94", "\u201cquoted\u201d"),
        ("&#x41;&nbsp;&unknown;", "A &unknown;"),
    ],
)
def test_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@given(st.text(max_size=200))
def test_plain_never_fails_and_is_one_line(text: str) -> None:
    assert len(plain(text).splitlines()) <= 1
    assert "<script" not in plain(f"<script>{text}").lower() or "<script" in text.lower()


def test_paragraphs_keep_blocks_apart() -> None:
    markup = "<h2>Head</h2><p>One <em>two</em></p><ul><li>three</li><li>four</li></ul>tail<style>p{}</style>"
    assert paragraphs(markup).split("\n\n") == ["Head", "One two", "three", "four", "tail"]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("/x?y=1", "http://b.example/x?y=1"),
        ("//c.example/x", "http://c.example/x"),
        (" \n http://a.example/ \t", "http://a.example/"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://", ""),
        ("http://a.example:99999/", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_kept(link: str, address: str) -> None:
    assert web_address(link, "http://b.example/feed") == address


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("https://A.example:443/p?utm_source=a&id=3&fbclid=x#c", "https://a.example/p?id=3"),
        ("http://a.example", "http://a.example/"),
        ("http://a.example/p?ref=chapter-4", "http://a.example/p?ref=chapter-4"),
        ("http://a.example/p?ref=rss", "http://a.example/p"),
        ("http://a.example/p?source=archive&page=2", "http://a.example/p?source=archive&page=2"),
    ],
)
def test_canonical_addresses(url: str, one: str) -> None:
    assert canonical(url) == one
    assert canonical(one) == one


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("caf\u00e9".encode(), None, "caf\u00e9"),
        ("caf\u00e9".encode(), "text/xml; charset=iso-8859-1", "caf\u00e9"),
        ("caf\u00e9 \u2019".encode("cp1252"), "text/xml; charset=utf-8", "caf\u00e9 \u2019"),
        ("caf\u00e9".encode("cp1252"), "text/xml; charset=iso-8859-1", "caf\u00e9"),
        ("\u77ed\u5267\u51fa\u6d77".encode("gb18030"), "text/xml; charset=gb2312", "\u77ed\u5267\u51fa\u6d77"),
        ("\u0440\u044b\u043d\u043e\u043a".encode("cp1251"), "text/xml; charset=windows-1251", "\u0440\u044b\u043d\u043e\u043a"),
        ("caf\u00e9".encode("utf-16"), None, "caf\u00e9"),
        ("<a>caf\u00e9</a>".encode("utf-16-le"), None, "<a>caf\u00e9</a>"),
        (("\u00e9" * 50).encode() + b"\xe9", None, "\u00e9" * 51),
        (b"plain", "text/xml; charset=no-such", "plain"),
    ],
)  # fmt: skip
def test_charsets_lie(body: bytes, content_type: str | None, text: str) -> None:
    assert decode(body, content_type).text == text


@given(st.binary(max_size=300))
def test_any_bytes_decode(body: bytes) -> None:
    assert isinstance(decode(body, "text/xml; charset=utf-8").text, str)
    assert document(body, None).body.decode("utf-8") is not None


def test_large_documents_come_in_parts_that_hold_every_item_once() -> None:
    body = document(rss("part", [item("part", n) for n in range(500)]).encode(), None).body
    pieces = list(parts(body, size=8000))
    assert len(pieces) > 5
    assert sum(piece.count(b"<item>") for piece in pieces) == 500
    assert all(document(piece, None).broken is None for piece in pieces)
    found = [e.guid for piece in pieces for p in parsed(piece) for e in p.entries]
    assert found == [f"part:{n}" for n in range(500)]


def parsed(body: bytes) -> list[ParsedFeed]:
    found = parse_quickly(body, None, "http://x.example/feed")
    assert not isinstance(found, Unreadable)
    return list(found)  # type: ignore[arg-type]


def test_a_cut_off_document_keeps_its_whole_items() -> None:
    body = rss("cut", [item("cut", n) for n in range(4)]).encode()
    whole, broken = completed(body[: body.rindex(b"<guid")])
    assert (whole.count(b"<item>"), broken.count(b"<item>")) == (3, 1)
    whole, broken = completed(body[: body.rindex(b"</title>")])
    assert (whole.count(b"<item>"), broken) == (3, b"")


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw deflate", ""])
def test_bodies_unpack_in_pieces(packing: str) -> None:
    body = b"ferries " * 5000
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(body[:9000]) + gzip.compress(body[9000:]),
        "deflate": zlib.compress(body),
        "raw deflate": raw.compress(body) + raw.flush(),
        "": body,
    }[packing]
    unpacker = Unpacker(packing.rpartition(" ")[2], 10**6)
    for start in range(0, len(packed), 97):
        unpacker.feed(packed[start : start + 97])
    assert unpacker.end() == body
    assert unpacker.cut is None
    with pytest.raises(TooLargeError):
        Unpacker(packing.rpartition(" ")[2], 1000).feed(packed)


def entry(n: int, **more: object) -> ParsedEntry:
    made = ParsedEntry(
        guid=f"g{n}",
        link=f"http://x.example/{n}",
        url=f"http://x.example/{n}",
        title=f"Report {n}",
        published=NOW - timedelta(hours=n),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def polled(*polls: Sequence[ParsedEntry]) -> list[list[Matched]]:
    """What each of the *polls* brings, each against the rows that those before it left."""
    rows: list[KnownEntry] = []
    found = []
    for entries in polls:
        for row in rows:
            row.met = False
        matched = list(Identity(rows).match(entries))
        for match in matched:
            e = match.entry
            if match.known is None:
                rows.append(
                    KnownEntry(len(rows), match.key, e.guid, e.url, e.title, e.published, match.content_hash)
                )
            else:
                match.known.guid = e.guid
        found.append(matched)
    return found


def new(matched: list[Matched]) -> int:
    return sum(1 for match in matched if match.known is None)


SAME = [entry(n) for n in range(5)]


@pytest.mark.parametrize(
    ("polls", "counts"),
    [
        ((SAME, SAME), [5, 0]),
        ((SAME, [*SAME, entry(9)]), [5, 1]),
        ((SAME, [replace(e, guid=f"other{e.guid}") for e in SAME]), [5, 0]),
        ((SAME, [replace(e, guid="") for e in SAME]), [5, 0]),
        ((SAME, [replace(e, title=f"{e.title}, corrected") for e in SAME]), [5, 0]),
        (([replace(e, guid="g") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="g", url="") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="g", url="http://x.example/") for e in SAME],) * 2, [5, 0]),
        (([replace(e, url="http://x.example/") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="", url="") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="", url="", published=None) for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="", url="", title="", published=None, summary=e.title) for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="g") for e in SAME], [replace(e, guid="g") for e in (entry(7), *SAME)]), [5, 1]),
        (([replace(SAME[0], guid="g")], [replace(e, guid="g") for e in (entry(1), SAME[0])]), [1, 1]),
        (([*SAME, *SAME], SAME), [5, 0]),
        (([replace(e, guid=f"1{e.guid}", url="") for e in SAME], [replace(e, guid=f"2{e.guid}", url="") for e in SAME]),
         [5, 0]),
    ],
)  # fmt: skip
def test_entries_are_told_apart(polls: tuple[list[ParsedEntry], ...], counts: list[int]) -> None:
    assert [new(matched) for matched in polled(*polls)] == counts


@given(st.permutations(range(6)), st.integers(0, 5))
def test_order_and_window_bring_nothing_new(order: list[int], gone: int) -> None:
    later = [entry(n) for n in order if n != gone]
    assert [new(matched) for matched in polled([entry(n) for n in range(6)], later)] == [6, 0]


def test_the_interval_follows_rhythm_and_server() -> None:
    bounds = Bounds(600, 86400)
    hourly = [NOW - timedelta(hours=n) for n in range(10)]
    assert schedule.next_interval(hourly, {}, None, NOW, bounds) == 1800
    assert (
        schedule.next_interval(hourly, {"cache-control": "public, max-age=7200"}, None, NOW, bounds) == 7200
    )
    assert schedule.next_interval(hourly, {}, 3 * 3600, NOW, bounds) == 10800
    expires = {"expires": "Mon, 02 Mar 2026 14:00:00 GMT"}
    assert schedule.next_interval(hourly, expires, None, NOW, bounds) == 7200
    assert schedule.next_interval(hourly, {"cache-control": "max-age=99999999"}, None, NOW, bounds) == 86400
    assert schedule.next_interval([NOW] * 20, {}, None, NOW, bounds) == 600
    assert schedule.rhythm([NOW - timedelta(days=30 + n) for n in range(5)], NOW, bounds) == 86400


def test_back_off_doubles_and_never_ends() -> None:
    bounds, dice = Bounds(600, 86400), Random(4)
    waits = [schedule.back_off(600, n, bounds, dice) for n in range(1, 200)]
    assert all(a < b for a, b in itertools.pairwise(waits[:7]))
    assert max(waits) <= 86400 * 1.1
    assert len({round(wait) for wait in waits[-50:]}) > 10


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("1000000000", 86400),
        ("Mon, 02 Mar 2026 12:10:00 GMT", 600),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after(said: str, seconds: int | None) -> None:
    wait = schedule.retry_after({"retry-after": said}, NOW)
    assert (wait and wait.total_seconds()) == seconds


def test_validators_are_dropped_now_and_then() -> None:
    from db.collection import FeedState

    state = FeedState(1, "http://x.example/feed", etag='"1"', validators_since=NOW - timedelta(days=7))
    assert request_for(state, NOW).etag == '"1"'
    assert request_for(state, NOW + timedelta(days=2)).etag is None


def test_robots() -> None:
    rules = "User-agent: newsgauge\nDisallow: /closed\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /"
    assert permission(rules, "http://x.example/open").allowed
    assert not permission(rules, "http://x.example/closed/1").allowed
    assert permission(rules, "http://x.example/open").gap == 7
    assert text_of(Response("u", 404, {}, b"", 0, 0)) == ""
    assert text_of(Response("u", 503, {}, b"", 0, 0)) is None
    assert text_of(Failure("timeout", "", 0)) is None


OPML = """<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
<outline text="Trade"><outline text="Stage News" type="rss" xmlUrl="http://stage.example/feed"/></outline>
<outline text="Evil" type="rss" xmlUrl="exec:rm -rf /"/><outline text="E2" type="rss" xmlUrl="file:///etc/passwd"/>
<outline title="Dock &amp; Sea" type="rss" xmlUrl="https://dock.example/rss"/></body></opml>"""


def test_opml_in_and_out() -> None:
    feeds = import_opml(OPML.encode())
    assert [(f.url, f.title, f.group) for f in feeds] == [
        ("http://stage.example/feed", "Stage News", "Trade"),
        ("https://dock.example/rss", "Dock & Sea", None),
    ]
    assert import_opml(export_opml(feeds, NOW).encode()) == feeds
    odd = NewFeed("http://x.example/?a=1&b=<2>", 'Quotes " & 5 < 6')
    assert [f.title for f in import_opml(export_opml([odd], NOW).encode())] == ['Quotes " & 5 < 6']


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<!DOCTYPE o [<!ENTITY a "b">]><opml><body/></opml>', "entities"),
        ("<opml><body>" + "<outline text='x'>" * 5000 + "</body></opml>", "nested"),
        ("<opml><body>" + "<outline/>" * 50_000 + "</body></opml>", "more than 20000"),
        ("x" * (11 * 1024 * 1024), "larger than 10 MiB"),
        ("<html>no</html>", "is it OPML"),
        ("", "is it OPML"),
    ],
)
def test_opml_bombs_are_refused(source: str, words: str) -> None:
    with pytest.raises(OpmlError, match=words):
        import_opml(source.encode())


def test_sitemaps() -> None:
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
    <url><loc>http://x.example/1</loc><n:news><n:publication><n:name>Dock Post</n:name><n:language>en</n:language>
    </n:publication><n:publication_date>2026-03-01</n:publication_date><n:title>Cranes &amp; ropes</n:title></n:news></url>
    <url><loc>http://x.example/about</loc></url></urlset>"""
    found = parse_sitemap(body, "http://x.example/sitemap.xml")
    assert isinstance(found, ParsedFeed)
    (listed,) = found.entries
    assert (listed.title, listed.publisher, listed.precision) == ("Cranes & ropes", "Dock Post", "day")
    index = b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"
    found = parse_sitemap(index, "http://x.example/s.xml")
    assert isinstance(found, ParsedFeed)
    assert found.channel.children == ("http://x.example/news.xml", "http://x.example/a.xml")


def test_json_feeds() -> None:
    listed = [
        {
            "id": 7,
            "url": "/a",
            "title": "Cranes",
            "content_text": "a < b\n\nc",
            "date_published": "2026-03-01T08:00:00Z",
        },
        {"id": "x", "url": "javascript:1", "authors": [{"name": "Ann"}], "date_published": "never"},
        "odd",
    ]
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Dock", "items": listed}
    ).encode()
    found = parse_json_feed(body, "http://x.example/feed.json")
    assert isinstance(found, ParsedFeed)
    first, second = found.entries
    assert (first.guid, first.url, paragraphs(first.content)) == ("7", "http://x.example/a", "a < b\n\nc")
    assert (second.link, second.refused_link, second.author, second.unread_date) == (
        "",
        "javascript:1",
        "Ann",
        "never",
    )
    assert found.faults == ("1 items are no objects: left out",)
    assert isinstance(parse_json_feed(b"[" * 100_000, "http://x.example/"), Unreadable)


def test_a_page_with_its_text_in_json_alone() -> None:
    text = "The harbour opens on Monday. " * 20
    html = f'<html><body><div id="app"></div><script type="application/ld+json">{{"articleBody": {json.dumps(text)}, '
    html += '"datePublished": "2026-02-03T04:05:06+01:00"}</script></body></html>'
    page = page_of(html, "http://x.example/a")
    assert page.text == text.strip()
    assert page.published == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)
    assert not page.wall


def test_a_dateline_without_a_year_gives_no_date() -> None:
    html = (
        "<html><body><article><p>PORTSEA, March 3 (Wire) - "
        + "The harbour opens. " * 40
        + "</p></article></body></html>"
    )
    assert page_of(html, "http://x.example/a").published is None


def test_manners_are_for_others_unless_said() -> None:
    assert limits_of(CollectConfig()).own_gap == 0
    assert limits_of(CollectConfig(host_gap_seconds=1)).own_gap == 1
    assert limits_of(CollectConfig(connections_per_host=2)).own_per_host == 2


def test_a_configured_feed_is_followed_once_with_its_outlet(tmp_path: Path) -> None:
    given = FeedConfig(
        url="https://www.dock.example/rss", title="Dock: Trade", outlet_kind="blog", country="SE"
    )
    with open_store(tmp_path / "n.db") as store:
        feed = follow_feed(store, given, NOW)
        assert follow_feed(store, given.model_copy(update={"enabled": False}), NOW) == feed
        row = next(store.db.query("SELECT f.state, o.* FROM feeds f JOIN outlets o ON o.id = f.outlet"))
    assert (row["state"], row["domain"], row["name"]) == ("paused", "dock.example", "Dock")
    assert (row["kind"], row["country"]) == ("blog", "SE")


def test_the_default_feeds_are_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "newsgauge.toml"
    path.write_text(
        (files("monitor") / "collect" / "default_feeds.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    feeds = load_config(path).feeds
    assert len({feed.url for feed in feeds}) == len(feeds) > 20
    assert all(web_address(feed.url) == feed.url for feed in feeds)
