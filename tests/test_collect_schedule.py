"""When to come again, and what a server asks of its visitors."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.collect import schedule
from monitor.collect.poll import request_for
from monitor.collect.robots import permission, text_of
from monitor.collect.schedule import Bounds
from monitor.collect.settings import limits_of
from monitor.collect.values import Failure, Response
from monitor.config import CollectConfig

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_interval_follows_rhythm_and_server() -> None:
    bounds = Bounds(600, 86400)
    hourly = [NOW - timedelta(hours=n) for n in range(10)]
    assert schedule.next_interval(hourly, {}, None, NOW, bounds) == 1800
    assert (
        schedule.next_interval(hourly, {"cache-control": "public, max-age=7200"}, None, NOW, bounds) == 7200
    )
    assert schedule.next_interval(hourly, {}, 3 * 3600, NOW, bounds) == 10800
    expires = {"expires": "Mon, 02 Mar 2026 14:00:00 GMT"}
    assert schedule.next_interval(hourly, expires, None, NOW, bounds) == 7200
    assert schedule.next_interval(hourly, {"cache-control": "max-age=99999999"}, None, NOW, bounds) == 86400
    assert schedule.next_interval([NOW] * 20, {}, None, NOW, bounds) == 600
    assert schedule.rhythm([NOW - timedelta(days=30 + n) for n in range(5)], NOW, bounds) == 86400


def test_back_off_doubles_and_never_ends() -> None:
    bounds, dice = Bounds(600, 86400), Random(4)
    waits = [schedule.back_off(600, n, bounds, dice) for n in range(1, 200)]
    assert all(a < b for a, b in itertools.pairwise(waits[:7]))
    assert max(waits) <= 86400 * 1.1
    assert len({round(wait) for wait in waits[-50:]}) > 10


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("1000000000", 86400),
        ("Mon, 02 Mar 2026 12:10:00 GMT", 600),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after(said: str, seconds: int | None) -> None:
    wait = schedule.retry_after({"retry-after": said}, NOW)
    assert (wait and wait.total_seconds()) == seconds


def test_validators_are_dropped_now_and_then() -> None:
    from db.collection import FeedState

    state = FeedState(1, "http://x.example/feed", etag='"1"', validators_since=NOW - timedelta(days=7))
    assert request_for(state, NOW).etag == '"1"'
    assert request_for(state, NOW + timedelta(days=2)).etag is None


def test_robots() -> None:
    rules = "User-agent: newsgauge\nDisallow: /closed\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /"
    assert permission(rules, "http://x.example/open").allowed
    assert not permission(rules, "http://x.example/closed/1").allowed
    assert permission(rules, "http://x.example/open").gap == 7
    assert text_of(Response("u", 404, {}, b"", 0, 0)) == ""
    assert text_of(Response("u", 503, {}, b"", 0, 0)) is None
    assert text_of(Failure("timeout", "", 0)) is None


def test_manners_are_for_others_unless_said() -> None:
    assert limits_of(CollectConfig()).own_gap == 0
    assert limits_of(CollectConfig(host_gap_seconds=1)).own_gap == 1
    assert limits_of(CollectConfig(connections_per_host=2)).own_per_host == 2
