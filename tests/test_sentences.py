"""Sentences by rule: one row a pitfall; each row is the text with ``|`` where a sentence ends."""

import time
from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from extractors.sentences import sentences, set_sentences

BLANK = spacy.blank("en")

ROWS = [
    "Sales rose. |Costs fell.",
    "Sales rose in the year ended Aug. 31. |Costs fell.",
    "It opened in Sept. |The shop is small.",
    "Bo Lin Inc. reported a loss. |Its shares fell.",
    "The stake was sold to Harrow Media Inc. |The price was not given.",
    "The deal with Orchard Bros. Pictures was signed. |Nobody spoke.",
    "Harrow Corp. and Lune Ltd. merged.",
    "U.S. viewers paid most. |U.K. viewers paid least.",
    "They moved to the U.S. |The rest stayed.",
    "They sold it to U.S. Steel for cash.",
    "It costs Rs. 10 a week. |Nobody pays.",
    "Mr. Osei and Dr. Lund met St. Clair officials at 9 p.m. on Monday.",
    "J. K. Adeyemi wrote it. |T. Moor drew it.",
    "The unit was valued at $2.1 bn. |Shares rose.",
    "It grew 3.5 percent. |2024 was better.",
    "The show is No. 1 in Peru. |No. 2 is a game.",
    "They watch soaps, dramas, etc. |Some read.",
    '"We sold out," she said. |"Nobody slept."',
    "He asked: “Why now?” |Nobody answered.",
    "“Why now?” asked the chairman.",
    "Stop! |Go on. |Really? |Yes.",
    "It made $4 million.|Two rivals made less.",
    "Kanto.com and Lyra.io sell ads.",
    "Revenue was flat... |Profit was not.",
    "Wait... for it.",
    "The app was sold. |eBay bought it.",
    "Results\n\n|Sales rose.\n|Costs fell.",
    "Policy\n|Sales rose by a third\nin the spring.",
    "Prices:\n|- Lyra: 4 yuan\n|- Kanto: 5 yuan",
    "1. Revenue rose. |2. Costs fell.",
    "营收增长。|利润下降！|为什么？",
    "他说：“营收增长。”|利润下降。",
    "Guests incl. Ms. Ito came vs. last year.",
    "In approx. 12 weeks, Gov. Reyes will go.",
    "“Aya” took $5 million (in one week). |(It had cost more.) |It won.",
    "The film, made by Lune Co. in Oslo, sold.",
    "Jr. staff left. |Ana Bell Jr. stayed.",
    "Harrow Inc.'s sales rose. |Its costs fell.",
    "See p. 12 and vol. 3 of the report.",
    "It rose 12% y/y. |Then it fell.",
    "Sales reached ¥5 bn. yen traders said little.",
]


def shown(text: str) -> str:
    return "|".join(text[s.start : s.end] for s in sentences(text))


@pytest.mark.parametrize("row", ROWS)
def test_sentence_ends(row):
    parts = [part.strip() for part in row.split("|")]
    assert shown(row.replace("|", "")) == "|".join(parts)


def test_breaks_of_fixed_width_text_are_no_ends():
    lines = ["The app that Lune built", "was sold to a fund in", "Madrid for a sum that"]
    text = "\n".join([*lines, "nobody gave. It is the", "largest sale so far."])
    assert len(sentences(text)) == 2


@pytest.mark.parametrize("text", ["", " \n ", "...", "\n\n\n", "a"])
def test_odd_texts(text):
    assert "".join(shown(text).split()) == "".join(text.split())


@given(st.text(alphabet='aB1. \n?!"”。A', max_size=80))
def test_sentences_hold_every_sign_in_order(text):
    spans = sentences(text)
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(s.start < s.end for s in spans)


@given(st.text(alphabet='aB1. \n?!"”。A', max_size=60))
def test_doc_has_the_same_sentence_starts_where_tokens_allow(text):
    doc = set_sentences(BLANK(text)) if text else None
    if doc is None or not len(doc):
        return
    starts = {s.start for s in sentences(text)}
    tokens = {token.idx for token in doc}
    assert starts & tokens <= {sent.start_char for sent in doc.sents}


@pytest.mark.parametrize(
    "text", ["Mr. " * 50_000, "a" * 200_000, ". " * 80_000, "\n" * 200_000, "“(" * 80_000]
)
def test_time_is_linear(text):
    started = time.process_time()
    sentences(text)
    assert time.process_time() - started < 2
