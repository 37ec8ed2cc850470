"""``newsgauge companies``: known names, spellings, merges and suggestions."""

from __future__ import annotations

import click

from db import companies as rows
from db.store import Store
from extractors.companies import KnownCompanies
from monitor.cli.settings import Settings, as_of_option, json_option, print_json, utc_now, with_settings
from monitor.config import DEFAULT_CONFIG
from monitor.own_rules import append_rule


@click.group()
def companies() -> None:
    """Companies under every name: show, add, merge, suggest.

    \b
    newsgauge companies show "Dianzhong Tech"
    newsgauge companies alias "Dianzhong Technology" "Dianzhong Tech"
    newsgauge companies suggest             names that look alike
    """


def _opened(settings: Settings) -> Store:
    if settings.as_of:
        return settings.open(read_only=True)
    store = settings.open()
    how = settings.config.how_to_read
    rows.register_known(store, KnownCompanies.load(how.company_files, how.companies), utc_now())
    return store


@companies.command()
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, help="Another spelling; may be given more than once.")
@click.option("--kind", default="company", show_default=True, help="company, app, brand, association ...")
@json_option
@with_settings
def add(settings: Settings, name: str, aliases: tuple[str, ...], kind: str, as_json: bool) -> None:
    """Add a company, with its spellings."""
    with _opened(settings) as store:
        company = rows.add(store, name, kind, aliases, utc_now())
        searched = _search_for(settings, store, company, kind, aliases)
    _tell(as_json, company, f"company {company}: {name}; {searched}")


def _search_for(settings: Settings, store: Store, company: int, kind: str, aliases: tuple[str, ...]) -> str:
    """Have texts searched for a company under these *aliases*, too; returns what to tell of it."""
    path = settings.config_path or DEFAULT_CONFIG
    if not path.exists():
        return "texts are not searched for it: write newsgauge.toml with `newsgauge init`, and add it again"
    kept = rows.show(store, company)
    how = settings.config.how_to_read
    known = KnownCompanies.load(how.company_files, how.companies).find(kept.name)
    new = [alias for alias in aliases if known is None or alias not in known.names]
    if known and not new:
        return "texts are searched for it already"
    rule = {"id": known.id} if known else {"kind": kind}
    append_rule(path, "companies", {"name": kept.name, **rule, "aliases": new})
    return f"added to {path}: the next update reads for it, stored articles, too"


def _tell(as_json: bool, company: int, words: str) -> None:
    if as_json:
        print_json({"company": company})
    else:
        click.echo(words)


@companies.command()
@click.argument("name")
@click.argument("alias")
@json_option
@with_settings
def alias(settings: Settings, name: str, alias: str, as_json: bool) -> None:
    """Add a spelling to a company."""
    with _opened(settings) as store:
        company = rows.find(store, name)
        rows.add(store, name, "company", [alias], utc_now())
        searched = _search_for(settings, store, company, "company", (alias,))
    _tell(as_json, company, f"company {company}: {name} is also {alias}; {searched}")


@companies.command()
@click.argument("source")
@click.argument("target")
@click.option("--undo", is_flag=True, help="Take the merge of SOURCE back.")
@json_option
@with_settings
def merge(settings: Settings, source: str, target: str, undo: bool, as_json: bool) -> None:
    """Make SOURCE part of TARGET, its past mentions included.

    Nothing is deleted: --undo, or `newsgauge companies unmerge SOURCE`, takes it back.
    """
    if undo:
        _unmerge(settings, source, as_json)
        return
    with _opened(settings) as store:
        company = rows.find(store, target)
        rows.merge(store, rows.find(store, source), company, utc_now())
    words = f"{source} is now {target}, with its past mentions; `companies unmerge` takes it back"
    _tell(as_json, company, words)


@companies.command()
@click.argument("source")
@json_option
@with_settings
def unmerge(settings: Settings, source: str, as_json: bool) -> None:
    """Let SOURCE stand for itself again, with its mentions."""
    _unmerge(settings, source, as_json)


def _unmerge(settings: Settings, source: str, as_json: bool) -> None:
    with _opened(settings) as store:
        company = rows.merged_id(store, source)
        rows.unmerge(store, company, utc_now())
    _tell(as_json, company, f"{source} stands for itself again")


@companies.command()
@click.argument("name")
@json_option
@as_of_option
@with_settings
def show(settings: Settings, name: str, as_json: bool) -> None:
    """Show a company: spellings, counts, owners, merges."""
    with _opened(settings) as store:
        found = rows.show(store, rows.find(store, name))
    if as_json:
        print_json(found)
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
@json_option
@as_of_option
@with_settings
def suggest(settings: Settings, as_json: bool) -> None:
    """List companies whose names look alike, to merge or leave."""
    with _opened(settings) as store:
        found = rows.suggest(store)
    if as_json:
        print_json(found)
        return
    for pair in found:
        click.echo(f"{pair.similarity:.0f} %  {pair.name!r}  {pair.other!r}")
    if not found:
        click.echo("no two names look alike")
