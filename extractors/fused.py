"""Faster inference with the same weights: what thinc does layer by layer, as few NumPy (BLAS) blocks.

thinc runs a convolution's window, Maxout, LayerNorm and sum one after the other over all tokens of a batch,
through its own matrix product, with an argmax that only training needs. Here the same fp32 arithmetic goes block
by block of tokens, so that what a block needs stays in the processor's cache; and the part of a token's vector
that depends on its word alone is remembered by word. A self-test at load compares the entities and the parses
of bundled sentences; any difference turns the fusion off.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from extractors.model import PARSING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from thinc.model import Model

log = logging.getLogger(__name__)

Forward = Callable[["Model[Any, Any]", Any, bool], tuple[Any, Any]]

_EPSILON = np.float32(1e-8)
"""thinc's own addition to the variance (thinc/layers/layernorm.py)."""

_BLOCK = 384
"""Tokens worked on at once: their windows and sums fit a core's own cache."""

_MOST_WORDS = 20_000
"""So many words' vectors are remembered (8 MB a model), then all are forgotten."""

FUSED_PIPES = ("ner", *PARSING)


def fuse(nlp: Language) -> bool:
    """Fuse the blocks of *nlp*'s models in place; True where it is in force.

    Nothing changes, and a warning says why, for a model of another architecture or when the self-test
    finds other entities or parses than the plain model's.
    """
    pipes: list[Any] = [nlp.get_pipe(name) for name in FUSED_PIPES if name in nlp.component_names]
    fused = [found for pipe in pipes for found in _fusible(pipe.model)]
    if not fused:
        log.warning("fused inference is off: the model has no layers of a kind that can be fused")
        return False
    sentences = _self_test_sentences()
    expected = _read(nlp, sentences)
    originals = [(node, node._func) for node, _ in fused]
    for node, make in fused:
        node._func = make(node)
    if _read(nlp, sentences) == expected:
        return True
    for node, original in originals:
        node._func = original
    log.warning("fused inference is off: it read the self-test's sentences otherwise than the plain model")
    return False


def _fusible(model: Model[Any, Any]) -> Iterator[tuple[Model[Any, Any], Callable[[Any], Forward]]]:
    """The nodes in *model* that can be fused and what fuses them."""
    for node in model.walk():
        if _is_block(node):
            yield node, _fused_block
        elif _is_encoder(node):
            yield node, _fused_encoder
        elif _is_embedding(node):
            yield node, _remembered
        elif node.name == "precomputable_affine":
            yield node, _fused_affine


def _names(node: Model[Any, Any]) -> list[str]:
    return [layer.name for layer in node.layers if layer.name != "dropout"]


def _is_block(node: Model[Any, Any]) -> bool:
    """Exactly a Maxout and a LayerNorm (and a Dropout, idle at inference)."""
    return _names(node) == ["maxout", "layernorm"]


def _is_encoder(node: Model[Any, Any]) -> bool:
    """A chain of residual convolutions, each a window of one word to either side and a block."""
    return bool(node.layers) and all(_convolution(layer) for layer in node.layers)


def _convolution(node: Model[Any, Any]) -> Model[Any, Any] | None:
    """The block in a residual convolution, None where *node* is something else."""
    if not node.name.startswith("residual(") or len(node.layers) != 1:
        return None
    inner = node.layers[0].layers
    if len(inner) < 2 or inner[0].name != "expand_window" or inner[0].attrs["window_size"] != 1:
        return None
    return next((block for block in inner[1].walk() if _is_block(block)), None) if len(inner) == 2 else None


def _is_embedding(node: Model[Any, Any]) -> bool:
    """Words' attributes, hashed, looked up and put through one block: the same for the same word."""
    if [name.partition("(")[0] for name in _names(node)] != [
        "extract_features",
        "list2ragged",
        "with_array",
        "with_array",
        "ragged2list",
    ]:
        return False
    hashed, mixed = node.layers[2].layers[0], node.layers[3].layers[0]
    by_column = all(_names(layer) == ["ints-getitem", "hashembed"] for layer in hashed.layers)
    return by_column and any(_is_block(block) for block in mixed.walk())


class _Block:
    """A Maxout and a LayerNorm over rows, in buffers of its own."""

    def __init__(self, node: Model[Any, Any]) -> None:
        maxout, norm = node.layers[0], node.layers[1]
        weights: Any = maxout.get_param("W")  # (outputs, pieces, inputs)
        self.outputs, self.pieces, self.inputs = weights.shape
        width = self.pieces * self.outputs
        self.by_piece = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(self.inputs, width))
        biases: Any = maxout.get_param("b")
        self.bias = np.ascontiguousarray(biases.T.reshape(width))
        self.scale, self.shift = norm.get_param("G"), norm.get_param("b")
        self._mean = np.full(self.outputs, 1 / self.outputs, dtype="f")
        self._summed = np.empty((_BLOCK, width), dtype="f")
        self._best = np.empty((_BLOCK, self.outputs), dtype="f")

    def __call__(self, rows: Any) -> Any:
        """What the block makes of at most ``_BLOCK`` *rows*; valid until the next call."""
        summed, best, outputs = self._summed[: len(rows)], self._best[: len(rows)], self.outputs
        np.dot(rows, self.by_piece, out=summed)
        summed += self.bias
        pieces = [summed[:, start : start + outputs] for start in range(0, summed.shape[1], outputs)]
        np.copyto(best, pieces[0])
        for piece in pieces[1:]:
            np.maximum(best, piece, out=best)
        best -= (best @ self._mean)[:, None]
        variance = np.einsum("ij,ij->i", best, best) / np.float32(outputs) + _EPSILON
        best *= np.reciprocal(np.sqrt(variance))[:, None]
        best *= self.scale
        best += self.shift
        return best


def _fused_block(node: Model[Any, Any]) -> Forward:
    plain: Forward = node._func
    block = _Block(node)

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray) or not len(rows):
            return plain(model, rows, is_train)
        made = np.empty((len(rows), block.outputs), dtype="f")
        for start in range(0, len(rows), _BLOCK):
            made[start : start + _BLOCK] = block(rows[start : start + _BLOCK])
        return made, _no_training

    return forward


def _fused_encoder(node: Model[Any, Any]) -> Forward:
    plain: Forward = node._func
    blocks = [_Block(block) for layer in node.layers if (block := _convolution(layer)) is not None]
    width = blocks[0].outputs

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray) or not len(rows):
            return plain(model, rows, is_train)
        given = np.zeros((len(rows) + 2, width), dtype="f")  # nothing stands before the first, after the last
        given[1:-1] = rows
        made = np.zeros_like(given)
        for block in blocks:
            windows = _windows(given)
            for start in range(0, len(rows), _BLOCK):
                around = windows[start : start + _BLOCK]
                end = start + len(around)
                np.add(given[start + 1 : end + 1], block(around), out=made[start + 1 : end + 1])
            given, made = made, given
        return given[1:-1], _no_training

    return forward


def _windows(rows: Any) -> Any:
    """Each row but the first and the last between its neighbours, side by side: a view."""
    height, width = rows.shape
    return as_strided(rows, (height - 2, 3 * width), rows.strides, writeable=False)


def _remembered(node: Model[Any, Any]) -> Forward:
    """An embedding that works out each combination of a word's attributes once."""
    plain: Forward = node._func
    columns: list[int | str] = node.layers[0].attrs["columns"]
    mixers = np.array([0x9E3779B97F4A7C15 * (2 * place + 1) % 2**64 | 1 for place in range(len(columns))], "u8")
    words = _Words(node.layers[2].layers[0], node.layers[3].layers[0], node.layers[3].layers[0].get_dim("nO"))

    def forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Any]:
        if is_train or not any(len(doc) for doc in docs):
            return plain(model, docs, is_train)
        attributes = np.concatenate([doc.to_array(columns).reshape(len(doc), -1) for doc in docs])
        mixed = attributes * mixers
        mixed ^= mixed >> np.uint64(29)
        vectors = words.vectors(mixed.sum(axis=1, dtype="u8").tolist(), attributes)
        ends = np.cumsum([len(doc) for doc in docs])
        return np.split(vectors, ends[:-1]), _no_training

    return forward


class _Words:
    """The vectors of words by a hash of their attributes."""

    def __init__(self, hashed: Model[Any, Any], mixed: Model[Any, Any], width: int) -> None:
        self._hashed, self._mixed = hashed, mixed
        self._places: dict[int, int] = {}
        self._table = np.empty((1024, width), dtype="f")

    def vectors(self, keys: list[int], attributes: Any) -> Any:
        """A row for each of *keys*, whose words have the *attributes* of the same row."""
        places = self._places
        new = {key: row for row, key in enumerate(keys) if key not in places}
        if new:
            if len(places) + len(new) > _MOST_WORDS:
                places.clear()
                new = {key: row for row, key in enumerate(keys)}
            self._learn(new, attributes)
        return self._table[[places[key] for key in keys]]

    def _learn(self, new: dict[int, int], attributes: Any) -> None:
        start = len(self._places)
        end = start + len(new)
        while end > len(self._table):
            self._table = np.concatenate([self._table, np.empty_like(self._table)])
        rows = attributes[list(new.values())]
        self._table[start:end] = self._mixed.predict(self._hashed.predict(rows))
        self._places.update(zip(new, range(start, end), strict=True))


def _fused_affine(node: Model[Any, Any]) -> Forward:
    """The parser's lower layer, whose product is worked out for each token ahead of the parse."""
    plain: Forward = node._func
    weights: Any = node.get_param("W")  # (features, outputs, pieces, inputs)
    shape, inputs = weights.shape[:3], weights.shape[3]
    by_input = np.ascontiguousarray(weights.reshape(-1, inputs).T)
    padding = node.get_param("pad")

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray):
            return plain(model, rows, is_train)
        made = np.empty((len(rows) + 1, by_input.shape[1]), dtype="f")
        np.matmul(rows, by_input, out=made[1:])
        made = made.reshape(-1, *shape)
        made[0] = padding[0]
        return made, _no_training

    return forward


def _no_training(*_: Any) -> Any:
    raise RuntimeError("fused blocks are for inference: load the model without fusion to train it")


def _self_test_sentences() -> list[str]:
    text = files("extractors").joinpath("rules/self_test.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


def _read(nlp: Language, sentences: list[str]) -> list[Any]:
    """What *nlp*'s models read in each of *sentences*: entities, and each word's tag, head and dependency."""
    read: Any = nlp.pipe(sentences, batch_size=16)
    for name in PARSING:
        if name in nlp.component_names and name not in nlp.pipe_names:
            parsing: Any = nlp.get_pipe(name)
            read = parsing.pipe(read, batch_size=16)
    return [
        ([(e.start, e.end, e.label_) for e in doc.ents], [(t.tag, t.head.i, t.dep) for t in doc])
        for doc in read
    ]
