"""Markup into text: titles, authors and summaries in one line, contents in paragraphs."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z!?][^<>]*>", re.DOTALL)
_UNSPOKEN = re.compile(
    r"<(script|style|template|noscript|svg|iframe|object)\b.*?(?:</\1\s*>|\Z)", re.I | re.DOTALL
)
_BLOCK = re.compile(
    r"<(?:/?(?:p|div|section|article|h[1-6]|ul|ol|table|tr|blockquote|figure|header|footer|pre)"
    r"|br|hr|/?li|/?t[dh])\b[^<>]*>",
    re.I,
)
# Controls, and the marks that turn the direction of writing: a title must not rearrange what is beside it.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

# C1 controls are windows-1252's quotes and dashes that somebody took for Latin-1; browsers show them so too.
_MEANT = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}

TITLE_CHARACTERS = 1000
SUMMARY_CHARACTERS = 20_000


def plain(markup: str, limit: int = TITLE_CHARACTERS) -> str:
    """*markup* as one line of text: tags off, entities read, white space folded.

    >>> plain("Profit &amp;amp; loss: <b>5 &lt; 6</b>\\n<script>x()</script>")
    'Profit & loss: 5 < 6'
    """
    if "<" in markup:
        markup = _TAG.sub(" ", _UNSPOKEN.sub(" ", markup)) if _has_blocks(markup) else _strip_inline(markup)
    if "&" in markup:
        markup = _unescape(markup)
    if not markup.isprintable():
        markup = _UNSEEN.sub("", markup.translate(_MEANT))
    return " ".join(markup.split())[:limit]


def paragraphs(markup: str) -> str:
    """*markup* as text with a blank line between blocks.

    >>> paragraphs("<p>One <i>two</i>.</p><ul><li>Three</li></ul>")
    'One two.\\n\\nThree'
    """
    spoken = _BLOCK.sub("\n\n", _UNSPOKEN.sub(" ", markup))
    lines = (plain(line, len(line)) for line in spoken.split("\n\n"))
    return "\n\n".join(line for line in lines if line)


def _has_blocks(markup: str) -> bool:
    return _UNSPOKEN.search(markup) is not None or _BLOCK.search(markup) is not None


def _strip_inline(markup: str) -> str:
    return _TAG.sub("", markup)


def _unescape(text: str) -> str:
    """Entities read; twice where the text was escaped twice (``&amp;amp;``)."""
    once = html.unescape(text)
    return html.unescape(once) if "&" in once and "&amp;" in text else once
