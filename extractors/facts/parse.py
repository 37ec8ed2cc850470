"""A sentence's dependency tree as plain objects, which cost less to ask than spaCy's tokens.

spaCy makes a token, and looks its strings up, each time it is asked for one; rules ask for the same few words
again and again. A ``Word`` has the names of spaCy's attributes and knows its neighbours in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from extractors.facts.draft import Draft


class Word:
    """A word of a parsed sentence; two are equal only if they are the same one.

    ``text``, ``lower_``, ``tag_``, ``dep_``, ``ent_type_``, ``i``, ``head``, ``lefts`` and ``rights`` are as
    in ``spacy.tokens.Token``; ``tree`` holds all words of the sentence.
    """

    __slots__ = (
        "dep_",
        "ent_type_",
        "head",
        "i",
        "lefts",
        "lower_",
        "rights",
        "tag_",
        "text",
        "tree",
    )

    def __init__(self, i: int, text: str, tag: str, dep: str, tree: Sequence[Word]) -> None:
        self.i = i
        self.text = text
        self.lower_ = text.lower()
        self.tag_ = tag
        self.dep_ = dep
        self.ent_type_ = ""
        self.tree = tree
        self.head = self
        self.lefts: Sequence[Word] = ()
        self.rights: Sequence[Word] = ()

    @property
    def children(self) -> Sequence[Word]:
        """The words that hang from this one, in order."""
        return [*self.lefts, *self.rights]

    @property
    def ancestors(self) -> Iterator[Word]:
        """The words above this one, from its head up."""
        word = self
        while word.head is not word:
            word = word.head
            yield word

    @property
    def subtree(self) -> Iterator[Word]:
        """This word and all below it, in the order of the text where the tree is projective."""
        for child in self.lefts:
            yield from child.subtree
        yield self
        for child in self.rights:
            yield from child.subtree

    def nbor(self, step: int) -> Word:
        """The word so many places further on; IndexError where the sentence has none."""
        if not 0 <= self.i + step < len(self.tree):
            raise IndexError(f"no word {step} places from word {self.i} of {len(self.tree)}")
        return self.tree[self.i + step]

    def __repr__(self) -> str:
        return f"<{self.text} {self.tag_} {self.dep_}>"


_NAMES: dict[int, str] = {}
"""Tags and labels by spaCy's hash of their strings, which is the same in every vocabulary."""

Tree = Sequence[Word]
"""The words of a parsed sentence, in order."""


def tree_of(draft: Draft, doc: Doc) -> Tree:
    """The tree of the parsed *doc* that *draft* was made into; the words of figures are entities."""
    rows = doc.to_array(["TAG", "DEP", "HEAD"])
    tags, deps = rows[:, 0].tolist(), rows[:, 1].tolist()
    steps = rows[:, 2].astype("int64").tolist()
    for key in {*tags, *deps} - _NAMES.keys():
        _NAMES[key] = doc.vocab.strings[key]
    tree: list[Word] = []
    for i, (text, tag, dep) in enumerate(zip(draft.words, tags, deps, strict=True)):
        tree.append(Word(i, text, _NAMES[tag], _NAMES[dep], tree))
    for _, first, last in draft.figures:
        for word in tree[first:last]:
            word.ent_type_ = "FIGURE"
    for word, step in zip(tree, steps, strict=True):
        if step > 0:
            word.head = head = tree[word.i + step]
            head.lefts = [*head.lefts, word]
        elif step:
            word.head = head = tree[word.i + step]
            head.rights = [*head.rights, word]
    return tree
