"""The fetching pass: each new entry's article is found, in the feed or on its page, and kept."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from db.articles import (
    Kept,
    NewArticle,
    WaitingEntry,
    add_sighting,
    article_at,
    article_titled,
    body_source_of,
    keep_article,
    outlet_for,
    settle_entry,
    try_later,
    waiting_entries,
)
from db.collection import held_hosts, hold_host, keep_robots, robots_of
from db.store import Store
from monitor.collect import robots, schedule
from monitor.collect.articles import content_text, from_feed, from_page, is_whole, outlet_of, title_only
from monitor.collect.client import Client, place_of_or_none
from monitor.collect.desk import Desk
from monitor.collect.lines import Progress, host_of, in_lines, no_progress
from monitor.collect.pages import Page
from monitor.collect.robots import Permission
from monitor.collect.urls import canonical, other_scheme, web_address
from monitor.collect.values import Failure, FetchSummary, Request, Response
from monitor.collect.workshop import Hindered, Workshop, WorkshopError

Clock = Callable[[], datetime]

AT_ONCE = 500
MAX_TRIES = 4
FIRST_WAIT = timedelta(minutes=15)
PAGE_SECONDS = 20.0
LANGUAGE_SECONDS = 20.0
_PASSING = frozenset(("dns", "offline", "unreachable", "refused", "timeout", "connection", "protocol"))
_NETWORK = frozenset(("dns", "offline", "unreachable"))
_PAGES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "")
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.8, */*;q=0.3"


async def fetch_pass(
    store: Store,
    client: Client,
    now: Clock,
    *,
    fetch_pages: bool = True,
    ask_robots: bool = True,
    limit: int = AT_ONCE,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = no_progress,
) -> FetchSummary:
    """Find the articles of up to *limit* waiting entries, the newest first.

    Each article, its sighting and its entry's state are written in one transaction. *stop* is asked between
    entries. Pages that fail for a passing reason are tried again; then the feed's own text is kept.
    """
    began = time.monotonic()
    run = _Pass(client, now, fetch_pages, ask_robots, Desk(store.path), held_hosts(store, now()))
    entries = waiting_entries(store, now(), limit)
    try:
        await in_lines(client, entries, lambda entry: entry.url, run.one, stop, progress)
        await run.settle_unreached()
    finally:
        await run.workshop.close()
        await run.desk.close()
    seconds = round(time.monotonic() - began, 3)
    counts: dict[str, Any] = {**run.counts, "entries": len(entries), "seconds": seconds}
    return FetchSummary(**counts)


@dataclass
class _Pass:
    client: Client
    now: Clock
    fetch_pages: bool
    ask_robots: bool
    desk: Desk
    held: dict[str, datetime]
    workshop: Workshop = field(default_factory=Workshop)
    counts: Counter[str] = field(default_factory=Counter)
    answered: bool = False
    unreached: list[tuple[WaitingEntry, Failure]] = field(default_factory=list)
    robots_turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def one(self, entry: WaitingEntry) -> None:
        """Find the article of *entry*."""
        if entry.article is None and await self.desk.do(_settle_known, entry, self.now()):
            return
        url = web_address(entry.url)
        if not url or title_only(url) or not self.fetch_pages or is_whole(content_text(entry)):
            await self._keep(entry, from_feed(entry, self.now()))
            return
        if until := self.held.get(host_of(url)):
            await self._postpone(entry, until, "the site asked to be left alone for a while")
            return
        allowed = await self._permission(url, entry)
        if allowed.unknown:
            await self._again(entry, "the site's robots.txt could not be read")
        elif not allowed.allowed:
            note = "the site's robots.txt keeps the page closed: the feed's own text is kept"
            await self._keep(entry, from_feed(entry, self.now(), note))
        else:
            await self._fetch(entry, url)

    async def _fetch(self, entry: WaitingEntry, url: str) -> None:
        async with self.client.visit(_request(entry, url)) as answer:
            if isinstance(answer, Failure):
                await self._failed(entry, answer)
                return
            self.answered = True
            await self._read(entry, answer)

    async def _read(self, entry: WaitingEntry, answer: Response) -> None:
        kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
        if answer.status in (408, 425, 429) or answer.status >= 500:
            await self._told_to_wait(entry, answer)
        elif not answer.good or kind not in _PAGES:
            said = f"the page answers {answer.status}" if not answer.good else f"the page is {kind}"
            await self._keep(entry, from_feed(entry, self.now(), f"{said}: the feed's own text is kept"))
        else:
            self.counts["pages"] += 1
            await self._read_page(entry, answer)

    async def _read_page(self, entry: WaitingEntry, answer: Response) -> None:
        work = ("monitor.collect.pages:read_page", answer.body, answer.header("content-type"), answer.url)
        try:
            page: Page = next(iter(await self.workshop.ask(*work, seconds=PAGE_SECONDS)))
        except Hindered as error:  # the page's fault or a crowded machine's: another time tells
            await self._again(entry, f"the page was not read: {error}")
        except WorkshopError as error:
            note = f"the page could not be read ({error}): the feed's own text is kept"
            await self._keep(entry, from_feed(entry, self.now(), note))
        else:
            await self._keep(entry, from_page(entry, page, answer.url, self.now()))

    async def _told_to_wait(self, entry: WaitingEntry, answer: Response) -> None:
        wait = schedule.retry_after(answer.headers, self.now())
        if answer.status in (429, 503) and wait:
            self.held[host_of(answer.url)] = self.now() + wait
            await self.desk.do(hold_host, host_of(answer.url), self.now() + wait)
        await self._again(entry, f"the page answers {answer.status}", wait)

    async def _failed(self, entry: WaitingEntry, failure: Failure) -> None:
        self.answered = self.answered or failure.kind not in _NETWORK
        if failure.kind in _NETWORK:
            self.unreached.append((entry, failure))
        elif failure.kind in _PASSING:
            await self._again(entry, failure.words)
        else:
            note = f"the page was not fetched: {failure.words}"
            if failure.kind == "private":
                note += " (if it is your own server, name it in collect.allow_private as host:port)"
            await self._keep(entry, from_feed(entry, self.now(), note))

    async def settle_unreached(self) -> None:
        """Try again what could not be reached; it counts as a try only where anyone could be."""
        for entry, failure in self.unreached:
            if self.answered:
                await self._again(entry, failure.words)
            else:
                await self._postpone(entry, self.now() + FIRST_WAIT, "the network is down")

    async def _again(self, entry: WaitingEntry, words: str, wait: timedelta | None = None) -> None:
        """Try *entry* later, or, after some tries, keep what the feed says."""
        if entry.tries + 1 >= MAX_TRIES:
            note = f"the page could not be fetched ({words}): the feed's own text is kept"
            await self._keep(entry, from_feed(entry, self.now(), note))
            return
        pause = max(FIRST_WAIT * 2**entry.tries, wait or timedelta(0))
        self.counts["postponed"] += 1
        await self.desk.do(try_later, entry.id, self.now() + pause, words)

    async def _postpone(self, entry: WaitingEntry, until: datetime, words: str) -> None:
        self.counts["postponed"] += 1
        await self.desk.do(_postpone_entry, entry.id, until, words)

    async def _keep(self, entry: WaitingEntry, found: NewArticle) -> None:
        language = await self._language(f"{found.title}\n{found.body}", entry.language)
        kept: Kept = await self.desk.do(keep_found, entry, replace(found, language=language), self.now())
        self.counts["new_articles"] += kept.new
        self.counts["revised"] += kept.revised

    async def _language(self, text: str, stated: str) -> str | None:
        """The text's language: found in the text, in the workshop, where its model is."""
        work = ("monitor.collect.pages:language_of", text[:6000], stated)
        for seconds in (LANGUAGE_SECONDS, 3 * LANGUAGE_SECONDS):
            try:
                return str(next(iter(await self.workshop.ask(*work, seconds=seconds))))
            except Hindered:  # no text takes that long: the machine is crowded
                continue
            except WorkshopError:
                break
        return stated[:2].lower() or None

    async def _permission(self, url: str, entry: WaitingEntry) -> Permission:
        if not self.ask_robots:
            return Permission(True)
        site = robots.site_of(url)
        async with self.robots_turns[site]:
            kept = await self.desk.do(robots_of, site)
            if kept is None or not robots.is_fresh(kept[1], self.now()):
                rules = await self._fetch_robots(site, url, entry)
                if rules is None and kept is None:
                    return Permission(False, unknown=True)
                kept = (kept[0] if rules is None and kept else rules or "", self.now())
        found = robots.permission(kept[0], url)
        place = place_of_or_none(url)
        if found.gap and place:
            self.client.manners.widen(*place, found.gap)
        return found

    async def _fetch_robots(self, site: str, url: str, entry: WaitingEntry) -> str | None:
        async with self.client.visit(robots.request_for(url, entry.feed_url)) as answer:
            if isinstance(answer, Failure) and answer.kind == "private":
                return ""  # the page itself is refused next, and says why
            rules = robots.text_of(answer)
        if rules is not None:
            await self.desk.do(keep_robots, site, rules, self.now())
        return rules


def _request(entry: WaitingEntry, url: str) -> Request:
    """The request for an entry's page: the feed's own headers go along on the feed's host alone."""
    at_home = place_of_or_none(url) == place_of_or_none(entry.feed_url)
    return Request(
        url,
        headers=json.loads(entry.headers) if at_home else {},
        cookies_file=entry.cookies_file,
        accept=_ACCEPT,
        origin=entry.feed_url,
    )


def _settle_known(store: Store, entry: WaitingEntry, now: datetime) -> bool:
    """Whether the article of *entry* is here already, whole: then this is one more sighting of it."""
    url = canonical(entry.url) if entry.url else ""
    known = article_at(store, [url, other_scheme(url), entry.url]) if url else None
    if known is None or body_source_of(store, known) in ("title", "summary"):
        return False
    with store.write():
        add_sighting(store, known, entry.feed, entry.id, entry.url, now)
        settle_entry(store, entry.id, known, None)
    return True


def keep_found(store: Store, entry: WaitingEntry, found: NewArticle, now: datetime) -> Kept:
    """Keep *found* as the article of *entry*, with its sighting, in one transaction."""
    sign = outlet_of(entry, found.url)
    with store.write():
        outlet = entry.outlet or outlet_for(store, sign.domain, sign.name)
        urls = list(dict.fromkeys((found.url, other_scheme(found.url), entry.url or found.url)))
        known = entry.article or article_at(store, urls) or article_titled(store, found, outlet)
        kept = keep_article(store, found, outlet, known, now)
        add_sighting(store, kept.article, entry.feed, entry.id, entry.url or found.url, now)
        settle_entry(store, entry.id, kept.article, found.note)
        return kept


def _postpone_entry(store: Store, entry: int, until: datetime, words: str) -> None:
    try_later(store, entry, until, words, counts=False)
