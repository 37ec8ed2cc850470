"""What chance explains of counts: expectations, tails, intervals, many tests at once, bursts. No I/O.

A series of windows is counts ``y`` (stories of a theme, say) beside exposures ``e`` (all stories of the same
windows, or what weekdays and lengths make of a window). Under "nothing changed" every count is Poisson, or
over-dispersed Poisson, with mean ``rate * e``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, lgamma, log, log1p, sqrt

import numpy as np
from scipy import special

PRIOR_SHAPE = 0.5
"""Jeffreys' prior of a Poisson rate is Gamma(1/2, 0) (Gelman et al., Bayesian Data Analysis 3, 2.8)."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the past windows say of the next one: its mean, and the size of its negative binomial.

    The variance is ``mean + mean**2 / size``; ``size`` grows with what was seen and shrinks with dispersion.
    """

    mean: float
    size: float

    def upper_tail(self, observed: int) -> float:
        """P(count >= observed), as an incomplete beta function (DLMF 8.17.24)."""
        if observed <= 0:
            return 1.0
        return float(special.betainc(observed, self.size, self.mean / (self.size + self.mean)))

    def lower_tail(self, observed: int) -> float:
        """P(count <= observed)."""
        return float(special.betainc(self.size, observed + 1, self.size / (self.size + self.mean)))

    def p_value(self, observed: int) -> float:
        """Two-sided: twice the smaller tail, at most 1."""
        return min(1.0, 2 * min(self.upper_tail(observed), self.lower_tail(observed)))

    def interval(self, level: float = 0.95) -> tuple[int, int]:
        """The counts between which the next window's falls with at least probability *level*."""
        rest = (1 - level) / 2
        return self._smallest(rest), self._smallest(1 - rest)

    def _smallest(self, probability: float) -> int:
        """The smallest count whose lower tail reaches *probability*."""
        low, high = -1, max(1, int(self.mean))
        while self.lower_tail(high) < probability:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.lower_tail(middle) >= probability else (middle, high)
        return high


def expectation(
    counts: Sequence[int], exposures: Sequence[float], exposure: float, dispersion: float = 0.0
) -> Expectation:
    """What a window of *exposure* should count, after *counts* in windows of *exposures*.

    Gamma-Poisson: a rate with prior Gamma(1/2, 0) has the posterior Gamma(1/2 + sum(y), sum(e)), and a
    count at exposure ``e`` given it is negative binomial with size ``1/2 + sum(y)`` and mean
    ``e * (1/2 + sum(y)) / sum(e)`` (Gelman et al., BDA 3, section 2.6). *dispersion* (squared coefficient of
    variation of the rate between windows, ``moment_dispersion``) adds ``mean**2 * dispersion`` to the
    variance. The past's sum varies by it too, by one part in as many windows as weigh in it.

    >>> past = expectation([3, 2, 4, 3], [1, 1, 1, 1], 1)
    >>> past.mean, past.size
    (3.125, 12.5)
    >>> f"{past.upper_tail(12):.5f}"
    '0.00077'
    """
    total = float(sum(exposures))
    if total <= 0:
        raise ValueError("an expectation needs past windows with some exposure")
    shape = PRIOR_SHAPE + sum(counts)
    windows = total * total / sum(e * e for e in exposures)
    return Expectation(exposure * shape / total, 1 / (1 / shape + dispersion * (1 + 1 / windows)))


def moment_dispersion(series: Sequence[tuple[Sequence[int], Sequence[float]]]) -> float:
    """The dispersion that many *series* of (counts, exposures) share, by moments; 0 for Poisson series.

    With ``m_i = rate * e_i``, the sum of ``(y_i - m_i)**2 - m_i * (1 - e_i/sum(e))`` has, under a negative
    binomial of variance ``m + m**2 * k``, an expectation near ``k * sum(m_i**2)``; pooled over the series and
    cut off at 0 (moment estimator: Anscombe 1950, Biometrika 37; sharing it as in Robinson & Smyth 2007,
    Bioinformatics 23). Series of fewer than three windows say nothing of it.

    >>> moment_dispersion([([10, 10, 10, 10], [1, 1, 1, 1])])
    0.0
    >>> round(moment_dispersion([([2, 18, 3, 17, 1, 19], [1] * 6)]), 2)
    0.68
    """
    above, weight = 0.0, 0.0
    for counts, exposures in series:
        y, e = np.asarray(counts, float), np.asarray(exposures, float)
        e, y = e[e > 0], y[e > 0]
        if len(e) < 3 or y.sum() == 0:
            continue
        share = e / e.sum()
        mean = y.sum() * share
        squares = float((mean**2).sum())
        above += float(((y - mean) ** 2 - mean * (1 - share)).sum())
        # The variance of the series' own mean takes its part of the dispersion away.
        weight += squares * (1 - 2 * float((mean**2 * share).sum()) / squares + float((share**2).sum()))
    return max(0.0, above / weight) if weight else 0.0


def own_and_shared(own: float, shared: float) -> float:
    """The dispersion to judge one series by: the shared one, or its own where that is larger.

    Taking the larger keeps false alarms at what they are said to be (QuasiSeq and DESeq 1 did the same:
    Anders & Huber 2010, Genome Biology 11:R106).
    """
    return max(own, shared)


def rate_ratio(
    count: int, exposure: float, past: int, past_exposure: float, variance: float = 1.0, level: float = 0.95
) -> tuple[float, float]:
    """The interval of *level* for how many times the past's rate the present one is.

    Given both counts' sum, the present one is binomial, whose Clopper-Pearson limits turn into those of
    the ratio (Przyborowski & Wilenski 1940, Biometrika 31). A *variance* above 1 times the mean
    shrinks both counts first (quasi-likelihood: McCullagh & Nelder, 2nd ed., section 4.5).

    >>> [round(limit, 2) for limit in rate_ratio(9, 1, 29, 12)]
    [1.55, 8.08]
    >>> rate_ratio(0, 1, 0, 12)
    (0.0, inf)
    """
    now, before = count / variance, past / variance
    rest = (1 - level) / 2
    low = float(special.betaincinv(now, before + 1, rest)) if now > 0 else 0.0
    high = float(special.betaincinv(now + 1, before, 1 - rest)) if before > 0 else 1.0
    scale = past_exposure / exposure
    return low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else inf


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """The q-value of each p: the rate of false discoveries if it and all smaller are called discoveries.

    Benjamini & Hochberg 1995 (J. R. Stat. Soc. B 57), step-up: ``q(i) = min over j >= i of p(j) * m / j``.

    >>> [round(q, 4) for q in false_discovery([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.0533, 0.0533, 0.5]
    """
    order = np.argsort(p_values)[::-1]
    ranked = np.asarray(p_values, float)[order] * len(order) / np.arange(len(order), 0, -1)
    q_values = np.empty(len(order))
    q_values[order] = np.minimum(1.0, np.minimum.accumulate(ranked))
    return [float(q) for q in q_values]


def weekday_shares(counts: Sequence[int], first_weekday: int, prior_weeks: float = 0.5) -> list[float]:
    """The share of a week's count that each weekday gets, Monday first, from daily *counts*.

    *first_weekday* is that of the first count (0 is Monday). Shares are drawn to 1/7 by as much as
    *prior_weeks* weeks of evenly spread stories would.

    >>> weekday_shares([7, 7, 7, 7, 7, 0, 0] * 50, 0, prior_weeks=0)
    [0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.0]
    >>> weekday_shares([], 0)[0] == 1 / 7
    True
    """
    sums, days = [0.0] * 7, [0] * 7
    for place, count in enumerate(counts):
        sums[(first_weekday + place) % 7] += count
        days[(first_weekday + place) % 7] += 1
    average = sum(sums) / len(counts) if counts else 0.0
    means = [
        (total + prior_weeks * average) / (seen + prior_weeks) if seen + prior_weeks else average
        for total, seen in zip(sums, days, strict=True)
    ]
    whole = sum(means)
    return [mean / whole for mean in means] if whole else [1 / 7] * 7


@dataclass(frozen=True, slots=True)
class StateBurst:
    """A run of batches in the high state, both ends included; *weight* is what it saves in cost."""

    start: int
    end: int
    weight: float


def bursts(
    counts: Sequence[int], totals: Sequence[int], scale: float = 2.0, change: float = 1.0
) -> list[StateBurst]:
    """The bursts in batches of *totals* documents, *counts* of which are relevant, oldest first.

    Kleinberg 2002 ("Bursty and Hierarchical Structure in Streams", section 4): the low state gives a relevant
    document with probability ``p0 = sum(counts) / sum(totals)``, the high one with ``p1 = scale * p0``; a
    batch costs ``-ln(C(d, r) p**r (1 - p)**(d - r))``, a step up ``change * ln(n)``, a step down nothing; the
    cheapest path of states (Viterbi) has the bursts.

    >>> [(b.start, b.end, round(b.weight, 2)) for b in bursts([1, 0, 1, 8, 9, 7, 1, 0, 1, 1], [20] * 10)]
    [(3, 5, 9.95)]
    >>> bursts([2, 2, 2, 2], [20] * 4), bursts([], [])
    ([], [])
    """
    if len(counts) != len(totals):
        raise ValueError("every batch needs a count and a total")
    relevant, documents = sum(counts), sum(totals)
    if not 0 < relevant < documents:
        return []
    base = relevant / documents
    high = min(scale * base, (1 + base) / 2)
    costs = [(_cost(r, d, base), _cost(r, d, high)) for r, d in zip(counts, totals, strict=True)]
    return list(_runs(_cheapest(costs, change * log(len(counts))), costs))


def _cost(relevant: int, documents: int, p: float) -> float:
    ways = lgamma(documents + 1) - lgamma(relevant + 1) - lgamma(documents - relevant + 1)
    return -(ways + relevant * log(p) + (documents - relevant) * log1p(-p))


def _cheapest(costs: Sequence[tuple[float, float]], step: float) -> list[int]:
    low, high = 0.0, inf
    came_from: list[tuple[int, int]] = []
    for cost_low, cost_high in costs:
        before_low = int(high < low)
        before_high = int(high < low + step)
        came_from.append((before_low, before_high))
        low, high = min(low, high) + cost_low, min(low + step, high) + cost_high
    state, path = int(high < low), []
    for before in reversed(came_from):
        path.append(state)
        state = before[state]
    return path[::-1]


def _runs(path: Sequence[int], costs: Sequence[tuple[float, float]]) -> list[StateBurst]:
    found: list[StateBurst] = []
    start: int | None = None
    for place, state in enumerate([*path, 0]):
        if state and start is None:
            start = place
        elif not state and start is not None:
            weight = sum(low - high for low, high in costs[start:place])
            found.append(StateBurst(start, place - 1, weight))
            start = None
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a population as a sample tells it, with its interval."""

    value: float
    low: float
    high: float


def wilson(share: float, size: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of *level* for a *share* seen in a sample of *size*.

    It stays within 0 and 1, and says something where all or none were right (Wilson 1927, JASA 22; Brown,
    Cai & DasGupta 2001, Statistical Science 16).

    >>> [round(limit, 3) for limit in wilson(0.8, 50)]
    [0.67, 0.888]
    >>> [round(limit, 3) for limit in wilson(1, 10)]
    [0.722, 1.0]
    """
    z = float(special.ndtri(1 - (1 - level) / 2))
    middle = share + z * z / (2 * size)
    half = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    whole = 1 + z * z / size
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def stratified_share(strata: Sequence[tuple[int, int, int]], level: float = 0.95) -> Share | None:
    """The share that is right in a population of *strata*, each (population, judged, right); None for none.

    Each stratum weighs by its population. The interval is Wilson's at the size of a simple random sample
    that would tell as much: one over the sum of squared weights by size (Kish 1965, Survey Sampling, 11.7).

    >>> share = stratified_share([(900, 10, 10), (100, 10, 5)])
    >>> [round(number, 2) for number in (share.value, share.low, share.high)]
    [0.95, 0.69, 0.99]
    """
    seen = [(population, judged, right) for population, judged, right in strata if judged and population]
    whole = sum(population for population, _, _ in seen)
    if not whole:
        return None
    weights = [population / whole for population, _, _ in seen]
    share = sum(w * right / judged for w, (_, judged, right) in zip(weights, seen, strict=True))
    size = 1 / sum(w * w / judged for w, (_, judged, _) in zip(weights, seen, strict=True))
    return Share(share, *wilson(share, size, level))
