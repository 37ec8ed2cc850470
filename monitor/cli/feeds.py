"""``newsgauge add``, ``feeds`` and ``import``: which feeds are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from db import health
from db.collection import FeedState, NewFeed, add_feed, feeds_to_poll
from extractors.errors import NewsgaugeError
from monitor.cli.settings import Settings, console, json_option, print_json, utc_now, with_settings
from monitor.collect.check import FeedCheck, check_feeds
from monitor.collect.discovery import discover
from monitor.collect.opml import export_opml, import_opml
from monitor.collect.settings import client_for
from monitor.update import follow_configured


@click.command()
@click.argument("urls", nargs=-1, required=True)
@json_option
@with_settings
def add(settings: Settings, urls: tuple[str, ...], as_json: bool) -> None:
    """Follow feeds: each URL is a feed, or a page that has one.

    \b
    newsgauge add https://example.com/feed.xml
    newsgauge add example.com               its feed is looked for
    """
    with settings.open() as store:
        for url in urls:
            for feed in asyncio.run(_found(settings, url)):
                number = add_feed(store, feed, utc_now())
                if as_json:
                    print_json({"feed": number, "url": feed.url, "title": feed.title})
                else:
                    click.echo(f"feed {number}: {feed.title or feed.url} ({feed.url})")


async def _found(settings: Settings, url: str) -> list[NewFeed]:
    async with client_for(settings.config) as client:
        found = await discover(client, url)
    return [NewFeed(url=feed.url, title=feed.title, kind=feed.kind) for feed in found[:1]]


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def feeds(ctx: click.Context, as_json: bool) -> None:
    """List the feeds, how each fares and what to do about it.

    `newsgauge feeds check` asks each of them now.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed, as_json=as_json)


@feeds.command("list")
@json_option
@with_settings
def listed(settings: Settings, as_json: bool) -> None:
    """List the feeds: how each fares, and what to do."""
    with settings.open(read_only=True) as store:
        rows = health.feeds(store, utc_now())
    if as_json:
        print_json(rows)
        return
    table = Table("feed", "last success", "next poll", "a week", "error", "what to do", box=None)
    for row in rows:
        times = ((row.last_success_at or "unverified")[:16], row.next_poll_at[:16])
        table.add_row(row.title, *times, f"{row.entries_a_week:.1f}", row.error or "", row.advice or "")
    _print(table)


def _print(table: Table) -> None:
    out = console()
    if not out.is_terminal:
        out.width = 240  # a file or a pipe has no edge to wrap at
    out.print(table)


@feeds.command()
@json_option
@with_settings
def check(settings: Settings, as_json: bool) -> None:
    """Ask every feed once, now; nothing is stored.

    Tells each feed's status, its entries, the usual length of their texts and the newest date.
    """
    with settings.open() as store:
        follow_configured(store, settings.config, utc_now())
        followed = feeds_to_poll(store, utc_now(), everything=True)
    found = asyncio.run(_checked(settings, followed))
    if as_json:
        print_json(found)
        return
    table = Table("feed", "status", "entries", "text", "newest", "what is wrong", "what to do", box=None)
    for one in found:
        newest = f"{one.newest:%Y-%m-%d %H:%M}" if one.newest else ""
        table.add_row(
            one.url,
            "none" if one.status is None else str(one.status),
            *(str(one.entries), str(one.body_length), newest, one.words, one.advice),
        )
    _print(table)
    click.echo(f"{sum(one.ok for one in found)} of {len(found)} feeds are good")


async def _checked(settings: Settings, followed: Sequence[FeedState]) -> list[FeedCheck]:
    async with client_for(settings.config) as client:
        return await check_feeds(client, followed, utc_now())


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@with_settings
def import_(settings: Settings, path: Path) -> None:
    """Follow every feed of an OPML file.

    Other readers write one: look for "export subscriptions".
    """
    try:
        found = import_opml(path.read_bytes())
    except OSError as error:
        raise NewsgaugeError(f"{path} cannot be read: {error.strerror}") from error
    with settings.open() as store:
        for feed in found:
            add_feed(store, feed, utc_now())
    click.echo(f"following {len(found)} feeds of {path}")


def followed_as_opml(settings: Settings) -> str:
    """The followed feeds as OPML."""
    with settings.open(read_only=True) as store:
        rows = list(store.db["feeds"].rows_where("kind != 'hand'", order_by="id"))
    followed = [NewFeed(url=row["url"], title=row["title"], group=row["group_name"]) for row in rows]
    return export_opml(followed, utc_now())
