"""``newsgauge alerts``: the rules, what fired, and what a rule would have said of the past."""

from __future__ import annotations

from datetime import timedelta

import click

from db.alerts import latest
from monitor.alerts.check import AlertError, check_rule, crosses, matches
from monitor.cli.settings import Settings, json_option, print_json, utc_now, with_settings

SHOWN = 20
"""How many of the alerts that fired are listed."""


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def alerts(ctx: click.Context, as_json: bool) -> None:
    """Alerts: the rules, what fired, what would have.

    \b
    newsgauge alerts                        the rules, and the last that fired
    newsgauge alerts test --days 90         what each would have told of the past
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, as_json=as_json)


@alerts.command("list")
@json_option
@with_settings
def list_(settings: Settings, as_json: bool) -> None:
    """List the rules of the configuration, and the last that fired."""
    fired = _fired(settings)
    if as_json:
        rules = [rule.model_dump(exclude_defaults=True) for rule in settings.config.alerts]
        print_json({"rules": rules, "fired": fired})
        return
    if not settings.config.alerts:
        click.echo("no rules: [[alerts]] in newsgauge.toml shows how to write one")
    for rule in settings.config.alerts:
        click.echo(f"{rule.name}: {rule.when}, to {', '.join(rule.targets) or 'nobody'}")
    for alert in fired:
        click.echo(f"{alert['at'][:16]}  {alert['rule']}: {alert['reason']}")


def _fired(settings: Settings) -> list[dict[str, str]]:
    if not settings.database.exists():
        return []
    with settings.open(read_only=True) as store:
        rows = latest(store, SHOWN)
    return [{"at": at, "rule": rule, "reason": reason} for at, rule, reason in rows]


@alerts.command()
@click.argument("name", required=False)
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="Over so many days.")
@json_option
@with_settings
def test(settings: Settings, name: str | None, days: int, as_json: bool) -> None:
    """Say what the rule NAME would have told of the past.

    Without NAME, what each rule would have. Nothing is sent or kept.
    """
    rules = [rule for rule in settings.config.alerts if name in (None, rule.name)]
    if not rules:
        known = ", ".join(rule.name for rule in settings.config.alerts) or "none"
        raise AlertError(f"no rule called {name!r}: there are {known}")
    now = utc_now()
    with settings.open(read_only=True) as store:
        for rule in rules:
            check_rule(rule)
            found = [
                e for e in matches(store, rule, now - timedelta(days=days), now) if crosses(rule, e.value)
            ]
            if as_json:
                reasons = [event.reason for event in found]
                print_json({"rule": rule.name, "events": reasons})
                continue
            click.echo(f"{rule.name}: {len(found)} in {days} days, at most {rule.per_day} a day are sent")
            for event in found:
                click.echo(f"  {event.reason}")
