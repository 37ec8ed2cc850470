"""``newsgauge themes``: the themes that are read, the phrases that emerge, and one made into a theme."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.table import Table

from db.phrases import emerging_phrases
from extractors.themes import Taxonomy
from monitor.cli.settings import Settings, as_of_option, console, json_option, print_json, with_settings
from monitor.config import DEFAULT_CONFIG
from monitor.own_rules import append_rule


@click.group(invoke_without_command=True)
@click.pass_context
def themes(ctx: click.Context) -> None:
    """Themes: list them, see what emerges, promote a phrase.

    \b
    newsgauge themes emerging               new phrases of this week's stories
    newsgauge themes promote "maid disguise"
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@themes.command("list")
@json_option
@with_settings
def list_(settings: Settings, as_json: bool) -> None:
    """List the themes that are read, yours included."""
    known = Taxonomy.load(settings.config.how_to_read.themes).themes
    if as_json:
        rows = [{"id": theme.id, "label": theme.label, "family": theme.family} for theme in known]
        print_json(rows)
        return
    table = Table("theme", "label", "family", box=None)
    for theme in known:
        table.add_row(theme.id, theme.label, theme.family)
    console().print(table)


@themes.command()
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The week up to this day (default: now).")
@click.option(
    "--outlets", default=3, show_default=True, type=click.IntRange(1), help="At least so many outlets."
)
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1), help="At most so many phrases."
)
@json_option
@as_of_option
@with_settings
def emerging(settings: Settings, until: datetime | None, outlets: int, limit: int, as_json: bool) -> None:
    """List phrases that are new in this week's stories.

    What this week's articles say and the eight weeks before did not: noun phrases by log-odds with a
    prior; a story's copies count once, and what a theme reads is left out.
    """
    moment = until.replace(tzinfo=UTC) if until else settings.now()
    taxonomy = Taxonomy.load(settings.config.how_to_read.themes)
    with settings.open(read_only=True) as store:
        found = emerging_phrases(store, moment, taxonomy, outlets=outlets, most=limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no phrase is new in enough outlets this week")
    else:
        table = Table("phrase", "stories", "outlets", "before", "z", box=None)
        for phrase in found:
            cells = (phrase.phrase, phrase.stories, phrase.outlets, phrase.stories_before, f"{phrase.z:.1f}")
            table.add_row(*map(str, cells))
        console().print(table)
        click.echo('make one a theme:  newsgauge themes promote "PHRASE"')


@themes.command()
@click.argument("phrase")
@click.option("--name", help="The theme's name (default: the phrase).")
@with_settings
def promote(settings: Settings, phrase: str, name: str | None) -> None:
    """Make PHRASE a theme of your own in the configuration.

    It is added at the end, and the next update reads for it. Comments and order of the file stay as they are.
    """
    path = settings.config_path or DEFAULT_CONFIG
    theme = {"name": name or phrase, "phrases": [phrase]}
    append_rule(path, "themes", theme)
    click.echo(f"{path}: theme {theme['name']!r}; `newsgauge update` reads what is stored for it")
