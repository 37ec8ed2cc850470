"""The command line's help: every command and option is told, whole, with the options that all have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from db.store import open_store
from monitor.cli import newsgauge
from tests.programs import run

WITHOUT_DATABASE = {"init", "demo"}


def commands(
    group: click.Group = newsgauge, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group below *group*, with its words."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None, name
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))


ALL = dict(commands())


def shown(*words: str) -> str:
    """The help of a command."""
    result = CliRunner().invoke(newsgauge, [*words, "--help"], terminal_width=80)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_commands_help_says_what_it_does_and_what_each_option_does(words: tuple[str, ...]) -> None:
    command, text = ALL[words], shown(*words)
    assert command.help is not None
    first = command.help.split("\n")[0]
    assert first.endswith("."), first
    assert first in text
    undocumented = [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and not option.help and option.name != "help"
    ]
    assert undocumented == []


@pytest.mark.parametrize("words", [(), *(w for w, c in ALL.items() if isinstance(c, click.Group))])
def test_no_line_of_a_list_of_commands_is_cut(words: tuple[str, ...]) -> None:
    listed = shown(*words).partition("Commands:")[2]
    assert listed.strip()
    assert "..." not in listed


@pytest.mark.parametrize(
    "words", [w for w, c in ALL.items() if not isinstance(c, click.Group) and w[0] not in WITHOUT_DATABASE]
)
def test_every_command_takes_a_configuration_and_a_database(words: tuple[str, ...]) -> None:
    text = shown(*words)
    assert "--config" in text
    assert "--db" in text
    assert "NEWSGAUGE_DB" in text


def test_the_database_is_named_by_option_or_environment_before_or_after_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "one.db"):
        pass
    monkeypatch.chdir(tmp_path)
    for words, environment in (
        (["--db", "one.db", "status", "--json"], {}),
        (["status", "--json", "--db", "one.db"], {}),
        (["status", "--json"], {"NEWSGAUGE_DB": "one.db"}),
    ):
        result = CliRunner().invoke(newsgauge, words, env=environment)
        assert '"database": "one.db"' in result.output, words


@pytest.mark.parametrize("words", [["updaet"], ["update", "--al"], ["trends", "--weeks", "many"], ["add"]])
def test_wrong_use_is_told_with_exit_code_2(tmp_path: Path, words: list[str]) -> None:
    done = run(*words, folder=tmp_path)
    assert done.returncode == 2
    assert "Usage: newsgauge" in done.stderr
    assert "Traceback" not in done.stderr
