"""The version of what reads: it changes when code, rules, model or the user's own rules change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractors.pipeline import Reading

_FOLDER = Path(__file__).parent
_THEME_FILES = ("themes", "titles.py", "countries", "beat.py", "beats", "story_words")


@dataclass(frozen=True, slots=True)
class ReadingVersion:
    """The version in two halves: ``themes`` (themes, titles, countries, beat) can change alone."""

    base: str
    themes: str

    def __str__(self) -> str:
        return f"{self.base}/{self.themes}"

    def differs_only_in_themes(self, other: str | None) -> bool:
        """Whether the reading at version *other* is out of date in its themes alone."""
        return other is not None and other != str(self) and other.partition("/")[0] == self.base


def version_of(how: Reading) -> ReadingVersion:
    """The version of reading as *how* says."""
    sources = sorted(p for p in _FOLDER.rglob("*") if p.suffix in (".py", ".toml", ".jsonl", ".txt"))
    of_themes = [p for p in sources if _is_about_themes(p)]
    others = [p for p in sources if not _is_about_themes(p)] + [*how.company_files]
    own = [how.model, _model_version(how.model), str(how.rates_file), _canonical(how.companies)]
    return ReadingVersion(
        base=f"{version('newsgauge')}+{_digest(others, own)}",
        themes=_digest(of_themes, [_canonical(how.themes), _canonical(how.beat)]),
    )


def _is_about_themes(path: Path) -> bool:
    parts = path.relative_to(_FOLDER).parts
    return any(part.startswith(name) for part in parts for name in _THEME_FILES)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _model_version(model: str) -> str:
    try:
        return version(model.replace("_", "-"))
    except (PackageNotFoundError, ValueError):
        return ""


def _digest(files: Iterable[Path], words: Iterable[str]) -> str:
    sha = hashlib.sha256()
    for file in files:
        sha.update(file.name.encode() + b"\0" + file.read_bytes())
    for word in words:
        sha.update(word.encode() + b"\0")
    return sha.hexdigest()[:8]
