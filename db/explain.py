"""Why a finding is as it is: its history, its correction, what else was read there, and the rates used."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from db.closeup import Closeup, closeup, figure_of
from db.corrections.keeping import correction, merged_companies
from db.corrections.values import JUDGED, FindingId, rules_agree
from db.store import Store
from extractors.rates import Rates

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vintage:
    """What a finding was until a moment, and why it changed."""

    until: str
    since: str | None
    read_by: str | None
    cause: str
    differences: Sequence[tuple[str, str, str]]
    """Each column that the next vintage changed: its name, what it was, what it became."""


@dataclass(frozen=True, slots=True)
class RateUsed:
    """A rate that an amount was, or might have been, converted by; *usd* is what it comes to."""

    what: str
    day: str | None
    rate: float
    usd: float
    used: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding, why it is as it is, and what might be thought of it otherwise.

    ``figure`` is the closeup of a fact's figure. ``said`` is what the rules say where a correction holds,
    ``agree`` whether that is the same. ``overlapping`` are other findings that share characters with it.
    """

    seen: Closeup
    around: str
    figure: Closeup | None
    said: Sequence[tuple[str, str]]
    agree: bool | None
    vintages: Sequence[Vintage]
    overlapping: Sequence[tuple[FindingId, str]]
    rates: Sequence[RateUsed]


def explain(store: Store, finding: FindingId, rates: Rates) -> Explanation | None:
    """Everything that is known of *finding*; None where there is none."""
    connection = store.db.conn
    seen = closeup(connection, finding)
    if seen is None:
        return None
    figure = figure_of(connection, finding.row) if finding.table == "facts" else None
    said, agree = _said(store, seen)
    return Explanation(
        seen=seen,
        around=_around(connection, seen),
        figure=closeup(connection, figure) if figure else None,
        said=said,
        agree=agree,
        vintages=tuple(_vintages(store, finding)),
        overlapping=tuple(_overlapping(connection, seen)),
        rates=tuple(_rates(store, figure or finding, rates)),
    )


def _around(connection: sqlite3.Connection, seen: Closeup) -> str:
    """The paragraph in which the sentence stands."""
    if seen.part != "body":
        return seen.title
    body = connection.execute("SELECT body FROM articles WHERE id = ?", [seen.article]).fetchone()[0]
    return next((line for line in body.splitlines() if seen.sentence in line), seen.sentence)


def _said(store: Store, seen: Closeup) -> tuple[tuple[tuple[str, str], ...], bool | None]:
    """What the rules say where a correction holds: what differs from it, and whether they agree."""
    if seen.correction is None:
        return (), None
    made = correction(store, seen.correction.id)
    if made.kind != seen.finding.table:
        return (("correction", "of the fact that measures it"),), None
    agree = rules_agree(made, merged_companies(store))
    if made.said is None:
        return (("rules", "say nothing here"),), agree
    values = made.values or {}
    return tuple(
        (name, _plain(made.said.get(name)))
        for name in JUDGED[made.kind]
        if made.said.get(name) != values.get(name)
    ), agree


def _plain(value: Any) -> str:
    return "none" if value is None else f"{value:,.12g}" if isinstance(value, float) else str(value)


_NO_MATTER = frozenset({"valid_from", "read_by", "first_seen_at", "rule", "sentence", "on_beat"})


def _vintages(store: Store, finding: FindingId) -> Iterator[Vintage]:
    """What the finding was before, the newest first."""
    rows = list(
        store.db.query(
            "SELECT * FROM past_findings WHERE kind = ? AND finding = ? ORDER BY valid_until DESC, id DESC",
            [finding.table, finding.row],
        )
    )
    now = (
        next(store.db.query(f"SELECT * FROM {finding.table} WHERE id = ?", [finding.row]), {}) if rows else {}
    )
    for row in rows:
        old = json.loads(row["content"])
        yield Vintage(
            until=row["valid_until"],
            since=row["valid_from"],
            read_by=row["read_by"],
            cause=row["cause"],
            differences=tuple(
                (name, _plain(old.get(name)), _plain(now.get(name)))
                for name in now
                if name not in _NO_MATTER and old.get(name) != now.get(name)
            ),
        )
        now = old


_PLACED = ("money", "percentages", "counts", "company_mentions", "theme_mentions")


def _overlapping(connection: sqlite3.Connection, seen: Closeup) -> Iterator[tuple[FindingId, str]]:
    """Other findings, and what was read before by other rules, that share characters with the span."""
    if seen.part is None or seen.end <= seen.start:
        return
    sql = 'SELECT start, "end" FROM {} WHERE id = ?'
    own = seen.finding if seen.finding.table != "facts" else figure_of(connection, seen.finding.row)
    assert own is not None
    start, end = connection.execute(sql.format(own.table), [own.row]).fetchone()
    for table in _PLACED:
        found = connection.execute(
            f'SELECT id FROM {table} WHERE article = ? AND part = ? AND start < ? AND "end" > ? ORDER BY id',
            [seen.article, seen.part, end, start],
        ).fetchall()
        for (number,) in found:
            other = FindingId(table, number)
            beside = closeup(connection, other) if other not in (own, seen.finding) else None
            if beside is not None:
                yield other, f"{beside.words} ({beside.rule})"
    past = connection.execute(
        "SELECT kind, finding, content, valid_until, cause FROM past_findings "
        "WHERE article = ? ORDER BY id DESC",
        [seen.article],
    ).fetchall()
    for kind, number, content, until, cause in past:
        old = json.loads(content)
        if (kind, number) == (own.table, own.row) or old.get("part") != seen.part:
            continue
        if old["start"] < end and old["end"] > start:
            yield FindingId(kind, number), f"“{old['text']}” ({old['rule']}), until {until[:10]}: {cause}"


def _rates(store: Store, finding: FindingId, rates: Rates) -> Iterator[RateUsed]:
    """The rate that gave an amount's dollars, and those that its pair was checked against."""
    if finding.table != "money":
        return
    row = next(store.db.query("SELECT * FROM money WHERE id = ?", [finding.row]))
    if row["currency"] in (None, "USD"):
        return
    if row["fx_rate"]:
        method = (row["fx_method"] or "").replace("_", " ")
        named = {"stated": "the article's own pair"}.get(row["fx_source"], f"ECB, {method}")
        yield RateUsed(named, row["fx_date"], row["fx_rate"], row["usd"], used=True)
    for what, day, rate in _candidates(store, row, rates):
        if rate:
            yield RateUsed(
                f"ECB, {what}", day.isoformat(), float(rate), row["value"] / float(rate), used=False
            )


def _candidates(store: Store, row: Row, rates: Rates) -> Iterator[tuple[str, date, Decimal | None]]:
    """The rates that might hold: of the day of publication, the business day before, the period."""
    currency = row["currency"]
    published = store.db.execute("SELECT published FROM articles WHERE id = ?", [row["article"]]).fetchone()[
        0
    ]
    if published:
        day = date.fromisoformat(published[:10])
        yield "publication day", day, rates.per_dollar(currency, day)
        before = day - timedelta(days=1)
        while before.weekday() > 4:
            before -= timedelta(days=1)
        yield "business day before", before, rates.per_dollar(currency, before)
    fact = next(
        store.db.query("SELECT period_start, period_end FROM facts WHERE money = ?", [row["id"]]), None
    )
    start, end = (_date(fact[name]) if fact else None for name in ("period_start", "period_end"))
    if end:
        yield "period's last day", end, rates.per_dollar(currency, end)
    if start and end and start < end:
        yield "period's average", end, rates.average(currency, start, end)
    last = rates.last_day(currency)
    if last and published and last < date.fromisoformat(published[:10]):
        yield "last known day", last, rates.per_dollar(currency, last)


def _date(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
