"""What is wrong with a feed, in words, and what to do about it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from monitor.collect.bodies import is_unknown
from monitor.collect.moments import EARLIEST, credible
from monitor.collect.values import Failure, FailureKind, ParsedEntry, Response

_RETRIED = "nothing to do: it is tried again by itself"
_ADVICE: dict[FailureKind, str] = {
    "dns": "check the spelling of the address; if the site moved, `newsgauge add` the new address",
    "offline": _RETRIED,
    "unreachable": _RETRIED,
    "refused": "check the address and port; a server that is down is tried again by itself",
    "timeout": "nothing to do unless it stays: then raise collect.request_seconds or remove the feed",
    "connection": _RETRIED,
    "tls": "the site has to mend its certificate; try the address with http:// if it is your own server",
    "protocol": "open the address in a browser; if it works there, look for another feed of the site",
    "private": "if it is your own server, name it in collect.allow_private as host:port",
    "redirects": "open the address in a browser and `newsgauge add` the one it ends at",
    "too large": "look for a shorter feed of the site",
    "encoding": _RETRIED,
    "address": "correct the feed's entry in newsgauge.toml",
}
_BY_STATUS = {
    400: "check the address: the server does not understand it",
    401: "the feed needs a login: give it with headers or cookies_file in its entry in newsgauge.toml",
    402: "the feed is only for subscribers: give your login with headers or cookies_file",
    403: "the server refuses this program: put a contact address under [collect], or ask the publisher",
    404: "the address is wrong or the feed is gone: look for the new one with `newsgauge add <the site>`",
    406: "the server does not like the request: try a headers entry for the feed, with another Accept",
    410: "the publisher has ended the feed: it is not polled any more; remove it",
    429: "nothing to do: the server asks for patience and gets it",
    451: "the feed is not to be had from this country",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and what to do, each a phrase without a full stop."""

    words: str
    advice: str


def of_failure(failure: Failure) -> Fault:
    """The fault of a request without a usable answer."""
    return Fault(failure.words, _ADVICE[failure.kind])


def of_status(status: int, waits: bool = False) -> Fault:
    """The fault that an HTTP *status* tells."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown status"
    words = f"the server answers {status} ({phrase})" + (" and asks to wait" if waits else "")
    other = _RETRIED if status >= 500 else "open the address in a browser to see what became of it"
    return Fault(words, _BY_STATUS.get(status, other))


def of_cut(cut: str, entries: int) -> Fault:
    """The fault of an answer that was cut off."""
    kept = f"{entries} entries were kept" if entries else "no entry could be kept"
    return Fault(f"{cut}: {kept}", _ADVICE["too large"] if "larger" in cut or "grows" in cut else _RETRIED)


def of_entries(entries: Sequence[ParsedEntry], now: datetime) -> list[str]:
    """What is wrong with a feed's entries, though they are kept."""
    guids = Counter(entry.guid for entry in entries if entry.guid)
    repeated = sum(count for count in guids.values() if count > 1)
    counted = (
        (sum(1 for e in entries if e.unread_date), "a date that cannot be read"),
        (
            sum(1 for e in entries if e.published and e.published < EARLIEST),
            "a date that is only a placeholder",
        ),
        (
            sum(
                1
                for e in entries
                if e.published and e.published >= EARLIEST and not credible(e.published, now)
            ),
            "a date in the future",
        ),
        (sum(1 for e in entries if e.refused_link), "a link that is no web address, left out"),
        (sum(1 for e in entries if not e.guid and not e.url), "neither GUID nor link"),
        (repeated, "a GUID that another has too"),
    )
    return [f"{count} of {len(entries)} entries have {what}" for count, what in counted if count]


def of_answer(response: Response) -> str | None:
    """What a good answer's labels have wrong, in words."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith(("image/", "video/", "audio/", "application/pdf")):
        return f"the server calls the feed {kind}"
    encoding = response.headers.get("content-encoding", "")
    if is_unknown(encoding):
        return f"the answer is labelled as packed ({encoding[:40]}) and is not"
    return None


UNASKED_304 = Fault("the server answers 304 (not modified) though it was asked for the whole feed", _RETRIED)
PUBLISHERS = "nothing to do: the entries are kept; the publisher could mend it"
