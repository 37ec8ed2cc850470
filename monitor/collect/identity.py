"""Which entries of a feed are ones already known. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from db.collection import KnownEntry
from monitor.collect.values import ParsedEntry


@dataclass(frozen=True, slots=True)
class Matched:
    """A parsed entry with the known one that it is, or None and the key for its new row."""

    entry: ParsedEntry
    known: KnownEntry | None
    key: str
    content_hash: str
    changed: bool
    new_guid: bool


def fingerprint(entry: ParsedEntry) -> str:
    """The hash of what a feed says of an entry: its text, not its guid or link."""
    text = f"{entry.title}\x1f{entry.summary}\x1f{entry.content}"
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


class Identity:
    """Tells a feed's entries apart in one poll, by GUID, then address, then title and date.

    A GUID says it alone while it is the feed's only one of its kind; equal GUIDs are told apart by address,
    title and date, and a changed GUID is seen through by the same. *known* are the rows that might match.
    """

    def __init__(self, known: Iterable[KnownEntry] = ()) -> None:
        # Of earlier parts of the poll only hashes are kept: a hundred thousand rows would be 100 MB.
        self._keys: set[int] = set()
        self._seen: set[int] = set()
        self._used_guids: set[int] = set()
        self.know(known)

    def know(self, known: Iterable[KnownEntry]) -> None:
        """Match what follows against the rows *known*, but for those met in this poll."""
        self._by_guid: dict[str, list[KnownEntry]] = defaultdict(list)
        self._by_url: dict[str, list[KnownEntry]] = defaultdict(list)
        self._by_title: dict[str, list[KnownEntry]] = defaultdict(list)
        for row in known:
            if hash(row.key) in self._keys:
                continue
            self._by_title[row.title].append(row)
            for index, sign in ((self._by_guid, row.guid), (self._by_url, row.url)):
                if sign:
                    index[sign].append(row)

    def match(self, entries: Sequence[ParsedEntry]) -> Iterator[Matched]:
        """Each of *entries* that is not a repetition within this poll, matched."""
        guids = Counter(entry.guid for entry in entries if entry.guid)
        links = Counter(entry.url for entry in entries if entry.url)
        listed = set(guids)
        for entry in entries:
            content_hash = fingerprint(entry)
            own_guid = guids[entry.guid] == 1 and hash(entry.guid) not in self._used_guids
            row = self._find(entry, own_guid, links[entry.url] == 1, listed)
            key = row.key if row else self._free_key(entry, own_guid, content_hash)
            if not self._is_new(entry, key, content_hash):
                continue
            if row:
                row.met = True
            changed = row is not None and row.content_hash != content_hash
            new_guid = row is not None and bool(entry.guid) and row.guid != entry.guid
            yield Matched(entry, row, key, content_hash, changed, new_guid)

    def _is_new(self, entry: ParsedEntry, key: str, content_hash: str) -> bool:
        """Whether neither *key* nor an equal entry was met in this poll; both are from now on."""
        told = (entry.guid, entry.url, entry.title, entry.published)
        untold = not (entry.title and (entry.guid or entry.url or entry.published))
        sign = hash((*told, content_hash) if untold else told)
        if sign in self._seen or hash(key) in self._keys:
            return False
        self._seen.add(sign)
        self._keys.add(hash(key))
        if entry.guid:
            self._used_guids.add(hash(entry.guid))
        return True

    def _find(self, entry: ParsedEntry, own_guid: bool, own_url: bool, listed: set[str]) -> KnownEntry | None:
        same_guid = self._by_guid.get(entry.guid, ()) if entry.guid else ()
        for row in same_guid:
            if _same_words(row, entry) and row.url == entry.url:
                return row
        open_rows = [row for row in same_guid if not row.met]
        for row in open_rows:
            if entry.url and row.url == entry.url and (own_url or row.title == entry.title):
                return row
        if own_guid and len(same_guid) == 1 and open_rows:
            return open_rows[0]
        return self._by_other_signs(entry, own_url, listed)

    def _by_other_signs(self, entry: ParsedEntry, own_url: bool, listed: set[str]) -> KnownEntry | None:
        """The row that *entry* was under another GUID or none: one whose GUID the feed no longer lists."""
        for row in self._by_url.get(entry.url, ()) if entry.url else ():
            renamed = bool(row.guid) and bool(entry.guid) and row.guid != entry.guid
            if row.met or (renamed and row.guid in listed):
                continue
            if row.title == entry.title or (own_url and (_alike(row, entry) or not renamed)):
                return row
        if entry.url:
            return None
        content_hash = fingerprint(entry)
        for row in self._by_title.get(entry.title, ()):
            same_source = row.guid == entry.guid or row.guid not in listed
            surely = row.published is not None or row.content_hash == content_hash
            if not row.url and row.published == entry.published and same_source and surely:
                return row
        return None

    def _free_key(self, entry: ParsedEntry, own_guid: bool, content_hash: str) -> str:
        """A key for a new row."""
        plain = f"guid:{entry.guid}" if entry.guid else f"url:{entry.url}" if entry.url else ""
        rows = self._by_guid.get(entry.guid, ()) if entry.guid else self._by_url.get(entry.url, ())
        taken = hash(plain) in self._keys or any(row.key == plain for row in rows)
        if plain and (own_guid or not entry.guid) and len(plain) <= 1000 and not taken:
            return plain
        when = entry.published.isoformat() if entry.published else ""
        signs = f"{entry.guid}\x1f{entry.url}\x1f{entry.title}\x1f{when}"
        if not entry.title or not (entry.guid or entry.url or when):
            signs += f"\x1f{content_hash}"
        return f"signs:{blake2b(signs.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _same_words(row: KnownEntry, entry: ParsedEntry) -> bool:
    return row.title == entry.title and row.published == entry.published


def _alike(row: KnownEntry, entry: ParsedEntry) -> bool:
    """Whether title or date agree: enough beside an equal address."""
    return row.title == entry.title or (row.published is not None and row.published == entry.published)
