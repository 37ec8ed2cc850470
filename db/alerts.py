"""What alert rules look for in the database, and which alerts have fired."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from db.store import Store

OLD_NEWS = timedelta(days=30)
"""An article published so long before it is judged, of an archive or read anew, is no news."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a rule matched: its key (an alert fires once for it), the reason in words, its content.

    ``value`` is set where the rule watches a number, so that hysteresis can judge it.
    """

    key: str
    reason: str
    content: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that fired for an event, as it is on record."""

    rule: str
    event: str
    fired_at: datetime
    reason: str
    content: Mapping[str, Any]


def stories_with(
    store: Store, since: datetime, until: datetime, theme: str | None, company: str | None, word: str | None
) -> Iterator[Event]:
    """New stories on the beat that name *theme*, *company* (each where given) and *word*."""
    rows = store.db.query(
        """
        SELECT a.id, a.title, a.url, a.story, coalesce(o.name, '') AS outlet
          FROM articles a LEFT JOIN outlets o ON o.id = a.outlet
         WHERE a.read_at > :since AND a.read_at <= :until AND a.on_beat = 1
           AND coalesce(a.published, a.fetched_at) > :recent
           AND (:theme IS NULL OR EXISTS (
                 SELECT 1 FROM theme_mentions t
                  WHERE t.article = a.id AND t.theme = :theme AND t.on_beat = 1))
           AND (:company IS NULL OR EXISTS (
                 SELECT 1 FROM company_mentions m JOIN companies c ON c.id = m.company
                  WHERE m.article = a.id AND (c.name = :company OR c.known_id = :company)))
           AND (:word IS NULL OR a.id IN (
                 SELECT rowid FROM articles_fts WHERE articles_fts MATCH :word))
         ORDER BY a.id
        """,
        {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "recent": (since - OLD_NEWS).isoformat(),
            "theme": theme,
            "company": company,
            "word": word and '"' + word.replace('"', '""') + '"',
        },
    )
    for row in rows:
        what = " and ".join(filter(None, [company, theme, word and f'"{word}"']))
        yield Event(
            key=f"story:{row['story'] or -row['id']}",
            reason=f"{what}: {row['title']} ({row['outlet']})",
            content={"article": row["id"], "title": row["title"], "url": row["url"]},
        )


def facts_of(
    store: Store,
    since: datetime,
    until: datetime,
    metric: str | None,
    subject: str | None,
    currency: str | None,
) -> Iterator[Event]:
    """High-confidence facts read or corrected since, of a *metric*, *subject* and *currency*, with values.

    With currency USD the dollar value counts, whatever the amount was stated in.
    """
    rows = store.db.query(
        """
        SELECT f.*, CASE WHEN :currency = 'USD' AND f.unit = 'USD' THEN f.value
                         WHEN :currency = 'USD' THEN f.usd ELSE f.value END AS watched
          FROM fact_figures f JOIN articles a ON a.id = f.article
         WHERE (a.read_at > :since AND a.read_at <= :until
                OR f.id IN (SELECT finding FROM past_findings
                             WHERE cause = 'correction' AND kind = 'facts'
                               AND valid_until > :since AND valid_until <= :until))
           AND f.confidence = 'high' AND f.on_beat = 1
           AND coalesce(a.published, a.fetched_at) > :recent
           AND (:metric IS NULL OR f.metric_id = :metric)
           AND (:subject IS NULL OR f.subject LIKE '%' || :subject || '%')
           AND (:currency IS NULL OR :currency = 'USD' OR f.unit = :currency)
         ORDER BY f.published, f.id
        """,
        {
            "since": since.isoformat(),
            "until": until.isoformat(),
            "recent": (since - OLD_NEWS).isoformat(),
            "metric": metric,
            "subject": subject,
            "currency": currency,
        },
    )
    for row in rows:
        if row["watched"] is not None:
            yield Event(
                key=f"series:{(row['subject'] or '').lower()}|{row['metric_id']}",
                reason=f"{row['subject'] or ''} {row['metric']}: {row['stated']} ({row['outlet'] or ''})",
                content={"article": row["article"], "sentence": row["sentence"], "url": row["url"]},
                value=float(row["watched"]),
            )


def silent_feeds(store: Store, now: datetime, days: float, feed: str | None) -> Iterator[Event]:
    """Feeds (all, or the one with this address or title) without anything new for *days*."""
    rows = store.db.query(
        """
        SELECT id, coalesce(title, url) AS title, url, coalesce(last_new_at, added_at) AS since FROM feeds
         WHERE state = 'active' AND coalesce(last_new_at, added_at) < :before
           AND (:feed IS NULL OR url = :feed OR title = :feed)
         ORDER BY id
        """,
        {"before": (now - timedelta(days=days)).isoformat(), "feed": feed},
    )
    for row in rows:
        yield Event(
            key=f"feed:{row['id']}:{row['since']}",
            reason=f"{row['title']} has been silent since {row['since'][:10]}",
            content={"feed": row["id"], "url": row["url"]},
        )


def is_armed(store: Store, rule: str, event: str) -> bool:
    """Whether *rule* may fire for *event*: it never did, or was armed again."""
    row = store.db.execute("SELECT armed FROM alerts WHERE rule = ? AND event = ?", [rule, event]).fetchone()
    return row is None or bool(row[0])


def arm(store: Store, rule: str, event: str) -> None:
    """Let *rule* fire again for *event*."""
    with store.write() as db:
        db.execute("UPDATE alerts SET armed = 1 WHERE rule = ? AND event = ?", [rule, event])


def fired(store: Store, rule: str, event: Event, now: datetime) -> None:
    """Note that *rule* fired for *event*."""
    with store.write() as db:
        db.table("alerts").upsert(
            {
                "rule": rule,
                "event": event.key,
                "fired_at": now.isoformat(),
                "armed": 0,
                "reason": event.reason,
                "content": json.dumps(event.content, ensure_ascii=False),
            },
            pk=("rule", "event"),
        )


def since(store: Store, moment: datetime) -> list[Alert]:
    """What fired after *moment*, oldest first."""
    rows = store.db["alerts"].rows_where("fired_at > ?", [moment.isoformat()], order_by="fired_at, id")
    return [
        Alert(
            rule=row["rule"],
            event=row["event"],
            fired_at=datetime.fromisoformat(row["fired_at"]),
            reason=row["reason"],
            content=json.loads(row["content"]),
        )
        for row in rows
    ]


def fired_since(store: Store, rule: str, since: datetime) -> int:
    """How often *rule* fired since."""
    return int(store.db["alerts"].count_where("rule = ? AND fired_at >= ?", [rule, since.isoformat()]))


def latest(store: Store, most: int) -> list[tuple[str, str, str]]:
    """The last *most* alerts that fired, the newest first: when (ISO 8601), which rule, and why."""
    sql = "SELECT fired_at, rule, reason FROM alerts ORDER BY fired_at DESC LIMIT ?"
    return [(moment, rule, reason) for moment, rule, reason in store.db.execute(sql, [most])]
