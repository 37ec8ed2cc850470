"""Wrong input: one clear line that says what to do, an exit code, and never a stack trace."""

import os
import socket
import sqlite3
import subprocess
from pathlib import Path

from db.store import open_store
from tests.programs import command, run

WITHOUT_PRIVILEGE = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []
)
"""Root may write everywhere: it is run as one that may not."""


def refused(*words: str | Path, folder: Path, code: int = 1) -> str:
    """The one line that a command ends with."""
    done = run(*words, folder=folder)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("newsgauge: ")
    return lines[0]


def configure(folder: Path, text: str) -> None:
    (folder / "newsgauge.toml").write_text(text, encoding="utf-8")


def test_a_typo_in_a_key_names_the_key_and_what_was_meant(tmp_path: Path) -> None:
    configure(tmp_path, "[reading]\nmodle = 'x'\n")
    said = refused("status", folder=tmp_path, code=2)
    assert "line 2: no key 'reading.modle': did you mean 'model'?" in said


def test_a_bad_time_of_day_says_how_to_write_one(tmp_path: Path) -> None:
    configure(tmp_path, '[digest]\nat = "half past seven"\n')
    assert "write it as HH:MM" in refused("run", folder=tmp_path, code=2)


def test_an_unknown_model_says_how_to_install_one(tmp_path: Path) -> None:
    configure(tmp_path, '[reading]\nmodel = "en_core_web_huge"\n')
    (tmp_path / "a.txt").write_text("Saltgrass Pictures earned USD5 million.", encoding="utf-8")
    (tmp_path / "n.toml").write_text('[reading]\nmodel = "en_core_web_huge"\n', encoding="utf-8")
    said = refused("--config", "n.toml", "read", "a.txt", folder=tmp_path, code=2)
    assert "en_core_web_huge" in said
    assert "pip install newsgauge[md]" in said


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE songs (title TEXT)")
    before = (tmp_path / "other.db").read_bytes()
    assert "another program's database" in refused("--db", "other.db", "update", folder=tmp_path)
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_database_from_a_newer_newsgauge_asks_for_an_update(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store, store.write() as db:
        db.execute("PRAGMA user_version = 999")
    assert "newer newsgauge" in refused("--db", "n.db", "update", folder=tmp_path)


def test_what_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "n.db").write_text("shopping list " * 100, encoding="utf-8")
    assert "n.db" in refused("--db", "n.db", "status", folder=tmp_path)


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    done = subprocess.run(
        [*WITHOUT_PRIVILEGE, *command("--db", "locked/n.db", "update")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("newsgauge: ")
    assert "locked" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "nowhere" in refused("--db", "/proc/nowhere/n.db", "update", folder=tmp_path)


def test_a_port_in_use_asks_for_another(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db"):
        pass
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused("--db", "n.db", "serve", "--port", port, folder=tmp_path)
    assert port in said
    assert "--port" in said


def test_texts_that_are_no_json_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("not json\n", encoding="utf-8")
    done = run("extract", "--jsonl", "in.jsonl", folder=tmp_path)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_wrong_use(tmp_path: Path) -> None:
    done = run("updaet", folder=tmp_path)
    assert done.returncode == 2
    assert "No such command" in done.stderr
