"""What the tables and columns mean, from ``schema.toml``: for Datasette, and for the README's schema."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "schema.toml"


@cache
def _read() -> Mapping[str, Mapping[str, Mapping[str, str] | str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def tables() -> list[str]:
    """Every described table and view, in the schema's order."""
    return list(_read()["tables"])


def about(table: str) -> str:
    """What *table* holds."""
    return _own(table)["about"]


def column(table: str, name: str) -> str:
    """What column *name* of *table* means; raises KeyError where nobody said."""
    own = _own(table)
    return own[name] if name in own else _common()[name]


def columns(table: str) -> dict[str, str]:
    """What the columns of *table* mean: its own, and those that mean the same everywhere."""
    return dict(_common()) | {name: text for name, text in _own(table).items() if name != "about"}


def _own(table: str) -> Mapping[str, str]:
    described = _read()["tables"][table]
    assert isinstance(described, Mapping)
    return described


def _common() -> Mapping[str, str]:
    return _section("common")


def _section(name: str) -> Mapping[str, str]:
    return {key: text for key, text in _read()[name].items() if isinstance(text, str)}


def cited(name: str) -> str | None:
    """What column *name* of a cited export means; None where that is the query's own business."""
    found = _section("cited").get(name) or _own("fact_figures").get(name) or _common().get(name)
    return None if name == "about" else found


def as_markdown() -> str:
    """The schema as a Markdown table, a line a table or view."""
    lines = ["| table | what it holds |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| `{table}` | {about(table)} |" for table in tables())])
