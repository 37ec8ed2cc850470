"""The README says what is so: its schema, its pictures, its commands."""

import re
import subprocess
import sys
from pathlib import Path

from monitor.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_schema_and_the_speed_are_those_of_database_and_benchmarks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "README.md", "docs/speed.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, "run `cog -r README.md docs/speed.md`\n" + done.stdout


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) >= 4
    assert all((ROOT / link).exists() for link in links if "://" not in link)


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"(?:^|[`\s/])newsgauge ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "init", "update", "digest", "run", "facts", "trends"} <= named
    assert named - {"gauges"} <= set(COMMANDS)


def test_the_pictures_are_pictures() -> None:
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


def test_the_lock_files_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in lock
        assert "://" not in lock
        assert "--index-url" not in lock
