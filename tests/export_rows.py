"""Facts for tests of exports: articles that state figures, put into a real database as the program would."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from db.store import Store
from tests.news_rows import add_article, add_company

MARCH = date(2026, 3, 2)


def state(
    store: Store,
    stated: str,
    value: float,
    *,
    day: date = MARCH,
    outlet: str = "Harbour Post",
    subject: str = "Lumo",
    metric: str = "revenue",
    period: tuple[str, str] = ("2025-01-01", "2025-12-31"),
    unit: str = "USD",
    company: str | None = None,
    body: str = "",
    title: str | None = None,
    sentence: str | None = None,
    **fact: Any,
) -> tuple[int, int]:
    """An article of *day* that states a figure, and its fact: their numbers."""
    said = sentence or f"{subject} had {metric} of {stated}."
    text = body or said
    article = add_article(
        store, day, outlet=outlet, title=title or f"{subject} {metric} {stated} {outlet}", body=text
    )
    start = text.index(stated)
    place = {"article": article, "part": "body", "start": start, "end": start + len(stated), "text": stated}
    place |= {"value": value, "sentence": said, "rule": "r"}
    with store.write() as db:
        if unit.isupper():
            kind, row = "money", db["money"].insert({**place, "currency": unit}).last_pk
        elif unit in ("percent", "multiple"):
            kind, row = "percentage", db["percentages"].insert({**place, "unit": unit}).last_pk
        else:
            kind, row = "count", db["counts"].insert({**place, "noun": unit}).last_pk
        number = (
            db["facts"]
            .insert(
                {
                    "article": article,
                    kind: row,
                    "subject": subject,
                    "company": add_company(store, company) if company else None,
                    "metric": metric,
                    "metric_id": metric,
                    "period_start": period[0],
                    "period_end": period[1],
                    "basis": "reported",
                    "confidence": "high",
                    "sentence": said,
                    "rule": "r",
                    **{key: json.dumps(part) if key == "scope" else part for key, part in fact.items()},
                }
            )
            .last_pk
        )
    return article, int(number)
