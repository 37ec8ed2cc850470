"""Stories: near copies of one text joined as they arrive, and one that nothing matches alone.

State is in SQLite: an article's band keys (``db.similarity``) are rows of ``story_bands``, by week, so that
finding near copies costs the same however many years the file holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from db.similarity import WINDOW_DAYS, Print, bands, fingerprint, likeness
from db.store import Store
from db.vintages import changing

MAX_COMPARED = 24
"""So many articles, those that share most bands, are compared with a new one."""

JOINS_STORIES = 0.8
"""An article this like two stories' joins them; a roundup that quotes many does not."""


@dataclass(frozen=True, slots=True)
class _Match:
    article: int
    story: int
    likeness: float


def assign(store: Store, article: int, now: datetime, *, anew: bool = False) -> int:
    """The story of *article*, found among its near copies or made; its own where its text has not changed.

    Run it when an article is new or its text changed; running it again changes nothing. A correction says
    where an article belongs, whatever its text is like; where one was made or taken back, look *anew*.
    """
    with store.write() as db:
        row = _row(db, article)
        if not anew and row["story"] is not None and row["story_hash"] == row["text_hash"]:
            return int(row["story"])
        found = _fingerprint(row)
        keys = bands(found)
        judged = _judged(db)
        if article in judged:
            matches, story = [], _as_judged(db, row, judged[article])
        else:
            alone = _stories_of(db, [other for other, beside in judged.items() if beside is None])
            matches = [m for m in _matches(db, article, found, keys) if m.story not in alone]
            own = None if anew and _has_others(db, row) else row["story"]
            story = _choose(db, {**row, "story": own}, matches)
        _keep_bands(db, article, found.day, keys)
        _move(db, article, row["story"], story, row["text_hash"], now)
        for other in _also_joined(matches, story):
            _join(db, other, story, now)
        summarise(db, story)
        return story


def assign_missing(store: Store, limit: int = 500) -> int:
    """Assign up to *limit* read articles that have no story (a crash came between); returns how many."""
    rows = store.db.execute(
        "SELECT id, read_at FROM articles WHERE story IS NULL AND read_at IS NOT NULL ORDER BY id LIMIT ?",
        [limit],
    ).fetchall()
    for article, read_at in rows:
        assign(store, article, datetime.fromisoformat(read_at))
    return len(rows)


def forget_bands(store: Store, before: date) -> int:
    """Drop the bands of articles from before the week of *before*; returns how many rows."""
    with store.write() as db:
        return int(db.conn.execute("DELETE FROM story_bands WHERE week < ?", [_week(before)]).rowcount)


def _row(db: Database, article: int) -> Mapping[str, Any]:
    return next(db.query(f"SELECT {_COLUMNS} FROM articles WHERE id = ?", [article]))


_COLUMNS = (
    "id, story, story_hash, text_hash, title, body, outlet, "
    "min(substr(coalesce(published, fetched_at), 1, 10), substr(fetched_at, 1, 10)) AS day"
)


def _fingerprint(row: Mapping[str, Any]) -> Print:
    return fingerprint(row["title"], row["body"], row["outlet"], date.fromisoformat(row["day"]))


def _week(day: date) -> int:
    return day.toordinal() // 7


def _matches(db: Database, article: int, found: Print, keys: Iterable[int]) -> Iterator[_Match]:
    """The articles nearby in time that tell the same story, the likest first."""
    likest = []
    for candidate in _candidates(db, article, found.day, list(keys)):
        row = _row(db, candidate)
        if row["story"] is not None and (like := likeness(found, _fingerprint(row))):
            likest.append(_Match(candidate, int(row["story"]), like))
    return iter(sorted(likest, key=lambda match: (-match.likeness, match.article)))


def _candidates(db: Database, article: int, day: date, keys: list[int]) -> list[int]:
    if not keys:
        return []
    margin = timedelta(days=WINDOW_DAYS)
    weeks = range(_week(day - margin), _week(day + margin) + 1)
    rows = db.execute(
        f"SELECT b.article FROM story_bands b "
        f"WHERE b.week IN ({', '.join(map(str, weeks))}) AND b.key IN ({', '.join(map(str, keys))}) "
        "AND b.article != ? "
        "AND EXISTS (SELECT 1 FROM articles a WHERE a.id = b.article AND a.body_pruned_at IS NULL) "
        "GROUP BY b.article ORDER BY count(*) DESC, b.article LIMIT ?",
        [article, MAX_COMPARED],
    )
    return [int(candidate) for (candidate,) in rows]


def _choose(db: Database, row: Mapping[str, Any], matches: list[_Match]) -> int:
    """The story that *row*'s article belongs to: its own while that still fits, the likest, or a new one."""
    own = row["story"]
    if own is not None and (not matches or own in {match.story for match in matches}):
        return int(own)
    if matches:
        return matches[0].story
    made = db.execute("INSERT INTO stories (title) VALUES (?)", [row["title"]])
    return int(made.lastrowid or 0)


def _judged(db: Database) -> dict[int, int | None]:
    """The articles whose story a correction says: beside which article each belongs, None for alone."""
    rows = db.execute(
        "SELECT article, json_extract(\"values\", '$.story') FROM corrections "
        "WHERE kind = 'story' AND undone_at IS NULL AND article IS NOT NULL ORDER BY id"
    )
    return dict(rows.fetchall())


def _as_judged(db: Database, row: Mapping[str, Any], beside: int | None) -> int:
    """The story of the article *beside* which *row*'s belongs, or one that it has for itself."""
    if beside is not None:
        found = db.execute("SELECT story FROM articles WHERE id = ?", [beside]).fetchone()
        if found and found[0] is not None:
            return int(found[0])
    return _choose(db, {**row, "story": None if _has_others(db, row) else row["story"]}, [])


def _stories_of(db: Database, articles: Iterable[int]) -> set[int]:
    listed = ", ".join(map(str, articles))
    return {story for (story,) in db.execute(f"SELECT story FROM articles WHERE id IN ({listed})")}


def _has_others(db: Database, row: Mapping[str, Any]) -> bool:
    sql = "SELECT 1 FROM articles WHERE story = ? AND id != ? LIMIT 1"
    return row["story"] is not None and db.execute(sql, [row["story"], row["id"]]).fetchone() is not None


def _also_joined(matches: Iterable[_Match], story: int) -> set[int]:
    near = [match for match in matches if match.likeness >= JOINS_STORIES]
    return {match.story for match in near} - {story} if any(m.story == story for m in near) else set()


def _keep_bands(db: Database, article: int, day: date, keys: Iterable[int]) -> None:
    db.conn.executemany(
        "INSERT OR IGNORE INTO story_bands (week, key, article) VALUES (?, ?, ?)",
        [(_week(day), key, article) for key in keys],
    )


def _move(db: Database, article: int, old: int | None, new: int, text_hash: str, now: datetime) -> None:
    with changing(db, [article], now):
        db.execute("UPDATE articles SET story = ?, story_hash = ? WHERE id = ?", [new, text_hash, article])
    if old is not None and old != new:
        summarise(db, old)


def _join(db: Database, source: int, target: int, now: datetime) -> None:
    moved = [article for (article,) in db.execute("SELECT id FROM articles WHERE story = ?", [source])]
    with changing(db, moved, now):
        db.execute("UPDATE articles SET story = ? WHERE story = ?", [target, source])
    summarise(db, source)


def summarise(db: Database, story: int) -> None:
    """Bring the story's row up to its articles: the first of them by publication, and how many there are.

    Call it inside a transaction that changes an article's date, outlet, title or story.
    """
    first = db.execute(
        "SELECT id, outlet, title, coalesce(published, fetched_at) AS seen FROM articles WHERE story = ? "
        "ORDER BY seen, id LIMIT 1",
        [story],
    ).fetchone()
    if first is None:
        db.execute("DELETE FROM stories WHERE id = ?", [story])
        return
    article, outlet, title, seen = first
    db.execute(
        "UPDATE stories SET first_article = ?, first_outlet = ?, title = ?, first_published = ?, "
        "(articles, outlets) = (SELECT count(*), count(DISTINCT outlet) FROM articles WHERE story = ?) "
        "WHERE id = ?",
        [article, outlet, title, seen, story, story],
    )


def summarise_all(db: Database) -> None:
    """Bring every story's row up to its articles. Call it inside a transaction."""
    for (story,) in db.execute("SELECT id FROM stories").fetchall():
        summarise(db, story)
