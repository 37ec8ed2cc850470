"""The daemon's condition as metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from db.jobs import Job
from monitor.daemon.condition import Condition

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def as_metrics(condition: Condition) -> bytes:
    """*condition* in Prometheus' text format, with this process's memory, time and file handles."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(condition))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def collect(self) -> Iterable[Metric]:
        return [*_of_the_whole(self._condition), *_of_jobs(self._condition.jobs)]


def _of_the_whole(seen: Condition) -> Iterator[Metric]:
    yield InfoMetricFamily("newsgauge", "The version.", {"version": seen.version})
    yield _gauge("healthy", "1 where nothing needs anyone.", int(not seen.unhealthy))
    yield _gauge("entries_to_fetch", "Entries whose article is not found yet.", seen.queues.to_fetch)
    yield _gauge("articles_to_read", "Articles that are not read yet.", seen.queues.to_read)
    yield _gauge("articles_set_aside", "Articles that cannot be read.", seen.queues.set_aside)
    yield _gauge("articles_left_unread", "Articles that only_if leaves unread.", seen.queues.left_unread)
    if seen.queues.oldest_unread:
        oldest = _seconds(seen.queues.oldest_unread)
        yield _gauge("oldest_unread_timestamp_seconds", "When the oldest unread article came.", oldest)
    yield _labelled("feeds", "Feeds by how they fare.", "state", _feeds(seen))
    rates = {name: getattr(seen.rates, name) for name in ("polls", "entries", "articles", "read")}
    yield _labelled("last_hour", "What the last hour brought.", "of", rates)
    yield _gauge("database_bytes", "The database's size.", seen.sizes.database)
    yield _gauge("wal_bytes", "The write-ahead log's size.", seen.sizes.wal)
    yield _gauge("disk_free_bytes", "Free disk beside the database.", seen.sizes.disk_free)
    if seen.life:
        deaths = seen.life.reader_deaths
        yield CounterMetricFamily("newsgauge_reader_deaths", "Deaths of the reading process.", deaths)
        refused = int(seen.life.config_error is not None)
        yield _gauge("configuration_refused", "1 where the latest configuration was refused.", refused)


def _feeds(seen: Condition) -> dict[str, int]:
    counts = seen.feed_counts
    sound = counts.active - counts.failing
    return {"sound": sound, "failing": counts.failing, "paused": counts.paused, "gone": counts.gone}


def _of_jobs(jobs: Iterable[Job]) -> Iterator[Metric]:
    jobs = list(jobs)
    for name, help_text in (
        ("runs", "Runs of the job."),
        ("missed", "Runs that did not start in time."),
        ("overrun", "Runs left out because the one before still ran."),
        ("failures", "Runs that failed."),
    ):
        family = CounterMetricFamily(f"newsgauge_job_{name}", help_text, labels=["job"])
        for job in jobs:
            family.add_metric([job.name], getattr(job, name))
        yield family
    for column, help_text in (("last_finished", "The last run's end."), ("next_run", "The next run.")):
        times = {job.name: getattr(job, f"{column}_at") for job in jobs}
        known = {name: _seconds(time) for name, time in times.items() if time}
        yield _labelled(f"job_{column}_timestamp_seconds", help_text, "job", known)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"newsgauge_{name}", help_text, value)


def _labelled(name: str, help_text: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"newsgauge_{name}", help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
