"""What markets quote: goods, currencies, indexes, bonds; and how what is listed closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.facts.meaning import Meaning, object_in
from extractors.facts.parse import Word
from extractors.facts.tree import object_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.measuring import Meanings


TRADES = frozenset({"close", "end", "finish", "trade", "settle"})
_CLOSED = frozenset({"higher", "lower", "at", "up", "down"})
"""How what is listed closed; "ended up" is said of anything."""
_SESSIONS = frozenset({"session", "day", "week", "month", "year", "trading"})
"""'ended the session at': what is listed did."""
_FUTURES = frozenset({"futures", "contract", "contracts"})
_YIELDS = frozenset({"yield", "yields"})


def quoted(meanings: Meanings, thing: Word, verb: Word) -> Meaning | None:
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


def trades(verb: Word) -> bool:
    """'closed 5% higher', 'ended at 21.35': said of what is listed."""
    lemma = words().lemma(verb.lower_)
    traded = object_of(verb, verb)
    if lemma not in TRADES or (traded is not None and traded.lower_ not in _SESSIONS):
        return False
    beside = verb.i + 1 if lemma == "end" else -1
    return any(
        t.lower_ in _CLOSED and not (t.i == beside and t.lower_ in ("up", "down")) for t in verb.rights
    )
