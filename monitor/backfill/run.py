"""A backfill: archives listed, their parts read in processes or on a cluster, and kept in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from db import backfill
from db.backfill import LedgerPart, ListedFile, Outcome
from db.companies import register_known
from db.findings import register_themes
from db.store import Store
from extractors.pipeline import Reader
from extractors.version import ReadingVersion, version_of
from monitor.backfill.files import Source, sources
from monitor.backfill.keeping import keep_parts
from monitor.backfill.listing import PART_BYTES, parts_of
from monitor.backfill.reading import PrepareParts, Task
from monitor.backfill.values import DamagedError, Kind, Part, PartRead
from monitor.config import Config
from monitor.workers import Died, in_processes

TaskRead = tuple[Task, list[PartRead] | Died]
Readers = Callable[[Iterable[Task], PrepareParts], Iterator[TaskRead]]
"""What reads tasks: processes of this machine, or a cluster. Results come in the order of the tasks."""

MOST_FILES = 50
"""So many small files are read and kept together."""

LISTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SoFar:
    """How far a backfill is: files or parts done of how many, and the articles that these held."""

    stage: str
    done: int
    total: int
    articles: int = 0


Progress = Callable[[SoFar], None]


@dataclass(frozen=True, slots=True)
class BackfillSummary:
    """What a backfill did, and what it set aside."""

    files: int = 0
    parts: int = 0
    articles: int = 0
    new_articles: int = 0
    left_unread: int = 0
    set_aside: Sequence[backfill.SetAside] = field(default=())

    @property
    def bad(self) -> int:
        """How many parts are set aside."""
        return sum(part.state == "bad" for part in self.set_aside)

    def in_words(self) -> str:
        """The counts as a sentence."""
        gated = f", {self.left_unread:,} left unread by only_if" if self.left_unread else ""
        aside = f"; {self.bad:,} parts set aside" if self.bad else ""
        return (
            f"{self.files:,} files, {self.parts:,} parts read now: {self.articles:,} articles, "
            f"{self.new_articles:,} of them new{gated}{aside}"
        )


def run_backfill(
    store: Store,
    config: Config,
    paths: Sequence[str],
    now: Callable[[], datetime],
    readers: Readers,
    progress: Progress = lambda so_far: None,
) -> BackfillSummary:
    """Take the archives at *paths* in. What an earlier run did is not done again.

    Raises BackfillError for a path at which there is nothing, before anything is read.
    """
    files = list({source.path: source for path in paths for source in sources(path)}.values())
    for first in range(0, len(files), LISTED_AT_ONCE):
        some = files[first : first + LISTED_AT_ONCE]
        progress(SoFar("listing files", first, len(files)))
        backfill.list_files(store, list(_listed(store, some)), now())  # read before it writes
    progress(SoFar("listing files", len(files), len(files)))
    backfill.choose(store, (source.path for source in files))
    version = version_of(config.how_to_read)
    total = backfill.count_to_read(store, str(version))
    summary = BackfillSummary()
    if total:
        tasks = _tasks(backfill.to_read(store, str(version)))
        read = _read_all(tasks, readers, prepared(store, config, now()))
        summary = _read_and_keep(store, version, now, read, total, progress)
    return replace(summary, files=len(files), set_aside=backfill.set_aside(store))


def processes(jobs: int, memory_mb: float) -> Readers:
    """Readers in so many processes of this machine."""
    return lambda tasks, prepare: in_processes(tasks, prepare, jobs, memory_mb=memory_mb)


def here(tasks: Iterable[Task], prepare: PrepareParts) -> Iterator[TaskRead]:
    """Reads in this very process."""
    read = prepare()
    return ((task, read(task)) for task in tasks)


def _listed(store: Store, files: Iterable[Source]) -> Iterator[ListedFile]:
    """Those *files* that are new or changed, with their parts."""
    for source in files:
        if backfill.is_listed(store, source.path, source.stamp):
            continue
        try:
            stretches = [(part.start, part.end) for part in parts_of(source)]
        except DamagedError as error:
            yield ListedFile(source.path, source.kind, source.stamp, error=str(error))
        else:
            yield ListedFile(source.path, source.kind, source.stamp, stretches)


def prepared(store: Store, config: Config, now: datetime) -> PrepareParts:
    """What prepares the readers of parts, once the rows are there that their findings refer to."""
    reader = Reader(config.how_to_read)
    register_themes(store, ((t.id, t.label, t.family) for t in reader.taxonomy.themes), now)
    register_known(store, reader.known_companies, now)
    known = store.db.execute("SELECT key, country FROM outlets WHERE country IS NOT NULL")
    return PrepareParts(config.how_to_read, now, dict(known.fetchall()))


def _read_and_keep(
    store: Store,
    version: ReadingVersion,
    now: Callable[[], datetime],
    read: Iterator[tuple[Task, list[PartRead]]],
    total: int,
    progress: Progress,
) -> BackfillSummary:
    done = articles = new = left = 0
    progress(SoFar("reading parts", 0, total))
    for task, parts in read:
        new += keep_parts(store, parts, str(version), now())
        articles += sum(len(part.articles) for part in parts)
        left += sum(article.gate is not None for part in parts for article in part.articles)
        done += len(task)
        progress(SoFar("reading parts", done, total, articles))
    return BackfillSummary(parts=done, articles=articles, new_articles=new, left_unread=left)


def _tasks(parts: Iterable[LedgerPart]) -> Iterator[Task]:
    """The *parts* in order, those of small files together."""
    task: list[Part] = []
    size = 0
    for row in parts:
        part = Part(row.path, cast(Kind, row.kind), row.start, row.end)
        if task and (part.kind != task[0].kind or len(task) >= MOST_FILES or _is_large(part, size)):
            yield tuple(task)
            task, size = [], 0
        task.append(part)
        size += part.end - part.start
    if task:
        yield tuple(task)


def _is_large(part: Part, beside: int) -> bool:
    return part.kind in ("parquet", "warc") or beside + part.end - part.start > PART_BYTES


def _read_all(
    tasks: Iterable[Task], readers: Readers, prepare: PrepareParts
) -> Iterator[tuple[Task, list[PartRead]]]:
    """The tasks read; one that ends its reader is read part by part, and what does so alone is set aside."""
    for task, result in readers(tasks, prepare):
        if not isinstance(result, Died):
            yield task, result
        elif len(task) == 1:
            yield task, [PartRead(task[0], Outcome(0, error=str(result), bad=True))]
        else:
            yield from _read_all([(part,) for part in task], readers, prepare)
