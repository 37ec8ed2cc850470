"""``newsgauge explain``: rule, version, history, correction, other readings and rates of a finding."""

import json
from pathlib import Path
from typing import Any

import pytest

from db.store import open_store
from tests.programs import run


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    done = run("demo", "--folder", folder)
    assert done.returncode == 0, done.stderr
    return folder / "newsgauge.db"


def told(database: Path, *words: str) -> Any:
    done = run("--db", database, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def value(database: Path, sql: str) -> Any:
    with open_store(database, read_only=True) as store:
        return store.db.execute(sql).fetchone()[0]


def test_an_amounts_rates_stand_beside_those_it_might_have_been(demo: Path) -> None:
    number = value(demo, "SELECT m.id FROM money m JOIN facts f ON f.money = m.id WHERE m.fx_method = 'pair'")
    found = told(demo, "explain", f"money:{number}")
    used = [rate for rate in found["rates"] if rate["used"]]
    assert [rate["what"] for rate in used] == ["the article's own pair"]
    others = {rate["what"] for rate in found["rates"] if not rate["used"]}
    assert {"ECB, publication day", "ECB, business day before"} <= others or "ECB, last known day" in others
    amount = value(demo, f"SELECT value FROM money WHERE id = {number}")
    for rate in found["rates"]:
        assert rate["usd"] == pytest.approx(amount / rate["rate"])
    assert found["rule"]
    assert "/" in found["read_by"]


def test_a_fact_names_its_figure_its_correction_and_what_it_was(demo: Path) -> None:
    number = value(demo, "SELECT id FROM facts WHERE money IS NOT NULL AND metric_id = 'revenue' LIMIT 1")
    told(demo, "review", "fix", f"fact:{number}", "--metric-id", "profit", "--by", "ann")
    found = told(demo, "explain", f"fact:{number}")
    assert found["figure"].startswith("money:")
    assert (found["rules_agree"], found["rules_say"]["metric_id"]) == (False, "revenue")
    assert found["vintages"][0]["cause"] == "correction"
    assert ["metric_id", "revenue", "profit"] in found["vintages"][0]["differences"]
    words = run("--db", demo, "explain", f"fact:{number}").stdout
    assert "revenue → profit" in words
    assert "fixed by ann" in words
    figure = told(demo, "explain", found["figure"])
    assert figure["rules_say"] == {"correction": "of the fact that measures it"}


def test_other_readings_of_the_same_words_are_told_present_and_past(demo: Path) -> None:
    sql = (
        "SELECT {} FROM theme_mentions t JOIN company_mentions c ON c.article = t.article "
        'AND c.part = t.part AND c.start < t."end" AND c."end" > t.start ORDER BY t.id LIMIT 1'
    )
    with open_store(demo) as store, store.write() as db:
        db.execute(  # a company within a theme's words, as two rules may read them
            'INSERT INTO company_mentions (article, company, named, part, start, "end", text, sentence, '
            "source, rule) SELECT article, 1, 1, part, start, \"end\", text, sentence, 'ner', 'a rule' "
            "FROM theme_mentions WHERE id = 1"
        )
    theme, company = value(demo, sql.format("t.id")), value(demo, sql.format("c.id"))
    assert f"company:{company}" in told(demo, "explain", f"theme:{theme}")["overlapping"]
    told(demo, "review", "reject", f"company:{company}")
    past = told(demo, "explain", f"theme:{theme}")["overlapping"][f"company:{company}"]
    assert past.endswith(": correction")


def test_the_present_rules_may_be_asked_again(demo: Path) -> None:
    number = value(demo, "SELECT id FROM money WHERE part = 'body' AND currency = 'CNY' LIMIT 1")
    with open_store(demo, read_only=True) as store:
        row = next(store.db.query("SELECT * FROM money WHERE id = ?", [number]))
    again = told(demo, "explain", f"money:{number}", "--again")["read_again"]
    figure = next(one for one in again if one["kind"] == "money")
    assert (figure["text"], figure["rule"]) == (row["text"], row["rule"])
    assert float(figure["value"]) == row["value"]


@pytest.mark.parametrize("word", ["date", "story"])
def test_a_date_and_a_story_are_explained_by_their_article(demo: Path, word: str) -> None:
    found = told(demo, "explain", f"{word}:3")
    assert found["finding"] == f"{word}:3"
    assert found["claims"]


def test_what_is_not_there_is_told(demo: Path) -> None:
    done = run("--db", demo, "explain", "fact:99999999")
    assert done.returncode == 2
    assert "is not there" in done.stderr
