"""The values between a backfill's stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from db.articles import NewArticle
from extractors.errors import NewsgaugeError
from extractors.findings import Findings

Kind = Literal["jsonl", "csv", "parquet", "html", "text", "warc"]


class BackfillError(NewsgaugeError):
    """An archive that cannot be taken in; the message says why and what to do."""


class DamagedError(BackfillError):
    """A part of an archive that cannot be read; it is set aside."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an archive's file; ``start`` and ``end`` are bytes, or rows of a Parquet file."""

    path: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """An article as its archive has it: its text, or its page as ``html``. ``where`` says which it is."""

    where: str
    title: str = ""
    text: str = ""
    html: str = ""
    url: str = ""
    published: str = ""
    author: str = ""
    publisher: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A piece of an archive that is no article, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Archived:
    """An article of an archive, read.

    ``findings`` are by part of the article: none where it could not be read (``error`` says why) or was left
    unread (``gate`` says by which words).
    """

    found: NewArticle
    domain: str
    outlet: str
    findings: Mapping[str, Findings]
    error: str | None = None
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class PartRead:
    """What a part holds: its articles, how many pieces are none, and why the first of them is none.

    A part that is ``bad`` could not be read at all.
    """

    part: Part
    articles: tuple[Archived, ...] = ()
    skipped: int = 0
    error: str | None = None
    bad: bool = False
