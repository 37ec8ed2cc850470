"""Figures: a grammar over characters, composed from data; see ``read``."""

from extractors.figures.reader import read

__all__ = ["read"]
