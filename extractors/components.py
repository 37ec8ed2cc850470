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


class CompaniesComponent:
    """``newsgauge_companies``: companies and other organisations, known ones by alias, others by NER."""

    def __init__(self, known: "KnownCompanies") -> None:
        self.known = known

    def __call__(self, doc: Doc) -> Doc:
        """Find the organisations of *doc* and annotate them."""
        from extractors import companies

        found, others = companies.read(doc, about(doc), self.known)
        doc._.newsgauge_companies, doc._.newsgauge_organisations = found, others
        _annotate(doc, "newsgauge_companies", _mentions(found))
        return doc


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


class FactsComponent:
    """``newsgauge_facts``: what each figure measures; parses only sentences that hold one, in batches."""

    def __init__(self, nlp: Language, batch_size: int) -> None:
        self.nlp = nlp
        self.batch_size = batch_size

    def __call__(self, doc: Doc) -> Doc:
        """Find the facts of one *doc*."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int | None = None) -> Iterator[Doc]:
        """Find the facts of *docs*, whose sentences with a figure are parsed together."""
        from extractors import facts

        remaining = iter(docs)
        while batch := list(islice(remaining, batch_size or self.batch_size)):
            yield from facts.annotate(batch, self._parse)

    def _parse(self, sentences: Sequence[Doc]) -> Iterable[Doc]:
        parsed: Iterable[Doc] = sentences
        for name in PARSING:
            if name in self.nlp.component_names:
                component: Any = self.nlp.get_pipe(name)
                parsed = component.pipe(parsed, batch_size=128)
        return parsed


def _mentions(found: Iterable[Company]) -> Iterator[tuple[str, _Placed]]:
    return ((company.kind, mention) for company in found for mention in company.mentions)


@Language.factory("newsgauge_figures")
def make_figures(nlp: Language, name: str) -> FiguresComponent:
    """Make the figures component."""
    return FiguresComponent()


@Language.factory("newsgauge_companies", default_config={"files": [], "own": []})
def make_companies(
    nlp: Language, name: str, files: Sequence[str], own: Sequence[Mapping[str, Any]]
) -> CompaniesComponent:
    """Make the companies component, with a user's *files* and *own* companies beside the packaged ones."""
    from extractors.companies import KnownCompanies

    return CompaniesComponent(KnownCompanies.load([Path(f) for f in files], own))


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
    """Add newsgauge's components to *nlp*: sentences and the known names before its NER, the rest after."""
    files, own = [str(f) for f in how.company_files], [dict(c) for c in how.companies]
    nlp.add_pipe("newsgauge_sentences", first=True)
    nlp.add_pipe("newsgauge_figures")
    component = nlp.add_pipe("newsgauge_companies", config={"files": files, "own": own})
    if "ner" in nlp.component_names:
        ruler = nlp.add_pipe("entity_ruler", before="ner")
        ruler.add_patterns(component.known.patterns())  # type: ignore[attr-defined]
    nlp.add_pipe("newsgauge_themes", config={"own": [dict(t) for t in how.themes]})
    nlp.add_pipe("newsgauge_facts", config={"batch_size": how.batch_size})
    return nlp
