"""The digest in words: a snapshot's content turned into the lines that every format shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from db.wording import period_in_words

Row = Mapping[str, Any]

_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Page:
    """What a template needs; each row is the snapshot's with its numbers in words and its links."""

    title: str
    day: date
    lead: str
    themes: list[Row]
    stories: list[Row]
    facts: list[Row]
    disagreements: list[Row]
    voices: list[Row]
    emerging: list[Row]
    feeds: list[Row]
    foot: str
    home: str
    summary: str | None = None


def page(content: Row) -> Page:
    """The page of a snapshot's *content*."""
    day = date.fromisoformat(content["day"])
    base = str(content["datasette_url"]).rstrip("/")
    return Page(
        title=f"{content['name']}: {day:%A}, {day.day} {day:%B %Y}",
        day=day,
        lead=_lead(content),
        themes=[_theme(row, base) for row in content["themes"]],
        stories=[_story(row, base) for row in content["stories"]],
        facts=_facts(content["facts"], base),
        disagreements=[_disagreement(row, base) for row in content["disagreements"]],
        voices=[_voice(row, base) for row in content["voices"]],
        emerging=[_phrase(row, base) for row in content["emerging"]],
        feeds=list(content["feeds"]),
        foot=f"{_funnel(content['coverage'])}Every line links to its article and to the database: {base}/",
        home=f"{base}/",
        summary=content.get("summary"),
    )


def short_number(value: float) -> str:
    """A number in three digits and a scale.

    >>> [short_number(v) for v in (6_900_000_000, 12_345, 0.99, 250)]
    ['6.9bn', '12.3k', '0.99', '250']
    """
    for scale, suffix in _SCALES:
        if abs(value) >= scale:
            return f"{value / scale:.3g}{suffix}"
    return f"{value:g}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """
    >>> plural(1, "story", "stories"), plural(212, "article")
    ('1 story', '212 articles')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _lead(content: Row) -> str:
    seen = content["coverage"]
    if not seen["articles"]:
        return "A quiet day: no new articles."
    counted = ", ".join(
        [
            plural(seen["articles"], "article"),
            f"{seen['on_beat']:,} of them on the beat",
            plural(seen["stories"], "story", "stories"),
            plural(seen["outlets"], "outlet"),
        ]
    )
    moving = [t["label"] for t in content["themes"] if t["word"] == "rising"]
    fading = [t["label"] for t in content["themes"] if t["word"] == "fading"]
    if not (content["stories"] or moving or fading):
        return f"A quiet day: {counted}."
    moves = [f"rising: {', '.join(moving)}"] * bool(moving) + [f"fading: {', '.join(fading)}"] * bool(fading)
    return f"{counted}." + (f" {'; '.join(moves).capitalize()}." if moves else "")


def _funnel(seen: Row) -> str:
    """How far the articles came; nothing of a digest that was written before this was counted."""
    if not seen["articles"] or "with_facts" not in seen:
        return ""
    of, body = plural(seen["articles"], "article"), f"{seen['with_body']:,} came with a body"
    read, facts = f"{seen['read']:,} were read", f"{seen['with_facts']:,} hold facts"
    return f"Of {of} {body}, {read}, {seen['on_beat']:,} are on the beat, {facts}. "


def _theme(row: Row, base: str) -> Row:
    arrow = {"rising": "▲", "fading": "▼"}.get(row["word"], "•")
    return {**row, "arrow": arrow, "link": f"{base}{row['path']}"}


def _story(row: Row, base: str) -> Row:
    why = [plural(row["outlets"], "outlet")]
    if row["facts"]:
        why.append(plural(row["facts"], "new fact"))
    why += [*row["themes"][:3], *row["companies"][:3]]
    others = {outlet: url for outlet, url in reversed(row["others"]) if outlet != row["outlet"]}
    told = [(outlet, others[outlet]) for outlet in reversed(others)]
    return {**row, "others": told, "why": " · ".join(why), "link": f"{base}{row['path']}"}


def _facts(rows: Sequence[Row], base: str) -> list[Row]:
    """The facts' rows; those of one sentence stand together, and the sentence under the last of them."""
    places: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        places.setdefault((row["article"], row["sentence"]), []).append(row)
    told: list[Row] = []
    for group in places.values():
        for number, row in enumerate(group, 1):
            goes_on = number > 1 and row["subject"] == group[number - 2]["subject"]
            ends = number == len(group)
            told.append({**_fact(row, base), "goes_on": goes_on, "sentence_ends": ends})
    return told


def _fact(row: Row, base: str) -> Row:
    usd = "" if row["usd"] is None else f"${short_number(row['usd'])}"
    metric = " ".join(filter(None, [row["metric"], {"up": "↑", "down": "↓"}.get(row["direction"] or "")]))
    basis = "" if row["basis"] == "reported" else f" ({row['basis']})"
    return {
        **row,
        "subject": row["subject"] or "",
        "metric": f"{metric}{basis}",
        "period": period_in_words(row["period_start"], row["period_end"]),
        "usd": usd,
        "source": row["claimed_by"] or row["outlet"],
        "link": f"{base}{row['path']}",
    }


def _disagreement(row: Row, base: str) -> Row:
    claims = [{**claim, "link": f"{base}/article/{claim['article']}"} for claim in row["claims"]]
    period = period_in_words(row["period_start"], row["period_end"])
    return {**row, "claims": claims, "period": period}


def _phrase(row: Row, base: str) -> Row:
    return {**row, "link": f"{base}/search?{urlencode({'q': row['phrase']})}"}


def _voice(row: Row, base: str) -> Row:
    before = "" if row["share_before"] is None else f"{row['share_before']:.0%}"
    return {**row, "share": f"{row['share']:.0%}", "before": before, "link": f"{base}{row['path']}"}
