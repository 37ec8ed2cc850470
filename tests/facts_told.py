"""Facts of annotated examples, read as the pipeline reads them from figures and companies that are given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from spacy.tokens import Doc

from extractors import companies, facts
from extractors.findings import Company, CompanyMention, Fact, Figure, Text
from extractors.model import PARSING, load_model
from extractors.sentences import set_sentences

DATA = Path(__file__).parent / "data" / "facts"
SCALES = {"thousand": 3, "million": 6, "m": 6, "billion": 9, "bn": 9, "trillion": 12, "crore": 7, "lakh": 5}
MULTIPLES = re.compile(r"double|triple|quadruple|halve|fold|times", re.I)


@dataclass
class Expected:
    """A fact as annotated; alternatives are other right wordings."""

    figure: str
    metrics: list[str]
    subjects: list[str]
    start: str | None
    end: str | None
    direction: str | None
    basis: str | None = None
    claimed_by: str | None = None
    kind: str = ""
    nth: int = 0
    place: int = -1


@dataclass
class Example:
    """An annotated text."""

    text: str
    published: date | None
    expected: list[Expected] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)


@cache
def nlp():
    return load_model()


@cache
def known():
    return companies.KnownCompanies.load()


def parse(docs: Sequence[Doc]) -> Iterable[Doc]:
    for name in PARSING:
        docs = nlp().get_pipe(name).pipe(docs, batch_size=128)
    return docs


def kind_of(text: str) -> str:
    if MULTIPLES.search(text):
        return "multiple"
    return "percent" if re.search(r"%|per ?cent", text) else "money"


def value_of(text: str) -> Decimal:
    number = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    if number is None:
        return Decimal(2)
    scale = re.search(r"(?<=[\d ])(thousand|million|billion|trillion|crore|lakh|bn|m)\b", text)
    return Decimal(number[0].replace(",", "")) * Decimal(10) ** (SCALES[scale[1]] if scale else 0)


def figure_at(text: str, start: int, figure: str, kind: str) -> Figure:
    currency = re.search(r"[€$£¥]|[A-Z]{3}|yuan|yen|euros|won|rupees|pounds", figure)
    unit = currency[0] if kind == "money" and currency else None
    return Figure(
        kind or kind_of(figure), start, start + len(figure), figure, value_of(figure), currency=unit
    )


def figures_of(example: Example) -> tuple[Figure, ...]:
    found, done = [], 0
    for one in example.expected:
        start = example.text.index(one.figure, 0 if one.nth >= 0 and one.kind else done)
        for _ in range(one.nth):
            start = example.text.index(one.figure, start + 1)
        one.place, done = start, start + len(one.figure)
        found.append(figure_at(example.text, start, one.figure, one.kind or kind_of(one.figure)))
    return tuple(sorted(found, key=lambda f: f.start))


def doc_of(example: Example) -> Doc:
    doc = set_sentences(nlp().make_doc(example.text))
    doc._.newsgauge_about = Text("x", example.text, published=example.published)
    doc._.newsgauge_figures = figures_of(example)
    if example.companies:
        doc._.newsgauge_companies = tuple(companies_of(example))
        return doc
    (doc,) = companies.annotate([doc], known(), nlp().get_pipe("ner").pipe)
    return doc


def companies_of(example: Example) -> Iterator[Company]:
    for name in example.companies:
        found = [
            CompanyMention(m.start(), m.end(), "user") for m in re.finditer(re.escape(name), example.text)
        ]
        if found:
            yield Company(name, tuple(found))


def facts_of(examples: Sequence[Example]) -> Iterator[tuple[Example, dict[int, Fact], tuple[Figure, ...]]]:
    """Each example with its facts by where their figure starts."""
    for example, doc in zip(examples, facts.annotate([doc_of(e) for e in examples], parse), strict=True):
        figures = doc._.newsgauge_figures
        yield example, {place_of(fact, figures): fact for fact in doc._.newsgauge_facts}, figures


def place_of(fact: Fact, figures: Sequence[Figure]) -> int:
    part, _, at = fact.figure.partition(":")
    kinds = {"money": ("money",), "counts": ("count",)}.get(
        part, ("percent", "percentage_point", "bps", "multiple")
    )
    return [f for f in figures if f.kind in kinds][int(at)].start


def facts_in(
    text: str, *figures: str, published: str = "2025-07-15", companies: Sequence[str] = ()
) -> list[Fact | None]:
    example = Example(
        text,
        date.fromisoformat(published),
        [Expected(f, [], [], None, None, None) for f in figures],
        list(companies),
    )
    _, found, _ = next(facts_of([example]))
    return [found.get(one.place) for one in example.expected]
