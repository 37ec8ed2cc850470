"""JSON Feed 1.0 and 1.1, which feedparser does not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitor.collect.charsets import decode
from monitor.collect.moments import from_iso, in_any_words, precision_of
from monitor.collect.texts import SUMMARY_CHARACTERS, plain
from monitor.collect.urls import canonical, web_address
from monitor.collect.values import Channel, ParsedEntry, ParsedFeed, Unreadable

_ADVICE = (
    "the publisher has to mend it; look whether the site offers another feed with `newsgauge add <site>`"
)


def looks_like_json(body: bytes) -> bool:
    """Whether *body* begins as a JSON object.

    >>> looks_like_json(b'\\xef\\xbb\\xbf {"version": 1}'), looks_like_json(b"<rss/>")
    (True, False)
    """
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse_json_feed(body: bytes, url: str) -> ParsedFeed | Unreadable:
    """The feed that *body* is, links made absolute against *url*."""
    try:
        found = json.loads(decode(body).text.lstrip("\ufeff"))
    except ValueError as error:
        return Unreadable(f"the address answers with JSON that cannot be read ({error})", _ADVICE)
    except RecursionError:
        return Unreadable("the address answers with JSON that is nested too deeply", _ADVICE)
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list):
        return Unreadable(
            "the address answers with JSON that is no JSON Feed: it has no list of items", _ADVICE
        )
    base = web_address(_text(found, "home_page_url"), url) or url
    entries = tuple(_entry(item, base) for item in items if isinstance(item, dict))
    faults = (
        () if len(entries) == len(items) else (f"{len(items) - len(entries)} items are no objects: left out",)
    )
    channel = Channel(plain(_text(found, "title")), base, _text(found, "language")[:20], None, "json")
    return ParsedFeed(channel, entries, faults)


def _entry(item: Mapping[str, Any], base: str) -> ParsedEntry:
    link = _text(item, "url") or _text(item, "external_url")
    address = web_address(link, base) if link else ""
    written = _text(item, "date_published") or _text(item, "date_modified")
    published = from_iso(written) or (in_any_words(written) if written else None)
    authors = [a for a in [*_list(item, "authors"), item.get("author")] if isinstance(a, dict)]
    return ParsedEntry(
        guid=_text(item, "id").strip(),
        link=address,
        url=canonical(address) if address else "",
        title=plain(_text(item, "title")),
        summary=plain(_text(item, "summary"), SUMMARY_CHARACTERS),
        content=_text(item, "content_html") or _escaped(_text(item, "content_text")),
        author=plain(", ".join(filter(None, (_text(a, "name") for a in authors))), 300),
        published=published,
        precision=precision_of(written) if published else None,
        updated=from_iso(_text(item, "date_modified")),
        language=_text(item, "language")[:20],
        unread_date=plain(written, 100) if written and not published else "",
        refused_link=plain(link, 200) if link and not address else "",
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    found = item.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no place in SQLite


def _list(item: Mapping[str, Any], name: str) -> list[Any]:
    found = item.get(name)
    return found if isinstance(found, list) else []


def _escaped(text: str) -> str:
    blocks = (part.strip() for part in text.split("\n\n"))
    return "".join(f"<p>{part.replace('&', '&amp;').replace('<', '&lt;')}</p>" for part in blocks if part)
