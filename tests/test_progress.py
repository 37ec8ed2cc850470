"""Long work shows how far it is: bars on a terminal, plain lines elsewhere, JSON for programs."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import newsgauge
from monitor.demo.server import serving
from tests.programs import command, run, small_site, write_config

PIECES = 6


def on_a_terminal(*words: str, folder: Path) -> str:
    """What a command writes where standard error is a terminal."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    program = subprocess.Popen(
        command(*words), cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs, env=environment
    )
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 65536):
            written += part
    except OSError:  # the terminal is gone when its last program is
        pass
    os.close(ours)
    assert program.wait(timeout=60) == 0, written
    return written.decode()


def test_a_terminal_sees_bars_and_a_pipe_sees_lines(tmp_path: Path) -> None:
    site = small_site(PIECES)
    with serving(site) as base:
        for folder in ("terminal", "pipe"):
            (tmp_path / folder).mkdir()
            write_config(tmp_path / folder, site, base)
        seen = on_a_terminal("update", "--all", folder=tmp_path / "terminal")
        piped = run("update", "--all", "--json", folder=tmp_path / "pipe")
    for stage in ("polling feeds", "fetching articles", "reading articles"):
        assert stage in seen
    assert "━" in seen
    assert f"{PIECES}/{PIECES}" in seen
    assert piped.stderr.splitlines() == [
        "polling feeds: 6 of 6",
        f"fetching articles: {PIECES} of {PIECES}",
        f"reading articles: {PIECES} of {PIECES}",
    ]
    counts = json.loads(piped.stdout)
    assert (counts["new_articles"], counts["read"], counts["unreadable"]) == (PIECES, PIECES, 0)


def test_extract_shows_bars_only_where_its_answers_go_elsewhere(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("Saltgrass sold it for $4 million.", encoding="utf-8")
    words = ("extract", "--only", "money", "a.txt", "b.txt")
    assert "2/2" in on_a_terminal(*words, folder=tmp_path)
    piped = run(*words, folder=tmp_path)
    assert piped.stderr == ""
    assert [json.loads(line)["id"] for line in piped.stdout.splitlines()] == ["a", "b"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, site = tmp_path_factory.mktemp("filled"), small_site(PIECES)
    with serving(site) as base:
        write_config(folder, site, base, more='[[alerts]]\nname = "up"\nwhen = "burst"')
        assert run("update", "--all", folder=folder).returncode == 0
    return folder


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("feeds", "url"),
        ("feeds list", "url"),
        ("companies add Saltgrass", "company"),
        ("companies alias Saltgrass SGP", "company"),
        ("companies show SGP", "aliases"),
        ("companies suggest", None),
        ("themes list", "label"),
        ("themes emerging", None),
        ("trends", "trends"),
        ("facts", "series"),
        ("alerts list", "rules"),
        ("alerts test", "events"),
        ("status", "queues"),
        ("backup copy.db", "articles"),
        ("check", "faults"),
        ("prune --dry-run", "bodies"),
        ("rates show", "currencies"),
        ("update", "read"),
        ("poll", "feeds"),
        ("digest --format json", "day"),
    ],
)
def test_what_a_program_would_read_is_json(
    filled: Path, words: str, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(filled)
    asked = words.split() if "json" in words else [*words.split(), "--json"]
    done = CliRunner().invoke(newsgauge, asked)
    told = json.loads(done.stdout)
    first = told[0] if isinstance(told, list) and told else told
    assert key is None or key in first, done.stdout[:300]


def test_a_company_is_shown_with_the_spelling_just_added(filled: Path) -> None:
    run("companies", "add", "Tidewheel Films", "--alias", "Tidewheel", folder=filled)
    shown = json.loads(run("companies", "show", "Tidewheel", "--json", folder=filled).stdout)
    assert shown["name"] == "Tidewheel Films"
