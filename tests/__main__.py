"""Every check, the fastest first: ``python -m tests``. More words are given on to pytest."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("extractors", "db", "monitor")


def checks(more: list[str]) -> list[list[str]]:
    """The commands, in order."""
    coverage = [f"--cov={package}" for package in PACKAGES]
    return [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "--strict"],
        ["pytest", *coverage, "--cov-report=term:skip-covered", *more],
    ]


def main() -> int:
    for command in checks(sys.argv[1:]):
        print("$", " ".join(command), flush=True)
        if code := subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
