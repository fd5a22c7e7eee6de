"""Where a request comes from, as limits count it."""

from __future__ import annotations

import pytest
from flask import Flask

from accredit.storage import Database
from accredit.web.limits import address
from tests.web import BASE_URL, compose, make_settings


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        pytest.param("192.0.2.7", "192.0.2.7", id="an address of the old kind counts for itself"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="of the new kind its network counts"),
        pytest.param("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", id="whatever is chosen within it"),
        pytest.param("::ffff:192.0.2.7", "192.0.2.7", id="the old kind in the clothes of the new"),
        pytest.param("fe80::1%eth0", "fe80::/64", id="an address of one wire"),
        pytest.param(None, "unknown", id="nobody says"),
    ],
)
def test_wa01_tries_are_counted_by_who_can_choose_the_address(given: str | None, counted: str) -> None:
    with Flask("limits").test_request_context(environ_base={"REMOTE_ADDR": given}):
        assert address() == counted


def test_wa01_a_forwarded_address_is_not_believed() -> None:
    forged = {"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1", "X-Real-IP": "198.51.100.1"}
    with Flask("limits").test_request_context(headers=forged, environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        assert address() == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "counted"),
    [
        pytest.param(0, "192.0.2.7", id="nobody in front is believed"),
        pytest.param(1, "203.0.113.9", id="one proxy is believed about its neighbour, not about what it was told"),
        pytest.param(2, "198.51.100.1", id="of two proxies the first one is asked"),
        pytest.param(3, "192.0.2.7", id="fewer addresses than proxies are none"),
    ],
)
def test_wa01_as_many_proxies_are_believed_as_there_are(sqlite_database: Database, proxies: int, counted: str) -> None:
    app = compose(sqlite_database, make_settings(trusted_proxies=proxies))
    seen: list[str] = []
    app.before_request(lambda: seen.append(address()))
    forwarded = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Host": "evil.example"}
    answer = app.test_client().get(
        "/healthz", base_url=BASE_URL, headers=forwarded, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert (answer.status_code, seen) == (200, [counted])
