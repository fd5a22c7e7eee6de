"""A school that has closed: nobody acts for it, whoever checks is told, and for its young people nothing changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.credentials.support_records import of_young_person
from accredit.domain.organisations import closing
from accredit.domain.people import asking_school
from accredit.domain.people import operations as people
from accredit.domain.people.rules import RecordWish
from accredit.domain.retention import operations as retention
from accredit.domain.retention.rules import ErasureReason
from accredit.errors import Forbidden, RuleBroken
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from accredit.storage.tombstones import Tombstones
from tests.cast import Cast
from tests.factories import NOW, PEPPER, TODAY
from tests.populated import PASSPHRASE, Year, populate
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, is_signed_in, try_password
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.unit.web.learner.sharing import link_on, make_share
from tests.unit.web.learner.test_shares import agreed as agreed  # noqa: PLC0414  # a fixture
from tests.unit.web.learner.test_time import filled
from tests.web import ClientFor


@pytest.fixture
def year(app: Flask, sqlite_database: Database, cast: Cast, tmp_path: Path) -> Year:
    return populate(sqlite_database, cast, tmp_path)


def close(database: Database, cast: Cast, last_day: date = TODAY) -> None:
    with database.transaction() as db:
        closing.close(db, organisation_id=cast.organisation_id, last_day=last_day, actor=cast.operator.actor, now=NOW)


def test_an_operator_notes_it_and_takes_it_back(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    operator, nia, oz = client_for(cast.operator), client_for(cast.nia), client_for(cast.oz)
    address = f"/admin/organisations/{cast.organisation_id}"
    assert "For its young people nothing changes" in operator.get(f"{address}/close").text
    done = operator.post(f"{address}/close", data={"last_day": ["20", "6", "2026"]}, follow_redirects=True).text
    assert "Closed on 20 June 2026" in done
    assert "It has closed" not in done
    assert not is_signed_in(nia)
    assert nia.post("/school/people/add", data={"printed_name": "Una Uno"}).status_code == 401
    assert oz.get("/school/people").status_code == 200
    twice = operator.post(f"{address}/close", data={"last_day": ["20", "6", "2026"]})
    assert (twice.status_code, "noted already" in twice.text) == (422, True)
    assert "It is open again." in operator.post(f"{address}/open-again", follow_redirects=True).text
    assert "has not closed" in operator.post(f"{address}/open-again", follow_redirects=True).text
    assert client_for(cast.nia).get("/school/people").status_code == 200
    with sqlite_database.reading() as db:
        tags = [row.tag.value for row in db.exec(select(AuditEvent)) if row.tag.value.startswith("organisation.")]
    assert tags[-2:] == ["organisation.closed", "organisation.open-again"]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param(["", "", ""], "Give its last day", id="none"),
        pytest.param(["1", "7", "2026"], "has not come yet", id="tomorrow"),
        pytest.param(["31", "6", "2026"], "day, month and year", id="a day that does not exist"),
    ],
)
def test_its_last_day_is_a_day_that_has_come(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, day: list[str], said: str
) -> None:
    answer = client_for(cast.operator).post(
        f"/admin/organisations/{cast.organisation_id}/close", data={"last_day": day}
    )
    assert (answer.status_code, said in answer.text) == (422, True)
    with sqlite_database.reading() as db:
        assert closing.closed_on(db, cast.organisation_id) is None


def test_only_an_operator_closes_a_school(cast: Cast, sqlite_database: Database) -> None:
    with pytest.raises(Forbidden), sqlite_database.transaction() as db:
        closing.close(db, organisation_id=cast.organisation_id, last_day=TODAY, actor=cast.lee.actor, now=NOW)
    with pytest.raises(Forbidden), sqlite_database.transaction() as db:
        closing.open_again(db, organisation_id=cast.organisation_id, actor=cast.nia.actor, now=NOW)


def test_staff_who_come_in_are_told(
    client_for: ClientFor, cast: Cast, passwords: None, sqlite_database: Database
) -> None:
    close(sqlite_database, cast)
    nia = client_for()
    assert try_password(nia, NIA, PASSWORD)[0] == 303
    assert "Your organisation has closed" in nia.get("/sign-in").text


def test_a_reader_is_told_that_it_holds_and_that_the_school_has_closed(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    said = "This organisation closed on 30 June 2026. What it issued holds as before"
    reader = client_for()
    before = reader.get(f"/v/{year.code}")
    assert said not in before.text
    verdict = reader.get(f"/api/verify/{year.code}").get_json()["verdict"]
    close(sqlite_database, cast)
    after = reader.get(f"/v/{year.code}")
    assert (after.status_code, said in after.text) == (before.status_code, True)
    assert reader.get(f"/api/verify/{year.code}").get_json()["verdict"] == verdict
    about = reader.get("/o/example-park-academy").text
    assert "It closed on 30 June 2026." in about
    assert "Office: 01632 960001" not in about, "nobody answers there"
    assert "closed on" not in reader.get("/o/example-valley-school").text


def test_for_a_young_person_nothing_of_theirs_changes(
    client_for: ClientFor, cast: Cast, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    """Their page, certificates, record and links go on, and what they ask for is still signed."""
    close(sqlite_database, cast)
    ama = client_for(cast.ama)
    page = ama.get("/my").text
    assert "Your school closed on 30 June 2026. What you did stays yours, and so does this page." in page
    for address in ("/my/certificates", "/my/record", "/my/done", "/my/use", "/my/dofe", "/my/take", "/my/everything"):
        assert ama.get(address).status_code == 200, address
    link = link_on(ama, make_share(ama, year))
    ama.post(f"/my/record/{cast.ama.enrolled}", data={"months": ""})
    issuer = open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    assert issuer.issue_waiting().released == 2
    shown = client_for().post(link)
    assert (shown.status_code, "This organisation closed on" in shown.text) == (200, True)
    with sqlite_database.reading() as db:
        assert len(of_young_person(db, cast.ama.id)) == 1


def test_a_slip_and_the_five_words_go_on(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        slip = people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)
    close(sqlite_database, cast)
    assert client_for().post("/start", data={"code": slip}).location.endswith("/start/yours")


def test_nothing_is_asked_of_nobody(client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database) -> None:
    close(sqlite_database, cast)
    ama = client_for(cast.ama)
    assert "You are not in a programme" in ama.get("/my/break").text
    refused = ama.post(
        f"/my/add-time/{cast.ama.enrolled}",
        data=filled(cast, starts_at="09:00"),
    )
    assert refused.status_code == 422
    assert "Your school has closed, so nobody there can look at it any more." in refused.text
    assert "nobody there can change it any more" in ama.get("/my/name").text
    assert "Ask for a second look" not in ama.get("/my/certificates").text
    talk = ama.get("/talk").text
    assert "0800 1111" in talk
    assert "Go to any adult you trust" in talk
    choices = ama.get("/my/choices").text
    assert "Ask at school" not in choices
    assert "nobody can bring it back" in choices


def test_who_asks_for_their_record_to_go_asks_those_who_run_the_service(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    ama, operator = client_for(cast.ama), client_for(cast.operator)
    ama.post("/my/ask-school", data={"wish": "put-right"})
    assert "accredit erase" not in operator.get("/admin/").text, "it is for the school to answer"
    close(sqlite_database, cast)
    page = ama.get("/my/remove").text
    assert "those who run this website look after that now" in page
    assert "It does not come back" in page
    assert "Ask school to put it right" not in page
    said = ama.post("/my/ask-school", data={"wish": "take-away"}, follow_redirects=True).text
    assert "Those who run this website see that you asked." in said
    assert "It is done by 28 July 2026." in said
    assert "Ask them to take it away" not in said
    twice = ama.post("/my/ask-school", data={"wish": "take-away"}, follow_redirects=True).text
    assert "You have asked your school already." in twice
    assert f"accredit erase --reason asked {cast.ama.id}" in operator.get("/admin/").text
    with sqlite_database.transaction() as db:
        retention.erase_person(
            db,
            person_id=cast.ama.id,
            reason=ErasureReason.ASKED,
            tombstones=Tombstones(tmp_path / "tombstones"),
            actor=cast.operator.actor,
            now=NOW,
        )
    assert "accredit erase" not in operator.get("/admin/").text


def test_only_that_it_goes_is_asked_of_a_closed_school(cast: Cast, sqlite_database: Database) -> None:
    close(sqlite_database, cast)
    with pytest.raises(RuleBroken, match="organisation-closed"), sqlite_database.transaction() as db:
        asking_school.ask(db, wish=RecordWish.PUT_RIGHT, actor=cast.ama.actor, now=NOW)


def test_removing_the_page_says_that_it_is_for_good(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    close(sqlite_database, cast)
    said = client_for(cast.ama).post("/my/remove", follow_redirects=True).text
    assert "Your page and your public pages are gone." in said
    assert "new slip" not in said.split("Your page and your public pages are gone.")[1].split("</div>")[0]
