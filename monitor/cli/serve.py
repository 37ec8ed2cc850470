"""``newsgauge serve``: the database in Datasette."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import click

from db.store import DatabaseError
from extractors.errors import NewsgaugeError
from monitor.cli.settings import Settings, with_settings


class ServeError(NewsgaugeError):
    """Datasette cannot be started as asked; the message says why."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option("--public", is_flag=True, help="Let anyone who reaches another address than loopback read all.")
@click.option("--password-hash", envvar="NEWSGAUGE_PASSWORD_HASH", help="Ask for this password (see --help).")
@with_settings
def serve(
    settings: Settings, host: str, port: int, open_browser: bool, public: bool, password_hash: str | None
) -> None:
    """Open the database in Datasette.

    A daemon may run on it meanwhile. Only the review page writes: on loopback its address is printed with a
    token, which is kept beside the database for its owner alone; with a password, whoever logs in may review.

    Listens on loopback. For another --host, give the hash of a password, made by
    `datasette hash-password`, as --password-hash or NEWSGAUGE_PASSWORD_HASH; or say --public.
    """
    from db.datasette import command
    from db.datasette.desk import access

    if not _is_loopback(host) and not (public or password_hash):
        raise ServeError(
            f"{host} can be reached by others: give --password-hash (made by `datasette hash-password`) "
            "or say --public"
        )
    with settings.open(read_only=True):
        pass
    with suppress(DatabaseError):  # where it may be written, it gets the tables that the pages ask
        settings.open().close()
    _claim_port(host, port)
    if settings.config.rates_file:
        os.environ[access.RATES] = str(settings.config.rates_file.absolute())
    local = _is_loopback(host) and not password_hash
    access.allow_on_loopback(local)
    if local:
        click.echo(f"review what was read: {_review_address(settings.database, host, port)}", err=True)
    click.echo(f"Datasette on {settings.database}: http://{host}:{port}/  (ctrl-C ends it)", err=True)
    arguments = command(Path(settings.database), host, port, open_browser)
    os.environ["NEWSGAUGE_TIME_ZONE"] = str(settings.config.zone)  # where the desk's days end
    if password_hash:
        os.environ["NEWSGAUGE_PASSWORD_HASH"] = password_hash
    os.execv(sys.executable, [sys.executable, *arguments])


def _review_address(database: Path, host: str, port: int) -> str:
    """Where to review, with the token that lets whoever started the desk write from it."""
    from db.datasette.desk.access import make_token

    try:
        token = make_token(database.absolute())
    except OSError as error:
        return f"not from here, for no token can be kept beside {database} ({error.strerror})"
    return f"http://{host}:{port}/review?token={token}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _claim_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"port {port} of {host} cannot be used ({error.strerror}): choose another with --port"
            ) from error
