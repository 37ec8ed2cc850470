"""The names under which archives keep an article's title, text, address and date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from monitor.backfill.values import Fault, Piece

NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "name"),
    "text": ("text", "body", "content", "article", "maintext", "article_text", "articlebody", "plain_text"),
    "html": ("html", "raw_html", "page", "content_html"),
    "summary": ("summary", "description", "abstract", "lead", "excerpt"),
    "url": ("url", "link", "source_url", "canonical_url", "uri", "warc-target-uri"),
    "published": (
        *("published", "published_at", "publication_date", "date_publish", "date_published", "pubdate"),
        *("publish_date", "published_date", "datepublished", "date", "datetime", "timestamp", "created_at"),
    ),
    "author": ("author", "authors", "byline", "creator"),
    "publisher": ("publisher", "outlet", "publication", "site", "sitename", "source_name", "source"),
    "language": ("language", "lang"),
}
"""Each of a Piece's fields and the names (in any case) that are looked for, the first that holds anything."""

_KNOWN = frozenset(name for names in NAMES.values() for name in names)


def known_among(names: Iterable[str]) -> list[str]:
    """Those *names* of columns that mean something here."""
    return [name for name in names if name.strip().lower() in _KNOWN]


def piece_of(row: Mapping[str, Any], where: str) -> Piece | Fault:
    """The article that a *row* of named values is."""
    by_name = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    found = {field: _first(by_name, names) for field, names in NAMES.items()}
    if not (found["text"] or found["html"] or found["title"]):
        given = ", ".join(sorted(by_name)[:8]) or "nothing"
        return Fault(where, f"no title, {', '.join(NAMES['text'][:3])} or html in it (it has {given})")
    return Piece(where, **found)


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(row.get(name)))), "")


def _text(value: Any) -> str:
    if value is None or value != value:  # not a number: an empty cell of a table
        return ""
    if isinstance(value, Mapping):
        return _text(value.get("name") or value.get("title"))
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).encode("utf-8", "replace").decode().strip()  # JSON may hold halves of characters


def moment_in_number(text: str) -> datetime | None:
    """The time that *text* gives as seconds or milliseconds since 1970, if it does.

    >>> moment_in_number("1772611200").isoformat(), moment_in_number("1772611200000").isoformat()
    ('2026-03-04T08:00:00+00:00', '2026-03-04T08:00:00+00:00')
    >>> moment_in_number("20260304"), moment_in_number("2026")
    (None, None)
    """
    try:
        seconds = float(text)
    except ValueError:
        return None
    if seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(int(seconds), UTC) if 1e8 < seconds < 1e10 else None
