"""How the database and what fills it fare: the funnel, the queues, the feeds, the sizes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from db.gate import count_left_unread
from db.store import Store


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many entries became articles, got a body, are in a language that is read, were read, and so on."""

    entries: int
    articles: int
    with_body: int
    in_language: int
    read: int
    on_beat: int
    with_facts: int


@dataclass(frozen=True, slots=True)
class FeedFunnel:
    """The funnel of one feed; an article in two feeds counts for both."""

    feed: int
    title: str
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits: entries to fetch, articles to read (the oldest's time), and what is left or set aside.

    The gate (``[reading] only_if``) leaves articles unread.
    """

    to_fetch: int
    to_read: int
    oldest_unread: str | None
    set_aside: int
    left_unread: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What the last hour brought: polls, new entries, articles found and articles read."""

    polls: int
    entries: int
    articles: int
    read: int


@dataclass(frozen=True, slots=True)
class FeedCounts:
    """How many feeds are followed, how many of these fail, are paused, or are gone for good."""

    active: int
    failing: int
    paused: int
    gone: int


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed's state, with its error and what to do about it."""

    id: int
    title: str
    url: str
    state: str
    last_success_at: str | None
    next_poll_at: str
    entries: int
    entries_a_week: float
    error: str | None
    advice: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the database and its write-ahead log, and of free disk beside them."""

    database: int
    wal: int
    disk_free: int


def funnel(store: Store, languages: frozenset[str], feed: int | None = None) -> Funnel:
    """The funnel of everything, or of one *feed*."""
    marks = ", ".join("?" for _ in languages)
    mine = "" if feed is None else "AND a.id IN (SELECT article FROM sightings WHERE feed = :feed)"
    row = store.db.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE a.body_source NOT IN ('title', 'summary')),
               count(*) FILTER (WHERE a.language IN ({marks})),
               count(*) FILTER (WHERE a.read_at IS NOT NULL), count(*) FILTER (WHERE a.on_beat = 1),
               count(*) FILTER (WHERE EXISTS (SELECT 1 FROM facts f WHERE f.article = a.id))
          FROM articles a WHERE 1 = 1 {mine.replace(":feed", "?")}
        """,
        [*sorted(languages), *([] if feed is None else [feed])],
    ).fetchone()
    where = ("feed = ?", [feed]) if feed is not None else ("1 = 1", [])
    return Funnel(store.db["entries"].count_where(*where), *row)


def queues(store: Store, version: str) -> Queues:
    """What waits for the reader at *version*, and for the fetcher."""
    unread = store.db.execute(
        """
        SELECT count(*), min(fetched_at) FROM articles
         WHERE body_pruned_at IS NULL
           AND (extractor_version IS NULL OR extractor_version < :v OR extractor_version > :v)
           AND NOT (read_failures >= 3 AND failed_version IS :v)
        """,
        {"v": version},
    ).fetchone()
    set_aside = store.db["articles"].count_where("read_failures >= 3 AND failed_version IS ?", [version])
    to_fetch = store.db["entries"].count_where("state = 'new'")
    return Queues(to_fetch, unread[0], unread[1], set_aside, count_left_unread(store))


_LATEST = "id > (SELECT coalesce(max(id), 0) FROM {table}) - 100000 AND {moment} BETWEEN :since AND :now"
"""Rows come in the order of their times: an hour's are among the last, and no index is needed for them."""


def rates(store: Store, now: datetime) -> Rates:
    """What came in and was read in the hour before *now*."""
    hour = {"since": (now - timedelta(hours=1)).isoformat(), "now": now.isoformat()}
    latest = (("polls", "started_at"), ("entries", "first_seen_at"), ("articles", "fetched_at"))
    polls, entries, articles = (
        store.db[table].count_where(_LATEST.format(table=table, moment=moment), hour)
        for table, moment in latest
    )
    read = "body_source IN ('feed', 'page', 'summary', 'title', 'hand') AND read_at BETWEEN :since AND :now"
    return Rates(polls, entries, articles, store.db["articles"].count_where(read, hour))


def feed_counts(store: Store) -> FeedCounts:
    """How many feeds fare how."""
    row = store.db.execute(
        "SELECT count(*) FILTER (WHERE state = 'active'), "
        "count(*) FILTER (WHERE state = 'active' AND error IS NOT NULL), "
        "count(*) FILTER (WHERE state = 'paused'), count(*) FILTER (WHERE state = 'gone') FROM feeds"
    ).fetchone()
    return FeedCounts(*row)


def feeds(store: Store, now: datetime) -> list[FeedHealth]:
    """Every feed, the failing ones first; entries a week are those of the last four weeks, by their dates."""
    rows = store.db.query(
        """
        SELECT f.id, coalesce(f.title, f.url) AS title, f.url, f.state, f.last_success_at, f.next_poll_at,
               (SELECT count(*) FROM entries e WHERE e.feed = f.id) AS entries,
               (SELECT count(*) FROM entries e WHERE e.feed = f.id
                   AND coalesce(e.published, e.first_seen_at) BETWEEN date(:now, '-28 days') AND :now
               ) / 4.0 AS entries_a_week, f.error, f.advice, f.failures
          FROM feeds f ORDER BY f.error IS NULL, f.title, f.url
        """,
        {"now": now.isoformat()},
    )
    return [FeedHealth(**row) for row in rows]


def funnels(store: Store, languages: frozenset[str]) -> list[FeedFunnel]:
    """The funnel of every feed that has entries or articles, the one with most entries first."""
    marks = ", ".join("?" for _ in languages)
    rows = store.db.execute(
        f"""
        WITH seen AS (SELECT DISTINCT feed, article FROM sightings WHERE feed IS NOT NULL),
        counted AS (
          SELECT s.feed, count(*) AS articles,
                 count(*) FILTER (WHERE a.body_source NOT IN ('title', 'summary')) AS with_body,
                 count(*) FILTER (WHERE a.language IN ({marks})) AS in_language,
                 count(*) FILTER (WHERE a.read_at IS NOT NULL) AS read,
                 count(*) FILTER (WHERE a.on_beat = 1) AS on_beat,
                 count(*) FILTER (WHERE EXISTS (SELECT 1 FROM facts f WHERE f.article = a.id)) AS with_facts
            FROM seen s JOIN articles a ON a.id = s.article GROUP BY s.feed
        ),
        listed AS (SELECT feed, count(*) AS entries FROM entries GROUP BY feed)
        SELECT f.id, coalesce(f.title, f.url), coalesce(l.entries, 0), coalesce(c.articles, 0),
               coalesce(c.with_body, 0), coalesce(c.in_language, 0), coalesce(c.read, 0),
               coalesce(c.on_beat, 0), coalesce(c.with_facts, 0)
          FROM feeds f LEFT JOIN listed l ON l.feed = f.id LEFT JOIN counted c ON c.feed = f.id
         WHERE l.entries OR c.articles ORDER BY 3 DESC, 2
        """,
        sorted(languages),
    )
    return [FeedFunnel(row[0], row[1], Funnel(*row[2:])) for row in rows]


def sizes(path: Path) -> Sizes:
    """The sizes of the files at *path*."""
    wal = Path(f"{path}-wal")
    return Sizes(
        path.stat().st_size if path.exists() else 0,
        wal.stat().st_size if wal.exists() else 0,
        shutil.disk_usage(path.absolute().parent).free,
    )


def entries_a_day(store: Store, now: datetime) -> Mapping[str, int]:
    """New entries in each of the last seven days (ISO dates)."""
    rows = store.db.execute(
        "SELECT substr(first_seen_at, 1, 10) AS day, count(*) FROM entries "
        "WHERE first_seen_at > date(?, '-7 days') GROUP BY day ORDER BY day",
        [now.isoformat()],
    )
    return dict(rows.fetchall())
