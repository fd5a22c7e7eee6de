"""What one verification may look up, what is remembered, and what fifty slow hosts cost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Errand
from tests.unit.fetching.asking import DOCUMENT, HEAD, PATH, TTL, URL, code, drip, get
from tests.unit.fetching.strange_host import JSON_TYPES, NOW, answer, strange_host


@pytest.mark.attack("VN14")
def test_vn14_one_verification_looks_up_four_addresses_at_most() -> None:
    with strange_host() as host:
        urls = [f"https://school.example.org/status/{number}" for number in range(100)]
        for number in range(100):
            host.pages[f"/status/{number}"] = answer(DOCUMENT)
        errand = Errand(host.fetcher(), now=NOW)
        codes = []
        for url in urls:
            try:
                errand.get(url, accept=JSON_TYPES, ttl=TTL)
                codes.append("had")
            except FetchRefused as refused:
                codes.append(refused.code)
        assert codes == ["had"] * 4 + ["too-many"] * 96
        assert len(host.asked) == 4


def test_one_verification_sees_one_answer() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        errand = Errand(host.fetcher(), now=NOW)
        first = errand.get(URL, accept=JSON_TYPES, ttl=timedelta())
        host.pages[PATH] = answer({"id": "another"})
        assert errand.get(URL, accept=JSON_TYPES, ttl=timedelta()) is first
        assert len(host.asked) == 1


def test_a_refusal_is_the_same_within_one_verification() -> None:
    with strange_host() as host:
        errand = Errand(host.fetcher(), now=NOW)
        assert [code(lambda: errand.get(URL, accept=JSON_TYPES, ttl=TTL)) for _ in range(3)] == ["status"] * 3
        assert len(host.asked) == 1


def test_all_of_one_verification_shares_a_deadline() -> None:
    with strange_host() as host:
        for path in ("/a", "/b"):
            host.pages[path] = drip(HEAD + b"\r\n", b" ")
        errand = Errand(host.fetcher(), now=NOW, seconds=0.5)
        began = time.monotonic()
        for path in ("/a", "/b"):
            assert (
                code(partial(errand.get, f"https://school.example.org{path}", accept=JSON_TYPES, ttl=TTL)) == "too-slow"
            )
        assert time.monotonic() - began < 1.0


def test_an_answer_is_remembered_for_its_time_and_not_longer() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        kept = host.fetcher()
        for minutes in (0, 4, 5, 6):
            kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW + timedelta(minutes=minutes))
        assert len(host.asked) == 2


def test_an_answer_from_the_future_is_not_used() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        kept = host.fetcher()
        kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW + timedelta(days=3_650))
        assert kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW).fetched_at == NOW


def test_a_refusal_is_remembered_for_a_minute() -> None:
    with strange_host() as host:
        kept = host.fetcher()
        for seconds in (0, 1, 59):
            later = NOW + timedelta(seconds=seconds)
            ask = partial(kept.get, URL, accept=JSON_TYPES, ttl=TTL, now=later)
            assert code(ask) == "status"
        assert len(host.asked) == 1
        host.pages[PATH] = answer(DOCUMENT)
        assert kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW + timedelta(seconds=60)).body


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    with strange_host() as host:
        kept = host.fetcher()
        for number in range(70):
            code(partial(kept.get, f"https://school.example.org/{number}", accept=JSON_TYPES, ttl=TTL, now=NOW))
        assert len(kept._known) == 64


@pytest.mark.attack("VN27")
def test_vn27_fifty_slow_hosts_hold_nobody_up() -> None:
    with strange_host() as host:
        slow = drip(HEAD + b"\r\n", b" ")
        for number in range(50):
            host.pages[f"/{number}"] = slow
        fetcher = host.fetcher()

        def ask(number: int) -> str:
            return code(lambda: get(host, f"https://school.example.org/{number}", fetcher=fetcher, seconds=0.8))

        began = time.monotonic()
        with ThreadPoolExecutor(50) as everybody:
            codes = list(everybody.map(ask, range(50)))
        assert time.monotonic() - began < 3
        assert codes.count("busy") >= 34
        assert set(codes) == {"busy", "too-slow"}
        # And then there is room again.
        host.pages[PATH] = answer(DOCUMENT)
        assert get(host, fetcher=fetcher).body


def test_no_address_is_written_to_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with strange_host() as host:
        code(lambda: get(host, "https://school.example.org/pupil/ama-asante"))
    said = capsys.readouterr()
    assert "school.example.org" in said.out + said.err
    assert "ama" not in said.out + said.err
