"""Faster inference with the same weights: what thinc does layer by layer, as few NumPy (BLAS) blocks.

thinc runs a convolution's window, Maxout, LayerNorm and sum one after the other over all tokens of a batch,
through its own matrix product, with an argmax that only training needs. Here the same fp32 arithmetic goes
block by block of tokens, so that what a block needs stays in a core's own cache; and what depends on a word
alone is worked out once a word. A self-test at load compares the entities and the parses of bundled
sentences; any difference turns the fusion off.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from extractors.fused import architecture, forward
from extractors.model import BY_SENTENCE

if TYPE_CHECKING:
    from spacy.language import Language
    from thinc.model import Model

log = logging.getLogger(__name__)


def fuse(nlp: Language) -> bool:
    """Fuse the layers of *nlp*'s models in place; True where it is in force.

    Nothing changes, and a warning says why, for a model of another architecture or when the self-test
    finds other entities or parses than the plain model's.
    """
    pipes: list[Any] = [nlp.get_pipe(name) for name in BY_SENTENCE if name in nlp.component_names]
    fusible = [found for pipe in pipes for found in _fusible(pipe.model)]
    if not fusible:
        log.warning("fused inference is off: the model has no layers of a kind that can be fused")
        return False
    sentences = _self_test_sentences()
    expected = _read(nlp, sentences)
    plain = [(node, node._func) for node, _ in fusible]
    for node, fused in fusible:
        node._func = fused(node)
    if _read(nlp, sentences) == expected:
        return True
    for node, function in plain:
        node._func = function
    log.warning("fused inference is off: it read the self-test's sentences otherwise than the plain model")
    return False


def _fusible(model: Model[Any, Any]) -> Iterator[tuple[Model[Any, Any], Callable[[Any], forward.Forward]]]:
    """The nodes in *model* that can be fused and what fuses them."""
    for node in model.walk():
        if architecture.is_block(node):
            yield node, forward.block
        elif architecture.is_encoder(node):
            yield node, forward.encoder
        elif architecture.is_token_to_vector(node):
            yield node, forward.token_to_vector
        elif architecture.is_lower_layer(node):
            yield node, forward.lower_layer
        elif architecture.is_linear(node):
            yield node, forward.linear


def _self_test_sentences() -> list[str]:
    text = files("extractors").joinpath("rules/self_test.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


def _read(nlp: Language, sentences: list[str]) -> list[Any]:
    """What *nlp*'s models read in each of *sentences*: entities, and each word's tag, head and dependency."""
    read: Any = nlp.pipe(sentences, batch_size=16)
    for name in BY_SENTENCE:
        if name in nlp.component_names and name not in nlp.pipe_names:
            component: Any = nlp.get_pipe(name)
            read = component.pipe(read, batch_size=16)
    return [
        ([(e.start, e.end, e.label_) for e in doc.ents], [(t.tag, t.head.i, t.dep) for t in doc])
        for doc in read
    ]
