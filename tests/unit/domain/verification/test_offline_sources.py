"""Trust anchors and evidence give the verdict that the service gives, as far as anybody can know it without asking."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accredit.domain.verification import evidence, operations, trust
from accredit.domain.verification.evidence import EvidenceRefused
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.rules import Axis, CheckId, Outcome, Reason, Verdict
from accredit.domain.verification.trust import TrustRefused
from accredit.storage import Database
from tests import without_us
from tests.without_us import BROKEN, GOOD, Kept

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def kept(sqlite_schema: Any, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    path = folder / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    return without_us.keep(Database(f"sqlite:///{path}"), folder)


@pytest.mark.parametrize("name", GOOD)
def test_with_fresh_lists_every_file_is_genuine(kept: Kept, name: str) -> None:
    report = kept.far_away(GOOD[name](kept))
    assert (report.verdict, report.reason) == (Verdict.GENUINE, None)
    assert report.claims is not None
    assert {check.outcome for check in report.checks} == {Outcome.PASSED}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_answered_as_on_the_page(kept: Kept, name: str) -> None:
    data = BROKEN[name](kept)
    here, there = kept.on_the_page(data), kept.far_away(data)
    assert (there.verdict, there.reason) == (here.verdict, here.reason)
    assert _axes(there) == _axes(here)
    assert there.verdict is not Verdict.GENUINE


def _axes(report: Any) -> dict[Axis, Outcome | None]:
    # The record by now says revoked, and the kept list does not: status is compared where the lists are equally fresh.
    return {axis: outcome for axis, outcome in report.axes.items() if axis is not Axis.STATUS_AND_DATES}


@pytest.mark.parametrize(
    ("name", "verdict", "reason"),
    [
        ("fresh", Verdict.GENUINE, None),
        ("paused", Verdict.NOT_CURRENT, Reason.SUSPENDED),
        ("again", Verdict.GENUINE, None),
        ("revoked", Verdict.NOT_CURRENT, Reason.REVOKED),
    ],
)
def test_with_equally_fresh_lists_the_verdict_is_that_of_the_page(
    kept: Kept, name: str, verdict: Verdict, reason: Reason | None
) -> None:
    there = kept.far_away(kept.data, lists=kept.lists[name])
    assert (there.verdict, there.reason) == (verdict, reason)
    assert (kept.reports[name].verdict, kept.reports[name].reason) == (verdict, reason)
    assert there.axes == kept.reports[name].axes


def test_green_ends_with_the_day(kept: Kept) -> None:
    signed_at = kept.story.now
    for now, verdict in ((signed_at + DAY - timedelta(seconds=1), Verdict.GENUINE), (signed_at + DAY, None)):
        report = kept.far_away(kept.data, now=now)
        if verdict is None:
            assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH)
            status = report.check(CheckId.STATUS)
            assert status is not None
            assert status.facts == {"known_at": signed_at.isoformat()}
        else:
            assert report.verdict is verdict
    assert kept.far_away(kept.data, now=signed_at + 400 * DAY, lists=kept.lists["revoked"]).reason is Reason.REVOKED


def test_one_of_the_two_lists_is_not_enough(kept: Kept) -> None:
    late = kept.story.now + DAY
    fresh = json.loads(kept.lists["fresh"])["lists"]
    for alone in fresh:
        sources = OfflineSources(kept.trust, now=kept.now, evidence=[_bare(kept)], lists=[alone])
        assert operations.verify(kept.data, now=kept.now, sources=sources).reason is Reason.STATUS_NOT_FRESH
    both = OfflineSources(kept.trust, now=kept.now, evidence=[_bare(kept)], lists=fresh)
    assert operations.verify(kept.data, now=kept.now, sources=both).verdict is Verdict.GENUINE
    assert late > kept.now


def _bare(kept: Kept) -> evidence.Evidence:
    return replace(evidence.read(kept.evidence), lists=())


def _changed(kept: Kept, change: Callable[[dict[str, Any]], object]) -> evidence.Evidence:
    told = json.loads(kept.evidence)
    change(told)
    return evidence.read(json.dumps(told).encode())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda told: told["credential"]["leaf"].update(salt="00" * 32), id="another salt"),
        pytest.param(
            lambda told: told["credential"]["leaf"]["statement"].update(at="2020-01-01T00:00:00Z"), id="another time"
        ),
        pytest.param(lambda told: told["credential"]["leaf"].update(receipt="x"), id="no receipt"),
        pytest.param(lambda told: told["credential"].update(leaf=told["keys"][0]), id="a leaf of something else"),
        pytest.param(lambda told: told["credential"].update(document='{"id": "urn:x"}'), id="another document"),
        pytest.param(lambda told: told["credential"].update(token="a.b.c"), id="another token"),
    ],
)
def test_evidence_that_does_not_open_proves_nothing(kept: Kept, change: Callable[[dict[str, Any]], object]) -> None:
    sources = OfflineSources(kept.trust, now=kept.now, evidence=[_changed(kept, change)])
    report = operations.verify(kept.data, now=kept.now, sources=sources)
    assert report.verdict is Verdict.CANNOT_CONFIRM
    assert report.check(CheckId.RECORDED) is None
    logged = report.check(CheckId.LOGGED)
    assert logged is not None
    assert logged.reason is Reason.NOT_IN_LOG


def test_a_list_that_somebody_else_signed_says_nothing(kept: Kept) -> None:
    lists = json.loads(kept.lists["fresh"])["lists"]
    for each in lists:
        each["validFrom"] = each["proof"][0]["created"] = "2026-06-30T14:05:00Z"
    sources = OfflineSources(kept.trust, now=kept.now, evidence=[_bare(kept)], lists=lists)
    assert operations.verify(kept.data, now=kept.now, sources=sources).reason is Reason.STATUS_NOT_FRESH


def test_a_key_the_log_proves_needs_no_anchor(kept: Kept) -> None:
    young = replace(kept.trust, issuers=tuple(replace(each, keys=()) for each in kept.trust.issuers))
    sources = OfflineSources(young, now=kept.now, evidence=[evidence.read(kept.evidence)])
    assert operations.verify(kept.data, now=kept.now, sources=sources).verdict is Verdict.GENUINE


def test_a_key_that_nothing_proves_is_unknown_and_not_false(kept: Kept) -> None:
    older = replace(kept.trust, made=kept.trust.made - 400 * DAY, issuers=())
    report = operations.verify(kept.data, now=kept.now, sources=OfflineSources(older, now=kept.now))
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.ISSUER_KEY_UNREACHABLE)


def test_a_school_that_nobody_confirmed_by_then_is_amber(kept: Kept) -> None:
    nobody = replace(kept.trust, issuers=tuple(replace(each, recognition=None) for each in kept.trust.issuers))
    sources = OfflineSources(nobody, now=kept.now, evidence=[evidence.read(kept.evidence)])
    assert operations.verify(kept.data, now=kept.now, sources=sources).verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED


def test_a_log_that_is_not_trusted_proves_nothing(kept: Kept) -> None:
    other = replace(kept.trust, logs=())
    sources = OfflineSources(other, now=kept.now, evidence=[evidence.read(kept.evidence)])
    report = operations.verify(kept.data, now=kept.now, sources=sources)
    assert (report.verdict, report.check(CheckId.RECORDED)) == (Verdict.CANNOT_CONFIRM, None)


def test_a_key_that_is_known_as_stolen_stays_so_whatever_comes_along(kept: Kept) -> None:
    stolen = tuple(
        replace(each, keys=tuple(replace(key, compromised=key.created) for key in each.keys))
        for each in kept.trust.issuers
    )
    sources = OfflineSources(replace(kept.trust, issuers=stolen), now=kept.now, evidence=[evidence.read(kept.evidence)])
    assert operations.verify(kept.data, now=kept.now, sources=sources).reason is Reason.KEY_COMPROMISED


def test_the_files_read_back_as_they_were_written(kept: Kept) -> None:
    assert trust.read(trust.write(kept.trust)) == kept.trust
    assert evidence.write(evidence.read(kept.evidence)) == kept.evidence
    assert b"Ama" not in trust.write(kept.trust)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": "accredit-trust/1"}', b"<html></html>"])
def test_what_is_neither_is_refused(data: bytes) -> None:
    with pytest.raises(TrustRefused):
        trust.read(data)
    with pytest.raises(EvidenceRefused):
        evidence.read(data)
