"""Articles to read against the clock: English business news of some 320 tokens, made from a grammar.

``articles(count)`` writes them from the sentence forms and words of ``articles.toml``, each with a cast of
invented companies and people, so that two fifths of the tokens stand in sentences with a figure, as
in the trade press. ``nearest`` says how much the two most alike share of their five-word runs: some 5 %.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH

_GRAMMAR: Mapping[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_PARTS: Mapping[str, Sequence[str]] = _GRAMMAR["parts"] | _GRAMMAR["lines"] | _GRAMMAR["names"]
_SENTENCES: Mapping[str, Sequence[str]] = _GRAMMAR["sentences"]
_SLOT = re.compile(r"\{([^{}]+)\}")
_RANGE = re.compile(r"([\d.]+)-([\d.]+)(k?)")
_SYLLABLES = _GRAMMAR["names"]["syllables"]
_SENTENCES_EACH = (12, 18)
_WITH_FIGURE = 0.41
"""How many of an article's sentences hold a figure: they are the longer ones."""


def articles(count: int, seed: int = 1) -> list[dict[str, str]]:
    """*count* articles as `newsgauge extract --jsonl` takes them, the same for the same *seed*."""
    return [_Writer(random.Random(f"{seed} {number}"), number).article() for number in range(count)]


class _Writer:
    """Writes one article, with one set of dice and one cast."""

    def __init__(self, dice: random.Random, number: int) -> None:
        self.dice, self.number = dice, number
        self.cast: dict[str, str] = {}
        for letter in "ABC":
            self.cast[letter] = self.told("company")
            self.cast[letter.lower()] = self.cast[letter].split()[0]
        for letter in "PQ":
            self.cast[letter] = f"{dice.choice(_PARTS['given'])} {self.word()}"
        self.cast |= {
            "app": self.word() + dice.choice(("App", "Reel", "Box", "TV", "")),
            "land": self.told("land"),
        }
        self.cast |= {"town": self.told("town"), "series": self.told("series")}
        self.cast["TOWN"] = self.cast["town"].upper()

    def article(self) -> dict[str, str]:
        """The article: an opening, then sentences in paragraphs."""
        dice = self.dice
        total = dice.randint(*_SENTENCES_EACH)
        kinds = ["figures"] * round(total * _WITH_FIGURE)
        if dice.random() < 0.3:
            kinds += ["stories"] * dice.randint(2, 5)
        kinds += ["plain"] * (total - len(kinds))
        dice.shuffle(kinds)
        forms = {kind: dice.sample(_SENTENCES[kind], len(_SENTENCES[kind])) for kind in set(kinds)}
        told = [self.sentence(dice.choice(_SENTENCES["openings"]))]
        told += [self.sentence(forms[kind].pop()) for kind in kinds]
        return {
            "id": str(self.number),
            "title": self.sentence(dice.choice(_SENTENCES["titles"])),
            "text": "\n\n".join(" ".join(told[at : at + 3]) for at in range(0, len(told), 3)),
            "published": f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            "publisher": "Tidewater Business Daily",
        }

    def told(self, part: str) -> str:
        """One of the ways to put *part*."""
        return self.filled(self.dice.choice(_PARTS[part]))

    def sentence(self, form: str) -> str:
        """*form* with all of its slots filled, and a capital at its start."""
        text = self.filled(form)
        return text[:1].upper() + text[1:]

    def filled(self, form: str) -> str:
        """*form* with all of its slots filled."""
        return _SLOT.sub(lambda slot: self.slot(slot[1]), form)

    def slot(self, name: str) -> str:
        """What stands for the slot *name*: of the cast, a number, an invented word or a part."""
        if name in self.cast:
            return self.cast[name]
        if name.lower() == "word":
            return self.word()
        if span := _RANGE.fullmatch(name):
            return self.number_in(span[1], span[2], bool(span[3]))
        return self.told(name)

    def number_in(self, low: str, high: str, thousands: bool) -> str:
        """A number between the ends, written as they are."""
        if "." in low:
            return f"{self.dice.uniform(float(low), float(high)):.1f}"
        number = self.dice.randint(int(low), int(high))
        return f"{number},{self.dice.randrange(1000):03}" if thousands else str(number)

    def word(self) -> str:
        """An invented name."""
        return "".join(self.dice.choices(_SYLLABLES, k=self.dice.randint(2, 4))).capitalize()


def nearest(texts: Sequence[str], run: int = 5) -> float:
    """How much of their runs of *run* words the two most alike of *texts* share (Jaccard, 0 to 1)."""
    runs = [_runs(text, run) for text in texts]
    index, most = MinHashLSH(params=(64, 1), num_perm=64), 0.0
    for number, own in enumerate(runs):
        sketch = MinHash(num_perm=64)
        sketch.update_batch([one.encode() for one in own])
        alike = (runs[int(other)] for other in index.query(sketch))
        most = max([most, *(len(own & other) / len(own | other) for other in alike)])
        index.insert(str(number), sketch)
    return most


def _runs(text: str, run: int) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + run]) for at in range(len(words) - run + 1)}
