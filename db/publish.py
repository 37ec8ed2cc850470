"""A copy of the database that may be given away: what was read, without the texts it was read in.

The copy is built anew from what ``published.toml`` names, so that nothing else can slip in, and is then
searched for leftovers of the texts and for what is private.
"""

from __future__ import annotations

import json
import mmap
import sqlite3
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from db.files import new_file
from db.leftovers import brief, leftover
from db.store import APPLICATION_ID, DatabaseError, open_store

Sentences = Literal["figures", "all", "none"]
"""Which sentences are kept: those with a figure or fact, those with any finding, or none."""

LONGEST_NAME = 200
"""A longer text in a column that quotes nothing counts as a leftover."""
_SHORTEST_SECRET = 6

_FILE = Path(__file__).parent / "published.toml"
_SEARCH = "articles_fts"


@dataclass(frozen=True, slots=True)
class TableRule:
    """What of a table is published; a table that is ``withheld`` is there, and empty."""

    keep: tuple[str, ...]
    quotes: tuple[str, ...]
    spans: tuple[str, ...]
    withheld: tuple[str, ...] | bool
    instead: Mapping[str, str]
    sentences: Literal["figures", "mentions"] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the copy fills."""
        named = (*self.keep, *self.quotes, *self.spans)
        also = tuple(name for name in self.instead if name not in named)
        return (*named, *also, *(("sentence",) if self.sentences else ()))


@dataclass(frozen=True, slots=True)
class Published:
    """A copy that was made and searched.

    ``quoted`` is the share of the texts that stands in it as quotations, ``mostly_quoted`` the number of
    articles of which more than half does.
    """

    path: Path
    bytes: int
    articles: int
    facts: int
    sentences: int
    quoted: float
    mostly_quoted: int

    def in_words(self) -> str:
        """What was made, for a person."""
        told = (
            f"{self.path}: {self.bytes / 1e6:,.1f} MB, {self.articles:,} articles without their texts, "
            f"{self.facts:,} facts; searched for leftovers, none found\n"
            f"{self.sentences:,} sentences are quoted, {self.quoted:.0%} of the texts"
        )
        if not self.mostly_quoted:
            return told
        return f"{told}; more than half of {self.mostly_quoted:,} articles (--sentences none quotes nothing)"


@cache
def rules() -> Mapping[str, TableRule]:
    """What is published of each table."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {table: _rule(told) for table, told in read.items()}


def _rule(told: Mapping[str, Any]) -> TableRule:
    withheld = told.get("withheld", ())
    return TableRule(
        tuple(told.get("keep", ())),
        tuple(told.get("quotes", ())),
        tuple(told.get("spans", ())),
        withheld if isinstance(withheld, bool) else tuple(withheld),
        told.get("instead", {}),
        told.get("sentences"),
    )


def publish(
    path: Path, target: Path, now: datetime, *, sentences: Sentences = "figures", replace: bool = False
) -> Published:
    """Write the publishable copy of the database at *path* to the file *target*.

    Raises DatabaseError, and leaves no file, where there is nothing to copy, *target* exists (without
    *replace*), or the copy holds more of a text than quotations, or anything private.
    """
    open_store(path, read_only=True).close()  # says so where there is none, or another program's
    try:
        with new_file(target, replace=replace, beside=path) as part:
            with closing(_connect(part)) as copy:
                copy.execute("ATTACH ? AS source", [f"{path.absolute().as_uri()}?mode=ro"])
                _fill(copy, sentences, now)
                _verify(copy)
                _search_through(copy, part)
                counted = _counted(copy)
            size = part.stat().st_size
    except sqlite3.Error as error:
        raise DatabaseError(f"the copy to {target} failed: {error}; is there room on the disk?") from error
    return Published(target, size, *counted)


def _connect(part: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(f"{part.absolute().as_uri()}?mode=rwc", uri=True, isolation_level=None)
    copy.execute("PRAGMA journal_mode = OFF")  # what fails is thrown away
    copy.execute("PRAGMA synchronous = OFF")
    copy.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    copy.create_function("brief", 1, brief, deterministic=True)
    return copy


def _fill(copy: sqlite3.Connection, sentences: Sentences, now: datetime) -> None:
    """Build the copy in one snapshot of its source: tables, rows, then what watches over them."""
    copy.execute("BEGIN")
    schema = copy.execute("SELECT type, name, sql FROM source.sqlite_master WHERE sql IS NOT NULL").fetchall()
    version = copy.execute("PRAGMA source.user_version").fetchone()[0]
    tables = [(name, sql) for kind, name, sql in schema if kind == "table" and not name.startswith("sqlite_")]
    for name, sql in tables:
        if not name.startswith(f"{_SEARCH}_"):
            copy.execute(sql)
        if (rule := rules().get(name)) and rule.withheld is not True:
            _copy_rows(copy, name, rule, sentences, now)
    copy.execute(f"INSERT INTO {_SEARCH} ({_SEARCH}) VALUES ('rebuild')")
    for kind, _, sql in schema:
        if kind != "table":
            copy.execute(sql)
    copy.execute(f"PRAGMA user_version = {version}")
    copy.execute("COMMIT")
    copy.execute("VACUUM main")


def _copy_rows(
    copy: sqlite3.Connection, table: str, rule: TableRule, sentences: Sentences, now: datetime
) -> None:
    there = {row[1] for row in copy.execute(f'PRAGMA source.table_info("{table}")')}
    names = [name for name in rule.columns if name in there]
    values = [_value(name, rule, sentences) for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    sql = f'INSERT INTO main."{table}" ({quoted}) SELECT {", ".join(values)} FROM source."{table}" AS t'
    copy.execute(sql, {"now": now.isoformat()} if ":now" in sql else {})


_OF_FIGURES = """CASE WHEN part = 'title' OR EXISTS (
  SELECT 1 FROM source.figures f WHERE f.article = t.article AND f.sentence = t.sentence
) THEN sentence ELSE '' END"""


def _value(name: str, rule: TableRule, sentences: Sentences) -> str:
    """The SQL of a column's value in the copy."""
    if name in rule.spans:
        whole = f'instr({_sentence(rule, sentences)}, "{name}")'
        return f'CASE WHEN {whole} THEN "{name}" ELSE brief("{name}") END'
    if name == "sentence":
        return _sentence(rule, sentences)
    return rule.instead.get(name, f'"{name}"')


def _sentence(rule: TableRule, sentences: Sentences) -> str:
    if sentences == "none":
        return "''"
    return '"sentence"' if sentences == "all" or rule.sentences == "figures" else _OF_FIGURES


def _verify(copy: sqlite3.Connection) -> None:
    verdict = copy.execute("PRAGMA main.integrity_check(1)").fetchone()[0]
    if verdict == "ok" and (broken := copy.execute("PRAGMA main.foreign_key_check").fetchone()):
        verdict = f"a row without its parent in {broken[0]}"
    if verdict != "ok":
        raise DatabaseError(f"the copy is not sound ({verdict}): run `newsgauge check` on the database")
    copy.execute(f"INSERT INTO main.{_SEARCH} ({_SEARCH}, rank) VALUES ('integrity-check', 1)")


def _search_through(copy: sqlite3.Connection, part: Path) -> None:
    """Raises DatabaseError where the file holds more of a text than quotations, or something private."""
    if found := leftover(part, _quoted(copy), _texts(copy)):
        raise DatabaseError(
            f'the copy would hold words of {found.where} that no quotation has ("{found.words}"): '
            "nothing was written; please report it with the column that holds them"
        )
    with part.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for what, secret in _secrets(copy):
            if content.find(secret.encode()) >= 0:
                raise DatabaseError(f"the copy would hold {what}: nothing was written; please report it")


def _quoted(copy: sqlite3.Connection) -> Iterator[str]:
    """Every row's texts that may stand in the copy: quotations, names, and spans that are no more.

    What a row holds stands in the file side by side, so it is told together.
    """
    for table, rule in rules().items():
        if not (rule.quotes or rule.spans or rule.sentences):
            continue
        there = copy.execute(f'PRAGMA main.table_info("{table}")').fetchall()
        cells = [_allowed(row[1], rule) for row in there if row[2] == "TEXT"]
        told = " || ' ' || ".join(f"coalesce({cell}, '')" for cell in cells)
        for (text,) in copy.execute(f'SELECT {told} FROM main."{table}"'):
            yield text


def _allowed(name: str, rule: TableRule) -> str:
    """The SQL of a cell, null where its text may not stand in the copy."""
    if name == "sentence" or name in rule.quotes:
        return f'"{name}"'
    if name in rule.spans:
        return f'CASE WHEN instr(sentence, "{name}") OR brief("{name}") = "{name}" THEN "{name}" END'
    return f'CASE WHEN length("{name}") <= {LONGEST_NAME} THEN "{name}" END'


_TEXTS = (
    ("the text of article {}", "SELECT id, body FROM source.articles WHERE body != ''"),
    ("a revision of article {}", "SELECT article, body FROM source.revisions WHERE body != ''"),
    ("the summary of entry {}", "SELECT id, summary FROM source.entries WHERE summary != ''"),
    ("the content of entry {}", "SELECT id, content FROM source.entries WHERE content != ''"),
)


def _texts(copy: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    for name, sql in _TEXTS:
        for number, text in copy.execute(sql):
            yield name.format(number), text


def _secrets(copy: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """What is private in the source, as far as it is long enough to be told from other texts."""
    found = [
        ("a path of this machine", path)
        for sql in (
            "SELECT cookies_file FROM source.feeds",
            "SELECT config_path FROM source.daemon",
            "SELECT path FROM source.backfill_parts",
        )
        for (path,) in copy.execute(sql)
    ]
    for (headers,) in copy.execute("SELECT DISTINCT headers FROM source.feeds"):
        found += [("a feed's secret header", str(value)) for value in json.loads(headers).values()]
    yield from ((what, text) for what, text in found if text and len(text) >= _SHORTEST_SECRET)


_COUNTS = """
WITH quoted AS (
  SELECT article, sum(length(sentence)) AS letters, count(*) AS sentences
    FROM (SELECT article, sentence FROM main.figures WHERE part = 'body' AND sentence != ''
          UNION SELECT article, sentence FROM main.facts WHERE sentence != ''
          UNION SELECT article, sentence FROM main.company_mentions WHERE part = 'body' AND sentence != ''
          UNION SELECT article, sentence FROM main.theme_mentions WHERE part = 'body' AND sentence != ''
          UNION SELECT article, sentence FROM main.country_mentions WHERE part = 'body' AND sentence != ''
          UNION SELECT article, sentence FROM main.title_mentions WHERE part = 'body' AND sentence != '')
   GROUP BY article
)
SELECT (SELECT count(*) FROM main.articles), (SELECT count(*) FROM main.facts),
       coalesce(sum(q.sentences), 0),
       coalesce(1.0 * sum(min(q.letters, length(a.body)))
                / (SELECT sum(length(body)) FROM source.articles), 0),
       count(*) FILTER (WHERE q.letters * 2 > length(a.body))
  FROM quoted q JOIN source.articles a ON a.id = q.article AND a.body != ''
"""


def _counted(copy: sqlite3.Connection) -> tuple[int, int, int, float, int]:
    row = copy.execute(_COUNTS).fetchone()
    return int(row[0]), int(row[1]), int(row[2]), float(row[3]), int(row[4])
