"""What trends ask the database: the rollups' rows, never the mentions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from db.companies import COUNTED
from db.store import Store

Kind = Literal["theme", "company", "theme and company", "metric"]
Counting = Literal["stories", "articles"]
Days = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted: its row, key and label, and the theme, company or metric it stands for."""

    id: int
    key: str
    label: str
    theme: str | None
    company: int | None
    company_name: str | None
    metric: str | None


def column(counting: Counting, on_beat: bool) -> str:
    """The column of ``daily_counts`` that holds what is asked for."""
    return counting if on_beat else f"all_{counting}"


_COUNTED = f"(s.company IS NULL OR (c.merged_into IS NULL AND c.kind IN {COUNTED}))"

LEADING = """
SELECT d.subject FROM daily_counts d INDEXED BY daily_counts_day
  JOIN subjects s ON s.id = d.subject
  LEFT JOIN companies c ON c.id = s.company
 WHERE d.kind = :kind AND d.day BETWEEN :first AND :last AND d.{column} > 0
   AND {counted}
 GROUP BY d.subject ORDER BY sum(d.{column}) DESC, d.subject LIMIT :limit
"""
NARROWED = """
SELECT s.id FROM subjects s
  LEFT JOIN companies c ON c.id = s.company
  CROSS JOIN daily_counts d ON d.subject = s.id AND d.day BETWEEN :first AND :last AND d.{column} > 0
 WHERE s.kind = :kind AND {narrowing}
   AND {counted}
 GROUP BY s.id ORDER BY sum(d.{column}) DESC, s.id LIMIT :limit
"""


def leading(
    store: Store,
    kind: Kind,
    first: date,
    last: date,
    what: str,
    limit: int,
    *,
    theme: str | None = None,
    company: int | None = None,
) -> list[int]:
    """The subjects of a *kind* (with a *theme*, of a *company*) counted most between two days."""
    narrowing = [name for name, value in (("theme", theme), ("company", company)) if value is not None]
    sql = (NARROWED if narrowing else LEADING).format(
        column=what,
        counted=_COUNTED if company is None else "1",
        narrowing=" AND ".join(f"s.{name} = :{name}" for name in narrowing),
    )
    values = {"kind": kind, "first": first.isoformat(), "last": last.isoformat(), "limit": limit}
    named = {"theme": theme, "company": company}
    return [s for (s,) in store.db.execute(sql, values | {name: named[name] for name in narrowing})]


SUBJECTS = """
SELECT s.id, s.key, s.theme, s.company, s.metric, c.name AS company_name, t.label AS theme_label
  FROM subjects s LEFT JOIN companies c ON c.id = s.company LEFT JOIN themes t ON t.id = s.theme
 WHERE s.id IN ({ids})
"""


def subjects(store: Store, ids: Sequence[int]) -> dict[int, Subject]:
    """The subjects by id."""
    found = {}
    for row in store.db.query(SUBJECTS.format(ids=_list(ids))):
        parts = (row["theme_label"], row["company_name"], row["metric"])
        label = " × ".join(part for part in parts if part) or row["key"]
        found[row["id"]] = Subject(
            row["id"], row["key"], label, row["theme"], row["company"], row["company_name"], row["metric"]
        )
    return found


DAYS = """
SELECT subject, day, {column} FROM daily_counts WHERE subject IN ({ids}) AND day BETWEEN :first AND :last
"""


def days(store: Store, ids: Sequence[int], first: date, last: date, what: str) -> dict[int, dict[date, int]]:
    """Each subject's count on each day that has one."""
    found: dict[int, dict[date, int]] = {number: {} for number in ids}
    values = {"first": first.isoformat(), "last": last.isoformat()}
    for subject, day, count in store.db.execute(DAYS.format(column=what, ids=_list(ids)), values):
        if count:
            found[subject][date.fromisoformat(day)] = count
    return found


OUTLETS = """
SELECT count(DISTINCT outlet) FROM article_subjects
 WHERE subject IN ({ids}) AND day BETWEEN :first AND :last AND on_beat >= :on_beat
"""


def outlets(store: Store, ids: Sequence[int], first: date, last: date, on_beat: bool) -> int:
    """How many outlets wrote of any of the subjects between two days."""
    values = {"first": first.isoformat(), "last": last.isoformat(), "on_beat": int(on_beat)}
    return int(store.db.execute(OUTLETS.format(ids=_list(ids)), values).fetchone()[0])


FIRST_SEEN = "SELECT day FROM daily_counts WHERE subject = :subject AND {column} > 0 ORDER BY day LIMIT 1"


def first_seen(store: Store, ids: Sequence[int], what: str) -> date | None:
    """The first day on which any of the subjects counts."""
    sql = FIRST_SEEN.format(column=what)
    found = (store.db.execute(sql, {"subject": number}).fetchone() for number in ids)
    return min((date.fromisoformat(row[0]) for row in found if row), default=None)


def coverage_ids(store: Store) -> dict[str, int]:
    """The subjects that count everything, titles alone and languages, by key."""
    rows = store.db.execute("SELECT key, id FROM subjects WHERE kind = 'coverage'")
    return dict(rows.fetchall())


def feeds_added(store: Store, until: date) -> list[date]:
    """The days on which the feeds that are still there were added."""
    rows = store.db.execute(
        "SELECT substr(added_at, 1, 10) FROM feeds WHERE state != 'gone' AND kind != 'hand' "
        "AND added_at < date(?, '+1 day')",
        [until.isoformat()],
    )
    return [date.fromisoformat(day) for (day,) in rows]


def _list(ids: Sequence[int]) -> str:
    return ", ".join(str(int(number)) for number in ids)
