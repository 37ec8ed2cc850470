"""The words around a mention, read for cues: 'shares of X', 'X, a streaming company', 'X raised'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from extractors.companies.chunks import Chunk
from extractors.companies.left_context import POSSESSIVE, cues_before, is_person
from extractors.companies.linking import is_contraction
from extractors.companies.vocabulary import Vocabulary
from extractors.companies.words import Word

_BEFORE, _AFTER, _ADJECTIVES = 8, 14, 9
_SUBJECT_GAPS = (" ", "—", " — ")
_SAYS = frozenset(
    {"said", "says", "added", "reported", "estimates", "estimated", "found", "forecasts", "showed", "wrote"}
)
_DAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_POSSESSORS = frozenset({"its", "their", "his", "her", "our"})
_FIRMS = frozenset({"company noun before", "shares of it", "somebody of it"})
"""Cues by which a name before 'who' is where somebody works."""
_BREAKING = (", ", " (", " – ", " — ", " - ", "—", "–")


def cues(words: Sequence[Word], chunk: Chunk, vocabulary: Vocabulary) -> Iterator[str]:
    """The cues around one mention: names of ``evidence.WEIGHTS``."""
    sentence = words[chunk.first].sentence
    before = [w for w in words[max(0, chunk.first - _BEFORE) : chunk.first] if w.sentence == sentence]
    after = [w for w in words[chunk.last + 1 : chunk.last + 1 + _AFTER] if w.sentence == sentence]
    name = words[chunk.first : chunk.last + 1]
    told = set(cues_before(before, name, vocabulary)) if before else set()
    yield from told
    if after:
        following = set(_after(after, name, vocabulary))
        if before and before[-1].lower in _POSSESSORS:
            following.discard("its executives")  # 'at its West Allis headquarters'
            if _is_ware(after, vocabulary):
                yield "ware after"
        if before and before[-1].lower == "at" and after[0].lower in ("in", "near") and after[0].gap == " ":
            yield "a place beside it"  # 'a plant at Kurnool in Andhra Pradesh'
        if told & _FIRMS and after[0].gap == ", " and after[0].lower == "who":
            following.discard("person verb")  # 'an analyst at broker X, who'
        yield from following
        if name[0].heading and _is_headline_subject(after[0], vocabulary):
            yield "headline verb"


def _is_city(following: Sequence[Word], vocabulary: Vocabulary) -> bool:
    return any(w.gap == " " and w.lower in vocabulary.places - vocabulary.countries for w in following)


def _is_ware(after: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether a ware follows, with or without what describes it: 'sport-utility vehicle'."""
    phrase = takewhile(lambda word: word.gap in (" ", "-") and word.text.islower(), after[:3])
    return any(word.lower in vocabulary.wares for word in phrase)


def _is_headline_subject(following: Word, vocabulary: Vocabulary) -> bool:
    return following.gap in (" ", *POSSESSIVE) and following.lower in vocabulary.headline_verbs


def _after(after: Sequence[Word], name: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    gap, lowers = after[0].gap, [word.lower for word in after]
    if gap == "-":
        if lowers[0] in vocabulary.based:
            yield "based there"
        elif lowers[0] in vocabulary.suffixed:
            yield "backed by it"
        return
    if gap in POSSESSIVE and len(after) > 1 and is_person(after[:2], vocabulary):
        yield "its somebody"
    if gap in POSSESSIVE:
        if vocabulary.strong_possessed & set(lowers[:2]):
            yield "its revenue"
        return
    if gap == " " and lowers[0] in ("index", "indices"):
        yield "index after"
    if gap == " " and lowers[0] == "of" and len(name) > 1 and _is_city(after[1:2], vocabulary):
        yield "of a city"
    if gap == ", " and lowers[0] == "which":
        yield "which after"
    if gap in (" (", " (“") and _is_ticker(lowers[0], vocabulary):
        yield "ticker"
    if gap == " (" and is_contraction(after[0].text, " ".join(word.text for word in name)):
        yield "short name in brackets"
    if gap == " (" and lowers[0] in vocabulary.places and (len(after) == 1 or after[1].gap.startswith(")")):
        yield "country in brackets"
    if gap in _BREAKING:
        yield from _apposition(after, lowers, vocabulary)
    if gap in (" ", ", ", "” ", '" ', "—", " — "):
        yield from _predicate(after, lowers, name, vocabulary)


def _is_ticker(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary.markets or (word.isdigit() and 3 < len(word) < 7)


def _predicate(
    after: Sequence[Word], lowers: Sequence[str], name: Sequence[Word], vocabulary: Vocabulary
) -> Iterator[str]:
    """Cues of the words that follow the name itself: 'X app', 'X raised', 'X told', 'X is a lender'."""
    on_a_day = lowers[0] == "on" and len(lowers) > 2 and lowers[1] in _DAYS and after[0].gap == " "
    if on_a_day:
        after, lowers = (after[2]._replace(gap=" "), *after[3:]), lowers[2:]
    skipped = len(list(takewhile(vocabulary.between.__contains__, lowers[:3])))
    if after[0].gap in _SUBJECT_GAPS:
        noun = list(_noun_after(after, lowers, name, vocabulary))
        yield from noun or _subject(after, lowers, name, skipped, vocabulary)
        if noun:
            return
    if lowers[0] in ("family", "families", "brothers", "sisters", "siblings"):
        yield "family after"
    elif vocabulary.person_after.starting(lowers[skipped:]):
        yield "person verb"
    elif after[0].gap == " " and lowers[0] in vocabulary.place_after:
        yield "place after"
    elif after[0].gap == " " and vocabulary.title_after.starting(lowers):
        yield "season after"


def _noun_after(
    after: Sequence[Word], lowers: Sequence[str], name: Sequence[Word], vocabulary: Vocabulary
) -> Iterator[str]:
    """'X app' and 'X short-drama platform'; but 'Streaming platforms', 'Game publisher Vantor'."""
    if adjectives := _named_product(after, vocabulary):
        adjective = _is_adjective(after[adjectives:], name)
        yield from ("plural noun after",) if adjective else ("company noun after", "product")
    elif lowers[0] in vocabulary.media_nouns:
        yield "media noun before"
    elif after[0].text[0].islower() and lowers[0] in vocabulary.nouns:
        plural = lowers[0].endswith("s") and not vocabulary.belongings.starting(lowers)
        if plural or _is_adjective(after, name):
            yield "plural noun after"
            return
        yield "company noun after"
        if lowers[0] in vocabulary.product_nouns:
            yield "product"


def _is_adjective(after: Sequence[Word], name: Sequence[Word]) -> bool:
    """Whether the one word only describes the name that follows the noun: 'Homegrown platform Vantor'."""
    following = after[1].text[0].isupper() and after[1].gap == " " if len(after) > 1 else False
    return len(name) == 1 and following


def _subject(
    after: Sequence[Word], lowers: Sequence[str], name: Sequence[Word], skipped: int, vocabulary: Vocabulary
) -> Iterator[str]:
    """Cues of what the name does and is: 'X raised', 'X CEO', 'X has 6 million users', 'X is a lender'."""
    if after[0].text[0].isupper() and lowers[0] in vocabulary.breaks and _is_post(name, vocabulary):
        yield "a post's name"
    elif vocabulary.belongings.starting(lowers):
        yield "its executives"
    if verb := _verb(lowers, lowers[skipped:], vocabulary):
        yield verb
    elif _has_its_own(after):
        yield "its own"
    elif _is_quoted_source(name, lowers):
        yield "said of one word"
    if _counts_users(lowers, vocabulary):
        yield "so many users"
    if skipped < len(lowers) and lowers[skipped] in vocabulary.copulas:
        yield from _described(after[skipped + 1 :], vocabulary)
    near = set(lowers[:9])
    if vocabulary.rates & near and vocabulary.key_rates & near and any("bank" in word.lower for word in name):
        yield "central bank's rate"


def _named_product(after: Sequence[Word], vocabulary: Vocabulary) -> int:
    """How many adjectives stand before the noun in 'X mobile app', 'X short-drama platform'; 0 elsewhere."""
    adjectives = len(list(takewhile(lambda word: word.lower in vocabulary.app_adjectives, after[:3])))
    if not 0 < adjectives < len(after) or after[0].gap != " ":
        return 0
    noun = after[adjectives].lower
    return adjectives if noun in vocabulary.product_nouns and not noun.endswith("s") else 0


def _has_its_own(after: Sequence[Word]) -> bool:
    """Whether a verb and 'its' follow: 'X ages its rum'. A person would have 'his' or 'her'."""
    verb = after[0].text
    near = [word.lower for word in after[1:4]]
    return verb.islower() and verb.endswith(("s", "ed")) and "its" in near and "that" not in near


def _is_quoted_source(name: Sequence[Word], lowers: Sequence[str]) -> bool:
    """', Redseer said.': one word without a first name is seldom a person's, where no person is named so."""
    alone = len(name) == 1 and name[0].gap in (", ", ",” ", '," ') and len(name[0].text) > 3
    return alone and lowers[0] in ("said", "says") and not name[0].heading


def _verb(lowers: Sequence[str], past: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """The kind of verb that follows, with or without the adverbs and auxiliaries before it."""
    if vocabulary.acts.starting(lowers) or vocabulary.acts.starting(past):
        return "company act"
    if vocabulary.verbs.starting(lowers) or vocabulary.verbs.starting(past):
        return "company verb"
    deed = vocabulary.deeds.starting(lowers) or vocabulary.deeds.starting(past)
    return "company deed" if deed else None


def _is_post(name: Sequence[Word], vocabulary: Vocabulary) -> bool:
    return all(word.lower in vocabulary.functions for word in name)


def _counts_users(lowers: Sequence[str], vocabulary: Vocabulary) -> bool:
    """'has 6 million monthly users', 'lost 40,000 subscribers'."""
    number = any(word[0].isdigit() or word in ("million", "billion", "thousand") for word in lowers[1:5])
    return number and bool(vocabulary.counted & set(lowers[2:8]))


def _apposition(after: Sequence[Word], lowers: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """What stands after a comma: ', a streaming company', ', 34,', ', director of', ', backed by'."""
    if after[0].text.isdigit():
        closed = len(after) == 1 or after[1].gap in (", ", ". ")
        if len(after[0].text) == 2 and after[0].gap == ", " and closed:
            yield "age"
    elif vocabulary.participles.starting(lowers):
        yield "company act"
    elif (
        not after[0].text[0].isupper()
        or lowers[0] in vocabulary.apposed
        or (len(after) > 2 and after[1].gap in POSSESSIVE)
    ):
        yield from _described(after, vocabulary)
    if lowers[0] == "which" and len(lowers) > 2:
        if verb := _verb(lowers[1:], lowers[1:], vocabulary):
            yield verb
        if _counts_users(lowers[1:], vocabulary):
            yield "so many users"


def _described(after: Sequence[Word], vocabulary: Vocabulary) -> Iterator[str]:
    if _is_who_says_it(after, vocabulary):
        return
    head = _head(after, vocabulary)
    if any(word.lower in vocabulary.authorities for word in after[:4]) and head is None:
        yield "authority in apposition"
    elif head in vocabulary.person_nouns:
        yield "person noun in apposition"
    elif head is None and _is_greatest(after, vocabulary):
        yield "the biggest in apposition"
    elif head is not None:
        yield "company in apposition"
        if head in vocabulary.product_nouns:
            yield "product"


def _is_greatest(after: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """', the country's second-biggest,'."""
    phrase = [after[0], *takewhile(lambda word: word.gap in (" ", "-", *POSSESSIVE), after[1:6])]
    determined = phrase[0].lower in vocabulary.apposed and len(phrase) < len(after)
    return (
        determined
        and phrase[-1].lower in ("biggest", "largest", "smallest")
        and after[len(phrase)].gap == ", "
    )


def _is_who_says_it(after: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether *after* is the clause of who says it: '..., India and Brazil, the analytics firm said'."""
    if after[0].lower != "the" or after[0].gap != ", ":
        return False
    phrase = list(takewhile(lambda word: word.gap in (" ", "-"), after[1:_ADJECTIVES]))
    verb = next((place for place, word in enumerate(phrase) if word.lower in _SAYS), 0)
    return verb > 0 and phrase[verb - 1].lower in vocabulary.nouns


def _head(after: Sequence[Word], vocabulary: Vocabulary) -> str | None:
    """The last telling noun of the noun phrase that *after* starts with; None where it starts with a verb."""
    phrase: list[str] = []
    for place, word in enumerate(after[:_ADJECTIVES]):
        over = word.gap not in (" ", "-", " & ", "'s ", "’s ") or (
            word.gap == " " and word.lower in vocabulary.phrase_ends
        )
        if place and over:
            break
        hyphenated = f"{phrase[-1]}-{word.lower}" if place and word.gap == "-" else ""
        phrase.append(hyphenated if hyphenated in vocabulary.nouns else word.lower)
    if phrase[0] in vocabulary.phrase_ends:
        return None
    telling = [w for w in phrase if w in vocabulary.person_nouns or w in vocabulary.nouns]
    if not telling:
        return None
    determined = phrase[0] in vocabulary.apposed or after[0].text[0].isupper()
    return telling[-1] if determined or telling[-1] == phrase[-1] else None
