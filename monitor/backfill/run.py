"""A backfill: archives listed, their parts read in processes or on a cluster, and kept in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from db import backfill
from db.companies import register_known
from db.findings import register_themes
from db.gate import reopen
from db.store import Store
from extractors.pipeline import Reader
from extractors.version import ReadingVersion, version_of
from monitor.backfill.files import Source, sources
from monitor.backfill.keeping import keep_parts
from monitor.backfill.listing import PART_BYTES, parts_of
from monitor.backfill.reading import PrepareParts
from monitor.backfill.values import DamagedError, Kind, Part, PartRead
from monitor.config import Config
from monitor.gate import Gate
from monitor.workers import Died, in_processes

Task = tuple[Part, ...]
TaskRead = tuple[Task, list[PartRead] | Died]
Readers = Callable[[Iterable[Task], PrepareParts], Iterator[TaskRead]]
"""What reads tasks: processes of this machine, or a cluster. Results come in the order of the tasks."""

Progress = Callable[[str, int, int], None]

MOST_FILES = 50
"""So many small files are read and kept together."""


@dataclass(frozen=True, slots=True)
class BackfillSummary:
    """What a backfill did, and what it set aside."""

    files: int
    parts: int
    articles: int
    new_articles: int
    set_aside: Sequence[backfill.SetAside] = field(default=())

    def in_words(self) -> str:
        """The counts as a sentence."""
        aside = f"; {len(self.set_aside)} parts with faults" if self.set_aside else ""
        return (
            f"{self.files:,} files, {self.parts:,} parts read now: {self.articles:,} articles, "
            f"{self.new_articles:,} of them new{aside}"
        )


def run_backfill(
    store: Store,
    config: Config,
    paths: Sequence[str],
    now: Callable[[], datetime],
    readers: Readers,
    progress: Progress = lambda stage, done, total: None,
) -> BackfillSummary:
    """Take the archives at *paths* in. What an earlier run did is not done again.

    Raises BackfillError for a path at which there is nothing, before anything is read.
    """
    version = version_of(config.how_to_read)
    files = _distinct(source for path in paths for source in sources(path))
    for done, source in enumerate(files, 1):
        _list(store, source, now())
        progress("listing files", done, len(files))
    tasks = list(_tasks(store, files, version))
    chosen = [source.path for source in files]
    if not tasks:
        return BackfillSummary(len(files), 0, 0, 0, backfill.set_aside(store, chosen))
    _register(store, config, now())
    parts, articles, new = sum(map(len, tasks)), 0, 0
    done = 0
    for task, read in _read_all(tasks, readers, PrepareParts(config.how_to_read, now())):
        new += keep_parts(store, read, version, now())
        articles += sum(len(part.articles) for part in read)
        done += len(task)
        progress(f"reading parts ({articles:,} articles)", done, parts)
    return BackfillSummary(len(files), parts, articles, new, backfill.set_aside(store, chosen))


def processes(jobs: int, memory_mb: float) -> Readers:
    """Readers in so many processes of this machine."""
    return lambda tasks, prepare: in_processes(tasks, prepare, jobs, memory_mb=memory_mb)


def here(tasks: Iterable[Task], prepare: PrepareParts) -> Iterator[TaskRead]:
    """Reads in this very process."""
    read = prepare()
    return ((task, read(task)) for task in tasks)


def _distinct(found: Iterable[Source]) -> list[Source]:
    return list({source.path: source for source in found}.values())


def _list(store: Store, source: Source, now: datetime) -> None:
    if backfill.is_listed(store, source.path, source.stamp):
        return
    try:
        stretches = [(part.start, part.end) for part in parts_of(source)]
    except DamagedError as error:
        backfill.list_unusable(store, source.path, source.kind, source.stamp, str(error), now)
    else:
        backfill.list_parts(store, source.path, source.kind, source.stamp, stretches)


def _tasks(store: Store, files: Iterable[Source], version: ReadingVersion) -> Iterator[Task]:
    """The parts to read, in order, those of small files together."""
    task: list[Part] = []
    for source in files:
        for row in backfill.to_read(store, source.path, str(version)):
            part = Part(row.path, cast(Kind, row.kind), row.start, row.end)
            size = sum(p.end - p.start for p in task)
            if task and (part.kind != task[0].kind or len(task) >= MOST_FILES or _is_large(part, size)):
                yield tuple(task)
                task = []
            task.append(part)
    if task:
        yield tuple(task)


def _is_large(part: Part, beside: int) -> bool:
    return part.kind in ("parquet", "warc") or beside + part.end - part.start > PART_BYTES


def _register(store: Store, config: Config, now: datetime) -> None:
    """The rows that findings refer to, and what another gate left unread."""
    reader = Reader(config.how_to_read)
    register_themes(store, ((t.id, t.label, t.family) for t in reader.taxonomy.themes), now)
    register_known(store, reader.known_companies, now)
    gate = Gate.of(reader.how.only_if)
    reopen(store, gate.name if gate else None)


def _read_all(
    tasks: Sequence[Task], readers: Readers, prepare: PrepareParts
) -> Iterator[tuple[Task, list[PartRead]]]:
    """The tasks read; one that ends its reader is read part by part, and what does so alone is set aside."""
    for task, result in readers(tasks, prepare):
        if not isinstance(result, Died):
            yield task, result
        elif len(task) == 1:
            yield task, [PartRead(task[0], error=str(result), bad=True)]
        else:
            yield from _read_all([(part,) for part in task], readers, prepare)
