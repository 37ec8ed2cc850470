"""Corrections: laid over what the rules say at once and at each reading, and taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import alerts, companies, rollups
from db.corrections import adding
from db.corrections.asked import columns, rejected
from db.corrections.keeping import correction, corrections, judge, merged_companies, undo
from db.corrections.overlay import MARKED
from db.corrections.values import CorrectionError, finding_id, rules_agree
from db.finding_rows import ReadArticle
from db.findings import save_findings
from db.maintenance import check
from db.store import Store, open_store
from db.stories import assign
from extractors.findings import Findings, Text
from extractors.pipeline import Reader, Reading
from monitor.collect.articles import text_hash
from monitor.reading import TITLE_PARTS
from tests.news_rows import add_article, add_company

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAYS = [MONDAY + timedelta(days=n) for n in range(9)]
BODY = (
    "Lanternfish Studio, a maker of micro-dramas, said revenue rose 12 percent to CNY724 million "
    "(USD100 million) in 2025. Its werewolf dramas drew 3 million users. Brindle Media put the market at "
    "$5 billion in 2024."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Reading())


@pytest.fixture
def store(tmp_path: Path, reader: Reader) -> Store:
    opened = open_store(tmp_path / "n.db")
    with opened.write() as db:
        for theme in reader.taxonomy.themes:
            row = {"id": theme.id, "label": theme.label, "family": theme.family}
            db.table("themes").insert(row)
    return opened


def add(store: Store, body: str = BODY, title: str = "Lanternfish grows", **more: Any) -> int:
    article = add_article(store, MONDAY.date(), title=title, body=body, **more)
    with store.write() as db:
        db.execute("UPDATE articles SET text_hash = ? WHERE id = ?", [text_hash(title, body), article])
    return article


def read(
    store: Store, reader: Reader, article: int, now: datetime, change: Any = lambda found: found
) -> None:
    """Read *article* with the real rules, changed by *change* as newer ones might."""
    row = next(store.db.query("SELECT * FROM articles WHERE id = ?", [article]))
    about = {"published": date(2026, 5, 4), "language": "en"}
    (body,) = reader.read([Text(id="b", text=row["body"], **about)])
    (title,) = reader.read([Text(id="t", text=row["title"], **about)], TITLE_PARTS)
    found = {"title": title, "body": change(body)}
    one = ReadArticle(article, row["title"], row["body"], row["text_hash"], found)
    save_findings(store, [one], f"v{now:%d}", now)


def rows(store: Store, table: str, where: str = "1") -> list[dict[str, Any]]:
    return list(store.db.query(f"SELECT * FROM {table} WHERE {where} ORDER BY id"))


def one(store: Store, table: str, where: str) -> dict[str, Any]:
    (row,) = rows(store, table, where)
    return row


def say(store: Store, words: str, verdict: Any, now: datetime = DAYS[1], **asked: str) -> Any:
    finding = finding_id(words)
    values = columns(store, finding, asked) if verdict == "fix" else None
    if verdict == "reject":
        values = rejected(store, finding)
    return judge(store, finding, verdict, now, values=values, by="ann")


def misread(found: Findings) -> Findings:
    """What a newer rule might make of it: every amount a thousandth, and no fact."""
    return replace(found, facts=(), money=tuple(replace(m, value=m.value / 1000) for m in found.money))


def blind(found: Findings) -> Findings:
    """Rules that read nothing any more."""
    return Findings(found.id, sentences=found.sentences)


def wider(found: Findings) -> Findings:
    """Rules that take the word before a count's number with it."""
    counts = tuple(replace(c, start=c.start - 5, text=f"drew {c.text}") for c in found.counts)
    return replace(found, counts=counts)


def state(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All findings, without what says since when they stand."""
    late = ("valid_from", "read_by", "first_seen_at")
    return {
        table: [{k: v for k, v in row.items() if k not in late} for row in rows(store, table)]
        for table in MARKED
    }


def test_a_fixed_figure_and_its_facts_outlive_a_changed_rule(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    made = say(store, "money:3", "fix", value="6 billion", currency="HKD")
    fixed = one(store, "money", "id = 3")
    assert (fixed["value"], fixed["currency"], fixed["inferred"]) == (6e9, "HKD", 0)
    assert fixed["correction"] == made.id
    assert fixed["usd"] == pytest.approx(6e9 / 7.8, rel=0.02)
    assert fixed["fx_source"] == "ecb"
    assert one(store, "fact_figures", "metric_id = 'market_size'")["value"] == 6e9
    read(store, reader, article, DAYS[2], misread)
    assert [row["value"] for row in rows(store, "money")] == [724e3, 100e3, 6e9]
    now = correction(store, made.id)
    assert now.said is not None
    assert (now.said["value"], now.said["currency"]) == (5e6, "USD")
    assert not rules_agree(now, merged_companies(store))


def test_an_accepted_fact_becomes_sure_and_outlives_rules_that_read_nothing(
    store: Store, reader: Reader
) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    say(store, "fact:3", "accept")
    assert one(store, "facts", "id = 3")["confidence"] == "high"
    assert rollup(store, "titles") == 1
    read(store, reader, article, DAYS[2], blind)
    fact = one(store, "facts", "1")
    assert (fact["id"], fact["subject"], fact["metric_id"], fact["confidence"]) == (
        3,
        "Lanternfish Studio",
        "titles",
        "high",
    )
    assert one(store, "counts", "1")["value"] == 3e6
    assert fact["sentence"].startswith("Its werewolf")
    assert rollup(store, "revenue") == 0
    assert not rollups.drift(store.db)


def rollup(store: Store, metric: str) -> int:
    """On how many articles the metric counts."""
    found = store.db.execute("SELECT articles FROM subjects WHERE kind = 'metric' AND key = ?", [metric])
    return int((found.fetchone() or [0])[0])


def test_a_rejected_figure_goes_with_its_facts_and_its_pair_is_converted_by_rates(
    store: Store, reader: Reader
) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    say(store, "money:2", "reject")
    yuan = one(store, "money", "id = 1")
    assert (yuan["fx_source"], yuan["fx_method"]) == ("ecb", "period_average")
    assert yuan["usd"] == pytest.approx(100e6, rel=0.05)
    say(store, "percent:1", "reject", DAYS[2])
    assert [row["id"] for row in rows(store, "facts")] == [2, 3, 4]
    read(store, reader, article, DAYS[3])
    assert rows(store, "percentages") == []
    assert [row["id"] for row in rows(store, "money")] == [1, 3]
    assert {row["cause"] for row in rows(store, "past_findings")} == {"correction"}
    assert not rollups.drift(store.db)


def test_what_is_taken_back_stands_as_it_was(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    before = state(store)
    made = [
        say(store, "money:2", "fix", value="101 million"),
        say(store, "money:3", "reject"),
        say(store, "fact:1", "fix", metric_id="profit", direction="none", scope="overseas, gross"),
        say(store, "company:2", "reject"),
        say(store, "theme:1", "fix", theme="mafia"),
        say(store, "count:1", "accept"),
    ]
    assert one(store, "facts", "id = 1")["scope"] == '["overseas", "gross"]'
    assert one(store, "money", "id = 1")["usd"] == 101e6
    assert state(store) != before
    for one_made in made:
        undo(store, one_made.id, DAYS[3])
    after = state(store)
    for table in MARKED:
        for row in (*before[table], *after[table]):
            row.pop("id"), row.pop("pair_of", None), row.pop("money", None)
    assert after == before
    with pytest.raises(CorrectionError, match="already"):
        undo(store, made[0].id, DAYS[4])
    assert not rollups.drift(store.db)


def test_of_two_corrections_the_newer_holds_and_the_older_comes_back(store: Store, reader: Reader) -> None:
    read(store, reader, add(store), DAYS[0])
    say(store, "money:3", "fix", value="6bn")
    newer = say(store, "money:3", "fix", DAYS[2], value="7bn")
    assert one(store, "money", "id = 3")["value"] == 7e9
    undo(store, newer.id, DAYS[3])
    assert one(store, "money", "id = 3")["value"] == 6e9


def test_a_corrected_company_follows_a_merge_and_its_facts_follow_it(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    meant, parent = add_company(store, "Lantern Fish Holdings"), add_company(store, "Anglerfish Group")
    made = say(store, "company:1", "fix", company="Lantern Fish Holdings")
    assert {row["company"] for row in rows(store, "facts", "subject LIKE 'Lantern%'")} == {meant}
    companies.merge(store, meant, parent, DAYS[1])
    read(store, reader, article, DAYS[2])
    mention = one(store, "company_mentions", "id = 1")
    assert (mention["company"], mention["named"], mention["correction"]) == (parent, meant, made.id)
    assert {row["company"] for row in rows(store, "facts", "subject LIKE 'Lantern%'")} == {parent}
    companies.unmerge(store, meant, DAYS[2])
    read(store, reader, article, DAYS[3])
    assert one(store, "company_mentions", "id = 1")["company"] == meant
    named = one(store, "companies", "name = 'Lanternfish Studio'")["id"]
    undo(store, made.id, DAYS[4])
    assert one(store, "company_mentions", "id = 1")["company"] == named


def test_the_rules_own_company_merged_meanwhile_stands_after_an_undo(store: Store, reader: Reader) -> None:
    read(store, reader, add(store), DAYS[0])
    made = say(store, "company:2", "reject")
    studio = one(store, "companies", "name = 'Lanternfish Studio'")["id"]
    companies.merge(store, studio, add_company(store, "Anglerfish Group"), DAYS[1])
    undo(store, made.id, DAYS[2])
    group = one(store, "companies", "name = 'Anglerfish Group'")["id"]
    assert one(store, "company_mentions", "id = 1")["company"] == group
    assert {row["company"] for row in rows(store, "facts", "subject LIKE 'Lantern%'")} == {group}


def test_rules_that_come_to_agree_are_told(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0], misread)
    made = say(store, "money:3", "fix", value="5bn")
    assert not rules_agree(correction(store, made.id), merged_companies(store))
    read(store, reader, article, DAYS[2])
    assert rules_agree(correction(store, made.id), merged_companies(store))


def test_a_span_read_wider_is_still_the_finding_that_was_corrected(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    say(store, "count:1", "fix", value="4 million")
    read(store, reader, article, DAYS[2], wider)
    assert [(row["text"], row["value"]) for row in rows(store, "counts")] == [("3 million users", 4e6)]


def test_a_copy_of_the_text_is_corrected_with_it(store: Store, reader: Reader) -> None:
    first = add(store)
    copy = add(store, BODY.replace("CNY724", " CNY724"), outlet="Larkspur Data")
    for article in (first, copy):
        read(store, reader, article, DAYS[0])
    made = say(store, "money:3", "fix", value="6bn")
    fixed = [(row["article"], row["value"]) for row in rows(store, "money", "correction IS NOT NULL")]
    assert fixed == [(first, 6e9), (copy, 6e9)]
    undo(store, made.id, DAYS[2])
    assert rows(store, "money", "correction IS NOT NULL") == []


def test_a_small_revision_keeps_what_was_corrected_in_a_sentence_that_stands(
    store: Store, reader: Reader
) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    say(store, "money:3", "fix", value="6bn")
    say(store, "percent:1", "reject")
    revised = f"Updated on Tuesday.\n\n{BODY.replace('12 percent', '13 percent')}"
    with store.write() as db:
        row = {"body": revised, "text_hash": text_hash("Lanternfish grows", revised)}
        db.table("articles").update(article, row)
    read(store, reader, article, DAYS[2])
    assert one(store, "money", "text = '$5 billion'")["value"] == 6e9
    assert [row["value"] for row in rows(store, "percentages")] == [13]  # its sentence is another


def test_themes_read_alone_keep_corrections(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    say(store, "theme:1", "fix", theme="mafia")
    say(store, "money:3", "fix", value="6bn")
    row = next(store.db.query("SELECT * FROM articles"))
    themes = reader.read([Text(id="b", text=row["body"], language="en")], ("themes", "countries", "titles"))
    found = {"body": next(iter(themes))}
    read_again = ReadArticle(article, row["title"], row["body"], row["text_hash"], found)
    save_findings(store, [read_again], "v9", DAYS[2], themes_only=True)
    assert [row["theme"] for row in rows(store, "theme_mentions")] == ["mafia"]
    assert one(store, "money", "id = 3")["value"] == 6e9


def test_what_no_rule_read_is_added_and_outlives_rules_that_do_not_read_it(
    store: Store, reader: Reader
) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0], blind)
    add_company(store, "Lanternfish Studio")

    def put(table: str, words: str, **asked: str) -> Any:
        return adding.add(store, article, table, words, asked, DAYS[1], by="ann")

    yuan = put("money", "CNY724 million", value="724 million", currency="CNY")
    assert yuan.sentence.endswith("in 2025.")
    assert one(store, "money", "1")["fx_source"] == "ecb"
    put("counts", "3 million users", value="3m", noun="users")
    put("facts", "3 million users", subject="Lanternfish Studio", metric="users", metric_id="users")
    put("company_mentions", "Lanternfish Studio", company="Lanternfish Studio")
    put("theme_mentions", "werewolf dramas", theme="werewolf")
    for now in (None, DAYS[2]):
        if now:
            read(store, reader, article, now, blind)
        fact = one(store, "fact_figures", "1")
        assert (fact["value"], fact["unit"], fact["confidence"]) == (3e6, "users", "high")
        assert one(store, "theme_mentions", "1")["theme"] == "werewolf"
        assert one(store, "company_mentions", "1")["source"] == "hand"
        assert not rollups.drift(store.db)
    undo(store, yuan.id, DAYS[3])
    assert rows(store, "money") == []
    read(store, reader, article, DAYS[4])  # rules that read it all come to agree
    agree = [rules_agree(c, merged_companies(store)) for c in corrections(store) if c.undone_at is None]
    assert len(agree) == 4
    assert len(rows(store, "counts")) == 1


@pytest.mark.parametrize(
    ("table", "words", "asked", "told"),
    [
        ("money", "no such words", {"value": "5"}, "stands 0 times"),
        ("money", "CNY724 million", {"currency": "CNY"}, "say its value"),
        ("money", "CNY724 million", {"value": "5"}, "money:1 stands there already"),
        ("money", "revenue", {"value": "5", "theme": "mafia"}, "it takes --value"),
        ("counts", "revenue", {"value": "5", "noun": "x", "value_max": "4"}, "in order"),
        ("facts", "revenue", {"metric": "revenue"}, "add it first"),
        ("facts", "12 percent", {"metric": "revenue"}, "measures percent:1 already"),
        ("date", "2025", {"published": "2025-01-01"}, "fix them"),
    ],
)
def test_what_cannot_be_added_is_told(
    store: Store, reader: Reader, table: str, words: str, asked: dict[str, str], told: str
) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    with pytest.raises(CorrectionError, match=told):
        adding.add(store, article, table, words, asked, DAYS[1])
    assert corrections(store) == []


def test_an_alert_hears_of_a_fact_that_was_made_sure(store: Store, reader: Reader) -> None:
    read(store, reader, add(store), DAYS[0])

    def heard() -> list[str]:
        return [event.reason for event in alerts.facts_of(store, DAYS[1], DAYS[3], "titles", None, None)]

    assert heard() == []
    say(store, "fact:3", "accept", DAYS[2])
    assert heard() == ["Lanternfish Studio werewolf dramas: 3 million users (Harbour Post)"]


def test_a_date_is_fixed_rejected_and_taken_back(store: Store, reader: Reader) -> None:
    article = add(store)
    read(store, reader, article, DAYS[0])
    first = say(store, f"date:{article}", "fix", published="2026-04-30")
    assert one(store, "articles", "1")["published"] == "2026-04-30T00:00:00+00:00"
    days = store.db.execute("SELECT DISTINCT day FROM daily_counts WHERE all_articles").fetchall()
    assert days == [("2026-04-30",)]
    assert one(store, "stories", "1")["first_published"] == "2026-04-30T00:00:00+00:00"
    second = say(store, f"date:{article}", "reject", DAYS[2])
    assert one(store, "articles", "1")["published"] is None
    undo(store, second.id, DAYS[3])
    assert one(store, "articles", "1")["published"] == "2026-04-30T00:00:00+00:00"
    undo(store, first.id, DAYS[4])
    assert one(store, "articles", "1")["published"] == "2026-05-04T08:00:00+00:00"


def test_a_story_is_as_it_was_judged_whatever_the_texts_are_like(store: Store) -> None:
    long = BODY * 4
    one_told, two_told, other = (
        add(store, long),
        add(store, long, outlet="B"),
        add(store, "Else." * 40, "Oil"),
    )
    story = dict(store.db.execute("SELECT id, story FROM articles").fetchall())
    assert story[one_told] == story[two_told] != story[other]
    alone = say(store, f"story:{two_told}", "reject")
    joined = say(store, f"story:{other}", "fix", story=str(one_told))
    third = add(store, long, outlet="C")
    told = dict(store.db.execute("SELECT id, story FROM articles").fetchall())
    assert told[two_told] not in {told[one_told], told[third], told[other]}
    assert told[one_told] == told[third] == told[other]
    with store.write() as db:
        db.execute("UPDATE articles SET story_hash = NULL")
    for article in (one_told, two_told, other, third):
        assign(store, article, DAYS[2])
    assert dict(store.db.execute("SELECT id, story FROM articles").fetchall()) == told
    undo(store, alone.id, DAYS[3])
    undo(store, joined.id, DAYS[3])
    back = dict(store.db.execute("SELECT id, story FROM articles").fetchall())
    assert back[one_told] == back[two_told] == back[third] != back[other]
    assert check(store.path).faults == ()


@pytest.mark.parametrize(
    ("words", "asked", "told"),
    [
        ("money:3", {"currency": "UDS"}, "near: .*USD"),
        ("money:3", {"value": "many"}, "1.2 million"),
        ("money:3", {"value_max": "1"}, "in order"),
        ("money:3", {"theme": "mafia"}, "--currency"),
        ("money:3", {}, "--value"),
        ("fact:1", {"metric_id": "revenu"}, "near: revenue"),
        ("fact:1", {"period_start": "2026-13-01"}, "2026-03-31"),
        ("fact:1", {"period_start": "2027-01-01"}, "in order"),
        ("fact:1", {"value": "5"}, "fix its figure"),
        ("fact:1", {"basis": "guess"}, "reported, estimate"),
        ("fact:1", {"company": "Lanternfish Stdio"}, "near: Lanternfish Studio"),
        ("theme:1", {"theme": "warewolf"}, "near: werewolf"),
        ("theme:1", {"theme": "none"}, "reject it"),
        ("company:1", {"company": "999"}, "no company 999"),
        ("date:1", {"published": "yesterday"}, "2026-03-31"),
        ("story:1", {"story": "1"}, "another"),
        ("story:1", {"story": "77"}, "story:77 is not there"),
        ("money:99", {"value": "5"}, "money:99 is not there"),
        ("amount:1", {"value": "5"}, "names no finding"),
    ],
)
def test_what_is_no_value_is_told_with_what_is_allowed(
    store: Store, reader: Reader, words: str, asked: dict[str, str], told: str
) -> None:
    read(store, reader, add(store), DAYS[0])
    with pytest.raises(CorrectionError, match=told):
        say(store, words, "fix", **asked)
    assert corrections(store) == []
