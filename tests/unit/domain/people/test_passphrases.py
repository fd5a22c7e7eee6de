"""WA24: which passwords are taken."""

from __future__ import annotations

import time

import pytest

from accredit.domain.people import passphrases
from accredit.errors import RuleBroken


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("", "password-short", id="WA24 nothing"),
        pytest.param("Tr0ub4dor&3", "password-short", id="WA24 eleven characters"),
        pytest.param("ﬃﬃﬃ", "password-short", id="WA24 three signs that stand for nine letters"),
        pytest.param("password1234", "password-common", id="WA24 a stolen one"),
        pytest.param("p4ssw0rd!2026", "password-common", id="WA24 a stolen one in disguise"),
        pytest.param("qwertyuiopas", "password-common", id="WA24 keys side by side"),
        pytest.param("aaaaaaaaaaaaaaaa", "password-common", id="WA24 one key"),
        pytest.param("123456789012", "password-common", id="WA24 counting"),
        pytest.param("letmeinletmein", "password-common", id="WA24 the same twice"),
        pytest.param("Summer2026!!", "password-common", id="WA24 a season and a year"),
        pytest.param("exampleparkacademy", "password-common", id="WA24 the school"),
        pytest.param("nia@example.org", "password-common", id="WA24 the address"),
        pytest.param("x" * 1025, "password-long", id="WA24 more than a kilobyte"),
        pytest.param("é" * 600, "password-long", id="WA24 a kilobyte is counted in bytes"),
        pytest.param("ab" * 500, "password-common", id="WA24 long and dull"),
    ],
)
def test_what_is_refused(text: str, rule: str) -> None:
    with pytest.raises(RuleBroken, match=rule):
        passphrases.check(text, about=("nia@example.org", "Example Park Academy"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("violet tractor under seven lanterns", id="WA24 words"),
        pytest.param("mae hen wlad fy nhadau yn annwyl", id="WA24 Welsh words"),
        pytest.param("zKq7#vLw2@Tp", id="WA24 twelve characters by chance"),
        pytest.param("ладья под семью звёздами", id="WA24 another script"),
        pytest.param("violet tractor under seven lanterns and " * 25, id="WA24 a thousand characters"),
    ],
)
def test_what_is_taken_whole(text: str) -> None:
    assert passphrases.check(text) == text


def test_nothing_is_cut_off() -> None:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    text = "violet tractor under seven lanterns " * 10
    kept = passphrases.hashed(text)
    assert PasswordHasher().verify(kept, text)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(kept, text[:-1])


def test_the_longest_and_dullest_is_judged_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(RuleBroken):
        passphrases.check("ab1" * 341)
    assert time.perf_counter() - began < 5
