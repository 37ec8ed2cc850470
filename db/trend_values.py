"""A trend as a value: its windows, what chance would have brought, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from db.trend_rows import Counting, Kind
from db.windows import By

READ_LANGUAGES = frozenset({"en", "zh"})
"""The languages whose articles are read; those in others are counted beside."""

Word = Literal["rising", "fading", "steady", "too few to say"]


@dataclass(frozen=True, slots=True)
class Question:
    """Which trends to tell: of a *kind*, narrowed to a *theme* or *company* (its row), up to a day.

    ``roll_up`` counts companies under their topmost owners (``db.rolled_up``), each story once.
    """

    kind: Kind = "theme"
    by: By = "week"
    until: date | None = None
    since: date | None = None
    counting: Counting = "stories"
    on_beat: bool = True
    theme: str | None = None
    company: int | None = None
    limit: int = 200
    roll_up: bool = False
    languages: frozenset[str] = READ_LANGUAGES


@dataclass(frozen=True, slots=True)
class Window:
    """A window's count of a subject, what of, and how many feeds were followed through it."""

    first: date
    last: date
    count: int
    total: int
    feeds: int
    thin: bool

    @property
    def share(self) -> float | None:
        """The share of all stories; None where there were none."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Burst:
    """Days through which a subject's share was about twice its usual one or more, both included."""

    start: date
    end: date
    weight: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A subject's newest window against those before.

    ``p`` is two-sided, ``q`` the false discovery rate at which it would be called; both are None where
    nothing could be tested. ``ratio_low`` to ``ratio_high`` is the 95 % interval of the present share over
    the past one; ``expected_low`` to ``expected_high`` holds 95 % of what chance brings. ``thin_past`` says
    that the past lies, in part, before the feeds were followed.
    """

    kind: Kind
    name: str
    label: str
    theme: str | None
    company: int | None
    metric: str | None
    when: str
    windows: tuple[Window, ...]
    counting: Counting
    observed: int
    outlets: int
    first_seen: date | None
    expected: float | None
    expected_low: int | None
    expected_high: int | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    p: float | None
    q: float | None
    word: Word
    thin_past: bool
    bursts: tuple[Burst, ...]
    burst_start: date | None

    @property
    def share(self) -> float | None:
        """The newest window's share."""
        return self.windows[-1].share

    @property
    def counts(self) -> tuple[int, ...]:
        """The windows' counts, oldest first, as a sparkline draws them."""
        return tuple(window.count for window in self.windows)

    @property
    def claim(self) -> str:
        """What is said of it, without its name."""
        return _claim(self)

    @property
    def in_words(self) -> str:
        """The trend as a line: ``true-heiress: 9 stories from 6 outlets this week against 2.4 expected``."""
        return f"{self.name}: {self.claim}"


@dataclass(frozen=True, slots=True)
class Denominators:
    """What stands behind the newest window: feeds, all stories and articles, and what is not read."""

    feeds: int
    stories: int
    articles: int
    title_only: int
    other_languages: int


@dataclass(frozen=True, slots=True)
class Report:
    """The trends asked for, the strongest first, with their denominators and how many were tested."""

    trends: tuple[Trend, ...]
    denominators: Denominators
    volume: Trend | None
    tested: int


def _claim(trend: Trend) -> str:
    noun = {"stories": ("story", "stories"), "articles": ("article", "articles")}[trend.counting]
    said = f"{trend.observed:,} {noun[trend.observed != 1]}"
    if trend.outlets:
        said += f" from {trend.outlets:,} {'outlet' if trend.outlets == 1 else 'outlets'}"
    said += f" {trend.when}"
    if trend.expected is None:
        return f"{said}, too few to say"
    said += f" against {trend.expected:.1f} expected"
    if trend.word in ("rising", "fading"):
        said += "" if trend.word == "rising" else ", fading"
        said += f", {_p_in_words(trend.p)}"
        if trend.burst_start:
            said += f", since {trend.burst_start.day} {trend.burst_start:%b}"
    else:
        said += f" ({trend.expected_low} to {trend.expected_high}), {trend.word}"
    return said + ("; the past is thin" if trend.thin_past else "")


def _p_in_words(p: float | None) -> str:
    return "p<0.001" if p is not None and p < 0.0005 else f"p={p:.3f}"
