"""Keeping what was read: an article's findings, in one transaction, in place of an older reading's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from db import readings
from db.corrections.keeping import corrected
from db.finding_rows import CompanyRows, ReadArticle, rows_of
from db.store import Store
from db.vintages import TABLES, Stamp, changing, lay, settle

_THEME_TABLES = ("theme_mentions", "country_mentions", "title_mentions")


@dataclass(frozen=True, slots=True)
class Unread:
    """An article whose findings are missing or out of date, with what the reader needs of it.

    One that is ``wanted`` passes every gate: it was taken by hand, or read before.
    """

    id: int
    title: str
    body: str
    language: str | None
    published: date | None
    publisher: str | None
    country: str | None
    read_at_version: str | None
    text_hash: str
    wanted: bool = False


_UNREAD = """
SELECT a.id, a.title, a.body, a.language, a.published, a.text_hash,
       CASE WHEN a.gate IS NULL THEN a.extractor_version END AS read_at_version,
       o.name AS publisher, o.country, a.read_at IS NOT NULL OR a.body_source = 'hand' AS wanted
  FROM articles a LEFT JOIN outlets o ON o.id = a.outlet
 WHERE {which} AND a.body_pruned_at IS NULL
   AND NOT (a.read_failures >= 3 AND a.failed_version IS :version)
 LIMIT :limit
"""
_OUT_OF_DATE = tuple(f"a.extractor_version {how}" for how in ("IS NULL", "< :version", "> :version"))
"""Three ranges of one index, where ``IS NOT :version`` would visit every article."""


def unread(store: Store, version: str, limit: int) -> list[Unread]:
    """Up to *limit* articles not read at *version*: the new ones first, then those of older readings.

    An article that failed three times at this version is set aside (``articles.error`` says why).
    """
    found: list[Unread] = []
    for condition in _OUT_OF_DATE:
        if len(found) < limit:
            found += _unread_where(store, condition, version, limit - len(found))
    return found


def left_unread(store: Store, version: str, limit: int) -> list[Unread]:
    """Up to *limit* articles that the gate left unread and that have not failed three times at *version*."""
    return _unread_where(store, "a.gate IS NOT NULL", version, limit)


def _unread_where(store: Store, which: str, version: str, limit: int) -> list[Unread]:
    rows = store.db.query(_UNREAD.format(which=which), {"version": version, "limit": limit})
    return [_unread_article(row) for row in rows]


def count_unread(store: Store, version: str) -> int:
    """How many articles are not read at *version*, those aside whose text was pruned."""
    at_version = store.db.execute(
        "SELECT count(*) FROM articles WHERE extractor_version = ? AND body_pruned_at IS NULL", [version]
    )
    every = store.db.execute("SELECT count(*) FROM articles WHERE body_pruned_at IS NULL")
    return int(every.fetchone()[0]) - int(at_version.fetchone()[0])


def _unread_article(row: Mapping[str, Any]) -> Unread:
    return Unread(
        id=row["id"],
        title=row["title"],
        body=row["body"],
        language=row["language"],
        published=day_of(row["published"]),
        publisher=row["publisher"],
        country=row["country"],
        read_at_version=row["read_at_version"],
        text_hash=row["text_hash"],
        wanted=bool(row["wanted"]),
    )


def day_of(moment: str | None) -> date | None:
    """The day of an ISO 8601 *moment* as stored."""
    return date.fromisoformat(moment[:10]) if moment else None


def save_findings(
    store: Store, read: Sequence[ReadArticle], version: str, now: datetime, *, themes_only: bool = False
) -> None:
    """Store the findings of the articles *read*, each as its newest vintage, in one transaction.

    An article whose text changed while it was read is left for the next pass. With *themes_only* the
    figures, companies and facts stay as they are.
    """
    with store.write() as db:
        companies = CompanyRows(db, now)
        for article in read:
            if row := _as_it_was_read(db, article):
                rows = rows_of(article, companies)
                said = {table: rows[table] for table in (_THEME_TABLES if themes_only else TABLES)}
                stamp = Stamp(now, version, "text" if _is_revised(row) else "reading")
                over = corrected(db, article.article, said)
                lay(db, article.article, over, stamp, first=row["settled_at"] is None)
                with changing(db, [article.article], now):
                    _mark_read(db, article, version, now)
                settle(db, article.article, now)
        readings.note(db, version, len(read), now)


def mark_failed(store: Store, article: int, version: str, error: str, times: int = 1) -> None:
    """Note that reading *article* at *version* failed so many *times*, and why."""
    with store.write() as db:
        db.execute(
            "UPDATE articles SET failed_version = ?, error = ?, "
            "read_failures = CASE WHEN failed_version IS ? THEN read_failures + ? ELSE ? END WHERE id = ?",
            [version, error, version, times, times, article],
        )


def register_themes(store: Store, themes: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Make sure that each theme (id, label, family) has its row."""
    known = {(row["id"], row["label"], row["family"]) for row in store.db["themes"].rows}
    if changed := [theme for theme in themes if theme not in known]:
        with store.write() as db:
            db.conn.executemany(
                "INSERT INTO themes (id, label, family, first_seen_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET label = excluded.label, family = excluded.family",
                [(*theme, now.isoformat()) for theme in changed],
            )


def _as_it_was_read(db: Database, article: ReadArticle) -> Mapping[str, Any] | None:
    """The article's row, unless its text is another by now."""
    sql = "SELECT text_hash, settled_at, read_at, extractor_version FROM articles WHERE id = ?"
    row = next(db.query(sql, [article.article]), None)
    return row if row and row["text_hash"] == article.text_hash else None


def _is_revised(row: Mapping[str, Any]) -> bool:
    """Whether it is read anew as its text changed: that takes the version from a row that was read."""
    return row["read_at"] is not None and row["extractor_version"] is None


def _mark_read(db: Database, article: ReadArticle, version: str, now: datetime) -> None:
    beats = [f.beat for f in article.findings.values() if f.beat is not None]
    on = [beat for beat in beats if beat.on]
    beat = on[0] if on else beats[0] if beats else None
    db.execute(
        "UPDATE articles SET extractor_version = ?, read_at = ?, read_failures = 0, error = NULL, "
        "gate = NULL, on_beat = ?, beat_reason = ? WHERE id = ?",
        [version, now.isoformat(), beat and int(beat.on), beat and beat.reason, article.article],
    )
