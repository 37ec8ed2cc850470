"""Dates as feeds and pages write them: aware UTC, with how precise they are."""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import struct_time

from monitor.collect.values import Precision

_DAY_ONLY = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*|[^:]*")
_MONTH_ONLY = re.compile(r"\s*\d{4}-\d{2}\s*")
_YEAR_ONLY = re.compile(r"\s*\d{4}\s*")

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before this a date is a placeholder (0001-01-01, 1970-01-01), not a time of publication."""

AHEAD = timedelta(days=1)
"""How far ahead of the clock a date may be: time zones left out shift it, mistakes shift it further."""


def precision_of(text: str) -> Precision:
    """How precise the date *text* is.

    >>> [precision_of(t) for t in ("2026-03-04", "2026-03", "2026", "Wed, 04 Mar 2026 08:00:00 GMT")]
    ['day', 'month', 'year', 'second']
    """
    if _YEAR_ONLY.fullmatch(text):
        return "year"
    if _MONTH_ONLY.fullmatch(text):
        return "month"
    return "day" if _DAY_ONLY.fullmatch(text) else "second"


def from_struct(parsed: struct_time | None) -> datetime | None:
    """A UTC ``struct_time`` as an aware datetime."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def from_iso(text: str | None) -> datetime | None:
    """An ISO 8601 date or time as aware UTC (UTC where it names no zone), or None.

    >>> from_iso("2026-03-04T08:00:00+08:00").isoformat()
    '2026-03-04T00:00:00+00:00'
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (
            (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
        )
    except (ValueError, OverflowError):
        return None


def http_date(text: str | None) -> datetime | None:
    """A date of an HTTP header, or None."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def credible(moment: datetime | None, now: datetime) -> bool:
    """Whether *moment* can be a time of publication, seen from *now*."""
    return moment is not None and EARLIEST <= moment <= now + AHEAD


def in_any_words(text: str, languages: list[str] | None = None) -> datetime | None:
    """A date in any of the wordings that dateparser reads; never one relative to today."""
    if not text.strip() or len(text) > 100:
        return None
    import dateparser  # half a second and its language files: only where simpler readers fail

    settings = {
        "TIMEZONE": "UTC",
        "TO_TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
    }
    try:
        found = dateparser.parse(text, languages=languages, settings=settings)
    except Exception:  # dateparser lets regex and locale errors of odd texts through
        return None
    return found.astimezone(UTC) if found else None
