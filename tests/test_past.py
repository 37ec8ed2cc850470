"""A database built day by day, asked as of each day, tells what it told then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from db import companies, gate, news, past, past_rows, series, stories
from db.articles import NewArticle, keep_article, outlet_for
from db.collection import NewFeed, add_feed, add_poll
from db.datasette.desk import pages
from db.store import DatabaseError, Store, open_store
from db.trend_rows import Kind
from db.trend_values import Question
from db.trends import report
from db.vintages import TABLES, Ref, Stamp, changing, lay, settle
from extractors.findings import Findings, Part, Text
from extractors.pipeline import Reader, Reading
from extractors.version import ReadingVersion
from monitor.collect.articles import text_hash
from monitor.config import Config
from monitor.digest.build import build
from monitor.digest.schedule import window_of
from monitor.reading import read_pass
from tests.news_rows import add_company

FIRST = datetime(2026, 5, 4, 18, tzinfo=UTC)
LATER = FIRST + timedelta(days=60)
QUERIES = sorted((files("db.datasette") / "queries").iterdir(), key=lambda path: path.name)
VIEWS = (
    *("figures", "fact_figures", "fact_vintages", "echoes", "daily_trends"),
    *("theme_companies", "theme_pairs", "theme_countries", "series", "disagreements"),
)
KINDS: tuple[Kind, ...] = ("theme", "company", "theme and company", "metric")
ASKED = {"subject": "Lumo", "metric": "revenue", "company": "Lumo", "words": "million", "date": "2026-05-06"}


class OtherRules(Reader):
    """A reader whose rules have changed: amounts are read twice as high, and the first theme not at all."""

    def read(self, texts: Iterable[Text], parts: Iterable[Part] = ()) -> Iterator[Findings]:
        for found in super().read(texts, parts):
            yield replace(
                found,
                money=tuple(replace(figure, value=figure.value * 2) for figure in found.money),
                themes=found.themes[1:],
            )


def keep(store: Store, number: int, body: str, now: datetime, **more: Any) -> int:
    """Keep an article of an outlet; the same *number* again is a revision."""
    title = more.pop("title", f"A micro-drama app and its numbers, part {number}")
    known = store.db.execute(
        "SELECT id FROM articles WHERE url = ?", [f"https://e.example/{number}"]
    ).fetchone()
    dated: dict[str, Any] = {
        "published": now - timedelta(hours=3),
        "published_source": "feed",
        "published_precision": "second",
    }
    article = NewArticle(
        url=f"https://e.example/{number}",
        title=title,
        body=body,
        body_source="page",
        text_hash=text_hash(title, body),
        language="en",
        **(dated | more),
    )
    name = f"Outlet {number % 4}"
    with store.write():
        outlet = outlet_for(store, f"{number % 4}.example", name)
        return keep_article(store, article, outlet, known and known[0], now).article


def body_of(number: int) -> str:
    """A text of its own on the beat, with a company, a theme and figures."""
    who = ("Lumo", "Tiderip", "Marram Films")[number % 3]
    words = " ".join(f"word{(number * 31 + place * 7) % 997}" for place in range(60))
    return (
        f"{who}, a micro-drama app, had revenue of ${3 + number % 5} million in 2025, up {10 + number} "
        f"percent. Its werewolf micro-dramas and a true heiress tale draw viewers in Brazil. {words}."
    )


def read(store: Store, reader: Reader, version: str, now: datetime) -> None:
    read_pass(store, reader, ReadingVersion(version, "t"), lambda: now)


def told(store: Store, now: datetime) -> dict[str, Any]:
    """All that the database tells at *now*: trends, series, queries, pages, the digest."""
    plain = store.db.conn
    found: dict[str, Any] = {
        f"trends of {kind} by {by}": report(store, Question(kind, by), now)
        for kind in KINDS
        for by in ("day", "week", "month")
    }
    found["owners' trends"] = report(store, Question("company", roll_up=True), now)
    rows = series.reported(store)
    found["series"] = [[row.as_dict() for row in told] for told in series.series(rows)]
    found["disagreements"] = series.disagreements(rows)
    for path in QUERIES:
        sql = path.read_text(encoding="utf-8")
        asked_for = set(re.findall(r"(?<![\w'])[:]([a-z_]+)", re.sub(r"--.*", "", sql)))
        found[path.name] = plain.execute(sql, {name: ASKED[name] for name in asked_for}).fetchall()
    for view in (
        "figures",
        "fact_figures",
        "daily_trends",
        "theme_companies",
        "theme_pairs",
        "theme_countries",
    ):
        cursor = plain.execute(f"SELECT * FROM {view} ORDER BY 1, 2, 3")
        names = [column[0] for column in cursor.description]
        found[view] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found["stories"] = plain.execute("SELECT * FROM stories ORDER BY id").fetchall()
    found["texts"] = plain.execute("SELECT id, title, body, text_hash FROM articles ORDER BY id").fetchall()
    found["companies"] = plain.execute(
        "SELECT id, name, kind, merged_into FROM companies ORDER BY id"
    ).fetchall()
    found["home"] = pages.home(plain)
    for theme in ("werewolf", "true-heiress"):
        found[theme] = pages.theme(plain, theme)
    for (company,) in plain.execute("SELECT id FROM companies").fetchall():
        page = pages.company(plain, company)
        found[f"company {company}"] = page
    for (article,) in plain.execute("SELECT id FROM articles").fetchall():
        page = pages.article(plain, article)
        assert page is not None
        page["article"] = {name: page["article"][name] for name in ("title", "body", "published", "on_beat")}
        found[f"article {article}"] = page
    found["facts page"] = pages.facts(plain, "", "")
    found["search"] = sorted(hit["id"] for hit in pages.search(plain, "werewolf")["hits"])
    config = Config()
    found["digest"] = build(store, window_of(now.date(), config.digest.at, config.zone), config, now).content
    found["coverage"] = news.coverage(store, now - timedelta(days=9), now)
    plainly: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plainly


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[datetime, dict[str, Any]]]:
    """A database built over a week, and what it told at the end of each day."""
    path = tmp_path_factory.mktemp("past") / "n.db"
    reader, told_then = Reader(Reading()), {}
    with open_store(path) as store:

        def ends(now: datetime) -> None:
            told_then[now + timedelta(hours=2)] = told(store, now + timedelta(hours=2))

        now = FIRST
        feed = add_feed(store, NewFeed("https://e.example/feed"), now - timedelta(days=90))
        for number in range(36):
            keep(store, number, body_of(number), now, published=now - timedelta(days=number % 28, hours=2))
        keep(store, 40, body_of(40), now, published=None)
        read(store, reader, "1", now)
        add_poll(store, poll(feed, now, "new"))
        with store.write() as db:
            db.execute("UPDATE feeds SET last_poll_at = ?, last_new_at = ?", [now.isoformat()] * 2)
        ends(now)

        now += timedelta(days=1)  # revised texts, one of which joins another's story; a date is found
        keep(store, 3, body_of(3).replace("million", "billion"), now)
        keep(store, 4, body_of(5), now)
        keep(store, 40, body_of(40), now, published=now - timedelta(days=12))
        keep(store, 50, body_of(5).replace("draw", "delight"), now)
        read(store, reader, "1", now)
        add_poll(store, poll(feed, now, "error", "timeout"))
        with store.write() as db:
            db.execute(
                "UPDATE feeds SET last_poll_at = ?, failures = 1, error = 'timeout'", [now.isoformat()]
            )
        ends(now)

        now += timedelta(days=1)  # a text that is kept and not read yet, and one that is revised and not yet
        keep(store, 51, body_of(51), now)
        keep(store, 6, body_of(6).replace("werewolf", "vampire"), now)
        ends(now)

        now += timedelta(days=1)  # other rules read everything again
        read(store, OtherRules(Reading()), "2", now)
        ends(now)

        now += timedelta(days=1)
        lumo, tiderip = (companies.find(store, name) for name in ("Lumo", "Tiderip"))
        companies.merge(store, tiderip, lumo, now)
        companies.add(store, "Lumo", "company", ["Lumo Pictures"], now)
        ends(now)

        now += timedelta(days=1)
        for number in (52, 53):
            keep(store, number, body_of(number), now)
        read(store, OtherRules(Reading()), "2", now)
        gate.leave_unread(store, [1, 2], "2", "words", now)
        ends(now)

        now += timedelta(days=1)
        companies.unmerge(store, tiderip, now)
        read(store, reader, "3", now)
        ends(now)
    return path, told_then


def poll(feed: int, now: datetime, outcome: str, error: str | None = None) -> dict[str, object]:
    return {"feed": feed, "started_at": now.isoformat(), "seconds": 1.0, "outcome": outcome, "error": error}


@pytest.mark.parametrize("day", range(7))
def test_as_of_a_day_everything_is_told_as_it_was_told_then(
    days: tuple[Path, dict[datetime, dict[str, Any]]], day: int
) -> None:
    path, told_then = days
    moment, then = list(told_then.items())[day]
    with open_store(past.past(path, moment, LATER), read_only=True) as store:
        now = told(store, moment)
        assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    for what, said in then.items():
        assert now[what] == said, what
    assert then.keys() == now.keys()


def test_the_days_are_not_alike(days: tuple[Path, dict[datetime, dict[str, Any]]]) -> None:
    path, told_then = days
    then = list(told_then.values())
    for what in ("fact_figures", "digest", "home", "series"):
        assert len({json.dumps(one[what]) for one in then}) >= 5, what
    story = {article: page["others"] for article, page in then[1].items() if article == "article 5"}
    assert story != {"article 5": then[0]["article 5"]["others"]}, "no story was joined"
    with open_store(path, read_only=True) as store:
        causes = {cause for (cause,) in store.db.execute("SELECT DISTINCT cause FROM past_findings")}
    assert causes == {"reading", "text", "merge"}


def test_every_table_is_told_or_left_out(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        tables = {name for name in store.db.table_names() if not name.startswith(("articles_fts", "_sqlite"))}
    kept_elsewhere = past_rows.told() | past_rows.LEFT_OUT | past_rows.COUNTED_ANEW
    assert tables - {"sqlite_stat1", "sqlite_sequence"} == kept_elsewhere


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_store(tmp_path / "n.db") as store:
        keep(store, 1, body_of(1), FIRST)
    return tmp_path / "n.db"


def test_a_moment_to_come_is_the_database_itself(path: Path) -> None:
    assert past.past(path, LATER + timedelta(hours=1), LATER) == path
    assert not past.folder(path).exists()


def test_a_past_is_built_once_and_anew_where_it_was_built_too_soon(path: Path) -> None:
    at = FIRST + timedelta(hours=1)
    early = past.past(path, at, at + timedelta(minutes=1))
    with open_store(path) as store:
        keep(store, 2, body_of(2), at)  # committed late
    soon = past.past(path, at, at + timedelta(minutes=2))
    assert early == soon
    with open_store(soon, read_only=True) as store:
        assert store.db["articles"].count == 2
    kept = past.past(path, at, LATER)
    made = kept.stat().st_ino
    assert past.past(path, at, LATER) == kept != early
    assert kept.stat().st_ino == made
    assert not list(past.folder(path).glob("*.part"))


def test_what_a_killed_builder_left_is_swept_away(path: Path) -> None:
    past.folder(path).mkdir()
    left = past.folder(path) / "as-of-another.part"
    left.write_bytes(b"half")
    built = past.past(path, FIRST, LATER)
    assert sorted(file.name for file in past.folder(path).iterdir()) == sorted([built.name, "lock"])


def test_few_pasts_are_kept_and_none_after_pruning(path: Path) -> None:
    asked = [FIRST + timedelta(hours=hour) for hour in range(1, past.KEPT + 3)]
    for place, at in enumerate(asked):
        past.past(path, at, LATER + timedelta(minutes=place))
    assert len(list(past.folder(path).glob("*.db"))) == past.KEPT
    past.forget(path)
    assert list(past.folder(path).glob("*.db")) == []


def test_a_past_that_cannot_be_says_why(path: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="its first article came on 2026-05-04"):
        past.past(path, FIRST - timedelta(days=1), LATER)
    built = past.past(path, FIRST, LATER)
    with pytest.raises(DatabaseError, match="is a past itself, of 2026-05-04"):
        past.past(built, FIRST, LATER)
    with open_store(tmp_path / "empty.db"):
        pass
    with pytest.raises(DatabaseError, match="it has no article yet"):
        past.past(tmp_path / "empty.db", FIRST, LATER)


def test_a_past_from_before_changes_were_kept_says_so(path: Path) -> None:
    with open_store(path) as store, store.write() as db:
        db.execute("UPDATE history SET since = ?", [(FIRST + timedelta(days=3)).isoformat()])
    with open_store(past.past(path, FIRST, LATER), read_only=True) as store:
        assert past.note(store) is not None and "2026-05-07" in str(past.note(store))
    with open_store(past.past(path, FIRST + timedelta(days=4), LATER), read_only=True) as store:
        assert past.note(store) is None


PLACES = st.integers(0, 3)
AMOUNTS = st.dictionaries(PLACES, st.tuples(st.floats(0.01, 1e12), st.sampled_from(["USD", "CNY"])))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(1, 2), AMOUNTS),
        st.tuples(st.just("date"), st.integers(1, 2), st.integers(1, 28)),
        st.tuples(st.just("merge"), st.booleans(), st.just(0)),
    ),
    min_size=1,
    max_size=7,
)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_any_course_of_changes_is_told_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any, Any]]
) -> None:
    path = tmp_path_factory.mktemp("course") / "n.db"
    then: dict[datetime, dict[str, list[tuple[Any, ...]]]] = {}
    with open_store(path) as store:
        for number in (1, 2):
            keep(store, number, body_of(number), FIRST)
        lumo, other = add_company(store, "Lumo"), add_company(store, "Lumo Pictures")
        for place, step in enumerate(steps, 1):
            now = FIRST + timedelta(hours=place)
            take(store, step, now, (other, lumo))
            then[now] = rows(store)
    for now, said in then.items():
        with open_store(past.past(path, now, LATER), read_only=True) as store:
            assert rows(store) == said


def take(store: Store, step: tuple[str, Any, Any], now: datetime, pair: tuple[int, int]) -> None:
    """Do one *step* of a course of changes."""
    what, which, how = step
    if what == "read":
        with store.write() as db:
            lay(db, which, said(how, pair[0]), Stamp(now, str(now)))
            with changing(db, [which], now):
                db.execute(
                    "UPDATE articles SET on_beat = ?, read_at = ? WHERE id = ?", [1, now.isoformat(), which]
                )
            settle(db, which, now)
        stories.assign(store, which, now)
    elif what == "date":
        with store.write() as db:
            day = f"2026-04-{how:02}T00:00:00+00:00"
            with changing(db, [which], now):
                db.execute(
                    "UPDATE articles SET published = ? WHERE id = ? AND story IS NOT NULL", [day, which]
                )
            for (story,) in db.execute("SELECT story FROM articles WHERE id = ? AND story > 0", [which]):
                stories.summarise(db, story)
    elif which:
        companies.merge(store, *pair, now)
    elif store.db.execute("SELECT merged_into FROM companies WHERE id = ?", [pair[0]]).fetchone()[0]:
        companies.unmerge(store, pair[0], now)


def said(amounts: dict[int, tuple[float, str]], company: int) -> dict[str, list[dict[str, Any]]]:
    """Amounts at places in the text, a fact of each, and a company."""
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    words = {"sentence": "s", "rule": "r"}
    for number, (place, (value, currency)) in enumerate(amounts.items()):
        at = {"part": "body", "start": place * 10, "end": place * 10 + 5, "text": f"x{place}", **words}
        pair = Ref("money", 0) if number else None
        found["money"].append({**at, "value": value, "currency": currency, "pair_of": pair})
        figure = {"money": Ref("money", number), "percentage": None, "count": None}
        told = {"metric_id": "revenue", "basis": "reported", "confidence": "high", "company": company}
        found["facts"].append({**figure, **told, **words})
        found["company_mentions"].append({**at, "source": "alias", "company": company, "named": company})
    return found


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All findings, the articles' states, companies and counts."""
    asked = {table: f"SELECT * FROM {table} ORDER BY id" for table in (*TABLES, "stories", "companies")}
    asked["articles"] = (
        "SELECT id, published, story, on_beat, settled_at, text_hash FROM articles ORDER BY id"
    )
    asked["counts by day"] = (
        "SELECT s.kind, s.key, d.day, d.stories, d.articles, d.all_stories, d.all_articles "
        "FROM daily_counts d JOIN subjects s ON s.id = d.subject ORDER BY 1, 2, 3"
    )
    asked["vintages"] = "SELECT * FROM fact_vintages ORDER BY fact, valid_from"
    return {what: store.db.execute(sql).fetchall() for what, sql in asked.items()}
