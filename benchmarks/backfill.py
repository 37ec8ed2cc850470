"""What a backfill costs: one process, a pool and Dask by turns; and an article's cost as the corpus grows.

``python -m benchmarks.backfill [--json] [--articles 4000] [--rounds 2] [--grow 100000]``

The archive is invented (``benchmarks.corpus``). The runners take it in by the real command, A-B-A-B; times
hold start-up and the loading of models, memory is that of all their processes (PSS), sampled. Growth is
told in CPU seconds: reading an article, which knows nothing of the others, and keeping it, with its findings,
story and counts, in databases that hold so many already (made by ``benchmarks.generate``), by turns.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corpus import write_archive
from benchmarks.generate import generate
from db.backfill import Outcome
from db.store import Store
from extractors.version import version_of
from monitor.backfill.keeping import keep_parts
from monitor.backfill.reading import ReadParts
from monitor.backfill.run import prepared
from monitor.backfill.values import Archived, Part, PartRead
from monitor.config import Config

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 28, tzinfo=UTC)
MAIN = "from monitor.cli import main; main()"
ALONE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.store import open_store
from monitor.backfill.run import here, run_backfill
from monitor.config import Config
with open_store(Path(sys.argv[1])) as store:
    run_backfill(store, Config(), [sys.argv[2]], lambda: datetime.now(UTC), here)
"""
RUNNERS: dict[str, Sequence[str]] = {
    "one_process": (),
    "pool_of_1": ("--jobs", "1"),
    "pool_of_2": ("--jobs", "2"),
    "dask_of_2": ("--cluster", "local", "--jobs", "2"),
}
"""Each runner, and how the command is told of it."""

MORE, A_TURN = 600, 50
"""So many articles more are kept in each corpus, so many at a turn."""

SAMPLE_SECONDS = 0.25


def run_as(runner: str, archive: Path, folder: Path) -> dict[str, float]:
    """What *runner* needs for *archive*: seconds, CPU seconds and peak MB of all its processes."""
    database = folder / "n.db"
    for file in folder.glob("n.db*"):
        file.unlink()
    words = ["-c", ALONE, str(database), str(archive)]
    if options := RUNNERS[runner]:
        words = ["-c", MAIN, "--db", str(database), "backfill", *options, str(archive)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    program = subprocess.Popen(
        [sys.executable, *words],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = [0.0]
    sampler = threading.Thread(target=_sample, args=(program, peak))
    sampler.start()
    if program.wait():
        raise SystemExit(f"{runner} failed")
    sampler.join()
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak[0]}


def _sample(program: subprocess.Popen[bytes], peak: list[float]) -> None:
    while program.poll() is None:
        peak[0] = max(peak[0], sum(map(_pss_mb, _tree(program.pid))))
        time.sleep(SAMPLE_SECONDS)


def _tree(process: int) -> Iterator[int]:
    yield process
    with suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _tree(int(child))


def _pss_mb(process: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def compare(articles: int, rounds: int, folder: Path) -> dict[str, Any]:
    """The runners by turns over one archive, the medians of their *rounds*."""
    archive = write_archive(folder / "archive.jsonl", articles)
    runs: dict[str, list[dict[str, float]]] = {runner: [] for runner in RUNNERS}
    for _ in range(rounds):
        for runner, done in runs.items():
            done.append(run_as(runner, archive, folder))
    told = {
        runner: {key: round(median(run[key] for run in done), 1) for key in done[0]}
        for runner, done in runs.items()
    }
    alone = told["one_process"]
    for one in told.values():
        one["speed_up"] = round(alone["seconds"] / one["seconds"], 2)
        one["times_cpu"] = round(one["cpu_seconds"] / alone["cpu_seconds"], 2)
    return {"articles": articles, "rounds": rounds, "runners": told}


def grow(largest: int, folder: Path) -> dict[str, Any]:
    """What an article costs in corpora of a thousand, ten thousand and so on, up to the *largest*."""
    archive = write_archive(folder / "more.jsonl", MORE, seed=2)
    config = Config()
    version = str(version_of(config.how_to_read))
    spent = {size: 0.0 for size in (1_000, 10_000, 100_000, 1_000_000) if size <= largest}
    with ExitStack() as stack:
        stores = {size: stack.enter_context(corpus_of(size, folder)) for size in spent}
        for store in stores.values():
            prepare = prepared(store, config, NOW)
        articles, reading_ms = _read(prepare(), archive)
        for first in range(0, len(articles), A_TURN):
            held = tuple(articles[first : first + A_TURN])
            part = PartRead(Part(str(archive), "jsonl", first, first), Outcome(len(held)), held)
            for size, store in stores.items():
                began = time.process_time()
                keep_parts(store, [part], version, NOW)
                spent[size] += time.process_time() - began
    keeping_ms = {size: round(1000 * seconds / len(articles), 2) for size, seconds in spent.items()}
    whole = {size: reading_ms + ms for size, ms in keeping_ms.items()}
    smallest = next(iter(whole.values()))
    return {
        "articles": len(articles),
        "reading_ms": round(reading_ms, 2),
        "keeping_ms": keeping_ms,
        "times_the_smallest": {size: round(ms / smallest, 3) for size, ms in whole.items()},
    }


def corpus_of(size: int, folder: Path) -> Store:
    """A database of so many articles."""
    return generate(folder / f"{size}.db", size)


def _read(read: ReadParts, archive: Path) -> tuple[list[Archived], float]:
    """The articles of *archive*, read, and the CPU milliseconds of each but the first part's."""
    size = archive.stat().st_size
    cuts = [size * n // 8 for n in range(9)]
    parts = [Part(str(archive), "jsonl", start, end) for start, end in pairwise(cuts)]
    articles = list(read((parts[0],))[0].articles)  # loads the model
    began, first = time.process_time(), len(articles)
    for part in parts[1:]:
        articles += read((part,))[0].articles
    return articles, 1000 * (time.process_time() - began) / (len(articles) - first)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=4000, help="that the runners take in")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--grow", type=int, default=100_000, help="the largest corpus; 0 leaves growth out")
    parser.add_argument("--short", action="store_true", help="a fraction of it, for a look at the ratios")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    chosen = parser.parse_args()
    if chosen.short:
        chosen.articles, chosen.rounds, chosen.grow = 1200, 1, 10_000
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        if chosen.grow:
            found["growth"] = grow(chosen.grow, Path(folder))
        if chosen.rounds:
            found["runners"] = compare(chosen.articles, chosen.rounds, Path(folder))
    print(json.dumps(found, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
