"""A part read: what a worker does, in a process of its own or on another machine. It needs no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from db.articles import NewArticle
from db.findings import Unread
from extractors.language import identify
from extractors.pipeline import Reader, Reading
from monitor.backfill.fields import moment_in_number
from monitor.backfill.pieces import pieces_of
from monitor.backfill.values import Archived, DamagedError, Fault, Part, PartRead, Piece
from monitor.collect.articles import text_hash
from monitor.collect.moments import credible, from_iso, http_date, in_any_words, precision_of
from monitor.collect.pages import Page, page_of
from monitor.collect.texts import paragraphs, plain
from monitor.collect.urls import canonical, host_of
from monitor.gate import Gate
from monitor.reading import read_batch

BATCH = 32
_SITE_PREFIXES = ("www.", "m.", "amp.")


@dataclass(frozen=True, slots=True)
class PrepareParts:
    """Called in a worker, gives what reads a task's parts there; *now* is the backfill's time."""

    how: Reading
    now: datetime

    def __call__(self) -> ReadParts:
        return ReadParts(Reader(self.how), self.now)


@dataclass(frozen=True, slots=True)
class ReadParts:
    """Reads parts with a reader that is loaded once."""

    reader: Reader
    now: datetime

    def __call__(self, parts: Sequence[Part]) -> list[PartRead]:
        return read_parts(self.reader, parts, self.now)


def read_parts(reader: Reader, parts: Sequence[Part], now: datetime) -> list[PartRead]:
    """What each of *parts* holds; their articles are read together, in batches."""
    taken = [_take(part, now) for part in parts]
    gate = Gate.of(reader.how.only_if)
    articles = [article for part in taken for article in part.articles]
    read = [
        article
        for start in range(0, len(articles), BATCH)
        for article in _read(reader, gate, articles[start : start + BATCH])
    ]
    remaining = iter(read)
    return [replace(part, articles=tuple(next(remaining) for _ in part.articles)) for part in taken]


def _take(part: Part, now: datetime) -> PartRead:
    """The part's articles, unread."""
    articles: list[Archived] = []
    faults: list[Fault] = []
    try:
        for piece in pieces_of(part):
            found = piece if isinstance(piece, Fault) else _article(piece, now)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                articles.append(found)
    except DamagedError as error:
        return PartRead(part, error=str(error), bad=True)
    first = f"{faults[0].where}: {faults[0].why}" if faults else None
    return PartRead(part, tuple(articles), len(faults), first, bad=bool(faults) and not articles)


def _article(piece: Piece, now: datetime) -> Archived | Fault:
    page = page_of(piece.html, piece.url) if piece.html and not piece.text else Page()
    body = _body(piece.text) if piece.text else page.text
    title = plain(piece.title) or page.title or " ".join(body.split())[:120]
    if piece.html and not piece.text and not body:
        return Fault(piece.where, "no article text was found on the page")
    published, source, precision = _published(piece, page, now)
    url = canonical(piece.url) if piece.url else page.canonical
    host = host_of(url) if url else ""
    domain = next((host.removeprefix(p) for p in _SITE_PREFIXES if host.startswith(p)), host)
    found = NewArticle(
        url=url or f"urn:newsgauge:archive:{_digest(title, body)}",
        title=title,
        body=body,
        body_source="page" if piece.html and not piece.text else "hand" if body else "title",
        text_hash=text_hash(title, body),
        note="paywalled or short page: perhaps only its beginning is known" if page.wall else None,
        author=plain(piece.author, 300) or page.author or None,
        language=piece.language[:2].lower() or identify(f"{title}\n{body}"),
        published=published,
        published_source=source,
        published_precision=precision,
    )
    return Archived(found, domain, plain(piece.publisher, 200) or page.site or domain, {})


def _body(text: str) -> str:
    """The text in paragraphs: markup off where there is some, white space folded within."""
    if "</" in text:
        return paragraphs(text)
    blocks = text.replace("\r\n", "\n").split("\n\n") if "\n\n" in text else text.splitlines()
    return "\n\n".join(folded for block in blocks if (folded := " ".join(block.split())))


def _published(piece: Piece, page: Page, now: datetime) -> tuple[datetime | None, str, str | None]:
    stated = piece.published
    if stated:
        number = moment_in_number(stated)
        moment = number or from_iso(stated) or http_date(stated) or in_any_words(stated)
        if credible(moment, now):
            return moment, "hand", "second" if number else precision_of(stated)
    if credible(page.published, now):
        return page.published, page.published_source, page.precision
    return None, "none", None


def _digest(title: str, body: str) -> str:
    return blake2b(f"{title}\n{body}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _read(reader: Reader, gate: Gate | None, articles: Sequence[Archived]) -> list[Archived]:
    left = [gate is not None and not gate.lets(a.found.title, a.found.body) for a in articles]
    waiting = [_unread(n, a) for n, a in enumerate(articles) if not left[n]]
    batch = read_batch(reader, waiting)
    findings = {article.article: article.findings for article in batch.articles}
    errors = {article.article: article.error for article in batch.unreadable}
    return [
        replace(
            article,
            findings=findings.get(n, {}),
            error=errors.get(n),
            gate=gate.name if gate and left[n] else None,
        )
        for n, article in enumerate(articles)
    ]


def _unread(place: int, article: Archived) -> Unread:
    found = article.found
    return Unread(
        id=place,
        title=found.title,
        body=found.body,
        language=found.language,
        published=found.published.date() if found.published else None,
        publisher=article.outlet or None,
        country=None,
        read_at_version=None,
        text_hash=found.text_hash,
    )
