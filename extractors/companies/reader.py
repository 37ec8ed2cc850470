"""Reading the organisations of a text: known names first, then what the NER and the context tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.companies.candidates import NAMES, Entity, Name, names
from extractors.companies.chunks import Chunk, chunks
from extractors.companies.evidence import ENOUGH, PERSONAL
from extractors.companies.kinds import kind_of
from extractors.companies.known import NOT_COUNTED, KnownCompanies, KnownCompany, NameMatch
from extractors.companies.linking import (
    defined_short_name,
    fullest,
    is_acronym,
    is_short_form,
    is_typo,
    occurrences,
)
from extractors.companies.names import key
from extractors.companies.vocabulary import Vocabulary, vocabulary
from extractors.companies.words import Word, words
from extractors.findings import Company, CompanyMention, Text

if TYPE_CHECKING:
    from spacy.tokens import Doc

_COMPANY_KINDS = (None, "company")
_CLEAR = "a company, in apposition"
_NAMED_ALIKE = frozenset({"event", "report", "association", "media", "exchange"})
_LIST_GAPS = (", ", " ")


@dataclass(slots=True)
class _Organisation:
    """An organisation while its forms and mentions are gathered."""

    forms: list[str]
    kind: str
    known: KnownCompany | None = None
    product: bool = False
    mentions: dict[tuple[int, int], CompanyMention] = field(default_factory=dict)

    def add(self, form: str, found: Iterable[CompanyMention]) -> None:
        """Add the mentions of one more form."""
        if form not in self.forms:
            self.forms.append(form)
        for mention in found:
            self.mentions.setdefault((mention.start, mention.end), mention)

    @property
    def start(self) -> int:
        return min((start for start, _ in self.mentions), default=0)


def read(doc: Doc, about: Text, known: KnownCompanies) -> tuple[tuple[Company, ...], tuple[Company, ...]]:
    """The companies of *doc*, and its organisations of other kinds, each with all its mentions in text order.

    The entities of *doc* are used where there are any, and its sentences; a Chinese text is read for known
    names alone. Offsets are those of ``doc.text``.
    """
    text = doc.text
    matches = known.matches(text)
    if (about.language or doc.lang_ or "en") != "en":
        return _result([_of_known(text, group) for group in _by_company(matches) if not group[0].ambiguous])
    lexicon = vocabulary()
    found = words(text, _sentence_starts(doc))
    runs = list(chunks(found, lexicon))
    matches = _standing_alone(matches, found, runs, lexicon)
    entities = [Entity(e.start_char, e.end_char, e.label_) for e in doc.ents if e.label_ in NAMES]
    gathered = names(text, found, runs, entities, matches, lexicon)
    organisations = [_of_known(text, group) for group in _by_company([m for m in matches if not m.ambiguous])]
    organisations += _accepted(gathered, organisations, found, known, lexicon)
    _link(text, gathered, organisations, known, lexicon)
    _sweep(text, organisations)
    return _result(organisations)


def _sentence_starts(doc: Doc) -> list[int]:
    return [s.start_char for s in doc.sents] if doc.has_annotation("SENT_START") else []


def _by_company(matches: Iterable[NameMatch]) -> list[list[NameMatch]]:
    groups: dict[str, list[NameMatch]] = {}
    for match in matches:
        groups.setdefault(match.company.id, []).append(match)
    return list(groups.values())


def _of_known(text: str, matches: Sequence[NameMatch]) -> _Organisation:
    company = matches[0].company
    organisation = _Organisation(
        [], company.kind, company, product=company.kind in ("app", "platform", "service")
    )
    for match in matches:
        mention = CompanyMention(match.start, match.end, "user" if company.user else "alias", company.id)
        organisation.add(text[match.start : match.end], [mention])
    return organisation


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
        if not after or run[0].heading:
            kept.append(match)
        elif after[0].lower in lexicon.legal and after[0].gap in (" ", ", "):
            kept.append(NameMatch(match.start, after[0].end, match.company, False))
        elif not _is_longer_name(run, after, lexicon):
            kept.append(match)
    return kept


def _is_longer_name(run: Sequence[Word], after: Sequence[Word], lexicon: Vocabulary) -> bool:
    if after[0].gap not in (" ", " & ", "-") or len(after) > 4:
        return False
    core = [word.lower for word in after if word.lower not in lexicon.legal]
    if core and core[-1] in lexicon.last_words:
        return True
    return kind_of([w.lower for w in run], lexicon) not in (
        None,
        "company",
    )


def _accepted(
    gathered: dict[str, Name],
    organisations: Sequence[_Organisation],
    found: Sequence[Word],
    known: KnownCompanies,
    lexicon: Vocabulary,
) -> list[_Organisation]:
    _mark_persons(gathered.values())
    _mark_owned(gathered.values(), organisations, found, known)
    _mark_listed(gathered.values(), organisations, found)
    return [
        _of_name(name, known) for name in gathered.values() if _is_company(name) or _is_other(name, lexicon)
    ]


def _is_company(name: Name) -> bool:
    if name.kind not in _COMPANY_KINDS and not (_CLEAR in name.cues and name.kind in _NAMED_ALIKE):
        return False
    return name.score >= ENOUGH


def _is_other(name: Name, lexicon: Vocabulary) -> bool:
    return name.kind not in _COMPANY_KINDS and not _is_company(name)


def _of_name(name: Name, known: KnownCompanies) -> _Organisation:
    company = name.known or known.find(name.form)
    kind = company.kind if company else ("company" if _is_company(name) else name.kind or "company")
    organisation = _Organisation([], kind, company, product="product" in name.cues)
    organisation.add(name.form, _mentions(name, "alias" if company else "ner"))
    return organisation


def _mentions(name: Name, source: str) -> Iterator[CompanyMention]:
    for mention in name.mentions:
        rule = ", ".join(sorted(mention.cues | name.own_cues)) or f"NER {mention.label}"
        yield CompanyMention(mention.start, mention.end, source, rule)  # type: ignore[arg-type]


def _mark_owned(
    gathered: Iterable[Name],
    organisations: Sequence[_Organisation],
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


def _mark_persons(gathered: Iterable[Name]) -> None:
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


def _mark_listed(
    gathered: Iterable[Name], organisations: Sequence[_Organisation], found: Sequence[Word]
) -> None:
    """Mark the names that stand in a list with a company: 'Lumo, Vantor and Quillon'."""
    by_start: dict[int, tuple[int, Name | None]] = {
        start: (end, None) for o in organisations if o.kind not in NOT_COUNTED for start, end in o.mentions
    }
    by_start |= {m.start: (m.end, name) for name in gathered for m in name.mentions}
    for run in _lists(by_start, found):
        if any(name is None or _is_company(name) for name in run):
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


def _link(
    text: str,
    gathered: dict[str, Name],
    organisations: list[_Organisation],
    known: KnownCompanies,
    lexicon: Vocabulary,
) -> None:
    """Join short forms, acronyms and slips to the fullest names, and take in the names they accept."""
    _join(organisations, lambda a, b: a.known is not None and b.known is a.known)
    _join(organisations, lambda a, b: _unknown(b) and key(a.forms[0]) == key(b.forms[0]))
    _join(organisations, lambda a, b: _may_be_short(a, b) and is_short_form(b.forms[0], a.forms[0], lexicon))
    _join(organisations, lambda a, b: _unknown(b) and is_acronym(b.forms[0], a.forms[0]))
    _join(organisations, lambda a, b: _unknown(b) and is_typo(b.forms[0], a.forms[0]))
    taken = {span for o in organisations for span in o.mentions}
    for name in gathered.values():
        if (name.mentions[0].start, name.mentions[0].end) not in taken:
            _take_in(name, organisations, lexicon)
    for organisation in organisations:
        _define(text, organisation)
    _join(organisations, lambda a, b: _unknown(b) and b.forms[0] in a.forms)


def _unknown(organisation: _Organisation) -> bool:
    return organisation.known is None


def _may_be_short(full: _Organisation, short: _Organisation) -> bool:
    return _unknown(short) and full.kind == short.kind and not (short.product and not full.product)


def _join(organisations: list[_Organisation], same: Callable[[_Organisation, _Organisation], bool]) -> None:
    """Join each organisation to the first one, by place in the text, that *same* says it is."""
    organisations.sort(key=lambda o: (o.start, -len(o.forms[0])))
    for short in list(reversed(organisations)):
        full = next((o for o in organisations if o is not short and same(o, short)), None)
        if full is not None:
            for form in short.forms:
                full.add(form, [_as_short(m) for m in short.mentions.values() if m])
            organisations.remove(short)


def _as_short(mention: CompanyMention) -> CompanyMention:
    return CompanyMention(mention.start, mention.end, "short_form", mention.rule)


def _take_in(name: Name, organisations: Sequence[_Organisation], lexicon: Vocabulary) -> None:
    """Give a name that was not accepted to the organisation whose short form or acronym it is."""
    if name.cues & PERSONAL:
        return
    for organisation in organisations:
        forms = organisation.forms
        if name.known is not None and name.known is organisation.known:
            organisation.add(name.form, _mentions(name, "alias"))
            return
        if any(is_short_form(name.form, form, lexicon) for form in forms):
            organisation.add(name.form, _mentions(name, "short_form"))
            return
        if any(is_acronym(name.form, form) for form in forms):
            organisation.add(name.form, _mentions(name, "acronym"))
            return


def _define(text: str, organisation: _Organisation) -> None:
    """Add the acronym that brackets after a mention define."""
    for start, end in list(organisation.mentions):
        defined = defined_short_name(text, end, text[start:end])
        if defined:
            short, at, to = defined
            organisation.add(short, [CompanyMention(at, to, "acronym", "defined in brackets")])


def _sweep(text: str, organisations: Sequence[_Organisation]) -> None:
    """Add the mentions of found forms that no other mention covers: in headings, after a title."""
    taken = sorted(span for o in organisations for span in o.mentions)
    forms = [(form, o) for o in organisations for form in o.forms if len(form) > 2]
    for form, organisation in sorted(forms, key=lambda pair: -len(pair[0])):
        for start, end in occurrences(text, form):
            if not any(start < e and s < end for s, e in taken):
                taken.append((start, end))
                organisation.add(form, [CompanyMention(start, end, "short_form", "a form used elsewhere")])


def _result(organisations: Iterable[_Organisation]) -> tuple[tuple[Company, ...], tuple[Company, ...]]:
    found = sorted((o for o in organisations if o.mentions), key=lambda o: o.start)
    rows = [(_company(o), o.kind in NOT_COUNTED) for o in found]
    return tuple(c for c, other in rows if not other), tuple(c for c, other in rows if other)


def _company(organisation: _Organisation) -> Company:
    known = organisation.known
    return Company(
        name=known.name if known else fullest(organisation.forms),
        mentions=tuple(mention for _, mention in sorted(organisation.mentions.items())),
        id=known.id if known else None,
        kind=organisation.kind,
    )
