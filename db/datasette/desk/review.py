"""The review page: one doubtful finding after the other, judged by a key or a button."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from db.closeup import Closeup, closeup
from db.corrections import asked, keeping
from db.corrections.doubtful import Doubt, after, doubtful
from db.corrections.values import (
    TABLE_OF,
    WORD_OF,
    Correction,
    CorrectionError,
    FindingId,
    Verdict,
    finding_id,
)
from db.datasette.desk import access
from db.store import Store, fault_in_words, open_store
from extractors.errors import NewsgaugeError
from extractors.findings import Approx, Basis
from extractors.rates import Rates

Values = dict[str, Any]

_VERDICTS: Mapping[str, Verdict] = {"accept": "accept", "fix": "fix", "reject": "reject"}
_CHOICES: Mapping[str, Any] = {
    "currency": asked.currencies,
    "metric_id": asked.metric_ids,
    "approx": lambda: list(get_args(Approx)),
    "basis": lambda: list(get_args(Basis)),
    "direction": lambda: ["up", "down"],
    "unit": lambda: ["percent", "percentage_point", "bps", "multiple"],
}
_MISSING = "This finding is not there any more: here is the next one."


async def page(datasette: Any, request: Request, database: str) -> Response:
    """The review page, or what a form on it asks for."""
    path = Path(datasette.databases[database].path)
    if said := request.args.get("token"):
        return _let_in(request, path, said)
    who = access.may_write(request, path)
    if who is None:
        return await _refused(datasette, request)
    if request.method != "POST":
        return await _shown(datasette, request, database, request.args)
    if not access.is_from_here(request):
        return await _refused(datasette, request)
    return await _judged(datasette, request, database, who)


def _let_in(request: Request, path: Path, said: str) -> Response:
    """Keep the token as a cookie, and take it out of the address."""
    answer = Response.redirect("/review")
    if access.is_token(request, path, said):
        answer.set_cookie(access.COOKIE, said, httponly=True, samesite="strict", max_age=30 * 24 * 3600)
    return answer


async def _refused(datasette: Any, request: Request) -> Response:
    told = {
        "status": 403,
        "title": "Not allowed",
        "error": "Reviewing is for those who are signed in. On this machine, open the address that "
        "`newsgauge serve` prints; elsewhere, serve with a password and log in.",
    }
    html = await datasette.render_template("error.html", told, request=request)
    return Response.html(html, status=403)


async def _shown(
    datasette: Any, request: Request, database: str, where: Mapping[str, str], error: str = ""
) -> Response:
    found = await datasette.databases[database].execute_fn(lambda c: values(c, where))
    html = await datasette.render_template("desk_review.html", {**found, "error": error}, request=request)
    return Response.html(html, status=400 if error else 200)


def values(connection: sqlite3.Connection, where: Mapping[str, str]) -> Values:
    """What the page shows: the finding that *where* names, or the next doubtful one after the place there."""
    store = Store(Path(), connection)
    kind = where.get("kind") if where.get("kind") in TABLE_OF else None
    every = doubtful(store)
    doubts = [doubt for doubt in every if kind is None or doubt.finding.table == TABLE_OF[kind]]
    doubt, missing = _wanted(connection, doubts, where)
    seen = closeup(connection, doubt.finding) if doubt else None
    made = _made(store, where.get("made"))
    return {
        "seen": seen,
        "doubt": doubt,
        "key": _key_in_words(doubt.key) if doubt else "",
        "kind": kind,
        "kinds": [word for word, table in TABLE_OF.items() if any(d.finding.table == table for d in every)],
        "left": len(doubts),
        "fields": _fields(store, seen) if seen else [],
        "made": made,
        "missing": missing,
        "again": seen is None and bool(doubts),
        "word": WORD_OF,
    }


def _wanted(
    connection: sqlite3.Connection, doubts: list[Doubt], where: Mapping[str, str]
) -> tuple[Doubt | None, str]:
    if named := where.get("finding"):
        try:
            finding = finding_id(named)
        except CorrectionError as error:
            return after(doubts, None), str(error)
        if closeup(connection, finding):
            known = next((doubt for doubt in doubts if doubt.finding == finding), None)
            return known or Doubt(finding, 0, ""), ""
        return after(doubts, None), _MISSING
    return after(doubts, _key(where.get("after"))), ""


def _key(words: str | None) -> tuple[float, str, int] | None:
    score, _, rest = (words or "").partition("~")
    table, _, row = rest.partition("~")
    try:
        return float(score), table, int(row)
    except ValueError:
        return None


def _key_in_words(key: tuple[float, str, int]) -> str:
    return "~".join(map(str, key))


def _made(store: Store, number: str | None) -> Correction | None:
    if not number or not number.isdecimal() or len(number) > 18:
        return None
    try:
        made = keeping.correction(store, int(number))
    except CorrectionError:
        return None
    return None if made.undone_at else made


def _fields(store: Store, seen: Closeup) -> list[Values]:
    """The fields of the form by which the finding is fixed, as they are now."""
    now = asked.now_said(store, seen.finding)
    return [
        {
            "name": name,
            "label": name.replace("_id", "").replace("_", " ") if name != "metric_id" else "metric (known)",
            "value": now.get(name, ""),
            "choices": _CHOICES[name]() if name in _CHOICES else None,
            "suggestions": _suggestions(store, seen, name),
        }
        for name in asked.FIELDS[seen.finding.table]
    ]


def _suggestions(store: Store, seen: Closeup, name: str) -> list[str]:
    if name == "theme":
        return [row["label"] for row in store.db.query("SELECT label FROM themes ORDER BY label")]
    if name == "company":
        sql = (
            "SELECT DISTINCT c.name FROM company_mentions m JOIN companies c ON c.id = m.company "
            "WHERE m.article = ? ORDER BY c.name"
        )
        return [row["name"] for row in store.db.query(sql, [seen.article])]
    if name == "story":
        return ["alone"]
    return []


async def _judged(datasette: Any, request: Request, database: str, who: str) -> Response:
    form = await request.post_vars()
    path = Path(datasette.databases[database].path)
    try:
        target = await asyncio.to_thread(_write, path, form, who)
    except NewsgaugeError as error:
        return await _shown(datasette, request, database, form, str(error))
    except (sqlite3.Error, OSError) as error:
        return await _shown(datasette, request, database, form, fault_in_words(path, error))
    kept = {"kind": form["kind"]} if form.get("kind") in TABLE_OF else {}
    return Response.redirect(f"/review?{urlencode({**kept, **target})}")


def _write(path: Path, form: Mapping[str, str], who: str) -> dict[str, str]:
    """Do what a form asks, under the writers' lock; returns where to go on."""
    now = datetime.now(UTC)
    with open_store(path) as store:
        if form.get("verdict") == "undo":
            made = keeping.undo(store, int(form.get("number", "0")), now)
            again = keeping.finding_at(store.db, made)
            return {"finding": str(again)} if again else {}
        finding, verdict = finding_id(form.get("finding", "")), _verdict(form.get("verdict", ""))
        wanted = _changed(store, finding, form) if verdict == "fix" else {}
        rates = Rates.load(Path(own) if (own := os.environ.get(access.RATES)) else None)
        columns = asked.judged_columns(store, finding, verdict, wanted, rates)
        note = form.get("note", "").strip() or None
        made = keeping.judge(store, finding, verdict, now, values=columns, by=who, note=note)
        return {"after": form.get("key", ""), "made": str(made.id)}


def _verdict(words: str) -> Verdict:
    if words not in _VERDICTS:
        raise CorrectionError("say accept, fix or reject")
    return _VERDICTS[words]


def _changed(store: Store, finding: FindingId, form: Mapping[str, str]) -> dict[str, str]:
    """What the form says otherwise than it stands."""
    now = asked.now_said(store, finding)
    told = {name: form[name].strip() for name in asked.FIELDS[finding.table] if name in form}
    changed = {name: words for name, words in told.items() if words != now.get(name, "")}
    if not changed:
        raise CorrectionError("nothing was changed: change a field, or accept it as it is")
    return changed
