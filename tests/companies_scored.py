"""Scoring of companies read from example texts, for the tests' floors and the benchmark.

An example is a line of ``tests/data/companies/*.jsonl``: ``text``, ``companies``, ``organisations`` (names of
authorities, associations, events, news media: wrong as companies). A company is its right names in a list, or
``{"name", "mentions", "spans"}``, where ``spans`` are all the places that name it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spacy.language import Language

from extractors import components  # noqa: F401 (registers the sentence component)
from extractors.companies import KnownCompanies, annotate, key
from extractors.findings import Company, Text
from extractors.model import DEFAULT_MODEL, load_model

EXAMPLES = Path(__file__).parent / "data" / "companies"


@dataclass(frozen=True)
class Example:
    """A text with the companies it names, and every span that names one where the example gives them."""

    text: Text
    companies: tuple[frozenset[str], ...]  # keys of the right names
    organisations: frozenset[str]
    spans: frozenset[tuple[int, int]] | None


@dataclass
class Score:
    """Right, wrong and missed companies; the counters are of (source, right or wrong) and (cue, ...).

    ``by_mention`` counts exact spans, of the examples that give theirs.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0
    wrong_organisations: int = 0
    by_source: Counter[tuple[str, bool]] = field(default_factory=Counter)
    by_mention: Counter[tuple[str, bool]] = field(default_factory=Counter)
    mentions_missed: int = 0
    by_cue: Counter[tuple[str, bool]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of the companies read that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of the companies in the texts that were read."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)


def examples(path: Path) -> Iterator[Example]:
    """The examples of a JSONL file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        row: dict[str, Any] = json.loads(line)
        name = row.get("id", f"{path.stem}:{number}")
        spans = [(start, end) for c in row["companies"] if isinstance(c, dict) for start, end in c["spans"]]
        given = bool(spans) or row["companies"] == []
        yield Example(
            Text(name, row["text"], language=row.get("language", "en")),
            tuple(frozenset(key(form) for form in _forms(company)) for company in row["companies"]),
            frozenset(key(form) for other in row.get("organisations", ()) for form in _forms(other)),
            frozenset(spans) if given else None,
        )


def _forms(company: str | list[str] | dict[str, Any]) -> list[str]:
    if isinstance(company, dict):
        return [company["name"], *company.get("mentions", ())]
    return [company] if isinstance(company, str) else company


def pipeline(model: str = DEFAULT_MODEL) -> Language:
    """The model after our sentences, its NER there for the sentences that need it, as in the product."""
    nlp = load_model(model)
    nlp.add_pipe("newsgauge_sentences", first=True)
    return nlp


def score(texts: Iterable[Example], nlp: Language, known: KnownCompanies) -> Score:
    """The score of the companies that *nlp* and *known* read in *texts*."""
    ner: Any = nlp.get_pipe("ner")
    total = Score()
    for example in texts:
        doc = nlp(example.text.text)
        doc._.newsgauge_about = example.text
        (doc,) = annotate([doc], known, ner.pipe)
        _add(total, example, doc._.newsgauge_companies)
    return total


def _add(total: Score, example: Example, found: Sequence[Company]) -> None:
    hit: set[int] = set()
    for company in found:
        forms = {key(company.name)} | {key(example.text.text[m.start : m.end]) for m in company.mentions}
        places = [i for i, right in enumerate(example.companies) if key(company.name) in right]
        places = places or [i for i, right in enumerate(example.companies) if forms & right]
        hit.update(places[:1])
        for source in {mention.source for mention in company.mentions}:
            total.by_source[source, bool(places)] += 1
        for cue in {cue for m in company.mentions for cue in m.rule.split(", ") if m.source == "ner"}:
            total.by_cue[cue, bool(places)] += 1
        if not places:
            total.wrong += 1
            total.wrong_organisations += bool(forms & example.organisations)
            total.errors.append(f"{example.text.id}: wrong {company.name} | {example.text.text[:100]!r}")
    if example.spans is not None:
        read_spans = {(m.start, m.end): m.source for company in found for m in company.mentions}
        for span, source in read_spans.items():
            total.by_mention[source, span in example.spans] += 1
        total.mentions_missed += len(example.spans - set(read_spans))
    total.right += len(hit)
    missing = [right for i, right in enumerate(example.companies) if i not in hit]
    total.missed += len(missing)
    total.errors += [
        f"{example.text.id}: missed {min(right)} | {example.text.text[:100]!r}" for right in missing
    ]
