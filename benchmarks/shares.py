"""Where the time of reading goes: CPU seconds of each part, without what it waits for."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from extractors.contract import as_json, text_from
from extractors.findings import PARTS
from extractors.pipeline import Reader

T = TypeVar("T")

NAMES = {
    "newsgauge_sentences": "sentences",
    "newsgauge_figures": "figures",
    "newsgauge_companies": "companies: rules",
    "newsgauge_themes": "themes, titles, countries",
    "newsgauge_facts": "facts: rules",
    "ner": "NER",
}


class Clock:
    """CPU seconds by name; while one part runs inside another, only the inner one's clock goes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running = ["the rest"]
        self._since = time.process_time()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what runs in the context for *name*."""
        self._turn()
        self._running.append(name)
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def calls(self, name: str, function: Callable[..., T]) -> Callable[..., T]:
        """*function*, counted."""

        def counted(*given: Any, **named: Any) -> T:
            with self.part(name):
                return function(*given, **named)

        return counted

    def _turn(self) -> None:
        now = time.process_time()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now


class _Counted:
    """A component of the pipeline, counted."""

    def __init__(self, clock: Clock, name: str, component: Any) -> None:
        self._clock, self._name, self._component = clock, name, component
        if not hasattr(component, "pipe"):
            self.pipe = self._one_by_one

    def __call__(self, doc: Any) -> Any:
        with self._clock.part(self._name):
            return self._component(doc)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._component, name)

    def _one_by_one(self, docs: Iterable[Any], **_: Any) -> Iterator[Any]:
        return map(self, docs)

    def pipe(self, docs: Iterable[Any], **how: Any) -> Iterator[Any]:
        docs = iter(docs)
        given = self._pulled(docs)
        out = iter(self._component.pipe(given, **how))
        while True:
            with self._clock.part(self._name):
                doc = next(out, None)
            if doc is None:
                return
            yield doc

    def _pulled(self, docs: Iterator[Any]) -> Iterator[Any]:
        while True:
            with self._clock.part("the rest"):
                doc = next(docs, None)
            if doc is None:
                return
            yield doc


def shares(texts: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """The share of each part in the CPU time of finding all that is to be found in *texts*, largest first."""
    reader = Reader(stays=True)
    rows = [text_from(row, 0) for row in texts]
    _findings(reader, rows[:16])
    clock = Clock()
    nlp = reader.english
    nlp._components = [(name, _Counted(clock, NAMES.get(name, name), part)) for name, part in nlp._components]
    nlp.tokenizer = clock.calls("tokenizer", nlp.tokenizer)
    facts: Any = nlp.get_pipe("newsgauge_facts")._component
    facts._parse = clock.calls("facts: parser", lambda docs, parse=facts._parse: list(parse(docs)))
    _findings(reader, rows)
    clock._turn()
    total = sum(clock.seconds.values())
    return {
        name: round(seconds / total, 3)
        for name, seconds in sorted(clock.seconds.items(), key=lambda kept: -kept[1])
    }


def main() -> None:
    """Print the shares, as JSON, over the articles in the file named, as many as its second argument says."""
    path, count = sys.argv[1:]
    with Path(path).open(encoding="utf-8") as lines:
        print(json.dumps(shares([json.loads(line) for line in islice(lines, int(count))])))


def _findings(reader: Reader, rows: Sequence[Any]) -> None:
    for found in reader.read(rows):
        json.dumps(as_json(found, PARTS))


if __name__ == "__main__":
    main()
