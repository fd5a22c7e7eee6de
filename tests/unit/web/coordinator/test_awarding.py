"""Awarding a cohort and what becomes of the certificates: from ready to signed to revoked."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import time_machine
import zxingcpp

from accredit.domain.awarding import queries
from accredit.domain.credentials import queries as credentials
from accredit.domain.training import operations as training
from accredit.domain.training import queries as training_queries
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.kit.openbadges import pdf as pdf_reading
from accredit.kit.openbadges.errors import ContainerUnreadable
from accredit.storage import Database
from accredit.web.messages import SENTENCES
from tests.cast import Cast
from tests.factories import NOW
from tests.unit.web.coordinator.school import train
from tests.web import Browser, ClientFor

ON = {"awarded_on": ["30", "6", "2026"]}


@pytest.fixture
def trained(app: object, sqlite_database: Database, cast: Cast) -> Database:
    """The cast after its first training; the app is there, so that the service has its identity."""
    train(sqlite_database, cast)
    return sqlite_database


def award(client: Browser, cast: Cast) -> None:
    address = f"/school/programmes/{cast.programme_id}/award/WA-TRN/give"
    assert client.post(address, data={"enrolments": [str(cast.ama.enrolled)], **ON}).status_code == 303


def award_id(database: Database, cast: Cast) -> str:
    with database.reading() as db:
        (line,) = credentials.cohort(db, organisation_id=cast.organisation_id)
    return str(line.award_id)


def sign(database: Database, folder: Path) -> None:
    done = open_issuer(database, KeyRing.open(folder / "keys", "correct horse battery staple")).issue_waiting()
    assert not done.refused
    assert done.released == 1


def test_who_is_ready_can_be_ticked_and_whose_name_waits_cannot(
    client_for: ClientFor, cast: Cast, trained: Database
) -> None:
    text = client_for(cast.nia).get(f"/school/programmes/{cast.programme_id}/award").get_data(as_text=True)
    assert "Award Trained Peer Supporter" in text
    assert f'value="{cast.ama.enrolled}"' in text
    assert f'value="{cast.cai.enrolled}"' not in text
    assert "the name to be printed is still to be confirmed: Cai Sampl." in text
    assert f'href="/school/people/names?programme={cast.programme_id}"' in text
    assert "Ben Beispiel" in text


def test_progress_says_exactly_what_is_still_to_come(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    text = client_for(cast.sam).get(f"/school/programmes/{cast.programme_id}/progress").get_data(as_text=True)
    assert "Ready: Trained Peer Supporter" in text
    assert "For Peer Supporter: 10 hours more; 3 supervision meetings" in text


def test_looking_shows_the_certificate_and_decides_nothing(
    client_for: ClientFor, cast: Cast, trained: Database
) -> None:
    address = f"/school/programmes/{cast.programme_id}/award/WA-TRN/look"
    answer = client_for(cast.nia).post(address, data={"enrolments": [str(cast.ama.enrolled)], **ON})
    assert answer.status_code == 200
    assert "Trained in 7 modules" in answer.get_data(as_text=True)
    with trained.reading() as db:
        assert queries.awards_of(db, [cast.ama.enrolled])[cast.ama.enrolled] == ()


def test_the_real_certificate_can_be_seen_before_it_is_awarded(
    client_for: ClientFor, cast: Cast, trained: Database
) -> None:
    client, base = client_for(cast.nia), f"/school/programmes/{cast.programme_id}/award/WA-TRN"
    looked = client.post(f"{base}/look", data={"enrolments": [str(cast.ama.enrolled)], **ON}).get_data(as_text=True)
    address = f"{base}/preview/{cast.ama.enrolled}.pdf"
    assert f"{address}?on=2026-06-30" in looked
    answer = client.get(address, query_string={"on": "2026-06-30"})
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        text = document[0].get_textpage().get_text_range()
        picture = document[0].render(scale=2).to_pil()
    assert all(words in text for words in ("PREVIEW", "Nothing is awarded", "Trained in 7 modules", "30 June 2026"))
    assert next(each.text for each in zxingcpp.read_barcodes(picture)).endswith("/verify")
    with pytest.raises(ContainerUnreadable, match="no_credential"):
        pdf_reading.extract(answer.data)
    with trained.reading() as db:
        assert queries.awards_of(db, [cast.ama.enrolled])[cast.ama.enrolled] == ()


@pytest.mark.parametrize("address", ["WA-XXX/preview/{ama}.pdf", "WA-TRN/preview/{nobody}.pdf"], ids=["level", "who"])
def test_a_preview_of_what_there_is_not_is_not_found(
    client_for: ClientFor, cast: Cast, trained: Database, address: str
) -> None:
    asked = address.format(ama=cast.ama.enrolled, nobody=cast.programme_id)
    base = f"/school/programmes/{cast.programme_id}/award/"
    assert client_for(cast.nia).get(base + asked).status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(ON, "Tick who is to be awarded.", id="nobody ticked"),
        pytest.param({"awarded_on": ["1", "9", "2026"]}, "at most sixty days ahead", id="in nine weeks"),
        pytest.param({"awarded_on": ["31", "6", "2026"]}, "Enter a date as day, month and year", id="no such day"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_decided(
    data: dict[str, list[str]], told: str, client_for: ClientFor, cast: Cast, trained: Database
) -> None:
    chosen = {} if data is ON else {"enrolments": [str(cast.ama.enrolled)]}
    address = f"/school/programmes/{cast.programme_id}/award/WA-TRN/look"
    answer = client_for(cast.nia).post(address, data={**chosen, **data})
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_somebody_not_ready_is_left_out_with_the_reason(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    client = client_for(cast.nia)
    address = f"/school/programmes/{cast.programme_id}/award/WA-TRN/give"
    chosen = [str(cast.ama.enrolled), str(cast.ben.enrolled), str(cast.cai.enrolled)]
    answer = client.post(address, data={"enrolments": chosen, **ON}, follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "1 award decided." in text
    assert "Ben Beispiel: Something is still to come before this level." in text
    assert "Cai Sampl: The name to be printed has not been confirmed yet." in text


def test_a_certificate_waits_is_signed_and_downloaded(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    client = client_for(cast.nia)
    award(client, cast)
    assert ">Waiting to be signed</span>" in client.get("/school/certificates").get_data(as_text=True)
    address = f"/school/certificates/{award_id(trained, cast)}"
    assert "is being signed" in client.get(address).get_data(as_text=True)
    assert client.get(f"{address}.pdf").status_code == 404
    sign(trained, tmp_path)
    assert ">Waiting to be signed</span>" not in client.get("/school/certificates").get_data(as_text=True)
    assert client.get(f"{address}.pdf").data.startswith(b"%PDF")
    assert client.get(f"{address}.png").data.startswith(b"\x89PNG")
    assert client.get(f"{address}.svg").mimetype == "image/svg+xml"
    assert client.get(f"{address}.json").get_json(force=True)["type"][1] == "OpenBadgeCredential"


def test_a_batch_shows_its_progress_and_what_somebody_has_to_see_to(
    client_for: ClientFor, cast: Cast, trained: Database, today: time_machine.Traveller
) -> None:
    client = client_for(cast.nia)
    award(client, cast)
    page = client.get("/school/certificates").get_data(as_text=True)
    assert "0 of 1 signed" in page
    assert "was corrected" not in page
    with trained.transaction(cast.organisation_id) as db:
        (session,) = training_queries.sessions(db)
        training.record_attendance(
            db, session_id=session.id, present={cast.ama.enrolled: False}, actor=cast.nia.actor, now=NOW
        )
    today.shift(60)
    page = client.get("/school/certificates").get_data(as_text=True)
    assert str(SENTENCES["record-changed"]) in page
    detail = client.get(f"/school/certificates/{award_id(trained, cast)}").get_data(as_text=True)
    assert "Prepare again from the corrected record" in detail
    taken_back = client.post(f"/school/certificates/{award_id(trained, cast)}/take-back", follow_redirects=True)
    assert "Nothing has been awarded yet." in taken_back.get_data(as_text=True)


def test_pausing_taking_up_again_and_revoking(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    client = client_for(cast.nia)
    award(client, cast)
    sign(trained, tmp_path)
    address = f"/school/certificates/{award_id(trained, cast)}"
    no_reason = client.post(f"{address}/suspend", data={})
    assert no_reason.status_code == 422
    assert "Choose a reason." in no_reason.get_data(as_text=True)
    assert client.post(f"{address}/suspend", data={"reason": "looking-into-it"}).status_code == 303
    assert "Paused" in client.get(address).get_data(as_text=True)
    twice = client.post(f"{address}/suspend", data={"reason": "looking-into-it"})
    assert "paused already" in twice.get_data(as_text=True)
    assert client.post(f"{address}/reinstate", data={"reason": "all-is-well"}).status_code == 303
    assert "This cannot be undone." in client.get(f"{address}/revoke").get_data(as_text=True)
    assert client.post(f"{address}/revoke", data={"reason": "facts-wrong", "told": "y"}).status_code == 303
    assert "Revoked" not in client.get(address).get_data(as_text=True)
    assert client_for(cast.lee).post(f"{address}/revoke/confirm").status_code == 303
    shown = client.get(address).get_data(as_text=True)
    assert "Revoked" in shown
    assert "The name or the facts on it are not right" in shown
    assert "Revoke it for good" not in shown
    assert ".pdf" not in client.get("/school/certificates").get_data(as_text=True)


def test_another_school_finds_no_certificate_of_ours(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    award(client_for(cast.nia), cast)
    sign(trained, tmp_path)
    address, oz = f"/school/certificates/{award_id(trained, cast)}", client_for(cast.oz)
    for part in ("", ".pdf", ".png", ".svg", ".json", "/revoke", "/suspend", "/reinstate"):
        assert oz.get(f"{address}{part}").status_code == 404
    assert oz.post(f"{address}/revoke", data={"reason": "facts-wrong"}).status_code == 404
    give = f"/school/programmes/{cast.programme_id}/award/WA-TRN/give"
    assert oz.post(give, data={"enrolments": [str(cast.cai.enrolled)], **ON}).status_code == 404


@pytest.mark.parametrize("part", ["", "/progress", "/award", "/enrol", "/training/add"])
def test_another_school_finds_no_programme_of_ours(part: str, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.oz).get(f"/school/programmes/{cast.programme_id}{part}").status_code == 404


def test_a_supervisor_decides_no_awards(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    client = client_for(cast.sam)
    assert client.get(f"/school/programmes/{cast.programme_id}/award").status_code == 403
    give = f"/school/programmes/{cast.programme_id}/award/WA-TRN/give"
    assert client.post(give, data={"enrolments": [str(cast.ama.enrolled)], **ON}).status_code == 403


def test_a_level_that_does_not_exist_is_not_found(client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.nia).get(f"/school/programmes/{cast.programme_id}/award/XX").status_code == 404
