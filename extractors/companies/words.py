"""A text as words with their offsets, sentences and lines: what names are looked for in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏ"
_WORD = re.compile(
    rf"(?!(?<=['’])(?:s|t|re|ve|ll|d|m)\b)[{_LETTERS}\d](?:[{_LETTERS}\d]+|[&+](?=[{_LETTERS}\d])|['’](?=[{_LETTERS}]{{2}})|(?<=\bA)/(?=S\b)|\.(?=\d)"
    rf"|\.(?=(?:com|cn|net|org|ai|io|tv|co|fm|me|in)\b)|(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)|(?<=\.[A-Za-z])\.(?=[A-Za-z]\b))*\+?"
)
_SENTENCE_END = re.compile(r"[.!?]['\"”’)]*\s+(?=[\"“‘'(]?[A-ZÀ-Ö\d])|\n\s*")
_QUOTED = re.compile(
    r"[“\"]([^“”\"\n]{2,70})[”\"]|‘([^‘’\n]{2,70})’|《([^》\n]{1,60})》|(?<=\s)'([^'\n]{2,70})'(?=[\s,.])"
)
_HARD_WRAP = 60  # a line longer than this that ends without a blank line goes on in the next
_CURRENCY_SIGNS = "$¥€£₹₩฿₱₫₦"
_SMALL = (
    "a an and as at but by for from in into is its nor of on or over the to up via vs with after amid no not "
    "than that their be are was off out so yet per s t"
)
_LOWER_IN_HEADINGS = frozenset(_SMALL.split())


class Word(NamedTuple):
    """A word: its span, its folded text, what stands between it and the word before, and its sentence."""

    start: int
    end: int
    text: str
    lower: str
    gap: str
    sentence: int
    first: bool
    heading: bool


_word = Word._make
"""Quicker than the class, for what is made once a word."""


def words(text: str, sentence_starts: Sequence[int] = ()) -> list[Word]:
    """The words of *text*; *sentence_starts* are offsets, found by punctuation where there are none."""
    starts = sorted({0, *(sentence_starts or (m.end() for m in _SENTENCE_END.finditer(text)))})
    lines = _heading_lines(text)
    found: list[Word] = []
    starts.append(len(text) + 1)
    end, last, line, sentence = 0, -1, 0, 0
    for match in _WORD.finditer(text):
        at = match.start()
        if text[match.end() : match.end() + 1] in _CURRENCY_SIGNS and match.end() < len(text):
            continue  # the US of 'US$5', the CN of 'CN¥500'
        while starts[sentence + 1] <= at:
            sentence += 1
        gap = " " if at == end + 1 and text[end] == " " else _gap(text, end, at)
        first = sentence != last or gap == "\n"
        word = match.group()
        while line < len(lines) and lines[line][1] <= at:
            line += 1
        heading = line < len(lines) and lines[line][0] <= at
        found.append(_word((at, match.end(), word, word.lower(), gap, sentence, first, heading)))
        end, last = match.end(), sentence
    return found


def _gap(text: str, start: int, end: int) -> str:
    """What stands between two words; ``\\n`` for a new line, a space where a long line only wraps."""
    gap = text[start:end]
    if "\n" not in gap:
        return gap.replace("\u00a0", " ")
    wrapped = gap.count("\n") == 1 and not gap.strip() and start - text.rfind("\n", 0, start) > _HARD_WRAP
    return " " if wrapped else "\n"


def _heading_lines(text: str) -> list[tuple[int, int]]:
    """The lines written as headings: no full stop, and a capital on every word that could have none."""
    found, start = [], 0
    for line in text.split("\n"):
        if line and is_heading(line):
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def is_heading(line: str) -> bool:
    """Whether *line* is written as a headline in title case or in capitals.

    >>> is_heading("Quillon to Buy Stake in Harbour Lane Pictures for $12 Million")
    True
    >>> is_heading("Quillon Holdings bought Harbour Lane Pictures")
    False
    """
    line = line.strip()
    if line[-1:] in ".;,:" or len(line) > 200:
        return False
    parts = [word for word in re.findall(rf"[{_LETTERS}]+", line) if word.lower() not in _LOWER_IN_HEADINGS]
    capitals = sum(word[0].isupper() for word in parts)
    return len(parts) >= 2 and len(parts) - capitals <= len(parts) // 8


def quoted_titles(text: str) -> list[tuple[int, int]]:
    """The spans in quotes that are written like titles or names, not like speech."""
    found = (match for match in _QUOTED.finditer(text))
    return [match.span() for match in found if _is_title(match.group(match.lastindex or 0))]


def _is_title(quote: str) -> bool:
    bare = quote.strip(" ,.!?")
    return bool(bare) and (is_heading(bare) or (bare[0].isupper() and " " not in bare))
