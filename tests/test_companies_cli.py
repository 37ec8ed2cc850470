"""``newsgauge companies`` and the rows behind it: names, merges taken back, owners, suggestions."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from db import companies, rollups
from db.companies import UnknownCompany
from db.store import DatabaseError, open_store
from monitor.cli import newsgauge
from monitor.config import ConfigError
from tests.news_rows import add_article

OWN = """
[[companies]]
id = "lanternfish"
name = "Lanternfish Play"
aliases = ["Lanternfish"]
kind = "app"
source = "the desk's own note"
owner = [
  { id = "quillback", relation = "operates", since = 2024-02-01, source = "its terms of use" },
  { id = "brackwater", relation = "minority", stake = 12.5, source = "a filing" },
]

[[companies]]
id = "quillback"
name = "Quillback Media"
source = "the desk's own note"

[[companies]]
id = "brackwater"
name = "Brackwater Capital"
kind = "fund"
source = "the desk's own note"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "newsgauge.toml"
    path.write_text(OWN, encoding="utf-8")
    with open_store(tmp_path / "n.db") as store:
        for day in (1, 2, 3):
            add_article(store, date(2026, 3, day), companies=["dovetail studios"])
        add_article(store, date(2026, 3, 4), companies=["dovetale studios", "dovetail studios"])
    return path


def run(config: Path, *words: str) -> str:
    return run_plain(config, "companies", *words)


def run_plain(config: Path, *words: str) -> str:
    asked = ["--config", str(config), "--db", str(config.with_name("n.db")), *words]
    ran = CliRunner().invoke(newsgauge, asked, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def mentions(config: Path, name: str) -> int:
    return int(json.loads(run(config, "show", name, "--json"))["mentions"])


def test_a_company_is_added_and_goes_by_every_spelling(config: Path) -> None:
    assert "Harrow Lane Films" in run(config, "add", "Harrow Lane Films", "--alias", "Harrow Lane")
    assert "is also HLF" in run(config, "alias", "Harrow Lane", "HLF")
    shown = json.loads(run(config, "show", "hlf", "--json"))
    assert (shown["name"], set(shown["aliases"])) == ("Harrow Lane Films", {"Harrow Lane", "HLF"})
    assert "also: HLF, Harrow Lane" in run(config, "show", "Harrow Lane Films")


def test_a_merge_takes_past_mentions_along_and_back(config: Path) -> None:
    assert (mentions(config, "dovetail studios"), mentions(config, "dovetale studios")) == (4, 1)
    assert "with its past mentions" in run(config, "merge", "dovetale studios", "dovetail studios")
    assert mentions(config, "dovetail studios") == mentions(config, "dovetale studios") == 5
    assert "merged into it: dovetale studios" in run(config, "show", "dovetail studios")
    assert "stands for itself again" in run(config, "unmerge", "dovetale studios")
    assert (mentions(config, "dovetail studios"), mentions(config, "dovetale studios")) == (4, 1)
    with open_store(config.with_name("n.db")) as store:
        assert not rollups.drift(store.db)


def test_what_is_not_merged_cannot_be_taken_back(config: Path) -> None:
    with pytest.raises(DatabaseError, match="is not merged"):
        run(config, "unmerge", "dovetail studios")
    with pytest.raises(DatabaseError, match="into itself"):
        run(config, "merge", "dovetail studios", "dovetail studios")


def test_names_alike_are_suggested_and_never_joined(config: Path) -> None:
    pairs = json.loads(run(config, "suggest", "--json"))
    assert [{pair["name"], pair["other"]} for pair in pairs] == [{"dovetail studios", "dovetale studios"}]
    assert "%" in run(config, "suggest")
    assert mentions(config, "dovetale studios") == 1
    run(config, "merge", "dovetale studios", "dovetail studios")
    assert run(config, "suggest") == "no two names look alike\n"


@pytest.mark.parametrize("typed", ["Dovtail Studio", "dovetail stuidos"])
def test_a_name_mistyped_gets_the_near_ones(config: Path, typed: str) -> None:
    with pytest.raises(UnknownCompany, match=r"near: .*dovetail studios"):
        run(config, "show", typed)


def test_a_name_like_none_gets_the_way_to_find_one(config: Path) -> None:
    with pytest.raises(UnknownCompany, match="no company goes by 'Qqxzvw'; `newsgauge companies suggest`"):
        run(config, "show", "Qqxzvw")


def test_owners_are_shown_with_stake_days_and_source(config: Path) -> None:
    shown = run(config, "show", "Lanternfish")
    assert "Quillback Media operates Lanternfish Play, since 2024-02-01 (its terms of use)" in shown
    assert "Brackwater Capital has a minority of Lanternfish Play, 12.5 % (a filing)" in shown


def test_registering_again_changes_nothing(config: Path) -> None:
    before = run(config, "show", "Lanternfish", "--json")
    assert run(config, "show", "Lanternfish", "--json") == before
    with open_store(config.with_name("n.db")) as store:
        number = companies.find(store, "Lanternfish")
        assert companies.find(store, "lanternfish play") == number


TEXT = (
    "Two studios find money\n\n"
    "SINGAPORE, March 3 - Brindle Loop and BLP said on Tuesday they raised $4 million from Sableport Kin."
)


def test_an_added_company_is_searched_for_in_stored_articles_too(config: Path) -> None:
    (config.parent / "a.txt").write_text(TEXT, encoding="utf-8")
    run_plain(config, "read", str(config.parent / "a.txt"))
    told = run(config, "add", "Brindle Loop", "--alias", "BLP", "--alias", "Sableport Kin")
    assert "the next update reads for it" in told
    assert config.read_text().startswith(OWN.rstrip("\n"))
    assert json.loads(run_plain(config, "update", "--json"))["read"] >= 1
    assert mentions(config, "Brindle Loop") == 3
    before = config.read_text()
    assert "searched for it already" in run(config, "add", "brindle loop", "--alias", "BLP")
    assert config.read_text() == before


def test_an_added_spelling_of_a_packaged_company_is_searched_for(config: Path) -> None:
    run(config, "alias", "Dianzhong Technology", "Dotted Crowd")
    (config.parent / "a.txt").write_text("Dotted Crowd earned $4 million in March.", encoding="utf-8")
    found = json.loads(run_plain(config, "extract", "--only", "companies", str(config.parent / "a.txt")))
    assert [company["name"] for company in found["companies"]] == ["Dianzhong Technology"]


def test_without_a_configuration_an_added_company_is_kept_and_the_way_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(newsgauge, ["companies", "add", "Brindle Loop"])
    assert "newsgauge init" in done.output
    assert json.loads(CliRunner().invoke(newsgauge, ["companies", "show", "Brindle Loop", "--json"]).output)


def test_companies_of_a_users_file_are_found_and_a_faulty_line_is_named(config: Path) -> None:
    file = config.with_name("mine.jsonl")
    file.write_text('{"name": "Vesper Cay Studios", "aliases": ["Vesper Cay"], "ticker": "VCS"}\n')
    config.write_text('[reading]\ncompany_files = ["mine.jsonl"]\n' + OWN)
    (config.parent / "a.txt").write_text("Vesper Cay sold its studio for $4 million.", encoding="utf-8")
    found = json.loads(run_plain(config, "extract", "--only", "companies", str(config.parent / "a.txt")))
    assert [company["name"] for company in found["companies"]] == ["Vesper Cay Studios"]
    file.write_text('{"name": "Vesper Cay Studios"}\n{"title": "no name"}\n')
    with pytest.raises(ConfigError, match=r"mine.jsonl:2: unknown key 'title'"):
        run_plain(config, "extract", str(config.parent / "a.txt"))
