"""The beat: articles and paragraphs on it or off it, and beats made with configuration alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from extractors import beat
from extractors.beat import BeatRules, ready_beats
from extractors.errors import RuleError
from extractors.findings import Beat, Findings, Span, Text, ThemeHit
from tests.test_themes import hits
from tests.themes_scored import examples, floor, score

MICRO = BeatRules.load("micro-dramas")
CARS = BeatRules.load("electric-cars")


def judged(text: str, title: str | None = None, rules: BeatRules = MICRO, *themes: ThemeHit) -> Beat:
    return beat.read(Text("1", text, title), Findings("1", themes=tuple(themes)), rules)


FILLING = (
    "The ministry will publish the figures in May. Analysts expect no change. Rain is forecast for the north."
)


def test_an_article_about_the_beat_is_on_it_with_the_reason() -> None:
    said = judged(
        "A vertical drama needs a kiss by minute two. Its makers in Yiwu shoot eighty scenes a day."
    )
    assert said.on
    assert said.reason == "vertical drama in 1 of 2 sentences"


def test_a_headline_is_enough() -> None:
    said = judged(FILLING, "Short dramas to get a licence")
    assert said.on
    assert said.reason == "short drama in the headline"


def test_a_mention_in_passing_is_not_enough() -> None:
    text = "\n".join([FILLING] * 6) + "\nThe group also owns a stake in a maker of micro-dramas."
    said = judged(text, "Brewer cuts its forecast")
    assert not said.on
    assert said.reason == "only in passing: micro drama in 1 of 19 sentences"
    assert [on for *_, on in said.paragraphs] == [False] * 6 + [True]


@pytest.mark.parametrize(
    "text",
    [
        FILLING,
        "The studio's vampire show was renewed for a third season on cable.",
        "An evening of short plays by local writers opens the festival. The short plays last ten minutes.",
        "The third goal was a mini drama of its own.",
        "",
    ],
)
def test_what_is_off_the_beat(text: str) -> None:
    said = judged(text)
    assert not said.on
    assert said.reason == "nothing of the beat is named"
    assert not any(on for *_, on in said.paragraphs)


@pytest.mark.parametrize(
    "text", ["短剧平台上半年收入翻番。", "微短劇出海。", "Minidramas, again.", "ReelShort hires a boss."]
)
def test_other_spellings_and_scripts_are_on_it(text: str) -> None:
    assert judged(text).on


def test_a_paragraph_on_something_else_is_off_an_article_that_is_on() -> None:
    text = "Micro-dramas earned more.\n\nSales of coins rose by half.\n\nHBO's sitcom fared worse on cable."
    assert [text[a:b][:5] for a, b, on in judged(text, "Micro-dramas").paragraphs if on] == ["Micro", "Sales"]


def test_sentences_of_the_findings_are_used() -> None:
    text = "Prices e.g. of micro-dramas. " + "Nothing. " * 9
    short = Findings("1", sentences=(Span(0, 29), *(Span(29 + 9 * n, 38 + 9 * n) for n in range(9))))
    assert (
        beat.read(Text("1", text), short, MICRO).reason == "only in passing: micro drama in 1 of 10 sentences"
    )


def test_a_second_beat_needs_configuration_alone() -> None:
    text = "BYD sold 300,000 electric cars in May. New charging stations followed."
    assert judged(text, rules=CARS).on
    assert not judged(text, rules=MICRO).on
    assert not judged(
        "The toy electric car is powered by two cells. Nikola Tesla would smile.", rules=CARS
    ).on


def test_a_beat_of_ones_own() -> None:
    rules = BeatRules.load({"name": "cheese", "words": ["cheese", "raw milk"], "exclude": ["cheese grater"]})
    assert judged("Cheeses from the Jura won.", rules=rules).on
    assert not judged("A cheese-grater skyscraper opened.", rules=rules).on


def test_a_theme_may_be_a_beat() -> None:
    rules = BeatRules.load({"words": [], "themes": ["werewolf"]})
    hit = ThemeHit("werewolf", 0, 8, "Werewolf")
    assert judged("Werewolf shows sell.", None, rules, hit).reason == "werewolf in 1 of 1 sentences"
    assert not judged("Vampire shows sell.", None, rules).on


def test_a_ready_beat_may_be_widened() -> None:
    rules = BeatRules.load(
        {"extends": "micro-dramas", "words": ["lift drama"], "companies": ["Quillon Reels"]}
    )
    assert judged("Quillon Reels was founded in Perth.", rules=rules).on
    assert judged("ReelShort grew.", rules=rules).on


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("soap", r"no ready beat 'soap'; there are electric-cars, micro-dramas"),
        ({"word": ["x"]}, r"no key 'word'"),
        ({"name": "x"}, r"at least one of words, companies, themes"),
        ({"words": "drama"}, r"words must be a list"),
        ({"extends": "soap", "words": ["x"]}, r"no ready beat 'soap'"),
        (7, r"must be the name of a ready beat"),
    ],
)
def test_a_mistake_says_what_to_do(rules: object, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        BeatRules.load(rules)  # type: ignore[arg-type]


def test_the_ready_beats() -> None:
    assert ready_beats() == ["electric-cars", "micro-dramas"]


def _mixed() -> list[Mapping[str, Any]]:
    found = list(examples("beat"))
    assert len(found) >= 80
    return found


def _read(example: Mapping[str, Any], rules: BeatRules) -> Beat:
    text = Text("1", example["text"], example["title"])
    return beat.read(text, Findings("1", themes=hits(text.text)), rules)


@pytest.mark.parametrize("name", ready_beats())
def test_the_beat_on_a_mixed_set(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rules = BeatRules.load(name)
    pairs = [({name} & set(e["on"]), {name} if _read(e, rules).on else set()) for e in _mixed()]
    total = score(pairs)
    with capsys.disabled():
        print(f"\nbeat {name}, {len(pairs)} articles: {total}")
    assert total.f1 >= floor("beat", name)


@pytest.mark.parametrize("name", ready_beats())
def test_the_paragraphs_of_round_ups(name: str) -> None:
    rules = BeatRules.load(name)
    for example in _mixed():
        if "paragraphs_on" in example and name in example["on"]:
            on = [number for number, (*_, on) in enumerate(_read(example, rules).paragraphs) if on]
            assert on == example["paragraphs_on"], example["title"]
