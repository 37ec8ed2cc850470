"""Sums that a text's figures must satisfy: found and shown, never corrected.

A value and its growth imply a base; shares of one whole can't exceed it; a converted pair implies a rate;
and two outlets a power of ten apart have most likely slipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Literal

from extractors.facts.compare import Claim, _rules, _same_unit, compare, precision, series_key

CheckKind = Literal["growth", "base", "shares", "part", "pair", "scale"]


@dataclass(frozen=True, slots=True)
class Check:
    """A sum over ``claims``: what it should give, what is said, and whether rounding explains the gap."""

    kind: CheckKind
    claims: tuple[Claim, ...]
    expected: Decimal
    found: Decimal
    holds: bool
    note: str


def checks(claims: Sequence[Claim]) -> list[Check]:
    """The sums over the *claims* of one text; those that hold are kept too, as a reader's reassurance."""
    return [*growth(claims), *shares(claims), *parts(claims)]


def implied_base(level: Claim, change: Claim) -> Decimal | None:
    """The level before *change*, from the level after it; None where the change is no number to divide by.

    >>> from decimal import Decimal as D
    >>> level = Claim(1, "x", "revenue", "revenue", None, None, "USD", D(150), direction="up")
    >>> implied_base(level, Claim(2, "x", "revenue", "revenue", None, None, "percent", D(50), direction="up"))
    Decimal('1.0E+2')
    """
    factor = _factor(change)
    return level.value / factor if factor else None


def growth(claims: Sequence[Claim]) -> Iterator[Check]:
    """A level, its growth and the level before, all three stated: the third follows from the first two."""
    for level, change in _grown(claims):
        base = _stated_base(level, claims)
        implied = implied_base(level, change)
        if base is None or implied is None:
            continue
        slack = _growth_slack(level, change, base)
        holds = abs(implied - base.value) <= slack
        note = f"{_implied(level, change, implied)} before; the text says {base.text}"
        yield Check("growth", (level, change, base), implied, base.value, holds, note)


def shares(claims: Sequence[Claim]) -> Iterator[Check]:
    """Shares of one whole in one period that add up to more than all of it."""
    wholes: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        if claim.unit == "percent" and claim.direction is None and " share of " in f" {claim.metric or ''}":
            whole = (claim.metric or "").partition("share of ")[2]
            wholes.setdefault((whole, claim.period_start, claim.period_end), []).append(claim)
    for group in wholes.values():
        total = sum((c.value for c in group), Decimal(0))
        if len(group) > 1:
            holds = total <= 100 + Decimal(str(_rules()["tolerance"]["sum_of_shares"]))
            yield Check(
                "shares",
                tuple(group),
                Decimal(100),
                total,
                holds,
                f"shares of one whole add up to {_short(total)}%",
            )


def parts(claims: Sequence[Claim]) -> Iterator[Check]:
    """A share in percent, a part and a whole of one metric: the share times the whole is the part."""
    for share in claims:
        if share.unit != "percent" or not (share.metric or "").startswith("share of "):
            continue
        for part, whole in _part_and_whole(share, claims):
            expected = whole.value * share.value / 100
            slack = expected * Decimal("0.02") + precision(part) / 2 + whole.value * precision(share) / 200
            holds = abs(expected - part.value) <= slack
            note = f"{share.text} of {whole.text} is about {_short(expected)}; the text says {part.text}"
            yield Check("part", (share, part, whole), expected, part.value, holds, note)


def pair_rate(amount: Claim, conversion: Claim, rates: Mapping[str, Decimal]) -> Check | None:
    """Whether a stated conversion fits one of the reference *rates*, within rounding.

    They are units of *amount*'s currency for one of the conversion's, by name. The nearest is the one shown;
    None where there is none.
    """
    if not rates or not conversion.value:
        return None
    stated = amount.value / conversion.value
    name, nearest = min(rates.items(), key=lambda row: abs(row[1] - stated))
    slack = (
        precision(conversion) / 2 / conversion.value
        + (precision(amount) / 2 / amount.value if amount.value else 0)
        + Decimal("0.015")
    )
    holds = abs(stated / nearest - 1) <= slack
    note = (
        f"{amount.text} as {conversion.text} is {_short(stated)} to one; the {name} rate is {_short(nearest)}"
    )
    return Check("pair", (amount, conversion), nearest, stated, holds, note)


def slips(claims: Iterable[Claim]) -> list[Check]:
    """Pairs of claims of the same thing a power of ten apart: a slip of scale in one of the outlets."""
    found = []
    for first, second in combinations(claims, 2):
        if not _same_unit(first, second) or compare(first, second).relation != "disagrees":
            continue
        large, small = (first, second) if first.value > second.value else (second, first)
        if small.value and (times := _power(large.value / small.value)):
            note = f"{large.text} is {times} times {small.text}: one of them has most likely slipped"
            found.append(Check("scale", (large, small), small.value * times, large.value, False, note))
    return found


def revised(level: Claim, change: Claim, earlier: Claim) -> Check | None:
    """Whether another outlet's level for the period before fits the base that *level* and *change* imply."""
    implied = implied_base(level, change)
    if implied is None or not _same_unit(level, earlier):
        return None
    holds = abs(implied - earlier.value) <= _growth_slack(level, change, earlier)
    note = f"{_implied(level, change, implied)}; reported then: {earlier.text}"
    return Check("base", (level, change, earlier), implied, earlier.value, holds, note)


def _implied(level: Claim, change: Claim, base: Decimal) -> str:
    return f"{level.text} after {change.direction} {change.text} implies about {_short(base)}"


def _grown(claims: Sequence[Claim]) -> Iterator[tuple[Claim, Claim]]:
    for level in claims:
        for change in claims:
            relative = (
                change.unit in ("percent", "multiple")
                and change.direction
                and level.unit not in ("percent", "multiple")
            )
            if relative and _same_statement(level, change) and level.direction == change.direction:
                yield level, change


def _same_statement(first: Claim, second: Claim) -> bool:
    a, b = series_key(first), series_key(second)
    if a is None or b is None:
        return False
    same = (a.subject, a.metric_id, a.qualifiers) == (b.subject, b.metric_id, b.qualifiers)
    return same and (first.period_start, first.period_end) == (second.period_start, second.period_end)


def _stated_base(level: Claim, claims: Sequence[Claim]) -> Claim | None:
    key = series_key(level)
    for claim in claims:
        if claim is level or claim.unit != level.unit or series_key(claim) != key or not level.period_end:
            continue
        if claim.period_end and claim.period_end.replace(day=1) == level.period_end.replace(
            year=level.period_end.year - 1, day=1
        ):
            return claim
    return None


def _factor(change: Claim) -> Decimal | None:
    if change.unit == "multiple":
        return change.value or None
    sign = 1 if change.direction == "up" else -1
    return (1 + sign * change.value / 100) or None


def _growth_slack(level: Claim, change: Claim, base: Claim) -> Decimal:
    """How far rounding alone can move the implied base from the stated one."""
    factor = _factor(change) or Decimal(1)
    by_level = precision(level) / 2 / abs(factor)
    step = precision(change) / (100 if change.unit == "percent" else 1)
    by_change = level.value / factor**2 * step / 2
    return by_level + abs(by_change) + precision(base) / 2 + base.value * Decimal("0.005")


def _part_and_whole(share: Claim, claims: Sequence[Claim]) -> Iterator[tuple[Claim, Claim]]:
    key = series_key(share)
    for part in claims:
        for whole in claims:
            a, b = series_key(part), series_key(whole)
            if (
                part is whole
                or a is None
                or b is None
                or key is None
                or part.unit != whole.unit
                or part.value >= whole.value
            ):
                continue
            named = (
                a.subject == key.subject and set(b.subject) != set(a.subject) and a.metric_id == b.metric_id
            )
            period = (part.period_start, part.period_end) == (whole.period_start, whole.period_end)
            about = a.metric_id in (share.metric or "").replace(" ", "_") and a.unit == "money"
            if named and period and about and part.direction is None:
                yield part, whole


def _power(ratio: Decimal) -> int | None:
    slack = Decimal(str(_rules()["tolerance"]["slip"]))
    return next((n for n in _rules()["tolerance"]["slips"] if abs(ratio / n - 1) <= slack), None)


def _short(value: Decimal) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
