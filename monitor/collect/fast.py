"""The fast path: fastfeedparser, for documents in which it reads what feedparser reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import fastfeedparser

from monitor.collect.moments import from_iso
from monitor.collect.texts import SUMMARY_CHARACTERS, plain
from monitor.collect.urls import MAX_LENGTH, canonical
from monitor.collect.values import Channel, ParsedEntry

_ROOT = re.compile(
    rb"""^(?:<\?xml\s[^>]*\?>\s*)?(?:<\?xml-stylesheet[^>]*\?>\s*|<!--.*?-->\s*)*"""
    rb"""(?:<rss\b[^>]*\sversion\s*=\s*["']2\.0["'][^>]*>"""
    rb"""|<feed\b[^>]*\sxmlns\s*=\s*["']http://www\.w3\.org/2005/Atom["'])""",
    re.DOTALL,
)
# Constructs of which the two parsers make different things, looked for as plain substrings: one alternation
# costs ten times as much over a whole document. The namespaced ones matter only where the head declares them.
_UNUSUAL_RSS = (b"xml:base", b"<source", b"<textInput", b"<body")
_UNUSUAL_ATOM = (b"xml:base", b"<source", b"'xhtml", b'"xhtml', b"<content src", b" mode=")
_NAMESPACED = {
    b"dc": (b"<dc:title", b"<dc:description", b"<dc:identifier", b"<dc:date", b"<dc:source", b"<dc:language"),
    b"atom": (
        b"<atom:title",
        b"<atom:summary",
        b"<atom:content",
        b"<atom:published",
        b"<atom:updated",
        b"<atom:id",
        b"<atom:author",
    ),
    b"content": (b"<content:items",),
    b"media": (b"<media:title", b"<media:description", b"<media:text", b"<media:group"),
    b"itunes": (b"<itunes:title", b"<itunes:summary", b"<itunes:author", b"<itunes:subtitle"),
    b"sy": (),
    b"slash": (),
    b"wfw": (),
    b"georss": (),
    b"geo": (),
    b"thr": (),
    b"xsi": (),
    b"webfeeds": (),
}
_NAMESPACE = re.compile(rb"\sxmlns:([\w.-]+)\s*=")
_ITEM = re.compile(rb"<(?:item|entry)[\s>]")
_MISTAKEN = re.compile(
    b"\xc2[\x80-\x9f]|\xc3[\x82-\xb4]\xc2[\x80-\xbf]"
    b"|&#(?:19[4-9]|2[0-3][0-9]|24[0-4]|[xX][c-fC-F][0-9a-fA-F]);(?:&#|\xc2)"
)
"""C1 controls, and UTF-8 that was taken for Latin-1: text of another charset, which feedparser mends."""
_NAME = re.compile(rb"<(?:guid|id)[\s>]")
_DATE = re.compile(rb"<(?:pubDate|published|updated)(?:\s[^>]*)?>([^<]*)<")
_READ_ALIKE = re.compile(
    rb"\s*(?:(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    rb"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d (?:[+-]\d{4}|GMT|UTC|Z)"
    rb"|\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2}))\s*"
)
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
_LANGUAGE = re.compile(
    rb"<language>\s*([A-Za-z-]{2,12})\s*</language>|<feed\b[^>]*xml:lang=[\"']([A-Za-z-]{2,12})[\"']"
)
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*</sy:updatePeriod>")
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,4})\s*</sy:updateFrequency>")

SECONDS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


def eligible(body: bytes) -> bool:
    """Whether *body*, well-formed UTF-8 without a declaration, is of the plain kind that both read alike."""
    root, first = _ROOT.match(body), _ITEM.search(body)
    if not root or not first or _declares_namespaces(body, first.start()) or _MISTAKEN.search(body):
        return False
    unusual = _UNUSUAL_RSS if root[0].endswith(b">") else _UNUSUAL_ATOM
    if any(text in body for text in unusual):
        return False
    for prefix in _NAMESPACE.findall(body, 0, first.start()):
        if prefix not in _NAMESPACED or any(text in body for text in _NAMESPACED[prefix]):
            return False
    return all(_READ_ALIKE.fullmatch(found) for found in _DATE.findall(body))


def _declares_namespaces(body: bytes, after: int) -> bool:
    return body.find(b"xmlns", after) >= 0


def parse_fast(body: bytes) -> tuple[Channel, tuple[ParsedEntry, ...]] | None:
    """The channel and entries of *body*, or None where feedparser must read it."""
    if not eligible(body):
        return None
    try:
        found = fastfeedparser.parse(body, include_tags=False, include_media=False, include_enclosures=False)
    except Exception:  # whatever it chokes on, feedparser is asked next
        return None
    raw = found["entries"]
    if not raw or len(raw) != len(_ITEM.findall(body)):
        return None
    entries, named = [], len(_NAME.findall(body)) >= len(raw)
    for given in raw:
        if not named and given.get("id") == given.get("link"):
            return (
                None  # a link that stands in for a missing GUID, or a GUID that is the link: not told apart
            )
        entry = _entry(given)
        if entry is None:
            return None
        entries.append(entry)
    return channel(body, found["feed"]), tuple(entries)


def channel(body: bytes, feed: Mapping[str, Any]) -> Channel:
    """What the head of *body* says of the feed."""
    first = _ITEM.search(body)
    head = body[: first.start() if first else 8192]
    ttl, language = _TTL.search(head), _LANGUAGE.search(head)
    return Channel(
        title=plain(feed.get("title") or ""),
        link=feed.get("link") or "",
        language=(language[1] or language[2]).decode("ascii") if language else "",
        ttl_seconds=int(ttl[1]) * 60 if ttl else syndication_seconds(head),
        kind="rss" if b"<rss" in head[:2048] else "atom",
    )


def syndication_seconds(head: bytes) -> int | None:
    """The seconds between updates that ``sy:updatePeriod`` and ``sy:updateFrequency`` ask for."""
    period, frequency = _PERIOD.search(head), _FREQUENCY.search(head)
    if not period:
        return None
    return SECONDS[period[1].decode("ascii")] // max(1, int(frequency[1]) if frequency else 1)


def _entry(given: Mapping[str, Any]) -> ParsedEntry | None:
    link, title = (given.get("link") or "").strip(), given.get("title") or ""
    if (link and not link.startswith(("http://", "https://"))) or len(link) > MAX_LENGTH or " " in link:
        return None
    content = given.get("content")
    body = content[0]["value"] if content else ""
    summary = given.get("description") or ""
    if "\ufffd" in title or "\ufffd" in summary or "\ufffd" in body:
        return None
    return ParsedEntry(
        guid=(given.get("id") or "").strip(),
        link=link,
        url=canonical(link) if link else "",
        title=plain(title),
        summary=plain(summary, SUMMARY_CHARACTERS),
        content=body,
        author=plain(given.get("author") or "", 300),
        published=from_iso(given.get("published") or given.get("updated")),
        precision="second" if given.get("published") or given.get("updated") else None,
        updated=from_iso(given.get("updated")),
    )
