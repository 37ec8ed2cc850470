"""``newsgauge extract``: findings as JSON, from files or from JSONL on standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import click

from extractors.contract import ContractError, as_json, text_from
from extractors.findings import PARTS, Findings, Part, Text
from extractors.pipeline import Reader
from monitor.cli.settings import Settings, jobs_option, with_settings
from monitor.config import Config


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--jsonl", is_flag=True, help='Read lines {"id", "text", "title"?, "published"?} from standard input.'
)
@click.option("--only", metavar="PARTS", help=f"Compute only these, comma-separated: {', '.join(PARTS)}.")
@click.option("--explain", is_flag=True, help="Name the rule behind each finding.")
@jobs_option
@with_settings
def extract(
    settings: Settings,
    files: tuple[Path, ...],
    jsonl: bool,
    only: str | None,
    explain: bool,
    jobs: int | None,
) -> None:
    """Read texts and print their findings as JSON, one object a line.

    \b
    newsgauge extract article.txt
    newsgauge extract --only money,percent *.txt
    newsgauge extract --jsonl < texts.jsonl
    newsgauge extract --jobs 4 *.txt
    """
    if bool(files) == jsonl:
        raise click.UsageError("name files to read, or give --jsonl and texts on standard input")
    parts = _parts(only)
    texts = _from_lines(sys.stdin.buffer) if jsonl else _from_files(files)
    told = _read(settings.config, texts, parts, jobs or settings.config.reading.jobs)
    if files and sys.stderr.isatty() and not sys.stdout.isatty():
        told = _shown(told, len(files))
    for found in told:
        sys.stdout.write(json.dumps(as_json(found, parts, explain), ensure_ascii=False) + "\n")


def _read(config: Config, texts: Iterable[Text], parts: tuple[Part, ...], jobs: int) -> Iterator[Findings]:
    if jobs == 1:
        return Reader(config.how_to_read, stays=True).read(texts, parts)
    from monitor.reading_jobs import findings_in_jobs  # brings the database along

    return findings_in_jobs(texts, config.how_to_read, parts, jobs, config.daemon.worker_memory_mb)


def _shown(told: Iterator[Findings], total: int) -> Iterator[Findings]:
    from monitor.cli.progress import Stages  # draws; most calls of this command don't

    with Stages() as stages:
        for number, found in enumerate(told, 1):
            stages("reading texts", number, total)
            yield found


def _parts(only: str | None) -> tuple[Part, ...]:
    if only is None:
        return PARTS
    asked = [name.strip() for name in only.split(",") if name.strip()]
    for name in asked:
        if name not in get_args(Part):
            raise click.BadParameter(f"{name!r} is none of {', '.join(PARTS)}", param_hint="--only")
    return tuple(part for part in PARTS if part in asked)


def _from_files(files: Iterable[Path]) -> Iterator[Text]:
    for path in files:
        try:
            yield Text(id=path.stem, text=path.read_bytes().decode("utf-8"))
        except OSError as error:
            raise ContractError(f"{path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ContractError(f"{path} is not UTF-8 text: convert it first") from error


def _from_lines(lines: Iterable[bytes]) -> Iterator[Text]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ContractError(f"line {number}: not JSON ({error})") from error
            yield text_from(row, number)
