"""The organisation that a text speaks of at each place: what "it" and "the company" stand for."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from extractors.facts.subjects import Subject, is_company_noun, is_observer
from extractors.facts.words import words
from extractors.findings import Span

_OPENING = 32
"""A name this far into a sentence, in characters, can still be its grammatical subject."""

_REMEMBERED = 2
"""For so many sentences a text can speak of another than its main organisation without naming it."""

Name = tuple[int, int, str]
"""Where a name starts and ends, and whose it is."""

_WORK = re.compile(r"[“\"'‘]([A-Z][^“”\"\n]{1,50}?),?[”\"'’](?!\w)")


def works_in(text: str) -> list[Name]:
    """The titles of works that *text* quotes.

    >>> works_in('"Night Harvest" took in $3 million, "We Are Glad" he said.')[0][2]
    'Night Harvest'
    """
    return [(m.start(1), m.end(1), m[1]) for m in _WORK.finditer(text) if _is_title(m[1])]


def _is_title(quoted: str) -> bool:
    parts = quoted.split()
    return len(parts) <= 7 and sum(part[0].isupper() for part in parts) * 2 > len(parts)


class Topics:
    """The topics of one text, by place."""

    def __init__(
        self, text: str, title: str | None, names: Sequence[tuple[int, int, str]], sentences: Sequence[Span]
    ) -> None:
        self.starts: list[int] = []
        self.topics: list[str | None] = []
        self.openers: list[str | None] = []
        self.sentences = [span.start for span in sentences]
        main, self.sure = _main(text, title, _told_of(text, title, names), sentences)
        owner = _owner(text, title, main, names) if main else None
        self.product = main if owner else None
        self.main = main = owner or main
        self.called = _called(text, names)
        self.officers = _officers(text)
        self.country = _country(title, text[sentences[0].start : sentences[0].end] if sentences else "")
        topic: str | None = None
        observing = _observing(text, names, main)
        since = 0
        for span in sentences:
            if self.sure and "\n" in text[max(0, span.start - 2) : span.start]:
                topic = None
            self.starts.append(span.start)
            inside = [name for name in _inside(names, span) if name[2] not in observing]
            alone = bool(inside) and all(name == main for _, _, name in inside)
            self.topics.append((topic if since < _REMEMBERED and not alone else None) or main)
            self.openers.append(_opener(text, span, inside))
            spoken = _spoken_of(text, span, inside, main)
            topic, since = (spoken, 0) if spoken else (topic, since + 1)

    def at(self, start: int) -> str | None:
        """The topic that the sentence at *start* is read with."""
        place = bisect_right(self.starts, start) - 1
        return self.topics[place] if place >= 0 else None

    def opener_at(self, start: int) -> str | None:
        """The organisation that opens the sentence at *start* as its grammatical subject or its owner."""
        place = bisect_right(self.starts, start) - 1
        return self.openers[place] if place >= 0 else None

    def is_sure(self, topic: str | None) -> bool:
        """Whether *topic* is plainly what the whole text is about."""
        return self.sure and topic == self.main


def _main(
    text: str, title: str | None, names: Sequence[Name], sentences: Sequence[Span]
) -> tuple[str | None, bool]:
    """The organisation that *text* is about, and whether that is sure.

    It is sure of one in the title, the first there; else it is the most named, and sure where that opens the
    text. One that is named once and late, or that no sentence speaks of, is none that a text is about.
    """
    counts = Counter(name for _, _, name in names)
    titled = [name for name in counts if title and name.split()[0] in title]
    passive = words().investors | words().observers
    titled = [name for name in titled if not passive & set(name.lower().split())] or titled
    if titled:
        return min(titled, key=lambda name: (title or "").find(name.split()[0])), True
    opening = sentences[min(1, len(sentences) - 1)].end if sentences else 0
    early = {name for start, _, name in names if start < opening}
    cited = _cited_first(text, names)
    spoken = [n for n, _ in counts.most_common() if n not in cited and not passive & set(n.lower().split())]
    openers = {name for span in sentences if (name := _opener(text, span, _inside(names, span)))}
    openers = openers or {name for _, end, name in names if not _OWNS_NAME.match(text, end)}
    founded = next(
        (name for start, _, name in names if _FOUNDERS.search(text[max(0, start - 60) : start])), None
    )
    if founded is not None:
        return founded, founded in early
    name = next((name for name in spoken if name in openers), None)
    if name is None or (counts[name] == 1 and name not in early):
        return None, False
    return name, name in early


_FOUNDERS = re.compile(
    r"\b[Hh](?:er|is) (?:[\w-]+ ){0,3}?"
    r"(?:start-?up|company|firm|business|studio|label|venture|outfit|agency|fund), \Z"
)
"""'Her start-up, Coldbox': whose profile it is, it is the company's figures that are told."""
_OWNS_NAME = re.compile(r"[’']s? [A-Z]")
"""'Apple's App Store': the text speaks of the store."""


def _country(title: str | None, opening: str) -> Subject | None:
    """The country that the text is about: the only one that its *title* and its *opening* both name.

    It is loosely so where one of them names more, or it is a person's name, too.
    """
    titled, opened = (
        {words().countries[form.lower()] for form in words().country.findall(part)}
        for part in (title or "", opening)
    )
    found = titled & opened if titled and opened else titled | opened
    sure = len(titled | opened) == 1 and found.isdisjoint(words().persons)
    return (next(iter(found)), "country" if sure else "loose country") if len(found) == 1 else None


def _owner(text: str, title: str | None, product: str, names: Sequence[Name]) -> str | None:
    """Whose app, service or brand *product* is, where the *title* or the beginning of *text* says so."""
    opening = [name for name in names if name[1] <= _HEAD]
    places = [(start, end) for start, end, name in opening if name == product]
    titled = (title or "").find(product)
    told = titled >= 0 and title is not None and _is_product(title, titled, titled + len(product))
    if not told and not any(_is_product(text, start, end) for start, end in places):
        return None
    for first, last, name in opening:
        for start, end in places if name != product else ():
            if last < start and _OWNS.fullmatch(text, last, start):
                return name
            if end < first and _OWNED_BY.fullmatch(text, end, first):
                return name
    return None


def _is_product(text: str, start: int, end: int) -> bool:
    """Whether the name from *start* to *end* is called an app, a service or a brand there."""
    return bool(_PRODUCT_BEFORE.search(text, max(0, start - 16), start) or _PRODUCT_AFTER.match(text, end))


_HEAD = 800
"""An owner is brought in within so many characters."""
_PRODUCTS = "(?:app|platform|service|streamer|marketplace|site|website|brand|game)"
_PRODUCT_BEFORE = re.compile(rf"\b{_PRODUCTS} \Z")
_PRODUCT_AFTER = re.compile(rf" {_PRODUCTS}\b")
_OWNS = re.compile(
    r"(?:, (?:which|that) (?:runs|owns|operates|makes|publishes|develops|is behind)"
    r"|, (?:the |an? )?(?:[\w-]+ ){0,3}(?:parent|owner|operator|maker|developer|company|start-?up|firm) "
    r"(?:of|behind))"
    r" (?:[\w-]+ ){0,5}"
)
_OWNED_BY = re.compile(
    r"(?:(?:['’]s)? (?:parent|owner|operator|maker|developer)(?: company)?,? "
    r"|, (?:which is |an app )?(?:owned|run|operated|made|developed) by (?:[\w-]+ ){0,4})"
)


def _called(text: str, names: Sequence[Name]) -> dict[str, str]:
    """Whom a common noun stands for: 'grocer' for Ardwell, where the text has 'the grocer Ardwell'."""
    found: dict[str, set[str]] = {}
    for start, end, name in names:
        before, after = _TRADE_BEFORE.search(text, max(0, start - 24), start), _TRADE_AFTER.match(text, end)
        for trade in (before, after):
            if trade and is_company_noun(trade[1]) and trade[1] not in words().stand_ins:
                found.setdefault(trade[1], set()).add(name)
    return {noun: called.pop() for noun, called in found.items() if len(called) == 1}


_TITLE = re.compile(
    r"\b(?:[Cc]hief (?:[a-z]+ )?(?:executive|officer|economist)(?: officer)?|C[EFOT]O"
    r"|[Cc]hair(?:man|woman|person)?|[Pp]resident|(?:[Cc]o-?)?[Ff]ounder|[Mm]anaging [Dd]irector|[Dd]irector"
    r"|[Bb]oss|[Ss]pokes(?:man|woman|person)|[Hh]ead of [a-z]+"
    r"|who (?:founded|co-founded|runs|heads|leads|took over))\b"
)
_FULL_NAME = r"(?P<name>[A-Z][\w’'.-]+(?: (?:[a-z]{2,3} )?[A-Z][\w’'.-]+){1,2})"
_NAME_AFTER = re.compile(rf",? {_FULL_NAME}")
_NAME_BEFORE = re.compile(rf"{_FULL_NAME},? (?:the |its |an? |their )?(?:[\w’'-]+ ){{0,4}}?\Z")


def _officers(text: str) -> frozenset[str]:
    """The names of those who speak for their companies: 'Chief executive Nora Lindqvist'.

    >>> sorted(_officers("Chief executive Nora Lindqvist spoke, and so did Ed Poe, its finance director."))
    ['Ed', 'Lindqvist', 'Nora', 'Poe']
    """
    found = set[str]()
    for title in _TITLE.finditer(text):
        before = text[max(0, title.start() - 72) : title.start()]
        apposed = title[0].startswith("who ") or ", " in before
        named = (
            _NAME_AFTER.match(text, title.end()),
            _NAME_BEFORE.search(before) if apposed else None,
        )
        found |= {word for name in named if name for word in re.findall(r"[^\W\d_]+", name["name"])}
    return frozenset(found)


_TRADE_BEFORE = re.compile(r"\b([a-z-]+) \Z")
_TRADE_AFTER = re.compile(
    r",? (?:an?|the) (?:[\w’'-]+ ){0,3}?([a-z]+)\b(?=,| that| which| in| based| from| behind|\.)"
)


def _told_of(text: str, title: str | None, names: Sequence[Name]) -> Sequence[Name]:
    """*names* without those who are brought in as one who measures, but for the *title*'s: they tell."""
    measuring, met = set[str](), set[str]()
    for start, end, name in names:
        titled = title is not None and name.split()[0] in title and not _OWN_REPORT.search(title)
        if (
            name not in met
            and not titled
            and (
                _MEASURER.search(text[max(0, start - 40) : start])
                or _MEASURES.match(text, end)
                or _RECKONS.match(text, end)
                or (text[max(0, start - 2) : start] == ", " and _COUNTED.match(text, end))
            )
        ):
            measuring.add(name)
        met.add(name)
    return [name for name in names if name[2] not in measuring]


_MEASURING = (
    *(
        "brokerage",
        "stockbroker",
        "broker",
        "consultancy",
        "pollster",
        "tracker",
        "researcher",
        "investment bank",
        "lobby",
    ),
    *("association", "federation"),
)
_FIRMS = (
    "firm",
    "house",
    "group",
    "company",
    "provider",
    "agency",
    "office",
    "bureau",
    "institute",
    "service",
    "body",
)
_FIELDS = (
    *("research", "market-research", "analytics", "data", "intelligence", "rating", "ratings", "consulting"),
    *("statistics", "statistical", "trade", "industry", "lobby", "employers"),
)
"""What those are called who measure others, and what their firms deal in."""


def _either(words: Iterable[str]) -> str:
    return "|".join(words)


def _cited_first(text: str, names: Sequence[Name]) -> frozenset[str]:
    """Of *names*, those that are brought in as a source: 'according to Storelens'."""
    first: dict[str, int] = {}
    for start, _, name in names:
        first.setdefault(name, start)
    return frozenset(n for n, start in first.items() if _CITED.search(text[max(0, start - 60) : start]))


_INVESTS = re.compile(r"\b(?:led|backed|funded|joined|advised|audited|underwritten) by (?:[\w’'-]+ ){0,4}\Z")
_CITED = re.compile(
    r"\b(?:according to|(?:data|figures|estimates|research|report|survey|study|poll)"
    r" (?:from|by|of)(?: (?!of\b|at\b|for\b|from\b|the\b)[\w-]+){0,5}"
    r"|per|(?:analysts?|economists?|strategists?|traders?|broker) (?:at|with|from))"
    r" (?:the |[\w-]+ (?:firm|group|company) )?\Z",
    re.I,
)
_MEASURER = re.compile(rf"\b(?:{_either(_MEASURING)}|(?:{_either(_FIELDS)}) (?:{_either(_FIRMS)})) \Z", re.I)
_BEFORE_CITED = (
    *(" to ", " from ", " by ", " of ", "per ", " at ", " with ", " the "),
    *(f"{word} " for word in (*_MEASURING, *_FIRMS)),
)
"""How what ``_CITED``, ``_INVESTS`` and ``_MEASURER`` find can end: quicker to ask."""
_MEASURES = re.compile(
    rf",? (?:an?|the) (?:[\w-]+ ){{0,4}}(?:{_either(_MEASURING)}|analytics|research"
    rf"|(?:{_either(_FIELDS)}|investment|venture|private equity) (?:{_either(_FIRMS)}|fund))\b"
)


_OWN_REPORT = re.compile(
    r"\b(?:report|study|survey|index|ranking|poll|forecast|outlook|white paper|data|figures|estimates)\b",
    re.I,
)
"""What a title tells of by whose it is: 'five findings from the Storelens report'."""
_RECKONS = re.compile(r"\s(?:\w+ly\s)?(?:estimates?|estimated|reckons|reckoned|calculates|tracks)\b")
"""What one does who measures: 'Storelens estimates'."""
_COUNTED = re.compile(r"\s(?:\w+ly\s)?(?:counts?|counted)\b")
"""What one does who measures, after a comma; others count their own."""


def _observing(text: str, names: Sequence[Name], main: str | None) -> frozenset[str]:
    """The organisations that *text* cites, or that put money into others: it does not speak of them."""
    found = {
        name
        for start, end, name in names
        if is_observer(name)
        or name.split()[-1].lower() in words().investors
        or _is_cited(text[max(0, start - 60) : start])
        or _MEASURES.match(text, end)
    }
    return frozenset(found - {main})


def _is_cited(before: str) -> bool:
    """Whether the words *before* a name say that it is cited, or puts money into others."""
    if not before.lower().endswith(_BEFORE_CITED) and " by " not in before:
        return False
    return bool(_CITED.search(before) or _INVESTS.search(before) or _MEASURER.search(before))


def _spoken_of(text: str, sentence: Span, names: Sequence[Name], main: str | None) -> str | None:
    """The organisation that *sentence* leaves in focus: one that opens it, else the text's main one in it."""
    opener = _opener(text, sentence, names)
    mains = [start for start, _, name in names if name == main]
    if opener is not None and opener != main and any(_of_main(text[sentence.start : at]) for at in mains):
        return main
    return opener or (main if mains else None)


def _of_main(before: str) -> bool:
    """Whether the words *before* the main organisation's name make the sentence speak of that one."""
    return _HOLDS.search(before) is not None or _FORETELLS.search(before) is not None


_HOLDS = re.compile(
    r"\b(?:stakes?|holding|shares|interest|\d ?%|per ?cent) (?:in|of) \Z"
    r"|\b(?:owns?|holds?|controls?) (?:[\w.%-]+ ){1,4}of \Z"
)
"""'Lumo, which owns 5% of Harrow, ': a holder is named with what it holds."""
_FORETELLS = re.compile(
    r"\b(?:predicts?|forecasts?|estimates?|reckons?|thinks?|believes?|expects?|rates?|upgraded|downgraded"
    r"|initiated)(?: that)? (?:the )?\Z"
    r"|\b(?:cut|raised|lowered|lifted|trimmed|kept|maintained|reiterated) (?:its|their) [^.;]{0,30}?"
    r"(?:target|rating|estimates?|forecasts?)\b[^.;]{0,30}? (?:on|for|of) (?:the )?\Z"
)
"""'Norlund predicts that Harrow's margin ': a forecaster is named with whom it forecasts."""


def _inside(names: Sequence[Name], sentence: Span) -> Sequence[Name]:
    first, last = (bisect_left(names, at, key=_start) for at in (sentence.start, sentence.end))
    return names[first:last]


def _start(name: Name) -> int:
    return name[0]


def _opener(text: str, sentence: Span, names: Sequence[Name]) -> str | None:
    """Of the *names* in *sentence*, the one that opens it and can be its grammatical subject."""
    befores = ((text[sentence.start : start], name) for start, _, name in names if not is_observer(name))
    opening = ((before, name) for before, name in befores if _opens(before) and not _JOINED.search(before))
    before, first = next(opening, ("", None))
    if _DONE_BY.search(before):  # 'Owned by Harrow, Lumo ...'
        before, first = next(opening, ("", None))
    return first if _is_subject(before.rpartition(",")[2] if " by " in before else before) else None


_JOINED = re.compile(r"\b(?:led|joined|backed|funded|financed|advised|followed) by (?:[A-Z][^.;]*)\Z")
"""'..., joined by Partners, ': those who come after take part."""
_DONE_BY = re.compile(r"\bby (?:[\w-]+ ){0,3}\Z")


def _opens(before: str) -> bool:
    """Whether a name that follows *before* in its sentence can be the sentence's grammatical subject."""
    return len(before) <= _OPENING or before.endswith(" -- ") or before.rstrip().endswith((",", "—"))


def _is_subject(before: str) -> bool:
    parts = before.replace(",", " ").lower().split()
    return not parts or (parts[-1] not in words().not_subject_after and parts[0] not in ("its", "her", "his"))
