"""The plugin: our pages' addresses, descriptions and questions for Datasette, and headers for safety."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from datasette import hookimpl
from datasette.utils import tilde_decode
from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from db import descriptions
from db.datasette.desk import as_of, pages, review, why
from db.questions import questions
from db.store import DatabaseError
from db.wording import period_in_words

_FOLDER = Path(__file__).parent.parent
_LABELS = {
    "articles": "title",
    "feeds": "title",
    "outlets": "name",
    "companies": "name",
    "themes": "label",
    "stories": "title",
    "money": "text",
    "percentages": "text",
    "counts": "text",
}
_FACETS = {
    "articles": ["outlet", "on_beat", "body_source", "language"],
    "money": ["currency"],
    "percentages": ["unit"],
    "companies": ["kind", "country"],
    "company_mentions": ["company", "source"],
    "theme_mentions": ["theme"],
    "facts": ["metric_id", "basis", "confidence"],
    "fact_figures": ["metric_id", "outlet", "basis", "confidence"],
    "feeds": ["state"],
    "polls": ["outcome"],
}
_NEWEST_FIRST = {
    "articles": "published",
    "polls": "started_at",
    "fact_figures": "published",
    "digests": "day",
}
_PAGE_OF = {"articles": "article", "companies": "company", "themes": "theme"}
_PERMISSION = "view-instance"


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Descriptions, labels and facets; a password where the environment has its hash."""
    metadata: dict[str, Any] = {"title": "newsgauge", "databases": {}}
    for name in datasette.databases:
        if not name.startswith("_"):
            metadata["databases"][name] = {
                "tables": {table: _about(table) for table in descriptions.tables()}
            }
            if day := as_of.day_of(name):
                metadata["databases"][name]["description"] = f"As known on {day}."
    if os.environ.get("NEWSGAUGE_PASSWORD_HASH"):
        plugin = {"analyst_password_hash": {"$env": "NEWSGAUGE_PASSWORD_HASH"}}
        metadata |= {"plugins": {"datasette-auth-passwords": plugin}, "allow": {"id": "analyst"}}
    return metadata


def _about(table: str) -> dict[str, Any]:
    about: dict[str, Any] = {"description": descriptions.about(table), "columns": descriptions.columns(table)}
    if table in _LABELS:
        about["label_column"] = _LABELS[table]
    if table in _FACETS:
        about["facets"] = _FACETS[table]
    if table in _NEWEST_FIRST:
        about["sort_desc"] = _NEWEST_FIRST[table]
    return about


@hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:
    """The questions an analyst asks, one ``queries/*.sql`` each; its leading comment says what it answers."""
    if database.startswith("_"):
        return {}
    return {
        name: {"sql": asked.sql, "title": asked.title, "description": asked.about}
        for name, asked in questions().items()
    }


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Our pages, each as things stand and, under ``/on/DAY``, as they were known on a day."""
    pages_of = [
        (r"/$", _home),
        (r"/article/(?P<id>\d{1,18})$", _article),
        (r"/company/(?P<id>\d{1,18})$", _company),
        (r"/theme/(?P<id>[^/]+)$", _theme),
        (r"/facts$", _facts),
        (r"/search$", _search),
        (r"/tables$", _tables),
        (r"/explain/(?P<id>[a-z]{1,12}:\d{1,18})$", _explain),
    ]
    routes = [(f"^{before}{path}", page) for before in ("", as_of.DAY) for path, page in pages_of]
    return [
        *routes,
        (r"^/review$", _review),
        (r"^/-/as-of$", _as_of),
        (r"^/-/desk\.css$", _style),
        (r"^/-/review\.js$", _review_keys),
    ]


async def _page(
    datasette: Any, request: Request, template: str, values: Callable[[sqlite3.Connection], Any]
) -> Response:
    await datasette.ensure_permissions(request.actor, [_PERMISSION])
    try:
        database = await as_of.database(datasette, request)
    except (DatabaseError, as_of.StillBuilding) as error:
        return await _not_yet(datasette, request, error)
    found = await datasette.databases[database].execute_fn(values)
    if found is None:  # a NotFound would print its stack to the server's log
        return await _error(datasette, request, 404, "There is no such page: look at the overview.")
    html = await datasette.render_template(
        f"desk_{template}.html",
        {**found, "database_path": datasette.urls.database(database), "period": period_in_words},
        request=request,
    )
    return Response.html(html)


async def _error(datasette: Any, request: Request, status: int, said: str) -> Response:
    told = {"status": status, "error": said, "title": "Not found"}
    return Response.html(await datasette.render_template("error.html", told, request=request), status=status)


async def _not_yet(datasette: Any, request: Request, error: Exception) -> Response:
    """What to say where a day's past is not there: why, or that it is being built and the page comes then."""
    if isinstance(error, DatabaseError):
        return await _error(datasette, request, 404, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    html = await datasette.render_template("desk_building.html", {}, request=request)
    return Response.html(html, status=202, headers={"refresh": "3"})


async def _as_of(datasette: Any, request: Request) -> Response:
    """The way from the page head's date to that day's overview; without a day, back to the present."""
    await datasette.ensure_permissions(request.actor, [_PERMISSION])
    day = request.args.get("day") or ""
    if not day:
        return Response.redirect(datasette.urls.path("/"))
    try:
        name = await as_of.attached(datasette, day)
    except (DatabaseError, as_of.StillBuilding) as error:
        return await _not_yet(datasette, request, error)
    return Response.redirect(datasette.urls.path(f"/on/{day}/" if as_of.day_of(name) else "/"))


@hookimpl
def extra_template_vars(datasette: Any, request: Request | None) -> dict[str, Any]:
    """On pages of the past: the day, what of it was not kept, and addresses that stay in it."""
    found = re.match(as_of.DAY, request.path) if request else None
    if found is None:
        return {}
    day = found["day"]
    urls = as_of.Urls(datasette.urls, day)
    return {
        "as_of": day,
        "as_of_note": as_of.note(datasette, day),
        "present": datasette.urls.path("/"),
        "urls": urls,
    }


async def _home(datasette: Any, request: Request) -> Response:
    return await _page(datasette, request, "home", pages.home)


async def _article(datasette: Any, request: Request) -> Response:
    number = int(request.url_vars["id"])
    return await _page(datasette, request, "article", lambda c: pages.article(c, number))


async def _company(datasette: Any, request: Request) -> Response:
    number = int(request.url_vars["id"])
    return await _page(datasette, request, "company", lambda c: pages.company(c, number))


async def _theme(datasette: Any, request: Request) -> Response:
    name = tilde_decode(unquote(request.url_vars["id"]))  # a colon may arrive in either encoding
    return await _page(datasette, request, "theme", lambda c: pages.theme(c, name))


async def _facts(datasette: Any, request: Request) -> Response:
    subject, metric = request.args.get("subject") or "", request.args.get("metric") or ""
    return await _page(datasette, request, "facts", lambda c: pages.facts(c, subject, metric))


async def _search(datasette: Any, request: Request) -> Response:
    words = request.args.get("q") or ""
    return await _page(datasette, request, "search", lambda c: pages.search(c, words))


async def _explain(datasette: Any, request: Request) -> Response:
    finding = request.url_vars["id"]
    return await _page(datasette, request, "explain", lambda c: why.explained(c, finding))


async def _review(datasette: Any, request: Request) -> Response:
    await datasette.ensure_permissions(request.actor, [_PERMISSION])
    return await review.page(datasette, request, as_of.live(datasette))


async def _review_keys() -> Response:
    script = (_FOLDER / "review.js").read_text(encoding="utf-8")
    kept = {"cache-control": "max-age=600"}
    return Response(script, content_type="text/javascript; charset=utf-8", headers=kept)


async def _tables(datasette: Any, request: Request) -> Response:
    await datasette.ensure_permissions(request.actor, [_PERMISSION])
    try:
        database = await as_of.database(datasette, request)
    except (DatabaseError, as_of.StillBuilding) as error:
        return await _not_yet(datasette, request, error)
    return Response.redirect(datasette.urls.database(database))


async def _style() -> Response:
    css = (_FOLDER / "desk.css").read_text(encoding="utf-8")
    return Response(css, content_type="text/css; charset=utf-8", headers={"cache-control": "max-age=600"})


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str | None) -> Markup | None:
    """Ids in query results lead to our pages, those of a past to its own, a fact's to its row."""
    if column.endswith("fact") and table is None and isinstance(value, int):
        return Markup('<a href="/{}/facts/{}">{}</a>').format(database, value, value)
    kind = {"article": "article", "company": "company", "theme": "theme"}.get(column)
    if table in _PAGE_OF and column == "id":
        kind = _PAGE_OF[table]
    elif table is not None or value in (None, ""):
        return None
    if kind is None:
        return None
    day = as_of.day_of(database)
    before = f"/on/{day}" if day else ""
    return Markup('<a href="{}/{}/{}">{}</a>').format(before, kind, value, value)


@hookimpl
def menu_links() -> list[dict[str, str]]:
    """The way back from Datasette's own pages."""
    ours = {"/": "Overview", "/facts": "Facts", "/review": "Review"}
    return [{"href": path, "label": label} for path, label in ours.items()]


_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_FORMULA = re.compile(rb'(?:^|(?<=[,\r\n]))("?)(?=[=+@\t]|-(?!\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:["\r\n,]|$)))')


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """Headers that let only this server's own scripts run, and CSV cells that no spreadsheet calculates."""
    return _Guard


class _Guard:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: list[Any] = []

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                if not _is_text(message):
                    await send(held.pop())
            elif not held:
                await send(message)
            elif message.get("more_body"):
                held.append(message)
            else:
                await self._answer(held, message, send)

        await self.app(scope, receive, keep)

    async def _answer(self, held: list[Any], last: Any, send: Any) -> None:
        start = held[0]
        body = b"".join(m.get("body", b"") for m in [*held[1:], last])
        headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
        if _content_type(start).startswith(b"text/html"):
            headers += _safe_headers(body)
        elif _content_type(start).startswith((b"text/csv", b"text/plain")):
            body = disarmed(body)
        headers.append((b"content-length", str(len(body)).encode()))
        held.clear()
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _content_type(start: Any) -> bytes:
    value: bytes = next((v for k, v in start["headers"] if k.lower() == b"content-type"), b"")
    return value


def _is_text(start: Any) -> bool:
    return _content_type(start).startswith((b"text/html", b"text/csv", b"text/plain"))


def disarmed(csv: bytes) -> bytes:
    """CSV whose cells no spreadsheet takes for formulas: an apostrophe before ``= + @`` and a lone ``-``.

    >>> disarmed(b"a,b\\n=1+1,-2\\n+x,-2+3").decode().splitlines()
    ['a,b', "'=1+1,-2", "'+x,'-2+3"]
    """
    return _FORMULA.sub(rb"\1'", csv)


def _safe_headers(body: bytes) -> list[tuple[bytes, bytes]]:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _SCRIPT.findall(body)
    )
    policy = (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
