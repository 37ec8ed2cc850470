"""``newsgauge run`` and ``reload``: the daemon."""

from __future__ import annotations

import os
import signal

import click

from extractors.errors import NewsgaugeError
from monitor.cli.settings import Settings, with_settings
from monitor.daemon.lock import holder


class NotRunning(NewsgaugeError):  # noqa: N818 - reads as what it says
    """There is no daemon to talk to."""


@click.command()
@with_settings
def run(settings: Settings) -> None:
    """Run as a daemon: update every minute, a digest every day.

    Ends cleanly on SIGTERM or Ctrl-C; `newsgauge reload` has it read its configuration anew, and
    `newsgauge status` says how it fares. One daemon runs on a database.
    """
    from monitor.daemon.run import run_daemon

    run_daemon(settings.config, settings.config_path, settings.database)


@click.command()
@with_settings
def reload(settings: Settings) -> None:
    """Let the running daemon read its configuration anew.

    A faulty one is refused: the daemon goes on with the old one, and `newsgauge status` tells the fault.
    """
    running = holder(settings.database)
    if running is None:
        raise NotRunning(f"no daemon runs on {settings.database}: start one with `newsgauge run`")
    os.kill(running.pid, signal.SIGHUP)
    click.echo(f"asked process {running.pid} to read its configuration anew")
