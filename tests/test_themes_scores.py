"""Themes on articles: precision and recall by article and theme, against floors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from extractors.themes import Taxonomy
from extractors.themes.words import is_chinese
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


NEWS = (
    "Regulators in Oslo published a paper on {} on Tuesday.",
    "The insurer said that claims over {} rose 4 percent last year, and its shares fell.",
    "Police in Leeds asked the public about {} near the railway station.",
)
NEWS_ZH = ("央行周二公布了关于{}的统计数据。", "保险公司表示，与{}有关的理赔去年增长4%。")
AMBIGUOUS = ("story", "plot", "strict", "near")
MOST_COUNTED = 0.03
"""The share of forms that may count without a story: most of these name one themselves ("dark romance")."""


def test_an_ambiguous_form_counts_for_nothing_in_news_of_the_world() -> None:
    taxonomy = Taxonomy.load()
    counted, forms = [], 0
    for form, steps in zip(taxonomy.forms, taxonomy.steps, strict=True):
        if form.level in AMBIGUOUS:
            forms += 1
            phrase = " ".join(min(step.phrases, key=lambda words: (len(words), words)) for step in steps)
            carriers = NEWS_ZH if is_chinese(phrase) else NEWS
            if any(found(carrier.format(phrase)) for carrier in carriers):
                counted.append(form.pattern)
    assert forms > 600
    assert len(counted) <= MOST_COUNTED * forms, counted


def test_no_theme_at_all_in_the_real_world() -> None:
    tricky = [a for a in (*OWN, *ANOTHERS) if not a["themes"]]
    assert len(tricky) >= 40
    assert [a["text"] for a in tricky if _said(a)] == []
