"""One hard article, from a feed and its page by ``update`` into an empty database, read right."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from db.store import Store, open_store
from monitor.demo.server import serving
from monitor.demo.site import Outlet, Piece, Site
from tests.programs import run, write_config

OUTLET = Outlet("tidewire", "Tide Wire", "trade press", "CN", "News of small screens", full_text=False)
TITLE = "Chinese Short Dramas' Sales Abroad Double as Fake Heiresses Replace Wolves"
PARAGRAPHS = (
    "(Tide Wire) Nov. 3 -- Overseas sales of Chinese short dramas doubled in the nine months ended "
    "Sept. 30 from a year earlier, according to a report that the Harbour Audiovisual Guild released "
    "at its Vertical Screen Forum on Nov. 1.",
    "The country's short-drama industry took in CNY42 billion (USD5.9 billion) in the period, and the "
    "guild expects CNY60 billion for the whole year. Eighty-five percent of the 30 biggest apps "
    "abroad belong to Chinese companies, the report said.",
    "Users outside China spent USD1.8 billion in the apps, of which 48 percent came from North "
    "America. Lanternfish Studio, the owner of the app PocketReel, alone made CNY5.5 billion (USD774 "
    "million), up 31 percent. Lanternfish said a series now costs it between 200,000 and 300,000 "
    "dollars, a two- to three-fold increase on 2024.",
    "Quillmoon Entertainment, which is listed in Hong Kong, filled 60 to 65 percent of its slots with "
    'dubbed titles last year. "We cut that to 20 percent," said Lin Yaqing, who runs Quillmoon\'s '
    "studio.",
    "Werewolf-focused series led the charts until spring, but stories of a true heiress and a fake "
    "one have overtaken them, and revenge plots, campus romances and dramas about a family reunion "
    "follow. Amazon sells some of the titles on Prime Video, too.",
)
MONEY = {
    ("CNY42 billion", 42e9, None, "CNY"),
    ("USD5.9 billion", 5.9e9, None, "USD"),
    ("CNY60 billion", 60e9, None, "CNY"),
    ("USD1.8 billion", 1.8e9, None, "USD"),
    ("CNY5.5 billion", 5.5e9, None, "CNY"),
    ("USD774 million", 774e6, None, "USD"),
    ("200,000 and 300,000 dollars", 200e3, 300e3, "USD"),
}
RATIOS = {
    ("doubled", 2, None, "multiple"),
    ("Eighty-five percent", 85, None, "percent"),
    ("48 percent", 48, None, "percent"),
    ("31 percent", 31, None, "percent"),
    ("two- to three-fold", 2, 3, "multiple"),
    ("60 to 65 percent", 60, 65, "percent"),
    ("20 percent", 20, None, "percent"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An empty database after one ``newsgauge update`` over a feed that lists the article."""
    folder = tmp_path_factory.mktemp("article")
    piece = Piece(OUTLET, "sales-abroad", TITLE, PARAGRAPHS, datetime(2025, 11, 3, 6, tzinfo=UTC))
    site = Site((OUTLET,), (piece,))
    with serving(site) as base:
        write_config(folder, site, base)
        done = run("update", folder=folder)
    assert done.returncode == 0, done.stderr
    with open_store(folder / "n.db", read_only=True) as opened:
        yield opened


def test_the_body_is_the_article_without_what_stands_around_it(store: Store) -> None:
    ((title, body),) = store.db.execute("SELECT title, body FROM articles").fetchall()
    assert title == TITLE
    assert [line for line in body.splitlines() if line.strip()] == list(PARAGRAPHS)


def test_every_amount_is_read_with_its_pair(store: Store) -> None:
    sql = "SELECT text, value, value_max, currency FROM money WHERE part = 'body'"
    assert set(store.db.execute(sql).fetchall()) == MONEY
    pairs = store.db.execute("SELECT c.text, s.text FROM money c JOIN money s ON s.id = c.pair_of").fetchall()
    assert set(pairs) == {("USD5.9 billion", "CNY42 billion"), ("USD774 million", "CNY5.5 billion")}


def test_every_ratio_is_read_in_its_unit(store: Store) -> None:
    sql = "SELECT text, value, value_max, unit FROM percentages WHERE part = 'body'"
    assert set(store.db.execute(sql).fetchall()) == RATIOS


def test_companies_are_joined_under_all_their_names(store: Store) -> None:
    sql = """
    SELECT c.name, count(*) FROM company_mentions m JOIN companies c ON c.id = m.company
     WHERE m.part = 'body' AND c.kind = 'company' GROUP BY 1
    """
    found = dict(store.db.execute(sql).fetchall())
    assert found["Lanternfish Studio"] == 2
    assert found["Quillmoon Entertainment"] == 2
    assert found["PocketReel"] == 1
    assert found["Amazon"] == 1
    assert "Harbour Audiovisual Guild" not in found
    assert "Vertical Screen Forum" not in found


def test_the_storys_themes_are_found(store: Store) -> None:
    themes = {row[0] for row in store.db.execute("SELECT DISTINCT theme FROM theme_mentions")}
    assert themes >= {"werewolf", "true-heiress", "revenge", "campus", "family-reunion"}


def test_the_lead_figures_fact_is_what_an_analyst_would_write(store: Store) -> None:
    sql = """
    SELECT period_start, period_end, unit, value, usd FROM fact_figures WHERE stated = 'CNY42 billion'
    """
    assert store.db.execute(sql).fetchone() == ("2025-01-01", "2025-09-30", "CNY", 42e9, 5.9e9)


def test_every_mention_points_into_its_text(store: Store) -> None:
    for table in ("money", "percentages", "company_mentions", "theme_mentions"):
        sql = f"""
        SELECT m.text, m.start, m."end", m.sentence, CASE m.part WHEN 'title' THEN a.title ELSE a.body END
          FROM {table} m JOIN articles a ON a.id = m.article
        """
        rows = store.db.execute(sql).fetchall()
        assert rows
        for text, start, end, sentence, whole in rows:
            assert whole[start:end] == text
            assert text in sentence
