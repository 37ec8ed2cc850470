"""Frames: how a figure hangs in its sentence's tree, as rules in rules/frames.toml.

A frame is a path of nodes from the top down, with the figure at one of them, and perhaps a second path down
from one of its nodes. They are tried from the figure up and then down: that asks a handful of tokens, where a
matcher that looks for every node anywhere in the sentence asks them all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spacy.tokens import Doc, Token
from spacy.vocab import Vocab

from extractors.errors import RuleError
from extractors.facts.words import Words, words

_TAGS = {"N": ["NN", "NNS", "NNP", "NNPS"], "V": ["VB", "VBD", "VBG", "VBN", "VBP", "VBZ"]}

Conditions = tuple[tuple[str, frozenset[str]], ...]
"""What a node's token has to be: for each column of the tree, the values that will do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a frame: its role, which earlier node is its head, and what its token has to be."""

    role: str
    above: int | None
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Frame:
    """A way for a figure to hang in a tree; ``kind`` says how its roles are read."""

    id: str
    kind: str
    nodes: tuple[Node, ...]
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    """A frame that fits a figure, and the tokens in its roles."""

    frame: Frame
    tokens: Mapping[str, Token]


class Tree:
    """A parsed sentence as columns of strings' ids, with each token's head and children."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        rows = doc.to_array(["DEP", "TAG", "LOWER", "HEAD"])
        self.columns = dict(zip(("dep", "tag", "word"), rows[:, :3].T.tolist(), strict=True))
        self.heads = [at + head for at, head in enumerate(rows[:, 3].astype("int64").tolist())]
        self.children: list[list[int]] = [[] for _ in self.heads]
        for at, head in enumerate(self.heads):
            if head != at:
                self.children[head].append(at)


class Frames:
    """The packaged frames over one vocabulary."""

    def __init__(self, vocab: Vocab) -> None:
        self._compiled = [(frame, *_compiled(frame, vocab)) for frame in frames()]

    def hangings(self, tree: Tree, figure: int) -> Iterator[Hanging]:
        """The frames that fit the figure whose top token is at *figure*, in the rules' order."""
        for frame, nodes, bottom in self._compiled:
            for places in _fitting(nodes, bottom, tree, figure):
                tokens = {node.role: tree.doc[at] for node, at in zip(frame.nodes, places, strict=True)}
                yield Hanging(frame, tokens)


_Compiled = tuple[int | None, tuple[tuple[str, frozenset[int]], ...]]
"""A node with the ids of its conditions' values."""


def _compiled(frame: Frame, vocab: Vocab) -> tuple[list[_Compiled], int]:
    nodes = [
        (node.above, tuple((column, frozenset(map(vocab.strings.add, of))) for column, of in node.conditions))
        for node in frame.nodes
    ]
    return nodes, next(at for at, node in enumerate(frame.nodes) if node.role == "figure")


def _fitting(nodes: Sequence[_Compiled], bottom: int, tree: Tree, figure: int) -> list[list[int]]:
    """The places of the *nodes*' tokens, the one at *bottom* being *figure*, by every way they fit."""
    places = [-1] * len(nodes)
    node: int | None = bottom
    at = figure
    while node is not None:
        above, conditions = nodes[node]
        if not _is(tree, at, conditions) or (above is not None and tree.heads[at] == at):
            return []
        places[node] = at
        node, at = above, tree.heads[at]
    found = [places]
    for number, (above, conditions) in enumerate(nodes):
        if places[number] < 0 and above is not None:
            found = [
                [*one[:number], child, *one[number + 1 :]]
                for one in found
                for child in tree.children[one[above]]
                if _is(tree, child, conditions)
            ]
    return found


def _is(tree: Tree, at: int, conditions: Sequence[tuple[str, frozenset[int]]]) -> bool:
    return all(tree.columns[column][at] in values for column, values in conditions)


@cache
def frames() -> tuple[Frame, ...]:
    """The packaged frames, in order of precedence."""
    rules = tomllib.loads(files("extractors").joinpath("rules/frames.toml").read_text(encoding="utf-8"))
    return tuple(_frame(row) for row in rules["frame"])


def _frame(row: Mapping[str, Any]) -> Frame:
    nodes = list(_chain(row["path"], None, 0))
    if "side" in row:
        top = next(at for at, node in enumerate(nodes) if node.role == row["side"][0])
        nodes += _chain(row["side"][1:], top, len(nodes))
    return Frame(row["id"], row["kind"], tuple(nodes), row.get("figure"))


def _chain(specs: Sequence[str], above: int | None, first: int) -> Iterator[Node]:
    """The nodes of a path, each the head of the next; they stand from the place *first* on."""
    for place, spec in enumerate(specs, first):
        role, *conditions = spec.split()
        yield Node(f"n{place}" if role == "-" else role, above, tuple(map(_condition, conditions)))
        above = place


def _condition(condition: str) -> tuple[str, frozenset[str]]:
    key, _, values = condition.partition("=")
    listed = values.split("|")
    if key == "tag":
        return key, frozenset(tag for value in listed for tag in _TAGS.get(value, [value]))
    if key == "dep":
        return key, frozenset(listed)
    if key == "word":
        return key, frozenset(word for value in listed for word in _words(value))
    raise RuleError(f"rules/frames.toml: {key!r} is no condition on a node: use dep, tag or word")


def _words(value: str) -> list[str]:
    if not value.startswith("@"):
        return [value]
    known: Words = words()
    lists: Mapping[str, list[str]] = {
        "move_nouns": [*known.move_nouns, *known.neutral],
        "move_words": list(known.move_words),
        "metrics": [noun for noun in known.metrics if " " not in noun],
    }
    return lists[value[1:]]
