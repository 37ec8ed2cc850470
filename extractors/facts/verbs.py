"""Metrics that a verb tells: 'revenue rose 5%', 'took in $4 million', 'values the market at'."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, bare, direction_of, object_in
from extractors.facts.nouns import plain
from extractors.facts.parse import Word
from extractors.facts.phrases import is_noun
from extractors.facts.quotes import TRADES
from extractors.facts.senses import sense_of, sensed
from extractors.facts.things import moved, of_thing, with_subject
from extractors.facts.tree import agent_of, object_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings


ANALYSTS = frozenset({"analysts", "analyst", "street", "economists", "forecasters"})
_SUPPLIES = frozenset(
    {"supplied", "supplies", "contributed", "contributes", "provided", "provides", "furnished"}
)
_SWALLOWS = frozenset({"swallowed", "swallows", "consumed", "consumes", "ate", "eats", "gobbled"})
_A_DAY = re.compile(
    r"\s(?:an?|per|each|for each)\s(?:day|week|month|hour|night|episode|script|shift|shoot)\b"
)
_WHICH = re.compile(r"\bof (?:which|them|those)\s(?:the )?[^.;,]*\Z")
_OWNS = frozenset({"own", "hold", "control"})
_PHRASAL = {("give", "up"): "down", ("give", "back"): "down", ("put", "on"): "up", ("tack", "on"): "up"}
"""Verbs that say how something moved by a particle that says something else."""
_WITH_WAYS = frozenset(
    {
        "shoot",
        "creep",
        "go",
        "come",
        "edge",
        "tick",
        "inch",
        "move",
        "be",
        "close",
        "end",
        "finish",
        "open",
        "trade",
        "settle",
    }
)


def from_verb(meanings: Meanings, verb: Word, figure: Word, prep: Word | None) -> Meaning | None:
    """The meaning of *figure* as the object of *verb*, or of *prep* under it."""
    lemma, agent = words().lemma(verb.lower_), agent_of(verb)
    if prep is None and (taken := _taken_off(meanings, verb)):
        return taken
    if figure.i in meanings.anchors and (part := _of_which(meanings, verb, figure)):
        return part
    expects = lemma in words().basis["forecast_verbs"] and prep is None and figure.dep_ == "dobj"
    sought = prep is not None and f"{lemma} {prep.lower_}" in words().basis["seeks"] and agent is not None
    expects = expects or (sought and agent is not None and agent.lower_ in ANALYSTS)
    if expects and figure.i in meanings.anchors and agent is not None:
        return _expected(meanings, verb, figure, agent)
    if prep is not None and lemma in words().basis["forecast_verbs"]:
        seen = object_of(verb, figure)
        if seen is not None and seen.lower_ in words().metrics and meanings.is_metric(seen):
            return meanings.from_noun(seen, figure)  # 'sees revenue at $90 million'
    if lemma == "followed" and prep is not None:
        return _next(meanings, prep, figure)
    if prep is not None and f"{lemma} {prep.lower_}" in words().senses:
        prep = None  # 'pulled in $60 million'
    if (
        prep is None
        and figure.i in meanings.anchors
        and (told := _by_the_verb(meanings, verb, figure, agent))
    ):
        return told
    if sense := sense_of(meanings, verb, figure, prep):
        return sensed(meanings, verb, figure, prep, sense)
    if way := words().moves.get(lemma) or _way_beside(verb, lemma):
        return moved(meanings, verb, figure, prep, way)
    if lemma in words().be or prep is not None:
        return _level(meanings, verb, agent, prep)
    if lemma not in words().have or agent is None:
        return None
    if agent.lower_ in words().metrics:
        return _level(meanings, verb, agent, prep)
    before = meanings.earlier(figure)
    return before and with_subject(meanings, bare(before.metric), agent, verb)


def _by_the_verb(meanings: Meanings, verb: Word, figure: Word, agent: Word | None) -> Meaning | None:
    """'The Saudis supplied 61%', 'marketing swallowed $4 million', 'a lead gets $500 a day'."""
    lemma, read = words().lemma(verb.lower_), meanings.anchors[figure.i]
    if agent is None:
        return None
    pronoun = agent.lower_ in words().pronouns
    if read.kind == "percent" and verb.lower_ in _SUPPLIES:
        before = meanings.earlier(figure) or meanings.subjects.spoken
        subject, rule = meanings.subjects.of_agent(agent)
        metric = f"share of {bare(before.metric).removeprefix('share of ')}" if before else ""
        return Meaning(metric, subject, subject_rule=f"loose {rule}", verb=verb) if before else None
    named = pronoun or meanings.phrases.name_at(agent) is not None
    if read.kind == "money" and verb.lower_ in _SWALLOWS and not named:
        subject, rule = meanings.subjects.focus()
        return Meaning(f"{meanings.phrases.noun(agent)} spending", subject, subject_rule=rule, verb=verb)
    if read.kind == "money" and lemma == "get" and _A_DAY.match(meanings.phrases.text, read.end):
        subject, rule = meanings.subjects.of_agent(agent)
        return Meaning("pay", subject, subject_rule=rule, verb=verb)
    return None


def _of_which(meanings: Meanings, verb: Word, figure: Word) -> Meaning | None:
    """'374 million downloads, of which Peru supplied 33%': the share that one has of what was told."""
    text, start = meanings.phrases.text, meanings.phrases.span(figure).start
    percent = meanings.anchors[figure.i].kind == "percent"
    if words().lemma(verb.lower_) in _OWNS:
        return None
    if not percent or not _WHICH.search(text, max(0, start - 60), start):
        return None
    nouns = (word for word in reversed(verb.tree[: verb.i]) if word.lower_ in words().metrics)
    before = meanings.earlier(figure) or next((plain(meanings, noun) for noun in nouns), None)
    if before is None:
        return None
    subject, rule = meanings.subjects.of_any(agent_of(verb))
    metric = f"share of {bare(before.metric)}"
    return Meaning(metric, subject, subject_rule=rule, verb=verb, like=before.like)


def _expected(meanings: Meanings, verb: Word, figure: Word, agent: Word) -> Meaning | None:
    """'Analysts had projected $1.5 billion', 'it expects 85 billion yuan': what the text spoke of."""
    before = meanings.earlier(figure) or meanings.subjects.spoken
    if before is None:
        return None
    if agent.lower_ not in ANALYSTS:
        return Meaning(bare(before.metric), before.subject, subject_rule="loose spoken-of", verb=verb)
    metric = f"analyst {bare(before.metric)} estimate"
    return Meaning(metric, before.subject, wrap="estimate", subject_rule="spoken-of", verb=verb)


def _taken_off(meanings: Meanings, verb: Word) -> Meaning | None:
    """'wiped $4 million off its market value': what became less."""
    if words().lemma(verb.lower_) not in words().takes_off:
        return None
    for prep in verb.children:
        of = object_in(prep) if prep.lower_ in ("off", "from") else None
        if of is not None and of.lower_ in words().metrics:
            return replace(plain(meanings, of), direction="down", growth=True, verb=verb)
    return None


def _next(meanings: Meanings, prep: Word, figure: Word) -> Meaning | None:
    """'followed by Peru with 9 million': the metric spoken of, of the one that follows."""
    before = meanings.earlier(figure) if prep.i else None
    if before is None or not is_noun(target := prep.nbor(-1)):
        return None
    name = meanings.phrases.name_at(target) or meanings.phrases.thing(target)
    leader, mark, whole = before.metric.partition(" share of ")
    metric = f"{name} share of {whole}" if mark and leader else before.metric
    return replace(before, metric=metric, subject=name, subject_rule="named", like=None)


def _level(meanings: Meanings, verb: Word, agent: Word | None, prep: Word | None) -> Meaning | None:
    """What stands at a level: the verb's grammatical subject."""
    meaning = of_thing(meanings, agent, verb)
    if meaning is not None and words().lemma(verb.lower_) in TRADES and verb.dep_ in ("xcomp", "advcl"):
        way = words().moves.get(words().lemma(verb.head.lower_), "")
        meaning = replace(meaning, direction=direction_of(way))
    if meaning is None or meaning.metric != "share price" or prep is None or prep.lower_ != "at":
        return meaning
    closed = words().lemma(verb.lower_) in ("close", "finish", "settle")
    return replace(meaning, metric="closing share price") if closed else meaning


def _way_beside(verb: Word, lemma: str) -> str | None:
    """'went up 20%', 'edged down to 3 million', 'gave up 7%'."""
    if way := next((way for t in verb.rights if (way := _PHRASAL.get((lemma, t.lower_)))), None):
        return way
    if lemma not in _WITH_WAYS:
        return None
    ways = [t.lower_ for t in verb.children if t.dep_ in ("prt", "advmod") and t.lower_ in ("up", "down")]
    if lemma in words().be and not ways:  # 'was lower by 40 basis points'
        stood = (t for t in verb.rights if t.dep_ == "acomp" and t.lower_ in ("higher", "lower"))
        ways = [words().move_words[t.lower_] for t in stood]
    return ways[0] if ways else None
