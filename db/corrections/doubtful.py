"""What most needs a look: findings in the order of how doubtful they are, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from db.corrections.keeping import merged_companies
from db.corrections.values import TABLE_OF, FindingId, correction_from, rules_agree
from db.store import Store

NEWEST = 200
"""So many findings of each kind of doubt are listed, the newest first; others follow as these are judged."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding to look at: how doubtful (0 to 1), and why in words."""

    finding: FindingId
    score: float
    why: str

    @property
    def key(self) -> tuple[float, str, int]:
        """Its place in the order: the most doubtful first, then the newest."""
        return (-self.score, self.finding.table, -self.finding.row)


_SOURCES = (
    (
        "money",
        0.95,
        "the article's own pair fits none of the day's rates",
        "SELECT id FROM money WHERE pair_mismatch = 1 AND correction IS NULL ORDER BY id DESC LIMIT {n}",
    ),
    (
        "money",
        0.9,
        "its currency is not known",
        "SELECT id FROM money WHERE currency IS NULL AND correction IS NULL ORDER BY id DESC LIMIT {n}",
    ),
    (
        "date",
        0.85,
        "it has no date, so no trend counts it",
        "SELECT id FROM articles WHERE published IS NULL AND on_beat = 1 AND published_source != 'hand' "
        "ORDER BY id DESC LIMIT {n}",
    ),
    (
        "company_mentions",
        0.7,
        "a company that is not known, read by the model alone",
        "SELECT min(m.id) FROM (SELECT * FROM company_mentions WHERE source = 'ner' AND on_beat = 1 "
        "AND correction IS NULL ORDER BY id DESC LIMIT {n}) m JOIN companies c ON c.id = m.company "
        "WHERE c.known_id IS NULL GROUP BY m.article, m.company",
    ),
    (
        "facts",
        0.6,
        "a fact of low confidence, of a known metric and company",
        "SELECT id FROM facts WHERE confidence = 'low' AND on_beat = 1 AND metric_id IS NOT NULL "
        "AND company IS NOT NULL AND correction IS NULL ORDER BY id DESC LIMIT {n}",
    ),
    (
        "money",
        0.5,
        "its currency was inferred from dateline, publisher or custom",
        "SELECT id FROM money WHERE inferred = 1 AND correction IS NULL ORDER BY id DESC LIMIT {n}",
    ),
    (
        "facts",
        0.4,
        "a fact of low confidence",
        "SELECT id FROM facts WHERE confidence = 'low' AND on_beat = 1 AND correction IS NULL "
        "ORDER BY id DESC LIMIT {n}",
    ),
    (
        "theme_mentions",
        0.3,
        "a theme told by the words of a story, not by its name",
        "SELECT id FROM theme_mentions WHERE rule LIKE 'story:%' AND on_beat = 1 AND correction IS NULL "
        "ORDER BY id DESC LIMIT {n}",
    ),
)


def doubtful(store: Store, *, kind: str | None = None) -> list[Doubt]:
    """What to look at, the most doubtful first, each finding once; of one *kind* alone where it is named."""
    found: dict[FindingId, Doubt] = {}
    for doubt in _doubts(store):
        known = found.get(doubt.finding)
        wanted = kind is None or doubt.finding.table == TABLE_OF[kind]
        if wanted and (known is None or known.score < doubt.score):
            found[doubt.finding] = doubt
    return sorted(found.values(), key=lambda doubt: doubt.key)


def _doubts(store: Store) -> Iterator[Doubt]:
    yield from _differing(store)
    yield from _conflicting(store)
    yield from _not_adding_up(store)
    for table, score, why, sql in _SOURCES:
        for (number,) in store.db.execute(sql.format(n=NEWEST)).fetchall():
            yield Doubt(FindingId(table, number), score, why)


def _differing(store: Store) -> Iterator[Doubt]:
    """What was accepted before the rules came to say something else."""
    merged = merged_companies(store)
    for table in ("money", "percentages", "counts", "company_mentions", "theme_mentions", "facts"):
        sql = (
            f"SELECT f.id AS finding, c.* FROM corrections c JOIN {table} f ON f.article = c.article "
            "AND f.correction = c.id JOIN articles a ON a.id = c.article AND a.read_at > c.made_at "
            "WHERE c.kind = ? AND c.verdict = 'accept' AND c.undone_at IS NULL"
        )
        for row in store.db.query(sql, [table]):
            made = correction_from({name: value for name, value in row.items() if name != "finding"})
            if not rules_agree(made, merged):
                yield Doubt(
                    FindingId(table, row["finding"]), 1.0, "the rules have come to say something else"
                )


_CONFLICTS = """
SELECT x.one, x.other, x.gap, x.slip, f.correction AS one_judged, g.correction AS other_judged,
       coalesce(a.claimed_by, a.outlet, 'another article') AS one_by, a.stated AS one_stated,
       coalesce(b.claimed_by, b.outlet, 'another article') AS other_by, b.stated AS other_stated
  FROM (SELECT * FROM conflicts ORDER BY one DESC, other DESC LIMIT ?) x
  JOIN facts f ON f.id = x.one JOIN facts g ON g.id = x.other
  JOIN fact_figures a ON a.id = x.one JOIN fact_figures b ON b.id = x.other
"""


def _conflicting(store: Store) -> Iterator[Doubt]:
    """Facts that another article contradicts, a slip by a power of ten first."""
    for row in store.db.query(_CONFLICTS, [NEWEST]):
        score = 0.88 if row["slip"] else 0.8
        for side, other in (("one", "other"), ("other", "one")):
            if row[f"{side}_judged"] is None:
                said = f"{row[f'{other}_by']} says {row[f'{other}_stated']}, {row['gap']:.0%} apart"
                yield Doubt(FindingId("facts", row[side]), score, said)


def _not_adding_up(store: Store) -> Iterator[Doubt]:
    """Facts of a sum in one article that does not come out."""
    sql = (
        "SELECT k.note, f.id FROM (SELECT * FROM checks WHERE holds = 0 ORDER BY id DESC LIMIT ?) k, "
        "json_each(k.facts) j JOIN facts f ON f.id = j.value WHERE f.correction IS NULL"
    )
    for note, number in store.db.execute(sql, [NEWEST]).fetchall():
        yield Doubt(FindingId("facts", number), 0.75, f"a sum that does not come out: {note}")


def after(doubts: list[Doubt], key: tuple[float, str, int] | None) -> Doubt | None:
    """The next of *doubts* after the place *key*, or the first."""
    return next((doubt for doubt in doubts if key is None or doubt.key > key), None)
