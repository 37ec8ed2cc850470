"""A feed's bytes into entries: which of the parsers reads them, and what they are where none can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from monitor.collect import jsonfeed, sitemaps
from monitor.collect.documents import Document, completed, document, parts
from monitor.collect.fast import parse_fast
from monitor.collect.record import parse_record
from monitor.collect.values import ParsedFeed, Unreadable

_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.I)
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|rdf|feed|channel)[\s>]", re.I)
_WEB_PAGE = "the address answers with a web page, not with a feed"
_FIND_FEED = "look for the feed's address with `newsgauge add <the site's address>`"


@dataclass(frozen=True, slots=True)
class ForRecord:
    """A document that feedparser must read: away from the event loop, with a deadline."""

    document: Document


def parse_quickly(
    body: bytes, content_type: str | None, url: str, *, cut: str | None = None
) -> Iterator[ParsedFeed] | Unreadable | ForRecord:
    """What can be read at once: an iterator of the feed's parts, or why not.

    A large feed comes in several parts (each a ParsedFeed), every other in one. *cut* says, in words, how the
    answer was cut off, where it was.
    """
    if not body.strip():
        return Unreadable("the answer is empty", "try it again later, or open the address in a browser")
    if jsonfeed.looks_like_json(body):
        found = jsonfeed.parse_json_feed(body, url)
        return found if isinstance(found, Unreadable) else iter((_with(found, cut),))
    doc = document(body, content_type)
    if sitemaps.looks_like_sitemap(doc.body) and not _FEED.search(doc.body[:4096]):
        listed = sitemaps.parse_sitemap(doc.body, url)
        return (
            listed
            if isinstance(listed, Unreadable)
            else iter((_with(listed, cut, *doc.faults, _broken(doc)),))
        )
    if (page := not_a_feed(doc)) is not None:
        return page
    if cut:
        return _parse_cut_off(doc, cut)
    if doc.broken or doc.doctype:
        return ForRecord(doc)
    quick = parse_parts_fast(doc)
    return quick if quick is not None else ForRecord(doc)


def _parse_cut_off(doc: Document, cut: str) -> Iterator[ParsedFeed] | ForRecord:
    """The whole items of a cut-off *doc* quickly where that can be, and its broken last one by feedparser."""
    whole, broken = completed(doc.body)
    mended = document(whole, "text/xml; charset=utf-8")
    quick = None if mended.broken or mended.doctype else parse_parts_fast(mended)
    if quick is None or not broken:
        return (quick and _noting(quick, cut)) or ForRecord(
            Document(whole, doc.faults, mended.broken, doc.doctype)
        )
    last = ParsedFeed(*parse_record(broken, ""))
    return _noting(chain(quick, [last]), cut)


def _noting(feeds: Iterator[ParsedFeed], cut: str) -> Iterator[ParsedFeed]:
    yield _with(next(feeds), cut)
    yield from feeds


def not_a_feed(doc: Document) -> Unreadable | None:
    """What *doc* is, where it plainly is no feed."""
    head = doc.body[:8192]
    if _FEED.search(head):
        return None
    if _HTML.search(head):
        return Unreadable(_WEB_PAGE, _FIND_FEED)
    if b"<" not in head:
        return Unreadable("the address answers with something that is neither a feed nor a page", _FIND_FEED)
    return None


def parse_parts_fast(doc: Document) -> Iterator[ParsedFeed] | None:
    """The parts of *doc* by the fast path, or None where its first part is not for it."""
    pieces = parts(doc.body)
    first = parse_fast(next(pieces))
    if first is None:
        return None

    def each() -> Iterator[ParsedFeed]:
        yield ParsedFeed(*first, faults=doc.faults)
        for piece in pieces:
            yield ParsedFeed(*(parse_fast(piece) or parse_record(piece, "")))

    return each()


def parse_by_record(doc: Document, url: str, cut: str | None = None) -> Iterator[ParsedFeed | Unreadable]:
    """The parts of *doc* as feedparser reads them, or, alone, why there are none."""
    pieces = parts(doc.body)
    channel, entries = parse_record(next(pieces), url)
    if not entries and not channel.kind and not channel.title:
        page = _HTML.search(doc.body[:65536]) is not None
        words = f"no feed was found in the answer ({doc.broken or 'no element of a feed'})"
        yield Unreadable(_WEB_PAGE if page else words, _FIND_FEED)
        return
    yield _with(ParsedFeed(channel, entries), cut, *doc.faults, _broken(doc) if not cut else None)
    for piece in pieces:
        yield ParsedFeed(*parse_record(piece, url))


def _broken(doc: Document) -> str | None:
    return doc.broken and f"it is not well-formed XML ({doc.broken}); what could be read was kept"


def _with(feed: ParsedFeed, *faults: str | None) -> ParsedFeed:
    return ParsedFeed(feed.channel, feed.entries, (*feed.faults, *(fault for fault in faults if fault)))
