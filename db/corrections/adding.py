"""Adding what no rule read: a finding at words of an article, as a correction that says what stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db.corrections.asked import CLEARS, FIELDS, check_order, read_field
from db.corrections.dollars import conversion
from db.corrections.keeping import lay_made, row_of
from db.corrections.values import (
    CONVERSION,
    FIGURE_COLUMN,
    FIGURES,
    JUDGED,
    Correction,
    CorrectionError,
    FindingId,
    Row,
)
from db.store import Store
from extractors.rates import Rates
from extractors.sentences import sentences

NEEDED: Mapping[str, tuple[str, ...]] = {
    "money": ("value",),
    "percentages": ("value",),
    "counts": ("value", "noun"),
    "company_mentions": ("company",),
    "theme_mentions": ("theme",),
    "facts": ("metric",),
}
"""What must be said of a finding that is added, by its table."""

_DEFAULTS: Mapping[str, Row] = {
    "money": {**dict.fromkeys(CONVERSION), "pair_mismatch": 0, "negative": 0, "inferred": 0},
    "percentages": {"unit": "percent", "negative": 0},
    "facts": {"basis": "reported", "scope": "[]", "confidence": "high"},
}


def add(
    store: Store,
    article: int,
    table: str,
    words: str,
    asked: Mapping[str, str],
    now: datetime,
    *,
    nth: int = 1,
    by: str = "",
    note: str | None = None,
    rates: Rates | None = None,
) -> Correction:
    """Add a finding of *table* at the *nth* place where *words* stand in *article*, its title first.

    A fact is added at the words of a figure that is read there. Raises CorrectionError where the words do
    not stand there, something stands there already, or what is *asked* is no value.
    """
    if table not in NEEDED:
        raise CorrectionError("a date and a story are every article's: fix them")
    with store.write() as db:
        text = row_of(db, FindingId("date", article))
        place = _place(text, words, nth)
        which, held = _held(store, article, table, place, asked)
        place["which"] = which
        if table == "money":
            amount = {**held, **place, "id": None, "article": article}
            held |= conversion(db, amount, rates or Rates.load(), paired=False)
        kept = {
            **place,
            "article": article,
            "text_hash": text["text_hash"],
            "kind": table,
            "verdict": "fix",
            "values": json.dumps(held, ensure_ascii=False),
            "by": by,
            "note": note,
            "made_at": now.isoformat(),
        }
        return lay_made(store, db, kept, now)


def _place(article: Row, words: str, nth: int) -> dict[str, Any]:
    """Where the *words* stand for the *nth* time: the columns of a correction that say so."""
    found = [
        (part, match.start())
        for part in ("title", "body")
        for match in re.finditer(re.escape(words), article[part])
    ]
    if not words.strip() or len(found) < nth:
        raise CorrectionError(
            f"{words!r} stands {len(found)} times in article {article['id']}: copy words that stand there"
        )
    part, start = found[nth - 1]
    text = article[part]
    span = next((s for s in sentences(text) if s.start <= start < s.end), None)
    sentence = text[span.start : span.end].strip() if span else text
    at = start - text.find(sentence, span.start if span else 0)
    place = {"part": part, "start": start, "end": start + len(words), "text": words}
    return {**place, "sentence": sentence, "at": at}


def _held(
    store: Store, article: int, table: str, place: Row, asked: Mapping[str, str]
) -> tuple[str | None, dict[str, Any]]:
    """Which finding of the place it is, and its columns."""
    held = {**dict.fromkeys(JUDGED[table]), **_DEFAULTS.get(table, {})}
    for name in NEEDED[table]:
        if asked.get(name, "").strip().lower() in CLEARS:
            raise CorrectionError(f"say its {name.replace('_', ' ')}: --{name.replace('_', '-')}")
    for name, said in asked.items():
        if name not in FIELDS[table]:
            allowed = ", ".join(f"--{field.replace('_', '-')}" for field in FIELDS[table])
            raise CorrectionError(f"it has no {name.replace('_', ' ')}: it takes {allowed}")
        held |= read_field(store, FindingId(table, 0), name, said)
    check_order(held, asked)
    if table == "facts":
        figure = _figure(store.db, article, place)
        return figure.table, held | {"figure": _judged(store.db, figure)}
    which = held["theme"] if table == "theme_mentions" else None
    _must_be_free(store.db, article, table, place, which)
    return which, held


def _figure(db: Database, article: int, place: Row) -> FindingId:
    """The figure at the place, which no fact measures yet."""
    for table in FIGURES:
        if found := _standing(db, article, table, place, None):
            taken = db.execute(
                f'SELECT id FROM facts WHERE "{FIGURE_COLUMN[table]}" = ?', [found.row]
            ).fetchone()
            if taken:
                raise CorrectionError(f"fact:{taken[0]} measures {found} already: fix it")
            return found
    raise CorrectionError(f"no figure is read at {place['text']!r}: add it first, then what it measures")


def _must_be_free(db: Database, article: int, table: str, place: Row, which: str | None) -> None:
    if found := _standing(db, article, table, place, which):
        raise CorrectionError(f"{found} stands there already: fix it")


def _standing(db: Database, article: int, table: str, place: Row, theme: str | None) -> FindingId | None:
    at = 'article = ? AND part = ? AND start = ? AND "end" = ?' + (" AND theme = ?" if theme else "")
    values = [article, place["part"], place["start"], place["end"], *([theme] if theme else [])]
    found = db.execute(f"SELECT id FROM {table} WHERE {at}", values).fetchone()
    return FindingId(table, int(found[0])) if found else None


def _judged(db: Database, figure: FindingId) -> Row:
    row = row_of(db, figure)
    return {name: row[name] for name in JUDGED[figure.table]}
