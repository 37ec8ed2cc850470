"""What the configuration says of collection, as the client and the passes take it."""

from __future__ import annotations

import re
from datetime import datetime

from db.articles import outlet_for
from db.collection import NewFeed, add_feed
from db.store import Store
from monitor.collect.addresses import parse_allowed
from monitor.collect.client import Client, user_agent
from monitor.collect.schedule import Bounds
from monitor.collect.urls import host_of
from monitor.collect.values import Limits
from monitor.config import CollectConfig, Config, FeedConfig


def client_for(config: Config) -> Client:
    """A client with the configuration's limits; use it as an async context manager."""
    collect = config.collect
    return Client(
        limits_of(collect),
        parse_allowed(collect.allow_private),
        user_agent(collect.contact, collect.user_agent),
    )


def limits_of(collect: CollectConfig) -> Limits:
    """The limits that *collect* sets.

    The gap and the connections of a host hold for one's own servers (``allow_private``) only where the
    configuration names them: a default is manners towards others.
    """
    said = collect.model_fields_set
    return Limits(
        seconds=collect.request_seconds,
        connections=collect.connections,
        per_host=collect.connections_per_host,
        host_gap=collect.host_gap_seconds,
        own_per_host=collect.connections_per_host if "connections_per_host" in said else collect.connections,
        own_gap=collect.host_gap_seconds if "host_gap_seconds" in said else 0.0,
    )


def follow_feed(store: Store, feed: FeedConfig, now: datetime) -> int:
    """Follow a feed of the configuration; returns its row. Its outlet gets the kind and country given."""
    outlet = None
    if feed.kind != "search" and (feed.outlet_kind or feed.country):
        domain = re.sub(r"^(?:www|feeds?|rss|m)\.", "", host_of(feed.url))
        name = (feed.title or domain).partition(": ")[0]
        outlet = outlet_for(store, domain, name, feed.outlet_kind, feed.country)
    return add_feed(
        store,
        NewFeed(
            url=feed.url,
            title=feed.title,
            kind=feed.kind,
            group=feed.group,
            outlet=outlet,
            headers=feed.headers,
            cookies_file=str(feed.cookies_file) if feed.cookies_file else None,
            include=tuple(feed.include),
            exclude=tuple(feed.exclude),
            state="active" if feed.enabled else "paused",
        ),
        now,
    )


def bounds_of(collect: CollectConfig) -> Bounds:
    """The shortest and longest interval between polls."""
    return Bounds(collect.min_interval_minutes * 60, collect.max_interval_hours * 3600)
