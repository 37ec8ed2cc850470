"""Who does what in a parsed sentence: the agents and objects of verbs."""

from __future__ import annotations

from extractors.facts.parse import Word
from extractors.facts.phrases import is_name, is_noun
from extractors.facts.words import words


def agent_of(verb: Word) -> Word | None:
    """The grammatical subject of *verb*, its own or that of the verb it goes on from."""
    for _ in range(6):
        own = _subject_before(verb) or next(
            (t for t in verb.rights if t.dep_ in ("nsubj", "nsubjpass") and not t.ent_type_), None
        )
        own = own or _misread(verb)
        if own is not None:
            return _resolved(own)
        if verb.dep_ == "acl" and verb.head.lower_ in _UNDERTAKINGS:
            above = next((t for t in verb.ancestors if t.tag_.startswith("V")), None)
            if above is not None:
                verb = above
                continue
        if verb.dep_ in ("relcl", "acl") and is_noun(verb.head):
            return verb.head
        if verb.dep_ == "ccomp" and is_noun(verb.head):
            return verb.head
        if verb.dep_ in ("xcomp", "conj", "advcl", "ccomp", "pcomp", "aux") and verb.head != verb:
            verb = (
                verb.head
                if verb.head.tag_.startswith("V")
                else next((t for t in verb.ancestors if t.tag_.startswith("V")), verb)
            )
            continue
        return None
    return None


def _subject_before(verb: Word) -> Word | None:
    """The subject before *verb*; of two that the parser takes for one, the nearer that names a metric."""
    found = [t for t in verb.lefts if t.dep_ in ("nsubj", "nsubjpass") and not t.ent_type_]
    metrics = [t for t in found if t.lower_ in words().metrics] if len(found) > 1 else []
    return metrics[-1] if metrics else next(iter(found), None)


_UNDERTAKINGS = frozenset(
    {"talks", "plan", "plans", "deal", "agreement", "option", "bid", "offer", "right", "effort", "efforts"}
)
"""'is in talks to raise', 'has an option to buy': what is to be done is done by who has them."""


def _misread(verb: Word) -> Word | None:
    """'Reading app Fernleaf had': a trade that the parser takes for a clause."""
    clause = next((t for t in verb.lefts if t.dep_ == "csubj" and t.tag_ == "VBG"), None)
    return (
        next((t for t in clause.children if t.dep_ == "dobj" and is_name(t)), None)
        if clause is not None
        else None
    )


def _resolved(agent: Word) -> Word:
    """A relative pronoun's noun, or *agent* itself."""
    if agent.lower_ == "which" and agent.i >= 2:
        before = agent.nbor(-1) if agent.nbor(-1).text not in (",", "”", '"') else agent.nbor(-2)
        if is_name(before):
            return before
    if agent.lower_ in ("which", "who", "that") and agent.head.dep_ == "relcl":
        return agent.head.head
    return agent


def object_of(verb: Word, figure: Word) -> Word | None:
    """The object of *verb* that is not *figure*; in the passive its grammatical subject."""
    for token in verb.children:
        if token.dep_ in ("dobj", "dative") and token != figure and not token.ent_type_:
            return token
    return next((t for t in verb.children if t.dep_ == "nsubjpass"), None)


_NOW = frozenset({"is", "are", "'s", "’s", "'re", "’re"})
_PERFECT = frozenset({"has", "have", "'ve", "’ve", "had"})


def is_perfect(verb: Word) -> bool:
    """'has earned', 'had earned'."""
    return any(t.dep_ == "aux" and t.lower_ in _PERFECT for t in verb.children)


def is_past(figure: Word, verb: Word | None, noun: Word | None) -> bool:
    """Whether the figure's clause is in the simple past, or has no verb of its own ('with sales up 5%')."""
    if noun is not None and noun.dep_ == "pobj" and noun.head.lower_ == "with":
        return True
    verb = verb if verb is not None else next((t for t in figure.ancestors if t.tag_.startswith("V")), None)
    if verb is not None and verb.tag_ == "VBG" and any(t.lower_ in _NOW for t in verb.lefts):
        return False  # 'is building a plant at a cost of'
    if verb is None or verb.tag_ in ("VBD", "VBG", "VB"):
        return True
    return verb.tag_ == "VBN" and not is_perfect(verb)
