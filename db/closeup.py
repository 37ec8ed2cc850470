"""A finding seen close: its sentence with the span, what is claimed of it, and what else stands there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.corrections.values import FIGURE_COLUMN, FIGURES, Correction, FindingId, correction_from
from db.wording import period_in_words

Row = Mapping[str, Any]

TABLES = ("money", "percentages", "counts", "company_mentions", "theme_mentions", "facts")


@dataclass(frozen=True, slots=True)
class Beside:
    """Another finding of the same sentence, in words."""

    finding: FindingId
    words: str


@dataclass(frozen=True, slots=True)
class Closeup:
    """A finding and its surroundings.

    ``start`` and ``end`` are the span within ``sentence`` (both 0 where the sentence is not the place: an
    article's date or story). ``claims`` are what is read there, label by label.
    """

    finding: FindingId
    article: int
    title: str
    url: str
    outlet: str
    published: str | None
    part: str | None
    sentence: str
    start: int
    end: int
    claims: Sequence[tuple[str, str]]
    rule: str
    read_by: str | None
    confidence: str | None
    correction: Correction | None
    beside: Sequence[Beside]

    @property
    def words(self) -> str:
        """What is claimed, in a line."""
        return " · ".join(value for _, value in self.claims if value)

    @property
    def pieces(self) -> tuple[str, str, str]:
        """The sentence before the span, the span, and the sentence after it."""
        return self.sentence[: self.start], self.sentence[self.start : self.end], self.sentence[self.end :]


def closeup(connection: sqlite3.Connection, finding: FindingId) -> Closeup | None:
    """The finding seen close; None where there is no such row."""
    row = _one(connection, _SELECT[finding.table], finding.row)
    if row is None:
        return None
    claims = tuple((label, value) for label, value in _CLAIMS[finding.table](connection, row) if value)
    sentence, start, end = _span(connection, row)
    return Closeup(
        finding=finding,
        article=row["article"],
        title=row["article_title"],
        url=row["url"],
        outlet=row["outlet"] or "",
        published=row["published"],
        part=row.get("part"),
        sentence=sentence,
        start=start,
        end=end,
        claims=claims,
        rule=row.get("rule") or "",
        read_by=row.get("read_by"),
        confidence=row.get("confidence"),
        correction=_correction(connection, finding, row),
        beside=tuple(_beside(connection, finding, row)),
    )


_ARTICLE = "a.title AS article_title, a.url, a.body, o.name AS outlet, a.published"
_JOIN = "JOIN articles a ON a.id = f.article LEFT JOIN outlets o ON o.id = a.outlet"
_SELECT = {
    "money": f"SELECT f.*, {_ARTICLE} FROM money f {_JOIN} WHERE f.id = ?",
    "percentages": f"SELECT f.*, {_ARTICLE} FROM percentages f {_JOIN} WHERE f.id = ?",
    "counts": f"SELECT f.*, {_ARTICLE} FROM counts f {_JOIN} WHERE f.id = ?",
    "company_mentions": f"SELECT f.*, c.name, c.kind, c.known_id, {_ARTICLE} FROM company_mentions f "
    f"JOIN companies c ON c.id = f.company {_JOIN} WHERE f.id = ?",
    "theme_mentions": f"SELECT f.*, t.label, {_ARTICLE} FROM theme_mentions f "
    f"JOIN themes t ON t.id = f.theme {_JOIN} WHERE f.id = ?",
    "facts": "SELECT f.*, c.name AS company_name, coalesce(m.part, p.part, n.part) AS part, "
    'coalesce(m.start, p.start, n.start) AS start, coalesce(m."end", p."end", n."end") AS "end", '
    f"coalesce(m.text, p.text, n.text) AS text, {_ARTICLE} FROM facts f "
    "LEFT JOIN companies c ON c.id = f.company LEFT JOIN money m ON m.id = f.money "
    'LEFT JOIN percentages p ON p.id = f.percentage LEFT JOIN counts n ON n.id = f."count" '
    f"{_JOIN} WHERE f.id = ?",
    "date": "SELECT a.id AS article, a.*, a.title AS article_title, o.name AS outlet FROM articles a "
    "LEFT JOIN outlets o ON o.id = a.outlet WHERE a.id = ?",
}
_SELECT["story"] = _SELECT["date"]


def _one(connection: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    return next(_rows(connection, sql, *values), None)


def _rows(connection: sqlite3.Connection, sql: str, *values: Any) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _span(connection: sqlite3.Connection, row: Row) -> tuple[str, int, int]:
    """The finding's sentence, and its span there."""
    if "start" not in row or row["start"] is None:
        return row["article_title"], 0, 0
    text = row["article_title"] if row["part"] == "title" else row["body"]
    sentence, length = row["sentence"], row["end"] - row["start"]
    begin = text.find(sentence)
    while 0 <= begin <= row["start"]:
        if row["start"] < begin + len(sentence):
            return sentence, row["start"] - begin, row["start"] - begin + length
        begin = text.find(sentence, begin + 1)
    at = max(sentence.find(row["text"]), 0)
    return sentence, at, at + (length if row["text"] in sentence else 0)


def _amount(row: Row) -> str:
    upper = "" if row["value_max"] is None else f" to {row['value_max']:,.12g}"
    sign = "-" if row.get("negative") else ""
    return f"{row['approx'] or ''}{sign}{row['value']:,.12g}{upper}"


def _of_money(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "amount", f"{row['currency'] or 'currency unknown'} {_amount(row)}"
    if row["usd"] is not None:
        yield "in dollars", f"USD {row['usd']:,.0f}"


def _of_percentage(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "value", f"{_amount(row)} {row['unit'].replace('_', ' ')}"


def _of_count(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "count", f"{_amount(row)} {row['noun']}"


def _of_company(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "company", row["name"]
    yield "kind", row["kind"]
    yield "known", "" if row["known_id"] else "not a known company"


def _of_theme(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "theme", row["label"]


def _of_fact(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "who", row["subject"] or "nobody named"
    if row["company_name"] and row["company_name"] != row["subject"]:
        yield "company", row["company_name"]
    yield "what", row["metric"] or "nothing named"
    if row["metric_id"] and row["metric_id"] != row["metric"]:
        yield "metric", row["metric_id"]
    yield "figure", row["text"] or ""
    yield "period", period_in_words(row["period_start"], row["period_end"])
    yield "moved", row["direction"] or ""
    yield "basis", "" if row["basis"] == "reported" else row["basis"]
    yield "said by", row["claimed_by"] or ""
    yield "scope", ", ".join(json.loads(row["scope"] or "[]"))


def _of_date(_: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    yield "published", (row["published"] or "no date")[:16].replace("T", " ")
    yield "by", row["published_source"]


def _of_story(connection: sqlite3.Connection, row: Row) -> Iterator[tuple[str, str]]:
    others = list(
        connection.execute(
            "SELECT a.id, a.title, coalesce(o.name, '') "
            "FROM articles a LEFT JOIN outlets o ON o.id = a.outlet "
            "WHERE a.story = ? AND a.id != ? ORDER BY a.published, a.id LIMIT 6",
            [row["story"], row["article"]],
        )
    )
    yield "story", "" if others else "stands alone"
    for number, title, outlet in others:
        yield "with", f"{number}: {title} ({outlet})"


_CLAIMS: Mapping[str, Any] = {
    "money": _of_money,
    "percentages": _of_percentage,
    "counts": _of_count,
    "company_mentions": _of_company,
    "theme_mentions": _of_theme,
    "facts": _of_fact,
    "date": _of_date,
    "story": _of_story,
}


def _correction(connection: sqlite3.Connection, finding: FindingId, row: Row) -> Correction | None:
    if finding.table in ("date", "story"):
        of_it = "kind = ? AND article = ? AND undone_at IS NULL ORDER BY id DESC"
        found = _one(connection, f"SELECT * FROM corrections WHERE {of_it}", finding.table, finding.row)
    else:
        found = _one(connection, "SELECT * FROM corrections WHERE id = ?", row["correction"])
    return correction_from(found) if found else None


def _beside(connection: sqlite3.Connection, finding: FindingId, row: Row) -> Iterator[Beside]:
    """What else is read in the sentence; for an article's date or story, nothing."""
    if "sentence" not in row:
        return
    for table in TABLES:
        own = f"SELECT f.id FROM {table} f WHERE f.article = ? AND f.sentence = ? ORDER BY f.id LIMIT 12"
        for (number,) in connection.execute(own, [row["article"], row["sentence"]]).fetchall():
            other = FindingId(table, number)
            if other != finding:
                found = _one(connection, _SELECT[table], number)
                assert found is not None
                words = " · ".join(value for _, value in _CLAIMS[table](connection, found) if value)
                told = table == "facts" or found["text"].lower() in words.lower()
                yield Beside(other, words if told else f"{found['text']}: {words}")


def figure_of(connection: sqlite3.Connection, fact: int) -> FindingId | None:
    """The figure that a fact measures."""
    row = _one(connection, "SELECT * FROM facts WHERE id = ?", fact)
    if row is None:
        return None
    table = next(table for table in FIGURES if row[FIGURE_COLUMN[table]] is not None)
    return FindingId(table, row[FIGURE_COLUMN[table]])
