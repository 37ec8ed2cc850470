"""robots.txt: which article pages may be fetched. Feeds are there to be polled, and not asked about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.collect.charsets import decode
from monitor.collect.values import Failure, Request, Response

KEPT_FOR = timedelta(hours=24)
MAX_BYTES = 512 * 1024
AGENT = "newsgauge"


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a page may be fetched, and how many seconds its host wants between requests."""

    allowed: bool
    gap: float = 0.0
    unknown: bool = False


def site_of(url: str) -> str:
    """The part of *url* whose robots.txt counts.

    >>> site_of("https://news.example:8443/a/b")
    'https://news.example:8443'
    """
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"


def permission(robots: str, url: str) -> Permission:
    """What the *robots* text says of *url*.

    >>> permission("User-agent: *\\nDisallow: /private", "https://news.example/private/1").allowed
    False
    """
    try:
        rules = Protego.parse(robots)
        return Permission(bool(rules.can_fetch(url, AGENT)), float(rules.crawl_delay(AGENT) or 0.0))
    except (ValueError, RecursionError):  # rules that cannot be read forbid nothing
        return Permission(True)


def text_of(answer: Response | Failure) -> str | None:
    """The rules that *answer* stands for; None where nobody can know yet (RFC 9309, 2.3.1)."""
    if isinstance(answer, Failure):
        return "" if answer.kind in ("redirects", "protocol", "encoding") else None
    if answer.good:
        return decode(answer.body[:MAX_BYTES], answer.header("content-type")).text
    if answer.status == 429 or answer.status >= 500:
        return None
    return ""


Fetch = Callable[[Request], Awaitable[Response | Failure]]


def request_for(url: str, origin: str) -> Request:
    """The request for the robots.txt that counts for *url*."""
    return Request(f"{site_of(url)}/robots.txt", accept="text/plain, */*;q=0.5", origin=origin)


def is_fresh(fetched: datetime, now: datetime) -> bool:
    """Whether a robots.txt fetched then still counts."""
    return now - fetched < KEPT_FOR
