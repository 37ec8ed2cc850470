"""Metrics that a verb tells: 'revenue rose 5%', 'took in $4 million', 'values the market at'."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, bare, direction_of, object_in
from extractors.facts.nouns import plain
from extractors.facts.parse import Word
from extractors.facts.phrases import is_name, is_noun, is_place, is_temporal
from extractors.facts.subjects import Subject
from extractors.facts.tree import agent_of, object_of
from extractors.facts.words import VerbSense, words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings

ANALYSTS = frozenset({"analysts", "analyst", "street", "economists", "forecasters"})
_NO_MOVE = frozenset({"from", "against", "for", "of", "in", "on"})
_SHARES = frozenset({"shares", "stock", "share"})
_CONSUMERS = frozenset(
    {"consumers", "users", "viewers", "audiences", "people", "fans", "shoppers", "households", "players"}
)
"""What these spend is told of what they buy."""
_BARE_TOTALS = frozenset({"figure", "number", "total", "amount", "sum"})
_WHICH = re.compile(r"\bof (?:which|them|those)\s(?:the )?[^.;,]*\Z")
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
_A_SHARE = 1000
"""Who offers less than so much, where the text speaks of shares, offers it for a share."""
_STARTUPS = frozenset({"startups", "start-ups"})
_EARNS = frozenset({"earn", "make", "generate", "gross", "net"})
"""What startups do who have customers: what else they take in comes from investors."""
_STREAMS = frozenset(
    {"ads", "advertising", "subscriptions", "memberships", "licensing", "purchases", "sponsorship"}
)
"""What brings its company money."""
_SOLD_SINGLY = frozenset(
    {"ticket", "pass", "subscription", "licence", "license", "copy", "seat", "episode", "meal", "pint"}
)
"""What one of them costs is a price."""
_CALLED = re.compile(
    r"(?:\s[^,.;]{1,40})?,\s(?:its|the|a)\s(?:[\w-]+\s){0,3}?(?P<metric>(?:(?:net|operating|pretax|annual|quarterly)\s)*(?:profit|loss|revenue|sales))\b"
)
"""'earned $9 million, its highest profit since 2020'."""
_SUPPLIES = frozenset(
    {"supplied", "supplies", "contributed", "contributes", "provided", "provides", "furnished"}
)
_SWALLOWS = frozenset({"swallowed", "swallows", "consumed", "consumes", "ate", "eats", "gobbled"})
_A_DAY = re.compile(
    r"\s(?:an?|per|each|for each)\s(?:day|week|month|hour|night|episode|script|shift|shoot)\b"
)
_BUYS = frozenset({"buy", "acquire", "purchase"})
_OWNS = frozenset({"own", "hold", "control"})
_TRADES = frozenset({"close", "end", "finish", "trade", "settle"})
_CLOSED = frozenset({"higher", "lower", "at", "up", "down"})
"""How what is listed closed; "ended up" is said of anything."""
_FUTURES = frozenset({"futures", "contract", "contracts"})
_YIELDS = frozenset({"yield", "yields"})
_MARKETS = frozenset({"market", "industry", "sector"})


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
    if sense := _sense(meanings, verb, figure, prep):
        return _sensed(meanings, verb, figure, prep, sense)
    if way := words().moves.get(lemma) or _way_beside(verb, lemma):
        return moved(meanings, verb, figure, prep, way)
    if lemma in words().be or prep is not None:
        return _level(meanings, verb, agent, prep)
    if lemma not in words().have or agent is None:
        return None
    if agent.lower_ in words().metrics:
        return _level(meanings, verb, agent, prep)
    before = meanings.earlier(figure)
    return before and _with_subject(meanings, bare(before.metric), agent, verb)


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


def moved(meanings: Meanings, verb: Word, figure: Word, prep: Word | None, way: str) -> Meaning | None:
    """What moved *way* by or to the figure: what the verb moves, or what it is said of."""
    lemma = words().lemma(verb.lower_)
    thing = object_of(verb, figure) if lemma in words().causes else None
    if thing is not None and thing.i > figure.i:
        thing = None  # 'widened to $58 million, a result of'
    meaning = of_thing(
        meanings, thing if thing is not None and meanings.is_metric(thing) else agent_of(verb), verb
    )
    direction = None if prep is not None and prep.lower_ in _NO_MOVE else direction_of(way)
    growth = prep is None or prep.lower_ == "by"
    return meaning and replace(meaning, direction=direction, growth=growth, verb=verb)


def of_thing(meanings: Meanings, thing: Word | None, verb: Word) -> Meaning | None:
    """What is measured when *thing* rises, falls or stands at a level."""
    if thing is None:
        return None
    name = meanings.phrases.name_at(thing)
    if (work := meanings.subjects.work_of(thing)) and thing.dep_ in ("nsubj", "nsubjpass"):
        metric = "weekend box office" if "weekend" in {word.lower_ for word in thing.tree} else "box office"
        return Meaning(metric, work[0], subject_rule=work[1], verb=verb)
    if _is_spoken_of(meanings, thing) and not name:
        return _that_of(meanings, thing, verb) or meanings.spoken(thing, verb)
    if is_place(thing) and thing.dep_ in ("nsubj", "nsubjpass"):
        return _spoken_with(meanings, thing, verb, "place" if meanings.earlier(thing) else "loose place")
    if thing.lower_ in _SHARES:
        return plain(meanings, thing)
    if quoted := _quoted(meanings, thing, verb):
        return quoted
    if thing.lower_ in words().parts and meanings.phrases.noun(thing) != thing.text:
        subject, rule = meanings.subjects.of_noun(thing)
        return Meaning(f"{meanings.phrases.noun(thing)} revenue", subject, subject_rule=rule, verb=verb)
    if name or thing.lower_ in words().company_nouns:
        moves = thing.dep_ == "nsubj" and words().lemma(verb.lower_) in words().moves
        listed = (meanings.subjects.listed and moves) or _trades(verb)
        listed = listed and not (name and meanings.subjects.cites(name))
        return _with_subject(meanings, "share price", thing, verb) if listed else None
    if is_name(thing) and not words().metric_of(meanings.phrases.noun(thing, drop_names=False)):
        return _spoken_with(meanings, thing, verb, "loose stated")
    if is_noun(thing) and not is_temporal(thing) and not thing.ent_type_:
        return meanings.from_noun(thing, thing)
    return None


def _quoted(meanings: Meanings, thing: Word, verb: Word) -> Meaning | None:
    """'copper rose 2%', 'the yen weakened to', 'the Topix closed at': what markets quote."""
    name, lower = meanings.phrases.thing(thing), thing.lower_
    goods = [t.lower_ for t in thing.lefts if t.lower_ in words().goods]
    traded = any(t.lower_ in words().traded for t in thing.lefts)
    if lower in _FUTURES and (goods or traded or lower == "futures"):
        return Meaning(f"{(*goods, 'futures')[0]} price", name, subject_rule="stated", verb=verb, noun=thing)
    if lower in _YIELDS and _is_of_debt(thing):
        subject, rule = meanings.subjects.of_noun(thing)
        return Meaning("bond yield", subject, subject_rule=rule, verb=verb, noun=thing)
    if lower in words().indexes:
        return Meaning("index level", name, subject_rule="stated", verb=verb, noun=thing)
    if lower in words().currencies and not meanings.phrases.name_at(thing):
        return Meaning("exchange rate", name, subject_rule="stated", verb=verb, noun=thing)
    if lower in words().goods and not meanings.phrases.name_at(thing):
        return Meaning(
            f"{meanings.phrases.noun(thing)} price", name, subject_rule="stated", verb=verb, noun=thing
        )
    return None


def _is_of_debt(thing: Word) -> bool:
    """'The 10-year gilt yield', 'the yield on the note'."""
    on = [of for prep in thing.rights if prep.lower_ == "on" and (of := object_in(prep))]
    return any(t.lower_ in words().debt for of in (thing, *on) for t in (of, *of.lefts))


def _trades(verb: Word) -> bool:
    """'closed 5% higher', 'ended at 21.35': said of what is listed."""
    lemma = words().lemma(verb.lower_)
    if lemma not in _TRADES or object_of(verb, verb) is not None:
        return False
    beside = verb.i + 1 if lemma == "end" else -1
    return any(
        t.lower_ in _CLOSED and not (t.i == beside and t.lower_ in ("up", "down")) for t in verb.rights
    )


def _that_of(meanings: Meanings, thing: Word, verb: Word) -> Meaning | None:
    """'that of rival Duomai was 10% higher': the metric spoken of, of another."""
    if thing.lower_ not in ("that", "those"):
        return None
    whose = next((of for prep in thing.rights if prep.lower_ == "of" and (of := object_in(prep))), None)
    spoken = meanings.spoken(thing, verb) if whose is not None else None
    if spoken is None or whose is None:
        return None
    subject, rule = meanings.subjects.of_agent(whose)
    return replace(spoken, subject=subject, subject_rule=rule)


def _is_spoken_of(meanings: Meanings, thing: Word) -> bool:
    """'it', 'they', 'the figure'."""
    if thing.lower_ in words().pronouns:
        return True
    bare_total = thing.lower_ in _BARE_TOTALS and meanings.phrases.noun(thing) == thing.text
    return bare_total and not any(t.dep_ == "prep" for t in thing.rights)


def _spoken_with(meanings: Meanings, thing: Word, verb: Word, rule: str) -> Meaning | None:
    spoken = meanings.spoken(thing, verb)
    return spoken and replace(spoken, subject=meanings.phrases.thing(thing), subject_rule=rule)


def _with_subject(meanings: Meanings, metric: str, agent: Word, verb: Word) -> Meaning:
    subject, rule = meanings.subjects.of_agent(agent)
    return Meaning(metric, subject, subject_rule=rule, verb=verb)


def _level(meanings: Meanings, verb: Word, agent: Word | None, prep: Word | None) -> Meaning | None:
    """What stands at a level: the verb's grammatical subject."""
    meaning = of_thing(meanings, agent, verb)
    if meaning is not None and words().lemma(verb.lower_) in _TRADES and verb.dep_ in ("xcomp", "advcl"):
        way = words().moves.get(words().lemma(verb.head.lower_), "")
        meaning = replace(meaning, direction=direction_of(way))
    if meaning is None or meaning.metric != "share price" or prep is None or prep.lower_ != "at":
        return meaning
    closed = words().lemma(verb.lower_) in ("close", "finish", "settle")
    return replace(meaning, metric="closing share price") if closed else meaning


def has_sense(meanings: Meanings, verb: Word, figure: Word) -> bool:
    """Whether *verb* tells the metric of its object *figure*."""
    return _sense(meanings, verb, figure, None) is not None


def _sense(meanings: Meanings, verb: Word, figure: Word, prep: Word | None) -> VerbSense | None:
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


def _sensed(
    meanings: Meanings, verb: Word, figure: Word, prep: Word | None, sense: VerbSense
) -> Meaning | None:
    if sense.subject == "object":
        return _of_object(meanings, verb, figure, sense)
    agent, thing = agent_of(verb), object_of(verb, figure)
    if sense.metric == "price" and agent is not None and not meanings.phrases.name_at(agent):
        if agent.lower_ in words().metrics:
            return of_thing(meanings, agent, verb)
        if "at" in sense.with_ and agent.lower_ not in words().pronouns:
            subject, rule = meanings.subjects.of_noun(agent)
            return Meaning(f"{meanings.phrases.noun(agent)} price", subject, subject_rule=rule, verb=verb)
    if _is_paid(verb, sense) and agent is not None:
        return _with_subject(meanings, "pay", agent, verb)
    if sense.metric == "cost" and agent is not None and agent.lower_ in _SOLD_SINGLY:
        subject, rule = meanings.subjects.of_noun(agent)
        return Meaning(f"{meanings.phrases.noun(agent)} price", subject, subject_rule=rule, verb=verb)
    if sense.metric == "cost" and (borne := _borne_by(meanings, verb, figure)):
        return borne
    named = meanings.subjects.before(verb) if verb.tag_ in ("VBD", "VBZ", "VBP") else None
    subject, rule = (named, "named") if named else meanings.subjects.of_any(agent)
    metric = sense.metric
    if metric == "revenue" and (called := _CALLED.match(meanings.phrases.text, _end_of(meanings, figure))):
        metric = called["metric"]
    elif metric == "revenue" and agent is not None:
        metric, (subject, rule) = _earned(meanings, agent, verb, (subject, rule))
    if metric == "sales" and prep is not None and prep.lower_ == "for":
        metric = f"sale price of {meanings.phrases.thing(thing)}" if thing is not None else "price"
    consumers = metric == "spending" and agent is not None and agent.lower_ in _CONSUMERS
    if metric == "spending" and not consumers and (bought := _to_buy(verb)) is not None:
        metric, thing = "purchase price", bought
    read = meanings.anchors.get(figure.i)
    if metric == "purchase price" and thing is None and meanings.subjects.listed and prep is None:
        metric = "offer price per share" if read is not None and read.value < _A_SHARE else metric
    if metric == "purchase price" and thing is not None:
        metric = f"purchase price of {meanings.phrases.thing(thing)}"
    on = next((of for p in verb.children if p.lower_ == "on" and (of := object_in(p))), None)
    if consumers and agent is not None and on is not None:
        metric = f"{agent.lower_.removesuffix('s')} spending"
        return Meaning(metric, meanings.phrases.thing(on), subject_rule="stated", verb=verb)
    metric = _about(meanings, metric, [*verb.children, *figure.children], sense)
    return Meaning(metric, subject, subject_rule=rule, verb=verb)


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
    bare = part.lower() in ("", agent.lower_) and agent.lower_ not in _STREAMS
    if meanings.subjects.topic and not bare:
        return f"{part} revenue", (meanings.subjects.topic, "focus")
    return ("box office" if meanings.subjects.screened(agent) else "revenue"), subject


def _about(meanings: Meanings, metric: str, children: list[Word], sense: VerbSense) -> str:
    """'spent $3 million on marketing': the metric with what it went to."""
    for led in children:
        if led.lower_ == "for" and metric == "payment" and _is_stake(led):
            return "purchase price"
        target = object_in(led) if led.dep_ == "prep" and led.lower_ in sense.about else None
        if target is None or is_temporal(target):
            continue
        bought = target.lower_ in ("stake", "shares", "company") or meanings.phrases.name_at(target)
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


def _way_beside(verb: Word, lemma: str) -> str | None:
    """'went up 20%', 'edged down to 3 million'."""
    if lemma not in _WITH_WAYS:
        return None
    ways = [t.lower_ for t in verb.children if t.dep_ in ("prt", "advmod") and t.lower_ in ("up", "down")]
    return ways[0] if ways else None
