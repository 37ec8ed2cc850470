"""An article taken by hand: a web page, a saved page, text, a mail, or standard input."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import blake2b
from pathlib import Path
from typing import Any

from db.articles import NewArticle, add_sighting, article_at, keep_article, outlet_for
from db.store import Store
from extractors.errors import NewsgaugeError
from extractors.language import identify
from monitor.collect.articles import text_hash
from monitor.collect.charsets import decode
from monitor.collect.client import Client
from monitor.collect.moments import http_date
from monitor.collect.pages import ENOUGH_CHARACTERS, page_of
from monitor.collect.settings import client_for
from monitor.collect.texts import paragraphs, plain
from monitor.collect.urls import canonical, host_of, other_scheme
from monitor.collect.values import Failure, Request, Response

MAX_BYTES = 32 * 1024 * 1024


class HandError(NewsgaugeError):
    """A source from which no article could be taken; the message says why and what to do."""


async def read_by_hand(store: Store, config: Any, source: str, now: datetime) -> int:
    """Take the article at *source* (a URL, a file or ``-``) into the tables; returns its row.

    *config* is the program's configuration. Raises HandError.
    """
    if source.startswith(("http://", "https://")):
        async with client_for(config) as client:
            found = await from_url(client, source)
    elif source == "-":
        found = from_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    else:
        found = from_file(Path(source))
    return keep_by_hand(store, found, now)


async def from_url(client: Client, url: str) -> NewArticle:
    """The article at *url*. An address that the user typed is theirs: it may be private."""
    async with client.visit(Request(url, accept="text/html, */*;q=0.5", origin=url)) as answer:
        return _of_answer(url, answer)


def _of_answer(url: str, answer: Response | Failure) -> NewArticle:
    if isinstance(answer, Failure):
        raise HandError(f"{url}: {answer.words}; save the page and give the file instead")
    if not answer.good:
        raise HandError(
            f"{url} answers {answer.status}: open it in a browser, save it and give the file instead"
        )
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", "text/plain", ""):
        raise HandError(f"{url} is {kind}: copy its text into a file and give that instead")
    if kind == "text/plain":
        return _of_text(decode(answer.body, answer.header("content-type")).text, canonical(answer.url))
    return _of_html(decode(answer.body, answer.header("content-type")).text, answer.url)


def from_file(path: Path) -> NewArticle:
    """The article in a file: HTML, plain text or a mail (.eml)."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise HandError(
            f"{path} cannot be read: {error.strerror}; give a URL, a file, or - for standard input"
        ) from error
    return from_bytes(content, str(path))


def from_bytes(content: bytes, name: str) -> NewArticle:
    """The article that *content* holds; what it is, is judged by how it begins."""
    if len(content) > MAX_BYTES:
        raise HandError(f"{name} is larger than {MAX_BYTES // 1048576} MiB")
    if not content.strip():
        raise HandError(f"{name} is empty: there is no article in it")
    if b"\x00" in content[:1024] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise HandError(f"{name} is neither a page nor text nor a mail: copy its text into a file")
    if name.lower().endswith(".eml") or _is_mail(content):
        return _of_mail(content, name)
    text = decode(content).text
    if _is_html(text):
        return _of_html(text, "")
    return _of_text(text, "")


def keep_by_hand(store: Store, found: NewArticle, now: datetime) -> int:
    """Keep *found*; an article that is known by its address gets its new text as a revision."""
    host = host_of(found.url).removeprefix("www.")
    with store.write():
        outlet = outlet_for(store, host, host) if host else None
        known = article_at(store, [found.url, other_scheme(found.url)])
        kept = keep_article(store, found, outlet, known, now)
        add_sighting(store, kept.article, None, None, found.url, now)
        return kept.article


def _is_html(text: str) -> bool:
    head = text[:4096].lower()
    return any(
        tag in head for tag in ("<!doctype html", "<html", "<head", "<body", "<article", "<p>", "<div")
    )


def _is_mail(content: bytes) -> bool:
    head = content[:4096].split(b"\n\n")[0].split(b"\r\n\r\n")[0].lower()
    names = [line.partition(b":")[0] for line in head.splitlines() if b":" in line]
    return (
        b"from" in names and (b"subject" in names or b"date" in names) and not head.lstrip().startswith(b"<")
    )


def _of_html(html: str, url: str) -> NewArticle:
    page = page_of(html, url)
    if len(page.text) < ENOUGH_CHARACTERS and not page.text:
        raise HandError(
            "no article text was found on the page: copy the text into a file and give that instead"
        )
    note = "paywalled or short page: perhaps only its beginning is known" if page.wall else None
    article = _article(page.canonical or (canonical(url) if url else ""), page.title, page.text, page.author)
    return replace(
        article,
        note=note,
        published=page.published,
        published_source=page.published_source,
        published_precision=page.precision,
    )


def _of_text(text: str, url: str) -> NewArticle:
    """Plain text: its first line is the title where a blank line or more text follows."""
    lines = [line.strip() for line in text.strip().splitlines()]
    title = plain(lines[0], 300)
    rest = "\n".join(lines[1:]).strip()
    blocks = [" ".join(block.split()) for block in (rest or text).split("\n\n")]
    return _article(url, title, "\n\n".join(block for block in blocks if block), "")


def _of_mail(content: bytes, name: str) -> NewArticle:
    message = message_from_bytes(content, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise HandError(f"{name} is no mail that can be read")
    body = _mail_text(message)
    if not body:
        raise HandError(f"{name} is a mail without text: its article may be in an attachment")
    sender, _ = parseaddr(_header(message, "from"))
    published = http_date(_header(message, "date"))
    identity = _header(message, "message-id").strip("<> ")
    article = _article(
        f"mid:{identity}" if identity else "", plain(_header(message, "subject"), 300), body, sender
    )
    return replace(
        article,
        published=published,
        published_source="hand" if published else "none",
        published_precision="second" if published else None,
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, TypeError):  # of headers that break the mail's own rules
        return ""


def _mail_text(message: EmailMessage) -> str:
    try:
        part = message.get_body(("html", "plain"))
        text = str(part.get_content()) if part else ""
    except (LookupError, ValueError, KeyError, AttributeError):  # a charset or a structure that is none
        return ""
    if part is not None and part.get_content_type() == "text/html":
        return paragraphs(text)
    return "\n\n".join(" ".join(block.split()) for block in text.split("\n\n") if block.strip())


def _article(url: str, title: str, body: str, author: str) -> NewArticle:
    digest = blake2b(f"{title}\n{body}".encode("utf-8", "replace"), digest_size=12).hexdigest()
    return NewArticle(
        url=url or f"urn:newsgauge:hand:{digest}",
        title=title or body[:120],
        body=body,
        body_source="hand",
        text_hash=text_hash(title, body),
        author=author or None,
        language=identify(f"{title}\n{body}"),
    )
