"""The views of what stands together: themes with companies, themes and countries; a story counts once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from db.store import Store, open_store
from tests.news_rows import add_article

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two copies of one story of a werewolf's revenge by Lumo, and another with revenge alone."""
    with open_store(tmp_path / "n.db") as opened:
        first = add_article(opened, MONDAY, themes=["werewolf", "revenge"], companies=["Lumo"])
        story = opened.db.execute("SELECT story FROM articles WHERE id = ?", [first]).fetchone()[0]
        add_article(opened, FRIDAY, themes=["werewolf", "revenge"], companies=["Lumo"], story=story)
        add_article(opened, FRIDAY, title="Another of its own", themes=["revenge"], companies=["Tiderip"])
        add_article(opened, FRIDAY, title="Beside the point", themes=["werewolf", "palace"], on_beat=False)
        with opened.write() as db:
            db.execute("UPDATE theme_mentions SET on_beat = 0 WHERE theme = 'palace'")
        yield opened


def place(store: Store, article: int, country: str, sentence: str, rule: str) -> None:
    row = {"article": article, "country": country, "part": "body", "start": 2, "end": 4, "text": country}
    with store.write() as db:
        db["country_mentions"].insert({**row, "sentence": sentence, "rule": rule})


def test_themes_and_companies(store: Store) -> None:
    rows = store.db.execute(
        "SELECT theme, company_name, stories, articles, first_day, last_day FROM theme_companies"
    )
    assert sorted(rows.fetchall()) == [
        ("revenge", "Lumo", 1, 2, "2026-03-02", "2026-03-06"),
        ("revenge", "Tiderip", 1, 1, "2026-03-06", "2026-03-06"),
        ("werewolf", "Lumo", 1, 2, "2026-03-02", "2026-03-06"),
    ]


def test_themes_and_themes(store: Store) -> None:
    rows = store.db.execute("SELECT theme, other_theme, stories, articles FROM theme_pairs").fetchall()
    assert sorted(rows) == [("revenge", "werewolf", 1, 2), ("werewolf", "revenge", 1, 2)]


def test_themes_and_countries_of_the_sentence_or_the_audience(store: Store) -> None:
    place(store, 1, "BR", "x", "name")
    place(store, 1, "MX", "another sentence", "audience")
    place(store, 1, "FR", "another sentence", "name")
    rows = store.db.execute("SELECT theme, country, stories FROM theme_countries WHERE theme = 'werewolf'")
    assert sorted(rows.fetchall()) == [("werewolf", "BR", 1), ("werewolf", "MX", 1)]
