"""The pipeline over the demo's site: everything arrives once, is read, and a second pass changes nothing."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from db.store import Store, open_store
from extractors.errors import NewsgaugeError
from monitor.cli import newsgauge
from monitor.cli.demo import config_of, introduce
from monitor.config import Config
from monitor.demo.server import serving
from monitor.demo.site import Site, make_site
from monitor.digest.build import build
from monitor.digest.schedule import Window
from monitor.update import Summary, collect, follow_configured, read_waiting

TABLES = ("entries", "articles", "sightings", "money", "percentages", "facts", "company_mentions")


def now() -> datetime:
    return datetime.now(UTC)


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {table: store.db.execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall() for table in TABLES}


@dataclass(frozen=True)
class Run:
    """The demo's site after two passes, and what they did."""

    site: Site
    store: Store
    path: Path
    first: Summary
    read: int
    second: Summary
    before: dict[str, list[tuple[object, ...]]]

    def command(self, *words: str) -> str:
        """What the command line prints; it must end well."""
        done = CliRunner().invoke(newsgauge, ["--db", str(self.path), *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    site, path = make_site(now()), tmp_path_factory.mktemp("demo") / "n.db"
    with serving(site) as base, open_store(path) as store:
        config = config_of(site, base, path)
        follow_configured(store, config, now())
        introduce(store, site, base)
        first = asyncio.run(collect(store, config, now))
        read = read_waiting(store, config, now).read
        before = rows(store)
        second = asyncio.run(collect(store, config, now, everything=True))
        yield Run(site, store, path, first, read, second, before)


def test_everything_arrives_once_and_is_read(run: Run) -> None:
    assert (run.first.failing, run.first.new_entries) == (1, len(run.site.pieces) + 2)
    assert len(run.site.pieces) >= 200
    assert run.read == run.first.new_articles == run.first.new_entries
    bodies = [row[0] for row in run.store.db.execute("SELECT body FROM articles")]
    assert not any("Most read" in body or "All rights reserved" in body for body in bodies)
    assert run.store.db.table("money").count_where("usd IS NOT NULL AND fx_source = 'stated'") > 10


def test_a_second_pass_changes_nothing(run: Run) -> None:
    assert (run.second.unchanged, run.second.new_entries, run.second.new_articles) == (7, 0, 0)
    assert rows(run.store) == run.before


def test_trends_tell_what_rises_and_what_fades(run: Run) -> None:
    told = {trend["name"]: trend for trend in json.loads(run.command("trends", "--json"))["trends"]}
    assert told["true-heiress"]["word"] == "rising"
    assert told["true-heiress"]["q"] < 0.05
    assert told["werewolf"]["word"] == "fading"


def test_facts_are_told_as_series_with_their_disagreements(run: Run) -> None:
    told = json.loads(run.command("facts", "--json", "--metric", "revenue", "--subject", "Lanternfish"))
    (series, *_), (pair, *_) = told["series"], told["disagreements"]
    assert {row["metric_id"] for row in series} == {"revenue"}
    assert {row["subject"] for row in series} == {"Lanternfish Studio"}
    assert [pair["first"]["value"], pair["second"]["value"]] == [412e6, 355e6]
    assert pair["second"]["claimed_by"] == "Larkspur Data"
    assert pair["first"]["outlet"] != pair["second"]["outlet"]
    assert pair["gap"] == pytest.approx(1 - 355 / 412, abs=1e-4)
    shown = run.command("facts", "--disagreements")
    assert "Lanternfish Studio, revenue" in shown
    assert "its filing to the exchange shows" in shown


def test_facts_as_csv_are_a_line_each(run: Run) -> None:
    lines = list(csv.DictReader(io.StringIO(run.command("facts", "--csv", "--metric", "revenue"))))
    assert len(lines) > 5
    assert all(line["sentence"] and line["url"] and float(line["value"]) for line in lines)


def test_a_metric_that_is_unknown_is_said_with_near_ones(run: Run) -> None:
    done = CliRunner().invoke(newsgauge, ["--db", str(run.path), "facts", "--metric", "revenu"])
    assert isinstance(done.exception, NewsgaugeError)
    assert "revenue" in str(done.exception)


def test_a_copy_in_other_outlets_is_one_story(run: Run) -> None:
    sql = "SELECT count(*), count(DISTINCT outlet) FROM articles GROUP BY story ORDER BY 1 DESC LIMIT 1"
    articles, outlets = run.store.db.execute(sql).fetchone()
    assert articles > 1
    assert outlets > 1


def test_phrases_that_emerge_are_new_and_told_by_several_outlets(run: Run) -> None:
    found = json.loads(run.command("themes", "emerging", "--json", "--outlets", "2"))
    assert found[0]["phrase"].lower().replace("-", " ") in ("memory auction", "memory auctions")
    assert found[0]["stories_before"] == 0
    assert all(phrase["outlets"] >= 2 and phrase["z"] >= 1.96 for phrase in found)
    assert not any("werewolf" in phrase["phrase"] for phrase in found)


def test_a_phrase_becomes_a_theme_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "newsgauge.toml"
    path.write_text('# mine\ndatabase = "n.db"  # here\n', encoding="utf-8")
    words = ["--config", str(path), "themes", "promote", "time loop"]
    assert CliRunner().invoke(newsgauge, words, catch_exceptions=False).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith('# mine\ndatabase = "n.db"  # here\n')
    listed = CliRunner().invoke(newsgauge, ["--config", str(path), "themes", "list", "--json"])
    assert "time-loop" in {theme["id"] for theme in json.loads(listed.output)}


def test_the_digest_tells_both_sides_of_a_disagreement(run: Run) -> None:
    until = now()
    shown = build(run.store, Window(until.date(), until - timedelta(days=1), until), Config(), until).content
    (pair, *_) = shown["disagreements"]
    assert {claim["stated"] for claim in pair["claims"]} == {"USD412 million", "USD355 million"}
    assert {theme["theme"] for theme in shown["themes"]} >= {"true-heiress", "werewolf"}
