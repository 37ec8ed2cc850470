"""Sending what was written to its targets: a folder, mail, a web hook, a command; once a target and key."""

from __future__ import annotations

import http.client
import json
import logging
import os
import smtplib
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from db import digests
from db.digests import DeliveryKind
from db.store import Store
from extractors.errors import NewsgaugeError
from monitor.config import (
    CommandTarget,
    Config,
    FolderTarget,
    HookTarget,
    MailTarget,
    Target,
)
from monitor.digest import render
from monitor.digest.page import page

log = logging.getLogger(__name__)

GIVEN_UP = timedelta(days=7)
"""How long a digest or an alert is tried to be sent."""
SECONDS = 30
"""The longest that one target may take."""
_FAULTS = (
    OSError,
    UnicodeError,  # a secret's file that is no text, an address that no letter can go to
    http.client.HTTPException,  # an answer that is no HTTP
    smtplib.SMTPException,
    subprocess.SubprocessError,
    NewsgaugeError,
)


class DeliveryError(NewsgaugeError):
    """A target that cannot be reached as configured; the message says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: its key (a digest's day, an alert's event), subject and forms."""

    kind: DeliveryKind
    key: str
    subject: str
    text: str
    html: str
    images: tuple[tuple[str, bytes], ...]  # Content-ID and PNG
    content: Mapping[str, Any]
    written: datetime


def send_due(store: Store, config: Config, now: datetime) -> list[str]:
    """Send the newest digest to every target that lacks it, and older ones where sending them failed.

    Each try waits longer than the one before; a digest is given up after a week. Returns the names of the
    targets reached.
    """
    snapshot = digests.latest(store)
    if snapshot is None:
        return []
    waiting = [(snapshot, {target.name for target in config.targets})]
    waiting += [(old, digests.failed_targets(store, old)) for old in digests.failed(store, now - GIVEN_UP)]
    reached = []
    for digest, names in waiting:
        targets = [t for t in config.targets if t.name in names and _is_due(store, digest, t, now)]
        message = digest_message(digest.content, digest.until) if targets else None
        reached += [t.name for t in targets if message and deliver(store, message, t, now)]
    return reached


def _is_due(store: Store, digest: digests.Snapshot, target: Target, now: datetime) -> bool:
    planned = digests.delivery(store, "digest", digest.day.isoformat(), target.name)
    return planned.sent_at is None and (planned.next_try_at is None or planned.next_try_at <= now)


def digest_message(content: Mapping[str, Any], written: datetime) -> Message:
    """A digest as a message."""
    drawn = page(content)
    names = [render.image_id(theme["theme"]) for theme in content["themes"]]
    return Message(
        kind="digest",
        key=str(content["day"]),
        subject=drawn.title,
        text=render.as_text(content),
        html=render.as_html(content, images="cid"),
        images=tuple(zip(names, render.sparklines(content), strict=True)),
        content=content,
        written=written,
    )


def deliver(store: Store, message: Message, target: Target, now: datetime) -> bool:
    """Send *message* to *target* unless that is done or not due; True when it was sent now."""
    planned = digests.delivery(store, message.kind, message.key, target.name)
    if planned.sent_at or not digests.claim(store, planned, now):
        return False
    error = attempt(message, target)
    digests.delivered(store, planned, now, error)
    if error:
        log.warning("%s %s not sent to %s: %s", message.kind, message.key, target.name, error)
    return error is None


def attempt(message: Message, target: Target) -> str | None:
    """Send *message* to *target* now; the error in words, or None."""
    try:
        _SENDERS[type(target)](message, target)
    except _FAULTS as error:
        return _without_secrets(str(error) or type(error).__name__, target)
    return None


def _to_folder(message: Message, target: FolderTarget) -> None:
    target.path.mkdir(parents=True, exist_ok=True)
    for form in target.formats:
        suffix = {"atom": "atom.xml"}.get(form, form)
        if message.kind == "digest":
            body = render.render(message.content, form, message.written)
        else:
            body = {"html": message.html, "json": json.dumps(message.content)}.get(form, message.text)
        _write_whole(target.path / f"{message.kind}-{_file_name(message.key)}.{suffix}", body)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _file_name(key: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in key)[:100]


def _to_mail(message: Message, target: MailTarget) -> None:
    letter = mail(message, target)
    context = ssl.create_default_context(cafile=target.ca_file and str(target.ca_file))
    with _connected(target, context) as server:
        if target.security == "starttls":
            server.starttls(context=context)
        if target.user:
            server.login(target.user, _secret(target.name, target.password_env, target.password_file) or "")
        server.send_message(letter)


def _connected(target: MailTarget, context: ssl.SSLContext) -> smtplib.SMTP:
    if target.security == "tls":
        return smtplib.SMTP_SSL(target.host, target.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(target.host, target.port, timeout=SECONDS)


def mail(message: Message, target: MailTarget) -> EmailMessage:
    """*message* as a mail: text and HTML with its images; no line break reaches a header."""
    letter = EmailMessage()
    letter["Subject"] = " ".join(message.subject.split())
    letter["From"] = target.sender
    letter["To"] = ", ".join(target.to)
    letter["Date"] = format_datetime(message.written.astimezone(UTC))
    letter["Message-ID"] = make_msgid(
        idstring=f"{message.kind}.{_file_name(message.key)}", domain="newsgauge"
    )
    letter.set_content(message.text)
    letter.add_alternative(message.html, subtype="html")
    html = letter.get_payload()[1]  # type: ignore[index]
    for name, png in message.images:
        html.add_related(png, "image", "png", cid=f"<{name}>")  # type: ignore[union-attr]
    return letter


def _to_hook(message: Message, target: HookTarget) -> None:
    url = target.url or _secret(target.name, target.url_env, target.url_file)
    if not url or not url.startswith(("http://", "https://")):
        raise DeliveryError("needs url, url_env or url_file with an http(s) address")
    request = urllib.request.Request(
        url,
        data=json.dumps(hook_body(message, target.style), ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "newsgauge"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        raise DeliveryError(f"the hook answered {error.code} {error.reason}") from error


def hook_body(message: Message, style: str) -> dict[str, Any]:
    """The JSON that each kind of hook takes; *json* gets the whole content."""
    text = message.text
    if style == "slack":
        return {"text": f"*{message.subject}*\n{_cut(text, 3500)}"}
    if style == "discord":
        return {"content": _cut(f"**{message.subject}**\n{text}", 1990), "allowed_mentions": {"parse": []}}
    if style == "teams":
        card = {"type": "TextBlock", "text": _cut(text, 20_000), "wrap": True}
        content = {"type": "AdaptiveCard", "version": "1.4", "body": [card]}
        kind = "application/vnd.microsoft.card.adaptive"
        return {"type": "message", "attachments": [{"contentType": kind, "content": content}]}
    return {"kind": message.kind, "key": message.key, "subject": message.subject, "content": message.content}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _to_command(message: Message, target: CommandTarget) -> None:
    done = subprocess.run(
        target.run,
        input=json.dumps(message.content, ensure_ascii=False).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-200:]
        raise DeliveryError(f"{target.run[0]} ended with {done.returncode}: {said}")


def _secret(name: str, variable: str | None, file: Path | None) -> str | None:
    if variable:
        if variable not in os.environ:
            raise DeliveryError(f"target {name}: the environment has no {variable}")
        return os.environ[variable]
    return file.read_text(encoding="utf-8").strip() if file else None


def _without_secrets(text: str, target: Target) -> str:
    hidden = text
    if isinstance(target, HookTarget):
        for secret in filter(None, [target.url, os.environ.get(target.url_env or "")]):
            hidden = hidden.replace(secret, "(the hook's address)")
    if isinstance(target, MailTarget) and target.password_env:
        hidden = hidden.replace(os.environ.get(target.password_env) or "\0", "(the password)")
    return hidden


_SENDERS: Mapping[type, Callable[[Message, Any], None]] = {
    FolderTarget: _to_folder,
    MailTarget: _to_mail,
    HookTarget: _to_hook,
    CommandTarget: _to_command,
}
