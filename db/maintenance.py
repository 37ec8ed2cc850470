"""Care for the file: copies made while it is in use, checks that repair, and pruning that keeps findings."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from db import copies, past, rollups, stories, tallies
from db.store import DatabaseError, Store, open_store
from db.vintages import TABLES

BANDS_KEPT = timedelta(days=60)
"""Copies come within days; a backfill of older articles may come later."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and verified."""

    path: Path
    bytes: int
    articles: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a check found, how often, what to do about it, and whether it is mended."""

    what: str
    count: int
    advice: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or all is mended."""
        return all(fault.mended for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was dropped: texts, revisions, feeds' copies of texts, polls, vintages."""

    bodies: int
    revisions: int
    contents: int
    polls: int
    vintages: int


def backup(path: Path, target: Path, now: datetime) -> Backup:
    """Copy the database at *path* to the file or folder *target* in one snapshot, beside its writers.

    The copy gets its name only when its pages, foreign keys and counts have been verified. Raises
    DatabaseError where there is nothing to copy, *target* exists, or the copy is not sound.
    """
    final = target / f"newsgauge-{now:%Y%m%dT%H%M%SZ}.db" if target.is_dir() else target
    if final.exists():
        raise DatabaseError(f"{final} exists: name another file, or remove it")
    if not final.parent.is_dir():
        raise DatabaseError(f"the folder {final.parent} does not exist: make it, or name another")
    part = final.with_name(f"{final.name}.part")
    part.unlink(missing_ok=True)
    try:
        with open_store(path, read_only=True) as store, closing(sqlite3.connect(part)) as copy:
            # All pages in one step: one read transaction, which no writer can restart.
            store.db.conn.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
            articles = _verified(copy)
        part.rename(final)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"the copy to {final} failed: {error}; is there room on the disk?") from error
    finally:
        part.unlink(missing_ok=True)
    copies.note(path, final)
    return Backup(final, final.stat().st_size, articles)


def _verified(copy: sqlite3.Connection) -> int:
    verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise DatabaseError(f"the copy is not sound ({verdict}): run `newsgauge check` on the database")
    if broken := copy.execute("PRAGMA foreign_key_check").fetchone():
        raise DatabaseError(
            f"the copy has a row without its parent in {broken[0]}: run `newsgauge check` on the database"
        )
    return int(copy.execute("SELECT count(*) FROM articles").fetchone()[0])


def check(path: Path, *, repair: bool = False, quick: bool = False) -> Checked:
    """Check the database at *path*; with *repair* mend what derives from other rows.

    Damaged pages cannot be mended: the advice is to restore a copy. *quick* leaves out the recount.
    """
    open_store(path, read_only=True).close()  # says so where there is none, in place of making one
    with open_store(path) as store:
        if pages := _pages(store.db):
            return Checked((Fault(f"damaged pages ({pages[0]})", len(pages), copies.advice(path)),))
        found = [
            _foreign_keys(store),
            _search_index(store, repair),
            _stories(store, repair),
            _vintages(store, repair),
        ]
        if not quick:
            found += [_summaries(store, repair), _counts(store, repair)]
        return Checked(tuple(fault for fault in found if fault))


def damage(path: Path) -> str | None:
    """The first damage of the pages of the database at *path*, or None (reads the whole file)."""
    with open_store(path, read_only=True) as store:
        try:
            verdict = str(store.db.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)
    return None if verdict == "ok" else verdict


def _pages(db: Database) -> list[str]:
    try:
        rows = db.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [text for (text,) in rows if text != "ok" and "fts5" not in text.lower()]


def _foreign_keys(store: Store) -> Fault | None:
    broken = store.db.execute("PRAGMA foreign_key_check").fetchall()
    tables = ", ".join(sorted({row[0] for row in broken}))
    advice = f"delete or mend the rows without parents in {tables} with sqlite3, or restore a copy"
    return Fault("rows without their parent", len(broken), advice) if broken else None


def _search_index(store: Store, repair: bool) -> Fault | None:
    """Whether the search index says what the articles say (FTS5's own check compares the two)."""
    if _index_agrees(store):
        return None
    if repair:
        with store.write() as db:
            db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
    advice = "run `newsgauge check --repair`, which builds it anew"
    return Fault("the search index differs from the articles", 1, advice, repair and _index_agrees(store))


def _index_agrees(store: Store) -> bool:
    try:
        with store.write() as db:
            db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if "readonly" in str(error):
            raise DatabaseError(f"{store.path} cannot be written, which its check needs: copy it") from error
        return False
    return True


def _stories(store: Store, repair: bool) -> Fault | None:
    count = "SELECT count(*) FROM articles WHERE story IS NULL AND read_at IS NOT NULL"
    found = int(store.db.execute(count).fetchone()[0])
    if not found:
        return None
    while repair and stories.assign_missing(store):
        pass
    return Fault("read articles without a story", found, "run `newsgauge check --repair`", repair)


_KINDS = ", ".join(f"'{table}'" for table in TABLES)
_UNTELLABLE = f"kind NOT IN ({_KINDS}) OR NOT json_valid(content)"


def _vintages(store: Store, repair: bool) -> Fault | None:
    """Vintages that no past can tell, as their kind or content cannot be read."""
    found = store.db["past_findings"].count_where(_UNTELLABLE)
    if not found:
        return None
    if repair:
        with store.write() as db:
            db.execute(f"DELETE FROM past_findings WHERE {_UNTELLABLE}")
        past.forget(store.path)
    advice = "run `newsgauge check --repair`, which drops them, or restore a copy"
    return Fault("vintages that cannot be read", found, advice, repair)


_WRONG_SUMMARIES = """
SELECT count(*) FROM stories s
 WHERE (s.articles, s.outlets) IS NOT (
   SELECT count(*), count(DISTINCT a.outlet) FROM articles a WHERE a.story = s.id)
"""


def _summaries(store: Store, repair: bool) -> Fault | None:
    found = int(store.db.execute(_WRONG_SUMMARIES).fetchone()[0])
    if not found:
        return None
    if repair:
        with store.write() as db:
            stories.summarise_all(db)
    return Fault("stories that miscount their articles", found, "run `newsgauge check --repair`", repair)


def _counts(store: Store, repair: bool) -> Fault | None:
    found = rollups.drift(store.db).rows + tallies.drift(store.db)
    if not found:
        return None
    if repair:
        with store.write() as db:
            rollups.rebuild(db)
            tallies.rebuild(db)
    mended = repair and not rollups.drift(store.db) and not tallies.drift(store.db)
    return Fault("counts that differ from a recount", found, "run `newsgauge check --repair`", mended)


_OLD = "published < :before AND body_pruned_at IS NULL AND read_at IS NOT NULL AND body != ''"
_DONE = "state = 'done' AND (content != '' OR summary != '') AND first_seen_at < :before"


def prune(
    store: Store, *, bodies_before: date, polls_before: date, now: datetime, dry_run: bool = False
) -> Pruned:
    """Drop the texts of articles published before a day, vintages that ended by it, and polls before another.

    Findings stay. A past from before the dropped vintages says that it is not whole (``past.note``).

    Only read articles lose their text, and none whose text is the only trace of it (nothing is read anew from
    what is gone). Facts, mentions with their sentences, stories and counts outlive the texts.
    """
    old, polls = {"before": bodies_before.isoformat()}, {"before": polls_before.isoformat()}
    revised = f"article IN (SELECT id FROM articles WHERE {_OLD})"
    gone = Pruned(
        bodies=store.db["articles"].count_where(_OLD, old),
        revisions=store.db["revisions"].count_where(revised, old),
        contents=store.db["entries"].count_where(_DONE, old),
        polls=store.db["polls"].count_where("started_at < :before", polls),
        vintages=sum(store.db[table].count_where("valid_until < :before", old) for table in _VINTAGES),
    )
    if dry_run:
        return gone
    while _prune_some(store, old["before"], now):
        pass
    with store.write() as db:
        db.execute(f"UPDATE entries SET content = '', summary = '' WHERE {_DONE}", old)
        db.execute("DELETE FROM polls WHERE started_at < :before", polls)
        _forget_vintages(db, old["before"], now)
    past.forget(store.path)  # what is gone must not live on there
    stories.forget_bands(store, now.date() - BANDS_KEPT)
    store.checkpoint()
    return gone


_VINTAGES = ("past_findings", "past_articles", "past_companies")


def _forget_vintages(db: Database, before: str, now: datetime) -> None:
    dropped = [
        db.conn.execute(f"DELETE FROM {table} WHERE valid_until < ?", [before]).rowcount
        for table in _VINTAGES
    ]
    db.execute("UPDATE history SET pruned_at = ?", [now.isoformat()])
    if any(dropped):
        since = f"{before}T00:00:00+00:00"
        db.execute("UPDATE history SET since = ? WHERE since IS NULL OR since < ?", [since, since])


def _prune_some(store: Store, before: str, now: datetime, batch: int = 500) -> int:
    """Prune a batch, in a transaction of its own: writers wait for no more than that."""
    with store.write() as db:
        rows = db.execute(
            f"SELECT id FROM articles WHERE {_OLD} ORDER BY published LIMIT {batch}", {"before": before}
        )
        ids = ", ".join(str(number) for (number,) in rows)
        if not ids:
            return 0
        db.execute(f"DELETE FROM revisions WHERE article IN ({ids})")
        return int(
            db.conn.execute(
                f"UPDATE articles SET body = '', body_pruned_at = ? WHERE id IN ({ids})", [now.isoformat()]
            ).rowcount
        )


def vacuum(store: Store) -> None:
    """Give the room of what was dropped back to the disk; writers wait meanwhile."""
    with store.turn():
        store.db.execute("VACUUM")
    store.checkpoint()
