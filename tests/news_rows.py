"""Rows for tests: outlets, articles and mentions put into a real database as the program would."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from db import stories
from db.store import Store
from extractors.companies import key

MARCH = date(2026, 3, 2)


def add_outlet(store: Store, name: str) -> int:
    """The outlet of a *name*, made when it is new."""
    with store.write() as db:
        db.execute("INSERT OR IGNORE INTO outlets (key, name) VALUES (?, ?)", [name.lower(), name])
        return int(db.execute("SELECT id FROM outlets WHERE key = ?", [name.lower()]).fetchone()[0])


def add_company(store: Store, name: str, kind: str = "company") -> int:
    """The company of a *name*, made when it is new."""
    with store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO companies (key, name, kind) VALUES (?, ?, ?)", [key(name), name, kind]
        )
        return int(db.execute("SELECT id FROM companies WHERE key = ?", [key(name)]).fetchone()[0])


def add_theme(store: Store, theme: str) -> str:
    """The theme's row."""
    with store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO themes (id, label, family) VALUES (?, ?, 'plot')", [theme, theme.title()]
        )
    return theme


def add_article(
    store: Store,
    day: date | None,
    *,
    title: str = "A title of some words",
    body: str = "",
    outlet: str = "Harbour Post",
    themes: Iterable[str] = (),
    companies: Iterable[str] = (),
    metrics: Iterable[str] = (),
    on_beat: bool = True,
    body_source: str = "page",
    language: str = "en",
    story: int | None = None,
    fetched: date | None = None,
    in_story: bool = True,
) -> int:
    """An article read on its day, with a mention of each of *themes*, *companies* and *metrics*."""
    publisher = add_outlet(store, outlet)
    ids = [add_company(store, company) for company in companies]
    kept = [add_theme(store, theme) for theme in themes]
    seen = (fetched or day or date(2026, 1, 1)).isoformat() + "T09:00:00+00:00"
    with store.write() as db:
        number = int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM articles").fetchone()[0])
        row = {
            "id": number,
            "url": f"https://example.org/{number}",
            "outlet": publisher,
            "title": title,
            "body": body,
            "body_source": body_source,
            "language": language,
            "published": day and day.isoformat() + "T08:00:00+00:00",
            "published_precision": "second" if day else None,
            "fetched_at": seen,
            "text_hash": blake2b(f"{title}\n{body}".encode(), digest_size=8).hexdigest(),
            "read_at": seen,
            "extractor_version": "1",
            "on_beat": int(on_beat),
            "story": story,
        }
        db["articles"].insert(row)
        place = {
            "article": number,
            "part": "body",
            "start": 0,
            "end": 1,
            "text": "x",
            "sentence": "x",
            "rule": "r",
        }
        for theme in kept:
            db["theme_mentions"].insert({**place, "theme": theme})
        for company in ids:
            db["company_mentions"].insert({**place, "company": company, "named": company, "source": "alias"})
        for metric in metrics:
            figure = db["percentages"].insert({**place, "value": 5.0, "unit": "percent"}).last_pk
            db["facts"].insert(
                {
                    "article": number,
                    "percentage": figure,
                    "metric_id": metric,
                    "basis": "reported",
                    "confidence": "high",
                    "sentence": "x",
                    "rule": "r",
                }
            )
    if story is None and in_story:
        stories.assign(store, number, datetime.fromisoformat(seen))
    return number


def tell(
    store: Store,
    stated: str,
    value: float,
    *,
    day: date = MARCH,
    outlet: str = "Harbour Post",
    subject: str = "Lumo",
    metric: str = "revenue",
    metric_id: str | None = "revenue",
    period: tuple[str, str] = ("2025-01-01", "2025-12-31"),
    unit: str = "USD",
    company: str | None = None,
    title: str | None = None,
    body: str = "",
    **fact: Any,
) -> int:
    """An article of *day* that states a figure, and its fact; *unit* is a currency, percent or a noun."""
    sentence = fact.pop("sentence", f"{subject} had {metric} of {stated}.")
    title = title or f"{subject} {metric} {stated} {outlet}"
    named = [company] if company else []
    article = add_article(store, day, outlet=outlet, title=title, body=body, companies=named)
    place = {"article": article, "part": "body", "start": 0, "end": len(stated), "text": stated}
    place |= {"value": value, "sentence": sentence, "rule": "r"}
    with store.write() as db:
        if unit.isupper():
            kind, row = "money", db["money"].insert({**place, "currency": unit, "usd": value}).last_pk
        elif unit in ("percent", "multiple"):
            kind, row = "percentage", db["percentages"].insert({**place, "unit": unit}).last_pk
        else:
            kind, row = "count", db["counts"].insert({**place, "noun": unit}).last_pk
        db["facts"].insert(
            {
                "article": article,
                kind: row,
                "subject": subject,
                "company": add_company(store, company) if company else None,
                "metric": metric,
                "metric_id": metric_id,
                "period_start": period[0],
                "period_end": period[1],
                "basis": "reported",
                "confidence": "high",
                "sentence": sentence,
                "rule": "r",
                **{key: json.dumps(part) if key == "scope" else part for key, part in fact.items()},
            }
        )
    return article
