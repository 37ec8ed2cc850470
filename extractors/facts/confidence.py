"""How far a fact can be trusted: high only where every rule that made it has proven its precision."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from extractors.facts.clock import Timing
from extractors.facts.meaning import Meaning
from extractors.facts.words import Metric, words
from extractors.findings import Confidence

_NAMES_SOMETHING = re.compile(r"[A-Z]\w|\b(?:market|industry|sector)\b")
_VAGUE = re.compile(
    r"\b(?:some|others|them|those|these|it|company|trio|pair|both|all|two|three|funds?|rules|users?)\b", re.I
)


@cache
def _proven() -> Mapping[str, list[str]]:
    return tomllib.loads(files("extractors").joinpath("rules/confidence.toml").read_text(encoding="utf-8"))


def confidence_of(meaning: Meaning, timing: Timing, known: Metric | None) -> Confidence:
    """``high`` where the metric is of the vocabulary and frame, subject and period are of proven rules."""
    if (
        meaning.verb is not None
        and meaning.noun is None
        and words().lemma(meaning.verb.lower_) in words().basis["unsure"]
    ):
        return "low"
    if known is None or meaning.rule not in _proven()["frames"]:
        return "low"
    measured = known.id in _proven()["metrics"] or meaning.subject_rule == "country"
    proven = measured and _proven_subject(meaning, known)
    return "high" if proven and _proven_period(timing, known, meaning.growth) else "low"


def _proven_subject(meaning: Meaning, known: Metric) -> bool:
    if known.id in _proven()["nameless"] and meaning.subject and meaning.subject_rule == "stated":
        return True
    if not meaning.subject or _VAGUE.search(meaning.subject) or meaning.subject.lower() in words().pronouns:
        return False
    named = _NAMES_SOMETHING.search(meaning.subject) is not None
    return named and (meaning.subject_rule in _proven()["subjects"] or meaning.subject_rule == "stated")


def _proven_period(timing: Timing, known: Metric, growth: bool) -> bool:
    if timing.rule == "none":
        return known.id in _proven()["timeless"] and not growth
    if known.id in _proven()["timeless"] and timing.rule.startswith("before:"):
        return False  # what the sentence told before need not be the deal's time
    if growth and timing.rule.startswith("before:") and timing.period.start == timing.period.end:
        return False  # 'debt, $5 million at the end of May, has halved': not on that day
    if timing.rule in _proven()["unproven_periods"]:
        return False
    return timing.period.known and timing.rule.startswith(tuple(_proven()["periods"]))
