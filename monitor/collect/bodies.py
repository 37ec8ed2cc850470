"""Bodies unpacked piece by piece, within a limit."""

from __future__ import annotations

import zlib

_PACKED = {"gzip": 47, "x-gzip": 47, "deflate": zlib.MAX_WBITS}
_GZIP = b"\x1f\x8b"


class TooLargeError(Exception):
    """A body beyond the limit; the message says which limit, in words."""


class UnknownPackingError(Exception):
    """A Content-Encoding that was not asked for."""


class Unpacker:
    """Collects a body's pieces, unpacked by its Content-Encoding, up to *limit* bytes.

    Encodings stand in the order in which they were applied (RFC 9110, 8.4), so the last comes off first.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        *self._inner, self._packing = ["", *packings(encoding)]
        self._limit = limit
        self._reader: zlib._Decompress | None = None
        self._begun = False
        self.body = bytearray()
        self.cut: str | None = None

    def feed(self, piece: bytes) -> None:
        """Add a *piece* as it came; raises TooLargeError and UnknownPackingError."""
        if self.cut:
            return
        if not self._begun and len(piece) > 0:
            self._begin(piece)
        if self._reader is None:
            self._keep(piece)
        else:
            self._unpack(piece)

    def end(self) -> bytes:
        """The whole body; ``cut`` says whether its packing ended too early. Raises as ``feed`` does."""
        if self._reader is not None and not self._reader.eof and not self.cut:
            self.cut = "the compressed answer ends too early"
        body = bytes(self.body)
        self.body = bytearray()
        return self._unpack_inner(body)

    def _unpack_inner(self, body: bytes) -> bytes:
        if not any(self._inner):
            return body
        inner = Unpacker(", ".join(self._inner), self._limit)
        inner.feed(body)
        unpacked = inner.end()
        self.cut = self.cut or inner.cut
        return unpacked

    def _begin(self, first: bytes) -> None:
        """Whether the body is packed is judged by its first bytes: some servers say so and send it plain."""
        self._begun = True
        if self._packing and self._packing not in _PACKED and not is_plain(first):
            raise UnknownPackingError(self._packing)
        packed = first.startswith(_GZIP) or _is_zlib(first) or _GZIP.startswith(first)
        if first.startswith(_GZIP) or (self._packing.endswith("gzip") and packed):
            self._reader = zlib.decompressobj(47)
        elif self._packing == "deflate" and not is_plain(first):
            self._reader = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(first) else -zlib.MAX_WBITS)

    def _unpack(self, piece: bytes) -> None:
        assert self._reader is not None
        pending = piece
        while pending:
            before = self._reader.copy()
            try:
                self._keep(self._reader.decompress(pending, 1024 * 1024))
            except zlib.error:
                self._unpack_to_the_damage(before, pending)
                return
            pending = self._reader.unconsumed_tail
            if self._reader.eof:
                pending = self._reader.unused_data
                if not pending.startswith(_GZIP):
                    return
                self._reader = zlib.decompressobj(47)

    def _unpack_to_the_damage(self, reader: zlib._Decompress, piece: bytes) -> None:
        self.cut = "the compressed answer is damaged"
        for place in range(len(piece)):
            try:
                unpacked = reader.decompress(piece[place : place + 1])
            except zlib.error:
                return
            self._keep(unpacked)

    def _keep(self, piece: bytes) -> None:
        if len(self.body) + len(piece) > self._limit:
            self.body += piece[: self._limit - len(self.body)]
            raise TooLargeError(
                f"the answer grows beyond {self._limit // 1048576} MiB when it is unpacked"
                if self._reader
                else f"the answer is larger than {self._limit // 1048576} MiB"
            )
        self.body += piece


def packings(encoding: str) -> list[str]:
    """What a Content-Encoding header names, in lower case, without those that change nothing.

    >>> packings("GZip, identity, br")
    ['gzip', 'br']
    """
    names = (name.strip().lower() for name in encoding.split(","))
    return [name for name in names if name not in ("", "identity")]


def is_unknown(encoding: str) -> bool:
    """Whether a Content-Encoding header names a packing that was not asked for."""
    return any(name not in _PACKED for name in packings(encoding))


def is_plain(first: bytes) -> bool:
    """Whether a body that begins with *first* is XML or JSON as it stands, whatever its labels say."""
    return first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"{"))


def _is_zlib(first: bytes) -> bool:
    """Whether *first* begins with zlib's header (RFC 1950)."""
    return len(first) > 1 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0


def unpacked_again(body: bytes, limit: int) -> bytes:
    """*body*, unpacked where it is itself a gzip file (``sitemap.xml.gz``); raises TooLargeError."""
    if not body.startswith(_GZIP):
        return body
    unpacker = Unpacker("gzip", limit)
    unpacker.feed(body)
    return unpacker.end() or body
