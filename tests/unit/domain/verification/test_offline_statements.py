"""A statement from the holder's choice to a stranger without a network: real when it was made, and never green."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from accredit.domain.credentials import offline, queries
from accredit.domain.issuing import key_operations, statements
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Purpose
from accredit.domain.people.models import YoungPerson
from accredit.domain.verification import offline_statements
from accredit.domain.verification.handing_out import did_document_of, trust_of
from accredit.domain.verification.rules import CheckId, Outcome, Reason, Verdict
from accredit.errors import NotFound, RuleBroken
from accredit.kit.vc import controlled_identifier
from accredit.kit.vc.errors import IdentifierRefused
from accredit.rendering.of_credential import certificate_of
from accredit.rendering.qr import offline_text, qr_address
from tests.factories import HOST, NOW
from tests.unit.domain.verification.story import Issued, Story, did_of

BASE = f"https://{HOST}"
MINUTE = timedelta(minutes=1)
CC = Verdict.CANNOT_CONFIRM


def of_age(story: Story, turns: str | None = "2026-01") -> None:
    with story.database.transaction() as db:
        person = db.get(YoungPerson, story.cast.ama.id)
        assert person is not None
        person.turns_16 = turns


def credential_id(story: Story, issued: Issued) -> Any:
    with story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
        assert view is not None
        return view.credential_id


def ask(story: Story, issued: Issued) -> None:
    wanted = credential_id(story, issued)
    with story.database.transaction() as db:
        offline.ask(db, credential_id=wanted, actor=story.cast.ama.actor, now=NOW)


def sign(story: Story) -> int:
    done = 0
    with story.database.reading() as db:
        waiting = statements.waiting(db)
    for issuance_id in waiting:
        with story.database.transaction() as db:
            view = queries.view_of_issuance(db, issuance_id)
            assert view is not None
            done += statements.state(
                db,
                issuance_id=issuance_id,
                controller=view.organisation_did,
                statement=partial(offline.statement_of, view, now=NOW),
                keyring=story.keyring,
                now=NOW,
            )
    return done


def made(story: Story, issued: Issued) -> str:
    of_age(story)
    ask(story, issued)
    assert sign(story) == 1
    with story.database.reading() as db:
        digits = statements.digits(db, issued.issuance_id)[1]
    assert digits is not None
    return digits


def address(issued: Issued, digits: str) -> str:
    return offline_text(qr_address(BASE, issued.code), digits)


def told(story: Story, text: str, *, later: timedelta = MINUTE) -> Any:
    with story.database.reading() as db:
        trust = trust_of(db, now=NOW)
    assert trust is not None
    return offline_statements.verify(text, trust=trust, now=NOW + later)


def test_without_us_it_was_real_when_it_was_made_and_nothing_more(quick_story: Story, issued: Issued) -> None:
    report = told(quick_story, address(issued, made(quick_story, issued)))
    assert (report.verdict, report.reason) == (CC, Reason.STATUS_NOT_FRESH)
    passed = {check.id for check in report.checks if check.outcome is Outcome.PASSED}
    assert passed == {CheckId.READABLE, CheckId.SIGNATURE, CheckId.KEY, CheckId.RECOGNISED, CheckId.DATES}
    status = report.check(CheckId.STATUS)
    assert status is not None
    assert status.facts["known_at"] == NOW.replace(microsecond=0).isoformat()
    assert report.claims is not None
    assert (report.claims.printed_name, report.claims.issuer_name) == ("Ama Sample", "Example Park Academy")
    # A minute later or ten years later: it never says that the award still holds.
    assert (
        told(quick_story, address(issued, made_again(quick_story, issued)), later=timedelta(days=3_650)).verdict is CC
    )


def made_again(story: Story, issued: Issued) -> str:
    with story.database.reading() as db:
        digits = statements.digits(db, issued.issuance_id)[1]
    assert digits is not None
    return digits


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        pytest.param(
            lambda text: text[:-1] + ("1" if text[-1] != "1" else "2"),
            Verdict.UNREADABLE, Reason.MALFORMED, id="a digit changed",
        ),
        pytest.param(lambda text: text.partition("#")[0], Verdict.UNREADABLE, Reason.MALFORMED, id="no digits"),
        pytest.param(lambda text: text.partition("#")[0] + "#12a", Verdict.UNREADABLE, Reason.MALFORMED, id="letters"),
        pytest.param(
            lambda text: "HTTPS://X/V/22222222222222#" + text.partition("#")[2],
            Verdict.NOT_GENUINE, Reason.CLAIMS_DIFFER, id="behind the code of another",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_is_not_believed(
    quick_story: Story, issued: Issued, change: Callable[[str], str], verdict: Verdict, reason: Reason
) -> None:
    report = told(quick_story, change(address(issued, made(quick_story, issued))))
    assert (report.verdict, report.reason) == (verdict, reason)
    assert report.claims is None


def test_a_stolen_key_speaks_for_nothing(quick_story: Story, issued: Issued) -> None:
    digits = made(quick_story, issued)
    with quick_story.database.transaction() as db:
        did = did_of(db, quick_story.cast.organisation_id)
        key = issuances.signing_key(db, controller=did, purpose=Purpose.OFFLINE)
        assert key is not None
        fragment = key.verification_method.partition("#")[2]
        key_operations.mark_compromised(
            db, controller=did, fragment=fragment, since=NOW, now=NOW, actor=quick_story.cast.operator.actor
        )
    report = told(quick_story, address(issued, digits))
    assert (report.verdict, report.reason) == (Verdict.NOT_GENUINE, Reason.KEY_COMPROMISED)
    ask_again = partial(offline.give_up, credential_id=credential_id(quick_story, issued))
    with quick_story.database.transaction() as db:
        ask_again(db, actor=quick_story.cast.ama.actor, now=NOW)
    ask(quick_story, issued)
    with pytest.raises(RuleBroken, match="no-signing-key"):
        sign(quick_story)


def test_an_earlier_key_speaks_for_its_own_time(quick_story: Story, issued: Issued) -> None:
    digits = made(quick_story, issued)
    with quick_story.database.transaction() as db:
        did = did_of(db, quick_story.cast.organisation_id)
        key_operations.rotate_key(
            db,
            controller=did,
            purpose=Purpose.OFFLINE,
            keyring=quick_story.keyring,
            now=NOW + MINUTE,
            actor=quick_story.cast.operator.actor,
        )
    report = told(quick_story, address(issued, digits), later=2 * MINUTE)
    assert (report.verdict, report.reason) == (CC, Reason.STATUS_NOT_FRESH)


@pytest.mark.attack("KY08")
def test_ky08_the_key_for_statements_asserts_nothing_and_is_no_other(quick_story: Story, issued: Issued) -> None:
    made(quick_story, issued)
    with quick_story.database.reading() as db:
        did = did_of(db, quick_story.cast.organisation_id)
        keys = issuances.verification_keys(db, did)
        document = did_document_of(did, keys)
    (key,) = [each for each in keys if each.purpose is Purpose.OFFLINE]
    others = [each.public_key for each in keys if each.purpose is not Purpose.OFFLINE]
    assert key.public_key not in others
    with pytest.raises(IdentifierRefused) as refused:
        controlled_identifier.find_key(document, key.verification_method)
    assert refused.value.code == "not_assertion_key"


@pytest.mark.parametrize("turns", [None, "2026-06", "2027-01"], ids=["unknown", "this month", "next year"])
def test_nobody_below_sixteen_can_choose_it(quick_story: Story, issued: Issued, turns: str | None) -> None:
    of_age(quick_story, turns)
    with pytest.raises(RuleBroken, match="from-16"):
        ask(quick_story, issued)


def test_nobody_chooses_it_for_another(quick_story: Story, issued: Issued) -> None:
    of_age(quick_story)
    wanted = credential_id(quick_story, issued)
    for who in (quick_story.cast.ben.actor, quick_story.cast.nia.actor):
        with quick_story.database.transaction() as db, pytest.raises(NotFound):
            offline.ask(db, credential_id=wanted, actor=who, now=NOW)


def test_of_what_does_not_hold_none_is_made(quick_story: Story, issued: Issued) -> None:
    of_age(quick_story)
    ask(quick_story, issued)
    quick_story.change_status("suspend", issued.issuance_id)
    assert sign(quick_story) == 0
    with quick_story.database.transaction() as db:
        offline.give_up(db, credential_id=issued_id(db, issued), actor=quick_story.cast.ama.actor, now=NOW)
    with pytest.raises(RuleBroken, match="not-in-force"):
        ask(quick_story, issued)


def issued_id(db: Any, issued: Issued) -> Any:
    row = db.get(Issuance, issued.issuance_id)
    assert row is not None
    return row.credential_id


def test_whoever_changes_their_mind_has_it_taken_away(quick_story: Story, issued: Issued) -> None:
    made(quick_story, issued)
    with quick_story.database.transaction() as db:
        offline.give_up(db, credential_id=issued_id(db, issued), actor=quick_story.cast.ama.actor, now=NOW)
        assert statements.digits(db, issued.issuance_id) == (False, None)
    assert sign(quick_story) == 0


def test_it_goes_with_the_record_of_the_person() -> None:
    assert "offline_statement" in Issuance.OF_A_PERSON


@pytest.mark.parametrize("scale", [150 / 72, 300 / 72], ids=["150 dpi", "300 dpi"])
def test_the_printed_certificate_is_scanned_back(quick_story: Story, issued: Issued, scale: float) -> None:
    digits = made(quick_story, issued)
    with quick_story.database.reading() as db:
        view = queries.view_by_code(db, issued.code)
        assert view is not None
        document = queries.signed_document(db, view.credential_id)
    assert document is not None
    pdf = certificate_of(view, document, base_url=BASE, statement=digits)
    with pypdfium2.PdfDocument(BytesIO(pdf)) as paper:
        assert len(paper) == 1
        picture = paper[0].render(scale=scale).to_pil()
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == address(issued, digits)
    assert told(quick_story, found.text).reason is Reason.STATUS_NOT_FRESH
