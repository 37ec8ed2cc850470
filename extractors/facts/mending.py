"""Where the parser goes wrong often enough to be put right: by words that leave no doubt."""

from __future__ import annotations

from extractors.facts.parse import Tree, Word

_MAKES_UP = frozenset(
    {
        *("made", "make", "makes", "accounted", "account", "accounts", "represented", "represent"),
        *("represents", "comprised", "comprise", "comprises", "constituted", "constitute", "constitutes"),
        *("formed", "took", "take", "takes", "held", "hold", "holds", "drew", "draw", "draws", "won"),
        *("claimed", "claim", "claims"),
    }
)
"""Verbs whose object is a share of a whole."""
_HELD_AGAINST = frozenset({"versus", "against", "compared", "up", "down", "from", "while", "with"})


def mend(tree: Tree) -> None:
    """Put *tree* right where it is known to be wrong."""
    for word in tree:
        if word.ent_type_ and word.dep_ in ("nsubj", "nsubjpass"):
            _take_back(word)


def _take_back(share: Word) -> None:
    """'made up 38% of the titles launched': the share is what was made up, and not what was launched."""
    clause = share.head
    above = clause.head
    of = next((t for t in share.rights if t.lower_ == "of"), None)
    whole = next((t for t in of.rights if t.dep_ == "pobj"), None) if of is not None else None
    if whole is None or clause.tag_ not in ("VBD", "VBN") or clause.i != whole.i + 1:
        return
    if clause.dep_ not in ("ccomp", "conj", "dep") or above.i > share.i or above.lower_ not in _MAKES_UP:
        return
    _hang(share, above, "dobj")
    for led in [t for t in clause.rights if t.lower_ in _HELD_AGAINST]:
        _hang(led, above, led.dep_)
    _hang(clause, whole, "acl")


def _hang(word: Word, head: Word, dep: str) -> None:
    """Take *word*, with all below it, from its head to *head*."""
    old = word.head
    old.lefts = [t for t in old.lefts if t is not word]
    old.rights = [t for t in old.rights if t is not word]
    word.head, word.dep_ = head, dep
    if word.i < head.i:
        head.lefts = sorted([*head.lefts, word], key=_place)
    else:
        head.rights = sorted([*head.rights, word], key=_place)


def _place(word: Word) -> int:
    return word.i
