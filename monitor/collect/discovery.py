"""Finding a site's feeds: what its page names, else the places where feeds are usually found."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from extractors.errors import NewsgaugeError
from monitor.collect.charsets import decode
from monitor.collect.client import Client
from monitor.collect.parse import ForRecord, parse_quickly
from monitor.collect.record import parse_record
from monitor.collect.texts import plain
from monitor.collect.urls import web_address
from monitor.collect.values import Failure, ParsedFeed, Request, Response, Unreadable

_LINK = re.compile(r"<link\b[^>]*>|<a\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_FEED_TYPE = re.compile(
    r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json|text/xml|application/xml", re.I
)
_FEED_WORD = re.compile(r"(?:^|[/._=-])(?:rss|feeds?|atom)(?:$|[/._?=-])|\.(?:rss|rdf|atom)$", re.I)
_USUAL = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")
MAX_ASKED = 8


class DiscoveryError(NewsgaugeError):
    """No feed was found at an address; the message says what is there and what to do."""


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that answers: its address, title, and how many entries it lists."""

    url: str
    title: str
    entries: int
    kind: str = "feed"


async def discover(client: Client, url: str) -> list[FoundFeed]:
    """The feeds at *url*: it is one itself, or its page names some, or they stand in a usual place.

    Raises DiscoveryError where there are none.
    """
    asked = web_address(url if "://" in url else f"https://{url}")
    if not asked:
        raise DiscoveryError(f"{url!r} is no web address: write it as https://example.org/feed")
    answer = await _get(client, asked)
    if isinstance(answer, Failure):
        raise DiscoveryError(f"{asked}: {answer.words}; check the address")
    if answer.good and (feed := feed_in(answer)):
        return [FoundFeed(asked, feed.title, feed.entries, feed.kind)]
    named = links_to_feeds(answer) if answer.good else []
    found = await _those_that_answer(client, named, asked)
    found = found or await _those_that_answer(client, [urljoin(answer.url, path) for path in _USUAL], asked)
    if not found:
        said = "names no feed" if answer.good else f"answers {answer.status}"
        raise DiscoveryError(
            f"{asked} {said}: look on the site for RSS, Atom or a news sitemap and add its address"
        )
    return found


async def _those_that_answer(client: Client, urls: Sequence[str], origin: str) -> list[FoundFeed]:
    found = []
    for url in list(dict.fromkeys(urls))[:MAX_ASKED]:
        answer = await _get(client, url, origin)
        if isinstance(answer, Response) and answer.good and (feed := feed_in(answer)):
            found.append(feed)
    return found


async def _get(client: Client, url: str, origin: str | None = None) -> Response | Failure:
    async with client.visit(Request(url, origin=origin)) as answer:
        return answer


def feed_in(answer: Response) -> FoundFeed | None:
    """The feed that *answer* is, or None."""
    try:
        parsed = parse_quickly(answer.body, answer.header("content-type"), answer.url, cut=answer.cut)
        if isinstance(parsed, Unreadable):
            return None
        if isinstance(parsed, ForRecord):
            channel, entries = parse_record(parsed.document.body[:2_000_000], answer.url)
            first = ParsedFeed(channel, entries)
        else:
            first = next(parsed)
    except Exception:  # feedparser raises anything on odd bytes; then it is no feed to recommend
        return None
    if not first.entries and not first.channel.kind:
        return None
    kind = "sitemap" if first.channel.kind.startswith("sitemap") else "feed"
    return FoundFeed(answer.url, first.channel.title, len(first.entries), kind)


def links_to_feeds(page: Response) -> list[str]:
    """The addresses that a *page* names as feeds: those it declares, then links that look like feeds."""
    text = decode(page.body, page.header("content-type")).text
    declared, looks = [], []
    for tag in _LINK.findall(text):
        attributes = {n.lower(): html.unescape(a or b or c) for n, a, b, c in _ATTRIBUTE.findall(tag)}
        address = web_address(attributes.get("href", ""), page.url)
        if not address:
            continue
        if tag[:2].lower() == "<l":
            alternate = "alternate" in attributes.get("rel", "").lower().split()
            if alternate and _FEED_TYPE.match(attributes.get("type", "")) and "oembed" not in address:
                declared.append(address)
        elif _FEED_WORD.search(address):
            looks.append(address)
    return [plain(address, 4096) for address in dict.fromkeys([*declared, *looks])]
