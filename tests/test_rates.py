"""Dollar values: the article's own pair first, else a rate of the right day; pairs that fit none."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from extractors.errors import RatesError
from extractors.figures import read
from extractors.findings import Figure
from extractors.rates import Rates
from monitor.cli import newsgauge

HEAD = "Date,USD,CNY,JPY,GBP,\n"


def ecb(rows: dict[str, tuple[float, float, float, float]]) -> bytes:
    """A file as the European Central Bank gives it: units for one euro, the newest day first."""
    lines = [f"{day},{','.join(map(str, rates))},\n" for day, rates in sorted(rows.items(), reverse=True)]
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("eurofxref-hist.csv", HEAD + "".join(lines))
    return body.getvalue()


WEEK = {
    "2025-03-03": (1.05, 7.56, 157.5, 0.84),
    "2025-03-04": (1.05, 7.665, 157.5, 0.84),
    "2025-03-05": (1.05, 7.77, 157.5, 0.84),
    "2025-03-06": (1.05, 7.35, 157.5, 0.84),
}


@pytest.fixture
def week(tmp_path: Path) -> Rates:
    file = tmp_path / "rates.zip"
    file.write_bytes(ecb(WEEK))
    return Rates.load(file)


def money(text: str) -> list[Figure]:
    return [figure for figure in read(text) if figure.kind == "money"]


def test_a_rate_is_that_of_the_day_or_the_last_before_it(week: Rates) -> None:
    assert week.per_dollar("CNY", date(2025, 3, 4)) == pytest.approx(Decimal("7.3"))
    assert week.per_dollar("EUR", date(2025, 3, 4)) == pytest.approx(Decimal(1) / Decimal("1.05"))
    assert week.per_dollar("CNY", date(2025, 3, 2)) is None
    assert week.per_dollar("TWD", date(2025, 3, 4)) is None
    assert week.last_day("CNY") == date(2025, 3, 6)


def test_an_amount_takes_the_publication_days_rate(week: Rates) -> None:
    (figure,) = week.with_conversions(money("It cost CNY73 million."), date(2025, 3, 4), {})
    assert figure.conversion is not None
    assert figure.conversion.usd == pytest.approx(Decimal(10_000_000))
    assert (figure.conversion.source, figure.conversion.method) == ("ecb", "publication_day")
    assert figure.value == 73_000_000


def test_a_flow_takes_the_mean_of_its_period(week: Rates) -> None:
    period = (date(2025, 3, 3), date(2025, 3, 5))
    (figure,) = week.with_conversions(money("Sales came to CNY73 million."), date(2025, 3, 6), {0: period})
    assert figure.conversion is not None
    assert figure.conversion.rate == pytest.approx(Decimal("7.3"))
    assert figure.conversion.method == "period_average"


def test_after_the_last_rate_it_is_the_latest_with_its_own_day(week: Rates) -> None:
    (figure,) = week.with_conversions(money("It cost CNY70 million."), date(2025, 9, 1), {})
    assert figure.conversion is not None
    assert (figure.conversion.method, figure.conversion.day) == ("latest", date(2025, 3, 6))
    assert figure.conversion.usd == pytest.approx(Decimal(10_000_000))


def test_no_rate_no_dollars(week: Rates) -> None:
    text = "It cost NT$70 million and 9 billion dong."
    assert [f.conversion for f in week.with_conversions(money(text), date(2025, 3, 4), {})] == [None, None]


def test_a_stated_pair_wins_over_any_rate(week: Rates) -> None:
    text = "It paid CNY50 billion (USD6.8 billion)."
    stated, pair = week.with_conversions(money(text), date(2025, 3, 4), {})
    assert stated.conversion is not None
    assert (stated.conversion.usd, stated.conversion.source) == (Decimal("6.8E9"), "stated")
    assert pair.conversion is None


@pytest.mark.parametrize(
    ("text", "mismatch"),
    [
        # 7.3 on the day of publication, 7.2 the business day before, 7.4 at the period's end, 7.3 on average.
        ("Sales of CNY730 million (USD100 million)", False),
        ("Sales of CNY720 million (USD100 million)", False),
        ("Sales of CNY740 million (USD100.0 million)", False),
        ("Sales of CNY50 billion (USD6.9 billion)", False),
        ("Sales of CNY7 billion (USD946 million)", False),
        ("Sales of CNY800 million (USD100 million)", True),
        ("Sales of CNY50 billion (USD7.3 billion)", True),
    ],
)
def test_a_pair_is_held_against_four_rates(week: Rates, text: str, mismatch: bool) -> None:
    period = (date(2025, 3, 3), date(2025, 3, 5))
    stated, _ = week.with_conversions(money(text), date(2025, 3, 4), {0: period})
    assert stated.pair_mismatch is mismatch


def test_packaged_rates_know_the_yuan() -> None:
    rate = Rates.load().per_dollar("CNY", date(2024, 6, 3))
    assert rate is not None
    assert 7 < rate < 7.5


def test_what_is_no_file_of_rates_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "rates.zip").write_text("hello")
    with pytest.raises(RatesError, match=r"eurofxref-hist\.zip"):
        Rates.load(tmp_path / "rates.zip").last_day()


def test_newer_rates_are_taken_from_a_file_and_used(tmp_path: Path) -> None:
    (tmp_path / "new.zip").write_bytes(ecb(WEEK))
    (tmp_path / "newsgauge.toml").write_text('database = "n.db"\n')
    config = ["--config", str(tmp_path / "newsgauge.toml")]
    done = CliRunner().invoke(newsgauge, ["rates", "update", str(tmp_path / "new.zip"), *config])
    assert done.exit_code == 0, done.output
    assert "rates until 2025-03-06" in done.output
    shown = CliRunner().invoke(newsgauge, ["rates", "show", *config])
    assert "until 2025-03-06" in shown.output


def test_a_faulty_file_leaves_the_old_rates(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"not a zip")
    (tmp_path / "eurofxref-hist.zip").write_bytes(ecb(WEEK))
    (tmp_path / "newsgauge.toml").write_text('database = "n.db"\n')
    config = ["--config", str(tmp_path / "newsgauge.toml")]
    done = CliRunner().invoke(newsgauge, ["rates", "update", str(tmp_path / "bad.zip"), *config])
    assert isinstance(done.exception, RatesError)
    assert (tmp_path / "eurofxref-hist.zip").read_bytes() == ecb(WEEK)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bad.zip",
        "eurofxref-hist.zip",
        "newsgauge.toml",
    ]
