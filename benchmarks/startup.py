"""How long `newsgauge extract` takes to its first finding: of all that is to be found, and of figures alone.

``python -m benchmarks.startup [--times 5] [--json]``: each call is a process of its own. Seconds by the wall
and CPU seconds, the best of some times: on a crowded machine only the second tells of the program.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.articles import articles

COMMAND = str(Path(sys.executable).with_name("newsgauge"))
CALLS = {"first_finding": (), "first_figure": ("--only", "money,percent"), "version": None}


def measure(times: int) -> dict[str, dict[str, float]]:
    """Seconds by the wall and of the CPU to the first line of each call."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "article.txt"
        file.write_text(articles(1)[0]["text"], encoding="utf-8")
        calls = {
            name: [COMMAND, "--version"] if options is None else [COMMAND, "extract", *options, str(file)]
            for name, options in CALLS.items()
        }
        return {name: _best(call, times) for name, call in calls.items()}


def _best(command: Sequence[str], times: int) -> dict[str, float]:
    taken = [_once(command) for _ in range(times)]
    return {"wall_s": round(min(w for w, _ in taken), 2), "cpu_s": round(min(c for _, c in taken), 2)}


def _once(command: Sequence[str]) -> tuple[float, float]:
    wall, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - wall, cpu


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.times)
    if asked.json:
        print(json.dumps(found))
        return
    for name, taken in found.items():
        print(f"{name:14} {taken['wall_s']:6.2f} s by the wall {taken['cpu_s']:6.2f} s of the CPU")


if __name__ == "__main__":
    main()
