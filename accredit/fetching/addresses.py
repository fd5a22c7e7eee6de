"""Which addresses a look-up may be sent to (the special-purpose registries of IANA, RFC 6890 and what came since).

The table is our own: Python's `ipaddress` calls several of these addresses global (attacks.md VN03, VN04). Of IPv6 only
2000::/3 is handed out as global unicast, so that everything else is refused without being named: loopback, link-local,
unique local, site-local, multicast, IPv4 in disguise (``::a.b.c.d``, ``::ffff:…``, NAT64 ``64:ff9b::/96`` and
``64:ff9b:1::/48``), discard-only, and segment routing.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import Final

DENIED_V4: Final = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; metadata of one cloud
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a public number that one cloud answers inside its own network
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)
GLOBAL_V6: Final = IPv6Network("2000::/3")
DENIED_V6: Final = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID and others
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_allowed(address: str) -> bool:
    """Say whether a look-up may be sent to an address, written as the resolver writes it."""
    try:
        found = ip_address(address)
    except ValueError:
        # Such as fe80::1%eth0 of an older resolver, or a name: whatever it is, nobody is sent there.
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in DENIED_V4)
    if found.scope_id is not None:
        return False
    return found in GLOBAL_V6 and not any(found in network for network in DENIED_V6)
