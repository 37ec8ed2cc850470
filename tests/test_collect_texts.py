"""Texts out of markup and pages."""
# ruff: noqa: E501 - rows of examples stand on one line each

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.pages import page_of
from monitor.collect.texts import paragraphs, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("<b>Bold</b>ly", "Boldly"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("x<script>alert('y')</script>z", "x z"),
        ("x<script>alert(", "x"),
        ("<img src=x onerror=alert(1)>ferry", "ferry"),
        ("one<br>two", "one two"),
        ("a\x00b\u202ec", "abc"),
        ("\x93quoted\x94", "\u201cquoted\u201d"),
        ("&#x41;&nbsp;&unknown;", "A &unknown;"),
    ],
)
def test_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@given(st.text(max_size=200))
def test_plain_never_fails_and_is_one_line(text: str) -> None:
    assert len(plain(text).splitlines()) <= 1
    assert "<script" not in plain(f"<script>{text}").lower() or "<script" in text.lower()


def test_paragraphs_keep_blocks_apart() -> None:
    markup = "<h2>Head</h2><p>One <em>two</em></p><ul><li>three</li><li>four</li></ul>tail<style>p{}</style>"
    assert paragraphs(markup).split("\n\n") == ["Head", "One two", "three", "four", "tail"]


def test_a_page_with_its_text_in_json_alone() -> None:
    text = "The harbour opens on Monday. " * 20
    html = f'<html><body><div id="app"></div><script type="application/ld+json">{{"articleBody": {json.dumps(text)}, '
    html += '"datePublished": "2026-02-03T04:05:06+01:00"}</script></body></html>'
    page = page_of(html, "http://x.example/a")
    assert page.text == text.strip()
    assert page.published == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)
    assert not page.wall


def test_a_dateline_without_a_year_gives_no_date() -> None:
    html = (
        "<html><body><article><p>PORTSEA, March 3 (Wire) - "
        + "The harbour opens. " * 40
        + "</p></article></body></html>"
    )
    assert page_of(html, "http://x.example/a").published is None
