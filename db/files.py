"""New files: one gets its name only when it is whole, and none is overwritten unasked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.store import DatabaseError


@contextmanager
def new_file(final: Path, *, replace: bool = False, beside: Path | None = None) -> Iterator[Path]:
    """A path to write to, which becomes *final* when the block ends well and is removed when it does not.

    *beside* is the database that the file is made of; it is never overwritten. Raises DatabaseError where
    *final* exists (without *replace*), its folder does not, or the disk refuses.
    """
    if beside is not None and final.exists() and beside.exists() and final.samefile(beside):
        raise DatabaseError(f"{final} is the database itself: name another file")
    if final.is_dir():
        raise DatabaseError(f"{final} is a folder: name a file in it")
    if final.exists() and not replace:
        raise DatabaseError(f"{final} exists: name another file, or overwrite it with --force")
    if not final.parent.is_dir():
        raise DatabaseError(f"the folder {final.parent} does not exist: make it, or name another")
    part = final.with_name(f"{final.name}.part")
    try:
        part.unlink(missing_ok=True)
        yield part
        part.replace(final)
    except OSError as error:
        raise DatabaseError(f"{final} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
