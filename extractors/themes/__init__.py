"""Story themes: the tropes that articles name, each with its span and the rule that read it."""

from extractors.themes.reading import read
from extractors.themes.taxonomy import Taxonomy, Theme

__all__ = ["Taxonomy", "Theme", "read"]
