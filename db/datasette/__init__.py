"""The Datasette configuration: settings, templates, plugins and canned queries beside this file."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent

SETTINGS = {
    "sql_time_limit_ms": 2000,
    "default_page_size": 50,
    "facet_time_limit_ms": 300,
    "max_returned_rows": 2000,
    "allow_download": "off",
}


def command(database: Path, host: str, port: int, open_browser: bool) -> list[str]:
    """The arguments, after the interpreter, that serve *database*; mutable, since a daemon may be writing."""
    settings = [word for name, value in SETTINGS.items() for word in ("--setting", name, str(value))]
    folders = ["--template-dir", str(FOLDER / "templates"), "--plugins-dir", str(FOLDER / "plugins")]
    where = ["-h", host, "-p", str(port), *(["--open"] if open_browser else [])]
    return ["-m", "datasette", "serve", str(database), *where, *settings, *folders]
