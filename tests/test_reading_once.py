"""A text that comes again is not read again, and has the findings of its first reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from extractors.findings import Text
from extractors.pipeline import Reader

TEXT = Text(
    id="1",
    text="Quillon Holdings said that revenue rose 8 percent to $40 million in the third quarter, as it sold "
    "more ferries. The company of Bergen had earned $37 million a year earlier, and hired Vantor Ltd.",
    title="Quillon's ferries sell",
    published=date(2026, 3, 2),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def read_texts(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the English pipeline was handed."""
    handed: list[str] = []
    tokenizer = reader.english.tokenizer

    def counted(text: str) -> Any:
        handed.append(text)
        return tokenizer(text)

    monkeypatch.setattr(reader.english, "tokenizer", counted)
    return handed


def test_copies_are_read_once_under_their_own_ids(reader: Reader, read_texts: list[str]) -> None:
    copies = [replace(TEXT, id=str(number)) for number in range(40)]  # in this batch and in later ones
    found = list(reader.read(copies))
    assert len(read_texts) == 1
    assert [one.id for one in found] == [copy.id for copy in copies]
    assert found[0].facts and found[0].companies
    assert all(replace(one, id="0") == found[0] for one in found)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Other words"},
        {"published": date(2026, 3, 3)},
        {"publisher": "The Tradewind"},
        {"text": TEXT.text + " "},
    ],
)
def test_what_findings_depend_on_is_read_apart(
    reader: Reader, read_texts: list[str], other: dict[str, Any]
) -> None:
    found = list(reader.read([TEXT, replace(TEXT, id="2", **other), TEXT]))
    assert len(read_texts) == 2
    assert found[0] == found[2]


def test_copies_far_apart_are_read_again(reader: Reader, read_texts: list[str]) -> None:
    between = [Text(id=f"n{number}", text=f"Ferry {number} left for Bergen.") for number in range(240)]
    first, *_, last = reader.read([TEXT, *between, TEXT])
    assert first == last
    assert read_texts.count(TEXT.text) == 2
