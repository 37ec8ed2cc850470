"""An article's findings as rows of their tables, which name other rows of the article by reference."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db.vintages import TABLES, Ref
from extractors.companies import key
from extractors.findings import Company, CompanyMention, Fact, Figure, Findings

PARTS_OF_AN_ARTICLE = ("title", "body")

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article's findings, by part; ``text_hash`` is that of the text that was read."""

    article: int
    title: str
    body: str
    text_hash: str
    findings: Mapping[str, Findings]


def rows_of(article: ReadArticle, companies: CompanyRows) -> Rows:
    """The rows of each table of findings that *article* comes to, without ids and in order."""
    rows: Rows = {table: [] for table in TABLES}
    on_beat = any(f.beat is None or f.beat.on for f in article.findings.values())
    for part in PARTS_OF_AN_ARTICLE:
        if part in article.findings:
            text = article.title if part == "title" else article.body
            _Part(rows, part, text, article.findings[part], companies, on_beat).tell()
    return rows


class CompanyRows:
    """The company rows by key, made when first met; a merged company's mentions go to the one it became."""

    def __init__(self, db: Database, now: datetime) -> None:
        self._db = db
        self._now = now.isoformat()
        self._ids: dict[str, tuple[int, int]] = {}

    def id_of(self, company: Company) -> int:
        """The row that counts for *company*."""
        return self.ids_of(company)[1]

    def ids_of(self, company: Company) -> tuple[int, int]:
        """The row that its name stands for, and the row it was merged into or the same."""
        found = key(company.name)
        if found not in self._ids:
            self._ids[found] = self._look_up(company, found)
        return self._ids[found]

    def _look_up(self, company: Company, found: str) -> tuple[int, int]:
        row = self._db.execute(
            "SELECT id, coalesce(merged_into, id) FROM companies WHERE key = ? OR known_id = ? "
            "UNION ALL "
            "SELECT c.id, coalesce(c.merged_into, c.id) FROM aliases a JOIN companies c ON c.id = a.company "
            "WHERE a.key = ? LIMIT 1",
            [found, company.id, found],
        ).fetchone()
        if row:
            return int(row[0]), int(row[1])
        inserted = (
            self._db.table("companies")
            .insert(
                {
                    "key": found,
                    "known_id": company.id,
                    "name": company.name,
                    "kind": company.kind,
                    "first_seen_at": self._now,
                }
            )
            .last_pk
        )
        made = int(str(inserted))
        return made, made


_FIGURE_OF = {
    "money": ("money", "money"),
    "percent": ("percentage", "percentages"),
    "counts": ("count", "counts"),
}
"""For each part that a fact's figure stands in: the fact's column, and the table that it refers to."""


class _Part:
    """Tells the findings of one part of one article."""

    def __init__(
        self,
        rows: Rows,
        part: str,
        text: str,
        findings: Findings,
        companies: CompanyRows,
        article_on_beat: bool,
    ) -> None:
        self._rows = rows
        self._part = part
        self._text = text
        self._found = findings
        self._companies = companies
        self._on_beat = article_on_beat
        self._starts = [s.start for s in findings.sentences]
        self._before = {table: len(told) for table, told in rows.items()}

    def tell(self) -> None:
        found, rows = self._found, self._rows
        rows["theme_mentions"] += ({**self._at(t), "theme": t.theme, **self._beat(t)} for t in found.themes)
        rows["country_mentions"] += ({**self._at(c), "country": c.country} for c in found.countries)
        rows["title_mentions"] += (self._at(t) for t in found.titles)
        rows["money"] += map(self._money, found.money)
        rows["percentages"] += ({**self._figure(f), "unit": f.kind, **_sign(f)} for f in found.percent)
        rows["counts"] += ({**self._figure(f), "noun": f.noun or ""} for f in found.counts)
        for company in (*found.companies, *found.organisations):
            ids = self._companies.ids_of(company)
            rows["company_mentions"] += (self._mention(ids, mention) for mention in company.mentions)
        rows["facts"] += map(self._fact, found.facts)

    def _at(self, finding: Any) -> dict[str, Any]:
        return {
            "part": self._part,
            "start": finding.start,
            "end": finding.end,
            "text": self._text[finding.start : finding.end],
            "sentence": self._sentence(finding.start),
            "rule": finding.rule,
        }

    def _sentence(self, at: int) -> str:
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return self._text if self._part == "title" else _line_around(self._text, at)
        span = self._found.sentences[place]
        return self._text[span.start : span.end].strip()

    def _beat(self, finding: Any) -> dict[str, int]:
        paragraphs = self._found.beat.paragraphs if self._found.beat else ()
        on = next((on for start, end, on in paragraphs if start <= finding.start < end), self._on_beat)
        return {"on_beat": int(on)}

    def _figure(self, figure: Figure) -> dict[str, Any]:
        return {**self._at(figure), **_number(figure)}

    def _money(self, figure: Figure) -> dict[str, Any]:
        pair = figure.pair_of
        return {
            **self._figure(figure),
            "currency": figure.currency,
            "inferred": int(figure.inferred),
            **_sign(figure),
            **_usd(figure),
            "pair_of": None if pair is None else Ref("money", self._before["money"] + pair),
        }

    def _mention(self, ids: tuple[int, int], mention: CompanyMention) -> dict[str, Any]:
        named, company = ids
        place = {**self._at(mention), "source": mention.source, **self._beat(mention)}
        return place | {"company": company, "named": named}

    def _fact(self, fact: Fact) -> dict[str, Any]:
        part, _, place = fact.figure.partition(":")
        column, table = _FIGURE_OF[part]
        figures: Sequence[Figure] = getattr(self._found, part)
        return {
            "money": None,
            "percentage": None,
            "count": None,
            column: Ref(table, self._before[table] + int(place)),
            "subject": fact.subject,
            "company": self._subject_company(fact.subject),
            "metric": fact.metric,
            "metric_id": fact.metric_id,
            "period_start": fact.period_start and fact.period_start.isoformat(),
            "period_end": fact.period_end and fact.period_end.isoformat(),
            "direction": fact.direction,
            "basis": fact.basis,
            "claimed_by": fact.claimed_by,
            "scope": json.dumps(fact.scope),
            "confidence": fact.confidence,
            "sentence": self._text[fact.sentence.start : fact.sentence.end].strip(),
            "rule": fact.rule,
            **self._beat(figures[int(place)]),
        }

    def _subject_company(self, subject: str | None) -> int | None:
        if subject is None:
            return None
        wanted = key(subject)
        for company in self._found.companies:
            forms = {company.name, *(self._text[m.start : m.end] for m in company.mentions)}
            if wanted in {key(form) for form in forms}:
                return self._companies.id_of(company)
        return None


def _number(figure: Figure) -> dict[str, Any]:
    return {
        "value": float(figure.value),
        "value_max": None if figure.value_max is None else float(figure.value_max),
        "approx": figure.approx,
    }


def _sign(figure: Figure) -> dict[str, Any]:
    return {"negative": int(figure.negative)}


def _usd(figure: Figure) -> dict[str, Any]:
    found = figure.conversion
    return {
        "pair_mismatch": int(figure.pair_mismatch),
        "usd": found and float(found.usd),
        "usd_max": None if found is None or found.usd_max is None else float(found.usd_max),
        "fx_rate": found and float(found.rate),
        "fx_date": found and found.day and found.day.isoformat(),
        "fx_source": found and found.source,
        "fx_method": found and found.method,
    }


def _line_around(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)].strip()
