"""What reading themes costs beside NER: `OMP_NUM_THREADS=1 python -m benchmarks.themes` from the root."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc

import extractors.components  # noqa: F401 - its extension tells a doc's text
from extractors import themes, titles
from extractors.findings import Text
from extractors.fused import fuse
from extractors.model import load_model
from extractors.pipeline import Reader
from extractors.sentences import set_sentences
from extractors.themes import Taxonomy
from extractors.themes.context import split_text
from extractors.themes.words import words_of
from tests.themes_scored import examples


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The best of some rounds' CPU time, with nothing remembered from the round before."""
    best = float("inf")
    for _ in range(rounds):
        words_of.cache_clear()
        split_text.cache_clear()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def own_themes(texts: list[str], phrases: int) -> list[dict[str, object]]:
    """Themes of twenty phrases each, of two words that stand in the texts."""
    chance = random.Random(1)
    words = sorted(
        {word.lower() for text in texts for word in text.split() if word.isalpha() and len(word) > 3}
    )
    rows = ([" ".join(chance.sample(words, 2)) for _ in range(20)] for _ in range(phrases // 20))
    return [{"name": f"own {number}", "phrases": row} for number, row in enumerate(rows)]


def _doc(nlp: Language, text: str) -> Doc:
    doc = set_sentences(nlp.make_doc(text))
    doc._.newsgauge_about = Text("", text)
    return doc


def main() -> None:
    """Print the costs, in microseconds a token, and as shares of the names' own and of reading everything."""
    nlp = load_model()
    fuse(nlp)
    texts = [str(e["text"]) for e in examples("beat")]
    docs = [_doc(nlp, text) for text in texts]
    tokens = sum(len(doc) for doc in docs)
    names = seconds(lambda: list(nlp.pipe(texts, batch_size=16)), rounds=2)
    reader, given = Reader(), [Text(str(n), text) for n, text in enumerate(texts)]
    everything = seconds(lambda: list(reader.read(given)), rounds=3)
    print(
        f"{tokens} tokens; names {names / tokens * 1e6:.1f} us a token, "
        f"reading everything {everything / tokens * 1e6:.1f}"
    )
    for label, taxonomy in (
        ("packaged", Taxonomy.load()),
        ("+2,000 phrases", Taxonomy.load(own_themes(texts, 2000))),
    ):
        taxonomy.patterns  # noqa: B018 - compile before the clock starts
        cost = seconds(lambda taxonomy=taxonomy: [themes.read(doc, taxonomy) for doc in docs])  # type: ignore[misc]
        shares = f"{cost / names:.1%} of the names, {cost / everything:.1%} of reading"
        print(f"themes, {label}: {cost / tokens * 1e6:.2f} us a token, {shares}")
    cost = seconds(lambda: [titles.read(doc) for doc in docs])
    print(f"titles: {cost / tokens * 1e6:.2f} us a token, {cost / names:.1%} of the names")


if __name__ == "__main__":
    main()
