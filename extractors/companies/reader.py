"""Reading the organisations of a text: known names first, then what the NER and the context tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from extractors.companies.candidates import NAMES, Entity, Mention, Name, names
from extractors.companies.chunks import Chunk, chunks
from extractors.companies.evidence import NAMED
from extractors.companies.kinds import kind_of
from extractors.companies.known import KnownCompanies, NameMatch
from extractors.companies.marks import mark_listed, mark_owned, mark_persons
from extractors.companies.names import key
from extractors.companies.organisations import Organisation, link, of_known, of_name, result, sweep
from extractors.companies.vocabulary import Vocabulary, vocabulary
from extractors.companies.words import Word, words
from extractors.findings import Company, Text
from extractors.given import text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

_DASH = re.compile("--|—|–| - ")


def read(doc: Doc, about: Text, known: KnownCompanies) -> tuple[tuple[Company, ...], tuple[Company, ...]]:
    """The companies of *doc*, and its organisations of other kinds, each with all its mentions in text order.

    The entities of *doc* are used where there are any, and its sentences; a text that is not English is read
    for known names alone. Offsets are those of ``doc.text``.
    """
    text = text_of(doc)
    matches = known.matches(text)
    if (about.language or doc.lang_ or "en") != "en":
        return result(_known(text, _supported(matches)))
    lexicon = vocabulary()
    found = words(text, _sentence_starts(doc))
    runs = list(chunks(found, lexicon))
    matches = _standing_alone(matches, found, runs, lexicon)
    entities = [Entity(e.start_char, e.end_char, e.label_) for e in doc.ents if e.label_ in NAMES]
    gathered = names(text, found, runs, entities, matches, lexicon)
    organisations = _known(text, [match for match in matches if not match.ambiguous])
    organisations += _accepted(list(gathered.values()), organisations, found, about, known, lexicon)
    link(text, gathered, organisations, lexicon)
    sweep(text, organisations)
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


def _accepted(
    gathered: Sequence[Name],
    organisations: Sequence[Organisation],
    found: Sequence[Word],
    about: Text,
    known: KnownCompanies,
    lexicon: Vocabulary,
) -> list[Organisation]:
    mark_persons(gathered)
    mark_owned(gathered, organisations, found, known)
    mark_listed(gathered, organisations, found, lexicon)
    publisher = key(about.publisher) if about.publisher else None
    for name in gathered:
        if any(known.matches(name.form)) and len(name.words) > 1:
            name.extra.add("holds a known name")
        if name.form.lower() in known.product_names:
            name.extra.add("a product's name")
        own_news = name.cues & NAMED  # a company's own press release is about it
        if (key(name.form) == publisher and not own_news) or _is_wire(found, name):
            name.kind = "media"
    return [of_name(name, known) for name in gathered if name.is_company or name.is_other]


def _is_wire(found: Sequence[Word], name: Name) -> bool:
    """Whether *name* stands in the brackets of a dateline: 'LONDON, May 3 (Wirepoint) -- '."""
    return any(_is_in_dateline(found, mention) for mention in name.mentions)


def _is_in_dateline(found: Sequence[Word], mention: Mention) -> bool:
    follows = found[mention.last + 1 : mention.last + 2]
    opened = found[mention.first].gap.endswith("(") or mention.start == 1
    dashed = [word for word in found[mention.last + 1 : mention.last + 5] if _DASH.search(word.gap)]
    return opened and bool(follows) and follows[0].gap.startswith(")") and bool(dashed) and mention.first < 12
