"""Addresses: what is private, what is kept, and one form of each."""

from ipaddress import ip_address

import pytest

from monitor.collect.addresses import AddressError, is_private, parse_allowed
from monitor.collect.urls import canonical, web_address

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.7",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd12::9",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses(text: str) -> None:
    assert is_private(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(text: str) -> None:
    assert not is_private(ip_address(text))


def test_a_network_opens_only_what_the_user_named() -> None:
    allowed = parse_allowed(["127.0.0.1:8080", "10.1.0.0/16"])
    loopback, inner = ip_address("127.0.0.1"), ip_address("10.1.2.3")
    assert allowed.opens(loopback, "127.0.0.1", 8080, named=False)
    assert not allowed.opens(loopback, "127.0.0.1", 8081, named=True)
    assert allowed.opens(inner, "intranet.example", 80, named=True)
    assert not allowed.opens(inner, "intranet.example", 80, named=False)
    assert not allowed.opens(ip_address("10.2.0.1"), "10.2.0.1", 80, named=True)
    with pytest.raises(AddressError, match="neither host:port"):
        parse_allowed(["my server"])


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("/x?y=1", "http://b.example/x?y=1"),
        ("//c.example/x", "http://c.example/x"),
        (" \n http://a.example/ \t", "http://a.example/"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://", ""),
        ("http://a.example:99999/", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_kept(link: str, address: str) -> None:
    assert web_address(link, "http://b.example/feed") == address


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("https://A.example:443/p?utm_source=a&id=3&fbclid=x#c", "https://a.example/p?id=3"),
        ("http://a.example", "http://a.example/"),
        ("http://a.example/p?ref=chapter-4", "http://a.example/p?ref=chapter-4"),
        ("http://a.example/p?ref=rss", "http://a.example/p"),
        ("http://a.example/p?source=archive&page=2", "http://a.example/p?source=archive&page=2"),
    ],
)
def test_canonical_addresses(url: str, one: str) -> None:
    assert canonical(url) == one
    assert canonical(one) == one
