"""Bytes as they come: charsets that lie, documents in parts or cut off, packed bodies."""
# ruff: noqa: E501 - rows of examples stand on one line each

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.bodies import TooLargeError, Unpacker
from monitor.collect.charsets import decode
from monitor.collect.documents import completed, document, parts
from monitor.collect.parse import parse_quickly
from monitor.collect.values import ParsedFeed, Unreadable
from tests.fault_server import item, rss


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("caf\u00e9".encode(), None, "caf\u00e9"),
        ("caf\u00e9".encode(), "text/xml; charset=iso-8859-1", "caf\u00e9"),
        ("caf\u00e9 \u2019".encode("cp1252"), "text/xml; charset=utf-8", "caf\u00e9 \u2019"),
        ("caf\u00e9".encode("cp1252"), "text/xml; charset=iso-8859-1", "caf\u00e9"),
        ("\u77ed\u5267\u51fa\u6d77".encode("gb18030"), "text/xml; charset=gb2312", "\u77ed\u5267\u51fa\u6d77"),
        ("\u0440\u044b\u043d\u043e\u043a".encode("cp1251"), "text/xml; charset=windows-1251", "\u0440\u044b\u043d\u043e\u043a"),
        ("caf\u00e9".encode("utf-16"), None, "caf\u00e9"),
        ("<a>caf\u00e9</a>".encode("utf-16-le"), None, "<a>caf\u00e9</a>"),
        (("\u00e9" * 50).encode() + b"\xe9", None, "\u00e9" * 51),
        (b"plain", "text/xml; charset=no-such", "plain"),
    ],
)  # fmt: skip
def test_charsets_lie(body: bytes, content_type: str | None, text: str) -> None:
    assert decode(body, content_type).text == text


@given(st.binary(max_size=300))
def test_any_bytes_decode(body: bytes) -> None:
    assert isinstance(decode(body, "text/xml; charset=utf-8").text, str)
    assert document(body, None).body.decode("utf-8") is not None


def test_large_documents_come_in_parts_that_hold_every_item_once() -> None:
    body = document(rss("part", [item("part", n) for n in range(500)]).encode(), None).body
    pieces = list(parts(body, size=8000))
    assert len(pieces) > 5
    assert sum(piece.count(b"<item>") for piece in pieces) == 500
    assert all(document(piece, None).broken is None for piece in pieces)
    found = [e.guid for piece in pieces for p in parsed(piece) for e in p.entries]
    assert found == [f"part:{n}" for n in range(500)]


def parsed(body: bytes) -> list[ParsedFeed]:
    found = parse_quickly(body, None, "http://x.example/feed")
    assert not isinstance(found, Unreadable)
    return list(found)  # type: ignore[arg-type]


def test_a_cut_off_document_keeps_its_whole_items() -> None:
    body = rss("cut", [item("cut", n) for n in range(4)]).encode()
    whole, broken = completed(body[: body.rindex(b"<guid")])
    assert (whole.count(b"<item>"), broken.count(b"<item>")) == (3, 1)
    whole, broken = completed(body[: body.rindex(b"</title>")])
    assert (whole.count(b"<item>"), broken) == (3, b"")


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw deflate", ""])
def test_bodies_unpack_in_pieces(packing: str) -> None:
    body = b"ferries " * 5000
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(body[:9000]) + gzip.compress(body[9000:]),
        "deflate": zlib.compress(body),
        "raw deflate": raw.compress(body) + raw.flush(),
        "": body,
    }[packing]
    unpacker = Unpacker(packing.rpartition(" ")[2], 10**6)
    for start in range(0, len(packed), 97):
        unpacker.feed(packed[start : start + 97])
    assert unpacker.end() == body
    assert unpacker.cut is None
    with pytest.raises(TooLargeError):
        Unpacker(packing.rpartition(" ")[2], 1000).feed(packed)
