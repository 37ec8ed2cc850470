"""Run the benchmarks: ``python -m benchmarks [--short] [NAME...]``, all of them where none is named.

What each finds is kept in benchmarks/results.json, for the README's figures and docs/speed.md's.
``--short`` reads few articles, keeps nothing, and fails where a ratio is far from what it was: for continuous
integration, on machines of any speed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import results

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "newsgauge-benchmarks"
FILES = {"small.db": 10_000, "large.db": 100_000}
"""Databases that ``benchmarks.generate`` makes for those who measure queries and pages: articles each."""

FULL: Mapping[str, list[str]] = {
    "reading": [],
    "startup": [],
    "figures": [],
    "poll": [],
    "trends": ["FILES"],
    "desk": ["FILES"],
    "backfill": [],
}
SHORT: Mapping[str, list[str]] = {
    "reading": ["--articles", "64", "--slice", "16", "--without-newest"],
    "startup": ["--times", "1"],
}
LEAST = {"everything_to_spacy_pinned": 1.3, "companies_to_spacy_pinned": 2.5}
MOST = {"everything_to_without_facts_time": 2.5}
MOST_MB = 400
"""Wide margins for the short run: what breaks them is no noise."""


def main() -> None:
    """Run, print and keep; exit 1 where the short run finds a ratio out of its margins."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FULL)}")
    parser.add_argument("--short", action="store_true")
    asked = parser.parse_args()
    runs = SHORT if asked.short else FULL
    if unknown := set(asked.names) - set(runs):
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}: there are {', '.join(runs)}")
    found = {}
    for name in asked.names or [name for name in runs if find_spec(f"benchmarks.{name}")]:
        print(f"benchmarks.{name} ...", file=sys.stderr, flush=True)
        found[name] = _run(name, runs[name])
        if not asked.short:
            results.keep(name, found[name])
    print(json.dumps(found, indent=1))
    broken = list(_broken(found.get("reading"))) if asked.short else []
    print(*broken, sep="\n", file=sys.stderr)
    sys.exit(1 if broken else 0)


def _run(name: str, options: list[str]) -> Any:
    """What the benchmark *name* found, run as a process of its own."""
    given = [str(part) for option in options for part in (_files() if option == "FILES" else [option])]
    command = [sys.executable, "-m", f"benchmarks.{name}", *given, "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout.strip():
        sys.exit(f"benchmarks.{name} ended without a result (exit code {done.returncode})")
    return json.loads(done.stdout)


def _files() -> Iterator[Path]:
    """The databases of ``FILES``, made at the first call."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for name, articles in FILES.items():
        path = CACHE / name
        if not path.with_suffix(".made").exists():
            path.unlink(missing_ok=True)
            made = [sys.executable, "-m", "benchmarks.generate", str(articles), str(path)]
            subprocess.run(made, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            path.with_suffix(".made").touch()
        yield path


def _broken(reading: Mapping[str, Any] | None) -> Iterator[str]:
    """What is out of its margins, a line each."""
    if reading is None:
        return
    for name, ratio in reading["ratios"].items():
        if ratio < LEAST.get(name, 0) or ratio > MOST.get(name, float("inf")):
            yield f"{name} is {ratio}: least {LEAST.get(name)}, most {MOST.get(name)}"
    peak = reading["peak_mb"]["everything"]
    if peak > MOST_MB:
        yield f"reading took {peak} MB: most {MOST_MB}"


if __name__ == "__main__":
    main()
