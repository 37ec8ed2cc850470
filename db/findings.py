"""Keeping what was read: an article's findings, in one transaction, in place of an older reading's."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from db.store import Store
from extractors.companies import key
from extractors.findings import Company, CompanyMention, Fact, Figure, Findings, Part

PARTS_OF_AN_ARTICLE = ("title", "body")
MENTION_TABLES = (
    "facts",
    "money",
    "percentages",
    "counts",
    "company_mentions",
    "theme_mentions",
    "country_mentions",
    "title_mentions",
)
_THEME_TABLES = ("theme_mentions", "country_mentions", "title_mentions")


@dataclass(frozen=True, slots=True)
class Unread:
    """An article whose findings are missing or out of date, with what the reader needs of it."""

    id: int
    title: str
    body: str
    language: str | None
    published: date | None
    publisher: str | None
    country: str | None
    read_at_version: str | None
    text_hash: str


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article's findings, by part; ``text_hash`` is that of the text that was read."""

    article: int
    title: str
    body: str
    text_hash: str
    findings: Mapping[str, Findings]


_UNREAD = """
SELECT a.id, a.title, a.body, a.language, a.published, a.extractor_version, a.text_hash,
       o.name AS publisher, o.country
  FROM articles a LEFT JOIN outlets o ON o.id = a.outlet
 WHERE a.extractor_version {out_of_date} AND a.body_pruned_at IS NULL
   AND NOT (a.read_failures >= 3 AND a.failed_version IS :version)
 LIMIT :limit
"""
_OUT_OF_DATE = ("IS NULL", "< :version", "> :version")
"""Three ranges of one index, where ``IS NOT :version`` would visit every article."""


def unread(store: Store, version: str, limit: int) -> list[Unread]:
    """Up to *limit* articles not read at *version*: the new ones first, then those of older readings.

    An article that failed three times at this version is set aside (``articles.error`` says why).
    """
    found: list[Unread] = []
    for condition in _OUT_OF_DATE:
        if len(found) < limit:
            sql = _UNREAD.format(out_of_date=condition)
            rows = store.db.query(sql, {"version": version, "limit": limit - len(found)})
            found.extend(_unread_article(row) for row in rows)
    return found


def count_unread(store: Store, version: str) -> int:
    """How many articles are not read at *version*, those aside whose text was pruned."""
    at_version = store.db.execute(
        "SELECT count(*) FROM articles WHERE extractor_version = ? AND body_pruned_at IS NULL", [version]
    )
    every = store.db.execute("SELECT count(*) FROM articles WHERE body_pruned_at IS NULL")
    return int(every.fetchone()[0]) - int(at_version.fetchone()[0])


def _unread_article(row: Mapping[str, Any]) -> Unread:
    return Unread(
        id=row["id"],
        title=row["title"],
        body=row["body"],
        language=row["language"],
        published=day_of(row["published"]),
        publisher=row["publisher"],
        country=row["country"],
        read_at_version=row["extractor_version"],
        text_hash=row["text_hash"],
    )


def day_of(moment: str | None) -> date | None:
    """The day of an ISO 8601 *moment* as stored."""
    return date.fromisoformat(moment[:10]) if moment else None


def save_findings(
    store: Store, read: Sequence[ReadArticle], version: str, now: datetime, *, themes_only: bool = False
) -> None:
    """Store the findings of the articles *read*, each in place of its older ones, in one transaction.

    An article whose text changed while it was read is left for the next pass. With *themes_only* the
    figures, companies and facts stay as they are.
    """
    with store.write() as db:
        companies = _CompanyRows(db, now)
        for article in read:
            if _unchanged(db, article):
                _replace(db, article, companies, themes_only)
                _mark_read(db, article, version, now)


def mark_failed(store: Store, article: int, version: str, error: str) -> None:
    """Note that reading *article* at *version* failed, and why."""
    with store.write() as db:
        db.execute(
            "UPDATE articles SET failed_version = ?, error = ?, "
            "read_failures = CASE WHEN failed_version IS ? THEN read_failures + 1 ELSE 1 END WHERE id = ?",
            [version, error, version, article],
        )


def register_themes(store: Store, themes: Iterable[tuple[str, str, str]]) -> None:
    """Make sure that each theme (id, label, family) has its row."""
    rows = [{"id": theme, "label": label, "family": family} for theme, label, family in themes]
    known = {row["id"]: row for row in store.db["themes"].rows}
    if changed := [row for row in rows if known.get(row["id"]) != row]:
        with store.write() as db:
            db.table("themes").upsert_all(changed, pk="id")


def _unchanged(db: Database, article: ReadArticle) -> bool:
    row = db.execute("SELECT text_hash FROM articles WHERE id = ?", [article.article]).fetchone()
    return bool(row and row[0] == article.text_hash)


def _mark_read(db: Database, article: ReadArticle, version: str, now: datetime) -> None:
    beats = [f.beat for f in article.findings.values() if f.beat is not None]
    on = [beat for beat in beats if beat.on]
    beat = on[0] if on else beats[0] if beats else None
    db.execute(
        "UPDATE articles SET extractor_version = ?, read_at = ?, read_failures = 0, error = NULL, "
        "gate = NULL, on_beat = ?, beat_reason = ? WHERE id = ?",
        [version, now.isoformat(), beat and int(beat.on), beat and beat.reason, article.article],
    )


def _replace(db: Database, article: ReadArticle, companies: _CompanyRows, themes_only: bool) -> None:
    for table in _THEME_TABLES if themes_only else MENTION_TABLES:
        db.execute(f"DELETE FROM {table} WHERE article = ?", [article.article])
    on_beat = any(f.beat is None or f.beat.on for f in article.findings.values())
    for part in PARTS_OF_AN_ARTICLE:
        if part in article.findings:
            text = article.title if part == "title" else article.body
            writer = _PartWriter(db, article.article, part, text, article.findings[part], companies, on_beat)
            writer.write(themes_only)


class _CompanyRows:
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


class _PartWriter:
    """Writes the findings of one part of one article."""

    def __init__(
        self,
        db: Database,
        article: int,
        part: str,
        text: str,
        findings: Findings,
        companies: _CompanyRows,
        article_on_beat: bool,
    ) -> None:
        self._db = db
        self._article = article
        self._part = part
        self._text = text
        self._found = findings
        self._companies = companies
        self._on_beat = article_on_beat
        self._starts = [s.start for s in findings.sentences]

    def write(self, themes_only: bool) -> None:
        found = self._found
        self._insert(
            "theme_mentions", ({**self._at(t), "theme": t.theme, **self._beat(t)} for t in found.themes)
        )
        self._insert("country_mentions", ({**self._at(c), "country": c.country} for c in found.countries))
        self._insert("title_mentions", (self._at(t) for t in found.titles))
        if themes_only:
            return
        money = self._write_money(found.money)
        ids = {
            "money": money,
            "percent": self._figures("percentages", found.percent, lambda f: {"unit": f.kind, **_sign(f)}),
            "counts": self._figures("counts", found.counts, lambda f: {"noun": f.noun or ""}),
        }
        self._write_companies((*found.companies, *found.organisations))
        self._insert("facts", (self._fact(fact, ids) for fact in found.facts))

    def _insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        inserted = []
        for row in rows:
            columns = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            cursor = self._db.conn.execute(
                f'INSERT INTO "{table}" ({columns}) VALUES ({marks})',
                list(row.values()),
            )
            inserted.append(int(cursor.lastrowid or 0))
        return inserted

    def _at(self, finding: Any) -> dict[str, Any]:
        return {
            "article": self._article,
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

    def _figures(self, table: str, figures: Sequence[Figure], extra: Any) -> list[int]:
        return self._insert(table, ({**self._at(f), **_number(f), **extra(f)} for f in figures))

    def _write_money(self, money: Sequence[Figure]) -> list[int]:
        ids = self._figures(
            "money",
            money,
            lambda f: {"currency": f.currency, "inferred": int(f.inferred), **_sign(f), **_usd(f)},
        )
        for figure, row in zip(money, ids, strict=True):
            if figure.pair_of is not None:
                self._db.execute("UPDATE money SET pair_of = ? WHERE id = ?", [ids[figure.pair_of], row])
        return ids

    def _write_companies(self, companies: Iterable[Company]) -> None:
        for company in companies:
            rows = self._companies.ids_of(company)
            self._insert("company_mentions", (self._mention(rows, mention) for mention in company.mentions))

    def _mention(self, rows: tuple[int, int], mention: CompanyMention) -> dict[str, Any]:
        named, company = rows
        place = {**self._at(mention), "source": mention.source, **self._beat(mention)}
        return place | {"company": company, "named": named}

    def _fact(self, fact: Fact, ids: Mapping[str, Sequence[int]]) -> dict[str, Any]:
        kind, _, place = fact.figure.partition(":")
        column = {"money": "money", "percent": "percentage", "counts": "count"}[kind]
        figures: dict[Part, tuple[Figure, ...]] = {
            "money": self._found.money,
            "percent": self._found.percent,
            "counts": self._found.counts,
        }
        return {
            "article": self._article,
            column: ids[kind][int(place)],
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
            **self._beat(figures[kind][int(place)]),  # type: ignore[index]
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
    conversion = figure.conversion
    if conversion is None:
        return {"pair_mismatch": int(figure.pair_mismatch)}
    return {
        "pair_mismatch": int(figure.pair_mismatch),
        "usd": float(conversion.usd),
        "usd_max": None if conversion.usd_max is None else float(conversion.usd_max),
        "fx_rate": float(conversion.rate),
        "fx_date": conversion.day and conversion.day.isoformat(),
        "fx_source": conversion.source,
        "fx_method": conversion.method,
    }


def _line_around(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)].strip()
