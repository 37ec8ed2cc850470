"""Periods: one row a way to name one, with the days it stands for; '-' is an open end, 'none' is unknown."""

from datetime import date

import pytest

from extractors.facts import days
from extractors.facts.days import Period
from extractors.facts.periods import resolve, when_of
from extractors.facts.when import When

PUBLISHED = date(2025, 11, 12)  # a Wednesday

ROWS = [
    ("sales in 2024 alone", "2024-01-01..2024-12-31"),
    ("for full-year 2023", "2023-01-01..2023-12-31"),
    ("since 2022", "2022-01-01..-"),
    ("by 2027", "-..2027-12-31"),
    ("by June 2024", "-..2024-06-30"),
    ("through 2030", "-..2030-12-31"),
    ("from 2021 to 2024", "2021-01-01..2024-12-31"),
    ("between 2020 and 2024", "2020-01-01..2024-12-31"),
    ("in 2021-24,", "2021-01-01..2024-12-31"),
    ("in the third quarter", "2025-07-01..2025-09-30"),
    ("in the fourth quarter", "2025-10-01..2025-12-31"),
    ("in the first quarter of 2023", "2023-01-01..2023-03-31"),
    ("Second-quarter sales", "2025-04-01..2025-06-30"),
    ("in Q1 2026", "2026-01-01..2026-03-31"),
    ("in 3Q24", "2024-07-01..2024-09-30"),
    ("2025 Q2 sales", "2025-04-01..2025-06-30"),
    ("the March quarter", "2025-01-01..2025-03-31"),
    ("in the first half", "2025-01-01..2025-06-30"),
    ("in the second half of last year", "2024-07-01..2024-12-31"),
    ("in H1 2024", "2024-01-01..2024-06-30"),
    ("in 1H25", "2025-01-01..2025-06-30"),
    ("in the first eight months of the year", "2025-01-01..2025-08-31"),
    ("in the first eleven months", "2024-01-01..2024-11-30"),
    ("the first three quarters of 2024", "2024-01-01..2024-09-30"),
    ("the eight months ended Aug. 31", "2025-01-01..2025-08-31"),
    ("the three months through June", "2025-04-01..2025-06-30"),
    ("the 13 weeks that ended Nov. 1", "2025-08-03..2025-11-01"),
    ("in the six weeks to 4 January", "2024-11-24..2025-01-04"),
    ("which ran from October 14 to November 11", "2025-10-14..2025-11-11"),
    ("between 3 and 9 November", "2025-11-03..2025-11-09"),
    ("for the current fiscal year through March 2026", "2025-04-01..2026-03-31"),
    ("since the start of April", "2025-04-01..-"),
    ("having started 2025 at $5 million", "2025-01-01..2025-01-01"),
    ("will rise from April 1", "2026-04-01..-"),
    ("effective January 6, 2026", "2026-01-06..-"),
    ("so far this calendar year", "2025-01-01..2025-11-12"),
    ("a week ago", "2025-11-05..2025-11-05"),
    ("in the first half of May", "none"),
    ("the 12 months to March", "2024-04-01..2025-03-31"),
    ("the year ended 31 March 2025", "2024-04-01..2025-03-31"),
    ("the quarter that ended on September 30", "2025-07-01..2025-09-30"),
    ("the half year ended June 30, 2024", "2024-01-01..2024-06-30"),
    ("January-August", "2025-01-01..2025-08-31"),
    ("from January to May", "2025-01-01..2025-05-31"),
    ("between November 2024 and February 2025", "2024-11-01..2025-02-28"),
    ("in the December-February season", "2024-12-01..2025-02-28"),
    ("last year", "2024-01-01..2024-12-31"),
    ("this year", "2025-01-01..2025-12-31"),
    ("next year", "2026-01-01..2026-12-31"),
    ("so far this year", "2025-01-01..2025-11-12"),
    ("earlier this year", "2025-01-01..2025-11-12"),
    ("year to date", "2025-01-01..2025-11-12"),
    ("for the full year", "2025-01-01..2025-12-31"),
    ("last month", "2025-10-01..2025-10-31"),
    ("last quarter", "2025-07-01..2025-09-30"),
    ("this month", "2025-11-01..2025-11-30"),
    ("last week", "2025-11-03..2025-11-09"),
    ("over the past two years", "2023-11-12..2025-11-12"),
    ("in the last six months", "2025-05-12..2025-11-12"),
    ("over the next three years", "2025-11-12..2028-11-12"),
    ("over the past year", "2024-11-12..2025-11-12"),
    ("three years ago", "2022-01-01..2022-12-31"),
    ("in March", "2025-03-01..2025-03-31"),
    ("in December", "2024-12-01..2024-12-31"),
    ("in November last year", "2024-11-01..2024-11-30"),
    ("since April", "2025-04-01..-"),
    ("by March", "-..2026-03-31"),
    ("on July 26, 2019", "2019-07-26..2019-07-26"),
    ("on 3 March 2024", "2024-03-03..2024-03-03"),
    ("on October 5", "2025-10-05..2025-10-05"),
    ("the 5th of March 2024", "2024-03-05..2024-03-05"),
    ("the 3rd of December", "2024-12-03..2024-12-03"),
    ("three weeks ago", "2025-10-22..2025-10-22"),
    ("the day before yesterday", "2025-11-10..2025-11-10"),
    ("on Monday", "2025-11-10..2025-11-10"),
    ("yesterday", "2025-11-11..2025-11-11"),
    ("over the weekend", "2025-11-07..2025-11-09"),
    ("at the end of June", "2025-06-30..2025-06-30"),
    ("by the end of 2026", "-..2026-12-31"),
    ("by the end of the year", "-..2025-12-31"),
    ("by year-end", "-..2025-12-31"),
    ("as of July 31", "2025-07-31..2025-07-31"),
    ("by the end of the decade", "-..2030-12-31"),
    ("in the 2010s", "2010-01-01..2019-12-31"),
    ("in the fiscal third quarter", "none"),
    ("this fiscal year", "none"),
    ("in FY2025", "none"),
    ("on February 30", "none"),
    ("over the past few years", "none"),
]


def shown(period: Period) -> str:
    if not period.known:
        return "none"
    return "..".join(day.isoformat() if day else "-" for day in (period.start, period.end))


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_period(text, expected):
    assert [shown(m.period) for m in resolve(text, When(PUBLISHED))] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "a year earlier",
        "from a year ago",
        "the year before",
        "in the same period of 2024",
        "year on year",
        "the previous quarter",
    ],
)
def test_words_of_comparison_are_no_period_of_the_figure(text):
    (mention,) = resolve(text, When(PUBLISHED))
    assert mention.role in ("earlier", "comparison", "previous") and not mention.period.known


@pytest.mark.parametrize(
    "text",
    [
        "$2,024 million",
        "2024 viewers",
        "a 1999-page book",
        "it may rise",
        "the march of apps",
        "item 2030x",
        "corresponding to",
    ],
)
def test_what_is_no_period(text):
    assert resolve(text, When(PUBLISHED)) == []


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("It made ₹5 crore.", "in FY29", "2028-04-01..2029-03-31"),
        ("It made ₹5 crore.", "in FY2024-25", "2024-04-01..2025-03-31"),
        ("The fiscal year that ended on June 30 was good.", "in fiscal 2025", "2024-07-01..2025-06-30"),
        ("It made ₹5 crore.", "this fiscal year", "2025-04-01..2026-03-31"),
        ("It made ₹5 crore.", "the last fiscal year", "2024-04-01..2025-03-31"),
        ("It made $5 million.", "in fiscal 2025", "none"),
    ],
)
def test_fiscal_years_count_where_their_end_is_known(text, phrase, expected):
    assert [shown(m.period) for m in resolve(phrase, when_of(text, PUBLISHED))] == [expected]


@pytest.mark.parametrize(
    "text",
    ["last year", "in the third quarter", "in March", "on Monday", "over the past two years", "by year-end"],
)
def test_relative_periods_are_unknown_without_a_day_of_publication(text):
    assert [shown(m.period) for m in resolve(text, When(None))] == ["none"]


def test_arithmetic_of_days():
    assert days.ended(date(2024, 2, 29), 12) == Period(date(2023, 3, 1), date(2024, 2, 29))
    assert days.years_earlier(days.months(2024, 1, 2)) == Period(date(2023, 1, 1), date(2023, 2, 28))
    assert days.previous(days.months(2025, 1, 3)) == days.months(2024, 10, 12)
    assert not days.previous(Period(date(2025, 1, 5), date(2025, 2, 1))).known
    assert days.months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)


def test_leads_of_one_sentence_keep_their_own_periods():
    text = "It fell from $9 million in 2019 to $4 million in 2022, and may reach $12 million by 2028."
    assert [(m.role, shown(m.period)) for m in resolve(text, When(PUBLISHED))] == [
        ("in", "2019-01-01..2019-12-31"),
        ("in", "2022-01-01..2022-12-31"),
        ("by", "-..2028-12-31"),
    ]
