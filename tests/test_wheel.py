"""The wheel holds all that newsgauge needs; installed alone in a clean environment it runs the demo."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network by the backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("dist")
    build = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.splitlines()[-1]


def test_the_wheel_holds_rules_templates_migrations_and_demo(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    data = (".toml", ".jsonl", ".sql", ".j2", ".html", ".css", ".txt", ".md")
    wanted = {
        str(path.relative_to(ROOT))
        for package in ("monitor", "extractors", "db")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (*data, ".py") and "__pycache__" not in path.parts
    }
    assert len(wanted) > 150
    assert wanted - held == set()
    assert not any(name.startswith(("tests/", "benchmarks/", "docs/")) for name in held)


@pytest.mark.long
def test_the_wheel_alone_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    lock = ["--no-deps", "--require-hashes", "-r", str(ROOT / "requirements.txt")]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *lock], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    done = subprocess.run(
        [tmp_path / "env" / "bin" / "newsgauge", "demo"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "true-heiress" in done.stdout
    assert (tmp_path / "newsgauge-demo" / "digest.html").stat().st_size > 10_000
