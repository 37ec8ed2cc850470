"""The demo's web server on loopback: feeds with validators, pages, one dead feed and one malformed."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.demo.site import Outlet, Piece, Site

DEAD = "/closed-studio-news/feed.xml"
MALFORMED = "/careless-gazette/feed.xml"


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # all that a crowded machine's client asks for at once finds its place

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(site: Site, port: int = 0) -> Iterator[str]:
    """Serve *site* from loopback; gives its address, such as ``http://127.0.0.1:40123``."""
    server = _Server(("127.0.0.1", port), _pages(site))
    thread = threading.Thread(target=server.serve_forever, name="demo-site", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def feed_paths(site: Site) -> list[str]:
    """The paths of all feeds, the dead one and the malformed one included."""
    return [*(f"/{outlet.slug}/feed.xml" for outlet in site.outlets), DEAD, MALFORMED]


def _pages(site: Site) -> type[BaseHTTPRequestHandler]:
    articles = {f"/{piece.outlet.slug}/{piece.slug}.html": piece for piece in site.pieces}

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            base = f"http://{self.headers.get('Host', '127.0.0.1')}"
            if self.path == DEAD:
                self._answer(503, "text/plain", "closed")
            elif self.path == MALFORMED:
                self._answer(200, "application/rss+xml", malformed(base))
            elif self.path in articles:
                self._answer(200, "text/html; charset=utf-8", page(articles[self.path]))
            else:
                self._feed_or_nothing(base)

        def _feed_or_nothing(self, base: str) -> None:
            for outlet in site.outlets:
                if self.path == f"/{outlet.slug}/feed.xml":
                    self._answer(200, "application/rss+xml; charset=utf-8", feed(site, outlet, base))
                    return
            self._answer(404, "text/plain", "no such page")

        def _answer(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            unchanged = status == 200 and self.headers.get("If-None-Match") == etag
            self.send_response(304 if unchanged else status)
            self.send_header("Content-Type", kind)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if unchanged else str(len(body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the terminal for the demo's own words."""

    return Pages


def feed(site: Site, outlet: Outlet, base: str) -> str:
    """*outlet*'s RSS feed."""
    return _rss(
        outlet.name, f"{base}/{outlet.slug}/", outlet.tagline, [_entry(p, base) for p in site.of(outlet)]
    )


def _entry(piece: Piece, base: str) -> str:
    link = f"{base}/{piece.outlet.slug}/{piece.slug}.html"
    full = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in piece.paragraphs)
    content = f"<content:encoded><![CDATA[{full}]]></content:encoded>" if piece.outlet.full_text else ""
    return (
        f"<item><title>{escape(piece.title)}</title><link>{link}</link>"
        f"<guid isPermaLink='false'>{piece.outlet.slug}-{piece.slug}</guid>"
        f"<pubDate>{format_datetime(piece.published)}</pubDate>"
        f"<description>{escape(piece.paragraphs[0])}</description>{content}</item>"
    )


def _rss(title: str, link: str, description: str, items: list[str]) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(title)}</title><link>{link}</link><description>{escape(description)}</description>"
        f"{''.join(items)}</channel></rss>"
    )


def malformed(base: str) -> str:
    """A feed as careless programs write them: a bare ampersand, an unknown entity, and cut off at the end."""
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Careless Gazette</title>'
        f"<link>{base}/careless-gazette/</link>"
        "<item><title>Tea & sympathy on the set of a mini drama</title><guid>c1</guid>"
        f"<link>{base}/careless-gazette/1.html</link><description>Two caf&eacute;s near the studio sell "
        "4,000 cups a day to the crews of short dramas.</description></item>"
        "<item><title>The item that was cut"
    )


def page(piece: Piece) -> str:
    """The article's page, with the navigation and footer that pages have."""
    paragraphs = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in piece.paragraphs)
    day = f"{piece.published:%B} {piece.published.day}, {piece.published.year}"
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(piece.title)} | {escape(piece.outlet.name)}</title>
<meta property="article:published_time" content="{piece.published.isoformat()}">
<meta property="og:site_name" content="{escape(piece.outlet.name)}"></head>
<body>
<header><nav><a href="/">Home</a> <a href="/markets">Markets</a> <a href="/screen">Screen</a></nav></header>
<main><article><h1>{escape(piece.title)}</h1><p class="byline">{day}</p>
{paragraphs}
</article></main>
<aside><h2>Most read</h2><ul><li><a href="/a">Ten sets to see this week</a></li>
<li><a href="/b">Subscribe to our letter for $4 a month</a></li></ul></aside>
<footer><p>{escape(piece.outlet.name)}. {escape(piece.outlet.tagline)} All rights reserved.</p></footer>
</body></html>"""
