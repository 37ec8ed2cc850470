"""The values between a backfill's stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from db.articles import NewArticle
from db.backfill import Outcome
from extractors.errors import NewsgaugeError
from extractors.findings import Findings

Kind = Literal["jsonl", "csv", "parquet", "html", "text", "warc"]


class BackfillError(NewsgaugeError):
    """An archive that cannot be taken in; the message says why and what to do."""


class DamagedError(BackfillError):
    """A part of an archive that cannot be read, or not to its end; it is set aside."""


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
    summary: str = ""
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
    unread (``gate`` names what turned it away).
    """

    found: NewArticle
    domain: str
    outlet: str
    findings: Mapping[str, Findings]
    error: str | None = None
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class PartRead:
    """A part, its articles, and what became of it."""

    part: Part
    outcome: Outcome
    articles: tuple[Archived, ...] = ()
