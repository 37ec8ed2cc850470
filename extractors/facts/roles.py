"""How each kind of frame is read: from the tokens in its roles to a meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, direction_of, object_in, verb_over
from extractors.facts.nouns import from_growth
from extractors.facts.parse import Word
from extractors.facts.phrases import is_noun, is_place, is_temporal
from extractors.facts.senses import worth
from extractors.facts.shares import from_share
from extractors.facts.things import of_thing
from extractors.facts.tree import agent_of, object_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings

Roles = Mapping[str, Word]
Handler = Callable[["Meanings", Word, Roles], Meaning | None]

_PHRASAL = frozenset({"make", "take"})
_SOLD = {
    "buy": "purchases",
    "repurchase": "repurchases",
    "sell": "sales",
    "export": "exports",
    "ship": "shipments",
}
_AFTER_AMOUNTS = frozenset({"net", "nett", "gross", "apiece", "abroad", "overseas"})
"""'earned 38 crore net': no name of what was earned."""
_MEANS = frozenset({"cash", "stock", "shares", "debt"})
"""What something is paid in, no metric: '$5 million in cash'."""


def _noun(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    noun = roles["metric"]
    if noun.lower_ == "worth" and (sold := _sold_worth(meanings, noun)):
        return sold
    verb = verb_over(noun) if noun.lower_ in _AFTER_AMOUNTS else None
    if verb is not None:
        return meanings.from_verb(verb, anchor, None)
    before = meanings.earlier(anchor) if meanings.anchors[anchor.i].kind == "percent" else None
    if (
        before
        and " share of " in before.metric
        and noun.lower_ not in words().wraps
        and meanings.is_metric(noun)
    ):
        whole = before.metric.partition(" share of ")[2]
        return replace(before, metric=f"{meanings.phrases.noun(noun)} share of {whole}", like=None)
    return meanings.from_noun(noun, anchor)


def _sold_worth(meanings: Meanings, worth: Word) -> Meaning | None:
    """'sold 5 million yuan worth of toys': sales of toys."""
    goods = next((of for prep in worth.rights if prep.lower_ == "of" and (of := object_in(prep))), None)
    verb = verb_over(worth)
    sold = _SOLD.get(words().lemma(verb.lower_)) if verb is not None else None
    if goods is None or verb is None or sold is None:
        return None
    thing = "" if goods.lower_ in words().pronouns else f"{meanings.phrases.noun(goods)} "
    return _by_agent(meanings, f"{thing}{sold}", verb)


def _growth(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    return from_growth(meanings, roles["growth"], anchor)


def _way(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    """'sales up 5%', '$4 million, up 5%', '5% more than a year earlier'."""
    way = roles["way"]
    head = anchor.head if way.head == anchor else way.head
    if (way.dep_ == "prt" and words().lemma(head.lower_) in _PHRASAL) or way.lower_ in ("above", "below"):
        return None
    if way.lower_ == "more" and anchor.head == way and not any(t.lower_ == "than" for t in way.children):
        return None
    meaning = _moved_thing(meanings, anchor, head)
    direction = direction_of(words().move_words[way.lower_])
    return meaning and replace(meaning, direction=direction, growth=True, compared=False)


def _moved_thing(meanings: Meanings, anchor: Word, head: Word) -> Meaning | None:
    if head.i in meanings.anchors and head.i != anchor.i:
        return meanings.of(head.i) or meanings.earlier(anchor)
    meaning = (
        meanings.from_noun(head, anchor)
        if is_noun(head) and not head.ent_type_ and not is_temporal(head)
        else None
    )
    own = words().lemma(head.lower_) == "be" and any(t.dep_ in ("nsubj", "nsubjpass") for t in head.lefts)
    agent = agent_of(head) if own and meaning is None else None
    if agent is not None and agent.lower_ in words().metrics and not meanings.phrases.name_at(agent):
        return of_thing(meanings, agent, head)  # 'on sales that were 2% lower'
    if meaning := meaning or meanings.earlier(anchor):
        return meaning
    far = of_thing(meanings, agent_of(head), head) if head.tag_.startswith("V") else None
    return far and replace(far, subject_rule=f"far {far.subject_rule}")


def _compared(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    meaning = meanings.earlier(anchor) or meanings.level_after(anchor) or meanings.loosely_spoken
    return meaning and replace(meaning, direction=None, compared=True, growth=False)


def _share(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    return from_share(meanings, roles["base"], anchor)


def _in(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    """'generated $4 million in revenue'."""
    noun, verb = roles["metric"], verb_over(anchor)
    if (
        is_temporal(noun)
        or noun.lower_ in _MEANS
        or words().metric_of(noun.lower_) == words().ids["market_size"]
    ):
        return None
    if verb is not None and any("in" in s.about for s in words().senses.get(words().lemma(verb.lower_), [])):
        return None
    meaning, agent = meanings.from_noun(noun, anchor), agent_of(verb) if verb is not None else None
    if meaning is None or agent is None:
        return meaning
    subject, rule = meanings.subjects.of_agent(agent)
    return replace(meaning, subject=subject, subject_rule=rule, verb=verb)


def _of(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    """'handled $4 billion of payments', 'sold 3 million yuan of toys'."""
    noun, verb = roles["metric"], verb_over(anchor)
    if verb is None or meanings.phrases.name_at(noun) or is_place(noun):
        return None
    sold = _SOLD.get(words().lemma(verb.lower_))
    named = noun.lower_ in words().metrics or words().metric_of(meanings.phrases.noun(noun)) is not None
    if not named and not sold:
        return None
    metric = meanings.phrases.metric(noun) if named else f"{meanings.phrases.noun(noun)} {sold}"
    return _by_agent(meanings, metric, verb)


def _by_agent(meanings: Meanings, metric: str, verb: Word, noun: Word | None = None) -> Meaning:
    agent = agent_of(verb)
    subject, rule = meanings.subjects.of_any(agent)
    return Meaning(metric, subject, subject_rule=rule, verb=verb, noun=noun)


def _worth(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    """'the market is worth $4 billion', 'a deal worth', 'sold goods worth'."""
    head = roles["worth"].head
    thing = head if is_noun(head) else agent_of(head)
    if thing is None:
        return None
    if thing.lower_ in words().pronouns:
        return _its_worth(meanings, thing, head)
    sold = _SOLD.get(words().lemma(head.head.lower_)) if head.dep_ == "dobj" else None
    if sold and is_noun(head):
        return _by_agent(meanings, f"{meanings.phrases.noun(head)} {sold}", head.head, head)
    known = words().metric_of(thing.lower_)
    if is_noun(head) and known and known.id not in ("market_size", "valuation"):
        return meanings.from_noun(head, anchor)
    if known and known.id in ("volume", "revenue", "downloads", "debt"):
        return meanings.from_noun(thing, anchor)  # 'exports were worth 11 billion'
    subject, rule = meanings.subjects.of_agent(thing)
    return Meaning(worth(meanings, thing), subject, subject_rule=rule, verb=verb_over(thing))


def _its_worth(meanings: Meanings, pronoun: Word, verb: Word) -> Meaning:
    subject, rule = meanings.subjects.of_agent(pronoun)
    spoken = meanings.spoken(pronoun, verb)
    if spoken is None:
        return Meaning("valuation", subject, subject_rule=rule, verb=verb)
    of_market = words().metric_of(f"{spoken.metric} {spoken.subject}") == words().ids["market_size"]
    return Meaning("market size" if of_market else "valuation", spoken.subject, subject_rule=rule, verb=verb)


def _object(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    return meanings.from_verb(roles["verb"], anchor, None)


def _preposition(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    return meanings.from_verb(roles["verb"], anchor, roles["prep"])


def _subject(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    thing = object_of(roles["verb"], anchor)
    return meanings.from_noun(thing, anchor) if thing is not None and is_noun(thing) else None


def _moves(meanings: Meanings, anchor: Word, roles: Roles) -> Meaning | None:
    """'revenue has tripled', 'doubled the market value of Harrow'."""
    thing = object_of(anchor, anchor)
    thing = thing if thing is not None and meanings.is_metric(thing) else agent_of(anchor)
    meaning = of_thing(meanings, thing, anchor)
    return meaning and replace(meaning, growth=True, verb=anchor)


HANDLERS: Mapping[str, Handler] = {
    "noun": _noun,
    "growth": _growth,
    "way": _way,
    "compared": _compared,
    "share": _share,
    "in": _in,
    "of": _of,
    "worth": _worth,
    "object": _object,
    "preposition": _preposition,
    "subject": _subject,
    "moves": _moves,
}
"""By the ``kind`` of rules/frames.toml."""
