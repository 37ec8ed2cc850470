"""Entries told apart, whatever a feed does to its GUIDs, links and order."""
# ruff: noqa: E501 - rows of examples stand on one line each

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.collection import KnownEntry
from monitor.collect.identity import Identity, Matched
from monitor.collect.values import ParsedEntry

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def entry(n: int, **more: object) -> ParsedEntry:
    made = ParsedEntry(
        guid=f"g{n}",
        link=f"http://x.example/{n}",
        url=f"http://x.example/{n}",
        title=f"Report {n}",
        published=NOW - timedelta(hours=n),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def polled(*polls: Sequence[ParsedEntry]) -> list[list[Matched]]:
    """What each of the *polls* brings, each against the rows that those before it left."""
    rows: list[KnownEntry] = []
    found = []
    for entries in polls:
        for row in rows:
            row.met = False
        matched = list(Identity(rows).match(entries))
        for match in matched:
            e = match.entry
            if match.known is None:
                rows.append(
                    KnownEntry(len(rows), match.key, e.guid, e.url, e.title, e.published, match.content_hash)
                )
            else:
                match.known.guid = e.guid
        found.append(matched)
    return found


def new(matched: list[Matched]) -> int:
    return sum(1 for match in matched if match.known is None)


SAME = [entry(n) for n in range(5)]


@pytest.mark.parametrize(
    ("polls", "counts"),
    [
        ((SAME, SAME), [5, 0]),
        ((SAME, [*SAME, entry(9)]), [5, 1]),
        ((SAME, [replace(e, guid=f"other{e.guid}") for e in SAME]), [5, 0]),
        ((SAME, [replace(e, guid="") for e in SAME]), [5, 0]),
        ((SAME, [replace(e, title=f"{e.title}, corrected") for e in SAME]), [5, 0]),
        (([replace(e, guid="g") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="g", url="") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="g", url="http://x.example/") for e in SAME],) * 2, [5, 0]),
        (([replace(e, url="http://x.example/") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="", url="") for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="", url="", published=None) for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="", url="", title="", published=None, summary=e.title) for e in SAME],) * 2, [5, 0]),
        (([replace(e, guid="g") for e in SAME], [replace(e, guid="g") for e in (entry(7), *SAME)]), [5, 1]),
        (([replace(SAME[0], guid="g")], [replace(e, guid="g") for e in (entry(1), SAME[0])]), [1, 1]),
        (([*SAME, *SAME], SAME), [5, 0]),
        (([replace(e, guid=f"1{e.guid}", url="") for e in SAME], [replace(e, guid=f"2{e.guid}", url="") for e in SAME]),
         [5, 0]),
    ],
)  # fmt: skip
def test_entries_are_told_apart(polls: tuple[list[ParsedEntry], ...], counts: list[int]) -> None:
    assert [new(matched) for matched in polled(*polls)] == counts


@given(st.permutations(range(6)), st.integers(0, 5))
def test_order_and_window_bring_nothing_new(order: list[int], gone: int) -> None:
    later = [entry(n) for n in order if n != gone]
    assert [new(matched) for matched in polled([entry(n) for n in range(6)], later)] == [6, 0]
