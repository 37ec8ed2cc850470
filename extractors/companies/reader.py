"""Reading the organisations of a text: known names first, then what the NER and the context tell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from extractors import given
from extractors.companies.candidates import NAMES, Entity, Mention, Name, labelled, names
from extractors.companies.chunks import Chunk, chunks
from extractors.companies.evidence import NAMED
from extractors.companies.kinds import kind_of
from extractors.companies.known import KnownCompanies, NameMatch
from extractors.companies.marks import mark_listed, mark_owned, mark_persons, perhaps_persons
from extractors.companies.names import key
from extractors.companies.organisations import Organisation, link, of_known, of_name, result, sweep
from extractors.companies.vocabulary import Vocabulary, vocabulary
from extractors.companies.words import Word, words
from extractors.findings import Company, Text

Recognise = Callable[[Sequence[Doc]], Iterable[Doc]]
"""Sets the entities of docs of a sentence each."""

_DASH = re.compile("--|—|–| - ")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the rules find in a text before the NER is asked: known organisations, and names of anyone's."""

    about: Text
    text: str
    words: Sequence[Word]
    organisations: list[Organisation]
    names: dict[str, Name]

    def open_mentions(self) -> Iterator[Mention]:
        """The mentions of the names of which only the NER can tell if they are companies'."""
        names = list(self.names.values())
        unsure = [name for name in names if name.may_be_company and not name.is_sure]
        for name in (*unsure, *perhaps_persons(names)):
            yield from name.mentions


def annotate(docs: Sequence[Doc], known: KnownCompanies, recognise: Recognise) -> Iterator[Doc]:
    """Set ``doc._.newsgauge_companies`` and ``newsgauge_organisations`` of each of *docs*.

    The model reads the sentences of all *docs* that hold a name of which the rules can't tell, in one go. A
    text that is not English is read for known names alone.
    """
    gathered = [gather(doc, given.about(doc), known) for doc in docs]
    doubted = [list(_doubted(doc, one)) for doc, one in zip(docs, gathered, strict=True)]
    recognised = iter(recognise([sentence for held in doubted for _, sentence in held]))
    for doc, one, held in zip(docs, gathered, doubted, strict=True):
        entities = [entity for start, _ in held for entity in _entities(next(recognised), start)]
        doc._.newsgauge_companies, doc._.newsgauge_organisations = settled(one, entities, known)
        yield doc


def _doubted(doc: Doc, gathered: Gathered) -> Iterator[tuple[int, Doc]]:
    """The sentences of *doc* with an open name, as docs of their own, each with its offset."""
    mentions = list(gathered.open_mentions())
    if not mentions:
        return
    columns = doc.to_array(["SENT_START", "IDX"])
    firsts = [0, *(np.flatnonzero(columns[1:, 0] == 1) + 1).tolist()]
    ends = [*firsts[1:], len(doc)]
    starts = columns[firsts, 1].tolist()
    for place in sorted({max(bisect_right(starts, mention.start) - 1, 0) for mention in mentions}):
        tokens = doc[firsts[place] : ends[place]]
        words, spaces = [t.text for t in tokens], [bool(t.whitespace_) for t in tokens]
        yield starts[place], Doc(doc.vocab, words=words, spaces=spaces)


def _entities(doc: Doc, offset: int = 0) -> list[Entity]:
    """The names that a model read in *doc*, which stands at *offset* in its text."""
    return [
        Entity(offset + e.start_char, offset + e.end_char, e.label_) for e in doc.ents if e.label_ in NAMES
    ]


def read(doc: Doc, about: Text, known: KnownCompanies) -> tuple[tuple[Company, ...], tuple[Company, ...]]:
    """The companies of *doc*, and its organisations of other kinds, each with all its mentions in text order.

    The entities of *doc* are used where there are any, and its sentences; a text that is not English is read
    for known names alone. Offsets are those of ``doc.text``.
    """
    return settled(gather(doc, about, known), _entities(doc), known)


def gather(doc: Doc, about: Text, known: KnownCompanies) -> Gathered:
    """What the rules find in *doc*."""
    text = given.text_of(doc)
    matches = known.matches(text)
    if (about.language or doc.lang_ or "en") != "en":
        return Gathered(about, text, (), _known(text, _supported(matches)), {})
    lexicon = vocabulary()
    found = words(text, _sentence_starts(doc))
    runs = list(chunks(found, lexicon))
    matches = _standing_alone(matches, found, runs, lexicon)
    organisations = _known(text, [match for match in matches if not match.ambiguous])
    gathered = names(text, found, runs, matches, lexicon)
    _mark(list(gathered.values()), organisations, found, known)
    return Gathered(about, text, found, organisations, gathered)


def settled(
    gathered: Gathered, entities: Sequence[Entity], known: KnownCompanies
) -> tuple[tuple[Company, ...], tuple[Company, ...]]:
    """The companies, and the organisations of other kinds, of a text in which a model read *entities*."""
    lexicon, organisations = vocabulary(), list(gathered.organisations)
    if gathered.words:
        read = labelled(gathered.names, entities, gathered.words)
        organisations += _accepted(list(read.values()), organisations, gathered, known, lexicon)
        link(gathered.text, read, organisations, lexicon)
        sweep(gathered.text, organisations)
    return result(organisations)


def _sentence_starts(doc: Doc) -> list[int]:
    """Offsets of the first tokens; none where the doc has no sentences."""
    columns = doc.to_array(["SENT_START", "IDX"])
    marks = columns[:, 0].astype("int64")  # 1 at a start, -1 at none, 0 where nobody said
    starts: list[int] = columns[marks == 1, 1].tolist() if marks[1:].any() else []
    return starts


def _supported(matches: Sequence[NameMatch]) -> list[NameMatch]:
    """*matches* without the ambiguous names of companies that no clear name supports."""
    clear = {match.company.id for match in matches if not match.ambiguous}
    return [match for match in matches if match.company.id in clear]


def _known(text: str, matches: Iterable[NameMatch]) -> list[Organisation]:
    groups: dict[str, list[NameMatch]] = {}
    for match in matches:
        groups.setdefault(match.company.id, []).append(match)
    return [of_known(text, group) for group in groups.values()]


def _standing_alone(
    matches: Sequence[NameMatch],
    found: Sequence[Word],
    runs: Sequence[Chunk],
    lexicon: Vocabulary,
) -> list[NameMatch]:
    """*matches* without those inside a longer name ('Tencent Pictures'); 'Netflix Inc.' takes its 'Inc.'."""
    names_of = [found[run.first : run.last + 1] for run in runs]
    kept, at = [], 0
    for match in matches:
        while at < len(names_of) and names_of[at][-1].end <= match.start:
            at += 1
        run = names_of[at] if at < len(names_of) and names_of[at][0].start <= match.start else []
        after = [word for word in run if word.start >= match.end]
        if _is_surname(run, match, lexicon):
            continue
        if not after or run[0].heading:
            kept.append(match)
        elif after[0].lower in lexicon.legal and after[0].gap in (" ", ", "):
            kept.append(NameMatch(match.start, after[0].end, match.company, False))
        elif not _is_longer_name(run, after, lexicon):
            kept.append(match)
    return kept


def _is_surname(run: Sequence[Word], match: NameMatch, lexicon: Vocabulary) -> bool:
    """Whether a given name stands before the one word of *match*: 'Harrison Ford'."""
    before = [word for word in run if word.end <= match.start]
    alone = bool(before) and run[-1].end <= match.end
    return alone and before[-1].lower in lexicon.given_names and " " not in _text(run, match)


def _text(run: Sequence[Word], match: NameMatch) -> str:
    return " ".join(word.text for word in run if match.start <= word.start < match.end)


def _is_longer_name(run: Sequence[Word], after: Sequence[Word], lexicon: Vocabulary) -> bool:
    if after[0].gap not in (" ", " & ", "-") or len(after) > 4:
        return False
    core = [word.lower for word in after if word.lower not in lexicon.legal]
    if core and (core[-1] in lexicon.last_words or " ".join(core) in lexicon.places):
        return True
    return kind_of([word.lower for word in run], lexicon) not in (None, "company")


def _mark(
    gathered: Sequence[Name],
    organisations: Sequence[Organisation],
    found: Sequence[Word],
    known: KnownCompanies,
) -> None:
    """Mark what the known names tell of those *gathered*."""
    mark_owned(gathered, organisations, found, known)
    for name in gathered:
        if len(name.words) > 1 and any(known.matches(name.form)):
            name.extra.add("holds a known name")
        if name.form.lower() in known.product_names:
            name.extra.add("a product's name")


def _accepted(
    names: Sequence[Name],
    organisations: Sequence[Organisation],
    gathered: Gathered,
    known: KnownCompanies,
    lexicon: Vocabulary,
) -> list[Organisation]:
    mark_persons(names)
    mark_listed(names, organisations, gathered.words, lexicon)
    publisher = key(gathered.about.publisher) if gathered.about.publisher else None
    for name in names:
        own_news = name.cues & NAMED  # a company's own press release is about it
        if (key(name.form) == publisher and not own_news) or _is_wire(gathered.words, name):
            name.kind = "media"
    return [of_name(name, known) for name in names if name.is_company or name.is_other]


def _is_wire(found: Sequence[Word], name: Name) -> bool:
    """Whether *name* stands in the brackets of a dateline: 'LONDON, May 3 (Wirepoint) -- '."""
    return any(_is_in_dateline(found, mention) for mention in name.mentions)


def _is_in_dateline(found: Sequence[Word], mention: Mention) -> bool:
    follows = found[mention.last + 1 : mention.last + 2]
    opened = found[mention.first].gap.endswith("(") or mention.start == 1
    dashed = [word for word in found[mention.last + 1 : mention.last + 5] if _DASH.search(word.gap)]
    return opened and bool(follows) and follows[0].gap.startswith(")") and bool(dashed) and mention.first < 12
