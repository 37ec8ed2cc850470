"""A part's articles into the tables: with findings, stories and ledger, in one transaction by one writer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from db import backfill, stories
from db.articles import Kept, add_sighting, article_at, keep_article, outlet_for
from db.finding_rows import ReadArticle
from db.findings import mark_failed, save_findings
from db.gate import leave_unread
from db.store import Store
from extractors.version import ReadingVersion
from monitor.backfill.values import Archived, PartRead
from monitor.collect.urls import other_scheme


def keep_parts(store: Store, parts: Iterable[PartRead], version: ReadingVersion, now: datetime) -> int:
    """Keep what *parts* hold and note in the ledger that they are done; returns how many articles are new."""
    new = 0
    with store.write():
        for part in parts:
            new += sum(_keep(store, article, str(version), now) for article in part.articles)
            backfill.settle(
                store,
                part.part.path,
                part.part.start,
                version=str(version),
                articles=len(part.articles),
                skipped=part.skipped,
                error=part.error,
                bad=part.bad,
                now=now,
            )
    return new


def _keep(store: Store, article: Archived, version: str, now: datetime) -> bool:
    found = article.found
    outlet = outlet_for(store, article.domain, article.outlet)
    known = article_at(store, [found.url, other_scheme(found.url)])
    kept = keep_article(store, found, outlet, known, now)
    add_sighting(store, kept.article, None, None, found.url, now)
    if _is_its_text(store, kept, article):
        _keep_reading(store, kept.article, article, version, now)
    stories.assign(store, kept.article, now)
    return kept.new


def _is_its_text(store: Store, kept: Kept, article: Archived) -> bool:
    """Whether what was read is the text that is kept: not where a richer one, or a later revision, stays."""
    row = store.db.execute("SELECT title, body FROM articles WHERE id = ?", [kept.article]).fetchone()
    return bool(row == (article.found.title, article.found.body))


def _keep_reading(store: Store, row: int, article: Archived, version: str, now: datetime) -> None:
    found = article.found
    if article.gate:
        leave_unread(store, [row], version, article.gate, now)
    elif article.error:
        mark_failed(store, row, version, article.error)
    else:
        read = ReadArticle(row, found.title, found.body, found.text_hash, article.findings)
        save_findings(store, [read], version, now)
