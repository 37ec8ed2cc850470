"""Audits: a sample drawn from a seed, judged blind by a script, a sheet or keys, and what it tells."""

import csv
import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import audits
from db.audits import Answer, AuditError
from db.statistics import stratified_share, wilson
from db.store import open_store
from tests.programs import run
from tests.terminals import press, read_until, terminal

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    done = run("demo", "--folder", folder)
    assert done.returncode == 0, done.stderr
    return folder / "newsgauge.db"


def told(database: Path, *words: str | Path) -> dict[str, Any]:
    done = run("--db", database, "audit", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def by_kind(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {kind["kind"]: kind for kind in found["kinds"]}


def answers(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_a_sample_is_drawn_again_from_its_seed_and_as_many_of_each_kind(demo: Path) -> None:
    with open_store(demo) as store:
        first, again, other = (audits.draw(store, 50, seed, NOW) for seed in (7, 7, 8))
        samples = [audits.drawn(store, number) for number in (first, again, other)]
        strata = Counter(
            row["stratum"] for row in store.db.query("SELECT * FROM audit_findings WHERE audit = 1")
        )
    assert samples[0] == samples[1] != samples[2]
    assert len({one.finding for one in samples[0]}) == 50
    assert set(strata) == set(audits.STRATA)
    assert set(strata.values()) == {7, 8}
    assert not any(label == "known" for one in samples[0] for label, _ in one.claims)
    assert [one.finding.table for one in samples[0]] != sorted(one.finding.table for one in samples[0])


def test_an_audit_is_run_by_a_script_broken_off_and_gone_on_with(demo: Path, tmp_path: Path) -> None:
    half = [{"place": n, "verdict": "right"} for n in range(1, 11)]
    found = told(
        demo, "21", "--new", "--seed", "3", "--by", "ann", "--answers", answers(tmp_path / "a", half)
    )
    assert (found["size"], found["waiting"], found["judged_by"]) == (21, 11, ["ann"])
    rest = [{"place": n, "verdict": "wrong" if n % 5 == 0 else "skip"} for n in range(11, 22)]
    done = told(demo, "21", "--by", "ann", "--answers", answers(tmp_path / "b", rest))
    assert (done["id"], done["waiting"]) == (found["id"], 0)
    everything = by_kind(done)["everything"]
    assert (everything["judged"], everything["right"], everything["skipped"]) == (12, 10, 9)
    with open_store(demo, read_only=True) as store:
        facts = store.db["facts"].count
    assert by_kind(done)["fact"]["population"] == facts
    shown = run("--db", demo, "audit").stdout
    assert "95 % interval" in shown
    status = json.loads(run("--db", demo, "status", "--json").stdout)["audit"]
    assert by_kind(status) == by_kind(done)
    assert "right by the audit of" in run("--db", demo, "status").stdout


def test_a_wrong_verdict_becomes_a_correction(demo: Path, tmp_path: Path) -> None:
    with open_store(demo) as store:
        audit = audits.draw(store, 30, 11, NOW)
        sample = audits.drawn(store, audit)
    theme = next(one for one in sample if one.finding.table == "theme_mentions")
    fact = next(one for one in sample if one.finding.table == "facts")
    rows = [
        {"place": theme.place, "verdict": "wrong", "correct": "reject"},
        {"place": fact.place, "verdict": "wrong", "correct": {"metric_id": "profit"}},
    ]
    told(demo, "30", "--answers", answers(tmp_path / "a", rows), "--by", "ann")
    with open_store(demo, read_only=True) as store:
        assert not list(store.db["theme_mentions"].rows_where("id = ?", [theme.finding.row]))
        (row,) = store.db["facts"].rows_where("id = ?", [fact.finding.row])
        assert (row["metric_id"], row["confidence"]) == ("profit", "high")
        notes = {row["note"] for row in store.db["corrections"].rows_where("\"by\" = 'ann'")}
        assert notes == {"judged wrong in an audit"}
        assert audits.drawn(store, audit) == sample


def test_keys_judge_blind_at_a_terminal_and_correct_what_is_wrong(demo: Path) -> None:
    with terminal("--db", demo, "audit", "7", "--new", "--seed", "9", "--by", "tess") as screen:
        shown = read_until(screen, "q go on later")
        assert "1 of 7" in shown
        assert "confidence" not in shown
        assert "rule" not in shown
        press(screen, b"r")
        read_until(screen, "q go on later")
        press(screen, b"w")
        read_until(screen, "any other key goes on")
        press(screen, b"r")
        read_until(screen, "q go on later")
        press(screen, b"q")
        read_until(screen, "still to judge")
    found = told(demo)
    assert (found["waiting"], by_kind(found)["everything"]["judged"]) == (5, 2)
    with open_store(demo, read_only=True) as store:
        (made,) = store.db["corrections"].rows_where("\"by\" = 'tess'")
    assert (made["verdict"], made["note"]) == ("reject", "judged wrong in an audit")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_two_people_judge_by_sheets(demo: Path, tmp_path: Path, suffix: str) -> None:
    sheet = tmp_path / f"sheet{suffix}"
    told(demo, "14", "--new", "--seed", "5", "--export", sheet)
    for by, wrong in (("ann", {1}), ("ben", {1, 2})):
        filled = tmp_path / f"{by}{suffix}"
        if suffix == ".csv":
            with sheet.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        else:
            rows = [json.loads(line) for line in sheet.read_text(encoding="utf-8").splitlines()]
        assert all("[" in row["sentence"] and not row["verdict"] for row in rows)
        assert not any({"rule", "confidence"} & set(row) for row in rows)
        for row in rows:
            row["verdict"] = "wrong" if int(row["place"]) in wrong else "right"
        with filled.open("w", encoding="utf-8", newline="") as file:
            if suffix == ".csv":
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            else:
                file.writelines(json.dumps(row) + "\n" for row in rows)
        found = told(demo, "--import", filled, "--by", by)
    assert (found["judged_by"], found["disagreed"]) == (["ann", "ben"], 1)
    assert by_kind(found)["everything"]["right"] == 12


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"place": 99, "verdict": "right"}', "no finding 99"),
        ('{"place": 1, "verdict": "perhaps"}', "right, wrong or skip"),
        ('{"verdict": "right"}', "no place"),
        ("right", "no JSON"),
        ("[1]", "no object"),
    ],
)
def test_answers_that_are_none_are_told_and_nothing_is_kept(
    demo: Path, tmp_path: Path, line: str, said: str
) -> None:
    path = tmp_path / "answers"
    path.write_text(f'{{"place": 2, "verdict": "right"}}\n{line}\n', encoding="utf-8")
    with open_store(demo, read_only=True) as store:
        before = store.db["audit_verdicts"].count
    done = run("--db", demo, "audit", "5", "--new", "--seed", "1", "--answers", path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    with open_store(demo, read_only=True) as store:
        assert store.db["audit_verdicts"].count == before


def test_nothing_to_audit_and_no_audit_are_told(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db"):
        pass
    assert "newsgauge update" in run("--db", tmp_path / "n.db", "audit", "50").stderr
    assert "newsgauge audit 50" in run("--db", tmp_path / "n.db", "audit").stderr


def test_a_later_answer_of_one_person_replaces_an_earlier_one(demo: Path) -> None:
    with open_store(demo) as store:
        number = audits.draw(store, 7, 2, NOW)
        for verdict in ("right", "wrong"):
            audits.record(store, number, [Answer(1, verdict)], "ann", NOW)  # type: ignore[arg-type]
        assert audits.result(store.db.conn, number).kinds[-1].right == 0
        with pytest.raises(AuditError, match="say right, wrong or skip"):
            audits.record(store, number, [Answer(2, "yes")], "ann", NOW)  # type: ignore[arg-type]


def test_a_file_from_before_audits_has_no_last_one(tmp_path: Path) -> None:
    with open_store(tmp_path / "n.db") as store:
        assert audits.last(store.db.conn) is None
        for table in ("audit_verdicts", "audit_findings", "audits"):
            store.db.execute(f"DROP TABLE {table}")
        assert audits.last(store.db.conn) is None


@given(st.integers(1, 400), st.floats(0, 1))
def test_wilsons_interval_holds_the_share_within_bounds(size: int, part: float) -> None:
    right = round(part * size)
    low, high = wilson(right / size, size)
    assert 0 <= low <= right / size + 1e-12
    assert right / size - 1e-12 <= high <= 1


@given(st.integers(2, 60), st.integers(0, 60))
def test_one_stratum_is_a_simple_random_sample(judged: int, right: int) -> None:
    share = stratified_share([(1000, judged, min(right, judged))])
    assert share is not None
    assert (share.low, share.high) == pytest.approx(wilson(min(right, judged) / judged, judged))


def test_intervals_cover_what_they_say() -> None:
    """Of many samples of two strata, so many intervals hold the true share as they claim, nearly."""
    chance, covered, times = random.Random(4), 0, 2000
    strata = ((900, 15, 0.95), (300, 15, 0.6))
    truth = (900 * 0.95 + 300 * 0.6) / 1200
    for _ in range(times):
        seen = [(n, k, sum(chance.random() < p for _ in range(k))) for n, k, p in strata]
        share = stratified_share(seen)
        assert share is not None
        covered += share.low <= truth <= share.high
    assert 0.93 <= covered / times <= 0.99
