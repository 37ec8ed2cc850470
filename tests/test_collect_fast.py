"""The fast path reads what feedparser reads, or leaves the document to it: on a corpus made by rule."""
# ruff: noqa: E501 - rows of examples stand on one line each

import itertools
from dataclasses import replace
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.collect.documents import document
from monitor.collect.fast import parse_fast
from monitor.collect.record import parse_record
from monitor.collect.texts import paragraphs
from monitor.collect.values import ParsedEntry

URL = "http://gazette.example/feed"
DATES = (
    "Tue, 03 Mar 2026 07:05:00 GMT",
    "Tue, 03 Mar 2026 07:05:00 +0800",
    "3 Mar 2026 07:05:00 -0500",
    "2026-03-03T07:05:00Z",
    "2026-03-03T07:05:00.25+02:00",
    "2026-03-03",
    "Tue, 03 Mar 2026 07:05:00 EST",
    "March 3, 2026",
    "soon",
    "",
)
TITLES = (
    "Ferries carry more people",
    "Profit &amp; loss at the docks",
    "&lt;b&gt;Bold&lt;/b&gt; plans",
    "<![CDATA[Fish & chips <i>again</i>]]>",
    "caf\u00e9 \u2014 \u77ed\u5267 \U0001f6a2",
    "5 &lt; 6 &amp;amp; 7",
    "  spaced\n  out  ",
    "",
)
SUMMARIES = (
    "Short and plain.",
    "<![CDATA[<p>One <a href='/x'>link</a>.</p><p>Two.</p>]]>",
    "&lt;p&gt;Escaped &amp;amp; more&lt;/p&gt;",
    "",
)
EXTRAS = (
    "",
    "<content:encoded><![CDATA[<p>All of it &mdash; really.</p>]]></content:encoded>",
    "<dc:creator>Ann Ostberg</dc:creator>",
    "<author>desk@gazette.example (Ann Ostberg)</author>",
    "<category>ferries</category><comments>http://gazette.example/c</comments>",
    '<enclosure url="http://gazette.example/a.mp3" length="1" type="audio/mpeg"/>',
    '<source url="http://other.example">Other</source>',
    "<dc:date>2026-03-01T00:00:00Z</dc:date>",
    "<media:title>Picture</media:title>",
)
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
)
LINKS = (
    "http://gazette.example/{n}",
    "https://gazette.example/{n}?a=1&amp;utm_source=x",
    "/relative/{n}",
    "",
)
GUIDS = ('<guid isPermaLink="false">id-{n}</guid>', "<guid>http://gazette.example/{n}</guid>", "")


def rss(items: list[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {NAMESPACES}><channel><title>Gazette</title>'
    return f"{head}<link>http://gazette.example/</link>{''.join(items)}</channel></rss>".encode()


def rss_item(n: int, title: str, link: str, guid: str, date: str, summary: str, extra: str) -> str:
    linked = f"<link>{link.format(n=n)}</link>" if link else ""
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    described = f"<description>{summary}</description>" if summary else ""
    return f"<item><title>{title}</title>{linked}{guid.format(n=n)}{dated}{described}{extra}</item>"


def atom(n: int, title: str, kind: str, date: str, link: str, body: str) -> bytes:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Gazette</title><id>urn:g</id>'
        f'<link href="http://gazette.example/"/><entry><title type="{kind}">{title}</title><id>urn:g:{n}</id>'
        f'<link rel="alternate" href="{link.format(n=n)}"/><updated>{date}</updated><author><name>Ann</name></author>'
        f'<content type="html">{body}</content></entry></feed>'
    ).encode()


def shown(entry: ParsedEntry) -> ParsedEntry:
    """What of an entry is kept: its content as the text that the article gets; summaries stand in for contents."""
    content = paragraphs(entry.content)
    same = content == entry.summary or not entry.content
    return replace(entry, content="" if same else content, updated=None)


def assert_equal_or_left(body: bytes) -> bool:
    """Whether the fast path took *body*; then it must read what feedparser reads."""
    doc = document(body, "application/rss+xml")
    if doc.broken or doc.doctype or (fast := parse_fast(doc.body)) is None:
        return False
    channel, entries = parse_record(doc.body, URL)
    assert [shown(e) for e in fast[1]] == [shown(e) for e in entries]
    assert (fast[0].title, fast[0].ttl_seconds, fast[0].language) == (
        channel.title,
        channel.ttl_seconds,
        channel.language,
    )
    return True


def test_the_plain_feed_takes_the_fast_path() -> None:
    items = [rss_item(n, TITLES[0], LINKS[0], GUIDS[0], DATES[0], SUMMARIES[0], EXTRAS[1]) for n in range(30)]
    assert assert_equal_or_left(rss(items))
    assert assert_equal_or_left(
        atom(1, TITLES[1], "text", DATES[3], LINKS[0], "&lt;p&gt;All of it&lt;/p&gt;")
    )


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("title", TITLES)
def test_every_title_with_every_extra(title: str, extra: str) -> None:
    for summary in SUMMARIES:
        assert_equal_or_left(rss([rss_item(1, title, LINKS[0], GUIDS[0], DATES[0], summary, extra)]))


def test_every_date_link_and_guid() -> None:
    taken = [
        assert_equal_or_left(rss([rss_item(1, TITLES[0], link, guid, date, SUMMARIES[0], "")]))
        for date, link, guid in itertools.product(DATES, LINKS, GUIDS)
    ]
    assert 0 < sum(taken) < len(taken)


def test_every_kind_of_atom_entry() -> None:
    for title, kind, date, link in itertools.product(
        TITLES, ("text", "html", "xhtml"), DATES[3:6], LINKS[:3]
    ):
        if "CDATA" not in title or kind == "html":
            assert_equal_or_left(atom(1, title, kind, date, link, "&lt;p&gt;All &amp;amp; more&lt;/p&gt;"))


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), min_size=1, max_size=5))
@example(["\u00c2\u00a1"])
@example(["caf\u00c3\u00a9"])
@settings(max_examples=60, deadline=None)
def test_any_text_as_title(titles: list[str]) -> None:
    items = [
        rss_item(n, escape(title), LINKS[0], GUIDS[0], DATES[0], SUMMARIES[0], "")
        for n, title in enumerate(titles)
    ]
    assert_equal_or_left(rss(items))
