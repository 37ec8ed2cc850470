"""The counts by day that trends read, kept in the same transaction as what they count.

Triggers note which articles and stories a transaction touched; ``refresh`` counts those anew. ``Store.write``
calls it before each commit, so that no writer can forget it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlite_utils import Database

BATCH = 5000
"""So many articles are counted at once, which bounds what a rebuild holds in memory."""

# CROSS JOIN keeps the order of look-ups; IN, not a join with the tables at hand, whose size SQLite does not
# know, keeps it from reading a whole table into a Bloom filter.
_TOLD = """
WITH dated AS MATERIALIZED (
  SELECT a.id AS article, a.outlet, a.body_source, a.language,
         min(substr(coalesce(a.published, a.fetched_at), 1, 10), substr(a.fetched_at, 1, 10)) AS day,
         a.read_at IS NOT NULL AND coalesce(a.on_beat, 1) AS on_beat
    FROM articles a
   WHERE {these:a.id}
     AND (a.published IS NULL OR coalesce(a.published_precision, 'second') IN ('second', 'day'))
),
told AS (
  SELECT article, 'coverage' AS kind, 'everything' AS key, NULL AS theme, NULL AS company, NULL AS metric,
         day, outlet, on_beat
    FROM dated
  UNION ALL
  SELECT article, 'coverage', 'title only', NULL, NULL, NULL, day, outlet, on_beat
    FROM dated WHERE body_source = 'title'
  UNION ALL
  SELECT article, 'coverage', 'language ' || language, NULL, NULL, NULL, day, outlet, on_beat
    FROM dated WHERE language IS NOT NULL
  UNION ALL
  SELECT d.article, 'theme', m.theme, m.theme, NULL, NULL, d.day, d.outlet, d.on_beat AND max(m.on_beat)
    FROM theme_mentions m CROSS JOIN dated d ON d.article = m.article
   WHERE {these:m.article} GROUP BY d.article, m.theme
  UNION ALL
  SELECT d.article, 'company', CAST(m.company AS TEXT), NULL, m.company, NULL, d.day, d.outlet,
         d.on_beat AND max(m.on_beat)
    FROM company_mentions m CROSS JOIN dated d ON d.article = m.article
   WHERE {these:m.article} GROUP BY d.article, m.company
  UNION ALL
  SELECT d.article, 'theme and company', t.theme || '|' || c.company, t.theme, c.company, NULL,
         d.day, d.outlet, d.on_beat AND max(t.on_beat) AND max(c.on_beat)
    FROM theme_mentions t CROSS JOIN company_mentions c ON c.article = t.article
    CROSS JOIN dated d ON d.article = t.article
   WHERE {these:t.article} GROUP BY d.article, t.theme, c.company
  UNION ALL
  SELECT d.article, 'metric', f.metric_id, NULL, NULL, f.metric_id, d.day, d.outlet,
         d.on_beat AND max(f.on_beat)
    FROM facts f CROSS JOIN dated d ON d.article = f.article
   WHERE {these:f.article} AND f.metric_id IS NOT NULL AND f.confidence = 'high'
   GROUP BY d.article, f.metric_id
)
"""


def _of(some: str) -> str:
    """What articles count for, told for those that *some* names (``{}`` is their column)."""
    return re.sub(r"\{these:([\w.]+)\}", lambda found: some.format(found[1]), _TOLD)


_TOUCHED = _of("{} IN (SELECT article FROM temp.counted_articles)")
_EVERY = _of("1")
_TOLD_COLUMNS = "article, kind, key, theme, company, metric, day, outlet, on_beat"
_TELL = f"{_TOUCHED} INSERT INTO temp.counted_told SELECT {_TOLD_COLUMNS} FROM told"
_SUBJECTS = """
INSERT OR IGNORE INTO subjects (kind, key, theme, company, metric)
SELECT DISTINCT kind, key, theme, company, metric FROM temp.counted_told
"""
_COUNT_ARTICLES = """
INSERT INTO daily_counts (kind, subject, day, articles, all_articles)
SELECT s.kind, c.subject, c.day, {sign} * sum(c.on_beat), {sign} * count(*)
  FROM article_subjects c CROSS JOIN subjects s ON s.id = c.subject
 WHERE c.article IN (SELECT article FROM temp.counted_articles) GROUP BY c.subject, c.day
ON CONFLICT (subject, day) DO UPDATE
  SET articles = articles + excluded.articles, all_articles = all_articles + excluded.all_articles
"""
_TELL_ARTICLES = """
INSERT INTO article_subjects (article, subject, day, outlet, on_beat)
SELECT told.article, s.id, told.day, told.outlet, told.on_beat
  FROM temp.counted_told told CROSS JOIN subjects s ON s.kind = told.kind AND s.key = told.key
"""
_COUNT_STORIES = """
INSERT INTO daily_counts (kind, subject, day, stories, all_stories)
SELECT s.kind, c.subject, c.day, {sign} * sum(c.stories), {sign} * sum(c.all_stories)
  FROM (SELECT x.subject, x.day, 0 AS stories, 1 AS all_stories
          FROM story_subjects x WHERE x.story IN (SELECT story FROM temp.counted_stories)
        UNION ALL
        SELECT x.subject, x.day_on_beat, 1, 0
          FROM story_subjects x
         WHERE x.story IN (SELECT story FROM temp.counted_stories) AND x.day_on_beat IS NOT NULL) c
  CROSS JOIN subjects s ON s.id = c.subject
 WHERE 1 GROUP BY c.subject, c.day
ON CONFLICT (subject, day) DO UPDATE
  SET stories = stories + excluded.stories, all_stories = all_stories + excluded.all_stories
"""
_TELL_STORIES = """
INSERT INTO story_subjects (story, subject, day, day_on_beat)
SELECT a.story, c.subject, min(c.day), min(CASE WHEN c.on_beat THEN c.day END)
  FROM articles a CROSS JOIN article_subjects c ON c.article = a.id
 WHERE a.story IN (SELECT story FROM temp.counted_stories)
 GROUP BY a.story, c.subject
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """How many rows of the rollups differ from a recount, by table."""

    article_subjects: int
    story_subjects: int
    daily_counts: int
    subjects: int

    @property
    def rows(self) -> int:
        """All of them together."""
        return self.article_subjects + self.story_subjects + self.daily_counts + self.subjects

    def __bool__(self) -> bool:
        return self.rows > 0


def refresh(db: Database) -> int:
    """Count anew what changed since the last time; returns how many articles and stories that were.

    Call it inside a transaction. Work is proportional to what changed, whatever the file's size.
    """
    done = 0
    while touched := _take(db):
        done += touched
        _recount(db)
    return done


def rebuild(db: Database) -> None:
    """Count everything anew. Call it inside a transaction."""
    for table in ("daily_counts", "story_subjects", "article_subjects", "stale_articles", "stale_stories"):
        db.execute(f"DELETE FROM {table}")
    db.execute("UPDATE subjects SET stories = 0, articles = 0")
    db.execute("INSERT INTO stale_articles SELECT id FROM articles")
    refresh(db)


def _take(db: Database) -> int:
    """Move a batch of what is stale to the tables at hand; returns how many rows."""
    if not db.execute(
        "SELECT EXISTS (SELECT 1 FROM stale_articles) OR EXISTS (SELECT 1 FROM stale_stories)"
    ).fetchone()[0]:
        return 0
    db.execute(f"CREATE TEMP TABLE IF NOT EXISTS counted_told ({_TOLD_COLUMNS})")
    for table, column in (("articles", "article"), ("stories", "story")):
        db.execute(f"CREATE TEMP TABLE IF NOT EXISTS counted_{table} ({column} INTEGER PRIMARY KEY)")
        db.execute(f"DELETE FROM temp.counted_{table}")
        db.execute(
            f"INSERT INTO temp.counted_{table} SELECT {column} FROM stale_{table} ORDER BY 1 LIMIT {BATCH}"
        )
        db.execute(f"DELETE FROM stale_{table} WHERE {column} IN (SELECT {column} FROM temp.counted_{table})")
    db.execute(
        "INSERT OR IGNORE INTO temp.counted_stories SELECT story FROM articles "
        "WHERE id IN (SELECT article FROM temp.counted_articles) AND story IS NOT NULL"
    )
    return _rows(db, "temp.counted_articles") + _rows(db, "temp.counted_stories")


def _recount(db: Database) -> None:
    db.execute(_COUNT_ARTICLES.format(sign="-1"))
    db.execute("DELETE FROM article_subjects WHERE article IN (SELECT article FROM temp.counted_articles)")
    db.execute("DELETE FROM temp.counted_told")
    db.execute(_TELL)
    db.execute(_SUBJECTS)
    db.execute(_TELL_ARTICLES)
    db.execute(_COUNT_ARTICLES.format(sign="1"))
    db.execute(_COUNT_STORIES.format(sign="-1"))
    db.execute("DELETE FROM story_subjects WHERE story IN (SELECT story FROM temp.counted_stories)")
    db.execute(_TELL_STORIES)
    db.execute(_COUNT_STORIES.format(sign="1"))


def _rows(db: Database, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


_ARTICLES_TOLD = f"""
{_EVERY}
SELECT told.article, s.id, told.day, told.outlet, told.on_beat
  FROM told JOIN subjects s ON s.kind = told.kind AND s.key = told.key
"""
_STORIES_TOLD = """
SELECT a.story, c.subject, min(c.day), min(CASE WHEN c.on_beat THEN c.day END)
  FROM articles a JOIN article_subjects c ON c.article = a.id
 WHERE a.story IS NOT NULL GROUP BY a.story, c.subject
"""
_DAYS_TOLD = """
SELECT subject, day, sum(stories), sum(articles), sum(all_stories), sum(all_articles) FROM (
  SELECT subject, day, 0 AS stories, on_beat AS articles, 0 AS all_stories, 1 AS all_articles
    FROM article_subjects
  UNION ALL SELECT subject, day, 0, 0, 1, 0 FROM story_subjects
  UNION ALL SELECT subject, day_on_beat, 1, 0, 0, 0 FROM story_subjects WHERE day_on_beat IS NOT NULL
) GROUP BY subject, day
"""


def drift(db: Database) -> Drift:
    """Compare every rollup with a recount (reads all mentions: for ``newsgauge check``, not for pages)."""
    return Drift(
        _differences(
            db, "SELECT article, subject, day, outlet, on_beat FROM article_subjects", _ARTICLES_TOLD
        ),
        _differences(db, "SELECT story, subject, day, day_on_beat FROM story_subjects", _STORIES_TOLD),
        _differences(
            db,
            "SELECT subject, day, stories, articles, all_stories, all_articles FROM daily_counts",
            _DAYS_TOLD,
        ),
        _differences(
            db,
            "SELECT id, stories, articles FROM subjects WHERE stories OR articles",
            "SELECT subject, sum(stories), sum(articles) FROM daily_counts GROUP BY subject "
            "HAVING sum(stories) OR sum(articles)",
        ),
    )


def _differences(db: Database, kept: str, told: str) -> int:
    sql = (
        f"SELECT (SELECT count(*) FROM (SELECT * FROM ({kept}) EXCEPT SELECT * FROM ({told}))) + "
        f"(SELECT count(*) FROM (SELECT * FROM ({told}) EXCEPT SELECT * FROM ({kept})))"
    )
    return int(db.execute(sql).fetchone()[0])
