"""The reader: texts in, findings out, with one spaCy pipeline a language."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors import figures
from extractors.findings import PARTS, Fact, Figure, Findings, Part, Span, Text
from extractors.language import identify
from extractors.model import DEFAULT_MODEL

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from extractors.beat import BeatRules
    from extractors.companies import KnownCompanies
    from extractors.gate import Gate, OnlyIf
    from extractors.rates import Rates
    from extractors.themes import Taxonomy

FIGURES: frozenset[Part] = frozenset({"money", "percent", "counts"})
READ_BY_MODEL = frozenset({"en"})
READ_BY_RULE = frozenset({"zh"})

_REMEMBERED = 200
"""So many texts' findings are kept for copies that follow: in feeds and archives they come close together."""


@dataclass(frozen=True)
class Reading:
    """How to read: the model, the user's own rules and the beat (a ready one's name, or its rules).

    ``only_if`` is for those who choose what to read (``Reader.gate``): the reader reads what it is given.
    """

    model: str = DEFAULT_MODEL
    batch_size: int = 32
    fused: bool = True
    company_files: tuple[Path, ...] = ()
    companies: tuple[Mapping[str, Any], ...] = ()
    themes: tuple[Mapping[str, Any], ...] = ()
    beat: str | Mapping[str, Any] | None = "micro-dramas"
    rates_file: Path | None = None
    only_if: OnlyIf = ()


class Reader:
    """Reads texts with the pipeline that *how* describes, loading what a part needs when first asked.

    With *stays*, the process keeps this reader to its end: Python need not look again and again whether
    something of the pipeline is garbage, which takes a twentieth of the time of reading.
    """

    def __init__(self, how: Reading | None = None, *, stays: bool = False) -> None:
        self.how = how or Reading()
        self.stays = stays

    def read(self, texts: Iterable[Text], parts: Iterable[Part] = PARTS) -> Iterator[Findings]:
        """The findings of each text, in order; nothing but *parts* is computed.

        A text that came before, with the same title, day and publisher, is not read again.
        """
        wanted = frozenset(parts)
        if wanted <= FIGURES:
            yield from (_figures_only(text, wanted) for text in texts)
            return
        remaining = iter(texts)
        known: OrderedDict[Text, Findings] = OrderedDict()
        while batch := list(islice(remaining, self.how.batch_size)):
            new = list(dict.fromkeys(_whoever(text) for text in batch if _whoever(text) not in known))
            known.update(zip(new, self._read_batch(list(map(_with_language, new)), wanted), strict=True))
            yield from (replace(known[_whoever(text)], id=text.id) for text in batch)
            while len(known) > _REMEMBERED:
                known.popitem(last=False)

    def _read_batch(self, batch: Sequence[Text], wanted: frozenset[Part]) -> Iterator[Findings]:
        docs = {
            index: doc
            for language in READ_BY_MODEL | READ_BY_RULE
            for index, doc in self._docs(language, batch, wanted)
        }
        for index, text in enumerate(batch):
            doc = docs.get(index)
            findings = _figures_only(text, wanted) if doc is None else self._collect(text, doc, wanted)
            yield self._on_the_beat(text, findings) if "themes" in wanted else findings

    def _docs(
        self, language: str, batch: Sequence[Text], wanted: frozenset[Part]
    ) -> Iterator[tuple[int, Doc]]:
        mine = [(index, text) for index, text in enumerate(batch) if text.language == language]
        if not mine:
            return
        nlp = self.english if language == "en" else self.chinese
        unwanted = [name for name in nlp.pipe_names if not _needed(name, wanted)]
        with nlp.select_pipes(disable=unwanted):
            docs = nlp.pipe(
                (_doc(nlp, text) for _, text in mine),
                batch_size=self.how.batch_size,
            )
            yield from zip((index for index, _ in mine), docs, strict=True)

    def _collect(self, text: Text, doc: Doc, wanted: frozenset[Part]) -> Findings:
        found = doc._.newsgauge_figures
        money = tuple(f for f in found if f.kind == "money")
        facts: tuple[Fact, ...] = doc._.newsgauge_facts
        if "facts" in wanted:
            money = self.rates.with_conversions(money, text.published, _periods(facts))
        return Findings(
            id=text.id,
            language=text.language or "en",
            money=money if "money" in wanted else (),
            percent=_percent(found) if "percent" in wanted else (),
            counts=_counts(found) if "counts" in wanted else (),
            companies=doc._.newsgauge_companies,
            organisations=doc._.newsgauge_organisations,
            themes=doc._.newsgauge_themes if "themes" in wanted else (),
            countries=doc._.newsgauge_countries if "countries" in wanted else (),
            titles=doc._.newsgauge_titles if "titles" in wanted else (),
            facts=facts,
            sentences=tuple(Span(s.start_char, s.end_char) for s in doc.sents),
        )

    def _on_the_beat(self, text: Text, findings: Findings) -> Findings:
        if self.beat_rules is None:
            return findings
        from extractors import beat

        return replace(findings, beat=beat.read(text, findings, self.beat_rules))

    @cached_property
    def english(self) -> Language:
        """The English pipeline: our components, which hand to the model's the sentences that need it."""
        from extractors.components import add_components
        from extractors.fused import fuse
        from extractors.model import load_model

        nlp = load_model(self.how.model)
        if self.how.fused:
            fuse(nlp)
        nlp = add_components(nlp, self.how)
        if self.stays:
            gc.collect()
            gc.freeze()
        return nlp

    @cached_property
    def chinese(self) -> Language:
        """The Chinese pipeline: rules alone."""
        import spacy

        from extractors.components import add_components

        return add_components(spacy.blank("zh"), self.how)

    @cached_property
    def rates(self) -> Rates:
        """The reference rates, the user's newer file or the packaged one."""
        from extractors.rates import Rates

        return Rates.load(self.how.rates_file)

    @cached_property
    def beat_rules(self) -> BeatRules | None:
        """What the beat is."""
        from extractors.beat import BeatRules

        return None if self.how.beat is None else BeatRules.load(self.how.beat)

    @cached_property
    def gate(self) -> Gate | None:
        """What chooses the articles that are worth the model's time; None where all of them are."""
        if not self.how.only_if:
            return None
        from extractors.gate import Gate

        return Gate.of(self.how.only_if, self.beat_rules, self.known_companies, self.taxonomy)

    @cached_property
    def known_companies(self) -> KnownCompanies:
        """The companies known by name: the packaged ones and the user's."""
        from extractors.companies import KnownCompanies

        return KnownCompanies.load(self.how.company_files, self.how.companies)

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The themes: the packaged ones and the user's."""
        from extractors.themes import Taxonomy

        return Taxonomy.load(self.how.themes)


_NEEDED_FOR: Mapping[str, frozenset[Part]] = {
    "newsgauge_sentences": frozenset(PARTS) - FIGURES,
    "newsgauge_figures": FIGURES | {"facts"},
    "newsgauge_companies": frozenset({"companies", "facts"}),
    "newsgauge_themes": frozenset({"themes", "countries", "titles"}),
    "newsgauge_facts": frozenset({"facts"}),
}


def _needed(component: str, wanted: frozenset[Part]) -> bool:
    return bool(_NEEDED_FOR.get(component, frozenset(PARTS)) & wanted)


def _whoever(text: Text) -> Text:
    """*text* without its id: what the findings depend on."""
    return replace(text, id="")


def _with_language(text: Text) -> Text:
    return text if text.language else replace(text, language=identify(text.text))


def _doc(nlp: Language, text: Text) -> Doc:
    doc = nlp.make_doc(text.text)
    doc._.newsgauge_about = text
    return doc


def _figures_only(text: Text, wanted: frozenset[Part]) -> Findings:
    found = figures.read(text.text, text, kinds=wanted & FIGURES)
    return Findings(
        id=text.id,
        language=text.language or "en",
        money=tuple(f for f in found if f.kind == "money"),
        percent=_percent(found),
        counts=_counts(found),
    )


def _percent(found: Sequence[Figure]) -> tuple[Figure, ...]:
    return tuple(f for f in found if f.kind not in ("money", "count"))


def _counts(found: Sequence[Figure]) -> tuple[Figure, ...]:
    return tuple(f for f in found if f.kind == "count")


def _periods(facts: Iterable[Fact]) -> dict[int, tuple[Any, Any]]:
    """The stated period of each money figure that a fact names, by its place among the money figures."""
    places = ((fact.figure.partition(":"), fact) for fact in facts)
    return {
        int(place): (fact.period_start, fact.period_end)
        for (kind, _, place), fact in places
        if kind == "money"
    }
