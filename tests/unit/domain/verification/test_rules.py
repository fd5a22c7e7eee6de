"""No mixture of outcomes is green unless every needed check passed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from accredit.domain.verification import words
from accredit.domain.verification.rules import (
    EXIT_CODES,
    NEEDED,
    NEEDED_OF_OWN,
    REASONS,
    Axis,
    Check,
    CheckId,
    Outcome,
    Reason,
    Verdict,
    axis_outcomes,
    colour,
    decide,
)

ALL = [check for check in CheckId if check is not CheckId.HOLDER]


def made(check: CheckId, outcome: Outcome = Outcome.PASSED, reason: Reason | None = None) -> Check:
    return Check(id=check, outcome=outcome, reason=reason)


def passing(*without: CheckId) -> list[Check]:
    return [made(check) for check in ALL if check not in without]


@pytest.mark.parametrize("bad", [Outcome.FAILED, Outcome.COULD_NOT_TELL])
@pytest.mark.parametrize("own", [True, False], ids=["own", "another issuer's"])
def test_only_every_needed_check_passed_is_green_in_all_combinations(own: bool, bad: Outcome) -> None:
    outcomes = (Outcome.PASSED, bad, None)
    needed = NEEDED_OF_OWN if own else NEEDED
    greens = 0
    for chosen in itertools.product(outcomes, repeat=len(ALL)):
        checks = [
            made(check, outcome, None if outcome is Outcome.PASSED else Reason.OUR_FAULT)
            for check, outcome in zip(ALL, chosen, strict=True)
            if outcome is not None
        ]
        verdict, reason = decide(checks, own=own)
        if verdict is Verdict.GENUINE:
            greens += 1
            assert reason is None
            assert needed <= {check.id for check in checks}
            assert {check.outcome for check in checks} == {Outcome.PASSED}
    # Checks that are not needed may be absent or passed, and nothing else.
    assert greens == 2 ** (len(ALL) - len(needed))


@pytest.mark.parametrize("reason", [each for each in Reason if each in REASONS])
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.COULD_NOT_TELL])
@pytest.mark.parametrize("check", ALL)
def test_one_check_that_did_not_pass_gives_its_reasons_verdict(
    check: CheckId, outcome: Outcome, reason: Reason
) -> None:
    verdict, told = decide([*passing(check), made(check, outcome, reason)], own=True)
    assert (verdict, told) == (REASONS[reason], reason)
    assert verdict is not Verdict.GENUINE


@pytest.mark.parametrize("check", ALL)
def test_a_missing_check_is_never_green(check: CheckId) -> None:
    assert decide(passing(check), own=True) == (Verdict.CANNOT_CONFIRM, Reason.CHECK_MISSING)


def test_a_failure_without_a_reason_is_never_green() -> None:
    checks = [*passing(CheckId.DATES), made(CheckId.DATES, Outcome.FAILED)]
    assert decide(checks, own=True) == (Verdict.CANNOT_CONFIRM, Reason.CHECK_MISSING)


def test_no_checks_at_all_confirm_nothing() -> None:
    assert decide([], own=False) == (Verdict.CANNOT_CONFIRM, Reason.CHECK_MISSING)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(
            (CheckId.SIGNATURE, Reason.SIGNATURE_INVALID),
            (CheckId.STATUS, Reason.REVOKED),
            Verdict.NOT_GENUINE,
            id="altered comes before revoked",
        ),
        pytest.param(
            (CheckId.KEY, Reason.ISSUER_KEY_UNREACHABLE),
            (CheckId.DATES, Reason.EXPIRED),
            Verdict.CANNOT_CONFIRM,
            id="the dates of an unproved document are hearsay",
        ),
        pytest.param(
            (CheckId.KEY, Reason.KEY_NOT_ANCHORED),
            (CheckId.RECOGNISED, Reason.ISSUER_NOT_RECOGNISED),
            Verdict.INTEGRITY_ONLY,
            id="a key tied to nobody comes before an unknown issuer",
        ),
        pytest.param(
            (CheckId.STATUS, Reason.REVOKED),
            (CheckId.RECOGNISED, Reason.ISSUER_NOT_RECOGNISED),
            Verdict.NOT_CURRENT,
            id="revoked comes before an unknown issuer",
        ),
        pytest.param(
            (CheckId.STATUS, Reason.STATUS_NOT_FRESH),
            (CheckId.DATES, Reason.EXPIRED),
            Verdict.NOT_CURRENT,
            id="certainly expired comes before perhaps revoked",
        ),
        pytest.param(
            (CheckId.STATUS, Reason.STATUS_NOT_FRESH),
            (CheckId.RECOGNISED, Reason.ISSUER_NOT_RECOGNISED),
            Verdict.CANNOT_CONFIRM,
            id="an unknown status comes before an unknown issuer",
        ),
    ],
)
def test_the_gravest_verdict_is_given(
    one: tuple[CheckId, Reason], other: tuple[CheckId, Reason], expected: Verdict
) -> None:
    pair = [made(check, Outcome.FAILED, reason) for check, reason in (one, other)]
    rest = passing(one[0], other[0])
    assert decide([*pair, *rest], own=True)[0] is expected
    assert decide([*rest, *reversed(pair)], own=True)[0] is expected


def test_a_name_that_differs_changes_the_holders_axis_and_not_the_verdict() -> None:
    checks = [*passing(), made(CheckId.HOLDER, Outcome.FAILED, Reason.NAME_DIFFERS)]
    assert decide(checks, own=True) == (Verdict.GENUINE, None)
    assert axis_outcomes(checks)[Axis.HOLDER] is Outcome.FAILED


def test_an_axis_nobody_asked_about_is_neither_passed_nor_failed() -> None:
    assert axis_outcomes(passing())[Axis.HOLDER] is None
    assert axis_outcomes([])[Axis.INTEGRITY] is None


def test_green_stands_for_genuine_alone_and_red_for_revoked() -> None:
    for verdict, reason in itertools.product(Verdict, [None, *Reason]):
        assert (colour(verdict, reason) == "green") is (verdict is Verdict.GENUINE)
    assert colour(Verdict.NOT_CURRENT, Reason.REVOKED) == "red"
    assert colour(Verdict.NOT_CURRENT, Reason.SUSPENDED) == "grey"
    assert colour(Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH) == "amber"


def test_exit_codes_are_those_of_the_outer_contract() -> None:
    assert [EXIT_CODES[verdict] for verdict in Verdict] == [0, 1, 2, 2, 3, 4, 5]


def test_every_verdict_reason_and_check_has_words() -> None:
    assert set(words.HEADINGS) == set(words.NEXT_STEPS) == set(Verdict)
    assert set(words.REASONS) == set(Reason)
    assert set(words.CHECKS) == set(words.MEANINGS) == set(CheckId)
    assert set(words.TITLES) == set(words.NEXT_STEPS_FOR) == set(REASONS)
    assert set(Reason) - set(REASONS) == {Reason.NAME_DIFFERS}


def test_every_failure_has_a_title_of_its_own() -> None:
    titles = list(words.TITLES.values())
    assert len(set(titles)) == len(titles)
    # Whoever reads nothing else must take the verdict from it.
    assert {REASONS[reason] for reason, title in words.TITLES.items() if title.startswith("Not genuine")} == {
        Verdict.NOT_GENUINE
    }
    assert all(
        words.TITLES[reason].startswith("Not genuine") for reason in REASONS if REASONS[reason] is Verdict.NOT_GENUINE
    )
    assert not any(title == "Genuine" for title in titles)


def test_every_reason_and_check_is_documented_with_its_verdict() -> None:
    document = (Path(__file__).parents[4] / "docs/verification.md").read_text()
    for check in CheckId:
        assert f"**{check.value}**" in document
    for reason in Reason:
        verdict = f"`{REASONS[reason].value}`" if reason in REASONS else "none: the holder’s axis only"
        assert f"| `{reason.value}` | {verdict} | {words.REASONS[reason]} |" in document
