"""``newsgauge serve``: the database in Datasette."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

import click

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
    """Open the database in Datasette, read-only.

    A daemon may run on it meanwhile.

    Listens on loopback. For another --host, give the hash of a password, made by
    `datasette hash-password`, as --password-hash or NEWSGAUGE_PASSWORD_HASH; or say --public.
    """
    from db.datasette import command

    if not _is_loopback(host) and not (public or password_hash):
        raise ServeError(
            f"{host} can be reached by others: give --password-hash (made by `datasette hash-password`) "
            "or say --public"
        )
    with settings.open(read_only=True):
        pass
    _claim_port(host, port)
    click.echo(f"Datasette on {settings.database}: http://{host}:{port}/  (ctrl-C ends it)", err=True)
    arguments = command(Path(settings.database), host, port, open_browser)
    os.environ["NEWSGAUGE_TIME_ZONE"] = str(settings.config.zone)  # where the desk's days end
    if password_hash:
        os.environ["NEWSGAUGE_PASSWORD_HASH"] = password_hash
    os.execv(sys.executable, [sys.executable, *arguments])


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
