"""What every command takes: ``--config``, ``--db`` (or ``NEWSGAUGE_DB``), and what they lead to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import CONFIG_HELP, DB_HELP
from monitor.config import Config, load_config

if TYPE_CHECKING:  # a quarter of a second: only commands that use them wait for them
    from rich.console import Console

    from db.store import Store


@dataclass(frozen=True)
class Settings:
    """A command's configuration and database."""

    config: Config
    config_path: Path | None
    database: Path

    def open(self, *, read_only: bool = False) -> Store:
        """Open the database."""
        from db.store import open_store

        return open_store(self.database, read_only=read_only)


config_option = click.option("--config", "config_path", type=click.Path(path_type=Path), help=CONFIG_HELP)
database_option = click.option(
    "--db",
    "db_path",
    type=click.Path(path_type=Path),
    envvar="NEWSGAUGE_DB",
    show_envvar=True,
    help=DB_HELP,
)
"""Give a command the arguments ``config_path`` and ``db_path``; most take ``with_settings``."""


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the options ``--config`` and ``--db``, and a Settings as its first argument."""

    @config_option
    @database_option
    @click.pass_context
    @wraps(command)
    def wrapped(ctx: click.Context, /, config_path: Path | None, db_path: Path | None, **options: Any) -> Any:
        outer = ctx.find_root().obj or {}
        return command(settings(config_path or outer.get("config"), outer.get("db") or db_path), **options)

    return wrapped


def settings(config_path: Path | str | None, db_path: Path | str | None) -> Settings:
    """The configuration (at *config_path* or the usual place) and the database that it or *db_path* names."""
    path = Path(config_path) if config_path else None
    config = load_config(path)
    return Settings(config, path, Path(db_path) if db_path else config.database)


json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
"""Gives a command the argument ``as_json``."""


def print_json(value: object) -> None:
    """Print *value* as one line of JSON; dates as in ISO 8601, dataclasses as objects."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def console(*, to_error: bool = False) -> Console:
    """A console that draws tables and progress bars on a terminal, and plain lines elsewhere."""
    from rich.console import Console

    return Console(stderr=to_error, highlight=False, soft_wrap=False)


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
