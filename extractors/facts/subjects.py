"""Whose figure it is: possessors, grammatical subjects, and what 'it' and 'the company' stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from extractors.facts.parse import Word
from extractors.facts.phrases import Phrases, is_name, is_noun, is_place, is_temporal
from extractors.facts.tree import agent_of
from extractors.facts.words import words

if TYPE_CHECKING:
    from extractors.facts.meaning import Meaning
    from extractors.facts.topics import Topics

Subject = tuple[str | None, str]
"""A subject and the rule that found it."""


class Subjects:
    """The subjects of one sentence, with what the text spoke of before it.

    ``topic`` is the organisation in focus, and ``sure`` whether it is plain that the text is about it;
    ``opener`` is the one that opens the sentence. ``cited`` are its sources, ``spoken`` is the last meaning
    read, and ``sold`` the last of sales or what goes like them; ``listed`` says whether the text speaks of
    shares, ``cinema`` of theatres; ``work`` is the film or series in focus, ``works`` those of the sentence.
    """

    def __init__(
        self,
        phrases: Phrases,
        topics: Topics,
        cited: frozenset[str],
        spoken: Meaning | None,
        sold: Meaning | None,
        listed: bool,
        cinema: bool,
        work: str | None = None,
        works: Sequence[tuple[int, int, str]] = (),
    ) -> None:
        start = phrases.draft.sentence.start
        self.topics = topics
        self.topic = topics.at(start)
        self.sure = topics.is_sure(self.topic)
        self.opener = topics.opener_at(start)
        self.cited = cited
        self.works = works
        self.phrases = phrases
        self.work = work
        self.spoken = spoken
        self.sold = sold
        self.listed = listed
        self.cinema = cinema

    def cites(self, name: str) -> bool:
        """Whether the sentence gives *name* as its source."""
        return name in self.cited

    @property
    def company(self) -> str | None:
        """The organisation that the whole text is plainly about."""
        return self.topic if self.sure and self.topic and not is_observer(self.topic) else None

    @property
    def spoken_thing(self) -> str | None:
        """The subject of the last meaning read."""
        return self.spoken.subject if self.spoken else None

    def focus(self) -> Subject:
        """The organisation in focus."""
        observed = self.topic is None or self.cites(self.topic) or is_observer(self.topic)
        others = self.cited - {self.topic}  # who says so may not speak of it
        topic = None if observed else self.topic
        return topic, "loose focus" if others else self._as_sure("focus")

    def _as_sure(self, rule: str) -> str:
        """The name of *rule*, which goes by the topic, as sure as that is."""
        return rule if self.sure else f"loose {rule}"

    def screened(self, agent: Word | None) -> bool:
        """Whether *agent* takes its money at the box office."""
        if agent is not None and any(
            start <= self.phrases.span(agent).start < end for start, end, _ in self.works
        ):
            return True
        return (
            self.cinema
            and agent is not None
            and not (self.phrases.name_at(agent) and agent.lower_ in words().company_nouns)
        )

    def work_of(self, thing: Word) -> Subject | None:
        """The film or series that *thing* is, names or stands for, in a text about cinemas."""
        if not self.cinema:
            return None
        span = self.phrases.span(thing)
        named = next((name for start, end, name in self.works if start <= span.start < end), None)
        if named is None:  # 'Cricket romance "Second Innings"'
            named = next((n for start, _, n in self.works if 0 < start - span.end < 4), None)
        if named is not None:
            return named, "named"
        if thing.lower_ in words().work_nouns and self.work and not self._is_described(thing):
            return self.work, "stand-in"
        return None

    def of_agent(self, agent: Word) -> Subject:
        """The subject that *agent*, a grammatical subject or object, stands for."""
        if name := self.phrases.name_at(agent):
            return name, "named"
        if agent.lower_ in words().pronouns:
            return self._antecedent(agent)
        if self.topic and self._is_based(agent):
            return self.topic, self._as_sure("stand-in")
        if self._is_officer(agent):
            return self.topic or self.phrases.thing(agent), "loose speaker"
        if agent.lower_ in words().company_nouns and (name := self._apposed(agent)):
            return name, "named"
        if agent.lower_ in words().company_papers and not self._of_another(agent):
            return self._owner(agent)
        if agent.lower_ in _RELATED and any(t.dep_ == "poss" for t in agent.lefts):
            return self._named_after(agent) or self.phrases.thing(agent), "loose stated"
        if (called := self.topics.called.get(agent.lower_)) and not self._is_described(agent):
            return called, "stand-in"
        if self.topics.product and agent.lower_ in _OWNED and not self._is_described(agent):
            return self.topics.product, "stand-in"
        if is_company_noun(agent.lower_) and not self._is_described(agent):
            rule = "loose stand-in" if agent.lower_ in _OWNED else self._as_sure("stand-in")
            return self._opener_before(agent) or self.topic or self.phrases.thing(agent), rule
        if agent.lower_ in words().work_nouns and not self._is_described(agent):
            return self.work or self.phrases.thing(agent), "stand-in"
        if agent.lower_ in words().place_nouns and (place := self._last_place(agent)):
            return place, "loose stand-in"
        if agent.lower_ in words().offered and (owner := self._owned_by(agent)):
            return owner
        return self._stated(agent)

    def _is_officer(self, agent: Word) -> bool:
        """'Lindqvist expects sales of': one who speaks for a company."""
        owns = words().lemma(agent.head.lower_) in _OWN
        return agent.text in self.topics.officers and is_name(agent) and not owns

    def _is_based(self, agent: Word) -> bool:
        """'The Basel-based buyer': the company spoken of."""
        first = next(iter(agent.lefts), agent).i
        starts = (self.phrases.span(t).start for t in agent.tree[first : agent.i + 1] if t.text[0].isupper())
        return any(_BASED_FIRM.match(self.phrases.text, start) for start in starts)

    def _stated(self, agent: Word) -> Subject:
        """The thing that *agent* names: the company's, where the text is about one and it has no name."""
        thing = self.phrases.thing(agent) or None
        if agent.lower_ in words().work_nouns:
            return thing, "loose stated"
        if self.company is None or agent.tag_ != "NN" or thing is None or self.cinema:
            return thing, "stated"
        if _NAMED_OR_SHARED.search(thing) or self.cites(self.company):
            return thing, "stated"
        return f"{self.company}’s {thing}", "of-topic"

    def of_any(self, agent: Word | None) -> Subject:
        """The subject that *agent* stands for, or, where a verb has none, the organisation in focus."""
        return self.of_agent(agent) if agent is not None else self.focus()

    def before(self, verb: Word) -> str | None:
        """The organisation that stands right before *verb*, whatever the parser makes its subject."""
        at, text = self.phrases.span(verb).start, self.phrases.text
        named = next(((start, name) for start, end, name in self.phrases.names if end == at - 1), None)
        return named[1] if named and not _LISTED.search(text, max(0, named[0] - 40), named[0]) else None

    def _apposed(self, agent: Word) -> str | None:
        """The name between commas: 'the company behind the app Lanternbox, Harrow Films, earned'."""
        text, start, end = (
            self.phrases.text,
            self.phrases.span(agent).start,
            self.phrases.span(agent.head).end,
        )
        for first, last, name in self.phrases.names:
            between = text[start:first]
            if start < first < end and between.count(",") == 1 and _TO_NAME.search(between):
                closed = text[last : last + 1] == "," and not text.startswith((" and ", " or "), last + 1)
                return name if closed and " and " not in between else None
        return None

    def _named_after(self, agent: Word) -> str | None:
        """'its parent, Xiamen-based Luming Culture': the name right after *agent* and a comma."""
        text, end = self.phrases.text, self.phrases.span(agent).end
        return next(
            (n for at, _, n in self.phrases.names if end < at and _TO_NAME.fullmatch(text[end:at])), None
        )

    def _of_another(self, agent: Word) -> bool:
        """'the board of the exchange'."""
        return any(t.dep_ == "prep" and t.lower_ == "of" for t in agent.rights)

    def _owner(self, agent: Word) -> Subject:
        """Whose board, prospectus or filing it is."""
        return self._possessor(agent) or self._beside(agent) or (self.topic, "stand-in")

    def _is_described(self, agent: Word) -> bool:
        """'micro-drama apps', 'some newer services': a kind of thing, not the one spoken of."""
        definite = any(t.lower_ in ("the", "this", "that", "its") for t in agent.lefts)
        ranked = any(t.tag_ == "JJS" for t in agent.lefts)  # 'Taiwan's third-largest container carrier'
        definite = definite or (ranked and any(t.dep_ == "poss" and is_place(t) for t in agent.lefts))
        if (
            definite
            and agent.tag_ != "NNS"
            and _BASED.search(self.phrases.words([agent.nbor(-1)]) if agent.i else "")
        ):
            return False
        if agent.lower_ in _OWNED and any(t.lower_ in ("its", "their") for t in agent.lefts):
            return any(is_place(t) for t in agent.lefts)  # 'its Finnish unit'
        kinds = [t for t in agent.lefts if t.dep_ in ("compound", "amod", "nmod") and not is_place(t)]
        modified = any(t.lower_ not in _OWNED_BY for t in kinds)
        return not definite or agent.tag_ == "NNS" or (modified and agent.lower_ in words().broad_nouns)

    def _antecedent(self, pronoun: Word) -> Subject:
        subject, rule = self._referent(pronoun)
        someone = pronoun.lower_ in _PERSONS and rule in ("pronoun", "stand-in")
        return subject, f"loose {rule}" if someone else rule

    def _referent(self, pronoun: Word) -> Subject:
        if pronoun.lower_ in ("we", "our", "us"):  # the company's own people speak
            return self.topic, self._as_sure("stand-in")
        if pronoun.lower_ in ("which", "who", "that") and pronoun.i >= 2:
            before = pronoun.nbor(-1) if pronoun.nbor(-1).tag_ not in (",", "''", "``") else pronoun.nbor(-2)
            if name := self.phrases.name_at(before):
                return name, "named"
            if pronoun.head.dep_ == "relcl":
                return self.of_agent(pronoun.head.head)
        for token in reversed(list(pronoun.tree[: pronoun.i])):
            if token.dep_ not in ("nsubj", "nsubjpass") or token.head == pronoun.head:
                continue
            owner = next((t for t in token.lefts if t.dep_ == "poss"), token)
            name = self.phrases.name_at(token) or self.phrases.name_at(owner)
            if name and not is_observer(name):
                return name, "pronoun"
        own = (
            next((t for t in pronoun.head.head.lefts if t.dep_ == "nsubj"), None)
            if pronoun.tag_ == "PRP$"
            else None
        )
        if own is not None and own.i < pronoun.i and own.lower_ in _OFFICES:
            return self.phrases.thing(own), "loose pronoun"  # 'Kenya's central bank cut its rate'
        if own is not None and own.i < pronoun.i and own.tag_ == "NNS" and pronoun.lower_ == "their":
            return self.phrases.thing(own), "stated"  # 'apps doubled their revenue'
        speaker = next((t for t in pronoun.ancestors if words().lemma(t.lower_) in words().says), None)
        who = agent_of(speaker) if speaker is not None else None
        if who is not None and who.i < pronoun.i and is_name(who) and not is_observer(who.text):
            company = self.topic if self._is_officer(who) else None
            return company or self.phrases.thing(who), "loose pronoun"
        for token in reversed(list(pronoun.tree[: pronoun.i])):
            if (
                token.dep_ == "nsubj"
                and token.head != pronoun.head
                and self.cinema is False
                and is_place(token)
            ):
                return self.phrases.thing(token), "pronoun"
        spoken = self.work if self.cinema and self.work else self._opener_before(pronoun) or self.topic
        return spoken, self._as_sure("pronoun")

    def _opener_before(self, word: Word) -> str | None:
        """'Nandina's bill was 5 million, and the company lost': the one that opens the sentence."""
        at = self.phrases.span(word).start
        if word.dep_ in ("dobj", "dative", "pobj"):
            return None
        named = any(end < at and name == self.opener for _, end, name in self.phrases.names)
        return self.opener if named else None

    def _last_place(self, before: Word) -> str | None:
        """The country spoken of last before *before*."""
        text = self.phrases.text[: self.phrases.span(before).start]
        found = words().country.findall(text[-600:])
        return words().countries.get(found[-1].lower(), found[-1]) if found else None

    def of_noun(self, noun: Word) -> Subject:
        """Whose *noun* it is: a possessor, an organisation or place beside it, or the agent of its verb."""
        return (
            self._possessor(noun)
            or (self._agent_over(noun) if noun.lower_ in _DONE_BY_AGENTS else None)
            or self._beside(noun)
            or self._at_firm(noun)
            or self._complement(noun)
            or self._agent_over(noun)
            or self._placed(noun)
            or self._speaker(noun)
            or self._spoken_of_before(noun)
            or self._of_all(noun)
            or self.focus()
        )

    def _is_led(self, verb: Word, noun: Word) -> bool:
        """'Partners led its Series A': the round is another's."""
        known = words().metric_of(self.phrases.noun(noun))
        leads = verb.lower_ in ("lead", "leads", "led", "leading")
        return leads and known is not None and known.id == "funding"

    def _of_all(self, noun: Word) -> Subject | None:
        """'Global advertising revenue': the whole market's, and no company's."""
        wide = next((t for t in noun.lefts if t.lower_ in _WIDE), None)
        if wide is None:
            return None
        kind = [t for t in noun.lefts if t.dep_ in ("compound", "nmod") and t != wide]
        return self.phrases.words([wide, *kind]), "loose stated"

    def _spoken_of_before(self, noun: Word) -> Subject | None:
        """'Films lifted Harrow to its best year: revenue rose': the one organisation named before a colon."""
        text, start = self.phrases.text, self.phrases.span(noun.tree[0]).start
        before = text[start : self.phrases.span(noun).start]
        mark = max(before.rfind(": "), before.rfind("; "), before.rfind(" – "), before.rfind(" — "))
        if mark < 0 or noun.dep_ not in ("nsubj", "nsubjpass"):
            return None
        named = {name for first, last, name in self.phrases.names if start <= first and last <= start + mark}
        kept = [name for name in named if not self.cites(name) and not is_observer(name)]
        return (kept[0], "named") if len(kept) == 1 else None

    def _speaker(self, noun: Word) -> Subject | None:
        """'Harrow said revenue rose': who says it of itself."""
        for token in noun.ancestors:
            if token.tag_.startswith("V") and words().lemma(token.lower_) in words().says:
                agent = agent_of(token)
                if agent is not None and noun not in agent.subtree:
                    return self._company(agent)
        return None

    def _company(self, agent: Word) -> Subject | None:
        """The company that *agent* names, introduces ('train builder Hallam') or stands for."""
        if is_observer(self.phrases.thing(agent)) or any(is_observer(t.text) for t in agent.lefts):
            return None
        if name := self.phrases.name_at(agent):
            return name, "speaker"
        introduced = any(t.lower_ in words().company_nouns or t.lower_.endswith("maker") for t in agent.lefts)
        if (is_name(agent) and introduced) or agent.lower_ in words().company_nouns:
            return self.of_agent(agent)
        return None

    def _at_firm(self, noun: Word) -> Subject | None:
        """'Sales of phones rose at Harrow': the company beside the verb."""
        if noun.dep_ not in ("nsubj", "nsubjpass"):
            return None
        beside = (of for prep in noun.head.rights if prep.lower_ == "at" for of in prep.children)
        name = next((name for of in beside if (name := self.phrases.name_at(of))), None)
        return (name, "named") if name else None

    def _placed(self, noun: Word) -> Subject | None:
        """'investment has grown in Peru', 'In the rest of the world it ...': the place beside the verb."""
        verb = noun.head
        if noun.dep_ not in ("nsubj", "nsubjpass"):
            return None
        if verb.dep_ == "relcl" and any(t.lower_ == "where" for t in verb.lefts) and is_name(verb.head):
            name = self.phrases.name_at(verb.head)  # 'Peru, where revenue doubled'
            return (name, "named") if name else (self.phrases.thing(verb.head), "place")
        return self.place_of(verb)

    def place_of(self, verb: Word) -> Subject | None:
        """The place that *verb* has beside it."""
        for prep in verb.children:
            if prep.dep_ == "prep" and prep.lower_ in ("in", "across", "at"):
                for target in [*prep.children, *(t for one in prep.children for t in _neighbour(one))]:
                    if target.dep_ == "pobj" and (name := self.phrases.name_at(target)):
                        return name, "named"
                    at = prep.lower_ == "at" and (is_name(target) or self.phrases.name_at(target))
                    if (
                        target.dep_ in ("pobj", "dobj")
                        and not is_temporal(target)
                        and (at or _is_somewhere(target))
                    ):
                        return self.phrases.thing(target) or None, "place"
        return None

    def _possessor(self, noun: Word) -> Subject | None:
        for child in noun.lefts:
            if child.dep_ == "poss":
                if child.lower_ == "whose":
                    return self._whose(child)
                if child.lower_ in words().pronouns:
                    return self._antecedent(child)
                if is_temporal(child):
                    continue
                return self.of_agent(child)
        return None

    def _whose(self, pronoun: Word) -> Subject | None:
        """'Jinyue Land, whose sales climbed': what stands before."""
        before = [word for word in pronoun.tree[: pronoun.i] if word.tag_ not in (",", "''", "``", "HYPH")]
        if not before:
            return None
        name = self.phrases.name_at(before[-1])
        if name is None and is_place(before[-1]) and before[-1].dep_ == "pobj":
            above = before[-1].head.head
            return self.of_agent(above if is_noun(above) else before[-1])  # 'the mine in Peru, whose cost'
        return (name, "named") if name else self.of_agent(before[-1])

    def _beside(self, noun: Word) -> Subject | None:
        """'Harrow shares', 'Chinese microdrama revenue'."""
        if any(t.lower_ in _COMPANIES_OWN for t in noun.lefts):
            return next(((name, "named") for t in noun.lefts if (name := self.phrases.name_at(t))), None)
        for child in noun.lefts:
            if child.dep_ in ("compound", "nmod", "amod") and not child.ent_type_:
                if name := self.phrases.name_at(child):
                    return name, "named"
                if is_place(child) and child.lower_ not in ("global", "world", "worldwide"):
                    kind = [
                        t
                        for t in noun.lefts
                        if t.dep_ in ("compound", "nmod") and not t.ent_type_ and t != child
                    ]
                    return self.phrases.words([child, *kind]), "place"
        return None

    def _complement(self, noun: Word) -> Subject | None:
        """'value of Harrow', 'revenue in China', 'revenue from Chinese dramas', 'demand for films'."""
        superlative = any(t.tag_ == "JJS" for t in noun.lefts)
        own = any(t.lower_ in _COMPANIES_OWN for t in noun.lefts)  # 'comparable sales in Japan'
        for prep in noun.rights:
            if superlative and prep.lower_ == "of":
                continue
            if prep.dep_ != "prep" or prep.lower_ not in _BELONGING:
                continue
            target = next((t for t in prep.children if t.dep_ == "pobj" and not t.ent_type_), None)
            if (
                target is None
                or is_temporal(target)
                or (own and prep.lower_ in ("in", "across") and not self.phrases.name_at(target))
            ):
                continue
            if (
                prep.lower_ == "for"
                and target.tag_ == "NNS"
                and noun.lower_ in ("size", "price", "rate", "length", "pay", "budget")
            ):
                return self.phrases.thing(target), "stated"
            flows = words().metrics.get(noun.lower_)
            if prep.lower_ == "from" and not (flows and flows.flow):
                continue
            if self.phrases.name_at(target):
                return self.phrases.name_at(target), "named"
            if owner := self._owned_by(target):
                return owner
            bare = not any(t.dep_ in ("compound", "amod", "nmod") for t in (*noun.lefts, *target.lefts))
            if target.lower_ in _RELATED:
                return self.of_agent(target)
            named = all(t.tag_ in ("NNP", "NNPS") for t in target.lefts if t.dep_ in ("compound", "nmod"))
            if is_place(target) and (bare or (named and not noun.lefts)):
                return self.phrases.thing(target), "place"
            consumers = any(t.lower_ in _SPENDERS for t in noun.lefts)
            borne = noun.lower_ in _BORNE and target.lower_ not in words().metrics
            if prep.lower_ == "on" and (borne or (consumers and noun.lower_ in _SPENT)):
                return self.phrases.thing(target), "stated"
            if prep.lower_ in ("across", "in") and target.lower_ in _PLACES:
                return self.phrases.thing(target), "stated"
            placed = is_place(target) or is_name(target) or any(is_place(t) for t in target.lefts)
            if placed or (prep.lower_ == "of" and is_noun(target) and not words().metric_of(target.lower_)):
                return self.of_agent(target)
        return None

    def _owned_by(self, thing: Word) -> Subject | None:
        """'the price of its standard plan', 'revenue from Lumo's only hit': the one that the plan is of."""
        owned = thing.lower_ not in words().company_nouns and any(
            child.dep_ == "poss" and (child.lower_ in words().possessors or self.phrases.name_at(child))
            for child in thing.lefts
        )
        return self._possessor(thing) if owned else None

    def _agent_over(self, noun: Word) -> Subject | None:
        """The agent of the verb that *noun* is an object of, however deep it hangs."""
        if noun.dep_ in ("nsubj", "nsubjpass"):
            return None
        for token in noun.ancestors:
            if (
                token.tag_.startswith("V")
                and words().lemma(token.lower_) not in words().basis["estimate_verbs"]
            ):
                given = next((t for t in token.children if t.dep_ == "dative" and not t.ent_type_), None)
                if given is not None and noun.dep_ == "dobj" and noun.head == token and given.tag_ != "IN":
                    return self.of_agent(given)
                agent = None if self._is_led(token, noun) else agent_of(token)
                named = self.before(token) if token.tag_ in ("VBD", "VBZ", "VBP") else None
                if named and not self.cites(named):
                    return named, "named"
                inside = token.dep_ != "relcl" and agent is not None and noun in agent.subtree
                if agent is not None and agent != noun and not inside:
                    if (
                        agent.lower_ not in words().pronouns
                        and words().metrics.get(agent.lower_)
                        and not self.phrases.name_at(agent)
                    ):
                        return self.of_noun(agent)
                    if agent.lower_ in _MARKET:
                        return self.focus()
                    return self.of_agent(agent)
        return None


_NAMED_OR_SHARED = re.compile(
    r"[A-Z]|\b(?:market|industry|sector|index|benchmark|economy|world|country|government|one|anybody|nobody|someone)\b"
)
"""What is no company's in particular."""
_SPENDERS = frozenset({"consumer", "consumers", "player", "players", "user", "users", "viewer", "household"})
_SPENT = frozenset({"spending", "spend", "outlays"})
_PLACES = frozenset({"cities", "countries", "markets", "regions", "provinces", "states", "towns"})
_BORNE = frozenset({"yield", "yields", "interest", "tax", "taxes", "duty", "tariff", "tariffs"})
"""What stands on something: 'the yield on the 10-year bond'."""
_OFFICES = frozenset({"bank", "government", "ministry", "council", "state", "city", "treasury", "regulator"})
_RELATED = frozenset({"parent", "owner", "backer", "partner", "rival", "subsidiary", "supplier", "customer"})
"""What one company is to another: 'Lumo's parent' is not Lumo."""
_PERSONS = frozenset({"he", "she", "his", "her"})
"""Who need not speak of the company that the text is about."""
_OWNED_BY = frozenset({"controlled", "owned", "listed", "based", "backed", "run", "led", "held"})
_OWNED = frozenset({"app", "platform", "unit", "service", "brand", "studio", "streamer", "product"})
"""What a company has, too: "the app" may be another than the one the text is about."""
_LISTED = re.compile(r"(?:,|&|\band|\bor|\bby|\bof|\bfrom)\s(?:(?:its|their|the)\s(?:[\w-]+\s){1,2})?\Z")
_TO_NAME = re.compile(r", (?:the |[\w-]+-(?:based|listed|headquartered|owned|backed) )?\Z")
_BASED_FIRM = re.compile(
    r"(?:[A-Z][\w.]+,? ){0,3}[A-Z][\w.]+-(?:based|headquartered|listed|registered) (?:[\w-]+ ){0,3}?"
    r"(?:company|group|firm|\w*maker|retailer|developer|bank|operator|start-?up|buyer|seller|bidder|suitor|lender"
    r"|airline|carrier|miner|broadcaster|publisher|studio|streamer|platform|manufacturer|supplier|insurer|brewer"
    r"|builder|utility|chain|marketplace|provider)\b"
)
"""'the San Jose, California-based company', whatever the parser makes its head."""
_BASED = re.compile(r"(?:-|\b)(?:based|headquartered|listed)\Z")
_COMPANIES_OWN = frozenset({"like-for-like", "comparable", "same-store", "organic", "underlying"})
"""'like-for-like UK sales' are a company's, and no country's."""
_OWN = frozenset({"own", "hold", "control", "keep", "sell", "buy"})
"""What founders do for themselves."""
_WIDE = frozenset({"global", "worldwide", "world", "industry", "market", "sector", "national", "nationwide"})
_BELONGING = frozenset({"of", "in", "from", "at", "by", "for", "on", "across", "throughout"})
_DONE_BY_AGENTS = frozenset(
    {"fund", "bid", "offer", "investment", "stake", "deal", "acquisition", "loan", "purchase"}
)
_MARKET = frozenset({"street", "analysts", "consensus", "investors"})


def is_company_noun(word: str) -> bool:
    """Whether *word* can stand for a company: 'group', 'retailer', 'automaker'."""
    return word in words().company_nouns or (word.endswith("maker") and word != "filmmaker")


def _neighbour(word: Word) -> Sequence[Word]:
    """'in neighbouring Peru', which the parser takes for a verb and its object."""
    return word.rights if word.lower_ in ("neighbouring", "neighboring") else ()


def _is_somewhere(token: Word) -> bool:
    return (
        is_place(token)
        or any(is_place(t) for t in token.lefts)
        or token.lower_ in ("rest", "region", "country")
    )


def is_observer(name: str) -> bool:
    """Whether *name* is of one who measures others: a consultancy, a research firm, an association."""
    return any(word.lower().strip(",.") in words().observers for word in name.split())
