"""``newsgauge run`` and ``reload``: the daemon."""

from __future__ import annotations

import os
import signal
import time

import click

from db import jobs
from extractors.errors import NewsgaugeError
from monitor.cli.settings import Settings, with_settings
from monitor.daemon.lock import holder

ANSWER_SECONDS = 10.0


class NotRunning(NewsgaugeError):  # noqa: N818 - reads as what it says
    """There is no daemon to talk to."""


class Refused(NewsgaugeError):  # noqa: N818 - reads as what it says
    """The daemon keeps its old configuration; the message says why."""


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
    before = _life(settings)
    os.kill(running.pid, signal.SIGHUP)
    after = _answer(settings, before)
    if after is None:
        click.echo(f"asked process {running.pid} to read its configuration anew; it has not answered yet")
    elif after.config_error:
        raise Refused(f"refused, the configuration before stays in force: {after.config_error}")
    else:
        click.echo(f"process {running.pid} has read its configuration anew")


def _life(settings: Settings) -> jobs.Life | None:
    with settings.open(read_only=True) as store:
        return jobs.life(store)


def _answer(settings: Settings, before: jobs.Life | None) -> jobs.Life | None:
    """The daemon's row once it has looked at its configuration, or None where that takes too long."""
    end = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < end:
        after = _life(settings)
        if after and (before is None or after.config_checked_at != before.config_checked_at):
            return after
        time.sleep(0.1)
    return None
