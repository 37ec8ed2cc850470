"""Sentences as the parser reads them best: figures in a plain form, conversions and datelines left out.

The parser was trained on "$ 5 billion"; `CNY60 billion (USD8.3 billion)` breaks its trees. A draft keeps, for
each word it hands to the parser, the stretch of the text that the word stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan
from spacy.vocab import Vocab

from extractors.findings import Figure, Span

_DATELINE = re.compile(
    r"\s*(?:[(（][^()（）\n]{2,40}[)）]\s*(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,\s\d{4})?\s*)?(?:--|[-–—])?\s+"
    r"|[A-Z][A-Z.'/ ]{2,}(?:,\s[A-Z][a-z]+)?(?:,\s[A-Z][a-z]{2,8}\.?\s\d{1,2}(?:,\s\d{4})?)?"
    r"\s*(?:\([^()\n]{2,40}\)\s*|/[\w ]{2,24}/\s*)?(?:--|[-–—]|:)\s+"
    r"|[•·▪●*]\s*(?:[A-Z][\w' -]{1,24}:\s+)?)"
)
"""An agency, a place and a day before the news itself; or a list's mark and its heading."""
_PLACE = re.compile(r"\s*[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?: (?=[A-Z])")
"""'Mumbai: ' before the first word of a text."""
_FOLD = re.compile(r"[ -]?fold", re.I)
_PLAIN = {
    "money": ("$", "5", "billion"),
    "percent": ("5", "%"),
    "percentage_point": ("5", "points"),
    "bps": ("5", "points"),
}


_BEFORE_BRACKET = re.compile(r"[(（\[][^()（）\[\]\d]{0,12}\Z")
_AFTER_BRACKET = re.compile(r"[^()（）\[\]\d]{0,12}[)）\]]")
_PREFIXES = frozenset(
    {
        "micro",
        "mini",
        "multi",
        "non",
        "pre",
        "post",
        "mid",
        "super",
        "web",
        "live",
        "short",
        "e",
        "co",
        "in",
        "start",
    }
)
_PREFIX = re.compile(
    rf"(?<![\w-])(?!in\b(?!\s?-\s?app\b))(?!start\b(?!-ups?\b))(?:{'|'.join(sorted(_PREFIXES))})\s?-\s?(?=[A-Za-z])",
    re.I,
)
_STARTED = frozenset({"up", "ups"})
"""What "start-" makes a company of: no particle of a verb."""
_ABOUT = re.compile(
    r"\b(?:(?:a whopping|in excess of|upwards? of|to the tune of|in the region of|close to|as much as|"
    r"as many as|at least|more than|less than|fewer than|no more than|no less than|up to|"
    r"just (?:over|under|shy of)|"
    r"slightly (?:more|less) than|(?:well |just |far )?(?:north|south) of|"
    r"(?:well|comfortably) (?:over|above|below|under)|"
    r"(?:just )?shy of|an estimated|an average of|between|about|around|roughly|approximately|"
    r"nearly|almost|some|over|under|only|just|another|~)\s*)+\Z",
    re.I,
)
_MARGIN = re.compile(r",?\s(?:plus or minus|give or take|±|\+/-)\s*\Z", re.I)
"""What leads to the tolerance of a figure, which is no figure of its own."""
_BACK = 40
"""How far before a figure the words that lead to it can begin, in characters."""

_PLACED: list[int | str] = ["IDX", "LENGTH", "IS_SPACE"]

Held = Sequence[tuple[int, Figure]]
"""A sentence's figures, each with its place among the text's."""

_A_WORD = -1
"""In a figure's place: a word that stands for many."""
_A_NAME = -2
"""In a figure's place: a company's name."""
_LINKED = -3
"""In a figure's place: words linked by hyphens, which are one adjective."""
_LINKED_WORDS = re.compile(
    r"\b(?!(?:year|month|quarter|week|day|half)-)[A-Za-z]+"
    r"-(?:and|as|by|for|in|now|of|on|over|per|the|to)-[A-Za-z]+(?:-[a-z]+)*(?=[ ,])"
)
_A_PERIOD = -4
"""In a figure's place: a stretch of time with its last day."""
_PERIODS = re.compile(
    r"\b(?:the|its) (?:[a-z]+[ -]){0,3}?(?:months?|quarter|half|half-year|year|weeks?)(?: period)? (?:that )?"
    r"(?:ended|ending|to|through) (?:on |in )?(?:the end of )?(?:\d{1,2} )?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    r"(?: \d{1,2}(?:st|nd|rd|th)?(?![\d,.]*\d| ?(?:%|per|million|billion)))?(?:,? (?:19|20)\d\d)?(?!\d)"
)
_KNOWN_TIME = "June"
"""What the parser reads of 'the nine months ended Sept. 30, 2025': it hangs nothing from the end of it."""
_KNOWN_ADJECTIVE = "comparable"
"""What the parser reads of 'like-for-like' and 'direct-to-consumer'."""
_KNOWN_NAME = "Netflix"
"""What the parser reads of each: an invented name may look like a verb to it, and a long one falls apart."""
_EARNINGS_BEFORE = re.compile(
    r"\b(?:earnings|profits?|income) before "
    r"(?:interest(?:(?:,? and|,) (?:taxe?s?|depreciation|amorti[sz]ation))*"
    r"|tax(?:es|ation)?(?: and exceptional items)?\b)"
    r"|\b(?:EBITDA|(?:core )?(?:earnings|profits?)) after "
    r"(?:leases|tax(?:es|ation)?|minorit(?:y interests|ies))\b",
    re.I,
)

Block = tuple[int, int, int | None]
"""Start and end of a stretch, and the place of the figure that stands there; None is left out."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence for the parser: what it reads of each word, the word, and the stretch that it stands for."""

    sentence: Span
    parsed: tuple[str, ...]
    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    spans: tuple[Span, ...]
    figures: tuple[
        tuple[int, int, int], ...
    ]  # place among the text's figures, first word, word after the last

    def doc(self, vocab: Vocab) -> Doc:
        """The draft as an unparsed doc of one sentence, its figures marked as entities."""
        starts: list[bool | int | None] = [place == 0 for place in range(len(self.words))]
        doc = Doc(vocab, words=list(self.parsed), spaces=list(self.spaces), sent_starts=starts)
        doc.set_ents([DocSpan(doc, first, last, label="FIGURE") for _, first, last in self.figures])
        return doc


def dateline(text: str, start: int, end: int) -> int:
    """Where the sentence at *start* begins after an agency's name, place and day, or *start*."""
    found = _DATELINE.match(text, start, end) or (
        None if text[:start].strip() else _PLACE.match(text, start, end)
    )
    return found.end() if found else start


def draft(text: str, sentence: DocSpan, held: Held, names: Sequence[tuple[int, int, str]] = ()) -> Draft:
    """The draft of a *sentence* of *text*, which holds the figures *held*; conversions are left out.

    For each of the companies' *names* the parser reads one that it knows.
    """
    end = sentence.end_char
    inside = [(place, figure) for place, figure in held if figure.end <= end]
    words = _Words(text, dateline(text, sentence.start_char, end))
    blocks = sorted(
        [*_figure_blocks(text, inside), *_left_out(text, inside, Span(sentence.start_char, end))], key=_first
    )
    figures = dict(inside)
    named = [(start, stop, _A_NAME) for start, stop, _ in names if stop <= end]
    blocks = sorted([*blocks, *named, *_long_names(text, sentence.start_char, end)], key=_first)
    rows = sentence.doc.to_array(_PLACED)[sentence.start : sentence.end].tolist()
    for start, length, blank in rows:
        while blocks and blocks[0][0] < start + length:
            words.add_block(blocks.pop(0), start, figures)
        if not blank:
            words.add_stretch(max(words.done, start), start + length)
    return Draft(Span(sentence.start_char, end), *words.columns(), tuple(words.marks))


def is_margin(text: str, figure: Figure) -> bool:
    """Whether *figure* is the tolerance of the one before it ("plus or minus 2%")."""
    return _MARGIN.search(text, max(0, figure.start - _BACK), figure.start) is not None


def _figure_blocks(text: str, held: Held) -> Iterator[Block]:
    for place, figure in held:
        if figure.pair_of is None and not is_margin(text, figure):
            yield figure.start, figure.end, place


def _left_out(text: str, held: Held, sentence: Span) -> Iterator[Block]:
    """Conversions with the brackets around them, tolerances, and words such as "about" before a figure."""
    for _, figure in held:
        back = max(sentence.start, figure.start - _BACK)
        if figure.pair_of is not None:
            yield _with_brackets(text, figure, back, sentence.end)
        elif margin := _MARGIN.search(text, back, figure.start):
            yield margin.start(), figure.end, None
        elif about := _ABOUT.search(text, back, figure.start):
            yield about.start(), figure.start, None


def _long_names(text: str, start: int, end: int) -> Iterator[Block]:
    """'earnings before interest, taxes, depreciation and amortization': one word for the parser."""
    if " before " in text[start:end] or " after " in text[start:end]:
        yield from ((m.start(), m.end(), _A_WORD) for m in _EARNINGS_BEFORE.finditer(text, start, end))
    if " end" in text[start:end] or " to " in text[start:end] or " through " in text[start:end]:
        yield from ((m.start(), m.end(), _A_PERIOD) for m in _PERIODS.finditer(text, start, end))
    if text.count("-", start, end) > 1:
        yield from ((m.start(), m.end(), _LINKED) for m in _LINKED_WORDS.finditer(text, start, end))


def _with_brackets(text: str, figure: Figure, back: int, end: int) -> Block:
    before = _BEFORE_BRACKET.search(text, back, figure.start)
    after = _AFTER_BRACKET.match(text, figure.end, end)
    if before and after:
        return before.start(), after.end(), None
    return figure.start, figure.end, None


def _first(block: Block) -> tuple[int, int]:
    return block[0], -block[1]


class _Words:
    """The words of a draft as they are put down; ``done`` is where the text has been taken to."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.done = start
        self.held: int | None = None
        self.until = start
        self.marks: list[tuple[int, int, int]] = []
        self._rows: list[tuple[str, str, Span]] = []

    def add_block(self, block: Block, token_start: int, figures: Mapping[int, Figure]) -> None:
        """Put down the figure that stands at *block*, or pass it over; the token before it is cut there."""
        begin, end, place = block
        if end <= self.done:
            return
        self.add_stretch(max(self.done, token_start), begin)
        if place == _A_WORD:
            self._rows.append(("earnings", "earnings", Span(begin, end)))
        elif place == _A_PERIOD:
            self._rows.append((_KNOWN_TIME, _KNOWN_TIME, Span(begin, end)))
        elif place == _LINKED:
            self._rows.append((_KNOWN_ADJECTIVE, self.text[begin:end], Span(begin, end)))
        elif place == _A_NAME:
            self._rows.append((_KNOWN_NAME, self.text[begin:end], Span(begin, end)))
        elif place is not None:
            first = len(self._rows)
            self._rows.extend((word, word, span) for word, span in _plain(figures[place]))
            self.marks.append((place, first, len(self._rows)))
        self.done = end

    def add_stretch(self, start: int, end: int) -> None:
        """Put down the text between *start* and *end*, where it is not blank.

        A prefix with a hyphen is held back and becomes part of the next word's stretch: "dramas" parses,
        where "micro-dramas" doesn't.
        """
        if end <= start:
            return
        word = self.text[start:end].strip()
        self.done = max(self.done, end)
        if not word:
            return
        if self.held is None and word.rstrip("-").lower() in _PREFIXES:
            prefix = _PREFIX.match(self.text, start)
            if prefix and prefix.end() > end:
                self.held, self.until = start, prefix.end()
        if self.held is not None and end <= self.until:
            return
        if self.held is not None and word in _STARTED:
            word = f"start{word}"
        self._rows.append((word, word, Span(start if self.held is None else self.held, end)))
        self.held = None

    def columns(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[bool, ...], tuple[Span, ...]]:
        """What the parser reads, words, whether a space follows, and spans."""
        spans = tuple(span for _, _, span in self._rows)
        spaces = tuple(self.text[s.end : s.end + 1].isspace() for s in spans)
        return tuple(row[0] for row in self._rows), tuple(row[1] for row in self._rows), spaces, spans


def _plain(figure: Figure) -> list[tuple[str, Span]]:
    """The words of *figure* in the plain form of its kind."""
    whole = Span(figure.start, figure.end)
    if figure.kind in _PLAIN:
        return [(word, whole) for word in _PLAIN[figure.kind]]
    if figure.kind == "multiple" and _FOLD.search(figure.text):
        return [("fourfold", whole)]
    found = re.finditer(r"\S+", figure.text)
    return [(m[0], Span(figure.start + m.start(), figure.start + m.end())) for m in found]
