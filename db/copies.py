"""Which copies of a database there are: a list beside it, for the day when it is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_KEPT = 50


def note(database: Path, copy: Path) -> None:
    """Remember that *copy*, a sound one, was made of *database*."""
    known = [*_known(database), copy.absolute()]
    _list_of(database).write_text("".join(f"{path}\n" for path in known[-_KEPT:]), encoding="utf-8")


def latest(database: Path) -> Path | None:
    """The newest copy that is still there and still sound."""
    return next((path for path in reversed(_known(database)) if path.exists() and _is_sound(path)), None)


def keep_newest(database: Path, folder: Path, count: int) -> list[Path]:
    """Remove all copies of *database* in *folder* but the newest *count*; returns those removed."""
    there = [path for path in _known(database) if path.parent == folder.absolute() and path.exists()]
    old = there[:-count]
    for path in old:
        path.unlink()
    return old


def advice(database: Path) -> str:
    """What to do about a damaged *database*."""
    copy = latest(database)
    if copy is None:
        return "restore a copy made by `newsgauge backup`; none is known beside it"
    return f"stop the daemon, remove {database}-wal and restore the copy {copy}"


def _list_of(database: Path) -> Path:
    return Path(f"{database}.copies")


def _known(database: Path) -> list[Path]:
    try:
        lines = _list_of(database).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [Path(line) for line in lines if line]


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            return bool(copy.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
