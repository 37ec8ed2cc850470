"""A part read: what a worker does, in a process of its own or on another machine. It needs no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from db.articles import NewArticle
from db.backfill import Outcome
from db.findings import Unread
from extractors.language import identify
from extractors.pipeline import Reader, Reading
from monitor.backfill.fields import moment_in_number
from monitor.backfill.pieces import pieces_of
from monitor.backfill.values import Archived, DamagedError, Fault, Part, PartRead, Piece
from monitor.collect.articles import domain_of, text_hash
from monitor.collect.moments import credible, from_iso, http_date, in_any_words, precision_of
from monitor.collect.pages import MAX_CHARACTERS, Page, page_of
from monitor.collect.texts import paragraphs, plain
from monitor.collect.urls import canonical
from monitor.reading import read_batch

BATCH = 32
NO_ADDRESS = "urn:newsgauge:archive:"
"""How the name of an article without an address begins; a hash of its text follows."""

Task = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PrepareParts:
    """Called in a worker, gives what reads a task's parts there.

    *now* is the backfill's time; *countries* those of the outlets that are known, by domain or name.
    """

    how: Reading
    now: datetime
    countries: Mapping[str, str] = field(default_factory=dict)

    def __call__(self) -> ReadParts:
        return ReadParts(Reader(self.how, stays=True), self.now, self.countries)


@dataclass(frozen=True, slots=True)
class ReadParts:
    """Reads parts with a reader that is loaded once."""

    reader: Reader
    now: datetime
    countries: Mapping[str, str]

    def __call__(self, parts: Task) -> list[PartRead]:
        """What each of *parts* holds; their articles are read together, in batches."""
        taken = [_take(part, self.now) for part in parts]
        articles = [article for part in taken for article in part.articles]
        batches = (articles[start : start + BATCH] for start in range(0, len(articles), BATCH))
        read = (article for batch in batches for article in _read(self.reader, batch, self.countries))
        return [replace(part, articles=tuple(islice(read, len(part.articles)))) for part in taken]


def _take(part: Part, now: datetime) -> PartRead:
    """The part's articles, unread; what stands before a damage, too, though the part is set aside."""
    articles: list[Archived] = []
    faults: list[Fault] = []
    damage = None
    try:
        for piece in pieces_of(part):
            found = piece if isinstance(piece, Fault) else _article(piece, now)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                articles.append(found)
    except DamagedError as error:
        damage = str(error)
    first = f"{faults[0].where}: {faults[0].why}" if faults else None
    nothing = not articles and bool(faults) and part.kind in ("jsonl", "csv", "parquet")
    outcome = Outcome(len(articles), len(faults), damage or first, bad=damage is not None or nothing)
    return PartRead(part, outcome, tuple(articles))


def _article(piece: Piece, now: datetime) -> Archived | Fault:
    try:
        return _article_of(piece, now)
    except Exception as error:  # a page that a library chokes on must not hold up the rest
        return Fault(piece.where, f"it could not be read ({type(error).__name__}: {error})")


def _article_of(piece: Piece, now: datetime) -> Archived | Fault:
    url = canonical(piece.url) if piece.url else ""
    page = Page() if piece.text or not piece.html else page_of(piece.html[:MAX_CHARACTERS], url)
    body, source = _body(piece, page)
    title = plain(piece.title) or page.title or " ".join(body.split())[:120]
    if not (body or title) or (piece.html and not body):
        return Fault(piece.where, "no article text was found on the page" if piece.html else "it is empty")
    published, published_source, precision = _published(piece, page, now)
    url = url or page.canonical
    found = NewArticle(
        url=url or NO_ADDRESS + _digest(title, body, piece.published),
        title=title,
        body=body,
        body_source=source,
        text_hash=text_hash(title, body),
        note="paywalled or short page: perhaps only its beginning is known" if page.wall else None,
        author=plain(piece.author, 300) or page.author or None,
        language=piece.language[:2].lower() or identify(f"{title}\n{body}"),
        published=published,
        published_source=published_source,
        published_precision=precision,
    )
    domain = domain_of(url)
    return Archived(found, domain, plain(piece.publisher, 200) or page.site or domain, {})


def _body(piece: Piece, page: Page) -> tuple[str, str]:
    """The article's text and where it is from, by the words of the tables."""
    if text := _in_paragraphs(piece.text) or page.text:
        return text, "page"
    summary = _in_paragraphs(piece.summary)
    return summary, "summary" if summary else "title"


def _in_paragraphs(text: str) -> str:
    """The text in paragraphs: markup off where there is some, white space folded within."""
    if "</" in text:
        return paragraphs(text)
    lines = text.replace("\r\n", "\n")
    blocks = lines.split("\n\n") if "\n\n" in lines else lines.splitlines()
    return "\n\n".join(folded for block in blocks if (folded := " ".join(block.split())))


def _published(piece: Piece, page: Page, now: datetime) -> tuple[datetime | None, str, str | None]:
    """When it was published, who says so, and how precisely; 'year' without a date is on no day at all."""
    if stated := piece.published:
        number = moment_in_number(stated)
        moment = number or from_iso(stated) or http_date(stated) or in_any_words(stated)
        if credible(moment, now):
            return moment, "hand", "second" if number else precision_of(stated)
    if credible(page.published, now):
        return page.published, page.published_source, page.precision
    return None, "none", "year"


def _digest(*texts: str) -> str:
    return blake2b("\n".join(texts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _read(reader: Reader, articles: Sequence[Archived], countries: Mapping[str, str]) -> list[Archived]:
    gate = reader.gate
    left = [gate is not None and not gate.lets(a.found.title, a.found.body) for a in articles]
    batch = read_batch(reader, [_unread(n, a, countries) for n, a in enumerate(articles) if not left[n]])
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


def _unread(place: int, article: Archived, countries: Mapping[str, str]) -> Unread:
    found = article.found
    return Unread(
        id=place,
        title=found.title,
        body=found.body,
        language=found.language,
        published=found.published.date() if found.published else None,
        publisher=article.outlet or None,
        country=countries.get((article.domain or article.outlet).casefold()),
        read_at_version=None,
        text_hash=found.text_hash,
    )
