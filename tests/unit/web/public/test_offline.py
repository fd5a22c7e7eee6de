"""What anybody can take away, and what only those who may see a certificate can."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest
import time_machine

from accredit.domain.verification import evidence, operations, trust
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.rules import Verdict
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser, ClientFor


def test_the_checking_page_is_a_file_to_keep_with_the_anchors_of_today(stranger: Browser) -> None:
    page = stranger.get("/accredit-verify.html")
    assert page.headers["Content-Disposition"] == "attachment; filename=accredit-verify.html"
    anchors = trust.read(page.data)
    assert anchors == trust.read(stranger.get("/accredit-trust.json").data)
    assert anchors.service == "https://accredit.example"
    assert len(page.data) < 1_000_000


@pytest.mark.parametrize("address", ["/accredit-verify.html", "/accredit-trust.json"])
def test_what_is_kept_is_small_on_the_way_and_sent_once_a_day(
    stranger: Browser, today: time_machine.Traveller, address: str
) -> None:
    whole = stranger.get(address, headers={"Accept-Encoding": "identity"})
    small = stranger.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(small.data) == whole.data
    assert (small.headers["Content-Encoding"], whole.headers.get("Content-Encoding")) == ("gzip", None)
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (small, whole))
    assert len(small.data) < len(whole.data) * 0.6
    assert small.headers["ETag"] != whole.headers["ETag"]
    today.shift(timedelta(hours=3))
    for answer, accepted in ((small, "gzip"), (whole, "identity")):
        had = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]}
        again = stranger.get(address, headers=had)
        assert (again.status_code, again.data) == (304, b"")
        assert "Accept-Encoding" in again.headers["Vary"]
    today.shift(timedelta(days=1))
    assert stranger.get(address, headers=had).status_code == 200


def test_a_certificate_is_the_same_file_until_its_status_list_is_signed_again(
    client_for: ClientFor, cast: Cast, year: Year, today: time_machine.Traveller
) -> None:
    ama = client_for(cast.ama)
    addresses = [f"/credentials/{year.credential_id}.{kind}" for kind in ("pdf", "png", "svg", "evidence")]
    files = [ama.get(each).data for each in addresses]
    today.shift(timedelta(minutes=5))
    assert [ama.get(each).data == data for each, data in zip(addresses, files, strict=True)] == [True] * 4


def test_the_pages_lead_to_it(stranger: Browser, client_for: ClientFor, cast: Cast, year: Year) -> None:
    assert 'href="/accredit-verify.html"' in stranger.get("/verify").text
    mine = client_for(cast.ama).get(f"/credentials/{year.credential_id}").text
    assert 'href="/accredit-verify.html"' in mine
    assert f'href="/credentials/{year.credential_id}.evidence"' in mine


def test_evidence_and_anchors_are_enough_for_the_verdict(
    client_for: ClientFor, cast: Cast, year: Year, stranger: Browser
) -> None:
    ama = client_for(cast.ama)
    told = ama.get(f"/credentials/{year.credential_id}.evidence")
    data = ama.get(f"/credentials/{year.credential_id}.json").data
    assert told.headers["Cache-Control"] == "no-store"
    anchors = trust.read(stranger.get("/accredit-trust.json").data)
    lists = evidence.read_lists(stranger.get(f"/status/{year.status_list}-lists.json").data)
    sources = OfflineSources(anchors, now=NOW, evidence=[evidence.read(told.data)], lists=lists)
    report = operations.verify(data, now=NOW, sources=sources)
    assert (report.verdict, report.reason) == (Verdict.GENUINE, None)


@pytest.mark.parametrize("who", ["nobody", "ben", "oz", "olu"])
def test_the_evidence_is_for_those_who_may_have_the_certificate(
    client_for: ClientFor, cast: Cast, year: Year, who: str
) -> None:
    client = client_for(None if who == "nobody" else getattr(cast, who))
    assert client.get(f"/credentials/{year.credential_id}.evidence").status_code == 404


def test_both_lists_have_addresses_of_their_own(stranger: Browser, year: Year) -> None:
    revoked = stranger.get(f"/status/{year.status_list}").get_json(force=True)
    paused = stranger.get(f"/status/{year.status_list}-suspension").get_json(force=True)
    both = json.loads(stranger.get(f"/status/{year.status_list}-lists.json").data)["lists"]
    assert both == [revoked, paused]
    assert [each["credentialSubject"]["statusPurpose"] for each in both] == ["revocation", "suspension"]
    assert paused["id"] == f"{revoked['id']}-suspension"
    assert stranger.get("/status/none-suspension").status_code == 404
    assert stranger.get("/status/none-lists.json").status_code == 404
