"""``newsgauge review`` as its users run it: list, show, judge, take back, export, and keys at a terminal."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from db.store import open_store
from tests.programs import run
from tests.terminals import press, read_until, terminal


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    done = run("demo", "--folder", folder)
    assert done.returncode == 0, done.stderr
    return folder / "newsgauge.db"


def told(database: Path, *words: str) -> Any:
    done = run("--db", database, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(database: Path, sql: str) -> list[dict[str, Any]]:
    with open_store(database, read_only=True) as store:
        return list(store.db.query(sql))


def test_the_most_doubtful_come_first_and_say_why(demo: Path) -> None:
    listed = told(demo, "review", "list", "--limit", "2000")
    amounts = {row["id"]: row["text"] for row in rows(demo, "SELECT id, text FROM money")}
    scores = [row["score"] for row in listed]
    assert scores == sorted(scores, reverse=True)
    whys = [row["why"] for row in listed]
    assert any("pair fits none" in why for why in whys)
    assert any("apart" in why for why in whys)
    assert len({row["finding"] for row in listed}) == len(listed)
    for row in listed:
        start, end = row["span"]
        kind, _, number = row["finding"].partition(":")
        assert kind != "money" or row["sentence"][start:end] == amounts[int(number)]
    companies = told(demo, "review", "list", "--kind", "company")
    assert companies
    assert {row["finding"].split(":")[0] for row in companies} == {"company"}


def test_a_verdict_is_given_told_and_taken_back(demo: Path) -> None:
    fact = rows(demo, "SELECT id FROM facts WHERE confidence = 'low' AND money IS NOT NULL LIMIT 1")[0]["id"]
    said = ("--metric-id", "profit", "--by", "ann", "--note", "seen")
    made = told(demo, "review", "fix", f"fact:{fact}", *said)
    assert made["values"]["metric_id"] == "profit"
    shown = " ".join(run("--db", demo, "review", "show", f"fact:{fact}").stdout.split())  # lines are wrapped
    assert "profit" in shown
    assert "fixed by ann" in shown
    assert "high confidence" in shown
    (listed,) = [c for c in told(demo, "review", "corrections") if c["id"] == made["correction"]]
    assert (listed["by"], listed["note"], listed["rules_agree"]) == ("ann", "seen", False)
    back = told(demo, "review", "undo", str(made["correction"]))
    assert back["undone_at"]
    (row,) = rows(demo, f"SELECT confidence, correction FROM facts WHERE id = {fact}")
    assert (row["confidence"], row["correction"]) == ("low", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fix", "money:1", "--currency", "RNB"), "no currency"),
        (("fix", "theme:1", "--currency", "USD"), "--theme"),
        (("accept", "fact:99999999"), "is not there"),
        (("undo", "99999"), "no correction 99999"),
        (("show", "nothing"), "names no finding"),
        ((), "needs a terminal"),
    ],
)
def test_wrong_use_is_a_line_that_says_what_to_do(demo: Path, words: tuple[str, ...], said: str) -> None:
    done = run("--db", demo, "review", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_verdicts_become_examples_that_name_their_spans(demo: Path, tmp_path: Path) -> None:
    amount = rows(demo, "SELECT id, text, sentence FROM money WHERE part = 'body' ORDER BY id LIMIT 1")[0]
    company = rows(demo, "SELECT id FROM company_mentions WHERE part = 'body' ORDER BY id LIMIT 1")[0]["id"]
    theme = rows(demo, "SELECT id FROM theme_mentions WHERE part = 'body' ORDER BY id LIMIT 1")[0]["id"]
    for words in (
        ("fix", f"money:{amount['id']}", "--value", "1234567"),
        ("accept", f"company:{company}"),
        ("reject", f"theme:{theme}"),
        ("accept", "fact:5"),
        ("accept", "date:2"),
        ("reject", "story:2"),
    ):
        told(demo, "review", *words)
    counts = told(demo, "review", "export", str(tmp_path / "examples"))
    assert set(counts) >= {"figures", "facts", "themes", "companies", "dates"}
    for name in counts:
        written = (tmp_path / "examples" / f"{name}.jsonl").read_text(encoding="utf-8")
        lines = list(map(json.loads, written.splitlines()))
        assert len(lines) == counts[name]
        assert all(" by " in line["note"] for line in lines)
    figures = (tmp_path / "examples" / "figures.jsonl").read_text(encoding="utf-8")
    example = next(e for e in map(json.loads, figures.splitlines()) if e["text"] == amount["sentence"])
    assert {"1234567"} <= {figure["value"] for figure in example["figures"]}
    for figure in example["figures"]:
        assert example["text"][figure["start"] : figure["end"]] == figure["text"]


def test_a_key_a_verdict_at_a_terminal(demo: Path) -> None:
    def judged() -> list[tuple[str, str | None]]:
        sql = "SELECT verdict, undone_at FROM corrections WHERE \"by\" = 'tess' ORDER BY id"
        return [(row["verdict"], row["undone_at"]) for row in rows(demo, sql)]

    with terminal("--db", demo, "review", "--kind", "theme", "--by", "tess") as screen:
        first = read_until(screen, "q quit")
        assert "theme:" in first
        assert "\x1b[1;30;43m" in first  # the span stands out
        press(screen, b"a")
        read_until(screen, "q quit")
        press(screen, b"s")
        read_until(screen, "q quit")
        press(screen, b"r")
        read_until(screen, "q quit")
        assert judged() == [("accept", None), ("reject", None)]
        press(screen, b"u")
        read_until(screen, "q quit")
        assert [undone is None for _, undone in judged()] == [True, False]
        press(screen, b"f")
        read_until(screen, "theme")
        os.write(screen, b"warewolf\n")
        read_until(screen, "near: werewolf")
        read_until(screen, "q quit")
        press(screen, b"q")
        read_until(screen, "1 corrections made")
