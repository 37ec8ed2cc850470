"""The themes to look for: the packaged ones and a user's own, compiled to patterns."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal

from extractors.errors import RuleError
from extractors.themes.patterns import Classes, PatternSet, Step, compile_pattern
from extractors.themes.words import BREAK, base_forms, is_chinese

Level = Literal["sure", "story", "trope", "plot", "strict", "title", "near", "not", "unless", "person"]
LEVELS: tuple[Level, ...] = ("sure", "story", "trope", "strict", "title", "not", "unless", "person")

_OWN_KEYS = {"id", "name", "label", "family", "phrases", "near", "within", "exclude", "story"}
_WITHIN = 12
_SIGNS = re.compile(r"[?*+\\!,;:]")


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's name: ``id`` as in the findings, ``label`` for people, ``family`` of themes."""

    id: str
    label: str
    family: str


@dataclass(frozen=True, slots=True)
class Form:
    """One pattern of a theme; ``level`` says when it counts, ``near`` what must stand within ``within``."""

    theme: int
    level: Level
    pattern: str
    near: frozenset[str] = frozenset()
    within: int = 0
    own: bool = False

    @property
    def named(self) -> bool:
        """Whether it names a trope, rather than tells it or hints at it."""
        return self.level in ("sure", "story", "trope") and not self.own


@dataclass(frozen=True)
class Taxonomy:
    """The themes and their forms, ready to be matched; ``version`` changes with any rule."""

    themes: tuple[Theme, ...]
    forms: tuple[Form, ...]
    version: str
    steps: tuple[tuple[Step, ...], ...] = field(repr=False)

    @classmethod
    def load(cls, own: Sequence[Mapping[str, Any]] = ()) -> Taxonomy:
        """The packaged themes and the user's *own*: a ``name`` and ``phrases``, maybe ``near``, ``exclude``.

        Raises RuleError, which names the theme and the key, for a theme that cannot be used.
        """
        rules = packaged_rules()
        classes: Classes = rules["classes"]
        themes: list[Theme] = []
        compiled: list[tuple[Form, tuple[Step, ...]]] = []
        for row in rules["theme"]:
            compiled += _compiled(_packaged_forms(row, len(themes)), classes, f"theme {row['id']!r}")
            themes.append(Theme(row["id"], row["label"], row["family"]))
        for place, row in enumerate(own, 1):
            theme = _own_theme(row, place, themes)
            at = next((n for n, t in enumerate(themes) if t.id == theme.id), len(themes))
            themes[at : at + 1] = [theme]
            compiled += _compiled(_own_forms(row, at, theme), {}, f"theme {theme.label!r}, phrases")
        return cls(
            themes=tuple(themes),
            forms=tuple(form for form, _ in compiled),
            version=_version(rules, own),
            steps=tuple(steps for _, steps in compiled),
        )

    @cached_property
    def patterns(self) -> PatternSet:
        """All forms' patterns, numbered as the forms."""
        return PatternSet(self.steps)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Each theme's label by its id."""
        return {theme.id: theme.label for theme in self.themes}


@lru_cache(maxsize=1)
def packaged_rules() -> dict[str, Any]:
    """The packaged themes as they are written."""
    return tomllib.loads((files("extractors") / "rules" / "themes.toml").read_text(encoding="utf-8"))


def _version(rules: Mapping[str, Any], own: Sequence[Mapping[str, Any]]) -> str:
    from extractors.themes.context import story_words

    written = json.dumps([rules, story_words(), [dict(row) for row in own]], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:12]


def _packaged_forms(row: Mapping[str, Any], theme: int) -> Iterator[Form]:
    for level in LEVELS:
        yield from (Form(theme, level, pattern) for pattern in row.get(level, ()))
    for near in row.get("near", ()):
        words = _base_words(near["words"])
        yield from (Form(theme, "near", pattern, words, near["within"]) for pattern in near["forms"])


def _base_words(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word if is_chinese(word) else " ".join(base_forms(word)) for word in words)


@lru_cache(maxsize=8192)
def _compiled_packaged(pattern: str) -> tuple[Step, ...]:
    return compile_pattern(pattern, packaged_rules()["classes"])


def _compiled(forms: Iterator[Form], classes: Classes, where: str) -> Iterator[tuple[Form, tuple[Step, ...]]]:
    for form in forms:
        try:
            steps = _compiled_packaged(form.pattern) if classes else compile_pattern(form.pattern, {})
        except RuleError as error:
            raise RuleError(f"{where}: {error}") from error
        yield replace(form, level="plot") if form.level == "story" and len(steps) > 1 else form, steps


def _own_theme(row: Mapping[str, Any], place: int, known: Sequence[Theme]) -> Theme:
    name = row.get("name") or row.get("label") or row.get("id")
    if not isinstance(name, str) or not name.strip():
        raise RuleError(f'[[themes]] number {place}: give the theme a name, such as name = "Amnesia"')
    _check_own(row, name)
    own_id = str(row.get("id") or slug(name))
    same = next((theme for theme in known if theme.id == own_id), None)
    label = str(row.get("label") or name) if same is None or "label" in row else same.label
    return Theme(own_id, label, str(row.get("family") or (same.family if same else "own")))


def _check_own(row: Mapping[str, Any], name: str) -> None:
    if unknown := sorted(set(row) - _OWN_KEYS):
        raise RuleError(
            f"theme {name!r}: no key {unknown[0]!r}; a theme has name, phrases and maybe near, "
            "within, exclude, story, id, label, family"
        )
    for key in ("phrases", "near", "exclude"):
        value = row.get(key, [] if key != "phrases" else None)
        if not isinstance(value, (list, tuple)) or (key == "phrases" and not value):
            raise RuleError(f'theme {name!r}: {key} must be a list of phrases, {key} = ["lost memory"] say')
        for number, phrase in enumerate(value, 1):
            if not isinstance(phrase, str) or not _has_words(phrase):
                raise RuleError(f"theme {name!r}: {key}, number {number}: {phrase!r} is no phrase of words")
    if not isinstance(row.get("within", _WITHIN), int) or row.get("within", _WITHIN) < 1:
        raise RuleError(f"theme {name!r}: within must be a whole number of words, 1 or more")
    if not isinstance(row.get("story", False), bool):
        raise RuleError(f"theme {name!r}: story must be true or false")


def _has_words(phrase: str) -> bool:
    return is_chinese(phrase) or any(form != BREAK for form in base_forms(phrase))


def slug(name: str) -> str:
    """A theme's id from its name.

    >>> slug("Lost Memory & Amnesia")
    'lost-memory-amnesia'
    """
    return re.sub(r"[^\w]+", "-", name.strip().lower()).strip("-")


def _own_forms(row: Mapping[str, Any], at: int, theme: Theme) -> Iterator[Form]:
    near = _base_words(row.get("near", ()))
    level: Level = "near" if near else "story" if row.get("story") else "sure"
    within = int(row.get("within", _WITHIN)) if near else 0
    for phrase in row["phrases"]:
        yield Form(at, level, _SIGNS.sub(" ", phrase), near, within, own=True)
    for phrase in row.get("exclude", ()):
        yield Form(at, "unless", _SIGNS.sub(" ", phrase), own=True)
