"""Six digits of an app, by the values of RFC 6238 appendix B."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accredit.kit import rfc6238

SECRET = b"12345678901234567890"
NOW = datetime(2026, 6, 30, 14, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        pytest.param(59, "94287082", id="RFC 6238 appendix B, 1970"),
        pytest.param(1111111109, "07081804", id="RFC 6238 appendix B, 2005"),
        pytest.param(1111111111, "14050471", id="RFC 6238 appendix B, two seconds later"),
        pytest.param(1234567890, "89005924", id="RFC 6238 appendix B, 2009"),
        pytest.param(2000000000, "69279037", id="RFC 6238 appendix B, 2033"),
        pytest.param(20000000000, "65353130", id="RFC 6238 appendix B, 2603"),
    ],
)
def test_digits_are_those_of_the_specification(seconds: int, digits: str) -> None:
    step = rfc6238.step_at(datetime.fromtimestamp(seconds, UTC))
    # The table has eight digits; six are the last six of them.
    assert rfc6238.code(SECRET, step) == digits[-6:]


@pytest.mark.parametrize(
    ("away", "works"),
    [
        pytest.param(0, True, id="now"),
        pytest.param(-1, True, id="one step before"),
        pytest.param(1, True, id="one step after"),
        pytest.param(-2, False, id="two steps before"),
        pytest.param(2, False, id="two steps after"),
    ],
)
def test_how_far_clocks_may_differ(away: int, works: bool) -> None:
    step = rfc6238.step_at(NOW) + away
    found = rfc6238.matching_step(SECRET, rfc6238.code(SECRET, step), now=NOW, used=0)
    assert found == (step if works else None)


def test_a_step_that_was_used_and_those_before_it_are_never_taken_again() -> None:
    here = rfc6238.step_at(NOW)
    for step in (here, here - 1):
        assert rfc6238.matching_step(SECRET, rfc6238.code(SECRET, step), now=NOW, used=here) is None
    later = NOW + timedelta(seconds=30)
    assert rfc6238.matching_step(SECRET, rfc6238.code(SECRET, here + 1), now=later, used=here) == here + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "abcdef", "\ud800", "0" * 10_000])
def test_what_is_no_code_does_not_fit(typed: str) -> None:
    assert rfc6238.matching_step(SECRET, typed, now=NOW, used=0) is None


def test_spaces_carry_nothing() -> None:
    digits = rfc6238.code(SECRET, rfc6238.step_at(NOW))
    assert rfc6238.matching_step(SECRET, f" {digits[:3]} {digits[3:]} ", now=NOW, used=0) is not None


def test_an_app_reads_the_address() -> None:
    parts = urlsplit(rfc6238.address(SECRET, issuer="accredit", account="nia+x@example.org"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/accredit%3Ania%2Bx%40example.org")
    values = parse_qs(parts.query)
    assert values == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["accredit"], "digits": ["6"], "period": ["30"]
    }  # fmt: skip
    assert rfc6238.spelled(SECRET).replace(" ", "") == values["secret"][0]
    assert len(rfc6238.new_secret()) == 20
