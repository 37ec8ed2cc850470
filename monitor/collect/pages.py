"""An article's page into its text: in the workshop, since pages can be large, odd and slow to read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.collect.charsets import decode
from monitor.collect.moments import EARLIEST, from_iso, in_any_words, precision_of
from monitor.collect.texts import paragraphs, plain
from monitor.collect.urls import canonical, host_of, web_address
from monitor.collect.values import Precision

MAX_CHARACTERS = 4_000_000
TOLD_BY_CHARACTERS = 60
ENOUGH_CHARACTERS = 250
"""Below this a page's text is no article: a wall, a cookie notice, a video's caption."""

_WALL = re.compile(
    r"subscribe (?:now |today )?to (?:continue|read|unlock|keep)"
    r"|(?:sign|log) in to (?:continue|read)|already a subscriber"
    r"|this (?:article|content|story) is "
    r"(?:for|reserved for|available to|only available to) (?:\w+ )?(?:subscribers|members)"
    r"|to (?:continue|keep) reading|unlock (?:this|the full) (?:article|story)"
    r"|register (?:now )?to (?:continue|read)"
    r"|become a (?:subscriber|member) to|start your (?:free )?trial"
    r"|enable (?:javascript|cookies)|verify you are (?:a )?human",
    re.I,
)
_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?(true|false)', re.I)
_LD = re.compile(r"<script[^>]+application/ld\+json[^>]*>(.*?)</script", re.I | re.DOTALL)
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_LD_BODY = re.compile(r'"articleBody"\s*:\s*("(?:[^"\\]|\\.){200,}")')
_META_DATE = re.compile(
    r"""<meta[^>]+(?:property|name|itemprop)\s*=\s*["'](?:article:published_time|og:published_time|datePublished"""
    r"""|pubdate|publish-?date|date|dc\.date(?:\.issued)?|parsely-pub-date|sailthru\.date)["'][^>]*>""",
    re.I,
)
_CONTENT = re.compile(r"""content\s*=\s*["']([^"']{4,60})["']""", re.I)
_LINKS = re.compile(r"<link\b[^>]*>", re.I)
_REL = re.compile(r"""rel\s*=\s*["']?([^"'>]+)""", re.I)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.I)
_DATELINE = re.compile(
    r"^[^\n]{0,60}?\b(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
    r"\s+(\d{1,2})(?:,\s*(\d{4}))?\s*[\u2014\u2013(/:-]"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. ``published`` has its source and precision; ``wall`` says that it is closed."""

    title: str = ""
    text: str = ""
    author: str = ""
    canonical: str = ""
    published: datetime | None = None
    precision: Precision | None = None
    published_source: str = "none"
    site: str = ""
    language: str = ""
    wall: bool = False


def read_page(body: bytes, content_type: str | None, url: str) -> Iterator[Page]:
    """The Page (one) that the bytes of an HTML page are."""
    yield page_of(decode(body, content_type).text[:MAX_CHARACTERS], url)


def language_of(text: str, stated: str) -> Iterator[str]:
    """The ISO 639-1 code (one) of *text*: found in it, or as *stated* where it is too short to tell."""
    from extractors.language import identify

    yield (
        stated[:2].lower()
        if len(text) < TOLD_BY_CHARACTERS and stated.isascii() and stated
        else identify(text)
    )


def page_of(html: str, url: str) -> Page:
    """The Page that *html* is."""
    from trafilatura import bare_extraction  # a second and 60 MB: only where pages are read

    found: Any = bare_extraction(
        html,
        url=url,
        fast=True,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
    )
    title = plain((found.title if found else "") or _title(html))
    text = _without_headline(_paragraphs((found.text if found else "") or ""), title) or _body_in_json(html)
    published, precision, source = _date(html, text, url)
    return Page(
        title=title,
        text=text,
        author=plain((found.author if found else "") or "", 300),
        canonical=_canonical(html, url),
        published=published,
        precision=precision,
        published_source=source,
        site=plain((found.sitename if found else "") or "", 200),
        wall=is_wall(html, text),
    )


def is_wall(html: str, text: str) -> bool:
    """Whether the page keeps its text for subscribers, or shows something else in its place."""
    if len(text) < ENOUGH_CHARACTERS:
        return True
    closed = [found.lower() == "false" for found in _FREE.findall(html)]
    short = len(text) < 1500
    return short and (any(closed) or bool(_WALL.search(text[-600:])))


def _paragraphs(text: str) -> str:
    return "\n\n".join(line.strip() for line in text.splitlines() if line.strip())


def _without_headline(text: str, title: str) -> str:
    """*text* without a first paragraph that is the title again."""
    first, _, rest = text.partition("\n\n")
    said = " ".join(first.casefold().split())
    return rest if said and said in " ".join(title.casefold().split()) else text


def _title(html: str) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title", html[:200_000], re.I | re.DOTALL)
    return found[1] if found else ""


def _body_in_json(html: str) -> str:
    """The article's text in JSON-LD, where the page itself shows none."""
    import json

    for script in _LD.findall(html):
        if found := _LD_BODY.search(script):
            try:
                return paragraphs(str(json.loads(found[1], strict=False)).replace("\n", "<br>"))
            except ValueError:
                continue
    return ""


def _canonical(html: str, url: str) -> str:
    """The page's own word for its address, where it stays on the same site (of AMP: the page proper).

    Of a saved page, whose *url* nobody knows, any.
    """
    for tag in _LINKS.findall(html[:300_000]):
        rel, href = _REL.search(tag), _HREF.search(tag)
        if rel and href and rel[1].strip().lower() == "canonical":
            named = canonical(web_address(href[1].replace("&amp;", "&"), url))
            if named and (not url or _same_site(named, url)) and urlsplit(named).path.strip("/"):
                return named
    return ""


def _same_site(one: str, other: str) -> bool:
    a, b = (host_of(u).removeprefix("www.").removeprefix("amp.").removeprefix("m.") for u in (one, other))
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")


def _date(html: str, text: str, url: str) -> tuple[datetime | None, Precision | None, str]:
    """When the page says it was published: by its labels, else as htmldate finds it, else by its dateline."""
    for written in _labels(html):
        if (moment := from_iso(written) or in_any_words(written)) and moment >= EARLIEST:
            return moment, precision_of(written), "page"
    if moment := _by_htmldate(html, url):
        return moment, "day", "page"
    line = _DATELINE.match(text)
    if line and line[3] and (moment := in_any_words(f"{line[1]} {line[2]} {line[3]}", ["en"])):
        return moment, "day", "text"
    return None, None, "none"


def _labels(html: str) -> Iterator[str]:
    for script in _LD.findall(html):
        yield from _LD_DATE.findall(script)
    for tag in _META_DATE.findall(html[:300_000]):
        if found := _CONTENT.search(tag):
            yield found[1]


def _by_htmldate(html: str, url: str) -> datetime | None:
    from htmldate import find_date

    try:
        found = find_date(html, url=url, original_date=True, extensive_search=False)
    except (ValueError, TypeError, AttributeError):  # of documents that lxml reads as nothing
        return None
    return from_iso(found)
