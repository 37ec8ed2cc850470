"""Themes on articles: precision and recall by article and theme, against floors."""

from __future__ import annotations

import json

import pytest

from tests.test_themes import found
from tests.themes_scored import CLOSED, DATA, Score, score


def _articles() -> list[dict[str, object]]:
    lines = (DATA / "theme_rules" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _floor(name: str) -> float:
    floors = json.loads((DATA / "floors.json").read_text(encoding="utf-8"))
    return float(floors["themes"][name]["f1"])


def test_themes_of_articles(capsys: pytest.CaptureFixture[str]) -> None:
    total: Score = score((set(a["themes"]), found(str(a["text"])) & CLOSED) for a in _articles())  # type: ignore[call-overload]
    with capsys.disabled():
        print(f"\nthemes, {len(_articles())} articles: {total}")
    assert total.f1 >= _floor("articles")


def test_no_theme_in_articles_of_the_real_world() -> None:
    assert [a["text"] for a in _articles() if not a["themes"] and found(str(a["text"]))] == []
