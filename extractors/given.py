"""What the pipeline was given of a doc: its text, its title, who published it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.findings import Text

if TYPE_CHECKING:
    from spacy.tokens import Doc


def about(doc: Doc) -> Text:
    """What is known of the doc's text, or its bare text where nobody said."""
    return _given(doc) or Text(id="", text=doc.text)


def text_of(doc: Doc) -> str:
    """The doc's text: the one that the pipeline was given, since ``doc.text`` joins it anew each time."""
    known = _given(doc)
    return known.text if known is not None else doc.text


def title_of(doc: Doc) -> str | None:
    """The headline over the doc's text, where the pipeline knows it."""
    known = _given(doc)
    return known.title if known is not None else None


def _given(doc: Doc) -> Text | None:
    known: Text | None = doc._.newsgauge_about if doc.has_extension("newsgauge_about") else None
    return known
