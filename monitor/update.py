"""A pass: the configuration's feeds are followed, due ones polled, waiting pages fetched, and all read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from db.findings import count_unread
from db.gate import count_left_unread, reopen
from db.store import Store
from extractors.pipeline import Reader
from extractors.version import version_of
from monitor.collect.fetch import fetch_pass
from monitor.collect.poll import poll_pass
from monitor.collect.settings import bounds_of, client_for, follow_feed
from monitor.config import Config
from monitor.reading import Readers, read_pass
from monitor.reading_jobs import PrepareReader, in_jobs

Clock = Callable[[], datetime]
Progress = Callable[[str, int, int], None]
"""Hears a stage's name, how many are done and of how many."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class ReadSummary:
    """How many articles were read, how many are set aside because they can't be, and left by the gate."""

    read: int = 0
    unreadable: int = 0
    left_unread: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a pass did."""

    feeds: int = 0
    unchanged: int = 0
    failing: int = 0
    new_entries: int = 0
    new_articles: int = 0
    read: int = 0
    unreadable: int = 0
    left_unread: int = 0

    def with_read(self, reading: ReadSummary) -> Summary:
        """The same, with what the reading did."""
        return replace(
            self, read=reading.read, unreadable=reading.unreadable, left_unread=reading.left_unread
        )

    def in_words(self) -> str:
        """The counts as a sentence."""
        gated = f", {self.left_unread} left unread by only_if" if self.left_unread else ""
        aside = f", {self.unreadable} could not be read: see newsgauge status" if self.unreadable else ""
        return (
            f"{self.feeds} feeds polled ({self.unchanged} unchanged, {self.failing} failing), "
            f"{self.new_entries} new entries, {self.new_articles} new articles, "
            f"{self.read} read{gated}{aside}"
        )


def follow_configured(store: Store, config: Config, now: datetime) -> int:
    """Follow every enabled feed of the configuration; returns how many it has."""
    enabled = [feed for feed in config.feeds if feed.enabled]
    for feed in enabled:
        follow_feed(store, feed, now)
    return len(enabled)


async def collect(
    store: Store,
    config: Config,
    now: Clock,
    *,
    everything: bool = False,
    fetch_pages: bool = True,
    progress: Progress = no_progress,
    enough: Callable[[], bool] = lambda: False,
) -> Summary:
    """Poll what is due (or, with *everything*, every feed), then fetch the waiting entries' articles.

    *enough* is asked before each article: where it says so, the others wait for the next time.
    """
    async with client_for(config) as client:
        polled = await poll_pass(
            store,
            client,
            now,
            everything=everything,
            bounds=bounds_of(config.collect),
            progress=partial(progress, "polling feeds"),
        )
        articles = 0
        while fetch_pages and not enough():
            fetched = await fetch_pass(
                store,
                client,
                now,
                fetch_pages=config.collect.fetch_pages,
                ask_robots=config.collect.robots,
                progress=partial(progress, "fetching articles"),
                stop=enough,
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


def read_waiting(
    store: Store, config: Config, now: Clock, progress: Progress = no_progress, jobs: int | None = None
) -> ReadSummary:
    """Read every article that is unread, or was read by other rules, in so many processes.

    With one job, as by default (``[reading] jobs``), this process reads.
    """
    version, reader = version_of(config.how_to_read), Reader(config.how_to_read)
    reopen(store, reader.gate.name if reader.gate else None)
    waiting, left = count_unread(store, str(version)), count_left_unread(store)
    if not waiting:
        return ReadSummary()
    done = read_pass(
        store,
        reader,
        version,
        now,
        readers=_readers(config, jobs),
        progress=lambda done: progress("reading articles", done, max(done, waiting)),
    )
    now_left = max(0, count_left_unread(store) - left)
    return ReadSummary(done, count_unread(store, str(version)), now_left)


def read_left_unread(
    store: Store, config: Config, now: Clock, progress: Progress = no_progress, jobs: int | None = None
) -> ReadSummary:
    """Read what the gate left unread; the gate stays as it is for what comes."""
    version, waiting = version_of(config.how_to_read), count_left_unread(store)
    done = read_pass(
        store,
        Reader(config.how_to_read),
        version,
        now,
        readers=_readers(config, jobs),
        progress=lambda done: progress("reading articles", done, max(done, waiting)),
        gated=True,
    )
    return ReadSummary(done, unreadable=count_left_unread(store))


def _readers(config: Config, jobs: int | None) -> Readers | None:
    """Those who read in so many processes; nobody else than this one for one."""
    jobs = jobs or config.reading.jobs
    if jobs == 1:
        return None
    return in_jobs(PrepareReader(config.how_to_read), jobs, config.daemon.worker_memory_mb)
