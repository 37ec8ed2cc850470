"""Every check, the fastest first: ``python -m tests``. More words, ``--cov`` say, are given on to pytest."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CORES = min(os.cpu_count() or 1, 4)
SIDE_BY_SIDE = ["-n", str(CORES + 1), "--dist", "loadfile"]
"""One more than there are cores: tests wait for one another's programs as often as they work."""
A_CORE_EACH = ["-n", str(CORES), "--dist", "loadfile"]
WITH_CLOCKS = ("test_daemon_*", "test_service", "test_live", "test_benchmarks")
"""What watches clocks or many processes, and so is kept from the crowd."""


def checks(more: list[str]) -> list[list[str]]:
    """The commands, in order."""
    apart = sorted(str(path) for name in WITH_CLOCKS for path in (ROOT / "tests").glob(f"{name}.py"))
    return [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy", "--strict"],
        ["pytest", *SIDE_BY_SIDE, *(f"--ignore={path}" for path in apart), *more],
        ["pytest", *A_CORE_EACH, *apart, *more],
    ]


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # or, started with &, no test could press Ctrl-C
    for command in checks(sys.argv[1:]):
        shown = " ".join(word for word in command if "/" not in word)
        print("$", shown, flush=True)
        if code := subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
