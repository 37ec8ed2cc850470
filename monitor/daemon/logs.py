"""Logs with one line an event: words and ``key=value`` pairs, or JSON. No article's text is ever logged."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def event(log: logging.Logger, name: str, level: int = logging.INFO, **values: Any) -> None:
    """Log the event *name* with its *values*."""
    log.log(level, name, extra={"values": values})


class LineFormatter(logging.Formatter):
    """``2026-01-31T07:30:00Z INFO polled feeds=12 new=3``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line for *record*."""
        pairs = "".join(f" {key}={_plain(value)}" for key, value in _values(record).items())
        return f"{_moment(record)} {record.levelname} {_message(record)}{pairs}{_failure(record)}"


class JsonFormatter(logging.Formatter):
    """The same as a JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object for *record*."""
        line = {"time": _moment(record), "level": record.levelname, "event": _message(record)}
        failure = {"failure": _failure(record).strip()} if record.exc_info else {}
        return json.dumps(line | _values(record) | failure, default=str, ensure_ascii=False)


def set_up(style: str) -> None:
    """Log to standard error in *style*, ``lines`` or ``json``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else LineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def _message(record: logging.LogRecord) -> str:
    """What *record* says, on one line: what a program or a mail server answered may have several."""
    return " ".join(record.getMessage().split())


def _values(record: logging.LogRecord) -> dict[str, Any]:
    values: dict[str, Any] = getattr(record, "values", {})
    return values


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(c.isspace() or c in '="' for c in text) else text


def _failure(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return ""
    where = [
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    said = f" error={_plain(f'{type(error).__name__}: {error}')}"
    return f"{said} at={_plain(' '.join(where[-3:]))}" if where else said
