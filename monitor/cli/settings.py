"""What commands take: ``--config``, ``--db`` (or ``NEWSGAUGE_DB``), ``--as-of``, and what they lead to."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass, replace
from datetime import UTC, date, datetime
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
    """A command's configuration and database, and the moment as of which it is asked."""

    config: Config
    config_path: Path | None
    database: Path
    as_of: datetime | None = None

    def open(self, *, read_only: bool = False) -> Store:
        """Open the database, or, to be read alone, what was known as of the moment asked for."""
        from db import past
        from db.store import open_store

        if self.as_of is None:
            return open_store(self.database, read_only=read_only)
        store = open_store(past.past(self.database, self.as_of, utc_now()), read_only=True)
        if said := past.note(store):
            click.echo(f"newsgauge: {said}", err=True)
        return store

    def now(self) -> datetime:
        """The moment as of which the command is asked: the present one, unless it was told another."""
        return min(self.as_of or utc_now(), utc_now())


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
    def wrapped(
        ctx: click.Context,
        /,
        config_path: Path | None,
        db_path: Path | None,
        as_of: date | datetime | None = None,
        **options: Any,
    ) -> Any:
        outer = ctx.find_root().obj or {}
        found = settings(config_path or outer.get("config"), outer.get("db") or db_path)
        return command(replace(found, as_of=_moment(as_of, found.config)), **options)

    return wrapped


def _day_or_moment(_: click.Context, __: click.Parameter, value: str | None) -> date | datetime | None:
    """What ``--as-of`` names: a day, or a moment in ISO 8601."""
    if value is None:
        return None
    for parse in (date.fromisoformat, datetime.fromisoformat):
        with suppress(ValueError):
            return parse(value)
    raise click.BadParameter(f"{value!r} is no day (2026-03-01) and no moment (2026-03-01T18:00+08:00)")


as_of_option = click.option(
    "--as-of",
    "as_of",
    metavar="DAY|MOMENT",
    callback=_day_or_moment,
    help="Tell it as it was known at the end of this day, or at this moment.",
)
"""Has ``Settings.open`` open what was known then; stands above ``with_settings``."""


def _moment(as_of: date | datetime | None, config: Config) -> datetime | None:
    if as_of is None:
        return None
    if not isinstance(as_of, datetime):
        from db import past

        return past.end_of(as_of, config.zone)
    return (as_of if as_of.tzinfo else as_of.replace(tzinfo=config.zone)).astimezone(UTC)


def settings(config_path: Path | str | None, db_path: Path | str | None) -> Settings:
    """The configuration (at *config_path* or the usual place) and the database that it or *db_path* names."""
    path = Path(config_path) if config_path else None
    config = load_config(path)
    return Settings(config, path, Path(db_path) if db_path else config.database)


json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
"""Gives a command the argument ``as_json``."""

jobs_option = click.option(
    "--jobs", "-j", type=click.IntRange(1), help="Read in so many processes (default: [reading] jobs)."
)
"""Gives a command the argument ``jobs``."""


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
