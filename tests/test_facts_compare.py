"""Comparing claims and checking their sums: exact cases."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.series import Disagreement, Reported, said_once
from db.series import disagreements as told_apart
from extractors.facts import arithmetic
from extractors.facts.compare import (
    Claim,
    compare,
    disagreements,
    once,
    one_place,
    precision,
    series,
    series_key,
    tokens,
)

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
BEFORE = (date(2023, 1, 1), date(2023, 12, 31))


def claim(
    value,
    text="",
    *,
    at=1,
    subject="Lune Media",
    metric="revenue",
    metric_id="revenue",
    period=YEAR,
    unit="USD",
    **more,
):
    return Claim(at, subject, metric, metric_id, *period, unit, Decimal(value), text or str(value), **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("China's micro-drama industry", "the Chinese microdrama market"),
        ("Lune Media Ltd", "Lune Media"),
        ("short dramas in the United States", "US short drama"),
        ("the U.S. app market", "American apps"),
    ],
)
def test_subjects_that_are_one_thing(one, other):
    assert tokens(one) == tokens(other) != ()


@pytest.mark.parametrize(("one", "other"), [("China", "Japan"), ("Zefira", "Zefira Pay"), ("Lune", "Harrow")])
def test_subjects_that_are_two_things(one, other):
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("text", "value", "unit_of_last_digit"),
    [
        ("$8.3 billion", "8300000000", "100000000"),
        ("CNY60 billion", "60000000000", "1000000000"),
        ("2,714.6 million", "2714600000", "100000"),
        ("26 percent", "26", "1"),
        ("tripled", "3", "0"),
    ],
)
def test_precision_is_read_from_the_digits_written(text, value, unit_of_last_digit):
    assert precision(claim(value, text)) == Decimal(unit_of_last_digit)


@pytest.mark.parametrize(
    ("first", "second", "relation", "differs"),
    [
        (claim(118, "118"), claim(240, "240"), "disagrees", ()),
        (claim(61_300_000_000, "61.3 billion"), claim(61_000_000_000, "61 billion"), "agrees", ()),
        (claim(8_300_000_000, "8.3 billion"), claim(8_330_000_000, "8.33 billion"), "agrees", ()),
        (claim(100, "100", approx="~"), claim(104, "104"), "agrees", ()),
        (claim(100, "100", approx=">"), claim(115, "115"), "agrees", ()),
        (claim(100, "100", approx=">"), claim(200, "200"), "disagrees", ()),
        (claim(100, "100-120", value_max=Decimal(120)), claim(115, "115"), "agrees", ()),
        (claim(100), claim(130, period=BEFORE), "near-miss", ("period",)),
        (claim(100), claim(130, scope=("overseas",), metric="overseas revenue"), "near-miss", ("scope",)),
        (claim(100), claim(130, basis="forecast", metric="revenue forecast"), "near-miss", ("basis",)),
        (claim(100), claim(130, unit="CNY"), "near-miss", ("unit",)),
        (claim(100, usd=Decimal(100)), claim(730, unit="CNY", usd=Decimal(101)), "agrees", ()),
        (claim(100), claim(130, metric="short drama revenue"), "unrelated", ("metric",)),
        (claim(100), claim(130, subject="Harrow"), "unrelated", ("subject",)),
        (claim(100, period=(None, None)), claim(130, period=(None, None)), "near-miss", ("period",)),
        (claim(100, period=(None, YEAR[1])), claim(130), "disagrees", ()),
    ],
)
def test_relations(first, second, relation, differs):
    found = compare(first, second)
    assert (found.relation, found.differs) == (relation, differs)
    assert compare(second, first).relation == relation


def test_growth_and_level_of_one_metric_are_two_series():
    level = claim(100)
    change = claim(20, "20%", unit="percent", direction="up")
    assert series_key(level) != series_key(change)
    assert series_key(claim(100, subject=None)) is None


def test_a_series_is_in_the_order_of_its_periods():
    found = series(
        [claim(3, period=YEAR, at=1), claim(2, period=BEFORE, at=2), claim(9, period=(None, None), at=3)]
    )
    assert [[c.id for c in claims] for claims in found.values()] == [[2, 1, 3]]


def test_copies_of_a_story_and_quotes_of_a_source_count_once():
    copies = [
        claim(5, at=1, story="a"),
        claim(5, at=2, story="a"),
        claim(5, at=3, story="b", claimed_by="Appgauge"),
    ]
    quoted = claim(5, at=4, story="c", claimed_by="Appgauge")
    other = claim(5, at=5, story="d", claimed_by="Lighthouse")
    assert [c.id for c in once([*copies, quoted, other])] == [1, 3, 5]


def test_disagreements_are_of_two_sources_with_high_facts_and_a_period():
    first, second = (
        claim(118, at=1, source="Ada Daily", story="a"),
        claim(240, at=2, source="Bo Wire", story="b"),
    )
    assert [(d.first.id, d.second.id) for d in disagreements([first, second])] == [(1, 2)]
    assert disagreements([first, replace(second, story="a")]) == []
    assert disagreements([first, replace(second, confidence="low")]) == []
    assert disagreements([replace(c, period_start=None, period_end=None) for c in (first, second)]) == []
    assert disagreements([replace(c, story="") for c in (first, replace(second, source="Ada Daily"))]) == []


def test_the_widest_disagreement_comes_first():
    claims = [claim(v, at=v, source=str(v), story=str(v)) for v in (100, 110, 300)]
    assert [(d.first.id, d.second.id) for d in disagreements(claims)] == [(100, 300), (110, 300), (100, 110)]


QUOTES = {
    "about": (claim(100, "~100", approx="~"), claim(100), claim(104)),
    "bound": (claim(100, "over 100", approx=">"), claim(100), claim(115)),
    "range": (claim(100, "100-120", value_max=Decimal(120)), claim(100), claim(115)),
    "digits": (claim("1e8", "0.1 billion"), claim("1e8", "100 million"), claim("1.3e8", "130 million")),
    "period": (claim(100, period=(date(2024, 4, 1), YEAR[1])), claim(100), claim(140)),
    "basis": (claim(100, basis="forecast"), claim(100), claim(140)),
    "unit": (claim(100, unit="CNY"), claim(100), claim(140)),
    "dollars": (
        claim(730, unit="CNY", usd=Decimal(100)),
        claim(730, unit="CNY", usd=Decimal(140)),
        claim(100, usd=Decimal(100)),
    ),
    "place": (claim(100, countries=frozenset({"CN"})), claim(100), claim(140, countries=frozenset({"US"}))),
}


@pytest.mark.parametrize(("loose", "exact", "other"), QUOTES.values(), ids=QUOTES)
def test_of_a_source_quoted_twice_the_exact_quote_conflicts_alone(loose, exact, other):
    loose, again, exact = (
        replace(quote, id=at, claimed_by="Appgauge", story=str(at))
        for at, quote in enumerate((loose, loose, exact))
    )
    other = replace(other, id=3, claimed_by="Lighthouse", story="3")
    for claims in ([loose, exact, other], [loose, again, exact, other], [other, exact, again, loose]):
        assert [{d.first.id, d.second.id} for d in disagreements(claims)] == [{2, 3}]


def test_many_copies_of_a_number_conflict_by_the_first_of_two_sources():
    copies = [claim(118, at=at, claimed_by="Appgauge", story=str(at)) for at in range(300)]
    other = claim(240, at=300, story="0")
    assert [(d.first.id, d.second.id) for d in disagreements([*copies, other])] == [(1, 300)]
    other = replace(other, story="300")
    assert [(d.first.id, d.second.id) for d in disagreements([*copies, other])] == [(0, 300), (1, 300)]
    copies = [replace(copy, story="0") for copy in copies]
    assert [(d.first.id, d.second.id) for d in disagreements([*copies, other])] == [(0, 300)]


STATED = [one for quotes in QUOTES.values() for one in quotes]


@st.composite
def quoted(draw):
    """Claims of a few statements, each copied by several stories and outlets."""
    stated = [*draw(st.sampled_from([*QUOTES.values()])), draw(st.sampled_from(STATED))]
    copies = st.tuples(st.sampled_from(stated), st.sampled_from(["", "a", "b", "c"]), st.sampled_from("AB"))
    return [
        replace(one, id=at, story=story, source=source)
        for at, (one, story, source) in enumerate(draw(st.lists(copies, min_size=2, max_size=12)))
    ]


@given(quoted())
def test_what_copies_are_left_out_changes_nothing_that_is_told(claims):
    rows = [Reported(one, one.id, "", "", None, "", "", "money") for one in claims]
    all_pairs = [(compare(a, b), a.id, b.id) for a, b in combinations(claims, 2) if one_place(a, b)]
    apart = [
        Disagreement(rows[a], rows[b], float(found.gap))
        for found, a, b in sorted(all_pairs, key=lambda pair: -(pair[0].gap or 0))
        if found.relation == "disagrees"
    ]
    assert told_apart(rows) == said_once(apart)


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_comparing_is_symmetric(a, b):
    assert compare(claim(a), claim(b)).relation == compare(claim(b), claim(a)).relation


GROWN = [claim(1500, "1,500", direction="up"), claim(50, "50%", unit="percent", direction="up", at=2)]


@pytest.mark.parametrize(("base", "holds"), [(1000, True), (1003, True), (1200, False)])
def test_a_level_and_its_growth_imply_the_level_before(base, holds):
    (check,) = arithmetic.growth([*GROWN, claim(base, f"{base:,}", period=BEFORE, at=3)])
    assert (check.holds, check.expected, check.found) == (holds, Decimal(1000), Decimal(base))
    assert "implies about 1,000" in check.note


def test_a_fall_and_a_multiple_imply_a_base():
    fall = claim(25, "25%", unit="percent", direction="down")
    assert arithmetic.implied_base(claim(75, direction="down"), fall) == 100
    assert arithmetic.implied_base(claim(75), claim(3, "tripled", unit="multiple", direction="up")) == 25
    assert arithmetic.implied_base(claim(75), replace(fall, value=Decimal(100))) is None


def test_another_outlets_level_is_held_against_the_implied_one():
    level, change = GROWN
    assert arithmetic.revised(level, change, claim(1004, "1,004", period=BEFORE)).holds
    assert not arithmetic.revised(level, change, claim(700, "700", period=BEFORE)).holds
    assert arithmetic.revised(level, change, claim(1000, unit="CNY")) is None


def share(value, metric, at):
    return claim(value, f"{value}%", unit="percent", metric=metric, metric_id="share", at=at)


@pytest.mark.parametrize(("values", "holds"), [((61, 30, 9), True), ((61, 40, 9), False)])
def test_shares_of_one_whole_add_up_to_it_at_most(values, holds):
    names = ("advertising", "subscription", "commerce")
    claims = [
        share(v, f"{n} share of revenue", at) for at, (v, n) in enumerate(zip(values, names, strict=True))
    ]
    (check,) = arithmetic.shares(claims)
    assert (check.holds, check.found) == (holds, Decimal(sum(values)))


@pytest.mark.parametrize(("part", "holds"), [(7, True), (9, False)])
def test_a_share_of_the_whole_is_the_part(part, holds):
    stated = replace(share(14, "share of revenue", 1), subject="Shanghai")
    of_part, of_whole = claim(part, subject="Shanghai", at=2), claim(50, subject="China", at=3)
    (check,) = arithmetic.parts([stated, of_part, of_whole])
    assert (check.holds, check.expected) == (holds, Decimal(7))


def test_a_pair_is_held_against_the_nearest_rate():
    yuan, dollars = claim("60e9", "60 billion", unit="CNY"), claim("8.3e9", "8.3 billion")
    check = arithmetic.pair_rate(yuan, dollars, {"average": Decimal("7.2290"), "period end": Decimal("7.01")})
    assert check.holds and check.expected == Decimal("7.2290")
    assert not arithmetic.pair_rate(yuan, claim("9.9e9", "9.9 billion"), {"average": Decimal("7.2290")}).holds
    assert arithmetic.pair_rate(yuan, dollars, {}) is None


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [("2.4e9", "2.4e6", ["scale"]), ("2.4e9", "2.4e8", ["scale"]), ("2.4e9", "1.9e9", [])],
)
def test_slips_of_scale(first, second, kinds):
    assert [check.kind for check in arithmetic.slips([claim(first), claim(second, at=2)])] == kinds


def test_a_text_without_contradiction_has_only_checks_that_hold():
    claims = [
        *GROWN,
        claim(1000, "1,000", period=BEFORE, at=3),
        claim(4, "4", metric="profit", metric_id="profit", at=4),
    ]
    assert [(check.kind, check.holds) for check in arithmetic.checks(claims)] == [("growth", True)]
