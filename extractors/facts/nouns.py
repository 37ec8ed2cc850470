"""Metrics that a noun names: 'revenue of', 'a forecast of', 'a $5 billion deal'."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, bare, direction_of, object_in, verb_over
from extractors.facts.parse import Word
from extractors.facts.phrases import Phrases, is_noun, is_place, is_temporal
from extractors.facts.subjects import Subject, is_observer
from extractors.facts.tree import agent_of, object_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings

_JOINED = re.compile(
    r"(?:sales|research|selling|general|food|media|travel|health|home|marketing) and [a-z]+ "
    r"(?:costs?|expenses?|spending|revenues?|income|fees|expenditure)\b",
    re.I,
)
"""'Sales and marketing costs': one metric in the form of two."""
_NAMING = frozenset({"compound", "nmod", "amod"})
_OF_COMPANIES = frozenset({"sales", "revenue", "revenues", "profit", "profits", "earnings"})
_OF_SELLERS = _OF_COMPANIES | {"deliveries", "shipments", "orders", "bookings"}
_SAID = frozenset({"named", "pronoun", "stand-in"})
"""How the figure before in a sentence names whom the next one is of, too."""
_EVERYWHERE = frozenset({"prices", "costs", "rents", "wages"})
"""Of food, housing or labour, and so a country's, where no company's."""
_UNOWNED = ("focus", "loose focus")
"""Rules of subjects that go by what the text is about."""
_RATES = frozenset({"rate", "pace", "clip"})


def from_noun(meanings: Meanings, noun: Word, anchor: Word) -> Meaning | None:
    """The meaning of a figure that *noun* is the name of."""
    above = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ in ("for", "of") else None
    if above is not None and (kind := words().wraps.get(above.lower_)):
        return _wrapped(meanings, above, anchor, kind)  # 'raised its forecast for sales to'
    if kind := words().wraps.get(noun.lower_):
        return _wrapped(meanings, noun, anchor, kind)
    if noun.lower_ in _RATES and noun.dep_ == "pobj" and noun.head.lower_ == "at":
        return _at_a_rate(meanings, noun, anchor)
    if noun.lower_ in words().move_nouns and noun.lower_ not in words().metrics and anchor != noun:
        return from_growth(meanings, noun, anchor)
    if noun.lower_ in words().company_nouns and noun.lower_ not in words().metrics:
        return None
    if anchor.head == noun and noun.dep_ not in ("nsubj", "nsubjpass") and _names_something(meanings, noun):
        return _of_another(meanings, noun, anchor)
    if is_temporal(noun):
        above = _over_time(noun) if noun.dep_ == "pobj" else None
        return meanings.from_noun(above, anchor) if above is not None else None
    if meanings.phrases.name_at(noun) or noun.ent_type_ or noun.tag_ == "CD":
        return None
    if noun.lower_ in words().totals and meanings.phrases.noun(noun).lower() == noun.lower_:
        return plain(meanings, noun) if _has_of(noun) else _total(meanings, noun)
    return plain(meanings, noun)


_CINEMAS_TOO = frozenset({"takings"})
"""What is renamed in texts about theatres only."""


def plain(meanings: Meanings, noun: Word) -> Meaning:
    """The metric that *noun* names, of whom its place in the tree says."""
    phrases = meanings.phrases
    subject, rule = _whose(meanings, noun)
    if noun.lower_ == "economy" and (owner := _economy_of(meanings, noun)):
        return Meaning("economic output", *owner[:1], subject_rule=owner[1], noun=noun, verb=verb_over(noun))
    if words().metrics.get(noun.lower_) == words().ids["market_size"]:
        return Meaning(
            "market size", phrases.thing(noun), subject_rule="stated", noun=noun, verb=verb_over(noun)
        )
    if joined := _JOINED.match(phrases.text, phrases.span(noun).start):
        return Meaning(joined[0], subject, subject_rule=rule, noun=noun, verb=verb_over(noun))
    held = noun.lower_ == "stocks" and any(is_place(t) for t in noun.lefts)  # what a country has in store
    renamed = None if held else words().renamed.get(noun.lower_)
    cinemas = noun.lower_ in _CINEMAS_TOO and not meanings.subjects.cinema
    metric = phrases.metric(noun) if renamed is None or cinemas else renamed
    known = words().metric_of(metric)
    if meanings.subjects.cinema and rule == "focus" and known and known.id in ("box_office", "revenue"):
        rule = "loose focus"  # all theatres' as likely as a studio's
    if metric.lower() in ("target price", "price target") and (rule != "named" or is_observer(subject or "")):
        subject, rule = meanings.subjects.topic, "loose focus"
    of_sellers = noun.lower_ in _OF_SELLERS and not _is_of_the_economy(phrases, noun)
    if rule == "place" and of_sellers and meanings.subjects.company is not None:
        metric, subject, rule = f"{metric} in {subject}", meanings.subjects.company, "focus"
    return Meaning(metric, subject, subject_rule=rule, noun=noun, verb=verb_over(noun))


def _economy_of(meanings: Meanings, economy: Word) -> Subject | None:
    """The country whose *economy* it is; none where a trade's is told, as 'the creator economy'."""
    if any(t.dep_ in ("compound", "nmod") and not is_place(t) for t in economy.lefts):
        return None
    place = next((t for t in economy.lefts if is_place(t)), None)
    if place is not None:
        named = meanings.phrases.thing(place)
        return words().countries.get(named.lower(), named), "stated"
    bare = all(t.dep_ == "det" for t in economy.lefts) and not economy.rights
    return meanings.subjects.topics.country if bare else None


def _whose(meanings: Meanings, noun: Word) -> Subject:
    """Whose *noun* it is; what nobody owns is the country's, or that of its kind."""
    phrases, country = meanings.phrases, meanings.subjects.topics.country
    subject, rule = meanings.subjects.of_noun(noun)
    before = meanings.earlier(noun) if rule in _UNOWNED else None
    if before is not None and before.subject_rule in _SAID:
        subject, rule = before.subject, before.subject_rule
    unowned = rule in _UNOWNED or (subject or "").lower() in words().economy
    if country and unowned and _is_of_the_economy(phrases, noun):
        return country
    if rule not in _UNOWNED or not (subject is None or meanings.subjects.cites(subject)):
        return subject, rule
    thing = phrases.thing(noun)
    if thing.lower() not in (phrases.noun(noun).lower(), phrases.metric(noun).lower()):
        return thing, "stated"
    kind = None if noun.lower_ in _OF_COMPANIES else phrases.kind(noun) or None
    if country and (noun.lower_ in _EVERYWHERE if kind else meanings.subjects.topic is None):
        return country[0], "loose country"
    return kind, "kind"


def _is_of_the_economy(phrases: Phrases, noun: Word) -> bool:
    """Whether *noun* names what a country has, and no company."""
    return not words().economy.isdisjoint({phrases.noun(noun).lower(), phrases.metric(noun).lower()})


def from_growth(meanings: Meanings, growth: Word, anchor: Word) -> Meaning | None:
    """'a drop in receipts of 5%', 'revenue growth of 5%', '..., a gain of 5%': what grew or fell."""
    if expected := _expected_growth(meanings, growth, anchor):
        return expected
    meaning = (
        _inner_metric(meanings, growth, anchor)
        or _foretold_before(meanings, growth, anchor)
        or meanings.earlier(anchor)
        or _grown(meanings, growth)
    )
    if meaning is None:
        return None
    direction = direction_of(words().move_nouns.get(growth.lower_, ""))
    return replace(meaning, direction=direction, growth=True)


_APPOSED = re.compile(r",\s(?:an?|the)\s(?:[\w-]+\s){0,2}\Z")


def _foretold_before(meanings: Meanings, growth: Word, anchor: Word) -> Meaning | None:
    """'lowered its forecast to $4 million, a cut of 8%': the forecast that was cut."""
    start = meanings.phrases.span(growth).start
    place = meanings.place_before(anchor)
    if place is None or not _APPOSED.search(meanings.phrases.text, max(0, start - 40), start):
        return None
    before = meanings.of(place)
    return replace(before, like=place, compared=False) if before is not None and before.wrap else None


def _expected_growth(meanings: Meanings, growth: Word, anchor: Word) -> Meaning | None:
    """'Economists had predicted an increase of 0.4 percent': of what the text spoke of."""
    from extractors.facts.verbs import ANALYSTS

    verb, before = verb_over(growth), meanings.earlier(anchor) or meanings.subjects.spoken
    if verb is None or before is None or words().lemma(verb.lower_) not in words().basis["forecast_verbs"]:
        return None
    agent = agent_of(verb)
    if agent is None or agent.lower_ not in ANALYSTS or _inner_metric(meanings, growth, anchor):
        return None
    metric, way = f"analyst {bare(before.metric)} estimate", words().move_nouns.get(growth.lower_, "")
    return Meaning(
        metric,
        before.subject,
        direction_of(way),
        wrap="estimate",
        growth=True,
        subject_rule="spoken-of",
        verb=verb,
    )


def _at_a_rate(meanings: Meanings, rate: Word, anchor: Word) -> Meaning | None:
    """'grew at a compound annual rate of 24 percent': the growth of what grew."""
    from extractors.facts.things import moved

    verb = verb_over(rate)
    way = words().moves.get(words().lemma(verb.lower_)) if verb is not None else None
    if verb is None or not way:
        return plain(meanings, rate)
    grown = moved(meanings, verb, anchor, None, way)
    compound = grown is not None and any(t.lower_ in ("compound", "compounded") for t in rate.lefts)
    return replace(grown, metric=f"{grown.metric} compound annual growth") if grown and compound else grown


def _names_something(meanings: Meanings, noun: Word) -> bool:
    return is_place(noun) or meanings.phrases.name_at(noun) is not None


def _of_another(meanings: Meanings, noun: Word, anchor: Word) -> Meaning | None:
    """'..., and Peru 24%': the metric spoken of, of another place or company."""
    before = meanings.earlier(anchor)
    subject = meanings.phrases.thing(noun)
    return before and replace(before, subject=subject, subject_rule="named", like=None, noun=None)


def _total(meanings: Meanings, noun: Word) -> Meaning | None:
    """'a total of', 'a record': what the whole phrase would mean in the figure's place."""
    verb = noun.head
    if noun.dep_ in ("dobj", "attr", "npadvmod") and verb.tag_.startswith("V"):
        return meanings.from_verb(verb, noun, None)
    if noun.dep_ == "pobj" and noun.head.head.tag_.startswith("V"):
        return meanings.from_verb(noun.head.head, noun, noun.head)
    return None


def _wrapped(meanings: Meanings, noun: Word, anchor: Word, kind: str) -> Meaning | None:
    """'a forecast of', 'analysts' estimates of sales of': the metric inside, or the one spoken of."""
    inner = _inside(noun, anchor)
    spoken = (meanings.earlier(anchor) or meanings.subjects.spoken) if inner is None else None
    if inner is not None:
        metric, (subject, rule), like = meanings.phrases.metric(inner), meanings.subjects.of_noun(inner), None
    elif spoken is not None:
        metric, subject, rule, like = bare(spoken.metric), spoken.subject, "spoken-of", spoken.like
    else:
        return None
    by_analysts = any(t.lower_ in ("analyst", "analysts", "consensus", "street") for t in noun.subtree)
    name = f"{'analyst ' if by_analysts else ''}{metric} {kind}"
    return Meaning(name, subject, wrap=kind, subject_rule=rule, noun=noun, verb=verb_over(noun), like=like)


def _inside(noun: Word, anchor: Word) -> Word | None:
    """The metric that a forecast or an estimate is of, after it or before it."""
    after = noun.tree[noun.i + 1 : noun.i + 2]  # the parser may hang it from the verb
    for prep in [*noun.children, *after, *anchor.children]:
        target = object_in(prep) if prep.dep_ == "prep" and prep.lower_ in ("of", "for", "in") else None
        told = target is not None and (prep.lower_ == "in" and not is_temporal(target))
        if target is not None and is_noun(target) and (told or words().metric_of(_compound(target))):
            return target
    return next((t for t in noun.lefts if t.dep_ in _NAMING and t.lower_ in words().metrics), None)


def _compound(noun: Word) -> str:
    """*noun* with what is compounded with it: 'cash flow', where 'flow' alone is no metric."""
    return " ".join(t.lower_ for t in (*(t for t in noun.lefts if t.dep_ == "compound"), noun))


def _inner_metric(meanings: Meanings, growth: Word, anchor: Word) -> Meaning | None:
    for prep in growth.children:
        noun = object_in(prep) if prep.dep_ == "prep" and prep.lower_ in ("in", "of") else None
        if noun is not None and meanings.is_metric(noun) and not is_place(noun):
            return meanings.from_noun(noun, anchor)
    named = [t for t in growth.lefts if t.dep_ in _NAMING and is_noun(t) and not t.ent_type_]
    if not named or not meanings.is_metric(named[-1]) or is_place(named[-1]):
        return None
    meaning = meanings.from_noun(named[-1], anchor)
    subject, rule = meanings.subjects.of_noun(growth)
    return meaning and replace(meaning, subject=subject or meaning.subject, subject_rule=rule)


def _grown(meanings: Meanings, growth: Word) -> Meaning | None:
    from extractors.facts.things import of_thing

    verb = verb_over(growth)
    return of_thing(meanings, agent_of(verb), verb) if verb is not None else None


def _has_of(noun: Word) -> bool:
    """Whether *noun* says of what it is the number or the value."""
    of = [object_in(p) for p in noun.rights if p.dep_ == "prep" and p.lower_ == "of"]
    return any(target is not None and not is_temporal(target) for target in of)


def _over_time(noun: Word) -> Word | None:
    """The noun that a time hangs on, or the object of its verb: 'profit for the half of $4 million'."""
    above = noun.head.head
    if is_noun(above) and not above.ent_type_ and above != noun:
        return above
    return object_of(above, noun) if above.tag_.startswith("V") else None
