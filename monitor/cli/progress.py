"""Progress of long work on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from monitor.cli.settings import console

SECONDS_BETWEEN_LINES = 30.0


class Stages:
    """How far each stage of a pass is; called with the stage's name, what is done of it and its total."""

    def __init__(self, screen: Console | None = None) -> None:
        self.screen = screen or console(to_error=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._bars = Progress(*columns, console=self.screen, disable=not self.screen.is_terminal)
        self._tasks: dict[str, TaskID] = {}
        self._last_line = time.monotonic()

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
