"""Addresses: only http and https, absolute, and one form for each article."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::(?!80/|443/)\d+)?/[^?#\s]*")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_TRACKING = re.compile(
    r"(?:utm_\w+|ga_\w+|gclid|gclsrc|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|_hs(?:enc|mi)"
    r"|hsCtaTracking|mkt_tok|vero_\w+|oly_(?:anon|enc)_id|wt_?mc|wickedid|s_?cid|ncid|cmpid|cmp|ocid|icid|sr_share"
    r"|smid|smtyp|taid|at_(?:medium|campaign|custom\d*)|ito|spm|spref|share|sharetype|rss|feed|ref|ref_src|"
    r"ref_url|referrer|source|src|mod|partner|guccounter|guce_\w+|soc_src|soc_trk|sh|xtor|pk_\w+|mtm_\w+|amp|outputType)",
    re.I,
)
# These name tracking only with such values: elsewhere they say which page is meant.
_ONLY_WITH = {
    "ref": r"(?:rss|feed|home\w*|twitter|fb|facebook|social|newsletter|share).*",
    "source": r"(?:rss|feed|twitter|fb|facebook|social|newsletter|share|email).*",
    "src": r"(?:rss|feed|twitter|fb|facebook|social|newsletter|share|email).*",
    "mod": r"(?:rss\w*|hp_\w+|\w+_rss)",
    "partner": r"rss.*",
    "share": r".*",
    "rss": r"(?:1|true|yes|)",
    "feed": r"(?:rss\w*|atom|1|true)",
    "amp": r"(?:1|true|)",
    "outputtype": r"amp",
    "cmp": r"(?:rss|email|social).*",
    "sh": r"\w{8,}",
}
MAX_LENGTH = 4096


def web_address(link: str, base: str = "") -> str:
    """*link* made absolute against *base*; the empty string where that is no http or https address.

    >>> web_address("/a b", "http://example.org/feed"), web_address("java\\nscript:alert(1)")
    ('http://example.org/a%20b', '')
    """
    cleaned = "".join(c for c in link if c >= " " and c != "\x7f").strip()
    if not cleaned or len(cleaned) > MAX_LENGTH:
        return ""
    try:
        if not _SCHEME.match(cleaned):
            cleaned = urljoin(base, cleaned)
        parts = urlsplit(cleaned)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return ""
        _ = parts.port
    except ValueError:
        return ""
    return cleaned.replace(" ", "%20")


def canonical(url: str) -> str:
    """*url* in its one form: host in lower case, no default port, no fragment, no tracking parameters.

    >>> canonical("HTTP://Example.org:80/a?id=7&utm_source=rss#top")
    'http://example.org/a?id=7'
    """
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return url
    if not host:
        return url
    scheme = parts.scheme.lower()
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in (None, {"http": 80, "https": 443}.get(scheme)) else f"{shown}:{port}"
    return urlunsplit((scheme, place, parts.path or "/", _kept(parts.query), ""))


def host_of(url: str) -> str:
    """The host of *url* in lower case, or the empty string.

    >>> host_of("https://News.Example.org:8443/x")
    'news.example.org'
    """
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def place_of(url: str) -> tuple[str, int]:
    """The host and port of *url*."""
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or (443 if parts.scheme.lower() == "https" else 80)


def manners_key(host: str, port: int) -> str:
    """What counts as one host for manners: a name, with its port where that is not the web's own.

    >>> manners_key("news.example", 443), manners_key("127.0.0.1", 8080)
    ('news.example', '127.0.0.1:8080')
    """
    return host if port in (80, 443) else f"{host}:{port}"


def other_scheme(url: str) -> str:
    """The same address under http where *url* has https, and the other way round."""
    return f"http{url[5:]}" if url.startswith("https:") else f"https{url[4:]}"


def _kept(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _tracks(part))


def _tracks(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if not _TRACKING.fullmatch(name):
        return False
    only = _ONLY_WITH.get(name.lower())
    return only is None or re.fullmatch(only, value, re.I) is not None
