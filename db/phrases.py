"""Emerging phrases: what this week's articles on the beat say of stories that the weeks before did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from db.store import Store
from extractors.emerging import Emerging, PhraseCounts, Told, emerging
from extractors.themes import Taxonomy

RECENT = timedelta(weeks=1)
BACKGROUND = timedelta(weeks=8)
MOST_ARTICLES = 3000
"""The newest so many of each stretch are counted, so that a digest's cost stays bounded."""


def told(store: Store, since: datetime, until: datetime) -> Iterator[Told]:
    """The articles on the beat published after *since*, up to *until*, the newest first."""
    sql = """
    SELECT a.body, coalesce(o.name, a.url), coalesce(a.story, -a.id) FROM articles a
      LEFT JOIN outlets o ON o.id = a.outlet
     WHERE a.on_beat = 1 AND a.published > ? AND a.published <= ? AND a.body IS NOT NULL
     ORDER BY a.published DESC LIMIT ?
    """
    for body, outlet, story in store.db.execute(sql, [since.isoformat(), until.isoformat(), MOST_ARTICLES]):
        yield Told(body, outlet, str(story))


def emerging_phrases(
    store: Store, until: datetime, taxonomy: Taxonomy, *, outlets: int = 3, most: int = 20
) -> Sequence[Emerging]:
    """The phrases of the week up to *until* that the eight weeks before don't explain, the surest first.

    A phrase needs *outlets* distinct outlets; a story's copies count once, and what a theme of *taxonomy*
    reads already is left out.
    """
    start = until - RECENT
    now = PhraseCounts.of(told(store, start, until), taxonomy)
    before = PhraseCounts.of(told(store, start - BACKGROUND, start), taxonomy)
    return emerging(now, before, taxonomy, outlets=outlets, most=most)
