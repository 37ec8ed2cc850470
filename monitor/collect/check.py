"""``newsgauge feeds check``: every feed asked once, and how it fares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from db.collection import FeedState
from monitor.collect import faults
from monitor.collect.client import Client
from monitor.collect.lines import in_lines
from monitor.collect.parse import ForRecord, parse_quickly
from monitor.collect.poll import RECORD_SECONDS
from monitor.collect.texts import paragraphs
from monitor.collect.values import Failure, ParsedEntry, ParsedFeed, Request, Response, Unreadable
from monitor.collect.workshop import Workshop, WorkshopError


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """How a feed answers now: its status, entries, their median length in characters and newest date."""

    feed: int
    url: str
    ok: bool
    status: int | None = None
    entries: int = 0
    body_length: int = 0
    newest: datetime | None = None
    words: str = ""
    advice: str = ""


async def check_feeds(client: Client, feeds: Sequence[FeedState], now: datetime) -> list[FeedCheck]:
    """Ask each of *feeds* once, whole; nothing is stored. The answers are in the order of *feeds*."""
    checks: dict[int, FeedCheck] = {}
    workshop = Workshop()

    async def one(feed: FeedState) -> None:
        request = Request(feed.url, headers=feed.headers, cookies_file=feed.cookies_file)
        async with client.visit(request) as answer:
            checks[feed.id] = await _check(feed, answer, workshop, now)

    try:
        await in_lines(client, feeds, lambda feed: feed.url, one, lambda: False)
    finally:
        await workshop.close()
    return [checks[feed.id] for feed in feeds]


async def _check(feed: FeedState, answer: Response | Failure, workshop: Workshop, now: datetime) -> FeedCheck:
    if isinstance(answer, Failure):
        fault = faults.of_failure(answer)
        return FeedCheck(feed.id, feed.url, False, words=fault.words, advice=fault.advice)
    if not answer.good:
        fault = faults.of_status(answer.status)
        return FeedCheck(feed.id, feed.url, False, answer.status, words=fault.words, advice=fault.advice)
    try:
        parts = await _parts(answer, workshop)
    except (WorkshopError, ValueError, LookupError, TypeError, AttributeError) as error:
        return FeedCheck(
            feed.id, feed.url, False, answer.status, words=f"the feed could not be read: {error}"
        )
    if isinstance(parts, Unreadable):
        return FeedCheck(feed.id, feed.url, False, answer.status, words=parts.words, advice=parts.advice)
    entries = [entry for part in parts for entry in part.entries]
    said = [*(fault for part in parts for fault in part.faults), *faults.of_entries(entries, now)]
    return FeedCheck(
        feed.id,
        feed.url,
        bool(entries) or bool(parts and parts[0].channel.children),
        answer.status,
        len(entries),
        int(median(_length(entry) for entry in entries)) if entries else 0,
        max((e.published for e in entries if e.published and e.published <= now), default=None),
        "; ".join(dict.fromkeys(said)),
        faults.PUBLISHERS if said else "",
    )


async def _parts(answer: Response, workshop: Workshop) -> list[ParsedFeed] | Unreadable:
    parsed = parse_quickly(answer.body, answer.header("content-type"), answer.url, cut=answer.cut)
    if isinstance(parsed, Unreadable):
        return parsed
    if not isinstance(parsed, ForRecord):
        return list(parsed)
    work = ("monitor.collect.parse:parse_by_record", parsed.document, answer.url, answer.cut)
    answers = await workshop.ask(*work, seconds=RECORD_SECONDS)
    found = list(answers)
    answers.close()
    return found[0] if found and isinstance(found[0], Unreadable) else found


def _length(entry: ParsedEntry) -> int:
    return max(len(paragraphs(entry.content)), len(entry.summary))
