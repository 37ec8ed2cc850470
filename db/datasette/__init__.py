"""The Datasette configuration: metadata, settings, templates and plugins beside this file."""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parent

SETTINGS = {
    "sql_time_limit_ms": 2000,
    "default_page_size": 50,
    "facet_time_limit_ms": 300,
    "max_returned_rows": 2000,
    "allow_download": "off",
}


def command(database: Path, host: str, port: int, password_hash: str | None, open_browser: bool) -> list[str]:
    """The arguments, after the interpreter, that serve *database*; mutable, since a daemon may be writing."""
    settings = [word for name, value in SETTINGS.items() for word in ("--setting", name, str(value))]
    folders = ["--template-dir", str(FOLDER / "templates"), "--plugins-dir", str(FOLDER / "plugins")]
    optional = ["--open"] if open_browser else []
    if password_hash:
        optional += ["--metadata", str(_with_password(database, password_hash))]
    else:
        optional += ["--metadata", str(FOLDER / "metadata.json")]
    return [
        "-m",
        "datasette",
        "serve",
        str(database),
        "-h",
        host,
        "-p",
        str(port),
        *settings,
        *folders,
        *optional,
    ]


def _with_password(database: Path, password_hash: str) -> Path:
    metadata = json.loads((FOLDER / "metadata.json").read_text(encoding="utf-8"))
    metadata.setdefault("plugins", {})["datasette-auth-passwords"] = {
        "analyst_password_hash": {"$env": "NEWSGAUGE_PASSWORD_HASH"}
    }
    metadata["allow"] = {"id": "analyst"}
    path = database.parent / f".{database.stem}-datasette.json"
    path.write_text(json.dumps(metadata), encoding="utf-8")
    return path
