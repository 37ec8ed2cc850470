"""Which articles, figures and facts an answer's rows stand for: told by its columns, proved by its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from db.citations import Finding, FindingTable, Source, findings, sources
from db.questions import Answer
from db.store import Store

Page = tuple[Literal["company", "theme"], str | int]
Ref = tuple[FindingTable, int]

_OF_FACTS = frozenset({"subject", "metric", "metric_id", "basis", "confidence"})
_FIGURES: tuple[tuple[str, FindingTable], ...] = (
    ("money", "money"),
    ("percentage", "percentages"),
    ("count", "counts"),
)


@dataclass(frozen=True, slots=True)
class Cited:
    """What the columns with one *prefix* stand for (``other_`` of ``other_article``), an entry a row."""

    prefix: str
    sources: tuple[Source | None, ...]
    findings: tuple[Finding | None, ...]
    pages: tuple[Page | None, ...]


def cited(store: Store, answer: Answer) -> list[Cited]:
    """What *answer* cites: by each of its columns ``article`` and ``fact``, else by its company or theme."""
    found = [_by_articles(store, answer, prefix) for prefix in _prefixes(answer)]
    told = [one for one in found if any(one.sources)]
    return told or list(_by_page(answer))


def _prefixes(answer: Answer) -> list[str]:
    matches = (re.fullmatch(r"((?:.*_)?)(?:article|fact)", name) for name in answer.names)
    return list(dict.fromkeys(match[1] for match in matches if match))


def _by_articles(store: Store, answer: Answer, prefix: str) -> Cited:
    articles = _ids(_values(answer, f"{prefix}article"))
    rows = _findings(store, answer, prefix, articles)
    places = [found.article if found else number for found, number in zip(rows, articles, strict=True)]
    known = sources(store, (number for number in places if number is not None))
    of_rows = tuple(known.get(number) if number is not None else None for number in places)
    return Cited(prefix, of_rows, rows, (None,) * len(rows))


def _findings(
    store: Store, answer: Answer, prefix: str, articles: Sequence[int | None]
) -> tuple[Finding | None, ...]:
    for by_id, refs in _candidates(answer, prefix):
        found = _looked_up(store, refs)
        if any(found) and all(
            _fits(answer, row, ref, one, number, by_id)
            for row, ref, one, number in zip(answer.rows, refs, found, articles, strict=True)
        ):
            return found
    return (None,) * len(answer.rows)


def _candidates(answer: Answer, prefix: str) -> Iterator[tuple[bool, list[Ref | None]]]:
    """What the rows may be of, by a column that names it, or (True) by the row's own id."""
    if f"{prefix}fact" in answer.names:
        yield False, _refs("facts", _values(answer, f"{prefix}fact"))
    if not prefix and "id" in answer.names:
        ids = _values(answer, "id")
        if _OF_FACTS & set(answer.names):
            yield True, _refs("facts", ids)
        elif "text" in answer.names:
            yield (
                True,
                [
                    _ref(_table_of(kind), value)
                    for kind, value in zip(_values(answer, "kind"), ids, strict=True)
                ],
            )
            yield from ((True, _refs(table, ids)) for _, table in _FIGURES)
    for column, table in _FIGURES:
        if f"{prefix}{column}" in answer.names:
            yield False, _refs(table, _values(answer, f"{prefix}{column}"))


def _table_of(kind: Any) -> FindingTable:
    return "money" if kind == "money" else "counts" if kind == "count" else "percentages"


def _refs(table: FindingTable, values: Sequence[Any]) -> list[Ref | None]:
    return [_ref(table, value) for value in values]


def _ref(table: FindingTable, value: Any) -> Ref | None:
    return (table, value) if isinstance(value, int) else None


def _looked_up(store: Store, refs: Sequence[Ref | None]) -> tuple[Finding | None, ...]:
    tables = {ref[0] for ref in refs if ref}
    known = {
        table: findings(store, table, (ref[1] for ref in refs if ref and ref[0] == table))
        for table in sorted(tables)
    }
    return tuple(known[ref[0]].get(ref[1]) if ref else None for ref in refs)


def _fits(
    answer: Answer,
    row: Sequence[Any],
    ref: Ref | None,
    found: Finding | None,
    article: int | None,
    by_id: bool,
) -> bool:
    """Whether a row says what the finding says, as far as it says it."""
    if found is None:
        return ref is None
    said = dict(zip(answer.names, row, strict=True))
    agree = article is None or article == found.article
    if by_id:
        agree = agree and said.get("sentence", found.sentence) == found.sentence
        agree = agree and (found.table == "facts" or said.get("text", found.text) == found.text)
    return agree


def _by_page(answer: Answer) -> Iterator[Cited]:
    for kind in ("company", "theme"):
        values = _values(answer, kind)
        pages = tuple(_page(kind, value) for value in values)
        if any(pages):
            nothing = (None,) * len(pages)
            yield Cited("", nothing, nothing, pages)
            return


def _page(kind: str, value: Any) -> Page | None:
    if kind == "company":
        return ("company", value) if isinstance(value, int) else None
    return ("theme", value) if isinstance(value, str) and value else None


def _values(answer: Answer, name: str) -> list[Any]:
    if name not in answer.names:
        return [None] * len(answer.rows)
    place = answer.names.index(name)
    return [row[place] for row in answer.rows]


def _ids(values: Sequence[Any]) -> list[int | None]:
    return [value if isinstance(value, int) else None for value in values]
