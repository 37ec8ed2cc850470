"""The desk in a real browser: each page opens without complaint, draws its charts, and fits a phone."""

import csv
import io
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from db.store import open_store
from tests.programs import CHROMIUM, free_port, run, start, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it to run the browser's tests")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
PAGES = (
    "/",
    "/facts",
    "/theme/true-heiress",
    "/company/1",
    "/article/1",
    "/search?q=heiress",
    "/facts?metric=revenue",
    "/facts?subject=Lanternfish+Studio&metric=revenue",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Datasette on the demo's database, the first article of which has a hostile title."""
    folder = tmp_path_factory.mktemp("desk")
    done = run("demo", "--folder", folder)
    assert done.returncode == 0, done.stderr
    with open_store(folder / "newsgauge.db") as store, store.write() as db:
        db.execute("UPDATE articles SET title = ? WHERE id = 1", [HOSTILE])
    port = free_port()
    serve = start("--db", folder / "newsgauge.db", "serve", "--port", str(port))
    base = f"http://127.0.0.1:{port}"
    wait_for(base)
    yield base
    serve.terminate()
    serve.communicate()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    complaints: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_and_fits_a_phone(desk: str, page: "Page", path: str) -> None:
    answer = page.goto(desk + path)
    assert answer is not None
    assert answer.status == 200
    assert "default-src" in answer.headers["content-security-policy"]
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.title() != "taken"


def test_the_overview_draws_themes_and_companies(desk: str, page: "Page") -> None:
    page.goto(desk)
    assert page.locator("svg.spark").count() >= 8
    assert page.locator(".meter svg").count() >= 8
    assert page.get_by_role("link", name="True and false heiress").is_visible()


def test_a_theme_says_what_chance_would_have_brought(desk: str, page: "Page") -> None:
    page.goto(f"{desk}/theme/true-heiress")
    assert "expected, p" in page.locator(".lead").inner_text()
    assert page.locator("section svg rect").count() >= 10


def test_highlights_lie_on_the_words_that_were_read(desk: str, page: "Page") -> None:
    page.goto(f"{desk}/facts?metric=revenue&subject=Lanternfish+Studio")
    page.locator("table.facts a[href*='/article/']").first.click()
    marks = page.locator("mark, .mark")
    texts = marks.all_inner_texts()
    assert any("Lanternfish" in text for text in texts)
    assert any("USD" in text or "CNY" in text for text in texts)


@pytest.mark.parametrize("path", ["/theme/other:romance", "/theme/other%3Aromance"])
def test_a_theme_is_found_however_its_colon_is_written(desk: str, page: "Page", path: str) -> None:
    answer = page.goto(desk + path)
    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").inner_text() == "Romance"


@pytest.mark.parametrize("path", ["/article/999999", "/company/999999", "/theme/nonsense"])
def test_a_page_that_is_not_there_says_so(desk: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(desk + path)
    assert refused.value.code == 404
    assert b"look at the overview" in refused.value.read()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_serious_fault_of_accessibility(
    desk: str, browser: "Browser", path: str, width: int, scheme: Any
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(desk + path)
    page.evaluate(AXE)
    faults = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    told = [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in faults
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]
    page.close()
    assert told == []


def test_a_series_is_drawn_by_source_with_its_disagreement_side_by_side(desk: str, page: "Page") -> None:
    page.goto(f"{desk}/facts?subject=Lanternfish+Studio&metric=revenue")
    dollars = page.locator("section", has=page.get_by_role("heading", name="USD"))
    assert dollars.locator("circle.point").count() == 2
    labels = dollars.locator("svg text").all_text_contents()
    assert {"USD412 million · Pudong Business Post", "USD355 million · Larkspur Data"} <= set(labels)
    apart = page.locator("section", has=page.get_by_role("heading", name="Sources that disagree"))
    assert set(apart.locator("blockquote b").all_text_contents()) == {"USD412 million", "USD355 million"}


@pytest.mark.parametrize("title", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"])
def test_a_formula_leaves_as_text(desk: str, title: str) -> None:
    sql = urllib.parse.urlencode({"sql": "SELECT :title AS title, -2 AS number", "title": title})
    with urllib.request.urlopen(f"{desk}/newsgauge.csv?{sql}") as answer:
        (row,) = csv.DictReader(io.TextIOWrapper(answer, "utf-8"))
    assert row == {"title": f"'{title}", "number": "-2"}


def test_an_answer_comes_as_json_csv_and_atom(desk: str) -> None:
    question = f"{desk}/newsgauge/who_raised_bought_or_partnered"
    with urllib.request.urlopen(f"{question}.json?_shape=array") as answer:
        rows = json.load(answer)
    with urllib.request.urlopen(f"{question}.csv") as answer:
        assert len(list(csv.DictReader(io.TextIOWrapper(answer, "utf-8")))) == len(rows) > 0
    sql = urllib.parse.urlencode(
        {
            "sql": "SELECT id AS atom_id, title AS atom_title, published AS atom_updated, url AS atom_link "
            "FROM articles ORDER BY published DESC LIMIT 5"
        }
    )
    with urllib.request.urlopen(f"{desk}/newsgauge.atom?{sql}") as answer:
        feed = feedparser.parse(answer.read())
    assert not feed.bozo
    assert len(feed.entries) == 5


@pytest.mark.parametrize(
    "path",
    ["/newsgauge", "/newsgauge/articles", "/newsgauge/who_makes_or_loses_money", "/newsgauge?sql=select+1"],
)
def test_datasettes_own_pages_run_under_our_policy(desk: str, page: "Page", path: str) -> None:
    answer = page.goto(desk + path)
    assert answer is not None
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in scripts
    assert "http" not in scripts


def test_search_finds(desk: str, page: "Page") -> None:
    page.goto(desk)
    page.get_by_placeholder("Search all articles").fill("heiress")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=heiress")
    assert page.locator("main a[href*='/article/']").count() > 3


def test_a_hostile_title_stays_text(desk: str, page: "Page") -> None:
    page.goto(f"{desk}/article/1")
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.title().startswith("<script>")


def test_the_database_cannot_be_written(desk: str) -> None:
    url = f"{desk}/newsgauge.json?sql=delete+from+articles"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url, timeout=5)
    assert refused.value.code == 400


def test_every_canned_question_is_answered(desk: str) -> None:
    import json

    with urllib.request.urlopen(f"{desk}/newsgauge.json", timeout=5) as answer:
        questions = [query["name"] for query in json.load(answer)["queries"]]
    assert len(questions) >= 15
    answered = 0
    for name in questions:
        with urllib.request.urlopen(f"{desk}/newsgauge/{name}.json?_shape=array", timeout=20) as answer:
            answered += bool(json.load(answer))
    assert answered >= 10


def test_a_stranger_is_asked_for_a_password(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db"):
        pass
    done = run("--db", tmp_path / "n.db", "serve", "--host", "0.0.0.0", "--port", str(free_port()))
    assert done.returncode == 1
    assert "--password-hash" in done.stderr
    assert "--public" in done.stderr
