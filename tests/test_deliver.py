"""Delivery to real targets: an SMTP server with TLS, a web hook, a folder, a command; once each."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from db.digests import delivery
from db.store import Store, open_store
from monitor.config import CommandTarget, FolderTarget, HookTarget, MailTarget
from monitor.digest.deliver import Message, attempt, deliver, hook_body, mail
from tests.hooks import Hook, listening

NOW = datetime(2026, 5, 4, 5, 30, tzinfo=UTC)


def message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "kind": "digest",
        "key": "2026-05-04",
        "subject": "Monday's digest",
        "text": "Two stories.\n",
        "html": "<p>Two stories.</p>",
        "images": (("spark-x@newsgauge", b"\x89PNG..."),),
        "content": {"day": "2026-05-04"},
        "written": NOW,
    }
    return Message(**(values | changes))


class Inbox:
    """Keeps what arrives; with *failures* left it breaks off half-way first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.failures:
            self.failures -= 1
            server.transport.abort()
            return "451 never seen"
        self.letters.append(envelope.content)
        return "250 kept"


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == b"s3cret-w0rd"
    return AuthResult(success=right, handled=False)  # the server answers


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return context, tmp_path / "ca.pem"


@pytest.fixture
def mailbox(certificate: tuple[ssl.SSLContext, Path]) -> Iterator[tuple[Inbox, MailTarget]]:
    context, authority = certificate
    inbox = Inbox()
    port = free_port()
    server = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        authenticator=authenticate,
        auth_required=True,
    )
    server.start()
    yield (
        inbox,
        MailTarget(
            kind="mail",
            name="breakfast",
            host="localhost",
            port=port,
            sender="gauge@example.org",
            to=["a@example.org", "b@example.org"],
            user="gauge",
            password_env="TEST_SMTP_PASSWORD",
            ca_file=authority,
        ),
    )
    server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        yield opened


def test_mail_arrives_over_tls_with_both_parts_and_its_image(
    mailbox: tuple[Inbox, MailTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = mailbox
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "s3cret-w0rd")
    assert attempt(message(), target) is None
    letter = message_from_bytes(inbox.letters[0], policy=policy.default)
    assert letter["Subject"] == "Monday's digest"
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert next(p for p in letter.walk() if p.get_content_type() == "image/png")["Content-ID"] == (
        "<spark-x@newsgauge>"
    )


def test_a_wrong_password_is_an_error_that_does_not_hold_it(
    mailbox: tuple[Inbox, MailTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = mailbox
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "not-the-word")
    error = attempt(message(), target)
    assert error is not None and "535" in error and "not-the-word" not in error
    assert inbox.letters == []


def test_an_untrusted_certificate_is_refused(
    mailbox: tuple[Inbox, MailTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = mailbox
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "s3cret-w0rd")
    error = attempt(message(), target.model_copy(update={"ca_file": None}))
    assert error is not None and "certificate" in error
    assert inbox.letters == []


def test_a_server_that_breaks_off_half_way_is_tried_again_later_and_gets_one(
    mailbox: tuple[Inbox, MailTarget], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = mailbox
    inbox.failures = 1
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "s3cret-w0rd")
    assert not deliver(store, message(), target, NOW)
    assert not deliver(store, message(), target, NOW + timedelta(seconds=30)), "too early for a second try"
    assert deliver(store, message(), target, NOW + timedelta(minutes=2))
    for minutes in range(3, 60):
        assert not deliver(store, message(), target, NOW + timedelta(minutes=minutes))
    assert len(inbox.letters) == 1
    assert delivery(store, "digest", "2026-05-04", "breakfast").tries == 2


def test_a_hostile_title_arrives_as_text_and_adds_no_recipient(
    mailbox: tuple[Inbox, MailTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = mailbox
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "s3cret-w0rd")
    subject = "Big sale\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>"
    assert attempt(message(subject=subject), target) is None
    letter = message_from_bytes(inbox.letters[0], policy=policy.default)
    assert letter["Subject"] == "Big sale Bcc: victim@example.org <script>alert(1)</script>"
    assert letter["Bcc"] is None
    assert letter["To"] == "a@example.org, b@example.org"


def test_no_line_break_of_a_title_reaches_a_header() -> None:
    target = MailTarget(kind="mail", name="m", host="h", sender="a@example.org", to=["b@example.org"])
    letter = mail(message(subject="Sale\r\nBcc: victim@example.org"), target)
    assert letter["Subject"] == "Sale Bcc: victim@example.org"
    assert "Bcc" not in letter


@pytest.fixture
def hook() -> Iterator[tuple[type[Hook], str]]:
    with listening() as server:
        yield server


@pytest.mark.parametrize("style", ["slack", "discord", "teams", "json"])
def test_each_hook_gets_the_json_that_it_takes(
    hook: tuple[type[Hook], str], style: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, url = hook
    monkeypatch.setenv("TEST_HOOK", url)
    target = HookTarget(kind="hook", name="desk", style=style, url_env="TEST_HOOK")
    assert attempt(message(), target) is None
    keys = {"slack": "text", "discord": "content", "teams": "attachments", "json": "content"}
    assert keys[style] in kind.received[0]


def test_a_failing_hook_is_named_without_its_address(
    hook: tuple[type[Hook], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, url = hook
    kind.status = 500
    error = attempt(message(), HookTarget(kind="hook", name="desk", url=url))
    assert error is not None and "500" in error and "T0KEN" not in error


def test_a_long_digest_is_cut_to_what_discord_takes() -> None:
    body = hook_body(message(text="x" * 5000), "discord")
    assert len(body["content"]) <= 2000


def test_a_command_gets_the_json_and_its_failure_is_told(tmp_path: Path) -> None:
    good = CommandTarget(kind="command", name="c", run=["sh", "-c", f"cat > {tmp_path}/got.json"])
    assert attempt(message(), good) is None
    assert json.loads((tmp_path / "got.json").read_text()) == {"day": "2026-05-04"}
    bad = CommandTarget(kind="command", name="c", run=["sh", "-c", "echo no paper >&2; exit 3"])
    assert attempt(message(), bad) == "sh ended with 3: no paper\n"


def test_a_command_that_fails_in_bytes_that_are_no_text_is_an_error_in_words() -> None:
    shell = ["sh", "-c", "printf '\\377 broke' >&2; exit 3"]
    error = attempt(message(), CommandTarget(kind="command", name="archive", run=shell))
    assert error is not None and error.startswith("sh ended with 3") and error.endswith("broke")


def test_a_hook_that_does_not_speak_http_is_an_error_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        error = attempt(message(), HookTarget(kind="hook", name="desk", url=url))
        thread.join()
    assert error is not None and "220 mail.example" in error


def test_an_alert_in_a_folder_is_a_file_of_its_own(tmp_path: Path) -> None:
    target = FolderTarget(kind="folder", name="f", path=tmp_path / "out", formats=["txt", "html"])
    assert attempt(message(kind="alert", key="big money: 17"), target) is None
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "alert-big-money--17.html",
        "alert-big-money--17.txt",
    ]


def test_an_unwritable_folder_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    error = attempt(message(), FolderTarget(kind="folder", name="f", path=tmp_path / "taken"))
    assert error is not None and "taken" in error
