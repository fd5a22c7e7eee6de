"""A certificate is paused by one person, revoked by two, and the young person may ask for a second look."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from accredit.domain.audit.rules import Actor
from accredit.domain.credentials import challenging, queries, revoking
from accredit.domain.credentials.rules import ChallengeAnswer, ChallengeGround, RevokeReason
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.rules import Status
from accredit.domain.organisations.rules import Permission, Role, may
from accredit.errors import Forbidden, NotFound, RuleBroken
from tests.cast import Player
from tests.unit.domain.verification.story import Issued, Story

ROLES = {
    # Who: may pause and take up again, may ask for a revocation, may confirm one, may replace and award.
    Role.COORDINATOR: (True, True, True, True),
    Role.ADMINISTRATOR: (True, False, True, False),
    Role.SUPERVISOR: (False, False, False, False),
}


@pytest.mark.parametrize("role", ROLES)
def test_the_table_of_roles(role: Role) -> None:
    asked = (Permission.SUSPEND, Permission.REVOKE, Permission.SUSPEND, Permission.AWARD)
    assert tuple(may([role], each) for each in asked) == ROLES[role]


WORDS = {
    "pause": Permission.SUSPEND,
    "take up again": Permission.SUSPEND,
    "hide, show again": Permission.HIDE,
    "ask for a revocation": Permission.REVOKE,
    "confirm a revocation": Permission.SUSPEND,
    "replace, award again": Permission.AWARD,
}


@pytest.mark.parametrize("act", WORDS)
def test_the_document_says_who_may(act: str) -> None:
    document = (Path(__file__).parents[4] / "docs/certificates.md").read_text(encoding="utf-8")
    (row,) = [line for line in document.splitlines() if line.startswith(f"| {act} |")]
    said = {name.strip() for name in row.split("|")[2].split(",")}
    assert said == {role.value for role in Role if may([role], WORDS[act])}


def ask(story: Story, issued: Issued, *, by: Player | None = None, is_told: bool = True) -> bool:
    with story.database.transaction() as db:
        return revoking.ask(
            db,
            award_id=issued.award_id,
            reason=RevokeReason.FACTS_WRONG,
            is_told=is_told,
            actor=(by or story.cast.nia).actor,
            now=story.now,
        )


def confirm(story: Story, issued: Issued, by: Player) -> None:
    with story.database.transaction() as db:
        revoking.confirm(db, award_id=issued.award_id, actor=by.actor, now=story.now)


def status(story: Story, issued: Issued) -> Status:
    with story.database.reading() as db:
        return issuances.issuance(db, issued.issuance_id).status


def challenge(story: Story, issued: Issued, by: Actor | None = None) -> None:
    with story.database.transaction() as db:
        challenging.challenge(
            db,
            credential_id=issuances.issuance(db, issued.issuance_id).credential_id,
            ground=ChallengeGround.NOBODY_ASKED_ME,
            actor=by or story.cast.ama.actor,
            now=story.now,
        )


def answer(story: Story, issued: Issued, said: ChallengeAnswer, by: Player) -> None:
    with story.database.transaction() as db:
        challenging.answer(db, issuance_id=issued.issuance_id, answer=said, actor=by.actor, now=story.now)


@pytest.mark.attack("IN14")
def test_one_asks_and_another_confirms(story: Story) -> None:
    issued = story.issue()
    assert not ask(story, issued)
    assert status(story, issued) is Status.ACTIVE
    with story.database.reading() as db:
        assert revoking.waiting_of(db, organisation_id=story.cast.organisation_id) == (issued.issuance_id,)
    with pytest.raises(RuleBroken, match="second-person-needed"):
        confirm(story, issued, story.cast.nia)
    with pytest.raises(Forbidden):
        confirm(story, issued, story.cast.sam)
    confirm(story, issued, story.cast.lee)
    assert status(story, issued) is Status.REVOKED
    with story.database.reading() as db:
        (event,) = issuances.status_history(db, issued.issuance_id)
        assert (event.actor_id, event.reason) == (story.cast.lee.id, "facts-wrong")
        assert revoking.waiting_of(db, organisation_id=story.cast.organisation_id) == ()


def test_whoever_is_the_only_one_does_it_alone(quick_story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = quick_story.issue()
    monkeypatch.setattr(revoking, "others_who_may", lambda *_args, **_named: ())
    assert ask(quick_story, issued)
    assert status(quick_story, issued) is Status.REVOKED


def test_who_asked_may_take_it_back(quick_story: Story) -> None:
    issued = quick_story.issue()
    ask(quick_story, issued)
    with quick_story.database.transaction() as db:
        revoking.decline(db, award_id=issued.award_id, actor=quick_story.cast.nia.actor, now=quick_story.now)
    assert status(quick_story, issued) is Status.ACTIVE
    with pytest.raises(NotFound):
        confirm(quick_story, issued, quick_story.cast.lee)
    assert not ask(quick_story, issued)


def test_it_is_refused_until_the_young_person_was_told_and_only_once(quick_story: Story) -> None:
    issued = quick_story.issue()
    with pytest.raises(RuleBroken, match="not-told-yet"):
        ask(quick_story, issued, is_told=False)
    for nobody in (quick_story.cast.lee, quick_story.cast.sam, quick_story.cast.ama):
        with pytest.raises(Forbidden):
            ask(quick_story, issued, by=nobody)
    ask(quick_story, issued)
    with pytest.raises(RuleBroken, match="asked-already"):
        ask(quick_story, issued)
    confirm(quick_story, issued, quick_story.cast.lee)
    with pytest.raises(RuleBroken, match="already-revoked"):
        ask(quick_story, issued)


@pytest.mark.attack("IN15")
def test_nobody_revokes_a_whole_year_in_one_go(quick_story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revoking, "MOST_IN_A_DAY", 1)
    first, second = quick_story.issue(), _second(quick_story)
    for each in (first, second):
        ask(quick_story, each)
    confirm(quick_story, first, quick_story.cast.lee)
    with pytest.raises(RuleBroken, match="too-many-revocations"):
        confirm(quick_story, second, quick_story.cast.lee)
    assert status(quick_story, second) is Status.ACTIVE
    quick_story.change_status("suspend", second.issuance_id)
    quick_story.change_status("reinstate", second.issuance_id)
    quick_story.now += timedelta(days=1, minutes=1)
    confirm(quick_story, second, quick_story.cast.lee)
    assert status(quick_story, second) is Status.REVOKED


def _second(story: Story) -> Issued:
    award_id = story.award(level="WA-TRN")
    issuance = story.prepare(award_id)
    story.sign(issuance.id)
    story.release()
    with story.database.reading() as db:
        view = queries.view_of_award(db, award_id)
    assert view is not None
    return Issued(award_id=award_id, issuance_id=issuance.id, code=view.code, data=b"{}")


@pytest.mark.attack("IN14")
def test_a_challenge_is_answered_before_anything_is_revoked(story: Story) -> None:
    issued = story.issue()
    with pytest.raises(RuleBroken, match="nothing-to-challenge"):
        challenge(story, issued)
    ask(story, issued)
    challenge(story, issued)
    with pytest.raises(RuleBroken, match="challenged-already"):
        challenge(story, issued)
    with pytest.raises(RuleBroken, match="challenge-open"):
        confirm(story, issued, story.cast.lee)
    with pytest.raises(RuleBroken, match="second-person-needed"):
        answer(story, issued, ChallengeAnswer.STAYS, story.cast.nia)
    answer(story, issued, ChallengeAnswer.STAYS, story.cast.lee)
    confirm(story, issued, story.cast.lee)
    assert status(story, issued) is Status.REVOKED
    # Afterwards, too: a revocation is not the last word between people, even if it is in the list.
    challenge(story, issued)
    with pytest.raises(RuleBroken, match="already-revoked"):
        answer(story, issued, ChallengeAnswer.HOLDS, story.cast.lee)
    answer(story, issued, ChallengeAnswer.TALK, story.cast.nia)
    with story.database.reading() as db:
        assert [each.answer for each in challenging.of_issuance(db, issued.issuance_id)] == [
            ChallengeAnswer.STAYS,
            ChallengeAnswer.TALK,
        ]


@pytest.mark.attack("VS25")
def test_that_it_holds_ends_a_pause_and_a_request(story: Story) -> None:
    issued = story.issue()
    story.change_status("suspend", issued.issuance_id)
    ask(story, issued)
    challenge(story, issued)
    answer(story, issued, ChallengeAnswer.HOLDS, story.cast.lee)
    assert status(story, issued) is Status.ACTIVE
    with story.database.reading() as db:
        assert revoking.waiting(db, issuance_id=issued.issuance_id) is None
        assert challenging.waiting(db, issuance_id=issued.issuance_id) is None


def test_only_its_holder_asks_for_a_second_look(quick_story: Story) -> None:
    issued = quick_story.issue()
    quick_story.change_status("suspend", issued.issuance_id)
    for somebody in (quick_story.cast.ben, quick_story.cast.nia, quick_story.cast.olu):
        with pytest.raises(NotFound):
            challenge(quick_story, issued, somebody.actor)
    challenge(quick_story, issued)
    with pytest.raises(Forbidden):
        answer(quick_story, issued, ChallengeAnswer.TALK, quick_story.cast.sam)
    with quick_story.database.reading(quick_story.cast.other_organisation_id) as db:
        assert challenging.waiting_of(db, organisation_id=quick_story.cast.organisation_id) == ()
