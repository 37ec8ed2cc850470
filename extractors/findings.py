"""What an article's text holds: the values that travel from the readers to JSON and SQLite.

Offsets are Python character offsets into the text read (``text[start:end]`` is the span). Times are dates
or aware UTC, amounts are ``Decimal`` in whole units of the currency. ``rule`` names the rule that fired.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Part = Literal["money", "percent", "counts", "companies", "themes", "countries", "titles", "facts"]
PARTS: tuple[Part, ...] = (
    "money",
    "percent",
    "counts",
    "companies",
    "themes",
    "countries",
    "titles",
    "facts",
)

Kind = Literal["money", "percent", "percentage_point", "bps", "multiple", "count"]
Approx = Literal["~", ">", ">=", "<", "<="]
Direction = Literal["up", "down"]
Basis = Literal["reported", "estimate", "forecast", "target"]
Confidence = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text to read and what is known of it; ``language`` is an ISO 639-1 code, found when None."""

    id: str
    text: str
    title: str | None = None
    published: date | None = None
    publisher: str | None = None
    language: str | None = None
    publisher_country: str | None = None  # ISO 3166-1 alpha-2, of the outlet: a hint for `$` and `¥`


class Span(NamedTuple):
    """A stretch of the text; a tuple, as it is made once a word."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """A US dollar value of an amount, and where the rate came from."""

    usd: Decimal
    usd_max: Decimal | None
    rate: Decimal  # units of the currency for one US dollar
    day: date | None  # the rate's day, the period's last day for an average
    source: Literal["stated", "ecb"]
    method: Literal["pair", "period_average", "publication_day", "latest"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with a unit at a span.

    ``value`` is absolute (``negative`` keeps the sign); ``value_max`` is the upper end of a range.
    ``currency`` (ISO 4217, None where the text does not say) is for money, ``noun`` for counts.
    ``inferred`` marks a currency that neither words nor a definition in the text gave.
    ``pair_of`` is the place, among the text's money figures, of the amount that this one converts.
    """

    kind: Kind
    start: int
    end: int
    text: str
    value: Decimal
    value_max: Decimal | None = None
    approx: Approx | None = None
    currency: str | None = None
    noun: str | None = None
    pair_of: int | None = None
    negative: bool = False
    inferred: bool = False
    rule: str = ""
    conversion: Conversion | None = None
    pair_mismatch: bool = False


@dataclass(frozen=True, slots=True)
class CompanyMention:
    """One naming of an organisation: where, and which source read it."""

    start: int
    end: int
    source: Literal["alias", "ner", "short_form", "acronym", "user"]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation of the text under its canonical name, or its fullest form there.

    ``id`` is the alias data's id where it is known. ``kind`` tells companies (with their brands, apps and
    funds) from others: ``government``, ``association``, ``university``, ``media``, ``exchange``, ``event``.
    """

    name: str
    mentions: tuple[CompanyMention, ...]
    id: str | None = None
    kind: str = "company"


@dataclass(frozen=True, slots=True)
class ThemeHit:
    """A story trope named at a span."""

    theme: str
    start: int
    end: int
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class CountryMention:
    """A market or audience: ISO 3166-1 alpha-2, or a region's name (``North America``)."""

    country: str
    start: int
    end: int
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class TitleMention:
    """The title of a series, film or book, without its quotes."""

    start: int
    end: int
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a figure measures: the row an analyst would type.

    ``figure`` is ``"money:3"``, ``"percent:0"`` or ``"counts:1"``: the list and the place in it, as in the
    JSON contract. Null beats a guess; ``high`` only where rules of proven precision made every part.
    """

    figure: str
    subject: str | None
    metric: str | None
    metric_id: str | None
    period_start: date | None
    period_end: date | None
    direction: Direction | None
    basis: Basis
    claimed_by: str | None
    scope: tuple[str, ...]
    confidence: Confidence
    sentence: Span
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """Whether a text is about the beat, and the words that said so."""

    on: bool
    reason: str
    paragraphs: tuple[tuple[int, int, bool], ...] = ()  # start, end, on the beat


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one text holds. ``money``, ``percent`` and ``counts`` are in text order."""

    id: str
    language: str = "en"
    money: tuple[Figure, ...] = ()
    percent: tuple[Figure, ...] = ()  # percent, percentage_point, bps, multiple
    counts: tuple[Figure, ...] = ()
    companies: tuple[Company, ...] = ()
    organisations: tuple[Company, ...] = ()
    themes: tuple[ThemeHit, ...] = ()
    countries: tuple[CountryMention, ...] = ()
    titles: tuple[TitleMention, ...] = ()
    facts: tuple[Fact, ...] = ()
    sentences: tuple[Span, ...] = ()
    beat: Beat | None = None
