"""Verdicts as examples for the project's own test data: a line a sentence, in the form of its kind's file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from db.companies import COUNTED_KINDS
from db.corrections.keeping import corrections
from db.corrections.overlay import in_force
from db.corrections.values import OF_ARTICLES, Correction
from db.store import Store

Example = dict[str, Any]

FORM_OF = {
    "money": "figures",
    "percentages": "figures",
    "counts": "figures",
    "facts": "facts",
    "theme_mentions": "themes",
    "company_mentions": "companies",
    "date": "dates",
    "story": "stories",
}
"""The file that a verdict on each kind goes to."""


def examples(store: Store) -> Iterator[tuple[str, Example]]:
    """Every sentence (or article) that a correction in force judges: its file's name, and its line.

    A line holds all that is now read in the sentence, as its file's scorer wants it; its note says which part
    somebody judged.
    """
    told: dict[tuple[str, str], tuple[Correction, list[str]]] = {}
    for made in _in_force(store):
        key = (FORM_OF[made.kind], made.sentence or str(made.article))
        told.setdefault(key, (made, []))[1].append(_note(made))
    for (form, _), (made, notes) in told.items():
        row = _FORMS[form](store.db.conn, made)
        if row is not None:
            yield form, {**row, "note": "; ".join(notes)}


def _in_force(store: Store) -> list[Correction]:
    made = corrections(store)
    of_articles = {c.place: c for c in made if c.kind in OF_ARTICLES and c.undone_at is None}
    by_text: dict[str, list[Correction]] = {}
    for c in made:
        if c.kind not in OF_ARTICLES:
            by_text.setdefault(c.text_hash, []).append(c)
    return [c for some in by_text.values() for c in in_force(some)] + list(of_articles.values())


def _note(made: Correction) -> str:
    verb = {"accept": "accepted", "fix": "fixed", "reject": "rejected"}[made.verdict]
    what = made.text or {"date": "the date", "story": "the story"}.get(made.kind, made.kind)
    said = f": {made.note}" if made.note else ""
    return f"{what} {verb} by {made.by} on {made.made_at[:10]}{said}"


def _rows(connection: sqlite3.Connection, table: str, made: Correction) -> list[dict[str, Any]]:
    """What is read of *table* in the sentence, spans counted from its beginning."""
    cursor = connection.execute(
        f"SELECT * FROM {table} WHERE article = ? AND sentence = ? ORDER BY id", [made.article, made.sentence]
    )
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    if "start" not in names:
        return rows
    begin = (made.start or 0) - (made.at or 0)
    moved = [{**row, "start": row["start"] - begin, "end": row["end"] - begin} for row in rows]
    return sorted((row for row in moved if row["part"] == made.part), key=lambda row: row["start"])


def _figures(connection: sqlite3.Connection, made: Correction) -> Example:
    money = _rows(connection, "money", made)
    listed = [
        *(_figure("money", row, currency=row["currency"]) for row in money),
        *(_figure(row["unit"], row) for row in _rows(connection, "percentages", made)),
        *(_figure("count", row, noun=row["noun"]) for row in _rows(connection, "counts", made)),
    ]
    places = {row["id"]: place for place, row in enumerate(money)}
    for figure, row in zip(listed, money, strict=False):
        if row["pair_of"] in places:
            figure["pair_of"] = places[row["pair_of"]]
    return {"text": made.sentence, "figures": listed}


def _figure(kind: str, row: Mapping[str, Any], **more: Any) -> Example:
    told = {"kind": kind, "text": row["text"], "start": row["start"], "end": row["end"]}
    told |= {"value": _digits(row["value"])}
    told |= {"value_max": _digits(row["value_max"])} if row["value_max"] is not None else {}
    told |= more | ({"approx": row["approx"]} if row["approx"] else {})
    return told | {flag: True for flag in ("negative", "inferred") if row.get(flag)}


def _digits(value: float) -> str:
    """The number as written out.

    >>> _digits(6.9e9), _digits(0.15)
    ('6900000000', '0.15')
    """
    return f"{Decimal(repr(value)).normalize():f}"


def _facts(connection: sqlite3.Connection, made: Correction) -> Example:
    figures = {
        (column, row["id"]): (kind or row["unit"], row["text"])
        for column, table, kind in (
            ("money", "money", "money"),
            ("percentage", "percentages", None),
            ("count", "counts", "count"),
        )
        for row in _rows(connection, table, made)
    }
    listed, seen = [], {}  # type: ignore[var-annotated]
    for row in _rows(connection, "facts", made):
        column = next(name for name in ("money", "percentage", "count") if row[name] is not None)
        kind, text = figures.get((column, row[column]), (column, ""))
        nth = seen[text] = seen.get(text, -1) + 1
        listed.append(_fact(row, kind, text, nth))
    return {"text": made.sentence, "about": _about(connection, made), "facts": listed}


def _fact(row: Mapping[str, Any], kind: str, text: str, nth: int) -> Example:
    kept = ("metric_id", "period_start", "period_end", "direction", "basis", "claimed_by")
    return {
        "figure_text": text,
        "nth": nth,
        "kind": kind,
        "subject": row["subject"],
        "subject_alt": [],
        "metric": row["metric"],
        "metric_alt": [],
        **{name: row[name] for name in kept},
        "scope": json.loads(row["scope"] or "[]"),
    }


def _about(connection: sqlite3.Connection, made: Correction) -> Example:
    row = _article(connection, made)
    return {"published": row["published"] and row["published"][:10], "publisher": row["outlet"]}


def _article(connection: sqlite3.Connection, made: Correction) -> dict[str, Any]:
    cursor = connection.execute(
        "SELECT a.title, a.url, a.published, a.published_precision, o.name AS outlet FROM articles a "
        "LEFT JOIN outlets o ON o.id = a.outlet WHERE a.id = ?",
        [made.article],
    )
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone() or [None] * len(names), strict=True))


def _themes(connection: sqlite3.Connection, made: Correction) -> Example:
    found = sorted({row["theme"] for row in _rows(connection, "theme_mentions", made)})
    return {"text": made.sentence, "title": _article(connection, made)["title"], "themes": found}


def _companies(connection: sqlite3.Connection, made: Correction) -> Example:
    named: dict[int, Example] = {}
    others: list[str] = []
    for row in _rows(connection, "company_mentions", made):
        sql = "SELECT name, kind FROM companies WHERE id = ?"
        name, kind = connection.execute(sql, [row["company"]]).fetchone()
        if kind not in COUNTED_KINDS:
            others.append(name)
            continue
        company = named.setdefault(row["company"], {"name": name, "mentions": [], "spans": []})
        company["mentions"].append(row["text"])
        company["spans"].append([row["start"], row["end"]])
    return {"text": made.sentence, "companies": list(named.values()), "organisations": others}


def _dates(connection: sqlite3.Connection, made: Correction) -> Example:
    row = _article(connection, made)
    return {name: row[name] for name in ("url", "title", "published", "published_precision")}


def _stories(connection: sqlite3.Connection, made: Correction) -> Example | None:
    """The article beside one of its story, or of the story that the rules put it in; None for no pair."""
    beside, before = (made.values or {}).get("story"), (made.said or {}).get("story")
    sql = (
        "SELECT a.title, a.body AS text, o.name AS outlet, substr(a.published, 1, 10) AS published "
        "FROM articles a LEFT JOIN outlets o ON o.id = a.outlet WHERE "
    )
    other = _told(connection, f"{sql} a.id = ?", beside) or _told(
        connection, f"{sql} a.story = ? ORDER BY a.published, a.id LIMIT 1", before
    )
    own = _told(connection, f"{sql} a.id = ?", made.article)
    return other and {"a": own, "b": other, "relation": "unrelated_same_topic" if beside is None else "copy"}


def _told(connection: sqlite3.Connection, sql: str, number: int | None) -> Example | None:
    cursor = connection.execute(sql, [number])
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


_FORMS: Mapping[str, Callable[[sqlite3.Connection, Correction], Example | None]] = {
    "figures": _figures,
    "facts": _facts,
    "themes": _themes,
    "companies": _companies,
    "dates": _dates,
    "stories": _stories,
}
