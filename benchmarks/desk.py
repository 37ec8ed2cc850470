"""What a page of the desk costs over HTTP: p95 of the home, article, company, theme and facts pages.

``python -m benchmarks.desk SMALL LARGE [--times 40]``, on files that ``benchmarks.generate`` made, of 100,000
and of 1,000,000 articles say. Each is served by the real Datasette; the pages are asked for in turns, of both
files by turns. The bounds are the product's: 300 ms on the small file, three times that on the large.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from db.datasette import command
from db.store import open_store
from tests.programs import free_port, wait_for

MOST_MS, MOST_TIMES = 300.0, 3.0


def pages(file: Path) -> dict[str, Sequence[str]]:
    """The addresses of each kind of page: the busiest companies and themes, articles of all ages."""
    with open_store(file):
        pass  # brought to this version's tables
    with sqlite3.connect(file) as db:
        last = db.execute("SELECT max(id) FROM articles").fetchone()[0]
        found = "SELECT {0} FROM subjects WHERE kind = '{0}' ORDER BY stories DESC LIMIT 8"
        companies = [row[0] for row in db.execute(found.format("company"))]
        themes = [row[0] for row in db.execute(found.format("theme"))]
        subject = db.execute(
            "SELECT subject, metric_id FROM facts WHERE subject IS NOT NULL AND metric_id IS NOT NULL LIMIT 1"
        ).fetchone()
    return {
        "home": ["/"],
        "article": [f"/article/{1 + last * part // 9}" for part in range(9)],
        "company": [f"/company/{company}" for company in companies],
        "theme": [f"/theme/{quote(theme)}" for theme in themes],
        "facts": ["/facts"],
        "a series": [f"/facts?subject={quote(subject[0])}&metric={subject[1]}"],
    }


@contextmanager
def serving(file: Path) -> Iterator[str]:
    """The address of the desk on *file* while the context is open."""
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, *command(file, "127.0.0.1", port, False)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/-/versions.json")
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.wait()


def milliseconds(address: str) -> float:
    """How long the page at *address* takes to arrive whole."""
    start = time.perf_counter()
    with urllib.request.urlopen(address) as answer:
        answer.read()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print the p95 of each page on both files, and the ratio; exit 1 where a bound is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    files = (asked.small, asked.large)
    kinds, broken = [pages(file) for file in files], False
    found = {}
    with ExitStack() as stack:
        bases = [stack.enter_context(serving(file)) for file in files]
        for name in kinds[0]:
            addresses = [islice(cycle(kind[name]), asked.times + 3) for kind in kinds]
            taken: tuple[list[float], list[float]] = ([], [])
            for paths in zip(*addresses, strict=True):
                for base, path, times in zip(bases, paths, taken, strict=True):
                    times.append(milliseconds(base + path))
            small, large = (quantiles(times[3:], n=20)[-1] for times in taken)
            broken |= small > MOST_MS or large > MOST_TIMES * small
            found[name] = {"p95_ms": [round(small), round(large)], "ratio": round(large / small, 2)}
            if not asked.json:
                print(f"{name:10} p95 {small:6.0f} ms {large:6.0f} ms  ratio {large / small:.2f}")
    if asked.json:
        print(json.dumps(found))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
