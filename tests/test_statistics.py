"""Statistics of counts: worked examples, and simulated series with and without planted bursts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import comb, exp, factorial, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from db.statistics import (
    Expectation,
    bursts,
    expectation,
    false_discovery,
    moment_dispersion,
    own_and_shared,
    rate_ratio,
    weekday_shares,
)

WEEKS = 12


def test_the_tail_is_the_negative_binomials_by_hand() -> None:
    """Past 1, 2, 1 in three weeks: shape 4.5, mean 1.5, P(0) = (4.5/6)**4.5, P(1) = P(0) * 4.5 * 1.5/6."""
    past = expectation([1, 2, 1], [1, 1, 1], 1)
    none = 0.75**4.5
    one = none * 4.5 * 0.25
    assert past.mean == pytest.approx(1.5)
    assert past.lower_tail(0) == pytest.approx(none)
    assert past.upper_tail(2) == pytest.approx(1 - none - one)
    assert past.p_value(2) == pytest.approx(2 * (1 - none - one))


def test_a_long_past_gives_poissons_tail() -> None:
    past = expectation([3] * 100_000, [1] * 100_000, 1)
    by_hand = 1 - sum(exp(-3) * 3**k / factorial(k) for k in range(9))
    assert past.upper_tail(9) == pytest.approx(by_hand, rel=1e-3)


def test_dispersion_widens_the_tail_by_as_much_as_it_says() -> None:
    steady = expectation([10] * 12, [1] * 12, 1)
    varied = expectation([10] * 12, [1] * 12, 1, dispersion=0.2)
    assert 1 / varied.size == pytest.approx(1 / 120.5 + 0.2 * (1 + 1 / 12))
    assert varied.upper_tail(20) > 10 * steady.upper_tail(20)


def test_a_doubled_exposure_doubles_what_is_expected() -> None:
    assert expectation([4, 4], [1, 1], 2).mean == pytest.approx(2 * expectation([4, 4], [1, 1], 1).mean)


def test_an_expectation_without_a_past_is_refused() -> None:
    with pytest.raises(ValueError, match="past windows"):
        expectation([], [], 1)


@given(st.floats(0.1, 300), st.floats(0.5, 500))
def test_tails_and_intervals_are_scipys(mean: float, size: float) -> None:
    past, known = Expectation(mean, size), stats.nbinom(size, size / (size + mean))
    for observed in (0, 1, int(mean), int(2 * mean) + 1):
        assert past.upper_tail(observed) == pytest.approx(known.sf(observed - 1), abs=1e-9)
        assert past.lower_tail(observed) == pytest.approx(known.cdf(observed), abs=1e-9)
    low, high = past.interval()
    assert known.cdf(low) >= 0.025 - 1e-9 and (low == 0 or known.cdf(low - 1) < 0.025 + 1e-9)
    assert known.cdf(high) >= 0.975 - 1e-9 and (high == 0 or known.cdf(high - 1) < 0.975 + 1e-9)


def test_the_interval_holds_what_it_says() -> None:
    past = Expectation(2.4, 12.0)
    low, high = past.interval()
    assert past.lower_tail(high) - (past.lower_tail(low - 1) if low else 0) >= 0.95


def test_dispersion_by_moments_by_hand() -> None:
    """Mean 10, squares 388, less 6 * 10 * 5/6 of Poisson's: 338 of 600 * (1 - 1/3 + 1/6) = 500."""
    assert moment_dispersion([([2, 18, 3, 17, 1, 19], [1] * 6)]) == pytest.approx(338 / 500)
    assert moment_dispersion([([5, 9], [1, 1])]) == 0.0
    assert own_and_shared(0.1, 0.3) == own_and_shared(0.3, 0.1) == 0.3


def test_the_ratios_interval_is_clopper_and_pearsons() -> None:
    """With 0 of 10 in the present and as much exposure, the upper limit of the share is 1 - 0.025**(1/10)."""
    share = 1 - 0.025 ** (1 / 10)
    assert rate_ratio(0, 1, 10, 1) == (0.0, pytest.approx(share / (1 - share)))
    low, high = rate_ratio(10, 1, 0, 1)
    assert (low, high) == (pytest.approx((1 - share) / share), inf)


def test_over_dispersion_widens_the_ratios_interval() -> None:
    plain, wide = rate_ratio(20, 1, 120, 12), rate_ratio(20, 1, 120, 12, variance=3)
    assert wide[0] < plain[0] < 2 < plain[1] < wide[1]


def test_benjamini_and_hochbergs_own_example() -> None:
    """Their fifteen p-values of 1995 (section 3.2): at 0.05 the first four are discoveries."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]
    q = false_discovery([*p, 0.6528, 0.7590, 1.0])
    assert sum(value <= 0.05 for value in q) == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert false_discovery([]) == []


def test_weekdays_without_news_get_little_and_the_shares_make_one() -> None:
    counts = [6, 6, 6, 6, 6, 0, 0] * 12
    shares = weekday_shares(counts, 0)
    assert sum(shares) == pytest.approx(1)
    evenly = 30 / 7  # stories a day; each weekday's mean is drawn to it by half a week's weight
    assert shares[0] == pytest.approx((72 + 0.5 * evenly) / 12.5 / 30)
    assert shares[6] < 0.03 < 0.18 < shares[2]
    assert weekday_shares(counts, 3)[3] == pytest.approx(shares[0])


def test_kleinbergs_path_is_the_cheapest_of_all() -> None:
    """Every one of 2**8 paths is priced by the paper's formula; the one that is found costs least."""
    relevant, totals = [1, 2, 6, 7, 5, 1, 4, 0], [20, 25, 20, 22, 18, 20, 15, 12]
    found = bursts(relevant, totals, scale=2, change=0.7)
    path = [int(any(b.start <= i <= b.end for b in found)) for i in range(8)]

    def price(states: Sequence[int]) -> float:
        base = sum(relevant) / sum(totals)
        cost = 0.0
        for place, (r, d, state) in enumerate(zip(relevant, totals, states, strict=True)):
            p = base * 2 if state else base
            cost -= log(comb(d, r) * p**r * (1 - p) ** (d - r))
            up = state and (place == 0 or not states[place - 1])
            cost += 0.7 * log(8) if up else 0.0
        return cost

    every = [[number >> bit & 1 for bit in range(8)] for number in range(256)]
    assert price(path) == pytest.approx(min(map(price, every)))
    assert found and found[0].start == 2


def test_a_planted_burst_is_dated_to_the_day() -> None:
    dice = np.random.default_rng(4)
    totals = dice.poisson(40, 91)
    rate = np.where((np.arange(91) >= 60) & (np.arange(91) < 70), 0.30, 0.05)
    found = bursts(dice.binomial(totals, rate).tolist(), totals.tolist())
    longest = max(found, key=lambda burst: burst.weight)
    assert abs(longest.start - 60) <= 1 and abs(longest.end - 69) <= 1


def test_batches_and_totals_must_match_and_nothing_bursts_where_all_is_relevant() -> None:
    with pytest.raises(ValueError, match="total"):
        bursts([1], [])
    assert bursts([0, 0], [4, 4]) == bursts([4, 4], [4, 4]) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_bursts_lie_inside_the_series_and_apart(days: list[tuple[int, int]]) -> None:
    counts, totals = [min(pair) for pair in days], [max(pair) for pair in days]
    found = bursts(counts, totals)
    assert all(0 <= b.start <= b.end < len(days) for b in found)
    assert all(a.end + 1 < b.start for a, b in pairwise(found))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_is_no_less_than_p_and_keeps_the_order(p: list[float]) -> None:
    q = false_discovery(p)
    assert all(b >= a - 1e-12 for a, b in zip(p, q, strict=True))
    assert [q[i] for i in np.argsort(p)] == sorted(q)
    assert q == pytest.approx(stats.false_discovery_control(p))


def p_of(row: Sequence[int], exposures: Sequence[float], shared: float) -> float:
    past = (row[:WEEKS], exposures[:WEEKS])
    kept = own_and_shared(moment_dispersion([past]), shared)
    return expectation(*past, exposures[WEEKS], kept).p_value(row[WEEKS])


def simulated(
    dice: np.random.Generator, series: int, mean: float, dispersion: float, last: float = 1.0
) -> list[float]:
    """The p-values of *series* of thirteen weeks whose last has *last* times the rate."""
    exposures = dice.uniform(0.7, 1.3, WEEKS + 1)
    rate = np.ones((series, WEEKS + 1))
    if dispersion:
        rate = dice.gamma(1 / dispersion, dispersion, (series, WEEKS + 1))
    rate[:, WEEKS] *= last
    counts = dice.poisson(mean * exposures * rate).tolist()
    known = exposures.tolist()
    shared = moment_dispersion([(row[:WEEKS], known[:WEEKS]) for row in counts])
    return [p_of(row, known, shared) for row in counts]


@pytest.mark.parametrize("dispersion", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("mean", [0.5, 3, 20])
def test_false_alarms_are_no_more_than_said(mean: float, dispersion: float) -> None:
    """Of 1,600 series in which nothing happens, alarms at 1 % and 5 %; two standard errors are allowed."""
    dice = np.random.default_rng(11)
    p = [value for _ in range(40) for value in simulated(dice, 40, mean, dispersion)]
    for level in (0.01, 0.05):
        alarms = sum(value <= level for value in p) / len(p)
        assert alarms <= level + 2 * (level * (1 - level) / len(p)) ** 0.5, (level, alarms)


@pytest.mark.parametrize("dispersion", [0.0, 0.3])
def test_families_without_a_change_seldom_have_a_discovery(dispersion: float) -> None:
    dice = np.random.default_rng(5)
    families = 150
    wrong = sum(min(false_discovery(simulated(dice, 40, 4, dispersion))) <= 0.05 for _ in range(families))
    assert wrong / families <= 0.05 + 2 * (0.05 * 0.95 / families) ** 0.5


def known_rate_power(mean: float, times: float, level: float) -> float:
    """What the best test can reach that knows the past's rate: Poisson's critical count and its power."""
    critical = int(stats.poisson.isf(level / 2, mean)) + 1
    return float(stats.poisson.sf(critical - 1, times * mean))


def test_planted_bursts_are_found_as_often_as_theory_allows(capsys: pytest.CaptureFixture[str]) -> None:
    """The detection curve at p <= 0.05: by base rate and size, beside a test that knows the rate."""
    dice = np.random.default_rng(8)
    found: dict[tuple[float, float], float] = {}
    lines = ["mean  times  found  with the rate known"]
    for mean in (1, 3, 10, 20, 50):
        for times in (1.5, 2, 3, 4, 6):
            p = simulated(dice, 300, mean, 0.0, times)
            found[mean, times] = sum(value <= 0.05 for value in p) / len(p)
            known = known_rate_power(mean, times, 0.05)
            lines.append(f"{mean:4} {times:6} {found[mean, times]:6.0%} {known:6.0%}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert found[20, 2] > 0.8
    assert found[3, 4] > 0.8
    assert all(found[mean, 2] <= found[mean, 4] + 0.03 for mean in (1, 3, 10, 20, 50))
