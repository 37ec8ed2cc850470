"""The SQLite file: made, migrated, refused with a sentence that says why, and written one at a time."""

import sqlite3
import threading
from pathlib import Path

import pytest

from db.migrations import SCHEMA_VERSION
from db.store import DatabaseError, open_store


def test_a_new_database_is_strict_and_has_foreign_keys_and_wal(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        assert store.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store.db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert store.db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        loose = store.db.query(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict "
            "AND name NOT LIKE 'sqlite%' AND name != '_sqlite_migrations'"
        )
        assert [row["name"] for row in loose] == []


def test_a_wrong_type_and_a_missing_parent_are_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store, store.write() as db:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("INSERT INTO polls (feed, started_at, seconds, outcome) VALUES (99, 'now', 1, 'new')")
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("INSERT INTO outlets (id, key, name) VALUES ('one', 'k', 'n')")


def test_an_exception_rolls_the_whole_transaction_back(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        with pytest.raises(RuntimeError), store.write() as db:
            db["outlets"].insert({"key": "a", "name": "A"})
            raise RuntimeError
        assert store.db["outlets"].count == 0


def test_two_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    open_store(path).close()

    def write(name: str) -> None:
        with open_store(path) as store:
            for number in range(40):
                with store.write() as db:
                    db["outlets"].insert({"key": f"{name}{number}", "name": name})

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_store(path, read_only=True) as store:
        assert store.db["outlets"].count == 160


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE songs (title)")
    other.commit()
    other.close()
    with pytest.raises(DatabaseError, match="another program's database"):
        open_store(tmp_path / "other.db")


def test_a_newer_newsgauges_database_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        store.db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(DatabaseError, match="newer newsgauge"):
        open_store(tmp_path / "n.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "n.db").write_text("these are notes, and long enough to be taken for a header by nobody")
    with pytest.raises(DatabaseError, match="not an SQLite database"):
        open_store(tmp_path / "n.db")


def test_a_missing_folder_and_a_missing_database_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="does not exist: make it"):
        open_store(tmp_path / "nowhere" / "n.db")
    with pytest.raises(DatabaseError, match="newsgauge update"):
        open_store(tmp_path / "n.db", read_only=True)


def test_full_text_search_follows_a_changed_article(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        with store.write() as db:
            db["articles"].insert(
                {
                    "url": "https://example.org/1",
                    "title": "Lantern buys a studio",
                    "body": "The studio makes werewolf serials.",
                    "body_source": "page",
                    "fetched_at": "2026-01-01T00:00:00+00:00",
                    "text_hash": "h",
                }
            )
        search = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
        assert store.db.execute(search, ["werewolf"]).fetchone() == (1,)
        with store.write() as db:
            db.execute("UPDATE articles SET body = 'The studio makes palace serials.'")
        assert store.db.execute(search, ["werewolf"]).fetchone() == (0,)
        assert store.db.execute(search, ["palace"]).fetchone() == (1,)
