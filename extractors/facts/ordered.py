"""Things of a text in the order of their places, and those inside a stretch of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Ordered(Generic[T]):
    """*things* by where they start."""

    def __init__(self, things: Iterable[T], start: Callable[[T], int]) -> None:
        self.things = sorted(things, key=start)
        self.starts = [start(thing) for thing in self.things]

    def inside(self, start: int, end: int) -> Sequence[T]:
        """The things that start from *start* to before *end*."""
        return self.things[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def before(self, start: int) -> Sequence[T]:
        """The last thing that starts before *start*, in a sequence of one or none."""
        place = bisect_left(self.starts, start)
        return self.things[max(place - 1, 0) : place]
