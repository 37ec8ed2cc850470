"""Which of the periods around it a figure covers: its own, its sentence's, or the one spoken of before."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from extractors.facts import days
from extractors.facts.clock import Clock, Timing, Wanted
from extractors.facts.days import NOWHEN, Period
from extractors.facts.draft import Draft
from extractors.facts.meaning import Meaning
from extractors.facts.parse import Tree, Word
from extractors.facts.periods import PeriodMention
from extractors.facts.words import words
from extractors.findings import Figure, Span

_BREAK = re.compile(
    r"[;:—]|\s--\s|[.!?]\s"
    r"|,\s(?:and|or|but|while|whereas|which|where|with|who|after|as|before|following|when)\b"
    r"|\b(?:but|while|whereas|compared|versus|down from|up from|than)\b"
    r"|\bagainst\b(?!\sthe\s(?:US\s)?(?:dollar|euro|yen|pound|yuan|rupee|franc|peso)\b)"
    r"|\b(?:after|before|while)\s[a-z]+ing\b"
)
_OF_DAYS = frozenset({"full-date", "day", "worded-day"})
_OF_SAYING = _OF_DAYS | {"month", "month-alone"}
_FROM = re.compile(r"\bfrom\s(?:(?!to\b)[a-z]+\s){0,4}\Z")
_EXPECTED = re.compile(
    r"\s(?:that\s)?(?:(?:was|were|had been)\s)?(?:expected|forecast|estimated|predicted|projected|seen)\s"
    r"(?:by|in)\b"
    r"|\s(?:that\s|which\s)?(?:analysts|economists|the market|Wall Street)\b"
)
"""'compared with the 96 million expected by analysts': of the same time."""
_GIVEN = re.compile(
    r"\s(?:that\s|which\s)?(?:(?:it|they|he|she|management)\s(?:had\s)?)?(?:(?:was|were|had been)\s)?"
    r"(?:previously\s)?(?:given|gave|issued|published|announced|made|set|provided|offered|unveiled|released"
    r"|predicted|projected|forecast|estimated|guided(?: for)?|targeted|promised|expected)\s(?:back\s)?"
    r"(?:as recently as\s)?(?:in|on|at)\s(?:early |late |mid-)?\Z"
)
"""'from the 7 million published in January': when it was foretold, and not what for."""
_SAME = re.compile(r",? or (?:about )?")
_RANGES = frozenset({"fiscal-year-range", "year-range"})
"""'grew by 24% a year between 2024 and 2026, to 63 million': the level is the last year's."""
_WHOLE = re.compile(r"[Ff]ull[- ]year|the (?:full|whole|entire) year")
"""'a full-year profit' that is reported is of a year that is over."""
_FORETOLD = re.compile(
    r"\b(?:targets?|goals?|forecasts?|guid(?:es|ed|ance)|outlook|sees?|expect(?:s|ed|ation)?|plans?|aims?|estimates?"
    r"|consensus|will|would|should|could|project(?:s|ed|ion)|predict(?:s|ed|ion))\b"
)
_A_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEAR = re.compile(r"\d{4}|last|previous")
_TO_LEVEL = re.compile(r"\s(?:to|at)\s")
_A_SHARE = re.compile(r",? or (?:about )?[^,;]{1,24} (?:a|per) (?:diluted )?share")
"""'$88 million, or $1.27 per share, in the three months': both are of that time."""
_PLAINLY = re.compile(
    r"(?:,? or [^,;]{1,24} (?:a|per) (?:diluted )?share)?,?"
    r"(?:\s(?!(?:from|than|to|on|over|compared|against|versus|up|down|by)\b)[a-z]+){0,4}(?:\sin|\sfor)?\s"
)
_TIMES = re.compile(r"\s(?:the|its|their|that|what)\b")
"""'twice the 131 million of 2024': the year is that of what is multiplied."""
_IN_BRACKETS = re.compile(r":\s(?=[^()]*\))")
_LASTING = 62
"""In days."""
_NEAR = 24
"""A bracket's time stands at most so far before its figure, in characters."""
_AND_HAS = re.compile(r"\sand\s(?:is|are|was|were|has|have|had)\s")
_HELD_AGAINST = frozenset({"premium", "discount"})
"""'a 22 percent premium to Friday's close': what follows is the close's time."""
_SUPERLATIVE = re.compile(
    r",\s(?:the|its|an?)\s(?:[\w-]+\s){0,2}?(?:(?:larg|bigg|high|low|strong|weak|small|fast|slow|steep|sharp|great|deep|cheap)est|most|least|worst|best)\b"
)
_DATED = frozenset({"futures", "contract", "contracts", "bond", "bonds", "note", "notes", "swap", "swaps"})
_DUE = re.compile(
    r"(?:\s[a-z]+){0,3}\s(?:due(?: in)?|maturing in|for(?: (?:delivery|settlement|shipment) in)?)\s(?:the\s)?"
)
_OF_ANOTHER = re.compile(r"year|last|previous|prior|ago|earlier|before|\d{4}")
_LAST = re.compile(r"previous|prior|preceding|last")
_FRONTED = 24
"""A period that starts so near the sentence's beginning, in characters, holds for all of it."""
_NEW_SUBJECT = re.compile(r",\s(?:and|but|while|whereas)\s(?:the\s)?[A-Z]")
_NEXT_VERB = re.compile(
    r",?\s(?:and|but)\s(?:[a-z]+\s){0,2}?(?:ha[sd]|have|is|was|will|would|cut|set|put|[a-z]+(?:ed|s))\b"
    r"|,\s(?:which|a move that|a step that)\s"
)
"""Another verb of the same subject: what was to be by a year is over with it."""
_COMING_AFTER = re.compile(
    r"\b(?:after|following|compared with|versus|from)\s(?:(?:an?|the)\s)?(?:[\w-]+\s){0,3}?"
    r"(?:(?:gain|rise|increase|growth|jump|drop|fall|decline|loss|profit)\sof\s)?(?:[a-z]+\s)?\Z"
)
_SAYING_TOO = re.compile(r",\s(?:adding|saying|noting|stating|telling|and (?:it )?(?:said|added|told))\b")
_YEARLESS = frozenset(
    {
        "quarter",
        "quarter-code",
        "month-quarter",
        "month-range",
        "last-months",
        "half",
        "half-code",
        "month-alone",
        "relative-year",
        "end-of",
        "full-date",
        "months-ended",
        "months-ended-day-first",
    }
)


class SentencePeriods:
    """The periods that one sentence names, over its tree."""

    def __init__(
        self,
        tree: Tree,
        draft: Draft,
        text: str,
        mentions: Sequence[PeriodMention],
        figures: Iterable[Figure],
    ) -> None:
        self.tree = tree
        self.draft = draft
        self.text = text
        start = draft.spans[0].start if draft.spans else 0
        named = [m for m in mentions if m.start >= start]
        self.mentions = [m for m in named if not self._is_bracketed(m)]
        self.bracketed = [m for m in named if self._is_bracketed(m)]
        self.starts = [span.start for span in draft.spans]
        read = [figure for figure in figures if figure.pair_of is None]
        self.figures = [Span(f.start, f.end) for f in read]
        self.multiplied = [m for f in read if f.kind == "multiple" for m in self._of_multiplied(f)]

    def choose(self, figure: Figure, meaning: Meaning, clock: Clock, base: Period, wanted: Wanted) -> Timing:
        """The period of *figure*; *base* is what a comparison is shifted from."""
        if meaning.compared:
            revised = meaning.rule == "revised" and base.known
            return Timing(base, "revised", stated=True) if revised else self._compared(figure, base, wanted)
        token = self.tree[meaning.anchor]
        usable = [m for m in self.mentions if self._counts(m, wanted.days) and self._in_reach(m, token)]
        usable = [m for m in usable if m not in self.multiplied or self._is_when(m, figure)]
        if wanted.quoted and meaning.noun is not None and meaning.noun.tree is self.tree:
            usable = [m for m in usable if not self._is_due(m, meaning.noun)]
        if earlier := self._year_ago(figure, usable, clock) or self._then(figure, meaning, usable, base):
            return earlier
        for mention, rule in (
            (self._named_with(meaning, usable, figure), "before"),
            (self._following(figure, usable, token), "after"),
            (self._before(figure, usable, wanted.inherits), "before"),
        ):
            held = rule == "after" and meaning.noun is not None and meaning.noun.lower_ in _HELD_AGAINST
            if mention is not None and not held:
                period = self._covered(mention, meaning, clock, wanted)
                return Timing(period, f"{rule}:{mention.form}", stated=True)
        if usable and not self._belongs_elsewhere(figure, usable):
            return Timing(self._resolved(usable[0], clock), f"sentence:{usable[0].form}")
        return self._inherited(clock, wanted)

    def _covered(self, mention: PeriodMention, meaning: Meaning, clock: Clock, wanted: Wanted) -> Period:
        """What of *mention* a figure of that *meaning* covers."""
        period = self._resolved(mention, clock)
        if self._starts_it(mention, self.tree[meaning.anchor]):
            return Period(period.start, None)
        moved = meaning.growth or meaning.direction is not None
        if wanted.quoted and moved and self._is_this_year(mention):
            return Period(period.start, clock.today.end)  # 'have gained 23% this year': so far
        sentence = self.text[self.draft.sentence.start : self.draft.sentence.end]
        if _WHOLE.match(self.text, mention.start) and not _FORETOLD.search(sentence):
            today, end = clock.today.end, period.end
            return days.years_earlier(period) if today and end and end > today else period
        if mention.form in _RANGES and meaning.direction and not meaning.growth:
            return days.last_year_of(period)
        return period

    def _of_multiplied(self, multiple: Figure) -> list[PeriodMention]:
        """'double the share of 2015': the times of what *multiple* multiplies."""
        first = bisect_left(self.starts, multiple.start)
        doubled = first < len(self.tree) and self.tree[first].tag_.startswith("V")
        if doubled or not _TIMES.match(self.text, multiple.end):
            return []  # 'doubled its sales in 2025', 'wants to double the number by 2027'
        after = (m for m in self.mentions if m.start >= multiple.end)
        return [m for m in after if not _BREAK.search(self.text, multiple.end, m.start)]

    def _is_when(self, mention: PeriodMention, figure: Figure) -> bool:
        """'three times its valuation in 2024, when it raised 9 million'."""
        return mention.end <= figure.start and self.text.startswith(", when ", mention.end)

    def _is_bracketed(self, mention: PeriodMention) -> bool:
        """'(H1 2020: 3 million)': the time of that figure alone."""
        return (
            _IN_BRACKETS.match(self.text, mention.end) is not None
            and "(" in self.text[max(0, mention.start - 12) : mention.start]
        )

    def is_base(self, figure: Figure) -> bool:
        """'grew 20%, after a gain of 31% in July': what came before the growth that is told."""
        return _COMING_AFTER.search(self.text, self.draft.sentence.start, figure.start) is not None

    def ahead(self, timing: Timing, published: date | None) -> Timing:
        """A forecast's period lies ahead: a quarter, half or month named without a year is the next one."""
        period = timing.period
        yearless = any(
            m.period == period
            and m.form in _YEARLESS
            and (m.form == "last-months" or not _YEAR.search(self.text, m.start, m.end))
            for m in self.mentions
        )
        if not (timing.stated and yearless and published and period.end and period.end < published):
            return timing
        if any(map(_to_have_done, self.tree)):
            return timing  # 'expects it to have grown in the second quarter'
        return replace(timing, period=days.years_earlier(period, -1))

    def _year_ago(self, figure: Figure, usable: Sequence[PeriodMention], clock: Clock) -> Timing | None:
        """'A year ago it was 3 million': the period spoken of, a year before."""
        opening = next((m for m in self.mentions if m.role == "earlier" and m.end <= figure.start), None)
        if opening is not None and opening.form == "same-period" and self._is_now(opening):
            return None  # 'Over the same weeks': as before
        if opening is None or usable or any(opening.end <= f.start < figure.start for f in self.figures):
            return None
        if _TO_LEVEL.match(self.text, opening.end):
            return None  # 'dropped 8% from a year earlier to 3 million'
        if _BREAK.search(self.text, opening.end, figure.start):
            return None
        period = days.years_earlier(clock.last) if clock.last.known else NOWHEN
        return Timing(period, "year-ago", stated=period.known)

    def _is_now(self, mention: PeriodMention) -> bool:
        """'over the same 13 weeks', and not 'the same period last year'."""
        return _OF_ANOTHER.search(self.text, mention.start, mention.end) is None

    def _then(
        self, figure: Figure, meaning: Meaning, usable: Sequence[PeriodMention], base: Period
    ) -> Timing | None:
        """'reversing a loss of 3 million a year ago', 'the 2 million it lost in the same period'."""
        after = next((m for m in self.mentions if m.start >= figure.end), None)
        if after is None or after.role != "earlier" or meaning.growth:
            return None
        if not _PLAINLY.fullmatch(self.text, figure.end, after.start):
            return None
        before = next((m for m in reversed(usable) if m.end <= figure.start and m.role == "in"), None)
        stretch = before.period if before and before.period.known else base
        return Timing(self._in_year_of(after, stretch), "year-earlier", stated=stretch.known)

    def _counts(self, mention: PeriodMention, point: bool) -> bool:
        if mention.role in ("earlier", "comparison", "previous", "than", "from"):
            return False
        named = self.text[mention.start : mention.end]
        if mention.form == "relative-year" and named.endswith("week") and not point:
            return False
        return (
            mention.form not in _OF_DAYS
            or (point and mention.form in _OF_DAYS)
            or mention.role in ("since", "at", "by")
        )

    def _named_with(
        self, meaning: Meaning, usable: Sequence[PeriodMention], figure: Figure
    ) -> PeriodMention | None:
        """'our 2021 revenue estimate': the time in the metric's own name, where none stands nearer."""
        noun = meaning.noun
        if noun is None or noun.tree is not self.tree or not any(noun.lefts):
            return None
        named = self.draft.spans[noun.i].end
        if any(named <= m.start and m.end <= figure.start for m in usable):
            return None
        lefts = list(noun.lefts)
        return next((m for m in usable if self._token(m) in lefts), None)

    def _is_due(self, mention: PeriodMention, noun: Word) -> bool:
        """'sugar for March fell': when it is delivered or paid back, and not when it fell."""
        traded = noun.lower_ in words().goods or noun.lower_ in _DATED
        end = self.draft.spans[noun.i].end
        return traded and _DUE.fullmatch(self.text, end, mention.start) is not None

    def _in_reach(self, mention: PeriodMention, figure: Word) -> bool:
        """Whether no clause that leaves the figure out, or holds it apart, stands between."""
        token = self._token(mention)
        if token is None:
            return True
        beside_verb = (token.head.head if token.dep_ == "pobj" else token.head).tag_.startswith("V")
        if (mention.form in _OF_DAYS or beside_verb) and self._is_of_saying(token, figure, mention.form):
            return False
        above = {figure.i, *(t.i for t in figure.ancestors)}
        for up in [token, *token.ancestors]:
            if up.i in above:
                return self._not_apart(figure, up)
            clause = up.dep_ in ("relcl", "acl", "advcl") and up != token
            if clause and not (_tells_when(up, figure) or self._is_since(up, figure)):
                return False
            if up.i > figure.i and _goes_on(up):
                return False
        return True

    def _is_of_saying(self, token: Word, figure: Word, form: str) -> bool:
        """'Harrow said on Friday', 'in May it had guided to': the time of the saying."""
        verb = next((t for t in [token, *token.ancestors] if t.tag_.startswith("V")), None)
        if verb is None:
            return False
        lemma = words().lemma(verb.lower_)
        if verb == figure.head and lemma not in words().basis["forecast_verbs"]:
            return False
        had = any(t.dep_ == "aux" and t.lower_ == "had" for t in verb.lefts)
        foretold = form in _OF_SAYING and (token.i < verb.i < figure.i or (had and figure.head == verb))
        foretold = foretold and lemma in words().basis["forecast_verbs"]
        return lemma in words().says or (foretold and verb.tag_ in ("VBD", "VBN"))

    def _not_apart(self, figure: Word, shared: Word) -> bool:
        for up in [figure, *figure.ancestors]:
            if up == shared:
                return True
            if up.dep_ in ("relcl", "acl") or (up.dep_ == "advcl" and up.tag_ == "VBG" and up.i > shared.i):
                return up.lower_ in words().lemmas and words().lemma(up.lower_) in words().moves
        return True

    def _is_this_year(self, mention: PeriodMention) -> bool:
        return self.text[mention.start : mention.end].lower() in ("this year", "the year")

    def _starts_it(self, mention: PeriodMention, figure: Word) -> bool:
        """'has raised $51 million since it was set up in 2019': what the time is the start of."""
        token = self._token(mention)
        return token is not None and any(self._is_since(up, figure) for up in token.ancestors)

    def _is_since(self, clause: Word, figure: Word) -> bool:
        """Whether *clause*, right after *figure*, tells since when."""
        mark = next((t for t in clause.lefts if t.dep_ == "mark" and t.lower_ == "since"), None)
        if mark is None or clause.dep_ != "advcl" or mark.i < figure.i:
            return False
        between = self.text[self.draft.spans[figure.i].end : self.draft.spans[mark.i].start]
        return len(between) < _NEAR and not set(between) & set(",;:—")

    def _token(self, mention: PeriodMention) -> Word | None:
        """The token that the words of *mention* hang from the rest of the sentence by."""
        first = bisect_left(self.starts, mention.start)
        last = bisect_left(self.starts, mention.end)
        inside = range(first, last)
        return next((self.tree[i] for i in inside if self.tree[i].head.i not in inside), None)

    def _following(
        self, figure: Figure, usable: Sequence[PeriodMention], token: Word
    ) -> PeriodMention | None:
        mention = next((m for m in usable if m.start >= figure.end), None)
        a_share = _A_SHARE.match(self.text, figure.end)
        if mention is None or _BREAK.search(
            self.text, a_share.end() if a_share else figure.end, mention.start
        ):
            return None
        if _SUPERLATIVE.search(self.text, figure.end, mention.start):
            return None  # '..., the largest takeover this year'
        apart = self.text[figure.end : mention.start]
        if apart.count("(") > apart.count(")"):
            return None
        between = [f for f in self.figures if figure.end <= f.start and f.end <= mention.start]
        if between and (_is_from(token) or _FROM.search(self.text, figure.end, between[-1].start)):
            return None
        if between and _AND_HAS.search(self.text, figure.end, between[0].start):
            return None
        if between and figure.kind == "multiple" and _TIMES.match(self.text, figure.end):
            return None
        return mention

    def _before(
        self, figure: Figure, usable: Sequence[PeriodMention], inherits: bool
    ) -> PeriodMention | None:
        mention = next(
            (m for m in reversed(usable) if m.end <= figure.start and not self._is_compared(m)), None
        )
        if mention is None:
            return None
        between = self.text[mention.end : figure.start]
        if _SAYING_TOO.search(between):
            return None  # 'expects to break even in 2027, adding that costs fell to 31'
        if mention.role == "by" and _NEXT_VERB.search(between):
            return None
        fronted = mention.start - (self.draft.spans[0].start if self.draft.spans else 0) < _FRONTED
        if not fronted and _NEW_SUBJECT.search(between):
            return None
        if re.search(r"[.!?]\s" if inherits else r"[;]|\b(?:but|while|whereas)\b|[.!?]\s", between):
            return None
        return mention

    def _is_compared(self, mention: PeriodMention) -> bool:
        """Whether *mention* is of a level that another came from: 'from 38 million in 2023'."""
        last = next((f for f in reversed(self.figures) if f.end <= mention.start), None)
        if last is None or _BREAK.search(self.text, last.end, mention.start):
            return False
        return bool(_FROM.search(self.text, self.draft.sentence.start, last.start))

    def _belongs_elsewhere(self, figure: Figure, usable: Sequence[PeriodMention]) -> bool:
        """Whether another figure stands between this one and the sentence's only period."""
        if len(usable) != 1:
            return True
        mention = usable[0]
        low, high = min(figure.end, mention.end), max(figure.start, mention.start)
        return any(low <= f.start and f.end <= high for f in self.figures) or bool(
            _BREAK.search(self.text, low, high)
        )

    def _resolved(self, mention: PeriodMention, clock: Clock) -> Period:
        if mention.role == "then":
            return clock.last
        if mention.form == "fiscal-quarter":
            return clock.lead if days.is_reporting(clock.lead) else mention.period
        if mention.role == "the_period":
            named = self.text[mention.start : mention.end]
            earlier = [m.period for m in self.mentions if m.end <= mention.start and m.period.known]
            return Clock(lead=clock.spoken_of(named), stretches=earlier).spoken_of(named)
        return mention.period

    def _before_then(self, base: Period, wanted: Wanted) -> Timing:
        """'fell to 9.6% from 10.4%', of a reported quarter: a year before, or the quarter before if named."""
        if not (wanted.inherits and wanted.yearly and days.is_reporting(base)):
            return Timing(NOWHEN, "compared")
        previous = any(m.role == "previous" for m in self.mentions)
        return Timing(days.previous(base) if previous else days.years_earlier(base), "compared")

    def _compared(self, figure: Figure, base: Period, wanted: Wanted) -> Timing:
        """A level that another is compared with: the period named with it, or the other's a year earlier."""
        if _EXPECTED.match(self.text, figure.end):
            return Timing(base, "expected", stated=base.known)
        bracket = next((m for m in reversed(self.bracketed) if 0 <= figure.start - m.end < _NEAR), None)
        if bracket is not None:
            return Timing(self._of_bracket(bracket, base), f"compared:{bracket.form}", stated=True)
        after = next((m for m in self.mentions if m.start >= figure.end), None)
        if after is not None and _GIVEN.fullmatch(self.text, figure.end, after.start):
            return Timing(base, "expected", stated=base.known)
        if after is None or self._is_others(figure, after):
            return self._before_then(base, wanted)
        if after.role == "earlier":
            return Timing(self._in_year_of(after, base), "year-earlier", stated=base.known)
        if after.role == "previous":
            return Timing(self._just_before(after, base), "previous", stated=base.known)
        if after.form in _OF_DAYS:
            return Timing(NOWHEN, "compared")
        if after.form == "fiscal-relative" and _LAST.search(self.text, after.start, after.end) and base.known:
            return Timing(days.years_earlier(base), "year-earlier", stated=True)
        return Timing(after.period, f"compared:{after.form}", stated=True)

    def _of_bracket(self, bracket: PeriodMention, base: Period) -> Period:
        """'(2024: 3 million)' after six months of 2025: those of 2024; '(previous year: 3 million)'."""
        if bracket.role == "previous" or "year" in self.text[bracket.start : bracket.end]:
            return days.years_earlier(base)
        if bracket.form == "calendar-year" and base.end is not None and bracket.period.end is not None:
            return days.years_earlier(base, base.end.year - bracket.period.end.year)
        return bracket.period

    def _is_others(self, figure: Figure, after: PeriodMention) -> bool:
        """Whether another figure stands before *after*, and does not say the same ("or $0.04 a share")."""
        between = [f for f in self.figures if figure.end <= f.start < after.start]
        return bool(between) and not (
            len(between) == 1 and _SAME.fullmatch(self.text, figure.end, between[0].start)
        )

    def _just_before(self, mention: PeriodMention, base: Period) -> Period:
        """The stretch before *base*; of a day, the day a quarter or month before."""
        if base.start is None or base.start != base.end:
            return days.previous(base)
        words_of_it = self.text[mention.start : mention.end]
        count = next((n for unit, n in (("quarter", 3), ("month", 1)) if unit in words_of_it), 0)
        day = days.months_before(base.start, count)
        if days.last_day(base.start.year, base.start.month) == base.start:
            day = days.last_day(day.year, day.month)
        return Period(day, day) if count else NOWHEN

    def _in_year_of(self, mention: PeriodMention, base: Period) -> Period:
        """*base* a year earlier, or in the year that *mention* names: 'the same period of 2023'."""
        named = _A_YEAR.search(self.text, mention.start, mention.end)
        if named is None or base.end is None:
            return days.years_earlier(base)
        return days.years_earlier(base, base.end.year - int(named[0]))

    def _fits(self, period: Period, screen: bool) -> bool:
        """Box offices go by weekends, all else by longer stretches; a 'previous quarter' by quarters."""
        if period.start is None or period.end is None:
            return False
        length = (period.end - period.start).days
        quarterly = any(
            m.role == "previous" and "quarter" in self.text[m.start : m.end] for m in self.mentions
        )
        return (length < 5) == screen and (not quarterly or length < 93)

    def _inherited(self, clock: Clock, wanted: Wanted) -> Timing:
        inherits, screen = wanted.inherits, wanted.screen
        quarterly = any(
            m.role == "previous" and "quarter" in self.text[m.start : m.end] for m in self.mentions
        )
        if quarterly and inherits and clock.quarter.known:
            return Timing(clock.quarter, "quarter-spoken-of")
        if wanted.foretold and clock.foretold.known:
            return Timing(clock.foretold, "foretold")
        if wanted.today and clock.today.known:
            return Timing(clock.today, "day-of-publication")
        if inherits and clock.reported.known and self._fits(clock.reported, screen):
            return Timing(clock.reported, "spoken-of")
        if inherits and clock.lead.known and self._fits(clock.lead, screen) and not _lasts(clock):
            return Timing(clock.lead, "lead")
        return Timing(NOWHEN, "none")


def _lasts(clock: Clock) -> bool:
    """Whether the text's own period goes on for long: a forecast's, and none of what is reported."""
    lead, today = clock.lead.end, clock.today.end
    return lead is not None and today is not None and (lead - today).days > _LASTING


def _tells_when(clause: Word, figure: Word) -> bool:
    """'When it raised funds in May, investors put it at': the clause's time is the figure's."""
    fronted = clause.dep_ == "advcl" and clause.i < figure.i
    return fronted and any(t.lower_ == "when" for t in clause.lefts)


def _goes_on(verb: Word) -> bool:
    """'plans to raise it and to buy stock by March', 'guided for 5 and said ...': what has its own time."""
    if verb.dep_ != "conj" or not verb.tag_.startswith("V"):
        return False
    return words().lemma(verb.lower_) in words().says or any(
        t.dep_ == "aux" and t.lower_ == "to" for t in verb.lefts
    )


def _to_have_done(to: Word) -> bool:
    if to.lower_ != "to" or to.i + 2 >= len(to.tree):
        return False
    return to.nbor(1).lower_ == "have" and to.nbor(2).tag_ == "VBN"


def _is_from(figure: Word) -> bool:
    return figure.dep_ == "pobj" and figure.head.lower_ == "from"
