"""What is measured when a thing rises, falls or stands at a level."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, bare, direction_of, object_in
from extractors.facts.nouns import plain
from extractors.facts.parse import Word
from extractors.facts.phrases import is_name, is_noun, is_place, is_temporal
from extractors.facts.quotes import quoted, trades
from extractors.facts.tree import agent_of, object_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings


_NO_MOVE = frozenset({"from", "against", "for", "of", "in", "on"})
_SHARES = frozenset({"shares", "stock", "share", "scrip"})
_BARE_TOTALS = frozenset({"figure", "number", "total", "amount", "sum"})


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
        return _of_place(meanings, thing, verb)
    if thing.lower_ in _SHARES:
        return plain(meanings, thing)
    if price := quoted(meanings, thing, verb):
        return price
    if thing.lower_ in words().parts and meanings.phrases.noun(thing) != thing.text:
        subject, rule = meanings.subjects.of_noun(thing)
        return Meaning(f"{meanings.phrases.noun(thing)} revenue", subject, subject_rule=rule, verb=verb)
    if name or thing.lower_ in words().company_nouns:
        moves = thing.dep_ == "nsubj" and words().lemma(verb.lower_) in words().moves
        listed = (meanings.subjects.listed and moves) or trades(verb)
        listed = listed and not (name and meanings.subjects.cites(name))
        return with_subject(meanings, "share price", thing, verb) if listed else None
    if is_name(thing) and not words().metric_of(meanings.phrases.noun(thing, drop_names=False)):
        return _spoken_with(meanings, thing, verb, "loose stated")
    if is_noun(thing) and not is_temporal(thing) and not thing.ent_type_:
        return meanings.from_noun(thing, thing)
    return None


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


def _of_place(meanings: Meanings, place: Word, verb: Word) -> Meaning | None:
    """'Europe rose 2%, and Japan fell 11%': of the sales spoken of, where there are any."""
    rule = "place" if meanings.earlier(place) else "loose place"
    told = _spoken_with(meanings, place, verb, rule)
    known = words().metric_of(told.metric) if told is not None else None
    sold = meanings.subjects.sold
    if told is None or sold is None or (known is not None and known.flow and known.id != "expenses"):
        return told
    return replace(told, metric=bare(sold.metric).removeprefix("share of "), subject_rule="loose place")


def _spoken_with(meanings: Meanings, thing: Word, verb: Word, rule: str) -> Meaning | None:
    spoken = meanings.spoken(thing, verb)
    return spoken and replace(spoken, subject=meanings.phrases.thing(thing), subject_rule=rule)


def with_subject(meanings: Meanings, metric: str, agent: Word, verb: Word) -> Meaning:
    subject, rule = meanings.subjects.of_agent(agent)
    return Meaning(metric, subject, subject_rule=rule, verb=verb)
