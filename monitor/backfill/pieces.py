"""A part's bytes into the pieces that it holds, by the kind of its file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from monitor.backfill.fields import known_among, piece_of
from monitor.backfill.files import open_at
from monitor.backfill.listing import (
    CountedLines,
    csv_rows,
    delimiter_of,
    line_text,
    parquet_file,
    warc_records,
)
from monitor.backfill.values import DamagedError, Fault, Kind, Part, Piece
from monitor.collect.charsets import decode
from monitor.collect.texts import plain

MAX_PAGE_BYTES = 32 * 1024 * 1024

Found = Iterator[Piece | Fault]


def pieces_of(part: Part) -> Found:
    """The pieces of *part*, in order; those that are no article as Fault.

    Raises DamagedError where nothing more can be read, BackfillError without the library for its kind.
    """
    try:
        yield from _READERS[part.kind](part)
    except (OSError, EOFError, ValueError, csv.Error) as error:
        raise DamagedError(f"it cannot be read: {error or type(error).__name__}") from error


def _jsonl(part: Part) -> Found:
    at = part.start
    with open_at(part.path, max(0, part.start - 1)) as file:
        if part.start:
            at += len(file.readline()) - 1  # the line begun before is the part's before
        while at < part.end and (line := file.readline()):
            if line.strip():
                yield _json_line(line.removeprefix(b"\xef\xbb\xbf"), f"the line at byte {at:,}")
            at += len(line)


def _json_line(line: bytes, where: str) -> Piece | Fault:
    try:
        row = json.loads(line_text(line))
    except (ValueError, RecursionError) as error:
        return Fault(where, f"it is no JSON: {error}")
    return piece_of(row, where) if isinstance(row, dict) else Fault(where, "it is no JSON object")


def _csv(part: Part) -> Found:
    delimiter = delimiter_of(part.path)
    with open_at(part.path) as file:
        names: list[str] = next(csv_rows(CountedLines(file), delimiter), [])
    with open_at(part.path, part.start) as file:
        lines = CountedLines(file, part.end - part.start)
        for row in csv_rows(lines, delimiter):
            where = f"the row that ends at byte {part.start + lines.bytes:,}"
            if len(row) > len(names):
                yield Fault(where, f"it has {len(row)} fields where the first row names {len(names)}")
            elif row:
                yield piece_of(dict(zip(names, row, strict=False)), where)


def _parquet(part: Part) -> Found:
    with open_at(part.path) as file:
        rows, at = parquet_file(file), 0
        columns = known_among(rows.schema_arrow.names)
        for group in range(rows.metadata.num_row_groups):
            count = rows.metadata.row_group(group).num_rows
            if part.start < at + count:
                for batch in rows.iter_batches(batch_size=1000, row_groups=[group], columns=columns):
                    first, last = max(part.start - at, 0), min(part.end - at, batch.num_rows)
                    wanted = batch.slice(first, max(last - first, 0)).to_pylist()
                    for place, row in enumerate(wanted, at + first):
                        yield piece_of(row, f"row {place:,}")
                    if (at := at + batch.num_rows) >= part.end:
                        return
            else:
                at += count


def _html(part: Part) -> Found:
    with open_at(part.path) as file:
        content = file.read(MAX_PAGE_BYTES)
    yield Piece("the page", html=decode(content).text)


def _text(part: Part) -> Found:
    """Plain text: its first line is the title where more follows, else the file's name is."""
    with open_at(part.path) as file:
        text = decode(file.read(MAX_PAGE_BYTES)).text.strip()
    if not text or "\0" in text[:4096]:
        yield Fault("the file", "it is no text" if text else "it is empty")
        return
    first, _, rest = text.partition("\n")
    titled = bool(rest.strip()) and len(first) <= 300
    title = plain(first, 300) if titled else PurePosixPath(part.path).stem
    yield Piece("the file", title=title, text=rest if titled else text)


def _warc(part: Part) -> Found:
    with open_at(part.path, part.start) as file:
        for offset, record in warc_records(file):
            if offset >= part.end:
                return
            headers = record.http_headers
            if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
                continue
            kind = headers.get_header("Content-Type") or ""
            if "html" in kind.lower():
                url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
                content = record.content_stream().read(MAX_PAGE_BYTES)
                if len(content) < MAX_PAGE_BYTES and record.raw_stream.limit:  # warcio says nothing of it
                    raise ValueError(f"the record at byte {offset:,} is cut short")
                yield Piece(url, html=decode(content, kind).text, url=url)


_READERS: dict[Kind, Callable[[Part], Found]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "html": _html,
    "text": _text,
    "warc": _warc,
}
