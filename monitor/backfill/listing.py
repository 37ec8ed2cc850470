"""A file's parts: stretches of about a megabyte that can be read on their own, in any order."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import IO, Any

from monitor.backfill.files import Source, length_of, open_at
from monitor.backfill.values import BackfillError, DamagedError, Kind, Part

PART_BYTES = 1_000_000
PART_PAGES = 250
"""Pages of a WARC file that make a part."""
PART_ROWS = 500
"""Rows of a Parquet file that make one: what stands before them in their row group is read in passing."""

MAX_FIELD = 64 * 1024 * 1024


def parts_of(source: Source) -> list[Part]:
    """The parts of *source*, in order.

    Raises DamagedError for a file that is empty or not of its kind, BackfillError without the library for it.
    """
    if not source.size:
        raise DamagedError("the file is empty")
    try:
        cuts = list(_CUTS[source.kind](source))
    except (OSError, EOFError, ValueError) as error:
        raise DamagedError(f"it cannot be listed: {error or type(error).__name__}") from error
    if not cuts:
        raise DamagedError("there is nothing in it")
    return [Part(source.path, source.kind, *cut) for cut in cuts]


Cut = tuple[int, int]


def _whole(source: Source) -> Iterator[Cut]:
    yield 0, source.size


def _by_bytes(source: Source) -> Iterator[Cut]:
    """Even stretches: a line belongs to the stretch in which it begins."""
    length = length_of(source)
    for start in range(0, length, PART_BYTES):
        yield start, min(start + PART_BYTES, length)


def _by_csv_rows(source: Source) -> Iterator[Cut]:
    """Stretches that end between rows: a quoted line break is none."""
    with open_at(source.path) as file:
        lines = CountedLines(file)
        rows = csv_rows(lines, delimiter_of(source.path))
        try:
            next(rows, None)
            start = lines.bytes
            for _ in rows:
                if lines.bytes - start >= PART_BYTES:
                    yield start, lines.bytes
                    start = lines.bytes
        except csv.Error as error:
            raise DamagedError(f"line {lines.count}: {error}") from error
        if lines.bytes > start:
            yield start, lines.bytes


def delimiter_of(path: str) -> str:
    """What stands between the fields of the CSV file at *path*: what its first line has most of."""
    with open_at(path) as file:
        first = next(CountedLines(file), "")
    return max(",;\t|", key=first.count)


def csv_rows(lines: Iterable[str], delimiter: str) -> Any:
    """The rows of *lines*; long fields are no fault."""
    csv.field_size_limit(MAX_FIELD)
    return csv.reader(lines, delimiter=delimiter)


class CountedLines:
    """The lines of a *file* as text, up to so many bytes, with the bytes passed so far."""

    def __init__(self, file: IO[bytes], end: int | None = None) -> None:
        self._file = file
        self._end = end
        self.bytes = self.count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = b"" if self._end is not None and self.bytes >= self._end else self._file.readline()
        if not line:
            raise StopIteration
        self.bytes += len(line)
        self.count += 1
        return line_text(line.removeprefix(b"\xef\xbb\xbf") if self.count == 1 else line)


def line_text(line: bytes) -> str:
    """A line as text: UTF-8, or where it is not, what western spreadsheets write."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("cp1252", "replace")
    return text.replace("\0", "")


def _by_rows(source: Source) -> Iterator[Cut]:
    """Rows of a Parquet file, never across its row groups."""
    first = 0
    with open_at(source.path) as file:
        metadata = parquet_file(file).metadata
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            for start in range(0, rows, PART_ROWS):
                yield first + start, first + min(start + PART_ROWS, rows)
            first += rows


def parquet_file(file: IO[bytes]) -> Any:
    """*file* as Parquet. Raises BackfillError without pyarrow, ValueError where it is none."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise BackfillError("Parquet needs pyarrow: pip install 'newsgauge[parquet]'") from error
    return pyarrow.parquet.ParquetFile(file)


def _by_pages(source: Source) -> Iterator[Cut]:
    """Records of a WARC file, cut before every so many pages; what follows a damaged record is one part."""
    start = pages = 0
    with open_at(source.path) as file, suppress(OSError, EOFError, ValueError):  # reading its part says what
        for offset, record in warc_records(file):
            if pages == PART_PAGES:
                yield start, offset
                start, pages = offset, 0
            pages += record.rec_type == "response"
    yield start, source.size


def warc_records(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """The records of *file* as WARC and the byte at which each begins; ValueError where one is damaged."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    records = ArchiveIterator(file)
    try:
        for record in records:
            yield records.offset, record  # get_record_offset() would read the record away
    except ArchiveLoadFailed as error:
        raise ValueError(str(error).strip().splitlines()[0]) from error


_CUTS: dict[Kind, Callable[[Source], Iterable[Cut]]] = {
    "jsonl": _by_bytes,
    "csv": _by_csv_rows,
    "parquet": _by_rows,
    "html": _whole,
    "text": _whole,
    "warc": _by_pages,
}
