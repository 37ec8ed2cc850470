"""Which facts are about the same thing, which of them disagree, and which only look alike.

Everything here is pure: rows in, relations out. A *claim* is a fact with its value, as a store keeps it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import Any, Literal

from extractors.facts.words import words
from extractors.findings import Approx, Basis, Confidence, Direction

Relation = Literal["agrees", "disagrees", "near-miss", "unrelated"]
Part = Literal["subject", "metric", "period", "scope", "unit", "basis"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact with its value. ``unit`` is an ISO 4217 code, ``percent`` or another kind, or a count's noun.

    ``text`` is the figure as written, from which its rounding is read; ``usd`` is its US dollar value;
    ``story`` is what syndicated copies share, ``source`` the outlet, ``countries`` what its sentence names.
    """

    id: int
    subject: str | None
    metric: str | None
    metric_id: str | None
    period_start: date | None
    period_end: date | None
    unit: str
    value: Decimal
    text: str = ""
    value_max: Decimal | None = None
    approx: Approx | None = None
    usd: Decimal | None = None
    direction: Direction | None = None
    basis: Basis = "reported"
    scope: tuple[str, ...] = ()
    claimed_by: str | None = None
    confidence: Confidence = "high"
    story: str = ""
    source: str = ""
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two claims stand to each other; ``differs`` names the parts that keep a near-miss apart."""

    first: Claim
    second: Claim
    relation: Relation
    differs: tuple[Part, ...] = ()
    gap: Decimal | None = None  # the difference as a share of the larger value


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """What the claims of one series share: everything but period, value and source."""

    subject: tuple[str, ...]
    metric_id: str
    qualifiers: tuple[str, ...]
    scope: tuple[str, ...]
    measure: Literal["level", "change"]
    unit: str


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads(files("extractors").joinpath("rules/comparison.toml").read_text(encoding="utf-8"))


@cache
def _synonyms() -> tuple[re.Pattern[str], Mapping[str, str]]:
    known: Mapping[str, str] = _rules()["synonyms"]
    longest_first = sorted(known, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b"), known


@lru_cache(maxsize=100_000)
def tokens(phrase: str | None) -> tuple[str, ...]:
    """The words of *phrase* that say which thing it is, in one spelling and order.

    >>> tokens("China's micro-drama industry") == tokens("the Chinese microdrama market")
    True
    """
    plain = (
        re.sub(r"[’']s\b|[’']", "", (phrase or "").lower())
        .replace("-", " ")
        .replace("u.s.", "us")
        .replace("u.k.", "uk")
    )
    pattern, known = _synonyms()
    plain = pattern.sub(lambda found: known[found[0]], plain)
    filler = set(_rules()["filler"].split())
    return tuple(sorted({word for word in re.findall(r"\w+", plain) if word not in filler}))


def qualifiers(claim: Claim) -> tuple[str, ...]:
    """The words of the metric beyond its vocabulary noun, scope and basis: 'short drama' of its sales."""
    nouns = _nouns_of(claim.metric_id)
    scope = {t for word in claim.scope for t in tokens(word)}
    asides = {"forecast", "estimate", "target", "analyst", "growth", "average", "expected", "projected"}
    about = set(tokens(claim.subject))
    return tuple(t for t in tokens(claim.metric) if t not in nouns | scope | asides | about)


@cache
def _nouns_of(metric_id: str | None) -> frozenset[str]:
    known = words().metrics.items()
    return frozenset(t for noun, metric in known if metric.id == metric_id for t in tokens(noun))


def measure(claim: Claim) -> Literal["level", "change"]:
    """Whether a claim gives how much, or how much more."""
    relative = claim.unit in ("percent", "percentage_point", "bps", "multiple")
    return (
        "change"
        if relative and claim.direction and claim.metric_id not in ("share", "margin", "stake")
        else "level"
    )


def series_key(claim: Claim) -> SeriesKey | None:
    """The series that *claim* belongs to, or None where its subject or metric is unknown."""
    if not claim.subject or not claim.metric_id or not tokens(claim.subject):
        return None
    unit = "money" if _is_money(claim) else claim.unit
    return SeriesKey(
        tokens(claim.subject), claim.metric_id, qualifiers(claim), _scope(claim), measure(claim), unit
    )


def series(claims: Iterable[Claim]) -> dict[SeriesKey, list[Claim]]:
    """Claims by series, each in the order of its periods; copies of one story with one value count once."""
    grouped: dict[SeriesKey, list[Claim]] = {}
    for claim in once(claims):
        if key := series_key(claim):
            grouped.setdefault(key, []).append(claim)
    for found in grouped.values():
        found.sort(key=lambda c: (c.period_end or date.max, c.period_start or date.min, c.id))
    return grouped


def once(claims: Iterable[Claim]) -> Iterator[Claim]:
    """*claims* without syndicated copies, and without a second outlet's quote of one source's number."""
    seen: set[tuple[object, ...]] = set()
    for claim in claims:
        said = (
            series_key(claim),
            claim.period_start,
            claim.period_end,
            claim.unit,
            claim.value,
            claim.value_max,
        )
        keys: list[tuple[object, ...]] = [(*said, "story", claim.story)] if claim.story else []
        keys += [(*said, "source", tokens(claim.claimed_by))] if claim.claimed_by else []
        if not any(key in seen for key in keys):
            yield claim
        seen.update(keys)


def compare(first: Claim, second: Claim) -> Comparison:
    """How two claims stand to each other.

    They are of the same thing where subject, metric, measure, period, scope and basis agree and their units
    can be compared. One or two parts apart they are a near-miss: alike, but no disagreement.
    """
    differs = tuple(_differences(first, second))
    if "metric" in differs or "subject" in differs or len(differs) > 2:
        return Comparison(first, second, "unrelated", differs)
    if differs:
        return Comparison(first, second, "near-miss", differs)
    a, b = comparable(first, second)
    gap = abs(a - b) / max(abs(a), abs(b)) if a or b else Decimal(0)
    return Comparison(first, second, "agrees" if _agree(first, second, gap) else "disagrees", (), gap)


def disagreements(claims: Sequence[Claim]) -> list[Comparison]:
    """Pairs of claims from two sources that give different values for the same thing, widest gap first.

    Of pairs that compare alike the first is always given; the rest need not be. Copies of one number that
    state it differently do not compare alike: the more exact may conflict alone.
    """
    grouped: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        key = series_key(claim)
        if key and claim.confidence == "high" and (claim.period_start or claim.period_end):
            grouped.setdefault((key, claim.period_end), []).append(claim)
    pairs = (
        compare(a, b)
        for group in grouped.values()
        for a, b in combinations(_telling(group), 2)
        if other_source(a, b) and one_place(a, b)
    )
    found = [pair for pair in pairs if pair.relation == "disagrees"]
    return sorted(found, key=lambda pair: -(pair.gap or 0))


def _telling(group: Sequence[Claim]) -> Iterator[Claim]:
    """The claims of *group* that can change what is told of it: copies beyond a second source cannot.

    One source is not enough: it may be the other side's own, whose figures do not conflict with each other.
    """
    one_unit = len({claim.unit for claim in group}) == 1
    known: dict[tuple[object, ...], set[tuple[str, str]]] = {}
    for claim in group:
        sources = known.setdefault(_weighed(claim, one_unit), set())
        if len(sources) < 2 and _source(claim) not in sources:
            sources.add(_source(claim))
            yield claim


def _weighed(claim: Claim, one_unit: bool) -> tuple[object, ...]:
    """What of *claim*, beyond series and period's end, decides how it compares; dollars only across units."""
    return (
        claim.period_start,
        claim.unit,
        claim.value,
        claim.value_max,
        claim.approx,
        None if one_unit else claim.usd,
        _is_ahead(claim),
        precision(claim),
        claim.countries,
    )


def precision(claim: Claim) -> Decimal:
    """The size of one unit in the last digit that the figure was written with.

    >>> from decimal import Decimal as D
    >>> precision(Claim(1, "x", "y", None, None, None, "USD", D("8.3E9"), "USD8.3 billion"))
    Decimal('1E+8')
    """
    number = re.search(r"\d[\d,]*(?:\.(\d+))?", claim.text)
    if number is None or not claim.value:
        return Decimal(0)
    written = Decimal(number[0].replace(",", "").rstrip("."))
    if not written:
        return Decimal(0)
    return abs(claim.value / written) * Decimal(10) ** -len(number[1] or "")


def _differences(first: Claim, second: Claim) -> Iterator[Part]:
    a, b = series_key(first), series_key(second)
    if a is None or b is None or a.subject != b.subject:
        yield "subject"
    if (
        a is None
        or b is None
        or (a.metric_id, a.qualifiers, a.measure) != (b.metric_id, b.qualifiers, b.measure)
    ):
        yield "metric"
    if not _same_period(first, second):
        yield "period"
    if _scope(first) != _scope(second):
        yield "scope"
    if not _same_unit(first, second):
        yield "unit"
    if _is_ahead(first) != _is_ahead(second):
        yield "basis"


def _same_period(first: Claim, second: Claim) -> bool:
    """'by 2027' and 2027 are one period; two facts without a period are not known to be of one."""
    if not (first.period_end or first.period_start) or first.period_end != second.period_end:
        return False
    starts = {first.period_start, second.period_start}
    end = first.period_end
    return len(starts) == 1 or (end is not None and starts == {None, date(end.year, 1, 1)})


def _scope(claim: Claim) -> tuple[str, ...]:
    return tuple(sorted(set(claim.scope) - set(_rules()["ignored_scopes"])))


def _is_ahead(claim: Claim) -> bool:
    return claim.basis in ("forecast", "target")


def _is_money(claim: Claim) -> bool:
    return len(claim.unit) == 3 and claim.unit.isupper()


def _same_unit(first: Claim, second: Claim) -> bool:
    if first.unit == second.unit:
        return True
    return _is_money(first) and _is_money(second) and first.usd is not None and second.usd is not None


def comparable(first: Claim, second: Claim) -> tuple[Decimal, Decimal]:
    """The values of two claims, in US dollars where their currencies differ."""
    if first.unit != second.unit and first.usd is not None and second.usd is not None:
        return first.usd, second.usd
    return first.value, second.value


def _agree(first: Claim, second: Claim, gap: Decimal) -> bool:
    tolerance = _rules()["tolerance"]
    loose = first.approx == "~" or second.approx == "~" or first.unit != second.unit
    if gap <= Decimal(str(tolerance["approximate" if loose else "rounding"])):
        return True
    if (
        first.unit == second.unit
        and abs(first.value - second.value) <= (precision(first) + precision(second)) / 2
    ):
        return True
    return _overlap(first, second) or _bounded(first, second) or _bounded(second, first)


def _overlap(first: Claim, second: Claim) -> bool:
    """Ranges that overlap do not contradict each other."""
    if first.unit != second.unit or (first.value_max is None and second.value_max is None):
        return False
    return first.value <= (second.value_max or second.value) and second.value <= (
        first.value_max or first.value
    )


def _bounded(bound: Claim, other: Claim) -> bool:
    """'more than 50' is not contradicted by 52, but it is by 80: a bound is near what it bounds."""
    a, b = comparable(bound, other)
    if bound.approx in (">", ">="):
        return a <= b <= a * Decimal("1.2")
    return bound.approx in ("<", "<=") and a * Decimal("0.8") <= b <= a


def other_source(first: Claim, second: Claim) -> bool:
    """Whether two claims come from different sources: a text's own two figures are no disagreement."""
    return _source(first) != _source(second)


def _source(claim: Claim) -> tuple[str, str]:
    return claim.story, "" if claim.story else claim.source


def one_place(first: Claim, second: Claim) -> bool:
    """Whether two claims may speak of one market: sentences that name different countries do not."""
    return not (first.countries and second.countries and first.countries.isdisjoint(second.countries))
