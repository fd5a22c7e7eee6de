"""WA12: for a school that is suspended nobody acts from that moment on, and whoever checks a certificate is told."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select
from time_machine import Traveller

from accredit.clock import utc_now
from accredit.domain.audit.models import AuditEvent
from accredit.domain.credentials import finding
from accredit.domain.issuing import statements, stopping
from accredit.domain.issuing.rules import StopReason
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations import suspending
from accredit.domain.organisations.rules import SuspensionReason
from accredit.domain.people import operations as people
from accredit.errors import Forbidden, RuleBroken
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.populated import PASSPHRASE, Year, populate
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, is_signed_in, try_password
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.unit.web.coordinator.school import train
from tests.unit.web.coordinator.test_awarding import award
from tests.web import ClientFor

pytestmark = pytest.mark.attack("WA12")


@pytest.fixture
def year(app: Flask, sqlite_database: Database, cast: Cast, tmp_path: Path) -> Year:
    return populate(sqlite_database, cast, tmp_path)


def suspend(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        suspending.suspend(
            db,
            organisation_id=cast.organisation_id,
            reason=SuspensionReason.NOT_THEM,
            actor=cast.operator.actor,
            now=NOW,
        )


def test_everybody_of_a_suspended_school_is_out_at_once_and_nobody_else(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    inside = [client_for(each) for each in (cast.nia, cast.sam, cast.lee)]
    ama, oz, operator = client_for(cast.ama), client_for(cast.oz), client_for(cast.operator)
    address = f"/admin/organisations/{cast.organisation_id}"
    assert operator.post(f"{address}/suspend", data={"reason": "not-them"}).location == address
    for browser in inside:
        assert not is_signed_in(browser)
        assert browser.post("/school/people/add", data={"printed_name": "Una Uno"}).status_code == 401
    assert ama.get("/my").status_code == 303
    assert oz.get("/school/people").status_code == 200
    assert operator.post(f"{address}/go-on").location == address
    assert client_for(cast.nia).get("/school/people").status_code == 200


def test_whoever_comes_in_is_told_kindly(
    client_for: ClientFor, cast: Cast, passwords: None, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        slip = people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)
    suspend(sqlite_database, cast)
    nia = client_for()
    assert try_password(nia, NIA, PASSWORD)[0] == 303
    assert "The pages of your organisation are closed for now." in nia.get("/sign-in").text
    told = client_for().post("/start", data={"code": slip})
    assert told.status_code == 422
    assert "Your certificates stay yours." in told.text


def test_whoever_checks_a_certificate_is_told_and_the_certificate_stays_what_it_was(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    said = "is suspended since 30 June 2026"
    before = client_for().get(f"/v/{year.code}")
    assert said not in before.text
    suspend(sqlite_database, cast)
    after = client_for().get(f"/v/{year.code}")
    assert after.status_code == before.status_code
    assert said in after.text
    with sqlite_database.reading() as db:
        found = finding.released_by_code(db, year.code)
    assert found is not None
    assert said in client_for().post("/verify", data={"text": found[1].decode()}).text, "also of a file"
    assert "suspended since 30 June 2026" in client_for().get("/o/example-park-academy").text
    assert "suspended" not in client_for().get("/o/example-valley-school").text


def test_nothing_is_signed_for_a_suspended_school_and_another_stop_stays(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    operator = client_for(cast.operator)
    address = f"/admin/organisations/{cast.organisation_id}"

    def stopped() -> list[StopReason]:
        with sqlite_database.reading() as db:
            return [each.reason for each in stopping.stops(db)]

    operator.post(f"{address}/suspend", data={"reason": "not-safe"})
    assert stopped() == [StopReason.INCIDENT]
    assert "Suspended since" in operator.get(address).text
    operator.post(f"{address}/go-on")
    assert stopped() == []
    with sqlite_database.transaction() as db:
        stopping.stop_issuing(
            db,
            organisation_id=cast.organisation_id,
            reason=StopReason.KEY_SUSPECTED,
            actor=cast.operator.actor,
            now=NOW - timedelta(days=1),
        )
    operator.post(f"{address}/suspend", data={"reason": "not-safe"})
    operator.post(f"{address}/go-on")
    assert stopped() == [StopReason.KEY_SUSPECTED], "what was stopped for another reason stays stopped"


def test_a_suspension_is_decided_by_an_operator_once_and_kept(cast: Cast, sqlite_database: Database) -> None:
    with pytest.raises(Forbidden), sqlite_database.transaction() as db:
        suspending.suspend(
            db,
            organisation_id=cast.organisation_id,
            reason=SuspensionReason.ASKED_FOR,
            actor=cast.lee.actor,
            now=NOW,
        )
    suspend(sqlite_database, cast)
    with pytest.raises(RuleBroken, match="suspended-already"):
        suspend(sqlite_database, cast)
    with sqlite_database.transaction() as db:
        suspending.let_go_on(db, organisation_id=cast.organisation_id, actor=cast.operator.actor, now=NOW)
    with pytest.raises(RuleBroken, match="not-suspended-here"), sqlite_database.transaction() as db:
        suspending.let_go_on(db, organisation_id=cast.organisation_id, actor=cast.operator.actor, now=NOW)
    with sqlite_database.reading() as db:
        tags = [row.tag.value for row in db.exec(select(AuditEvent)) if row.tag.value.startswith("organisation.")]
    assert tags[-2:] == ["organisation.suspended", "organisation.goes-on"]


def test_the_worker_signs_nothing_for_a_suspended_school_and_goes_on_after_it(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    train(sqlite_database, cast)
    award(client_for(cast.nia), cast)
    operator, address = client_for(cast.operator), f"/admin/organisations/{cast.organisation_id}"
    operator.post(f"{address}/suspend", data={"reason": "not-safe"})
    issuer = open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    done = issuer.issue_waiting()
    assert (done.prepared, done.recorded, done.released) == (0, 0, 0)
    operator.post(f"{address}/go-on")
    done = issuer.issue_waiting()
    assert (done.prepared, done.recorded, done.released) == (1, 1, 1)


def test_the_worker_signs_no_statement_for_a_suspended_school(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.transaction() as db:
        statements.ask(db, issuance_id=year.issuance_id, now=NOW)
    operator, address = client_for(cast.operator), f"/admin/organisations/{cast.organisation_id}"
    operator.post(f"{address}/suspend", data={"reason": "not-safe"})
    issuer = open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    assert issuer.sign_statements() == 0
    operator.post(f"{address}/go-on")
    assert issuer.sign_statements() == 1


def test_its_status_lists_are_signed_on_so_that_what_was_issued_stays_what_it_is(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database, tmp_path: Path, today: Traveller
) -> None:
    client_for(cast.operator).post(f"/admin/organisations/{cast.organisation_id}/suspend", data={"reason": "asked-for"})
    before = client_for().get(f"/api/verify/{year.code}").get_json()["verdict"]
    today.shift(timedelta(hours=20))
    issuer = open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    assert issuer.sign_lists(signed_before=utc_now() - timedelta(hours=12)) > 0
    assert client_for().get(f"/status/{year.status_list}").status_code == 200
    assert client_for().get(f"/api/verify/{year.code}").get_json()["verdict"] == before


def test_no_link_of_a_suspended_school_opens_anything(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    """An invitation signs nobody in, and no reminder is sent of what nobody could do."""
    nia = client_for(cast.nia)
    nia.post("/school/staff/add", data={"name": "Una Uno", "email": "una@example.org", "role": "co-ordinator"})
    with sqlite_database.reading() as db:
        (text,) = [row.text or "" for row in db.exec(select(OutgoingMail)) if row.to_address == "una@example.org"]
    link, code = re.search(r"/invitation/\S+", text), re.search(r"    (\d{8})\n", text)
    assert link is not None
    assert code is not None
    suspend(sqlite_database, cast)
    una = client_for()
    una.post(link[0], data={"code": code[1]})
    assert una.get("/school/people").status_code in {302, 303, 401}
    assert not is_signed_in(una)


def test_no_reason_no_suspension(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    answer = client_for(cast.operator).post(f"/admin/organisations/{cast.organisation_id}/suspend")
    assert answer.status_code == 422
    with sqlite_database.reading() as db:
        assert suspending.suspended_since(db, cast.organisation_id) is None
