"""Organisations of one text while their forms and mentions are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from extractors.companies.candidates import Name, covered
from extractors.companies.evidence import PERSONAL
from extractors.companies.known import KnownCompanies, NameMatch
from extractors.companies.linking import (
    all_initials,
    defined_short_name,
    fullest,
    is_acronym,
    is_short_form,
    is_typo,
    occurrences,
)
from extractors.companies.names import key, words_of
from extractors.companies.rows import NOT_COUNTED, KnownCompany
from extractors.companies.vocabulary import Vocabulary
from extractors.findings import Company, CompanyMention

Source = Literal["alias", "ner", "short_form", "acronym", "user"]


@dataclass(slots=True)
class Organisation:
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
        """Where it is first named."""
        return min((start for start, _ in self.mentions), default=0)


def of_known(text: str, matches: Sequence[NameMatch]) -> Organisation:
    """The organisation that *matches*, all of one known company, name."""
    company = matches[0].company
    organisation = Organisation(
        [], company.kind, company, product=company.kind in ("app", "platform", "service")
    )
    for match in matches:
        mention = CompanyMention(match.start, match.end, "user" if company.user else "alias", company.id)
        organisation.add(text[match.start : match.end], [mention])
    return organisation


def of_name(name: Name, known: KnownCompanies) -> Organisation:
    """The organisation of an accepted *name*, the known one where its key is known."""
    company = name.known or known.find(name.form)
    kind = company.kind if company else ("company" if name.is_company else name.kind or "company")
    organisation = Organisation([], kind, company, product="product" in name.cues)
    organisation.add(name.form, _mentions(name, "alias" if company else "ner"))
    return organisation


def _mentions(name: Name, source: Source) -> Iterator[CompanyMention]:
    for mention in name.mentions:
        rule = ", ".join(sorted(mention.cues | name.own_cues)) or f"NER {mention.label}"
        yield CompanyMention(mention.start, mention.end, source, rule)


def link(
    text: str, gathered: dict[str, Name], organisations: list[Organisation], lexicon: Vocabulary
) -> None:
    """Join short forms, acronyms and slips to the fullest names, and take in the names they accept."""
    _join(organisations, lambda a, b: a.known is not None and b.known is a.known, _by_id)
    _join(organisations, lambda a, b: _unknown(b), _by_key)
    _join(organisations, lambda a, b: _may_be_short(a, b, lexicon), _by_first_words, "short_form")
    _join(organisations, _may_be_acronym, _by_initials, "acronym")
    _join(organisations, _may_be_slip, _by_ends, "short_form")
    taken = {span for o in organisations for span in o.mentions}
    by_tag = _index(organisations, lambda o: {*_by_id(o), *_by_first_words(o), *_by_initials(o)})
    for name in gathered.values():
        if (name.mentions[0].start, name.mentions[0].end) not in taken:
            _take_in(name, by_tag, lexicon)
    for organisation in organisations:
        _define(text, organisation)
    _join(organisations, lambda a, b: _unknown(b) and b.forms[0] in a.forms, _by_form, "acronym")


def _may_be_slip(right: Organisation, slip: Organisation) -> bool:
    """Whether *slip*, named once, is a slip for *right*, which is known or named more often."""
    once = _unknown(slip) and len(slip.mentions) == 1
    return (
        once and (not _unknown(right) or len(right.mentions) > 1) and is_typo(slip.forms[0], right.forms[0])
    )


def _by_id(organisation: Organisation) -> set[str]:
    return {organisation.known.id} if organisation.known else set()


def _by_key(organisation: Organisation) -> set[str]:
    return {key(organisation.forms[0])}


def _by_form(organisation: Organisation) -> set[str]:
    return set(organisation.forms)


def _by_first_words(organisation: Organisation) -> set[str]:
    """The first two words of its forms, and its keys: a short form has one of them."""
    found = {word for form in organisation.forms for word in words_of(form)[:2]}
    return found | {key(form) for form in organisation.forms}


def _by_initials(organisation: Organisation) -> set[str]:
    letters = {"".join(filter(str.isalpha, form)).upper() for form in organisation.forms}
    return letters | {tag for form in organisation.forms for tag in all_initials(form)}


def _by_ends(organisation: Organisation) -> set[str]:
    """How its key starts and ends: one slip leaves one of them as it is."""
    whole = key(organisation.forms[0])
    return {"^" + whole[:3], whole[-3:] + "$"}


def _index(
    organisations: Iterable[Organisation], tags: Callable[[Organisation], set[str]]
) -> dict[str, list[Organisation]]:
    """The organisations by each of their tags, so that only likely pairs are compared."""
    by_tag: dict[str, list[Organisation]] = {}
    for organisation in organisations:
        for tag in tags(organisation):
            by_tag.setdefault(tag, []).append(organisation)
    return by_tag


def _unknown(organisation: Organisation) -> bool:
    return organisation.known is None


def _may_be_short(full: Organisation, short: Organisation, lexicon: Vocabulary) -> bool:
    """Whether *short* may be a short form; an app apart from its maker ('the Lumo app') is not."""
    alike = _unknown(short) and full.kind == short.kind and not (short.product and not full.product)
    return alike and is_short_form(short.forms[0], full.forms[0], lexicon)


def _may_be_acronym(full: Organisation, short: Organisation) -> bool:
    """Whether *short* has the initials of *full*; two letters are too few where no brackets define them."""
    return _unknown(short) and len(short.forms[0]) > 2 and is_acronym(short.forms[0], full.forms[0])


def _join(
    organisations: list[Organisation],
    same: Callable[[Organisation, Organisation], bool],
    tags: Callable[[Organisation], set[str]],
    source: Source | None = None,
) -> None:
    """Join each organisation to the first that shares a tag with it and that *same* says it is."""
    organisations.sort(key=lambda o: (o.start, -len(o.forms[0])))
    place = {id(organisation): at for at, organisation in enumerate(organisations)}
    by_tag, gone = _index(organisations, tags), set()
    for short in list(reversed(organisations)):
        alike = {id(o): o for tag in tags(short) for o in by_tag[tag] if o is not short and id(o) not in gone}
        fulls = [o for o in alike.values() if same(o, short)]
        if fulls:
            full = min(fulls, key=lambda o: place[id(o)])
            full.forms.extend(form for form in short.forms if form not in full.forms)
            for span, mention in short.mentions.items():
                full.mentions.setdefault(span, replace(mention, source=source or mention.source))
            gone.add(id(short))
    organisations[:] = [o for o in organisations if id(o) not in gone]


def _take_in(name: Name, by_tag: Mapping[str, Sequence[Organisation]], lexicon: Vocabulary) -> None:
    """Give a name that was not accepted to the organisation whose short form or acronym it is."""
    if name.cues & PERSONAL:
        return
    letters = "".join(filter(str.isalpha, name.form)).upper()
    tags = {key(name.form), letters, *words_of(name.form)[:1], *([name.known.id] if name.known else [])}
    alike = {id(o): o for tag in tags for o in by_tag.get(tag, ())}
    for organisation in sorted(alike.values(), key=lambda o: o.start):
        source = _source_of(name, organisation, lexicon)
        if source:
            organisation.add(name.form, _mentions(name, source))
            return


def _source_of(name: Name, organisation: Organisation, lexicon: Vocabulary) -> Source | None:
    """How *name* names *organisation*: by an alias, a short form or an acronym; None where it does not."""
    if name.known is not None and name.known is organisation.known:
        return "alias"
    if any(is_short_form(name.form, form, lexicon) for form in organisation.forms):
        return "short_form"
    acronym = len(name.form) > 2 and any(is_acronym(name.form, form) for form in organisation.forms)
    return "acronym" if acronym else None


def _define(text: str, organisation: Organisation) -> None:
    """Add the acronym that brackets after a mention define."""
    for start, end in list(organisation.mentions):
        defined = defined_short_name(text, end, text[start:end])
        if defined:
            short, at, to = defined
            organisation.add(short, [CompanyMention(at, to, "acronym", "defined in brackets")])


def sweep(text: str, organisations: Sequence[Organisation]) -> None:
    """Add the mentions of found forms that no other mention covers: in headings, after a title."""
    taken = covered(len(text), (span for o in organisations for span in o.mentions))
    forms = [(form, o) for o in organisations for form in o.forms if len(form) > 2]
    for form, organisation in sorted(forms, key=lambda pair: -len(pair[0])):
        for start, end in occurrences(text, form):
            if 1 not in taken[start:end]:
                taken[start:end] = b"\1" * (end - start)
                organisation.add(form, [CompanyMention(start, end, "short_form", "a form used elsewhere")])


def result(organisations: Iterable[Organisation]) -> tuple[tuple[Company, ...], tuple[Company, ...]]:
    """Companies, and organisations of other kinds, in text order."""
    found = sorted((o for o in organisations if o.mentions), key=lambda o: o.start)
    rows = [(_company(o), o.kind in NOT_COUNTED) for o in found]
    return tuple(c for c, other in rows if not other), tuple(c for c, other in rows if other)


def _company(organisation: Organisation) -> Company:
    known = organisation.known
    return Company(
        name=known.name if known else fullest(organisation.forms),
        mentions=tuple(mention for _, mention in sorted(organisation.mentions.items())),
        id=known.id if known else None,
        kind=organisation.kind,
    )
