"""Where in a TOML text a key is written, for errors that name the line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_LIST_TABLE = re.compile(r"\s*\[\[\s*([^\]]+?)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([^\[\]=]+?)\s*\]\s*(#|$)")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line of *text*, from 1, where *keys* are written, else where the most of them lead to.

    A list's tables are counted from 0: ``("feeds", "1", "url")`` is the second feed's address. Keys that
    stand nowhere in *text*, such as a validator's own words, are passed over. None where none is written.
    """
    written = list(_keys_by_line(text))
    names = {name for _, path in written for name in path}
    wanted = [name for name in keys if name in names]
    depth, line = max(((_shared(path, wanted), -number) for number, path in written), default=(0, 0))
    return -line if depth else None


def _shared(path: Sequence[str], wanted: Sequence[str]) -> int:
    return len(path) if list(path) == list(wanted[: len(path)]) else 0


def _keys_by_line(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    counted: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _LIST_TABLE.match(line):
            table = (*header[1].split("."), str(counted[header[1]]))
            counted[header[1]] += 1
            yield number, table
        elif header := _TABLE.match(line):
            table = tuple(header[1].split("."))
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *key[1].split("."))
