"""The values that travel between retrieving, parsing, deciding and storing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Precision = Literal["second", "day", "month", "year"]

FailureKind = Literal[
    "dns",
    "offline",
    "unreachable",
    "refused",
    "timeout",
    "connection",
    "tls",
    "protocol",
    "private",
    "redirects",
    "too large",
    "encoding",
    "address",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost, and how politely hosts are asked.

    ``host_gap`` and ``per_host`` are for hosts of others; ``own_gap`` and ``own_per_host`` for addresses
    that ``allow_private`` names: one's own servers need no manners that were not asked for.
    """

    wire_bytes: int = 15 * 1024 * 1024
    inflated_bytes: int = 32 * 1024 * 1024
    seconds: float = 20.0
    hops: int = 20
    connections: int = 50
    per_host: int = 2
    host_gap: float = 1.0
    own_per_host: int = 50
    own_gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. ``origin`` is the host:port that the user's own words lead to, if any do."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies_file: str | None = None
    accept: str = (
        "application/rss+xml, application/atom+xml, application/feed+json, "
        "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
    )
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole or cut off (``cut`` says how, in words). ``body`` is inflated."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int
    seconds: float
    permanent_to: str | None = None
    cut: str | None = None

    @property
    def good(self) -> bool:
        """Whether it brings what was asked for: 200 and its like (203 through a proxy, 206 unasked)."""
        return 200 <= self.status < 300 and self.status not in (204, 205)

    def header(self, name: str) -> str | None:
        """The header *name* (lower case), or None."""
        return self.headers.get(name)


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer that could be used: what kind, and what is wrong in words."""

    kind: FailureKind
    words: str
    seconds: float
    wire_bytes: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """An entry as its feed gives it: title, author and summary as text, content as the feed's HTML.

    ``url`` is the link without tracking parameters; ``unread_date`` a date that could not be read.
    """

    guid: str = ""
    link: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published: datetime | None = None
    precision: Precision | None = None
    updated: datetime | None = None
    publisher: str = ""
    publisher_url: str = ""
    language: str = ""
    unread_date: str = ""
    refused_link: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself. ``ttl_seconds`` joins ``ttl`` and ``sy:updatePeriod``."""

    title: str = ""
    link: str = ""
    language: str = ""
    ttl_seconds: int | None = None
    kind: str = ""
    children: tuple[str, ...] = ()  # a sitemap index's sitemaps, newest first


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes in which no feed was found: what they are, in words, and what to do."""

    words: str
    advice: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's entries in its order; ``faults`` say in words what was wrong and mended."""

    channel: Channel
    entries: tuple[ParsedEntry, ...]
    faults: tuple[str, ...] = ()


Outcome = Literal["new", "nothing new", "not modified", "error", "gone"]


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """How one visit to a feed ended."""

    feed: int
    outcome: Outcome
    status: int | None = None
    bytes: int = 0
    entries: int = 0
    new_entries: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PollSummary:
    """What a pass over the feeds brought."""

    polled: int = 0
    new_entries: int = 0
    not_modified: int = 0
    failed: int = 0
    waiting: int = 0
    network_down: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FetchSummary:
    """What a pass over new entries brought: articles by where their text came from."""

    entries: int = 0
    new_articles: int = 0
    revised: int = 0
    pages: int = 0
    postponed: int = 0
    seconds: float = 0.0
