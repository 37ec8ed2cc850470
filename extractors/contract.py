"""Findings as JSON: the one form that programs and scorers read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from extractors.errors import NewsgaugeError
from extractors.findings import Company, Conversion, Fact, Figure, Findings, Part, Text

Json = dict[str, Any]


class ContractError(NewsgaugeError):
    """A line that is no text to read; the message says which and why."""


def text_from(row: Mapping[str, Any], line: int) -> Text:
    """The text of one JSONL *row*; raises ContractError, with the number of the *line*, for what is none."""
    if not isinstance(row, Mapping) or not isinstance(row.get("text"), str):
        raise ContractError(f'line {line}: needs an object with "id" and "text" (strings)')
    published = row.get("published")
    try:
        day = date.fromisoformat(str(published)[:10]) if published else None
    except ValueError as error:
        raise ContractError(f'line {line}: "published" must be an ISO date, not {published!r}') from error
    return Text(
        id=str(row.get("id", line)),
        text=row["text"],
        title=row.get("title"),
        published=day,
        publisher=row.get("publisher"),
        language=row.get("language"),
        publisher_country=row.get("publisher_country"),
    )


def as_json(found: Findings, parts: Iterable[Part], explain: bool = False) -> Json:
    """One text's findings as the contract's JSON object, with the *parts* that were asked for.

    With *explain* each finding names its rule.
    """
    sections: dict[Part, Any] = {
        "money": [_money(f) for f in found.money],
        "percent": [_percent(f) for f in found.percent],
        "counts": [_count(f) for f in found.counts],
        "companies": [_company(c) for c in found.companies],
        "themes": [{"theme": t.theme, "start": t.start, "end": t.end, "text": t.text} for t in found.themes],
        "countries": [
            {"country": c.country, "start": c.start, "end": c.end, "text": c.text} for c in found.countries
        ],
        "titles": [{"start": t.start, "end": t.end, "text": t.text} for t in found.titles],
        "facts": [_fact(f) for f in found.facts],
    }
    wanted = [part for part in sections if part in set(parts)]
    out: Json = {"id": found.id, "language": found.language} | {part: sections[part] for part in wanted}
    if "companies" in wanted:
        out["organisations"] = [{**_company(c), "kind": c.kind} for c in found.organisations]
    if found.beat is not None:
        out["beat"] = {"on": found.beat.on, "reason": found.beat.reason}
    if explain:
        _explain(out, found)
    return out


def _explain(out: Json, found: Findings) -> None:
    for part in ("money", "percent", "counts", "themes", "countries", "titles", "facts"):
        for row, finding in zip(out.get(part, ()), getattr(found, part), strict=False):
            row["rule"] = finding.rule
    for part in ("companies", "organisations"):
        for row, company in zip(out.get(part, ()), getattr(found, part), strict=False):
            row["rules"] = [f"{m.source}: {m.rule}" if m.rule else m.source for m in company.mentions]


def number(value: Decimal | None) -> int | float | None:
    """A decimal as the JSON number nearest to it, whole ones as integers.

    >>> number(Decimal("1.5")), number(Decimal("5E+10")), number(None)
    (1.5, 50000000000, None)
    """
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _figure(figure: Figure) -> Json:
    return {
        "start": figure.start,
        "end": figure.end,
        "text": figure.text,
        "value": number(figure.value),
        "value_max": number(figure.value_max),
        "approx": figure.approx,
    }


def _money(figure: Figure) -> Json:
    row = _figure(figure) | {"currency": figure.currency, "pair_of": figure.pair_of}
    if figure.negative:
        row["negative"] = True
    if figure.inferred:
        row["inferred"] = True
    if figure.pair_mismatch:
        row["pair_mismatch"] = True
    return row | (_conversion(figure.conversion) if figure.conversion else {})


def _conversion(conversion: Conversion) -> Json:
    return {
        "usd": number(round(conversion.usd, 2)),
        "usd_max": None if conversion.usd_max is None else number(round(conversion.usd_max, 2)),
        "fx_rate": number(conversion.rate),
        "fx_date": _day(conversion.day),
        "fx_source": conversion.source,
        "fx_method": conversion.method,
    }


def _percent(figure: Figure) -> Json:
    return _figure(figure) | {"unit": figure.kind} | ({"negative": True} if figure.negative else {})


def _count(figure: Figure) -> Json:
    return _figure(figure) | {"noun": figure.noun}


def _company(company: Company) -> Json:
    row: Json = {"name": company.name, "mentions": [[m.start, m.end] for m in company.mentions]}
    return row | ({"company_id": company.id} if company.id else {})


def _fact(fact: Fact) -> Json:
    return {
        "figure": fact.figure,
        "subject": fact.subject,
        "metric": fact.metric,
        "metric_id": fact.metric_id,
        "period_start": _day(fact.period_start),
        "period_end": _day(fact.period_end),
        "direction": fact.direction,
        "basis": fact.basis,
        "claimed_by": fact.claimed_by,
        "scope": list(fact.scope),
        "confidence": fact.confidence,
        "sentence": [fact.sentence.start, fact.sentence.end],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
