"""Frames: how a figure hangs in its sentence's tree, as rules for spaCy's DependencyMatcher."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from spacy.matcher import DependencyMatcher
from spacy.tokens import Doc, Token
from spacy.vocab import Vocab

from extractors.errors import RuleError
from extractors.facts.words import Words, words

_TAGS = {"N": ["NN", "NNS", "NNP", "NNPS"], "V": ["VB", "VBD", "VBG", "VBN", "VBP", "VBZ"]}


@dataclass(frozen=True, slots=True)
class Frame:
    """A way for a figure to hang in a tree; ``kind`` says how its roles are read."""

    id: str
    kind: str
    roles: tuple[str, ...]
    pattern: tuple[Mapping[str, Any], ...]
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    """A frame that fits a figure, and the tokens in its roles."""

    frame: Frame
    tokens: Mapping[str, Token]


class Frames:
    """The packaged frames over one vocabulary."""

    def __init__(self, vocab: Vocab) -> None:
        self.order = {frame.id: place for place, frame in enumerate(frames())}
        self.matcher = DependencyMatcher(vocab)
        for frame in frames():
            self.matcher.add(frame.id, [[dict(node) for node in frame.pattern]])

    def hangings(self, doc: Doc) -> dict[int, list[Hanging]]:
        """The frames that fit, in the rules' order, by the place of the figure's top token."""
        found: dict[int, list[Hanging]] = {}
        for key, places in self.matcher(doc):
            frame = frames()[self.order[doc.vocab.strings[key]]]
            tokens = {role: doc[place] for role, place in zip(frame.roles, places, strict=True)}
            found.setdefault(tokens["figure"].i, []).append(Hanging(frame, tokens))
        for hangings in found.values():
            hangings.sort(key=lambda hanging: self.order[hanging.frame.id])
        return found


@cache
def frames() -> tuple[Frame, ...]:
    """The packaged frames, in order of precedence."""
    rules = tomllib.loads(files("extractors").joinpath("rules/frames.toml").read_text(encoding="utf-8"))
    return tuple(_frame(row) for row in rules["frame"])


def _frame(row: Mapping[str, Any]) -> Frame:
    nodes = [_node(spec, f"n{place}") for place, spec in enumerate(row["path"])]
    pattern = list(_chain(nodes))
    if "side" in row:
        top = row["side"][0]
        side = [_node(spec, f"s{place}") for place, spec in enumerate(row["side"][1:])]
        pattern += list(_chain(side, top))
        nodes += side
    return Frame(row["id"], row["kind"], tuple(role for role, _ in nodes), tuple(pattern), row.get("figure"))


def _chain(
    nodes: Sequence[tuple[str, Mapping[str, Any]]], top: str | None = None
) -> Iterator[Mapping[str, Any]]:
    above = top
    for name, attributes in nodes:
        if above is None:
            yield {"RIGHT_ID": name, "RIGHT_ATTRS": attributes}
        else:
            yield {"LEFT_ID": above, "REL_OP": ">", "RIGHT_ID": name, "RIGHT_ATTRS": attributes}
        above = name


def _node(spec: str, unnamed: str) -> tuple[str, Mapping[str, Any]]:
    role, *conditions = spec.split()
    attributes: dict[str, Any] = {"ENT_TYPE": "FIGURE"} if role == "figure" else {}
    for condition in conditions:
        key, _, values = condition.partition("=")
        attributes |= _attribute(key, values)
    return (unnamed if role == "-" else role), attributes


def _attribute(key: str, values: str) -> Mapping[str, Any]:
    if key == "tag":
        return {"TAG": _one_of(tag for value in values.split("|") for tag in _TAGS.get(value, [value]))}
    if key == "dep":
        return {"DEP": _one_of(values.split("|"))}
    if key == "word":
        return {"LOWER": _one_of(word for value in values.split("|") for word in _words(value))}
    raise RuleError(f"rules/frames.toml: {key!r} is no condition on a node: use dep, tag or word")


def _one_of(values: Iterable[str]) -> Any:
    """A single value matches exactly, which costs nothing; a set is asked of every token."""
    listed = sorted(set(values))
    return listed[0] if len(listed) == 1 else {"IN": listed}


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
