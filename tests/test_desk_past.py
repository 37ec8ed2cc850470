"""The desk as of a day, in a real Datasette: built when asked, a banner, links that stay, tables, queries."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datasette.app import Datasette

from db import past
from db.datasette import FOLDER
from db.datasette.desk import as_of
from db.store import open_store
from db.vintages import Stamp, change, settle
from tests.news_rows import add_article
from tests.programs import CHROMIUM, free_port, start, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRST = date(2026, 3, 2)
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles of two days; the first's figure is read otherwise on the third."""
    path = tmp_path_factory.mktemp("desk") / "newsgauge.db"
    with open_store(path) as store:
        for number in range(2):
            day = FIRST + timedelta(days=number)
            article = add_article(
                store,
                day,
                title=f"Heiress number {number}",
                body="A tale of Lumo and its heiress",
                themes=["true-heiress"],
                companies=["Lumo"],
                metrics=["revenue"],
            )
            with store.write() as db:
                now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=10)
                settle(db, article, now)
                db.execute('UPDATE company_mentions SET start = 10, "end" = 14')
                db.execute(
                    "UPDATE facts SET subject = 'Lumo', metric = 'revenue' WHERE article = ?", [article]
                )
        with store.write() as db:
            now = datetime(2026, 3, 4, 9, tzinfo=UTC)
            change(db, "percentages", [1], {"value": 77.0, "text": "77 percent"}, Stamp(now, "2"))
    return path


@pytest.fixture(scope="module")
def desk(database: Path) -> Iterator[str]:
    port = free_port()
    serve = start("--db", database, "serve", "--port", str(port))
    base = f"http://127.0.0.1:{port}"
    wait_for(base)
    yield base
    serve.terminate()
    serve.communicate()


def text(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


def test_a_day_is_built_when_it_is_asked_for_and_its_pages_say_so(desk: str) -> None:
    with urllib.request.urlopen(f"{desk}/-/as-of?day=2026-03-02", timeout=30) as answer:
        assert answer.url == f"{desk}/on/2026-03-02/"
        page = answer.read().decode()
    assert "As known on 2026-03-02" in page
    assert "Heiress number 0" in page and "Heiress number 1" not in page
    assert "Heiress number 1" in text(f"{desk}/") and "As known on" not in text(f"{desk}/")


def test_links_of_the_past_stay_in_it(desk: str) -> None:
    for path in ("", "article/1", "company/1", "theme/true-heiress", "facts", "search?q=heiress"):
        page = text(f"{desk}/on/2026-03-03/{path}")
        links = set(re.findall(r'(?:href|action)="([^"]+)"', page)) - {"/", "/-/desk.css", "/-/as-of"}
        outside = [link for link in links if link.startswith("/") and not link.startswith("/on/2026-03-03/")]
        assert outside == [], path
        assert "As known on 2026-03-03" in page
    page = text(f"{desk}/on/2026-03-03/article/1")
    assert "../company/1" in page


def test_what_is_read_otherwise_since_is_told_as_it_was(desk: str) -> None:
    assert "77 percent" in text(f"{desk}/article/1")
    assert "77 percent" not in text(f"{desk}/on/2026-03-03/article/1")
    assert "77 percent" in text(f"{desk}/on/2026-03-05/article/1")


def test_its_tables_and_questions_are_there(desk: str) -> None:
    with urllib.request.urlopen(f"{desk}/on/2026-03-02/tables", timeout=30) as answer:
        assert answer.url == f"{desk}/as-of-2026-03-02"
        assert "As known on 2026-03-02." in answer.read().decode()
    rows = json.loads(text(f"{desk}/as-of-2026-03-02/articles.json?_shape=array"))
    assert [row["title"] for row in rows] == ["Heiress number 0"]
    question = text(f"{desk}/as-of-2026-03-02/what_did_we_know_on_date?subject=Lumo&date=2026-03-31")
    assert 'href="/on/2026-03-02/article/1"' in question
    assert 'href="/article/1"' in text(
        f"{desk}/newsgauge/what_did_we_know_on_date?subject=Lumo&date=2026-03-31"
    )


@pytest.mark.parametrize(
    ("day", "said"), [("2026-02-31", "is no day"), ("2020-01-01", "first article came on 2026-03-02")]
)
def test_a_day_that_cannot_be_told_says_why(desk: str, day: str, said: str) -> None:
    for path in (f"/-/as-of?day={day}", f"/on/{day}/"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(desk + path, timeout=30)
        assert refused.value.code == 404
        assert said in refused.value.read().decode()


@pytest.mark.parametrize("day", ["", "2999-01-01"])
def test_no_day_and_one_to_come_are_the_present(desk: str, day: str) -> None:
    with urllib.request.urlopen(f"{desk}/-/as-of?day={day}", timeout=30) as answer:
        assert answer.url == f"{desk}/"


def test_more_days_than_are_kept_are_built_again(desk: str, database: Path) -> None:
    days = [FIRST + timedelta(days=number) for number in range(past.KEPT + 2)]
    for day in (*days, *days[:2]):
        assert f"As known on {day}" in text(f"{desk}/on/{day}/")
    assert len(list(past.folder(database).glob("*.db"))) <= past.KEPT
    past.forget(database)
    assert "Heiress number 0" in text(f"{desk}/on/{FIRST}/")


def test_a_past_that_takes_long_says_so_and_comes(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "newsgauge.db"
    copy.write_bytes(database.read_bytes())
    monkeypatch.setattr(as_of, "PATIENCE", 0.0)

    async def asked() -> list[Any]:
        served = Datasette(
            [copy], template_dir=str(FOLDER / "templates"), plugins_dir=str(FOLDER / "plugins")
        )
        answers = [await served.client.get("/on/2026-03-02/")]
        while answers[-1].status_code == 202 and len(answers) < 200:
            await asyncio.sleep(0.1)
            answers.append(await served.client.get("/on/2026-03-02/"))
        return answers

    first, *_, last = asyncio.run(asked())
    assert (first.status_code, first.headers["refresh"]) == (202, "3")
    assert "This page asks again by itself" in first.text
    assert last.status_code == 200
    assert "As known on 2026-03-02" in last.text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it to run the browser's tests")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_date_field_leads_to_a_day_on_a_phone_too(desk: str, browser: Browser, scheme: Any) -> None:
    page: Page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto(desk)
    page.get_by_label("As of").fill("2026-03-02")
    page.locator("form.as-of button").click()
    page.wait_for_url("**/on/2026-03-02/")
    assert page.locator(".banner").inner_text().startswith("As known on 2026-03-02")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(AXE)
    faults = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [fault["id"] for fault in faults if fault["impact"] in ("serious", "critical")] == []
    page.get_by_role("link", name="Back to the present").click()
    page.wait_for_url(f"{desk}/")
    page.close()
