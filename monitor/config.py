"""The configuration, ``newsgauge.toml``: its keys, and errors that say which key and what was meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from extractors.errors import NewsgaugeError, RuleError
from extractors.model import DEFAULT_MODEL
from extractors.pipeline import Reading
from monitor.toml_lines import line_of

DEFAULT_CONFIG = Path("newsgauge.toml")
DEFAULT_DATABASE = Path("newsgauge.db")
RATES_NAME = "eurofxref-hist.zip"
"""Rates under this name beside the database are used before the packaged ones."""


class ConfigError(NewsgaugeError):
    """A configuration that cannot be used; the message names the file, the line and the key."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FeedConfig(_Section):
    """A feed to follow."""

    url: str
    title: str | None = None
    kind: Literal["feed", "search", "sitemap"] = "feed"
    group: str | None = None
    outlet_kind: Literal["press release wire", "trade press", "general", "blog", "other"] | None = None
    country: str | None = None
    headers: dict[str, str] = {}
    cookies_file: Path | None = None
    include: list[str] = []
    exclude: list[str] = []
    enabled: bool = True


class CollectConfig(_Section):
    """How feeds and pages are fetched."""

    contact: str = ""
    user_agent: str | None = None
    connections: int = Field(default=50, ge=1, le=500)
    connections_per_host: int = Field(default=2, ge=1, le=16)
    host_gap_seconds: float = Field(default=1.0, ge=0)
    min_interval_minutes: float = Field(default=10, gt=0)
    max_interval_hours: float = Field(default=24, gt=0)
    request_seconds: float = Field(default=20, gt=0)
    allow_private: list[str] = []
    robots: bool = True
    fetch_pages: bool = True


class ReadingConfig(_Section):
    """How articles are read."""

    model: str = DEFAULT_MODEL
    batch_size: int = Field(default=32, ge=1)
    fused: bool = True
    jobs: int = Field(default=1, ge=1)
    only_if: list[str] | Literal["beat"] = []
    company_files: list[Path] = []
    rates_file: Path | None = None


class DigestConfig(_Section):
    """When the digest is written and how much stands in it."""

    at: str = "07:30"
    top_stories: int = Field(default=10, ge=1)
    datasette_url: str = "http://127.0.0.1:8001"
    watch: list[str] = []
    command: list[str] = []

    @field_validator("at")
    @classmethod
    def _a_time_of_day(cls, value: str) -> str:
        hour, colon, minute = value.partition(":")
        if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
            raise ValueError(f"{value!r} is no time of day: write it as HH:MM, 07:30 say")
        return f"{int(hour):02}:{int(minute):02}"


class DaemonConfig(_Section):
    """How the daemon runs."""

    update_seconds: int = Field(default=60, ge=1)
    health_port: int | None = Field(default=None, ge=1, le=65535)
    log: Literal["lines", "json"] = "lines"
    worker_memory_mb: int = Field(default=1200, ge=200)
    copies: Path | None = None
    copies_kept: int = Field(default=7, ge=1)


class FolderTarget(_Section):
    """A folder that gets each digest as files."""

    kind: Literal["folder"]
    name: str
    path: Path
    formats: list[Literal["html", "md", "txt", "json", "atom"]] = ["html", "md"]


class MailTarget(_Section):
    """Mail over SMTP; the password is read from an environment variable or a file."""

    kind: Literal["mail"]
    name: str
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str
    to: list[str]
    user: str | None = None
    password_env: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None


class HookTarget(_Section):
    """A web hook; its address, which is a secret, may be read from an environment variable or a file."""

    kind: Literal["hook"]
    name: str
    style: Literal["slack", "discord", "teams", "json"] = "json"
    url: str | None = None
    url_env: str | None = None
    url_file: Path | None = None


class CommandTarget(_Section):
    """A command that gets the digest's JSON on its standard input."""

    kind: Literal["command"]
    name: str
    run: list[str] = Field(min_length=1)


Target = Annotated[FolderTarget | MailTarget | HookTarget | CommandTarget, Field(discriminator="kind")]


class AlertConfig(_Section):
    """A rule that fires: a burst, a company with a theme, a fact above a value, a word, a silent feed."""

    name: str
    when: Literal["burst", "company_theme", "fact", "word", "silent_feed"]
    theme: str | None = None
    company: str | None = None
    metric: str | None = None
    subject: str | None = None
    currency: str | None = None
    above: float | None = None
    below: float | None = None
    rearm_at: float | None = None
    word: str | None = None
    feed: str | None = None
    days: float | None = Field(default=None, gt=0)
    targets: list[str] = []
    per_day: int = Field(default=10, ge=1)


class Config(_Section):
    """All of ``newsgauge.toml``; every key has a default."""

    database: Path = DEFAULT_DATABASE
    time_zone: str | None = None
    beat: str | dict[str, Any] = "micro-dramas"
    feeds: list[FeedConfig] = []
    collect: CollectConfig = CollectConfig()
    reading: ReadingConfig = ReadingConfig()
    digest: DigestConfig = DigestConfig()
    daemon: DaemonConfig = DaemonConfig()
    targets: list[Target] = []
    alerts: list[AlertConfig] = []
    companies: list[dict[str, Any]] = []
    themes: list[dict[str, Any]] = []

    @field_validator("time_zone")
    @classmethod
    def _a_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{value!r} is no time zone{meant}")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The user's time zone: the one named, else the machine's."""
        from tzlocal import get_localzone_name

        return ZoneInfo(self.time_zone or get_localzone_name() or "UTC")

    @property
    def rates_file(self) -> Path | None:
        """The exchange rates: the file configured, else one beside the database, else None (the packaged)."""
        beside = self.database.parent / RATES_NAME
        return self.reading.rates_file or (beside if beside.exists() else None)

    @property
    def how_to_read(self) -> Reading:
        """What the reader needs of it."""
        return Reading(
            model=self.reading.model,
            batch_size=self.reading.batch_size,
            fused=self.reading.fused,
            company_files=tuple(self.reading.company_files),
            companies=tuple(self.companies),
            themes=tuple(self.themes),
            beat=self.beat,
            rates_file=self.rates_file,
            only_if=only_if if (only_if := self.reading.only_if) == "beat" else tuple(only_if),
        )


def load_config(path: Path | None = None) -> Config:
    """The configuration at *path*, or at ``newsgauge.toml`` where there is one, else the defaults.

    Relative paths in it are taken from its folder. Raises ConfigError.
    """
    chosen = path or DEFAULT_CONFIG
    if not chosen.exists():
        if path is None:
            return Config()
        raise ConfigError(f"there is no configuration at {path}: write one with `newsgauge init`")
    try:
        text = chosen.read_text(encoding="utf-8")
        config = _from_folder(Config.model_validate(tomllib.loads(text)), chosen.parent)
        _check_rules(chosen, text, config)
        return config
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{chosen}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{chosen} cannot be read: {error}") from error
    except ValidationError as error:
        raise ConfigError("\n".join(_complaints(chosen, text, error))) from error


def database_of(path: Path | None) -> Path:
    """The database that the configuration at *path* names, be the rest of it ever so faulty."""
    chosen = path or DEFAULT_CONFIG
    try:
        text = chosen.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    named = re.search(r"""^\s*database\s*=\s*["']([^"'\n]+)["']""", text, re.MULTILINE)
    return chosen.parent / (named[1] if named else DEFAULT_DATABASE)


def _from_folder(config: Config, folder: Path) -> Config:
    reading = config.reading.model_copy(
        update={
            "company_files": [folder / file for file in config.reading.company_files],
            "rates_file": config.reading.rates_file and folder / config.reading.rates_file,
        }
    )
    feeds = [
        feed.model_copy(update={"cookies_file": feed.cookies_file and folder / feed.cookies_file})
        for feed in config.feeds
    ]
    copies = config.daemon.copies and folder / config.daemon.copies
    daemon = config.daemon.model_copy(update={"copies": copies})
    database = folder / config.database
    changed = {"database": database, "reading": reading, "feeds": feeds, "daemon": daemon}
    return config.model_copy(update=changed)


def _complaints(path: Path, text: str, error: ValidationError) -> Iterator[str]:
    for complaint in error.errors():
        keys = [str(part) for part in complaint["loc"]]
        where = _place(path, text, keys)
        if complaint["type"] == "extra_forbidden":
            yield f"{where}: no key {'.'.join(keys)!r}{_meant(keys)}"
        else:
            said = str(complaint["msg"]).removeprefix("Value error, ")
            yield f"{where}: {'.'.join(keys)}: {said}"


def _place(path: Path, text: str, keys: Sequence[str]) -> str:
    line = line_of(text, keys)
    return f"{path}, line {line}" if line else str(path)


def _check_rules(path: Path, text: str, config: Config) -> None:
    """Raise ConfigError, with its line, for a theme, a company or a beat that cannot be used."""
    if config.themes:
        from extractors.themes import Taxonomy

        _check(path, text, "themes", config.themes, Taxonomy.load)
    if config.companies or config.reading.company_files:
        from extractors.companies import KnownCompanies

        files = config.reading.company_files
        _check(path, text, "companies", config.companies, lambda rows: KnownCompanies.load(files, rows))
    if config.beat != Config().beat:
        from extractors.beat import BeatRules

        _check(path, text, "beat", config.beat, BeatRules.load)


def _check(path: Path, text: str, key: str, rules: object, load: Callable[[Any], object]) -> None:
    if (fault := _fault(load, rules)) is not None:
        rows = rules if isinstance(rules, list) else []
        alone = [str(number) for number, row in enumerate(rows) if _fault(load, [row])]
        raise ConfigError(f"{_place(path, text, [key, *alone[:1]])}: {fault}") from fault


def _fault(load: Callable[[Any], object], rules: object) -> RuleError | None:
    try:
        load(rules)
    except RuleError as error:
        return error
    return None


def _meant(keys: list[str]) -> str:
    near = difflib.get_close_matches(keys[-1], _known_keys(Config, keys[:-1]), n=1, cutoff=0.5)
    return f": did you mean {near[0]!r}?" if near else ""


def _known_keys(model: type[BaseModel], keys: list[str]) -> list[str]:
    models = [model]
    for name in keys:
        fields: Mapping[str, Any] = {k: f for m in models for k, f in m.model_fields.items()}
        if name in fields:
            models = list(_models_in(fields[name].annotation))
    return [name for m in models for name in m.model_fields]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not None:
        for inner in get_args(annotation):
            yield from _models_in(inner)
