"""Rarer ways to answer a poll: framing, statuses, packings, charsets, redirects, links and dead connections."""
# ruff: noqa: E501 - rows of examples stand on one line each

from __future__ import annotations

import asyncio
import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db.collection import NewFeed, add_feed
from db.store import Store, open_store
from monitor.collect.addresses import parse_allowed
from monitor.collect.client import Client
from monitor.collect.poll import poll_pass
from monitor.collect.values import Limits
from tests.fault_server import ITEMS, Kind, Server, Visit, changed, each, redirect, rss

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPE = b"Content-Type: application/rss+xml\r\n"


def raw(make: Callable[[bytes], bytes]) -> Callable[[Visit], Awaitable[None]]:
    """Bytes on the wire, made of a healthy feed's body; then the connection ends."""

    async def answer(visit: Visit) -> None:
        visit.writer.write(make(rss(visit.name).encode()))
        await visit.writer.drain()

    return answer


def head(status: str = "200 OK", *lines: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\n".encode() + TYPE + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"
    )


def sized(body: bytes, status: str = "200 OK", *lines: str) -> bytes:
    return head(status, f"Content-Length: {len(body)}", *lines) + body


def chunked(body: bytes, *, size: str = "{:x}", end: bytes = b"0\r\n\r\n", after: bytes = b"\r\n") -> bytes:
    half = len(body) // 2
    parts = [size.format(len(part)).encode() + b"\r\n" + part + after for part in (body[:half], body[half:])]
    return head("200 OK", "Transfer-Encoding: chunked") + b"".join(parts) + end


def code(status: str, body: bytes = b"") -> Callable[[Visit], Awaitable[None]]:
    return raw(lambda feed: sized(body or feed, status))


def packed(pack: Callable[[bytes], bytes], encoding: str) -> Callable[[Visit], Awaitable[None]]:
    return changed(pack, Content_Encoding=encoding)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def in_charset(name: str, said: str, mark: bytes = b"") -> Callable[[Visit], Awaitable[None]]:
    return changed(lambda b: mark + b.decode().replace('encoding="utf-8"', said).encode(name))


def link(make: str) -> Callable[[Visit], Awaitable[None]]:
    return each(link=lambda name, n: f"<link>{make.format(name=name, n=n)}</link>")


async def cookie_loop(visit: Visit) -> None:
    """Sends everybody back who brings no cookie, as consent walls do."""
    if "cookie" in visit.headers:
        await visit.send(rss(visit.name).encode())
    else:
        await visit.send(b"", "302 Found", Location=visit.path, Set_Cookie="seen=1")


async def growing_loop(visit: Visit) -> None:
    await visit.send(b"", "302 Found", Location=visit.path + "x")


def once_moved(
    target: Callable[[Visit], str], status: str = "302 Found"
) -> Callable[[Visit], Awaitable[None]]:
    """Redirects to *target*; there the feed is."""

    async def answer(visit: Visit) -> None:
        if visit.path.endswith("/0"):
            await visit.send(b"", status, Location=target(visit))
        else:
            visit.name = visit.path.split("/")[1]
            await visit.send(rss(visit.name).encode())

    return answer


async def idle_reset(visit: Visit) -> None:
    """Says that it keeps the connection and ends it behind the answer."""
    visit.writer.write(sized(rss(visit.name).encode(), "200 OK", "Connection: keep-alive"))
    await visit.writer.drain()
    visit.writer.transport.abort()


async def endless_head(visit: Visit) -> None:
    visit.writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200_000):
        visit.writer.write(f"X-{number}: {'y' * 50}\r\n".encode())
        await visit.writer.drain()


async def endless_interim(visit: Visit) -> None:
    for _ in range(100_000):
        visit.writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
        await visit.writer.drain()


UNUSUAL: tuple[Kind, ...] = (
    # framing
    Kind("http-10", raw(lambda b: sized(b).replace(b"HTTP/1.1", b"HTTP/1.0")), ITEMS, "^$"),
    Kind("no-length", raw(lambda b: head() + b), ITEMS, "^$"),
    Kind("chunked", raw(chunked), ITEMS, "^$"),
    Kind("chunk-capitals", raw(lambda b: chunked(b, size="{:X}")), ITEMS, "^$"),
    Kind("chunk-extension", raw(lambda b: chunked(b, size="{:x};name=value")), ITEMS, "^$"),
    Kind("chunk-trailer", raw(lambda b: chunked(b, end=b"0\r\nX-Sum: 1\r\n\r\n")), ITEMS, "^$"),
    Kind("chunk-unended", raw(lambda b: chunked(b, end=b"")), ITEMS, "broke off"),
    Kind("chunk-size-words", raw(lambda b: chunked(b, size="many{:x}")), None, "broke off|not proper HTTP"),
    Kind("chunk-size-negative", raw(lambda b: chunked(b, size="-{:x}")), None, "broke off|not proper HTTP"),
    Kind("chunk-size-huge", raw(lambda b: chunked(b, size="ffffffff{:x}")), None, "broke off|not proper HTTP"),
    Kind("chunk-no-break", raw(lambda b: chunked(b, after=b"")), None, "broke off|not proper HTTP"),
    Kind("length-short", raw(lambda b: head("200 OK", f"Content-Length: {len(b) // 2}") + b), None, "not well-formed|not proper HTTP"),
    Kind("length-words", raw(lambda b: head("200 OK", "Content-Length: lots") + b), 0, "not proper HTTP"),
    Kind("length-negative", raw(lambda b: head("200 OK", "Content-Length: -1") + b), 0, "not proper HTTP"),
    Kind("length-twice", raw(lambda b: head("200 OK", "Content-Length: 5", f"Content-Length: {len(b)}") + b), 0, "not proper HTTP"),
    Kind("head-bare-lf", raw(lambda b: sized(b).replace(b"\r\n", b"\n")), None, ""),
    Kind("head-no-colon", raw(lambda b: sized(b, "200 OK", "nonsense")), 0, "not proper HTTP"),
    Kind("head-latin", raw(lambda b: sized(b).replace(b"\r\n", b"\r\nX-Name: Pr\xe9s\r\n", 1)), ITEMS, "^$"),
    Kind("head-long-line", raw(lambda b: sized(b, "200 OK", "X-Long: " + "y" * 200_000)), 0, "not proper HTTP"),
    Kind("head-endless", endless_head, 0, "not proper HTTP|within|broke off"),
    Kind("status-no-words", raw(lambda b: sized(b, "200")), ITEMS, "^$"),
    Kind("status-four-digits", raw(lambda b: sized(b, "2000 OK")), 0, "not proper HTTP"),
    # statuses
    Kind("interim-100", raw(lambda b: b"HTTP/1.1 100 Continue\r\n\r\n" + sized(b)), ITEMS, "^$"),
    Kind("interim-103", raw(lambda b: b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + sized(b)), ITEMS, "^$"),
    Kind("interim-endless", endless_interim, 0, "did not finish|not proper HTTP|broke off|without an answer"),
    Kind("switches-101", raw(lambda b: head("101 Switching Protocols", "Upgrade: websocket")), 0, "101|not proper HTTP|without"),
    Kind("status-201", code("201 Created"), ITEMS, "^$"),
    Kind("status-203", code("203 Non-Authoritative Information"), ITEMS, "^$"),
    Kind("status-204", raw(lambda b: head("204 No Content")), 0, "204|empty"),
    Kind("status-205", raw(lambda b: sized(b"", "205 Reset Content")), 0, "205|empty"),
    Kind("status-206", code("206 Partial Content"), None, ""),
    Kind("status-226", code("226 IM Used"), ITEMS, ""),
    Kind("status-300", code("300 Multiple Choices"), 0, "answers 300"),
    Kind("status-301-alone", code("301 Moved Permanently"), 0, "301"),
    Kind("status-305", code("305 Use Proxy"), 0, "answers 305"),
    Kind("status-402", code("402 Payment Required"), 0, "answers 402"),
    Kind("status-405", code("405 Method Not Allowed"), 0, "answers 405"),
    Kind("status-406", code("406 Not Acceptable"), 0, "answers 406"),
    Kind("status-418", code("418 I'm a teapot"), 0, "answers 418"),
    Kind("status-421", code("421 Misdirected Request"), 0, "answers 421"),
    Kind("status-451", code("451 Unavailable For Legal Reasons"), 0, "answers 451"),
    Kind("status-500-feed", code("500 Internal Server Error"), 0, "answers 500"),
    Kind("status-502", code("502 Bad Gateway", b"<html>bad</html>"), 0, "answers 502"),
    Kind("status-504", code("504 Gateway Timeout"), 0, "answers 504"),
    Kind("status-520", code("520 Web Server Returned an Unknown Error"), 0, "answers 520"),
    Kind("status-304-body", raw(lambda b: head("304 Not Modified") + b), 0, "304|not proper HTTP"),
    # packings
    Kind("gzip", packed(gzip.compress, "gzip"), ITEMS, "^$"),
    Kind("x-gzip", packed(gzip.compress, "X-GZip"), ITEMS, "^$"),
    Kind("gzip-unsaid", changed(gzip.compress), ITEMS, "^$"),
    Kind("gzip-twice", packed(lambda b: gzip.compress(gzip.compress(b)), "gzip, gzip"), ITEMS, "^$"),
    Kind("gzip-twice-said-once", packed(lambda b: gzip.compress(gzip.compress(b)), "gzip"), ITEMS, "^$"),
    Kind("gzip-members", packed(lambda b: gzip.compress(b[:500]) + gzip.compress(b[500:]), "gzip"), ITEMS, "^$"),
    Kind("gzip-junk-after", packed(lambda b: gzip.compress(b) + b"junk", "gzip"), ITEMS, "^$"),
    Kind("gzip-bad-sum", packed(lambda b: gzip.compress(b)[:-8] + b"\0" * 8, "gzip"), ITEMS, "damaged"),
    Kind("zlib", packed(zlib.compress, "deflate"), ITEMS, "^$"),
    Kind("deflate-raw", packed(raw_deflate, "deflate"), ITEMS, "^$"),
    Kind("deflate-plain", packed(lambda b: b, "deflate"), ITEMS, "^$"),
    Kind("deflate-is-gzip", packed(gzip.compress, "deflate"), ITEMS, "^$"),
    Kind("deflate-then-gzip", packed(lambda b: gzip.compress(zlib.compress(b)), "deflate, gzip"), ITEMS, "^$"),
    Kind("identity", packed(lambda b: b, "identity"), ITEMS, "^$"),
    Kind("packing-none", packed(lambda b: b, "none"), ITEMS, "labelled as packed"),
    Kind("packing-utf-8", packed(lambda b: b, "UTF-8"), ITEMS, "labelled as packed"),
    Kind("zstd", packed(lambda b: b"\x28\xb5\x2f\xfd" + b, "zstd"), 0, "not asked for"),
    Kind("compress", packed(lambda b: b"\x1f\x9d" + b, "compress"), 0, "not asked for"),
    Kind("bzip2", packed(bz2.compress, "bzip2"), 0, "not asked for"),
    Kind("xz-unsaid", changed(lzma.compress), 0, "feed"),
    # charsets
    Kind("utf-8-mark", changed(lambda b: b"\xef\xbb\xbf" + b), ITEMS, ""),
    Kind("utf-8-mark-twice", changed(lambda b: b"\xef\xbb\xbf" * 2 + b), ITEMS, ""),
    Kind("utf-16-le", in_charset("utf-16-le", 'encoding="utf-16"', b"\xff\xfe"), ITEMS, ""),
    Kind("utf-16-be", in_charset("utf-16-be", 'encoding="utf-16"', b"\xfe\xff"), ITEMS, ""),
    Kind("utf-16-be-bare", in_charset("utf-16-be", 'encoding="utf-16"'), ITEMS, ""),
    Kind("utf-16-le-bare", in_charset("utf-16-le", ""), ITEMS, ""),
    Kind("utf-32", in_charset("utf-32", 'encoding="utf-32"'), ITEMS, ""),
    Kind("utf-32-be-bare", in_charset("utf-32-be", 'encoding="utf-32"'), ITEMS, ""),
    Kind("utf-16-says-8", in_charset("utf-16", 'encoding="utf-8"'), ITEMS, ""),
    Kind("utf-8-says-16", changed(lambda b: b.replace(b'"utf-8"', b'"utf-16"')), ITEMS, ""),
    Kind("head-says-other", changed(lambda b: b, Content_Type='text/xml; charset="x-none"'), ITEMS, ""),
    Kind("head-says-16", changed(lambda b: b, Content_Type="text/xml; charset=utf-16"), ITEMS, ""),
    Kind("gb18030", in_charset("gb18030", 'encoding="gb2312"'), ITEMS, ""),
    Kind("cut-in-letter", changed(lambda b: b.replace(b"About", b"Abo\xe4\xb8")), ITEMS, "charset|UTF-8|utf-8"),
    # redirects
    Kind("cookie-loop", cookie_loop, 0, "circle"),
    Kind("growing-loop", growing_loop, 0, "redirects more than"),
    Kind("relative", once_moved(lambda v: "there"), ITEMS, "^$"),
    Kind("relative-up", once_moved(lambda v: "../relative-up/there"), ITEMS, "^$"),
    Kind("query-alone", once_moved(lambda v: "?page=2"), ITEMS, "^$"),
    Kind("location-spaces", once_moved(lambda v: f"  /{v.path.split('/')[1]}/a b c "), ITEMS, "^$"),
    Kind("location-latin", once_moved(lambda v: f"/{v.path.split('/')[1]}/Pr\u00e9s"), ITEMS, "^$"),
    Kind("location-fragment", once_moved(lambda v: f"/{v.path.split('/')[1]}/a#top"), ITEMS, "^$"),
    Kind("status-303", once_moved(lambda v: "there", "303 See Other"), ITEMS, "^$"),
    Kind("status-307", once_moved(lambda v: "there", "307 Temporary Redirect"), ITEMS, "^$"),
    Kind("location-empty", redirect(lambda v: ""), 0, "302"),
    Kind("location-script", redirect(lambda v: "javascript:alert(1)"), 0, "no http or https"),
    Kind("location-data", redirect(lambda v: "data:text/xml,<rss/>"), 0, "no http or https"),
    Kind("location-file", redirect(lambda v: "file:///etc/passwd"), 0, "no http or https"),
    Kind("location-no-host", redirect(lambda v: "http:///feed"), 0, "no http or https|cannot be used"),
    Kind("location-bad-port", redirect(lambda v: "http://news.example:99999/"), 0, "no http or https|cannot be used"),
    Kind("location-control", redirect(lambda v: "/a\x01b"), 0, ""),
    Kind("location-userinfo", redirect(lambda v: v.canary.replace("//", "//news.example@")), 0, "private address|no http"),
    Kind("location-decimal", redirect(lambda v: v.canary.replace("127.0.0.1", "2130706433")), 0, "private address|cannot be used"),
    Kind("location-octal", redirect(lambda v: v.canary.replace("127.0.0.1", "0177.0.0.1")), 0, "private address|cannot be used"),
    Kind("location-short", redirect(lambda v: v.canary.replace("127.0.0.1", "127.1")), 0, "private address|cannot be used"),
    Kind("location-zero", redirect(lambda v: v.canary.replace("127.0.0.1", "0.0.0.0")), 0, "private address"),
    Kind("location-localhost", redirect(lambda v: v.canary.replace("127.0.0.1", "localhost")), 0, "private address"),
    Kind("location-localhost-dot", redirect(lambda v: v.canary.replace("127.0.0.1", "LOCALHOST.")), 0, "private address|not found"),
    Kind("location-ipv6", redirect(lambda v: v.canary.replace("127.0.0.1", "[::1]")), 0, "private address"),
    Kind("location-mapped", redirect(lambda v: v.canary.replace("127.0.0.1", "[::ffff:127.0.0.1]")), 0, "private address"),
    Kind("location-mapped-hex", redirect(lambda v: v.canary.replace("127.0.0.1", "[::ffff:7f00:1]")), 0, "private address"),
    Kind("location-nat64", redirect(lambda v: v.canary.replace("127.0.0.1", "[64:ff9b::7f00:1]")), 0, "private address"),
    Kind("location-6to4", redirect(lambda v: v.canary.replace("127.0.0.1", "[2002:7f00:1::]")), 0, "private address"),
    Kind("location-zone", redirect(lambda v: "http://[fe80::1%25lo]/"), 0, "private address|no http|cannot be used"),
    Kind("location-wide", redirect(lambda v: "http://%ef%bc%91%ef%bc%92%ef%bc%97.0.0.1/"), 0, "private address|no http|cannot be used|not found"),
    # links and titles in entries
    Kind("links-userinfo", link("http://reader:secret@news.example/{name}/{n}"), ITEMS, ""),
    Kind("links-spaces", link("http://news.example/{name}/a b {n}"), ITEMS, ""),
    Kind("links-breaks", link("\n  http://news.example/{name}/\n{n}\n"), ITEMS, ""),
    Kind("links-script-case", link("JaVa\tScRiPt:alert({n})"), ITEMS, "no web address"),
    Kind("links-bad-port", link("http://news.example:port/{n}"), ITEMS, ""),
    Kind("links-bracket", link("http://[::1/{n}"), ITEMS, ""),
    Kind("links-long", link("http://news.example/{n}/" + "a" * 20_000), ITEMS, ""),
    Kind("links-idn", link("http://b\u00fccher.example/{name}/{n}"), ITEMS, ""),
    Kind("titles-long", each(title=lambda name, n: f"<title>{name} entry {n} {'long ' * 20_000}</title>"), ITEMS, ""),
    Kind("titles-direction", each(title=lambda name, n: f"<title>{name} entry {n} \u202egnp.exe</title>"), ITEMS, ""),
    # connections
    Kind("idle-reset", idle_reset, ITEMS, "^$"),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in UNUSUAL}


class Unusual(Server):
    """Answers each path in its kind's way."""

    async def _answer(self, visit: Visit) -> None:
        await BY_NAME[visit.path.split("/")[1].split("?")[0]].answer(visit)


def _poll(store: Store) -> Unusual:
    """Follow a feed of each kind and poll them all, at an address that is on loopback and open."""

    async def run() -> Unusual:
        server = Unusual()
        port, _ = await server.start()
        for name in BY_NAME:
            add_feed(store, NewFeed(f"http://127.0.0.1:{port}/{name}/0"), NOW)
        async with Client(Limits(seconds=8), parse_allowed([f"127.0.0.1:{port}"]), "test") as client:
            await poll_pass(store, client, lambda: NOW, everything=True)
        return server

    return asyncio.run(run())


def _complaints(store: Store) -> list[str]:
    found = []
    for feed in store.db.query("SELECT * FROM feeds ORDER BY id"):
        kind = BY_NAME[feed["url"].split("/")[3]]
        count, said = _entries(store, feed), feed["error"] or ""
        if kind.entries not in (None, count):
            found.append(f"{kind.name}: {count} entries of {kind.entries}, {said!r}")
        elif not re.search(kind.words, said):
            found.append(f"{kind.name}: {said!r} for {kind.words!r}")
        elif count == 0 and not (said and feed["advice"]):
            found.append(f"{kind.name}: nothing came, and nothing is said or advised: {said!r}")
    return found


def _entries(store: Store, feed: dict[str, Any]) -> int:
    return int(store.db.execute("SELECT count(*) FROM entries WHERE feed = ?", [feed["id"]]).fetchone()[0])


def test_what_can_be_had_of_each_is_kept_and_the_rest_is_said(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        server = _poll(store)
        assert server.canary_hits == 0
        assert _complaints(store) == []
        links = [link for (link,) in store.db.execute("SELECT link FROM entries WHERE link IS NOT NULL")]
        assert links and all(link.startswith(("http://", "https://")) for link in links)
        titles = "".join(title for (title,) in store.db.execute("SELECT coalesce(title, '') FROM entries"))
        assert "\u202e" not in titles and "\x00" not in titles
