"""Questions put to the database: only reading, with the names that they ask for, and an end by control-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.questions import answer, question, questions
from db.store import DatabaseError, Store, open_store
from tests.news_rows import tell
from tests.programs import start


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as made:
        tell(made, "$412 million", 412e6, body="The werewolf app: Lumo had revenue of $412 million.")
    with open_store(tmp_path / "n.db", read_only=True) as opened:
        yield opened


def test_an_answer_has_the_querys_columns_and_rows(store: Store) -> None:
    found = answer(store, "SELECT stated, value AS v FROM fact_figures WHERE subject = :who", {"who": "Lumo"})
    assert found.names == ("stated", "v")
    assert found.rows == (("$412 million", 412e6),)


def test_full_text_search_and_json_can_be_asked(store: Store) -> None:
    sql = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'werewolf'"
    assert answer(store, sql, {}).rows == ((1,),)
    assert answer(store, "SELECT value FROM json_each('[7]')", {}).rows == ((7,),)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM articles", "does more than read"),
        ("UPDATE articles SET title = ''", "does more than read"),
        ("INSERT INTO themes VALUES ('a', 'b', 'c')", "does more than read"),
        ("CREATE TEMP TABLE x (a)", "does more than read"),
        ("ATTACH ':memory:' AS x", "does more than read"),
        ("PRAGMA table_info(articles)", "does more than read"),
        ("BEGIN", "does more than read"),
        ("SELECT load_extension('x')", "does more than read"),
        ("UPDATE sqlite_master SET sql = ''", "may not be modified"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT * FROM songs", "no such table: songs; `newsgauge dump` lists"),
        ("SELEC", "syntax error"),
    ],
)
def test_what_does_more_than_one_select_is_refused(store: Store, sql: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said):
        answer(store, sql, {})
    assert store.db["articles"].count == 1


def test_refusal_ends_with_the_query(tmp_path: Path) -> None:
    with open_store(tmp_path / "w.db") as writable:
        with pytest.raises(DatabaseError):
            answer(writable, "DELETE FROM articles", {})
        tell(writable, "$1 million", 1e6)
        assert writable.db["articles"].count == 1


def test_names_that_miss_or_are_unknown_are_told(store: Store) -> None:
    with pytest.raises(DatabaseError, match=r"asks for a, b: add -p a=\.\.\. -p b=\.\.\."):
        answer(store, "SELECT :a, :b", {})
    with pytest.raises(DatabaseError, match="does not ask for c: it asks for a"):
        answer(store, "SELECT :a", {"a": "1", "c": "2"})


def test_a_wrong_question_names_near_ones() -> None:
    assert question("what did we know on date").name == "what_did_we_know_on_date"
    with pytest.raises(DatabaseError, match="there are who_makes_or_loses_money"):
        question("who_loses_money")
    with pytest.raises(DatabaseError, match=f"there are {next(iter(questions()))}, "):
        question("?")


def test_control_c_ends_a_query_without_end(store: Store) -> None:
    endless = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    asked = start("--db", store.path, "export", "--csv", "-", "--sql", endless)
    time.sleep(4)
    assert asked.poll() is None
    asked.send_signal(signal.SIGINT)
    try:
        _, told = asked.communicate(timeout=20)
    finally:
        asked.kill()
    assert asked.returncode not in (0, None)
    assert b"Traceback" not in told
