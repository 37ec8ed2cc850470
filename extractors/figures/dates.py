"""Numbers that tell when, or which one, and so share no unit with a neighbour."""

from __future__ import annotations

import re

from extractors.figures.atoms import Atom


def is_year(atom: Atom) -> bool:
    """Whether *atom* may as well be a year: 1900 to 2099, with no scale."""
    number = atom.number
    return number.is_year and not number.power and number.value % 1 == 0


_WHEN = re.compile(r"\b(?:in|since|during|of|by|until|fy) ?$")


def is_when(low: str, atom: Atom) -> bool:
    """'grew 31% in 2025 to 66 billion yuan': a year by the word before it."""
    return bool(_WHEN.search(low, max(0, atom.start - 8), atom.start))


_MONTHS = (
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? $"
)
_NUMBERED = r"\b(?:top|no\.?|q|day|week|page|age|aged|on the|chapter|season|episode|part) $"
_DATE = re.compile(rf"{_MONTHS}|{_NUMBERED}")
_DAY = re.compile(rf"(?<!\bin )(?<!\bduring )(?<!\bin early )(?<!\bin late ){_MONTHS}")
"""A month before a day: 'on May 20 to 25 million', but 'in May 20 to 25 million'."""


def is_day(low: str, atom: Atom, gap: str) -> bool:
    """'rose on May 20 to 25 million yuan': a day of a month, and no end of a range."""
    number = atom.number
    bare = atom.unit is None and not atom.power and number.shape == "digits"
    day = bare and number.value in range(1, 32) and gap.startswith(" to ")
    return day and bool(_DAY.search(low, max(0, atom.start - 24), atom.start))


def is_date(low: str, atom: Atom) -> bool:
    """Whether a month, or what is numbered, stands before *atom*: 'May 20', 'episode 12'."""
    return bool(_DATE.search(low, max(0, atom.start - 12), atom.start))
