"""What the pages ask the database: plain SQL, rows out, on a read-only connection."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from db.companies import COUNTED

Row = Mapping[str, Any]

NEWEST = 500
"""New facts are looked for in so many of the newest articles."""


def ask(connection: sqlite3.Connection, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of a query as dicts."""
    cursor = connection.execute(sql, values or {})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def one(connection: sqlite3.Connection, sql: str, values: Mapping[str, Any] | None = None) -> Row | None:
    """The first row, or None."""
    rows = ask(connection, sql, values)
    return rows[0] if rows else None


def newest_day(connection: sqlite3.Connection) -> date:
    """The day of the newest article, the day that "this week" is counted back from."""
    row = connection.execute("SELECT max(published) FROM articles WHERE on_beat = 1").fetchone()
    return date.fromisoformat(row[0][:10]) if row and row[0] else date.today()


def weeks_of_theme(
    connection: sqlite3.Connection, theme: str, until: date, weeks: int
) -> list[tuple[date, int]]:
    """Stories of *theme* on the beat in each of the *weeks* seven-day windows that end on *until*."""
    return _weeks(connection, "theme", theme, until, weeks)


def weeks_of_company(
    connection: sqlite3.Connection, company: int, until: date, weeks: int
) -> list[tuple[date, int]]:
    """Stories that name *company*, likewise."""
    return _weeks(connection, "company", str(company), until, weeks)


def subject(connection: sqlite3.Connection, kind: str, key: str) -> int | None:
    """The row under which a theme, company or metric is counted; None where nothing was."""
    row = one(
        connection, "SELECT id FROM subjects WHERE kind = :kind AND key = :key", {"kind": kind, "key": key}
    )
    return int(row["id"]) if row else None


def _weeks(
    connection: sqlite3.Connection, kind: str, key: str, until: date, weeks: int
) -> list[tuple[date, int]]:
    first = until - timedelta(days=7 * weeks - 1)
    rows = ask(
        connection,
        """
        SELECT CAST((julianday(day) - julianday(:first)) / 7 AS INTEGER) AS week, sum(stories) AS stories
          FROM daily_counts WHERE subject = :subject AND day BETWEEN :first AND :until
         GROUP BY week
        """,
        {"subject": subject(connection, kind, key), "first": first.isoformat(), "until": until.isoformat()},
    )
    counts = {row["week"]: row["stories"] for row in rows}
    return [(first + timedelta(days=7 * week), counts.get(week, 0)) for week in range(weeks)]


def leading_companies(connection: sqlite3.Connection, since: date, limit: int = 12) -> list[Row]:
    """The companies in most stories on the beat since a day."""
    return ask(
        connection,
        f"""
        SELECT c.id, c.name, l.stories
          FROM (SELECT d.subject, sum(d.stories) AS stories
                  FROM daily_counts d INDEXED BY daily_counts_day
                  JOIN subjects s ON s.id = d.subject JOIN companies c ON c.id = s.company
                 WHERE d.kind = 'company' AND d.day >= :since AND d.stories > 0 AND c.kind IN {COUNTED}
                 GROUP BY d.subject ORDER BY stories DESC, d.subject LIMIT :limit) l
          JOIN subjects s ON s.id = l.subject JOIN companies c ON c.id = s.company
         ORDER BY l.stories DESC, c.name
        """,
        {"since": since.isoformat(), "limit": limit},
    )


def new_facts(connection: sqlite3.Connection, limit: int = 12) -> list[Row]:
    """The high-confidence facts of the newest articles on the beat, once a story."""
    return ask(
        connection,
        """
        SELECT * FROM fact_figures WHERE id IN (
          SELECT min(f.id)
            FROM (SELECT id, story FROM articles INDEXED BY articles_published
                   WHERE on_beat = 1 AND published IS NOT NULL ORDER BY published DESC LIMIT :newest) a
           CROSS JOIN facts f ON f.article = a.id
           WHERE f.confidence = 'high' AND f.on_beat = 1
           GROUP BY coalesce(a.story, -a.id), f.metric, f.subject, f.period_end
        ) ORDER BY published DESC, id LIMIT :limit
        """,
        {"limit": limit, "newest": NEWEST},
    )


def newest_stories(connection: sqlite3.Connection, limit: int = 8) -> list[Row]:
    """The newest stories on the beat, each by its first article."""
    return ask(
        connection,
        """
        SELECT a.id, a.title, a.published, coalesce(o.name, '') AS outlet, coalesce(s.outlets, 1) AS outlets
          FROM articles a LEFT JOIN outlets o ON o.id = a.outlet LEFT JOIN stories s ON s.id = a.story
         WHERE a.on_beat = 1 AND a.published IS NOT NULL AND (a.story IS NULL OR s.first_article = a.id)
         ORDER BY a.published DESC, a.id DESC LIMIT :limit
        """,
        {"limit": limit},
    )


def failing_feeds(connection: sqlite3.Connection, limit: int = 8) -> list[Row]:
    """Feeds with an error, and what to do about it."""
    return ask(
        connection,
        "SELECT id, coalesce(title, url) AS title, error, advice, state FROM feeds "
        "WHERE error IS NOT NULL ORDER BY failures DESC, id LIMIT :limit",
        {"limit": limit},
    )


def feed_counts(connection: sqlite3.Connection) -> Row:
    """How many feeds are followed, and how many of them fail."""
    row = one(
        connection,
        "SELECT count(*) AS feeds, count(*) FILTER (WHERE error IS NOT NULL) AS failing FROM feeds "
        "WHERE state != 'paused'",
    )
    return row or {"feeds": 0, "failing": 0}


def search(connection: sqlite3.Connection, words: str, limit: int = 50) -> list[Row]:
    """Articles with all *words* (a trailing ``*`` is any ending), best first, with a snippet."""
    query = fts_query(words)
    if not query:
        return []
    return ask(
        connection,
        """
        SELECT a.id, a.title, a.published, a.on_beat, coalesce(o.name, '') AS outlet,
               snippet(articles_fts, 1, char(1), char(2), ' … ', 28) AS snippet
          FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid
          LEFT JOIN outlets o ON o.id = a.outlet
         WHERE articles_fts MATCH :query ORDER BY rank LIMIT :limit
        """,
        {"query": query, "limit": limit},
    )


def fts_query(words: str) -> str:
    """What a user typed as an FTS5 query that cannot fail: phrases in quotes stay, all else is words.

    >>> fts_query('werewolf "true heiress" rev*')
    '"werewolf" "true heiress" "rev" *'
    >>> fts_query('a AND (b')
    '"a" "AND" "b"'
    """
    pieces = re.findall(r'"([^"]+)"|([\w\'’.-]+)(\*?)', words)
    return " ".join(f'"{phrase or word}"{" *" if star else ""}' for phrase, word, star in pieces)
