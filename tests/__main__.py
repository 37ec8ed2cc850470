"""Every check, the fastest first: ``python -m tests``. More words, ``--cov`` say, are given on to pytest."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIDE_BY_SIDE = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
ALONE = ("test_daemon_*", "test_service", "test_live", "test_benchmarks")
"""What watches clocks or many processes, and so wants the machine for itself."""


def checks(more: list[str]) -> list[list[str]]:
    """The commands, in order."""
    alone = sorted(str(path) for name in ALONE for path in (ROOT / "tests").glob(f"{name}.py"))
    return [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "--strict"],
        ["pytest", *SIDE_BY_SIDE, *(f"--ignore={path}" for path in alone), *more],
        ["pytest", *alone, *more],
    ]


def main() -> int:
    for command in checks(sys.argv[1:]):
        shown = " ".join(word for word in command if "/" not in word)
        print("$", shown, flush=True)
        if code := subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
