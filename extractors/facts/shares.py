"""Shares of a whole: '60 percent of viewers pay', 'brought 31 percent of the sales'."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, bare, direction_of, verb_over
from extractors.facts.parse import Word
from extractors.facts.phrases import is_name, is_place, is_temporal
from extractors.facts.senses import has_sense
from extractors.facts.subjects import is_company_noun
from extractors.facts.tree import agent_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings

_HOLDS = frozenset({"own", "hold", "buy", "sell", "acquire", "control", "take"})
_GOES_ON = frozenset({"prep", "agent", "dobj", "attr", "acomp", "xcomp"})
_TOTALS = frozenset({"total", "whole"})
_OR = re.compile(
    r"(?:\s\([^()]*\))?,?\s(?:or|equal to|equivalent to|making up|accounting for|representing)\s"
    r"(?:[a-z]+\s){0,2}"
)
_SKIPPED_TAGS = frozenset({"DT", "PRP$", ",", "``", "''"})


def from_share(meanings: Meanings, base: Word, anchor: Word) -> Meaning | None:
    """The meaning of a percentage of *base*."""
    verb = anchor.head
    if base.ent_type_:
        return None
    if said_otherwise := _of_the_level_before(meanings, base, anchor):
        return said_otherwise
    if anchor.dep_ in ("nsubj", "nsubjpass") and verb.tag_.startswith(("V", "J")):
        return _share_that(meanings, base, verb, anchor)
    lemma = words().lemma(verb.lower_)
    owned = meanings.phrases.name_at(base) or is_company_noun(base.lower_)
    if anchor.dep_ == "dobj" and lemma in _HOLDS and owned:
        return _stake(meanings, base, verb)
    if anchor.dep_ == "dobj" and lemma in words().moves and not has_sense(meanings, verb, anchor):
        return _moved_share(meanings, base, verb, lemma)
    if verb.tag_.startswith("V"):
        return _share_of(meanings, base, verb, anchor)
    over = verb_over(verb) if anchor.dep_ in ("pobj", "appos", "conj") else None
    return _share_of(meanings, base, over, anchor)


def _of_the_level_before(meanings: Meanings, base: Word, anchor: Word) -> Meaning | None:
    """'brought in $4 million, or 30% of the total': the level before, told as a share."""
    before = meanings.earlier(anchor)
    if before is None or before.like is None or meanings.anchors[before.like].kind == "percent":
        return None
    level, share = meanings.anchors[before.like], meanings.anchors[anchor.i]
    if not _OR.fullmatch(meanings.phrases.text, level.end, share.start):
        return None
    whole = meanings.phrases.noun(base)
    whole = bare(before.metric) if whole.lower() in _TOTALS else whole
    return replace(before, metric=f"share of {whole}", growth=False)


def _stake(meanings: Meanings, company: Word, verb: Word) -> Meaning:
    agent = agent_of(verb)
    subject, rule = meanings.subjects.of_any(agent)
    whole = meanings.phrases.name_at(company)
    return Meaning(f"stake in {whole}" if whole else "stake", subject, subject_rule=rule, verb=verb)


def _moved_share(meanings: Meanings, base: Word, verb: Word, lemma: str) -> Meaning:
    """'cut 8 percent of its workforce'."""
    subject, rule = meanings.subjects.of_noun(base)
    direction = direction_of(words().moves[lemma])
    metric = meanings.phrases.noun(base)
    return Meaning(metric, subject, direction, growth=True, subject_rule=rule, verb=verb)


def _share_that(meanings: Meanings, base: Word, verb: Word, anchor: Word) -> Meaning:
    """'60 percent of viewers pay': the share of the viewers that does what the verb says."""
    known = words().metric_of(base.lower_)
    if known and known.flow:
        subject, rule = meanings.subjects.of_noun(base)
        metric = f"share of {meanings.phrases.noun(base)} {_after(meanings, verb, with_verb=False)}".strip()
        return Meaning(metric, subject, subject_rule=rule, verb=verb)
    thing: str | None = meanings.phrases.thing(base)
    rule = "share-base"
    if base.lower_ in words().pronouns:
        before = meanings.earlier(anchor) or meanings.subjects.spoken
        thing, rule = before.subject if before else thing, "spoken-of"
    return Meaning(f"share {_after(meanings, verb)}".strip(), thing, subject_rule=rule, verb=verb)


def _after(meanings: Meanings, verb: Word, with_verb: bool = True) -> str:
    """The verb with what follows it closely: 'moved into dramas', 'backed by local firms'."""
    tokens = [verb] if with_verb else []
    for child in verb.rights:
        if child.dep_ == "prt":
            tokens.append(child)
        part = [t for t in child.subtree if t.tag_ not in _SKIPPED_TAGS and not t.ent_type_]
        if child.dep_ in _GOES_ON and len(part) <= 6 and not any(is_temporal(t) for t in part):
            tokens += part
            break
    return meanings.phrases.words(tokens)


def _share_of(meanings: Meanings, base: Word, verb: Word | None, anchor: Word) -> Meaning:
    """'brought 31 percent of the sales': the share of a whole that the agent has."""
    if base.lower_ in words().pronouns and (spoken := meanings.earlier(anchor) or meanings.subjects.spoken):
        return replace(spoken, metric=f"share of {bare(spoken.metric)}", noun=None, compared=False)
    whole = " ".join([meanings.phrases.noun(base), *_done(base)])
    agent = agent_of(verb) if verb is not None else None
    if agent is not None and _has_shares(agent):
        subject, rule = meanings.subjects.of_agent(agent)
        return Meaning(f"share of {whole}", subject, subject_rule=rule, verb=verb)
    subject, rule = meanings.subjects.of_noun(base)
    if agent is not None and (subject is None or (rule in ("stated", "kind") and subject[:1].islower())):
        subject = meanings.phrases.thing(agent)  # 'free apps took 62% of the industry's income'
    own = meanings.subjects.company
    if (
        agent is not None
        and own
        and rule == "stated"
        and subject == meanings.phrases.thing(agent)
        and _is_flow(base)
    ):
        subject, rule = own, "loose focus"  # 'Advertising brought 31 percent of revenue'
    part = f"{meanings.phrases.noun(agent)} " if agent is not None else ""
    return Meaning(f"{part}share of {whole}", subject, subject_rule=rule, verb=verb)


def _done(base: Word) -> list[str]:
    """'of the copies sold': what was done to the whole, right after its name."""
    after = (t for t in base.rights if t.dep_ == "acl" and t.i == base.i + 1)
    return [
        t.text for t in after if t.tag_ in ("VBN", "VBD") and not any(r.dep_ == "agent" for r in t.rights)
    ]


def is_done(whole: str) -> bool:
    """Whether *whole*, what something is a share of, is of what was done in a time: 'copies sold'."""
    _, _, last = whole.rpartition(" ")
    return words().lemma(last.lower()) in words().events and last.lower() != words().lemma(last.lower())


def _is_flow(base: Word) -> bool:
    known = words().metric_of(base.lower_)
    return known is not None and known.id in ("revenue", "profit", "expenses")


def _has_shares(agent: Word) -> bool:
    """Whether *agent* is one of whom a share is told, and no part of one (advertising, subscriptions)."""
    stands_in = agent.lower_ in words().pronouns or agent.lower_ in words().company_nouns
    return stands_in or is_name(agent) or is_place(agent)
