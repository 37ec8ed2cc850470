"""Parts that were read, as Parquet: what a cluster's workers send to the one writer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from db.articles import NewArticle
from db.backfill import Outcome
from extractors.findings import Findings
from monitor.backfill.values import Archived, Part, PartRead

_ARTICLE = tuple(f.name for f in fields(NewArticle))
_BESIDE = ("domain", "outlet", "error", "gate")
_PARTS = b"newsgauge.parts"


def pack(parts: Sequence[PartRead]) -> bytes:
    """*parts* as a Parquet file's bytes: a row an article, its findings as JSON; the parts as metadata."""
    import pyarrow as arrow
    from pyarrow import parquet

    rows = [_row(place, article) for place, part in enumerate(parts) for article in part.articles]
    about = [{"part": asdict(part.part), "outcome": asdict(part.outcome)} for part in parts]
    schema = _schema().with_metadata({_PARTS: json.dumps(about)})
    out = arrow.BufferOutputStream()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    return bytes(out.getvalue())


def unpack(content: bytes) -> list[PartRead]:
    """The parts that ``pack`` made *content* of."""
    import pyarrow as arrow
    from pyarrow import parquet

    table = parquet.read_table(arrow.BufferReader(content))
    about = json.loads(table.schema.metadata[_PARTS])
    articles: list[list[Archived]] = [[] for _ in about]
    for row in table.to_pylist():
        articles[row["part"]].append(_archived(row))
    return [
        PartRead(Part(**told["part"]), Outcome(**told["outcome"]), tuple(held))
        for told, held in zip(about, articles, strict=True)
    ]


@cache
def _findings() -> TypeAdapter[Mapping[str, Findings]]:
    return TypeAdapter(Mapping[str, Findings])


def _schema() -> Any:
    import pyarrow as arrow

    kinds = dict.fromkeys((*_ARTICLE, *_BESIDE, "findings"), arrow.string())
    kinds["published"] = arrow.timestamp("us", tz="UTC")
    return arrow.schema({"part": arrow.int32(), **kinds})


def _row(place: int, article: Archived) -> dict[str, Any]:
    told = {name: getattr(article.found, name) for name in _ARTICLE}
    beside = {name: getattr(article, name) for name in _BESIDE}
    return {"part": place, **told, **beside, "findings": _findings().dump_json(article.findings).decode()}


def _archived(row: Mapping[str, Any]) -> Archived:
    return Archived(
        found=NewArticle(**{name: row[name] for name in _ARTICLE}),
        findings=_findings().validate_json(row["findings"]),
        **{name: row[name] for name in _BESIDE},
    )
