"""The themes' rules: what a text's words say of a story, and what else the same words may mean."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from extractors import themes, titles
from extractors.errors import RuleError
from extractors.findings import ThemeHit
from extractors.themes import Taxonomy
from extractors.themes.patterns import PatternSet, compile_pattern
from extractors.themes.words import Phrases, Words, base_form

DATA = Path(__file__).parent / "data"
AMBIGUOUS = (
    "alpha luna chief ceo billionaire tycoon mafia heiress campus rebirth revenge payback "
    "system son-in-law palace vampire werewolf wolf fantasy cinderella empress general romance "
    "thriller betrayal zombie "
)

_ENGLISH = spacy.blank("en")
_ENGLISH.add_pipe("sentencizer")
_CHINESE = spacy.blank("zh")
_CHINESE.add_pipe("sentencizer")
PACKAGED = Taxonomy.load()


def doc_of(text: str) -> Doc:
    chinese = sum("一" <= c <= "鿿" for c in text) * 3 > len(text)
    return (_CHINESE if chinese else _ENGLISH)(text)


def hits(text: str, taxonomy: Taxonomy = PACKAGED) -> tuple[ThemeHit, ...]:
    doc = doc_of(text)
    return themes.read(doc, taxonomy, titles.read(doc))


def found(text: str, taxonomy: Taxonomy = PACKAGED) -> set[str]:
    return {hit.theme for hit in hits(text, taxonomy)}


def rows(name: str) -> list[dict[str, str]]:
    lines = (DATA / "theme_rules" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


POSITIVES = [(row["theme"], row["text"]) for row in rows("positives.jsonl")]
NEGATIVES = (DATA / "theme_rules" / "negatives.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("theme", "text"), POSITIVES)
def test_a_sentence_of_a_story_names_its_theme(theme: str, text: str) -> None:
    assert theme in found(text)


@pytest.mark.parametrize("text", NEGATIVES)
def test_the_real_world_names_no_theme(text: str) -> None:
    assert hits(text) == ()


def test_every_theme_has_three_sentences_and_every_ambiguous_word_two_that_are_none() -> None:
    counts = Counter(theme for theme, _ in POSITIVES)
    assert [t.id for t in PACKAGED.themes if counts[t.id] < 3] == []
    assert [w for w in AMBIGUOUS.split() if sum(w in n.lower() for n in NEGATIVES) < 2] == []


@pytest.mark.parametrize(
    ("text", "theme", "span"),
    [
        ("Werewolf-focused series sell well.", "werewolf", "Werewolf-focused series"),
        ("Campus shows with ‘real princess and false heiress’ elements", "true-heiress",
         "real princess and false heiress"),
        ("It is a drama where the CEO falls for the maid.", "billionaire-ceo", "CEO falls for the maid"),
        ("She must marry the fiancé of her sister in the drama.", "forced-marriage",
         "marry the fiancé of her sister"),
        ("The series is about a bride who marries her sister’s fiancé.", "forced-marriage",
         "marries her sister’s fiancé"),
    ],
)  # fmt: skip
def test_the_span_is_what_names_the_theme(text: str, theme: str, span: str) -> None:
    texts = [hit.text for hit in hits(text) if hit.theme == theme]
    assert any(span in t or t in span for t in texts), texts


@pytest.mark.parametrize("hyphen", ["-", " ", "‑"])
@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_hyphens_and_quotes_make_no_difference(hyphen: str, apostrophe: str) -> None:
    assert "enemies-to-lovers" in found(f"The drama{apostrophe}s enemies{hyphen}to{hyphen}lovers plot sells.")


def test_a_title_lends_its_trope_words() -> None:
    assert "billionaire-ceo" in found('Her series "My Billionaire Neighbour" had 4 million views.')
    assert found("Her neighbour, a billionaire, bought the farm.") == set()


def test_each_hit_names_the_rule_that_fired() -> None:
    assert {hit.rule.partition(":")[0] for hit in hits("Werewolf romances top the app's charts.")} == {"sure"}


# --- a user's own themes


def test_a_name_and_phrases_make_a_theme() -> None:
    own = Taxonomy.load([{"name": "Lost memory", "phrases": ["amnesia", "memory loss", "失忆"]}])
    assert found("A patient with memory losses was treated.", own) == {"lost-memory"}
    assert found("女主失忆后离开医院。", own) == {"lost-memory"}
    assert own.labels["lost-memory"] == "Lost memory"


def test_near_words_exclusions_and_the_need_of_a_story() -> None:
    own = Taxonomy.load(
        [
            {"name": "Twins", "phrases": ["twin"], "near": ["swap", "identical"], "exclude": ["twin engine"]},
            {"name": "Ghosts", "phrases": ["ghost"], "story": True},
        ]
    )
    assert "twins" in found("Identical twins open a bakery.", own)
    assert "twins" not in found("The twin towers of the hotel were lit.", own)
    assert "twins" not in found("Identical twins fly a twin-engine plane.", own)
    assert "ghosts" in found("In the drama a ghost moves in.", own)
    assert "ghosts" not in found("A ghost of a chance is left for the bill.", own)


def test_an_own_theme_may_widen_a_packaged_one() -> None:
    own = Taxonomy.load([{"name": "Mafia", "id": "mafia", "phrases": ["black hand"]}])
    assert [t.label for t in own.themes if t.id == "mafia"] == ["Mafia and gang bosses"]
    assert "mafia" in found("The Black Hand returns.", own)
    assert "mafia" in found("Mafia romances sell in Germany.", own)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"phrases": ["amnesia"]}, r"number 1: give the theme a name"),
        ({"name": "Amnesia"}, r"'Amnesia': phrases must be a list"),
        ({"name": "Amnesia", "phrases": "amnesia"}, r"'Amnesia': phrases must be a list"),
        ({"name": "Amnesia", "phrases": ["amnesia", "!?"]}, r"'Amnesia': phrases, number 2: '!\?'"),
        ({"name": "Amnesia", "phrases": ["amnesia"], "nears": ["x"]}, r"'Amnesia': no key 'nears'"),
        ({"name": "Amnesia", "phrases": ["lost (memory"]}, r"'Amnesia', phrases: pattern 'lost \(memory'"),
        ({"name": "Amnesia", "phrases": ["{rich} man"]}, r"'Amnesia', phrases: .* no class"),
        (
            {"name": "Amnesia", "phrases": ["amnesia"], "near": ["x y"], "within": 0},
            r"'Amnesia': within must be",
        ),
        ({"name": "Amnesia", "phrases": ["amnesia"], "story": "yes"}, r"'Amnesia': story must be"),
    ],
)
def test_a_mistake_in_a_theme_names_it(row: dict[str, object], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        Taxonomy.load([row])


def test_the_version_changes_with_the_rules_alone() -> None:
    own = {"name": "Amnesia", "phrases": ["amnesia"]}
    assert Taxonomy.load().version == PACKAGED.version
    assert Taxonomy.load([own]).version == Taxonomy.load([dict(own)]).version != PACKAGED.version
    assert Taxonomy.load([{**own, "phrases": ["lost memory"]}]).version != Taxonomy.load([own]).version


# --- words and patterns


@pytest.mark.parametrize(
    ("word", "base"),
    [("wives", "wife"), ("avenging", "avenge"), ("humiliated", "humiliate"), ("disguised", "disguise"),
     ("swept", "sweep"), ("remarried", "remarry"), ("heiresses", "heiress"), ("settling", "settle"),
     ("hiding", "hide"), ("declined", "decline"), ("ruined", "ruin"), ("alphas", "alpha"),
     ("series", "series"),
     ("fiancée’s", "fiancee")],
)  # fmt: skip
def test_base_forms(word: str, base: str) -> None:
    assert base_form(word) == base


def test_a_gap_is_of_words_of_one_sentence() -> None:
    patterns = PatternSet([compile_pattern("ceo ..2 marry ..1 (maid|cook)", {})])
    words = Words.of(
        "The CEO will not marry the old cook. CEO. Marry the maid. The CEO once upon a time marries maids."
    )
    sentence_of = [words.text.count(".", 0, start) for start in words.starts]
    texts = [words.text[m.start : m.end] for m in patterns.find(words, sentence_of)]
    assert texts == ["CEO will not marry the old cook"]


@pytest.mark.parametrize(
    "pattern", ["a ..2", "(a|) (b|)", "{nothing} b", "a (b", "a ..2 (b|)", "(a ..2 b) c", "a*"]
)
def test_a_bad_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(RuleError, match="pattern"):
        compile_pattern(pattern, {})


@given(st.text(alphabet=st.sampled_from("aB c-'’“”.,\n狼人復wéş·\u00a0—|"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_offsets_are_of_the_text(text: str) -> None:
    words = Words.of(text)
    assert len(words.forms) == len(words.starts) == len(words.ends) == len(words.places)
    for number, place in enumerate(words.places):
        start, end = words.span(number, number)
        assert words.place(place) == number
        assert base_form(text[start:end]) == words.forms[number] or words.forms[number] == "|"


@given(
    st.lists(
        st.sampled_from(["Werewolf", "drama", "“My CEO”", "狼人", "短剧", ".", "the", "billionaire\n", "é"])
    )
)
@settings(max_examples=150, deadline=None)
def test_hits_quote_the_text(parts: list[str]) -> None:
    text = " ".join(parts)
    for hit in hits(text):
        assert text[hit.start : hit.end] == hit.text != ""


def test_phrases_read_both_scripts() -> None:
    phrases = Phrases(["true love", "復仇", "复仇"])
    words = Words.of("True loves, 復仇!")
    assert [(phrases.texts[n], words.text[a:b]) for n, a, b in phrases.spans(words)] == [
        ("true love", "True loves"),
        ("复仇", "復仇"),
    ]
