"""``newsgauge digest --send`` and its formats from the command line: a target gets a day's digest once."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from db.store import open_store
from extractors.errors import NewsgaugeError
from monitor.cli import newsgauge
from monitor.config import load_config


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "newsgauge.toml"
    path.write_text(
        f'database = "n.db"\n[[targets]]\nkind = "folder"\nname = "desk"\npath = "{tmp_path / "out"}"\n'
        '[[targets]]\nkind = "command"\nname = "tool"\nrun = ["/nowhere/tool"]\n',
        encoding="utf-8",
    )
    with open_store(load_config(path).database):
        pass
    return path


def digest(config: Path, *words: str) -> Result:
    return CliRunner().invoke(newsgauge, ["--config", str(config), "digest", *words])


def test_a_digest_is_sent_once_and_a_failing_target_is_told(config: Path, tmp_path: Path) -> None:
    first = digest(config, "--send", "--date", "2026-03-02")
    assert first.exit_code == 1
    assert "desk: sent\n" in first.output
    assert "tool: not sent: " in first.output
    kept = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert kept
    again = digest(config, "--send", "--date", "2026-03-02")
    assert "desk: sent before" in again.output
    assert {path: path.read_bytes() for path in kept} == kept


def test_without_a_target_it_says_how_to_name_one(tmp_path: Path) -> None:
    path = tmp_path / "newsgauge.toml"
    path.write_text('database = "n.db"\n', encoding="utf-8")
    done = digest(path, "--send")
    assert isinstance(done.exception, NewsgaugeError)
    assert "[[targets]]" in str(done.exception)


@pytest.mark.parametrize(
    ("form", "begins"), [("md", "#"), ("html", "<!DOCTYPE html>"), ("json", "{"), ("atom", "<?xml")]
)
def test_a_quiet_day_is_said_in_every_format(config: Path, form: str, begins: str) -> None:
    done = digest(config, "--format", form, "--date", "2026-03-02")
    assert done.exit_code == 0, done.output
    assert done.output.lstrip().startswith(begins)
    assert form == "json" or "uiet day" in done.output
