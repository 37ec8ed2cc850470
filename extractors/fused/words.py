"""The vectors of words, worked out once for each combination of attributes that the model looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from thinc.model import Model

_MOST = 20_000
"""So many words' vectors are remembered (8 MB a model), then all are forgotten."""

_MIXER = 0x9E3779B97F4A7C15
"""Spreads the bits of a hash: 2 ** 64 over the golden ratio, as in Knuth's multiplicative hashing."""


class Words:
    """What an embedding *node* makes of words, by a hash of their attributes."""

    def __init__(self, node: Model[Any, Any]) -> None:
        self._columns: list[int | str] = node.layers[0].attrs["columns"]
        self._mixers = np.array([_MIXER * (2 * n + 1) % 2**64 for n in range(len(self._columns))], dtype="u8")
        self._hashed, self._mixed = node.layers[2].layers[0], node.layers[3].layers[0]
        self._places: dict[int, int] = {}
        self.vectors = np.empty((1024, self._mixed.get_dim("nO")), dtype="f")

    def places(self, docs: Sequence[Doc]) -> Any:
        """The rows of ``vectors`` for the words of *docs*, one after the other; valid until the next call."""
        attributes = np.concatenate([doc.to_array(self._columns).reshape(len(doc), -1) for doc in docs])
        mixed = attributes * self._mixers
        mixed ^= mixed >> np.uint64(29)
        keys = mixed.sum(axis=1, dtype="u8").tolist()
        new = {key: row for row, key in enumerate(keys) if key not in self._places}
        if len(self._places) + len(new) > _MOST:
            self._places.clear()
            new = {key: row for row, key in enumerate(keys)}
        if new:
            self._learn(new, attributes)
        return np.array([self._places[key] for key in keys])

    def _learn(self, new: dict[int, int], attributes: Any) -> None:
        start = len(self._places)
        end = start + len(new)
        while end > len(self.vectors):
            self.vectors = np.concatenate([self.vectors, np.empty_like(self.vectors)])
        self.vectors[start:end] = self._mixed.predict(self._hashed.predict(attributes[list(new.values())]))
        self._places.update(zip(new, range(start, end), strict=True))
