"""The parser of record: feedparser, on bytes that are UTF-8 already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitor.collect.fast import SECONDS
from monitor.collect.moments import from_iso, from_struct, in_any_words, precision_of
from monitor.collect.texts import SUMMARY_CHARACTERS, plain
from monitor.collect.urls import canonical, web_address
from monitor.collect.values import Channel, ParsedEntry

_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.I)


def parse_record(body: bytes, url: str) -> tuple[Channel, tuple[ParsedEntry, ...]]:
    """The channel and entries that feedparser finds in *body* (UTF-8), links made absolute against *url*.

    feedparser can raise anything on odd bytes: the caller wraps it.
    """
    import feedparser  # 0.2 s that a program which polls only plain feeds never pays

    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    given = feedparser.parse(
        _DOCTYPE.sub(b"", body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    base = web_address(given.feed.get("link", ""), url) or url
    return _channel(given, base), tuple(_entry(entry, base) for entry in given.entries)


def _channel(given: Any, base: str) -> Channel:
    feed = given.feed
    return Channel(
        title=plain(feed.get("title", "")),
        link=web_address(feed.get("link", ""), base),
        language=plain(feed.get("language", ""), 20),
        ttl_seconds=_ttl(feed),
        kind=given.get("version", ""),
    )


def _ttl(feed: Mapping[str, Any]) -> int | None:
    if (ttl := str(feed.get("ttl", "")).strip()).isdigit():
        return int(ttl[:6]) * 60
    period = str(feed.get("sy_updateperiod", "")).strip()
    frequency = str(feed.get("sy_updatefrequency", "1")).strip()
    return (
        SECONDS[period] // max(1, int(frequency[:4]) if frequency.isdigit() else 1)
        if period in SECONDS
        else None
    )


def _entry(given: Mapping[str, Any], base: str) -> ParsedEntry:
    link = _link(given)
    address = web_address(link, base)
    contents = given.get("content") or []
    best = max((c.get("value") or "" for c in contents), key=len, default="")
    summary = given.get("summary") or ""
    written = given.get("published") or given.get("updated") or given.get("created") or ""
    published = from_struct(
        given.get("published_parsed") or given.get("updated_parsed") or given.get("created_parsed")
    ) or _in_other_words(written)
    source = given.get("source") or {}
    return ParsedEntry(
        guid=(given.get("id") or "").strip(),
        link=address,
        url=canonical(address) if address else "",
        title=plain(given.get("title") or ""),
        summary=plain(summary, SUMMARY_CHARACTERS),
        content=best or (summary if "<" in summary else ""),
        author=plain(given.get("author") or "", 300),
        published=published,
        precision=precision_of(written) if published else None,
        updated=from_struct(given["updated_parsed"] if dict.__contains__(given, "updated_parsed") else None),
        publisher=plain(source.get("title") or "", 300),
        publisher_url=web_address(source.get("href") or ""),
        language=plain(given.get("language") or "", 20),
        unread_date=plain(written, 100) if written and not published else "",
        refused_link=plain(link, 200) if link and not address else "",
    )


def _link(given: Mapping[str, Any]) -> str:
    if link := (given.get("feedburner_origlink") or given.get("link") or "").strip():
        return str(link)
    links = given.get("links") or []
    return next((ln.get("href", "").strip() for ln in links if ln.get("rel", "alternate") == "alternate"), "")


def _in_other_words(written: str) -> Any:
    return from_iso(written) or in_any_words(plain(written, 100)) if written else None
