"""What somebody asks a finding to be, in words, as the columns of its row: checked, with what is allowed."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

from sqlite_utils import Database

from db.companies import UnknownCompany, find, near_names
from db.corrections.dollars import conversion
from db.corrections.keeping import row_of
from db.corrections.values import PARTS_OF_A_FACT, CorrectionError, FindingId, Row, Verdict
from db.store import Store
from extractors.findings import Approx, Basis, Direction, Kind
from extractors.rates import Rates

CLEARS = frozenset({"", "-", "none"})
"""Words that empty a column."""

_POWERS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "b": 9, "billion": 9, "tn": 12}
_POWERS |= {"trillion": 12, "万": 4, "亿": 8}
_NUMBER = re.compile(r"(\d[\d,_ ]*(?:\.\d+)?(?:e\d+)?) ?([a-z万亿]*)", re.I)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "money": ("value", "value_max", "currency", "approx"),
    "percentages": ("value", "value_max", "unit", "approx"),
    "counts": ("value", "value_max", "noun", "approx"),
    "company_mentions": ("company",),
    "theme_mentions": ("theme",),
    "facts": PARTS_OF_A_FACT,
    "date": ("published",),
    "story": ("story",),
}
"""What may be asked of a finding, by its table."""

_UNITS = tuple(kind for kind in get_args(Kind) if kind not in ("money", "count"))
_NEEDED = frozenset({"value", "unit", "noun", "theme", "basis", "published"})
"""What no finding is without."""


def columns(
    store: Store, finding: FindingId, asked: Mapping[str, str], rates: Rates | None = None
) -> dict[str, Any]:
    """The columns that *asked* (words by field) comes to; an amount's dollar value by *rates*.

    Raises CorrectionError for what does not go with the finding's kind, or is no such value.
    """
    allowed = FIELDS[finding.table]
    for name in asked:
        if name not in allowed:
            raise CorrectionError(_not_its(finding, name, allowed))
    if not asked:
        raise CorrectionError(f"say how {finding} should be: {', '.join(map(_option, allowed))}")
    found: dict[str, Any] = {}
    for name, words in asked.items():
        found |= read_field(store, finding, name, words)
    check_order({**row_of(store.db, finding), **found}, found)
    if finding.table == "money":
        found |= _dollars(store.db, finding, found, rates)
    return found


def _not_its(finding: FindingId, name: str, allowed: Iterable[str]) -> str:
    hint = f"it takes {', '.join(map(_option, allowed))}"
    if finding.table == "facts" and name in ("value", "value_max", "currency", "unit", "approx", "noun"):
        hint = "fix its figure instead, which `newsgauge review show` names"
    return f"{finding} has no {name.replace('_', ' ')}: {hint}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def read_field(store: Store, finding: FindingId, name: str, said: str) -> dict[str, Any]:
    """The columns that what is *said* of the field *name* comes to."""
    words = said.strip()
    if words.lower() in CLEARS:
        return _cleared(finding, name)
    if name == "company":
        company = company_of(store, words)
        return {"company": company} | ({"named": company} if finding.table == "company_mentions" else {})
    if name == "theme":
        return {"theme": theme_of(store, words)}
    if name == "story":
        return {"story": _beside(store, finding, words)}
    if name == "published":
        return _published(words)
    return {name: _VALUES[name](words)}


def _cleared(finding: FindingId, name: str) -> dict[str, Any]:
    if name in _NEEDED:
        raise CorrectionError(f"{finding} cannot be without {name.replace('_', ' ')}: reject it, or give one")
    if finding.table == "company_mentions":
        raise CorrectionError(f"{finding} names a company: where it is none, reject it")
    return {name: "[]" if name == "scope" else None}


def number(words: str) -> float:
    """A number in digits, with a scale where one is given.

    >>> number("1,200"), number("1.5bn"), number("3 million")
    (1200.0, 1500000000.0, 3000000.0)
    """
    found = _NUMBER.fullmatch(words)
    power = _POWERS.get(found[2].lower(), None if found[2] else 0) if found else None
    if found is None or power is None:
        raise CorrectionError(f"{words!r} is no number: write 1200000, 1,200,000, 1.2 million or 1.2bn")
    return float(Decimal(re.sub(r"[,_ ]", "", found[1])).scaleb(power))


def _day(words: str) -> str:
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError as error:
        raise CorrectionError(f"{words!r} is no day: write 2026-03-31") from error


def _published(words: str) -> dict[str, Any]:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise CorrectionError(f"{words!r} is no day: write 2026-03-31, or 2026-03-31T08:00+00:00") from error
    if len(words) == 10:
        stored, precision = f"{words}T00:00:00+00:00", "day"
    elif moment.tzinfo is None:
        raise CorrectionError(f"{words!r} has no zone: write {words}+00:00 where it is UTC")
    else:
        stored, precision = moment.isoformat(), "second"
    return {"published": stored, "published_source": "hand", "published_precision": precision}


def _one_of(allowed: Iterable[str], what: str) -> Callable[[str], str]:
    known = tuple(allowed)

    def chosen(words: str) -> str:
        if words in known:
            return words
        raise CorrectionError(f"{words!r} is no {what}: there are {', '.join(known)}")

    return chosen


def _currency(words: str) -> str:
    from extractors.figures.vocabulary import rules

    return _near(words.upper(), rules("currencies"), "currency")


def _metric_id(words: str) -> str:
    return _near(words.lower().replace(" ", "_").replace("-", "_"), metric_ids(), "metric")


def metric_ids() -> list[str]:
    """The small vocabulary of metrics."""
    from extractors.facts.words import words as rules

    return sorted(rules().ids)


def currencies() -> list[str]:
    """The ISO codes of the currencies that the rules know, by how often they are met."""
    from extractors.figures.vocabulary import rules

    return list(rules("currencies"))


def _near(word: str, known: Iterable[str], what: str) -> str:
    there = list(known)
    if word in there:
        return word
    near = difflib.get_close_matches(word, there, n=5, cutoff=0.5)
    listed = f"near: {', '.join(near)}" if near else f"there are {', '.join(there)}"
    raise CorrectionError(f"{word!r} is no {what}; {listed}")


def _scope(words: str) -> str:
    return json.dumps([word.strip() for word in words.split(",") if word.strip()], ensure_ascii=False)


_VALUES: Mapping[str, Callable[[str], Any]] = {
    "value": number,
    "value_max": number,
    "currency": _currency,
    "approx": _one_of(get_args(Approx), "bound"),
    "unit": _one_of(_UNITS, "unit"),
    "noun": str,
    "subject": str,
    "metric": str,
    "metric_id": _metric_id,
    "period_start": _day,
    "period_end": _day,
    "direction": _one_of(get_args(Direction), "direction"),
    "basis": _one_of(get_args(Basis), "basis"),
    "claimed_by": str,
    "scope": _scope,
}


def company_of(store: Store, words: str) -> int:
    """The company of a name, a known id or a row's number; raises CorrectionError with near names."""
    if words.isdecimal():
        row = store.db.execute("SELECT id FROM companies WHERE id = ?", [int(words)]).fetchone()
        if row:
            return int(row[0])
        raise CorrectionError(
            f"there is no company {words}: give a name, or add it with `newsgauge companies add`"
        )
    try:
        return find(store, words)
    except UnknownCompany as error:
        near = near_names(store, words)
        hint = f"near: {', '.join(near)}; " if near else ""
        raise CorrectionError(
            f"no company goes by {words!r}: {hint}add it with `newsgauge companies add`"
        ) from error


def theme_of(store: Store, words: str) -> str:
    """The theme of an id or a label; raises CorrectionError with near ids."""
    known = {row["id"]: row["label"] for row in store.db["themes"].rows}
    by_label = {label.lower(): theme for theme, label in known.items()}
    return _near(by_label.get(words.lower(), words), known, "theme")


def _beside(store: Store, finding: FindingId, words: str) -> int | None:
    if words.lower() == "alone":
        return None
    if not words.isdecimal():
        raise CorrectionError(f"{words!r} is no story: give the number of an article of it, or say alone")
    row_of(store.db, FindingId("story", int(words)))
    if int(words) == finding.row:
        raise CorrectionError("an article's story is another article's, or it stands alone: name another")
    return int(words)


def check_order(row: Row, changed: Row) -> None:
    """Raise CorrectionError where *row* ends before it begins, by what was *changed*."""
    for low, high in (("value", "value_max"), ("period_start", "period_end")):
        first, last = row.get(low), row.get(high)
        if first is not None and last is not None and first > last and {low, high} & set(changed):
            raise CorrectionError(
                f"{_option(low)} {first} is beyond {_option(high)} {last}: give both, in order"
            )


def _dollars(db: Database, finding: FindingId, found: Row, rates: Rates | None) -> dict[str, Any]:
    """The dollar columns of an amount as it is asked to be."""
    row = {**row_of(db, finding), **found}
    return conversion(db, row, rates or Rates.load())


def judged_columns(
    store: Store, finding: FindingId, verdict: Verdict, asked: Mapping[str, str], rates: Rates | None = None
) -> dict[str, Any]:
    """The columns that a *verdict* must say: what a fix *asked* for, what a rejection leaves behind."""
    if verdict == "fix":
        return columns(store, finding, asked, rates)
    return rejected(store, finding, rates) if verdict == "reject" else {}


def rejected(store: Store, finding: FindingId, rates: Rates | None = None) -> dict[str, Any]:
    """What a rejection must say beside: the dollar value of an amount that loses its pair."""
    if finding.table != "money":
        return {}
    paired_with = row_of(store.db, finding)["pair_of"]
    if paired_with is None:
        return {}
    amount = row_of(store.db, FindingId("money", paired_with))
    return {"paired": conversion(store.db, amount, rates or Rates.load(), paired=False)}


def now_said(store: Store, finding: FindingId) -> dict[str, str]:
    """What *finding* is now, field by field in words, as ``columns`` reads them."""
    row = row_of(store.db, finding)
    return {name: _in_words(store, name, row) for name in FIELDS[finding.table] if name != "story"}


def _in_words(store: Store, name: str, row: Row) -> str:
    value = row[name]
    if value is None:
        return ""
    if name == "company":
        return str(store.db.execute("SELECT name FROM companies WHERE id = ?", [value]).fetchone()[0])
    if name == "scope":
        return ", ".join(json.loads(value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)
