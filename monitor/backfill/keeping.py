"""A part's articles into the tables: with findings, stories and ledger, in one transaction by one writer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from db import backfill, stories
from db.articles import (
    add_sighting,
    article_at,
    article_titled,
    article_with_text,
    keep_article,
    kept_text,
    outlet_for,
)
from db.finding_rows import ReadArticle
from db.findings import mark_failed, save_findings
from db.gate import leave_unread
from db.store import Store
from monitor.backfill.reading import NO_ADDRESS
from monitor.backfill.values import Archived, PartRead
from monitor.collect.urls import other_scheme


def keep_parts(store: Store, parts: Iterable[PartRead], version: str, now: datetime) -> int:
    """Keep what *parts* hold, note in the ledger what became of them; returns how many articles are new."""
    new = 0
    with store.write():
        for part in parts:
            new += sum(_keep(store, article, version, now) for article in part.articles)
            backfill.settle(store, part.part.path, part.part.start, part.outcome, version, now)
    return new


def _keep(store: Store, article: Archived, version: str, now: datetime) -> bool:
    found = article.found
    outlet = outlet_for(store, article.domain, article.outlet)
    known = _known(store, article, outlet)
    if known is not None and not _is_news(store, known, article):
        found = replace(found, body_source="title")  # too poor to change the text; it may still lend its date
    kept = keep_article(store, found, outlet, known, now)
    add_sighting(store, kept.article, None, None, found.url, now)
    _keep_reading(store, kept.article, article, version, now)
    return kept.new


def _known(store: Store, article: Archived, outlet: int | None) -> int | None:
    found = article.found
    known = article_at(store, list(dict.fromkeys((found.url, other_scheme(found.url)))))
    if known is None and found.url.startswith(NO_ADDRESS):
        known = article_with_text(store, found, outlet)
    return known if known is not None else article_titled(store, found, outlet)


def _is_news(store: Store, known: int, article: Archived) -> bool:
    """Whether it may revise the *known* article: not one that a feed brought whole, nor by a former text."""
    kept = kept_text(store, known)
    if kept.body_source in ("title", "summary"):
        return True
    return not kept.from_feed and article.found.text_hash not in kept.revisions


def _keep_reading(store: Store, row: int, article: Archived, version: str, now: datetime) -> None:
    """Keep the findings where what was read is the text that is kept; what is read already stays as it is."""
    found, kept = article.found, kept_text(store, row)
    same = (kept.title, kept.body) == (found.title, found.body)
    if not same or (kept.read_at and kept.version == version):
        return
    if article.gate:
        if kept.read_at is None:
            leave_unread(store, [row], version, article.gate, now)
        return
    if article.error:
        mark_failed(store, row, version, article.error)
        return
    read = ReadArticle(row, found.title, found.body, found.text_hash, article.findings)
    save_findings(store, [read], version, now)
    stories.assign(store, row, now)
