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

from extractors.errors import RuleError
from extractors.facts.parse import Word
from extractors.facts.words import Words, words

_TAGS = {"N": ["NN", "NNS", "NNP", "NNPS"], "V": ["VB", "VBD", "VBG", "VBN", "VBP", "VBZ"]}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a frame: its role, which earlier node is its head, and what its word has to be."""

    role: str
    above: int | None
    dep: frozenset[str] | None = None
    tag: frozenset[str] | None = None
    word: frozenset[str] | None = None

    def fits(self, word: Word) -> bool:
        """Whether *word* can stand at this node."""
        return (
            (self.dep is None or word.dep_ in self.dep)
            and (self.tag is None or word.tag_ in self.tag)
            and (self.word is None or word.lower_ in self.word)
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """A way for a figure to hang in a tree; ``kind`` says how its roles are read."""

    id: str
    kind: str
    nodes: tuple[Node, ...]
    figure: str | None = None

    @property
    def bottom(self) -> int:
        """The figure's place among the nodes."""
        return next(at for at, node in enumerate(self.nodes) if node.role == "figure")


@dataclass(frozen=True, slots=True)
class Hanging:
    """A frame that fits a figure, and the words in its roles."""

    frame: Frame
    words: Mapping[str, Word]


def hangings(figure: Word) -> Iterator[Hanging]:
    """The frames that fit a figure whose top word is *figure*, in the rules' order."""
    for frame, bottom in _by_dep(figure.dep_):
        for placed in _fitting(frame.nodes, bottom, figure):
            yield Hanging(frame, {node.role: word for node, word in zip(frame.nodes, placed, strict=True)})


@cache
def _by_dep(dep: str) -> tuple[tuple[Frame, int], ...]:
    """The frames whose figure can hang by *dep*, with the figure's place."""
    placed = ((frame, frame.bottom, frame.nodes[frame.bottom].dep) for frame in frames())
    return tuple((frame, bottom) for frame, bottom, deps in placed if deps is None or dep in deps)


def _fitting(nodes: Sequence[Node], bottom: int, figure: Word) -> Sequence[Sequence[Word]]:
    """The words at the *nodes*, the one at *bottom* being *figure*, by every way they fit."""
    upwards: dict[int, Word] = {}
    at: int | None = bottom
    word = figure
    while at is not None:
        node = nodes[at]
        if not node.fits(word) or (node.above is not None and word.head is word):
            return ()
        upwards[at] = word
        at, word = node.above, word.head
    found: list[list[Word]] = [[]]
    for at, node in enumerate(nodes):
        if at in upwards:
            found = [[*one, upwards[at]] for one in found]
        elif node.above is not None:
            found = [[*one, below] for one in found for below in one[node.above].children if node.fits(below)]
    return found


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
        yield Node(f"n{place}" if role == "-" else role, above, **dict(map(_condition, conditions)))
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
