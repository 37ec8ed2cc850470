"""Names of a text that may be organisations': their mentions, cues and labels, gathered by form."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from extractors.companies.chunks import Chunk
from extractors.companies.context import cues
from extractors.companies.evidence import (
    AT_THE_START,
    BEST,
    ENOUGH,
    HEADLINE_CUES,
    NAMED_BY_FORM,
    WORST,
    form_cues,
    total,
)
from extractors.companies.kinds import kind_of
from extractors.companies.known import NameMatch
from extractors.companies.rows import KnownCompany
from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word, quoted_titles

NAMES = frozenset(
    {"ORG", "PERSON", "GPE", "LOC", "FAC", "PRODUCT", "NORP", "WORK_OF_ART", "EVENT", "LAW", "LANGUAGE"}
)
_FINITE = frozenset(
    {
        "said",
        "says",
        "had",
        "has",
        "was",
        "is",
        "will",
        "made",
        "makes",
        "reported",
        "posted",
        "expects",
        "plans",
    }
    | {"sells", "sold", "opened", "raised", "cut", "earned", "would"}
)
"""Verbs that no possessive stands before."""
_FORMED = frozenset({"ORG", "PRODUCT"})
"""Labels of what may be a company in a headline, where all words have capitals."""
_NAMED_ALIKE = frozenset({"event", "report", "association", "media", "exchange"})


@dataclass(frozen=True, slots=True)
class Entity:
    """What the NER read: a span with a label."""

    start: int
    end: int
    label: str


@dataclass(slots=True)
class Mention:
    """One mention of a name: its span, its words, the cues around it and the NER's label, where it read that.

    One in a headline may count only where the NER's label says so (``doubtful``).
    """

    start: int
    end: int
    first: int
    last: int
    cues: frozenset[str]
    doubtful: bool = False
    label: str | None = None


@dataclass(slots=True)
class Name:
    """A form that the text uses, with all its mentions."""

    form: str
    words: tuple[str, ...]
    kind: str | None
    own_cues: frozenset[str]
    mentions: list[Mention] = field(default_factory=list)
    known: KnownCompany | None = None
    extra: set[str] = field(default_factory=set)

    @property
    def cues(self) -> set[str]:
        """Every cue of the name and its mentions."""
        return set(self.own_cues).union(self.extra, *(mention.cues for mention in self.mentions))

    @property
    def is_company(self) -> bool:
        """Whether it is read as a company: by its score, unless its own words name another kind."""
        alike = self.kind in _NAMED_ALIKE and "company in apposition" in self.cues
        return (self.kind in (None, "company") or alike) and self.score >= ENOUGH

    @property
    def is_other(self) -> bool:
        """Whether its words name an organisation of another kind."""
        return self.kind not in (None, "company") and not self.is_company

    @property
    def score(self) -> float:
        """How much speaks for a company; see ``evidence.ENOUGH``."""
        return total(self.cues, [mention.label for mention in self.mentions])

    @property
    def may_be_company(self) -> bool:
        """Whether it is read as a company where the NER's labels, read nowhere yet, speak for it."""
        cues = self.cues
        if self.kind not in (None, "company") and "company in apposition" not in cues:
            return False
        return total(cues - {AT_THE_START}, [BEST]) >= ENOUGH

    @property
    def is_sure(self) -> bool:
        """Whether it is read as a company whatever the NER's labels, of which none is read yet."""
        cues = self.own_cues.union(self.extra, *(m.cues for m in self.mentions if not m.doubtful))
        return self.may_be_company and total(set(cues), [WORST]) >= ENOUGH


def names(
    text: str,
    words: Sequence[Word],
    whole_runs: Sequence[Chunk],
    matches: Sequence[NameMatch],
    vocabulary: Vocabulary,
) -> dict[str, Name]:
    """The names of the text that may be organisations', by form. Names known for certain are left out."""
    certain = covered(len(text), ((m.start, m.end) for m in matches if not m.ambiguous))
    unsure = {(m.start, m.end): m.company for m in matches if m.ambiguous}
    found: dict[str, Name] = {}
    quoted = quoted_titles(text)
    runs = [part for run in whole_runs for part in _outside(words, run, certain)]
    mid_sentence = {text[words[c.first].start : words[c.last].end] for c in runs if not words[c.first].first}
    for run in runs:
        trimmed = _trimmed(text, words, run, mid_sentence, vocabulary)
        if trimmed is not None:
            _add(found, text, words, trimmed, unsure, quoted, vocabulary)
    found = {form: name for form, name in found.items() if name.mentions}
    _join_with_s(found, text)
    _compare(found.values(), words)
    return found


def _join_with_s(found: dict[str, Name], text: str) -> None:
    """Give the mentions of 'Marlby's profit' to the name, where the text has 'Marlby's said'."""
    for form in [form for form in found if form.endswith(("'s", "’s"))]:
        for mention in owner.mentions if (owner := found.pop(form[:-2], None)) else ():
            mention.end += 2 if text[mention.end : mention.end + 2] in ("'s", "’s") else 0
            found[form].mentions.append(mention)


def labelled(found: dict[str, Name], entities: Sequence[Entity], words: Sequence[Word]) -> dict[str, Name]:
    """*found* with the labels of *entities*, without the doubtful mentions that these do not confirm."""
    for name in found.values():
        name.extra.discard(AT_THE_START)
        for mention in name.mentions:
            mention.label = _label(entities, mention.start, mention.end)
        name.mentions = [m for m in name.mentions if not m.doubtful or m.label in _FORMED]
    found = {form: name for form, name in found.items() if name.mentions}
    _compare(found.values(), words)
    return found


def _compare(found: Iterable[Name], words: Sequence[Word]) -> None:
    """Mark the single words that the text has in lower case too, or only at the start of sentences."""
    lower = {word.text for word in words if word.text[0].islower()}
    for name in found:
        if len(name.words) > 1:
            continue
        if name.known:
            if all(words[mention.first].first for mention in name.mentions):
                name.extra.add(AT_THE_START)
            continue
        if name.words[0] in lower:
            name.extra.add("a word of the text")
        no_word = "inner capital" in name.own_cues  # 'PeachTV' has its capitals anywhere
        if not no_word and all(words[m.first].first and m.label is None for m in name.mentions):
            name.extra.add(AT_THE_START)


def _add(
    found: dict[str, Name],
    text: str,
    words: Sequence[Word],
    run: Chunk,
    unsure: dict[tuple[int, int], KnownCompany],
    quoted: Sequence[tuple[int, int]],
    vocabulary: Vocabulary,
) -> None:
    own = words[run.first : run.last + 1]
    start, end = own[0].start, _end(text, own[-1], vocabulary)
    if _ends_in_s(words, run.last):
        end += len("'s")
    form, lowers = text[start:end], tuple(word.lower for word in own)
    no_name = lowers[0] in vocabulary.no_names or _leads_in_capitals(text, start, end)
    if len(lowers) == 1 and no_name and (start, end) not in unsure:
        return
    name = found.get(form)
    if name is None:
        cut = text[end : end + 1] == "-"  # the Se of 'Han Se-ri' is no legal form
        own_cues = frozenset(form_cues(own, lowers, vocabulary)) - ({"legal form"} if cut else set())
        name = found[form] = Name(form, lowers, kind_of(lowers, vocabulary), own_cues)
    if name.known is None and (known := unsure.get((start, end))):
        name.known = known
        name.extra.add("known name")
    around = set(cues(words, run, vocabulary))
    if any(a <= start and end <= b for a, b in quoted):
        around.add("quoted")
    if _is_after_the(words, run.first):
        around.add("after a capital The")
    mention = Mention(start, end, run.first, run.last, frozenset(around))
    if own[0].heading:
        told = mention.cues | name.own_cues
        if "legal form" not in told and not told & HEADLINE_CUES:
            return
        mention.doubtful = "legal form" not in told and not told & NAMED_BY_FORM
    name.mentions.append(mention)


def _is_after_the(words: Sequence[Word], first: int) -> bool:
    """Whether a 'The' with its capital, in mid-sentence, stands before: 'bigger than The Silent Heir'."""
    before = words[first - 1] if first else None
    return before is not None and before.text == "The" and not before.first and words[first].gap == " "


def _leads_in_capitals(text: str, start: int, end: int) -> bool:
    """Whether the text begins with a word in capitals for show: 'BISCUIT maker Vantor'."""
    word = text[start:end]
    opens = not text[:start].strip() and len(word) > 3 and word.isalpha() and word.isupper()
    return opens and word not in text[end:]


def _ends_in_s(words: Sequence[Word], last: int) -> bool:
    """Whether the name goes on with an 's that owns nothing: 'Marlby's said'."""
    following = words[last + 1] if last + 1 < len(words) else None
    return following is not None and following.gap in ("'s ", "’s ") and following.lower in _FINITE


def _end(text: str, last: Word, vocabulary: Vocabulary) -> int:
    """The end of a name: the full stop of 'Inc.' is its own, where the sentence goes on."""
    dotted = last.lower in vocabulary.legal and text[last.end : last.end + 1] == "."
    return last.end + 1 if dotted and text[last.end + 1 : last.end + 2] not in ("", "\n") else last.end


def covered(length: int, spans: Iterable[tuple[int, int]]) -> bytearray:
    """A mask over a text of *length*, 1 where a span of *spans* is."""
    mask = bytearray(length)
    for start, end in spans:
        mask[start:end] = b"\1" * (end - start)
    return mask


def _outside(words: Sequence[Word], run: Chunk, certain: bytearray) -> Iterator[Chunk]:
    """The parts of *run* that no known name covers."""
    first = run.first
    for at in range(run.first, run.last + 1):
        if 1 in certain[words[at].start : words[at].end]:
            if at > first:
                yield Chunk(first, at - 1)
            first = at + 1
    if first <= run.last:
        yield Chunk(first, run.last)


def _trimmed(
    text: str,
    words: Sequence[Word],
    run: Chunk,
    mid_sentence: set[str],
    vocabulary: Vocabulary,
) -> Chunk | None:
    """*run* without the common word that starts a sentence, peoples before a name, and acronyms of no one."""
    first, last = run.first, run.last
    opens = words[first].first and text[words[first].start : words[last].end] not in mid_sentence
    while first < last and _only_describes(words, first, vocabulary):
        first += 1
    opening = opens and words[first].first and words[first].lower in vocabulary.openers
    if opening and not _begins_name(words, first, last, vocabulary):
        first += 1
    while first < last and _is_only_people(words, first, last, vocabulary):
        first += 1
    if first > last or all(word.lower in vocabulary.acronyms for word in words[first : last + 1]):
        return None
    return Chunk(first, last)


def _only_describes(words: Sequence[Word], first: int, vocabulary: Vocabulary) -> bool:
    """Whether a noun with the capital of a sentence's start describes the name: 'Carmaker Halden Motors'."""
    noun, following = words[first], words[first + 1]
    return (
        noun.first
        and noun.lower in vocabulary.company_nouns
        and following.gap == " "
        and following.text[0].isupper()
    )


def _begins_name(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether a common word is a name's first: 'National Vessel Corp', 'Bank of Marlow', 'New York'."""
    joined = words[first + 1].lower in ("of", "for") if first < last else False
    if joined or _begins_place(words, first, last, vocabulary):
        return True
    lowers = [word.lower for word in words[first : last + 1]]
    return (
        len(lowers) > 2
        and lowers[0] in vocabulary.plain_first_words
        and kind_of(lowers, vocabulary) is not None
    )


def _is_only_people(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    return (
        words[first].lower in vocabulary.nationalities
        and not _keeps(words, first, last, vocabulary)
        and not _begins_place(words, first, last, vocabulary)
    )


def _begins_place(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether a people's name is a place's first word: 'Saudi Arabia'."""
    lowers = [word.lower for word in words[first : min(first + 3, last + 1)]]
    return any(" ".join(lowers[:count]) in vocabulary.places for count in range(2, len(lowers) + 1))


def _keeps(words: Sequence[Word], first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Whether a people's name belongs to the company's: 'American Express', 'Korean Air'."""
    if words[first].lower in ("the", "a", "an"):
        return False
    if kind_of([word.lower for word in words[first : last + 1]], vocabulary) not in (None, "company"):
        return True
    rest = [word.lower for word in words[first + 1 : last + 1]]
    return rest[0] in vocabulary.company_ends or words[first + 1].gap == "-"


def _label(entities: Sequence[Entity], start: int, end: int) -> str | None:
    """The label that the NER gave to the span, the longest overlap's where it cut otherwise."""
    at = bisect_left(entities, start, key=lambda entity: entity.end)
    best: tuple[int, str] | None = None
    for entity in entities[max(at - 1, 0) :]:
        if entity.start >= end:
            break
        overlap = min(end, entity.end) - max(start, entity.start)
        if overlap > 0 and (best is None or overlap > best[0]):
            best = overlap, entity.label
    return best[1] if best else None
