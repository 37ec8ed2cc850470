"""Who says a figure, on what footing, and in which scope."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files

from ahocorasick_rs import AhoCorasick

from extractors.facts.meaning import Meaning
from extractors.facts.parse import Tree, Word
from extractors.facts.phrases import Phrases, is_name, is_temporal
from extractors.facts.words import forms, words
from extractors.findings import Basis, Figure

_RECKONS = frozenset(
    {"estimate", "forecast", "project", "predict", "reckon", "calculate", "put", "value", "peg"}
)


_THEN_RECKONS = re.compile(
    r"\s(?:\w+ly\s)?(?:estimate[sd]?|forecasts?|project(?:s|ed)|predict(?:s|ed)|reckon(?:s|ed)|says|said)\b"
)


@cache
def _rules() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files("extractors").joinpath("rules/claims.toml").read_text(encoding="utf-8"))


@cache
def _claim_forms() -> Mapping[str, str]:
    return {form: verb for verb in _rules()["claims"]["verbs"] for form in forms(verb)}


@cache
def _reckoning() -> frozenset[str]:
    return frozenset(form for form, verb in _claim_forms().items() if verb in _RECKONS)


_PAPER_BY = re.compile(
    r"\b(?:report|study|survey|white paper|paper|data) (?:\w+ ){0,3}?(?:by|from|of) (?:the )?"
)


def reports(text: str, names: Mapping[int, str]) -> list[tuple[int, str]]:
    """Where *text* speaks of a report by one of the organisations in *names* (by start), and whose it is."""
    found = ((m.start(), names.get(m.end())) for m in _PAPER_BY.finditer(text))
    return [(start, name) for start, name in found if name]


class Claims:
    """The sources that one sentence names; ``report`` is the last report's source in the text."""

    def __init__(self, tree: Tree, phrases: Phrases, report: str | None, topic: str | None) -> None:
        self.tree = tree
        self.phrases = phrases
        self.report = report
        self.topic = topic

    def sources(self) -> frozenset[str]:
        """The organisations that the sentence cites, or that say or reckon what it says."""
        found = {self._cited}
        for place in self._places(_reckoning()):
            token = self.tree[place]
            if token.tag_.startswith("V"):
                agent = next((t for t in token.children if t.dep_ == "nsubj"), None)
                found.add(self._source(agent) if agent is not None else None)
        found |= {name for _, end, name in self.phrases.names if _THEN_RECKONS.match(self.phrases.text, end)}
        return frozenset(name for name in found if name)

    def _places(self, wanted: Collection[str]) -> Iterator[int]:
        """Where one of the *wanted* words stands: by the words alone, as making tokens takes time."""
        return (place for place, word in enumerate(self.phrases.draft.words) if word.lower() in wanted)

    def claimed_by(self, anchor: int, subject: str | None) -> str | None:
        """Who says the figure at *anchor*: whom the sentence cites, or the subject of the verb of saying.

        What one says of oneself is no claim by another: None.
        """
        source = self._cited or self._said(self.tree[anchor])
        return None if source == subject else source

    @cached_property
    def _cited(self) -> str | None:
        place = next(self._places(("according",)), None)
        if place is None:
            return None
        target = next((t for t in self.tree[place].subtree if t.dep_ == "pobj" and t.i > place), None)
        return None if target is None else self._source(target)

    def _said(self, figure: Word) -> str | None:
        for token in figure.ancestors:
            if token.lower_ in _claim_forms() and (token.tag_.startswith("V")):
                agent = next((t for t in token.children if t.dep_ == "nsubj"), None)
                if agent is not None and figure not in agent.subtree and self._claims(token, figure):
                    return self._source(agent)
        return None

    def _claims(self, verb: Word, figure: Word) -> bool:
        """Whether the figure is in what is said, and not the very thing that the subject posts."""
        if _claim_forms()[verb.lower_] in (
            "report",
            "announce",
            "disclose",
            "show",
            "see",
            "add",
            "put",
            "value",
        ):
            path = [t for t in [figure, *figure.ancestors] if t.head == verb]
            return bool(path) and (
                path[0].dep_ in ("ccomp", "advcl") or _claim_forms()[verb.lower_] in ("put", "value")
            )
        return True

    def _source(self, token: Word) -> str | None:
        lower = token.lower_
        if token.lower_ in _rules()["claims"]["papers"]:
            inside = [t for t in token.subtree if self.phrases.name_at(t)]
            makers = [
                t for t in token.subtree if is_name(t) and t.dep_ in ("pobj", "poss") and not is_temporal(t)
            ]
            names = [t for t in makers if t.head.lower_ in ("by", "from") or t.dep_ == "poss"]
            if inside:
                return self.phrases.name_at(inside[0])
            return self.phrases.thing(names[-1]) if names else self.report
        if name := self.phrases.name_at(token) or self.phrases.apposed_name(token):
            return name
        if lower in words().pronouns or lower in words().company_nouns:
            return self.topic
        if lower in _rules()["claims"]["nobody"] or not is_name(token):
            return None
        return self.phrases.thing(token)


_HELD_AGAINST = frozenset({"against-figure", "compared-with-figure"})


def basis_of(figure: Word, meaning: Meaning) -> Basis:
    """Whether *figure* is reported, estimated, forecast or aimed at: by its nouns, then by its verbs."""
    footing = meaning.wrap or (_footing_of(meaning.noun) if meaning.noun is not None else None)
    if footing in ("forecast", "target", "estimate"):
        return "forecast" if footing == "forecast" else "target" if footing == "target" else "estimate"
    if meaning.compared and meaning.rule in _HELD_AGAINST:
        return "reported"  # 'sees revenue at $9 million, against $8 million'
    for token in [figure, *figure.ancestors]:
        if basis := _basis_by(token, figure):
            return basis
        if token.tag_.startswith("V") and _is_clause_of_its_own(token):
            break
    return "estimate" if _ends_in_estimates(figure.tree) else "reported"


def _footing_of(noun: Word) -> str | None:
    """'expected revenue of', 'a planned investment'."""
    return next((words().footing[t.lower_] for t in noun.lefts if t.lower_ in words().footing), None)


def _basis_by(token: Word, figure: Word) -> Basis | None:
    """The footing that *token*, the figure or one above it, gives the figure."""
    rules, lemma = words().basis, words().lemma(token.lower_)
    if token.lower_ in rules["forecast_words"] and any(t.dep_ == "xcomp" for t in token.children):
        return "forecast"
    if not token.tag_.startswith("V"):
        return None
    if any(t.dep_ == "aux" and t.lower_ in rules["forecast_modals"] for t in token.children):
        return "target" if lemma in rules["plans"] else "forecast"
    holds = any(
        t.dep_ in ("xcomp", "ccomp") and (t == figure or t in figure.ancestors) for t in token.children
    )
    aimed = lemma == "target" and any(
        t.dep_ == "dobj" and (t == figure or t in figure.ancestors) for t in token.rights
    )
    if (lemma in rules["target_verbs"] and holds) or aimed:
        return "target"
    if lemma in rules["forecast_verbs"] and lemma not in ("see", "reckon") and token != figure:
        return "forecast"
    if lemma == "see" and any(t.dep_ == "auxpass" and t.lower_ in ("is", "are") for t in token.lefts):
        return "forecast"  # 'sales are seen at 8 billion'
    if lemma == "see" and token.tag_ in ("VBZ", "VBP"):
        now = any(t.lower_ in ("now", "still", "currently") for t in token.children)
        seen = any(t.dep_ == "dobj" and t.lower_ in words().metrics for t in token.rights)
        if holds or now or seen:
            return "forecast"
    return "estimate" if lemma in rules["estimate_verbs"] else None


def _ends_in_estimates(tree: Tree) -> bool:
    """'..., Lighthouse estimates.': which the parser takes for a noun."""
    at = next(
        (t for t in tree if t.lower_ in ("estimates", "estimated") and t.i and is_name(t.nbor(-1))), None
    )
    return at is not None and (at.i + 1 >= len(tree) or at.nbor(1).text in (".", ",", "”", '"'))


def _is_clause_of_its_own(verb: Word) -> bool:
    """Whether what stands above *verb* says nothing of how sure it is."""
    if verb.dep_ in ("relcl", "acl"):
        return True
    return verb.dep_ in ("conj", "advcl", "parataxis") and any(
        t.dep_ in ("nsubj", "nsubjpass") for t in verb.children
    )


_EARLIER = re.compile(r"\b(?:a|one) (?:year|month|quarter|week) (?:earlier|ago|before)\b")


@cache
def _scope_patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        scope: re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, listed)) + r")(?![\w])", re.I)
        for scope, listed in _rules()["scope"].items()
    }


@cache
def _scope_words() -> tuple[Sequence[str], AhoCorasick]:
    """The scope of each word for one, and what finds the words in a text in small letters."""
    rows = [(scope, word.lower()) for scope, listed in _rules()["scope"].items() for word in listed]
    return [scope for scope, _ in rows], AhoCorasick([word for _, word in rows])


def scope_of(metric: str, around: str) -> tuple[str, ...]:
    """The words in the metric, or in the figure's clause, that change what the number means.

    The net of a net profit and the gross of a gross margin belong to the metric's name.

    >>> scope_of("overseas in-app revenue", "a year earlier")
    ('overseas', 'in-app')
    """
    near = _EARLIER.sub("", f"{metric} | {around}")
    scopes, automaton = _scope_words()
    likely = {scopes[at] for at, _, _ in automaton.find_matches_as_indexes(near.lower(), overlapping=True)}
    if not likely:
        return ()
    found = tuple(s for s, pattern in _scope_patterns().items() if s in likely and pattern.search(near))
    known = words().metric_of(metric)
    named = known is not None and known.id in ("profit", "loss", "margin")
    return tuple(scope for scope in found if not (named and scope in ("net", "gross")))


def clause_around(text: str, figure: Figure, start: int, end: int) -> str:
    """The text around *figure* up to the nearest comma or other figure's end, inside the sentence."""
    before = max(text.rfind(sign, start, figure.start) for sign in ",;:") + 1
    after = min(
        (at for at in (text.find(sign, figure.end, end) for sign in (", ", ";", ". ")) if at >= 0),
        default=end,
    )
    return text[max(before, start) : after]
