"""Checking the rules: which events they match, which of these may fire, and sending what fired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from markupsafe import escape

from db import alerts, jobs
from db.alerts import Event
from db.store import Store
from extractors.errors import NewsgaugeError
from monitor.config import AlertConfig, Config
from monitor.digest.deliver import GIVEN_UP, Message, deliver

REARM_SHARE = 0.95
"""Without `rearm_at`, a value rule is armed again when a value falls 5 % short of its threshold."""


class AlertError(NewsgaugeError):
    """An alert rule that lacks what its kind needs; the message names both."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule and the event it fired for."""

    rule: AlertConfig
    event: Event


_NEEDS = {
    "burst": (),
    "company_theme": ("company", "theme"),
    "fact": ("above|below",),
    "word": ("word",),
    "silent_feed": ("days",),
}


def check_rule(rule: AlertConfig) -> None:
    """Raise AlertError where *rule* lacks a key that its kind needs."""
    for need in _NEEDS[rule.when]:
        if all(getattr(rule, key) is None for key in need.split("|")):
            wanted = need.replace("|", " or ")
            raise AlertError(f"alert {rule.name!r}: when = {rule.when!r} needs {wanted}")


def matches(store: Store, rule: AlertConfig, since: datetime, until: datetime) -> Iterator[Event]:
    """Every event that *rule* matches among what was read after *since*, up to *until*."""
    check_rule(rule)
    if rule.when in ("company_theme", "word"):
        yield from alerts.stories_with(store, since, until, rule.theme, rule.company, rule.word)
    elif rule.when == "fact":
        yield from alerts.facts_of(store, since, until, rule.metric, rule.subject, rule.currency)
    elif rule.when == "silent_feed":
        yield from alerts.silent_feeds(store, until, rule.days or 0, rule.feed)
    else:
        yield from _bursts(store, rule, until)


def _bursts(store: Store, rule: AlertConfig, now: datetime) -> Iterator[Event]:
    from db.trends import theme_trends

    for trend in theme_trends(store, now):
        if trend.word == "rising" and rule.theme in (None, trend.name):
            since = trend.burst_start or now.date()
            yield Event(f"burst:{trend.name}:{since}", trend.in_words, {"theme": trend.name})


def crosses(rule: AlertConfig, value: float | None) -> bool:
    """Whether *value* is beyond the rule's threshold (rules without one match everything)."""
    if value is None or (rule.above is None and rule.below is None):
        return True
    return (rule.above is not None and value > rule.above) or (rule.below is not None and value < rule.below)


def back_inside(rule: AlertConfig, value: float | None) -> bool:
    """Whether *value* has come back far enough to arm the rule again."""
    if value is None or crosses(rule, value):
        return False
    if rule.above is not None:
        return value <= (rule.rearm_at if rule.rearm_at is not None else rule.above * REARM_SHARE)
    if rule.below is not None:
        return value >= (rule.rearm_at if rule.rearm_at is not None else rule.below / REARM_SHARE)
    return False


def fire(store: Store, rules: Iterable[AlertConfig], since: datetime, now: datetime) -> list[Fired]:
    """Fire what may: once an event, armed again by hysteresis, at most `per_day` a rule and UTC day."""
    midnight = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    out: list[Fired] = []
    for rule in rules:
        for event in list(matches(store, rule, since, now)):
            if back_inside(rule, event.value):
                alerts.arm(store, rule.name, event.key)
            elif (
                crosses(rule, event.value)
                and alerts.is_armed(store, rule.name, event.key)
                and alerts.fired_since(store, rule.name, midnight) < rule.per_day
            ):
                alerts.fired(store, rule.name, event, now)
                out.append(Fired(rule, event))
    return out


def send_fired(store: Store, config: Config, now: datetime) -> None:
    """Send what fired to its rules' targets that lack it, for a week, each try later than the one before.

    What fired is on record before it is sent, so that neither a crash nor a dead target loses it.
    """
    wanted = {rule.name: set(rule.targets) for rule in config.alerts}
    for alert in alerts.since(store, now - GIVEN_UP):
        message = alert_message(alert)
        for target in config.targets:
            if target.name in wanted.get(alert.rule, ()):
                deliver(store, message, target, now)


def alert_message(alert: alerts.Alert) -> Message:
    """An alert as a message: the reason, and the address it is about."""
    url = str(alert.content.get("url", ""))
    sentence = str(alert.content.get("sentence", ""))
    text = "\n".join(filter(None, [f"{alert.rule}: {alert.reason}", sentence, url])) + "\n"
    return Message(
        kind="alert",
        key=f"{alert.rule}: {alert.event} {alert.fired_at:%Y-%m-%d %H:%M}",
        subject=f"{alert.rule}: {alert.reason}",
        text=text,
        html="".join(f"<p>{escape(line)}</p>" for line in text.splitlines()),
        images=(),
        content={"rule": alert.rule, "event": alert.event, "reason": alert.reason, **alert.content},
        written=alert.fired_at,
    )


CHECK = "alert check"
"""The job under whose name the last check's time is kept, so that each article is judged once."""
FIRST_LOOK = timedelta(days=1)


def check_alerts(store: Store, config: Config, now: datetime) -> list[Fired]:
    """Judge what was read since the last check (or for a day) by the rules, and send what fires."""
    if not config.alerts:
        return []
    before = next((job.last_finished_at for job in jobs.jobs(store) if job.name == CHECK), None)
    since = datetime.fromisoformat(before) if before else now - FIRST_LOOK
    out = fire(store, config.alerts, since, now)
    send_fired(store, config, now)
    jobs.finished(store, CHECK, now, None, None)
    return out
