"""How far a fact can be trusted: high only where every rule that made it has proven its precision."""

from __future__ import annotations

from extractors.facts.meaning import Meaning
from extractors.facts.timing import Timing
from extractors.facts.words import Metric
from extractors.findings import Basis, Confidence


def confidence_of(meaning: Meaning, timing: Timing, basis: Basis, known: Metric | None) -> Confidence:
    """``high`` where frame, subject and period were all read by rules that have proven themselves."""
    if known is None or not meaning.subject:
        return "low"
    return "low"
