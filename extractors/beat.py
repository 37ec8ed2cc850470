"""The beat: what the database is about. Each article and each of its paragraphs is on it or off it."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.errors import RuleError
from extractors.findings import Beat, Findings, Text
from extractors.themes.words import Phrases, Words, is_chinese

_KEYS = ("words", "companies", "themes", "support", "elsewhere", "exclude")
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s)|[。！？]+|\n+|$")

_LEANING = re.compile(
    r"\s*(?:It|Its|He|She|They|Their|His|Her|This|That|These|Those|Also|But|And|"
    r"In addition|Besides|"
    r"Elsewhere in|The (?:company|group|firm|platform|studio|app|deal|move|service|publisher|"
    r"unit|business|division)(?:['’]s)?)\b"
)
_ROUND_UP = re.compile(
    r";|\b(?:other news|in brief|briefs|briefing|round-?up|newsletter|at a glance)\b|速览|早报|晚报", re.I
)
_OPENING = 160
SURE = ("words", "companies", "themes")

LEAST_SHARE = 0.12
"""An article is on the beat when at least this share of its sentences speak of it (a fifth to a half do in
articles about a subject, one in twenty where it is named in passing)."""
ENOUGH_SUPPORT = 3


@dataclass(frozen=True, slots=True)
class _Signal:
    start: int
    end: int
    name: str
    kind: str


@dataclass(frozen=True)
class BeatRules:
    """What is on the beat.

    One of ``words``, ``companies`` or ``themes`` puts a sentence on it; three different ``support`` words
    do together. ``exclude`` phrases are not the words they hold; in a paragraph without any sign of the beat,
    ``elsewhere`` words say that it speaks of something else.
    """

    name: str
    words: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def load(cls, what: str | Mapping[str, Any]) -> BeatRules:
        """The beat of a ready one's name, or of a table with ``words``, ``companies`` and so on.

        A table's ``extends`` names a ready beat to add to. Raises RuleError, which says what to mend.
        """
        if isinstance(what, str):
            return _from_table(_ready(what), what)
        if not isinstance(what, Mapping):
            raise RuleError(
                'beat: must be the name of a ready beat, "micro-dramas" say, or a table with words'
            )
        base = _ready(str(what["extends"])) if "extends" in what else {}
        merged = {key: [*base.get(key, ()), *_list(what, key)] for key in _KEYS}
        if unknown := sorted(set(what) - {*_KEYS, "name", "extends"}):
            raise RuleError(f"[beat]: no key {unknown[0]!r}; it has name, extends, {', '.join(_KEYS)}")
        if not (merged["words"] or merged["companies"] or merged["themes"]):
            raise RuleError(
                '[beat]: give at least one of words, companies, themes: words = ["electric car"] say'
            )
        return _from_table(merged, str(what.get("name") or what.get("extends") or "own"))

    @cached_property
    def _phrases(self) -> tuple[Phrases, list[str]]:
        kinds = [
            (p, kind) for kind in ("words", "support", "elsewhere", "exclude") for p in getattr(self, kind)
        ]
        by_phrase = dict(reversed(kinds))
        phrases = Phrases(by_phrase)
        return phrases, [by_phrase[p] for p in phrases.texts]

    @cached_property
    def _company_names(self) -> AhoCorasick:
        return AhoCorasick(self.companies, matchkind=MatchKind.LeftmostLongest)

    def signals(self, text: str) -> list[_Signal]:
        """What in *text* speaks for the beat or against it, in text order."""
        phrases, kinds = self._phrases
        found = [_Signal(a, b, phrases.texts[n], kinds[n]) for n, a, b in phrases.spans(Words.of(text))]
        found += self._companies_in(text)
        void = [s for s in found if s.kind == "exclude"]
        found = list({(s.start, s.end, s.kind): s for s in reversed(found)}.values())
        kept = [s for s in found if s.kind != "exclude" and not any(_overlap(s, v) for v in void)]
        return sorted(kept, key=lambda s: s.start)

    def _companies_in(self, text: str) -> Iterator[_Signal]:
        for n, start, end in self._company_names.find_matches_as_indexes(text):
            if is_chinese(self.companies[n]) or not re.search(
                r"\w", text[max(0, start - 1) : start] + text[end : end + 1]
            ):
                yield _Signal(start, end, self.companies[n], "companies")


def ready_beats() -> list[str]:
    """The names of the beats that come with the program."""
    folder = files("extractors") / "rules" / "beats"
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml"))


def _ready(name: str) -> Mapping[str, Any]:
    if name not in ready_beats():
        raise RuleError(f"beat: there is no ready beat {name!r}; there are {', '.join(ready_beats())}")
    path = files("extractors") / "rules" / "beats" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _from_table(table: Mapping[str, Any], name: str) -> BeatRules:
    return BeatRules(name=name, **{key: tuple(_list(table, key)) for key in _KEYS})


def _list(table: Mapping[str, Any], key: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) and v.strip() for v in value):
        raise RuleError(f'[beat]: {key} must be a list of words or names, {key} = ["electric car"] say')
    return list(value)


def _overlap(one: _Signal, other: _Signal) -> bool:
    return one.start < other.end and other.start < one.end


def read(text: Text, findings: Findings, rules: BeatRules) -> Beat:
    """Whether *text* is on the beat, with its paragraphs: the headline or enough of its sentences say so.

    *findings* lends its themes and sentences; companies are looked up in the text by the beat's own names.
    """
    signals = [*rules.signals(text.text), *_of_themes(findings, rules)]
    marked = _Marked(signals, _sentences(text.text, findings))
    headline = _Marked(rules.signals(text.title), [(0, len(text.title))]) if text.title else None
    on, reason = _judged(marked, headline)
    whole = on and marked.is_the_subject(headline) and not _ROUND_UP.search(text.title or "")
    paragraphs = tuple(_paragraphs(text.text, signals, whole))
    if not on and (name := _in_a_round_up(text.text, signals)):
        on, reason = True, f"{name} opens a paragraph of its own"
    return Beat(on, reason, paragraphs)


def _of_themes(findings: Findings, rules: BeatRules) -> Iterator[_Signal]:
    for kind, names in (("themes", rules.themes), ("support", rules.support)):
        yield from (_Signal(h.start, h.end, h.theme, kind) for h in findings.themes if h.theme in names)


def _in_a_round_up(text: str, signals: Sequence[_Signal]) -> str | None:
    """What opens one of several paragraphs that does not lean on the one before it."""
    own = [s for s in signals if s.kind in SURE]
    found = list(_PARAGRAPH.finditer(text))
    for paragraph in found if own and len(found) > 1 else ():
        end = _SENTENCE_END.search(text, paragraph.start(), paragraph.end())
        first_end = end.end() if end else paragraph.end()
        if first_end < paragraph.end() and not _LEANING.match(paragraph.group()):
            opening = min(first_end, paragraph.start() + _OPENING)
            if name := next((s.name for s in own if paragraph.start() <= s.start < opening), None):
                return name
    return None


class _Marked:
    """A text's sentences, and which of them speak of the beat."""

    def __init__(self, signals: Sequence[_Signal], sentences: Sequence[tuple[int, int]]) -> None:
        self.count = max(1, len(sentences))
        starts = [start for start, _ in sentences]
        by_sentence: dict[int, list[_Signal]] = {}
        for signal in signals:
            by_sentence.setdefault(max(0, bisect_right(starts, signal.start) - 1), []).append(signal)
        self.on = [number for number, near in by_sentence.items() if _speaks_of_it(near)]
        self.names = Counter(s.name for s in signals if s.kind in SURE)

    @property
    def share(self) -> float:
        return len(self.on) / self.count

    def is_the_subject(self, headline: _Marked | None) -> bool:
        """Whether all of the text is about the beat, not a part of it."""
        return bool(headline and headline.on) or self.share >= 2 * LEAST_SHARE


def _speaks_of_it(signals: Sequence[_Signal]) -> bool:
    if any(s.kind in SURE for s in signals):
        return True
    return len({s.name for s in signals if s.kind == "support"}) >= ENOUGH_SUPPORT


def _judged(marked: _Marked, headline: _Marked | None) -> tuple[bool, str]:
    if headline and headline.on:
        return True, f"{_named(headline.names)} in the headline"
    if not marked.on:
        return False, "nothing of the beat is named"
    said = f"{_named(marked.names)} in {len(marked.on)} of {marked.count} sentences"
    in_the_lead = min(marked.on) <= 1
    enough = marked.share >= LEAST_SHARE and (len(marked.on) > 1 or in_the_lead)
    return enough, said if enough else f"only in passing: {said}"


def _named(names: Counter[str]) -> str:
    return ", ".join(name for name, _ in names.most_common(3)) or "supporting words"


def _sentences(text: str, findings: Findings) -> list[tuple[int, int]]:
    if findings.sentences:
        return [(span.start, span.end) for span in findings.sentences]
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    spans = zip([0, *ends], ends, strict=False)
    return [(start, end) for start, end in spans if text[start:end].strip(" \n.!?。！？")]


def _paragraphs(text: str, signals: Sequence[_Signal], all_on: bool) -> Iterator[tuple[int, int, bool]]:
    for match in _PARAGRAPH.finditer(text):
        inside = [s for s in signals if match.start() <= s.start < match.end()]
        elsewhere = any(s.kind == "elsewhere" for s in inside)
        yield match.start(), match.end(), _speaks_of_it(inside) or (all_on and not elsewhere)
