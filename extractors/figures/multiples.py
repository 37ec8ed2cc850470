"""Multiples told by a word: ``tripled``, ``more than doubled``, ``twice as many``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from extractors.figures.bounds import bound
from extractors.figures.vocabulary import either, rules
from extractors.findings import Figure

_OR = re.compile(r",? (?:or even|or|to|and even|and then) $|, (?:even )?$")


def word_multiples(text: str, low: str) -> list[Figure]:
    """The multiples that a word tells; two joined by "or" are a range."""
    out: list[Figure] = []
    for start, end, value in _found(text, low):
        last = out[-1] if out else None
        if (
            last
            and start - last.end < 14
            and last.value < value
            and _OR.fullmatch(low[last.end : start] or "x")
        ):
            out[-1] = Figure(
                "multiple",
                last.start,
                end,
                text[last.start : end],
                last.value,
                value,
                last.approx,
                rule="multiple words",
            )
            continue
        out.append(
            Figure(
                "multiple",
                start,
                end,
                text[start:end],
                value,
                approx=bound(low, start, end),
                rule="multiple word",
            )
        )
    return out


def _found(text: str, low: str) -> Iterator[tuple[int, int, Decimal]]:
    words = rules("figures")["multiple_words"]
    for match in _pattern().finditer(low):
        if match[0] in words and _compares(text, low, match.start(), match.end()):
            yield match.start(), match.end(), Decimal(words[match[0]])


@cache
def _pattern() -> re.Pattern[str]:
    words = rules("figures")["multiple_words"]
    latin, chinese = [w for w in words if w.isascii()], [w for w in words if not w.isascii()]
    by_initial = "|".join(
        f"{i}(?:{either(w[1:] for w in latin if w[0] == i)})" for i in sorted({w[0] for w in latin})
    )
    return re.compile(rf"(?<![a-z-])(?:{by_initial})(?![a-z])|{either(chinese)}")


_WORD = re.compile(r"[a-z]+")


def _compares(text: str, low: str, start: int, end: int) -> bool:
    """Whether the word says how a quantity changed or compares, not ``double life``, ``met twice``."""
    word, rule = low[start:end], rules("figures")["compares"]
    if not word.isascii():
        return True
    following = _WORD.match(low, end + 1)
    after = following[0] if following else ""
    if low[end : end + 1] == "-" or after in rule["nouns"] or _is_named(text, start, end):
        return False
    if word not in rule["forms"]:
        return True
    if word in ("twice", "thrice"):
        return after in rule["twice"]
    before = low[max(0, start - 16) : start].split()
    return bool(before and before[-1] in rule["before"]) or after in rule["after"]


def _is_named(text: str, start: int, end: int) -> bool:
    """Part of a name in capitals: ``Double Happiness``."""
    if not text[start].isupper() or text[start:end].isupper():
        return False
    return (
        text[end : end + 1] == " "
        and text[end + 1 : end + 2].isupper()
        and text[end + 1 : end + 3].isalpha()
        and not _headline(text, start)
    )


def _headline(text: str, start: int) -> bool:
    """In a headline every word begins with a capital."""
    line = text[text.rfind("\n", 0, start) + 1 : start].split()[-3:]
    return len(line) >= 2 and all(word[:1].isupper() or len(word) < 4 for word in line)
