"""Retrieving: one request with its redirects, within limits of time, size and reach. The only network I/O."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import LoadError, MozillaCookieJar
from importlib.metadata import version
from urllib.request import Request as CookieRequest

import aiohttp
from yarl import URL

from monitor.collect.addresses import Allowed, is_private, literal
from monitor.collect.bodies import TooLargeError, UnknownPackingError, Unpacker, unpacked_again
from monitor.collect.manners import Manners
from monitor.collect.urls import place_of, web_address
from monitor.collect.values import Failure, FailureKind, Limits, Request, Response

_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_NO_BODY = (204, 205, 304)
_LARGE = 1024 * 1024
_LARGE_AT_ONCE = 1
_KEPT_HEADERS = frozenset(
    (
        "etag",
        "last-modified",
        "content-type",
        "content-encoding",
        "cache-control",
        "expires",
        "date",
        "retry-after",
        "location",
        "age",
    )
)
_HEADER_BYTES = 64 * 1024


class PrivateAddressError(OSError):
    """A connection that was not made: its address is private and the user did not open it."""


@dataclass
class _Dial:
    """Who is being dialled, for the check at dial time, and what that check refused."""

    host: str
    port: int
    named: bool
    refused: str | None = None


_dial: ContextVar[_Dial] = ContextVar("dial")


def user_agent(contact: str, own: str | None = None) -> str:
    """How newsgauge names itself: program, version, and whom to write to.

    >>> user_agent("desk@example.org").endswith("(feed reader; +desk@example.org)")
    True
    """
    return (
        own
        or f"newsgauge/{version('newsgauge')} (feed reader; {f'+{contact}' if contact else 'no contact set'})"
    )


class Client:
    """An HTTP client for feeds and pages. Use it as an async context manager."""

    def __init__(self, limits: Limits, allowed: Allowed, agent: str) -> None:
        self.limits = limits
        self.allowed = allowed
        self.manners = Manners(limits, allowed)
        self._agent = agent
        self._slots = asyncio.Semaphore(limits.connections)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._private_names: set[tuple[str, int]] = set()
        self._jars: dict[str, MozillaCookieJar] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Client:
        connector = aiohttp.TCPConnector(
            limit=0,
            socket_factory=self._socket,
            ttl_dns_cache=60,
            happy_eyeballs_delay=0.25,
            keepalive_timeout=30,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=2**16,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
            max_headers=1000,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    @asynccontextmanager
    async def visit(self, request: Request) -> AsyncIterator[Response | Failure]:
        """Ask for *request* and hold its connection slot until the answer is done with.

        What is kept in memory at once is thereby limited: large bodies wait for each other.
        """
        place = place_of_or_none(request.url)
        if place:
            await self.manners.wait(*place)
        async with self._slots, AsyncExitStack() as large:
            yield await self._follow(request, large)

    async def _follow(self, request: Request, large: AsyncExitStack) -> Response | Failure:
        url, permanent_to, steady, seen = request.url, None, True, set[str]()
        left, spent = self.limits.seconds, 0.0
        origin = place_of_or_none(request.origin or request.url)
        for number in range(self.limits.hops + 1):
            if not web_address(url):
                return Failure("address", f"{url[:200]!r} is no http or https address", spent, url=url)
            if url in seen:
                return Failure("redirects", f"its redirects go in a circle ({url[:200]})", spent, url=url)
            seen.add(url)
            if number:
                await self.manners.wait(*place_of(url))
            hop = await self._hop(url, request, origin, left, large)
            spent += hop.seconds
            left -= hop.seconds
            if isinstance(hop, Failure) or hop.status not in _REDIRECTS or not hop.header("location"):
                return _ended(hop, spent, permanent_to)
            url = web_address(hop.headers["location"], url) or hop.headers["location"]
            steady = steady and hop.status in _PERMANENT
            permanent_to = url if steady else permanent_to
        return Failure("redirects", f"it redirects more than {self.limits.hops} times", spent, url=url)

    async def _hop(
        self, url: str, request: Request, origin: tuple[str, int] | None, left: float, large: AsyncExitStack
    ) -> Response | Failure:
        loop = asyncio.get_running_loop()
        host, port = place_of(url)
        refused = self._refusal(host, port, (host, port) == origin)
        if refused:
            return Failure("private", refused, 0.0, url=url)
        async with self.manners.turn(host, port):
            began, dial = loop.time(), _Dial(host, port, (host, port) == origin)
            _dial.set(dial)
            try:
                at_home = (host, port) == place_of(request.url)
                async with asyncio.timeout(left) as clock:
                    return await self._ask(url, request, at_home, large, clock)
            except Exception as error:
                kind, words = self._in_words(error, dial)
                if kind is None:
                    raise
                return Failure(kind, words, loop.time() - began, url=url)

    async def _ask(
        self, url: str, request: Request, at_home: bool, large: AsyncExitStack, clock: asyncio.Timeout
    ) -> Response:
        assert self._session is not None, "use the client as a context manager"
        loop = asyncio.get_running_loop()
        began, deadline = loop.time(), clock.when()
        async with self._session.get(
            URL(url, encoded=True) if url.isascii() else URL(url),
            headers=self._headers(url, request, at_home),
            allow_redirects=False,
        ) as answer:
            headers = {
                name.lower(): value
                for name, value in answer.headers.items()
                if name.lower() in _KEPT_HEADERS and (value.isascii() or name.lower() == "location")
            }
            paused, body, wire, cut = 0.0, b"", 0, None
            wanted = answer.status not in _REDIRECTS and answer.status not in _NO_BODY and answer.status < 400
            if wanted:
                clock.reschedule(None)  # from here on a late end is a cut-off answer, not none
                paused, body, wire, cut = await self._read(answer, large, deadline)
            seconds = loop.time() - began - paused
            return Response(url, answer.status, headers, body, wire, seconds, cut=cut)

    async def _read(
        self, answer: aiohttp.ClientResponse, large: AsyncExitStack, deadline: float | None
    ) -> tuple[float, bytes, int, str | None]:
        """The time not charged, the body, its bytes on the wire, and how it was cut off, where it was."""
        unpacker = Unpacker(answer.headers.get("Content-Encoding", ""), self.limits.inflated_bytes)
        paused, wire, cut, is_large = 0.0, 0, None, False
        try:
            async with asyncio.timeout_at(deadline) as clock:
                async for piece in answer.content.iter_any():
                    wire += len(piece)
                    if wire > self.limits.wire_bytes:
                        raise TooLargeError(f"the answer is larger than {_mib(self.limits.wire_bytes)} MiB")
                    unpacker.feed(piece)
                    if len(unpacker.body) > _LARGE and not is_large:
                        is_large, paused = True, await self._large_turn(large, clock)
        except (aiohttp.ClientPayloadError, aiohttp.ClientOSError, ConnectionError):
            cut = "the connection broke off in mid answer"
        except TimeoutError:
            cut = f"the answer was not complete within {self.limits.seconds:g} seconds"
        except TooLargeError as error:
            cut = str(error)
        if cut and answer.connection is not None:
            answer.close()
        return paused, *self._finished(unpacker, wire, cut)

    def _finished(self, unpacker: Unpacker, wire: int, cut: str | None) -> tuple[bytes, int, str | None]:
        try:
            body = unpacked_again(unpacker.end(), self.limits.inflated_bytes)
            return body, wire, cut or unpacker.cut
        except TooLargeError as error:
            return b"", wire, str(error)

    async def _large_turn(self, large: AsyncExitStack, clock: asyncio.Timeout) -> float:
        """Wait for one of the few turns of large bodies; the wait is not charged to the server's time."""
        loop = asyncio.get_running_loop()
        began, deadline = loop.time(), clock.when()
        clock.reschedule(None)
        await large.enter_async_context(self._large)
        waited = loop.time() - began
        clock.reschedule(deadline + waited if deadline is not None else None)
        return waited

    def _headers(self, url: str, request: Request, at_home: bool) -> dict[str, str]:
        """The request's headers; the user's own (which may hold secrets) go to the feed's own place alone."""
        headers = {"Accept": request.accept}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if at_home:
            headers |= request.headers
        if request.cookies_file and (cookies := self._cookies(request.cookies_file, url)):
            headers["Cookie"] = cookies
        return headers

    def _cookies(self, path: str, url: str) -> str | None:
        """The cookies of the Netscape file at *path* that belong to *url*."""
        if path not in self._jars:
            jar = MozillaCookieJar(path)
            try:
                jar.load(ignore_discard=True, ignore_expires=True)
            except (OSError, LoadError) as error:
                raise CookieFileError(f"its cookies_file {path} cannot be read: {error}") from error
            for cookie in jar:
                cookie.expires = cookie.expires or None  # browsers write 0 for "until the browser ends"
            self._jars[path] = jar
        asked = CookieRequest(url)
        self._jars[path].add_cookie_header(asked)
        return asked.get_header("Cookie")

    def _refusal(self, host: str, port: int, named: bool) -> str | None:
        """Why *host* is not asked at all: known to be private before any dialling.

        A pooled connection is reused without a dial, so names once seen to be private are checked here.
        """
        address = literal(host)
        if address is not None and not self.allowed.opens(address, host, port, named=named):
            return refusal(host, port)
        if (host, port) in self._private_names and not named and (host, port) not in self.allowed.places:
            return refusal(host, port)
        return None

    def _socket(self, found: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """The socket for an address that DNS gave, if it may be dialled: only here is the truth seen."""
        family, kind, proto, _, sockaddr = found
        dial = _dial.get()
        address = literal(str(sockaddr[0]).partition("%")[0])
        if address is None or not self.allowed.opens(address, dial.host, dial.port, named=dial.named):
            dial.refused = refusal(dial.host, dial.port)
            raise PrivateAddressError(errno.EACCES, dial.refused)
        if is_private(address):
            self._private_names.add((dial.host, dial.port))
        return socket.socket(family, kind, proto)

    def _in_words(self, error: Exception, dial: _Dial) -> tuple[FailureKind | None, str]:
        if dial.refused and isinstance(error, OSError):
            return "private", dial.refused
        for types, kind, words in _WORDS:
            if isinstance(error, types):
                return kind, words.format(host=dial.host, port=dial.port, error=error, s=self.limits.seconds)
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return _name_words(error, dial)
        if isinstance(error, aiohttp.ClientConnectorError):
            return _connection_words(error, dial)
        if isinstance(error, aiohttp.ClientError | OSError):
            return "connection", f"the connection to {dial.host} broke off ({_short(error)})"
        if isinstance(error, ValueError):  # yarl, idna and aiohttp of odd addresses and headers
            return "address", f"the address or its headers cannot be used ({_short(error)})"
        return None, ""


class CookieFileError(Exception):
    """A cookies file that cannot be read."""


_WORDS: tuple[tuple[type[Exception], FailureKind, str], ...] = (
    (TimeoutError, "timeout", "{host} did not finish its answer within {s:g} seconds"),
    (UnknownPackingError, "encoding", "the answer is packed in a way that was not asked for ({error})"),
    (CookieFileError, "address", "{error}"),
    (aiohttp.InvalidURL, "address", "the address {error} cannot be used"),
    (aiohttp.ClientConnectorCertificateError, "tls", "the certificate of {host} is not trusted ({error})"),
    (aiohttp.ClientSSLError, "tls", "no secure connection to {host} ({error})"),
    (ssl.SSLError, "tls", "no secure connection to {host} ({error})"),
    (aiohttp.ServerDisconnectedError, "connection", "{host} closed the connection without an answer"),
    (aiohttp.ClientResponseError, "protocol", "{host} answers with something that is not proper HTTP"),
)


def _name_words(error: aiohttp.ClientConnectorDNSError, dial: _Dial) -> tuple[FailureKind, str]:
    if error.os_error.errno == socket.EAI_AGAIN:
        return "offline", f"the name {dial.host} could not be looked up (DNS does not answer)"
    return "dns", f"the name {dial.host} is not found (DNS)"


def _connection_words(error: aiohttp.ClientConnectorError, dial: _Dial) -> tuple[FailureKind, str]:
    number = error.os_error.errno
    if number == errno.ECONNREFUSED or "refused" in str(error).lower():
        return "refused", f"{dial.host}:{dial.port} refuses connections"
    if number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN):
        return "unreachable", f"{dial.host} cannot be reached"
    return "connection", f"no connection to {dial.host} ({_short(error)})"


def _mib(size: int) -> int:
    return size // 1048576


def refusal(host: str, port: int) -> str:
    """Why a private address is not asked."""
    return f"{host}:{port} is a private address, which is not open to it"


def place_of_or_none(url: str) -> tuple[str, int] | None:
    """The host and port of *url*, or None where it has none."""
    try:
        return place_of(url)
    except ValueError:
        return None


def _ended(hop: Response | Failure, seconds: float, permanent_to: str | None) -> Response | Failure:
    if isinstance(hop, Failure):
        return Failure(hop.kind, hop.words, seconds, hop.wire_bytes, hop.url)
    return Response(
        hop.url, hop.status, hop.headers, hop.body, hop.wire_bytes, seconds, permanent_to, hop.cut
    )


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
