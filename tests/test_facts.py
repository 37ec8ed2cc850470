"""What figures measure: single rules, and any words without an error."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import facts
from extractors.findings import Figure, Text
from extractors.sentences import set_sentences
from tests.facts_told import facts_in, figure_at, nlp, parse, place_of


def test_a_figure_that_no_rule_reads_has_no_fact():
    assert facts_in("Nobody knows. $4 million, they say.", "$4 million") == [None]


def test_a_text_in_another_language_has_no_facts():
    import spacy

    doc = set_sentences(spacy.blank("zh")("营收增长20%。"))
    doc._.newsgauge_figures = (Figure("percent", 4, 7, "20%", Decimal(20)),)
    (read,) = facts.annotate([doc], lambda docs: docs)
    assert read._.newsgauge_facts == ()


FIGURES = [
    ("money", "$5 million"),
    ("percent", "5%"),
    ("multiple", "doubled"),
    ("count", "640 stores"),
    ("bps", "50 basis points"),
]
TEXT_WORDS = """
Lune Media said its revenue rose fell to by of from which that it up down more than share stake in worth 2024
last year a an the drop growth forecast expected analysts market China . , ( ) and or
Appgauge consultancy pencilled earlier guidance against before above premium crude for March since parent cost
"""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(TEXT_WORDS.split()), st.sampled_from(FIGURES)), max_size=40))
def test_any_words_are_read_without_error_and_facts_lie_in_their_sentences(parts):
    text, figures = "", []
    for part in parts:
        kind, word = part if isinstance(part, tuple) else ("", part)
        if kind:
            figures.append(figure_at(text, len(text), word, kind))
        text += f"{word} "
    doc = set_sentences(nlp().make_doc(text))
    doc._.newsgauge_about = Text("x", text, published=date(2025, 2, 28))
    doc._.newsgauge_figures = tuple(figures)
    (read,) = facts.annotate([doc], parse)
    for fact in read._.newsgauge_facts:
        start = place_of(fact, figures)
        assert fact.metric and fact.sentence.start <= start < fact.sentence.end


def test_each_fact_names_its_sentence_and_its_rules():
    text = "It rained. Lune Media posted revenue of $4 million in 2024."
    (fact,) = facts_in(text, "$4 million", companies=["Lune Media"])
    assert text[fact.sentence.start : fact.sentence.end] == "Lune Media posted revenue of $4 million in 2024."
    assert fact.rule == "after-of; subject named; period after:calendar-year"


@pytest.mark.parametrize(
    ("text", "figure", "basis"),
    [
        ("Lune Media posted revenue of $4 million.", "$4 million", "reported"),
        ("Lune Media will post revenue of $4 million.", "$4 million", "forecast"),
        ("Revenue is expected to reach $4 million.", "$4 million", "forecast"),
        ("Revenue is likely to reach $4 million.", "$4 million", "forecast"),
        ("Lune Media aims to lift revenue to $4 million.", "$4 million", "target"),
        ("Lune Media has a revenue target of $4 million.", "$4 million", "target"),
        ("That beat analysts' estimates of $4 million in revenue.", "$4 million", "estimate"),
        ("Appgauge puts the market at $4 million.", "$4 million", "estimate"),
    ],
)
def test_basis(text, figure, basis):
    (fact,) = facts_in(text, figure, companies=["Lune Media", "Appgauge"])
    assert fact.basis == basis


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("The company behind the app Sprig, Lune Media, posted revenue of $4 million.", "Lune Media"),
        ("The maker of Sprig, Lune Media, had sales of $4 million.", "Lune Media"),
        ("Sprig's owner, Lune Media, raised $4 million.", "Lune Media"),
        ("The company behind Sprig posted revenue of $4 million.", "Sprig"),
        ("The company behind Sprig, Lune Media and Torvald Bay raised $4 million.", "Sprig"),
        ("Sales abroad lifted Lune Media to its best quarter yet: revenue reached $4 million.", "Lune Media"),
        ("Sprig has viewers. Films lifted Lune Media to a record: revenue reached $4 million.", "Lune Media"),
        ("Sprig beat Torvald Bay to a record: revenue reached $4 million.", "Sprig"),
    ],
)
def test_whose_figure_it_is(text, subject):
    (fact,) = facts_in(text, "$4 million", companies=["Lune Media", "Sprig", "Torvald Bay"])
    assert fact.subject == subject


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Lune Media made $4 million in revenue, according to Appgauge.", "Appgauge"),
        ("Appgauge estimates that Lune Media made $4 million in revenue.", "Appgauge"),
        ("Revenue at Lune Media was $4 million, Appgauge said.", "Appgauge"),
        ("Revenue at Lune Media was $4 million, data from Appgauge showed.", "Appgauge"),
        ("Lune Media made $4 million in revenue.", None),
    ],
)
def test_who_says_it(text, source):
    (fact,) = facts_in(text, "$4 million", companies=["Lune Media", "Appgauge"])
    assert (fact.claimed_by, fact.subject) == (source, "Lune Media")


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("Lune Media posted overseas revenue of $4 million.", {"overseas"}),
        ("Lune Media posted in-app revenue of $4 million.", {"in-app"}),
        ("Lune Media posted gross billings of $4 million.", {"gross"}),
        ("Lune Media posted adjusted net profit of $4 million.", {"adjusted"}),
        ("Lune Media posted revenue of $4 million.", set()),
    ],
)
def test_scope(text, scope):
    (fact,) = facts_in(text, "$4 million", companies=["Lune Media"])
    assert set(fact.scope) == scope
