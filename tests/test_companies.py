"""Companies read from texts: the rules one by one on given entities, and floors on example texts."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from extractors.companies import KnownCompanies, read
from extractors.countries import place_names
from extractors.findings import Company, Text
from extractors.pipeline import Reader
from tests.companies_scored import EXAMPLES, examples, pipeline, score

FLOORS = json.loads((Path(__file__).parent / "data" / "floors.json").read_text(encoding="utf-8"))["companies"]
BLANK = spacy.blank("en")


@pytest.fixture(scope="module")
def known() -> KnownCompanies:
    return KnownCompanies.load()


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline()


def doc_of(text: str, entities: dict[str, str] | None = None) -> Doc:
    """A doc with the entities given by form, at the first place of each."""
    doc = BLANK.make_doc(text)
    spans = [
        doc.char_span(text.index(form), text.index(form) + len(form), label)
        for form, label in (entities or {}).items()
    ]
    doc.ents = [span for span in spans if span is not None]
    return doc


def found(text: str, known: KnownCompanies, **about: str) -> dict[str, list[str]]:
    """The companies of *text* by name, with their mentions, read without any entity."""
    companies, _ = read(doc_of(text), Text("t", text, **about), known)  # type: ignore[arg-type]
    return forms(text, companies)


def forms(text: str, companies: tuple[Company, ...]) -> dict[str, list[str]]:
    return {c.name: [text[m.start : m.end] for m in c.mentions] for c in companies}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_examples_stay_above_their_floor(path: Path, nlp: Language, known: KnownCompanies) -> None:
    result = score(examples(path), nlp, known)
    floor = FLOORS[path.stem]
    if "f1" in floor:
        assert result.f1 >= floor["f1"], result.errors
    assert result.wrong <= floor["wrong"], result.errors
    assert result.wrong_organisations <= floor["wrong_organisations"], result.errors


CONTEXTS = [
    "Shares of Tessaly fell 8 percent.",
    "The studio is backed by Tessaly.",
    "Tessaly, a streaming company, cut its forecast.",
    "Tessaly is a small audio platform.",
    "The Tessaly app was downloaded a million times.",
    "The Tessaly short-drama platform has grown.",
    "A spokesperson for Tessaly declined to comment.",
    "Tessaly's net profit doubled.",
    "Tessaly said it raised $9 million.",
    "Tessaly on Thursday posted a loss.",
    "Tessaly CEO Dana Osei spoke.",
    "Tessaly has 6 million monthly users.",
    "It bought Tessaly (NYSE: TES) in May.",
    "The Tessaly-backed studio closed.",
    "Apps such as Tessaly are free.",
    "Madrid-based startup Tessaly is hiring.",
    "Viewers on Tessaly spend an hour a day.",
    "He is the chief executive of Tessaly.",
    "It was sold to its rival Tessaly for a euro.",
]


@pytest.mark.parametrize("text", CONTEXTS)
def test_the_context_makes_a_company_of_a_name_that_no_ner_knows(text: str, known: KnownCompanies) -> None:
    assert found(text, known) == {"Tessaly": ["Tessaly"]}


NO_COMPANY = [
    ("Director Marlowe Finch spoke.", {"Marlowe Finch": "ORG"}),
    ("Ines Ferro, 34, moved to Lyon.", {"Ines Ferro": "ORG"}),
    ("Marlowe Finch, a producer, agreed.", {"Marlowe Finch": "ORG"}),
    ('The film "Winter at Harrow Point" opened.', {"Winter at Harrow Point": "ORG"}),
    ("He lives in the town of Altbach.", {"Altbach": "ORG"}),
    ("AI and ROI were on every slide.", {"AI": "ORG", "ROI": "ORG"}),
    ("It runs on Android.", {"Android": "ORG"}),
    ("Prices rose in Indonesia.", {"Indonesia": "ORG"}),
    ("Finance Minister Lena Brandt resigned.", {"Finance": "ORG"}),
    ("It cost Rmb350m or CN¥350m.", {"Rmb350m": "ORG"}),
    ("Founded by Raam Gidwani, it grew.", {"Raam Gidwani": "ORG"}),
    ("Makers pushed into Chile and Brazil, the mobile analytics firm said.", {"Brazil": "ORG"}),
    ("It paid off, said Lena Brandt, Co-Founder of the studio.", {"Lena Brandt": "PERSON"}),
]


@pytest.mark.parametrize(("text", "entities"), NO_COMPANY)
def test_what_the_ner_calls_an_organisation_may_be_none(
    text: str, entities: dict[str, str], known: KnownCompanies
) -> None:
    companies, _ = read(doc_of(text, entities), Text("t", text), known)
    assert forms(text, companies) == {}


OTHERS = [
    ("The Ministry of Culture and Tourism fined it.", "Ministry of Culture and Tourism", "government"),
    ("The Hunan Radio and Television Bureau agreed.", "Hunan Radio and Television Bureau", "government"),
    ("The Federal Cartel Office objected.", "Federal Cartel Office", "government"),
    ("The Central Bank of Norland waited.", "Central Bank of Norland", "government"),
    ("The Westmark People's Court ruled.", "Westmark People's Court", "court"),
    ("The Korean Producers Guild met.", "Korean Producers Guild", "association"),
    ("She teaches at Lakeview University.", "Lakeview University", "university"),
    ("It opened the Seoul Content Summit.", "Seoul Content Summit", "event"),
    ("The 2024 Vertical Video Outlook says so.", "Vertical Video Outlook", "report"),
    ("It trades on the Jakarta Stock Exchange.", "Jakarta Stock Exchange", "exchange"),
    ("The Straits Times reported it.", "Straits Times", "media"),
]


@pytest.mark.parametrize(("text", "name", "kind"), OTHERS)
def test_other_organisations_are_kept_under_their_kind(
    text: str, name: str, kind: str, known: KnownCompanies
) -> None:
    companies, others = read(doc_of(text, {name: "ORG"}), Text("t", text), known)
    assert companies == ()
    assert [(other.name, other.kind) for other in others] == [(name, kind)]


def test_no_country_or_region_is_a_company() -> None:
    texts = [
        Text(
            id=name,
            text=f"Makers in {name} signed. Buyers say {name} will spend $2 billion, for {name}.",
        )
        for name in sorted(place_names())
    ]
    found = {f.id: f.companies for f in Reader().read(texts, ("companies",)) if f.companies}
    assert len(texts) > 150
    assert found == {}


def test_a_legal_form_makes_a_company_of_any_name(known: KnownCompanies) -> None:
    assert list(found("It sued Festival Court Holdings Inc. in May.", known)) == [
        "Festival Court Holdings Inc."
    ]


def test_short_forms_possessives_and_acronyms_are_mentions_of_the_full_name(known: KnownCompanies) -> None:
    text = (
        "Harbour Lane Pictures (HLP) makes serials. Harbour Lane's sales doubled. HLP will hire writers, and "
        "Harbour Lane plans to list."
    )
    assert found(text, known) == {
        "Harbour Lane Pictures": ["Harbour Lane Pictures", "HLP", "Harbour Lane", "HLP", "Harbour Lane"]
    }


def test_an_acronym_with_an_ampersand_and_a_dotted_legal_form(known: KnownCompanies) -> None:
    text = (
        "Fenwick & Dray Ltd grew; F&D had no debt. Casalta S.p.A. sold it, and Casalta said it lost its bid."
    )
    assert found(text, known) == {
        "Fenwick & Dray Ltd": ["Fenwick & Dray Ltd", "F&D"],
        "Casalta S.p.A.": ["Casalta S.p.A.", "Casalta"],
    }


def test_abbreviated_words_are_one_name_in_a_text(known: KnownCompanies) -> None:
    text = "Zhuyue Technology owns two apps. Rivals of Zhuyue Tech own more, Zhuyue Tech said."
    assert list(found(text, known)) == ["Zhuyue Technology"]


def test_an_app_stays_apart_from_its_maker_of_the_same_name(known: KnownCompanies) -> None:
    text = "Lumo Labs raised $9 million. The Lumo app has 2 million users."
    assert set(found(text, known)) == {"Lumo Labs", "Lumo"}


def test_an_amount_holds_no_company(known: KnownCompanies) -> None:
    assert list(found("It took $46.3M, or $3M a week, and 3M supplied it.", known)) == ["3M"]
    assert known.matches("It took $46.3M, or $3M a week.") == []


def test_a_longer_name_wins_over_the_known_one_in_it(known: KnownCompanies) -> None:
    text = "Tencent Animation Studios is new. Tencent Video is not."
    assert found(text, known) == {
        "Tencent Animation Studios": ["Tencent Animation Studios"],
        "Tencent Video": ["Tencent Video"],
    }


def test_a_slip_of_the_pen_is_the_company(known: KnownCompanies) -> None:
    text = (
        "Brightwater Telecom raised $4 million, Brightwater Telecom said. Shares of Brihgtwater Telecom rose."
    )
    assert list(found(text, known)) == ["Brightwater Telecom"]


def test_two_names_a_letter_apart_are_two_companies(known: KnownCompanies) -> None:
    text = "Shares of Brightline Media fell. Shares of Brightlane Media rose."
    assert set(found(text, known)) == {"Brightline Media", "Brightlane Media"}


def test_a_known_company_keeps_its_name_id_and_kind(known: KnownCompanies) -> None:
    text = "Dianzhong Tech and the DramaBox app grew."
    companies, _ = read(doc_of(text), Text("t", text), known)
    assert [(c.name, c.id, c.kind) for c in companies] == [
        ("Dianzhong Technology", "dianzhong", "company"),
        ("DramaBox", "dramabox", "app"),
    ]
    assert {m.source for c in companies for m in c.mentions} == {"alias"}


def test_a_users_company_says_so() -> None:
    mine = KnownCompanies.load(own=[{"name": "Tessaly"}])
    companies, _ = read(doc_of("We saw Tessaly there."), Text("t", ""), mine)
    assert companies[0].mentions[0].source == "user"


def test_an_ambiguous_name_needs_a_context(known: KnownCompanies) -> None:
    assert found("A Snap decision in the Sea.", known) == {}
    assert list(found("Shares of Snap fell.", known)) == ["Snap Inc."]
    assert list(found("Grab Holdings Ltd grew. Then Grab cut fares.", known)) == ["Grab Holdings"]


def test_the_publisher_is_media_not_a_company(known: KnownCompanies) -> None:
    text = "Harrow Post said it had seen the letter."
    assert found(text, known, publisher="Harrow Post") == {}
    release = "Harbour Lane Pictures said it raised $9 million."
    assert list(found(release, known, publisher="Harbour Lane Pictures (press release)")) == [
        "Harbour Lane Pictures"
    ]


def test_headlines_are_read_only_for_names_found_elsewhere(known: KnownCompanies) -> None:
    text = "Why Harrow Media Is Winning the Battle\n\nHarrow Media will cut 300 jobs, it said."
    assert found(text, known) == {"Harrow Media": ["Harrow Media", "Harrow Media"]}


def test_a_directory_of_a_thousand_names_takes_seconds(known: KnownCompanies) -> None:
    names = [
        f"{a}{b}{c}"
        for a in ("Bako", "Riten", "Molu", "Dashi")
        for b in "bdfgklmnprstvz"
        for c in ("ex", "or", "ana", "ium", "ette")
    ]
    text = " ".join(
        f"Shares of {name} {other} Studios rose."
        for name in names
        for other in ("Alto", "Brava", "Corva", "Delta")
    )
    started = time.perf_counter()
    companies, _ = read(doc_of(text), Text("t", text), known)
    assert len(companies) > 1000
    assert time.perf_counter() - started < 10


def test_chinese_texts_are_read_for_known_names(known: KnownCompanies) -> None:
    text = "点众科技与中文在线发布财报，红果短剧的红果用户增长。"
    doc = spacy.blank("xx").make_doc(text)
    companies, _ = read(doc, Text("t", text, language="zh"), known)
    assert forms(text, companies) == {
        "Dianzhong Technology": ["点众科技"],
        "COL Group": ["中文在线"],
        "Hongguo": ["红果短剧", "红果"],
    }


PIECES = (
    "Tessaly|Harbour Lane Pictures|(HLP)|Netflix|'s|, a company,|said it raised|The|and|of|Ministry|Inc.|\n|"
    "\n\n|“|”|$5|US$|点众科技|é|😀|Dr.|-backed|.|,|(|)|AT&T|U.S.|Tencent Video|&|iQiyi’s|\u00a0|İ"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map(" ".join))
def test_mentions_are_inside_the_text_without_overlap_or_edges(text: str) -> None:
    companies, others = read(doc_of(text), Text("t", text), KNOWN)
    spans = sorted((m.start, m.end) for c in companies + others for m in c.mentions)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


KNOWN = KnownCompanies.load()
