"""Keeping corrections: made, laid over an article's findings at once and at each reading, and taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db import stories
from db.articles import alter
from db.corrections.as_read import Merged, as_read, keep
from db.corrections.overlay import in_force, overlaid, placed
from db.corrections.values import (
    FIGURE_COLUMN,
    FIGURES,
    JUDGED,
    OF_ARTICLES,
    Correction,
    CorrectionError,
    FindingId,
    Row,
    Verdict,
    correction_from,
)
from db.store import Store
from db.vintages import Stamp, lay

Rows = Mapping[str, Sequence[Row]]

_SELECT = "SELECT * FROM corrections WHERE {} ORDER BY id"
_OF_ARTICLE = (
    "kind NOT IN ('date', 'story') "
    "AND (text_hash = (SELECT text_hash FROM articles WHERE id = ?) OR article = ?)"
)


def corrected(db: Database, article: int, rows: Rows) -> Rows:
    """The *rows* that the rules read in *article*, with its corrections laid over them.

    What the rules read is kept beside, and each correction notes what they say now.
    """
    made = list(map(correction_from, db.query(_SELECT.format(_OF_ARTICLE), [article, article])))
    if not made:
        return rows
    texts = next(db.query("SELECT title, body, text_hash FROM articles WHERE id = ?", [article]))
    keep(db, article, rows)
    there = [c for c in (_placed(c, texts) for c in made) if c]
    over = overlaid(rows, in_force(there), Merged(db))
    for number, said in over.said.items():
        db.execute("UPDATE corrections SET said = ? WHERE id = ?", [_json(said), number])
    return over.rows


def _placed(correction: Correction, texts: Row) -> Correction | None:
    if correction.text_hash == texts["text_hash"] and not texts["body"]:
        return correction  # the body is pruned: nothing to look in
    return placed(correction, texts)


def merged_companies(store: Store) -> Merged:
    """Says which company each became by merges."""
    return Merged(store.db)


def judge(
    store: Store,
    finding: FindingId,
    verdict: Verdict,
    now: datetime,
    *,
    values: Row | None = None,
    by: str = "",
    note: str | None = None,
) -> Correction:
    """Make a correction of *finding* and lay it over every article of the same text, in one transaction.

    *values* are the columns that differ from what stands, as ``asked.columns`` gives them; *by* is who says
    so. Raises CorrectionError where there is no such finding.
    """
    with store.write() as db:
        article, about = _about(db, finding, verdict, values or {})
        kept = {
            "article": article["id"],
            "text_hash": article["text_hash"],
            "kind": finding.table,
            "verdict": verdict,
            "by": by,
            "note": note,
            "made_at": now.isoformat(),
            **about,
        }
        return lay_made(store, db, kept, now)


def lay_made(store: Store, db: Database, kept: Row, now: datetime) -> Correction:
    """Keep a correction, whose columns are *kept*, and lay it over every article that it is about."""
    number = int(str(db.table("corrections").insert(dict(kept)).last_pk))
    _apply(db, store, _one(db, number), now)
    return _one(db, number)


def undo(store: Store, number: int, now: datetime) -> Correction:
    """Take correction *number* back: what it was laid over stands again, or an earlier correction of it."""
    with store.write() as db:
        made = _one(db, number)
        if made.undone_at:
            raise CorrectionError(f"correction {number} was taken back at {made.undone_at} already")
        db.execute("UPDATE corrections SET undone_at = ? WHERE id = ?", [now.isoformat(), number])
        _apply(db, store, made, now)
        return _one(db, number)


def corrections(store: Store, *, article: int | None = None) -> list[Correction]:
    """Every correction, the newest last; of one *article* where that is named."""
    if article is None:
        rows = store.db.query("SELECT * FROM corrections ORDER BY id")
    else:
        about = "article = ? OR text_hash = (SELECT text_hash FROM articles WHERE id = ?)"
        rows = store.db.query(_SELECT.format(about), [article, article])
    return [correction_from(row) for row in rows]


def correction(store: Store, number: int) -> Correction:
    """Correction *number*; raises CorrectionError where there is none."""
    return _one(store.db, number)


def _one(db: Database, number: int) -> Correction:
    row = next(db.query("SELECT * FROM corrections WHERE id = ?", [number]), None)
    if row is None:
        raise CorrectionError(f"there is no correction {number}: `newsgauge review corrections` lists them")
    return correction_from(row)


def row_of(db: Database, finding: FindingId) -> Row:
    """The row that *finding* names; raises CorrectionError, saying what became of it, where there is none."""
    table = "articles" if finding.table in OF_ARTICLES else finding.table
    row = next(db.query(f"SELECT * FROM {table} WHERE id = ?", [finding.row]), None)
    if row is not None:
        return row
    past = next(
        db.query(
            "SELECT cause, valid_until FROM past_findings WHERE kind = ? AND finding = ? "
            "ORDER BY valid_until DESC LIMIT 1",
            [finding.table, finding.row],
        ),
        None,
    )
    gone = f"went at {past['valid_until']} ({past['cause']})" if past else "is not there"
    raise CorrectionError(
        f"{finding} {gone}: `newsgauge review list` names findings, `newsgauge review undo N` takes a "
        "correction back"
    )


def place_of(db: Database, finding: FindingId, row: Row) -> dict[str, Any]:
    """Where the *finding* stands: the columns of a correction that say so."""
    figure = row
    which = row.get("theme") if finding.table == "theme_mentions" else None
    if finding.table == "facts":
        which = next(t for t in FIGURES if row[FIGURE_COLUMN[t]] is not None)
        figure = next(db.query(f"SELECT * FROM {which} WHERE id = ?", [row[FIGURE_COLUMN[which]]]))
    return {name: figure[name] for name in ("part", "start", "end", "text")} | {"which": which}


def finding_at(db: Database, made: Correction) -> FindingId | None:
    """The finding that now stands at the place of the correction *made*, in the article it was made in."""
    if made.kind in OF_ARTICLES:
        return None if made.article is None else FindingId(made.kind, made.article)
    table = made.which if made.kind == "facts" and made.which else made.kind
    at = 'article = ? AND part = ? AND start = ? AND "end" = ?'
    found = db.execute(
        f"SELECT id FROM {table} WHERE {at} ORDER BY id", [made.article, made.part, made.start, made.end]
    ).fetchone()
    if found and made.kind == "facts":
        sql = f'SELECT id FROM facts WHERE "{FIGURE_COLUMN[table]}" = ?'
        found = db.execute(sql, [found[0]]).fetchone()
    return FindingId(made.kind, int(found[0])) if found else None


def _about(db: Database, finding: FindingId, verdict: Verdict, asked: Row) -> tuple[Row, dict[str, Any]]:
    """The article of *finding*, and the columns of a correction that say what it is about."""
    row = row_of(db, finding)
    if finding.table in OF_ARTICLES:
        earlier = _earlier(db, finding)
        said = earlier.said if earlier else {name: row[name] for name in JUDGED[finding.table]}
        return row, {"values": _json(_of_article(db, finding, row, verdict, asked)), "said": _json(said)}
    article = next(db.query("SELECT * FROM articles WHERE id = ?", [row["article"]]))
    place = place_of(db, finding, row)
    held = dict(asked) if verdict == "reject" else _of_row(db, finding, row, place["which"], asked)
    at = _within(article[place["part"]], row["sentence"], place["start"])
    return article, {**place, "sentence": row["sentence"], "at": at, "values": _json(held)}


def _of_article(db: Database, finding: FindingId, row: Row, verdict: Verdict, asked: Row) -> Row:
    """What the date or story of the article *row* should be."""
    if finding.table == "story":
        return {"story": _with(db, row) if verdict == "accept" else asked.get("story")}
    if verdict == "reject":
        return dict.fromkeys(JUDGED["date"]) | {"published_source": "hand"}
    return {name: row[name] for name in JUDGED["date"]} | dict(asked)


def _of_row(db: Database, finding: FindingId, row: Row, which: str | None, asked: Row) -> Row:
    """What the columns of the finding *row* should be."""
    held = {name: row[name] for name in JUDGED[finding.table]} | dict(asked)
    if finding.table == "money":
        held |= {"inferred": 0}
    if finding.table == "facts":
        held |= {"confidence": "high", "figure": _figure(db, row, which or "money")}
    return held


def _figure(db: Database, fact: Row, table: str) -> Row:
    row = next(db.query(f"SELECT * FROM {table} WHERE id = ?", [fact[FIGURE_COLUMN[table]]]))
    return {name: row[name] for name in JUDGED[table]}


def _within(text: str, sentence: str, start: int) -> int | None:
    """Where in *sentence* the character at *start* of *text* is; None where it is outside."""
    begin = text.find(sentence)
    while 0 <= begin <= start:
        if start < begin + len(sentence):
            return start - begin
        begin = text.find(sentence, begin + 1)
    return None


def _earlier(db: Database, finding: FindingId) -> Correction | None:
    rows = db.query(
        _SELECT.format("kind = ? AND article = ? AND undone_at IS NULL"), [finding.table, finding.row]
    )
    return next(iter([correction_from(row) for row in rows][-1:]), None)


def _with(db: Database, article: Row) -> int | None:
    """Another article of its story, the first; None where it stands alone."""
    row = db.execute(
        "SELECT min(id) FROM articles WHERE story = ? AND id != ?", [article["story"], article["id"]]
    ).fetchone()
    return row[0] if row[0] is None else int(row[0])


def _apply(db: Database, store: Store, made: Correction, now: datetime) -> None:
    if made.kind == "story":
        stories.assign(store, made.article or 0, now, anew=True)
    elif made.kind == "date":
        _date(db, made, now)
    else:
        articles = db.execute(
            "SELECT id FROM articles WHERE text_hash = ? OR id = ?", [made.text_hash, made.article]
        ).fetchall()
        for (article,) in articles:
            apply(db, int(article), now)


def _date(db: Database, made: Correction, now: datetime) -> None:
    holds = _earlier(db, FindingId("date", made.article or 0))
    values = (holds.values if holds else made.said) or {}
    alter(db, made.article or 0, {name: values.get(name) for name in JUDGED["date"]}, now)


def apply(db: Database, article: int, now: datetime) -> None:
    """Lay the corrections of *article* over what the rules last read in it."""
    version = db.execute("SELECT extractor_version FROM articles WHERE id = ?", [article]).fetchone()[0]
    rows = corrected(db, article, as_read(db, article))
    lay(db, article, rows, Stamp(now, version, "correction"))


def _json(value: Row | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
