"""Counts under the topmost owner: an app's stories as its operator's or parent's, each story once.

Who owns whom is taken as it stands on one day, the last of what is told, so that a whole series is of one
group of companies; a holder of a minority is no parent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from db.store import Store
from db.trend_rows import Subject
from extractors.companies.ownership import Ownership, roll_up

Groups = Mapping[int, tuple[int, ...]]
"""The subject that stands for an owner, and the subjects whose stories are its own."""


def owner_of(store: Store, day: date) -> dict[int, int]:
    """The topmost owner on *day* of every company that has one; those that stand alone are left out."""
    relations: dict[str, list[Ownership]] = {}
    for owned, owner, relation, stake, since, until in store.db.execute(_OWNERSHIPS):
        relations.setdefault(str(owned), []).append(
            Ownership(str(owned), str(owner), relation, stake, _day(since), _day(until))
        )
    tops = {int(owned): int(roll_up(owned, relations, day)) for owned in relations}
    return {owned: top for owned, top in tops.items() if owned != top}


_OWNERSHIPS = """
SELECT coalesce(d.merged_into, d.id), coalesce(r.merged_into, r.id), o.relation, o.stake, o.since, o.until
  FROM ownerships o JOIN companies d ON d.id = o.owned JOIN companies r ON r.id = o.owner
"""


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def groups(store: Store, leading: Sequence[int], day: date) -> dict[int, tuple[int, ...]]:
    """Whole groups of owners, by company, of which any subject is *leading* (companies' subjects alone)."""
    tops = owner_of(store, day)
    rows = store.db.execute("SELECT company, id FROM subjects WHERE kind = 'company'").fetchall()
    found: dict[int, list[int]] = {}
    for company, subject in rows:
        found.setdefault(tops.get(company, company), []).append(subject)
    wanted = set(leading)
    return {top: tuple(subjects) for top, subjects in found.items() if wanted & set(subjects)}


def subject_of(store: Store, company: int, members: Sequence[int]) -> Subject:
    """The owner as what is counted, though texts may never name it."""
    name = str(store.db.execute("SELECT name FROM companies WHERE id = ?", [company]).fetchone()[0])
    return Subject(members[0], str(company), name, None, company, name, None)


DAYS = """
SELECT day, count(*) FROM (
  SELECT min({day}) AS day FROM {table} WHERE subject IN ({ids}) AND {counted} GROUP BY {one}
) WHERE day BETWEEN :first AND :last GROUP BY day
"""
_PLACES = {
    "stories": ("story_subjects", "story", "day_on_beat", "day_on_beat IS NOT NULL"),
    "all_stories": ("story_subjects", "story", "day", "1"),
    "articles": ("article_subjects", "article", "day", "on_beat"),
    "all_articles": ("article_subjects", "article", "day", "1"),
}


def days(store: Store, members: Sequence[int], first: date, last: date, what: str) -> dict[date, int]:
    """How many stories (or articles: *what*, as ``trend_rows.column`` says) name any of *members*, by day."""
    table, one, day, counted = _PLACES[what]
    ids = ", ".join(str(int(number)) for number in members)
    sql = DAYS.format(table=table, one=one, day=day, counted=counted, ids=ids)
    rows = store.db.execute(sql, {"first": first.isoformat(), "last": last.isoformat()})
    return {date.fromisoformat(at): count for at, count in rows}
