"""Who may write from the desk: somebody signed in, or on loopback whoever holds the database's token."""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datasette.utils.asgi import Request

RATES = "NEWSGAUGE_RATES"
"""The environment's name for the user's own file of exchange rates."""
COOKIE = "newsgauge_review"
_LOCAL = "NEWSGAUGE_REVIEW_ON_LOOPBACK"
"""Set in the environment where the desk listens on loopback alone."""


def token_path(database: Path) -> Path:
    """Where the token of *database* is kept, for its owner alone."""
    return Path(f"{database}.review")


def make_token(database: Path) -> str:
    """The token that lets one review on loopback: the one beside *database*, or a new one."""
    path = token_path(database)
    if found := _token(path):
        return found
    made = secrets.token_urlsafe(24)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made)
    return made


def allow_on_loopback(allowed: bool) -> None:
    """Say whether the server that this process becomes honours the token."""
    os.environ.pop(_LOCAL, None)
    if allowed:
        os.environ[_LOCAL] = "1"


def _token(path: Path) -> str | None:
    """The token at *path*, where nobody else can read it."""
    try:
        if path.stat().st_mode & 0o077 or path.stat().st_uid != os.getuid():
            return None
        return path.read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def is_token(request: Request, database: Path, said: str | None) -> bool:
    """Whether *said* is the token and the *request* comes from this machine to this machine by name.

    A page of another name that leads here (DNS rebinding) bears that name in its Host header.
    """
    kept = _token(token_path(database)) if os.environ.get(_LOCAL) else None
    if kept is None or not said or not _is_here(request):
        return False
    return hmac.compare_digest(kept.encode(), said.encode())


def may_write(request: Request, database: Path) -> str | None:
    """Who judges by this *request*; None where it may not."""
    if request.actor:
        return str(request.actor.get("id", "somebody"))
    return "the desk" if is_token(request, database, request.cookies.get(COOKIE)) else None


def is_from_here(request: Request) -> bool:
    """Whether a form was sent by a page of this desk (beside its CSRF token, which asks for a cookie)."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _is_here(request: Request) -> bool:
    client = request.scope.get("client") or ("",)
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return _is_loopback(str(client[0])) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
