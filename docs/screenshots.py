"""Make the README's pictures: ``python -m docs.screenshots`` runs the demo and photographs what it made."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
MAIN = "from monitor.cli import main; main()"


def photograph(browser: Browser, url: str, name: str, width: int, height: int) -> None:
    """A picture of the top of a page."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    page.goto(url)
    page.screenshot(path=str(HERE / f"{name}.png"))
    page.close()


def main() -> None:
    """Run the demo in a folder of its own, serve it, and take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium: install it to make the pictures")
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        newsgauge = [sys.executable, "-c", MAIN]
        subprocess.run([*newsgauge, "demo", "--folder", folder], check=True, stdout=subprocess.DEVNULL)
        serve = subprocess.Popen([*newsgauge, "--db", f"{folder}/newsgauge.db", "serve", "--port", str(port)])
        try:
            _wait(f"http://127.0.0.1:{port}/")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                photograph(browser, f"file://{folder}/digest.html", "digest", 760, 980)
                photograph(browser, f"http://127.0.0.1:{port}/", "desk", 1400, 980)
                browser.close()
        finally:
            serve.terminate()
            serve.wait()


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
