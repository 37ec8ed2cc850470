"""Periods that a sentence names, resolved against the day of publication; what can't be is unknown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from ahocorasick_rs import AhoCorasick

from extractors.facts.days import NOWHEN, Period
from extractors.facts.resolving import RESOLVERS
from extractors.facts.when import When, month_number

Role = Literal[
    "in", "since", "by", "from", "to", "than", "at", "earlier", "comparison", "previous", "the_period", "then"
]

_LEAD = re.compile(
    r"(?:\b(?P<role>effective|since|by|until|till|from|through|than|as(?=\s+in\b)|as of|as at|at|"
    r"against|with|over|before|to|below|under|above|behind|beyond|ahead of|short of)\s+)"
    r"(?:the\s+|about\s+|around\s+|early\s+|late\s+|mid-|in\s+|its\s+)*\Z",
    re.I,
)
_SINCE = re.compile(
    r"\bsince\s+(?:(?!(?:and|but|from|to|ha[sd]|have|was|were|in|on|of|for)\b)[^\W\d][\w-]*\s+){1,4}"
    r"(?:(?:in|on|of|for)\s(?:[\w-]+\s){1,3})?(?:in|on|at|during|the)\s+(?:early\s+|late\s+|mid-)?\Z",
    re.I,
)
"""'since launching in 2023', 'since its debut in May'."""
_RECORD = re.compile(
    r"\b(?:(?:low|high|larg|bigg|small|strong|weak|fast|slow|steep|sharp|great|few|deep|cheap|earli)est|"
    r"first|least|most|worst|best|record)\b[^,.;:]{0,40}\bsince\s(?:\w+\s){0,3}\Z",
    re.I,
)
"""'the lowest since 2020', 'for the first time since March': how long ago, and no period of the figure."""
_BESIDE = re.compile(
    r"\b(?:(?:same|corresponding|comparable|equivalent) "
    r"(?:point|time|stage|level|figure|number|share|size|period|days|weeks?|months?|quarter|half|stretch)|"
    r"that|those) (?:of|in|for|at) \Z",
    re.I,
)
"""'twice that of 2023', 'behind the same point in 2019'."""
_TERM = re.compile(r"\b(?:ends?|begins?|starts?|runs?|closes?|expires?|matures?) in \Z")
_THAN = frozenset(
    {"than", "as", "against", "with", "below", "under", "above", "behind", "beyond", "ahead of", "short of"}
)
_WILL = re.compile(
    r"\b(?:will|would|shall|plans? to|set to|to be|(?:is|are) \w+ing"
    r"(?![^.;]*\b(?:has|have|had|was|were|that|which)\b))\b(?:[^.;]|\.(?=\d))*\Z"
)
"""'will lift its prices from April 1': the next April."""
_WILL_BE = re.compile(r"(?:[^.;]|\.(?=\d)){0,80}?\b(?:will|would|is to|are to|plans? to)\b")
_FRONTED = 16
"""How far into its sentence a time can begin, in characters, that opens it."""
_RUPEES = re.compile(r"₹|\bINR\b|\brupees?\b|\bcrores?\b|\blakhs?\b")
"""Business pages in whose Q1 the year begins in April."""
_APRIL_YEARS = re.compile(rf"{_RUPEES.pattern}|\bRs\b|\byen\b")
_CALENDAR_YEARS = re.compile(r"\b(?:RMB|CNY|KRW|yuan|renminbi)\b|\d\s?(?:[a-z]+\s)?won\b")
"""Chinese and Korean companies' fiscal years are the calendar's."""
_YEAR_ENDED = re.compile(
    r"(?:fiscal|financial) year (?:that )?(?:ended|ending|ends|to|runs (?:from \w+ )?to)(?: on| in)?"
    r"(?: the end of)? (?P<month>[A-Z][a-z]{2,8})"
)


_NO_PERIODS: Mapping[str, Role] = {
    "earlier": "earlier",
    "comparison": "comparison",
    "previous": "previous",
    "the_period": "the_period",
    "then": "then",
}
"""Forms that name no period of their own, but point at one."""


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """A period named between ``start`` and ``end`` of a text, and the word that leads to it."""

    start: int
    end: int
    period: Period
    role: Role
    form: str
    point: bool = False

    def moved(self, by: int) -> PeriodMention:
        """The mention in a text that has *by* more characters before it."""
        return PeriodMention(self.start + by, self.end + by, self.period, self.role, self.form, self.point)


def when_of(text: str, published: date | None) -> When:
    """What the periods of *text* are resolved against.

    Fiscal years count only where the text says when they end, or is of a country where that is fixed.
    """
    stated = _YEAR_ENDED.search(text) if "cal year " in text or "cial year " in text else None
    month = month_number(stated["month"]) if stated else None
    likely = month is None and any(
        word in text for word in ("₹", "INR", "rupee", "crore", "lakh", "Rs", "yen")
    )
    if likely and _APRIL_YEARS.search(text):
        month = 3
    elif month is None and _CALENDAR_YEARS.search(text):
        month = 12
    return When(published, month, own_quarters=month == 3 and bool(_RUPEES.search(text)))


def resolve(text: str, when: When) -> list[PeriodMention]:
    """The periods that *text* names, in order, overlapping ones once: the longest at each place.

    >>> found = resolve("in the eight months ended Aug. 31", When(date(2025, 12, 8)))
    >>> found[0].period.start.isoformat(), found[0].period.end.isoformat()
    ('2025-01-01', '2025-08-31')
    """
    text = _CAPITAL.sub(lambda opening: opening[0].lower(), text, count=1)
    forms, automaton = _needed()
    found_at = automaton.find_matches_as_indexes(f"{text}\n{text.lower()}", overlapping=True)
    likely = sorted({form for at, _, _ in found_at for form in forms[at]})
    if not likely:
        return []
    starts = [opening.end() for opening in _OPENING.finditer(text)]
    matches = (
        (match.start(), -match.end(), form, match)
        for form in (_forms()[place] for place in likely)
        for match in _found(form, text, starts)
    )
    found = sorted(matches, key=lambda one: one[:2])
    mentions: list[PeriodMention] = []
    for _, _, form, match in found:
        if not mentions or match.start() >= mentions[-1].end:
            mentions.append(_mention(text, form, match, when))
    return mentions


_CAPITAL = re.compile(
    r"\A[\s\"“'‘(]*(?!(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)[a-z]*\b)"
    r"[A-Z](?=[a-z\s])"
)
_OPENING = re.compile(r"(?<![\w$€£¥₹])(?:(?=\w)|(?<=[(;,–—-])(?=\s))")
"""Where a period's words can begin."""


@dataclass(frozen=True, slots=True)
class _Form:
    id: str
    pattern: re.Pattern[str]
    resolve: str
    needs: tuple[str, ...]


@cache
def _forms() -> tuple[_Form, ...]:
    rules = tomllib.loads(files("extractors").joinpath("rules/periods.toml").read_text(encoding="utf-8"))
    return tuple(
        _Form(row["id"], _compiled(row["pattern"], rules["macros"]), row["resolve"], tuple(row["needs"]))
        for row in rules["form"]
    )


@cache
def _needed() -> tuple[Sequence[Sequence[int]], AhoCorasick]:
    """The places of the forms that need a word, for each word that one needs; and what finds the words."""
    words = sorted({word for form in _forms() for word in form.needs})
    needing = [[place for place, form in enumerate(_forms()) if word in form.needs] for word in words]
    return needing, AhoCorasick(words)


def _compiled(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    for name, value in macros.items():
        pattern = pattern.replace("{" + name + "}", value)
    return re.compile(rf"(?:{pattern})(?!\w)")


def _found(form: _Form, text: str, starts: Sequence[int]) -> Iterator[re.Match[str]]:
    """Where *form* stands in *text*, without overlaps; to try the *starts* is quicker than to search."""
    done = 0
    for start in starts:
        if start >= done and (match := form.pattern.match(text, start)):
            done = match.end()
            yield match


def _mention(text: str, form: _Form, match: re.Match[str], when: When) -> PeriodMention:
    groups = {key.rstrip("0123456789"): value for key, value in match.groupdict().items() if value}
    groups["match"] = match[0]
    lead = _LEAD.search(text, max(0, match.start() - 24), match.start())
    word = lead["role"].lower() if lead else _own_lead(match[0])
    before = max(0, match.start() - 64)
    since = "since" in text[before : match.start()].lower()
    if since and _SINCE.search(text, before, match.start()):
        word = "since"
    record = since and _RECORD.search(text, max(0, match.start() - 72), match.start())
    if record or _is_held_against(text, form, match):
        word = "than"
    to_come = word in ("from", "effective") and _is_to_come(text, match)
    if (word == "by" or to_come) and not when.future:
        when = replace(when, future=True)
    try:
        period = RESOLVERS[form.resolve](groups, when)
    except (ValueError, OverflowError):
        period = NOWHEN
    return _led(PeriodMention(match.start(), match.end(), period, "in", form.id), form.resolve, word, when)


def _is_to_come(text: str, match: re.Match[str]) -> bool:
    """'will charge sellers from December 1', 'From March 1 it will cost': whether *match* lies ahead."""
    if _WILL.search(text, max(0, match.start() - 120), match.start()):
        return True
    return match.start() < _FRONTED and _WILL_BE.match(text, match.end()) is not None


def _is_held_against(text: str, form: _Form, match: re.Match[str]) -> bool:
    """'up 5% over last year', 'twice that of 2023': the time of what a figure is compared with."""
    if _BESIDE.search(text, max(0, match.start() - 40), match.start()):
        return True
    if form.id == "month-alone" and _TERM.search(text, max(0, match.start() - 16), match.start()):
        return True  # 'whose fiscal year ends in March'
    last = form.id == "relative-year" and match[0].lower().startswith("last")
    return last and text.endswith((" over ", " on "), 0, match.start())


def _own_lead(text: str) -> str | None:
    return "from" if text.lower().startswith(("from a year",)) else None


def _led(mention: PeriodMention, resolver: str, word: str | None, when: When) -> PeriodMention:
    period = mention.period
    if role := _NO_PERIODS.get(resolver):
        return replace(mention, role=role)
    ahead = when.published is not None and period.start is not None and period.start > when.published
    if word in ("since", "effective") or (word == "from" and ahead and not resolver.endswith("_range")):
        return replace(mention, period=Period(period.start, None), role="since")
    if word in ("by", "until", "till") or (word == "through" and mention.form == "calendar-year"):
        return replace(mention, period=Period(None, period.end), role="by")
    if (
        word in ("as of", "as at", "at")
        and period.end
        and not (mention.form == "end-of" and period.start != period.end)
    ):
        return replace(mention, period=Period(period.end, period.end), role="at", point=True)
    if word in _THAN or (word == "over" and mention.form == "calendar-year"):
        return replace(mention, role="than")
    if word == "from" and not resolver.endswith("_range"):
        return replace(mention, role="from")
    return replace(mention, point=True) if resolver in ("full_date", "weekday", "worded_day") else mention
