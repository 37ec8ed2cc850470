"""A server of feeds, healthy and faulty, on loopback, with a canary on another port that nobody may visit.

``python tests/fault_server.py`` prints its ports as JSON and serves until its standard input ends. Each faulty
kind says how many of its entries can be recovered and which words its state must hold.
"""
# ruff: noqa: E501 - rows of examples stand on one line each

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ITEMS = 30
START = datetime(2026, 3, 2, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Kind:
    """A way to answer. ``entries`` can be recovered (None: nobody counts); ``words`` stand in the state."""

    name: str
    answer: Callable[[Visit], Awaitable[None]]
    entries: int | None
    words: str
    heavy: bool = False


class Visit:
    """One request, and the plain ways to answer it."""

    def __init__(self, path: str, headers: dict[str, str], writer: asyncio.StreamWriter, canary: str) -> None:
        self.path = path
        self.headers = headers
        self.writer = writer
        self.canary = canary
        self.name = path.strip("/").replace("/", "-")

    async def send(self, body: bytes, status: str = "200 OK", **headers: str) -> None:
        lines = {"Content-Type": "application/rss+xml", "Content-Length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        self.writer.write(f"HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n".encode("latin-1") + body)
        await self.writer.drain()

    async def open(self, **headers: str) -> None:
        lines = {"Content-Type": "application/rss+xml"} | {n.replace("_", "-"): v for n, v in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.writer.write(f"HTTP/1.1 200 OK\r\n{head}Connection: close\r\n\r\n".encode())
        await self.writer.drain()


def item(name: str, number: int, **parts: str) -> str:
    """One RSS item; *parts* replace its elements, an empty one leaves it out."""
    when = format_datetime(START - timedelta(hours=number))
    elements = {
        "title": f"<title>{name} entry {number}</title>",
        "link": f"<link>http://news.example/{name}/{number}</link>",
        "guid": f'<guid isPermaLink="false">{name}:{number}</guid>',
        "date": f"<pubDate>{when}</pubDate>",
        "description": f"<description>About matter {number} of {name}.</description>",
    } | parts
    return f"<item>{''.join(elements.values())}</item>"


def rss(name: str, items: list[str] | None = None, head: str = "", encoding: str = "utf-8") -> str:
    listed = items if items is not None else [item(name, n) for n in range(ITEMS)]
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}<rss version="2.0"><channel><title>{name}</title>'
        f"<link>http://news.example/{name}</link><description>{name}</description>{''.join(listed)}</channel></rss>"
    )


def each(**parts: Callable[[str, int], str]) -> Callable[[Visit], Awaitable[None]]:
    """A feed whose items have some parts made by functions of the feed's name and the item's number."""

    async def answer(visit: Visit) -> None:
        items = [
            item(visit.name, n, **{key: make(visit.name, n) for key, make in parts.items()})
            for n in range(ITEMS)
        ]
        await visit.send(rss(visit.name, items).encode())

    return answer


def changed(change: Callable[[bytes], bytes], **headers: str) -> Callable[[Visit], Awaitable[None]]:
    """A healthy feed's bytes, changed."""

    async def answer(visit: Visit) -> None:
        await visit.send(change(rss(visit.name).encode()), **headers)

    return answer


def status(code: str, **headers: str) -> Callable[[Visit], Awaitable[None]]:
    async def answer(visit: Visit) -> None:
        await visit.send(b"no", code, Content_Type="text/plain", **headers)

    return answer


def redirect(target: Callable[[Visit], str], code: str = "302 Found") -> Callable[[Visit], Awaitable[None]]:
    async def answer(visit: Visit) -> None:
        await visit.send(b"", code, Location=target(visit))

    return answer


async def healthy(visit: Visit) -> None:
    body = rss(visit.name).encode()
    etag = f'"{zlib.crc32(body)}"'
    if visit.headers.get("if-none-match") == etag:
        await visit.send(b"", "304 Not Modified", ETag=etag)
    elif "gzip" in visit.headers.get("accept-encoding", "") and visit.name.endswith(("0", "5")):
        await visit.send(gzip.compress(body), ETag=etag, Content_Encoding="gzip")
    else:
        await visit.send(body, ETag=etag)


async def drip(visit: Visit) -> None:
    await visit.open(Content_Length="100000")
    for byte in rss(visit.name).encode():
        visit.writer.write(bytes([byte]))
        await visit.writer.drain()
        await asyncio.sleep(1)


async def hang(visit: Visit) -> None:
    await asyncio.sleep(120)


async def hang_in_body(visit: Visit) -> None:
    body = rss(visit.name).encode()
    await visit.open(Content_Length=str(len(body)))
    visit.writer.write(body[: len(body) // 2])
    await visit.writer.drain()
    await asyncio.sleep(120)


async def reset(visit: Visit) -> None:
    body = rss(visit.name).encode()
    await visit.open(Content_Length=str(len(body)))
    visit.writer.write(body[: len(body) // 2])
    await visit.writer.drain()
    await asyncio.sleep(0.05)
    visit.writer.transport.abort()


async def silent_close(visit: Visit) -> None:
    visit.writer.transport.abort()


async def not_http(visit: Visit) -> None:
    visit.writer.write(b"SSH-2.0-hello\r\n\r\n")
    await visit.writer.drain()


async def truncated_gzip(visit: Visit) -> None:
    packed = gzip.compress(rss(visit.name).encode())
    await visit.send(packed[: len(packed) * 2 // 3], Content_Encoding="gzip")


async def gzip_bomb(visit: Visit) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    await visit.open(Content_Encoding="gzip")
    zeros = bytes(1024 * 1024)
    for _ in range(1024):
        visit.writer.write(packer.compress(zeros))
        await visit.writer.drain()
    visit.writer.write(packer.flush())
    await visit.writer.drain()


async def large_body(visit: Visit) -> None:
    await visit.open()
    visit.writer.write(rss(visit.name)[: -len("</channel></rss>")].encode() + b"<x>")
    for _ in range(200):
        visit.writer.write(b"x" * 1024 * 1024)
        await visit.writer.drain()


async def hundred_thousand(visit: Visit) -> None:
    body = rss(visit.name, [item(visit.name, n) for n in range(100_000)]).encode()
    await visit.send(gzip.compress(body, 1), Content_Encoding="gzip")


async def many_headers(visit: Visit) -> None:
    await visit.send(rss(visit.name).encode(), **{f"X_Padding_{n}": "x" * 60 for n in range(200)})


async def changing_guids(visit: Visit) -> None:
    turn = visits[visit.path]
    items = [
        item(visit.name, n, guid=f"<guid isPermaLink='false'>{turn}-{n}-{turn}</guid>") for n in range(ITEMS)
    ]
    await visit.send(rss(visit.name, items).encode())


async def chain(visit: Visit) -> None:
    _, _, step = visit.path.rpartition(":")
    if not step.isdigit():
        await visit.send(b"", "302 Found", Location=f"{visit.path}:1")
    elif int(step) < 8:
        await visit.send(b"", "301 Moved Permanently", Location=f"{visit.path[: -len(step)]}{int(step) + 1}")
    else:
        visit.name = visit.name.rpartition(":")[0]
        await visit.send(rss(visit.name).encode())


def _lone_surrogate(name: str, number: int) -> str:
    return f"<title>{name} entry {number} &#xD800;</title>"


def _far(name: str, number: int) -> str:
    return f"<pubDate>{format_datetime(START + timedelta(days=400 * 10))}</pubDate>"


def _entities(visit: Visit, declared: str, used: str) -> bytes:
    items = [item(visit.name, n, description=f"<description>{used} {n}</description>") for n in range(ITEMS)]
    return rss(visit.name, items, f"<!DOCTYPE rss [{declared}]>").encode()


def declaring(declared: Callable[[Visit], str], used: str) -> Callable[[Visit], Awaitable[None]]:
    async def answer(visit: Visit) -> None:
        await visit.send(_entities(visit, declared(visit), used))

    return answer


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
PAGE = (
    b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>Please enable cookies.</p></body></html>"
)

FAULTS: tuple[Kind, ...] = (
    Kind("status-400", status("400 Bad Request"), 0, "answers 400"),
    Kind("status-401", status("401 Unauthorized"), 0, "answers 401"),
    Kind("status-403", status("403 Forbidden"), 0, "answers 403"),
    Kind("status-404", status("404 Not Found"), 0, "answers 404"),
    Kind("status-410", status("410 Gone"), 0, "answers 410"),
    Kind("status-429", status("429 Too Many Requests", Retry_After="900"), 0, "answers 429"),
    Kind("status-500", status("500 Oops"), 0, "answers 500"),
    Kind("status-503", status("503 Later", Retry_After="1000000000"), 0, "answers 503"),
    Kind("status-999", status("999 Nonsense"), 0, "answers 999"),
    Kind("empty", changed(lambda b: b""), 0, "empty"),
    Kind("always-304", redirect(lambda v: "", "304 Not Modified"), 0, "304"),
    Kind("redirect-loop", redirect(lambda v: v.path), 0, "circle"),
    Kind("redirect-nowhere", redirect(lambda v: "ftp://files.example/feed"), 0, "no http or https"),
    Kind("redirect-canary", redirect(lambda v: f"{v.canary}/secret"), 0, "private address"),
    Kind("redirect-metadata", redirect(lambda v: "http://169.254.169.254/latest/"), 0, "private address"),
    Kind("redirect-hex", redirect(lambda v: "http://0x7f000001:9/x"), 0, "private address"),
    Kind("redirect-chain", chain, ITEMS, ""),
    Kind("drip", drip, 0, "within"),
    Kind("hang", hang, 0, "did not finish"),
    Kind("hang-in-body", hang_in_body, None, "within"),
    Kind("reset", reset, None, "broke off"),
    Kind("silent-close", silent_close, 0, "closed the connection|broke off"),
    Kind("not-http", not_http, 0, "not proper HTTP"),
    Kind("truncated-gzip", truncated_gzip, None, "ends too early"),
    Kind("damaged-gzip", changed(lambda b: b"\x1f\x8b\x08" + b, Content_Encoding="gzip"), 0, "damaged"),
    Kind("says-gzip", changed(lambda b: b, Content_Encoding="gzip"), ITEMS, ""),
    Kind("brotli", changed(lambda b: b, Content_Encoding="br"), ITEMS, "labelled as packed"),
    Kind("gzip-bomb", gzip_bomb, 0, "MiB when it is unpacked", heavy=True),
    Kind("large-body", large_body, None, "larger than 15 MiB", heavy=True),
    Kind("hundred-thousand", hundred_thousand, 100_000, "", heavy=True),
    Kind("many-headers", many_headers, ITEMS, ""),
    Kind("html", changed(lambda b: PAGE, Content_Type="text/html"), 0, "web page"),
    Kind("html-as-xml", changed(lambda b: PAGE), 0, "web page"),
    Kind("binary", changed(lambda b: bytes(range(256)) * 40), 0, "neither a feed nor a page|no feed"),
    Kind("json", changed(lambda b: b'{"hello": [1, 2]}'), 0, "no JSON Feed"),
    Kind("bad-json", changed(lambda b: b'{"version": '), 0, "JSON that cannot be read"),
    Kind("cut-xml", changed(lambda b: b[: len(b) * 2 // 3]), None, "not well-formed"),
    Kind("bare-amp", each(title=lambda n, i: f"<title>{n} entry {i} & more</title>"), ITEMS, "not well-formed"),
    Kind("undefined-entity", each(title=lambda n, i: f"<title>{n} entry {i}&nbsp;x</title>"), ITEMS, "well-formed"),
    Kind("nul", each(title=lambda n, i: f"<title>{n} entry {i}\x00</title>"), ITEMS, "control characters"),
    Kind("surrogate", each(title=_lone_surrogate), ITEMS, "do not exist"),
    Kind("junk-before", changed(lambda b: b"\r\n\r\n  " + b), ITEMS, ""),
    Kind("junk-after", changed(lambda b: b + b"<!-- served in 3 ms --><script>x</script>"), ITEMS, "well-formed"),
    Kind("cp1252-as-utf8", changed(lambda b: b.replace(b"About", "Pr\u00e9s\u2019".encode("cp1252"))), ITEMS, "charset"),
    Kind("utf8-as-latin", changed(lambda b: b.replace(b"utf-8", b"iso-8859-1").replace(b"About", "Prés".encode())),
         ITEMS, "labelled"),
    Kind("unknown-charset", changed(lambda b: b.replace(b"utf-8", b"x-klingon")), ITEMS, ""),
    Kind("utf-16", changed(lambda b: b.replace(b"utf-8", b"utf-16").decode().encode("utf-16")), ITEMS, ""),
    Kind("laughs", declaring(lambda v: LAUGHS, "&j;"), ITEMS, "entities"),
    Kind("xxe-file", declaring(lambda v: '<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"), ITEMS, "entities"),
    Kind("xxe-http", declaring(lambda v: f'<!ENTITY x SYSTEM "{v.canary}/x">', "&x;"), ITEMS, "entities"),
    Kind("dtd-http", changed(lambda b: b.replace(b"?>", b'?><!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">', 1)),
         ITEMS, ""),
    Kind("equal-guids", each(guid=lambda n, i: f"<guid>{n}</guid>"), ITEMS, "a GUID that another has too"),
    Kind("equal-guids-links", each(guid=lambda n, i: f"<guid>{n}</guid>", link=lambda n, i: ""), ITEMS, "GUID"),
    Kind("no-guids", each(guid=lambda n, i: ""), ITEMS, ""),
    Kind("no-guids-links", each(guid=lambda n, i: "", link=lambda n, i: ""), ITEMS, "neither GUID nor link"),
    Kind("no-signs", each(guid=lambda n, i: "", link=lambda n, i: "", date=lambda n, i: "",
                          title=lambda n, i: ""), ITEMS, "neither GUID nor link"),
    Kind("changing-guids", changing_guids, ITEMS, "other GUIDs"),
    Kind("no-dates", each(date=lambda n, i: ""), ITEMS, ""),
    Kind("future-dates", each(date=_far), ITEMS, "in the future"),
    Kind("bad-dates", each(date=lambda n, i: "<pubDate>the day before the fair</pubDate>"), ITEMS, "cannot be read"),
    Kind("year-one", each(date=lambda n, i: "<pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate>"), ITEMS, "date"),
    Kind("script-links", each(link=lambda n, i: f"<link>javascript:alert({i})</link>"), ITEMS, "no web address"),
    Kind("data-links", each(link=lambda n, i: f"<link>data:text/html,{i}</link>"), ITEMS, "no web address"),
    Kind("canary-links", each(link=lambda n, i: f"<link>http://127.0.0.1:1/{n}/{i}</link>"), ITEMS, ""),
    Kind("script-titles", each(title=lambda n, i: f"<title>{n} entry {i} &lt;script&gt;steal()&lt;/script&gt;</title>"),
         ITEMS, ""),
    Kind("relative-links", each(link=lambda n, i: f"<link>/{n}/{i}</link>"), ITEMS, ""),
    Kind("no-items", changed(lambda b: rss("none", []).encode()), 0, "lists nothing"),
    Kind("deep", changed(lambda b: rss("deep", ["<a>" * 3000]).encode()), 0, "well-formed|lists nothing|read"),
    Kind("wrong-length", changed(lambda b: b, Content_Length="9999999"), ITEMS, "broke off"),
    Kind("image-type", changed(lambda b: b, Content_Type="image/png"), ITEMS, "image/png"),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in FAULTS}
visits: Counter[str] = Counter()


class Server:
    """The feeds' server and the canary, each on a port of its own."""

    def __init__(self) -> None:
        self.canary = ""
        self.canary_hits = 0

    async def start(self) -> tuple[int, int]:
        canary = await asyncio.start_server(self._canary, "127.0.0.1", 0)
        feeds = await asyncio.start_server(self._feed, "127.0.0.1", 0, backlog=512)
        ports = feeds.sockets[0].getsockname()[1], canary.sockets[0].getsockname()[1]
        self.canary = f"http://127.0.0.1:{ports[1]}"
        return ports

    async def _canary(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.canary_hits += 1
        writer.close()

    async def _feed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:])}
            await self._answer(Visit(path, headers, writer, self.canary))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, visit: Visit) -> None:
        if visit.path == "/canary-hits":
            await visit.send(json.dumps(self.canary_hits).encode())
            return
        visits[visit.path] += 1
        kind = visit.path.split("/")[1]
        await (BY_NAME[kind].answer if kind in BY_NAME else healthy)(visit)


async def main() -> None:
    ports = await Server().start()
    print(json.dumps(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
