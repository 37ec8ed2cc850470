"""Storing: a poll's entries and the feed's new state, in one transaction; no visit is kept by halves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random

from db.collection import (
    FeedState,
    Signs,
    add_entries,
    add_poll,
    change_entries,
    entry_times,
    has_entries,
    known_entries,
    move_feed,
    update_feed,
)
from db.store import Store
from monitor.collect import faults, schedule
from monitor.collect.faults import Fault
from monitor.collect.identity import Identity, Matched
from monitor.collect.moments import AHEAD, EARLIEST
from monitor.collect.values import Channel, Outcome, ParsedEntry, ParsedFeed, PollOutcome, Response

_MANY_NEW_GUIDS = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to a feed: when, how it is scheduled, and with which dice."""

    feed: FeedState
    now: datetime
    bounds: schedule.Bounds
    dice: Random


def body_hash(body: bytes) -> str:
    """The hash by which unchanged bytes are known."""
    return blake2b(body, digest_size=16).hexdigest()


def keep_feed(store: Store, visit: Visit, response: Response, parts: Iterable[ParsedFeed]) -> PollOutcome:
    """Keep the entries of *parts* and what the visit says of the feed."""
    with store.write():
        keeper = _Keeper(store, visit)
        for part in parts:
            keeper.keep(part)
        return keeper.finish(response)


class _Keeper:
    """One poll's entries on their way into the database, part by part."""

    def __init__(self, store: Store, visit: Visit) -> None:
        self._store = store
        self._visit = visit
        self._first = not has_entries(store, visit.feed.id)
        self._identity = Identity()
        self._channel = Channel()
        self._faults: list[str] = []
        self._times: list[datetime] = []
        self.entries = self.new = self._renamed = 0

    def keep(self, part: ParsedFeed) -> None:
        """Keep a part's entries."""
        if not self.entries:
            self._channel = part.channel
            self._faults += [*part.faults, *faults.of_entries(part.entries, self._visit.now)]
        entries = [_dated(entry, self._visit.now) for entry in part.entries]
        self.entries += len(entries)
        self._times += [e.published for e in entries[:20] if e.published] if len(self._times) < 20 else []
        if not self._first:
            self._identity.know(known_entries(self._store, self._visit.feed.id, _signs(entries)))
        matched = list(self._identity.match(entries))
        self.new += add_entries(self._store, [self._row(m) for m in matched if m.known is None])
        self._renamed += sum(1 for m in matched if m.new_guid)
        change_entries(
            self._store, (self._change(m) for m in matched if m.known and (m.changed or m.new_guid))
        )

    def finish(self, response: Response) -> PollOutcome:
        """Write the feed's state and the visit."""
        visit, feed = self._visit, self._visit.feed
        if self._renamed >= _MANY_NEW_GUIDS:
            self._faults.append(
                f"{self._renamed} entries came back under other GUIDs: known by address and title"
            )
        if not self.entries and not response.cut:
            self._faults.append("it is a feed, but lists nothing")
        if label := faults.of_answer(response):
            self._faults.append(label)
        times = self._times or entry_times(self._store, feed.id)
        interval = schedule.next_interval(
            times, response.headers, self._channel.ttl_seconds, visit.now, visit.bounds
        )
        changes = _good_visit(visit, interval) | {
            "title": feed.title or self._channel.title or None,
            "site_url": self._channel.link or None,
            "etag": response.header("etag"),
            "last_modified": response.header("last-modified"),
            "validators_since": visit.now.isoformat(),
            "content_hash": body_hash(response.body),
            "error": "; ".join(dict.fromkeys(self._faults)) or None,
            "advice": faults.PUBLISHERS if self._faults else None,
        }
        if self.new:
            changes["last_new_at"] = visit.now.isoformat()
        if self._channel.children:  # an index may stay the same while its sitemaps change
            changes |= _NO_VALIDATORS
        if response.cut:
            changes |= _failed(visit, faults.of_cut(response.cut, self.entries), None) | _NO_VALIDATORS
        outcome: Outcome = "error" if response.cut else "new" if self.new else "nothing new"
        update_feed(self._store, feed.id, changes | _redirected(self._store, visit, response))
        said = str(changes["error"]) if response.cut else None
        return _note(
            self._store,
            visit,
            response,
            PollOutcome(
                feed.id,
                outcome,
                response.status,
                response.wire_bytes,
                self.entries,
                self.new,
                said,
            ),
        )

    def _row(self, matched: Matched) -> tuple[object, ...]:
        entry, feed = matched.entry, self._visit.feed
        return (
            feed.id,
            matched.key,
            entry.guid or None,
            entry.link or None,
            entry.url or None,
            entry.title,
            entry.summary,
            entry.content,
            entry.author or None,
            entry.published and entry.published.isoformat(),
            entry.precision,
            entry.updated and entry.updated.isoformat(),
            entry.publisher or None,
            entry.publisher_url or None,
            entry.language or self._channel.language or None,
            matched.content_hash,
            self._visit.now.isoformat(),
            "new" if wanted(entry, feed) else "filtered",
        )

    def _change(self, matched: Matched) -> Mapping[str, object]:
        entry, known = matched.entry, matched.known
        assert known is not None
        change: dict[str, object] = {"id": known.id, "guid": entry.guid or known.guid or None}
        if not matched.changed:
            return change
        published = entry.published or known.published
        return change | {
            "link": entry.link or None,
            "url": entry.url or None,
            "title": entry.title or known.title,
            "summary": entry.summary,
            "content": entry.content,
            "published": published and published.isoformat(),
            "updated": entry.updated and entry.updated.isoformat(),
            "content_hash": matched.content_hash,
            "state": "new" if wanted(entry, self._visit.feed) else "filtered",
            "tries": 0,
            "next_try_at": None,
        }


def wanted(entry: ParsedEntry, feed: FeedState) -> bool:
    """Whether the feed's include and exclude words let *entry* through."""
    if not feed.include and not feed.exclude:
        return True
    text = f"{entry.title} {entry.summary}".casefold()
    if any(word.casefold() in text for word in feed.exclude):
        return False
    return not feed.include or any(word.casefold() in text for word in feed.include)


def keep_unchanged(store: Store, visit: Visit, response: Response) -> PollOutcome:
    """Note a visit that found the feed as it was: by 304, or by equal bytes."""
    interval = schedule.kept_interval(visit.feed.interval_seconds, response.headers, visit.now, visit.bounds)
    changes = _good_visit(visit, interval)
    if visit.feed.failures:
        changes |= {"error": None, "advice": None}
    if response.good:
        changes |= {
            "etag": response.header("etag"),
            "last_modified": response.header("last-modified"),
            "validators_since": visit.now.isoformat(),
        }
    with store.write():
        update_feed(store, visit.feed.id, changes | _redirected(store, visit, response))
        outcome: Outcome = "not modified" if response.status == 304 else "nothing new"
        return _note(
            store,
            visit,
            response,
            PollOutcome(visit.feed.id, outcome, response.status, response.wire_bytes),
        )


def keep_failure(
    store: Store, visit: Visit, fault: Fault, response: Response | None = None, wait: timedelta | None = None
) -> PollOutcome:
    """Note a visit that failed; the next try comes later each time, and after *wait* at the earliest."""
    gone = response is not None and response.status == 410
    changes = _failed(visit, fault, wait) | ({"state": "gone"} if gone else {})
    said_of_itself = visit.feed.error is not None and not visit.feed.failures
    if said_of_itself or (response is not None and response.status == 304):
        changes |= _NO_VALIDATORS  # read whole next time: what was wrong with the feed itself is said again
    with store.write():
        update_feed(store, visit.feed.id, changes)
        status = response.status if response else None
        size = response.wire_bytes if response else 0
        outcome = PollOutcome(visit.feed.id, "gone" if gone else "error", status, size, error=fault.words)
        return _note(store, visit, response, outcome)


def postpone(store: Store, feed: FeedState, until: datetime) -> None:
    """Ask *feed* again no earlier than *until*; its state is not touched."""
    with store.write() as db:
        db.execute(
            "UPDATE feeds SET next_poll_at = max(next_poll_at, ?) WHERE id = ?", [until.isoformat(), feed.id]
        )


_NO_VALIDATORS: dict[str, object] = {
    "etag": None,
    "last_modified": None,
    "validators_since": None,
    "content_hash": None,
}


def _good_visit(visit: Visit, interval: float) -> dict[str, object]:
    moment = visit.now.isoformat()
    pause = timedelta(seconds=interval * visit.dice.uniform(0.97, 1.03))
    return {
        "interval_seconds": round(interval),
        "next_poll_at": (visit.now + pause).isoformat(),
        "last_poll_at": moment,
        "last_success_at": moment,
        "verified_at": visit.feed.verified_at or moment,
        "failures": 0,
    }


def _failed(visit: Visit, fault: Fault, wait: timedelta | None) -> dict[str, object]:
    failures = visit.feed.failures + 1
    pause = timedelta(
        seconds=schedule.back_off(visit.feed.interval_seconds, failures, visit.bounds, visit.dice)
    )
    return {
        "failures": failures,
        "error": fault.words,
        "advice": fault.advice,
        "last_poll_at": visit.now.isoformat(),
        "next_poll_at": (visit.now + max(pause, wait or timedelta(0))).isoformat(),
    }


def _redirected(store: Store, visit: Visit, response: Response) -> dict[str, object]:
    """What permanent redirects change: counted, and followed for good when they have lasted."""
    feed, target = visit.feed, response.permanent_to
    if target is None or target == feed.url or response.cut:
        return {"redirect_to": None, "redirects": 0} if feed.redirects else {}
    times = feed.redirects + 1 if feed.redirect_to == target else 1
    if times >= schedule.REPEATED and move_feed(store, feed.id, target, visit.now):
        return {}
    return {"redirect_to": target, "redirects": times}


def _note(store: Store, visit: Visit, response: Response | None, outcome: PollOutcome) -> PollOutcome:
    add_poll(
        store,
        {
            "feed": outcome.feed,
            "started_at": visit.now.isoformat(),
            "seconds": round(response.seconds, 3) if response else 0.0,
            "outcome": outcome.outcome,
            "status": outcome.status,
            "bytes": outcome.bytes,
            "entries": outcome.entries,
            "new_entries": outcome.new_entries,
            "error": outcome.error,
        },
    )
    return outcome


def _dated(entry: ParsedEntry, now: datetime) -> ParsedEntry:
    """*entry* without a date that cannot be its time of publication."""
    if entry.published is None or EARLIEST <= entry.published <= now + AHEAD:
        return entry
    return replace(entry, published=None, precision=None)


def _signs(entries: Iterable[ParsedEntry]) -> Signs:
    listed = list(entries)
    return Signs(
        list({e.guid for e in listed if e.guid}),
        list({e.url for e in listed if e.url}),
        list({e.title for e in listed if not e.url}),
    )
