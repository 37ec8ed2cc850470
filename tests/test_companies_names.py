"""Keys of names, suggestions, and the names of known companies in a text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from extractors.companies import KnownCompanies, Ownership, key, parent, roll_up, suggestions
from extractors.errors import RuleError

SAME = [
    ("Quillon Holdings Co., Ltd.", "Quillon"),
    ("The Harbour Lane Company", "harbour  LANE"),
    ("Brightwater Telecom Pvt. Ltd.", "BrightWater Telecom"),
    ("Kornvang (CPH: KORN)", "Kornvang"),
    ("Tessaly’s", "Tessaly"),
    ("PT Warung Media Tbk", "Warung Media"),
    ("云帆科技股份有限公司", "云帆科技"),
]
DIFFERENT = [
    ("Dunmore Tech", "Dunmore Technology"),
    ("Lantern+", "Lantern"),
    ("Vantor Video", "Vantor"),
    ("Channel A", "Channel"),
    ("Fenwick & Dray", "Fenwick"),
]


@pytest.mark.parametrize(("name", "other"), SAME)
def test_spellings_of_one_name_have_one_key(name: str, other: str) -> None:
    assert key(name) == key(other)


@pytest.mark.parametrize(("name", "other"), DIFFERENT)
def test_different_names_have_different_keys(name: str, other: str) -> None:
    assert key(name) != key(other)


def test_a_legal_form_alone_still_has_a_key() -> None:
    assert key("Co.") and key("+") == key("+")


def test_suggestions_are_pairs_most_alike_first_and_never_equal_keys() -> None:
    names = [
        "Dunmore Tech",
        "Dunmore Technology",
        "Dunmore Technologies Ltd",
        "Petalvine",
        "Petalvines",
        "Ostler",
    ]
    pairs = [(s.name, s.other) for s in suggestions(names)]
    assert ("Dunmore Tech", "Dunmore Technology") in pairs
    assert ("Petalvine", "Petalvines") in pairs
    assert all("Ostler" not in pair for pair in pairs)
    assert suggestions(["Vantor Inc.", "vantor"]) == ()


@pytest.fixture(scope="module")
def known() -> KnownCompanies:
    return KnownCompanies.load()


def test_packaged_companies_have_ids_names_sources_and_no_shared_key(known: KnownCompanies) -> None:
    assert len(known.companies) >= 200
    owners: dict[str, str] = {}
    for company in known.companies.values():
        assert company.source, company.id
        for name in company.names:
            assert owners.setdefault(key(name), company.id) == company.id, name
        assert company.ambiguous <= set(company.names), company.id


def test_ownership_chains_end_and_every_relation_has_a_source(known: KnownCompanies) -> None:
    for company_id, relations in known.ownerships.items():
        assert known.roll_up(company_id).id in known.companies
        assert all(relation.source for relation in relations), company_id


def test_one_row_under_every_name(known: KnownCompanies) -> None:
    found = {known.find(name) for name in ("Dianzhong Tech", "dianzhong technology", "点众科技")}
    assert len(found) == 1 and None not in found
    assert known.roll_up("dramabox") in found


def test_a_minority_holder_is_no_parent(known: KnownCompanies) -> None:
    studio = known.roll_up("reelshort")
    assert studio.name == "Crazy Maple Studio"
    assert [o.relation for o in known.ownerships[studio.id]] == ["minority"]


def test_a_dated_relation_holds_between_its_days(known: KnownCompanies) -> None:
    before, after = (
        known.parent("warner-bros", date(2020, 1, 1)),
        known.parent("warner-bros", date(2023, 1, 1)),
    )
    assert before is not None and before.id == "att"
    assert after is not None and after.id == "wbd"


def test_roll_up_ends_in_a_circle() -> None:
    circle = {"a": [Ownership("a", "b")], "b": [Ownership("b", "a")]}
    assert roll_up("a", circle) in {"a", "b"}
    assert parent("c", circle) is None


MATCHES = [
    ("Shares of Kuaishou rose.", ["Kuaishou"]),
    ("KUAISHOU TO BUY RIVAL", ["KUAISHOU"]),
    ("Tencent Video beat Tencent.", ["Tencent Video", "Tencent"]),
    ("The Tencent-backed studio", ["Tencent"]),
    ("Netflixes are plural", []),
    ("the apple orchard", []),
    ("爱奇艺与快手合作", ["爱奇艺", "快手"]),
    ("Disney’s Hulu", ["Disney", "Hulu"]),
]


@pytest.mark.parametrize(("text", "names"), MATCHES)
def test_known_names_at_the_borders_of_words(known: KnownCompanies, text: str, names: list[str]) -> None:
    assert [text[m.start : m.end] for m in known.matches(text)] == names


def test_a_users_companies_join_the_packaged_ones(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[companies]]\nid = "netflix"\nname = "Netflix"\naliases = ["Big Red"]\n'
        '[[companies]]\nname = "Tessaly"\nkind = "app"\nowner = {id = "netflix", relation = "minority", '
        'stake = 12, since = 2024-07-01, source = "letter to investors"}\n',
        encoding="utf-8",
    )
    lines = tmp_path / "more.jsonl"
    lines.write_text('{"name": "Orrin Vale", "chinese": ["奥林谷"]}\n', encoding="utf-8")
    known = KnownCompanies.load([file, lines], [{"name": "Hexaline Ltd", "aliases": ["HXL"]}])
    big_red, tessaly = known.find("Big Red"), known.find("TESSALY")
    assert big_red is not None and big_red.id == "netflix" and big_red.ticker == "NFLX"
    assert tessaly is not None and known.roll_up(tessaly.id) == tessaly
    assert known.ownerships[tessaly.id][0].since == date(2024, 7, 1)
    assert known.find("hxl") == known.by_id(key("Hexaline"))
    assert [m.company.name for m in known.matches("奥林谷融资")] == ["Orrin Vale"]


WRONG = [
    ("[]", "needs.jsonl:1: must be an object"),
    ("{", "needs.jsonl:1: no JSON"),
    ('\n{"aliases": []}', "needs.jsonl:2: key 'name' is missing"),
    ('{"name": "A", "alias": ["B"]}', "unknown key 'alias'"),
    ('{"name": "A", "aliases": "B"}', "key 'aliases' must be a list"),
    ('{"name": "A", "aliases": [""]}', "key 'aliases' must be a list"),
    ('{"name": "A", "aliases": 5}', "key 'aliases' must be a list"),
    ('{"name": 5}', "key 'name' must be a text"),
    ('{"name": "A", "kind": "shop"}', "key 'kind' must be one of"),
    ('{"name": "A", "owner": "nobody-here"}', "no company has the id 'nobody-here'"),
    ('{"name": "A", "owner": {"id": "netflix", "stake": 120}}', "key 'owner.stake'"),
    ('{"name": "A", "owner": {"id": "netflix", "relation": "loves"}}', "key 'owner.relation'"),
    ('{"name": "A", "owner": {"id": "netflix", "since": "soon"}}', "key 'owner.since'"),
    ('{"name": "A", "owner": [5]}', "key 'owner' must be"),
    ('{"name": "A", "owner": 5}', "key 'owner' must be"),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_a_wrong_company_names_file_line_and_key(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "needs.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RuleError) as raised:
        KnownCompanies.load([path])
    assert message in str(raised.value) and "\n" not in str(raised.value)


def test_what_is_no_file_or_no_toml_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="can't be read"):
        KnownCompanies.load([tmp_path / "none.jsonl"])
    broken = tmp_path / "broken.toml"
    broken.write_text("[[companies]\n", encoding="utf-8")
    with pytest.raises(RuleError, match="no TOML"):
        KnownCompanies.load([broken])
    broken.write_text("companies = 5\n", encoding="utf-8")
    with pytest.raises(RuleError, match="list of tables"):
        KnownCompanies.load([broken])
    with pytest.raises(RuleError, match=r"companies\[0\] of the configuration: key 'name'"):
        KnownCompanies.load(own=[{"id": "x"}])


def test_packaged_file_is_one_object_a_line() -> None:
    path = Path(__file__).parent.parent / "extractors" / "rules" / "companies.jsonl"
    ids = [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(ids) == len(set(ids))
