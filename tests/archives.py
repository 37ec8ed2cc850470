"""Archives of invented articles, in every form that ``newsgauge backfill`` takes."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.demo.server import page
from monitor.demo.site import Piece, make_site

DAY = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Article:
    """An article of an archive."""

    title: str
    text: str
    url: str
    published: str
    publisher: str
    html: str

    def row(self) -> dict[str, str]:
        """Its fields as archives name them, without the page."""
        return {
            "headline": self.title,
            "body": self.text,
            "link": self.url,
            "date": self.published,
            "outlet": self.publisher,
        }


def articles(count: int) -> list[Article]:
    """The demo's newest articles, under their outlets' addresses."""
    return [_article(piece) for piece in make_site(DAY).pieces[-count:]]


def _article(piece: Piece) -> Article:
    url = f"https://{piece.outlet.slug}.example/{piece.slug}"
    text = "\n\n".join(piece.paragraphs)
    html = page(piece).replace("<head>", f'<head><link rel="canonical" href="{url}">', 1)
    return Article(piece.title, text, url, piece.published.isoformat(), piece.outlet.name, html)


def write_jsonl(path: Path, made: Sequence[Article]) -> Path:
    """An article a line; packed where the name ends in .gz."""
    content = "".join(json.dumps(article.row()) + "\n" for article in made).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def write_csv(path: Path, made: Sequence[Article], delimiter: str = ",") -> Path:
    """An article a row; texts hold quoted line breaks."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictWriter(file, list(made[0].row()), delimiter=delimiter)
        rows.writeheader()
        rows.writerows(article.row() for article in made)
    return path


def write_parquet(path: Path, made: Sequence[Article], rows_a_group: int = 7) -> Path:
    """An article a row, beside a column of which nothing is known."""
    import pyarrow as arrow
    from pyarrow import parquet

    table = arrow.Table.from_pylist([{**article.row(), "score": 0.5} for article in made])
    parquet.write_table(table, path, row_group_size=rows_a_group)
    return path


def write_by_turns(folder: Path, made: Sequence[Article], a_file: int) -> None:
    """So many articles a file, of lines and of rows by turns: each file is a task of its own."""
    for place, first in enumerate(range(0, len(made), a_file)):
        some = made[first : first + a_file]
        if place % 2:
            write_csv(folder / f"{place:03}.csv", some)
        else:
            write_jsonl(folder / f"{place:03}.jsonl", some)


def write_html(folder: Path, made: Sequence[Article]) -> Path:
    """A page a file."""
    folder.mkdir()
    for number, article in enumerate(made):
        (folder / f"{number:04}.html").write_text(article.html, encoding="utf-8")
    return folder


def write_text(folder: Path, made: Sequence[Article]) -> Path:
    """A text a file, its title on the first line."""
    folder.mkdir()
    for number, article in enumerate(made):
        (folder / f"{number:04}.txt").write_text(f"{article.title}\n\n{article.text}\n", encoding="utf-8")
    return folder


def write_warc(path: Path, made: Sequence[Article]) -> Path:
    """A crawl: each page asked for and answered, beside a picture and a page that is gone."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=path.suffix == ".gz")

        def answer(url: str, status: str, kind: str, content: bytes) -> None:
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x.example")], is_http_request=True)
            writer.write_record(writer.create_warc_record(url, "request", http_headers=asked))
            writer.write_record(
                writer.create_warc_record(url, "response", payload=io.BytesIO(content), http_headers=headers)
            )

        answer("https://x.example/logo.png", "200 OK", "image/png", b"\x89PNG")
        answer("https://x.example/gone", "404 Not Found", "text/html", b"<p>gone</p>")
        for article in made:
            answer(article.url, "200 OK", "text/html; charset=utf-8", article.html.encode())
    return path
