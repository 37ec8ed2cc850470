"""``newsgauge demo``: the whole pipeline over bundled feeds, without network or configuration."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from db import digests, news, series
from db.store import Store, open_store
from db.trends import theme_trends
from db.wording import period_in_words
from monitor.cli.progress import Stages
from monitor.cli.settings import console, utc_now
from monitor.config import CollectConfig, Config, FeedConfig
from monitor.demo.server import feed_paths, serving
from monitor.demo.site import Site, make_site
from monitor.digest import render
from monitor.digest.build import build
from monitor.digest.schedule import Window
from monitor.update import collect, follow_configured, read_waiting


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default="newsgauge-demo",
    show_default=True,
    help="Where to put what it makes; an earlier demo's is replaced.",
)
def demo(folder: Path) -> None:
    """Show it work on invented news, without a network.

    Six invented outlets are served from this machine, polled, fetched, read and digested by the real
    program. The database and the digest are then in FOLDER, to look at.
    """
    out = console()
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "newsgauge.db"
    for old in folder.glob("newsgauge.db*"):
        old.unlink()
    site = make_site(utc_now())
    with serving(site) as base, open_store(database) as store:
        config = config_of(site, base, database)
        follow_configured(store, config, utc_now())
        introduce(store, site, base)
        out.print(f"{len(site.pieces)} articles of {len(site.outlets)} invented outlets, on {base}")
        with Stages() as stages:
            summary = asyncio.run(collect(store, config, utc_now, progress=stages))
            done = read_waiting(store, config, utc_now, stages)
        out.print(summary.with_read(done).in_words())
        again = asyncio.run(collect(store, config, utc_now, everything=True))
        out.print(f"once more: {again.in_words()}")
        _show(out, store)
        _write_digest(out, store, config, folder)
    out.print(f"\nopen the database in Datasette:  newsgauge serve --db {database}", soft_wrap=True)


def introduce(store: Store, site: Site, base: str) -> None:
    """The outlets share this machine's address: say which feed is whose, and followed since the start."""
    start = site.pieces[0].published - timedelta(weeks=4)
    with store.write() as db:
        for outlet in site.outlets:
            row = {"key": outlet.slug, "name": outlet.name, "kind": outlet.kind, "country": outlet.country}
            made = db.table("outlets").insert(row).last_pk
            url = f"{base}/{outlet.slug}/feed.xml"
            db.execute("UPDATE feeds SET outlet = ? WHERE url = ?", [made, url])
        db.execute("UPDATE feeds SET added_at = ?", [start.isoformat()])


def config_of(site: Site, base: str, database: Path) -> Config:
    """The configuration that follows every feed of *site*, served at *base*."""
    return Config(
        database=database,
        feeds=[FeedConfig(url=f"{base}{path}") for path in feed_paths(site)],
        # Patient, for what times out is asked for again in a quarter of an hour, when the demo is over.
        collect=CollectConfig(
            allow_private=[base.removeprefix("http://")], robots=False, request_seconds=300
        ),
    )


def _show(out: Console, store: Store) -> None:
    now = utc_now()
    themes = Table("theme", "this week", title="Themes", title_justify="left", box=None)
    for trend in theme_trends(store, now)[:8]:
        themes.add_row(trend.word, trend.in_words)
    out.print(themes)
    facts = Table("who", "what", "period", "stated", "USD", title="New facts", title_justify="left", box=None)
    for fact in news.facts(store, now - timedelta(days=7), now)[:10]:
        period = period_in_words(fact.period_start, fact.period_end)
        usd = "" if fact.usd is None else f"{fact.usd:,.0f}"
        facts.add_row(fact.subject or "", fact.metric or "", period, fact.stated, usd)
    out.print(facts)
    for pair in series.disagreements(series.reported(store))[:3]:
        claim = pair.first.claim
        sides = " or ".join(f"{side.claim.text} ({side.claim.source})" for side in (pair.first, pair.second))
        out.print(f"Sources disagree: {claim.subject}, {claim.metric}: {sides}", soft_wrap=True)


def _write_digest(out: Console, store: Store, config: Config, folder: Path) -> None:
    now = utc_now()
    day = now.astimezone(config.zone).date()
    snapshot = build(store, Window(day, now - timedelta(days=1), now), config, now)
    digests.save(store, snapshot, now)
    for form in ("html", "md"):
        text = render.render(snapshot.content, form, now)
        (folder / f"digest.{form}").write_text(text, encoding="utf-8")
    out.print(f"\nthe digest:  {folder / 'digest.html'}  (and digest.md)")
