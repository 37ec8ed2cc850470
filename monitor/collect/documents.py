"""A feed's document made fit for the parsers: UTF-8, no forbidden characters, in parts where it is large."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from monitor.collect.charsets import decode

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf|[ \t\r\n])+")
_NON_CHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]*\?>")
_SAYS_UTF8 = re.compile(rb"""\s*<\?xml\s+version=["']1\.0["'](?:\s+encoding=["']utf-?8["'])?\s*\?>""", re.I)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_ITEM_END = re.compile(rb"</(?:\w+:)?(item|entry)\s*>")
_NEXT_ITEM = re.compile(rb"\s*<(?:\w+:)?(?:item|entry)[\s>]")

PART_BYTES = 1024 * 1024
HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A feed's document as UTF-8, without a declaration that says otherwise, with what was mended, in words.

    ``broken`` says why it is not well-formed XML, where it is not. ``entities`` is whether it declares any.
    """

    body: bytes
    faults: tuple[str, ...]
    broken: str | None
    doctype: bool


def document(body: bytes, content_type: str | None) -> Document:
    """The *body* of a response as a Document."""
    utf8, fault = _as_utf8(body, content_type)
    faults = [fault] if fault else []
    if (allowed := _without_forbidden(utf8)) is not None:
        utf8 = allowed
        faults.append("it holds control characters that XML forbids: they were left out")
    if b"&#" in utf8 and (mended := _mend_references(utf8)) is not None:
        utf8 = mended
        faults.append("it refers to characters that do not exist (such as &#xD800;): shown as \ufffd")
    declaration = _DECLARATION.match(utf8)
    if declaration and not (len(utf8) > PART_BYTES and _SAYS_UTF8.fullmatch(declaration[0])):
        utf8 = utf8[declaration.end() :].lstrip()
    doctype = b"<!DOCTYPE" in utf8[:4096] or b"<!ENTITY" in utf8[:65536]
    if b"<!ENTITY" in utf8[:65536]:
        faults.append("it declares XML entities, which are never resolved")
    return Document(utf8, tuple(faults), _why_broken(utf8), doctype)


def _as_utf8(body: bytes, content_type: str | None) -> tuple[bytes, str | None]:
    """*body* in UTF-8; a large one that is that already is not copied."""
    if len(body) > PART_BYTES and is_utf8(body):
        return _begun(body), None
    decoded = decode(body, content_type)
    return _begun(decoded.text.encode("utf-8", "replace")), decoded.fault


def _begun(utf8: bytes) -> bytes:
    """*utf8* without the blanks and marks before its first character."""
    before = _BEFORE.match(utf8)
    return utf8[before.end() :] if before else utf8


def is_utf8(body: bytes) -> bool:
    """Whether *body* is UTF-8 and no other encoding that looks like it; read in pieces."""
    if b"\x00" in body[:64] or b"\x1b" in body[:4096]:
        return False
    reader = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), PART_BYTES):
            reader.decode(body[start : start + PART_BYTES])
        reader.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _without_forbidden(utf8: bytes) -> bytes | None:
    """*utf8* without the characters that XML forbids, or None where it has none."""
    if len(utf8) > PART_BYTES and not _CONTROL.search(utf8) and not _NON_CHARACTERS.search(utf8):
        return None
    allowed = utf8.translate(None, _CONTROLS)
    if len(allowed) == len(utf8) and not _NON_CHARACTERS.search(utf8):
        return None
    return _NON_CHARACTERS.sub(b"", allowed)


def _mend_references(utf8: bytes) -> bytes | None:
    changed = False

    def mend(reference: re.Match[bytes]) -> bytes:
        nonlocal changed
        digits = (reference[1] or reference[2]).lstrip(b"0")[:8] or b"0"
        code = int(digits, 16 if reference[1] else 10)
        allowed = (
            code in (9, 10, 13)
            or 32 <= code < 0xD800
            or 0xE000 <= code < 0xFFFE
            or 0x10000 <= code < 0x110000
        )
        changed = changed or not allowed
        return reference[0] if allowed else b"\xef\xbf\xbd"

    mended = _REFERENCE.sub(mend, utf8)
    return mended if changed else None


def _why_broken(utf8: bytes) -> str | None:
    """expat's complaint about *utf8*, or None where it is well-formed; no entity is resolved."""
    parser = expat.ParserCreate("utf-8", " ")  # with namespaces: an undeclared prefix is a fault
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.DefaultHandler = None
    try:
        parser.Parse(utf8, True)
    except expat.ExpatError as error:
        return f"{expat.ErrorString(error.code)}, line {error.lineno}"
    return None


def parts(body: bytes, size: int = PART_BYTES) -> Iterator[bytes]:
    """*body* itself, or, where it is larger than twice *size*, documents of about *size* with its items.

    Each part has the document's head (all before its first item) and tail (all after its last), so that a
    document of a hundred thousand items costs a parser the memory of a few thousand.
    """
    first = re.search(rb"<(?:\w+:)?(?:item|entry)[\s>]", body[:HEAD_BYTES])
    if len(body) <= 2 * size or first is None:
        yield body
        return
    head, start = body[: first.start()], first.start()
    last = max(body.rfind(b"</item"), body.rfind(b"</entry"))
    end = body.find(b">", last) + 1 if last > start else len(body)
    tail = body[end:] if len(body) - end < HEAD_BYTES else b""
    while start < end:
        cut = _cut(body, start + size, end)
        yield b"".join((head, memoryview(body)[start:cut], tail))
        start = cut


def _cut(body: bytes, at: int, end: int) -> int:
    """The end of an item after *at* that another item follows, or *end*."""
    while at < end:
        found = _ITEM_END.search(body, at, end)
        if found is None:
            return end
        if _NEXT_ITEM.match(body, found.end(), end):
            return found.end()
        at = found.end()
    return end


_CLOSING = {b"rss": b"</channel></rss>", b"feed": b"</feed>", b"RDF": b"</rdf:RDF>"}


def completed(body: bytes) -> tuple[bytes, bytes]:
    """*body*, cut off in the middle: the document of its whole items, and that of the last, broken one.

    The broken one is empty where it has neither link nor GUID complete: as an entry it would never match
    its whole self of the next poll. Both are *body* and nothing where it has no whole item.
    """
    root = re.search(rb"<(?:\w+:)?(rss|feed|RDF)[\s>]", body[:HEAD_BYTES])
    first = re.search(rb"<(?:\w+:)?(?:item|entry)[\s>]", body[:HEAD_BYTES])
    last = max(body.rfind(b"</item>"), body.rfind(b"</entry>"))
    if root is None or first is None or last < first.start():
        return (body if first is None or _is_known(body[first.start() :]) else body[: first.start()]), b""
    end = body.index(b">", last) + 1
    rest = body[end:]
    broken = body[: first.start()] + rest if _is_known(rest) else b""
    return body[:end] + _CLOSING[root[1]], broken


def _is_known(item: bytes) -> bool:
    return re.search(rb"</(?:guid|id|link)\s*>|<link\b[^>]*/>", item) is not None
