"""Articles: from the feed, from the page, by hand; what is kept when a page is closed, moved or changed."""
# ruff: noqa: E501 - rows of examples stand on one line each

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from db.collection import NewFeed, add_feed
from db.store import Store, open_store
from monitor.collect.addresses import parse_allowed
from monitor.collect.client import Client
from monitor.collect.discovery import DiscoveryError, discover
from monitor.collect.fetch import fetch_pass
from monitor.collect.hand import HandError, read_by_hand
from monitor.collect.poll import poll_pass
from monitor.collect.values import FetchSummary, Limits
from monitor.config import CollectConfig, Config

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SENTENCE = "The studio in Brightwater said it would open two sound stages and hire a hundred carpenters. "


class Site:
    """A small site whose answers a test sets: path -> (status, content type, body)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, str]] = {}
        self.asked: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}
        site = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers[self.path] = {n.lower(): v for n, v in self.headers.items()}
                status, kind, body = site.answers.get(self.path, (404, "text/plain", "no"))
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", body)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.port = self.server.server_port
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def feed(self, *items: str, path: str = "/feed") -> str:
        body = f'<rss version="2.0"><channel><title>Stage News</title>{"".join(items)}</channel></rss>'
        self.answers[path] = (200, "application/rss+xml", body)
        return f"{self.base}{path}"

    def page(self, path: str, text: str, head: str = "", title: str = "Stages open") -> None:
        paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
        html = (
            f"<html><head><title>{title}</title>{head}</head><body><nav>Home</nav><article><h1>{title}</h1>"
            f"{paragraphs}</article><footer>Imprint</footer></body></html>"
        )
        self.answers[path] = (200, "text/html; charset=utf-8", html)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as store:
        yield store


def item(link: str, title: str = "Stages open in Brightwater", more: str = "", guid: str = "") -> str:
    return (
        f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{guid or link}</guid>"
        f"<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>{more}</item>"
    )


def collect(store: Store, *sites: Site, now: datetime = NOW, **more: Any) -> FetchSummary:
    async def run() -> FetchSummary:
        allowed = parse_allowed([f"127.0.0.1:{site.port}" for site in sites])
        async with Client(Limits(seconds=3), allowed, "test") as client:
            await poll_pass(store, client, lambda: now, everything=True)
            return await fetch_pass(store, client, lambda: now, **more)

    return asyncio.run(run())


def articles(store: Store) -> list[dict[str, Any]]:
    return list(store.db.query("SELECT * FROM articles ORDER BY id"))


def test_a_full_feed_needs_no_page(site: Site, store: Store) -> None:
    content = f"<content:encoded><![CDATA[<p>{SENTENCE * 6}</p><p>{SENTENCE * 6}</p>]]></content:encoded>"
    add_feed(store, NewFeed(site.feed(item(f"{site.base}/a", more=content))), NOW)
    collect(store, site)
    (article,) = articles(store)
    assert article["body_source"] == "feed"
    assert article["body"].count("\n\n") == 1
    assert "<p>" not in article["body"]
    assert (article["published"], article["published_source"]) == ("2026-03-02T08:00:00+00:00", "feed")
    assert article["language"] == "en"
    assert site.asked == ["/feed"]


def test_a_page_is_read_where_the_feed_has_a_summary(site: Site, store: Store) -> None:
    summary = "<description>The studio will open two stages ...</description>"
    add_feed(store, NewFeed(site.feed(item(f"{site.base}/a?utm_source=rss", more=summary))), NOW)
    site.page("/a?utm_source=rss", f"{SENTENCE * 4}\n\n{SENTENCE * 4}")
    site.page("/a", f"{SENTENCE * 4}\n\n{SENTENCE * 4}")
    assert collect(store, site).pages == 1
    (article,) = articles(store)
    assert article["body_source"] == "page"
    assert article["body"].startswith("The studio in Brightwater")
    assert "Imprint" not in article["body"]
    assert article["url"] == f"{site.base}/a"


def test_robots_txt_closes_pages_and_not_feeds(site: Site, store: Store) -> None:
    site.answers["/robots.txt"] = (200, "text/plain", "User-agent: *\nDisallow: /")
    add_feed(
        store, NewFeed(site.feed(item(f"{site.base}/a", more=f"<description>{SENTENCE}</description>"))), NOW
    )
    site.page("/a", SENTENCE * 8)
    collect(store, site)
    (article,) = articles(store)
    assert article["body_source"] == "summary"
    assert "robots.txt" in article["note"]
    assert "/a" not in site.asked


def test_a_wall_keeps_the_summary_and_says_so(site: Site, store: Store) -> None:
    add_feed(
        store,
        NewFeed(site.feed(item(f"{site.base}/a", more=f"<description>{SENTENCE * 2}</description>"))),
        NOW,
    )
    site.page("/a", f"{SENTENCE}\n\nSubscribe now to continue reading.")
    collect(store, site)
    (article,) = articles(store)
    assert article["body_source"] == "summary"
    assert article["note"].startswith("paywalled or empty page")
    assert article["body"].startswith("The studio in Brightwater")


@pytest.mark.parametrize(("status", "tried_again"), [(404, False), (403, False), (500, True), (503, True)])
def test_a_page_that_fails(site: Site, store: Store, status: int, tried_again: bool) -> None:
    add_feed(
        store, NewFeed(site.feed(item(f"{site.base}/a", more=f"<description>{SENTENCE}</description>"))), NOW
    )
    site.answers["/a"] = (status, "text/html", "sorry")
    collect(store, site)
    assert bool(articles(store)) is not tried_again
    for hours in (1, 4, 12):
        collect(store, site, now=NOW + timedelta(hours=hours))
    (article,) = articles(store)
    assert article["body_source"] == "summary"
    assert str(status) in article["note"]


def test_search_results_are_titles_and_never_fetched(site: Site, store: Store) -> None:
    link = "https://news.google.com/rss/articles/CBMiX0FVX3lxTE"
    source = '<source url="https://www.harbourtimes.example">Harbour Times</source>'
    title = "Stages open in Brightwater - Harbour Times"
    add_feed(store, NewFeed(site.feed(item(link, title, source)), kind="search"), NOW)
    collect(store, site)
    (article,) = articles(store)
    assert (article["body_source"], article["body"]) == ("title", "")
    assert article["title"] == "Stages open in Brightwater"
    assert "title only" in article["note"]
    outlet = next(store.db.query("SELECT name, domain FROM outlets WHERE id = ?", [article["outlet"]]))
    assert outlet == {"name": "Harbour Times", "domain": "harbourtimes.example"}


def test_one_article_in_two_feeds_is_one_with_two_sightings(site: Site, store: Store) -> None:
    add_feed(store, NewFeed(site.feed(item(f"{site.base}/a?utm_medium=x"), path="/one")), NOW)
    add_feed(store, NewFeed(site.feed(item(f"{site.base}/a", guid="other"), path="/two")), NOW)
    site.page("/a", SENTENCE * 8)
    site.page("/a?utm_medium=x", SENTENCE * 8)
    collect(store, site)
    assert len(articles(store)) == 1
    assert store.db["sightings"].count == 2


def test_an_amp_page_goes_by_its_canonical_address(site: Site, store: Store) -> None:
    add_feed(store, NewFeed(site.feed(item(f"{site.base}/a/amp"))), NOW)
    site.page("/a/amp", SENTENCE * 8, f'<link rel="canonical" href="{site.base}/a">')
    collect(store, site)
    assert articles(store)[0]["url"] == f"{site.base}/a"


def test_a_changed_article_is_a_new_revision_and_unread(site: Site, store: Store) -> None:
    def content(times: int) -> str:
        return f"<content:encoded><![CDATA[<p>{SENTENCE * times}</p>]]></content:encoded>"

    add_feed(store, NewFeed(site.feed(item(f"{site.base}/a", more=content(12)))), NOW)
    collect(store, site)
    store.db.execute("UPDATE articles SET extractor_version = 'v1'")
    store.db.conn.commit()
    site.feed(item(f"{site.base}/a", more=content(14)))
    assert collect(store, site, now=NOW + timedelta(hours=2)).revised == 1
    (article,) = articles(store)
    assert article["extractor_version"] is None
    assert len(article["body"]) == 14 * len(SENTENCE) - 1
    assert store.db["revisions"].count == 2


def test_the_page_gives_the_date_that_the_feed_lacks(site: Site, store: Store) -> None:
    entry = f"<item><title>Stages open</title><link>{site.base}/a</link></item>"
    add_feed(store, NewFeed(site.feed(entry)), NOW)
    site.page("/a", SENTENCE * 8, '<meta property="article:published_time" content="2026-02-27">')
    collect(store, site)
    (article,) = articles(store)
    assert (article["published"], article["published_source"]) == ("2026-02-27T00:00:00+00:00", "page")
    assert article["published_precision"] == "day"


def test_no_date_anywhere_stays_no_date(site: Site, store: Store) -> None:
    entry = f"<item><title>Stages open</title><link>{site.base}/a</link></item>"
    add_feed(store, NewFeed(site.feed(entry)), NOW)
    site.page("/a", SENTENCE * 8)
    collect(store, site)
    assert [(a["published"], a["published_source"]) for a in articles(store)] == [(None, "none")]


def test_links_to_private_addresses_need_an_entry_of_their_own(site: Site, store: Store) -> None:
    other = Site()
    other.page("/secret", SENTENCE * 8)
    link = item(f"{other.base}/secret", more=f"<description>{SENTENCE}</description>")
    moved = item(f"{site.base}/moved", guid="m", more=f"<description>{SENTENCE}</description>")
    add_feed(store, NewFeed(site.feed(link, moved)), NOW)
    site.answers["/moved"] = (302, "text/plain", f"{other.base}/secret")
    collect(store, site)
    assert other.asked == []
    assert all("private address" in a["note"] for a in articles(store))
    assert len(articles(store)) == 2
    other.server.shutdown()


def test_a_filter_keeps_entries_out(site: Site, store: Store) -> None:
    items = (item(f"{site.base}/a", "Stages open"), item(f"{site.base}/b", "Football tonight"))
    add_feed(store, NewFeed(site.feed(*items), exclude=("football",)), NOW)
    collect(store, site, fetch_pages=False)
    states = dict(store.db.execute("SELECT title, state FROM entries").fetchall())
    assert states == {"Stages open": "done", "Football tonight": "filtered"}


def test_the_feeds_own_headers_stay_on_its_host(site: Site, store: Store) -> None:
    other = Site()
    add_feed(store, NewFeed(site.feed(item(f"{other.base}/a")), headers={"Authorization": "Bearer x"}), NOW)
    other.page("/a", SENTENCE * 8)
    collect(store, site, other)
    assert site.headers["/feed"]["authorization"] == "Bearer x"
    assert "authorization" not in other.headers["/a"]
    other.server.shutdown()


def by_hand(store: Store, source: str, config: Config | None = None) -> dict[str, Any]:
    asyncio.run(read_by_hand(store, config or Config(), source, NOW))
    return articles(store)[-1]


def test_a_page_by_hand(site: Site, store: Store) -> None:
    site.page("/a", SENTENCE * 8)
    config = Config(collect=CollectConfig(allow_private=[f"127.0.0.1:{site.port}"]))
    article = by_hand(store, f"{site.base}/a", config)
    assert article["body_source"] == "hand"
    assert article["body"].startswith("The studio")


def test_files_by_hand(store: Store, tmp_path: Path) -> None:
    text = tmp_path / "note.txt"
    text.write_text(f"Stages open\n\n{SENTENCE}\n\n{SENTENCE}")
    assert by_hand(store, str(text))["title"] == "Stages open"
    mail = tmp_path / "letter.eml"
    mail.write_text(
        "From: Desk <desk@news.example>\nSubject: =?utf-8?q?Stages_op=C3=A9n?=\nMessage-ID: <7@news.example>\n"
        f"Date: Mon, 02 Mar 2026 09:00:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n{SENTENCE}\n"
    )
    article = by_hand(store, str(mail))
    assert (article["title"], article["url"]) == ("Stages opén", "mid:7@news.example")
    assert article["published"] == "2026-03-02T08:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"\x00\x01\x02" * 99, "neither a page nor text")]
)
def test_what_is_no_article_is_refused_in_words(
    store: Store, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    with pytest.raises(HandError, match=words):
        by_hand(store, str(path))
    with pytest.raises(HandError, match="cannot be read"):
        by_hand(store, str(tmp_path / "missing"))


def test_discovery_reads_a_page_and_usual_places(site: Site) -> None:
    site.feed(item("http://x.example/1"), path="/news/all")
    site.page("/", "Hello", '<link rel="alternate" type="application/rss+xml" href="/news/all">')

    async def run(url: str) -> list[str]:
        async with Client(Limits(seconds=3), parse_allowed([f"127.0.0.1:{site.port}"]), "test") as client:
            return [feed.url for feed in await discover(client, url)]

    assert asyncio.run(run(f"{site.base}/")) == [f"{site.base}/news/all"]
    assert asyncio.run(run(f"{site.base}/news/all")) == [f"{site.base}/news/all"]
    del site.answers["/"]
    with pytest.raises(DiscoveryError, match="answers 404"):
        asyncio.run(run(f"{site.base}/"))
    site.feed(item("http://x.example/1"), path="/feed")
    assert asyncio.run(run(f"{site.base}/")) == [f"{site.base}/feed"]
