"""newsgauge's spaCy components, registered by entry point: a pure reader finds, the component annotates.

Exact offsets and values are in ``doc._.newsgauge_figures`` and its like; spans widened to tokens are in
``doc.spans["newsgauge_figures"]`` and its like.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from extractors.findings import Company
from extractors.given import about, text_of
from extractors.model import PARSING

if TYPE_CHECKING:
    from extractors.companies import KnownCompanies
    from extractors.pipeline import Reading
    from extractors.themes import Taxonomy

# No `from __future__ import annotations` here: spaCy reads the factories' signatures at run time. And it
# imports this module whenever it loads any pipeline, so each reader is imported by the component that
# needs it.

for _name in ("figures", "companies", "organisations", "themes", "countries", "titles", "facts"):
    Doc.set_extension(f"newsgauge_{_name}", default=(), force=True)
Doc.set_extension("newsgauge_about", default=None, force=True)


_SENTENCES = 128
"""So many sentences the model reads at once: a transition model takes a quarter of a batch in one go."""


class _Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def _annotate(doc: Doc, key: str, labelled: Iterable[tuple[str, _Placed]]) -> None:
    spans = (doc.char_span(at.start, at.end, label=label, alignment_mode="expand") for label, at in labelled)
    doc.spans[key] = SpanGroup(doc, name=key, spans=[span for span in spans if span is not None])


@Language.component("newsgauge_sentences")
def newsgauge_sentences(doc: Doc) -> Doc:
    """Set sentence starts by rule."""
    from extractors.sentences import set_sentences

    return set_sentences(doc)


class FiguresComponent:
    """``newsgauge_figures``: amounts, percentages and counts."""

    def __call__(self, doc: Doc) -> Doc:
        """Find the figures of *doc* and annotate them."""
        from extractors import figures

        found = figures.read(text_of(doc), about(doc))
        doc._.newsgauge_figures = found
        _annotate(doc, "newsgauge_figures", ((f.kind, f) for f in found))
        return doc


class _BySentence:
    """What a component that hands sentences to the pipeline's own model shares: batches, and the model."""

    def __init__(self, nlp: Language, batch_size: int) -> None:
        self.nlp = nlp
        self.batch_size = batch_size

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one *doc*."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int | None = None) -> Iterator[Doc]:
        """Annotate *docs*, whose sentences of a batch the model reads together."""
        remaining = iter(docs)
        while batch := list(islice(remaining, batch_size or self.batch_size)):
            yield from self.annotate(batch)

    def annotate(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        """Annotate a batch of *docs*."""
        raise NotImplementedError

    def _through(self, names: Iterable[str], sentences: Sequence[Doc]) -> Iterable[Doc]:
        read: Iterable[Doc] = sentences
        for name in names:
            if name in self.nlp.component_names:
                component: Any = self.nlp.get_pipe(name)
                read = component.pipe(read, batch_size=_SENTENCES)
        return read


class CompaniesComponent(_BySentence):
    """``newsgauge_companies``: companies and other organisations, known by alias or read by rules and NER.

    In a pipeline whose NER runs before, its entities are taken; else the NER reads the sentences alone that
    hold a name of which the rules can't tell.
    """

    def __init__(self, nlp: Language, batch_size: int, known: "KnownCompanies") -> None:
        super().__init__(nlp, batch_size)
        self.known = known

    def annotate(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        """Find the organisations of *docs* and annotate them."""
        from extractors import companies

        if "ner" in self.nlp.pipe_names:
            for doc in docs:
                found = companies.read(doc, about(doc), self.known)
                doc._.newsgauge_companies, doc._.newsgauge_organisations = found
        else:
            docs = list(companies.annotate(docs, self.known, self._recognise))
        for doc in docs:
            _annotate(doc, "newsgauge_companies", _mentions(doc._.newsgauge_companies))
            yield doc

    def _recognise(self, sentences: Sequence[Doc]) -> Iterable[Doc]:
        return self._through(("ner",), sentences)


class ThemesComponent:
    """``newsgauge_themes``: story themes, with titles of series and countries of audiences."""

    def __init__(self, taxonomy: "Taxonomy") -> None:
        self.taxonomy = taxonomy

    def __call__(self, doc: Doc) -> Doc:
        """Find the themes, titles and countries of *doc* and annotate them."""
        from extractors import countries, themes, titles

        doc._.newsgauge_titles = titles.read(doc)
        doc._.newsgauge_countries = countries.read(doc)
        doc._.newsgauge_themes = themes.read(doc, self.taxonomy, doc._.newsgauge_titles)
        _annotate(doc, "newsgauge_themes", ((hit.theme, hit) for hit in doc._.newsgauge_themes))
        return doc


class FactsComponent(_BySentence):
    """``newsgauge_facts``: what each figure measures; parses only sentences that hold one."""

    def annotate(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        """Find the facts of *docs*."""
        from extractors import facts

        return facts.annotate(docs, self._parse)

    def _parse(self, sentences: Sequence[Doc]) -> Iterable[Doc]:
        return self._through(PARSING, sentences)


def _mentions(found: Iterable[Company]) -> Iterator[tuple[str, _Placed]]:
    return ((company.kind, mention) for company in found for mention in company.mentions)


@Language.factory("newsgauge_figures")
def make_figures(nlp: Language, name: str) -> FiguresComponent:
    """Make the figures component."""
    return FiguresComponent()


@Language.factory("newsgauge_companies", default_config={"files": [], "own": [], "batch_size": 32})
def make_companies(
    nlp: Language, name: str, files: Sequence[str], own: Sequence[Mapping[str, Any]], batch_size: int
) -> CompaniesComponent:
    """Make the companies component, with a user's *files* and *own* companies beside the packaged ones."""
    from extractors.companies import KnownCompanies

    return CompaniesComponent(nlp, batch_size, KnownCompanies.load([Path(f) for f in files], own))


@Language.factory("newsgauge_themes", default_config={"own": []})
def make_themes(nlp: Language, name: str, own: Sequence[Mapping[str, Any]]) -> ThemesComponent:
    """Make the themes component, with a user's *own* themes beside the packaged ones."""
    from extractors.themes import Taxonomy

    return ThemesComponent(Taxonomy.load(own))


@Language.factory("newsgauge_facts", default_config={"batch_size": 32})
def make_facts(nlp: Language, name: str, batch_size: int) -> FactsComponent:
    """Make the facts component; it uses the pipeline's own parser where there is one."""
    return FactsComponent(nlp, batch_size)


def add_components(nlp: Language, how: "Reading") -> Language:
    """Add newsgauge's components to *nlp*: sentences first, the rest after its own."""
    files, own = [str(f) for f in how.company_files], [dict(c) for c in how.companies]
    nlp.add_pipe("newsgauge_sentences", first=True)
    nlp.add_pipe("newsgauge_figures")
    named = {"files": files, "own": own, "batch_size": how.batch_size}
    nlp.add_pipe("newsgauge_companies", config=named)
    nlp.add_pipe("newsgauge_themes", config={"own": [dict(t) for t in how.themes]})
    nlp.add_pipe("newsgauge_facts", config={"batch_size": how.batch_size})
    return nlp
