"""An article's text with its findings marked in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to mark: its kind (a CSS class), what to say of it, where it leads, and its name on the page."""

    start: int
    end: int
    kind: str
    tip: str
    link: str | None = None
    anchor: str | None = None


_FIRST = {"money": 0, "percent": 0, "count": 1, "theme": 2, "company": 3}


def without_overlaps(marks: Iterable[Mark]) -> list[Mark]:
    """The *marks* in text order, where two overlap the one of the more telling kind, then the longer.

    >>> [m.kind for m in without_overlaps([Mark(0, 9, "company", ""), Mark(4, 6, "money", "")])]
    ['money']
    """
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (_FIRST.get(m.kind, 9), m.start - m.end, m.start)):
        if all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda m: m.start)


def highlighted(text: str, marks: Iterable[Mark]) -> list[Markup]:
    """The paragraphs of *text* as safe HTML with the *marks* in them."""
    chosen = without_overlaps(marks)
    return [Markup("").join(_pieces(text, start, end, chosen)) for start, end in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line.rstrip())
        start += len(line)


def _pieces(text: str, start: int, end: int, marks: list[Mark]) -> Iterator[Markup]:
    at = start
    for mark in marks:
        if mark.start < at or mark.end > end:
            continue
        yield Markup("{}").format(text[at : mark.start])
        yield _marked(mark, text[mark.start : mark.end])
        at = mark.end
    yield Markup("{}").format(text[at:end])


def _marked(mark: Mark, text: str) -> Markup:
    name = Markup(' id="{}"').format(mark.anchor) if mark.anchor else ""
    inner = Markup('<mark{} class="{}" data-tip="{}" tabindex="0">{}</mark>').format(
        name, mark.kind, mark.tip, text
    )
    return Markup('<a href="{}">{}</a>').format(mark.link, inner) if mark.link else inner
