"""Where archives are: files, folders and, with fsspec, addresses such as ``s3://bucket/news.jsonl``."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, cast

from monitor.backfill.values import BackfillError, Kind

KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson.gz": "jsonl",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".parquet": "parquet",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".warc": "warc",
    ".warc.gz": "warc",
}
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".tar", ".tgz", ".7z")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file of an archive; its ``stamp`` changes when the file does."""

    path: str
    kind: Kind
    size: int
    stamp: str


def is_address(path: str) -> bool:
    """Whether *path* is an address that fsspec opens."""
    return "://" in path


def sources(path: str) -> Iterator[Source]:
    """The files at *path*: itself, or, where it is a folder, all in it whose kind is known, by name.

    Raises BackfillError.
    """
    if is_address(path):
        yield from _remote(path)
        return
    local = Path(path).absolute()
    if local.is_dir():
        files = sorted(file for file in local.rglob("*") if file.is_file() and kind_of(file.name))
        if not files:
            raise BackfillError(f"{path} holds no file of a kind that is known: {_known()}")
        yield from map(_local, files)
    elif local.exists():
        _must_be_known(path)
        yield _local(local)
    else:
        raise BackfillError(f"there is nothing at {path}: name a file, a folder or an address")


def kind_of(name: str) -> Kind | None:
    """What a file of this *name* holds, by its ending.

    >>> kind_of("NEWS.JSONL.GZ"), kind_of("https://example.org/a.csv?version=2"), kind_of("a.docx")
    ('jsonl', 'csv', None)
    """
    lower = name.lower().partition("?")[0]
    return next((kind for ending, kind in KINDS.items() if lower.endswith(ending)), None)


def is_packed(path: str) -> bool:
    """Whether the file at *path* is unpacked as it is read: its parts' bytes are the unpacked text's."""
    return path.lower().partition("?")[0].endswith(".gz") and kind_of(path) in ("jsonl", "csv")


def open_at(path: str, start: int = 0) -> IO[bytes]:
    """The file at *path*, open at byte *start* of its (unpacked) text; read up to there if it cannot seek."""
    file = _remote_at(path) if is_address(path) else Path(path).open("rb")  # noqa: SIM115 - of the caller
    if is_packed(path):
        file = cast(IO[bytes], gzip.open(file))  # noqa: SIM115
    try:
        file.seek(start)
    except ValueError:  # of a server that gives files from their beginning alone
        while start > 0 and (passed := len(file.read(min(start, _BLOCK)))):
            start -= passed
    return file


def length_of(source: Source) -> int:
    """How many bytes the (unpacked) text of *source* has. Raises OSError or EOFError where it is damaged."""
    if not is_packed(source.path):
        return source.size
    with open_at(source.path) as file:
        return sum(len(block) for block in iter(lambda: file.read(_BLOCK), b""))


def _remote_at(path: str) -> IO[bytes]:
    system, inner = _fsspec().core.url_to_fs(path)
    if path.startswith("http") and not system.info(inner).get("partial"):
        return cast(IO[bytes], BufferedReader(_FromTheStart(system.open(inner, "rb", block_size=0)), _BLOCK))
    return cast(IO[bytes], BufferedReader(system.open(inner, "rb"), _BLOCK))


class _FromTheStart(RawIOBase):
    """A file of a server that cannot begin in the middle."""

    def __init__(self, remote: Any) -> None:
        self._remote = remote

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content: bytes = self._remote.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._remote.close()
        super().close()


def _local(path: Path) -> Source:
    about = path.stat()
    kind = kind_of(path.name)
    assert kind
    return Source(str(path), kind, about.st_size, f"{about.st_size}:{about.st_mtime_ns}")


def _remote(path: str) -> Iterator[Source]:
    try:
        system, inner = _fsspec().core.url_to_fs(path)
        names = sorted(_names(system, inner))
        if not names:
            raise BackfillError(f"{path} holds no file of a kind that is known: {_known()}")
        for name in names:
            about = system.info(name)
            changed = ("ETag", "mtime", "LastModified", "last_modified", "created")
            version = next((str(about[key]) for key in changed if about.get(key)), "")
            kind = kind_of(name)
            assert kind
            size = int(about.get("size") or len(system.cat_file(name)))
            yield Source(system.unstrip_protocol(name), kind, size, f"{size}:{version}")
    except (OSError, ValueError, ImportError) as error:
        raise BackfillError(f"{path} cannot be listed: {error or type(error).__name__}") from error


def _names(system: Any, inner: str) -> list[str]:
    if "*" in inner:
        return [name for name in system.glob(inner) if kind_of(name)]
    return [inner] if kind_of(inner) else [name for name in system.find(inner) if kind_of(name)]


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise BackfillError(
            "addresses need fsspec: pip install 'newsgauge[cluster]', or copy the archive here first"
        ) from error
    return fsspec


def _must_be_known(path: str) -> None:
    if kind_of(path) is None:
        packed = path.lower().endswith(_PACKED)
        what = "is packed: unpack it first" if packed else "is of no kind that is known by its ending"
        raise BackfillError(f"{path} {what} ({_known()})")


def _known() -> str:
    return ", ".join(KINDS)
