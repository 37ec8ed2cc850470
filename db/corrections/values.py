"""What a correction is, what it is about, and how a finding is named: ``fact:12``, ``date:7``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from extractors.errors import NewsgaugeError

Row = Mapping[str, Any]
Verdict = Literal["accept", "fix", "reject"]

TABLE_OF = {
    "money": "money",
    "percent": "percentages",
    "count": "counts",
    "company": "company_mentions",
    "theme": "theme_mentions",
    "fact": "facts",
    "date": "date",
    "story": "story",
}
"""Each word by which a finding is named, and its table; a date and a story are an article's."""

WORD_OF = {table: word for word, table in TABLE_OF.items()}
FIGURES = ("money", "percentages", "counts")
FIGURE_COLUMN = {"money": "money", "percentages": "percentage", "counts": "count"}
"""The fact's column that names a figure of each table."""

OF_ARTICLES = ("date", "story")

CONVERSION = ("usd", "usd_max", "fx_rate", "fx_date", "fx_source", "fx_method", "pair_mismatch")
PARTS_OF_A_FACT = (
    "subject",
    "company",
    "metric",
    "metric_id",
    "period_start",
    "period_end",
    "direction",
    "basis",
    "claimed_by",
    "scope",
)
"""What may be said of a fact."""

JUDGED: Mapping[str, tuple[str, ...]] = {
    "money": ("value", "value_max", "currency", "approx", "negative", "inferred", *CONVERSION),
    "percentages": ("value", "value_max", "unit", "approx", "negative"),
    "counts": ("value", "value_max", "noun", "approx"),
    "company_mentions": ("company", "named"),
    "theme_mentions": ("theme",),
    "facts": (*PARTS_OF_A_FACT, "confidence"),
    "date": ("published", "published_source", "published_precision"),
    "story": ("story",),
}
"""The columns that a verdict is about, by table."""

DERIVED = frozenset(
    {*CONVERSION, "inferred", "confidence", "named", "published_source", "published_precision"}
)
"""Of these, those that follow from others or from the verdict: no reason to say that rules differ."""


class CorrectionError(NewsgaugeError):
    """A correction that cannot be made; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class FindingId:
    """A finding by its table and row; for a date or a story the row is the article's."""

    table: str
    row: int

    def __str__(self) -> str:
        return f"{WORD_OF[self.table]}:{self.row}"


def finding_id(words: str) -> FindingId:
    """The finding that *words* name; raises CorrectionError with the forms there are.

    >>> finding_id("fact:12")
    FindingId(table='facts', row=12)
    >>> str(finding_id("company:5"))
    'company:5'
    """
    word, _, row = words.strip().partition(":")
    if word not in TABLE_OF or not row.isdecimal() or len(row) > 18:
        raise CorrectionError(
            f"{words!r} names no finding: say {', '.join(f'{w}:N' for w in TABLE_OF)} "
            "(for date and story N is the article's number)"
        )
    return FindingId(TABLE_OF[word], int(row))


@dataclass(frozen=True, slots=True)
class Correction:
    """A verdict on what stands at a place of a text.

    ``which`` tells findings of one place apart: a theme's id, or the table of a fact's figure. ``at`` is
    where in its ``sentence`` the span begins. ``values`` are the columns as they should be, ``said`` the
    same as the rules said them last (None: nothing).
    """

    id: int
    article: int | None
    text_hash: str
    kind: str
    part: str | None
    start: int | None
    end: int | None
    which: str | None
    text: str | None
    sentence: str | None
    at: int | None
    verdict: Verdict
    values: Row | None
    said: Row | None
    by: str
    note: str | None
    made_at: str
    undone_at: str | None

    @property
    def place(self) -> tuple[Any, ...]:
        """What it is about; of several corrections of one place the newest holds."""
        if self.kind in OF_ARTICLES:
            return (self.kind, self.article)
        return (self.kind, self.part, self.start, self.end, self.which)


def rules_agree(correction: Correction, merged: Callable[[int], int]) -> bool:
    """Whether the rules now say what the *correction* says; *merged* is the company that one became."""
    said, values = correction.said, correction.values
    if correction.verdict == "reject" or said is None or values is None:
        return correction.verdict == "reject" and said is None
    names = [name for name in JUDGED[correction.kind] if name not in DERIVED]
    return all(_plain(name, said, merged) == _plain(name, values, merged) for name in names)


def _plain(name: str, row: Row, merged: Callable[[int], int]) -> Any:
    value = row.get(name)
    return merged(value) if name == "company" and value is not None else value


def correction_from(row: Row) -> Correction:
    """A row of the table of corrections."""
    told = {name: row[name] and json.loads(row[name]) for name in ("values", "said")}
    return Correction(**{**row, **told})
