"""Stories: near copies joined as they arrive; columns, other tellings and other events kept apart."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import stories
from db.similarity import bands, fingerprint, likeness
from db.store import Store, open_store
from tests.news_rows import add_article

PAIRS = Path(__file__).parent / "data" / "stories" / "pairs.jsonl"
SAME = {"copy", "light_rewrite"}
DAY = date(2026, 4, 6)
NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)

WIRE = (
    "Kestrel Reels will open a studio in Gdansk in June, its third in Europe, and hire 140 people there by "
    "the end of 2027. The app, which belongs to Ostrava Media, pays 32 million zloty for a former shipyard "
    "hall. Its head of production, Marta Lind, said that a series shot in Poland costs 210,000 dollars, a "
    "third less than in Los Angeles. Kestrel had 5.3 million users in March, against 3.9 million a year "
    "before. The first series to be shot there tells of two sisters exchanged at birth."
)


def numbered(store: Store) -> dict[str, int]:
    """How many stories and articles there are, by the stories' rows and by the articles themselves."""
    row = store.db.execute(
        "SELECT (SELECT count(*) FROM stories), (SELECT sum(articles) FROM stories), "
        "(SELECT count(DISTINCT story) FROM articles), (SELECT count(*) FROM articles)"
    ).fetchone()
    return dict(zip(("rows", "told", "stories", "articles"), row, strict=True))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "n.db")


def test_pairs_written_by_another_hand(tmp_path: Path) -> None:
    """Every pair goes through SQLite as two articles would; precision 0.98 and recall 0.9 are floors."""
    wrong, missed, right = [], [], 0
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    for number, pair in enumerate(pairs):
        with open_store(tmp_path / f"{number}.db") as store:
            found = {
                stories.assign(store, add_article(store, date.fromisoformat(text["published"]), **kept), NOON)
                for text in (pair["a"], pair["b"])
                for kept in [{"title": text["title"], "body": text["text"], "outlet": text["outlet"]}]
            }
        joined, same = len(found) == 1, pair["relation"] in SAME
        right += joined and same
        if joined and not same:
            wrong.append(pair["a"]["title"])
        if same and not joined:
            missed.append(pair["a"]["title"])
    assert len(pairs) >= 100
    assert right / (right + len(wrong)) >= 0.98, wrong
    assert right / (right + len(missed)) >= 0.9, missed


def test_all_the_pairs_in_one_file_stay_apart_from_each_other(store: Store) -> None:
    """A story never holds two pairs' texts unless they are word for word the same."""
    texts: dict[str, str] = {}
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        for text in (pair["a"], pair["b"]):
            if text["text"] not in texts:
                texts[text["text"]] = text["title"]
                day = date.fromisoformat(text["published"])
                add_article(store, day, title=text["title"], body=text["text"], outlet=text["outlet"])
    counted = numbered(store)
    assert counted["rows"] == counted["stories"] and counted["told"] == counted["articles"]
    columns = store.db.execute(
        "SELECT story, count(*) FROM articles WHERE title LIKE '%this week%' OR title LIKE '%weekly%' "
        "GROUP BY story HAVING count(*) > 1"
    ).fetchall()
    assert columns == []


def test_a_copy_joins_and_the_first_outlet_is_known(store: Store) -> None:
    late = add_article(
        store, DAY + timedelta(1), title="Kestrel goes to Gdansk", body=WIRE, outlet="Lakeside"
    )
    first = add_article(
        store, DAY, title="A studio for Kestrel", body="GDANSK — " + WIRE, outlet="Baltic Wire"
    )
    (story,) = store.db.query("SELECT s.*, o.name FROM stories s JOIN outlets o ON o.id = s.first_outlet")
    assert (story["first_article"], story["name"]) == (first, "Baltic Wire")
    assert (story["articles"], story["outlets"], story["title"]) == (2, 2, "A studio for Kestrel")
    assert late != first


def test_a_copy_cut_short_joins(store: Store) -> None:
    add_article(store, DAY, body=WIRE)
    add_article(store, DAY, body=". ".join(WIRE.split(". ")[:2]) + ".", outlet="Lakeside")
    assert numbered(store)["stories"] == 1


def test_the_next_weeks_column_is_another_story(store: Store) -> None:
    column = (
        "Each Friday we list the apps that were installed most. {a} leads with {n} thousand installs, "
        "ahead of {b} with {m} thousand. The ten of them came to {k} million. We leave out what was paid "
        "for, and count a device once. "
        "Those who find a mistake may write to the desk, which answers within days."
    )
    add_article(
        store, DAY, title="The installs", body=column.format(a="Lumo", n=812, b="Tiderip", m=640, k=4.1)
    )
    add_article(
        store,
        DAY + timedelta(7),
        title="The installs",
        body=column.format(a="Vireo", n=905, b="Lumo", m=577, k=3.8),
    )
    assert numbered(store)["stories"] == 2


def test_a_copy_of_last_month_is_another_story(store: Store) -> None:
    add_article(store, DAY, body=WIRE)
    add_article(store, DAY + timedelta(40), body=WIRE, outlet="Lakeside")
    assert numbered(store)["stories"] == 2


def test_titles_alone_join_only_where_they_are_one_anothers(store: Store) -> None:
    title = "Kestrel Reels opens a studio in Gdansk"
    add_article(store, DAY, title=title, body_source="title")
    add_article(store, DAY + timedelta(1), title=title, body_source="title", outlet="Lakeside")
    add_article(store, DAY + timedelta(1), title=title, body_source="title", outlet="Lakeside")
    add_article(store, DAY, title="Morning news", body_source="title")
    add_article(store, DAY, title="Morning news", body_source="title", outlet="Lakeside")
    assert numbered(store)["stories"] == 3


def test_a_notice_in_place_of_a_text_joins_nothing(store: Store) -> None:
    notice = "This text is for our subscribers alone; please sign in or take out a subscription to read on."
    add_article(store, DAY, title="Heiress plots are back", body=notice)
    add_article(store, DAY, title="Why vampires sell", body=notice)
    add_article(store, DAY, title="A lawsuit over dubbing", body=notice, outlet="Lakeside")
    assert numbered(store)["stories"] == 3


def test_a_text_found_later_joins_its_copies(store: Store) -> None:
    add_article(store, DAY, body=WIRE)
    late = add_article(store, DAY, title="Kestrel builds", body_source="title", outlet="Lakeside")
    assert numbered(store)["stories"] == 2
    with store.write() as db:
        db.execute("UPDATE articles SET body = ?, text_hash = 'new' WHERE id = ?", [WIRE, late])
    stories.assign(store, late, NOON)
    assert numbered(store) == {"rows": 1, "told": 2, "stories": 1, "articles": 2}


def test_the_whole_text_joins_the_stories_of_its_halves(store: Store) -> None:
    sentences = WIRE.split(". ")
    add_article(store, DAY, title="A new hall", body=". ".join(sentences[:3]), outlet="Lakeside")
    add_article(store, DAY, title="Five million", body=". ".join(sentences[3:]), outlet="Hill Echo")
    assert numbered(store)["stories"] == 2
    add_article(store, DAY, body=WIRE, outlet="Baltic Wire")
    assert numbered(store) == {"rows": 1, "told": 3, "stories": 1, "articles": 3}


def test_assigning_again_changes_nothing(store: Store) -> None:
    articles = [add_article(store, DAY, body=WIRE, outlet=name) for name in ("Lakeside", "Hill Echo")]
    before = list(store.db.conn.iterdump())
    for article in articles:
        stories.assign(store, article, NOON)
    assert list(store.db.conn.iterdump()) == before


def test_articles_left_without_a_story_get_theirs(store: Store) -> None:
    for name in ("Lakeside", "Hill Echo"):
        add_article(store, DAY, body=WIRE, outlet=name, in_story=False)
    assert numbered(store)["stories"] == 0
    assert stories.assign_missing(store) == 2
    assert numbered(store)["stories"] == 1
    assert stories.assign_missing(store) == 0


def test_bands_of_old_weeks_are_forgotten(store: Store) -> None:
    add_article(store, DAY, body=WIRE)
    assert stories.forget_bands(store, DAY) == 0
    assert stories.forget_bands(store, DAY + timedelta(30)) > 0
    assert store.db["story_bands"].count == 0


def test_finding_near_copies_reads_a_few_weeks_bands_by_index(store: Store) -> None:
    plan = store.db.execute(
        "EXPLAIN QUERY PLAN SELECT article FROM story_bands WHERE week IN (1, 2) AND key IN (3, 4, 5)"
    ).fetchall()
    assert [step[3] for step in plan] == ["SEARCH story_bands USING PRIMARY KEY (week=? AND key=?)"]


WORDS = st.lists(
    st.sampled_from(["the", "a", "studio", "app", "plot", "wolf", "12", "340", "Lumo", "Ana"]), max_size=80
)


@given(WORDS, WORDS)
def test_likeness_is_symmetric_and_a_text_is_like_itself(one: list[str], other: list[str]) -> None:
    a = fingerprint("One title of five words", " ".join(one), 1, DAY)
    b = fingerprint("One title of five words", " ".join(other), 2, DAY)
    assert likeness(a, b) == likeness(b, a)
    twin = fingerprint("One title of five words", " ".join(one), 2, DAY)
    assert likeness(a, twin) == 1.0
    assert bands(a) == bands(twin)


def test_chinese_copies_join_and_others_do_not() -> None:
    text = "短剧平台蓝鲸在五月上线了三十二部新剧,其中十一部讲述真假千金,海外收入达到四千万美元。"
    other = "影视公司青石宣布将在横店建设新的摄影棚,预计明年完工,总投资为两亿元,并雇用六百人。"
    a, copy = fingerprint("蓝鲸上新", text, 1, DAY), fingerprint("蓝鲸新剧", "本报讯 " + text, 2, DAY)
    assert set(bands(a)) & set(bands(copy))
    assert likeness(a, fingerprint("青石", other, 2, DAY)) == 0
