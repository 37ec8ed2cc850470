"""The polling pass: feeds that are due are asked, and what they bring is kept."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from random import Random
from typing import Any

from db.collection import FeedState, feeds_to_poll, forget_polls, held_hosts, hold_host
from db.store import Store
from monitor.collect import faults, schedule
from monitor.collect.client import Client, place_of_or_none
from monitor.collect.desk import Desk
from monitor.collect.keeping import Visit, body_hash, keep_failure, keep_feed, keep_unchanged, postpone
from monitor.collect.lines import Progress, host_of, in_lines, no_progress
from monitor.collect.parse import ForRecord, parse_quickly
from monitor.collect.schedule import Bounds
from monitor.collect.values import (
    Channel,
    Failure,
    ParsedFeed,
    PollOutcome,
    PollSummary,
    Request,
    Response,
    Unreadable,
)
from monitor.collect.workshop import Answers, Workshop, WorkshopError

Clock = Callable[[], datetime]

RECORD_SECONDS = 45.0
NETWORK_DOWN_WAIT = timedelta(minutes=2)
POLLS_KEPT = timedelta(days=90)
_NETWORK = frozenset(("dns", "offline", "unreachable"))
_SAID_WAIT = (429, 503)


@dataclass(frozen=True, slots=True)
class _Children:
    """A sitemap index was found: its sitemaps are to be fetched."""

    feed: ParsedFeed


async def poll_pass(
    store: Store,
    client: Client,
    now: Clock,
    *,
    everything: bool = False,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
    dice: Random | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> PollSummary:
    """Poll every feed that is due (or, with *everything*, every active one) once.

    *stop* is asked before each feed. A feed's entries and its validators are written in one transaction; a
    pass that is killed is simply done again. No feed's fault ends the pass.
    """
    began = time.monotonic()
    run = _Pass(client, now, bounds, dice or Random(), stop, Desk(store.path), progress)
    client.manners.begin()
    try:
        held = held_hosts(store, now())
        summary = await run.poll(feeds_to_poll(store, now(), everything=everything), held)
        await run.desk.do(forget_polls, now() - POLLS_KEPT)
    finally:
        await run.workshop.close()
        await run.desk.close()
    return PollSummary(**{**summary, "seconds": round(time.monotonic() - began, 3)})


@dataclass
class _Pass:
    client: Client
    now: Clock
    bounds: Bounds
    dice: Random
    stop: Callable[[], bool]
    desk: Desk
    progress: Progress
    workshop: Workshop = field(default_factory=Workshop)
    outcomes: list[PollOutcome] = field(default_factory=list)
    unsettled: list[tuple[FeedState, Failure]] = field(default_factory=list)
    waiting: list[FeedState] = field(default_factory=list)
    answered: bool = False

    async def poll(self, feeds: Sequence[FeedState], held: dict[str, datetime]) -> dict[str, Any]:
        """Poll *feeds*, those of each host in a few lines side by side; returns the summary's counts."""
        ready = [feed for feed in feeds if _host(feed) not in held]
        self.waiting += [feed for feed in feeds if _host(feed) in held]
        for feed in self.waiting:
            await self.desk.do(postpone, feed, held[_host(feed)])
        await self._side_by_side(ready)
        again, self.waiting = (
            [f for f in self.waiting if _host(f) not in held],
            [f for f in self.waiting if _host(f) in held],
        )
        await self._side_by_side([feed for feed in again if not self._held(feed)])
        for feed in [feed for feed in again if self._held(feed)]:
            await self.desk.do(postpone, feed, self.now() + timedelta(seconds=self._held(feed)))
            self.waiting.append(feed)
        down = await self._settle_failures()
        await self._remember_holds()
        return {
            "polled": len(self.outcomes),
            "new_entries": sum(o.new_entries for o in self.outcomes),
            "not_modified": sum(1 for o in self.outcomes if o.outcome in ("not modified", "nothing new")),
            "failed": sum(1 for o in self.outcomes if o.outcome in ("error", "gone")),
            "waiting": len(self.waiting),
            "network_down": down,
        }

    async def _side_by_side(self, feeds: Sequence[FeedState]) -> None:
        await in_lines(
            self.client, feeds, lambda feed: feed.url, self._one_or_later, self.stop, self.progress
        )

    async def _one_or_later(self, feed: FeedState) -> None:
        if self._held(feed):
            self.waiting.append(feed)
        else:
            await self._one(feed)

    def _held(self, feed: FeedState) -> float:
        place = place_of_or_none(feed.url)
        return self.client.manners.held_for(*place) if place else 0.0

    async def _one(self, feed: FeedState) -> None:
        async with self.client.visit(request_for(feed, self.now())) as answer:
            if isinstance(answer, Failure):
                outcome = await self._failed(feed, answer)
            else:
                self.answered = True
                outcome = await self._settle(feed, answer)
        if outcome is not None:
            self.outcomes.append(outcome)

    async def _failed(self, feed: FeedState, failure: Failure) -> PollOutcome | None:
        if failure.kind in _NETWORK:
            self.unsettled.append((feed, failure))
            return None
        self.answered = self.answered or failure.kind in ("refused", "tls", "protocol", "redirects")
        return await self._keep(keep_failure, feed, faults.of_failure(failure))

    async def _settle(self, feed: FeedState, response: Response) -> PollOutcome:
        """Keep what *response* brings; whatever goes wrong in reading it becomes the feed's state."""
        try:
            result = await self.desk.do(settle, self._visit(feed), response)
            if isinstance(result, ForRecord):
                return await self._by_record(feed, response, result)
            if isinstance(result, _Children):
                return await self._children(feed, response, result.feed)
        except WorkshopError as error:
            fault = faults.Fault(f"the feed could not be read: {error}", "look for another feed of the site")
            return await self._keep(keep_failure, feed, fault, response)
        except (sqlite3.Error, OSError):
            raise  # the database's trouble, not the feed's
        except Exception as error:  # whatever a document makes a parser raise, no feed stops another
            words = f"the feed could not be read ({type(error).__name__}: {str(error)[:200]})"
            return await self._keep(
                keep_failure, feed, faults.Fault(words, "report it with the feed's address"), response
            )
        assert isinstance(result, PollOutcome)
        place = place_of_or_none(feed.url)
        if (response.good or result.status == 304) and place:
            self.client.manners.answered(*place)
        elif response.status in _SAID_WAIT and place:
            self._hold(place, response)
        return result

    def _hold(self, place: tuple[str, int], response: Response) -> None:
        """Leave a host alone that asks for it; a 503 that names no time speaks for its own address only."""
        wait = schedule.retry_after(response.headers, self.now())
        if wait is None and response.status == 429:
            wait = schedule.WAIT_DEFAULT
        if wait is not None:
            self.client.manners.hold(*place, wait.total_seconds())

    async def _remember_holds(self) -> None:
        for host, seconds in self.client.manners.held().items():
            await self.desk.do(hold_host, host, self.now() + timedelta(seconds=seconds))

    async def _by_record(self, feed: FeedState, response: Response, work: ForRecord) -> PollOutcome:
        answers = await self.workshop.ask(
            "monitor.collect.parse:parse_by_record",
            work.document,
            response.url,
            response.cut,
            seconds=RECORD_SECONDS,
        )
        try:
            outcome: PollOutcome = await self.desk.do(settle_record, self._visit(feed), response, answers)
            return outcome
        finally:
            answers.close()

    async def _children(self, feed: FeedState, response: Response, index: ParsedFeed) -> PollOutcome:
        """The entries of a sitemap index's sitemaps, as the index's own."""
        found: list[ParsedFeed] = [ParsedFeed(index.channel, ())]
        for url in index.channel.children:
            async with self.client.visit(Request(url, origin=feed.url)) as answer:
                if isinstance(answer, Response) and answer.good:
                    found += await self.desk.do(_sitemap_parts, answer)
                else:
                    words = answer.words if isinstance(answer, Failure) else f"it answers {answer.status}"
                    found.append(
                        ParsedFeed(index.channel, (), (f"one of its sitemaps is not to be had: {words}",))
                    )
        listed = ParsedFeed(
            index.channel,
            tuple(entry for part in found for entry in part.entries),
            tuple(fault for part in found for fault in part.faults),
        )
        outcome: PollOutcome = await self.desk.do(_keep_visit, self._visit(feed), response, (listed,))
        return outcome

    async def _settle_failures(self) -> bool:
        """Count the failures to reach anyone; or, where nobody at all was reached, the network is down."""
        hosts = {_host(feed) for feed, _ in self.unsettled}
        down = (
            bool(self.unsettled)
            and not self.answered
            and (len(hosts) > 1 or any(f.kind != "dns" for _, f in self.unsettled))
        )
        for feed, failure in self.unsettled:
            if down:
                await self.desk.do(postpone, feed, self.now() + NETWORK_DOWN_WAIT)
                self.waiting.append(feed)
            else:
                self.outcomes.append(await self._keep(keep_failure, feed, faults.of_failure(failure)))
        return down

    def _visit(self, feed: FeedState) -> Visit:
        return Visit(feed, self.now(), self.bounds, self.dice)

    async def _keep(self, keep: Callable[..., PollOutcome], feed: FeedState, *more: object) -> PollOutcome:
        outcome: PollOutcome = await self.desk.do(keep, self._visit(feed), *more)
        return outcome


def request_for(feed: FeedState, now: datetime) -> Request:
    """What to ask of *feed*: with its validators, unless they are due to be dropped once."""
    conditional = schedule.may_be_conditional(feed.validators_since, now)
    return Request(
        feed.url,
        etag=feed.etag if conditional else None,
        last_modified=feed.last_modified if conditional else None,
        headers=feed.headers,
        cookies_file=feed.cookies_file,
    )


def settle(store: Store, visit: Visit, response: Response) -> PollOutcome | ForRecord | _Children:
    """Parse *response* and keep it where that is quickly done; else what has to be done first."""
    if response.status == 304 and visit.feed.content_hash is None:
        return keep_failure(store, visit, faults.UNASKED_304, response)
    if response.status == 304:
        return keep_unchanged(store, visit, response)
    if not response.good:
        wait = schedule.retry_after(response.headers, visit.now)
        said = wait if response.status in _SAID_WAIT or wait is not None else None
        if response.status in _SAID_WAIT:
            said = said or schedule.WAIT_DEFAULT
        return keep_failure(store, visit, faults.of_status(response.status, bool(wait)), response, said)
    if not response.cut and visit.feed.content_hash == body_hash(response.body):
        return keep_unchanged(store, visit, response)
    parsed = parse_quickly(response.body, response.header("content-type"), response.url, cut=response.cut)
    if isinstance(parsed, ForRecord):
        return parsed
    if isinstance(parsed, Unreadable):
        return _unreadable(store, visit, response, parsed)
    first = next(parsed)
    if first.channel.children:
        return _Children(first)
    return keep_feed(store, visit, response, chain((first,), parsed))


def settle_record(store: Store, visit: Visit, response: Response, answers: Answers) -> PollOutcome:
    """Keep what feedparser found."""
    found: Iterator[ParsedFeed | Unreadable] = iter(answers)
    first = next(found)
    if isinstance(first, Unreadable):
        return _unreadable(store, visit, response, first)
    return keep_feed(store, visit, response, chain((first,), found))  # type: ignore[arg-type]


def _unreadable(store: Store, visit: Visit, response: Response, found: Unreadable) -> PollOutcome:
    words = f"{response.cut}; {found.words}" if response.cut else found.words
    return keep_failure(store, visit, faults.Fault(words, found.advice), response)


def _keep_visit(store: Store, visit: Visit, response: Response, parts: Sequence[ParsedFeed]) -> PollOutcome:
    return keep_feed(store, visit, response, parts)


def _sitemap_parts(store: Store, response: Response) -> list[ParsedFeed]:
    parsed = parse_quickly(response.body, response.header("content-type"), response.url, cut=response.cut)
    if isinstance(parsed, Unreadable | ForRecord):
        words = parsed.words if isinstance(parsed, Unreadable) else "it is no sitemap"
        return [ParsedFeed(Channel(), (), (words,))]
    return list(parsed)


def _host(feed: FeedState) -> str:
    return host_of(feed.url)
