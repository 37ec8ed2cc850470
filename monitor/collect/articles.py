"""What an entry, and its page where it was fetched, make of an article. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Literal

from db.articles import NewArticle, WaitingEntry
from monitor.collect.moments import credible
from monitor.collect.pages import ENOUGH_CHARACTERS, Page
from monitor.collect.texts import paragraphs, plain
from monitor.collect.urls import canonical, host_of

FULL_TEXT = 800
"""From this many characters on a feed's content is the whole article, unless it says that it is not."""

_CUT_SHORT = re.compile(
    r"(?:\[?(?:\u2026|\.\.\.)\]?|(?:read|continue reading|see) "
    r"(?:more|the (?:full|rest|whole) \w+|on|at)\b[^\n]{0,80}"
    r"|the post [^\n]{1,200} (?:appeared|first appeared) (?:first )?on [^\n]{1,80})\s*$",
    re.I,
)
_APPEARED = re.compile(
    r"\n*(?:The post|The article) [^\n]{1,300} (?:first )?appeared (?:first )?on [^\n]{1,100}\s*$", re.I
)
_TITLE_ONLY_HOSTS = frozenset(("news.google.com",))
_SUFFIX = re.compile(r"\s+[-\u2013\u2014|]\s+(?=[^-\u2013\u2014|]{2,60}$)")

BodySource = Literal["feed", "page", "summary", "title", "hand"]


def title_only(url: str) -> bool:
    """Whether *url* leads to no page that may be read: search results whose links are never decoded."""
    return host_of(url) in _TITLE_ONLY_HOSTS


def content_text(entry: WaitingEntry) -> str:
    """The entry's content as text, without the blog's own "first appeared on"."""
    text = paragraphs(entry.content) if entry.content else entry.summary
    return _APPEARED.sub("", text).strip()


def is_whole(text: str) -> bool:
    """Whether a feed's *text* is the article and not its beginning."""
    return len(text) >= FULL_TEXT and not _CUT_SHORT.search(text[-300:])


def from_feed(entry: WaitingEntry, now: datetime, note: str | None = None) -> NewArticle:
    """The article as the feed alone tells it: its content, else its summary, else its title."""
    text = content_text(entry)
    if title_only(entry.url) or not text or _repeats(text, entry):
        return _article(entry, "", "title", now, note or _title_note(entry))
    if is_whole(text):
        return _article(entry, text, "feed", now, None)
    return _article(entry, text, "summary", now, note or "the feed's summary: the page was not fetched")


def from_page(entry: WaitingEntry, page: Page, url: str, now: datetime) -> NewArticle:
    """The article as its *page* (found at *url* after redirects) and its feed tell it, by the longer text."""
    given = content_text(entry)
    if (page.wall and len(given) < FULL_TEXT) or len(page.text) < max(ENOUGH_CHARACTERS, len(given) // 2):
        longer = page.text if len(page.text) > max(len(given), ENOUGH_CHARACTERS) else given
        if not longer:
            return _with_page(
                _article(entry, "", "title", now, "paywalled or empty page: only the title is known"),
                page,
                url,
                now,
            )
        note = "paywalled or empty page: only its beginning is known"
        return _with_page(_article(entry, longer, "summary", now, note), page, url, now)
    return _with_page(_article(entry, page.text, "page", now, None), page, url, now)


def text_hash(title: str, body: str) -> str:
    """The hash of an article's normalised text."""
    words = " ".join(f"{title}\n{body}".casefold().split())
    return blake2b(words.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _title_note(entry: WaitingEntry) -> str:
    return (
        "title only: the link leads to a search"
        if title_only(entry.url)
        else "title only: the feed has no text"
    )


def _repeats(text: str, entry: WaitingEntry) -> bool:
    """Whether *text* says no more than the title (a search feed's summary is its title and publisher)."""
    rest = text.casefold().replace(entry.title.casefold(), "").replace(entry.publisher.casefold(), "")
    return len(rest.strip(" -\u2013\u2014|\u00a0\n.")) < 20


def _headline(entry: WaitingEntry) -> str:
    """The title without the publisher that search feeds hang on to it."""
    parts = _SUFFIX.split(entry.title)
    if len(parts) > 1 and entry.publisher and parts[-1].casefold() == entry.publisher.casefold():
        return entry.title[: entry.title.rfind(parts[-1])].rstrip(" -\u2013\u2014|")
    return entry.title


def _article(
    entry: WaitingEntry, body: str, source: BodySource, now: datetime, note: str | None
) -> NewArticle:
    title = _headline(entry) or body[:120] or "(untitled)"
    published = entry.published if credible(entry.published, now) else None
    return NewArticle(
        url=canonical(entry.url) if entry.url else f"urn:newsgauge:{entry.feed}:{entry.key}",
        title=title,
        body=body,
        body_source=source,
        note=note,
        author=entry.author or None,
        published=published,
        published_source="feed" if published else "none",
        published_precision=entry.precision if published else None,
        text_hash=text_hash(title, body),
    )


def _with_page(article: NewArticle, page: Page, url: str, now: datetime) -> NewArticle:
    from dataclasses import replace

    address = page.canonical or canonical(url)
    if article.published is None and credible(page.published, now):
        article = replace(
            article,
            published=page.published,
            published_source=page.published_source,
            published_precision=page.precision,
        )
    title = article.title if article.title != "(untitled)" else page.title or article.title
    return replace(
        article,
        url=address,
        title=title,
        author=article.author or page.author or None,
        text_hash=text_hash(title, article.body),
    )


@dataclass(frozen=True, slots=True)
class OutletSign:
    """By what an article's outlet is known: its domain, and a name where one is given."""

    domain: str
    name: str


def outlet_of(entry: WaitingEntry, url: str) -> OutletSign:
    """Whose article it is: the publisher that a search feed names, else the page's site."""
    named = entry.publisher_url if host_of(entry.publisher_url) else "" if title_only(url) else url
    domain = domain_of(named)
    return OutletSign(domain, plain(entry.publisher, 200) or domain)


def domain_of(url: str) -> str:
    """The domain by which the outlet at *url* is known.

    >>> domain_of("https://www.example.org/news/1"), domain_of("urn:newsgauge:1:2")
    ('example.org', '')
    """
    return re.sub(r"^(?:www|amp|m|en|feeds|rss)\.", "", host_of(url))
