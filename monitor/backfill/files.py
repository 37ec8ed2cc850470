"""Where archives are: files, folders and, with fsspec, addresses such as ``s3://bucket/news.jsonl``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from monitor.backfill.values import BackfillError, Kind

KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".warc": "warc",
    ".warc.gz": "warc",
}


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
    """What a file of this *name* holds."""
    lower = name.lower().partition("?")[0]
    return next((kind for ending, kind in KINDS.items() if lower.endswith(ending)), None)


def open_at(path: str, start: int = 0) -> IO[bytes]:
    """The file at *path*, open at byte *start*; what cannot seek is read up to there."""
    if not is_address(path):
        local = Path(path).open("rb")  # noqa: SIM115 - the caller closes it
        local.seek(start)
        return local
    remote: IO[bytes] = _fsspec().open(path, "rb").open()
    try:
        remote.seek(start)
    except (OSError, ValueError):
        while start > 0 and (passed := len(remote.read(min(start, 1 << 20)))):
            start -= passed
    return remote


def _local(path: Path) -> Source:
    about = path.stat()
    kind = kind_of(path.name)
    assert kind
    return Source(str(path), kind, about.st_size, f"{about.st_size}:{about.st_mtime_ns}")


def _remote(path: str) -> Iterator[Source]:
    try:
        system, inner = _fsspec().core.url_to_fs(path)
        names = [inner] if kind_of(path) else sorted(n for n in system.find(inner) if kind_of(n))
        if not names:
            raise BackfillError(f"{path} holds no file of a kind that is known: {_known()}")
        for name in names:
            about = system.info(name)
            version = next((str(about[k]) for k in ("ETag", "mtime", "LastModified") if about.get(k)), "")
            kind = kind_of(name)
            assert kind
            size = int(about.get("size") or len(system.cat_file(name)))
            yield Source(system.unstrip_protocol(name), kind, size, f"{size}:{version}")
    except (OSError, ValueError, ImportError) as error:
        raise BackfillError(f"{path} cannot be listed: {error or type(error).__name__}") from error


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise BackfillError(
            "addresses need fsspec: install newsgauge[cluster], or copy the archive here first"
        ) from error
    return fsspec


def _must_be_known(path: str) -> None:
    if kind_of(path) is None:
        packed = os.path.splitext(path)[1] in (".gz", ".bz2", ".xz", ".zst", ".zip", ".tar", ".tgz")  # noqa: PTH122
        what = "is packed: unpack it first" if packed else "is of no kind that is known by its ending"
        raise BackfillError(f"{path} {what} ({_known()})")


def _known() -> str:
    return ", ".join(KINDS)
