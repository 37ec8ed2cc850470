"""Sentences as the parser reads them best: figures in a plain form, conversions and datelines left out.

The parser was trained on "$ 5 billion"; `CNY50 billion (USD6.9 billion)` breaks its trees. A draft keeps, for
each word it hands to the parser, the stretch of the text that the word stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span as DocSpan
from spacy.vocab import Vocab

from extractors.findings import Figure, Span

_DATELINE = re.compile(
    r"\s*(?:[(（][^()（）\n]{2,40}[)）]\s*(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,\s\d{4})?\s*)?(?:--|[-–—])?\s+"
    r"|[A-Z][A-Z.' ]{2,}(?:,\s[A-Z][a-z]+)?(?:,\s[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,\s\d{4})?)?"
    r"\s*(?:\([^()\n]{2,40}\)\s*)?(?:--|[-–—])\s+)"
)
_FOLD = re.compile(r"[ -]?fold", re.I)
_PLAIN = {
    "money": ("$", "5", "billion"),
    "percent": ("5", "%"),
    "percentage_point": ("5", "points"),
    "bps": ("5", "points"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence for the parser: its words, and the stretch of the text that each stands for."""

    sentence: Span
    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    spans: tuple[Span, ...]
    figures: tuple[
        tuple[int, int, int], ...
    ]  # place among the text's figures, first word, word after the last

    def doc(self, vocab: Vocab) -> Doc:
        """The draft as an unparsed doc of one sentence, its figures marked as entities."""
        doc = Doc(vocab, words=list(self.words), spaces=list(self.spaces), sent_starts=self._starts())
        doc.set_ents([DocSpan(doc, first, last, label="FIGURE") for _, first, last in self.figures])
        return doc

    def _starts(self) -> list[bool]:
        return [place == 0 for place in range(len(self.words))]


def dateline(text: str, start: int, end: int) -> int:
    """Where the sentence at *start* begins after an agency's name, place and day, or *start*."""
    found = _DATELINE.match(text, start, end)
    return found.end() if found else start


def draft(sentence: DocSpan, figures: Sequence[Figure]) -> Draft:
    """The draft of *sentence*; *figures* are all of the text's, of which conversions are left out."""
    text = sentence.doc.text
    start = dateline(text, sentence.start_char, sentence.end_char)
    words = _Words(text, start)
    marks: list[tuple[int, int, int]] = []
    blocks = sorted([*_figure_blocks(figures, sentence), *_left_out(text, figures, sentence)], key=_first)
    at = 0
    for token in sentence:
        if token.idx + len(token) <= words.done or token.is_space:
            continue
        while at < len(blocks) and blocks[at][0] < token.idx + len(token):
            begin, end, place = blocks[at]
            at += 1
            if end <= words.done or end > sentence.end_char:
                continue
            words.add_stretch(max(words.done, token.idx), begin)
            if place is not None:
                first = len(words)
                words.add_figure(figures[place])
                marks.append((place, first, len(words)))
            words.done = end
        words.add_stretch(max(words.done, token.idx), token.idx + len(token))
    return Draft(Span(sentence.start_char, sentence.end_char), *words.columns(), tuple(marks))


_OPENS, _CLOSES = "(（[", ")）]"
_BEFORE_BRACKET = re.compile(r"[(（\[][^()（）\[\]\d]{0,12}\Z")
_AFTER_BRACKET = re.compile(r"[^()（）\[\]\d]{0,12}[)）\]]")
_PREFIX = re.compile(
    r"(?<![\w-])(?:micro|mini|multi|non|pre|post|mid|super|web|live|short|e|co)\s?-\s?(?=[A-Za-z])", re.I
)
_ABOUT = re.compile(
    r"\b(?:(?:a whopping|in excess of|upwards? of|to the tune of|in the region of|close to|as much as|as many as|at least|"
    r"more than|less than|fewer than|no more than|no less than|up to|just (?:over|under|shy of)|slightly (?:more|less) than|"
    r"an estimated|an average of|between|about|around|roughly|approximately|nearly|almost|some|over|under|only|just|another|~)\s*)+\Z",
    re.I,
)
MARGIN = re.compile(r",?\s(?:plus or minus|give or take|±|\+/-)\s*\Z", re.I)
"""What leads to the tolerance of a figure, which is no figure of its own."""


def _left_out(
    text: str, figures: Sequence[Figure], sentence: DocSpan
) -> Iterator[tuple[int, int, int | None]]:
    """Conversions with the brackets around them, tolerances, and words such as "about" before a figure."""
    for figure in figures:
        if not (sentence.start_char <= figure.start and figure.end <= sentence.end_char):
            continue
        back = max(sentence.start_char, figure.start - 40)
        if figure.pair_of is not None:
            before = _BEFORE_BRACKET.search(text, back, figure.start)
            after = _AFTER_BRACKET.match(text, figure.end, sentence.end_char)
            start = before.start() if before and after else figure.start
            yield start, after.end() if before and after else figure.end, None
        elif margin := MARGIN.search(text, back, figure.start):
            yield margin.start(), figure.end, None
        elif about := _ABOUT.search(text, back, figure.start):
            yield about.start(), figure.start, None


def is_margin(text: str, figure: Figure) -> bool:
    """Whether *figure* is the tolerance of the one before it ("plus or minus 2%")."""
    return MARGIN.search(text, max(0, figure.start - 40), figure.start) is not None


def _first(block: tuple[int, int, int | None]) -> tuple[int, int]:
    return block[0], -block[1]


def _figure_blocks(figures: Sequence[Figure], sentence: DocSpan) -> Iterator[tuple[int, int, int | None]]:
    for place, figure in enumerate(figures):
        inside = sentence.start_char <= figure.start and figure.end <= sentence.end_char
        if inside and figure.pair_of is None and not is_margin(sentence.doc.text, figure):
            yield figure.start, figure.end, place


class _Words:
    """The words of a draft as they are put down; ``done`` is where the text has been taken to."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.done = start
        self.held: int | None = None
        self.until = start
        self._rows: list[tuple[str, Span]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add_stretch(self, start: int, end: int) -> None:
        """Put down the text between *start* and *end*, where it is not blank.

        A prefix with a hyphen is held back and becomes part of the next word's stretch: "dramas" parses, where
        "micro-dramas" doesn't.
        """
        word = self.text[start:end].strip()
        self.done = max(self.done, end)
        if not word:
            return
        if self.held is None and (prefix := _PREFIX.match(self.text, start)) and prefix.end() > end:
            self.held, self.until = start, prefix.end()
        if self.held is not None and end <= self.until:
            return
        self._rows.append((word, Span(start if self.held is None else self.held, end)))
        self.held = None

    def add_figure(self, figure: Figure) -> None:
        """Put down *figure* in the plain form of its kind."""
        span = Span(figure.start, figure.end)
        self._rows.extend((word, span) for word in _plain(figure))

    def columns(self) -> tuple[tuple[str, ...], tuple[bool, ...], tuple[Span, ...]]:
        """Words, whether a space follows, and spans."""
        words = tuple(word for word, _ in self._rows)
        spans = tuple(span for _, span in self._rows)
        spaces = tuple(self.text[s.end : s.end + 1].isspace() for s in spans)
        return words, spaces, spans


def _plain(figure: Figure) -> tuple[str, ...]:
    if figure.kind in _PLAIN:
        return _PLAIN[figure.kind]
    if figure.kind == "multiple" and _FOLD.search(figure.text):
        return ("fourfold",)
    return tuple(figure.text.split())
