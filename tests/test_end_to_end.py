"""The pipeline over the demo's site: everything arrives once, is read, and a second pass changes nothing."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from db.store import Store, open_store
from extractors.pipeline import Reader
from extractors.version import version_of
from monitor.config import CollectConfig, Config, FeedConfig
from monitor.demo.server import feed_paths, serving
from monitor.demo.site import make_site
from monitor.reading import read_pass
from monitor.update import collect, follow_configured

TABLES = ("entries", "articles", "sightings", "money", "percentages", "facts", "company_mentions")


def now() -> datetime:
    return datetime.now(UTC)


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {table: store.db.execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall() for table in TABLES}


def test_the_demo_site_goes_through_once(tmp_path: Path) -> None:
    site = make_site(now())
    with serving(site) as base, open_store(tmp_path / "n.db") as store:
        config = Config(
            feeds=[FeedConfig(url=f"{base}{path}") for path in feed_paths(site)],
            collect=CollectConfig(allow_private=[base.removeprefix("http://")], robots=False),
        )
        follow_configured(store, config, now())
        first = asyncio.run(collect(store, config, now))
        read = read_pass(store, Reader(config.how_to_read), version_of(config.how_to_read), now)
        before = rows(store)
        second = asyncio.run(collect(store, config, now, everything=True))
        assert (first.failing, first.new_entries) == (1, len(site.pieces) + 2)
        assert read == first.new_articles == first.new_entries
        assert (second.unchanged, second.new_entries, second.new_articles) == (7, 0, 0)
        assert rows(store) == before
        bodies = [row[0] for row in store.db.execute("SELECT body FROM articles")]
        assert not any("Most read" in body or "All rights reserved" in body for body in bodies)
        assert store.db.table("money").count_where("usd IS NOT NULL AND fx_source = 'stated'") > 10
