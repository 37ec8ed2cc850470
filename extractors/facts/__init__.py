"""What each figure measures, of whom, over which period: from the sentence's parse, its neighbours and the text.

``annotate`` works over a batch of docs and hands all their sentences with figures to the parser at once.
``drafts`` and ``read`` are its halves, for who parses elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from extractors.facts.draft import Draft, draft
from extractors.facts.frames import Frames
from extractors.facts.reading import TextReader
from extractors.facts.topics import Name
from extractors.findings import Company, Fact, Figure, Span, Text

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

Parse = Callable[[Sequence["Doc"]], Iterable["Doc"]]

__all__ = ["annotate", "drafts", "read"]


def annotate(docs: Sequence[Doc], parse: Parse) -> Iterator[Doc]:
    """Set ``doc._.newsgauge_facts`` of each of *docs*, whose sentences with figures are parsed in one go.

    The docs hold sentence starts, ``newsgauge_figures``, ``newsgauge_companies`` and ``newsgauge_about``. Only
    English is parsed: other languages have no facts.
    """
    batches = [drafts(doc, doc._.newsgauge_figures) if doc.lang_ == "en" else () for doc in docs]
    parsed = iter(
        parse([one.doc(doc.vocab) for doc, batch in zip(docs, batches, strict=True) for one in batch])
    )
    for doc, batch in zip(docs, batches, strict=True):
        sentences = [(one, next(parsed)) for one in batch]
        about = doc._.newsgauge_about or Text(id="", text=doc.text)
        doc._.newsgauge_facts = read(
            doc, about, doc._.newsgauge_figures, doc._.newsgauge_companies, sentences
        )
        yield doc


def drafts(doc: Doc, figures: Sequence[Figure]) -> tuple[Draft, ...]:
    """The sentences of *doc* that hold one of its *figures*, as the parser reads them best."""
    holding = {
        place for place in (_sentence_of(doc, f) for f in figures if f.pair_of is None) if place is not None
    }
    found = (draft(sentence, figures) for place, sentence in enumerate(doc.sents) if place in holding)
    return tuple(one for one in found if one.figures)


def read(
    doc: Doc,
    about: Text,
    figures: Sequence[Figure],
    companies: Sequence[Company],
    parsed: Iterable[tuple[Draft, Doc]],
) -> tuple[Fact, ...]:
    """The facts of *doc* in the order of its *figures*, from the *parsed* drafts of its sentences.

    A figure of which no rule reads a metric has no fact; a part that the text leaves open is None.
    """
    sentences = [Span(s.start_char, s.end_char) for s in doc.sents]
    reader = TextReader(about, figures, _names(doc, companies, figures), sentences)
    return tuple(reader.read(parsed, _frames(doc.vocab)))


@lru_cache(maxsize=4)
def _frames(vocab: Vocab) -> Frames:
    return Frames(vocab)


def _sentence_of(doc: Doc, figure: Figure) -> int | None:
    for place, sentence in enumerate(doc.sents):
        if sentence.start_char <= figure.start < sentence.end_char:
            return place
    return None


_LEGAL_FORM = re.compile(
    r",?\s(?:Inc|Corp|Ltd|Plc|PLC|plc|Co|Limited|LLC|AG|SE|NV|SA|Corporation|Company|Holdings?)\b\.?"
)


def _with_form(text: str, end: int) -> int:
    """The end of a name with the legal form that follows it: the parser makes that the head."""
    found = _LEGAL_FORM.match(text, end)
    return found.end() if found else end


def _names(doc: Doc, companies: Sequence[Company], figures: Sequence[Figure]) -> list[Name]:
    """The organisations' mentions in order; the model's own where nobody read companies."""
    named = [
        (m.start, _with_form(doc.text, m.end), c.name)
        for c in companies
        for m in c.mentions
        if c.kind == "company"
    ]
    if not companies:
        named = [(e.start_char, e.end_char, e.text) for e in doc.ents if e.label_ == "ORG"]
    taken = [(f.start, f.end) for f in figures]
    return sorted(n for n in named if not any(n[0] < end and start < n[1] for start, end in taken))
