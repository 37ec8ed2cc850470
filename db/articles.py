"""Articles: entries that wait for theirs, the articles kept, their revisions, sightings and outlets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db import stories
from db.store import Store
from db.vintages import changing

MAX_REVISIONS = 24
"""After so many revisions a page that changes at every visit is left as it is."""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """An entry whose article is still to be found, with what its feed says of it."""

    id: int
    feed: int
    feed_url: str
    outlet: int | None
    key: str
    url: str
    title: str
    summary: str
    content: str
    author: str
    published: datetime | None
    precision: str | None
    publisher: str
    publisher_url: str
    language: str
    tries: int
    article: int | None
    first_seen_at: str
    headers: str = "{}"
    cookies_file: str | None = None


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article's text and what is known of it. ``url`` is canonical and names it."""

    url: str
    title: str
    body: str
    body_source: str
    text_hash: str
    note: str | None = None
    author: str | None = None
    language: str | None = None
    published: datetime | None = None
    published_source: str = "none"
    published_precision: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an article: its row, and whether it is new or revised."""

    article: int
    new: bool
    revised: bool


@dataclass(frozen=True, slots=True)
class KeptText:
    """An article's text as it is kept: what read it and when, whether a feed brought it, its revisions.

    ``revisions`` are hashes of texts.
    """

    title: str
    body: str
    body_source: str
    version: str | None
    read_at: str | None
    from_feed: bool
    revisions: frozenset[str]


def waiting_entries(store: Store, now: datetime, limit: int) -> list[WaitingEntry]:
    """Up to *limit* entries whose article is to be found now: each feed's newest, then its next, and so on.

    A feed that brings thousands holds up no other.
    """
    rows = store.db.query(
        """
        SELECT e.id, e.feed, f.url AS feed_url, f.outlet, e.key, e.url, e.title, e.summary, e.content,
               e.author, e.published, e.published_precision AS precision, e.publisher, e.publisher_url,
               e.language, e.tries, e.article, e.first_seen_at, f.headers, f.cookies_file
          FROM (SELECT id, row_number() OVER (PARTITION BY feed ORDER BY id DESC) AS turn FROM entries
                 WHERE state = 'new' AND (next_try_at IS NULL OR next_try_at <= ?)
                 ORDER BY turn, id DESC LIMIT ?) due
          JOIN entries e ON e.id = due.id JOIN feeds f ON f.id = e.feed
         ORDER BY due.turn, e.id DESC
        """,
        [now.isoformat(), limit],
    )
    return [_waiting(row) for row in rows]


def _waiting(row: Mapping[str, Any]) -> WaitingEntry:
    texts = {name: row[name] or "" for name in ("url", "author", "publisher", "publisher_url", "language")}
    published = datetime.fromisoformat(row["published"]) if row["published"] else None
    return WaitingEntry(**{**row, **texts, "published": published})


def article_at(store: Store, urls: Sequence[str]) -> int | None:
    """The article that stands at one of *urls*, or was seen there."""
    marks = ", ".join("?" for _ in urls)
    row = store.db.execute(
        f"SELECT id FROM articles WHERE url IN ({marks}) "
        f"UNION ALL SELECT article FROM sightings WHERE url IN ({marks}) LIMIT 1",
        [*urls, *urls],
    ).fetchone()
    return int(row[0]) if row else None


def article_titled(store: Store, found: NewArticle, outlet: int | None) -> int | None:
    """The outlet's article of the same title and day, where one of the two is known by its title alone.

    A search feed lists an article under another address than its publisher's feed does.
    """
    if outlet is None or found.published is None or len(found.title) < 16:
        return None
    row = store.db.execute(
        "SELECT id FROM articles WHERE outlet = ? AND title = ? AND (body_source = 'title' OR ? = 'title') "
        "AND abs(julianday(published) - julianday(?)) <= 1.5 LIMIT 1",
        [outlet, found.title, found.body_source, found.published.isoformat()],
    ).fetchone()
    return int(row[0]) if row else None


def article_with_text(store: Store, found: NewArticle, outlet: int | None) -> int | None:
    """The article of the same text, and *outlet* where that is known: for texts without an address."""
    if not found.body:
        return None
    row = store.db.execute(
        "SELECT id FROM articles WHERE text_hash = :hash AND (:outlet IS NULL OR outlet = :outlet) "
        "ORDER BY id LIMIT 1",
        {"hash": found.text_hash, "outlet": outlet},
    ).fetchone()
    return int(row[0]) if row else None


def kept_text(store: Store, article: int) -> KeptText:
    """The text that is kept of *article*."""
    row = store.db.execute(
        "SELECT title, body, body_source, extractor_version, read_at, "
        "EXISTS (SELECT 1 FROM sightings WHERE article = a.id AND feed IS NOT NULL) "
        "FROM articles a WHERE id = ?",
        [article],
    ).fetchone()
    hashes = store.db.execute("SELECT text_hash FROM revisions WHERE article = ?", [article]).fetchall()
    return KeptText(
        title=row[0],
        body=row[1],
        body_source=row[2],
        version=row[3],
        read_at=row[4],
        from_feed=bool(row[5]),
        revisions=frozenset(text_hash for (text_hash,) in hashes),
    )


def body_source_of(store: Store, article: int) -> str:
    """Where the article's text came from."""
    return str(store.db.execute("SELECT body_source FROM articles WHERE id = ?", [article]).fetchone()[0])


def keep_article(
    store: Store, found: NewArticle, outlet: int | None, known: int | None, now: datetime
) -> Kept:
    """Keep *found* as a new article, or, where its text changed, as the *known* one's new revision.

    A text from a poorer source than the one that is kept (a summary after a page) changes nothing.
    """
    with store.write() as db:
        if known is None:
            return Kept(_insert(db, found, outlet, now), True, False)
        return Kept(known, False, _revise(db, known, found, outlet, now))


_RICHNESS = {"title": 0, "summary": 1, "feed": 2, "page": 2, "hand": 3}


def _insert(db: Database, found: NewArticle, outlet: int | None, now: datetime) -> int:
    row = _columns(found) | {"outlet": outlet, "fetched_at": now.isoformat()}
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    article = int(
        db.conn.execute(f"INSERT INTO articles ({names}) VALUES ({marks})", list(row.values())).lastrowid or 0
    )
    return article


def _columns(found: NewArticle) -> dict[str, object]:
    return {
        "url": found.url,
        "title": found.title,
        "body": found.body,
        "body_source": found.body_source,
        "note": found.note,
        "author": found.author,
        "language": found.language,
        "published": found.published and found.published.isoformat(),
        "published_source": found.published_source,
        "published_precision": found.published_precision,
        "text_hash": found.text_hash,
    }


def _revise(db: Database, known: int, found: NewArticle, outlet: int | None, now: datetime) -> bool:
    row = next(db.query("SELECT * FROM articles WHERE id = ?", [known]))
    count = db.execute("SELECT count(*) FROM revisions WHERE article = ?", [known]).fetchone()[0]
    poorer = _RICHNESS[found.body_source] < _RICHNESS[row["body_source"]]
    if poorer or row["text_hash"] == found.text_hash or count >= MAX_REVISIONS:
        if row["published"] is None and found.published and not _is_undated(row):
            alter(db, known, {name: _columns(found)[name] for name in _DATE_COLUMNS}, now)
        return False
    unread = {"extractor_version": None, "read_failures": 0, "failed_version": None, "gate": None}
    changes = _columns(found) | unread
    if row["body_source"] != "title":
        del changes["url"]
    if row["published"] or _is_undated(row):
        changes = {name: value for name, value in changes.items() if name not in _DATE_COLUMNS}
    if row["outlet"] is None:
        changes["outlet"] = outlet
    alter(db, known, changes, now)
    for seen_at, text in ((row["fetched_at"], row), (now.isoformat(), _columns(found))):
        db.conn.execute(
            "INSERT OR IGNORE INTO revisions (article, seen_at, title, body, text_hash) "
            "VALUES (?, ?, ?, ?, ?)",
            [known, seen_at, text["title"], text["body"], text["text_hash"]],
        )
    return True


def _is_undated(row: Mapping[str, Any]) -> bool:
    """Whether somebody rejected the date that it had."""
    return row["published"] is None and row["published_source"] == "hand"


_DATE_COLUMNS = ("published", "published_source", "published_precision")


def alter(db: Database, article: int, changes: Mapping[str, object], now: datetime) -> None:
    """Give *article* other columns, inside a transaction; what it was is kept, and its story follows."""
    names = ", ".join(f"{name} = ?" for name in changes)
    with changing(db, [article], now):
        db.conn.execute(f"UPDATE articles SET {names} WHERE id = ?", [*changes.values(), article])
    for (story,) in db.execute(
        "SELECT story FROM articles WHERE id = ? AND story IS NOT NULL", [article]
    ).fetchall():
        stories.summarise(db, story)


def add_sighting(
    store: Store, article: int, feed: int | None, entry: int | None, url: str, now: datetime
) -> None:
    """Note that *article* was seen at *url*, in *feed*'s *entry* where it was one."""
    with store.write() as db:
        db.execute(
            "INSERT INTO sightings (article, feed, entry, url, seen_at) SELECT :a, :f, :e, :u, :t "
            "WHERE NOT EXISTS (SELECT 1 FROM sightings WHERE article = :a AND feed IS :f AND url = :u)",
            {"a": article, "f": feed, "e": entry, "u": url, "t": now.isoformat()},
        )


def settle_entry(store: Store, entry: int, article: int, note: str | None) -> None:
    """Note that the *entry*'s article is found."""
    with store.write() as db:
        db.execute(
            "UPDATE entries SET state = 'done', article = ?, error = ?, next_try_at = NULL WHERE id = ?",
            [article, note, entry],
        )


def try_later(store: Store, entry: int, until: datetime, error: str, *, counts: bool = True) -> None:
    """Look for the *entry*'s page again, not before *until*."""
    with store.write() as db:
        db.execute(
            "UPDATE entries SET tries = tries + ?, next_try_at = ?, error = ? WHERE id = ?",
            [int(counts), until.isoformat(), error, entry],
        )


def outlet_for(
    store: Store, domain: str, name: str, kind: str | None = None, country: str | None = None
) -> int | None:
    """The outlet of a *domain* (or, without one, of a *name*), made when first met; None for neither."""
    key = (domain or name).casefold()
    if not key:
        return None
    row = store.db.execute("SELECT id FROM outlets WHERE key = ?", [key]).fetchone()
    if row and (kind or country):
        with store.write() as db:
            db.execute(
                "UPDATE outlets SET kind = coalesce(?, kind), country = coalesce(?, country) WHERE id = ?",
                [kind, country, row[0]],
            )
    if row:
        return int(row[0])
    with store.write() as db:
        cursor = db.execute(
            "INSERT INTO outlets (key, name, domain, kind, country) "
            "VALUES (?, ?, ?, coalesce(?, 'trade press'), ?)",
            [key, name or domain, domain or None, kind, country],
        )
        return int(cursor.lastrowid or 0)
