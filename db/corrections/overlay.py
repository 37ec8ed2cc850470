"""Laying corrections over what the rules say of an article: rows in, rows out, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.corrections.values import CONVERSION, FIGURE_COLUMN, FIGURES, JUDGED, Correction, Row
from db.vintages import Ref
from extractors.companies import key

Rows = Mapping[str, Sequence[Row]]
_Linked = dict[str, list[dict[str, Any]]]

MARKED = ("money", "percentages", "counts", "company_mentions", "theme_mentions", "facts")
"""The tables whose rows name the correction that made them so."""

ENOUGH_IN_COMMON = 0.5
"""A span that shares so much of both with a corrected one is the same finding, read a little wider."""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """The rows to lay, and what the rules say at each correction's place (by its id)."""

    rows: dict[str, list[dict[str, Any]]]
    said: Mapping[int, Row | None]


def placed(correction: Correction, texts: Mapping[str, str]) -> Correction | None:
    """The *correction* where its words stand in *texts* (by part); None where they do so no more, or twice.

    A copy may differ in white space, a revised text in length: the same sentence, once, is the place.
    """
    text = texts.get(correction.part or "", "")
    start, end = correction.start or 0, correction.end or 0
    if text[start:end] == correction.text:
        return correction
    sentence, at = correction.sentence or "", correction.at
    if not sentence or at is None or text.count(sentence) != 1:
        return None
    begin = text.index(sentence) + at
    return replace(correction, start=begin, end=begin + end - start)


def in_force(corrections: Iterable[Correction]) -> list[Correction]:
    """Those of *corrections* that hold: of each place the newest that was not taken back."""
    newest = {c.place: c for c in sorted(corrections, key=lambda c: c.id) if c.undone_at is None}
    return sorted(newest.values(), key=lambda c: (MARKED.index(c.kind), c.id))


def overlaid(rows: Rows, corrections: Iterable[Correction], merged: Callable[[int], int]) -> Overlaid:
    """What becomes of *rows* under the *corrections* in force; *merged* is the company that one became.

    A rejected finding goes, a figure with its facts; an accepted or fixed one is as it was judged, even where
    the rules say nothing any more. A verdict on a fact holds for its figure, unless that has one of its own.
    """
    laying = _Laying(_linked(rows), merged)
    said = {c.id: laying.lay(c) for c in corrections if c.kind in rows}
    return Overlaid(_unlinked(laying.rows), said)


def _linked(rows: Rows) -> _Linked:
    """The *rows* with the rows themselves in place of references."""
    linked: _Linked = {table: [dict(row) for row in told] for table, told in rows.items()}
    for table, told in linked.items():
        for row in told:
            if table in MARKED:
                row["correction"] = None
            row.update({k: linked[v.table][v.place] for k, v in row.items() if isinstance(v, Ref)})
    return linked


def _unlinked(linked: _Linked) -> dict[str, list[dict[str, Any]]]:
    places = {id(row): Ref(table, n) for table, told in linked.items() for n, row in enumerate(told)}
    return {
        table: [{k: places[id(v)] if isinstance(v, dict) else v for k, v in row.items()} for row in told]
        for table, told in linked.items()
    }


class _Laying:
    def __init__(self, rows: _Linked, merged: Callable[[int], int]) -> None:
        self.rows = rows
        self._merged = merged
        self._rejected: set[tuple[Any, ...]] = set()

    def lay(self, c: Correction) -> Row | None:
        """Lay one correction; returns what the rules said there."""
        if c.kind == "facts":
            return self._fact(c)
        row = self._at(c.kind, c)
        said = _judged(c.kind, row)
        if c.verdict == "reject":
            self._rejected.add((c.kind, c.part, c.start, c.end))
            self._drop(c, row)
        else:
            self._set(c, row or self._new(c.kind, c))
        return said

    def _at(self, table: str, c: Correction) -> dict[str, Any] | None:
        """The row of *table* at the correction's place, or the one that shares most with it."""
        best, most = None, ENOUGH_IN_COMMON
        for row in self.rows[table]:
            if row["part"] == c.part and (table != "theme_mentions" or row["theme"] == c.which):
                share = _in_common(row, c)
                if share == 1:
                    return row
                if share >= most and row.get("correction") is None:
                    best, most = row, share
        return best

    def _new(self, table: str, c: Correction) -> dict[str, Any]:
        beside = (r for told in self.rows.values() for r in told if r.get("sentence") == c.sentence)
        on_beat = next((r["on_beat"] for r in beside if "on_beat" in r), 1)
        row: dict[str, Any] = {
            **_BARE.get(table, {}),
            "part": c.part,
            "sentence": c.sentence,
            "rule": _BY_HAND,
        }
        if table in ("company_mentions", "theme_mentions"):
            row["on_beat"] = on_beat
        self.rows[table].append(row)
        return row

    def _set(self, c: Correction, row: dict[str, Any]) -> None:
        before = dict(row)
        values = {name: v for name, v in (c.values or {}).items() if name in JUDGED[c.kind]}
        if c.kind == "company_mentions":
            values["company"] = self._merged(values["company"])
        row.update(values, start=c.start, end=c.end, text=c.text, correction=c.id)
        if c.kind == "company_mentions":
            self._tell_facts(row, before.get("company"), values["company"])
        if c.kind == "money":
            _tell_pair(row)
        if c.kind == "theme_mentions":
            self._once(row)

    def _once(self, hit: Row) -> None:
        """The rules may have found the theme that is meant at that place, too."""
        same = ("part", "start", "end", "theme")
        self.rows["theme_mentions"] = [
            other
            for other in self.rows["theme_mentions"]
            if other is hit or any(other[name] != hit[name] for name in same)
        ]

    def _drop(self, c: Correction, row: dict[str, Any] | None) -> None:
        if row is None:
            return
        self._without(c.kind, row)
        if c.kind == "company_mentions":
            self._tell_facts(row, row["company"], None)
        if c.kind in FIGURES:
            self._drop_with(c, row)

    def _drop_with(self, c: Correction, figure: dict[str, Any]) -> None:
        """What hangs on a figure goes with it: its facts, and an amount's dollar value that it gave."""
        if "facts" in self.rows:
            column = FIGURE_COLUMN[c.kind]
            self.rows["facts"] = [f for f in self.rows["facts"] if f.get(column) is not figure]
        for other in self.rows["money"]:
            if other.get("pair_of") is figure:
                other["pair_of"] = None
        if (paired := figure.get("pair_of")) is not None and paired.get("fx_method") == "pair":
            paired.update(dict.fromkeys(CONVERSION), pair_mismatch=0)
            paired.update((c.values or {}).get("paired") or {})

    def _without(self, table: str, row: Row) -> None:
        self.rows[table] = [other for other in self.rows[table] if other is not row]

    def _tell_facts(self, mention: Row, before: int | None, company: int | None) -> None:
        """Facts of a subject in the mention's words are of the company that is meant."""
        for fact in self.rows.get("facts", ()):
            same = fact["company"] == before and key(fact["subject"] or "") == key(mention["text"])
            if same and before is not None:
                fact["company"] = company

    def _fact(self, c: Correction) -> Row | None:
        table = c.which or "money"
        if (table, c.part, c.start, c.end) in self._rejected:
            return None
        figure = self._at(table, c)
        column = FIGURE_COLUMN[table]
        fact = next((f for f in self.rows["facts"] if figure is not None and f[column] is figure), None)
        said = _judged("facts", fact)
        if c.verdict == "reject":
            if fact is not None:
                self._without("facts", fact)
            return said
        figure = self._figure_of(c, table, figure)
        if fact is None:
            fact = self._new("facts", c)
            del fact["part"]
            fact.update(dict.fromkeys(FIGURE_COLUMN.values()), on_beat=_beat_of(self.rows, c.sentence))
            fact[column] = figure
        values = {name: (c.values or {}).get(name) for name in JUDGED["facts"]}
        if values["company"] is not None:
            values["company"] = self._merged(values["company"])
        fact.update(values, correction=c.id)
        return said

    def _figure_of(self, c: Correction, table: str, figure: dict[str, Any] | None) -> dict[str, Any]:
        values = (c.values or {}).get("figure") or {}
        if figure is None:
            figure = self._new(table, c)
        if figure.get("correction") is None:
            figure.update(values, start=c.start, end=c.end, text=c.text, correction=c.id)
        return figure


_BY_HAND = "correction"
_BARE: Mapping[str, Row] = {
    "money": {"inferred": 0, "negative": 0, "pair_of": None, **dict.fromkeys(CONVERSION), "pair_mismatch": 0},
    "company_mentions": {"source": "hand"},
}


def _beat_of(rows: _Linked, sentence: str | None) -> int:
    beside = (r for told in rows.values() for r in told if r.get("sentence") == sentence and "on_beat" in r)
    return next((int(r["on_beat"]) for r in beside), 1)


def _judged(kind: str, row: Row | None) -> Row | None:
    if row is None:
        return None
    return {name: row.get(name) for name in JUDGED[kind]}


def _in_common(row: Row, c: Correction) -> float:
    """How much of both spans, together, the two share."""
    start, end = c.start or 0, c.end or 0
    shared = min(row["end"], end) - max(row["start"], start)
    whole = max(row["end"], end) - min(row["start"], start)
    return max(shared, 0) / whole if whole else 0.0


def _tell_pair(dollars: dict[str, Any]) -> None:
    """An amount whose dollar value its pair gave follows a corrected pair."""
    amount = dollars.get("pair_of")
    if amount is None or amount.get("fx_method") != "pair" or dollars.get("currency") != "USD":
        return
    rate = amount["value"] / dollars["value"] if dollars["value"] else None
    amount.update(usd=dollars["value"], usd_max=dollars["value_max"], fx_rate=rate, pair_mismatch=0)
