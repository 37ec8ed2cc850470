"""The reading pass: articles that are unread, or read by older rules, go through the reader into findings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from db import stories
from db.companies import register_known
from db.finding_rows import ReadArticle
from db.findings import (
    Unread,
    left_unread,
    mark_failed,
    register_themes,
    save_findings,
    unread,
)
from db.gate import leave_unread, reopen
from db.store import Store
from extractors.errors import NewsgaugeError
from extractors.findings import PARTS, Company, Findings, Part, Text
from extractors.pipeline import Reader
from extractors.version import ReadingVersion

log = logging.getLogger(__name__)

BATCH = 32
TITLE_PARTS: tuple[Part, ...] = tuple(part for part in PARTS if part != "facts")
THEME_PARTS: tuple[Part, ...] = ("themes", "countries", "titles")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An article that could not be read, why, and how many times that was tried."""

    article: int
    error: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class BatchRead:
    """What came of a batch: the articles read (for their themes alone, or whole), and those that failed."""

    articles: tuple[ReadArticle, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    themes_only: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Articles to be read together, for their themes alone or whole."""

    articles: tuple[Unread, ...]
    themes_only: bool = False


Readers = Callable[[Iterator[Group]], Iterator[tuple[Group, BatchRead]]]
"""Who reads: groups in, what came of each out; in this process or in others."""


def read_pass(
    store: Store,
    reader: Reader,
    version: ReadingVersion,
    now: Callable[[], datetime],
    *,
    readers: Readers | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
    starting: Callable[[Sequence[int]], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    gated: bool = False,
) -> int:
    """Read every article that is not read at *version*; returns how many were.

    *readers* read (*reader*, one by one, where nobody else is named); this process alone writes. Those that
    the reader's gate turns away are left unread; with *gated* what it left so far is read instead. *starting*
    hears the ids of each batch before it is read; a batch that fails is read one by one, and the article that
    fails alone is marked with its error. *stop* is asked between batches; *progress* hears how many are read.
    """
    register_themes(store, ((t.id, t.label, t.family) for t in reader.taxonomy.themes), now())
    if not gated:
        reopen(store, reader.gate.name if reader.gate else None)
    queue = _Queue(store, reader, version, now, batch, gated, starting, stop)
    done, registered = 0, False
    while not stop() and queue.waiting(1):
        if not registered:  # only where there is something to read: an idle daemon asks twice a second
            register_known(store, reader.known_companies, now())
            registered = True
        for group, read in (readers or _here(reader))(queue.groups()):
            done += save_batch(store, read, version, now())
            queue.at_hand.difference_update(article.id for article in group.articles)
            if progress:
                progress(done)
    return done


def _here(reader: Reader) -> Readers:
    """Read in this process."""
    return lambda groups: (
        (group, read_batch(reader, group.articles, themes_only=group.themes_only)) for group in groups
    )


@dataclass(slots=True)
class _Queue:
    """The articles that wait to be read; ``at_hand`` are those that a reader has and nobody has kept yet."""

    store: Store
    reader: Reader
    version: ReadingVersion
    now: Callable[[], datetime]
    batch: int
    gated: bool
    starting: Callable[[Sequence[int]], None] | None
    stop: Callable[[], bool]
    at_hand: set[int] = field(default_factory=set)

    def waiting(self, limit: int) -> list[Unread]:
        """Up to *limit* articles that are not kept as read, those at hand among them."""
        kind = left_unread if self.gated else unread
        return kind(self.store, str(self.version), limit)

    def groups(self) -> Iterator[Group]:
        """The articles that wait, by the batch; what is given is noted as at hand."""
        while not self.stop():
            articles = self._next()
            if not articles:
                return
            if self.starting:
                self.starting([article.id for article in articles])
            chosen = articles if self.gated else self._let_through(articles)
            self.at_hand.update(article.id for article in chosen)
            only_themes = [a for a in chosen if self.version.differs_only_in_themes(a.read_at_version)]
            whole = [a for a in chosen if a not in only_themes]
            yield from (Group(tuple(some), some is only_themes) for some in (whole, only_themes) if some)

    def _next(self) -> list[Unread]:
        found = self.waiting(self.batch + len(self.at_hand))
        return [article for article in found if article.id not in self.at_hand][: self.batch]

    def _let_through(self, articles: Sequence[Unread]) -> Sequence[Unread]:
        """The *articles* that the gate lets through; it is noted of the others that they are left unread."""
        if (gate := self.reader.gate) is None:
            return articles
        left = [a.id for a in articles if not (a.wanted or gate.lets(a.title, a.body))]
        if left:
            leave_unread(self.store, left, str(self.version), gate.name, self.now())
        return [a for a in articles if a.id not in left]


def read_batch(reader: Reader, articles: Sequence[Unread], *, themes_only: bool = False) -> BatchRead:
    """The *articles* read; where that fails, each on its own, and those that fail alone with their error."""
    try:
        return BatchRead(tuple(_read(reader, articles, themes_only)), themes_only=themes_only)
    except NewsgaugeError:  # a model or a rule that cannot be used is no fault of the article
        raise
    except Exception as error:  # a text that a library chokes on must not hold up the rest
        if len(articles) == 1:
            failed = Unreadable(articles[0].id, f"{type(error).__name__}: {error}")
            return BatchRead(unreadable=(failed,), themes_only=themes_only)
    alone = [read_batch(reader, [article], themes_only=themes_only) for article in articles]
    return BatchRead(
        tuple(article for batch in alone for article in batch.articles),
        tuple(article for batch in alone for article in batch.unreadable),
        themes_only,
    )


def save_batch(store: Store, batch: BatchRead, version: ReadingVersion, now: datetime) -> int:
    """Keep what was read, and the errors of what could not be; returns how many articles were read."""
    with store.write():  # findings and stories at once: a crash leaves no read article without one
        save_findings(store, batch.articles, str(version), now, themes_only=batch.themes_only)
        for article in batch.articles:
            stories.assign(store, article.article, now)
        for failed in batch.unreadable:
            log.warning("article %d could not be read: %s", failed.article, failed.error)
            mark_failed(store, failed.article, str(version), failed.error, failed.times)
    return len(batch.articles)


def _read(reader: Reader, articles: Sequence[Unread], themes_only: bool) -> list[ReadArticle]:
    texts = [_text(a, "body") for a in articles]
    titles = [_text(a, "title") for a in articles]
    bodies = list(reader.read(texts, THEME_PARTS if themes_only else PARTS))
    headlines = list(reader.read(titles, THEME_PARTS if themes_only else TITLE_PARTS))
    return [
        ReadArticle(
            article=article.id,
            title=article.title,
            body=article.body,
            text_hash=article.text_hash,
            findings={"title": _headline(title, body, article), "body": body},
        )
        for article, title, body in zip(articles, headlines, bodies, strict=True)
    ]


def _text(article: Unread, part: str) -> Text:
    return Text(
        id=f"{article.id}:{part}",
        text=article.title if part == "title" else article.body,
        title=None if part == "title" else article.title,
        published=article.published,
        publisher=article.publisher,
        language=article.language,
        publisher_country=article.country,
    )


def _headline(title: Findings, body: Findings, article: Unread) -> Findings:
    """The title's findings; beside a body, only companies that are known or that the body names too.

    NER reads a headline's capitals as names; the body says which of them are.
    """
    if not article.body:
        return title
    named = {company.name for company in (*body.companies, *body.organisations)}

    def sure(companies: Sequence[Company]) -> tuple[Company, ...]:
        return tuple(company for company in companies if company.id or company.name in named)

    return replace(title, companies=sure(title.companies), organisations=sure(title.organisations))
