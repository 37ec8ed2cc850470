"""The words that facts are read by, from the rules' data: metrics, verbs, moves and their inflections."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from extractors.countries import country_forms

_IRREGULAR = {
    "be": "is are was were been being am 's ’s",
    "rise": "rose risen",
    "grow": "grew grown",
    "fall": "fell fallen",
    "make": "made",
    "take": "took taken",
    "bring": "brought",
    "spend": "spent",
    "put": "put putting",
    "pay": "paid",
    "buy": "bought",
    "sell": "sold",
    "bid": "bid bidding",
    "cost": "cost",
    "hold": "held",
    "lose": "lost",
    "leap": "leapt",
    "shrink": "shrank shrunk",
    "sink": "sank sunk",
    "cut": "cut cutting",
    "hit": "hit hitting",
    "stand": "stood",
    "come": "came",
    "become": "became",
    "go": "goes went gone",
    "sit": "sat sitting",
    "run": "ran running",
    "beat": "beat beaten",
    "break": "broke broken",
    "have": "has had 've ’ve",
    "see": "saw seen",
    "swing": "swung",
    "show": "shown",
    "give": "gave given",
    "get": "got gotten getting",
    "set": "set setting",
    "forecast": "forecast forecasts",
    "foresee": "foresaw foreseen",
    "seek": "sought",
    "shed": "shed shedding",
    "slide": "slid",
    "shoot": "shot",
    "burn": "burnt",
    "say": "said says",
    "think": "thought",
    "win": "won winning",
    "draw": "drew drawn",
    "leave": "left",
    "lend": "lent",
    "build": "built",
    "repay": "repaid",
    "tell": "told",
    "find": "found",
    "write": "wrote written",
    "dive": "dove",
    "ring": "rang rung",
    "swell": "swollen",
}
_AFTER_HEAD = re.compile(r"\s(?:of|in|from|per|on|for|to|by|before)\s")
_DOUBLES = frozenset(
    {"drop", "top", "slip", "dip", "plan", "net", "cut", "trim", "slim", "log", "commit", "peg", "sit"}
)


@dataclass(frozen=True, slots=True)
class Metric:
    """An entry of the metric vocabulary."""

    id: str
    flow: bool = False
    point: bool = False


@dataclass(frozen=True, slots=True)
class VerbSense:
    """What a verb says of the amount that is its object."""

    metric: str
    subject: str = "subject"
    about: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    of: str | None = None


def forms(verb: str) -> Iterator[str]:
    """The written forms of *verb*, a particle left out.

    >>> sorted(forms("drop"))
    ['drop', 'dropped', 'dropping', 'drops']
    """
    yield verb
    yield from _IRREGULAR.get(verb, "").split()
    stem = verb + verb[-1] if verb in _DOUBLES else verb
    if verb.endswith("e"):
        yield from (verb + "s", verb + "d", verb[:-1] + "ing")
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        yield from (verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")
    else:
        yield from (
            verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "ss")) else "s"),
            stem + "ed",
            stem + "ing",
        )


class Words:
    """The rules' words, ready to look up."""

    def __init__(self, rules: Mapping[str, Any], countries: Mapping[str, str]) -> None:
        self.metrics = {noun: _metric(row) for row in rules["metric"] for noun in row["nouns"]}
        self.ids = {row["id"]: _metric(row) for row in rules["metric"]}
        self.senses = _senses(rules["verb"])
        self.lemmas = _lemmas(rules)
        moves = rules["moves"]
        self.moves = _directions(moves, "up", "down")
        self.takes_off = frozenset(moves["takes_off"])
        self.causes = frozenset(moves["causes"])
        self.move_nouns = _directions(moves, "up_nouns", "down_nouns")
        self.move_words = _directions(moves, "up_words", "down_words")
        self.events = frozenset(rules["counted"]["events"])
        self.neutral = frozenset(moves["neutral"])
        self.be = frozenset(rules["levels"]["be"])
        self.have = frozenset(rules["levels"]["have"])
        self.wraps = {
            word: kind for kind in ("forecast", "estimate", "target") for word in rules["wraps"][kind]
        }
        self.totals = frozenset(rules["wraps"]["total"])
        self.basis = {key: frozenset(value) for key, value in rules["basis"].items()}
        self.footing: Mapping[str, str] = {
            word: footing for footing, listed in rules["footing"].items() for word in listed
        }
        self.dropped = frozenset(rules["plain"]["drop"])
        self.places = frozenset(rules["plain"]["places"])
        self.pronouns = frozenset(rules["stand_ins"]["pronouns"])
        self.possessors = self.pronouns | {"whose"}
        self.company_nouns = frozenset(rules["stand_ins"]["company"])
        self.stand_ins = frozenset(rules["stand_ins"]["anyone"])
        self.investors = frozenset(rules["stand_ins"]["investors"])
        self.company_papers = frozenset(rules["stand_ins"]["papers"])
        self.broad_nouns = frozenset(rules["stand_ins"]["broad"])
        self.parts = frozenset(rules["stand_ins"]["parts"])
        self.offered = frozenset(rules["stand_ins"]["offered"])
        self.observers = frozenset(rules["stand_ins"]["observers"])
        self.brokers = frozenset(rules["stand_ins"]["brokers"])
        self.work_nouns = frozenset(rules["stand_ins"]["work"])
        self.place_nouns = frozenset(rules["stand_ins"]["place"])
        phrases = {key: frozenset(listed.split()) for key, listed in rules["phrases"].items()}
        self.of_heads, self.temporal = phrases["of_heads"], phrases["temporal"]
        self.places_known = phrases["places"] | (
            {form.split()[-1].lower() for form in countries} - phrases["no_places"]
        )
        self.persons = phrases["persons"]
        self.not_subject_after = phrases["not_subject_after"]
        self.countries: Mapping[str, str] = {form.lower(): name for form, name in countries.items()} | rules[
            "countries"
        ]
        forms = sorted(countries, key=len, reverse=True)
        self.country = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, forms))})(?!\w)")
        quoted = {key: frozenset(listed) for key, listed in rules["quoted"].items()}
        self.goods, self.currencies, self.indexes = quoted["goods"], quoted["currencies"], quoted["indexes"]
        self.debt, self.traded = quoted["debt"], quoted["traded"]
        self.metrics |= {f"{noun} price": self.ids["quote"] for noun in (*self.goods, "futures")}
        self.economy = frozenset(rules["economy"]["metrics"])
        self.says = frozenset(rules["levels"]["say"])
        self.renamed: Mapping[str, str] = rules["renamed"]
        self._metric_of = lru_cache(maxsize=4096)(self._find_metric)

    def lemma(self, word: str) -> str:
        """The base form of a verb that the rules know, else *word* in small letters."""
        return self.lemmas.get(word.lower(), word.lower())

    def metric_of(self, phrase: str) -> Metric | None:
        """The vocabulary entry that *phrase* names by its end, or holds.

        >>> words().metric_of("overseas box office").id
        'box_office'
        """
        return self._metric_of(phrase.lower())

    def _find_metric(self, phrase: str) -> Metric | None:
        head = _AFTER_HEAD.split(phrase, maxsplit=1)[0]
        return self._metric_in(head) or (self._metric_in(phrase) if head != phrase else None)

    def _metric_in(self, phrase: str) -> Metric | None:
        parts = phrase.replace("-", " ").split()
        for start in range(len(parts)):
            if found := self.metrics.get(" ".join(parts[start:])):
                return found
        known = (self.metrics.get(" ".join(parts[a : a + n])) for n in (2, 1) for a in range(len(parts)))
        return next((metric for metric in known if metric), None)


@cache
def words() -> Words:
    """The packaged rules' words."""
    text = files("extractors").joinpath("rules/metrics.toml").read_text(encoding="utf-8")
    return Words(tomllib.loads(text), country_forms())


def _metric(row: Mapping[str, Any]) -> Metric:
    return Metric(row["id"], row.get("flow", False), row.get("point", False))


def _senses(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[VerbSense]]:
    senses: dict[str, list[VerbSense]] = {}
    for row in rows:
        sense = VerbSense(
            row["metric"],
            row.get("subject", "subject"),
            tuple(row.get("about", ())),
            tuple(row.get("with", ())),
            row.get("of"),
        )
        for verb in row["verbs"]:
            senses.setdefault(verb, []).append(sense)
    return senses


def _directions(rows: Mapping[str, Iterable[str]], up: str, down: str) -> dict[str, str]:
    return dict.fromkeys(rows[up], "up") | dict.fromkeys(rows[down], "down")


def _lemmas(rules: Mapping[str, Any]) -> dict[str, str]:
    moves, levels, basis = rules["moves"], rules["levels"], rules["basis"]
    lists = [row["verbs"] for row in rules["verb"]]
    lists += [
        moves["up"],
        moves["down"],
        moves["takes_off"],
        levels["be"],
        levels["have"],
        levels["say"],
        rules["counted"]["events"],
    ]
    lists += [listed for key, listed in basis.items() if key.endswith("verbs")]
    lists += [basis["seeks"], list(_IRREGULAR)]
    bases = [verb.split()[0] for listed in lists for verb in listed]
    return {form: base for base in bases for form in forms(base)}
