"""``newsgauge digest``: what changed, in the format asked for."""

from __future__ import annotations

from datetime import datetime

import click

from db import digests
from monitor.cli.settings import Settings, utc_now, with_settings
from monitor.digest import render
from monitor.digest.build import build
from monitor.digest.schedule import window_of


@click.command()
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The digest of this day (default: today)."
)
@click.option("--format", "form", type=click.Choice(["md", "html", "txt", "json", "atom"]), default="md")
@click.option("--output", type=click.Path(), help="Write it to this file.")
@with_settings
def digest(settings: Settings, day: datetime | None, form: render.Format, output: str | None) -> None:
    """Write the digest of a day; one that was written before is shown as it was."""
    config, now = settings.config, utc_now()
    chosen = day.date() if day else now.astimezone(config.zone).date()
    with settings.open(read_only=True) as store:
        snapshot = digests.of_day(store, chosen)
        if snapshot is None:
            snapshot = build(store, window_of(chosen, config.digest.at, config.zone), config, now)
    text = render.render(snapshot.content, form, snapshot.until)
    if output:
        click.open_file(output, "w", encoding="utf-8").write(text)
    else:
        click.echo(text)
