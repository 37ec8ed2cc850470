"""Names of companies as keys: what may differ between two spellings of the same name, and nothing more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from cleanco import prepare_default_terms
from cleanco.clean import custom_basename
from rapidfuzz import fuzz, process

_BRACKETS = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_POSSESSIVE = re.compile(r"['’](?:s)?$")
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
_LOCAL_SUFFIX = re.compile(
    r"(?:[\s,]+(?:pvt|private|pte|tbk|bhd|sdn|holdings?|incorporated|public|k\.?k)\.?)+$", re.IGNORECASE
)
_LOCAL_PREFIX = re.compile(r"^(?:pt|cv)\.?\s+(?=\w)", re.IGNORECASE)
_CHINESE_SUFFIX = re.compile(r"(?:股份|集团)?(?:有限(?:责任)?公司|股份公司)$|株式会社|㈜|주식회사")
_EDGE = " .,;:'\"“”‘’《》「」"
_NOT_IN_KEYS = re.compile(r"[^\w&+]|_")
_WORD = re.compile(r"[^\W_]+\+?")

ABBREVIATIONS = {
    "tech": "technology",
    "technologies": "technology",
    "ent": "entertainment",
    "intl": "international",
    "comm": "communications",
    "telecom": "telecommunications",
    "studios": "studio",
    "labs": "lab",
    "games": "game",
    "brothers": "bros",
    "and": "&",
}
"""Words of names that stand for each other in short forms and suggestions; never in ``key``."""

SIMILAR_ENOUGH = 87.0
"""On 36 spellings and 28 look-alikes a ratio of 86 between spaceless keys joined 29 and confused none."""


_ROWS = 256  # of the matrix of ratios at a time: 20,000 names need 20 MB


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two names that may be one company, for a person to decide; *similarity* is 0 to 100."""

    name: str
    other: str
    similarity: float


_SHORT_FORMS = frozenset({"co", "sa", "ag", "nv", "ab", "as", "oy", "se", "bv", "kk", "lp", "kg", "sl", "cv"})


@cache
def _legal_terms() -> Any:
    """cleanco's terms without those of one or two letters that end too many names ('TV UK', 'Channel A')."""
    return [
        term for term in prepare_default_terms() if len("".join(term[1])) > 2 or term[1][-1] in _SHORT_FORMS
    ]


@cache
def _legal_endings() -> frozenset[str]:
    return frozenset(term[1][-1] for term in _legal_terms())


@lru_cache(maxsize=16384)
def without_suffix(name: str) -> str:
    """*name* without its legal form, brackets, article and possessive.

    >>> without_suffix("The Harbour Lane Company"), without_suffix("Quillon Holdings Co., Ltd. (NYSE: QLN)")
    ('Harbour Lane', 'Quillon')
    """
    bare = _POSSESSIVE.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", name)).strip(_EDGE))
    bare = _CHINESE_SUFFIX.sub("", _LOCAL_PREFIX.sub("", _ARTICLE.sub("", bare))).strip(_EDGE)
    for _ in range(2):  # 'Co., Ltd.' is two legal forms, and cleanco takes one at a time
        bare = _cut(_LOCAL_SUFFIX, _cut_legal(bare))
    return bare


def _cut_legal(name: str) -> str:
    last = name.rpartition(" ")[2].replace(".", "").casefold()
    if last not in _legal_endings() or name.endswith("+"):
        return name  # cleanco tries its 300 terms in turn
    cut = custom_basename(name, _legal_terms(), prefix=False, middle=False, suffix=True)
    return str(cut).strip(_EDGE) or name


def _cut(pattern: re.Pattern[str], name: str) -> str:
    return pattern.sub("", name).strip(_EDGE) or name


@lru_cache(maxsize=16384)
def key(name: str) -> str:
    """The exact key of *name*: case, spaces, punctuation and legal suffixes folded.

    Equal keys are one company; unequal ones are never joined without a person's word.

    >>> key("Brightwater Telecom Co., Ltd.") == key("BrightWater  telecom")
    True
    >>> key("Brightwater Tech") == key("Brightwater Technology")
    False
    """
    bare = without_suffix(name).casefold()
    return _NOT_IN_KEYS.sub("", bare) or _NOT_IN_KEYS.sub("", name.casefold())


@lru_cache(maxsize=16384)
def words_of(name: str) -> tuple[str, ...]:
    """The words of *name* without its legal form, folded, with common abbreviations written out.

    >>> words_of("Dunmore Tech Ltd")
    ('dunmore', 'technology')
    """
    folded = (word.casefold() for word in _WORD.findall(without_suffix(name)))
    return tuple(ABBREVIATIONS.get(word, word) for word in folded)


def initials(name: str, leave_out: Iterable[str] = ("of", "the", "for", "in", "on", "to")) -> str:
    """The capitals that an acronym of *name* would have.

    >>> initials("Association of Print Makers")
    'APM'
    """
    skipped = set(leave_out)
    return "".join(word[0] for word in _WORD.findall(name) if word not in skipped and word != "and").upper()


def similarity(name: str, other: str) -> float:
    """How alike two names are, 0 to 100: the better ratio of their keys and of their written-out words."""
    written_out = "".join(words_of(name)), "".join(words_of(other))
    return max(fuzz.ratio(key(name), key(other)), fuzz.ratio(*written_out))


def suggestions(names: Sequence[str], least: float = SIMILAR_ENOUGH) -> tuple[Suggestion, ...]:
    """Pairs of *names* that look alike but have different keys, the most alike first; nothing is joined.

    >>> [(s.name, s.other) for s in suggestions(["Dunmore Tech", "Dunmore Technology", "Dunmore Bank"])]
    [('Dunmore Tech', 'Dunmore Technology')]
    """
    by_key = {key(name): name for name in reversed(names)}
    unlike = list(reversed(by_key.values()))
    keys, written_out = [key(name) for name in unlike], ["".join(words_of(name)) for name in unlike]
    found = []
    for start in range(0, len(unlike), _ROWS):
        rows = slice(start, start + _ROWS)
        alike = np.maximum(_ratios(keys[rows], keys, least), _ratios(written_out[rows], written_out, least))
        for row, column in zip(*np.nonzero(np.triu(alike, start + 1)), strict=True):
            pair = unlike[start + row], unlike[column]
            found.append(Suggestion(*pair, similarity(*pair)))
    return tuple(sorted(found, key=lambda pair: (-pair.similarity, pair.name, pair.other)))


def _ratios(rows: Sequence[str], columns: Sequence[str], least: float) -> Any:
    """A matrix of ratios, 0 where they are below *least*."""
    return process.cdist(rows, columns, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float32)
