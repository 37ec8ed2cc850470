"""Text as base forms of words with the offsets they came from, so that one pattern reads all its spellings."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.;:()\[\]|/!?—–…]")
_DETERMINERS = frozenset("a an the his her their its my your our".split())
_CJK = re.compile(r"[\u3400-\u9fff]")
BREAK = "|"

_IRREGULAR = {
    variant: base
    for base, variants in {
        "be": "is are was were been being am",
        "have": "has had having",
        "do": "does did done doing",
        "go": "goes went gone going",
        "get": "gets got gotten getting",
        "fall": "falls fell fallen falling",
        "come": "comes came coming",
        "become": "becomes became becoming",
        "find": "finds found finding",
        "bear": "bears bore bearing",
        "lose": "loses lost losing",
        "win": "wins won winning",
        "take": "takes took taken taking",
        "leave": "leaves left leaving",
        "wake": "wakes woke woken waking",
        "awake": "awakes awoke awoken",
        "rise": "rises rose risen rising",
        "sell": "sells sold selling",
        "seek": "seeks sought seeking",
        "meet": "meets met meeting",
        "hide": "hides hid hidden hiding",
        "give": "gives gave given giving",
        "tell": "tells told telling",
        "bring": "brings brought bringing",
        "send": "sends sent sending",
        "throw": "throws threw thrown throwing",
        "steal": "steals stole stolen stealing",
        "swear": "swears swore sworn swearing",
        "shift": "shifts shifted shifting",
        "reunite": "reunites reunited reuniting",
        "cheat": "cheats cheated cheating",
        "treat": "treats treated treating",
        "mistreat": "mistreats mistreated mistreating",
        "defeat": "defeats defeated defeating",
        "repeat": "repeats repeated repeating",
        "bully": "bullies bullied bullying",
        "focus": "focuses focused focusing focussed",
        "hang": "hangs hanged hanging hung",
        "die": "dies died dying",
        "lie": "lies lied lying",
        "tie": "ties tied tying",
        "man": "men",
        "woman": "women",
        "child": "children",
        "wife": "wives",
        "life": "lives",
        "half": "halves",
        "wolf": "wolves",
        "werewolf": "werewolves",
        "hero": "heroes",
        "alpha": "alphas",
        "luna": "lunas",
        "series": "series",
        "species": "species",
        "news": "news",
        "alias": "aliases",
        "movie": "movies",
        "zombie": "zombies",
        "genre": "genres",
        "prince": "princes",
        "princess": "princesses",
        "duchess": "duchesses",
        "empress": "empresses",
        "ex": "exes",
        "king": "king",
        "bling": "bling",
        "thing": "things",
        "string": "strings",
        "spring": "springs",
        "wedding": "weddings",
        "sibling": "siblings",
        "darling": "darlings",
        "during": "during",
        "red": "red",
        "hundred": "hundreds",
        "kindred": "kindred",
        "beloved": "beloved",
        "sacred": "sacred",
        "wicked": "wicked",
        "naked": "naked",
        "thus": "thus",
        "this": "this",
        "us": "us",
        "bus": "buses",
        "plus": "plus",
        "bias": "bias",
        "boss": "bosses",
        "cultivate": "cultivating cultivated cultivates",
        "create": "creates created creating",
        "streaming": "streaming",
        "flee": "flees fled fleeing",
        "agree": "agrees agreed agreeing",
        "disagree": "disagrees disagreed disagreeing",
        "decree": "decrees decreed decreeing",
        "free": "frees freed freeing",
        "escape": "escapes escaped escaping",
        "loathe": "loathes loathed loathing",
        "dethrone": "dethrones dethroned dethroning",
        "reignite": "reignites reignited reigniting",
        "invite": "invites invited inviting",
        "unite": "unites uniting united",
        "rewrite": "rewrites rewrote rewritten rewriting",
        "remake": "remakes remade remaking",
        "mistake": "mistakes mistook mistaken",
        "welcome": "welcomes welcomed welcoming",
        "awaken": "awakens awakened awakening",
        "see": "sees saw seen seeing",
        "draw": "draws drew drawn drawing",
        "wear": "wears wore worn wearing",
        "tear": "tears tore torn tearing",
        "ride": "rides rode ridden riding",
        "swap": "swaps swapped swapping",
        "sweep": "sweeps swept sweeping",
        "fling": "flings flung flinging",
        "keep": "keeps kept keeping",
        "sleep": "sleeps slept sleeping",
        "feel": "feels felt feeling feelings",
        "know": "knows knew known knowing",
        "grow": "grows grew grown growing",
        "fight": "fights fought fighting",
        "catch": "catches caught catching",
        "teach": "teaches taught teaching",
        "buy": "buys bought buying",
        "think": "thinks thought thinking",
        "run": "runs ran running",
        "begin": "begins began begun beginning",
        "drive": "drives drove driven driving",
        "write": "writes wrote written writing",
        "speak": "speaks spoke spoken speaking",
        "break": "breaks broke broken breaking",
        "choose": "chooses chose chosen choosing",
        "forgive": "forgives forgave forgiven forgiving",
        "forget": "forgets forgot forgotten forgetting",
        "strike": "strikes struck striking",
        "hold": "holds held holding",
        "make": "makes made making",
        "say": "says said saying",
        "pay": "pays paid paying",
        "lead": "leads led leading",
        "stand": "stands stood standing",
        "shake": "shakes shook shaken shaking",
        "bind": "binds bound binding",
        "foot": "feet",
        "sit": "sits sat sitting",
        "cast": "casts casting",
        "let": "lets letting",
        "put": "puts putting",
        "set": "sets setting settings",
        "inning": "innings",
        "meeting": "meetings",
        "evening": "evenings",
        "morning": "mornings",
        "opening": "openings",
        "housing": "housing",
        "building": "buildings",
        "offspring": "offspring",
    }.items()
    for variant in (base, *variants.split())
}
_RESTORE_E = re.compile(
    r"(?:[aiouy]s|[lnrp]s|[^aeiou]at|[iu]at|[aeiou][^aeiou]+at|[^aeiou]in|[^aeo]ir|[^aeo]ar|[^aeiou]ur|[^aeo]ut|[^eo]ad|um"
    r"|[^aeiou]il|[^aeiou]ul|[^aeou]i[dk]|[^aeo]o[dk]|[bcdfgkpstz]l|iz|v|c|u|[aeir]ng|[aeiou]g|[rd]g)$"
)
_NO_E = re.compile(r"(?:eat|oat|(?<!e)(?:xu|ou))$")
_SHORT = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")
_VOWEL = re.compile(r"[aeiouy]")


def base_form(word: str) -> str:
    """The base form of one *word*: lower case, no accents, possessive, plural, ``-ed`` or ``-ing``.

    >>> [base_form(w) for w in ("Werewolves", "marries", "fiancé's", "chasing", "swapped", "princess", "CEOs")]
    ['werewolf', 'marry', 'fiance', 'chase', 'swap', 'princess', 'ceo']
    """
    plain = word.lower().replace("’", "'")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = plain.partition("'")[0] if plain.endswith(("'s", "'ll", "'re", "'ve", "'d")) else plain
    plain = plain.replace("'", "")
    return _IRREGULAR.get(plain) or _without_suffix(plain)


def _without_suffix(word: str) -> str:
    if len(word) <= 3 or not word.isascii():
        return word
    if word.endswith("s"):
        return _singular(word)
    if word.endswith("ied"):
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 - (suffix == "ed") and _VOWEL.search(stem):
            return word if stem.endswith("e") else _restored(stem)
    return word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def _restored(stem: str) -> str:
    if stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if _NO_E.search(stem):
        return stem
    return stem + "e" if _RESTORE_E.search(stem) or _SHORT.match(stem) else stem


class _Forms(dict[str, str]):
    """Base forms by word, remembered; a sign between words is a break, an article or pronoun nothing."""

    def __missing__(self, word: str) -> str:
        form = base_form(word) if word[0].isalnum() else BREAK
        if len(self) > 200_000:
            self.clear()
        self[word] = form = "" if form in _DETERMINERS else form
        return form


_FORMS = _Forms()


def base_forms(text: str) -> list[str]:
    """The base forms of *text*'s words, without articles and possessive pronouns, ``|`` for a break.

    >>> base_forms("The CEO’s falling for a ‘true princess’: enemies-to-lovers")
    ['ceo', 'fall', 'for', 'true', 'princess', '|', 'enemy', 'to', 'lover']
    """
    return [form for form in map(_FORMS.__getitem__, _TOKEN.findall(text)) if form]


@dataclass(frozen=True)
class Words:
    """A text's base forms: ``line`` is `` form form ``, with the span in the text that each came from."""

    text: str
    line: str
    forms: tuple[str, ...]
    starts: tuple[int, ...]  # of each word, in the text
    ends: tuple[int, ...]
    places: tuple[int, ...]  # of the blank before each word, in the line

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of *text*; equal texts share one value."""
        return _words_of(text)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where, in the text, the words from *first* to *last* (inclusive) are."""
        return self.starts[first], self.ends[last]

    def place(self, offset: int) -> int:
        """The number of the word that starts at *offset* of the line."""
        return bisect_right(self.places, offset) - 1

    @cached_property
    def has_cjk(self) -> bool:
        """Whether there are Chinese characters."""
        return not self.text.isascii() and _CJK.search(self.text) is not None


@lru_cache(maxsize=64)
def _words_of(text: str) -> Words:
    forms = list(map(_FORMS.__getitem__, _TOKEN.findall(text)))
    spans = [match.span() for match in _TOKEN.finditer(text)]
    kept = [(form, *span) for form, span in zip(forms, spans, strict=True) if form]
    words, starts, ends = tuple(zip(*kept, strict=True)) or ((), (), ())
    places = tuple(accumulate((len(form) + 1 for form in words[:-1]), initial=0)) if words else ()
    return Words(text, f" {' '.join(words)} ", words, starts, ends, places)


class Phrases:
    """Phrases found in a text in one pass: English ones by base forms, Chinese ones as they stand."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(phrases))
        self._english = {p: f" {' '.join(base_forms(p))} " for p in self.texts if not is_chinese(p)}
        self._english_numbers = [n for n, p in enumerate(self.texts) if p in self._english]
        self._chinese_numbers = [n for n, p in enumerate(self.texts) if p not in self._english]
        self._find = AhoCorasick(list(self._english.values()))
        self._find_chinese = AhoCorasick([self.texts[n] for n in self._chinese_numbers])

    def in_words(self, words: Words) -> list[tuple[int, int, int]]:
        """The English phrases in *words*: number of the phrase, first and last word."""
        found = self._find.find_matches_as_indexes(words.line, overlapping=True)
        numbers, place = self._english_numbers, words.place
        return [(numbers[n], place(start), place(end - 2)) for n, start, end in found]

    def in_chinese(self, words: Words) -> list[tuple[int, int, int]]:
        """The Chinese phrases in the text of *words*: number of the phrase, start and end offset."""
        if not words.has_cjk or not self._chinese_numbers:
            return []
        found = self._find_chinese.find_matches_as_indexes(simplified(words.text), overlapping=True)
        return [(self._chinese_numbers[n], start, end) for n, start, end in found]

    def spans(self, words: Words) -> list[tuple[int, int, int]]:
        """All phrases in the text of *words*: number of the phrase, start and end offset."""
        english = [(n, *words.span(first, last)) for n, first, last in self.in_words(words)]
        return sorted(english + self.in_chinese(words), key=lambda found: found[1:])


def is_chinese(phrase: str) -> bool:
    """Whether *phrase* has Chinese characters."""
    return _CJK.search(phrase) is not None


_TRADITIONAL = "亞復仇報轉時間總億萬豪門千頭閃離現後親團聚虐戀愛贅戰龍國歸隱藏華馬兇殺貴婦灰媽雙寶劇説說電視網絡絡結約協議強制霸裁導寵夢靈異獸術師醫聖鄉農樂職場鬥宮帝爺爭繼產業學園園陰陽員級際臺灣觀眾線飾講述題類養會選單導編遊戲魔鬼懸驚長紅實體統爽給權讓獄還來過開關動無與為發這個們廣東見對應爾孫歲從營連漢劍俠禁偽換調尋認傳"
_SIMPLIFIED = "亚复仇报转时间总亿万豪门千头闪离现后亲团聚虐恋爱赘战龙国归隐藏华马凶杀贵妇灰妈双宝剧说说电视网络络结约协议强制霸裁导宠梦灵异兽术师医圣乡农乐职场斗宫帝爷争继产业学园园阴阳员级际台湾观众线饰讲述题类养会选单导编游戏魔鬼悬惊长红实体统爽给权让狱还来过开关动无与为发这个们广东见对应尔孙岁从营连汉剑侠禁伪换调寻认传"
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def simplified(text: str) -> str:
    """*text* with the traditional characters of the rules' words in their simplified form, same length."""
    return text.translate(_TO_SIMPLIFIED)
