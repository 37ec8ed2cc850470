"""Text as base forms of words, with the offsets they came from: one pattern reads all its spellings."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate, compress

from ahocorasick_rs import AhoCorasick

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.;:()\[\]|/!?—–…]")
_TOKEN_OR_NOT = re.compile(f"({_TOKEN.pattern})")
_DETERMINERS = frozenset(["a", "an", "the", "his", "her", "their", "its", "my", "your", "our"])
_CJK = re.compile(r"[\u3400-\u9fff]")
BREAK = "|"

_RULES = tomllib.loads((files("extractors") / "rules" / "themes_words.toml").read_text(encoding="utf-8"))
_IRREGULAR = {
    variant: base for base, variants in _RULES["irregular"].items() for variant in (base, *variants.split())
}
_RESTORE_E = re.compile(
    r"(?:[aiouy]s|[lnrp]s|[^aeiou]at|[iu]at|[aeiou][^aeiou]+at|[^aeiou]in|[^aeo]ir|[^aeo]ar|[^aeiou]ur|[^aeo]ut"
    r"|[^eo]ad|um|[^aeiou]il|[^aeiou]ul|[^aeou]i[dk]|[^aeo]o[dk]|[bcdfgkpstz]l|iz|v|c|u|[aeir]ng|[aeiou]g|[rd]g)$"
)
_NO_E = re.compile(r"(?:eat|oat|(?<!e)(?:xu|ou))$")
_SHORT = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")
_VOWEL = re.compile(r"[aeiouy]")


def base_form(word: str) -> str:
    """The base form of one *word*: lower case, no accents, possessive, plural, ``-ed`` or ``-ing``.

    >>> [base_form(w) for w in ("Werewolves", "marries", "fiancé's", "chasing", "swapped", "CEOs")]
    ['werewolf', 'marry', 'fiance', 'chase', 'swap', 'ceo']
    """
    plain = word.lower().replace("’", "'")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = plain.partition("'")[0] if plain.endswith(("'s", "'ll", "'re", "'ve", "'d")) else plain
    plain = plain.replace("'", "")
    return _IRREGULAR.get(plain) or _without_suffix(plain)


def _without_suffix(word: str) -> str:
    if len(word) <= 3 or not word.isascii():
        return word
    if word.endswith("s"):
        return _singular(word)
    if word.endswith("ied"):
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 - (suffix == "ed") and _VOWEL.search(stem):
            return word if stem.endswith("e") else _restored(stem)
    return word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def _restored(stem: str) -> str:
    if stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if _NO_E.search(stem):
        return stem
    return stem + "e" if _RESTORE_E.search(stem) or _SHORT.match(stem) else stem


class _Forms(dict[str, str]):
    """Base forms by word, with a blank before them, remembered; an article or pronoun has none."""

    def __missing__(self, word: str) -> str:
        form = base_form(word) if word[0].isalnum() else BREAK
        if len(self) > 200_000:
            self.clear()
        self[word] = form = "" if form in _DETERMINERS else " " + form
        return form


_FORMS = _Forms()


def base_forms(text: str) -> list[str]:
    """The base forms of *text*'s words, without articles and possessive pronouns, ``|`` for a break.

    >>> base_forms("The CEO’s falling for a ‘true princess’: enemies-to-lovers")
    ['ceo', 'fall', 'for', 'true', 'princess', '|', 'enemy', 'to', 'lover']
    """
    return [form[1:] for form in map(_FORMS.__getitem__, _TOKEN.findall(text)) if form]


@dataclass(frozen=True)
class Words:
    """A text's base forms: ``line`` is `` form form ``, with the span in the text that each came from."""

    text: str
    line: str
    starts: tuple[int, ...]  # of each word, in the text
    ends: tuple[int, ...]
    places: tuple[int, ...]  # of the blank before each word, in the line

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of *text*; equal texts share one value."""
        return words_of(text)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The base form of each word."""
        return tuple(self.line.split())

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where, in the text, the words from *first* to *last* (inclusive) are."""
        return self.starts[first], self.ends[last]

    def place(self, offset: int) -> int:
        """The number of the word that starts at *offset* of the line."""
        return bisect_right(self.places, offset) - 1

    @cached_property
    def has_cjk(self) -> bool:
        """Whether there are Chinese characters."""
        return not self.text.isascii() and _CJK.search(self.text) is not None


@lru_cache(maxsize=64)
def words_of(text: str) -> Words:
    parts = _TOKEN_OR_NOT.split(text)  # what is between words, a word, what is between, ...
    borders = list(accumulate(map(len, parts)))
    forms = list(map(_FORMS.__getitem__, parts[1::2]))
    kept = list(compress(forms, forms))
    return Words(
        text,
        "".join(kept) + " ",
        tuple(compress(borders[0::2], forms)),
        tuple(compress(borders[1::2], forms)),
        tuple(accumulate(map(len, kept[:-1]), initial=0)) if kept else (),
    )


class Phrases:
    """Phrases found in a text in one pass: English ones by base forms, Chinese ones as they stand."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(phrases))
        self._english = {p: f" {' '.join(base_forms(p))} " for p in self.texts if not is_chinese(p)}
        self._english_numbers = [n for n, p in enumerate(self.texts) if p in self._english]
        self._chinese_numbers = [n for n, p in enumerate(self.texts) if p not in self._english]
        self._find = AhoCorasick(list(self._english.values()))
        self._find_chinese = AhoCorasick([self.texts[n] for n in self._chinese_numbers])

    def in_words(self, words: Words) -> list[tuple[int, int, int]]:
        """The English phrases in *words*: number of the phrase, first and last word."""
        found = self._find.find_matches_as_indexes(words.line, overlapping=True)
        numbers, place = self._english_numbers, words.place
        return [(numbers[n], place(start), place(end - 2)) for n, start, end in found]

    def in_chinese(self, words: Words) -> list[tuple[int, int, int]]:
        """The Chinese phrases in the text of *words*: number of the phrase, start and end offset."""
        if not words.has_cjk or not self._chinese_numbers:
            return []
        found = self._find_chinese.find_matches_as_indexes(simplified(words.text), overlapping=True)
        return [(self._chinese_numbers[n], start, end) for n, start, end in found]

    def spans(self, words: Words) -> list[tuple[int, int, int]]:
        """All phrases in the text of *words*: number of the phrase, start and end offset."""
        english = [(n, *words.span(first, last)) for n, first, last in self.in_words(words)]
        return sorted(english + self.in_chinese(words), key=lambda found: found[1:])


def is_chinese(phrase: str) -> bool:
    """Whether *phrase* has Chinese characters."""
    return _CJK.search(phrase) is not None


_TO_SIMPLIFIED = str.maketrans("".join(_RULES["traditional"]), "".join(_RULES["simplified"]))


def simplified(text: str) -> str:
    """*text* with the traditional characters of the rules' words in their simplified form, same length."""
    return text.translate(_TO_SIMPLIFIED)
