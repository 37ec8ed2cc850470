"""Titles of series, films and books: what counts as one, and what is only in quotes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import titles
from tests.test_themes import doc_of


def named(text: str) -> list[str]:
    return [mention.text for mention in titles.read(doc_of(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Its series "The Duke Next Door" had 9 million views.', ["The Duke Next Door"]),
        ("The film ‘Salt on the Road’ was shot in Oman.", ["Salt on the Road"]),
        ("The drama 'Don't Tell Mr. Lin' runs for an hour.", ["Don't Tell Mr. Lin"]),
        ("“Lantern Street,” a drama in forty episodes, was dubbed into Thai.", ["Lantern Street"]),
        ("The hit series *Paper Moons* returns.", ["Paper Moons"]),
        ("Sales of the novel rose after the micro-drama Lost by Tuesday went viral.", ["Lost by Tuesday"]),
        ("The studio made titles such as Bitter Honey, Glass Husband and Left at the Altar last year.",
         ["Bitter Honey", "Glass Husband", "Left at the Altar"]),
        ("Some episodes are being filmed in Lagos, among them Midnight Bride and Tied to the Boss.",
         ["Midnight Bride", "Tied to the Boss"]),
        ("短剧《雪夜归人》上线三天播放量破亿。", ["雪夜归人"]),
        ("She watched “Suits” and another series.", ["Suits"]),
    ],
)  # fmt: skip
def test_titles(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'He called the drama "a gift from the gods" in May.',
        "The single “Blue Window” topped the charts, and the band will play in a series of concerts.",
        "The report “State of the Screen” says that series are shorter.",
        "《微短剧管理办法》将于明年施行。",
        'The bank\'s "Project Falcon Nine" cut 300 jobs.',
        "Apps such as Quick Reel and Tiny Soap grew; the drama industry is in Southeast Asia.",
        "The Micro-Drama Management Measures take effect in May, and the series need a licence.",
        "We can launch a series; don't you agree? It's the producers' choice.",
    ],
)
def test_what_is_no_title(text: str) -> None:
    assert named(text) == []


@given(
    st.lists(
        st.sampled_from(
            ['"', "'", "‘", "’", "“", "”", "The Film", "drama ", "called ", "*", "_", "《", "》", ", "]
        )
    )
)
@settings(max_examples=200, deadline=None)
def test_a_title_is_a_stretch_of_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    found = titles.read(doc_of(text))
    assert all(text[t.start : t.end] == t.text and t.text.strip() == t.text != "" for t in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
