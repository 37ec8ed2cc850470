"""What each figure measures, of whom, over which period: by the sentence's parse, its neighbours, the text.

``annotate`` works over a batch of docs and hands all their sentences with figures to the parser at once.
``drafts`` and ``read`` are its halves, for who parses elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from extractors.facts.draft import Draft, draft
from extractors.facts.ordered import Ordered
from extractors.facts.reading import TextReader
from extractors.facts.topics import Name
from extractors.findings import Company, Fact, Figure, Span, Text

if TYPE_CHECKING:
    from spacy.tokens import Doc

Parse = Callable[[Sequence["Doc"]], Iterable["Doc"]]

__all__ = ["annotate", "drafts", "read"]


def annotate(docs: Sequence[Doc], parse: Parse) -> Iterator[Doc]:
    """Set ``doc._.newsgauge_facts`` of each of *docs*, whose sentences with figures are parsed in one go.

    The docs hold sentence starts, ``newsgauge_figures``, ``newsgauge_companies`` and ``newsgauge_about``.
    Only English is parsed: other languages have no facts.
    """
    texts = [doc._.newsgauge_about or Text(id="", text=doc.text) for doc in docs]
    names = [
        _names(about.text, doc._.newsgauge_companies, doc._.newsgauge_figures)
        for doc, about in zip(docs, texts, strict=True)
    ]
    batches = [
        drafts(doc, about.text, doc._.newsgauge_figures, named) if doc.lang_ == "en" else ()
        for doc, about, named in zip(docs, texts, names, strict=True)
    ]
    parsed = iter(
        parse([one.doc(doc.vocab) for doc, batch in zip(docs, batches, strict=True) for one in batch])
    )
    for doc, about, named, batch in zip(docs, texts, names, batches, strict=True):
        sentences = [(one, next(parsed)) for one in batch]
        doc._.newsgauge_facts = read(doc, about, doc._.newsgauge_figures, named, sentences)
        _annotate(doc)
        yield doc


def _annotate(doc: Doc) -> None:
    """Mark the sentences of *doc* with a fact in ``doc.spans["newsgauge_facts"]``, by what they measure."""
    facts: Sequence[Fact] = doc._.newsgauge_facts
    marked = {(f.sentence.start, f.sentence.end, f.metric_id or "fact") for f in facts}
    spans = (
        doc.char_span(start, end, label=label, alignment_mode="expand")
        for start, end, label in sorted(marked)
    )
    doc.spans["newsgauge_facts"] = [span for span in spans if span is not None]


def drafts(doc: Doc, text: str, figures: Sequence[Figure], names: Sequence[Name]) -> tuple[Draft, ...]:
    """The sentences of *doc*, whose *text* it is, with one of the *figures*, as the parser reads best."""
    placed = Ordered(enumerate(figures), lambda one: one[1].start)
    named = Ordered(names, lambda name: name[0])
    inside = (
        (
            sentence,
            placed.inside(sentence.start_char, sentence.end_char),
            named.inside(sentence.start_char, sentence.end_char),
        )
        for sentence in doc.sents
    )
    found = (draft(text, sentence, held, names) for sentence, held, names in inside if held)
    return tuple(one for one in found if one.figures and len(one.words) <= _MOST_WORDS)


def read(
    doc: Doc,
    about: Text,
    figures: Sequence[Figure],
    names: Sequence[Name],
    parsed: Iterable[tuple[Draft, Doc]],
) -> tuple[Fact, ...]:
    """The facts of *doc*, which holds companies' *names*, from the *parsed* drafts of its sentences.

    A figure of which no rule reads a metric has no fact; a part that the text leaves open is None.
    """
    sentences = [Span(s.start_char, s.end_char) for s in doc.sents]
    reader = TextReader(about, figures, names, sentences)
    return tuple(reader.read(parsed))


_LEGAL_FORM = re.compile(
    r",?\s(?:Inc|Corp|Ltd|Plc|PLC|plc|Co|Limited|LLC|AG|SE|NV|SA|Corporation|Company|Holdings?)\b\.?"
)


_MOST_WORDS = 200
"""A longer stretch without an end is a table or a list, which no parser reads."""

_LONGEST = 80
"""No figure is longer, in characters."""


def _with_form(text: str, end: int) -> int:
    """The end of a name with the legal form that follows it: the parser makes that the head."""
    found = _LEGAL_FORM.match(text, end)
    return found.end() if found else end


def _names(text: str, companies: Sequence[Company], figures: Sequence[Figure]) -> list[Name]:
    """The companies' mentions in order."""
    named = [
        (m.start, _with_form(text, m.end), c.name)
        for c in companies
        for m in c.mentions
        if c.kind == "company"
    ]
    taken = Ordered(figures, lambda figure: figure.start)
    return sorted(n for n in named if not any(f.end > n[0] for f in taken.inside(n[0] - _LONGEST, n[1])))
