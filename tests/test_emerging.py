"""Emerging phrases: the score after Monroe et al., and what keeps noise out."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from extractors.emerging import PhraseCounts, Told, emerging, log_odds, story_phrases
from extractors.themes import Taxonomy


def test_the_score_by_hand() -> None:
    """Counts 8 of 10 now and 2 of 20 before, prior of 3 in all: alpha = 3 * 10 / 30 = 1."""
    score = log_odds({"a": 8, "b": 2}, {"a": 2, "b": 18}, prior_weight=3)["a"]
    delta = math.log(9 / (13 - 9)) - math.log(3 / (23 - 3))
    assert math.isclose(score, delta / math.sqrt(1 / 9 + 1 / 3))


counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), min_size=2)


@given(counts)
def test_what_does_not_change_scores_nothing(now: dict[str, int]) -> None:
    assert all(abs(score) < 1e-9 for score in log_odds(now, now).values())


@given(counts, counts)
def test_what_rises_one_way_falls_the_other(now: dict[str, int], before: dict[str, int]) -> None:
    there, back = log_odds(now, before), log_odds(before, now)
    assert all(math.isclose(there[phrase], -back[phrase], abs_tol=1e-9) for phrase in set(now) & set(before))


PLOTS = [
    "In the drama a bride with memory loss marries the wrong man.",
    "The series follows a chef with memory loss.",
    "Memory-loss plots are the new favourite of the app's series.",
    "Writers of short dramas have discovered memory loss.",
    "The show's heroine hides her memory loss from a rival.",
    "A drama about memory loss leads the chart.",
]
BACKGROUND = [
    Told(
        f"The series is about a poor girl and a prince. In the drama number {n} a cook opens a cafe.",
        f"o{n % 7}",
        f"b{n}",
    )
    for n in range(60)
]


def _now(outlets: int = 6) -> list[Told]:
    return [Told(text, f"outlet {n % outlets}", f"story {n}") for n, text in enumerate(PLOTS)]


def _emerging(now: list[Told], taxonomy: Taxonomy | None = None) -> list[str]:
    return [e.phrase for e in emerging(PhraseCounts.of(now), PhraseCounts.of(BACKGROUND), taxonomy)]


def test_a_new_phrase_of_stories_emerges() -> None:
    first = emerging(PhraseCounts.of(_now()), PhraseCounts.of(BACKGROUND))[0]
    assert (first.phrase, first.stories, first.outlets, first.stories_before) == ("memory loss", 6, 6, 0)
    assert first.z > 1.96


def test_two_outlets_are_too_few() -> None:
    assert _emerging(_now(outlets=2)) == []


def test_copies_of_one_story_count_once() -> None:
    copies = [Told(PLOTS[0], f"outlet {n}", "story") for n in range(12)]
    assert _emerging(copies) == []


def test_what_is_no_story_is_not_read() -> None:
    now = [Told("Patients with memory loss were treated in the clinic.", f"o{n}", f"s{n}") for n in range(9)]
    assert _emerging(now) == []


def test_names_and_known_themes_are_left_out() -> None:
    now = [
        Told(f"In the drama Anna Quill seeks revenge on a clockmaker {word}.", f"o{n}", f"s{n}")
        for n, word in enumerate(["today", "again", "twice", "here", "soon"])
    ]
    found = _emerging(now, Taxonomy.load())
    assert "clockmaker" in found
    assert not {"revenge", "Anna Quill"} & set(found)


def test_words_of_a_known_theme_are_no_new_phrase() -> None:
    texts = [
        f"In the drama a true heiress finds her birth family, and a lighthouse keeper {word}, at the end."
        for word in ("waits", "cooks", "sings", "swims", "leaves")
    ]
    told, known = [Told(t, f"o{n}", f"s{n}") for n, t in enumerate(texts)], Taxonomy.load()
    plain, masked = PhraseCounts.of(told).frequencies(), PhraseCounts.of(told, known).frequencies()
    assert {"heiress", "lighthouse keeper"} <= set(plain)
    assert "lighthouse keeper" in masked
    assert not {"true", "heiress", "true heiress"} & set(masked)


def test_a_part_of_a_phrase_is_not_named_beside_it() -> None:
    assert not {"memory", "loss"} & set(_emerging(_now()))


def test_phrases_end_at_verbs_and_commas() -> None:
    phrases = {
        wording
        for _, wording in story_phrases("In the drama a jealous twin, a lighthouse keeper, steals a boat.")
    }
    assert {"jealous twin", "lighthouse keeper", "boat"} <= phrases
    assert not any("," in phrase or "steals" in phrase for phrase in phrases)
