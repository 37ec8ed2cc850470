"""The bytes of a document as text, whatever its labels say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_META = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.I)
_IN_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.I)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What writers who name the one in fact use (WHATWG's encoding standard does the same).
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_FEW = 0.15
"""Below this share of bytes beyond ASCII a document of unknown charset is western, not Chinese or Russian."""

_ENOUGH = 40
"""From fewer bytes than these no charset can be told."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document's text, the charset it was read by, and a fault in words where the label was wrong."""

    text: str
    charset: str
    fault: str | None = None


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """*body* as text: by its byte order mark, else UTF-8 where it is that, else as labelled, else a guess.

    >>> decode("caf\\u00e9".encode("cp1252"), "text/xml; charset=utf-8").text
    'caf\\xe9'
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return Decoded(body.decode(charset, "replace"), charset.removesuffix("-sig"))
    labels = _labels(body, content_type)
    if b"\x00" in body[:64] and (wide := _without_mark(body)):
        return Decoded(body.decode(wide, "replace"), wide)
    if (text := _as_utf8(body)) is not None:
        lie = next((name for name in labels if name not in ("utf-8", "ascii", None)), None)
        stateful = lie in ("iso2022_jp", "hz") or (lie or "").startswith("iso2022")
        if body.isascii() and not stateful:
            return Decoded(text, "utf-8")
        if not stateful:
            return Decoded(text, "utf-8", lie and f"the text is UTF-8 though it is labelled {lie}")
    for label in labels:
        if label and label != "utf-8" and (read := _strictly(body, label)) is not None:
            return Decoded(read, label)
    return _guessed(body, labels)


def _labels(body: bytes, content_type: str | None) -> list[str | None]:
    header = _IN_HEADER.search(content_type or "")
    declared = _DECLARED.search(body[:400]) or _META.search(body[:2048])
    names = [header[1] if header else None, declared[1].decode("ascii") if declared else None]
    return [_known(name) for name in names if name]


def _known(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def _without_mark(body: bytes) -> str | None:
    """UTF-16 without a mark, by where the zero bytes stand."""
    head = body[:64]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > len(head) // 3 else None


def _as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _strictly(body: bytes, label: str) -> str | None:
    try:
        return body.decode(_WIDER.get(label, label))
    except (UnicodeDecodeError, LookupError):
        return None


def _guessed(body: bytes, labels: list[str | None]) -> Decoded:
    label = next((name for name in labels if name), None)
    said = f"the text is not in the charset it names ({label})" if label else "the text names no charset"
    loose = body.decode("utf-8", "replace")
    strange = loose.count("\ufffd")
    beyond_ascii = sum(1 for byte in body[:65536] if byte > 127)
    if strange * 10 < beyond_ascii:
        return Decoded(body.decode("utf-8", _MENDING), "utf-8", f"{said}: {strange} bytes were mended")
    charset = "cp1252"
    if beyond_ascii > max(_ENOUGH, _FEW * min(len(body), 65536)):
        charset = _best_match(body) or charset
    return Decoded(body.decode(charset, _MENDING), charset, f"{said}: read as {charset}")


def _best_match(body: bytes) -> str | None:
    from charset_normalizer import from_bytes  # only for the few documents that nothing else explains

    best = from_bytes(body[:65536]).best()
    return _WIDER.get(best.encoding, best.encoding) if best else None


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "replace"), error.start + 1


_MENDING = "newsgauge-latin"
codecs.register_error(_MENDING, _as_latin)
