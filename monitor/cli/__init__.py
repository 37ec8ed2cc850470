"""The command line: ``newsgauge COMMAND``. Each command's module is imported only when it is called."""

from __future__ import annotations

import os
import sqlite3
import sys
from importlib import import_module
from importlib.metadata import version

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # more threads cost CPU and win no time; before numpy loads

import click

from extractors.errors import NewsgaugeError

CONFIG_HELP = "The configuration (default: ./newsgauge.toml)."
DB_HELP = "The database (default: the configuration's, ./newsgauge.db)."

COMMANDS = {
    "init": "monitor.cli.setup:init",
    "add": "monitor.cli.feeds:add",
    "feeds": "monitor.cli.feeds:feeds",
    "import": "monitor.cli.feeds:import_",
    "export": "monitor.cli.export:export",
    "poll": "monitor.cli.passes:poll",
    "update": "monitor.cli.passes:update",
    "read": "monitor.cli.passes:read",
    "backfill": "monitor.cli.backfill:backfill",
    "run": "monitor.cli.daemon:run",
    "reload": "monitor.cli.daemon:reload",
    "service": "monitor.cli.service:service",
    "extract": "monitor.cli.extract:extract",
    "companies": "monitor.cli.companies:companies",
    "facts": "monitor.cli.facts:facts",
    "themes": "monitor.cli.themes:themes",
    "trends": "monitor.cli.trends:trends",
    "diff": "monitor.cli.diff:diff",
    "digest": "monitor.cli.digest:digest",
    "alerts": "monitor.cli.alerts:alerts",
    "review": "monitor.cli.review:review",
    "audit": "monitor.cli.audit:audit",
    "explain": "monitor.cli.explain:explain",
    "serve": "monitor.cli.serve:serve",
    "status": "monitor.cli.status:status",
    "backup": "monitor.cli.file:backup",
    "check": "monitor.cli.file:check",
    "prune": "monitor.cli.file:prune",
    "dump": "monitor.cli.file:dump",
    "rates": "monitor.cli.rates:rates",
    "demo": "monitor.cli.demo:demo",
}
"""Each command and where it lives, in the order of the help."""


class _Commands(click.Group):
    """The commands, imported one by one as they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(version("newsgauge"), prog_name="newsgauge")
@click.option(
    "--config",
    "config_path",
    type=click.Path(),
    help=CONFIG_HELP,
)
@click.option("--db", "db_path", type=click.Path(), envvar="NEWSGAUGE_DB", show_envvar=True, help=DB_HELP)
@click.pass_context
def newsgauge(ctx: click.Context, config_path: str | None, db_path: str | None) -> None:
    """Gauge an industry by its news: figures, companies, themes and facts, each with its sentence.

    \b
    Start with:
      newsgauge demo                 see it work, without network or configuration
      newsgauge init                 write newsgauge.toml, with feeds to follow
      newsgauge update               poll, fetch and read all that is due
      newsgauge digest               what changed
      newsgauge serve                open the database in Datasette
    """
    ctx.obj = {"config": config_path, "db": db_path}


def main() -> None:
    """Run the command line; our own errors end as a line on standard error, and exit code 1 or 2."""
    try:
        newsgauge(prog_name="newsgauge")
    except NewsgaugeError as error:
        click.echo(f"newsgauge: {error}", err=True)
        sys.exit(2 if type(error).__name__ in _WRONG_USE else 1)
    except sqlite3.DatabaseError as error:
        click.echo(f"newsgauge: the database cannot be used ({error}): run `newsgauge check`", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


_WRONG_USE = frozenset(
    {"AlertError", "AuditError", "ConfigError", "ContractError", "CorrectionError", "RuleError", "ModelError"}
)
