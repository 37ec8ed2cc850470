"""One digest a calendar day, whatever clocks and restarts do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.digest.schedule import Window, due_window

BERLIN = ZoneInfo("Europe/Berlin")


def days_written(start: datetime, end: datetime, at: str, step: timedelta) -> list[Window]:
    """The digests of a daemon that asks every *step* from *start* to *end*."""
    written: list[Window] = []
    now = start
    while now <= end:
        last = written[-1] if written else None
        window = due_window(now, at, BERLIN, last and last.day, last and last.until)
        if window:
            written.append(window)
        now += step
    return written


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize("at", ["00:10", "02:30", "03:00", "07:30", "23:50"])
def test_days_on_which_clocks_change_have_exactly_one_digest(change: date, at: str) -> None:
    start = datetime.combine(change - timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    windows = days_written(start, start + timedelta(days=5), at, timedelta(minutes=5))
    days = [window.day for window in windows]
    assert days.count(change) == 1
    assert days == sorted(set(days))
    assert all(later.since == earlier.until for earlier, later in pairwise(windows))


def test_a_missed_day_is_caught_up_at_start_and_covers_the_pause() -> None:
    last_until = datetime(2026, 5, 1, 5, 30, tzinfo=UTC)
    now = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)  # 05:00 in Berlin, before the hour
    window = due_window(now, "07:30", BERLIN, date(2026, 5, 1), last_until)
    assert window == Window(date(2026, 5, 3), last_until, datetime(2026, 5, 3, 5, 30, tzinfo=UTC))


def test_a_clock_set_back_a_day_writes_nothing_twice() -> None:
    until = datetime(2026, 5, 4, 5, 30, tzinfo=UTC)
    day_before = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
    assert due_window(day_before, "07:30", BERLIN, date(2026, 5, 4), until) is None


def test_the_first_digest_waits_for_its_hour() -> None:
    before = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
    after = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
    assert due_window(before, "07:30", BERLIN, None, None) is None
    first = due_window(after, "07:30", BERLIN, None, None)
    assert first is not None and first.until - first.since == timedelta(days=1)
