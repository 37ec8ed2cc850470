"""What each figure of a parsed sentence measures, and of whom: the frames' roles read in order of precedence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from extractors.facts.draft import Draft
from extractors.facts.frames import Hanging
from extractors.facts.phrases import Phrases, is_name, is_noun, is_place, is_temporal
from extractors.facts.subjects import Subjects, agent_of, object_of
from extractors.facts.words import VerbSense, forms, words
from extractors.findings import Direction, Figure


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure measures; ``compared`` marks the level that another figure is compared with."""

    metric: str
    subject: str | None
    direction: Direction | None = None
    wrap: str | None = None  # "forecast", "estimate", "target": the noun that the metric came in
    compared: bool = False
    growth: bool = False
    rule: str = ""
    subject_rule: str = ""
    anchor: int = -1
    verb: Token | None = None
    noun: Token | None = None
    like: int | None = None  # the figure whose meaning this one took over


Handler = Callable[["Meanings", Token, Mapping[str, Token]], Meaning | None]


class Meanings:
    """The meanings of the figures of one parsed sentence."""

    def __init__(
        self,
        doc: Doc,
        draft: Draft,
        figures: Sequence[Figure],
        hangings: Mapping[int, Sequence[Hanging]],
        phrases: Phrases,
        subjects: Subjects,
    ) -> None:
        self.doc = doc
        self.draft = draft
        self.hangings = hangings
        self.phrases = phrases
        self.subjects = subjects
        self.anchors = {_top(doc, first, last).i: figures[place] for place, first, last in draft.figures}
        self.places = {_top(doc, first, last).i: place for place, first, last in draft.figures}
        self._known: dict[int, Meaning | None] = {}

    def of(self, anchor: int) -> Meaning | None:
        """The meaning of the figure whose top token is at *anchor*, or None where no rule reads one."""
        if anchor not in self._known:
            self._known[anchor] = None  # a figure that leads back to itself has none
            self._known[anchor] = self._read(self.doc[anchor])
        return self._known[anchor]

    def _read(self, anchor: Token) -> Meaning | None:
        figure = self.anchors[anchor.i]
        for beside in (
            self._counted,
            self._after_of,
            self._before_growth,
            self._after_move,
            self._before_noun,
        ):
            if meaning := beside(anchor):
                return self._signed(meaning, anchor, beside.__name__.strip("_").replace("_", "-"))
        for hanging in self.hangings.get(anchor.i, ()):
            if hanging.frame.figure and not figure.kind.startswith(hanging.frame.figure):
                continue
            if meaning := _HANDLERS[hanging.frame.kind](self, anchor, hanging.tokens):
                return self._signed(meaning, anchor, hanging.frame.id)
        if meaning := self._joined(anchor):
            return self._signed(meaning, anchor, "joined")
        if figure.kind == "multiple" and (meaning := self.earlier(anchor)):
            return self._signed(meaning, anchor, "times-as-much")
        if meaning := self._nearest(anchor):
            return self._signed(meaning, anchor, "nearest-metric")
        return None

    def _first(self, anchor: Token) -> int:
        """Where the words of the figure at *anchor* begin."""
        return next(first for place, first, last in self.draft.figures if first <= anchor.i < last)

    def _after_of(self, anchor: Token) -> Meaning | None:
        """'revenue of $4 million': so close to each other that no parse need be trusted."""
        first = self._first(anchor)
        if first < 2 or self.doc[first - 1].lower_ != "of":
            return None
        noun = self.doc[first - 2]
        if first > 3 and self.doc[first - 3].lower_ == "per" and is_noun(self.doc[first - 4]):
            noun = self.doc[first - 4]
        if (
            not is_noun(noun)
            or noun.ent_type_
            or self.phrases.name_at(noun)
            or noun.lower_ in words().move_nouns
        ):
            return None
        if noun.lower_ in words().wraps or (
            noun.lower_ in words().metrics and noun.lower_ not in words().totals
        ):
            return self.from_noun(noun, anchor)
        return None

    def _after_move(self, anchor: Token) -> Meaning | None:
        """'shares rose 5%'."""
        first = self._first(anchor)
        if first < 1 or self.anchors[anchor.i].kind == "multiple":
            return None
        verb = self.doc[first - 1]
        if not verb.tag_.startswith("V") or words().lemma(verb.lower_) not in words().moves:
            return None
        return (
            self._moved(verb, words().lemma(verb.lower_), anchor, None, agent_of(verb))
            if anchor.head != verb
            else None
        )

    def _counted(self, anchor: Token) -> Meaning | None:
        """'opened 640 stores', 'has 12 million users': things counted, and what happened to them."""
        figure = self.anchors[anchor.i]
        if figure.kind != "count":
            return None
        noun = anchor if is_noun(anchor) else anchor.head if is_noun(anchor.head) else None
        name = figure.noun or (self.phrases.noun(noun) if noun is not None else None)
        if noun is not None and figure.noun is None and noun == anchor:
            name = (
                re.sub(r"^[\d.,\s]*(?:(?:thousand|million|billion|lakh|crore)s?\s)?", "", figure.text) or name
            )
        if not name or words().metric_of(name) == words().ids["growth"]:
            return None
        top = noun if noun is not None else anchor
        verb = top.head if top.head.tag_.startswith("V") else _verb_over(top)
        if verb is None:
            subject, rule = self.subjects.of_noun(top)
            return Meaning(name, subject, subject_rule=rule, noun=top)
        lemma, agent = words().lemma(verb.lower_), agent_of(verb)
        if (
            agent is not None
            and agent != top
            and words().metric_of(agent.lower_)
            and not self.phrases.name_at(agent)
        ):
            return None
        subject, rule = (
            self.subjects.of_agent(agent) if agent is not None and agent != top else self.subjects.focus()
        )
        if lemma in words().events and top.dep_ in ("dobj", "nsubjpass"):
            name = f"{name} {self._participle(verb)}"
        return Meaning(name, subject, subject_rule=rule, verb=verb, noun=top)

    def _participle(self, verb: Token) -> str:
        lemma = words().lemma(verb.lower_)
        return (
            verb.lower_
            if verb.tag_ in ("VBD", "VBN")
            else next((f for f in forms(lemma) if f.endswith("ed")), lemma)
        )

    def _before_growth(self, anchor: Token) -> Meaning | None:
        """'a 22% increase', whatever the parser makes of the increase."""
        last = self._first(anchor) + self._length(anchor)
        if last >= len(self.doc) or self.doc[last].lower_ not in words().move_nouns:
            return None
        if self.doc[last].tag_.startswith("V") and self.doc[self._first(anchor) - 1].lower_ not in (
            "a",
            "an",
            "the",
            "its",
        ):
            return None
        return _on_growth(self, anchor, {"growth": self.doc[last]})

    def _by_growth(self, anchor: Token) -> Meaning | None:
        """'saw revenue jump by 5%'."""
        first = self._first(anchor)
        if first < 2 or self.doc[first - 1].lower_ != "by" or not is_noun(self.doc[first - 2]):
            return None
        return (
            _on_growth(self, anchor, {"growth": self.doc[first - 2]})
            if self.doc[first - 2].lower_ in words().move_nouns
            else None
        )

    def _length(self, anchor: Token) -> int:
        return next(last - first for _, first, last in self.draft.figures if first <= anchor.i < last)

    def _before_noun(self, anchor: Token) -> Meaning | None:
        """'a $5 billion all-share bid': the nouns that run on from the figure end in a metric."""
        if (
            anchor.dep_ not in ("dobj", "pobj", "attr", "nmod", "npadvmod")
            or self.anchors[anchor.i].kind == "multiple"
        ):
            return None
        last = self._first(anchor) + next(b - a for p, a, b in self.draft.figures if a <= anchor.i < b)
        run = []
        for token in self.doc[last : last + 5]:
            if token.tag_ not in ("NN", "NNS", "NNP", "NNPS", "JJ", "VBN", "HYPH") and token.lower_ != "all":
                break
            run.append(token)
        if run and is_noun(run[-1]) and run[-1].lower_ in words().metrics and not run[-1].ent_type_:
            return None if run[-1].dep_ in ("nsubj", "nsubjpass") else self.from_noun(run[-1], anchor)
        return None

    def _signed(self, meaning: Meaning, anchor: Token, rule: str) -> Meaning:
        figure = self.anchors[anchor.i]
        multiple = figure.kind == "multiple" and not meaning.compared
        before = self.doc[max(self._first(anchor) - 1, 0)].lower_
        if before in ("up", "down") and not meaning.direction and figure.kind == "percent":
            meaning = replace(meaning, direction="up" if before == "up" else "down", growth=True)
        direction = meaning.direction or (_multiple_direction(figure) if multiple else None)
        meaning = self._by_analysts(self._set_against(meaning, anchor))
        return replace(
            meaning, direction=direction, rule=rule, anchor=anchor.i, growth=meaning.growth or multiple
        )

    def _by_analysts(self, meaning: Meaning) -> Meaning:
        """'Analysts expected sales of': an estimate, of the one spoken of."""
        agent = agent_of(meaning.verb) if meaning.verb is not None else None
        if (
            agent is None
            or meaning.wrap
            or agent.lower_ not in ("analysts", "street", "analyst", "economists")
        ):
            return meaning
        return replace(meaning, metric=f"analyst {meaning.metric} estimate", wrap="estimate")

    def _set_against(self, meaning: Meaning, anchor: Token) -> Meaning:
        """'swung from a loss of', 'against a profit of': a level that the one before it is compared with."""
        noun = meaning.noun
        if meaning.compared or noun is None or noun.dep_ != "pobj" or anchor not in noun.subtree:
            return meaning
        with_ = noun.head.lower_ == "with" and noun.head.head.lower_ in ("compared", "compares", "compare")
        before = self.earlier(anchor)
        if (
            before is None
            or not (with_ or noun.head.lower_ in ("from", "against", "versus", "than", "after"))
            or meaning.wrap
        ):
            return meaning
        return replace(meaning, compared=True, like=before.like)

    def earlier(self, anchor: Token) -> Meaning | None:
        """The meaning of the level before *anchor* in the sentence."""
        before = [
            i for i in self.anchors if i < anchor.i and self.anchors[i].kind in ("money", "count", "percent")
        ]
        for place in sorted(before, reverse=True):
            meaning = self.of(place)
            if meaning and not meaning.wrap:
                return replace(meaning, direction=None, compared=False, growth=False, like=place)
        return None

    def from_noun(self, noun: Token, anchor: Token) -> Meaning | None:
        """The meaning of a figure that *noun* is the name of."""
        kind = words().wraps.get(noun.lower_)
        if kind:
            return self._wrapped(noun, anchor, kind)
        if noun.lower_ in words().move_nouns and noun.lower_ not in words().metrics and anchor != noun:
            return _on_growth(self, anchor, {"growth": noun})
        if (
            (is_place(noun) or self.phrases.name_at(noun))
            and noun.dep_ not in ("nsubj", "nsubjpass")
            and anchor.head == noun
        ):
            before = self.earlier(anchor)
            subject = self.phrases.thing(noun)
            return before and replace(before, subject=subject, subject_rule="named", like=None, noun=None)
        if is_temporal(noun) and noun.dep_ == "pobj" and (above := _over_time(noun)) is not None:
            return self.from_noun(above, anchor)
        if is_temporal(noun) or self.phrases.name_at(noun) or noun.ent_type_ or noun.tag_ == "CD":
            return None
        if noun.lower_ in words().totals and self.phrases.noun(noun).lower() == noun.lower_:
            return self._plain(noun) if _has_of(noun) else self._total(noun, anchor)
        return self._plain(noun)

    def _plain(self, noun: Token) -> Meaning:
        subject, rule = self.subjects.of_noun(noun)
        if rule == "focus" and (subject is None or self.subjects.cites(subject)):
            thing = self.phrases.thing(noun)
            subject, rule = (
                (None, "none") if thing.lower() == self.phrases.noun(noun).lower() else (thing, "stated")
            )
        known = words().metrics.get(noun.lower_)
        market = known == words().ids["market_size"] and noun.lower_ != "output"
        metric = "market size" if market else words().renamed.get(noun.lower_) or self.phrases.metric(noun)
        if noun.lower_ == "share":
            metric = self.phrases.metric(noun)
        if market:
            subject, rule = self.phrases.thing(noun), "stated"
        return Meaning(metric, subject, subject_rule=rule, noun=noun, verb=_verb_over(noun))

    def _total(self, noun: Token, anchor: Token) -> Meaning | None:
        """'a total of', 'a record': what the whole phrase would mean in the figure's place."""
        for child in noun.children:
            if child.dep_ == "prep" and child.lower_ in ("of", "in", "for") and child.i < noun.i:
                continue
        verb = noun.head
        if noun.dep_ in ("dobj", "attr", "npadvmod") and verb.tag_.startswith("V"):
            return self.from_verb(verb, noun, None)
        if noun.dep_ == "pobj" and noun.head.head.tag_.startswith("V"):
            return self.from_verb(noun.head.head, noun, noun.head)
        return None

    def _wrapped(self, noun: Token, anchor: Token, kind: str) -> Meaning | None:
        """'a forecast of', 'analysts' estimates of sales of': the metric inside, or the one spoken of."""
        inner = next(
            (
                t
                for p in [*noun.children, *anchor.children]
                if p.dep_ == "prep" and p.lower_ in ("of", "for", "in")
                for t in p.children
                if t.dep_ == "pobj" and is_noun(t) and not t.ent_type_ and words().metric_of(t.lower_)
            ),
            None,
        )
        inner = inner or next(
            (
                t
                for t in noun.lefts
                if t.dep_ in ("compound", "nmod", "amod") and words().metrics.get(t.lower_)
            ),
            None,
        )
        who = (
            "analyst "
            if any(t.lower_ in ("analyst", "analysts", "consensus", "street") for t in noun.subtree)
            else ""
        )
        like = None
        if inner is not None:
            metric, (subject, rule) = self.phrases.metric(inner), self.subjects.of_noun(inner)
        else:
            spoken = self.earlier(anchor) or self.subjects.spoken
            if spoken is None:
                return None
            metric, subject, rule = _bare(spoken.metric), spoken.subject, "spoken-of"
            like = spoken.like
        return Meaning(
            f"{who}{metric} {kind}",
            subject,
            wrap=kind,
            subject_rule=rule,
            noun=noun,
            verb=_verb_over(noun),
            like=like,
        )

    def from_verb(self, verb: Token, figure: Token, prep: Token | None) -> Meaning | None:
        """The meaning of *figure* as the object of *verb*, or of *prep* under it."""
        lemma = words().lemma(verb.lower_)
        agent = agent_of(verb)
        if not (lemma in words().moves) and (way := _way_beside(verb)):
            lemma = "rise" if way == "up" else "fall"
        if lemma in words().moves and not self._sense(verb, figure, prep):
            return self._moved(verb, lemma, figure, prep, agent)
        if sense := self._sense(verb, figure, prep):
            return sense
        if lemma in words().be or prep is not None:
            return self._level(verb, agent, prep)
        if lemma in words().have and agent is not None and words().metrics.get(agent.lower_):
            return self._level(verb, agent, prep)
        if lemma in words().have and agent is not None and prep is None and (before := self.earlier(figure)):
            subject, rule = self.subjects.of_agent(agent)
            return Meaning(_bare(before.metric), subject, subject_rule=rule, verb=verb)
        return None

    def _moved(
        self, verb: Token, lemma: str, figure: Token, prep: Token | None, agent: Token | None
    ) -> Meaning | None:
        direction: Direction | None = "up" if words().moves[lemma] == "up" else "down"
        if prep is not None and prep.lower_ in ("from", "against", "for", "of", "in", "on"):
            direction = None
        moved = object_of(verb, figure) if lemma in words().causes else None
        thing = moved if moved is not None and self._is_metric(moved) else agent
        meaning = self._of_thing(thing, verb)
        return meaning and replace(
            meaning, direction=direction, growth=prep is None or prep.lower_ == "by", verb=verb
        )

    def _is_metric(self, token: Token) -> bool:
        return is_noun(token) and not self.phrases.name_at(token) and not is_temporal(token)

    def _of_thing(self, thing: Token | None, verb: Token) -> Meaning | None:
        """What is measured when *thing* rises, falls or stands at a level."""
        if thing is None:
            return None
        if thing.lower_ in words().pronouns and not self.phrases.name_at(thing):
            return self._spoken(thing, verb)
        if is_place(thing) and thing.dep_ in ("nsubj", "nsubjpass"):
            spoken = self._spoken(thing, verb)
            return spoken and replace(spoken, subject=self.phrases.thing(thing), subject_rule="place")
        if (
            thing.lower_ in ("figure", "number", "total", "amount", "sum")
            and self.phrases.noun(thing) == thing.text
        ):
            if not any(t.dep_ == "prep" for t in thing.rights):
                return self._spoken(thing, verb)
        if thing.lower_ in ("shares", "stock", "share"):
            return self._plain(thing)
        if self.phrases.name_at(thing) or thing.lower_ in words().company_nouns:
            subject, rule = self.subjects.of_agent(thing)
            return (
                Meaning("share price", subject, subject_rule=rule, verb=verb)
                if self.subjects.listed
                else None
            )
        if is_name(thing) and not words().metric_of(self.phrases.noun(thing, drop_names=False)):
            spoken = self._spoken(thing, verb)
            return spoken and replace(spoken, subject=self.phrases.thing(thing), subject_rule="stated")
        if is_noun(thing) and not is_temporal(thing) and not thing.ent_type_:
            return self.from_noun(thing, thing)
        return None

    def _spoken(self, thing: Token, verb: Token) -> Meaning | None:
        """The meaning spoken of before *thing*, in its sentence or the one before."""
        spoken = self.earlier(thing) or self.subjects.spoken
        if spoken is None:
            return None
        subject, rule = self.subjects.place_of(verb) or (spoken.subject, "spoken-of")
        return Meaning(_bare(spoken.metric), subject, subject_rule=rule, verb=verb)

    def _sense(self, verb: Token, figure: Token, prep: Token | None) -> Meaning | None:
        particle = next(
            (t.lower_ for t in verb.children if t.dep_ == "prt" or (t.dep_ == "advmod" and t.lower_ == "in")),
            "",
        )
        lemma = words().lemma(verb.lower_)
        senses = words().senses.get(f"{lemma} {particle}".strip()) or words().senses.get(lemma, [])
        kind = self.anchors[figure.i].kind if figure.i in self.anchors else "money"
        for sense in senses:
            if (sense.of == "percent") != (kind == "percent") or kind in ("multiple", "count", "bps"):
                continue
            if prep is not None and prep.lower_ not in (
                sense.with_ or (("with",) if sense.metric == "revenue" else ("for", "with", "of"))
            ):
                continue
            if prep is None and sense.with_:
                continue
            return self._sensed(verb, figure, prep, sense)
        return None

    def _sensed(self, verb: Token, figure: Token, prep: Token | None, sense: VerbSense) -> Meaning | None:
        metric, whose, about = sense.metric, sense.subject, sense.about
        agent, thing = agent_of(verb), object_of(verb, figure)
        passive = any(t.dep_ in ("nsubjpass", "auxpass") for t in verb.children)
        if whose == "object":
            of = agent if passive else thing
            if of is None:
                return None
            if of.lower_ in ("which", "that") and verb.dep_ == "relcl":
                subject, rule = self.subjects.of_agent(of)
                of = verb.head
            elif (
                is_noun(of)
                and words().metrics.get(of.lower_)
                and of.lower_ not in ("market", "industry", "sector")
            ):
                return self.from_noun(of, figure)
            elif of.lower_ in words().pronouns and metric == "market size":
                return self._spoken(of, verb)
            else:
                subject, rule = self.subjects.of_agent(of)
            if is_place(of):
                spoken = self._spoken(of, verb)
                return replace(spoken, subject=subject, subject_rule="place") if spoken else None
            if metric in ("valuation", "market size"):
                metric = self._worth(of)
            return Meaning(metric, subject, subject_rule=rule, verb=verb)
        subject, rule = self.subjects.of_agent(agent) if agent is not None else self.subjects.focus()
        if (
            agent is not None
            and metric == "revenue"
            and agent.lower_ in words().parts
            and self.subjects.topic
        ):
            part = self.phrases.noun(agent)
            if part.lower() != agent.lower_:
                return Meaning(f"{part} revenue", self.subjects.topic, subject_rule="focus", verb=verb)
        if metric == "revenue" and self.subjects.screened(agent):
            metric = "box office"
        if metric == "sales" and thing is not None and prep is not None and prep.lower_ == "for":
            metric = f"sale price of {self.phrases.thing(thing)}"
        if metric == "purchase price" and thing is not None:
            metric = f"purchase price of {self.phrases.thing(thing)}"
        for led in (t for t in [*verb.children, *figure.children] if t.dep_ == "prep" and t.lower_ in about):
            target = next(
                (t for t in led.children if t.dep_ == "pobj" and not t.ent_type_ and not is_temporal(t)),
                None,
            )
            if target is not None:
                bought = target.lower_ in ("stake", "shares", "company") or bool(self.phrases.name_at(target))
                metric = "purchase price" if metric == "payment" and bought else metric
                return Meaning(
                    f"{metric} {led.lower_} {self.phrases.thing(target)}",
                    subject,
                    subject_rule=rule,
                    verb=verb,
                )
        return Meaning(metric, subject, subject_rule=rule, verb=verb)

    def _worth(self, thing: Token) -> str:
        known = words().metric_of(thing.lower_)
        if thing.lower_ in words().broad_nouns and any(t.dep_ in ("compound", "amod") for t in thing.lefts):
            return "market size"
        if is_place(thing) or (known and known.id == "market_size"):
            return "market size"
        is_company = self.phrases.name_at(thing) or is_name(thing) or thing.lower_ in words().company_nouns
        return "valuation" if is_company or thing.lower_ in words().pronouns else "market size"

    def _level(self, verb: Token, agent: Token | None, prep: Token | None) -> Meaning | None:
        closing = (
            words().lemma(verb.lower_) in ("close", "trade", "finish", "settle", "open") and prep is not None
        )
        meaning = self._of_thing(agent, verb)
        if (
            meaning
            and closing
            and prep is not None
            and prep.lower_ == "at"
            and meaning.metric == "share price"
        ):
            return replace(
                meaning,
                metric=f"{'closing ' if verb.lower_ in ('closed', 'finished', 'settled') else ''}share price",
            )
        return meaning

    def _joined(self, anchor: Token) -> Meaning | None:
        """'$12 billion at home and $42 billion abroad': the second means what the first does."""
        head = anchor.head
        if anchor.dep_ in ("conj", "appos", "dep") and head.i in self.anchors and head.i != anchor.i:
            meaning = self.of(head.i)
            return meaning and replace(meaning, like=head.i)
        if anchor.dep_ == "pobj" and head.lower_ in ("with", "at") and self.phrases.name_at(head.head):
            before = self.earlier(anchor)
            return before and replace(
                before, subject=self.phrases.name_at(head.head), subject_rule="named", like=None
            )
        if self.doc[max(self._first(anchor) - 1, 0)].lower_ != "to":
            return None
        grown = next(
            (
                m
                for i in sorted(self.anchors, reverse=True)
                if i < anchor.i and (m := self.of(i)) and m.growth
            ),
            None,
        )
        return grown and replace(grown, like=grown.anchor, growth=False)

    def _nearest(self, anchor: Token) -> Meaning | None:
        """The last metric named before the figure, with no other figure between."""
        for token in reversed(list(self.doc[: anchor.i])):
            if token.ent_type_ and token.i not in range(anchor.i - 3, anchor.i):
                return None
            if is_noun(token) and token.lower_ in words().metrics and token.dep_ not in ("compound", "nmod"):
                return self.from_noun(token, anchor)
        return None


def _on_noun(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    before = self.earlier(anchor) if self.anchors[anchor.i].kind == "percent" else None
    if before and " share of " in before.metric and roles["metric"].lower_ not in words().wraps:
        whole = before.metric.partition(" share of ")[2]
        return replace(before, metric=f"{self.phrases.noun(roles['metric'])} share of {whole}", like=None)
    return self.from_noun(roles["metric"], anchor)


def _on_growth(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    growth = roles["growth"]
    direction = words().move_nouns.get(growth.lower_)
    meaning = _inner_metric(self, growth, anchor) or self.earlier(anchor) or _grown(self, growth)
    if meaning is None:
        return None
    return replace(
        meaning,
        direction="up" if direction == "up" else "down" if direction else None,
        growth=True,
        wrap=meaning.wrap,
    )


def _inner_metric(self: Meanings, growth: Token, anchor: Token) -> Meaning | None:
    for prep in growth.children:
        if prep.dep_ == "prep" and prep.lower_ in ("in", "of"):
            noun = next(
                (t for t in prep.children if t.dep_ == "pobj" and is_noun(t) and not t.ent_type_), None
            )
            if noun is not None and not is_temporal(noun) and not is_place(noun):
                return self.from_noun(noun, anchor)
    named = [
        t for t in growth.lefts if t.dep_ in ("compound", "nmod", "amod") and is_noun(t) and not t.ent_type_
    ]
    if (
        named
        and not self.phrases.name_at(named[-1])
        and not is_temporal(named[-1])
        and not is_place(named[-1])
    ):
        meaning = self.from_noun(named[-1], anchor)
        subject, rule = self.subjects.of_noun(growth)
        return meaning and replace(meaning, subject=subject or meaning.subject, subject_rule=rule)
    return None


def _grown(self: Meanings, growth: Token) -> Meaning | None:
    verb = _verb_over(growth)
    return self._of_thing(agent_of(verb), verb) if verb is not None else None


def _on_way(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    way, head = roles["way"], roles["way"].head
    if way.dep_ == "prt" and head.lower_ in ("make", "makes", "made", "making", "take", "takes", "took"):
        return None
    if head == anchor:
        head = anchor.head
    direction: Direction = "up" if words().move_words[way.lower_] == "up" else "down"
    if way.lower_ in ("above", "below") or (
        way.lower_ == "more" and anchor.head == way and _has_than(way) is False
    ):
        return None
    meaning: Meaning | None = None
    if is_noun(head) and not head.ent_type_ and not is_temporal(head):
        meaning = self.from_noun(head, anchor)
    if head.i in self.anchors and head.i != anchor.i:
        meaning = self.of(head.i)
    if meaning is None:
        meaning = self.earlier(anchor)
    if meaning is None and head.tag_.startswith("V") and anchor.i < len(self.doc):
        meaning = self._of_thing(agent_of(head), head)
        meaning = meaning and replace(meaning, subject_rule=f"far {meaning.subject_rule}")
    return meaning and replace(meaning, direction=direction, growth=True, compared=False)


def _has_than(way: Token) -> bool:
    return any(t.lower_ == "than" for t in way.children)


def _on_compared(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    meaning = self.earlier(anchor) or self.subjects.spoken
    return meaning and replace(meaning, direction=None, compared=True, growth=False)


def _on_share(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    base, verb = roles["base"], anchor.head
    if base.ent_type_:
        return None
    lemma = words().lemma(verb.lower_)
    if anchor.dep_ in ("nsubj", "nsubjpass") and verb.tag_.startswith(("V", "J")):
        return _share_that(self, base, verb, anchor)
    if (
        anchor.dep_ == "dobj"
        and self.phrases.name_at(base)
        and lemma in ("own", "hold", "buy", "sell", "acquire", "control", "take")
    ):
        subject, rule = (
            self.subjects.of_agent(agent_of(verb)) if agent_of(verb) is not None else self.subjects.focus()
        )
        return Meaning(f"stake in {self.phrases.name_at(base)}", subject, subject_rule=rule, verb=verb)
    if anchor.dep_ == "dobj" and lemma in words().moves and not self._sense(verb, anchor, None):
        subject, rule = self.subjects.of_noun(base)
        direction: Direction = "up" if words().moves[lemma] == "up" else "down"
        return Meaning(self.phrases.noun(base), subject, direction, growth=True, subject_rule=rule, verb=verb)
    if verb.tag_.startswith("V") or anchor.dep_ in ("pobj", "appos", "conj"):
        return _share_of(self, base, verb if verb.tag_.startswith("V") else _verb_over(verb))
    return _share_of(self, base, None)


def _share_that(self: Meanings, base: Token, verb: Token, anchor: Token) -> Meaning | None:
    """'60 percent of viewers pay': the share of the viewers that does what the verb says."""
    subject = self.phrases.thing(base)
    rule = "share-base"
    if base.lower_ in words().pronouns:
        before = self.earlier(anchor)
        subject, rule = (before.subject if before else self.subjects.spoken_thing) or subject, "spoken-of"
    if words().metric_of(base.lower_) and words().metric_of(base.lower_).flow:  # type: ignore[union-attr]
        subject, rule = self.subjects.of_noun(base)
        return Meaning(
            f"share of {self.phrases.noun(base)} {_after(self, verb, True)}".strip(),
            subject,
            subject_rule=rule,
            verb=verb,
        )
    return Meaning(f"share {_after(self, verb)}".strip(), subject, subject_rule=rule, verb=verb)


def _after(self: Meanings, verb: Token, only_prep: bool = False) -> str:
    """The verb with what follows it closely: 'moved into dramas', 'backed by local firms'."""
    tokens = [] if only_prep else [verb]
    for child in verb.rights:
        if child.dep_ == "prt":
            tokens.append(child)
        if child.dep_ in ("prep", "agent", "dobj", "attr", "acomp", "xcomp") and len(tokens) < 7:
            part = [
                t for t in child.subtree if t.tag_ not in ("DT", "PRP$", ",", "``", "''") and not t.ent_type_
            ]
            if not any(is_temporal(t) for t in part) and len(part) <= 6:
                tokens += part
                break
    return self.phrases.words(tokens)


def _share_of(self: Meanings, base: Token, verb: Token | None) -> Meaning | None:
    """'supplied 49 percent of the revenue': the share of a whole that the agent has."""
    whole = self.phrases.noun(base)
    agent = agent_of(verb) if verb is not None else None
    if agent is None:
        subject, rule = self.subjects.of_noun(base)
        return Meaning(f"share of {whole}", subject, subject_rule=rule, verb=verb)
    if (
        is_name(agent)
        or is_place(agent)
        or agent.lower_ in words().pronouns
        or agent.lower_ in words().company_nouns
    ):
        subject, rule = self.subjects.of_agent(agent)
        return Meaning(f"share of {whole}", subject, subject_rule=rule, verb=verb)
    subject, rule = self.subjects.of_noun(base)
    return Meaning(f"{self.phrases.noun(agent)} share of {whole}", subject, subject_rule=rule, verb=verb)


def _on_in(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    noun, over = roles["metric"], _verb_over(anchor)
    if over is not None and any("in" in s.about for s in words().senses.get(words().lemma(over.lower_), [])):
        return None
    if (
        is_temporal(noun)
        or noun.lower_ in ("cash", "stock", "shares", "debt")
        or words().metric_of(noun.lower_) == words().ids["market_size"]
    ):
        return None
    meaning = self.from_noun(noun, anchor)
    verb = _verb_over(anchor)
    agent = agent_of(verb) if verb is not None else None
    if meaning is None or agent is None:
        return meaning
    subject, rule = self.subjects.of_agent(agent)
    return replace(meaning, subject=subject, subject_rule=rule, verb=verb)


def _on_of(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    """'handled $4 billion of payments', 'sold 3 million yuan of toys'."""
    noun, verb = roles["metric"], _verb_over(anchor)
    known = words().metrics.get(noun.lower_)
    if verb is None or self.phrases.name_at(noun) or is_place(noun):
        return None
    sold = words().lemma(verb.lower_) in ("sell", "export", "ship") and not known
    if not known and not sold:
        return None
    agent = agent_of(verb)
    subject, rule = self.subjects.of_agent(agent) if agent is not None else self.subjects.focus()
    return Meaning(
        f"{self.phrases.noun(noun)} sales" if sold else self.phrases.metric(noun),
        subject,
        subject_rule=rule,
        verb=verb,
    )


def _on_worth(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    head = roles["worth"].head
    thing = head if is_noun(head) else agent_of(head)
    if thing is None:
        return None
    if thing.lower_ in words().pronouns:
        subject, rule = self.subjects.of_agent(thing)
        spoken = self._spoken(thing, head)
        of_market = (
            bool(spoken)
            and words().metric_of(f"{spoken.metric} {spoken.subject}") == words().ids["market_size"]
        )
        return Meaning(
            "market size" if of_market else "valuation",
            spoken.subject if spoken else subject,
            subject_rule=rule,
            verb=head,
        )
    if (
        is_noun(head)
        and head.dep_ == "dobj"
        and words().lemma(head.head.lower_) in ("sell", "export", "ship")
    ):
        agent = agent_of(head.head)
        subject, rule = self.subjects.of_agent(agent) if agent is not None else self.subjects.focus()
        return Meaning(
            f"{self.phrases.noun(head)} sales", subject, subject_rule=rule, verb=head.head, noun=head
        )
    known = words().metric_of(thing.lower_)
    if is_noun(head) and known and known.id not in ("market_size", "valuation"):
        return self.from_noun(head, anchor)
    subject, rule = self.subjects.of_agent(thing)
    return Meaning(self._worth(thing), subject, subject_rule=rule, verb=_verb_over(thing))


def _on_object(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    return self.from_verb(roles["verb"], anchor, None)


def _on_preposition(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    return self.from_verb(roles["verb"], anchor, roles["prep"])


def _on_subject(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    thing = object_of(roles["verb"], anchor)
    return self.from_noun(thing, anchor) if thing is not None and is_noun(thing) else None


def _on_moves(self: Meanings, anchor: Token, roles: Mapping[str, Token]) -> Meaning | None:
    moved = object_of(anchor, anchor)
    thing = moved if moved is not None and self._is_metric(moved) else agent_of(anchor)
    meaning = self._of_thing(thing, anchor)
    return meaning and replace(meaning, growth=True, verb=anchor)


_HANDLERS: Mapping[str, Handler] = {
    "noun": _on_noun,
    "growth": _on_growth,
    "way": _on_way,
    "compared": _on_compared,
    "share": _on_share,
    "in": _on_in,
    "of": _on_of,
    "worth": _on_worth,
    "object": _on_object,
    "preposition": _on_preposition,
    "subject": _on_subject,
    "moves": _on_moves,
}


def _way_beside(verb: Token) -> str | None:
    """'went up 20%', 'edged down to 3 million'."""
    if words().lemma(verb.lower_) not in ("go", "come", "edge", "tick", "inch", "move", "be"):
        return None
    ways = [t.lower_ for t in verb.children if t.dep_ in ("prt", "advmod") and t.lower_ in ("up", "down")]
    return ways[0] if ways else None


def _top(doc: Doc, first: int, last: int) -> Token:
    """The token of the figure whose head is outside it."""
    return next((t for t in doc[first:last] if not first <= t.head.i < last or t.head == t), doc[last - 1])


def _verb_over(token: Token) -> Token | None:
    return next((t for t in token.ancestors if t.tag_.startswith("V")), None)


def _multiple_direction(figure: Figure) -> Direction:
    return "down" if figure.value < 1 or "halv" in figure.text.lower() else "up"


def _has_of(noun: Token) -> bool:
    """Whether *noun* says of what it is the number or the value."""
    of = [
        t
        for p in noun.rights
        if p.dep_ == "prep" and p.lower_ == "of"
        for t in p.children
        if t.dep_ == "pobj"
    ]
    return any(not t.ent_type_ and not is_temporal(t) for t in of)


def _over_time(noun: Token) -> Token | None:
    """The noun that a time hangs on, or the object of its verb: 'profit for the half of $4 million'."""
    above = noun.head.head
    if is_noun(above) and not above.ent_type_ and above != noun:
        return above
    return object_of(above, noun) if above.tag_.startswith("V") else None


def _bare(metric: str) -> str:
    return (
        metric.removesuffix(" forecast")
        .removesuffix(" estimate")
        .removesuffix(" target")
        .removeprefix("analyst ")
    )
