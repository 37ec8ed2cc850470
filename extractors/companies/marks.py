"""Cues that need the whole text: lists with a company, persons' names elsewhere, owners named beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from extractors.companies.candidates import Name
from extractors.companies.evidence import ENOUGH, PERSONAL
from extractors.companies.known import KnownCompanies
from extractors.companies.left_context import is_example
from extractors.companies.organisations import Organisation
from extractors.companies.rows import NOT_COUNTED
from extractors.companies.vocabulary import Vocabulary
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
        if (
            len(name.words) > 1
            and name.kind is None
            and name.score < ENOUGH
            and (name.cues & PERSONAL or _read_as_person(name))
        ):
            persons.update(name.words)
    for name in gathered:
        if len(name.words) == 1 and name.words[0] in persons:
            name.extra.add("a person's name elsewhere")


def _read_as_person(name: Name) -> bool:
    return any(mention.label == "PERSON" for mention in name.mentions)


def perhaps_persons(gathered: Sequence[Name]) -> Iterator[Name]:
    """The longer names that, were they persons', would tell of a single word that it is no company."""
    single = {name.words[0] for name in gathered if len(name.words) == 1 and name.may_be_company}
    for name in gathered:
        longer = len(name.words) > 1 and name.kind is None and not single.isdisjoint(name.words)
        if longer and not name.is_sure:
            yield name


def mark_listed(
    gathered: Iterable[Name],
    organisations: Sequence[Organisation],
    found: Sequence[Word],
    vocabulary: Vocabulary,
) -> None:
    """Mark the names that stand in a list with a company: 'Lumo, Vantor and Quillon'."""
    by_start: dict[int, tuple[int, Name | None]] = {
        start: (end, None) for o in organisations if o.kind not in NOT_COUNTED for start, end in o.mentions
    }
    by_start |= {m.start: (m.end, name) for name in gathered for m in name.mentions}
    for run, of_firms in _lists(by_start, found, vocabulary):
        if of_firms or any(name is None or name.is_company for name in run):
            for name in run:
                if name is not None:
                    name.extra.add("beside a company")


def _lists(
    by_start: Mapping[int, tuple[int, Name | None]], found: Sequence[Word], vocabulary: Vocabulary
) -> Iterator[tuple[list[Name | None], bool]]:
    """Runs of names that make a list, and whether the list says that it is one of firms.

    A list has commas between its names and 'and' or 'or' before the last, or follows 'customers include', or
    ends in 'and three other firms'. None stands for a known company.
    """
    run: list[Name | None] = []
    end, last, joined = -1, -1, False
    examples = False
    for at, word in enumerate(found):
        if word.start not in by_start:
            continue
        joint = _joint(found, at, end, vocabulary)
        if run and (joint is None or joined):
            others = _ends_in_firms(found, last, vocabulary)
            if len(run) > 1 and (joined or examples or others):
                yield run, others
            run = []
        if not run:
            examples = _is_introduced(found, at, vocabulary)
        joined = bool(run) and joint == "and"
        run.append(by_start[word.start][1])
        end = by_start[word.start][0]
        last = _last_word(found, at, end)
    others = _ends_in_firms(found, last, vocabulary)
    if len(run) > 1 and (joined or examples or others):
        yield run, others


def _last_word(found: Sequence[Word], at: int, end: int) -> int:
    while at + 1 < len(found) and found[at + 1].end <= end:
        at += 1
    return at


def _is_introduced(found: Sequence[Word], at: int, vocabulary: Vocabulary) -> bool:
    return is_example([word.lower for word in found[max(0, at - 5) : at]], vocabulary)


def _ends_in_firms(found: Sequence[Word], last: int, vocabulary: Vocabulary) -> bool:
    """Whether 'and three other firms' follows the word at *last*."""
    following = [word.lower for word in found[last + 1 : last + 6]] if last >= 0 else []
    if not following or following[0] not in ("and", "or"):
        return False
    nouns = (word for word in following[1:] if word.endswith("s") and word in vocabulary.nouns)
    return next(nouns, None) is not None and bool({"other", "others", "more"} & set(following))


def _joint(found: Sequence[Word], at: int, end: int, vocabulary: Vocabulary) -> str | None:
    """What joins the name that starts at word *at* to the one that ends at *end*: a comma, or 'and'."""
    if at and found[at].gap == ", " and _ends_at(found, at - 1, end):
        return ","
    first = at
    while (
        first > 0 and at - first < 4 and found[first].gap == " " and _introduces(found[first - 1], vocabulary)
    ):
        first -= 1
    conjoined = first > 1 and found[first - 1].lower in ("and", "or") and _ends_at(found, first - 2, end)
    return "and" if conjoined and found[first].gap == " " and found[first - 1].gap in _LIST_GAPS else None


def _ends_at(found: Sequence[Word], at: int, end: int) -> bool:
    """Whether the name that ends at *end* ends with word *at*, or with 'in Europe' after it."""
    if found[at].end == end:
        return True
    place = at
    while place > 1 and at - place < 3 and found[place].text[0].isupper():
        place -= 1
    if found[place].lower == "the":
        place -= 1
    return place > 0 and found[place].lower in ("in", "of", "from") and found[place - 1].end == end


def _introduces(word: Word, vocabulary: Vocabulary) -> bool:
    """Whether *word* may stand between 'and' and a name in a list: 'and the Danish broadcaster TVK'."""
    lower = word.lower
    return lower in vocabulary.determiners or lower in vocabulary.nationalities or lower in vocabulary.nouns
