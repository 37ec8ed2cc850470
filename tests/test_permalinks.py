"""Permalinks followed: each leads, in a served desk and in the copy's, to the row it was exported with."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import html

from db.questions import questions
from tests.programs import CHROMIUM, free_port, run, start, wait_for
from tests.shingles import left_over

VALUES = {"subject": "Lanternfish", "metric": "revenue", "company": "Lanternfish", "words": "412"}
VALUES |= {"date": "2100-01-01"}
FIGURES = "SELECT id, kind, article, text FROM figures ORDER BY article DESC"
NAMES = (  # a name lies beside its sentence in the file
    "SELECT text || ' ' || sentence FROM title_mentions UNION SELECT text || ' ' || sentence FROM figures "
    "UNION SELECT text || ' ' || sentence FROM company_mentions"
)


@dataclass(frozen=True, slots=True)
class Served:
    """The demo's database and its publishable copy, each served, and a configuration that names the desk."""

    database: Path
    copy: Path
    desk: str
    desk_of_copy: str
    config: Path

    def export(self, *options: str) -> list[dict[str, str]]:
        """The rows of a CSV export."""
        done = run("--config", self.config, "export", "--csv", "-", *options)
        assert done.returncode == 0, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("permalinks")
    database, copy, config = folder / "newsgauge.db", folder / "copy.db", folder / "newsgauge.toml"
    assert run("demo", "--folder", folder).returncode == 0
    done = run("--db", database, "export", "--publish", copy)
    assert done.returncode == 0, done.stderr
    ports = (free_port(), free_port())
    desks = [f"http://127.0.0.1:{port}" for port in ports]
    config.write_text(f'database = "{database}"\n[digest]\ndatasette_url = "{desks[0]}/"\n', encoding="utf-8")
    servers = [
        start("--db", path, "serve", "--port", str(port))
        for path, port in zip((database, copy), ports, strict=True)
    ]
    for desk in desks:
        wait_for(desk)
    yield Served(database, copy, *desks, config)
    for server in servers:
        server.terminate()
        server.communicate()


def element(permalink: str) -> html.HtmlElement:
    """What a permalink leads to."""
    address, _, anchor = permalink.partition("#")
    with urllib.request.urlopen(address, timeout=10) as answer:
        page = html.fromstring(answer.read().decode())
    (found,) = page.xpath("//*[@id = $name]", name=anchor)
    return found


def test_a_facts_permalink_leads_to_its_row(served: Served) -> None:
    rows = served.export("--subject", "Lanternfish")
    assert len(rows) > 10
    for row in rows:
        assert row["permalink"].startswith(f"{served.desk}/article/")
        cells = element(row["permalink"]).text_content()
        assert row["stated"] in cells and row["subject"] in cells and row["metric"] in cells


def test_a_figures_permalink_leads_to_its_words(served: Served) -> None:
    rows = served.export("--sql", f"{FIGURES} LIMIT 60")
    assert {row["kind"] for row in rows} >= {"money", "percent", "count"}
    for row in rows:
        found = element(row["permalink"])
        assert (found.tag, found.text_content()) == ("mark", row["text"])


@pytest.mark.parametrize("name", questions())
def test_a_questions_answer_is_the_desks_with_citations(served: Served, name: str) -> None:
    asked = {key: value for key, value in VALUES.items() if f":{key}" in questions()[name].sql}
    rows = served.export("--query", name, *(f"-p{key}={value}" for key, value in asked.items()))
    query = urllib.parse.urlencode({"_shape": "array", **asked})
    with urllib.request.urlopen(f"{served.desk}/newsgauge/{name}.json?{query}", timeout=20) as answer:
        told = json.load(answer)
    assert len(rows) == len(told)
    for row, shown in zip(rows, told, strict=True):
        assert set(shown) < set(row)
        assert row["permalink"].startswith(served.desk) and row["as_of"]
        assert "article" not in shown or row["citation"]
        assert not shown.get("fact") or row["permalink"].endswith(f"#fact-{shown['fact']}")


def test_the_copys_pages_open_and_its_permalinks_hold(served: Served) -> None:
    for path in ("/", "/facts", "/facts?metric=revenue", "/theme/true-heiress", "/company/1", "/search?q=a"):
        with urllib.request.urlopen(served.desk_of_copy + path, timeout=10) as answer:
            assert answer.status == 200
    rows = served.export("--sql", f"{FIGURES} LIMIT 20")
    for row in rows:
        there = row["permalink"].replace(served.desk, served.desk_of_copy)
        assert row["text"] in element(there).getparent().text_content()
    for row in served.export("--subject", "Lanternfish")[:10]:
        there = row["permalink"].replace(served.desk, served.desk_of_copy)
        assert row["stated"] in element(there).text_content()
        with urllib.request.urlopen(there.partition("#")[0], timeout=10) as answer:
            assert b"not kept in this database" in answer.read()


def test_of_the_demos_texts_the_copy_holds_quotations_alone(served: Served) -> None:
    with closing(sqlite3.connect(served.database)) as source, closing(sqlite3.connect(served.copy)) as copy:
        bodies = [row[0] for row in source.execute("SELECT body FROM articles")]
        sentences = [row[0] for row in copy.execute("SELECT sentence FROM figures")]
        names = [row[0] for row in copy.execute(f"SELECT title FROM articles UNION {NAMES}")]
        every = [row[0] for row in source.execute("SELECT sentence FROM company_mentions")]
    assert left_over(served.copy, bodies, [*sentences, *names]) == set()
    assert left_over(served.database, bodies, [*sentences, *names])
    assert set(every) - set(sentences) - set(names)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it to run the browser's tests")
def test_a_browser_shows_the_row_that_a_permalink_names(served: Served) -> None:
    from playwright.sync_api import sync_playwright

    row = served.export("--subject", "Lanternfish", "--metric", "revenue")[-1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 600})
        page.goto(row["permalink"])
        shown = page.locator(":target")
        assert row["stated"] in shown.inner_text()
        box = shown.bounding_box()
        assert box is not None and 0 <= box["y"] < 600
        assert shown.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        browser.close()
