"""What polling keeps: feeds with their state, visits, and entries. Reads and writes rows; decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from db.store import Store

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed to follow, as the user gives it."""

    url: str
    title: str | None = None
    kind: str = "feed"
    group: str | None = None
    outlet: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies_file: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    state: str = "active"


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed's row, as polling needs it."""

    id: int
    url: str
    kind: str = "feed"
    title: str | None = None
    outlet: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies_file: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    validators_since: datetime | None = None
    content_hash: str | None = None
    interval_seconds: int = 1800
    failures: int = 0
    error: str | None = None
    advice: str | None = None
    redirect_to: str | None = None
    redirects: int = 0
    verified_at: str | None = None


@dataclass(slots=True, eq=False)
class KnownEntry:
    """An entry's row, as far as telling entries apart needs it; ``id`` is None before it is stored.

    ``met`` is set while a poll is matched: a row is one entry of the feed, not two.
    """

    id: int | None
    key: str
    guid: str
    url: str
    title: str
    published: datetime | None
    content_hash: str
    met: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What a batch of entries may be known by."""

    guids: Sequence[str]
    urls: Sequence[str]
    titles: Sequence[str]


_FEED_COLUMNS = (
    "id, url, kind, title, outlet, headers, cookies_file, include, exclude, etag, last_modified, "
    "validators_since, content_hash, interval_seconds, failures, error, advice, redirect_to, redirects, "
    "verified_at"
)


def add_feed(store: Store, feed: NewFeed, now: datetime) -> int:
    """Follow *feed*; returns its row. A known one, or one that moved, gets the user's settings."""
    with store.write() as db:
        known = feed_at(store, feed.url)
        settings: dict[str, object] = {
            "kind": feed.kind,
            "group_name": feed.group,
            "headers": json.dumps(dict(feed.headers)),
            "cookies_file": feed.cookies_file,
            "include": json.dumps(feed.include),
            "exclude": json.dumps(feed.exclude),
        }
        if known is not None:
            known_too = {"title": feed.title, "outlet": feed.outlet}
            settings |= {name: value for name, value in known_too.items() if value is not None}
            update_feed(store, known, settings)
            db.execute("UPDATE feeds SET state = ? WHERE id = ? AND state != 'gone'", [feed.state, known])
            return known
        row = {
            **settings,
            "url": feed.url,
            "title": feed.title,
            "outlet": feed.outlet,
            "state": feed.state,
            "added_at": now.isoformat(),
            "next_poll_at": now.isoformat(),
        }
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        cursor = db.conn.execute(f"INSERT INTO feeds ({names}) VALUES ({marks})", list(row.values()))
        return int(cursor.lastrowid or 0)


def feed_at(store: Store, url: str) -> int | None:
    """The feed at *url*, or the one that has moved from there."""
    row = store.db.execute(
        "SELECT id FROM feeds WHERE url = ? UNION ALL SELECT feed FROM former_addresses WHERE url = ?",
        [url, url],
    ).fetchone()
    return int(row[0]) if row else None


def feeds_to_poll(store: Store, now: datetime, *, everything: bool = False) -> list[FeedState]:
    """The feeds that are due, the longest waiting first; with *everything* all but paused and ended ones."""
    due = "" if everything else "AND next_poll_at <= ?"
    rows = store.db.query(
        f"SELECT {_FEED_COLUMNS} FROM feeds WHERE state = 'active' AND kind != 'hand' {due} "
        "ORDER BY next_poll_at",
        [] if everything else [now.isoformat()],
    )
    return [_feed(row) for row in rows]


def feed(store: Store, feed_id: int) -> FeedState:
    """The feed's row *feed_id*."""
    return _feed(next(store.db.query(f"SELECT {_FEED_COLUMNS} FROM feeds WHERE id = ?", [feed_id])))


def _feed(row: Mapping[str, Any]) -> FeedState:
    since = row["validators_since"]
    return FeedState(
        **{
            **row,
            "headers": json.loads(row["headers"]),
            "include": tuple(json.loads(row["include"])),
            "exclude": tuple(json.loads(row["exclude"])),
            "validators_since": datetime.fromisoformat(since) if since else None,
        }
    )


def update_feed(store: Store, feed_id: int, changes: Mapping[str, object]) -> None:
    """Set the columns *changes* of a feed's row (inside the caller's transaction, where there is one)."""
    with store.write() as db:
        names = ", ".join(f"{name} = ?" for name in changes)
        db.conn.execute(f"UPDATE feeds SET {names} WHERE id = ?", [*changes.values(), feed_id])


def move_feed(store: Store, feed_id: int, url: str, now: datetime) -> bool:
    """Give the feed the address *url*, where no other feed has it; its former one is remembered."""
    with store.write() as db:
        if feed_at(store, url) not in (None, feed_id):
            return False
        db.execute(
            "INSERT OR REPLACE INTO former_addresses (url, feed, since) "
            "SELECT url, id, ? FROM feeds WHERE id = ?",
            [now.isoformat(), feed_id],
        )
        db.execute("DELETE FROM former_addresses WHERE url = ?", [url])
        db.execute(
            "UPDATE feeds SET url = ?, redirect_to = NULL, redirects = 0 WHERE id = ?",
            [url, feed_id],
        )
        return True


def add_poll(store: Store, poll: Mapping[str, object]) -> None:
    """Note a visit (the columns of ``polls``)."""
    with store.write() as db:
        names, marks = ", ".join(poll), ", ".join("?" for _ in poll)
        db.conn.execute(f"INSERT INTO polls ({names}) VALUES ({marks})", list(poll.values()))


def forget_polls(store: Store, before: datetime) -> None:
    """Delete the visits before a moment."""
    with store.write() as db:
        db.execute("DELETE FROM polls WHERE started_at < ?", [before.isoformat()])


def has_entries(store: Store, feed_id: int) -> bool:
    """Whether the feed has any entry."""
    return store.db.execute("SELECT 1 FROM entries WHERE feed = ? LIMIT 1", [feed_id]).fetchone() is not None


def known_entries(store: Store, feed_id: int, signs: Signs) -> Iterator[KnownEntry]:
    """The feed's rows that share a GUID, an address or (where they have no address) a title with *signs*."""
    seen: set[int] = set()
    looked_for = (
        ("guid", signs.guids, ""),
        ("url", signs.urls, ""),
        ("title", signs.titles, "AND url IS NULL"),
    )
    for column, values, more in looked_for:
        for some in _chunks(values):
            marks = ", ".join("?" for _ in some)
            rows = store.db.execute(
                "SELECT id, key, guid, url, title, published, content_hash FROM entries "
                f"WHERE feed = ? AND {column} IN ({marks}) {more}",
                [feed_id, *some],
            )
            for row in rows.fetchall():
                if row[0] not in seen:
                    seen.add(row[0])
                    yield _known(row)


def _known(row: Sequence[Any]) -> KnownEntry:
    published = datetime.fromisoformat(row[5]) if row[5] else None
    return KnownEntry(row[0], row[1], row[2] or "", row[3] or "", row[4], published, row[6])


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while some := list(islice(rest, _CHUNK)):
        yield some


NEW_ENTRY_COLUMNS = (
    "feed", "key", "guid", "link", "url", "title", "summary", "content", "author", "published",
    "published_precision", "updated", "publisher", "publisher_url", "language", "content_hash",
    "first_seen_at", "state",
)  # fmt: skip
_INSERT_ENTRY = (
    f"INSERT INTO entries ({', '.join(NEW_ENTRY_COLUMNS)}) "
    f"VALUES ({', '.join('?' for _ in NEW_ENTRY_COLUMNS)}) "
    "ON CONFLICT (feed, key) DO NOTHING"
)


def add_entries(store: Store, rows: Sequence[tuple[object, ...]]) -> int:
    """Insert *rows* (values in the order of NEW_ENTRY_COLUMNS); returns how many were new."""
    with store.write() as db:
        return max(0, int(db.conn.executemany(_INSERT_ENTRY, rows).rowcount))


def change_entries(store: Store, rows: Iterable[Mapping[str, object]]) -> None:
    """Set the columns of entries' *rows* (each with its ``id``)."""
    with store.write() as db:
        for row in rows:
            names = ", ".join(f"{name} = :{name}" for name in row if name != "id")
            db.conn.execute(f"UPDATE entries SET {names} WHERE id = :id", dict(row))


def entry_times(store: Store, feed_id: int, limit: int = 20) -> list[datetime]:
    """When the feed's newest entries were published, or first seen where that is unknown."""
    rows = store.db.execute(
        "SELECT coalesce(published, first_seen_at) FROM entries WHERE feed = ? ORDER BY id DESC LIMIT ?",
        [feed_id, limit],
    )
    return [datetime.fromisoformat(row[0]) for row in rows.fetchall()]


def hold_host(store: Store, host: str, until: datetime) -> None:
    """Remember that *host* wants to be left alone until then."""
    with store.write() as db:
        db.execute(
            "INSERT INTO hosts (host, held_until) VALUES (?, ?) "
            "ON CONFLICT (host) DO UPDATE SET held_until = excluded.held_until",
            [host, until.isoformat()],
        )


def held_hosts(store: Store, now: datetime) -> dict[str, datetime]:
    """The hosts that want to be left alone, and until when."""
    rows = store.db.execute("SELECT host, held_until FROM hosts WHERE held_until > ?", [now.isoformat()])
    return {host: datetime.fromisoformat(until) for host, until in rows.fetchall()}


def robots_of(store: Store, host: str) -> tuple[str, datetime] | None:
    """The robots.txt kept for *host* (scheme, name and port) and when it was fetched."""
    row = store.db.execute("SELECT robots, robots_at FROM hosts WHERE host = ?", [host]).fetchone()
    return (row[0], datetime.fromisoformat(row[1])) if row and row[1] else None


def keep_robots(store: Store, host: str, robots: str, now: datetime) -> None:
    """Keep *host*'s robots.txt."""
    with store.write() as db:
        db.execute(
            "INSERT INTO hosts (host, robots, robots_at) VALUES (?, ?, ?) "
            "ON CONFLICT (host) DO UPDATE SET robots = excluded.robots, robots_at = excluded.robots_at",
            [host, robots, now.isoformat()],
        )
