"""Faster inference with the same weights: a model's Maxout + LayerNorm blocks as one NumPy (BLAS) block.

thinc runs them layer by layer through its own matrix product, with an argmax that only training needs. At
inference the same fp32 arithmetic as one product, a running maximum and one normalisation is faster. A
self-test at load compares the entities of bundled sentences; any difference turns the fusion off.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.language import Language
    from thinc.model import Model

log = logging.getLogger(__name__)

Forward = Callable[["Model[Any, Any]", Any, bool], tuple[Any, Any]]

_EPSILON = np.float32(1e-8)
"""thinc's own addition to the variance (thinc/layers/layernorm.py)."""

FUSED_PIPES = ("ner", "tok2vec")


def fuse(nlp: Language) -> bool:
    """Fuse the blocks of *nlp*'s NER and token-to-vector models in place; True where it is in force.

    Nothing changes, and a warning says why, for a model of another architecture or when the self-test
    finds other entities than the plain model's.
    """
    pipes: list[Any] = [nlp.get_pipe(name) for name in FUSED_PIPES if name in nlp.component_names]
    blocks = [block for pipe in pipes for block in _blocks(pipe.model)]
    if not blocks:
        log.warning("fused inference is off: the model has no Maxout and LayerNorm blocks")
        return False
    sentences = _self_test_sentences()
    expected = _entities(nlp, sentences)
    originals = [(block, block._func) for block in blocks]
    for block in blocks:
        block._func = _fused(block)
    if _entities(nlp, sentences) == expected:
        return True
    for block, original in originals:
        block._func = original
    log.warning("fused inference is off: it read other entities than the plain model in the self-test")
    return False


def _blocks(model: Model[Any, Any]) -> Iterator[Model[Any, Any]]:
    """The chains in *model* that are exactly a Maxout and a LayerNorm (and a Dropout, idle at inference)."""
    for node in model.walk():
        names = [layer.name for layer in node.layers if layer.name != "dropout"]
        if names == ["maxout", "layernorm"]:
            yield node


def _fused(block: Model[Any, Any]) -> Forward:
    maxout, norm = block.layers[0], block.layers[1]
    weights: Any = maxout.get_param("W")  # (outputs, pieces, inputs)
    outputs, pieces, inputs = weights.shape
    by_piece = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(inputs, pieces * outputs))
    biases: Any = maxout.get_param("b")
    bias = np.ascontiguousarray(biases.T.reshape(pieces * outputs))
    scale, shift = norm.get_param("G"), norm.get_param("b")
    plain: Forward = block._func

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray) or not len(rows):
            return plain(model, rows, is_train)
        summed = rows @ by_piece
        summed += bias
        best = summed[:, :outputs]
        for piece in range(1, pieces):
            best = np.maximum(best, summed[:, piece * outputs : (piece + 1) * outputs])
        best = best - best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best)[:, None] / np.float32(outputs) + _EPSILON
        best *= scale
        best /= np.sqrt(variance)
        best += shift
        return best, _no_training

    return forward


def _no_training(*_: Any) -> Any:
    raise RuntimeError("fused blocks are for inference: load the model without fusion to train it")


def _self_test_sentences() -> list[str]:
    text = files("extractors").joinpath("rules/self_test.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


def _entities(nlp: Language, sentences: list[str]) -> list[list[tuple[int, int, str]]]:
    return [[(e.start, e.end, e.label_) for e in doc.ents] for doc in nlp.pipe(sentences, batch_size=16)]
