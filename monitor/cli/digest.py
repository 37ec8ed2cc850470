"""``newsgauge digest``: what changed, in the format asked for."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import click

from db import digests
from monitor.cli.settings import Settings, utc_now, with_settings
from monitor.config import ConfigError
from monitor.digest import deliver, render
from monitor.digest.build import build
from monitor.digest.schedule import window_of


@click.command()
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The digest of this day (default: today)."
)
@click.option("--format", "form", type=click.Choice(["md", "html", "txt", "json", "atom"]), default="md")
@click.option("--output", type=click.Path(), help="Write it to this file.")
@click.option("--preview", is_flag=True, help="Open it in the browser.")
@click.option("--send", is_flag=True, help="Send it to the targets that lack it; each gets a day's once.")
@with_settings
def digest(
    settings: Settings,
    day: datetime | None,
    form: render.Format,
    output: str | None,
    preview: bool,
    send: bool,
) -> None:
    """Write the digest of a day; one that was written before is shown as it was."""
    if send:
        _send(settings, day)
        return
    config, now = settings.config, utc_now()
    chosen = day.date() if day else now.astimezone(config.zone).date()
    with settings.open(read_only=True) as store:
        snapshot = digests.of_day(store, chosen)
        if snapshot is None:
            snapshot = build(store, window_of(chosen, config.digest.at, config.zone), config, now)
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


def _send(settings: Settings, day: datetime | None) -> None:
    """Keep the day's digest where it is new, and send it; exit code 1 when a target was not reached."""
    config, now = settings.config, utc_now()
    if not config.targets:
        raise ConfigError("no target to send to: [[targets]] in newsgauge.toml shows how to write one")
    chosen = day.date() if day else now.astimezone(config.zone).date()
    with settings.open() as store:
        if digests.of_day(store, chosen) is None:
            window = window_of(chosen, config.digest.at, config.zone)
            digests.save(store, build(store, window, config, now), now)
        snapshot = digests.of_day(store, chosen)
        assert snapshot is not None
        message = deliver.digest_message(snapshot.content, snapshot.until)
        failed = False
        for target in config.targets:
            sent = deliver.deliver(store, message, target, now)
            state = digests.delivery(store, message.kind, message.key, target.name)
            failed = failed or not state.sent_at
            not_yet = "not sent: the log says why, and it is tried again"
            said = "sent" if sent else "sent before" if state.sent_at else not_yet
            click.echo(f"{target.name}: {said}")
    if failed:
        raise SystemExit(1)
