"""Themes on articles: precision and recall by article and theme, against floors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.test_themes import found
from tests.themes_scored import CLOSED, examples, floor, score

OWN = [e for e in examples("theme_rules") if e["file"] == "articles.jsonl"]
ANOTHERS = list(examples("themes"))


def _said(example: Mapping[str, Any]) -> set[str]:
    return found(example["text"]) | found(example.get("title") or "")


@pytest.mark.parametrize(("name", "articles"), [("articles", OWN), ("examples", ANOTHERS)])
def test_themes_of_articles(
    name: str, articles: list[Mapping[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    total = score((set(a["themes"]) & CLOSED, _said(a) & CLOSED) for a in articles)
    with capsys.disabled():
        print(f"\nthemes, {name}, {len(articles)}: {total}")
    assert len(articles) >= 60
    assert total.f1 >= floor("themes", name)


def test_no_theme_at_all_in_the_real_world() -> None:
    tricky = [a for a in (*OWN, *ANOTHERS) if not a["themes"]]
    assert len(tricky) >= 40
    assert [a["text"] for a in tricky if _said(a)] == []
