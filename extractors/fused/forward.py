"""The fused layers: each function makes what stands in for a node's own forward function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from extractors.fused.architecture import convolution
from extractors.fused.words import Words

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from thinc.model import Model

Forward = Callable[["Model[Any, Any]", Any, bool], tuple[Any, Any]]

_EPSILON = np.float32(1e-8)
"""thinc's own addition to the variance (thinc/layers/layernorm.py)."""

_AT_ONCE = 384
"""Tokens worked on at once: their windows and sums fit a core's own cache."""

_MOST_KEPT = 16_000
"""The lower layer's results for so many tokens are written where those of the batch before stood."""


class Block:
    """A Maxout and a LayerNorm over rows, in buffers of its own."""

    def __init__(self, node: Model[Any, Any]) -> None:
        maxout, norm = node.layers[0], node.layers[1]
        weights: Any = maxout.get_param("W")  # (outputs, pieces, inputs)
        self.outputs, self.pieces, self.inputs = weights.shape
        width = self.pieces * self.outputs
        self.weights = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(self.inputs, width))
        biases: Any = maxout.get_param("b")
        self._bias = np.ascontiguousarray(biases.T.reshape(width))
        self._scale, self._shift = norm.get_param("G"), norm.get_param("b")
        self._mean = np.full(self.outputs, 1 / self.outputs, dtype="f")
        self.summed = np.empty((_AT_ONCE, width), dtype="f")
        self._best = np.empty((_AT_ONCE, self.outputs), dtype="f")

    def __call__(self, rows: Any) -> Any:
        """What the block makes of at most ``_AT_ONCE`` *rows*; valid until the next call."""
        summed = self.summed[: len(rows)]
        np.dot(rows, self.weights, out=summed)
        return self.finished(summed)

    def finished(self, summed: Any) -> Any:
        """What the block makes of rows whose product with the weights is *summed*, which is written over."""
        summed += self._bias
        best = self._best[: len(summed)]
        pieces = [summed[:, at : at + self.outputs] for at in range(0, summed.shape[1], self.outputs)]
        np.copyto(best, pieces[0])
        for piece in pieces[1:]:
            np.maximum(best, piece, out=best)
        best -= (best @ self._mean)[:, None]
        variance = np.einsum("ij,ij->i", best, best) / np.float32(self.outputs) + _EPSILON
        best *= np.reciprocal(np.sqrt(variance))[:, None]
        best *= self._scale
        best += self._shift
        return best


def block(node: Model[Any, Any]) -> Forward:
    """A Maxout and a LayerNorm."""
    plain: Forward = node._func
    own = Block(node)

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray) or not len(rows):
            return plain(model, rows, is_train)
        made = np.empty((len(rows), own.outputs), dtype="f")
        for start in range(0, len(rows), _AT_ONCE):
            made[start : start + _AT_ONCE] = own(rows[start : start + _AT_ONCE])
        return made, _no_training

    return forward


def encoder(node: Model[Any, Any]) -> Forward:
    """Residual convolutions over the rows of a batch."""
    plain: Forward = node._func
    blocks = _blocks(node)

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray) or not len(rows):
            return plain(model, rows, is_train)
        given = np.zeros((len(rows) + 2, blocks[0].outputs), dtype="f")
        given[1:-1] = rows
        return _encoded(given, blocks)[1:-1], _no_training

    return forward


def _blocks(node: Model[Any, Any]) -> list[Block]:
    return [Block(inner) for layer in node.layers if (inner := convolution(layer)) is not None]


def _encoded(given: Any, blocks: Iterable[Block]) -> Any:
    """What the convolutions make of *given*, between whose first and last row (zeros) the words stand."""
    made = np.zeros_like(given)
    for own in blocks:
        windows = _windows(given)
        for start in range(0, len(windows), _AT_ONCE):
            around = windows[start : start + _AT_ONCE]
            end = start + len(around)
            np.add(given[start + 1 : end + 1], own(around), out=made[start + 1 : end + 1])
        given, made = made, given
    return given


def _windows(rows: Any) -> Any:
    """Each row but the first and the last between its neighbours, side by side: a view."""
    height, width = rows.shape
    return as_strided(rows, (height - 2, 3 * width), rows.strides, writeable=False)


def token_to_vector(node: Model[Any, Any]) -> Forward:
    """An embedding and an encoder; the first convolution's products, too, are worked out once a word."""
    plain: Forward = node._func
    embedding, around = node.layers
    words, (first, *others), pad = Words(embedding), _blocks(around.layers[0]), around.attrs["pad"]

    def forward(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Any, Any]:
        full = [doc for doc in docs if len(doc)]
        if is_train or not full:
            return plain(model, docs, is_train)
        used, places = np.unique(words.places(full), return_inverse=True)
        vectors = np.zeros((len(used) + 1, first.outputs), dtype="f")
        vectors[:-1] = words.vectors[used]
        starts, at = _laid_out([len(doc) for doc in docs], places, pad, len(used))
        encoded = _encoded(_first_convolution(first, vectors, at), others)
        return [
            encoded[start : start + len(doc)] for start, doc in zip(starts, docs, strict=True)
        ], _no_training

    return forward


def _laid_out(lengths: Sequence[int], places: Any, pad: int, nothing: int) -> tuple[list[int], Any]:
    """Where each doc starts among the rows, and the word of each row: *pad* of *nothing* between docs."""
    total = sum(lengths) + pad * (sum(map(bool, lengths)) + 1)
    at = np.full(total + 2, nothing)
    starts, row, taken = [], 1, 0
    for length in lengths:
        row += pad if length else 0
        starts.append(row)
        at[row : row + length] = places[taken : taken + length]
        row, taken = row + length, taken + length
    return starts, at


def _first_convolution(first: Block, vectors: Any, at: Any) -> Any:
    """What the *first* block makes of the words *at* each row, from the products of each word's *vectors*."""
    width = first.outputs
    sides = [vectors @ first.weights[side * width : (side + 1) * width] for side in range(3)]
    made = np.zeros((len(at), width), dtype="f")
    for start in range(0, len(at) - 2, _AT_ONCE):
        end = min(start + _AT_ONCE, len(at) - 2)
        summed = first.summed[: end - start]
        np.take(sides[0], at[start:end], axis=0, out=summed, mode="clip")
        for side in (1, 2):
            summed += sides[side][at[start + side : end + side]]
        np.add(vectors[at[start + 1 : end + 1]], first.finished(summed), out=made[start + 1 : end + 1])
    return made


def linear(node: Model[Any, Any]) -> Forward:
    """A product of rows with weights, and a bias."""
    plain: Forward = node._func
    if not node.has_param("W"):
        return plain
    by_input, bias = np.ascontiguousarray(node.get_param("W").T), node.get_param("b")

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray):
            return plain(model, rows, is_train)
        made = rows @ by_input
        made += bias
        return made, _no_training

    return forward


def lower_layer(node: Model[Any, Any]) -> Forward:
    """The product of each token with the weights of every feature of a transition model's state."""
    plain: Forward = node._func
    weights: Any = node.get_param("W")  # (features, outputs, pieces, inputs)
    shape, inputs = weights.shape[:3], weights.shape[3]
    by_input = np.ascontiguousarray(weights.reshape(-1, inputs).T)
    padding = node.get_param("pad")
    kept = [np.empty((0, by_input.shape[1]), dtype="f")]

    def forward(model: Model[Any, Any], rows: Any, is_train: bool) -> tuple[Any, Any]:
        if is_train or not isinstance(rows, np.ndarray):
            return plain(model, rows, is_train)
        made = _space(kept, len(rows) + 1)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            np.dot(some, by_input, out=made[start + 1 : start + 1 + len(some)])
        made = made.reshape(-1, *shape)
        made[0] = padding[0]
        return made, _no_training

    return forward


def _space(kept: list[Any], height: int) -> Any:
    """Room for *height* rows: that of the batch before, done with by now, where it is enough."""
    if height > _MOST_KEPT:
        return np.empty((height, kept[0].shape[1]), dtype="f")
    if height > len(kept[0]):
        kept[0] = np.empty((height, kept[0].shape[1]), dtype="f")
    return kept[0][:height]


def _no_training(*_: Any) -> Any:
    raise RuntimeError("fused layers are for inference: load the model without fusion to train it")
