"""The desk's pages as values: each a function from a read-only connection to what its template needs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from db import audits
from db.companies import COUNTED
from db.datasette.desk import charts, rows
from db.datasette.desk.highlight import Mark, highlighted
from db.datasette.desk.rows import Row, ask, one
from db.datasette.desk.why import read_in
from db.series import disagreements, reported_as
from db.store import Store
from db.tallies import tallies
from db.trend_values import Trend
from db.trends import theme_trends

WEEKS = 12
SHOWN_THEMES = 12
COMPARED = 60
"""So many of a series' newest claims are held against one another."""
NEWEST_FACTS = 2000
LOOKED_THROUGH = 50_000
"""Series are listed by how often they stand among so many of the newest facts that are asked for."""
Values = dict[str, Any]


def home(connection: sqlite3.Connection) -> Values:
    """The overview: what moves, new facts, companies, stories, feeds and the funnel."""
    until = rows.newest_day(connection)
    since = until - timedelta(days=27)
    themes = theme_trends(Store(Path(), connection), _end_of(until), until=until)
    return {
        "until": until,
        "since": since,
        "themes": [_with_spark(trend) for trend in themes[:SHOWN_THEMES]],
        "facts": rows.new_facts(connection),
        "companies": _with_bars(rows.leading_companies(connection, since)),
        "stories": rows.newest_stories(connection),
        "funnel": tallies(connection),
        "feeds": rows.feed_counts(connection),
        "failing": rows.failing_feeds(connection),
        "audit": audits.last(connection),
    }


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), UTC)


def _with_spark(trend: Trend) -> Values:
    """A theme's row, drawn in the colour of what is claimed of it."""
    return {
        "id": trend.theme,
        "label": trend.label,
        "word": trend.word,
        "claim": trend.claim,
        "spark": charts.sparkline(trend.counts, trend.word.replace(" ", "-")),
    }


def _with_bars(companies: Sequence[Row]) -> list[Values]:
    top = max((company["stories"] for company in companies), default=1)
    return [{**company, "share": 100 * company["stories"] / top} for company in companies]


def article(connection: sqlite3.Connection, number: int) -> Values | None:
    """An article with its findings marked in place, its facts and its story's other outlets."""
    found = one(
        connection,
        "SELECT a.*, o.name AS outlet_name FROM articles a LEFT JOIN outlets o ON o.id = a.outlet "
        "WHERE a.id = :id",
        {"id": number},
    )
    if found is None:
        return None
    marks = {part: list(_marks(connection, number, part)) for part in ("title", "body")}
    return {
        "article": found,
        "title": Markup(" ").join(highlighted(found["title"], marks["title"])),
        "paragraphs": highlighted(found["body"], marks["body"]),
        "quotes": [] if found["body"] else _quotes(connection, number),
        "facts": ask(
            connection, "SELECT * FROM fact_figures WHERE article = :id ORDER BY id", {"id": number}
        ),
        "checks": ask(
            connection,
            "SELECT holds, note FROM checks WHERE article = :id ORDER BY holds, id",
            {"id": number},
        ),
        "echoes": ask(connection, _ECHOED, {"id": number}),
        "said_before": ask(connection, _SAID_BEFORE, {"id": number}),
        "vintages": ask(connection, _VINTAGES, {"id": number}),
        "others": ask(
            connection,
            "SELECT a.id, a.title, a.url, a.published, coalesce(o.name, '') AS outlet FROM articles a "
            "LEFT JOIN outlets o ON o.id = a.outlet WHERE a.story = :story AND a.id != :id "
            "ORDER BY a.published, a.id LIMIT 30",
            {"story": found["story"], "id": number},
        ),
        "read": read_in(connection, number),
        "revisions": ask(
            connection, "SELECT id, seen_at FROM revisions WHERE article = :id ORDER BY id", {"id": number}
        ),
    }


def _quotes(connection: sqlite3.Connection, number: int) -> list[Values]:
    """Of a text that is not kept: the sentences with figures that are, each with its figures' names."""
    figures = ask(
        connection,
        "SELECT id, kind, sentence FROM figures WHERE article = :id AND part = 'body' AND sentence != '' "
        'ORDER BY start, "end"',
        {"id": number},
    )
    anchors: dict[str, list[str]] = {}
    for figure in figures:
        table = figure["kind"] if figure["kind"] in ("money", "count") else "percentage"
        anchors.setdefault(figure["sentence"], []).append(f"{table}-{figure['id']}")
    return [{"sentence": sentence, "anchors": named} for sentence, named in anchors.items()]


_ECHOED = """
SELECT echo_article AS article, coalesce(echo_outlet, '') AS outlet, echoed AS published,
       group_concat(DISTINCT stated) AS stated
  FROM echoes WHERE article = :id GROUP BY echo_article ORDER BY echoed LIMIT 12
"""
_SAID_BEFORE = """
SELECT e.article, coalesce(o.name, '') AS outlet, e.said AS published,
       group_concat(DISTINCT e.stated) AS stated
  FROM echoes e JOIN articles a ON a.id = e.article LEFT JOIN outlets o ON o.id = a.outlet
 WHERE e.echo_article = :id GROUP BY e.article ORDER BY e.said LIMIT 12
"""
_VINTAGES = """
SELECT fact, subject, metric, stated, value, unit, valid_from, valid_until, cause, stands
  FROM fact_vintages WHERE article = :id AND valid_until IS NOT NULL ORDER BY valid_until DESC, fact LIMIT 30
"""


def _marks(connection: sqlite3.Connection, number: int, part: str) -> Iterable[Mark]:
    values = {"id": number, "part": part}
    for m in ask(connection, "SELECT * FROM money WHERE article = :id AND part = :part", values):
        yield Mark(m["start"], m["end"], "money", _money_tip(m), None, f"money-{m['id']}")
    for p in ask(connection, "SELECT * FROM percentages WHERE article = :id AND part = :part", values):
        tip = _tip(_amount(p), p["unit"].replace("_", " "), p["rule"])
        yield Mark(p["start"], p["end"], "percent", tip, None, f"percentage-{p['id']}")
    for c in ask(connection, "SELECT * FROM counts WHERE article = :id AND part = :part", values):
        tip = _tip(_amount(c), c["noun"], c["rule"])
        yield Mark(c["start"], c["end"], "count", tip, None, f"count-{c['id']}")
    for c in ask(
        connection,
        'SELECT m.start, m."end", m.source, c.id, c.name, c.kind FROM company_mentions m '
        "JOIN companies c ON c.id = m.company WHERE m.article = :id AND m.part = :part",
        values,
    ):
        tip = _tip(c["name"], c["kind"], c["source"].replace("_", " "))
        yield Mark(c["start"], c["end"], "company", tip, f"../company/{c['id']}")
    for t in ask(
        connection,
        'SELECT m.start, m."end", m.rule, t.id, t.label FROM theme_mentions m '
        "JOIN themes t ON t.id = m.theme WHERE m.article = :id AND m.part = :part",
        values,
    ):
        yield Mark(t["start"], t["end"], "theme", _tip(t["label"], t["rule"]), f"../theme/{t['id']}")


def _tip(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _money_tip(money: Row) -> str:
    currency = f"{money['currency'] or 'currency unknown'}{' (inferred)' if money['inferred'] else ''}"
    usd = (
        None
        if money["usd"] is None
        else f"USD {money['usd']:,.0f} ({money['fx_source']} {money['fx_method']})"
    )
    mismatch = "pair does not fit the rates" if money["pair_mismatch"] else None
    return _tip(f"{currency} {_amount(money)}", usd, mismatch, money["rule"])


def _amount(figure: Row) -> str:
    value = f"{figure['value']:,.12g}"
    upper = "" if figure["value_max"] is None else f" to {figure['value_max']:,.12g}"
    return f"{figure['approx'] or ''}{value}{upper}"


def company(connection: sqlite3.Connection, number: int) -> Values | None:
    """A company: mentions over time, themes beside it, its facts, spellings and owners."""
    found = one(connection, "SELECT * FROM companies WHERE id = :id", {"id": number})
    if found is None:
        return None
    if found["merged_into"]:
        return company(connection, found["merged_into"])
    until = rows.newest_day(connection)
    weeks = rows.weeks_of_company(connection, number, until, WEEKS)
    return {
        "company": found,
        "chart": _week_bars(weeks),
        "aliases": [
            a["alias"]
            for a in ask(connection, "SELECT alias FROM aliases WHERE company = :id", {"id": number})
        ],
        "owners": _ownerships(connection, number, "owned", "owner"),
        "owns": _ownerships(connection, number, "owner", "owned"),
        "themes": _themes_beside(connection, number),
        "facts": ask(
            connection,
            "SELECT * FROM fact_figures WHERE id IN (SELECT id FROM facts INDEXED BY facts_company_newest "
            "WHERE company = :id ORDER BY id DESC LIMIT 50) ORDER BY published DESC, id",
            {"id": number},
        ),
        "sentences": _sentences(connection, "company", number),
    }


def _ownerships(connection: sqlite3.Connection, number: int, here: str, there: str) -> list[Row]:
    return ask(
        connection,
        f"SELECT c.id, c.name, o.relation, o.stake, o.since, o.until, o.source FROM ownerships o "
        f"JOIN companies c ON c.id = o.{there} WHERE o.{here} = :id ORDER BY c.name",
        {"id": number},
    )


def _themes_beside(connection: sqlite3.Connection, number: int) -> list[Row]:
    return ask(
        connection,
        "SELECT t.id, t.label, s.stories FROM subjects s JOIN themes t ON t.id = s.theme "
        "WHERE s.company = :id AND s.kind = 'theme and company' AND s.stories > 0 "
        "ORDER BY s.stories DESC, t.id LIMIT 12",
        {"id": number},
    )


def _companies_beside(connection: sqlite3.Connection, name: str) -> list[Row]:
    return ask(
        connection,
        "SELECT c.id, c.name, s.stories FROM subjects s JOIN companies c ON c.id = s.company "
        f"WHERE s.theme = :id AND s.kind = 'theme and company' AND s.stories > 0 AND c.kind IN {COUNTED} "
        "ORDER BY s.stories DESC, c.name LIMIT 12",
        {"id": name},
    )


def theme(connection: sqlite3.Connection, name: str) -> Values | None:
    """A theme: its trend, outlets, companies and example sentences."""
    found = one(connection, "SELECT * FROM themes WHERE id = :id", {"id": name})
    if found is None:
        return None
    until = rows.newest_day(connection)
    return {
        "theme": found,
        "words": _trend_in_words(connection, name, until),
        "chart": _week_bars(rows.weeks_of_theme(connection, name, until, 2 * WEEKS)),
        "outlets": _beside_theme(connection, name, until, "outlets o ON o.id = a.outlet", "o.id, o.name"),
        "companies": _companies_beside(connection, name),
        "countries": _beside_theme(
            connection,
            name,
            until,
            "country_mentions k ON k.article = a.id",
            "k.country AS id, k.country AS name",
        ),
        "sentences": _sentences(connection, "theme", name),
    }


def _trend_in_words(connection: sqlite3.Connection, name: str, until: date) -> str:
    """What chance would have brought, and what came: judged beside all themes, as everywhere."""
    told = theme_trends(Store(Path(), connection), _end_of(until), until=until)
    return next((trend.in_words for trend in told if trend.theme == name), "")


def _beside_theme(
    connection: sqlite3.Connection, name: str, until: date, join: str, columns: str
) -> list[Row]:
    """What stands beside a theme in its newest articles of the twelve weeks up to *until*."""
    since = until - timedelta(days=7 * WEEKS - 1)
    return ask(
        connection,
        f"""
        SELECT {columns}, count(DISTINCT coalesce(a.story, -a.id)) AS stories
          FROM (SELECT article FROM article_subjects
                 WHERE subject = :subject AND day >= :since AND on_beat = 1
                 ORDER BY day DESC LIMIT :newest) x
          CROSS JOIN articles a ON a.id = x.article JOIN {join}
         GROUP BY 1 ORDER BY stories DESC, 2 LIMIT 12
        """,
        {
            "subject": rows.subject(connection, "theme", name),
            "since": since.isoformat(),
            "newest": rows.NEWEST,
        },
    )


def _sentences(connection: sqlite3.Connection, kind: str, of: str | int) -> list[Row]:
    """The newest sentences that name a theme or company, once a story."""
    return ask(
        connection,
        f"""
        SELECT m.sentence, m.text, a.id AS article, a.published, coalesce(o.name, '') AS outlet
          FROM (SELECT article FROM article_subjects WHERE subject = :subject AND on_beat = 1
                 ORDER BY day DESC LIMIT 200) x
          CROSS JOIN articles a ON a.id = x.article
          CROSS JOIN {kind}_mentions m ON m.article = a.id AND m.{kind} = :id
          LEFT JOIN outlets o ON o.id = a.outlet
         WHERE m.part = 'body' AND m.on_beat = 1 AND m.sentence != ''
         GROUP BY coalesce(a.story, -a.id) ORDER BY a.published DESC LIMIT 12
        """,
        {"id": of, "subject": rows.subject(connection, kind, str(of))},
    )


def _week_bars(weeks: Sequence[tuple[date, int]]) -> Markup:
    return charts.bars([charts.Bar(f"{day.day} {day:%b}", count) for day, count in weeks])


def facts(connection: sqlite3.Connection, subject: str, metric: str) -> Values:
    """The series of facts: a list of what is reported most, and one series drawn where one is asked for."""
    series = ask(
        connection,
        """
        SELECT subject, metric_id, count(*) AS claims, count(DISTINCT outlet) AS outlets,
               max(published) AS newest
          FROM (SELECT f.subject, f.metric_id, o.name AS outlet, a.published
                  FROM facts f JOIN articles a ON a.id = f.article LEFT JOIN outlets o ON o.id = a.outlet
                 WHERE f.id IN (SELECT id FROM facts
                                 WHERE id > (SELECT max(id) FROM facts) - :looked_through
                                   AND confidence = 'high' AND on_beat = 1 AND metric_id IS NOT NULL
                                   AND subject IS NOT NULL
                                   AND (:subject = '' OR subject LIKE '%' || :subject || '%')
                                   AND (:metric = '' OR metric_id = :metric)
                                 ORDER BY id DESC LIMIT :newest))
         GROUP BY lower(subject), metric_id ORDER BY claims DESC, subject LIMIT 60
        """,
        {"subject": subject, "metric": metric, "newest": NEWEST_FACTS, "looked_through": LOOKED_THROUGH},
    )
    claims = _claims(connection, subject, metric) if subject and metric else []
    return {
        "series": [
            {**s, "link": "/facts?" + urlencode({"subject": s["subject"], "metric": s["metric_id"]})}
            for s in series
        ],
        "metrics": [
            m["metric_id"]
            for m in ask(
                connection, "SELECT metric AS metric_id FROM subjects WHERE kind = 'metric' ORDER BY 1"
            )
        ],
        "subject": subject,
        "metric": metric,
        "claims": claims,
        "charts": _drawn(claims),
        "conflicts": [
            (pair.first.as_dict(), pair.second.as_dict(), f"{pair.gap:.0%}")
            for pair in disagreements(
                reported_as(Store(Path(), connection), [c["id"] for c in claims[-COMPARED:]])
            )
        ],
    }


def _claims(connection: sqlite3.Connection, subject: str, metric: str) -> list[Row]:
    return ask(
        connection,
        """
        SELECT * FROM fact_figures
         WHERE confidence = 'high' AND metric_id = :metric AND lower(subject) = lower(:subject)
         ORDER BY coalesce(period_end, published), published, id LIMIT 200
        """,
        {"subject": subject, "metric": metric},
    )


def _drawn(claims: Sequence[Row]) -> list[tuple[str, Markup]]:
    """A chart for each unit that is claimed, all over one stretch of time."""
    dated = [
        (date.fromisoformat((c["period_end"] or c["published"])[:10]), c)
        for c in claims
        if c["period_end"] or c["published"]
    ]
    if not dated:
        return []
    first, last = min(day for day, _ in dated), max(day for day, _ in dated)
    width = (last - first).days
    by_unit: dict[str, dict[tuple[float, float, str], charts.Point]] = {}
    for day, claim in dated:
        drawn = charts.Point(
            at=(day - first).days / width if width else 0.5,
            value=claim["value"],
            stated=claim["stated"],
            label=f"{claim['stated']}, {claim['outlet'] or ''}, to {day.isoformat()}",
            source=claim["claimed_by"] or claim["outlet"] or "",
            link=f"article/{claim['article']}",
        )
        same = by_unit.setdefault(claim["unit"] or claim["kind"], {})
        same.setdefault((drawn.at, drawn.value, drawn.source), drawn)
    moments = [first, first + (last - first) / 2, last] if width else [first]
    days = [f"{day.day} {day:%b %Y}" for day in moments]
    return [(unit, charts.points([*of_unit.values()], days)) for unit, of_unit in sorted(by_unit.items())]


def search(connection: sqlite3.Connection, words: str) -> Values:
    """Articles with the words looked for, the words marked in their snippets."""
    hits = rows.search(connection, words)
    return {"words": words, "hits": [{**hit, "snippet": _snippet(hit["snippet"])} for hit in hits]}


def _snippet(text: str) -> Markup:
    return Markup(str(escape(text)).replace("\x01", "<mark>").replace("\x02", "</mark>"))


def scope_of(fact: Row) -> list[str]:
    """A fact's scope words."""
    words: list[str] = json.loads(fact["scope"] or "[]")
    return words
