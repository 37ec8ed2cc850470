"""Countries and regions: which words name one, and which are part of another name."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from extractors import countries
from tests.test_themes import doc_of


def named(text: str) -> list[str]:
    return [mention.country for mention in countries.read(doc_of(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales doubled in Brazil, Mexico and the U.S. last year.", ["BR", "MX", "US"]),
        ("The United States and Great Britain", ["US", "GB"]),
        ("It is popular in North America and South-East Asia.", ["North America", "Southeast Asia"]),
        ("Indonesian viewers pay less than Japanese women do.", ["ID", "JP"]),
        ("The Latin American market grew.", ["Latin America"]),
        ("China's apps lead in the Middle East and the UAE.", ["CN", "Middle East", "AE"]),
        ("US-based users; UK revenue", ["US", "GB"]),
        ("该应用在美国、东南亚和日本上线。", ["US", "Southeast Asia", "JP"]),
        ("短劇在東南亞走紅。", ["Southeast Asia"]),
        ("Short Dramas Win Over South Korea Fans", ["KR"]),
    ],
)
def test_countries(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Bank of America and the Bank of England raised their forecasts.",
        "It costs US$5 or A$7.",
        "Indiana beat Oregon; Michael Jordan watched.",
        "He is a Chinese director with a Turkish passport.",
        "They gave us nothing.",
        "The South China Morning Post wrote it.",
        "China Literature and India Today reported their sales, and both were higher.",
        "The woman came from New England.",
    ],
)
def test_what_is_no_market(text: str) -> None:
    assert named(text) == []


def test_offsets() -> None:
    text = "In Viet Nam and Thailand."
    assert [text[c.start : c.end] for c in countries.read(doc_of(text))] == ["Viet Nam", "Thailand"]


def test_no_name_is_given_to_two_places() -> None:
    rules = tomllib.loads((files("extractors") / "rules" / "countries.toml").read_text(encoding="utf-8"))
    places = [*rules["country"].values(), *rules["region"].values()]
    names = [name for place in places for key in ("names", "people", "zh") for name in place[key]]
    assert len(names) == len(set(names))
    assert all(len(code) == 2 and code.isupper() for code in rules["country"])
