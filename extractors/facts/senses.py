"""What a verb itself says of the amount that is its object: 'earned', 'raised', 'values at'."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, object_in
from extractors.facts.parse import Word
from extractors.facts.phrases import is_name, is_noun, is_place, is_temporal
from extractors.facts.subjects import Subject
from extractors.facts.things import of_thing, with_subject
from extractors.facts.tree import agent_of, object_of
from extractors.facts.words import VerbSense, words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings


_CONSUMERS = frozenset(
    {"consumers", "users", "viewers", "audiences", "people", "fans", "shoppers", "households", "players"}
)
"""What these spend is told of what they buy."""
_A_SHARE = 1000
"""Who offers less than so much, where the text speaks of shares, offers it for a share."""
_STARTUPS = frozenset({"startups", "start-ups"})
_EARNS = frozenset({"earn", "make", "generate", "gross", "net"})
"""What startups do who have customers: what else they take in comes from investors."""
_STREAMS = frozenset(
    {"ads", "advertising", "subscriptions", "memberships", "licensing", "purchases", "sponsorship"}
)
"""What brings its company money."""
_SOLD_ON = frozenset({"dramas", "series", "shows", "films", "movies", "games", "novels", "books", "titles"})
"""What a company brings out: told without number or article, it is a business of its own."""
_SOLD_SINGLY = frozenset(
    {
        *("ticket", "pass", "subscription", "licence", "license", "copy", "seat", "episode", "meal", "pint"),
        *("plan", "tier", "version", "package", "bundle", "membership"),
    }
)
"""What one of them costs is a price."""
_CALLED = re.compile(
    r"(?:\s[^,.;]{1,40})?,\s(?:its|the|a)\s(?:[\w-]+\s){0,3}?(?P<metric>(?:(?:net|operating|pretax|annual|quarterly)\s)*(?:profit|loss|revenue|sales))\b"
)
"""'earned $9 million, its highest profit since 2020'."""
_EARNED = re.compile(r",? or (?:about |some )?[^\s,;][^,;]{1,20}? (?:a|per) (?:diluted )?share\b")
"""'earned $46 million, or 31 cents per share': what is earned for shareholders is profit."""
_BEFORE_TAX = re.compile(r" before (?P<what>tax(?:es|ation)?)\b")
_BY_TIME = re.compile(r"\s(?:an?|per|each)\s(?:month|year|week|night|day)\b")
_BOUGHT = frozenset(
    {
        *(
            "stake",
            "shares",
            "company",
            "brand",
            "business",
            "unit",
            "site",
            "plot",
            "land",
            "building",
            "block",
        ),
        *(
            "portfolio",
            "hotel",
            "hotels",
            "properties",
            "property",
            "assets",
            "firm",
            "maker",
            "chain",
            "plant",
        ),
    }
)
"""What one pays for is bought."""
_BUYS = frozenset({"buy", "acquire", "purchase"})
_MARKETS = frozenset({"market", "industry", "sector"})


def has_sense(meanings: Meanings, verb: Word, figure: Word) -> bool:
    """Whether *verb* tells the metric of its object *figure*."""
    return sense_of(meanings, verb, figure, None) is not None


def sense_of(meanings: Meanings, verb: Word, figure: Word, prep: Word | None) -> VerbSense | None:
    kind = meanings.anchors[figure.i].kind if figure.i in meanings.anchors else "money"
    if kind in ("multiple", "count", "bps"):
        return None
    lemma = words().lemma(verb.lower_)
    particles = [
        t.lower_
        for t in verb.children
        if t.dep_ == "prt" or (t.lower_ == "in" and (t.dep_ == "advmod" or figure.head == t))
    ]
    senses = words().senses.get(" ".join([lemma, *particles[:1]])) or words().senses.get(lemma, [])
    raised = object_of(verb, figure) if lemma == "raise" else None
    if raised is not None and (raised.lower_ in words().wraps or raised.lower_ in words().metrics):
        return None  # 'raised its forecast to', 'raised prices by'
    fitting = (s for s in senses if (s.of == "percent") == (kind == "percent") and _takes(s, prep))
    return next(fitting, None)


def _takes(sense: VerbSense, prep: Word | None) -> bool:
    if prep is None:
        return not sense.with_
    usual = ("with",) if sense.metric == "revenue" else ("for", "with", "of")
    return prep.lower_ in (sense.with_ or usual)


def sensed(
    meanings: Meanings, verb: Word, figure: Word, prep: Word | None, sense: VerbSense
) -> Meaning | None:
    """The meaning of *figure*, the object of *verb* in that *sense*, or of *prep* under it."""
    if sense.subject == "object":
        return _of_object(meanings, verb, figure, sense)
    agent = agent_of(verb)
    if agent is not None and (told := _of_agent(meanings, verb, agent, sense)):
        return told
    if sense.metric == "cost" and (borne := _borne_by(meanings, verb, figure)):
        return borne
    named = meanings.subjects.before(verb) if verb.tag_ in ("VBD", "VBZ", "VBP") else None
    subject, rule = (named, "named") if named else meanings.subjects.of_any(agent)
    metric = sense.metric
    if metric == "revenue" and (called := _CALLED.match(meanings.phrases.text, _end_of(meanings, figure))):
        metric = called["metric"]
    elif metric == "revenue" and (kept := _kept(meanings, figure)):
        metric = kept
    elif metric == "revenue" and agent is not None:
        metric, (subject, rule) = _earned(meanings, agent, verb, (subject, rule))
    metric = _dealt(meanings, verb, figure, prep, metric)
    metric = _about(meanings, metric, [*verb.children, *figure.children], sense)
    return Meaning(metric, subject, subject_rule=rule, verb=verb)


def _of_agent(meanings: Meanings, verb: Word, agent: Word, sense: VerbSense) -> Meaning | None:
    """What some senses tell of their grammatical subject: its price, its pay, what it spends on."""
    priced = sense.metric == "price" and not meanings.phrases.name_at(agent)
    if priced and agent.lower_ in words().metrics:
        return of_thing(meanings, agent, verb)
    sold_at = priced and "at" in sense.with_ and agent.lower_ not in words().pronouns
    paid = sense.metric == "cost" and not meanings.phrases.name_at(agent) and _by_time(meanings, verb)
    if sold_at or paid or (sense.metric == "cost" and agent.lower_ in _SOLD_SINGLY):
        subject, rule = meanings.subjects.of_noun(agent)
        return Meaning(f"{meanings.phrases.noun(agent)} price", subject, subject_rule=rule, verb=verb)
    if _is_paid(verb, sense):
        return with_subject(meanings, "pay", agent, verb)
    if sense.metric != "spending" or agent.lower_ not in _CONSUMERS:
        return None
    on = next((of for p in verb.children if p.lower_ == "on" and (of := object_in(p))), None)
    if on is None:
        return None
    metric = f"{agent.lower_.removesuffix('s')} spending"
    return Meaning(metric, meanings.phrases.thing(on), subject_rule="stated", verb=verb)


def _by_time(meanings: Meanings, verb: Word) -> bool:
    """'costs $7.99 a week': what is paid again and again is a price."""
    figures = (meanings.anchors[t.i] for t in verb.rights if t.i in meanings.anchors)
    return any(_BY_TIME.match(meanings.phrases.text, figure.end) for figure in figures)


def _dealt(meanings: Meanings, verb: Word, figure: Word, prep: Word | None, metric: str) -> str:
    """*metric*, or the price of what was bought or sold: 'sold it for', 'spent so much to buy'."""
    agent, thing = agent_of(verb), object_of(verb, figure)
    if metric == "sales" and prep is not None and prep.lower_ == "for":
        return f"sale price of {meanings.phrases.thing(thing)}" if thing is not None else "price"
    shoppers = agent is not None and agent.lower_ in _CONSUMERS
    if metric == "spending" and not shoppers and (bought := _to_buy(verb)) is not None:
        return f"purchase price of {meanings.phrases.thing(bought)}"
    if metric != "purchase price":
        return metric
    if thing is not None:
        return f"purchase price of {meanings.phrases.thing(thing)}"
    read = meanings.anchors.get(figure.i)
    a_share = meanings.subjects.listed and prep is None and read is not None and read.value < _A_SHARE
    return "offer price per share" if a_share else metric


def _end_of(meanings: Meanings, figure: Word) -> int:
    read = meanings.anchors.get(figure.i)
    return read.end if read is not None else meanings.phrases.span(figure).end


def _is_paid(verb: Word, sense: VerbSense) -> bool:
    """'was paid $9.3 million': what the grammatical subject earns."""
    return sense.metric == "payment" and any(t.dep_ == "nsubjpass" for t in verb.lefts)


def _to_buy(verb: Word) -> Word | None:
    """'spent 310 billion won to take over Pinecone': what was bought."""
    for clause in verb.rights:
        over = clause.lower_ == "take" and any(t.lower_ == "over" and t.dep_ == "prt" for t in clause.rights)
        buys = over or words().lemma(clause.lower_) in _BUYS
        if buys and clause.dep_ in ("xcomp", "advcl"):
            return object_of(clause, clause)
    return None


def _borne_by(meanings: Meanings, verb: Word, figure: Word) -> Meaning | None:
    """'Strikes cost the airline 4 million': a cost of the airline's; but 'cost us 4 million to make'."""
    bearer = next((t for t in verb.rights if t.dep_ in ("dative", "dobj") and t.i < figure.i), None)
    if bearer is None or bearer.ent_type_ or any(t.dep_ in ("xcomp", "advcl") for t in verb.rights):
        return None
    if _BY_TIME.match(meanings.phrases.text, _end_of(meanings, figure)):
        return None  # 'the plan will cost Britons 8 pounds a month': its price
    us = bearer.text == "us"  # and not the US
    subject, rule = meanings.subjects.focus() if us else meanings.subjects.of_agent(bearer)
    return Meaning("cost", subject, subject_rule=rule, verb=verb)


def _earned(meanings: Meanings, agent: Word, verb: Word, subject: Subject) -> tuple[str, Subject]:
    """What *agent* takes in: a part's revenue is its company's, a film's is box office."""
    if agent.lower_ in _STARTUPS and words().lemma(verb.lower_) not in _EARNS:
        return "funding", subject
    is_part = agent.lower_ in words().parts | _STREAMS or (
        agent.lower_ in ("markets", "market") and any(t.lower_ in words().places for t in agent.lefts)
    )
    part = meanings.phrases.noun(agent) if is_part else ""
    if agent.lower_ in _SOLD_ON and meanings.subjects.company and not _is_counted(agent):
        part = meanings.phrases.noun(agent)  # 'Overseas short dramas brought in': the company's
        return f"{part} revenue", (meanings.subjects.company, "focus")
    bare = part.lower() in ("", agent.lower_) and agent.lower_ not in _STREAMS
    if meanings.subjects.topic and not bare:
        return f"{part} revenue", (meanings.subjects.topic, "focus")
    return ("box office" if meanings.subjects.screened(agent) else "revenue"), subject


def _is_counted(agent: Word) -> bool:
    """'its 12 dramas', 'the films', 'other games': some of them, and no business."""
    return any(t.tag_ in ("CD", "DT", "PRP$", "JJR") or t.dep_ == "poss" for t in agent.lefts)


def _kept(meanings: Meanings, figure: Word) -> str | None:
    """The profit that is earned: 'made £118m before tax', 'earned $46 million, or 31 cents a share'."""
    text, end = meanings.phrases.text, _end_of(meanings, figure)
    if taxed := _BEFORE_TAX.match(text, end):
        return f"profit before {taxed['what']}"
    return "net income" if _EARNED.match(text, end) else None


def _about(meanings: Meanings, metric: str, children: list[Word], sense: VerbSense) -> str:
    """'spent $3 million on marketing': the metric with what it went to."""
    for led in children:
        if led.lower_ == "for" and metric == "payment" and _is_stake(led):
            return "purchase price"
        target = object_in(led) if led.dep_ == "prep" and led.lower_ in sense.about else None
        if target is None or is_temporal(target):
            continue
        bought = target.lower_ in _BOUGHT or meanings.phrases.name_at(target)
        name = "purchase price" if metric == "payment" and bought else metric
        return f"{name} {led.lower_} {meanings.phrases.thing(target)}"
    return metric


def _is_stake(led: Word) -> bool:
    """'for 49% of PeachTV'."""
    return any(t.ent_type_ and any(of.lower_ == "of" for of in t.rights) for t in led.rights)


def _of_object(meanings: Meanings, verb: Word, figure: Word, sense: VerbSense) -> Meaning | None:
    """'values the company at', 'puts the market at': what the figure is about is the verb's object."""
    passive = any(t.dep_ in ("nsubjpass", "auxpass") for t in verb.children)
    of = agent_of(verb) if passive else object_of(verb, figure)
    if of is None:
        return None
    thing = verb.head if of.lower_ in ("which", "that") and verb.dep_ == "relcl" else of
    if thing == of and is_noun(of) and of.lower_ in words().metrics and of.lower_ not in _MARKETS:
        return meanings.from_noun(of, figure)
    if thing == of and of.lower_ in words().pronouns and sense.metric == "market size":
        return meanings.spoken(of, verb)
    subject, rule = meanings.subjects.of_agent(of)
    if is_place(thing):
        spoken = meanings.spoken(thing, verb)
        return spoken and replace(spoken, subject=subject, subject_rule="place")
    metric = worth(meanings, thing) if sense.metric in ("valuation", "market size") else sense.metric
    return Meaning(metric, subject, subject_rule=rule, verb=verb)


def worth(meanings: Meanings, thing: Word) -> str:
    """What it is that *thing* is worth: a company's valuation, a deal's value, a market's size."""
    known = words().metric_of(thing.lower_)
    if known and known.id == "deal_value":
        return "deal value"
    if any(t.dep_ == "poss" for t in thing.lefts) and thing.lower_ in words().company_nouns:
        return "valuation"
    narrowed = any(t.dep_ in ("compound", "amod") for t in thing.lefts)
    if (
        is_place(thing)
        or (known and known.id == "market_size")
        or (narrowed and thing.lower_ in words().broad_nouns)
    ):
        return "market size"
    stands_in = thing.lower_ in words().company_nouns or thing.lower_ in words().pronouns
    if stands_in or is_name(thing) or meanings.phrases.name_at(thing):
        return "valuation"
    return "market size" if narrowed else f"{meanings.phrases.noun(thing)} value"
