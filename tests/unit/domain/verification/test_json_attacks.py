"""Group VP of the attack catalogue, as the verdict that a reader is given, with its reason."""

from __future__ import annotations

import json
import time

import pytest

from accredit.domain.verification.rules import Reason, Verdict
from tests.unit.domain.verification.attacked import GENUINE, NG, UR, answer, attack, signed, verified
from tests.unit.kit.linkeddata.json_cases import BAD, DECIDED

R = Reason
TEXT = json.dumps(signed())
MANY_NAMES = "{" + ",".join(f'"{i}":1' for i in range(90_000)) + "}"


def _into(members: str) -> str:
    """Write members into the subject of the badge, as they are spelled."""
    changed = TEXT.replace('"credentialSubject": {', '"credentialSubject": {' + members + ",")
    assert changed != TEXT
    return changed


CASES = [
    attack("VP01", "a name twice at the top", TEXT[:-1] + ',"name":"a","name":"b"}', UR, R.DUPLICATE_JSON_KEY),
    attack("VP01", "a name twice deep inside", _into('"narrative":"a","narrative":"b"'), UR, R.DUPLICATE_JSON_KEY),
    attack("VP01", "a name twice, once escaped", _into('"role":"a","r\\u006fle":"b"'), UR, R.DUPLICATE_JSON_KEY),
    attack("VP01", "two proofs", TEXT[:-1] + ',"proof":[]}', UR, R.DUPLICATE_JSON_KEY),
    attack("VP02", "NaN", _into('"creditsEarned":NaN'), UR, R.MALFORMED),
    attack("VP02", "Infinity", _into('"creditsEarned":Infinity'), UR, R.MALFORMED),
    attack("VP02", "beyond a double", _into('"creditsEarned":1e999'), UR, R.MALFORMED),
    attack("VP03", "half a pair in a value", _into('"role":"\\ud800"'), UR, R.MALFORMED),
    attack("VP03", "half a pair in a name", _into('"\\ud800":1'), UR, R.MALFORMED),
    attack("VP04", "a thousand lists", _into(f'"role":{"[" * 1_000}{"]" * 1_000}'), UR, R.TOO_COMPLEX),
    attack("VP04", "a hundred thousand lists", _into(f'"role":{"[" * 100_000}{"]" * 100_000}'), UR, R.TOO_COMPLEX),
    attack("VP04", "a hundred thousand never closed", "[" * 100_000, UR, R.NO_CREDENTIAL),
    attack("VP04", "the same in an object", '{"proof":' + "[" * 100_000, UR, R.TOO_COMPLEX),
    attack("VP05", "five thousand digits", _into(f'"creditsEarned":{"1" * 5_000}'), UR, R.MALFORMED),
    attack("VP05", "four thousand and three hundred", _into(f'"creditsEarned":{"1" * 4_300}'), UR, R.MALFORMED),
    attack("VP06", "UTF-16 with its mark", TEXT.encode("utf-16"), UR, R.NO_CREDENTIAL),
    attack("VP06", "UTF-16 without", TEXT.encode("utf-16-le"), UR, R.MALFORMED),
    attack("VP06", "UTF-32", TEXT.encode("utf-32"), UR, R.NO_CREDENTIAL),
    attack("VP06", "invalid UTF-8", _into('"role":"?"').encode().replace(b"?", b"\xff"), UR, R.MALFORMED),
    attack("VP06", "an overlong slash", _into('"role":"?"').encode().replace(b"?", b"\xc0\xaf"), UR, R.MALFORMED),
    attack("VP06", "the mark of UTF-8 is tolerated", b"\xef\xbb\xbf" + TEXT.encode(), GENUINE, None),
    attack("VP07", "over a megabyte", _into(f'"role":"{"x" * 1_000_000}"'), UR, R.TOO_LARGE),
    attack("VP07", "ninety thousand names", _into(f'"role":{MANY_NAMES}'), NG, R.UNSIGNED_DATA),
    attack("VP08", "something after it", f"{TEXT}x", UR, R.MALFORMED),
    attack("VP08", "two objects", TEXT + TEXT, UR, R.MALFORMED),
    attack("VP08", "a comment", _into("/* x */"), UR, R.MALFORMED),
    attack("VP08", "single quotes", _into("'role':'x'"), UR, R.MALFORMED),
    attack("VP12", "a list", f"[{TEXT}]", UR, R.NO_CREDENTIAL),
    attack("VP12", "a text", json.dumps(TEXT), UR, R.NO_CREDENTIAL),
    attack("VP12", "a number", "42", UR, R.NO_CREDENTIAL),
    attack("VP12", "null", "null", UR, R.NO_CREDENTIAL),
]


@pytest.mark.parametrize(("data", "verdict", "reason"), CASES)
def test_json_that_is_odd_is_answered(data: str | bytes, verdict: Verdict, reason: Reason | None) -> None:
    begun = time.process_time()
    report = verified(data)
    assert time.process_time() - begun < 2
    assert answer(report) == (verdict, reason)
    assert (report.claims is None) == (verdict is not GENUINE)


@pytest.mark.attack("VP07")
@pytest.mark.parametrize(
    "data", [b"{" + b" " * 50_000_000 + b"}", b'{"a":' + b"1" * 50_000_000], ids=["blank", "digits"]
)
def test_vp07_fifty_megabytes_are_refused_at_once(data: bytes) -> None:
    begun = time.process_time()
    assert answer(verified(data)) == (UR, R.TOO_LARGE)
    assert time.process_time() - begun < 0.2


@pytest.mark.attack("VP09")
def test_vp09_nothing_that_is_no_json_is_ever_more_than_unreadable() -> None:
    for name, data in {**BAD, **{name: data for name, (data, _) in DECIDED.items()}}.items():
        report = verified(data)
        assert (report.verdict, report.claims) == (UR, None), name
        assert report.reason is not R.OUR_FAULT, name
