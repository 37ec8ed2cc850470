"""The rows of a past: what stood at a moment, told by SQL from the live database, table by table.

The live database is attached as ``live``; ``:at`` is the moment. Each statement copies a whole table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from db.vintages import TABLES

LEFT_OUT = frozenset(
    {
        *("hosts", "former_addresses", "jobs", "daemon", "backfill_parts", "deliveries"),
        *("story_bands", "stale_articles", "stale_stories", "stale_claims", "as_read"),
    }
)
"""Tables that a past is without: how collecting, sending and counting go on is nothing that is known."""

COUNTED_ANEW = frozenset(
    {
        *("article_subjects", "story_subjects", "daily_counts", "tallies", "stories"),
        *("claims", "conflicts", "checks"),
    }
)
"""Tables that follow from the others."""


def copy(connection: sqlite3.Connection, at: str) -> None:
    """Fill the empty tables of the past with what stood *at* a moment (ISO 8601, UTC)."""
    for table, rows in _ROWS.items():
        connection.execute(rows(connection, table), {"at": at})
    for table in TABLES:
        connection.execute(_findings(connection, table), {"at": at})
        connection.execute(_past_findings(connection, table), {"at": at, "kind": table})
    for statement in _TIDY:
        connection.execute(statement, {"at": at} if ":at" in statement else {})


def told() -> frozenset[str]:
    """The tables whose rows are copied."""
    return frozenset({*_ROWS, *TABLES})


def _names(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.execute(f'PRAGMA main.table_info("{table}")')]


def _listed(names: list[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


def _since(condition: str, **changed: str) -> Callable[[sqlite3.Connection, str], str]:
    """A table's rows for which *condition* holds, with the columns *changed*."""

    def rows(connection: sqlite3.Connection, table: str) -> str:
        names = _names(connection, table)
        told = ", ".join(changed.get(name, f't."{name}"') for name in names)
        into = f'INSERT INTO main."{table}" ({_listed(names)})'
        return f'{into} SELECT {told} FROM live."{table}" t WHERE {condition}'

    return rows


def _stood(one: str, condition: str, settled: str | None = None) -> Callable[[sqlite3.Connection, str], str]:
    """A table's rows in the state that ``past_*`` keeps of the moment, else as they are.

    Columns in *settled* hold nothing before the row was settled.
    """

    def rows(connection: sqlite3.Connection, table: str) -> str:
        names, kept = _names(connection, table), set(_names(connection, f"past_{table}"))
        own = {name: f't."{name}"' for name in names}
        for name in kept & set(names) - {"id"}:
            own[name] = f'CASE WHEN s.id IS NULL THEN t."{name}" ELSE s."{name}" END'
        for name, sql in _OF_ARTICLES.items() if settled else ():
            own[name] = sql.format(own=own[name], settled=settled)
        return (
            f'INSERT INTO main."{table}" ({_listed(names)}) SELECT {", ".join(own.values())} '
            f'FROM live."{table}" t LEFT JOIN live."past_{table}" s ON s.id = ('
            f'SELECT id FROM live."past_{table}" WHERE {one} = t.id AND valid_until > :at '
            f"ORDER BY valid_until LIMIT 1) WHERE {condition}"
        )

    return rows


_ONLY_SETTLED = "CASE WHEN {settled} <= :at THEN {own} END"
_FIRST_TEXT = """
CASE WHEN {settled} <= :at THEN {own}
     ELSE coalesce((SELECT r."{name}" FROM live.revisions r WHERE r.article = t.id AND r.seen_at <= :at
                    ORDER BY r.seen_at DESC LIMIT 1), t."{name}") END
"""
_BODY = """
CASE WHEN {settled} <= :at AND s.text_hash <> t.text_hash
     THEN coalesce((SELECT r.body FROM live.revisions r
                     WHERE r.article = t.id AND r.text_hash = s.text_hash), '')
     ELSE {first_text} END
"""
_OF_ARTICLES: Mapping[str, str] = {
    **dict.fromkeys(("story", "story_hash", "on_beat", "beat_reason", "gate"), _ONLY_SETTLED),
    "extractor_version": "CASE WHEN t.read_at <= :at THEN {own} END",
    # A reading that changed nothing keeps no state: it was read by then, and since it was settled for sure.
    "read_at": "CASE WHEN {settled} <= :at THEN CASE WHEN {own} <= :at THEN {own} WHEN {own} IS NOT NULL "
    "THEN {settled} END END",
    "settled_at": _ONLY_SETTLED,
    **{name: _FIRST_TEXT.replace("{name}", name) for name in ("title", "text_hash")},
    "body": _BODY.replace("{first_text}", _FIRST_TEXT.replace("{name}", "body")),
    "error": "NULL",
    "failed_version": "NULL",
    "read_failures": "0",
}

_SETTLED = "coalesce(t.settled_at, t.read_at)"
_LAST_POLL = "(SELECT {what} FROM live.polls p WHERE p.feed = t.id AND p.started_at <= :at {where})"
_NEWEST = "ORDER BY p.started_at DESC LIMIT 1"


def _of_polls(name: str, what: str, where: str = "") -> str:
    """A feed's column as its polls up to the moment tell it, where it was polled since."""
    told = _LAST_POLL.format(what=what, where=where)
    return f'CASE WHEN t.last_poll_at > :at THEN {told} ELSE t."{name}" END'


_ROWS: Mapping[str, Callable[[sqlite3.Connection, str], str]] = {
    "history": _since("1", as_of=":at"),
    "outlets": _since("1"),
    "feeds": _since(
        "t.added_at <= :at",
        state="CASE WHEN t.state = 'gone' AND t.last_poll_at > :at THEN 'active' ELSE t.state END",
        error=_of_polls("error", "p.error", _NEWEST),
        advice="CASE WHEN t.last_poll_at > :at THEN NULL ELSE t.advice END",
        failures=_of_polls(
            "failures",
            "count(*)",
            "AND p.outcome IN ('error', 'gone') AND p.started_at > coalesce((SELECT max(g.started_at) "
            "FROM live.polls g WHERE g.feed = t.id AND g.started_at <= :at "
            "AND g.outcome NOT IN ('error', 'gone')), '')",
        ),
        last_poll_at=_of_polls("last_poll_at", "max(p.started_at)"),
        last_success_at=_of_polls(
            "last_success_at", "max(p.started_at)", "AND p.outcome NOT IN ('error', 'gone')"
        ),
        last_new_at=_of_polls("last_new_at", "max(p.started_at)", "AND p.outcome = 'new'"),
        verified_at="CASE WHEN t.verified_at <= :at THEN t.verified_at END",
    ),
    "polls": _since("t.started_at <= :at"),
    "articles": _stood("article", "t.fetched_at <= :at", _SETTLED),
    # The feeds' copies of texts stay behind: they are many, and what came of them is in the articles.
    "entries": _since(
        "t.first_seen_at <= :at",
        summary="''",
        content="''",
        error="NULL",
        article="(SELECT a.id FROM main.articles a WHERE a.id = t.article)",
        state="CASE WHEN t.article IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM main.articles a WHERE a.id = t.article) THEN 'new' ELSE t.state END",
    ),
    # A first text becomes a row only when the second comes.
    "revisions": _since(
        "t.seen_at <= :at AND EXISTS (SELECT 1 FROM live.revisions o WHERE o.article = t.article "
        "AND o.id <> t.id AND o.seen_at <= :at)"
    ),
    "sightings": _since("t.seen_at <= :at AND t.article IN (SELECT id FROM main.articles)"),
    "companies": _stood("company", "t.first_seen_at <= :at OR t.first_seen_at IS NULL"),
    **dict.fromkeys(
        ("aliases", "ownerships", "themes"), _since("t.first_seen_at <= :at OR t.first_seen_at IS NULL")
    ),
    "readings": _since("t.first_at <= :at", last_at="min(t.last_at, :at)"),
    "digests": _since("t.created_at <= :at"),
    "alerts": _since("t.fired_at <= :at"),
    "corrections": _since(
        "t.made_at <= :at",
        undone_at="CASE WHEN t.undone_at <= :at THEN t.undone_at END",
        article="CASE WHEN t.article IN (SELECT id FROM main.articles) THEN t.article END",
    ),
    "audits": _since("t.created_at <= :at"),
    "audit_findings": _since("t.audit IN (SELECT id FROM main.audits)"),
    "audit_verdicts": _since("t.judged_at <= :at"),
    "past_findings": _since("t.valid_until <= :at"),
    "past_articles": _since("t.valid_until <= :at"),
    "past_companies": _since("t.valid_until <= :at"),
    "subjects": _since(
        "(t.theme IS NULL OR t.theme IN (SELECT id FROM main.themes)) "
        "AND (t.company IS NULL OR t.company IN (SELECT id FROM main.companies))",
        stories="0",
        articles="0",
    ),
}


def _findings(connection: sqlite3.Connection, table: str) -> str:
    """The rows that have been as they are since the moment or longer; undated ones are their article's."""
    names = _names(connection, table)
    return (
        f'INSERT INTO main."{table}" ({_listed(names)}) SELECT {_listed(names)} FROM live."{table}" '
        "WHERE valid_from <= :at OR (valid_from IS NULL "
        "AND article IN (SELECT id FROM main.articles WHERE settled_at IS NOT NULL OR read_at IS NOT NULL))"
    )


def _past_findings(connection: sqlite3.Connection, table: str) -> str:
    """The rows that were other then, as kept; one stands there already where clocks were set back."""
    told = []
    for _, name, _, _, default, _ in connection.execute(f'PRAGMA main.table_info("{table}")'):
        value = f"json_extract(content, '$.{name}')"
        told.append(value if default is None else f"coalesce({value}, {default})")
    return (
        f'INSERT OR IGNORE INTO main."{table}" ({_listed(_names(connection, table))}) '
        f"SELECT {', '.join(told)} FROM live.past_findings WHERE kind = :kind "
        "AND coalesce(valid_from, '') <= :at AND valid_until > :at "
        "AND article IN (SELECT id FROM main.articles WHERE settled_at IS NOT NULL OR read_at IS NOT NULL) "
        "ORDER BY valid_until"
    )


def _as_claimed(table: str, condition: str) -> str:
    return (
        f"INSERT INTO main.{table} SELECT * FROM live.{table} t WHERE {condition} "
        "AND t.article NOT IN (SELECT article FROM main.stale_claims)"
    )


_TIDY = (
    # SQLite takes a group's bare columns from the row of its min(): the story's first article.
    """
    INSERT INTO main.stories (id, title, first_article, first_outlet, first_published, articles, outlets)
    SELECT story, title, id, outlet, seen, articles, outlets FROM (
      SELECT story, title, id, outlet, coalesce(published, fetched_at) AS seen, count(*) AS articles,
             count(DISTINCT outlet) AS outlets,
             min(coalesce(published, fetched_at) || '|' || printf('%018d', id)) AS first
        FROM main.articles WHERE story IS NOT NULL GROUP BY story
    )
    """,
    # Articles whose facts, figures or companies were other then tell their claims anew; the rest stand.
    """
    INSERT INTO main.stale_claims SELECT DISTINCT article FROM main.facts
     WHERE article IN (SELECT article FROM live.past_findings WHERE valid_until > :at)
        OR article IN (SELECT article FROM live.facts WHERE valid_from > :at)
        OR article IN (SELECT article FROM live.stale_claims)
        OR company IN (SELECT company FROM live.past_companies WHERE valid_until > :at)
    """,
    _as_claimed("claims", "t.fact IN (SELECT id FROM main.facts)"),
    _as_claimed("checks", "t.article IN (SELECT article FROM main.facts)"),
    "INSERT INTO main.conflicts SELECT * FROM live.conflicts WHERE one IN (SELECT fact FROM main.claims) "
    "AND other IN (SELECT fact FROM main.claims)",
    "DELETE FROM main.outlets WHERE id NOT IN (SELECT outlet FROM main.articles WHERE outlet IS NOT NULL "
    "UNION SELECT outlet FROM main.feeds WHERE outlet IS NOT NULL)",
)
