"""The digest's HTML in a real browser: at mail and phone width, light and dark, hostile titles as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monitor.digest.render import as_html
from tests.programs import CHROMIUM, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it to run the browser's tests")
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
LONG = "Unbroken" * 30


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo's digest, with what a hostile feed might put into it."""
    folder = tmp_path_factory.mktemp("digest")
    assert run("demo", "--folder", folder).returncode == 0
    told = run("--db", folder / "newsgauge.db", "digest", "--format", "json")
    written: dict[str, Any] = json.loads(told.stdout)
    assert written["stories"] and written["facts"] and written["themes"] and written["disagreements"]
    written["stories"][0] |= {"title": HOSTILE, "sentence": HOSTILE, "outlet": HOSTILE}
    written["stories"][1]["title"] = LONG
    written["facts"][0] |= {"subject": HOSTILE, "sentence": f"{HOSTILE} {LONG}"}
    return written


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 640, 390])
def test_a_digest_is_drawn_whole_at_every_width(
    content: dict[str, Any], browser: Browser, tmp_path: Path, width: int, scheme: Any
) -> None:
    file = tmp_path / "digest.html"
    file.write_text(as_html(content), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title() != "taken"
    assert page.locator("script").count() == 0
    assert page.get_by_text(HOSTILE, exact=True).count() >= 2
    widths = page.eval_on_selector_all("img", "found => found.map(i => i.naturalWidth)")
    assert len(widths) == len(content["themes"])
    assert min(widths) > 100
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    links = page.eval_on_selector_all("a", "found => found.map(a => a.href)")
    assert all(link.startswith(("http://", "https://")) for link in links)
    ground = page.eval_on_selector("body", "b => getComputedStyle(b).backgroundColor")
    assert (ground == "rgb(17, 22, 28)") == (scheme == "dark")
    page.close()
