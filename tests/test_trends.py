"""Trends on a real database: counts, shares, claims, thin pasts, words, and the plans of the queries."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from db import rolled_up, rollups, stories, trend_rows, trends
from db.companies import merge, unmerge
from db.store import Store, open_store
from db.trend_values import READ_LANGUAGES, Question, Trend
from extractors.pipeline import READ_BY_MODEL, READ_BY_RULE
from tests.news_rows import add_article, add_company

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "n.db")


def add_feed(store: Store, added: date, kind: str = "feed") -> None:
    with store.write() as db:
        db["feeds"].insert(
            {
                "url": f"https://example.org/feed/{db['feeds'].count}",
                "kind": kind,
                "added_at": added.isoformat() + "T00:00:00+00:00",
                "next_poll_at": "2026-01-01T00:00:00+00:00",
            }
        )


def tell(store: Store, day: date, count: int, **what: object) -> None:
    """*count* stories of one article each, on *day*."""
    with store.write() as db:
        for _ in range(count):
            story = int(db["stories"].insert({"title": "s"}).last_pk or 0)
            add_article(store, day, story=story, **what)  # type: ignore[arg-type]


def a_year(store: Store, weeks: int = 14, a_week: int = 20, rare: int = 1) -> None:
    """*weeks* weeks that end today: *a_week* stories of revenge and *rare* of true-heiress in each."""
    for week in range(weeks):
        last = TODAY - timedelta(days=7 * week)
        for number in range(a_week):
            tell(store, last - timedelta(days=number % 7), 1, themes=["revenge"], companies=["Lumo"])
        tell(store, last - timedelta(days=3), rare, themes=["true-heiress"], companies=["Tiderip"])


def of(found: list[Trend], name: str) -> Trend:
    return next(trend for trend in found if trend.name == name)


def test_a_theme_that_jumps_rises_and_the_line_says_so(store: Store) -> None:
    a_year(store)
    for number in range(8):
        day = date(2026, 11, 17) + timedelta(days=number % 6)
        tell(store, day, 1, themes=["true-heiress"], outlet=f"Outlet {number % 6}")
    found = trends.theme_trends(store, NOW)
    rising = of(found, "true-heiress")
    assert found[0] == rising
    assert (rising.word, rising.observed, rising.outlets) == ("rising", 9, 7)
    assert rising.p is not None and rising.q is not None and rising.p <= rising.q <= 0.01
    assert rising.expected == pytest.approx(12.5 / 252 * 29)
    assert rising.ratio_low is not None and 1 < rising.ratio_low < (rising.ratio or 0)
    assert rising.burst_start is not None and date(2026, 11, 16) <= rising.burst_start <= date(2026, 11, 19)
    since = f"since {rising.burst_start.day} Nov"
    assert rising.in_words == (
        f"true-heiress: 9 stories from 7 outlets this week against 1.4 expected, p<0.001, {since}"
    )
    assert of(found, "revenge").word == "steady"


def test_a_theme_that_stops_fades(store: Store) -> None:
    a_year(store)
    for week in range(1, 14):
        tell(store, TODAY - timedelta(days=7 * week), 12, themes=["campus"])
    fading = of(trends.theme_trends(store, NOW), "campus")
    assert (fading.word, fading.observed, fading.burst_start) == ("fading", 0, None)
    assert "0 stories this week against" in fading.in_words and "fading, p=0.001" in fading.in_words
    assert fading.ratio_high is not None and fading.ratio_high < 1


def test_few_stories_are_too_few_to_say_with_counts_and_intervals(store: Store) -> None:
    a_year(store)
    few = of(trends.theme_trends(store, NOW), "true-heiress")
    assert few.word == "too few to say"
    assert (few.observed, few.expected_low, few.expected_high) == (1, 0, 4)
    assert few.in_words == (
        "true-heiress: 1 story from 1 outlet this week against 1.0 expected (0 to 4), too few to say"
    )


def test_twice_the_feeds_double_counts_but_not_shares(store: Store) -> None:
    a_year(store, a_week=14)
    tell(store, TODAY, 14, themes=["revenge"])
    steady = of(trends.theme_trends(store, NOW), "revenge")
    assert steady.observed == 28 and steady.counts[-2] == 14
    assert steady.word == "steady"
    assert steady.share == pytest.approx(28 / 29)


def test_a_story_counts_once_and_its_copies_on_request(store: Store) -> None:
    body = (
        "Marram Films said that its series about a baker and an heir reached 4.2 million viewers in 12 "
        "countries, and that Dora Klint will write a second season for 900,000 euros by the spring."
    )
    for number in range(5):
        add_article(store, TODAY, title="Marram", body=body, outlet=f"Outlet {number}", themes=["campus"])
    add_article(store, TODAY + timedelta(days=1), title="M", body=body, outlet="Late", themes=["campus"])
    by_story = of(trends.theme_trends(store, NOW), "campus")
    asked = Question("theme", counting="articles")
    by_article = of(list(trends.report(store, asked, NOW).trends), "campus")
    assert (by_story.observed, by_article.observed, by_story.outlets) == (1, 5, 5)
    assert "5 articles from 5 outlets" in by_article.in_words
    tomorrow = trends.theme_trends(store, NOW + timedelta(days=1), by="day")
    assert of(tomorrow, "campus").counts[-2:] == (1, 0)


def test_what_is_off_the_beat_is_counted_on_request_alone(store: Store) -> None:
    tell(store, TODAY, 2, themes=["werewolf"])
    tell(store, TODAY, 3, themes=["werewolf"], on_beat=False)
    assert of(trends.theme_trends(store, NOW), "werewolf").observed == 2
    everywhere = trends.report(store, Question("theme", on_beat=False), NOW)
    assert of(list(everywhere.trends), "werewolf").observed == 5


def test_every_kind_has_its_trends(store: Store) -> None:
    tell(store, TODAY, 3, themes=["werewolf"], companies=["Lumo", "Tiderip"], metrics=["revenue"])
    tell(store, TODAY, 1, themes=["campus"], companies=["Lumo"])
    add_company(store, "The Gazette", "media")
    tell(store, TODAY, 1, companies=["The Gazette"])
    lumo = add_company(store, "Lumo")
    assert {t.name: t.observed for t in trends.company_trends(store, NOW)} == {"Lumo": 4, "Tiderip": 3}
    assert {t.name: t.observed for t in trends.metric_trends(store, NOW)} == {"revenue": 3}
    pairs = {t.name: t.observed for t in trends.pair_trends(store, NOW, company=lumo)}
    assert pairs == {"werewolf × Lumo": 3, "campus × Lumo": 1}
    both = trends.pair_trends(store, NOW, theme="werewolf", company=lumo)
    assert [t.label for t in both] == ["Werewolf × Lumo"]


def test_a_merged_company_takes_its_counts_along_and_back(store: Store) -> None:
    tell(store, TODAY, 3, companies=["Lumo"])
    tell(store, TODAY, 2, companies=["Lumo Play"])
    one, other = add_company(store, "Lumo Play"), add_company(store, "Lumo")
    merge(store, one, other, NOW)
    assert {t.name: t.observed for t in trends.company_trends(store, NOW)} == {"Lumo": 5}
    unmerge(store, one, NOW)
    assert {t.name: t.observed for t in trends.company_trends(store, NOW)} == {"Lumo": 3, "Lumo Play": 2}
    assert not rollups.drift(store.db)


def own(store: Store, owned: str, owner: str, relation: str = "owns", until: str | None = None) -> None:
    """*owner* has *owned*, until a day if one is given."""
    row = {"owned": add_company(store, owned), "owner": add_company(store, owner), "relation": relation}
    with store.write() as db:
        db["ownerships"].insert(row | {"until": until, "source": "a filing"})


def owners(store: Store, **asked: Any) -> dict[str, int]:
    found = trends.report(store, Question("company", roll_up=True, **asked), NOW)
    return {trend.name: trend.observed for trend in found.trends}


def test_owners_count_the_stories_of_what_is_theirs_once(store: Store) -> None:
    tell(store, TODAY, 3, companies=["Lumo"])
    tell(store, TODAY, 2, companies=["Lumo", "Tiderip"])
    tell(store, TODAY, 1, companies=["Stake"])
    own(store, "Lumo", "Marram", "operates")
    own(store, "Tiderip", "Marram")
    own(store, "Marram", "Stake", "minority")
    assert owners(store) == {"Marram": 5, "Stake": 1}
    assert owners(store, counting="articles", on_beat=False) == {"Marram": 5, "Stake": 1}
    alone = trends.company_trends(store, NOW)
    assert {t.name: t.observed for t in alone} == {"Lumo": 5, "Tiderip": 2, "Stake": 1}
    (marram,) = [
        t for t in trends.report(store, Question("company", roll_up=True), NOW).trends if t.name == "Marram"
    ]
    assert (marram.outlets, marram.first_seen) == (1, TODAY)


def test_what_was_sold_counts_no_more_for_its_owner(store: Store) -> None:
    tell(store, TODAY, 3, companies=["Lumo"])
    own(store, "Lumo", "Marram", until="2026-11-01")
    assert owners(store) == {"Lumo": 3}
    assert owners(store, until=date(2026, 10, 30)) == {}


def test_rolled_up_series_are_looked_up(store: Store) -> None:
    for table, one, day, counted in rolled_up._PLACES.values():
        sql = rolled_up.DAYS.format(table=table, one=one, day=day, counted=counted, ids="1, 2")
        plan = store.db.execute(f"EXPLAIN QUERY PLAN {sql}", {"first": "", "last": ""}).fetchall()
        scans = [row[3] for row in plan if row[3].startswith(f"SCAN {table}")]
        assert scans == []


def test_a_period_before_the_feeds_were_followed_is_thin(store: Store) -> None:
    a_year(store)
    add_feed(store, TODAY - timedelta(days=40))
    add_feed(store, TODAY - timedelta(days=20))
    found = of(trends.theme_trends(store, NOW), "revenge")
    assert [w.thin for w in found.windows[-4:]] == [True, False, False, False]
    assert [w.feeds for w in found.windows[-7:]] == [0, 0, 1, 1, 2, 2, 2]
    assert found.thin_past and found.in_words.endswith("; the past is thin")


def test_only_followed_windows_say_what_to_expect_where_there_are_enough(store: Store) -> None:
    a_year(store, weeks=8)
    for week in range(8, 14):
        tell(store, TODAY - timedelta(days=7 * week), 1, themes=["true-heiress"])
    add_feed(store, TODAY - timedelta(days=60))
    found = of(trends.theme_trends(store, NOW), "true-heiress")
    assert not found.thin_past
    assert found.expected == pytest.approx(7.5 / (7 * 21) * 21)


def test_without_a_past_nothing_is_claimed(store: Store) -> None:
    tell(store, TODAY, 30, themes=["werewolf"])
    found = of(trends.theme_trends(store, NOW), "werewolf")
    assert (found.word, found.p, found.expected) == ("too few to say", None, None)
    assert found.in_words == "werewolf: 30 stories from 1 outlet this week, too few to say"


def test_an_empty_database_has_no_trends(store: Store) -> None:
    found = trends.report(store, Question(), NOW)
    assert found.trends == () and found.volume is None and found.denominators.stories == 0


def test_denominators_stand_beside(store: Store) -> None:
    add_feed(store, TODAY - timedelta(days=100))
    add_feed(store, TODAY - timedelta(days=100), kind="hand")
    tell(store, TODAY, 3, themes=["campus"])
    tell(store, TODAY, 2, body_source="title")
    tell(store, TODAY, 4, language="ko", on_beat=False)
    tell(store, TODAY, 1, language="zh")
    seen = trends.report(store, Question(), NOW).denominators
    assert (seen.feeds, seen.stories, seen.articles) == (1, 6, 6)
    assert (seen.title_only, seen.other_languages) == (2, 4)
    assert READ_LANGUAGES == READ_BY_MODEL | READ_BY_RULE


def test_days_and_months_and_a_past_day(store: Store) -> None:
    a_year(store, weeks=30)
    by_month = of(trends.theme_trends(store, NOW, by="month"), "revenge")
    assert by_month.when == "this month" and by_month.windows[-1].first == date(2026, 11, 1)
    by_day = of(trends.theme_trends(store, NOW, by="day"), "revenge")
    assert (by_day.when, len(by_day.windows)) == ("today", 29)
    earlier = of(trends.theme_trends(store, NOW, until=date(2026, 10, 25)), "revenge")
    assert earlier.when == "in the week to 25 Oct" and earlier.observed == 20
    since = Question("theme", since=date(2026, 11, 10))
    assert len(trends.report(store, since, NOW).trends[0].windows) == 2


def test_sundays_are_held_against_sundays(store: Store) -> None:
    """Ten stories on weekdays, two on Sundays, a fifth of each of campus: a Sunday is no fall."""
    for back in range(60):
        day = TODAY - timedelta(days=back)
        stories_then = 2 if day.weekday() == 6 else 10
        tell(store, day, stories_then - stories_then // 5, themes=["revenge"])
        tell(store, day, stories_then // 5 + (day.weekday() == 6 and back % 2), themes=["campus"])
    found = trends.report(store, Question(by="day"), NOW)
    assert TODAY.weekday() == 6
    assert all(trend.word in ("steady", "too few to say") for trend in found.trends)
    assert found.volume is not None and found.volume.expected == pytest.approx(3, abs=0.5)


def test_an_undated_article_counts_on_the_day_it_was_fetched_and_none_in_the_future(store: Store) -> None:
    tell(store, TODAY, 1, themes=["campus"], fetched=TODAY)
    with store.write() as db:
        db.execute("UPDATE articles SET published = '2031-01-01T00:00:00+00:00'")
    add_article(store, None, themes=["campus"], fetched=TODAY - timedelta(days=1), title="Two")
    assert of(trends.theme_trends(store, NOW, by="day"), "campus").counts[-2:] == (1, 1)


def test_a_month_alone_dates_nothing(store: Store) -> None:
    tell(store, TODAY, 1, themes=["campus"])
    with store.write() as db:
        db.execute("UPDATE articles SET published_precision = 'month'")
    assert trends.theme_trends(store, NOW) == []
    assert not rollups.drift(store.db)


def test_in_weeks_without_a_change_themes_seldom_rise(tmp_path: Path) -> None:
    """Forty themes with rates of their own: false discoveries stay near 5 % of weeks."""
    dice = random.Random(3)
    rates = [dice.choice((0.2, 0.5, 1, 2, 5)) for _ in range(40)]
    alarms, weeks = 0, 14
    with open_store(tmp_path / "n.db") as store:
        with store.write():
            for week in range(12 + weeks):
                last = TODAY - timedelta(days=7 * week)
                for theme, rate in enumerate(rates):
                    count = sum(dice.random() < rate / 10 for _ in range(10))
                    tell(store, last - timedelta(days=dice.randrange(7)), count, themes=[f"theme-{theme}"])
        for week in range(weeks):
            found = trends.theme_trends(store, NOW, until=TODAY - timedelta(days=7 * week))
            alarms += any(trend.word == "rising" for trend in found)
    assert alarms <= 2


def test_rollups_follow_every_change(store: Store) -> None:
    """Stories moved, articles read or dated anew, deleted: the counts are a recount's throughout."""
    dice = random.Random(9)
    a_year(store, weeks=3, a_week=6)
    numbers = [row["id"] for row in store.db.query("SELECT id FROM articles")]
    changes = (
        "UPDATE articles SET story = (SELECT min(story) FROM articles) WHERE id = ?",
        "UPDATE articles SET published = '2026-11-02T00:00:00+00:00' WHERE id = ?",
        "UPDATE articles SET on_beat = 0 WHERE id = ?",
        "UPDATE theme_mentions SET theme = 'revenge' WHERE article = ?",
        "UPDATE theme_mentions SET on_beat = 0 WHERE article = ?",
        "DELETE FROM company_mentions WHERE article = ?",
        "DELETE FROM articles WHERE id = ?",
    )
    for _ in range(40):
        with store.write() as db:
            db.execute(dice.choice(changes), [dice.choice(numbers)])
        assert not rollups.drift(store.db)
    before = store.db.execute("SELECT * FROM daily_counts").fetchall()
    with store.write() as db:
        rollups.rebuild(db)
    assert store.db.execute("SELECT * FROM daily_counts").fetchall() == before != []


def test_a_transaction_that_fails_leaves_the_counts_as_they_were(store: Store) -> None:
    tell(store, TODAY, 2, themes=["campus"])
    with pytest.raises(RuntimeError), store.write() as db:
        db.execute("DELETE FROM theme_mentions")
        raise RuntimeError
    assert of(trends.theme_trends(store, NOW), "campus").observed == 2
    assert not rollups.drift(store.db)


def test_no_trend_query_reads_the_mentions_or_scans_a_table(store: Store) -> None:
    a_year(store, weeks=2)
    values = {"kind": "theme", "first": "2026-01-01", "last": "2026-02-01", "limit": 5, "subject": 1}
    values |= {"on_beat": 1, "theme": "campus", "company": 1}
    filled = {
        "column": "stories",
        "counted": trend_rows._COUNTED,
        "ids": "1, 2",
        "narrowing": "s.theme = :theme",
    }
    for name in ("LEADING", "NARROWED", "SUBJECTS", "DAYS", "OUTLETS", "FIRST_SEEN"):
        sql = getattr(trend_rows, name).format(**filled)
        named = {key: value for key, value in values.items() if f":{key}" in sql}
        plan = [step[3] for step in store.db.execute(f"EXPLAIN QUERY PLAN {sql}", named)]
        assert not any(step.startswith("SCAN") for step in plan), (name, plan)
        assert not any("mentions" in step or "articles" in step.split() for step in plan), (name, plan)
    leading = "".join(plans(store, trend_rows.LEADING.format(**filled), values))
    assert "COVERING INDEX daily_counts_day (kind=? AND day>? AND day<?)" in leading
    outlets = trend_rows.OUTLETS.format(**filled)
    assert "COVERING INDEX article_subjects_day" in "".join(plans(store, outlets, values))


def plans(store: Store, sql: str, values: dict[str, object]) -> list[str]:
    named = {key: value for key, value in values.items() if f":{key}" in sql}
    return [step[3] for step in store.db.execute(f"EXPLAIN QUERY PLAN {sql}", named)]


def test_keeping_the_counts_looks_up_what_was_touched_and_reads_no_whole_table(store: Store) -> None:
    """With a large file's statistics, which tempt the planner to read a table into a Bloom filter."""
    a_year(store, weeks=3)
    with store.write() as db:
        db.execute("ANALYZE")
        db.execute("UPDATE sqlite_stat1 SET stat = '1000000' || substr(stat, instr(stat || ' ', ' '))")
    store.db.execute("ANALYZE sqlite_schema")  # reads the statistics anew
    own = ("SCAN dated", "SCAN d", "SCAN told", "SCAN c", "SCAN counted_told", "SCAN temp.counted_told")
    for sql in (
        rollups._TELL,
        rollups._SUBJECTS,
        rollups._TELL_ARTICLES,
        rollups._TELL_STORIES,
        rollups._COUNT_ARTICLES.format(sign="1"),
        rollups._COUNT_STORIES.format(sign="1"),
    ):
        steps = plans(store, sql, {})
        assert not [step for step in steps if step.startswith("SCAN") and step.split(" USING")[0] not in own]
        assert not [step for step in steps if "BLOOM FILTER" in step and "ON d " not in step], steps


def test_a_story_found_by_assign_is_counted_in_the_same_transaction(store: Store) -> None:
    article = add_article(store, TODAY, themes=["campus"], in_story=False)
    assert trends.theme_trends(store, NOW) == []
    stories.assign(store, article, NOW)
    assert of(trends.theme_trends(store, NOW), "campus").observed == 1


def test_new_companies_are_those_whose_first_story_is_young(store: Store) -> None:
    tell(store, TODAY - timedelta(days=90), 1, companies=["Lumo"])
    tell(store, TODAY - timedelta(days=5), 2, companies=["Lumo", "Tiderip"])
    tell(store, TODAY, 1, companies=["Tiderip"])
    sql = files("db.datasette").joinpath("queries/new_companies_seen_this_month.sql").read_text("utf-8")
    found = [(name, first[:10], count) for name, first, count, *_ in store.db.execute(sql)]
    assert found == [("Tiderip", "2026-11-17", 3)]
    assert not any(step.startswith("SCAN company_mentions") for step in plans(store, sql, {}))
