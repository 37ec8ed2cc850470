"""What the configuration says of collection, as the client and the passes take it."""

from __future__ import annotations

from monitor.collect.addresses import parse_allowed
from monitor.collect.client import Client, user_agent
from monitor.collect.schedule import Bounds
from monitor.collect.values import Limits
from monitor.config import CollectConfig, Config


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


def bounds_of(collect: CollectConfig) -> Bounds:
    """The shortest and longest interval between polls."""
    return Bounds(collect.min_interval_minutes * 60, collect.max_interval_hours * 3600)
