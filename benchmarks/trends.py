"""What pages, the digest and trends cost as the file grows, and what keeping one more article costs.

``python -m benchmarks.trends FILE... [--times 15] [--only WORD] [--json]``, on files that
``benchmarks.generate`` made. Prints p50 and p95 of every query that Datasette's pages and the digest use, in
milliseconds of a warm cache, a column a file; then those of inserting an article with its findings and story.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from statistics import quantiles

from benchmarks.generate import LAST
from db import news, stories, trends
from db.articles import NewArticle, keep_article
from db.datasette.desk import pages
from db.finding_rows import ReadArticle
from db.findings import save_findings
from db.store import Store, open_store
from db.trend_values import Question
from extractors.findings import Beat, Company, CompanyMention, Fact, Figure, Findings, Span, ThemeHit

NOW = datetime.combine(LAST, datetime.max.time(), UTC)
DAY_BEFORE = NOW - timedelta(days=1)
SLOW = 3.0
"""A query that takes longer (seconds) is timed once: Datasette would have cut it long before."""

Query = Callable[[], object]


def queries(store: Store, plain: sqlite3.Connection) -> dict[str, Query]:
    """Every query by name."""
    theme, company = "werewolf", 3
    found: dict[str, Query] = {
        "digest: coverage": lambda: news.coverage(store, DAY_BEFORE, NOW),
        "digest: stories": lambda: news.stories(store, DAY_BEFORE, NOW),
        "digest: facts": lambda: news.facts(store, DAY_BEFORE, NOW),
        "digest: share of voice": lambda: news.share_of_voice(store, DAY_BEFORE, NOW),
        "digest: feeds in need": lambda: news.feeds_in_need(store, NOW),
        "page: home": lambda: pages.home(plain),
        "page: article": lambda: pages.article(plain, 5_000),
        "page: theme": lambda: pages.theme(plain, theme),
        "page: company": lambda: pages.company(plain, company),
        "page: facts": lambda: pages.facts(plain, "", ""),
        "page: a series": lambda: pages.facts(plain, "Company 7", "revenue"),
        "trends: pairs of a theme": lambda: trends.pair_trends(store, NOW, theme=theme),
        "trends: pairs of a company": lambda: trends.pair_trends(store, NOW, company=company),
    }
    kinds = {"themes": "theme", "companies": "company", "pairs": "theme and company", "metrics": "metric"}
    for name, kind in kinds.items():
        for by in ("day", "week", "month"):
            question = Question(kind, by)  # type: ignore[arg-type]
            found[f"trends: {name} by {by}"] = lambda asked=question: trends.report(store, asked, NOW)  # type: ignore[misc]
    views = {
        "figures": "article = 5000",
        "fact_figures": "company = 3 LIMIT 50",
        "daily_trends": "theme = 'werewolf' LIMIT 100",
    }
    for view, where in views.items():
        found[f"view: {view}"] = _sql(plain, f"SELECT * FROM {view} WHERE {where}")
    for script in sorted(files("db.datasette").joinpath("queries").iterdir(), key=lambda f: f.name):
        sql = script.read_text(encoding="utf-8")
        if ":" not in sql.split("--")[-1].replace("::", ""):
            found[f"query: {script.name.removesuffix('.sql')}"] = _sql(plain, sql)
    return found


def _sql(plain: sqlite3.Connection, sql: str) -> Query:
    return lambda: plain.execute(sql).fetchall()


def timed(query: Query, times: int) -> tuple[float, float]:
    """p50 and p95 of *times* runs after a first one, in milliseconds."""
    seconds = [_once(query)]
    if seconds[0] < SLOW:
        seconds = [_once(query) for _ in range(times)]
    return _percentiles(seconds)


def _once(query: Query) -> float:
    began = time.perf_counter()
    query()
    return time.perf_counter() - began


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    if len(seconds) == 1:
        return seconds[0] * 1000, seconds[0] * 1000
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9] * 1000, cuts[18] * 1000


def insert_cost(path: Path, articles: int = 300) -> tuple[float, float]:
    """p50 and p95 milliseconds to keep an article, its findings and its story, on a copy of the file."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / "copy.db"
        shutil.copyfile(path, copy)
        with open_store(copy) as store:
            return _percentiles(
                [_once(lambda n=number: _insert(store, n)) for number in range(articles)][20:]
            )  # type: ignore[misc]


def _insert(store: Store, number: int) -> None:
    words = [f"word{(number * 7919 + place * place) % 5003}" for place in range(180)]
    body = f"Company {number % 40} told of a werewolf series for $4.2 million. " + " ".join(words)
    article = NewArticle(
        f"https://new.example/{number}", f"Company {number % 40} and its wolves, part {number}", body, "page",
        f"new{number}", language="en", published=NOW - timedelta(minutes=number), published_source="feed",
        published_precision="second",
    )  # fmt: skip
    with store.write():
        kept = keep_article(store, article, 1 + number % 50, None, NOW)
    read = ReadArticle(
        kept.article, article.title, body, article.text_hash, {"body": _findings(body, number)}
    )
    with store.write():
        save_findings(store, [read], "bench", NOW)
        stories.assign(store, kept.article, NOW)


def _findings(body: str, number: int) -> Findings:
    name = f"Company {number % 40}"
    money = Figure("money", 40, 52, body[40:52], value=4_200_000, currency="USD")  # type: ignore[arg-type]
    return Findings(
        id="new",
        money=(money,),
        companies=(Company(name, (CompanyMention(0, len(name), "alias"),)),),
        themes=(ThemeHit("werewolf", 20, 28, body[20:28]),),
        facts=(
            Fact(
                "money:0", name, "budget", "production_cost", None, None, None, "reported", None, (), "high",
                Span(0, 60),
            ),
        ),
        sentences=(Span(0, 60),),
        beat=Beat(True, "werewolf"),
    )  # fmt: skip


def measure(path: Path, times: int, only: str) -> Mapping[str, tuple[float, float]]:
    """The percentiles of everything whose name holds *only*, on the file at *path*."""
    found = {}
    with open_store(path, read_only=True) as store:
        plain = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        for name, query in queries(store, plain).items():
            if only in name:
                found[name] = timed(query, times)
        plain.close()
    if only in "insert":
        found["insert an article"] = insert_cost(path)
    return found


def main() -> None:
    """Measure the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    measured = {path.stem: measure(path, chosen.times, chosen.only) for path in chosen.files}
    if chosen.json:
        print(json.dumps(measured))
        return
    print(f"{'p50 / p95 in ms':44}" + "".join(f"{stem:>22}" for stem in measured) + "   last / first")
    for name in next(iter(measured.values())):
        cells = [found[name] for found in measured.values()]
        growth = cells[-1][1] / cells[0][1] if cells[0][1] else 0.0
        print(f"{name:44}" + "".join(f"{a:10.1f} /{b:10.1f}" for a, b in cells) + f"{growth:10.1f}")


if __name__ == "__main__":
    main()
