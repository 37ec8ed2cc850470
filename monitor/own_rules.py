"""A user's own rules, written at the end of the configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from monitor.config import ConfigError, load_config


def append_rule(path: Path, table: str, rule: Mapping[str, object]) -> None:
    """Write *rule* as one more ``[[table]]`` at the end of *path*, whose other bytes stay.

    Only a configuration that loads is kept; raises ConfigError for one that doesn't, and where none is.
    """
    if not path.exists():
        raise ConfigError(
            f"there is no configuration at {path} to add it to: write one with `newsgauge init`"
        )
    before = path.read_text(encoding="utf-8")
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rule.items()]
    new = path.with_name(path.name + ".new")
    new.write_text(f"{before.rstrip()}\n\n[[{table}]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    try:
        load_config(new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
