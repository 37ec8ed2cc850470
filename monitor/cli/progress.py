"""Progress of long work on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from monitor.cli.settings import console

SECONDS_BETWEEN_LINES = 30.0


class Stages:
    """How far each stage of a pass is; called with the stage's name, what is done of it and its total."""

    def __init__(self, screen: Console | None = None) -> None:
        self.screen = screen or console(to_error=True)
        self._bars = Progress(*self._columns(), console=self.screen, disable=not self.screen.is_terminal)
        self._tasks: dict[str, TaskID] = {}
        self._last_line = time.monotonic()

    def _columns(self) -> tuple[ProgressColumn, ...]:
        return TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that *done* of *total* are done in *stage*."""
        if self.screen.is_terminal:
            self._bars.update(self._task(stage), completed=done, total=total)
        elif done >= total or time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self.screen.print(f"{stage}: {done:,} of {total:,}")

    def _task(self, stage: str) -> TaskID:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage)
        return self._tasks[stage]


class Counted(Stages):
    """Stages that also tell how many of *what* they brought, at what rate, and how much time is left."""

    def __init__(self, what: str, screen: Console | None = None) -> None:
        self.what = what
        self._began: dict[str, float] = {}
        super().__init__(screen)

    def _columns(self) -> tuple[ProgressColumn, ...]:
        return (*super()._columns(), TextColumn("{task.fields[told]}"))

    def __call__(self, stage: str, done: int, total: int, count: int = 0) -> None:
        """Show that *done* of *total* are done in *stage*, and that they held so many."""
        seconds = max(time.monotonic() - self._began.setdefault(stage, time.monotonic()), 1e-9)
        told = f"{count:,} {self.what}, {count / seconds:,.1f} a second" if count else ""
        if self.screen.is_terminal:
            self._bars.update(self._task(stage), completed=done, total=total, told=told)
        elif done >= total or time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            left = _in_words(seconds / done * (total - done)) if 0 < done < total else ""
            line = f"{stage}: {done:,} of {total:,}"
            self.screen.print(", ".join(filter(None, [line, told, left])), soft_wrap=True)

    def _task(self, stage: str) -> TaskID:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, told="")
        return self._tasks[stage]


def _in_words(seconds: float) -> str:
    """The time that is left.

    >>> [_in_words(s) for s in (40, 400, 40_000)]
    ['about 40 seconds left', 'about 7 minutes left', 'about 11.1 hours left']
    """
    if seconds >= 5400:
        return f"about {seconds / 3600:.1f} hours left"
    count, unit = (seconds, "seconds") if seconds < 90 else (seconds / 60, "minutes")
    return f"about {count:.0f} {unit} left"
