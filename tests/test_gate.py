"""The relevance gate: what it lets through; what it leaves is kept, counted, and read when asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.articles import NewArticle, keep_article
from db.gate import count_left_unread
from db.store import Store, open_store
from extractors.gate import Gate
from extractors.pipeline import Reader, Reading
from extractors.version import version_of
from monitor.backfill.run import here, run_backfill
from monitor.collect.articles import text_hash
from monitor.config import Config, load_config
from monitor.demo.server import serving
from monitor.reading import read_pass
from monitor.update import read_left_unread, read_waiting
from tests.programs import run, small_site, write_config

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "text", "passes"),
    [
        (("micro-drama",), "Micro Dramas sell.", True),
        (("micro-drama",), "A micro\u2010drama sells.", True),
        (("micro drama",), "The MICRO-DRAMA's end", True),
        (("drama",), "Melodrama sells.", False),
        (("drama",), "Dramatic sales.", False),
        (("app",), "Apps and an appeal", True),
        (("app",), "An appeal", False),
        (("\u77ed\u5267",), "\u56fd\u4ea7\u77ed\u5267\u51fa\u6d77", True),
        (("ReelShort",), "Crazy Maple Studio raised $3 million.", False),
        (("Crazy Maple Studio",), "Crazy Maple raised $3 million.", True),
        (("werewolf",), "An alpha rejects his fated mate in the drama.", True),
        (("werewolf",), "Shares rose 3 percent.", False),
        (("true-heiress",), "The drama of a fake heiress and the true heiress", True),
    ],
)
def test_words_companies_and_themes(words: tuple[str, ...], text: str, passes: bool) -> None:
    gate = Reader(Reading(only_if=words)).gate
    assert gate is not None
    assert gate.lets("A title", text) is passes
    assert gate.lets(text, "") is passes


def test_a_gate_of_the_beat_never_turns_away_what_is_on_it() -> None:
    lines = (Path(__file__).parent / "data" / "beat" / "mixed.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    reader = Reader(Reading(only_if="beat"))
    gate = reader.gate
    assert gate is not None
    from extractors.contract import text_from

    texts = [text_from(row, number) for number, row in enumerate(rows, 1)]
    on = [bool(found.beat and found.beat.on) for found in reader.read(texts, ["themes"])]
    passed = [gate.lets(text.title or "", text.text) for text in texts]
    assert sum(on) >= 10
    assert not [text.id for text, o, p in zip(texts, on, passed, strict=True) if o and not p]
    assert passed.count(False) >= 10, "it turns much of the rest away"


def test_a_gates_name_changes_with_what_it_lets_through() -> None:
    def name(**how: Any) -> str | None:
        gate = Reader(Reading(**how)).gate
        return gate and gate.name

    assert name() is None
    assert name(only_if=("a", "b")) == name(only_if=("b", "A")) != name(only_if=("a",))
    assert name(only_if="beat") != name(only_if="beat", beat="electric-cars")
    assert Gate.of((" - ",), None, Reader().known_companies, Reader().taxonomy) is None


TEXTS = {
    "on": "Micro-drama app Lume raised $30 million, up 12 percent.",
    "off": "Steelmaker Aceros raised $40 million, up 15 percent.",
    "hand": "Cement maker Calk raised $50 million, up 18 percent.",
}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "n.db") as opened:
        for name, body in TEXTS.items():
            found = NewArticle(
                url=f"https://o.example/{name}",
                title=f"About {name}",
                body=body,
                body_source="hand" if name == "hand" else "page",
                text_hash=text_hash(f"About {name}", body),
                language="en",
                published=NOW,
            )
            keep_article(opened, found, None, None, NOW)
        yield opened


def read(store: Store, only_if: Any) -> int:
    how = Reading(only_if=only_if)
    return read_pass(store, Reader(how), version_of(how), lambda: NOW)


def state(store: Store) -> dict[str, str]:
    """Of each article: read, left, or waiting; and how many amounts are known of it."""
    rows = store.db.execute(
        "SELECT substr(url, 19), CASE WHEN gate IS NOT NULL THEN 'left' WHEN read_at IS NULL THEN 'waiting' "
        "ELSE 'read' END || (SELECT count(*) FROM money m WHERE m.article = a.id) FROM articles a"
    ).fetchall()
    return dict(rows)


def test_the_reading_pass_leaves_and_counts_what_the_gate_turns_away(store: Store) -> None:
    assert read(store, ("micro-drama",)) == 2
    assert state(store) == {"on": "read1", "off": "left0", "hand": "read1"}
    assert count_left_unread(store) == 1
    assert read(store, ("micro-drama",)) == 0, "nothing waits"


def test_a_changed_gate_reads_what_it_now_lets_through_and_none_reads_all(store: Store) -> None:
    read(store, ("micro-drama",))
    assert read(store, ("micro-drama", "cement")) == 0
    assert state(store)["off"] == "left0"
    assert read(store, ("steelmaker",)) == 1, "what is read stays read"
    assert state(store) == {"on": "read1", "off": "read1", "hand": "read1"}


def test_without_the_gate_all_is_read(store: Store) -> None:
    read(store, ("micro-drama",))
    assert read(store, ()) == 1
    assert state(store)["off"] == "read1"
    assert read(store, ("micro-drama",)) == 0, "a gate takes nothing back"
    assert count_left_unread(store) == 0


def test_a_new_version_judges_anew_and_reads_whole_what_was_left(store: Store) -> None:
    read(store, ("micro-drama",))
    how = Reading(only_if=("steelmaker",), themes=({"name": "steel", "phrases": ["steelmaker"]},))
    assert version_of(how).differs_only_in_themes(str(version_of(Reading())))
    assert read_pass(store, Reader(how), version_of(how), lambda: NOW) == 3
    assert state(store)["off"] == "read1", "figures, too, not its themes alone"


def test_a_revised_text_is_judged_again(store: Store) -> None:
    read(store, ("micro-drama",))
    body = "Steelmaker Aceros raised $40 million for a micro-drama."
    found = NewArticle("https://o.example/off", "About off", body, "page", text_hash("About off", body))
    keep_article(store, found, None, 2, NOW)
    assert count_left_unread(store) == 0
    assert read(store, ("micro-drama",)) == 1
    assert state(store)["off"] == "read1"


def test_on_demand_what_was_left_is_read_and_the_gate_stays(store: Store) -> None:
    config = Config.model_validate({"reading": {"only_if": ["micro-drama"]}})
    assert read_waiting(store, config, lambda: NOW).left_unread == 1
    assert read_left_unread(store, config, lambda: NOW).read == 1
    assert state(store)["off"] == "read1"
    assert read_waiting(store, config, lambda: NOW).read == 0


def test_a_backfill_leaves_the_same(tmp_path: Path) -> None:
    rows = [{"title": f"About {n}", "text": t, "url": f"https://o.example/{n}"} for n, t in TEXTS.items()]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    config = Config.model_validate({"reading": {"only_if": ["micro-drama"]}})
    with open_store(tmp_path / "n.db") as store:
        summary = run_backfill(store, config, [str(tmp_path / "a.jsonl")], lambda: NOW, here)
        assert (summary.articles, summary.left_unread) == (3, 2)
        assert state(store) == {"on": "read1", "off": "left0", "hand": "left0"}
        assert store.db["articles"].count_where("story IS NULL") == 2
        assert read_waiting(store, Config(), lambda: NOW).read == 2, "the gate is gone"


def test_update_status_and_read_tell_what_is_left(tmp_path: Path) -> None:
    site = small_site(14)
    with serving(site) as base:
        write_config(tmp_path, site, base, '[reading]\nonly_if = "beat"\n')
        assert load_config(tmp_path / "newsgauge.toml").how_to_read.only_if == "beat"
        updated = run("update", "--all", "--json", folder=tmp_path)
    told = json.loads(updated.stdout)
    assert told["left_unread"] >= 1 and told["read"] + told["left_unread"] == 14
    status = json.loads(run("status", "--json", folder=tmp_path).stdout)
    assert status["queues"]["left_unread"] == told["left_unread"]
    assert status["queues"]["to_read"] == 0
    assert f"{told['left_unread']} left unread by only_if" in run("status", folder=tmp_path).stdout
    read = run("read", "--left-unread", folder=tmp_path)
    assert read.stdout == f"{told['left_unread']} articles read that only_if had left unread\n"
    status = json.loads(run("status", "--json", folder=tmp_path).stdout)
    assert (status["queues"]["left_unread"], status["funnel"]["read"]) == (0, 14)
    both = run("read", "--left-unread", "https://example.org", folder=tmp_path)
    assert both.returncode == 2 and "either a SOURCE or --left-unread" in both.stderr


@pytest.mark.parametrize("given", ['"everything"', "[1]", "5"])
def test_a_gate_that_is_none_is_named(tmp_path: Path, given: str) -> None:
    (tmp_path / "newsgauge.toml").write_text(f"[reading]\nonly_if = {given}\n")
    told = run("status", folder=tmp_path)
    assert told.returncode == 2
    assert "only_if" in told.stderr and "Traceback" not in told.stderr
