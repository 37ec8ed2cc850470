"""``newsgauge init``: a commented configuration with feeds to follow."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from monitor.config import ConfigError, load_config


def starting_configuration() -> str:
    """The text that ``init`` writes: every key with its default, then the feeds of the first beat."""
    folder = files("monitor")
    feeds = folder.joinpath("collect/default_feeds.toml").read_text(encoding="utf-8")
    return f"{folder.joinpath('newsgauge.toml').read_text(encoding='utf-8')}\n{feeds}"


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default="newsgauge.toml")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(path: Path, force: bool) -> None:
    """Write a commented newsgauge.toml, with feeds to follow.

    Every key stands in it with its default and what it means; the feeds are the trade press of the first
    beat, Chinese micro-dramas going abroad. Take out what you don't want, and add your own.
    """
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already: name another file, or give --force to write over it")
    try:
        path.write_text(starting_configuration(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    count = len(load_config(path).feeds)
    click.echo(f"wrote {path} with {count} feeds; put a contact address under [collect]")
    click.echo("next: newsgauge update, then newsgauge digest and newsgauge serve")
