"""Stretches of a sentence's tree as an analyst would write them: noun phrases without their clutter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from extractors.facts.draft import Draft
from extractors.facts.parse import Word
from extractors.facts.words import words
from extractors.findings import Span

_LEFT = frozenset({"compound", "amod", "nmod", "npadvmod", "advmod", "nummod", "neg"})
_NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_NAME_TAGS = frozenset({"NNP", "NNPS"})
_MOST_WORDS = 8
_CODE = re.compile(r"(?:FY|[QH][1-4])(?:\d\d(?:\d\d)?)?")
"""'FY23', 'H1': a time as reports write it."""
_WHOLE_WORLD = frozenset({"global", "world", "worldwide"})


_WORKS = frozenset({"game", "app", "series", "serial", "drama", "show", "film", "title"})
"""What bears a name that need be no company's."""


class Phrases:
    """The phrases of one sentence; ``names`` are the stretches of the text that name organisations."""

    def __init__(self, draft: Draft, text: str, names: Sequence[tuple[int, int, str]]) -> None:
        self.draft = draft
        self.text = text
        self.names = names

    def span(self, token: Word) -> Span:
        """The stretch of the text that *token* stands for."""
        return self.draft.spans[token.i]

    def words(self, tokens: Iterable[Word]) -> str:
        """The text of *tokens* in order, spaced as in the text."""
        out, end = "", -1
        for token in sorted(tokens, key=lambda t: t.i):
            span = self.span(token)
            out += (" " if out and span.start != end else "") + self.text[span.start : span.end]
            end = span.end
        return out.strip(" -–—,")

    def name_at(self, token: Word) -> str | None:
        """The organisation that *token* is part of the name of."""
        span = self.span(token)
        return next(
            (name for start, end, name in self.names if start <= span.start and span.end <= end), None
        )

    def noun(self, head: Word, drop_names: bool = True) -> str:
        """The metric that *head* and the words before it name, without organisations and plain adjectives."""
        return self.words([*self._modifiers(head, drop_names), head])

    def _modifiers(self, head: Word, drop_names: bool) -> Iterator[Word]:
        for child in head.lefts:
            if child.dep_ not in _LEFT or child.ent_type_ or child.tag_ in ("CD", "DT", "PDT", "WDT"):
                continue
            if child.lower_ in words().dropped or (
                child.tag_ in ("RB", "RBR", "JJS", "RBS") and child.dep_ == "advmod"
            ):
                continue
            if drop_names and (self.name_at(child) or is_place(child)):
                continue
            yield from self._modifiers(child, drop_names)
            yield from (
                t
                for t in child.rights
                if t.dep_ in ("punct", "cc", "conj") and not t.ent_type_ and t.i < head.i
            )
            yield child

    def kind(self, head: Word) -> str:
        """The nouns before *head*: 'vanilla' of vanilla prices."""
        return self.words(t for t in self._modifiers(head, False) if t.tag_ in _NOUN_TAGS)

    def metric(self, head: Word) -> str:
        """The metric that *head* names, with the phrase after it that it can't do without."""
        text = self.noun(head)
        for child in head.rights:
            if child.dep_ != "prep":
                continue
            extra = self._complement(head, child)
            if extra and len(f"{text} {extra}".split()) <= _MOST_WORDS:
                text = f"{text} {extra}"
        return text

    def _complement(self, head: Word, prep: Word) -> str | None:
        target = next((t for t in prep.children if t.dep_ in ("pobj", "pcomp")), None)
        if target is None or target.ent_type_:
            return None
        wanted = prep.lower_ == "per" or (prep.lower_ == "of" and _is_of_head(head))
        known = words().metrics.get(head.lower_)
        if prep.lower_ == "from" and known and known.id in ("revenue", "profit"):
            wanted = target.tag_ in ("NN", "NNS") and not is_temporal(target)
        if prep.lower_ in ("on", "for") and head.lower_ in (
            "spending",
            "spend",
            "outlays",
            "expenditure",
            "demand",
            "bid",
            "offer",
        ):
            wanted = target.tag_ in ("NN", "NNS", "VBG") and not is_temporal(target)
        if (
            prep.lower_ in ("in", "for")
            and head.lower_ in ("stake", "investment", "bid", "offer", "holding")
            and self.name_at(target)
        ):
            return f"{prep.lower_} {self.name_at(target)}"
        if not wanted or self.name_at(target):
            return None
        return f"{prep.lower_} {self.noun(target)}"

    def thing(self, head: Word) -> str:
        """The thing that *head* names, for a subject: its organisation, or its noun phrase with places."""
        name = self.name_at(head) or self.apposed_name(head)
        if name:
            return name
        parts = self._thing_tokens(head)[-_MOST_WORDS:]
        if not parts:
            return ""
        told = self.words(parts)
        opens = parts[0].i == 0 and told and _is_plural(parts[0])
        return told[0].lower() + told[1:] if opens else told  # 'Consumers spent': no name

    def apposed_name(self, head: Word) -> str | None:
        """'its video arm Reelia', 'the game Ovelle': the name that a common noun introduces."""
        after = head.i + 1
        if is_name(head) or after >= len(head.tree) or head.tree[after].tag_ not in _NAME_TAGS:
            return None
        if name := self.name_at(head.tree[after]):
            return name
        if head.lower_ not in _WORKS or not any(t.lower_ == "the" for t in head.lefts):
            return None
        titled = takewhile(lambda t: t.tag_ in _NAME_TAGS and not is_temporal(t), head.tree[after:])
        return self.words(titled) or None

    def _thing_tokens(self, head: Word) -> list[Word]:
        tokens = [head]
        for child in head.lefts:
            if head.tag_ in _NAME_TAGS and child.tag_ in ("NN", "NNS") and child.dep_ == "compound":
                continue
            if child.ent_type_ or child.tag_ in ("DT", "PDT", "WDT", "PRP$", "CD", "``", "''", "-LRB-"):
                continue
            if (
                child.dep_ in ("compound", "amod", "nmod", "poss", "npadvmod")
                and child.lower_ not in words().dropped
            ):
                tokens += [t for t in self._thing_tokens(child) if t.tag_ != "POS"]
        for child in head.rights:
            if child.dep_ == "prep" and child.lower_ in ("of", "in", "for", "outside", "from"):
                target = next((t for t in child.children if t.dep_ == "pobj" and not t.ent_type_), None)
                if target is not None and not is_temporal(target) and target.lower_ not in words().pronouns:
                    tokens += [child, *self._thing_tokens(target)]
            elif (
                child.dep_ in ("cc", "conj")
                and head.tag_ in _NAME_TAGS
                and not child.ent_type_
                and child.tag_ in ("CC", *_NAME_TAGS)
            ):
                tokens += [child] if child.dep_ == "cc" else self._thing_tokens(child)
        return sorted(tokens, key=lambda t: t.i)


def is_noun(token: Word) -> bool:
    """Whether the tagger reads *token* as a noun."""
    return token.tag_ in _NOUN_TAGS


def is_name(token: Word) -> bool:
    """Whether the tagger reads *token* as a proper noun."""
    return token.tag_ in _NAME_TAGS


def is_temporal(token: Word) -> bool:
    """Whether *token* names a time."""
    if token.lower_ in words().temporal or (token.tag_ == "CD" and len(token.text) == 4):
        return True
    return _CODE.fullmatch(token.text) is not None


def _is_plural(word: Word) -> bool:
    return word.tag_ == "NNS" and word.text.istitle() and word.lower_.endswith("s") and not is_place(word)


def is_place(token: Word) -> bool:
    """Whether *token* is a country, a region or a nationality."""
    lower = token.lower_
    return lower in words().places_known and (token.text != lower or lower in _WHOLE_WORLD)


def _is_of_head(head: Word) -> bool:
    return bool({head.lower_, head.lower_.rstrip("s")} & words().of_heads)
