"""Lists of feeds: OPML in and out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree

import listparser

from db.collection import NewFeed
from extractors.errors import NewsgaugeError
from monitor.collect.charsets import decode
from monitor.collect.texts import plain
from monitor.collect.urls import web_address

MAX_BYTES = 10 * 1024 * 1024
MAX_FEEDS = 20_000
MAX_DEPTH = 50


class OpmlError(NewsgaugeError):
    """A list of feeds that cannot be imported; the message says why."""


def import_opml(source: bytes) -> list[NewFeed]:
    """The feeds of an OPML document: address, title and group; the same address once.

    Only http and https addresses are taken. Raises OpmlError for what is no OPML, declares entities, or is
    of a size or depth that no list of feeds has.
    """
    if len(source) > MAX_BYTES:
        raise OpmlError(f"the list is larger than {MAX_BYTES // 1048576} MiB: split it")
    text = decode(source).text.lstrip("\ufeff \t\r\n")
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.I):
        raise OpmlError("the list declares XML entities, which may swell without end: take its DOCTYPE out")
    if _depth(text) > MAX_DEPTH:
        raise OpmlError(f"the list's groups are nested more than {MAX_DEPTH} deep")
    if text.count("<outline") > 2 * MAX_FEEDS:
        raise OpmlError(f"the list has more than {MAX_FEEDS} feeds: split it")
    try:
        found = listparser.parse(re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-8", "replace"))
    except Exception as error:  # listparser lets its XML reader's errors through
        raise OpmlError(f"the list cannot be read ({error}): is it OPML?") from error
    feeds = {feed.url: feed for given in found.feeds if (feed := _feed(given)) is not None}
    if not feeds:
        raise OpmlError("no feed was found in the list: is it OPML?")
    return list(feeds.values())


def export_opml(feeds: Sequence[NewFeed], now: datetime) -> str:
    """An OPML 2.0 document of *feeds*, by group."""
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = "newsgauge's feeds"
    ElementTree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = ElementTree.SubElement(root, "body")
    groups: dict[str, list[NewFeed]] = defaultdict(list)
    for feed in feeds:
        groups[feed.group or ""].append(feed)
    for group, members in groups.items():
        parent = ElementTree.SubElement(body, "outline", text=group, title=group) if group else body
        for feed in members:
            title = feed.title or feed.url
            ElementTree.SubElement(parent, "outline", type="rss", text=title, title=title, xmlUrl=feed.url)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _feed(given: dict[str, object]) -> NewFeed | None:
    url = web_address(str(given.get("url", "")))
    if not url:
        return None
    paths = given.get("categories") or []
    group = "/".join(paths[0]) if isinstance(paths, list) and paths and isinstance(paths[0], list) else None
    return NewFeed(
        url, plain(str(given.get("title") or ""), 300) or None, group=plain(group or "", 200) or None
    )


def _depth(text: str) -> int:
    """How deep the outlines are nested, counted without an XML reader."""
    depth = deepest = 0
    for tag in re.finditer(r"<(/?)outline\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", text):
        if tag[1]:
            depth -= 1
        elif not tag[2].endswith("/"):
            depth += 1
            deepest = max(deepest, depth)
    return deepest
