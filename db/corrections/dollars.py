"""The dollar value of an amount that somebody corrected or added, as the reader would have told it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from db.corrections.values import Row
from extractors.findings import Figure
from extractors.rates import Rates


def conversion(db: Database, row: Row, rates: Rates, *, paired: bool = True) -> dict[str, Any]:
    """The dollar columns of the amount *row*: by its pair where it is *paired*, else by reference *rates*."""
    pair = None
    if paired:
        pair = next(
            db.query("SELECT * FROM money WHERE pair_of = ? AND currency = 'USD' LIMIT 1", [row["id"]]), None
        )
    money = [_figure(row), *([_figure(pair, pair_of=0)] if pair else [])]
    fact = next(db.query("SELECT period_start, period_end FROM facts WHERE money = ?", [row["id"]]), None)
    published = db.execute("SELECT published FROM articles WHERE id = ?", [row["article"]]).fetchone()[0]
    period = tuple(_date(fact[name]) if fact else None for name in ("period_start", "period_end"))
    converted = rates.with_conversions(money, _date(published), {0: (period[0], period[1])})[0]
    said = converted.conversion
    return {
        "pair_mismatch": int(converted.pair_mismatch),
        "usd": said and float(said.usd),
        "usd_max": None if said is None or said.usd_max is None else float(said.usd_max),
        "fx_rate": said and float(said.rate),
        "fx_date": said and said.day and said.day.isoformat(),
        "fx_source": said and said.source,
        "fx_method": said and said.method,
    }


def _figure(row: Row, pair_of: int | None = None) -> Figure:
    upper = row["value_max"]
    return Figure(
        kind="money",
        start=row["start"],
        end=row["end"],
        text=row["text"],
        value=Decimal(str(row["value"])),
        value_max=None if upper is None else Decimal(str(upper)),
        currency=row["currency"],
        pair_of=pair_of,
    )


def _date(moment: str | None) -> date | None:
    return date.fromisoformat(moment[:10]) if moment else None
