"""The file over years: copies, checks that repair, pruning, dumps, old versions, a WAL that is cut."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from db import dump, maintenance, past, rollups, trends
from db.findings import count_unread, unread
from db.migrations import SCHEMA_VERSION, migrations
from db.store import APPLICATION_ID, DatabaseError, open_store
from db.vintages import Stamp, change
from monitor.cli import newsgauge
from tests.news_rows import add_article

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
BODY = "Marram Films sold 4.2 million passes to its werewolf series in 12 countries, Dora Klint said there."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_store(tmp_path / "n.db") as store:
        for number in range(6):
            day = TODAY - timedelta(days=300 * number)
            add_article(store, day, title=f"T{number}", body=BODY, themes=["werewolf"], companies=["Marram"])
    return tmp_path / "n.db"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(newsgauge, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def test_a_copy_made_beside_a_writer_is_whole(path: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with open_store(path) as store:
            number = 0
            while not stop.is_set():
                number += 1
                add_article(store, TODAY, title=f"New {number}", themes=["campus"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = maintenance.backup(path, tmp_path / "copy.db", NOW)
    finally:
        stop.set()
        writer.join()
    assert made.articles >= 6 and not (tmp_path / "copy.db.part").exists()
    assert maintenance.check(made.path).faults == ()
    with open_store(made.path) as copy:
        assert copy.db["articles"].count == made.articles


def test_a_copy_overwrites_nothing_and_says_what_to_do(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    made = maintenance.backup(path, folder, NOW)
    assert made.path == folder / "newsgauge-20261122T180000Z.db"
    with pytest.raises(DatabaseError, match="exists: name another file"):
        maintenance.backup(path, folder, NOW)
    with pytest.raises(DatabaseError, match="make it, or name another"):
        maintenance.backup(path, tmp_path / "nowhere" / "copy.db", NOW)
    with pytest.raises(DatabaseError, match="newsgauge update"):
        maintenance.backup(tmp_path / "none.db", tmp_path / "new.db", NOW)


def test_a_sound_file_has_no_faults(path: Path, tmp_path: Path) -> None:
    assert maintenance.check(path).faults == ()
    with pytest.raises(DatabaseError, match="newsgauge update"):
        maintenance.check(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


FAULTS = {
    "counts that differ from a recount ": "UPDATE subjects SET stories = 0",
    "counts that differ from a recount": "UPDATE daily_counts SET stories = stories + 1",
    "stories that miscount their articles": "UPDATE stories SET articles = 7",
    "the search index differs from the articles": (
        "INSERT INTO articles_fts (articles_fts, rowid, title, body) "
        "SELECT 'delete', id, title, body FROM articles LIMIT 1"
    ),
    "vintages that cannot be read": (
        "INSERT INTO past_findings (kind, finding, article, content, valid_until, cause) "
        "VALUES ('money', 9, 1, 'no JSON', '2026-01-01', 'reading')"
    ),
    "read articles without a story": "UPDATE articles SET story = NULL, story_hash = NULL",
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_derives_from_other_rows_is_found_and_mended(path: Path, what: str) -> None:
    with open_store(path) as store, store.write() as db:
        db.execute(FAULTS[what])
    found = maintenance.check(path)
    assert what.strip() in [fault.what for fault in found.faults] and not found.sound
    assert maintenance.check(path, repair=True).sound
    assert maintenance.check(path).faults == ()


def test_lost_rows_of_every_rollup_are_counted_anew(path: Path) -> None:
    for table in ("article_subjects", "story_subjects", "daily_counts"):
        with open_store(path) as store, store.write() as db:
            db.execute(f"DELETE FROM {table} WHERE subject IN (SELECT max(id) FROM subjects)")
            assert getattr(rollups.drift(db), table)
        assert maintenance.check(path, repair=True).sound


def test_a_row_without_its_parent_is_found(path: Path) -> None:
    with sqlite3.connect(path) as plain:
        plain.execute("INSERT INTO polls (feed, started_at, seconds, outcome) VALUES (99, 'now', 1, 'new')")
    plain.close()
    (fault,) = maintenance.check(path, repair=True).faults
    assert (fault.what, fault.count, fault.mended) == ("rows without their parent", 1, False)
    assert "polls" in fault.advice


def test_damaged_pages_are_found_and_the_advice_is_a_copy(path: Path) -> None:
    with open_store(path) as store:
        store.checkpoint()
        (root,) = store.db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'articles_text_hash'"
        ).fetchone()
        (size,) = store.db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size + 8)
        file.write(b"\xff" * 60)
    output = run("--db", path, "check")
    assert "damaged" in output and "newsgauge backup" in output


def test_pruning_drops_texts_and_keeps_findings_stories_and_counts(path: Path) -> None:
    with open_store(path) as store:
        kept = ("theme_mentions", "company_mentions", "stories", "daily_counts", "article_subjects")
        before = {table: store.db.execute(f"SELECT * FROM {table}").fetchall() for table in kept}
        asked = {"bodies_before": date(2025, 6, 1), "polls_before": date(2026, 1, 1), "now": NOW}
        planned = maintenance.prune(store, **asked, dry_run=True)  # type: ignore[arg-type]
        assert store.db["articles"].count_where("body = ''") == 0
        gone = maintenance.prune(store, **asked)  # type: ignore[arg-type]
        assert gone == planned == maintenance.Pruned(bodies=4, revisions=0, contents=0, polls=0, vintages=0)
        assert {table: store.db.execute(f"SELECT * FROM {table}").fetchall() for table in kept} == before
        assert store.db["articles"].count_where("body = ''") == 4
        found = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'werewolf'"
        assert store.db.execute(found).fetchone() == (2,)
    assert maintenance.check(path).faults == ()


def test_a_pruned_article_is_not_read_again_unless_its_text_comes_back(path: Path) -> None:
    with open_store(path) as store:
        maintenance.prune(store, bodies_before=date(2025, 6, 1), polls_before=TODAY, now=NOW)
        assert len(unread(store, "2", 100)) == count_unread(store, "2") == 2
        with store.write() as db:
            db.execute("UPDATE articles SET body = ?, extractor_version = NULL WHERE title = 'T5'", [BODY])
        assert [article.title for article in unread(store, "2", 100)] == ["T5", "T0", "T1"]


def test_pruned_vintages_are_gone_and_pasts_say_so(path: Path) -> None:
    early, late = NOW - timedelta(days=900), NOW - timedelta(days=20)
    with open_store(path) as store:
        for table, number, moment in (("company_mentions", 1, early), ("theme_mentions", 2, late)):
            with store.write() as db:
                change(db, table, [number], {"text": "other"}, Stamp(moment, "2"))
        older = past.past(path, early - timedelta(days=1), NOW)
        asked = {"bodies_before": date(2025, 6, 1), "polls_before": date(2026, 1, 1), "now": NOW}
        planned = maintenance.prune(store, **asked, dry_run=True)  # type: ignore[arg-type]
        assert older.exists()
        assert maintenance.prune(store, **asked) == planned  # type: ignore[arg-type]
        assert planned.vintages == 1
        assert [row["kind"] for row in store.db["past_findings"].rows] == ["theme_mentions"]
        assert not older.exists()
        assert past.known(store).since == datetime(2025, 6, 1, tzinfo=UTC)
    with open_store(past.past(path, early, NOW), read_only=True) as store:
        assert "2025-06-01" in str(past.note(store))
    with open_store(past.past(path, late - timedelta(days=1), NOW), read_only=True) as store:
        assert past.note(store) is None
        assert store.db.execute("SELECT text FROM theme_mentions WHERE id = 2").fetchone() == ("x",)


def test_vacuum_gives_the_room_back(path: Path) -> None:
    with open_store(path) as store:
        with store.write() as db:
            db.execute("UPDATE articles SET body = ? WHERE title = 'T5'", ["word " * 400_000])
        store.checkpoint()
        large = path.stat().st_size
        maintenance.prune(store, bodies_before=date(2025, 6, 1), polls_before=TODAY, now=NOW)
        maintenance.vacuum(store)
    assert path.stat().st_size < large / 2
    assert maintenance.check(path).faults == ()


def old_file(path: Path, version: int) -> None:
    """A file as *version* left it: its migrations alone, its number in the header, and rows."""
    steps = [step.name for step in migrations.pending(Database(memory=True))]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(Database(connection), stop_before=steps[version])
        connection.execute(f"PRAGMA user_version = {version}")
        if version:
            connection.execute(
                "INSERT INTO articles (url, title, body_source, published, fetched_at, text_hash, read_at) "
                "VALUES ('https://example.org/', 'T', 'page', '2026-11-20T00:00:00+00:00', '2026-11-20', "
                "'h', '2026-11-20')"
            )
            connection.execute("INSERT INTO themes (id, label, family) VALUES ('campus', 'Campus', 'plot')")
            connection.execute(
                "INSERT INTO theme_mentions (article, theme, part, start, end, text, sentence, rule) "
                "VALUES (1, 'campus', 'body', 0, 1, 'c', 'c', 'r')"
            )
        connection.commit()


@pytest.mark.parametrize("version", range(SCHEMA_VERSION))
def test_a_file_of_every_earlier_version_is_migrated_with_its_counts(tmp_path: Path, version: int) -> None:
    old = tmp_path / "old.db"
    old_file(old, version)
    with open_store(old) as store:
        assert store.db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert not rollups.drift(store.db)
    assert maintenance.check(old, repair=True).sound
    with open_store(old) as store:
        counted = {trend.name: trend.observed for trend in trends.theme_trends(store, NOW)}
        assert counted == ({"campus": 1} if version else {})
    assert maintenance.check(old).faults == ()


def test_readers_are_not_blocked_and_the_wal_is_cut_when_a_held_snapshot_is_let_go(path: Path) -> None:
    wal = Path(f"{path}-wal")
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    with open_store(path) as store:
        reader.execute("BEGIN")
        (before,) = reader.execute("SELECT count(*) FROM articles").fetchone()
        for number in range(60):
            add_article(store, TODAY, title=f"More {number}", body="word " * 20_000, in_story=False)
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (before,)
        store.checkpoint()
        held = wal.stat().st_size
        reader.execute("ROLLBACK")
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (before + 60,)
        store.checkpoint()
        assert held > 5_000_000 and wal.stat().st_size == 0
    reader.close()


def test_dumps_as_csv_json_and_parquet_agree(path: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with open_store(path, read_only=True) as store:
        for table in dump.dumpable(store):
            files = {form: tmp_path / f"{table}.{form}" for form in ("csv", "json", "parquet")}
            counts = {dump.dump(store, table, form, file) for form, file in files.items()}  # type: ignore[arg-type]
            assert len(counts) == 1
            rows = [json.loads(line) for line in files["json"].read_text().splitlines()]
            assert parquet.read_table(files["parquet"]).to_pylist() == rows
            assert len(list(csv.DictReader(io.StringIO(files["csv"].read_text())))) == len(rows)


def test_a_formula_in_a_title_is_dumped_as_text(path: Path, tmp_path: Path) -> None:
    with open_store(path) as store:
        add_article(store, TODAY, title='=HYPERLINK("https://example.org")')
        dump.dump(store, "articles", "csv", tmp_path / "a.csv")
    rows = list(csv.DictReader((tmp_path / "a.csv").open()))
    assert rows[-1]["title"].startswith("'=HYPERLINK")


def test_the_commands_say_what_they_did(path: Path, tmp_path: Path) -> None:
    assert "6 articles, verified" in run("--db", path, "backup", tmp_path / "b.db")
    assert run("--db", path, "check") == "all is well\n"
    assert "would go: 4 texts" in run("--db", path, "prune", "--bodies-after", 500, "--dry-run")
    assert "gone: " in run("--db", path, "prune", "--bodies-after", 500, "--vacuum")
    assert "fact_figures" in run("--db", path, "dump")
    assert run("--db", path, "dump", "themes").splitlines()[1] == "werewolf,Werewolf,plot,"
    wrong = CliRunner().invoke(newsgauge, ["--db", str(path), "dump", "songs"])
    assert isinstance(wrong.exception, DatabaseError) and "choose one of" in str(wrong.exception)


def test_trends_as_table_json_and_csv(path: Path) -> None:
    told = ["--db", path, "trends", "--until", "2026-11-22"]
    table = run(*told)
    assert "werewolf" in table and "1 story from 1 outlet" in table and "too few to say" in table
    found = json.loads(run(*told, "--json"))
    (trend,) = found["trends"]
    assert (trend["name"], trend["observed"], trend["windows"][-1]["count"]) == ("werewolf", 1, 1)
    assert found["denominators"]["stories"] == 1
    rows = list(csv.DictReader(io.StringIO(run(*told, "--csv"))))
    assert len(rows) == 13 and rows[-1]["window_last"] == "2026-11-22" and rows[-1]["count"] == "1"
    since = json.loads(run(*told, "--since", "2026-11-09", "--by", "day", "--json"))
    assert len(since["trends"][0]["windows"]) == 14
    both = json.loads(run(*told, "--theme", "Werewolf", "--company", "marram", "--json"))
    assert both["trends"][0]["name"] == "werewolf × Marram"
    owners = json.loads(run(*told, "--of", "companies", "--roll-up", "--json"))
    assert [t["name"] for t in owners["trends"]] == ["Marram"]
    with_each = json.loads(run(*told, "--of", "pairs", "--theme", "werewolf", "--json"))
    assert [t["company"] for t in with_each["trends"]] == [1]


def test_wrong_questions_get_one_clear_line(path: Path) -> None:
    for options, said in (
        (["--theme", "werwolf"], "no theme goes by 'werwolf'"),
        (["--company", "Marram Films"], "near: Marram"),
    ):
        wrong = CliRunner().invoke(newsgauge, ["--db", str(path), "trends", *options])
        assert isinstance(wrong.exception, DatabaseError) and said in str(wrong.exception)
    rolled = run("--db", path, "trends", "--roll-up")
    assert "--roll-up goes with --of companies" in rolled
    backwards = run("--db", path, "trends", "--since", "2026-11-02", "--until", "2026-11-01")
    assert "is after --until" in backwards
