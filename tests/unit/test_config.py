"""Settings: half right is not right, and the refusal names everything at once."""

from __future__ import annotations

import pytest

from accredit.config import load_settings
from accredit.errors import NotReady
from accredit.kit.vc.did_web import did_for

GOOD = {
    "ACCREDIT_BASE_URL": "https://accredit.example.org",
    "ACCREDIT_SECRET_KEY": "s" * 32,
    "ACCREDIT_PEPPER": "p" * 32,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_good_settings_load(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.host, settings.did_host, settings.is_https) == (
        "accredit.example.org",
        "accredit.example.org",
        True,
    )


def test_everything_wrong_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("ACCREDIT_PEPPER")
    environment.setenv("ACCREDIT_SECRET_KEY", "short")
    environment.setenv("ACCREDIT_BASE_ULR", "typing mistake")
    with pytest.raises(NotReady) as refusal:
        load_settings()
    assert "ACCREDIT_BASE_ULR is not a setting" in refusal.value.detail
    assert "ACCREDIT_PEPPER is not set" in refusal.value.detail
    assert "ACCREDIT_SECRET_KEY must have at least 32 characters" in refusal.value.detail
    assert "short" not in refusal.value.detail.replace("at least", "")


@pytest.mark.parametrize(
    "address",
    ["http://accredit.example.org", "https://accredit.example.org/path", "accredit.example.org", "ftp://example.org"],
    ids=["plain http to the world", "with a path", "no scheme", "another scheme"],
)
def test_an_address_that_cannot_be_printed_on_paper_is_refused(environment: pytest.MonkeyPatch, address: str) -> None:
    environment.setenv("ACCREDIT_BASE_URL", address)
    with pytest.raises(NotReady, match="ACCREDIT_BASE_URL"):
        load_settings()


def test_plain_http_is_accepted_on_this_machine(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ACCREDIT_BASE_URL", "http://127.0.0.1:8080")
    environment.setenv("ACCREDIT_ISSUER_HOST", "accredit.example.org")
    assert not load_settings().is_https


@pytest.mark.parametrize(
    ("address", "issuer"),
    [
        ("http://localhost:8080", None),
        ("http://127.0.0.1:8080", None),
        ("https://intranet", None),
        ("https://accredit.example.org", "localhost"),
        ("https://accredit.example.org", "accredit.example.org:"),
    ],
    ids=["this machine", "an address in digits", "a name of one part", "an issuer on this machine", "a port left out"],
)
def test_a_name_in_which_nothing_could_be_signed_stops_the_start(
    environment: pytest.MonkeyPatch, address: str, issuer: str | None
) -> None:
    environment.setenv("ACCREDIT_BASE_URL", address)
    if issuer is not None:
        environment.setenv("ACCREDIT_ISSUER_HOST", issuer)
    with pytest.raises(NotReady, match="ACCREDIT_ISSUER_HOST must be the full name"):
        load_settings()


@pytest.mark.parametrize("host", ["accredit.example.org", "accredit.example.org:8443", "ACCREDIT.example"])
def test_a_name_that_settings_accept_makes_an_identifier(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("ACCREDIT_ISSUER_HOST", host)
    assert did_for(load_settings().did_host, ["o", "school"])


def test_secrets_do_not_print(environment: pytest.MonkeyPatch) -> None:
    assert "s" * 32 not in repr(load_settings())


@pytest.mark.parametrize(
    ("amount", "needed"),
    [("500MB", 500_000_000), ("2GB", 2_000_000_000), ("5%", 50_000_000_000), ("0MB", 0)],
    ids=["megabytes", "gigabytes", "a share of the disk", "never"],
)
def test_the_room_that_issuing_needs(environment: pytest.MonkeyPatch, amount: str, needed: int) -> None:
    environment.setenv("ACCREDIT_LOW_WATER", amount)
    assert load_settings().room_needed(10**12) == needed


@pytest.mark.parametrize("amount", ["500", "lots", "-5%", "100%", "5 %", "", "٥%"])
def test_an_amount_of_room_that_nobody_can_read_is_refused(environment: pytest.MonkeyPatch, amount: str) -> None:
    environment.setenv("ACCREDIT_LOW_WATER", amount)
    with pytest.raises(NotReady, match="ACCREDIT_LOW_WATER must be a size such as 500MB"):
        load_settings()
