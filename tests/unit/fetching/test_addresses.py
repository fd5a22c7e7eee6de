"""Addresses nobody is sent to, and addresses of the web that are not looked up."""

from __future__ import annotations

import ipaddress

import pytest

from accredit.fetching.addresses import is_allowed
from accredit.fetching.errors import FetchRefused
from accredit.fetching.target import target_of


def denied(identifier: str, address: str) -> object:
    return pytest.param(address, id=f"{identifier} {address}", marks=pytest.mark.attack(identifier))


@pytest.mark.parametrize(
    "address",
    [
        *(denied("VN01", each) for each in ("127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::")),
        *(denied("VN02", each) for each in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")),
        *(
            denied("VN03", each)
            for each in (
                "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.254",
            )
        ),
        *(
            denied("VN04", each)
            for each in (
                "::ffff:169.254.169.254", "::ffff:93.184.215.14", "::127.0.0.1", "::93.184.215.14",
                "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:a9fe:a9fe::1", "2001::1", "fec0::1", "fe80::1",
                "fe80::1%eth0", "2606:4700::1%eth0", "ff02::1", "ff0e::1", "224.0.0.1", "239.255.255.255",
                "192.88.99.1", "240.0.0.1", "255.255.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1",
                "203.0.113.1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "2620:4f:8000::1", "4000::1",
            )
        ),
        *(denied("VN05", each) for each in ("127.1", "2130706433", "0x7f.1", "017700000001", "0", "①②⑦.0.0.1", "")),
    ],
)  # fmt: skip
def test_nobody_is_sent_there(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "2606:2800:21f:cb07::1", "2a00::1"],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


def test_whatever_python_calls_special_is_denied_too() -> None:
    for first in range(256):
        for second in range(0, 256, 5):
            address = ipaddress.IPv4Address(f"{first}.{second}.7.9")
            if not address.is_global or address.is_multicast or address.is_reserved:
                assert not is_allowed(str(address)), address


def refused(identifier: str, url: str, title: str = "") -> object:
    return pytest.param(url, id=f"{identifier} {title or url}", marks=pytest.mark.attack(identifier))


@pytest.mark.parametrize(
    "url",
    [
        *(
            refused("VN01", each)
            for each in (
                "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://a.localhost/",
                "https://localhost.localdomain.local/",
            )
        ),
        *(refused("VN02", each) for each in ("https://169.254.169.254/", "https://metadata.google.internal/")),
        *(
            refused("VN05", each)
            for each in (
                "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://017700000001/", "https://0/",
                "https://①②⑦.0.0.1/", "https://93.184.215.14/", "https://school.example.1/",
            )
        ),
        *(
            refused("VN09", each)
            for each in (
                "file:///etc/passwd", "ftp://school.example.org/", "gopher://school.example.org/", "data:,x",
                "jar:https://school.example.org/", "ws://school.example.org/", "unix:/run/x", "HTTP://school.example.org/",
                "HTTPS://school.example.org/", "http://school.example.org/", "//school.example.org/",
                "https:/school.example.org/", "",
            )
        ),
        *(
            refused("VN11", f"https://school.example.org:{each}/")
            for each in ("22", "25", "80", "6379", "8080", "8443", "0443", "", "443:443", "x")
        ),
        refused("VI11", "https://pupil@school.example.org/", "somebody before the host"),
        refused("VI11", "https://pupil:pw@school.example.org/did.json", "somebody with a password before the host"),
        refused("VI11", "https://school.example.org/a/../did.json", "a path that climbs"),
        refused("VI11", "https://school.example.org/%2e%2E/did.json", "a path that climbs in disguise"),
        refused("VI11", "https://school.example.org\\@evil.example.org/", "a backslash"),
        refused("VI11", "https://school.example.org/a b", "a space"),
        refused("VI11", "https://school.example.org/a\r\nHost: x", "another line"),
        refused("VI11", "https://school.example.org/#key", "a fragment"),
        refused("VI11", "https://school/", "a name without a dot"),
        refused("VI11", "https://schöol.example.org/", "a name that is not ASCII"),
        refused("VI11", "https://school.example.org./", "a name with a dot at the end"),
        refused("VI11", "https://school_x.example.org/", "a name with a line in it"),
        refused("VI11", "https://" + "a." * 130 + "example.org/", "a name that is too long"),
        refused("VI11", "https://school.example.org/" + "a" * 2_000, "an address that is too long"),
    ],
)  # fmt: skip
def test_such_an_address_is_not_looked_up(url: str) -> None:
    with pytest.raises(FetchRefused) as caught:
        target_of(url)
    assert caught.value.code == "address-not-allowed"


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("https://School.Example.org", "https://school.example.org/"),
        ("https://school.example.org:443/o/did.json", "https://school.example.org/o/did.json"),
        ("https://xn--schol-jua.example.org/a?b=c%20d", "https://xn--schol-jua.example.org/a?b=c%20d"),
        ("https://school.example.org/a..b/.well-known/x", "https://school.example.org/a..b/.well-known/x"),
    ],
)
def test_an_address_has_one_spelling(url: str, spelled: str) -> None:
    assert target_of(url).url == spelled
