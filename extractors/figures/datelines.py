"""How a text opens: the place of its dateline, and whose it is, a news agency's or a press release's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extractors.figures.vocabulary import either, rules

HEAD = 160
"""A dateline begins within so many characters."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The country (ISO 3166-1 alpha-2) of a dateline, and whether a wire or a press release wrote it.

    A wire writes for the world: its plain dollars are American (it writes HK$ or A$ for others).
    """

    country: str | None = None
    wire: bool = False
    release: bool = False


def opening(text: str) -> Opening:
    """How *text* opens.

    >>> opening("HONG KONG, March 11 (Reuters) - The group raised $400 million.")
    Opening(country='HK', wire=True, release=False)
    """
    head = text[:HEAD]
    if _RELEASE.search(head):
        return Opening(release=True)
    match = _dateline().search(head)
    if match:
        place = 1 if match[1] else 2
        return Opening(_places()[match[place]], _agency_follows(head, match.end(place)))
    titled = _TITLED.match(head)
    country = _places().get(titled[1].upper()) if titled else None
    if titled and country:
        return Opening(country, _agency_follows(head, titled.end(1)))
    return Opening(wire=_opens_with_an_agency(head))


def is_wire(name: str) -> bool:
    """Whether *name* is that of a known news agency that writes for the world."""
    rule = rules("context")["wires"]
    return name not in rule["home"] and any(word in rule["names"] for word in re.findall(r"\w+", name))


_RELEASE = re.compile(
    r"/[\w ]{0,12}newswire[\w ]{0,12}/|\((?:globe newswire|business ?wire|accesswire)\)", re.I
)
"""Press releases that go out to the world: their dollars are American wherever they are datelined."""


@cache
def _places() -> dict[str, str]:
    return {place: country for country, places in rules("context")["places"].items() for place in places}


@cache
def _dateline() -> re.Pattern[str]:
    places = either(_places())
    return re.compile(
        rf"(?:^|\n|\) ?|[-–—/] ?)\(?({places})(?:[,/ (][^—–:\n]{{0,40}}?)?\s?(?:--|—|–|-\s|\s-|:|\()"
        rf"|^\(?({places})\b",
        re.M,
    )


_TITLED = re.compile(
    r"\s*(?:\([^)]{2,20}\) )?([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?:, [A-Z][a-z]+\.?(?: \d{1,2})?)? ?"
    r"(?:\([^)]{2,30}\) ?)?(?:--|—|–)"
)
_IN_BRACKETS = re.compile(r"([^()\n—–:-]{0,48})\(([^()\n]{2,40})\)")
_FIRST = re.compile(r"\s*\(([^()\n]{2,40})\) ?(--?|—|–)")


def _agency_follows(head: str, end: int) -> bool:
    """``, March 11 (Harbour Wire)`` after a place: what follows a date in brackets is an agency."""
    match = _IN_BRACKETS.match(head, end)
    return match is not None and _is_agency(match[2], any(c.isdigit() for c in match[1]))


def _opens_with_an_agency(head: str) -> bool:
    """``(Meridian Markets) --`` before the first sentence, with no place."""
    match = _FIRST.match(head)
    return match is not None and _is_agency(match[1], match[2] == "--")


def _is_agency(name: str, sure: bool) -> bool:
    """Whether the *name* in brackets is a wire's: known, called so, or *sure* to be one's by its place."""
    rule = rules("context")["wires"]
    called_so = name.lower().endswith(tuple(rule["endings"]))
    return name not in rule["home"] and (sure or called_so or is_wire(name))
