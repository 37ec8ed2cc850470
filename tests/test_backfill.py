"""Archives of every form taken in: articles, findings, the ledger, what is set aside and tried again."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import fsspec
import pytest

from db.rollups import drift
from db.store import Store, open_store
from monitor.backfill import listing
from monitor.backfill.exchange import pack, unpack
from monitor.backfill.reading import PrepareParts
from monitor.backfill.run import BackfillSummary, SoFar, here, run_backfill
from monitor.backfill.values import BackfillError, Part
from monitor.config import Config
from tests.archives import (
    Article,
    articles,
    write_csv,
    write_html,
    write_jsonl,
    write_parquet,
    write_text,
    write_warc,
)
from tests.programs import run
from tests.test_update_kill import contents

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
MADE = articles(24)


def take(database: Path, *paths: Path | str, config: Config | None = None) -> BackfillSummary:
    """Take *paths* in, in this process."""
    with open_store(database) as store:
        return run_backfill(store, config or Config(), [str(p) for p in paths], lambda: NOW, here)


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with open_store(database, read_only=True) as store:
        found: list[tuple[object, ...]] = store.db.execute(sql).fetchall()
        return found


def whole(store: Store) -> None:
    """The counts are those of a recount."""
    assert not drift(store.db)


@pytest.fixture(scope="module")
def of_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that took the articles in as JSON lines."""
    folder = tmp_path_factory.mktemp("lines")
    take(folder / "n.db", write_jsonl(folder / "a.jsonl", MADE))
    return folder / "n.db"


def test_json_lines_are_articles_with_findings_stories_and_counts(of_lines: Path) -> None:
    assert rows(of_lines, "SELECT count(*), count(read_at), count(story), count(outlet) FROM articles") == [
        (24, 24, 24, 24)
    ]
    assert {row[0] for row in rows(of_lines, "SELECT url FROM articles")} == {a.url for a in MADE}
    assert {row[0] for row in rows(of_lines, "SELECT substr(published, 1, 10) FROM articles")} == {
        a.published[:10] for a in MADE
    }
    found = contents(of_lines)
    assert all(len(found[name]) >= 5 for name in ("money", "facts", "companies", "themes", "sightings"))
    with open_store(of_lines) as store:
        whole(store)
        assert store.db["daily_counts"].count > 50
    assert rows(of_lines, "SELECT count(*) FROM stories") < [(24,)], "copies are one story"


FORMS: dict[str, Callable[[Path, Sequence[Article]], Path]] = {
    "packed.jsonl.gz": write_jsonl,
    "table.csv": write_csv,
    "semicolons.csv": partial(write_csv, delimiter=";"),
    "table.parquet": write_parquet,
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("many_parts", [False, True])
def test_tables_hold_what_the_lines_do(
    tmp_path: Path, of_lines: Path, name: str, many_parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many_parts:
        monkeypatch.setattr(listing, "PART_BYTES", 3000)
        monkeypatch.setattr(listing, "PART_ROWS", 3)
    summary = take(tmp_path / "n.db", FORMS[name](tmp_path / name, MADE))
    assert (summary.articles, summary.set_aside) == (24, [])
    assert summary.parts > 3 if many_parts else summary.parts <= 4
    assert contents(tmp_path / "n.db") == contents(of_lines)


PAGES: dict[str, Callable[[Path, Sequence[Article]], Path]] = {
    "pages": write_html,
    "crawl.warc.gz": write_warc,
    "crawl.warc": write_warc,
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_extracted_as_collection_does(
    tmp_path: Path, of_lines: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PART_PAGES", 7)
    summary = take(tmp_path / "n.db", PAGES[name](tmp_path / name, MADE))
    assert (summary.articles, summary.bad) == (24, 0)
    assert summary.parts == (24 if name == "pages" else 4)
    what = "SELECT url, body, substr(published, 1, 10), body_source FROM articles ORDER BY url"
    assert rows(tmp_path / "n.db", what) == rows(of_lines, what)


def test_plain_texts_have_their_title_on_the_first_line_and_count_on_no_day(tmp_path: Path) -> None:
    summary = take(tmp_path / "n.db", write_text(tmp_path / "texts", MADE))
    assert summary.new_articles == len({(a.title, a.text) for a in MADE})
    assert {row[0] for row in rows(tmp_path / "n.db", "SELECT title FROM articles")} == {
        a.title for a in MADE
    }
    assert rows(tmp_path / "n.db", "SELECT count(*) FROM money") > [(5,)]
    assert rows(tmp_path / "n.db", "SELECT count(*) FROM daily_counts") == [(0,)], "nobody knows when"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address at which the files in *folder* are served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_addresses_are_read_where_they_are(
    tmp_path: Path, of_lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PART_BYTES", 3000)
    served = tmp_path / "served"
    served.mkdir()
    write_jsonl(served / "a.jsonl", MADE[:8])
    with fsspec.open("memory://archive/b.jsonl", "wb") as out:
        out.write(write_jsonl(tmp_path / "b.jsonl", MADE[8:16]).read_bytes())
    write_jsonl(tmp_path / "c.jsonl", MADE[16:])
    with serving(served) as base:
        summary = take(
            tmp_path / "n.db",
            f"{base}/a.jsonl",
            "memory://archive/*.jsonl",
            (tmp_path / "c.jsonl").as_uri(),
        )
    assert summary.files == 3
    assert summary.parts > 3
    assert contents(tmp_path / "n.db") == contents(of_lines)


def test_what_is_done_is_not_done_again_and_a_changed_file_is(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", MADE[:6])
    assert take(tmp_path / "n.db", path).new_articles == 6
    again = take(tmp_path / "n.db", path)
    assert (again.parts, again.articles) == (0, 0)

    told = MADE[5].row() | {"body": "Lanternreel paid $9.5 million for Saltgrass, up 12 percent on the year."}
    path.write_text("".join(json.dumps(a.row()) + "\n" for a in MADE[:5]) + json.dumps(told) + "\n")
    changed = take(tmp_path / "n.db", path)
    assert (changed.articles, changed.new_articles) == (6, 0)
    money = f"SELECT m.text FROM money m JOIN articles a ON a.id = m.article WHERE a.url = '{MADE[5].url}'"
    assert rows(tmp_path / "n.db", money) == [("$9.5 million",)]
    assert rows(tmp_path / "n.db", "SELECT count(*) FROM revisions") == [(2,)]

    write_jsonl(path, MADE[:6])
    os.utime(path, (1, 1))
    take(tmp_path / "n.db", path)
    assert rows(tmp_path / "n.db", money) == [("$9.5 million",)], "a former text is no news"
    with open_store(tmp_path / "n.db") as store:
        whole(store)


def test_another_version_reads_an_archive_again_and_doubles_nothing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", MADE[:8])
    take(tmp_path / "n.db", path)
    before = contents(tmp_path / "n.db")
    own = Config(companies=[{"name": "Nobody's Pictures", "aliases": ["NBP"]}])
    again = take(tmp_path / "n.db", path, config=own)
    assert (again.articles, again.new_articles) == (8, 0)
    assert contents(tmp_path / "n.db") == before
    assert len({row[0] for row in rows(tmp_path / "n.db", "SELECT extractor_version FROM articles")}) == 1


def test_bad_parts_are_set_aside_listed_and_tried_again(tmp_path: Path) -> None:
    good = write_jsonl(tmp_path / "good.jsonl", MADE[:4])
    mixed = tmp_path / "mixed.jsonl"
    lines = good.read_text().splitlines()
    mixed.write_text("\n".join([*lines[:2], "{not JSON", '["no object"]', '{"id": 7}', ""]))
    (tmp_path / "no.parquet").write_bytes(b"PAR1 and then nothing")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "none.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n" * 20)
    cut = write_warc(tmp_path / "cut.warc.gz", MADE[4:8])
    content = cut.read_bytes()
    cut.write_bytes(content[:-200])
    summary = take(tmp_path / "n.db", tmp_path)
    aside = {Path(part.path).name: part for part in summary.set_aside}
    assert set(aside) == {"mixed.jsonl", "no.parquet", "empty.csv", "none.jsonl", "cut.warc.gz"}
    assert {name for name, part in aside.items() if part.state == "bad"} == set(aside) - {"mixed.jsonl"}
    assert (aside["mixed.jsonl"].articles, aside["mixed.jsonl"].skipped) == (2, 3)
    assert "the line at byte" in aside["mixed.jsonl"].error and "no JSON" in aside["mixed.jsonl"].error
    assert aside["empty.csv"].error == "the file is empty"
    assert aside["cut.warc.gz"].articles == 3, "what stands before the damage is kept"
    assert rows(tmp_path / "n.db", "SELECT count(*) FROM articles") == [(7,)]

    again = take(tmp_path / "n.db", tmp_path)
    assert again.bad == 4
    cut.write_bytes(content)
    write_parquet(tmp_path / "no.parquet", MADE[8:10])
    mended = take(tmp_path / "n.db", tmp_path)
    assert mended.bad == 2
    assert rows(tmp_path / "n.db", "SELECT count(*) FROM articles") == [(10,)]


def test_texts_that_no_library_can_take_cost_a_piece_and_no_part(tmp_path: Path) -> None:
    odd = [
        {"title": "Half a character", "text": "Lume \ud83d raised $3 million.", "url": "https://o.example/1"},
        {"title": "Nul\0s", "text": "a\0b $4 million", "url": "https://o.example/2"},
        {"title": "x", "text": "y", "url": "http://[bad", "date": "no date at all"},
        {"title": "Far", "text": "Far $5 million", "url": "https://o.example/4", "date": 9e99},
        {"html": "<html>" + "<div>" * 5000, "url": "https://o.example/5"},
    ]
    (tmp_path / "odd.jsonl").write_text("\n".join(json.dumps(row) for row in odd))
    (tmp_path / "old.csv").write_bytes(b"title;text\nCaf\xe9;Prix: 5 millions d'euros \x80\n")
    summary = take(tmp_path / "n.db", tmp_path)
    assert summary.articles == 5
    assert [part.skipped for part in summary.set_aside] == [1]
    titles = {row[0] for row in rows(tmp_path / "n.db", "SELECT title FROM articles")}
    assert {"Half a character", "Café"} <= titles
    assert rows(tmp_path / "n.db", "SELECT DISTINCT published FROM articles") == [(None,)]


def test_nothing_there_is_said_before_anything_is_read(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", MADE[:1])
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.docx").write_bytes(b"x")
    (tmp_path / "a.zip").write_bytes(b"x")
    for name, words in (
        ("missing", "nothing at"),
        ("folder", "no file of a kind"),
        ("a.docx", "of no kind"),
        ("a.zip", "unpack it first"),
    ):
        with pytest.raises(BackfillError, match=words):
            take(tmp_path / "n.db", tmp_path / "a.jsonl", tmp_path / name)
    with pytest.raises(BackfillError, match="cannot be listed"):
        take(tmp_path / "n.db", "http://127.0.0.1:9/a.jsonl")
    assert rows(tmp_path / "n.db", "SELECT count(*) FROM articles") == [(0,)]


def collected(database: Path, article: Article, body: str, source: str) -> None:
    """The *article* as collection keeps it, with the text that its feed or page gave."""
    from db.articles import NewArticle, add_sighting, keep_article, outlet_for
    from db.collection import NewFeed, add_feed
    from monitor.collect.articles import domain_of, text_hash

    found = NewArticle(
        url=article.url,
        title=article.title,
        body=body,
        body_source=source,
        text_hash=text_hash(article.title, body),
        language="en",
    )
    with open_store(database) as store, store.write():
        feed = add_feed(store, NewFeed("https://feed.example/rss"), NOW)
        outlet = outlet_for(store, domain_of(article.url), article.publisher)
        kept = keep_article(store, found, outlet, None, NOW)
        add_sighting(store, kept.article, feed, None, article.url, NOW)


def test_what_collection_has_whole_stays_and_is_seen_once_more(tmp_path: Path) -> None:
    database, path = tmp_path / "n.db", write_jsonl(tmp_path / "a.jsonl", MADE[:2])
    collected(database, MADE[0], "The page's own text: 12 percent.", "page")
    collected(database, MADE[1], "Its summary.", "summary")
    summary = take(database, path)
    assert (summary.articles, summary.new_articles) == (2, 0)
    bodies = dict(rows(database, "SELECT url, body FROM articles"))
    assert bodies == {MADE[0].url: "The page's own text: 12 percent.", MADE[1].url: MADE[1].text}
    assert rows(database, "SELECT count(*) FROM sightings WHERE feed IS NULL") == [(2,)]
    dates = {row[0][:10] for row in rows(database, "SELECT published FROM articles")}  # type: ignore[index]
    assert dates == {a.published[:10] for a in MADE[:2]}, "the archive lends its date"
    read = dict(rows(database, "SELECT url, read_at IS NOT NULL FROM articles"))
    assert read == {MADE[0].url: 0, MADE[1].url: 1}, "the kept text waits for the reader"


def test_texts_without_address_are_known_again_by_their_text(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", MADE[:3])
    take(tmp_path / "n.db", tmp_path / "a.jsonl")
    bare = [{"title": a.title, "text": a.text} for a in (*MADE[:3], MADE[0], MADE[4])]
    (tmp_path / "b.jsonl").write_text("\n".join(json.dumps(row) for row in bare))
    summary = take(tmp_path / "n.db", tmp_path / "b.jsonl")
    assert (summary.articles, summary.new_articles) == (5, 1)


def test_parts_travel_as_parquet_and_lose_nothing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", MADE)
    with path.open("a") as out:
        out.write("{no JSON\n")
    read = PrepareParts(Config().how_to_read, NOW)()
    size = path.stat().st_size
    parts = read((Part(str(path), "jsonl", 0, size // 2), Part(str(path), "jsonl", size // 2, size)))
    assert sum(len(part.articles) for part in parts) == len(MADE)
    assert unpack(pack(parts)) == parts
    assert unpack(pack([])) == []


def test_progress_tells_parts_and_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PART_BYTES", 4000)
    monkeypatch.setattr("monitor.backfill.run.PART_BYTES", 4000)
    path = write_jsonl(tmp_path / "a.jsonl", MADE[:12])
    heard: list[SoFar] = []
    with open_store(tmp_path / "n.db") as store:
        run_backfill(store, Config(), [str(path)], lambda: NOW, here, heard.append)
    assert [(h.stage, h.done) for h in heard[:2]] == [("listing files", 0), ("listing files", 1)]
    parts = [h for h in heard if h.stage == "reading parts"]
    assert parts[-1].done == parts[-1].total == len(parts) - 1
    assert parts[-1].articles == 12


def test_the_command_tells_what_it_did_and_what_is_set_aside(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", MADE[:5])
    good = run("--db", "n.db", "backfill", "a.jsonl", "--json", folder=tmp_path)
    assert good.returncode == 0, good.stderr
    told = json.loads(good.stdout)
    assert (told["files"], told["parts"], told["articles"], told["new_articles"]) == (1, 1, 5, 5)
    assert told["set_aside"] == []
    assert "reading parts: 1 of 1, 5 articles" in good.stderr and "a second" in good.stderr
    (tmp_path / "bad.csv").write_bytes(b"")
    bad = run("--db", "n.db", "backfill", ".", folder=tmp_path)
    assert bad.returncode == 1
    assert "2 files, 0 parts read now: 0 articles, 0 of them new; 1 parts set aside" in bad.stdout
    assert f"set aside: {tmp_path / 'bad.csv'}: the file is empty" in bad.stderr
    ledger = run("--db", "n.db", "backfill", folder=tmp_path)
    assert "2 files in 2 parts: 1 done, 0 waiting, 1 set aside; 5 articles" in ledger.stdout
    as_json = json.loads(run("--db", "n.db", "backfill", "--json", folder=tmp_path).stdout)
    assert as_json["ledger"]["done"] == 1
    assert as_json["set_aside"][0]["error"] == "the file is empty"
    missing = run("--db", "n.db", "backfill", "nothing.jsonl", folder=tmp_path)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("newsgauge: there is nothing at nothing.jsonl: name a file, a folder")
