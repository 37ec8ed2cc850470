"""Series and disagreements: what was reported of the same thing, by period and source.

The relations themselves are pure, in ``extractors.facts.compare``; here facts become claims and back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from db.store import Store
from extractors.facts import compare
from extractors.facts.compare import Claim

_CLAIMS = """
SELECT id, article, article_title, url, outlet, published, story,
       coalesce(company_name, subject) AS subject, metric, metric_id, period_start, period_end,
       value, value_max, unit, kind, approx, usd, stated, direction, basis, claimed_by, scope, confidence,
       sentence, rule, on_beat, first_seen_at,
       (SELECT group_concat(DISTINCT c.country) FROM country_mentions c
         WHERE c.article = fact_figures.article AND c.sentence = fact_figures.sentence) AS countries
  FROM fact_figures
 WHERE metric_id IS NOT NULL AND subject IS NOT NULL AND value IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Reported:
    """A fact as a row of a series: the claim, and where it stands."""

    claim: Claim
    article: int
    title: str
    url: str
    published: str | None
    sentence: str
    rule: str
    kind: str
    on_beat: bool = True
    first_seen_at: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row by column, as JSON and CSV show it."""
        claim = self.claim
        return {
            "subject": claim.subject,
            "metric": claim.metric,
            "metric_id": claim.metric_id,
            "period_start": claim.period_start and claim.period_start.isoformat(),
            "period_end": claim.period_end and claim.period_end.isoformat(),
            "stated": claim.text,
            "value": float(claim.value),
            "value_max": None if claim.value_max is None else float(claim.value_max),
            "unit": claim.unit,
            "usd": None if claim.usd is None else float(claim.usd),
            "approx": claim.approx,
            "direction": claim.direction,
            "basis": claim.basis,
            "scope": list(claim.scope),
            "claimed_by": claim.claimed_by,
            "outlet": claim.source,
            "published": self.published,
            "first_seen_at": self.first_seen_at,
            "confidence": claim.confidence,
            "sentence": self.sentence,
            "rule": self.rule,
            "url": self.url,
            "article": self.article,
            "fact": claim.id,
        }


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sources' figures for the same subject, metric and period; ``gap`` is a share of the larger one."""

    first: Reported
    second: Reported
    gap: float


def reported(
    store: Store,
    *,
    metric: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    on_beat: bool = True,
) -> list[Reported]:
    """Facts with a subject and a known metric, oldest article first.

    *metric* is an id of the vocabulary; *subject* any words that a subject must hold (in any spelling that
    ``compare.tokens`` folds); *since* and *until* bound the article's publication.
    """
    bounds = {"metric": metric, "since": _iso(since), "until": _iso(until)}
    where = [
        *(["metric_id = :metric"] if metric else []),
        *(["published > :since"] if since else []),
        *(["published <= :until"] if until else []),
        *(["on_beat = 1"] if on_beat else []),
    ]
    sql = " AND ".join([_CLAIMS, *where]) + " ORDER BY published, id"
    rows = _rows(store.db.execute(sql, bounds))
    wanted = set(compare.tokens(subject)) if subject else set()
    return [row for row in rows if wanted <= set(compare.tokens(row.claim.subject))]


def reported_as(store: Store, ids: Sequence[int]) -> list[Reported]:
    """The facts with these *ids* that have a subject, a metric and a value, oldest article first."""
    return reported_as_in(store.db, ids)


def reported_as_in(db: Database, ids: Sequence[int]) -> list[Reported]:
    """Likewise, inside a transaction."""
    sql = f"{_CLAIMS} AND id IN (SELECT value FROM json_each(?)) ORDER BY published, id"
    return _rows(db.execute(sql, [json.dumps(ids)]))


def reported_in(db: Database, article: int) -> list[Reported]:
    """The facts of *article* that have a subject, a metric and a value, in order."""
    return _rows(db.execute(f"{_CLAIMS} AND article = ? ORDER BY id", [article]))


def _rows(cursor: Any) -> list[Reported]:
    names = [column[0] for column in cursor.description]
    return [_reported(dict(zip(names, row, strict=True))) for row in cursor]


def series(rows: Iterable[Reported]) -> list[list[Reported]]:
    """*rows* by what they are about, each by period, the longest first; a story's copies count once."""
    by_id = {row.claim.id: row for row in rows}
    found = compare.series(row.claim for row in by_id.values())
    kept = [[by_id[claim.id] for claim in claims] for claims in found.values()]
    return sorted(kept, key=lambda claims: (-len(claims), claims[0].claim.subject or ""))


def disagreements(rows: Iterable[Reported]) -> list[Disagreement]:
    """Pairs of sources among *rows* that give different values for one thing, the widest gap first.

    Equal values stand once.
    """
    by_id = {row.claim.id: row for row in rows}
    found = compare.disagreements([row.claim for row in by_id.values()])
    return said_once(Disagreement(by_id[c.first.id], by_id[c.second.id], float(c.gap or 0)) for c in found)


def apart(first: Reported, second: Reported) -> float | None:
    """How far apart two claims of one thing are, as a share of the larger; None where none conflicts."""
    found = compare.compare(first.claim, second.claim)
    conflict = found.relation == "disagrees" and compare.one_place(first.claim, second.claim)
    return float(found.gap or 0) if conflict else None


def said_once(pairs: Iterable[Disagreement]) -> list[Disagreement]:
    """*pairs* of different sources, the first of those with equal values."""
    told: dict[tuple[object, ...], Disagreement] = {}
    for pair in pairs:
        if compare.other_source(pair.first.claim, pair.second.claim):
            told.setdefault(_values(pair), pair)
    return list(told.values())


def _values(pair: Disagreement) -> tuple[object, ...]:
    claims = (pair.first.claim, pair.second.claim)
    same = (compare.series_key(claims[0]), claims[0].period_end)
    return (*same, frozenset((claim.unit, claim.value) for claim in claims))


@dataclass(frozen=True, slots=True)
class Echoes:
    """Who repeats a fact's figure for the same thing, later: how many articles, and the outlets."""

    articles: int
    outlets: tuple[str, ...]


_ECHOES = """
SELECT fact, count(DISTINCT echo_article),
       json_group_array(DISTINCT coalesce(echo_outlet, 'an unnamed outlet'))
  FROM echoes WHERE fact IN (SELECT value FROM json_each(?)) GROUP BY fact
"""


def echoes(store: Store, ids: Iterable[int]) -> dict[int, Echoes]:
    """The echoes of the facts with these *ids*; facts that nobody repeats are left out."""
    rows = store.db.execute(_ECHOES, [json.dumps([*ids])])
    return {fact: Echoes(count, tuple(sorted(json.loads(names)))) for fact, count, names in rows}


def metrics(store: Store) -> Mapping[str, int]:
    """The metrics that facts have, and how many facts each."""
    sql = "SELECT metric_id, count(*) FROM facts WHERE metric_id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(store.db.execute(sql).fetchall())


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _reported(row: Mapping[str, Any]) -> Reported:
    claim = Claim(
        id=row["id"],
        subject=row["subject"],
        metric=row["metric"],
        metric_id=row["metric_id"],
        period_start=_day(row["period_start"]),
        period_end=_day(row["period_end"]),
        unit=row["unit"] or row["kind"],
        value=Decimal(repr(row["value"])),
        text=row["stated"],
        value_max=_decimal(row["value_max"]),
        approx=row["approx"],
        usd=_decimal(row["usd"]),
        direction=row["direction"],
        basis=row["basis"] or "reported",
        scope=tuple(_words(row["scope"])),
        claimed_by=row["claimed_by"],
        confidence=row["confidence"],
        story=str(row["story"] or ""),
        source=row["outlet"] or "",
        countries=frozenset((row["countries"] or "").split(",")) - {""},
    )
    return Reported(
        claim,
        row["article"],
        row["article_title"],
        row["url"],
        row["published"],
        row["sentence"],
        row["rule"],
        row["kind"],
        bool(row["on_beat"]),
        row["first_seen_at"],
    )


def _words(scope: str | None) -> Iterator[str]:
    yield from json.loads(scope) if scope else ()


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))
