"""Reading in several processes: texts go out, findings come back in order, and one process writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from extractors.errors import NewsgaugeError
from extractors.findings import Findings, Part, Text
from extractors.pipeline import Reader, Reading
from monitor.reading import BATCH, BatchRead, Group, Readers, Unreadable, read_batch
from monitor.workers import Died, in_processes


@dataclass(frozen=True, slots=True)
class PrepareReader:
    """Called in a process, gives what reads groups of articles there, with a reader that is loaded once."""

    how: Reading

    def __call__(self) -> Callable[[Group], BatchRead]:
        return partial(_read_group, Reader(self.how, stays=True))


@dataclass(frozen=True, slots=True)
class PrepareTexts:
    """Called in a process, gives what finds *parts* in texts there."""

    how: Reading
    parts: tuple[Part, ...]

    def __call__(self) -> Callable[[Sequence[Text]], list[Findings]]:
        return partial(_read_texts, Reader(self.how, stays=True), self.parts)


def in_jobs(prepare: Callable[[], Callable[[Group], BatchRead]], jobs: int, memory_mb: float) -> Readers:
    """Readers in so many processes of at most *memory_mb* each; *prepare* gives what reads in one of them.

    The articles of a batch that ended its process are read one by one, and the one that ends it alone, three
    times, is unreadable.
    """

    def read(groups: Iterator[Group]) -> Iterator[tuple[Group, BatchRead]]:
        for group, found in in_processes(groups, prepare, jobs, memory_mb=memory_mb):
            if not isinstance(found, Died):
                yield group, found
                continue
            alone = (Group((article,), group.themes_only) for article in group.articles)
            for one, came_of_it in in_processes(alone, prepare, 1, memory_mb=memory_mb):
                yield one, _unreadable(one, came_of_it) if isinstance(came_of_it, Died) else came_of_it

    return read


def findings_in_jobs(
    texts: Iterable[Text], how: Reading, parts: tuple[Part, ...], jobs: int, memory_mb: float
) -> Iterator[Findings]:
    """The findings of *texts*, in order, read by so many processes of at most *memory_mb* each.

    Raises NewsgaugeError, which names the texts, where a process dies over them again and again.
    """
    remaining = iter(texts)
    batches = iter(lambda: list(islice(remaining, BATCH)), [])
    for batch, found in in_processes(batches, PrepareTexts(how, parts), jobs, memory_mb=memory_mb):
        if isinstance(found, Died):
            names = ", ".join(text.id for text in batch)
            raise NewsgaugeError(f"{found}: read these texts one at a time to see which it is: {names}")
        yield from found


def _read_group(reader: Reader, group: Group) -> BatchRead:
    return read_batch(reader, group.articles, themes_only=group.themes_only)


def _read_texts(reader: Reader, parts: tuple[Part, ...], texts: Sequence[Text]) -> list[Findings]:
    return list(reader.read(texts, parts))


def _unreadable(group: Group, died: Died) -> BatchRead:
    failed = tuple(Unreadable(article.id, str(died), died.times) for article in group.articles)
    return BatchRead(unreadable=failed, themes_only=group.themes_only)
