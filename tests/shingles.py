"""A search by shingles of its own, with sets of words, to hold the program's search against."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def shingles(text: str) -> set[tuple[str, ...]]:
    """Every eight words in a row of *text*; a Chinese character is a word."""
    words = re.sub(r"([\u4e00-\u9fff])", r" \1 ", text.replace("_", " "))
    found = "".join(letter if letter.isalnum() else " " for letter in words).split()
    return {tuple(found[place : place + 8]) for place in range(len(found) - 7)}


def left_over(path: Path, texts: Iterable[str], quoted: Iterable[str]) -> set[tuple[str, ...]]:
    """The shingles of *texts* beyond those of *quoted* that the bytes of the file at *path* hold."""
    held = shingles(path.read_bytes().decode("utf-8", "replace"))
    told = set().union(*map(shingles, texts)) if texts else set()
    return (told - set().union(*map(shingles, quoted))) & held
