"""``--as-of`` and ``newsgauge diff`` on the command line; a digest of the past, byte for byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from db import companies, digests, past
from db.store import open_store
from extractors.pipeline import Reader, Reading
from monitor.cli import newsgauge
from monitor.config import load_config
from monitor.digest.build import build
from monitor.digest.schedule import window_of
from tests.test_past import FIRST, OtherRules, body_of, keep, read

FORMATS = ("md", "html", "txt", "json", "atom")
DAY = FIRST.date().isoformat()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration and its database: read at one version on the first day, at another on the third."""
    folder = tmp_path_factory.mktemp("cli")
    path = folder / "newsgauge.toml"
    path.write_text(f'database = "{folder / "n.db"}"\ntime_zone = "UTC"\n', encoding="utf-8")
    with open_store(folder / "n.db") as store:
        for number in range(9):
            keep(store, number, body_of(number), FIRST)
        read(store, Reader(Reading()), "1.0+first", FIRST)
        keep(store, 60, body_of(60), FIRST + timedelta(days=1))
        read(store, Reader(Reading()), "1.0+first", FIRST + timedelta(days=1))
        keep(store, 61, body_of(61), FIRST + timedelta(days=2))
        read(store, OtherRules(Reading()), "1.1+other", FIRST + timedelta(days=2))
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(newsgauge, ["--config", str(config), *words], env={"COLUMNS": "200"})


def told(config: Path, *words: str) -> Any:
    done = run(config, *words)
    assert done.exit_code == 0, done.output + str(done.exception)
    return json.loads(done.stdout)


def test_facts_are_told_as_of_a_day_and_a_moment(config: Path) -> None:
    def values(*words: str) -> set[float]:
        rows = told(config, "facts", "--json", "--metric", "revenue", "--limit", "99", "--low", *words)[
            "series"
        ]
        return {row["value"] for series in rows for row in series}

    first, now = values("--as-of", DAY), values()
    assert first and max(now) == 2 * max(first)
    assert values("--as-of", f"{DAY}T23:00") == first
    assert values("--as-of", "2999-01-01") == now


def test_trends_companies_themes_and_dumps_are_told_as_of_a_day(config: Path) -> None:
    def stories(*words: str) -> int:
        return int(told(config, "trends", "--json", *words)["denominators"]["stories"])

    until = (FIRST + timedelta(days=2)).date().isoformat()
    assert stories("--as-of", DAY) == 9 < stories("--until", until)
    articles = [
        told(config, "companies", "show", "Lumo", "--json", *asked)["articles"]
        for asked in ((), ("--as-of", DAY))
    ]
    assert articles == [4, 3]
    assert told(config, "themes", "emerging", "--json", "--as-of", DAY) == []
    rows = [
        len(run(config, "export", "--csv", "-", *asked).stdout.splitlines())
        for asked in ((), ("--as-of", DAY))
    ]
    assert rows[0] > rows[1] > 5
    lines = run(config, "dump", "articles", "--format", "json", "--as-of", DAY).stdout.splitlines()
    assert len(lines) == 9


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2026-13-01", "is no day"),
        ("yesterday", "is no day"),
        ("2020-01-01", "nothing was known on 2020-01-01"),
    ],
)
def test_a_moment_that_cannot_be_asked_says_why(config: Path, as_of: str, said: str) -> None:
    done = run(config, "facts", "--as-of", as_of)
    assert done.exit_code != 0
    assert said in done.output + str(done.exception)


def test_a_digest_of_the_past_is_the_same_bytes(config: Path) -> None:
    """Snapshots outlive later readings, merges and corrections; so does one that was never written."""
    settings = load_config(config)
    window = window_of(FIRST.date() + timedelta(days=1), settings.digest.at, settings.zone)
    with open_store(settings.database) as store:
        written = build(store, window, settings, FIRST + timedelta(days=3))
        assert digests.save(store, written, FIRST + timedelta(days=3))
    day = window.day.isoformat()
    asked = [("--date", day), ("--as-of", DAY), ("--date", day, "--as-of", day)]
    before = {
        (words, form): run(config, "digest", *words, "--format", form).stdout_bytes
        for words in asked
        for form in FORMATS
    }
    assert all(len(text) > 200 for text in before.values())
    later = datetime.now(UTC)
    with open_store(settings.database) as store:
        read(store, Reader(Reading()), "1.2+third", later)
        companies.merge(store, companies.find(store, "Tiderip"), companies.find(store, "Lumo"), later)
    past.forget(settings.database)
    for (words, form), said in before.items():
        assert run(config, "digest", *words, "--format", form).stdout_bytes == said, (words, form)


def test_diff_lists_the_versions(config: Path) -> None:
    listed = told(config, "diff", "--list", "--json")
    assert [(one["version"], one["articles"]) for one in listed][:2] == [
        ("1.0+first/t", 10),
        ("1.1+other/t", 11),
    ]
    assert "1.1+other/t" in run(config, "diff", "--list").stdout


def test_diff_tells_what_changed_and_why(config: Path) -> None:
    found = told(config, "diff", "first", "other", "--json", "--limit", "3")
    assert (found["first"], found["second"]) == ("1.0+first/t", "1.1+other/t")
    assert set(found["counts"]) == {"money", "theme_mentions"}
    assert found["counts"]["money"] == {"changed": 10}
    assert found["counts"]["theme_mentions"] == {"gone": 10}
    assert len(found["differences"]) == 6
    one = found["differences"][0]
    assert one["cause"] == "reading" and "revenue" in one["sentence"] and one["rules"][0] == one["rules"][1]
    assert one["values"]["value"][1] == 2 * one["values"]["value"][0]
    printed = run(config, "diff", "first", "other").stdout
    assert "value: 3,000,000 -> 6,000,000" in printed
    assert "and 10 more (--limit)" in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nine", "first"), "no version 'nine' has read here; `newsgauge diff --list`"),
        (("other", "first"), "did not read before first: name the earlier"),
        (("1.", "other"), "'1.' may mean 1.0+first/t, 1.1+other/t"),
        (("first",), "name two versions"),
    ],
)
def test_versions_that_cannot_be_compared_say_why(config: Path, words: tuple[str, ...], said: str) -> None:
    done = run(config, "diff", *words)
    assert done.exit_code != 0
    assert said in done.output + str(done.exception)
