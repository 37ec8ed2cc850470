"""The news of a stretch of time, as the digest tells it: its stories, facts, companies and coverage.

An article belongs to the stretch (after *since*, up to *until*) that holds its publication, or, where that is
unknown or came late, the stretch in which it was first fetched. Articles off the beat are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.companies import COUNTED
from db.store import Store

LATE = timedelta(days=3)
"""How long after its publication an article still counts as new when it is fetched."""

_NEW = """
new_articles AS MATERIALIZED (
  SELECT a.id, a.title, a.url, a.story, a.outlet, a.published, a.fetched_at, a.on_beat, a.body_source,
         a.read_at
    FROM articles a
   WHERE (a.published > :since AND a.published <= :until)
      OR (a.fetched_at > :since AND a.fetched_at <= :until AND a.published > :late AND a.published <= :since)
      OR (a.published IS NULL AND a.fetched_at > :since AND a.fetched_at <= :until)
)
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was seen."""

    articles: int
    on_beat: int
    stories: int
    outlets: int
    title_only: int
    with_body: int
    read: int
    with_facts: int


@dataclass(frozen=True, slots=True)
class StoryNews:
    """A story with what makes it matter, its best sentence and its sightings."""

    story: int
    article: int
    title: str
    url: str
    outlet: str
    published: str | None
    outlets: int
    articles: int
    facts: int
    themes: tuple[str, ...]
    companies: tuple[str, ...]
    sentence: str | None
    others: tuple[tuple[str, str], ...]  # outlet and address of the other sightings


@dataclass(frozen=True, slots=True)
class FactNews:
    """A fact as the table shows it."""

    id: int
    article: int
    title: str
    url: str
    outlet: str
    published: str | None
    subject: str | None
    metric: str | None
    metric_id: str | None
    period_start: str | None
    period_end: str | None
    stated: str
    value: float
    value_max: float | None
    unit: str | None
    kind: str
    usd: float | None
    direction: str | None
    basis: str
    claimed_by: str | None
    confidence: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A company's share of the stretch's stories, and of those of the stretch before."""

    company: int
    name: str
    stories: int
    share: float
    share_before: float | None


@dataclass(frozen=True, slots=True)
class FeedCare:
    """A feed that needs someone."""

    feed: int
    title: str
    url: str
    error: str
    advice: str | None
    since: str | None


def coverage(store: Store, since: datetime, until: datetime) -> Coverage:
    """How many articles, stories and outlets the stretch holds."""
    row = next(
        store.db.query(
            f"""
            WITH {_NEW}
            SELECT count(*) AS articles, count(*) FILTER (WHERE on_beat = 1) AS on_beat,
                   count(DISTINCT story) FILTER (WHERE on_beat = 1) AS stories,
                   count(DISTINCT outlet) FILTER (WHERE on_beat = 1) AS outlets,
                   count(*) FILTER (WHERE body_source = 'title') AS title_only,
                   count(*) FILTER (WHERE body_source NOT IN ('title', 'summary')) AS with_body,
                   count(*) FILTER (WHERE read_at IS NOT NULL) AS read,
                   count(*) FILTER (WHERE EXISTS (SELECT 1 FROM facts f WHERE f.article = new_articles.id))
                     AS with_facts
              FROM new_articles
            """,
            _stretch(since, until),
        )
    )
    return Coverage(**row)


def stories(store: Store, since: datetime, until: datetime) -> list[StoryNews]:
    """The stories of the stretch, the most reported and richest in facts first."""
    rows = store.db.query(
        f"""
        WITH {_NEW},
        facts_of AS (
          SELECT article, count(*) AS facts FROM facts
           WHERE confidence = 'high' AND on_beat = 1 AND article IN (SELECT id FROM new_articles)
           GROUP BY article
        ),
        counted AS (
          SELECT n.story, count(*) AS articles, count(DISTINCT n.outlet) AS outlets,
                 min(coalesce(n.published, n.fetched_at) || '|' || n.id) AS first,
                 max(coalesce(f.facts, 0)) AS facts
            FROM new_articles n LEFT JOIN facts_of f ON f.article = n.id
           WHERE n.on_beat = 1 AND n.story IS NOT NULL
           GROUP BY n.story
        )
        SELECT c.story, c.articles, c.outlets, c.facts, n.id AS article, n.title, n.url, n.published,
               coalesce(o.name, '') AS outlet
          FROM counted c
          JOIN new_articles n ON n.id = CAST(substr(c.first, instr(c.first, '|') + 1) AS INTEGER)
          LEFT JOIN outlets o ON o.id = n.outlet
         ORDER BY c.outlets DESC, c.facts DESC, n.published, n.id
        """,
        _stretch(since, until),
    )
    return [_story(store, row) for row in rows]


def facts(store: Store, since: datetime, until: datetime, limit: int = 200) -> list[FactNews]:
    """The high-confidence facts of the stretch on the beat, once a story, newest last."""
    rows = store.db.query(
        f"""
        WITH {_NEW}
        SELECT min(f.id) AS id, f.article, f.article_title AS title, f.url, coalesce(f.outlet, '') AS outlet,
               f.published, f.subject, f.metric, f.metric_id, f.period_start, f.period_end, f.stated, f.value,
               f.value_max, f.unit, f.kind, f.usd, f.direction, f.basis, f.claimed_by, f.confidence,
               f.sentence
          FROM fact_figures f JOIN new_articles n ON n.id = f.article
         WHERE f.confidence = 'high' AND f.on_beat = 1 AND n.on_beat = 1
         GROUP BY coalesce(f.story, -f.article), f.metric, f.subject, f.value, f.unit, f.period_end
         ORDER BY f.published, f.id LIMIT :limit
        """,
        {**_stretch(since, until), "limit": limit},
    )
    return [FactNews(**row) for row in rows]


def share_of_voice(store: Store, since: datetime, until: datetime, limit: int = 8) -> list[Voice]:
    """The companies in most of the stretch's stories, with their share in as long a stretch before."""
    now = _voices(store, since, until)
    before = _voices(store, since - (until - since), since)
    total, total_before = _stories_in(store, since, until), _stories_in(store, since - (until - since), since)
    leaders = sorted(now.items(), key=lambda voice: (-voice[1][1], voice[1][0]))[:limit]
    return [
        Voice(
            company=company,
            name=name,
            stories=count,
            share=count / total,
            share_before=before.get(company, ("", 0))[1] / total_before if total_before else None,
        )
        for company, (name, count) in leaders
    ]


def feeds_in_need(store: Store, now: datetime) -> list[FeedCare]:
    """The feeds that fail, have moved for good or have long been silent."""
    rows = store.db.query(
        """
        SELECT id AS feed, coalesce(title, url) AS title, url,
               coalesce(error, 'nothing new for a month') AS error, advice,
               coalesce(last_success_at, added_at) AS since
          FROM feeds
         WHERE state != 'paused' AND (error IS NOT NULL OR coalesce(last_new_at, added_at) < :month_ago)
         ORDER BY failures DESC, id
        """,
        {"month_ago": (now - timedelta(days=30)).isoformat()},
    )
    return [FeedCare(**row) for row in rows]


def _stretch(since: datetime, until: datetime) -> dict[str, str]:
    return {"since": since.isoformat(), "until": until.isoformat(), "late": (since - LATE).isoformat()}


def _stories_in(store: Store, since: datetime, until: datetime) -> int:
    return coverage(store, since, until).stories


def _voices(store: Store, since: datetime, until: datetime) -> dict[int, tuple[str, int]]:
    rows = store.db.query(
        f"""
        WITH {_NEW}
        SELECT c.id, c.name, count(DISTINCT n.story) AS stories
          FROM new_articles n
          JOIN company_mentions m ON m.article = n.id
          JOIN companies c ON c.id = m.company
         WHERE n.on_beat = 1 AND m.on_beat = 1 AND c.kind IN {COUNTED}
         GROUP BY c.id
        """,
        _stretch(since, until),
    )
    return {row["id"]: (row["name"], row["stories"]) for row in rows}


def _story(store: Store, row: dict[str, object]) -> StoryNews:
    article = row["article"]
    themes = store.db.execute(
        "SELECT DISTINCT theme FROM theme_mentions WHERE article = ? AND on_beat = 1 ORDER BY theme",
        [article],
    )
    companies = store.db.execute(
        "SELECT c.name FROM company_mentions m JOIN companies c ON c.id = m.company WHERE m.article = ? "
        "GROUP BY c.id ORDER BY count(*) DESC, c.name LIMIT 5",
        [article],
    )
    return StoryNews(
        **row,  # type: ignore[arg-type]
        themes=tuple(name for (name,) in themes),
        companies=tuple(name for (name,) in companies),
        sentence=best_sentence(store, article),
        others=_other_sightings(store, row["story"], article),
    )


def best_sentence(store: Store, article: object) -> str | None:
    """The article's sentence that says most: one of a high fact, of money, of a theme, in that order."""
    row = store.db.execute(
        """
        SELECT sentence FROM (
          SELECT sentence, 0 AS worth FROM facts WHERE article = :a AND confidence = 'high'
          UNION ALL SELECT sentence, 1 FROM money WHERE article = :a AND part = 'body'
          UNION ALL SELECT sentence, 2 FROM theme_mentions WHERE article = :a AND part = 'body'
          UNION ALL SELECT sentence, 3 FROM company_mentions WHERE article = :a AND part = 'body'
        ) WHERE length(sentence) BETWEEN 30 AND 400 ORDER BY worth, length(sentence) LIMIT 1
        """,
        {"a": article},
    ).fetchone()
    return row[0] if row else None


def _other_sightings(store: Store, story: object, article: object) -> tuple[tuple[str, str], ...]:
    rows = store.db.execute(
        "SELECT coalesce(o.name, ''), a.url FROM articles a LEFT JOIN outlets o ON o.id = a.outlet "
        "WHERE a.story = ? AND a.id != ? ORDER BY a.published, a.id LIMIT 6",
        [story, article],
    )
    return tuple((outlet, url) for outlet, url in rows)
