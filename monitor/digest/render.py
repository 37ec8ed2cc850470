"""The digest's formats, each from the same snapshot: HTML, Markdown, plain text, JSON and an Atom feed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.digest import charts
from monitor.digest.page import Page, page

Format = Literal["html", "md", "txt", "json", "atom"]
Content = Mapping[str, Any]


def as_html(content: Content, images: Literal["inline", "cid"] = "inline") -> str:
    """One HTML file for browsers and mail; sparklines as data URIs, or as ``cid:`` parts of a mail."""
    drawn = page(content)
    sources = {
        theme["theme"]: f"cid:{image_id(theme['theme'])}" if images == "cid" else _data_uri(chart)
        for theme, chart in zip(drawn.themes, sparklines(content), strict=True)
    }
    return _environment().get_template("digest.html.j2").render(d=drawn, images=sources)


def sparklines(content: Content) -> list[bytes]:
    """Each theme's sparkline as a PNG, in order."""
    return [charts.sparkline(theme["spark"], theme["word"]) for theme in content["themes"]]


def image_id(theme: str) -> str:
    """The Content-ID of a theme's sparkline in a mail."""
    return f"spark-{theme.replace(':', '-')}@newsgauge"


def as_markdown(content: Content) -> str:
    """Markdown."""
    return _squeezed(_environment().get_template("digest.md.j2").render(d=page(content)))


def as_text(content: Content) -> str:
    """Plain text, as the text part of a mail."""
    return _squeezed(_environment().get_template("digest.txt.j2").render(d=page(content)))


def as_json(content: Content) -> str:
    """The snapshot itself."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_atom(contents: Sequence[Content], updated: datetime) -> str:
    """An Atom feed (RFC 4287) of digests, the newest first."""
    entries = [(page(content), as_html(content)) for content in contents]
    template = _environment().get_template("digests.atom.j2")
    return template.render(entries=entries, updated=updated.isoformat(timespec="seconds"))


def render(content: Content, how: Format, updated: datetime) -> str:
    """*content* in the format *how*."""
    if how == "atom":
        return as_atom([content], updated)
    return {"html": as_html, "md": as_markdown, "txt": as_text, "json": as_json}[how](content)


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _squeezed(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    return "\n".join(kept).strip() + "\n"


def _markdown(text: object) -> str:
    """Text that stays text in Markdown, on one line."""
    flat = " ".join(str(text).split())
    for sign in "\\`*_[]<>#|":
        flat = flat.replace(sign, "\\" + sign)
    return flat


def _cell(text: object) -> str:
    return _markdown(text).replace('"', "'")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.digest"),
        autoescape=lambda name: name is not None and name.endswith((".html.j2", ".atom.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(md=_markdown, cell=_cell)
    return environment


__all__ = ["Format", "Page", "as_atom", "as_html", "as_json", "as_markdown", "as_text", "render"]
