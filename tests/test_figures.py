"""Figures: exact offsets on any text, linear time, and what the example files expect, with floors."""

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.figures import read
from extractors.figures.numbers import lowered, plain, scan
from extractors.findings import Figure, Text

DATA = Path(__file__).parent / "data"
FLOORS = json.loads((DATA / "floors.json").read_text(encoding="utf-8"))["figures"]
ALPHABET = "0123456789.,$€¥£%' -–()/abcfhkmnrstuvxUSDCNYRsHKbilotyuan亿元万百分之点十½\n\u00a0\u2009İ"
WORDS = (
    "one|two|twenty|hundred|thousand|million|billion|half|a|quarter|of|and|point|dollars|cents|yuan|percent|-fold|"
    "times|from|to|between|$5|€1.2|bn|3|10|2024|RMB|doubled|or|(|)|,|.|US$|per|pounds|7.5"
)


@given(st.text(alphabet=ALPHABET, max_size=90))
def test_every_span_is_its_text(text: str) -> None:
    for figure in read(text):
        assert text[figure.start : figure.end] == figure.text
        assert figure.text == figure.text.strip()
        assert figure.value_max is None or figure.value_max > figure.value


@given(st.lists(st.sampled_from(WORDS.split("|")), max_size=14))
def test_words_in_any_order_are_read_without_error(words: list[str]) -> None:
    text = " ".join(words)
    figures = read(text)
    assert all(text[figure.start : figure.end] == figure.text for figure in figures)
    same_kind = [f for f in figures if f.kind in ("money", "percent")]
    assert all(a.end <= b.start for a, b in pairwise(same_kind))


@given(st.text(max_size=60))
def test_plain_and_lowered_texts_keep_their_length(text: str) -> None:
    assert len(plain(text)) == len(text) == len(lowered(text))


def examples(name: str) -> Iterator[tuple[Text, list[dict[str, Any]], bool]]:
    """The texts of a file, what is expected of each, and whether its counts are labelled."""
    for line in (DATA / "figures" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        about = row.get("about", {})
        text = Text("", row["text"], None, None, about.get("publisher"), None, about.get("publisher_country"))
        yield text, row["figures"], not row.get("counts_unlabelled")


def right(expected: dict[str, Any], found: Figure) -> bool:
    upper = expected.get("value_max")
    return (
        found.kind == expected["kind"]
        and found.start < expected["end"]
        and expected["start"] < found.end
        and found.value == Decimal(str(expected["value"]))
        and found.value_max == (None if upper is None else Decimal(str(upper)))
        and found.currency == expected.get("currency")
    )


def score(name: str) -> tuple[float, int]:
    """F1 of a file's examples, and how many figures were found that are none."""
    hits = missed = wrong = 0
    for text, figures, counted in examples(name):
        expected = [figure for figure in figures if counted or figure["kind"] != "count"]
        found = [figure for figure in read(text.text, text) if counted or figure.kind != "count"]
        got = sum(any(right(e, f) for f in found) for e in expected)
        hits, missed, wrong = hits + got, missed + len(expected) - got, wrong + max(len(found) - got, 0)
    total = 2 * hits + missed + wrong
    return (2 * hits / total if total else 1.0), wrong


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_examples_reach_their_floor(name: str) -> None:
    f1, wrong = score(name)
    assert f1 >= FLOORS[name]["f1"]
    assert wrong <= FLOORS[name]["wrong"]


def test_every_file_of_examples_has_a_floor() -> None:
    assert {path.stem for path in (DATA / "figures").glob("*.jsonl")} == set(FLOORS)


@pytest.mark.parametrize("name", ["pairs", "bounds"])
def test_pairs_and_bounds_are_those_of_the_examples(name: str) -> None:
    for text, figures, _ in examples(name):
        money = [f for f in read(text.text, text) if f.kind == "money"]
        expected = [f for f in figures if f["kind"] == "money"]
        if [(f.start, f.end) for f in money] == [(e["start"], e["end"]) for e in expected]:
            assert [f.pair_of for f in money] == [e.get("pair_of") for e in expected], text.text
            assert [f.approx for f in money] == [e.get("approx") for e in expected], text.text


NASTY = (
    "1 |1,|1.|$|one |hundred |a million |5 to |$1-|1 000 |百|(|$5 (|and |half a |from $1 to |1|more than |"
    "double |$1 million and |5, |one hundred and | |\n|twenty-|one point |in Canadian dollars |¥5 |US$|'1|½|"
    "of a |10 percent, |12,345 67,890\t|Q3 |2024 |5 / |$A|$A5 |HK5 cents from |5c |R1 1 |$1 = 7 yuan |"
    "Stats NZ $5 |$5 million, up 2% from 4 million |than the 2 billion forecast "
)


@pytest.mark.parametrize("part", NASTY.split("|"))
def test_time_is_linear_in_the_text(part: str) -> None:
    """Four times the text takes far less than the sixteen times that quadratic work would."""
    short, long = part * (20_000 // len(part)), part * (80_000 // len(part))
    read(short[:2000])
    assert _cost(long) < 9 * max(_cost(short), 0.004)


def _cost(text: str) -> float:
    spent = []
    for _ in range(2):
        start = time.process_time()
        read(text)
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("bare", [3, 100, 130, 400, 5_000])
def test_figures_at_the_edges_of_a_table_of_bare_numbers_are_read(bare: int) -> None:
    text = f"It sold for $12 million {'7 1,204 35.5 ' * bare}81, 90 and 96 percent"
    assert [(f.text, int(f.value)) for f in read(text)] == [
        ("$12 million", 12_000_000),
        ("81", 81),
        ("90", 90),
        ("96 percent", 96),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one hundred and twenty thousand", "120000"),
        ("six point five million", "6500000"),
        ("a million and a half", "1500000"),
        ("three-quarters of a billion", "750000000"),
        ("1,20,000", "120000"),
        ("1.349,00", "1349"),
        ("1 250 000", "1250000"),
        ("1'250.50", "1250.5"),
        ("2.5 lakh crore", "2500000000000"),
        ("$.99", "0.99"),
        ("一百二十万", "1200000"),
    ],
)
def test_numbers_are_read_whole(text: str, value: str) -> None:
    simple = plain(text)
    assert [number.amount for number in scan(simple, lowered(simple))] == [Decimal(value)]


@pytest.mark.parametrize(
    ("text", "publisher", "country", "code", "inferred"),
    [
        ("All sums are in Canadian dollars. It paid $5 million.", None, None, "CAD", False),
        ("OTTAWA -- It paid $5 million.", None, "SG", "CAD", True),
        ("It paid $5 million.", None, "SG", "SGD", True),
        ("It paid $5 million.", "The Auckland Ledger", None, "NZD", True),
        ("It paid $5 million.", None, None, "USD", True),
        ("It paid US$5 million.", None, "CA", "USD", False),
        ("It paid $A5 million.", None, "US", "AUD", False),
        ("PERTH -- It paid $5 million. ($1 = 7.1 yuan)", None, "AU", "USD", False),
        ("PERTH, May 3 (Reuters) -- It paid $5 million.", None, "AU", "USD", True),
        ("It paid $5 million, Stats NZ said.", None, None, "NZD", True),
        ("It paid $5 million, Stats NZ said.", None, "GB", "USD", True),
        ("PARIS /PRNewswire/ -- It paid $5 million, Stats NZ said.", None, None, "USD", True),
        ("It paid ¥5 million, said the Osaka firm.", None, None, "JPY", True),
        ("It paid ¥5 million, said the Shanghai firm.", None, None, "CNY", True),
        ("It paid 5 million pesos.", None, None, None, True),
    ],
)
def test_a_shared_sign_is_told_apart_by_its_context(
    text: str, publisher: str | None, country: str | None, code: str | None, inferred: bool
) -> None:
    (figure,) = read(text, Text("", text, publisher=publisher, publisher_country=country))
    assert (figure.currency, figure.inferred) == (code, inferred)


def test_only_what_is_asked_for_is_given() -> None:
    text = "It made $5 million, up 12 percent, from 3 million users."
    assert [f.kind for f in read(text, kinds=("percent",))] == ["percent"]
    assert [f.kind for f in read(text, kinds=("counts",))] == ["count"]
    assert [f.kind for f in read(text)] == ["money", "percent", "count"]
