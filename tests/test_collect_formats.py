"""Lists of feeds and entries that are no RSS: OPML, sitemaps, JSON Feed."""
# ruff: noqa: E501 - rows of examples stand on one line each

import json
from datetime import UTC, datetime

import pytest

from db.collection import NewFeed
from monitor.collect.jsonfeed import parse_json_feed
from monitor.collect.opml import OpmlError, export_opml, import_opml
from monitor.collect.sitemaps import parse_sitemap
from monitor.collect.texts import paragraphs
from monitor.collect.values import ParsedFeed, Unreadable

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


OPML = """<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
<outline text="Trade"><outline text="Stage News" type="rss" xmlUrl="http://stage.example/feed"/></outline>
<outline text="Evil" type="rss" xmlUrl="exec:rm -rf /"/><outline text="E2" type="rss" xmlUrl="file:///etc/passwd"/>
<outline title="Dock &amp; Sea" type="rss" xmlUrl="https://dock.example/rss"/></body></opml>"""


def test_opml_in_and_out() -> None:
    feeds = import_opml(OPML.encode())
    assert [(f.url, f.title, f.group) for f in feeds] == [
        ("http://stage.example/feed", "Stage News", "Trade"),
        ("https://dock.example/rss", "Dock & Sea", None),
    ]
    assert import_opml(export_opml(feeds, NOW).encode()) == feeds
    odd = NewFeed("http://x.example/?a=1&b=<2>", 'Quotes " & 5 < 6')
    assert [f.title for f in import_opml(export_opml([odd], NOW).encode())] == ['Quotes " & 5 < 6']


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<!DOCTYPE o [<!ENTITY a "b">]><opml><body/></opml>', "entities"),
        ("<opml><body>" + "<outline text='x'>" * 5000 + "</body></opml>", "nested"),
        ("<opml><body>" + "<outline/>" * 50_000 + "</body></opml>", "more than 20000"),
        ("x" * (11 * 1024 * 1024), "larger than 10 MiB"),
        ("<html>no</html>", "is it OPML"),
        ("", "is it OPML"),
    ],
)
def test_opml_bombs_are_refused(source: str, words: str) -> None:
    with pytest.raises(OpmlError, match=words):
        import_opml(source.encode())


def test_sitemaps() -> None:
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
    <url><loc>http://x.example/1</loc><n:news><n:publication><n:name>Dock Post</n:name><n:language>en</n:language>
    </n:publication><n:publication_date>2026-03-01</n:publication_date><n:title>Cranes &amp; ropes</n:title></n:news></url>
    <url><loc>http://x.example/about</loc></url></urlset>"""
    found = parse_sitemap(body, "http://x.example/sitemap.xml")
    assert isinstance(found, ParsedFeed)
    (listed,) = found.entries
    assert (listed.title, listed.publisher, listed.precision) == ("Cranes & ropes", "Dock Post", "day")
    index = b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"
    found = parse_sitemap(index, "http://x.example/s.xml")
    assert isinstance(found, ParsedFeed)
    assert found.channel.children == ("http://x.example/news.xml", "http://x.example/a.xml")


def test_json_feeds() -> None:
    listed = [
        {
            "id": 7,
            "url": "/a",
            "title": "Cranes",
            "content_text": "a < b\n\nc",
            "date_published": "2026-03-01T08:00:00Z",
        },
        {"id": "x", "url": "javascript:1", "authors": [{"name": "Ann"}], "date_published": "never"},
        "odd",
    ]
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Dock", "items": listed}
    ).encode()
    found = parse_json_feed(body, "http://x.example/feed.json")
    assert isinstance(found, ParsedFeed)
    first, second = found.entries
    assert (first.guid, first.url, paragraphs(first.content)) == ("7", "http://x.example/a", "a < b\n\nc")
    assert (second.link, second.refused_link, second.author, second.unread_date) == (
        "",
        "javascript:1",
        "Ann",
        "never",
    )
    assert found.faults == ("1 items are no objects: left out",)
    assert isinstance(parse_json_feed(b"[" * 100_000, "http://x.example/"), Unreadable)
