"""News sitemaps and sitemap indexes as a source of entries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped,unused-ignore]

from monitor.collect.moments import from_iso, in_any_words, precision_of
from monitor.collect.texts import plain
from monitor.collect.urls import canonical, web_address
from monitor.collect.values import Channel, ParsedEntry, ParsedFeed, Unreadable

_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)\b")
MAX_CHILDREN = 8


def looks_like_sitemap(body: bytes) -> bool:
    """Whether *body* begins as a sitemap or an index of sitemaps.

    >>> looks_like_sitemap(b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    True
    """
    return _ROOT.search(body[:4096]) is not None


def parse_sitemap(body: bytes, url: str) -> ParsedFeed | Unreadable:
    """The entries of a sitemap (those with a ``news:news`` part where it has any), or an index's children.

    *body* is UTF-8 without a declaration; no entity is resolved and no DTD loaded.
    """
    reader = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(body, reader)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Unreadable(f"the sitemap cannot be read ({error})", "the publisher has to mend it")
    if root is None:
        return Unreadable("the sitemap holds nothing", "the publisher has to mend it")
    if _name(root) == "sitemapindex":
        return ParsedFeed(Channel(kind="sitemap index", children=tuple(_children(root, url))), ())
    found = [entry for element in root if (entry := _entry(element, url)) is not None]
    news = [entry for entry in found if entry.title]
    return ParsedFeed(Channel(kind="sitemap"), tuple(news or found))


def _children(root: etree._Element, url: str) -> list[str]:
    dated = [(_child_text(e, "lastmod"), web_address(_child_text(e, "loc"), url)) for e in root]
    named = [(when, where) for when, where in dated if where]
    news_first = sorted(named, key=lambda child: ("news" in child[1].lower(), child[0]), reverse=True)
    return [where for _, where in news_first[:MAX_CHILDREN]]


def _entry(element: etree._Element, url: str) -> ParsedEntry | None:
    link = web_address(_child_text(element, "loc"), url)
    if not link:
        return None
    news = next((child for child in element if _name(child) == "news"), None)
    written = _child_text(news, "publication_date") or _child_text(element, "lastmod")
    publication = (
        next((child for child in news if _name(child) == "publication"), None) if news is not None else None
    )
    published = from_iso(written) or (in_any_words(written) if written else None)
    return ParsedEntry(
        guid="",
        link=link,
        url=canonical(link),
        title=plain(_child_text(news, "title")),
        published=published,
        precision=precision_of(written) if published else None,
        publisher=plain(_child_text(publication, "name"), 300),
        language=_child_text(publication, "language")[:20],
        unread_date=plain(written, 100) if written and not published else "",
    )


def _child_text(element: etree._Element | None, name: str) -> str:
    return next((text for child in _elements(element) if _name(child) == name and (text := _text(child))), "")


def _elements(element: etree._Element | None) -> Iterator[etree._Element]:
    yield from () if element is None else (child for child in element if isinstance(child.tag, str))


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
