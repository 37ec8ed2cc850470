"""Virtual environments for what newsgauge is measured against, each made once, in the user's cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path


def environment(name: str, packages: Sequence[str]) -> Path:
    """The Python of the environment *name* with *packages*, made at the first call and when these change."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    digest = hashlib.sha256("\n".join(packages).encode()).hexdigest()[:8]
    folder = cache / "newsgauge-benchmarks" / f"{name}-{digest}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (folder / "complete").touch()
    return python


def version(python: Path | str, package: str) -> str:
    """The version of *package* in the environment of *python*."""
    told = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([python, "-c", told], check=True, capture_output=True, text=True)
    return done.stdout.strip()
