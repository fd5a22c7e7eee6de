"""An award becomes a credential that verifies, and its status decides from then on."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Purpose
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.people.models import YoungPerson
from accredit.domain.verification import operations
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Axis, CheckId, Outcome, Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.kit.openbadges import svg
from accredit.kit.vc import eddsa_rdfc_2022
from accredit.storage import Database
from tests.unit.domain.verification.story import Issued, Story, did_of, told


def verified(story: Story, data: bytes | dict[str, Any], **options: Any) -> VerificationReport:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    with story.database.reading() as db:
        return operations.verify(raw, now=options.pop("now", story.now), sources=DatabaseSources(db), **options)


def answer(report: VerificationReport) -> tuple[Verdict, Reason | None]:
    return report.verdict, report.reason


def test_a_released_credential_is_genuine_by_file_and_by_code(story: Story) -> None:
    issued = story.issue()
    report = verified(story, issued.data)
    assert [check.id for check in report.checks if check.outcome is not Outcome.PASSED] == []
    assert answer(report) == (Verdict.GENUINE, None)
    assert (report.exit_code, report.colour, report.axes[Axis.HOLDER]) == (0, "green", None)
    with story.database.reading() as db:
        found = operations.verify_code(db, code=issued.code.lower(), now=story.now)
    assert found is not None
    assert found.report.verdict is Verdict.GENUINE
    assert (found.view.printed_name, found.view.initials) == ("Ama Sample", "A. S.")


def test_revoking_and_suspending_decide_at_once_and_reinstating_makes_green_again(story: Story) -> None:
    issued = story.issue()
    story.change_status("suspend", issued.issuance_id)
    report = verified(story, issued.data)
    assert (*answer(report), report.colour) == (Verdict.NOT_CURRENT, Reason.SUSPENDED, "grey")
    story.change_status("reinstate", issued.issuance_id)
    assert answer(verified(story, issued.data)) == (Verdict.GENUINE, None)
    story.change_status("revoke", issued.issuance_id)
    report = verified(story, issued.data)
    assert (*answer(report), report.colour) == (Verdict.NOT_CURRENT, Reason.REVOKED, "red")
    with story.database.reading() as db:
        found = operations.verify_code(db, code=issued.code, now=story.now)
    assert found is not None
    assert found.report.reason is Reason.REVOKED


def test_nothing_can_be_seen_before_a_checkpoint_covers_it(quick_story: Story) -> None:
    award_id = quick_story.award()
    prepared = quick_story.prepare(award_id)
    quick_story.sign(prepared.id)
    with quick_story.database.reading() as db:
        row = issuing.issuance(db, prepared.id)
        assert issuing.signed_document(db, prepared.id) is None
    assert row.released_at is None
    quick_story.release()
    with quick_story.database.reading() as db:
        assert issuing.signed_document(db, prepared.id) is not None


def test_without_fresh_status_it_is_never_green(quick_story: Story, issued: Issued) -> None:
    report = verified(quick_story, issued.data, offline=True)
    assert answer(report) == (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH)
    assert report.claims is not None


def test_on_a_strangers_laptop_our_key_cannot_be_had(quick_story: Story, issued: Issued) -> None:
    report = operations.verify(issued.data, now=quick_story.now, sources=NoSources())
    assert answer(report) == (Verdict.CANNOT_CONFIRM, Reason.ISSUER_KEY_UNREACHABLE)
    assert report.claims is None


def test_an_organisation_nobody_confirmed_is_amber(sqlite_database: Database, tmp_path: Path) -> None:
    story = told(sqlite_database, tmp_path, recognised=False)
    report = verified(story, story.issue().data)
    assert answer(report) == (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)
    assert report.exit_code == 2


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("ama SAMPLE", Outcome.PASSED), ("Sample, Ama", Outcome.PASSED), ("Ada Sample", Outcome.FAILED)],
    ids=["another case matches", "another order matches", "another name does not"],
)
def test_a_name_is_compared_and_changes_no_verdict(
    quick_story: Story, issued: Issued, typed: str, expected: Outcome
) -> None:
    report = verified(quick_story, issued.data, expected_name=typed)
    assert (report.verdict, report.axes[Axis.HOLDER]) == (Verdict.GENUINE, expected)


def test_baked_into_a_picture_it_has_the_same_verdict(quick_story: Story, issued: Issued) -> None:
    drawing = svg.bake(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', issued.data.decode())
    report = verified(quick_story, drawing)
    assert answer(report) == (Verdict.GENUINE, None)


def _signed_with(story: Story, document: dict[str, Any], organisation_id: Any) -> dict[str, Any]:
    """Sign again with the real key of an organisation, as only somebody inside could."""
    with story.database.reading() as db:
        key = issuing.signing_key(db, controller=did_of(db, organisation_id), purpose=Purpose.ASSERTION)
    assert key is not None
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    return eddsa_rdfc_2022.add_proof(
        unsecured,
        sign=lambda message: story.keyring.sign(key.id, message),
        verification_method=key.verification_method,
        created=story.now,
    )


def test_an_id_that_was_never_issued_is_not_genuine_even_with_the_right_key(quick_story: Story, issued: Issued) -> None:
    forged = {**issued.document, "id": "urn:uuid:00000000-0000-4000-8000-000000000000"}
    report = verified(quick_story, _signed_with(quick_story, forged, quick_story.cast.organisation_id))
    assert answer(report) == (Verdict.NOT_GENUINE, Reason.UNKNOWN_HERE)
    assert report.claims is None


def test_another_text_under_a_known_id_is_not_genuine_even_with_the_right_key(
    quick_story: Story, issued: Issued
) -> None:
    forged = {**issued.document, "name": "Ambassador"}
    report = verified(quick_story, _signed_with(quick_story, forged, quick_story.cast.organisation_id))
    assert answer(report) == (Verdict.NOT_GENUINE, Reason.NOT_AS_RECORDED)


def test_vi16_the_key_of_one_school_never_speaks_for_another(quick_story: Story, issued: Issued) -> None:
    by_other = _signed_with(quick_story, issued.document, quick_story.cast.other_organisation_id)
    assert answer(verified(quick_story, by_other)) == (Verdict.NOT_GENUINE, Reason.KEY_OF_ANOTHER_ISSUER)
    method = issued.document["proof"][0]["verificationMethod"]
    renamed = {**by_other, "proof": [{**by_other["proof"][0], "verificationMethod": method}]}
    assert answer(verified(quick_story, renamed)) == (Verdict.NOT_GENUINE, Reason.SIGNATURE_INVALID)


def test_an_unknown_school_at_our_own_address_is_not_genuine(quick_story: Story, issued: Issued) -> None:
    did = "did:web:accredit.example:o:no-such-school"
    document = issued.document
    proof = {**document["proof"][0], "verificationMethod": f"{did}#assertion-1"}
    forged = {**document, "issuer": {**document["issuer"], "id": did}, "proof": [proof]}
    assert answer(verified(quick_story, forged)) == (Verdict.NOT_GENUINE, Reason.UNKNOWN_HERE)


def test_vc22_a_second_signature_by_somebody_else_is_refused(quick_story: Story, issued: Issued) -> None:
    other = _signed_with(quick_story, issued.document, quick_story.cast.other_organisation_id)
    both = {**issued.document, "proof": [*issued.document["proof"], *other["proof"]]}
    assert verified(quick_story, both).verdict is Verdict.NOT_GENUINE


def test_the_other_spelling_of_the_same_json_stays_genuine(quick_story: Story, issued: Issued) -> None:
    shuffled = dict(reversed(issued.document.items()))
    assert answer(verified(quick_story, json.dumps(shuffled, indent=3).encode())) == (Verdict.GENUINE, None)


def test_before_it_was_made_it_is_not_genuine_for_anyone(quick_story: Story, issued: Issued) -> None:
    report = verified(quick_story, issued.data, now=quick_story.now - timedelta(hours=1))
    assert report.verdict is not Verdict.GENUINE


def test_a_fault_on_our_side_is_never_green(
    quick_story: Story, issued: Issued, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(DatabaseSources):
        def recognition(self, issuer_id: str) -> None:
            raise RuntimeError("the disk is gone")

    with quick_story.database.reading() as db:
        report = operations.verify(issued.data, now=quick_story.now, sources=Broken(db))
    assert answer(report) == (Verdict.CANNOT_CONFIRM, Reason.OUR_FAULT)
    assert "disk" not in caplog.text


def test_the_report_for_machines_leads_with_the_verdict_and_has_no_lone_boolean(
    quick_story: Story, issued: Issued
) -> None:
    told_json = verified(quick_story, issued.data).to_json()
    assert next(iter(told_json)) == "verdict"
    assert told_json["verdict"] == "GENUINE"
    assert told_json["axes"]["holder"] == "not-asked"
    assert [check["number"] for check in told_json["checks"]] == list(range(1, 11))
    assert not [name for name, value in told_json.items() if isinstance(value, bool)]
    assert json.loads(json.dumps(told_json)) == told_json
    assert {check["id"] for check in told_json["checks"]} == {each.value for each in CheckId} - {"holder"}


@pytest.mark.attack("LG18")
@pytest.mark.parametrize("place", [0, None], ids=["at the place of another act", "at no place"])
def test_lg18_a_credential_that_was_never_logged_is_not_genuine(
    quick_story: Story, issued: Issued, place: int | None
) -> None:
    with quick_story.database.transaction() as db:
        db.get(Issuance, issued.issuance_id).leaf_index = place
    report = verified(quick_story, issued.data)
    assert (report.verdict, report.reason) == (Verdict.NOT_GENUINE, Reason.NOT_AS_RECORDED)
    with quick_story.database.reading() as db:
        assert len(verify_store(db)) == 1


def test_lg02_where_the_log_is_damaged_nobody_calls_a_credential_forged(quick_story: Story, issued: Issued) -> None:
    with quick_story.database.transaction() as db:
        db.connection().exec_driver_sql("DROP TRIGGER ledger_record_append_only_update")
        db.connection().exec_driver_sql("UPDATE ledger_record SET salt = NULL WHERE act = 'credential-issued'")
    report = verified(quick_story, issued.data)
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NOT_IN_LOG)


def test_dp11_an_erased_credential_is_never_called_forged(quick_story: Story, issued: Issued) -> None:
    with quick_story.database.transaction() as db:
        row = db.get(Issuance, issued.issuance_id)
        row.unsigned_document = row.signed_document = None
    report = verified(quick_story, issued.data)
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)
    with quick_story.database.reading() as db:
        assert operations.verify_code(db, code=issued.code, now=quick_story.now) is None


def test_a_handle_confined_to_one_school_may_not_verify(quick_story: Story, issued: Issued) -> None:
    other = quick_story.cast.other_organisation_id
    with quick_story.database.reading(other) as db, pytest.raises(ValueError, match="not confined"):
        operations.verify_code(db, code=issued.code, now=quick_story.now)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("Ama Sample", Outcome.PASSED), ("Amy sample", Outcome.PASSED), ("Amy", Outcome.FAILED), ("", Outcome.FAILED)],
    ids=["the printed name", "the known-as name with the last one", "the known-as name alone", "nothing"],
)
def test_a_name_typed_beside_a_code_may_be_the_known_as_name(
    quick_story: Story, issued: Issued, typed: str, expected: Outcome
) -> None:
    with quick_story.database.transaction() as db:
        db.get(YoungPerson, quick_story.cast.ama.id).known_as = "Amy"
    with quick_story.database.reading() as db:
        found = operations.verify_code(db, code=issued.code, now=quick_story.now, expected_name=typed)
    assert found is not None
    assert (found.report.verdict, found.report.axes[Axis.HOLDER]) == (Verdict.GENUINE, expected)
