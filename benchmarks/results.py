"""What was measured last, ``results.json``: read, written, and told in the README by cog."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("results.json")


def load() -> dict[str, Any]:
    """The last results by benchmark, with the ``machine`` that they are of; empty where there are none."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return found


def keep(name: str, found: Any) -> None:
    """Keep what the benchmark *name* found; results of another machine are dropped."""
    known, here = load(), machine()
    if known.get("machine") != here:
        known = {"machine": here}
    FILE.write_text(json.dumps(known | {name: found}, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """What the figures depend on besides the program."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "spacy": version("spacy"),
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if sys.platform == "linux" and facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def as_markdown() -> str:
    """The figures for the README: speed beside plain spaCy, memory, time to a first finding."""
    found = load()
    reading, startup = found["reading"], found["startup"]
    newest, pinned = reading["spacy"]["newest"], reading["spacy"]["pinned"]
    names = {
        "spacy_newest": f"plain spaCy {newest}, full pipeline",
        "spacy_pinned": f"plain spaCy {pinned}, full pipeline",
        "everything": "newsgauge, all that it finds",
        "without_facts": "newsgauge, without facts",
        "companies": "newsgauge, companies alone",
    }
    rates, peaks = reading["tokens_a_cpu_second"], reading["peak_mb"]
    lines = [
        f"| {reading['articles']:,} articles, {reading['tokens']:,} tokens | tokens a CPU second "
        f"| times {newest} | times {pinned} | peak memory |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for key, name in names.items():
        rate = rates[key]
        times = f"{rate / rates['spacy_newest']:.1f} | {rate / rates['spacy_pinned']:.1f}"
        lines.append(f"| {name} | {rate:,} | {times} | {peaks[key]} MB |")
    lines += [
        "",
        f"A first finding is there after {startup['first_finding']['cpu_s']:.1f} CPU seconds, a first figure",
        f"(`--only money,percent`) after {startup['first_figure']['cpu_s']:.1f}. Measured on one core:",
        f"{found['machine']['processor']}, Python {found['machine']['python']}.",
    ]
    return "\n".join(lines)


def shares_as_markdown() -> str:
    """Where the time of reading goes, for docs/speed.md."""
    shares: dict[str, float] = load()["reading"]["shares"]
    rows = [f"| {name} | {share:.1%} |" for name, share in shares.items()]
    return "\n".join(["| part | share of the CPU time |", "| --- | ---: |", *rows])
