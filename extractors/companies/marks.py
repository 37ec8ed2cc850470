"""Cues that need the whole text: lists with a company, persons' names elsewhere, owners named beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from extractors.companies.candidates import Name
from extractors.companies.evidence import ENOUGH, PERSONAL
from extractors.companies.known import NOT_COUNTED, KnownCompanies
from extractors.companies.organisations import Organisation
from extractors.companies.words import Word

_LIST_GAPS = (", ", " ")


def mark_owned(
    gathered: Iterable[Name],
    organisations: Sequence[Organisation],
    found: Sequence[Word],
    known: KnownCompanies,
) -> None:
    """Mark what stands after 'Kuaishou's', and doubtful names of companies whose owner the text names."""
    ends = {end for o in organisations if o.kind not in NOT_COUNTED for _, end in o.mentions}
    families = {known.roll_up(o.known.id).id for o in organisations if o.known}
    for name in gathered:
        if name.known and known.roll_up(name.known.id).id in families:
            name.extra.add("known beside its owner")
        if any(_is_possessed(found, mention.first, ends) for mention in name.mentions):
            name.extra.add("of a company")


def _is_possessed(found: Sequence[Word], first: int, ends: set[int]) -> bool:
    return first > 0 and found[first].gap in ("'s ", "’s ") and found[first - 1].end in ends


def mark_persons(gathered: Iterable[Name]) -> None:
    """Mark the single words that are a part of a person's name elsewhere in the text."""
    persons: set[str] = set()
    for name in gathered:
        if len(name.words) > 1 and name.score < ENOUGH and (name.cues & PERSONAL or _read_as_person(name)):
            persons.update(name.words)
    for name in gathered:
        if len(name.words) == 1 and name.words[0] in persons:
            name.extra.add("a person's name elsewhere")


def _read_as_person(name: Name) -> bool:
    return any(mention.label == "PERSON" for mention in name.mentions)


def mark_listed(
    gathered: Iterable[Name], organisations: Sequence[Organisation], found: Sequence[Word]
) -> None:
    """Mark the names that stand in a list with a company: 'Lumo, Vantor and Quillon'."""
    by_start: dict[int, tuple[int, Name | None]] = {
        start: (end, None) for o in organisations if o.kind not in NOT_COUNTED for start, end in o.mentions
    }
    by_start |= {m.start: (m.end, name) for name in gathered for m in name.mentions}
    for run in _lists(by_start, found):
        if any(name is None or name.is_company for name in run):
            for name in run:
                if name is not None:
                    name.extra.add("beside a company")


def _lists(
    by_start: Mapping[int, tuple[int, Name | None]], found: Sequence[Word]
) -> Iterator[list[Name | None]]:
    """Runs of names with commas between them and 'and' or 'or' before the last; None is a known company."""
    run: list[Name | None] = []
    end, joined = -1, False
    for at, word in enumerate(found):
        if word.start not in by_start:
            continue
        joint = _joint(found, at, end)
        if run and (joint is None or joined):
            if joined:
                yield run
            run = []
        joined = bool(run) and joint == "and"
        run.append(by_start[word.start][1])
        end = by_start[word.start][0]
    if joined:
        yield run


def _joint(found: Sequence[Word], at: int, end: int) -> str | None:
    """What joins the name that starts at word *at* to the one that ends at *end*: a comma, or 'and'."""
    if at and found[at - 1].end == end and found[at].gap == ", ":
        return ","
    conjoined = at > 1 and found[at - 1].lower in ("and", "or") and found[at - 2].end == end
    return "and" if conjoined and found[at].gap == " " and found[at - 1].gap in _LIST_GAPS else None
