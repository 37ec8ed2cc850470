"""Building a digest: what the database says of a window, as a snapshot."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from db import news
from db.claims import conflicts_since
from db.digests import Snapshot
from db.news import StoryNews
from db.phrases import emerging_phrases
from db.series import Disagreement
from db.store import Store
from db.trend_values import Trend
from db.trends import theme_trends
from extractors.themes import Taxonomy
from monitor.config import Config
from monitor.digest.schedule import Window

log = logging.getLogger(__name__)

SHOWN_THEMES = 8
SHOWN_FACTS = 15
SHOWN_PHRASES = 8
SHOWN_CONFLICTS = 8
SUMMARY_SECONDS = 60
LONGEST_SUMMARY = 4000


def build(store: Store, window: Window, config: Config, now: datetime) -> Snapshot:
    """The digest of *window* as the database knows it *now*."""
    trends = theme_trends(store, window.until)
    stories = news.stories(store, window.since, window.until)
    facts = news.facts(store, window.since, window.until)
    content: dict[str, Any] = {
        "name": config.beat if isinstance(config.beat, str) else config.beat.get("name", "news"),
        "day": window.day.isoformat(),
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "datasette_url": config.digest.datasette_url,
        "coverage": asdict(news.coverage(store, window.since, window.until)),
        "themes": [_theme(trend) for trend in trends[:SHOWN_THEMES]],
        "stories": [_story(s) for s in _ranked(stories, trends, config)[: config.digest.top_stories]],
        "facts": [asdict(fact) | {"path": f"/article/{fact.article}"} for fact in facts[:SHOWN_FACTS]],
        "disagreements": [
            _disagreement(pair)
            for pair in conflicts_since(store, window.since, window.until)[:SHOWN_CONFLICTS]
        ],
        "voices": [
            asdict(voice) | {"path": f"/company/{voice.company}"}
            for voice in news.share_of_voice(store, window.since, window.until)
        ],
        "emerging": [
            asdict(phrase)
            for phrase in emerging_phrases(
                store, window.until, Taxonomy.load(config.how_to_read.themes), most=SHOWN_PHRASES
            )
        ],
        "feeds": [asdict(feed) for feed in news.feeds_in_need(store, now)],
    }
    content["summary"] = summary_by(config.digest.command, content)
    return Snapshot(window.day, window.since, window.until, content)


def summary_by(command: Sequence[str], content: Mapping[str, Any]) -> str | None:
    """What *command* says of the digest, given its JSON on standard input; None without one or its words.

    A command that fails or takes over a minute is logged, and the digest goes without.
    """
    if not command:
        return None
    written = json.dumps(content, ensure_ascii=False)
    try:
        done = subprocess.run(
            command, input=written, capture_output=True, text=True, timeout=SUMMARY_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        log.warning("the digest goes without a summary: %s: %s", command[0], error)
        return None
    return done.stdout.strip()[:LONGEST_SUMMARY] or None


def _ranked(stories: list[StoryNews], trends: Sequence[Trend], config: Config) -> list[StoryNews]:
    """Stories of watched companies first, then by outlets, rising themes and facts."""
    watched = set(config.digest.watch)
    rising = {trend.label for trend in trends if trend.word == "rising"}
    return sorted(
        stories,
        key=lambda s: (
            -len(watched & set(s.companies)),
            -s.outlets,
            -len(rising & set(s.themes)),
            -s.facts,
            s.article,
        ),
    )


def _disagreement(pair: Disagreement) -> Mapping[str, Any]:
    first = pair.first.as_dict()
    told = ("subject", "metric", "period_start", "period_end")
    sides = [side.as_dict() for side in (pair.first, pair.second)]
    kept = ("stated", "outlet", "url", "sentence", "article", "usd")
    return {name: first[name] for name in told} | {"claims": [{k: s[k] for k in kept} for s in sides]}


def _theme(trend: Trend) -> Mapping[str, Any]:
    return {
        "theme": str(trend.theme),
        "label": trend.label,
        "word": trend.word,
        "words": trend.claim,
        "spark": list(trend.counts),
        "path": f"/theme/{trend.theme}",
    }


def _story(story: StoryNews) -> Mapping[str, Any]:
    return asdict(story) | {"path": f"/article/{story.article}"}
