"""``newsgauge digest``: what changed, in the format asked for."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path

import click

from db import digests
from db.digests import Snapshot
from db.store import Store
from monitor.cli.settings import Settings, as_of_option, with_settings
from monitor.config import Config, ConfigError, Target
from monitor.digest import deliver, render
from monitor.digest.build import build
from monitor.digest.schedule import window_of


@click.command()
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The digest of this day (default: today)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html", "txt", "json", "atom"]),
    default="md",
    show_default=True,
    help="The form it is printed in.",
)
@click.option("--output", type=click.Path(), help="Write it to this file.")
@click.option("--preview", is_flag=True, help="Open it in the browser.")
@click.option("--send", is_flag=True, help="Send it to the targets that lack it; each gets a day's once.")
@as_of_option
@with_settings
def digest(
    settings: Settings,
    day: datetime | None,
    form: render.Format,
    output: str | None,
    preview: bool,
    send: bool,
) -> None:
    """Write the digest of a day, or send it.

    One that was written before is shown as it was.

    \b
    newsgauge digest                        the last day's
    newsgauge digest --date 2026-03-01 --format html > digest.html
    newsgauge digest --as-of 2026-03-01     that day's, as it was known at its end
    """
    if send and settings.as_of:
        raise click.UsageError("--send sends what is known now: leave --as-of out")
    config, now = settings.config, settings.now()
    chosen = day.date() if day else now.astimezone(config.zone).date()
    if send:
        _send(settings, chosen, now)
        return
    with settings.open(read_only=True) as store:
        snapshot = _of_day(store, config, chosen, now)
    if preview:
        path = Path(tempfile.gettempdir()) / f"newsgauge-digest-{chosen}.html"
        path.write_text(render.render(snapshot.content, "html", snapshot.until), encoding="utf-8")
        click.echo(path)
        click.launch(path.as_uri())
        return
    text = render.render(snapshot.content, form, snapshot.until)
    if output:
        click.open_file(output, "w", encoding="utf-8").write(text)
    else:
        click.echo(text)


def _of_day(store: Store, config: Config, day: date, now: datetime) -> Snapshot:
    """The digest of *day* as it was written, else as the database knows it *now*."""
    window = window_of(day, config.digest.at, config.zone)
    return digests.of_day(store, day) or build(store, window, config, now)


def _send(settings: Settings, day: date, now: datetime) -> None:
    """Keep the day's digest where it is new, and send it; exit code 1 when a target was not reached."""
    config = settings.config
    if not config.targets:
        raise ConfigError("no target to send to: [[targets]] in newsgauge.toml shows how to write one")
    with settings.open() as store:
        snapshot = _of_day(store, config, day, now)
        digests.save(store, snapshot, now)
        message = deliver.digest_message(snapshot.content, snapshot.until)
        reached = [_sent(store, message, target, now) for target in config.targets]
    if not all(reached):
        raise SystemExit(1)


def _sent(store: Store, message: deliver.Message, target: Target, now: datetime) -> bool:
    """Send *message* to *target*, say how that went, and tell whether it has it."""
    sent = deliver.deliver(store, message, target, now)
    has_it = digests.delivery(store, message.kind, message.key, target.name).sent_at is not None
    not_yet = "not sent: the log says why, and it is tried again"
    click.echo(f"{target.name}: {'sent' if sent else 'sent before' if has_it else not_yet}")
    return has_it
