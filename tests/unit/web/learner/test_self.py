"""A break, a name, certificates and where to find an adult."""

from __future__ import annotations

import html
import json
from datetime import date, timedelta

import pytest
import time_machine

from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.rules import Pause
from accredit.domain.issuing import status_operations
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Details
from accredit.domain.people import queries as people
from accredit.kit.openbadges import detect
from accredit.storage import Database
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser, ClientFor


def text(client: Browser, path: str) -> str:
    return " ".join(html.unescape(client.get(path).get_data(as_text=True)).split())


def breaks(database: Database, who: Player) -> tuple[Pause, ...]:
    with database.reading() as db:
        return enrolments.enrolment(db, who.enrolled).breaks


def test_a_break_starts_today_without_a_word_of_why(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    ama = client_for(cast.ama)
    page = text(ama, "/my/break")
    assert "Nobody asks you why" in page
    assert "<textarea" not in page
    assert ama.post("/my/break/start").status_code == 303
    (pause,) = breaks(sqlite_database, cast.ama)
    assert (pause.starts_on, pause.ends_on) == (date(2026, 6, 30), None)


def test_starting_a_break_twice_changes_nothing(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    ama = client_for(cast.ama)
    ama.post("/my/break/start")
    ama.post("/my/break/start")
    assert len(breaks(sqlite_database, cast.ama)) == 1


def test_whoever_comes_back_may_add_time_the_same_day(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    ben = client_for(cast.ben)
    assert ben.post("/my/break/end").status_code == 303
    (pause,) = breaks(sqlite_database, cast.ben)
    assert pause.ends_on == date(2026, 6, 29)
    assert "Welcome back!" in text(ben, "/my")


def test_a_break_of_one_day_ends_that_day(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, today: time_machine.Traveller
) -> None:
    ama = client_for(cast.ama)
    ama.post("/my/break/start")
    ama.post("/my/break/end")
    page = text(ama, "/my")
    assert "Welcome back! You can add time from tomorrow on." in page
    assert "Good to have you back." in page
    assert "You are taking a break" not in page
    (pause,) = breaks(sqlite_database, cast.ama)
    assert (pause.starts_on, pause.ends_on) == (date(2026, 6, 30), date(2026, 6, 30))
    today.shift(timedelta(days=1))


def test_the_name_is_shown_large_and_confirmed_with_one_button(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    cai = client_for(cast.cai)
    page = text(cai, "/my/name")
    assert '<p class="big">Cai Sampl</p>' in page
    assert "Nia Enghraifft" in page
    assert cai.post("/my/name", data={"name": "Cai Sampl"}).status_code == 303
    with sqlite_database.reading() as db:
        assert people.young_person(db, cast.cai.id).name_is_confirmed
    assert "Yes, print it like this" not in text(cai, "/my/name")


def test_a_name_that_changed_meanwhile_is_looked_at_again(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    cai = client_for(cast.cai)
    answer = cai.post("/my/name", data={"name": "Kai Sampl"})
    assert answer.location == "/my/name"
    assert "Have another look" in text(cai, "/my/name")
    with sqlite_database.reading() as db:
        assert not people.young_person(db, cast.cai.id).name_is_confirmed


def test_no_certificate_yet_says_what_comes_next(client_for: ClientFor, cast: Cast) -> None:
    assert "There is nothing here yet." in text(client_for(cast.ama), "/my/certificates")


def test_a_certificate_shows_its_code_and_where_to_check_it(ama: Browser, year: Year) -> None:
    page = text(ama, "/my/certificates")
    code = f"{year.code[:5]}-{year.code[5:10]}-{year.code[10:]}"
    assert f'<code id="code-1">{code}</code>' in page
    assert f"https://accredit.example/v/{code}" in page
    assert "at accredit.example" in page


@pytest.mark.parametrize(
    ("kind", "media_type", "starts"),
    [
        pytest.param("pdf", "application/pdf", b"%PDF-", id="certificate"),
        pytest.param("png", "image/png", b"\x89PNG", id="badge as PNG"),
        pytest.param("svg", "image/svg+xml", b"<", id="badge as SVG"),
        pytest.param("json", "application/vc", b"{", id="the signed file"),
        pytest.param("evidence", "application/json", b'{"format":"accredit-evidence/1"', id="what goes with it"),
    ],
)
def test_files_are_handed_to_their_holder_alone(
    ama: Browser, client_for: ClientFor, cast: Cast, year: Year, kind: str, media_type: str, starts: bytes
) -> None:
    address = f"/my/certificates/{year.credential_id}.{kind}"
    answer = ama.get(address)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, media_type, "no-store")
    assert answer.data.startswith(starts)
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment; filename=trained-peer-supporter-as-2026-06-30-")
    assert name.endswith(f".{kind}")
    for other in (cast.cai, cast.olu):
        assert client_for(other).get(address).status_code == 404


def test_the_three_files_that_work_without_us_are_named_together(ama: Browser, year: Year) -> None:
    page = ama.get("/my/certificates").text
    assert "Keep these three: the certificate (PDF), the checking page and the .evidence file." in page
    assert f'href="/my/certificates/{year.credential_id}.evidence"' in page
    assert 'href="/accredit-verify.html" download' in page


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_badge_has_inside_what_goes_with_it(ama: Browser, year: Year, kind: str) -> None:
    badge = ama.get(f"/my/certificates/{year.credential_id}.{kind}").data
    inside = json.loads(detect.attachment(badge, "credential.evidence"))
    beside = json.loads(ama.get(f"/my/certificates/{year.credential_id}.evidence").data)
    assert inside["credential"] == beside["credential"]
    assert inside["credential"]["document"] == detect.unbake(badge)


def test_the_signed_file_is_byte_for_byte_what_was_signed(ama: Browser, year: Year) -> None:
    document = json.loads(ama.get(f"/my/certificates/{year.credential_id}.json").data)
    assert document["id"] == f"urn:uuid:{year.credential_id}"
    assert document["proof"]


def test_a_revoked_certificate_says_whom_to_ask(
    ama: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        status_operations.revoke(
            db, issuance_id=year.issuance_id, reason="asked by the school", actor=cast.nia.actor, now=NOW
        )
    page = text(ama, "/my/certificates")
    assert "Your school has taken this certificate back." in page
    assert "can check it is real" not in page


def test_the_name_on_paper_can_be_looked_at_again(ama: Browser) -> None:
    assert '<a href="/my/name">Look at my name on paper</a>' in text(ama, "/my/certificates")


def test_telephone_numbers_are_there_for_everybody(client_for: ClientFor, cast: Cast) -> None:
    for client in (client_for(), client_for(cast.ama), client_for(cast.sam)):
        page = text(client, "/talk")
        assert 'href="tel:08001111"' in page
        assert 'href="tel:999"' in page
        assert "<form" not in page.split("<main", 1)[1]


def test_the_school_names_its_own_adults(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        organisations.change_details(
            db,
            organisation_id=cast.organisation_id,
            details=Details(name="Example Park Academy", urn="199902", talk_to="Nia Enghraifft, Room 4\n\nThe Hub"),
            actor=cast.nia.actor,
            now=NOW,
        )
    assert "Nia Enghraifft, Room 4" in text(client_for(cast.ama), "/talk")
    assert "Nia Enghraifft, Room 4" not in text(client_for(cast.olu), "/talk")
    assert "Nia Enghraifft, Room 4" not in text(client_for(), "/talk")


@pytest.mark.parametrize("path", ["/my", "/my/add-time", "/my/break", "/my/name", "/my/certificates"])
def test_staff_and_strangers_stay_outside(client_for: ClientFor, cast: Cast, path: str) -> None:
    assert client_for(cast.nia).get(path).status_code == 403
    answer = client_for().get(path)
    assert (answer.status_code, answer.location) == (303, f"/start?next={path}")
