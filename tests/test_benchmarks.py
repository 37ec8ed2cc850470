"""The benchmarks run by one command, on articles that are what they say; the README tells what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import results
from benchmarks.articles import articles, nearest
from benchmarks.reading import compared, share_with_figure

ROOT = Path(__file__).parent.parent


def test_the_articles_are_distinct_of_article_length_and_two_fifths_figures() -> None:
    texts = [row["text"] for row in articles(120)]
    assert nearest(texts) < 0.1
    assert 0.35 < share_with_figure(texts) < 0.45
    assert 200 < sum(len(text.split()) for text in texts) / len(texts) < 600
    assert articles(3) == articles(3)
    assert articles(1, seed=2) != articles(1, seed=3)


def test_near_copies_are_seen() -> None:
    texts = [row["text"] for row in articles(20)]
    assert nearest([*texts, texts[3].replace("the", "this", 2)]) > 0.8


def test_the_short_run_finds_ratios_within_wide_margins() -> None:
    run = [sys.executable, "-m", "benchmarks", "--short"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert abs(sum(found["reading"]["shares"].values()) - 1) < 0.01
    assert {"everything", "companies", "spacy_pinned"} <= set(found["reading"]["tokens_a_cpu_second"])
    assert found["startup"]["first_figure"]["cpu_s"] < found["startup"]["first_finding"]["cpu_s"]


def test_a_ratio_out_of_its_margins_is_told() -> None:
    taken: Any = {
        "spacy_pinned": (100, 1.0, 500.0),
        "everything": (0, 0.9, 450.0),
        "companies": (0, 0.2, 90.0),
    }
    taken["without_facts"] = (0, 0.3, 90.0)
    lines = list(command._broken(compared([taken])))
    assert [line.split(" is ")[0] for line in lines[:2]] == [
        "everything_to_spacy_pinned",
        "everything_to_without_facts_time",
    ]
    assert lines[2] == "reading took 450 MB: most 400"


def test_an_unknown_benchmark_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "readings"])
    with pytest.raises(SystemExit):
        command.main()
    assert "no benchmark called readings: there are reading," in capsys.readouterr().err


def test_results_of_another_machine_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FILE", tmp_path / "results.json")
    results.keep("poll", {"ratio": 1})
    results.keep("figures", {"ratio": 2})
    assert set(results.load()) == {"machine", "poll", "figures"}
    monkeypatch.setattr(results, "machine", lambda: {"processor": "another"})
    results.keep("poll", {"ratio": 3})
    assert results.load() == {"machine": {"processor": "another"}, "poll": {"ratio": 3}}


def test_the_kept_results_are_of_two_thousand_distinct_articles() -> None:
    reading = results.load()["reading"]
    assert reading["articles"] >= 2000
    assert reading["nearest"] < 0.1
    assert 0.35 < reading["share_of_tokens_with_figure"] < 0.45
    assert set(reading["spacy"]) == {"pinned", "newest"}
