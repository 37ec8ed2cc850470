"""The reading process: recycled at its bound, started anew when it dies, and no text can hold it up."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from db.store import open_store
from monitor.config import Config
from monitor.daemon.run import worker_settings
from monitor.daemon.supervisor import Supervisor
from monitor.daemon.worker import MANY
from monitor.demo.server import serving
from monitor.demo.site import Piece, Site
from tests.daemons import ask, daemon, life, read_so_far, section, status, until
from tests.programs import ROOT, small_site, write_config
from tests.test_reading_jobs import fill

pytestmark = pytest.mark.timeout(900)  # for a crowded machine

DEADLY = """
import os, signal, sys
if "--multiprocessing-fork" in sys.orig_argv:  # the reading process alone
    from extractors import pipeline
    read = pipeline.Reader.read
    def deadly(self, texts, *more):
        texts = list(texts)
        if any("Quicksand Lantern" in text.text for text in texts):
            os.kill(os.getpid(), signal.SIGSEGV)
        return read(self, texts, *more)
    pipeline.Reader.read = deadly
"""
"""As a fault in a compiled library would: the process that reads such a text is gone."""


HANGING = DEADLY.replace("os.kill(os.getpid(), signal.SIGSEGV)", "import time; time.sleep(3600)")


def with_a_deadly_piece(site: Site, among: int) -> Site:
    pieces = list(site.pieces)
    deadly: Piece = pieces[among]
    told = (*deadly.paragraphs, "The crew of Quicksand Lantern has gone home.")
    pieces[among] = replace(deadly, paragraphs=told)
    return replace(site, pieces=tuple(pieces))


def test_the_article_that_kills_it_three_times_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    site = with_a_deadly_piece(small_site(8), 3)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}"):
            assert until(lambda: read_so_far(tmp_path) == 7)
            assert until(lambda: ask(tmp_path, "SELECT max(read_failures) FROM articles") == 3)
            aside = "SELECT group_concat(title || ': ' || error) FROM articles WHERE read_failures > 0"
            error = f"the reading process died on it (exit code -{signal.SIGSEGV:d})"
            assert ask(tmp_path, aside) == f"{site.pieces[3].title}: {error}"
            assert until(lambda: life(tmp_path).reader_deaths >= 3)
            code, found = status(tmp_path)
            assert (code, found["queues"]["set_aside"], found["queues"]["to_read"]) == (0, 1, 0)
            assert any("could not be read" in note for note in found["notes"])


def test_where_many_wait_several_processes_read_and_the_deadly_article_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    (tmp_path / "newsgauge.toml").write_text(f'database = "n.db"\n[reading]\njobs = 2\n{section()}')
    with open_store(tmp_path / "n.db") as store:
        fill(store, MANY)
        with store.write() as db:
            db.execute("UPDATE articles SET body = body || ' The crew of Quicksand Lantern.' WHERE id = 9")
    with daemon(tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}") as running:
        assert until(lambda: read_so_far(tmp_path) == MANY - 1), running.said()
        assert until(lambda: ask(tmp_path, "SELECT max(read_failures) FROM articles") == 3)
        assert "reading in several processes processes=2" in running.said()
        assert life(tmp_path).reader_deaths == 0  # it was theirs, not the one's that writes
    aside = "SELECT group_concat(id || ': ' || error) FROM articles WHERE error IS NOT NULL"
    assert ask(tmp_path, aside) == "9: the reading process died 3 times over it"


def test_polling_goes_on_while_an_article_holds_up_reading(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGING)
    site = with_a_deadly_piece(small_site(8), 0)
    published = list(site.pieces[:4])
    growing = replace(site, pieces=cast("tuple[Piece, ...]", published))
    with serving(growing) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}") as running:
            held = "SELECT count(*) FROM articles WHERE read_at IS NULL"
            assert until(lambda: ask(tmp_path, held) and running.reader())
            published.extend(site.pieces[4:])
            assert until(lambda: ask(tmp_path, "SELECT count(*) FROM articles") == 8), running.said()
            polls = ask(tmp_path, "SELECT count(*) FROM polls")
            assert until(lambda: ask(tmp_path, "SELECT count(*) FROM polls") >= polls + 12)
            assert ask(tmp_path, held) >= 4  # and it ends in time, which the end of this block holds it to


@pytest.mark.long
def test_the_article_that_it_hangs_on_three_times_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGING)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    config = Config(database=tmp_path / "n.db")
    with open_store(config.database) as store, store.write() as db:
        db.execute(
            "INSERT INTO articles (url, title, body, body_source, language, fetched_at, text_hash) VALUES "
            "('https://outlet.example/1', 'Home', 'The crew of Quicksand Lantern has gone home.', 'page', "
            "'en', '2026-01-31T07:30:00+00:00', 'any')"
        )
    supervisor = Supervisor(worker_settings(config.database, config), hanging_seconds=2)

    def set_aside() -> bool:
        supervisor.tend()
        return bool(ask(tmp_path, "SELECT max(read_failures) FROM articles") == 3)

    try:
        assert until(set_aside, 200)
    finally:
        supervisor.kill()
    assert "it took over 2 seconds" in ask(tmp_path, "SELECT error FROM articles")


def test_it_is_started_anew_when_it_dies(tmp_path: Path) -> None:
    site = small_site(6)
    with serving(site) as base:
        write_config(tmp_path, site, base, section())
        with daemon(tmp_path) as running:
            assert until(lambda: read_so_far(tmp_path) == 6)
            first = running.reader()
            assert first is not None
            os.kill(first, signal.SIGKILL)
            assert until(lambda: running.reader() not in (None, first))
            assert until(lambda: life(tmp_path).reader_deaths == 1)
            assert ask(tmp_path, "SELECT max(read_failures) FROM articles") == 0  # it held none


def test_it_is_recycled_at_its_bound(tmp_path: Path) -> None:
    site = small_site(40)  # two batches
    with serving(site) as base:
        write_config(tmp_path, site, base, section(worker_memory_mb=200))  # less than a model needs
        with daemon(tmp_path) as running:
            assert until(lambda: read_so_far(tmp_path) == 40)
            assert until(lambda: running.said().count("reader recycled") == 2), running.said()
            assert life(tmp_path).reader_deaths == 0
