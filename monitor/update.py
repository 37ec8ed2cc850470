"""Collection as one pass: feeds of the configuration are followed, due ones polled, waiting pages fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from db.store import Store
from monitor.collect.fetch import fetch_pass
from monitor.collect.poll import poll_pass
from monitor.collect.settings import bounds_of, client_for, follow_feed
from monitor.config import Config

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a pass did."""

    feeds: int = 0
    unchanged: int = 0
    failing: int = 0
    new_entries: int = 0
    new_articles: int = 0
    read: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The counts by name."""
        return asdict(self)

    def with_read(self, articles: int) -> Summary:
        """The same, with the articles that were read."""
        return replace(self, read=articles)

    def in_words(self) -> str:
        """The counts as a sentence."""
        return (
            f"{self.feeds} feeds polled ({self.unchanged} unchanged, {self.failing} failing), "
            f"{self.new_entries} new entries, {self.new_articles} new articles, {self.read} read"
        )


def follow_configured(store: Store, config: Config, now: datetime) -> int:
    """Follow every enabled feed of the configuration; returns how many it has."""
    enabled = [feed for feed in config.feeds if feed.enabled]
    for feed in enabled:
        follow_feed(store, feed, now)
    return len(enabled)


async def collect(
    store: Store, config: Config, now: Clock, *, everything: bool = False, fetch_pages: bool = True
) -> Summary:
    """Poll what is due (or, with *everything*, every feed), then fetch the waiting entries' articles."""
    async with client_for(config) as client:
        polled = await poll_pass(store, client, now, everything=everything, bounds=bounds_of(config.collect))
        articles = 0
        while fetch_pages:
            fetched = await fetch_pass(
                store,
                client,
                now,
                fetch_pages=config.collect.fetch_pages,
                ask_robots=config.collect.robots,
            )
            articles += fetched.new_articles
            if not fetched.entries:
                break
    return Summary(
        feeds=polled.polled,
        unchanged=polled.not_modified,
        failing=polled.failed,
        new_entries=polled.new_entries,
        new_articles=articles,
    )
