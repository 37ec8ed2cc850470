"""Titles of series, films and books: in 《》, quotes or asterisks, or after the words that announce one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from extractors.findings import TitleMention
from extractors.given import text_of, title_of
from extractors.themes.context import StoryContext

_CHINESE = re.compile(r"《([^《》\n]{0,59}[^《》\s])》(?!报|周刊|杂志|月刊|日报)")
_CHINESE_PAPER = re.compile(
    r"(?:办法|通知|规定|条例|报告|意见|白皮书|指南|方案|规划|公告|声明|法|协议|合同|标准|细则|日报|晚报|时报|周刊)$"
)
_QUOTED = {
    "“": re.compile(r"“([^“”\n]{2,90})”"),
    '"': re.compile(r'(?<![\w"])"([^"\n]{2,90})"(?!\w)'),
    "‘": re.compile(r"(?<![\w’])‘([^‘\n]{2,90}?)’(?![\w])"),
    "'": re.compile(r"(?<![\w'])'([^'\n]{2,90}?(?:'(?=\w)[^'\n]{0,60}?)*)'(?!\w)"),
    "*": re.compile(r"(?<![*\w])\*([A-Z][^*\n]{1,80})\*(?![*\w])"),
    "_": re.compile(r"(?<![_\w])_([A-Z][^_\n]{1,80})_(?![_\w])"),
}
_MINOR = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "it",
        "my",
        "nor",
        "of",
        "off",
        "on",
        "or",
        "out",
        "over",
        "the",
        "to",
        "up",
        "via",
        "vs",
        "with",
        "without",
    ]
)
_NOUN = (
    r"(?:(?:micro|mini|short|K|C|web|soap|costume|vertical)[ -]?)?"
    r"(?:drama|series|serial|show|film|movie|novel|book|title|hit|sitcom|soap|opera|microdrama|minidrama|telenovela|saga|"
    r"thriller|romance|comedy|franchise|sequel|adaptation|blockbuster|anime|manga|webtoon|epic|production|playlet|"
    r"fantasy|web novel|story|tale|feature|reboot)"
)
_NOUNS = (
    _NOUN.removesuffix(")") + r"|successe?|work|offering|original|project|entrie|storie|comedie|fantasie)s?"
)
_CALLED = re.compile(
    rf"(?:\b{_NOUN}s?\W{{1,3}}(?:[\w’'-]+\W{{1,3}}){{0,2}}|\b(?:titled|entitled|called|named|name|dubbed|"
    r"adapted from|watched|starring in|stars in|starred in|role in|star of|author of|creator of|episodes? of|"
    r"season of|remake of|adaptation of|best-?sellers?)\W{1,3})$",
    re.IGNORECASE,
)
_IN_IT = re.compile(r"(?:^|[\s(])(?:In|For|With)\s*$")
_SOMEONE = re.compile(r"\W{0,2}\s(?:a|an|the|two|three|its|her|his|she|he)\b")
_CALLED_AFTER = re.compile(
    rf"\W{{1,3}}(?:(?:is|was|,|a|an|the|which|has)\s+)*(?:[\w-]+\s)?{_NOUN}\b"
    r"|\W{1,3}(?:star|season|episode|series)"
    r"|\W{1,3}(?:about (?:a|an|the|two|how)\b|in which\b|where (?:a|an|the)\b|"
    r"tells\b|follows (?:a|an|the|two)\b)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\b(?:streamed|filmed|shot (?:in|on|at|over|during|for|by)|remade|dubbed|views|episodes?|"
    r"seasons?|charts?|"
    r"viewers?|downloads?|downloaded|box office|premiered|adapted|translated|languages|plays|"
    r"screened|subscribers|sequel|cast|starring|sold|released|"
    r"stars|aired|opened|producers|cost|made|earned|"
    r"brought|grossed|topped|viral|number one|top ten|drama|series|film|"
    r"novel|app|titles|platform|studio|production)\b"
)
_NOT_A_STORY = re.compile(
    r"\b(?:song|single|album|track|report|paper|study|essay|magazine|campaign|speech|slogan|policy|initiative|"
    r"program|programme|exhibition|podcast|column|law|bill|act|strategy|plan|rating|note|letter|wine|restaurant|"
    r"motto|playlist|painting|ballet|symphony|brand|nicknamed|so-called|known as|operation)s?"
    r"\W{1,3}(?:[\w’'-]+\W{1,3}){0,1}$",
    re.IGNORECASE,
)
_CAPITAL = r"(?:[A-Z][\w’'.&-]*|\d+|I)[!?]?"
_RUN = rf"{_CAPITAL}(?:,?\s(?:(?:{'|'.join(sorted(_MINOR))})\s){{0,2}}{_CAPITAL})+"
_ANNOUNCED = re.compile(
    rf"\b{_NOUN}(?:,? (?:called|titled|entitled|named))?\s(?P<one>{_RUN})"
    rf"|\b(?:called|titled|entitled)\s(?P<called>{_RUN})"
)
_IN_ONE = re.compile(
    rf"(?:^|(?<=[.!?]\s)|(?<=\n))In (?P<one>(?:The|My|Her|His|Our|Your|A|An)\s{_RUN}), "
    r"(?=(?:a|an|the|two|three|she|he)\b)",
    re.MULTILINE,
)
_SMALL_IN_A_LIST = "|".join(sorted(_MINOR - {"and", "or"}))
_LIST = re.compile(
    rf"(?:\b{_NOUNS}\b(?:\s[\w-]+){{0,6}}?,?\s(?:such as|like|including|include|included|among them|namely)"
    r"|\bamong (?:them|which)(?: are| were)?|\bthey include)[:,]?\s"
    rf"(?P<list>{_CAPITAL}(?:(?:,| and|, and| or)?\s(?:(?:{_SMALL_IN_A_LIST})\s){{0,2}}{_CAPITAL})+)"
)
_OPENING = re.compile(r"\b(?:among (?:them|which)|they include|called|titled|entitled)\b")
_SPLIT = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s")
_MAKERS = re.compile(
    r"\s(?:launched|made|produced|released|has|have|will|plans|is making|makes|"
    r"produces|said|bought|acquired|created)\b"
)


def read(doc: Doc) -> tuple[TitleMention, ...]:
    """The titles of stories in *doc*, without their quotes, in text order."""
    text = text_of(doc)
    context = StoryContext(doc, title_of(doc))
    found = [*_in_chinese_quotes(text), *_in_quotes(text, context), *_announced(text, context)]
    return tuple(_without_overlaps(found))


def _in_chinese_quotes(text: str) -> Iterator[TitleMention]:
    if "《" not in text:
        return
    for match in _CHINESE.finditer(text):
        if not _CHINESE_PAPER.search(match[1]):
            yield _mention(text, *_trimmed(text, *match.span(1)), "《》")


def _in_quotes(text: str, context: StoryContext) -> Iterator[TitleMention]:
    for mark, quoted in _QUOTED.items():
        if mark not in text:
            continue
        for match in quoted.finditer(text):
            start, end = _trimmed(text, *match.span(1))
            if is_title_case(text[start:end]) and _of_a_story(text, start, end, match.span(), context):
                yield _mention(text, start, end, "quoted")


def _of_a_story(text: str, start: int, end: int, outer: tuple[int, int], context: StoryContext) -> bool:
    before, after = text[max(0, outer[0] - 60) : outer[0]], text[outer[1] : outer[1] + 60]
    if _NOT_A_STORY.search(before):
        return False
    told = bool(_IN_IT.search(before) and _SOMEONE.match(after))
    called = told or bool(_CALLED.search(before) or _CALLED_AFTER.match(after))
    sentence = context.sentence_at(start)
    score = context.score(sentence)
    shown = bool(_SHOWN.search(text, outer[1], context.sentences[sentence][1]))
    if " " not in text[start:end]:
        return called and score >= 1
    return score >= (-1.5 if shown or called else 1.5)


def _announced(text: str, context: StoryContext) -> Iterator[TitleMention]:
    places = [*context.cue_starts(), *(match.start() for match in _OPENING.finditer(text))]
    for match in filter(None, (_ANNOUNCED.match(text, at) for at in places)):
        start, end = match.span(match.lastgroup or 0)
        if _stands_out(text, start, end, context) and not _MAKERS.match(text, end):
            yield _mention(text, start, end, "announced")
    for match in _IN_ONE.finditer(text):
        yield _mention(text, *match.span("one"), "announced")
    for match in filter(None, (_LIST.match(text, at) for at in places)):
        if _stands_out(text, *match.span("list"), context):
            yield from _listed(text, *match.span("list"))


def _stands_out(text: str, start: int, end: int, context: StoryContext) -> bool:
    """Whether capitals mean a title there: the sentence is not a headline, and speaks of a story."""
    sentence = context.sentence_at(start)
    low, high = context.sentences[sentence]
    others = re.findall(r"[^\W\d_]{4,}", text[low:start] + text[end:high])
    lower = sum(word[0].islower() for word in others)
    return lower * 2 > len(others) and context.score(sentence) >= 1


def _listed(text: str, start: int, end: int) -> Iterator[TitleMention]:
    parts, at = [], start
    for joint in _SPLIT.finditer(text, start, end):
        parts.append((at, joint.start()))
        at = joint.end()
    parts.append((at, end))
    if all(" " in text[a:b] for a, b in parts):
        yield from (_mention(text, *_trimmed(text, a, b), "listed") for a, b in parts)
    else:
        yield _mention(text, *_trimmed(text, start, end), "listed")


def is_title_case(text: str) -> bool:
    """Whether every longer word of *text* has a capital, as titles have.

    >>> [is_title_case(t) for t in ("Lost by Noon", "The Second Life of My Boss", "true love", "We won.")]
    [True, True, False, False]
    """
    words = text.split()
    if not 1 <= len(words) <= 12 or not (words[0][0].isupper() or words[0][0].isdigit()):
        return False
    major = [word.lstrip("(‘'“\"#") for word in words if word.lower().strip(",:;!?'’") not in _MINOR]
    capital = [word for word in major if word[:1].isupper() or word[:1].isdigit()]
    return len(capital) == len(major) and not text.endswith(".") and any(c.isalpha() for c in text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in ",;: ":
        end -= 1
    if end - start > 2 and text[end - 1] == "." and is_title_case(text[start : end - 1]):
        end -= 1
    while start < end and text[start] == " ":
        start += 1
    return start, end


def _mention(text: str, start: int, end: int, rule: str) -> TitleMention:
    return TitleMention(start, end, text[start:end], rule)


def _without_overlaps(found: list[TitleMention]) -> Iterator[TitleMention]:
    last = -1
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if mention.start >= last:
            yield mention
            last = mention.end
