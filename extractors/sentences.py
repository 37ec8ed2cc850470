"""Sentences by rule: stops, abbreviations, quotes and line breaks, over characters, in linear time.

News text is full of stops that end nothing ("Aug. 31", "Rs. 10", "Warner Bros. Pictures") and of ends
without a stop (headings, list lines). A trained splitter costs a parse of everything; this costs one scan.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from extractors.findings import Span
from extractors.given import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

_CLOSERS = "\"'”’»)\\]」』）】"
_OPENERS = "\"'“‘«(\\[「『（【"

_CANDIDATE = re.compile(
    r"(?=[。！？；.!?…\s])(?:"  # which most characters are not: the rest need not be tried
    rf"[。！？；]+[{_CLOSERS}]*"
    rf"|[.!?…]+[{_CLOSERS}]*(?=\s|$)"
    r"|(?<=[a-z0-9%)”\"])[.!?](?=[\"“]?(?:[A-Z][a-z]+|[AI])\b)"
    r"|[ \t\r\f\v]*\n\s*)"
)
_WORD_BEFORE = re.compile(r"[\w.&'’-]*\Z")
_WORD_AFTER = re.compile(rf"\s*[{_OPENERS}]*([\w$€£¥₹'’-]*)")
_LIST_MARK = re.compile(r"(?:[-*•–—▪●]|\d{1,2}[.)]|[#>|])\s")

_RULES = tomllib.loads(files("extractors").joinpath("rules/sentences.toml").read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_RULES[name].split())


_NEVER = _words("never")
"""Nothing ends after these."""

_BEFORE_NUMBER = _words("before_number")
"""Nothing ends between these and a number."""

_BEFORE_NAME = _words("before_name")
"""A name may go on after these: only a word that starts sentences ends one."""

_STARTERS = _words("starters")
"""Words that, with a capital, start a sentence rather than go on with a name."""

_DOMAINS = _words("domains")


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of *text* in order, without the white space around them.

    >>> text = "Sales hit Rs. 10 crore by Aug. 31. It's up."
    >>> [text[s.start:s.end] for s in sentences(text)]
    ['Sales hit Rs. 10 crore by Aug. 31.', "It's up."]
    """
    wrapped = _is_wrapped(text)
    spans: list[Span] = []
    start = 0
    for found in _CANDIDATE.finditer(text):
        if found.start() >= start and _ends_sentence(text, start, found, wrapped):
            spans.extend(_trimmed(text, start, found.end()))
            start = found.end()
    spans.extend(_trimmed(text, start, len(text)))
    return tuple(spans)


def set_sentences(doc: Doc) -> Doc:
    """Set the sentence starts of *doc* by rule; a start inside a token moves to the next token."""
    if not len(doc):
        return doc
    import numpy as np  # spaCy has loaded it by now

    starts = [span.start for span in sentences(text_of(doc))]
    first = np.searchsorted(doc.to_array("IDX"), starts)
    marks: Any = np.full(len(doc), -1, dtype="int64")
    marks[0] = 1
    marks[first[first < len(doc)]] = 1
    return doc.from_array(["SENT_START"], marks.astype("uint64").reshape(-1, 1))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


def _ends_sentence(text: str, start: int, found: re.Match[str], wrapped: bool) -> bool:
    mark = found[0].lstrip(" \t\r\f\v")[:1]
    if mark == "\n":
        return _line_break_ends(text, found, wrapped)
    if mark in "。！？；":
        return True
    word = _WORD_AFTER.match(text, found.end())
    after = word[1] if word else ""
    if not after:
        return True
    if mark == ".":
        return _stop_ends(text, start, found, after)
    return _may_start(after)


def _stop_ends(text: str, start: int, found: re.Match[str], after: str) -> bool:
    before = _word_before(text, start, found.start())
    if not before or found[0].startswith(".."):
        return _may_start(after)
    if not text[found.end()].isspace():
        return after.casefold() not in _DOMAINS
    if not _may_start(after) or before in _NEVER or _is_list_number(text, start, found, before):
        return False
    if before in _BEFORE_NUMBER and after[0].isdigit():
        return False
    if _is_initials(text, found, before) or before in _BEFORE_NAME:
        return after.casefold() in _STARTERS and after[0].isupper()
    return True


def _word_before(text: str, start: int, end: int) -> str:
    word = _WORD_BEFORE.search(text, max(start, end - 24), end)
    return word[0].strip("'’-").casefold() if word else ""


def _may_start(after: str) -> bool:
    """Anything but a small letter starts a sentence; a brand such as eBay does."""
    return not after[0].islower() or (len(after) > 1 and after[1].isupper())


def _is_initials(text: str, found: re.Match[str], before: str) -> bool:
    """'J.', 'U.S.', 'p.m.': one letter, or letters with stops between."""
    letters = before.split(".")
    if not all(len(letter) == 1 and letter.isalpha() for letter in letters):
        return False
    return len(letters) > 1 or text[found.start() - 1].isupper()


def _is_list_number(text: str, start: int, found: re.Match[str], before: str) -> bool:
    return before.isdigit() and len(before) < 3 and not text[start : found.start() - len(before)].strip()


def _line_break_ends(text: str, found: re.Match[str], wrapped: bool) -> bool:
    if found[0].count("\n") > 1 or found.end() >= len(text):
        return True
    if _LIST_MARK.match(text, found.end()):
        return True
    after = text[found.end()]
    before = text[found.start() - 1] if found.start() else "\n"
    if before in '.!?…:"”' and not wrapped:
        return True
    return not wrapped and not after.islower() and before not in ",;-–—"


def _is_wrapped(text: str) -> bool:
    """Whether single line breaks fall inside sentences, as in text of a fixed width."""
    lines = text.split("\n")
    pairs = [(a.rstrip(), b.lstrip()) for a, b in pairwise(lines) if a.strip() and b.strip()]
    inside = sum(1 for a, b in pairs if b[0].islower() and a[-1] not in ".!?…")
    return len(pairs) >= 3 and inside * 3 >= len(pairs)
