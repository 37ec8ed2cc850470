"""``newsgauge service``: the daemon under systemd."""

from __future__ import annotations

import shutil
import subprocess

import click

from monitor.cli.settings import Settings, with_settings
from monitor.config import DEFAULT_CONFIG, ConfigError
from monitor.daemon.unit import ServiceError, place, unit


@click.group()
def service() -> None:
    """Keep the daemon running with systemd, as a service of yours.

    \b
      newsgauge service print        the unit, to read
      newsgauge service install      write it, and start it where systemd runs
    """


@service.command("print")
@with_settings
def print_(settings: Settings) -> None:
    """Print the unit."""
    click.echo(_unit(settings), nl=False)


@service.command()
@click.option("--name", default="newsgauge", show_default=True, help="The service's name.")
@click.option("--start/--no-start", default=True, help="Enable and start it, too.")
@with_settings
def install(settings: Settings, name: str, start: bool) -> None:
    """Write the unit, and let systemd start it now and at each login.

    To have it run while you are logged out: loginctl enable-linger.
    """
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ServiceError(f"{name!r} is no name for a service: use letters, digits, - and _")
    text, path = _unit(settings), place(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"{path} cannot be written ({error.strerror}): see its folder's rights") from error
    click.echo(f"written: {path}")
    commands = (["daemon-reload"], ["enable", "--now", f"{name}.service"])
    if start and all(_systemctl(words) for words in commands):
        click.echo(f"started: see it with  systemctl --user status {name}")
        click.echo("to have it run while you are logged out:  loginctl enable-linger")
    else:
        click.echo(f"start it with:  systemctl --user daemon-reload && systemctl --user enable --now {name}")


def _unit(settings: Settings) -> str:
    path = settings.config_path or DEFAULT_CONFIG
    if not path.exists():
        raise ConfigError(f"there is no configuration at {path}: write one with `newsgauge init`")
    other = settings.database if settings.database != settings.config.database else None
    return unit(path, other)


def _systemctl(words: list[str]) -> bool:
    program = shutil.which("systemctl")
    if program is None:
        return False
    done = subprocess.run([program, "--user", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        click.echo(f"systemctl --user {' '.join(words)}: {done.stderr.strip()}", err=True)
    return done.returncode == 0
