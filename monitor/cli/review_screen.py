"""Reviewing at a terminal: one finding after the other, a key a verdict."""

from __future__ import annotations

import click
from rich.console import Console

from db.closeup import closeup
from db.corrections import asked, keeping
from db.corrections.doubtful import Doubt
from db.corrections.values import Correction, CorrectionError, FindingId, Verdict
from db.store import Store
from extractors.rates import Rates
from monitor.cli.review import next_doubt
from monitor.cli.review_verdicts import judged
from monitor.cli.seen import correction_in_words, print_closeup
from monitor.cli.settings import utc_now

_KEYS = "a accept · f fix · r reject · s skip · u undo · q quit"


class Screen:
    """The findings of a database, shown for someone to judge."""

    def __init__(
        self,
        store: Store,
        out: Console,
        rates: Rates,
        by: str,
        kind: str | None = None,
    ) -> None:
        self._store, self._out, self._rates, self._by, self._kind = store, out, rates, by, kind
        self._passed: set[FindingId] = set()
        self._made: list[Correction] = []

    def run(self) -> None:
        """Show what is doubtful until nothing is left or the user has enough."""
        while (doubt := next_doubt(self._store, self._kind, self._passed)) and self._one(doubt):
            pass
        self._out.print(f"{len(self._made)} corrections made")

    def _one(self, doubt: Doubt) -> bool:
        seen = closeup(self._store.db.conn, doubt.finding)
        self._passed.add(doubt.finding)
        if seen is None:
            return True
        self._out.rule()
        print_closeup(self._out, seen, why=doubt.why)
        self._out.print(f"\n{_KEYS}", style="dim")
        while (pressed := click.getchar().lower()) not in "afrsuq\x03\x04" or not pressed:
            pass
        if pressed in "q\x03\x04":
            return False
        if pressed == "u":
            self._undo(doubt)
        elif pressed != "s":
            self._verdict(doubt, {"a": "accept", "f": "fix", "r": "reject"}[pressed])  # type: ignore[arg-type]
        return True

    def _verdict(self, doubt: Doubt, verdict: Verdict) -> None:
        try:
            wanted = ask_fields(self._store, doubt.finding) if verdict == "fix" else {}
            if verdict == "fix" and not wanted:
                self._passed.discard(doubt.finding)
                return
            made = judged(self._store, doubt.finding, verdict, wanted, None, self._by, self._rates)
        except CorrectionError as error:
            self._out.print(str(error), style="red")
            self._passed.discard(doubt.finding)
            return
        self._made.append(made)
        self._out.print(f"correction {correction_in_words(made)}")

    def _undo(self, doubt: Doubt) -> None:
        self._passed.discard(doubt.finding)
        if not self._made:
            self._out.print("nothing to take back yet")
            return
        made = keeping.undo(self._store, self._made.pop().id, utc_now())
        self._passed = {finding for finding in self._passed if not _is_of(finding, made)}
        self._out.print(f"correction {correction_in_words(made)}")


def _is_of(finding: FindingId, made: Correction) -> bool:
    return finding.table == made.kind


def ask_fields(store: Store, finding: FindingId) -> dict[str, str]:
    """What the user makes of the fields of *finding*, asked at the terminal: those that change."""
    now = asked.now_said(store, finding)
    fields = asked.FIELDS[finding.table]
    told = {name: click.prompt(name.replace("_", " "), now.get(name, "")) for name in fields}
    return {name: words for name, words in told.items() if words != now.get(name, "")}
