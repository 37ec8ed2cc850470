"""The publishable copy: all that was read, and of the texts nothing but quotations, searched by shingles."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from db import findings, maintenance, publish, series, trends
from db.leftovers import leftover
from db.publish import rules
from db.store import DatabaseError, open_store
from monitor.cli import newsgauge
from tests.news_rows import add_article, tell
from tests.shingles import left_over, shingles

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
QUOTE = "Lumo had revenue of $412 million, its filing to the exchange said on Monday."
LONG = "walked the length of the quay without a word about what comes next"
THEME = "The werewolf of its best series wakes up each morning as somebody else's brother."
BODY = (
    "On a quiet pier the drama maker showed its books to nobody but gulls and two patient bankers. "
    f"{QUOTE} Then its founder walked the length of the quay without a word about what comes next year. "
    f"{THEME}"
)
CHINESE = "晨星公司在海边的旧仓库里拍摄了一部关于狼人的短剧并且没有邀请任何一位记者到场观看首映"
OLD = "An earlier wording that the outlet took back within the hour and never once explained to its readers."
SUMMARY = "What the feed alone says of it in a dozen words or a few more than that, summed up."
SECRET = "Bearer 7f3a9c51e2"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a text in every place that texts come to, and secrets in the places of secrets."""
    with open_store(tmp_path / "n.db") as store:
        article = tell(store, "$412 million", 412e6, body=BODY, sentence=QUOTE, company="Lumo")
        add_article(store, date(2026, 3, 3), title="晨星公司", body=CHINESE, language="zh")
        local = add_article(store, date(2026, 3, 4), title="Taken by hand", themes=["werewolf"])
        with store.write() as db:
            place = {"article": article, "part": "body", "start": 0, "end": 8, "text": "werewolf"}
            db["theme_mentions"].insert({**place, "theme": "werewolf", "sentence": THEME, "rule": "r"})
            walk = f"Then its founder {LONG} year."
            db["theme_mentions"].insert(
                {**place, "theme": "werewolf", "text": LONG, "sentence": walk, "rule": "r"}
            )
            db.execute("UPDATE articles SET url = 'file:///home/jarek/kept.html' WHERE id = ?", [local])
            db.execute("UPDATE articles SET error = 'cannot read /home/jarek/kept.html'")
            db["revisions"].insert(
                {"article": article, "seen_at": "t", "title": "T", "body": OLD, "text_hash": "h"}
            )
            db["feeds"].insert(
                {
                    **{"url": "https://example.org/feed?token=s3cr3t", "added_at": "t", "next_poll_at": "t"},
                    **{
                        "headers": json.dumps({"Authorization": SECRET}),
                        "cookies_file": "/home/jarek/c.txt",
                    },
                }
            )
            db["entries"].insert(
                {
                    **{"feed": 1, "key": "k", "content_hash": "h", "first_seen_at": "t", "article": article},
                    **{"summary": SUMMARY, "content": f"<p>{BODY}</p>", "title": "T"},
                }
            )
            db["deliveries"].insert({"kind": "digest", "key": "2026-03-03", "target": "jarek's breakfast"})
            db["digests"].insert(
                {"day": "d", "since": "s", "until": "u", "created_at": "c", "content": json.dumps(THEME)}
            )
            db["daemon"].insert(
                {"id": 1, "pid": 1, "version": "1", "started_at": "t", "config_path": "/home/jarek/n.toml"}
            )
            part = {
                "path": "/home/jarek/archive.jsonl",
                "kind": "jsonl",
                "stamp": "s",
                "start": 0,
                "end": 9,
            }
            db["backfill_parts"].insert(part)
    return tmp_path / "n.db"


def made(path: Path, sentences: Any = "figures") -> Path:
    target = path.with_name(f"{sentences}.db")
    publish.publish(path, target, NOW, sentences=sentences)
    return target


def titles(path: Path) -> list[str]:
    with open_store(path, read_only=True) as store:
        return [row[0] for row in store.db.execute("SELECT title FROM articles")]


@pytest.mark.parametrize(
    ("sentences", "quoted"),
    [("figures", [QUOTE]), ("all", [QUOTE, THEME, f"Then its founder {LONG} year."]), ("none", [])],
)
def test_no_body_text_but_quotations_is_in_the_copy(path: Path, sentences: Any, quoted: list[str]) -> None:
    texts = [BODY, CHINESE, OLD, SUMMARY]
    copy = made(path, sentences)
    assert left_over(copy, texts, [*quoted, *titles(path)]) == set()
    held = copy.read_bytes().decode("utf-8", "replace")
    assert [sentence in held for sentence in (QUOTE, THEME)] == [text in quoted for text in (QUOTE, THEME)]
    assert shingles(BODY) & shingles(path.read_bytes().decode("utf-8", "replace"))  # the search does see


def test_the_words_of_a_finding_are_cut_where_no_sentence_is_kept(path: Path) -> None:
    for sentences, kept in (("figures", "walked the length of the quay without …"), ("all", LONG)):
        with closing(sqlite3.connect(made(path, sentences))) as copy:
            (held,) = copy.execute("SELECT text FROM theme_mentions WHERE text LIKE 'walked%'").fetchone()
        assert held == kept


def test_nothing_private_is_in_the_copy(path: Path) -> None:
    held = made(path, "all").read_bytes()
    for secret in (SECRET, "s3cr3t", "jarek", "/home", "breakfast", "archive.jsonl", "n.toml", "c.txt"):
        assert secret.encode() not in held, secret


def test_what_was_read_is_in_the_copy(path: Path) -> None:
    copy = made(path)
    with open_store(path, read_only=True) as one, open_store(copy, read_only=True) as other:
        for table in ("articles", "money", "facts", "theme_mentions", "companies", "daily_counts", "stories"):
            assert one.db[table].count == other.db[table].count > 0, table
        assert series.reported(one) == series.reported(other)
        assert trends.theme_trends(one, NOW) == trends.theme_trends(other, NOW)
        (text,) = {row[0] for row in other.db.execute("SELECT body FROM articles")}
        assert text == ""
        urls = {row[0] for row in other.db.execute("SELECT url FROM articles")}
        assert urls == {"https://example.org/1", "https://example.org/2", "urn:newsgauge:article:3"}


def test_the_copy_is_sound_searched_by_title_and_never_read_anew(path: Path) -> None:
    copy = made(path)
    assert [item.name for item in copy.parent.glob("figures.db*")] == ["figures.db"]
    with closing(sqlite3.connect(copy)) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert plain.execute("PRAGMA freelist_count").fetchone() == (0,)
        asked = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"
        assert plain.execute(asked, ["lumo"]).fetchall() == [(1,)]
        assert plain.execute(asked, ["gulls"]).fetchall() == []
    assert maintenance.check(copy).faults == ()
    with open_store(copy) as store:
        assert findings.count_unread(store, "another version") == 0


def test_every_table_and_column_is_decided_upon(tmp_path: Path) -> None:
    """A new table or column: say in db/published.toml whether a copy that is given away has it."""
    with open_store(tmp_path / "n.db") as store:
        names = {name for name in store.db.table_names() if not name.startswith(("articles_fts", "sqlite_"))}
        assert set(rules()) == names
        for table, rule in rules().items():
            if rule.withheld is True:
                assert not rule.columns
                continue
            assert isinstance(rule.withheld, tuple)
            decided = [*rule.columns, *rule.withheld]
            assert sorted(decided) == sorted(column.name for column in store.db[table].columns), table


def test_a_text_that_slips_into_the_copy_fails_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = rules()["articles"]
    slipped = {**rules(), "articles": replace(told, keep=(*told.keep, "body"), withheld=("error",))}
    monkeypatch.setattr(publish, "rules", lambda: slipped)
    with pytest.raises(DatabaseError, match=r"words of the text of article 1 .*nothing was written"):
        publish.publish(path, path.with_name("copy.db"), NOW)
    assert list(path.parent.glob("copy.db*")) == []


def test_a_secret_that_slips_into_the_copy_fails_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ("id", "url", "added_at", "next_poll_at", "headers")
    kept = replace(rules()["feeds"], keep=columns, withheld=())
    slipped = {**rules(), "feeds": kept}
    monkeypatch.setattr(publish, "rules", lambda: slipped)
    with pytest.raises(DatabaseError, match="would hold a feed's secret header: nothing was written"):
        publish.publish(path, path.with_name("copy.db"), NOW)
    assert list(path.parent.glob("copy.db*")) == []


def test_leftovers_in_free_pages_are_seen(path: Path) -> None:
    copy = made(path)
    quoted = [QUOTE, *titles(path)]
    assert leftover(copy, quoted, [("it", BODY), ("that", CHINESE)]) is None
    with closing(sqlite3.connect(copy)) as plain:
        plain.execute("PRAGMA secure_delete = OFF")
        plain.execute("CREATE TABLE kept (text)")
        plain.executemany("INSERT INTO kept VALUES (?)", [(BODY,), (CHINESE,)])
        plain.commit()
        plain.execute("DROP TABLE kept")
        plain.commit()
    found = leftover(copy, quoted, [("it", BODY)])
    assert found is not None
    assert found.where == "it" and found.words in BODY
    chinese = leftover(copy, quoted, [("that", CHINESE)])
    assert chinese is not None and chinese.words.replace(" ", "") in CHINESE


def test_a_long_text_is_found_across_pages_and_chunks(tmp_path: Path) -> None:
    words = " ".join(f"word{number}" for number in range(40_000))
    with closing(sqlite3.connect(tmp_path / "c.db")) as plain:
        plain.execute("CREATE TABLE filler (text)")
        plain.executemany("INSERT INTO filler VALUES (?)", [(f"x{n} " * 900,) for n in range(3000)])
        plain.execute("INSERT INTO filler VALUES (?)", [words])
        plain.commit()
    assert (tmp_path / "c.db").stat().st_size > 8 * 1024**2
    for start in range(0, 40_000, 5000):
        text = " ".join(words.split()[start : start + 2000])
        assert leftover(tmp_path / "c.db", [], [("it", text)]) is not None
    assert leftover(tmp_path / "c.db", [words], [("it", words)]) is None
    assert leftover(tmp_path / "c.db", [], [("it", "seven words are too few to tell"), ("no", "")]) is None


def test_a_copy_made_beside_a_writer_is_of_one_moment(path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with open_store(path) as store:
            number = 0
            while not stop.is_set():
                number += 1
                with store.write():
                    add_article(store, date(2026, 3, 5), title=f"New {number}", themes=["campus"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [publish.publish(path, path.with_name(f"{number}.db"), NOW).path for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert [maintenance.check(copy).faults for copy in copies] == [(), (), ()]


def test_the_command_says_what_it_made_and_overwrites_nothing_unasked(path: Path) -> None:
    target = path.with_name("public.db")

    def run(*options: str) -> Any:
        return CliRunner().invoke(
            newsgauge, ["--db", str(path), "export", "--publish", str(target), *options]
        )

    done = run()
    assert done.exit_code == 0, done.exception
    assert "3 articles without their texts, 1 facts; searched for leftovers, none found" in done.output
    assert "1 sentences are quoted" in done.output
    again = run()
    assert "overwrite it with --force" in str(again.exception)
    told = json.loads(run("--force", "--json", "--sentences", "none").output)
    assert (told["articles"], told["sentences"], told["quoted"]) == (3, 0, 0)
    over = CliRunner().invoke(newsgauge, ["--db", str(path), "export", "--publish", str(path), "--force"])
    assert "is the database itself" in str(over.exception)
    none = CliRunner().invoke(
        newsgauge, ["--db", str(path.with_name("none.db")), "export", "--publish", str(target)]
    )
    assert "there is no database" in str(none.exception)
