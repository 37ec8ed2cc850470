"""``newsgauge companies``: known names, spellings, merges and suggestions."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from db import companies as rows
from db.store import Store
from extractors.companies import KnownCompanies
from monitor.cli.settings import Settings, with_settings


@click.group()
def companies() -> None:
    """Companies under every name they go by: add one, add a spelling, merge two, see what looks alike."""


def _opened(settings: Settings) -> Store:
    store = settings.open()
    how = settings.config.how_to_read
    rows.register_known(store, KnownCompanies.load(how.company_files, how.companies))
    return store


@companies.command()
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, help="Another spelling; may be given more than once.")
@click.option("--kind", default="company", show_default=True, help="company, app, brand, association ...")
@with_settings
def add(settings: Settings, name: str, aliases: tuple[str, ...], kind: str) -> None:
    """Add a company, with its spellings."""
    with _opened(settings) as store:
        company = rows.add(store, name, kind, aliases)
    click.echo(
        f"company {company}: {name}; to have texts searched for it, add it under [[companies]] as well"
    )


@companies.command()
@click.argument("name")
@click.argument("alias")
@with_settings
def alias(settings: Settings, name: str, alias: str) -> None:
    """Add a spelling to a company."""
    with _opened(settings) as store:
        company = rows.find(store, name)
        rows.add(store, name, "company", [alias])
    click.echo(f"company {company}: {name} is also {alias}")


@companies.command()
@click.argument("source")
@click.argument("target")
@click.option("--undo", is_flag=True, help="Take the merge of SOURCE back.")
@with_settings
def merge(settings: Settings, source: str, target: str, undo: bool) -> None:
    """Make SOURCE part of TARGET, its past mentions included; --undo takes it back."""
    with _opened(settings) as store:
        if undo:
            rows.unmerge(store, rows.merged_id(store, source))
            click.echo(f"{source} stands for itself again")
        else:
            rows.merge(store, rows.find(store, source), rows.find(store, target))
            click.echo(f"{source} is now {target}, with its past mentions; `companies unmerge` takes it back")


@companies.command()
@click.argument("source")
@with_settings
def unmerge(settings: Settings, source: str) -> None:
    """Let SOURCE stand for itself again, with the mentions that named it."""
    with _opened(settings) as store:
        rows.unmerge(store, rows.merged_id(store, source))
    click.echo(f"{source} stands for itself again")


@companies.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@with_settings
def show(settings: Settings, name: str, as_json: bool) -> None:
    """Show a company: its spellings, counts, owners and what was merged into it."""
    with _opened(settings) as store:
        found = rows.show(store, rows.find(store, name))
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    click.echo(f"{found.name} ({found.kind}), company {found.id}")
    click.echo(f"also: {', '.join(found.aliases) or 'no other spelling'}")
    click.echo(f"named {found.mentions:,} times in {found.articles:,} articles")
    if found.merged:
        click.echo(f"merged into it: {', '.join(found.merged)}")
    for relation in found.ownerships:
        click.echo(_in_words(relation))


def _in_words(relation: rows.OwnershipRow) -> str:
    verb = {"minority": "has a minority of"}.get(relation.relation, relation.relation)
    stake = f", {relation.stake:g} %" if relation.stake is not None else ""
    since = f", since {relation.since}" if relation.since else ""
    until = f", until {relation.until}" if relation.until else ""
    return f"{relation.owner} {verb} {relation.owned}{stake}{since}{until} ({relation.source})"


@companies.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@with_settings
def suggest(settings: Settings, as_json: bool) -> None:
    """List companies whose names look alike, for you to merge or leave."""
    with _opened(settings) as store:
        found = rows.suggest(store)
    if as_json:
        click.echo(json.dumps([asdict(pair) for pair in found], ensure_ascii=False))
        return
    for pair in found:
        click.echo(f"{pair.similarity:.0f} %  {pair.name!r}  {pair.other!r}")
    if not found:
        click.echo("no two names look alike")
