"""Cited exports: workbooks and CSV read back, and what each row says of where it stands."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from db import series
from db.citations import Desk, sources
from db.cited import CitedTable, Column, of_answer, of_facts
from db.citing import cited
from db.files import new_file
from db.questions import answer
from db.store import DatabaseError, Store, open_store
from monitor.cli import newsgauge
from monitor.export.about import Asked, about
from monitor.export.csv_text import write_csv
from monitor.export.workbook import ExportError, number_format, write_workbook
from tests.news_rows import tell

NOW = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
DESK = Desk("http://desk.example/", date(2026, 11, 29))
HOSTILE = '=HYPERLINK("http://evil.example","win")'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "n.db") as opened:
        yield opened


@pytest.fixture
def told(store: Store) -> Store:
    """Three periods of revenue, two of them in doubt, a percentage and a count."""
    tell(store, "$300 million", 300e6, period=("2024-01-01", "2024-12-31"), outlet="Ledger")
    tell(store, "$412 million", 412e6, day=date(2026, 3, 4))
    tell(store, "$355 million", 355e6, outlet="Ledger", claimed_by="Larkspur Data")
    tell(
        store,
        "12.5 percent",
        12.5,
        unit="percent",
        metric="share",
        metric_id="share",
        scope=["overseas", "gross"],
    )
    tell(
        store,
        "3 million",
        3e6,
        unit="downloads",
        metric="downloads",
        metric_id="downloads",
        title=HOSTILE,
        subject="+Lumo",
    )
    return store


def table_of(store: Store) -> CitedTable:
    rows = series.reported(store)
    return of_facts(series.series(rows), sources(store, (row.article for row in rows)), DESK)


def answered(store: Store, sql: str) -> CitedTable:
    found = answer(store, sql, {})
    return of_answer(found, cited(store, found), DESK)


def dicts(table: CitedTable) -> list[dict[str, Any]]:
    return [dict(zip(table.names, row, strict=True)) for row in table.rows]


def book(store: Store, path: Path, table: CitedTable | None = None) -> openpyxl.Workbook:
    shown = table or table_of(store)
    asked = Asked("Facts", "What was reported", {"Metric": "revenue"}, page="http://desk.example/facts")
    write_workbook(path, "Facts", shown, about(store, asked, shown, DESK, NOW), NOW)
    return openpyxl.load_workbook(path)


def cells(sheet: Any) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows()
    return [{name.value: cell for name, cell in zip(header, row, strict=True)} for row in rows]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(newsgauge, [str(argument) for argument in arguments])


def test_a_row_says_where_its_number_stands(told: Store) -> None:
    row = next(row for row in dicts(table_of(told)) if row["stated"] == "$355 million")
    assert row["sentence"] == "Lumo had revenue of $355 million."
    assert (row["outlet"], row["claimed_by"], row["period"]) == ("Ledger", "Larkspur Data", "2025")
    assert row["link"] == "https://example.org/3"
    assert row["permalink"] == "http://desk.example/article/3#fact-3"
    assert (row["as_of"], row["published"]) == (date(2026, 11, 29), datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert row["citation"] == (
        'Ledger, "Lumo revenue $355 million Ledger", 2 Mar 2026, https://example.org/3 '
        "(as of 29 Nov 2026: http://desk.example/article/3#fact-3)"
    )
    assert row["usd"] == 355e6


def test_a_workbook_has_typed_cells_links_and_a_frozen_header(told: Store, tmp_path: Path) -> None:
    opened = book(told, tmp_path / "f.xlsx")
    assert opened.sheetnames == ["Facts", "Charts", "About"]
    sheet = opened["Facts"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    rows = {row["stated"].value: row for row in cells(sheet)}
    assert len(rows) == 5
    money, share, count = (rows[name] for name in ("$412 million", "12.5 percent", "3 million"))
    assert (money["value"].value, money["value"].number_format) == (412000000, "[$USD] #,##0")
    assert (share["value"].value, share["value"].number_format) == (0.125, "0.0%")
    assert (count["value"].value, count["value"].number_format) == (3000000, "#,##0")
    assert money["published"].value == datetime(2026, 3, 4, 8)
    assert money["published"].is_date and money["period_end"].value == datetime(2025, 12, 31)
    assert money["as_of"].value == datetime(2026, 11, 29)
    assert money["link"].hyperlink.target == "https://example.org/2"
    assert money["permalink"].hyperlink.target == "http://desk.example/article/2"
    assert money["permalink"].hyperlink.location == "fact-2"
    assert money["sentence"].alignment.wrap_text
    assert sheet.column_dimensions["M"].width == pytest.approx(70, abs=1)
    assert share["scope"].value == "overseas; gross"


def test_about_says_what_was_asked_of_which_database_and_what_columns_mean(
    told: Store, tmp_path: Path
) -> None:
    sheet = book(told, tmp_path / "f.xlsx")["About"]
    lines = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert (lines["What"], lines["Metric"], lines["Database"]) == ("What was reported", "revenue", "n.db")
    assert (lines["Made at (UTC)"], lines["As of"]) == (
        datetime(2026, 11, 29, 12, 30),
        datetime(2026, 11, 29),
    )
    assert (lines["Rows"], lines["Articles"], lines["Outlets"]) == (5, 5, 2)
    assert lines["Made by"].startswith("newsgauge ")
    assert "citation" in lines["How to cite"]
    names = [cell.value for cell in book(told, tmp_path / "g.xlsx")["Facts"][1]]
    assert [name for name in names if not lines.get(name)] == []
    assert str(tmp_path) not in str(lines)


def test_a_series_is_charted_by_source(told: Store, tmp_path: Path) -> None:
    (chart,) = book(told, tmp_path / "f.xlsx")["Charts"]._charts
    drawn = [
        one.val.numRef.f if hasattr(one, "val") and one.val else one.yVal.numRef.f for one in chart.series
    ]
    assert drawn == ["Charts!$C$3", "Charts!$C$4", "Charts!$C$5"]
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx")["Charts"]
    points = [tuple(cell.value for cell in row[:4]) for row in sheet.iter_rows(min_row=3, max_row=5)]
    assert points == [
        ("Harbour Post", datetime(2025, 12, 31), 412000000, "$412 million"),
        ("Larkspur Data", datetime(2025, 12, 31), 355000000, "$355 million"),
        ("Ledger", datetime(2024, 12, 31), 300000000, "$300 million"),
    ]


def test_no_text_becomes_a_formula_or_a_link(told: Store, tmp_path: Path) -> None:
    hostile = [HOSTILE, "+1+1", "-2+3", "@SUM(A1)", "{=A1}", "\t=1+1", "javascript:alert(1)", "mailto:a@b.c"]
    listed = ", ".join("('" + text.replace("'", "''") + "')" for text in hostile)
    asked = answered(told, f'WITH t (link) AS (VALUES {listed}) SELECT link, link AS "=1+1" FROM t')
    for table in (asked, table_of(told)):
        opened = book(told, tmp_path / "f.xlsx", table)
        kinds = {cell.data_type for sheet in opened for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
        with zipfile.ZipFile(tmp_path / "f.xlsx") as packed:
            sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
            assert all(b"<f>" not in packed.read(name) for name in sheets)
    sheet = book(told, tmp_path / "g.xlsx", asked)["Facts"]
    assert [row["link"].value for row in cells(sheet)] == hostile
    assert all(row["link"].hyperlink is None for row in cells(sheet))
    assert sheet["B1"].value == "=1+1" and sheet["B1"].data_type == "s"


def test_the_same_table_gives_the_same_bytes(told: Store, tmp_path: Path) -> None:
    book(told, tmp_path / "a.xlsx")
    book(told, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").properties.created == datetime(2026, 11, 29, 12, 30)


def test_what_a_sheet_cannot_hold_stays_text_or_is_told(store: Store, tmp_path: Path) -> None:
    tell(store, "$1 million", 1e6)
    table = answered(
        store,
        "SELECT 9223372036854775807 AS big, 1e999 AS endless, x'00ff' AS raw, "
        "'1850-01-01' AS day, printf('%.*c', 40000, 'x') AS long, NULL AS void, '' AS empty, "
        "'https://example.org/' || printf('%.*c', 3000, 'x') AS far, '2026-02-30' AS wrong",
    )
    (row,) = cells(book(store, tmp_path / "f.xlsx", table)["Facts"])
    assert (row["big"].value, row["endless"].value) == ("9223372036854775807", "inf")
    assert (row["raw"].value, row["day"].value, row["wrong"].value) == (
        "(2 bytes)",
        "1850-01-01",
        "2026-02-30",
    )
    assert len(row["long"].value) == 32767
    assert row["void"].value is None
    assert row["far"].hyperlink is None and len(row["far"].value) == 3020
    huge = CitedTable((Column("n"),), (("x",),) * 1_048_576)
    with pytest.raises(ExportError, match="use --csv"):
        book(store, tmp_path / "g.xlsx", huge)


@pytest.mark.parametrize(
    ("form", "value", "unit", "shown"),
    [
        ("amount", 0.99, "USD", "[$USD] #,##0.00"),
        ("amount", 3, "multiple", '0"×"'),
        ("amount", 1.5, "percentage_point", '0.0" pp"'),
        ("amount", 25, "bps", '0" bp"'),
        ("amount", 7, None, "#,##0"),
        ("usd", 254917172.45, None, "[$$-409]#,##0"),
        ("usd", 2.5, None, "[$$-409]#,##0.0"),
        ("share", 0.138, None, "0.0%"),
        ("id", 1234, None, "0"),
    ],
)
def test_numbers_are_shown_in_their_unit(form: Any, value: float, unit: str | None, shown: str) -> None:
    assert number_format(Column("x", form), value, unit) == shown


def test_csv_is_quoted_whole_and_calculates_nothing(told: Store) -> None:
    out = io.StringIO()
    write_csv(out, table_of(told))
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert len(rows) == 5
    (count,) = (row for row in rows if row["stated"] == "3 million")
    assert (count["title"], count["subject"]) == (f"'{HOSTILE}", "'+Lumo")
    assert (count["value"], count["published"]) == ("3000000.0", "2026-03-02T08:00:00+00:00")
    assert out.getvalue().startswith('"subject","metric",')
    split = list(csv.reader(io.StringIO(out.getvalue()), delimiter=";"))
    assert [cell for row in split for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


def test_a_month_is_no_day(store: Store) -> None:
    article = tell(store, "$1 million", 1e6)
    for precision, shown in (("month", "Mar 2026"), ("year", "2026"), ("day", date(2026, 3, 2))):
        with store.write() as db:
            db.execute("UPDATE articles SET published_precision = ?", [precision])
        (row,) = dicts(table_of(store))
        assert row["published"] == shown
    assert article == 1


def test_an_answers_rows_are_cited_by_their_facts(told: Store) -> None:
    found = dicts(answered(told, "SELECT usd, article, id AS fact FROM fact_figures WHERE id = 2"))
    assert found[0]["permalink"].endswith("/article/2#fact-2")
    assert found[0]["sentence"] == "Lumo had revenue of $412 million."
    whole = dicts(answered(told, "SELECT * FROM fact_figures"))
    assert [row["permalink"].rpartition("/")[2] for row in whole] == [f"{n}#fact-{n}" for n in range(1, 6)]
    assert "title" in whole[0] and "link" not in whole[0]  # the view has its url


def test_an_answers_rows_are_cited_by_their_figures(told: Store) -> None:
    of_view = dicts(answered(told, "SELECT id, kind, article, text FROM figures"))
    assert sorted(row["permalink"].rpartition("#")[2] for row in of_view) == [
        *("count-1", "money-1", "money-2", "money-3", "percentage-1"),
    ]
    of_table = dicts(answered(told, "SELECT * FROM percentages"))
    assert of_table[0]["permalink"].endswith("/article/4#percentage-1")
    by_column = dicts(answered(told, "SELECT article, money FROM facts WHERE money IS NOT NULL"))
    assert by_column[0]["permalink"].endswith("/article/1#money-1")


def test_a_count_beside_an_article_is_no_figure(told: Store) -> None:
    (row, *_) = dicts(answered(told, "SELECT article, count(*) AS count FROM facts GROUP BY 1"))
    assert row["permalink"] == "http://desk.example/article/1"
    assert "sentence" not in row
    (row,) = dicts(answered(told, "SELECT 999 AS article"))
    assert row == {"article": 999, "as_of": date(2026, 11, 29)}


def test_two_articles_in_a_row_are_cited_both(told: Store) -> None:
    sql = (
        "SELECT a.stated, b.stated AS other_stated, a.article, b.article AS other_article, "
        "b.id AS other_fact FROM fact_figures a, fact_figures b WHERE a.id = 2 AND b.id = 3"
    )
    (row,) = dicts(answered(told, sql))
    assert row["permalink"] == "http://desk.example/article/2"
    assert row["other_permalink"] == "http://desk.example/article/3#fact-3"
    assert (row["outlet"], row["other_outlet"]) == ("Harbour Post", "Ledger")
    assert row["other_sentence"] == "Lumo had revenue of $355 million."


def test_counts_of_themes_and_companies_lead_to_their_pages(store: Store) -> None:
    tell(store, "$1 million", 1e6, company="Lumo")
    (row,) = dicts(answered(store, "SELECT company, count(*) AS n FROM facts GROUP BY 1"))
    assert row["permalink"] == "http://desk.example/company/1"
    (row,) = dicts(answered(store, "SELECT 'true-heiress' AS theme, 3 AS stories"))
    assert row["permalink"] == "http://desk.example/theme/true-heiress"


def test_days_are_told_by_the_whole_column(store: Store) -> None:
    tell(store, "$1 million", 1e6)
    table = answered(
        store,
        "SELECT '2026-01-31' AS day, '2026-01-31' AS title, '2026-01-31T08:00:00Z' AS at, 'b' AS other "
        "UNION ALL SELECT '2026-02-01', 'words', NULL, '2026-02-01'",
    )
    first, second = dicts(table)
    assert (first["day"], second["day"]) == (date(2026, 1, 31), date(2026, 2, 1))
    assert (first["title"], second["other"]) == ("2026-01-31", "2026-02-01")
    assert first["at"] == datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_the_command_writes_both_forms_and_overwrites_nothing_unasked(told: Store, tmp_path: Path) -> None:
    files = ["--xlsx", tmp_path / "f.xlsx", "--csv", tmp_path / "f.csv"]
    asked = ["--db", told.path, "export", *files, "--metric", "revenue"]
    done = run(*asked)
    assert done.exit_code == 0, done.output
    assert f"{tmp_path / 'f.xlsx'}: 3 rows, 3 articles" in done.output
    rows = list(csv.DictReader((tmp_path / "f.csv").open(encoding="utf-8")))
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx")["Facts"]
    assert [row["stated"] for row in rows] == [row["stated"].value for row in cells(sheet)]
    before = (tmp_path / "f.xlsx").read_bytes()
    again = run(*asked)
    assert isinstance(again.exception, DatabaseError) and "overwrite it with --force" in str(again.exception)
    assert (tmp_path / "f.xlsx").read_bytes() == before
    assert run(*asked, "--force", "--json").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir() if ".part" in path.name) == []


def test_the_command_shows_both_sides_of_a_disagreement(told: Store) -> None:
    done = run("--db", told.path, "export", "--csv", "-", "--disagreements")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert {row["stated"], row["other_stated"]} == {"$412 million", "$355 million"}
    assert {row["outlet"], row["other_outlet"]} == {"Harbour Post", "Ledger"}
    assert float(row["gap"]) == pytest.approx(0.138, abs=0.001)
    assert row["permalink"] != row["other_permalink"]


def test_the_command_answers_a_question_and_sql(told: Store, tmp_path: Path) -> None:
    known = ["--query", "what_did_we_know_on_date", "-p", "subject=Lumo", "-p", "date=2026-03-03"]
    done = run("--db", told.path, "export", "--csv", "-", *known)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["stated"] for row in rows} == {"$300 million", "$355 million", "12.5 percent", "3 million"}
    assert all("#fact-" in row["permalink"] for row in rows)
    done = run("--db", told.path, "export", "--xlsx", tmp_path / "q.xlsx", *known)
    lines = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "q.xlsx")["About"]]
    page = "http://127.0.0.1:8001/n/what_did_we_know_on_date?subject=Lumo&date=2026-03-03"
    assert ["In the desk", page] in lines
    assert ["subject", "Lumo"] in lines
    until = run("--db", told.path, "export", "--csv", "-", "--metric", "revenue", "--until", "2026-03-03")
    assert {row["as_of"] for row in csv.DictReader(io.StringIO(until.stdout))} == {"2026-03-03"}
    sql = run("--db", told.path, "export", "--csv", "-", "--sql", "SELECT :a AS a", "-p", "a==1+1")
    assert list(csv.reader(io.StringIO(sql.stdout)))[1][0] == "'=1+1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--csv", "-", "--sql", "SELECT 1", "--metric", "revenue"], "choose one"),
        (["--metric", "revenue"], "say where to"),
        (["--csv", "-", "-p", "a=1"], "-p goes with"),
        (["--csv", "-", "--sql", "SELECT 1", "-p", "a"], "no name=value"),
        (["--publish", "x.db", "--csv", "-"], "--publish copies the whole database"),
        (["--xlsx", "-"], "a workbook needs a file"),
        (["--csv", "-", "--metric", "revenu"], "there are revenue"),
        (["--csv", "nowhere/f.csv"], "make it, or name another"),
        (["--csv", "."], "is a folder"),
    ],
)
def test_wrong_use_is_told(told: Store, options: list[str], said: str) -> None:
    done = run("--db", told.path, "export", *options)
    assert done.exit_code != 0
    assert said in f"{done.output} {done.exception}"


def test_the_database_is_never_overwritten(told: Store) -> None:
    done = run("--db", told.path, "export", "--csv", told.path, "--force")
    assert "is the database itself" in str(done.exception)
    assert told.db["articles"].count == 5


def test_without_options_it_prints_the_feeds(told: Store) -> None:
    done = run("--db", told.path, "export")
    assert done.exit_code == 0
    assert "<opml" in done.stdout


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    final = tmp_path / "f.csv"
    final.write_text("before")
    with pytest.raises(RuntimeError), new_file(final, replace=True) as part:
        part.write_text("half")
        raise RuntimeError
    assert final.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]


def test_json_tells_what_was_written(told: Store, tmp_path: Path) -> None:
    done = run("--db", told.path, "export", "--csv", tmp_path / "f.csv", "--json")
    assert json.loads(done.stdout) == {"path": str(tmp_path / "f.csv"), "rows": 5, "articles": 5}
