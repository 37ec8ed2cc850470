"""Why findings are as they are: the page that explains one, and the list of all that an article holds."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from markupsafe import Markup

from db.corrections.values import WORD_OF, CorrectionError, FindingId, finding_id
from db.datasette.desk import access
from db.datasette.desk.highlight import Mark, highlighted
from db.datasette.desk.rows import ask
from db.explain import Explanation, explain
from db.store import Store
from extractors.rates import Rates

Values = dict[str, Any]


def explained(connection: sqlite3.Connection, words: str) -> Values | None:
    """Why a finding is as it is."""
    try:
        finding = finding_id(words)
    except CorrectionError:
        return None
    own = os.environ.get(access.RATES)
    found = explain(Store(Path(), connection), finding, Rates.load(Path(own) if own else None))
    if found is None:
        return None
    return {"found": found, "seen": found.seen, "word": WORD_OF, "around": _marked(found)}


def _marked(found: Explanation) -> Markup:
    """The paragraph around a finding, with its span marked."""
    seen = found.seen
    begin = max(found.around.find(seen.sentence), 0) + seen.start
    mark = Mark(begin, begin + seen.end - seen.start, _CLASS.get(seen.finding.table, "money"), "")
    return Markup(" ").join(highlighted(found.around, [mark] if seen.end > seen.start else []))


_CLASS = {
    "money": "money",
    "percentages": "percent",
    "counts": "count",
    "company_mentions": "company",
    "theme_mentions": "theme",
}


_ORDER = ("title", "body", "facts")


def read_in(connection: sqlite3.Connection, number: int) -> list[Values]:
    """Every finding of an article with its rule, the version that read it and its correction."""
    placed = " UNION ALL ".join(
        f"SELECT '{table}' AS kind, id, text, rule, read_by, correction, part, start FROM {table} "
        "WHERE article = :id"
        for table in _CLASS
    )
    facts = (
        "SELECT 'facts', f.id, g.stated, f.rule, f.read_by, f.correction, 'facts', f.id FROM facts f "
        "JOIN fact_figures g ON g.id = f.id WHERE f.article = :id"
    )
    found = ask(connection, f"{placed} UNION ALL {facts}", {"id": number})
    found.sort(key=lambda row: (_ORDER.index(row["part"]), row["start"]))
    return [
        {**row, "finding": FindingId(row["kind"], row["id"]), "word": WORD_OF[row["kind"]]} for row in found
    ]
