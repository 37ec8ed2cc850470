"""Feeds of the configuration, the default ones among them."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from db.store import open_store
from monitor.collect.settings import follow_feed
from monitor.collect.urls import web_address
from monitor.config import FeedConfig, load_config

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_configured_feed_is_followed_once_with_its_outlet(tmp_path: Path) -> None:
    given = FeedConfig(
        url="https://www.dock.example/rss", title="Dock: Trade", outlet_kind="blog", country="SE"
    )
    with open_store(tmp_path / "n.db") as store:
        feed = follow_feed(store, given, NOW)
        assert follow_feed(store, given.model_copy(update={"enabled": False}), NOW) == feed
        row = next(store.db.query("SELECT f.state, o.* FROM feeds f JOIN outlets o ON o.id = f.outlet"))
    assert (row["state"], row["domain"], row["name"]) == ("paused", "dock.example", "Dock")
    assert (row["kind"], row["country"]) == ("blog", "SE")


def test_the_default_feeds_are_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "newsgauge.toml"
    path.write_text(
        (files("monitor") / "collect" / "default_feeds.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    feeds = load_config(path).feeds
    assert len({feed.url for feed in feeds}) == len(feeds) > 20
    assert all(web_address(feed.url) == feed.url for feed in feeds)
