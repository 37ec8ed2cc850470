"""Which layers of a spaCy model are of a kind whose arithmetic is known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thinc.model import Model

_EMBEDDING = ["extract_features", "list2ragged", "with_array", "with_array", "ragged2list"]


def _names(node: Model[Any, Any]) -> list[str]:
    return [layer.name.partition("(")[0] for layer in node.layers if layer.name != "dropout"]


def is_block(node: Model[Any, Any]) -> bool:
    """Exactly a Maxout and a LayerNorm (and a Dropout, idle at inference)."""
    return _names(node) == ["maxout", "layernorm"]


def block_in(node: Model[Any, Any]) -> Model[Any, Any] | None:
    """The block at the heart of *node*: itself, or one that it only wraps."""
    return next((inner for inner in node.walk() if is_block(inner)), None)


def is_encoder(node: Model[Any, Any]) -> bool:
    """A chain of residual convolutions, each a window of one word to either side and a block."""
    return bool(node.layers) and all(convolution(layer) is not None for layer in node.layers)


def convolution(node: Model[Any, Any]) -> Model[Any, Any] | None:
    """The block in a residual convolution, None where *node* is something else."""
    if _name(node) != "residual" or len(node.layers) != 1:
        return None
    inner = node.layers[0].layers
    if len(inner) != 2 or inner[0].name != "expand_window" or inner[0].attrs["window_size"] != 1:
        return None
    return block_in(inner[1])


def is_token_to_vector(node: Model[Any, Any]) -> bool:
    """An embedding of words by their attributes alone, and an encoder of what stands around them."""
    if len(node.layers) != 2 or not _is_embedding(node.layers[0]) or _name(node.layers[1]) != "with_array":
        return False
    return is_encoder(node.layers[1].layers[0])


def _is_embedding(node: Model[Any, Any]) -> bool:
    """Words' attributes, hashed, looked up and put through one block: the same for the same word."""
    if _names(node) != _EMBEDDING:
        return False
    hashed, mixed = node.layers[2].layers[0], node.layers[3].layers[0]
    by_column = all(_names(layer) == ["ints-getitem", "hashembed"] for layer in hashed.layers)
    return by_column and block_in(mixed) is not None


def is_lower_layer(node: Model[Any, Any]) -> bool:
    """The layer of a transition model whose product is worked out for each token ahead of the transitions."""
    return node.name == "precomputable_affine"


def is_linear(node: Model[Any, Any]) -> bool:
    """A product with weights, and a bias."""
    return node.name == "linear"


def _name(node: Model[Any, Any]) -> str:
    return node.name.partition("(")[0]
