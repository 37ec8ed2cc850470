"""Make the README's pictures: ``python -m docs.screenshots`` runs the demo and photographs what it made."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.programs import CHROMIUM, free_port, run, start, wait_for

HERE = Path(__file__).parent


def photograph(browser: Browser, url: str, name: str, width: int, height: int) -> None:
    """A picture of the top of a page."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    page.goto(url)
    page.screenshot(path=str(HERE / f"{name}.png"))
    page.close()


def main() -> None:
    """Run the demo in a folder of its own, serve it, and take the pictures."""
    if CHROMIUM is None:
        sys.exit("no chromium: install it to make the pictures")
    with tempfile.TemporaryDirectory() as folder:
        done = run("demo", "--folder", folder)
        if done.returncode:
            sys.exit(done.stderr)
        port = free_port()
        serve = start("--db", f"{folder}/newsgauge.db", "serve", "--port", str(port))
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                photograph(browser, f"file://{folder}/digest.html", "digest", 760, 980)
                photograph(browser, f"http://127.0.0.1:{port}/", "desk", 1400, 980)
                browser.close()
        finally:
            serve.terminate()
            serve.communicate()


if __name__ == "__main__":
    main()
