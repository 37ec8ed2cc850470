"""Fused inference: it reads what the plain model reads, or is off; other architectures are left be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from extractors.fused import _read, architecture, forward, fuse
from extractors.fused import words as remembered
from extractors.model import load_model

SENTENCES = [
    "Larkspur Data of Jakarta said that Quillon Holdings had bought 12 percent of Vantor for $40 million.",
    "Yes.",
    "",
    "In May the ferries of Bergen carried 4,000 people more than a year earlier, Anna Kowalska wrote.",
    "   ",
    " ".join(
        ["Revenue at Harbour Lane Pictures rose 8 percent in the third quarter, the company said."] * 60
    ),
]


@pytest.fixture(scope="module")
def plain() -> Language:
    return load_model()


@pytest.fixture
def nlp() -> Language:
    return load_model()


def vectors(nlp: Language, name: str = "ner") -> list[Any]:
    model: Any = nlp.get_pipe(name).model  # type: ignore[attr-defined]
    tok2vec = model.get_ref("tok2vec") if model.has_ref("tok2vec") else model
    docs = [nlp.make_doc(text) for text in SENTENCES]
    found = tok2vec.predict(docs)
    return [found] if isinstance(found, np.ndarray) else list(found)


def test_it_reads_what_the_plain_model_reads(plain: Language, nlp: Language) -> None:
    assert fuse(nlp)
    assert _read(nlp, SENTENCES) == _read(plain, SENTENCES)


@pytest.mark.parametrize("name", ["ner", "tok2vec"])
def test_its_vectors_are_the_plain_models_but_for_rounding(plain: Language, nlp: Language, name: str) -> None:
    fuse(nlp)
    fused, expected = vectors(nlp, name), vectors(plain, name)
    assert [one.shape for one in fused] == [one.shape for one in expected]
    assert max(float(np.abs(a - b).max()) for a, b in zip(fused, expected, strict=True) if a.size) < 1e-4


def test_forgetting_words_changes_nothing(
    plain: Language, nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_MOST", 40)  # fewer than the sentences have
    assert fuse(nlp)
    for _ in range(2):
        assert _read(nlp, SENTENCES) == _read(plain, SENTENCES)


def test_another_reading_of_the_self_test_turns_it_off_and_says_so(
    plain: Language, nlp: Language, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    right = forward.Block.finished
    monkeypatch.setattr(forward.Block, "finished", lambda self, summed: -right(self, summed))
    with caplog.at_level(logging.WARNING):
        assert not fuse(nlp)
    assert "fused inference is off: it read the self-test's sentences otherwise" in caplog.text
    assert _read(nlp, SENTENCES) == _read(plain, SENTENCES)


def test_a_parse_that_differs_turns_it_off_too(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiled(node: Any) -> forward.Forward:
        plain: forward.Forward = node._func
        features = node.get_dim("nF")

        def run(model: Any, rows: Any, is_train: bool) -> tuple[Any, Any]:
            made, back = plain(model, rows, is_train)
            return (-made if features == 8 else made), back  # the parser's, not the NER's

        return run

    monkeypatch.setattr(forward, "lower_layer", spoiled)
    assert not fuse(nlp)


def test_a_pipeline_without_models_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    nlp = spacy.blank("en")
    assert not fuse(nlp)
    assert "no layers of a kind that can be fused" in caplog.text
    assert [token.text for token in nlp("Two words")] == ["Two", "words"]


def other(tok2vec: dict[str, Any]) -> Language:
    """An untrained NER of another architecture."""
    nlp = spacy.blank("en")
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
        "hidden_width": 32, "maxout_pieces": 2, "use_upper": True, "tok2vec": tok2vec,
    }  # fmt: skip
    ner: Any = nlp.add_pipe("ner", config={"model": model})
    ner.add_label("ORG")
    spacy.util.fix_random_seed(3)
    nlp.initialize()
    return nlp


MISH = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2", "width": 32, "attrs": ["NORM", "SHAPE"],
        "rows": [500, 200], "include_static_vectors": False,
    },
    "encode": {"@architectures": "spacy.MishWindowEncoder.v2", "width": 32, "window_size": 1, "depth": 2},
}  # fmt: skip
WIDE = MISH | {
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 32, "window_size": 2, "maxout_pieces": 3,
        "depth": 2,
    }
}  # fmt: skip
CHARACTERS = MISH | {
    "embed": {
        "@architectures": "spacy.CharacterEmbed.v2", "width": 32, "rows": 500, "nM": 8, "nC": 4,
        "include_static_vectors": False, "feature": "LOWER",
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 32, "window_size": 1, "maxout_pieces": 3,
        "depth": 2,
    },
}  # fmt: skip


@pytest.fixture(params=[MISH, WIDE, CHARACTERS], ids=["mish", "wide window", "characters"])
def of_another_kind(request: pytest.FixtureRequest) -> Iterator[Language]:
    yield other(request.param)


def test_other_architectures_are_fused_where_they_are_known_and_read_the_same(
    of_another_kind: Language,
) -> None:
    nlp = of_another_kind
    nodes = list(nlp.get_pipe("ner").model.walk())  # type: ignore[attr-defined]
    assert not any(map(architecture.is_token_to_vector, nodes))
    before = _read(nlp, SENTENCES), vectors(nlp)
    assert fuse(nlp)
    after = _read(nlp, SENTENCES), vectors(nlp)
    assert after[0] == before[0]
    assert max(float(np.abs(a - b).max()) for a, b in zip(after[1], before[1], strict=True) if a.size) < 1e-4


def test_fused_layers_still_train_as_plain_ones(nlp: Language) -> None:
    fuse(nlp)
    model: Any = nlp.get_pipe("ner").model  # type: ignore[attr-defined]
    tok2vec = model.get_ref("tok2vec")
    made, backprop = tok2vec.begin_update([nlp.make_doc(SENTENCES[0])])
    assert backprop(made) is not None
