"""Which network addresses are private, and which of them the user opened in ``allow_private``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from extractors.errors import NewsgaugeError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# ipaddress calls some of these global (3.11: NAT64, 6to4, multicast) and 100.64/10 not private.
_CLOSED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


class AddressError(NewsgaugeError):
    """An entry of ``allow_private`` that is neither host:port nor a network."""


def is_private(address: Address) -> bool:
    """Whether *address* is not on the public internet, or is a tunnel into what is not.

    >>> [is_private(ip_address(a)) for a in ("93.184.216.34", "127.0.0.1", "64:ff9b::7f00:1", "100.64.0.9")]
    [False, True, True, True]
    """
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None:
        return is_private(mapped)
    return not address.is_global or any(address in net for net in _CLOSED if net.version == address.version)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The user's own servers.

    ``places`` are host:port pairs, open to feeds, redirects and article links alike. ``networks`` are open
    to the feeds that the user named in them, and to what stays on such a feed's own host and port.
    """

    places: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[Network, ...] = ()

    def opens(self, address: Address, host: str, port: int, *, named: bool) -> bool:
        """Whether *address*, met as *host*:*port*, may be dialled; *named*: the user's words lead there."""
        if not is_private(address):
            return True
        if (host.lower(), port) in self.places or (str(address), port) in self.places:
            return True
        return named and any(address in net for net in self.networks if net.version == address.version)

    def mentions(self, host: str, port: int) -> bool:
        """Whether *host*:*port* is one of the user's own places, or an address in their networks."""
        if (host.lower(), port) in self.places:
            return True
        address = literal(host)
        return address is not None and any(
            address in n for n in self.networks if n.version == address.version
        )


def literal(host: str) -> Address | None:
    """The address that *host* is, where it is one and no name.

    >>> literal("[::1]"), literal("example.org")
    (IPv6Address('::1'), None)
    """
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def parse_allowed(entries: list[str]) -> Allowed:
    """Read ``allow_private``: ``host:port``, an address or a network in each entry. Raises AddressError.

    >>> parse_allowed(["127.0.0.1:8080", "10.1.0.0/16"]).places
    frozenset({('127.0.0.1', 8080)})
    """
    places, networks = set(), []
    for entry in entries:
        bare = re.sub(r"^https?://", "", entry.strip()).rstrip("/")
        place = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^\s:/]+):(\d{1,5})", bare)
        if place:
            places.add((place[1].strip("[]").lower(), int(place[2])))
            continue
        try:
            networks.append(ip_network(bare.strip("[]"), strict=False))
        except ValueError as error:
            raise AddressError(
                f"collect.allow_private: {entry!r} is neither host:port (127.0.0.1:8080) nor a network "
                "(10.1.0.0/16)"
            ) from error
    return Allowed(frozenset(places), tuple(networks))
