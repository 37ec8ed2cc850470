"""The review page in a real browser: keys, plain forms, who may write, and what is refused."""

import json
import re
import stat
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datasette_auth_passwords.utils import hash_password

from db.store import open_store
from tests.programs import CHROMIUM, free_port, run, start, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it to run the browser's tests")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    done = run("demo", "--folder", folder)
    assert done.returncode == 0, done.stderr
    with open_store(folder / "newsgauge.db") as store, store.write() as db:
        hostile = "<img src=x onerror=\"document.title='taken'\">"
        db.execute("UPDATE money SET sentence = ? || sentence WHERE id = 1", [hostile])
    return folder / "newsgauge.db"


@pytest.fixture(scope="module")
def desk(database: Path) -> Iterator[str]:
    port = free_port()
    serve = start("--db", database, "serve", "--port", str(port))
    base = f"http://127.0.0.1:{port}"
    wait_for(base)
    yield base
    serve.terminate()
    said = serve.communicate()[1].decode()
    assert f"{base}/review?token=" in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def token(database: Path, desk: str) -> str:
    kept = Path(f"{database}.review")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    return kept.read_text()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser: "Browser", desk: str, token: str, **how: Any) -> "Page":
    """A page that was let in by the token's address."""
    page = browser.new_page(**{"viewport": {"width": 1400, "height": 900}, **how})
    page.goto(f"{desk}/review?token={token}")
    assert page.url == f"{desk}/review"
    return page


@pytest.fixture
def page(browser: "Browser", desk: str, token: str) -> "Iterator[Page]":
    shown = opened(browser, desk, token)
    complaints: list[str] = []
    shown.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    yield shown
    shown.close()
    assert complaints == []


def made(database: Path) -> list[dict[str, Any]]:
    with open_store(database, read_only=True) as store:
        return list(
            store.db.query('SELECT kind, verdict, "by", note, undone_at FROM corrections ORDER BY id')
        )


def value_of(database: Path, sql: str) -> Any:
    with open_store(database, read_only=True) as store:
        return store.db.execute(sql).fetchone()[0]


def finding_on(page: "Page") -> str:
    value = page.locator("form.verdicts input[name=finding]").get_attribute("value")
    assert value
    return value


def press(page: "Page", key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_keys_accept_reject_skip_and_undo_the_next_doubtful_one(page: "Page", database: Path) -> None:
    before = len(made(database))
    first = finding_on(page)
    assert page.locator("blockquote mark").inner_text() in page.locator("blockquote").inner_text()
    press(page, "a")
    second = finding_on(page)
    press(page, "s")
    third = finding_on(page)
    press(page, "r")
    assert len({first, second, third, finding_on(page)}) == 4
    assert [row["verdict"] for row in made(database)[before:]] == ["accept", "reject"]
    assert {row["by"] for row in made(database)[before:]} == {"the desk"}
    press(page, "u")
    assert made(database)[-1]["undone_at"]
    assert page.locator("blockquote mark").count() == 1
    assert finding_on(page).partition(":")[0] == third.partition(":")[0]


def test_a_fix_is_typed_with_the_keyboard_alone(page: "Page", desk: str, database: Path) -> None:
    number = value_of(database, "SELECT id FROM facts WHERE money IS NOT NULL AND confidence = 'low' LIMIT 1")
    page.goto(f"{desk}/review?finding=fact:{number}")
    page.keyboard.press("f")
    page.keyboard.type("Arfa Rows & Us")  # letters that are keys elsewhere
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("profit")
    page.keyboard.press("Tab")
    press(page, "Enter")
    with open_store(database, read_only=True) as store:
        row = next(store.db.query("SELECT * FROM facts WHERE id = ?", [number]))
    assert (row["subject"], row["metric_id"], row["confidence"]) == ("Arfa Rows & Us", "profit", "high")
    assert made(database)[-1]["verdict"] == "fix"
    press(page, "u")
    assert page.url.endswith(f"finding=fact%3A{number}")


def test_what_cannot_be_is_told_beside_the_form(page: "Page", desk: str, database: Path) -> None:
    before = made(database)
    number = value_of(database, "SELECT id FROM company_mentions LIMIT 1")
    page.goto(f"{desk}/review?finding=company:{number}")
    form = page.locator("form.fields")
    answer = page.request.post(
        f"{desk}/review",
        form={
            "csrftoken": form.locator("[name=csrftoken]").get_attribute("value") or "",
            "finding": f"company:{number}",
            "verdict": "fix",
            "company": "No such company at all",
        },
    )
    assert answer.status == 400
    assert "no company goes by" in answer.text()
    assert made(database) == before


def test_it_works_without_scripts(browser: "Browser", desk: str, token: str, database: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk}/review?token={token}")
    first = finding_on(page)
    page.get_by_role("button", name="Accept").click()
    assert finding_on(page) != first
    number = value_of(database, "SELECT id FROM counts LIMIT 1")
    page.goto(f"{desk}/review?finding=count:{number}")
    page.locator("#fix-title").click()
    page.get_by_label("value", exact=True).fill("1.5 million")
    page.get_by_label("why").fill("as the table says")
    page.get_by_role("button", name="Save the fix").click()
    assert value_of(database, f"SELECT value FROM counts WHERE id = {number}") == 1.5e6
    assert made(database)[-1]["note"] == "as the table says"
    page.get_by_role("button", name="Undo").click()
    assert value_of(database, f"SELECT value FROM counts WHERE id = {number}") != 1.5e6
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("path", ["/review", "/review?finding=fact:3", "/explain/money:1", "/explain/fact:3"])
def test_it_fits_and_has_no_serious_fault_of_accessibility(
    browser: "Browser", desk: str, token: str, path: str, width: int, scheme: Any
) -> None:
    page = opened(browser, desk, token, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(desk + path)
    if "review" in path:
        page.keyboard.press("f")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE)
    faults = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    told = [(fault["id"], [node["html"][:120] for node in fault["nodes"][:3]]) for fault in faults]
    page.close()
    assert told == []


def test_a_hostile_sentence_stays_text(page: "Page", desk: str) -> None:
    page.goto(f"{desk}/review?finding=money:1")
    assert "<img src=x" in page.locator("blockquote").inner_text()
    page.goto(f"{desk}/explain/money:1")
    assert "taken" not in page.title()


def test_a_finding_is_explained_from_its_article(page: "Page", desk: str, database: Path) -> None:
    number = value_of(database, "SELECT article FROM money WHERE pair_of IS NOT NULL LIMIT 1")
    page.goto(f"{desk}/article/{number}")
    page.locator("details.bare summary").click()
    rules = page.locator("table.read tbody tr td:nth-child(3)").all_inner_texts()
    assert rules
    assert all(rules)
    page.locator("table.read a", has_text="money:").first.click()
    assert "Read by" in page.locator("main").inner_text()
    assert re.search(r"\d+\.\d+\.\d+\+[0-9a-f]{8}/[0-9a-f]{8}", page.locator("main").inner_text())
    assert page.get_by_role("heading", name="Exchange rates").is_visible()


def ask(
    url: str, *, cookie: str = "", host: str = "", form: dict[str, str] | None = None, **headers: str
) -> tuple[int, str]:
    """The status and text of a request as a program sends it."""
    sent = {**({"Cookie": cookie} if cookie else {}), **({"Host": host} if host else {}), **headers}
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, sent), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_nobody_else_may_look_or_write(desk: str, token: str, database: Path) -> None:
    before = made(database)
    good, port = f"newsgauge_review={token}", desk.rpartition(":")[2]
    wrong = token[:-1] + ("y" if token.endswith("x") else "x")
    form = {"finding": "money:5", "verdict": "reject"}
    assert ask(f"{desk}/review", cookie=good)[0] == 200
    refused = {
        "no token": ask(f"{desk}/review"),
        "another token": ask(f"{desk}/review", cookie=f"newsgauge_review={wrong}"),
        "a wrong address": ask(f"{desk}/review?token={wrong}"),
        "another name": ask(f"{desk}/review", cookie=good, host=f"rebound.example:{port}"),
        "a form without its token": ask(f"{desk}/review", cookie=good, form=form),
        "a form from elsewhere": ask(
            f"{desk}/review", cookie=good, form=form, Origin="https://elsewhere.example"
        ),
        "a form without a cookie": ask(f"{desk}/review", form=form),
    }
    assert {what: status for what, (status, _) in refused.items()} == dict.fromkeys(refused, 403)
    assert all("Traceback" not in text for _, text in refused.values())
    assert "newsgauge serve" in refused["no token"][1]
    assert made(database) == before


def test_scripts_come_from_the_desk_alone(desk: str, token: str) -> None:
    cookie = {"Cookie": f"newsgauge_review={token}"}
    with urllib.request.urlopen(urllib.request.Request(f"{desk}/review", headers=cookie)) as answer:
        policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'"]


def test_with_a_password_whoever_logs_in_reviews_under_a_name(browser: "Browser", database: Path) -> None:
    port = free_port()
    words = ("serve", "--port", str(port), "--password-hash", hash_password("sesame", iterations=1000))
    serve = start("--db", database, *words)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/-/login")
        kept = Path(f"{database}.review").read_text()
        assert ask(f"{base}/review", cookie=f"newsgauge_review={kept}")[0] == 403
        page = browser.new_page()
        page.goto(f"{base}/-/login")
        page.locator("input[name=username]").fill("analyst")
        page.locator("input[name=password]").fill("sesame")
        page.locator("input[type=submit]").click()
        page.goto(f"{base}/review")
        press(page, "a")
        assert made(database)[-1]["by"] == "analyst"
        page.close()
    finally:
        serve.terminate()
        serve.communicate()


def test_the_last_audit_stands_on_the_overview_and_in_status(page: "Page", desk: str, database: Path) -> None:
    page.goto(desk)
    assert page.get_by_role("heading", name="How much is right").count() == 0
    lines = "\n".join(json.dumps({"place": n, "verdict": "right"}) for n in range(1, 15))
    answers = database.with_name("answers.jsonl")
    answers.write_text(lines, encoding="utf-8")
    done = run("--db", database, "audit", "14", "--seed", "1", "--answers", answers, "--json")
    assert done.returncode == 0, done.stderr
    page.goto(desk)
    shown = page.locator("section", has=page.get_by_role("heading", name="How much is right"))
    assert "100 %" in shown.inner_text()
    assert shown.locator("svg").count() == len(json.loads(done.stdout)["kinds"])
