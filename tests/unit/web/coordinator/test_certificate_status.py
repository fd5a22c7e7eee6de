"""Two people and one young person: what each of them sees and does when something is not right with a certificate."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from accredit.domain.credentials import renewing, waiting
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Channel
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.people.operations import PersonEntry
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import PASSPHRASE, Year, populate
from tests.web import Browser, ClientFor

NEW = "Amara Samplová"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def year(app: object, sqlite_database: Database, cast: Cast, folder: Path) -> Year:
    """A year after which Ama holds one certificate, at a school that was confirmed by telephone."""
    with sqlite_database.transaction() as db:
        organisations.confirm(
            db,
            organisation_id=cast.organisation_id,
            channel=Channel.TELEPHONE,
            confirmed_on=date(2026, 3, 2),
            actor=cast.operator.actor,
            now=NOW,
        )
    return populate(sqlite_database, cast, folder)


@pytest.fixture
def address(year: Year) -> str:
    return f"/school/certificates/{year.award_id}"


def text(client: Browser, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.get_data(as_text=True)


def ask(client: Browser, address: str) -> None:
    assert client.post(f"{address}/revoke", data={"reason": "facts-wrong", "told": "y"}).status_code == 303


def test_the_young_person_is_told_before_anybody_revokes(
    client_for: ClientFor, cast: Cast, year: Year, address: str
) -> None:
    nia = client_for(cast.nia)
    assert "Lee Muster" in text(nia, f"{address}/revoke")
    not_told = nia.post(f"{address}/revoke", data={"reason": "facts-wrong"})
    assert not_told.status_code == 422
    assert "Please talk to the young person first" in not_told.get_data(as_text=True)
    ask(nia, address)
    assert "two adults decide. Until then it holds." in text(client_for(cast.ama), "/my/certificates")
    assert "Genuine" in text(client_for(), f"/v/{year.code}")
    own = text(nia, address)
    assert "Another co-ordinator or an administrator is to look at it" in own
    assert "Agree and revoke it" not in own


def test_the_second_person_finds_it_on_their_desk_and_agrees(
    client_for: ClientFor, cast: Cast, year: Year, address: str
) -> None:
    ask(client_for(cast.nia), address)
    lee = client_for(cast.lee)
    assert f'href="{address}"' in text(lee, "/school/")
    seen = text(lee, address)
    assert "The name or the facts on it are not right" in seen
    assert "cannot be undone" in text(lee, f"{address}/revoke/confirm")
    assert lee.post(f"{address}/revoke/confirm").status_code == 303
    assert "No longer valid" in text(client_for(), f"/v/{year.code}")
    assert "are not right" not in text(client_for(), f"/v/{year.code}")
    assert "What you did still happened" in text(client_for(cast.ama), "/my/certificates")


@pytest.mark.attack("VS27")
def test_our_own_page_waits_for_no_list_and_the_list_is_kept_for_minutes_only(
    client_for: ClientFor, cast: Cast, year: Year, address: str
) -> None:
    ask(client_for(cast.nia), address)
    before = client_for().get(f"/status/{year.status_list}")
    client_for(cast.lee).post(f"{address}/revoke/confirm")
    # No worker runs here, so the list is still the old one; the page knows better.
    after = client_for().get(f"/status/{year.status_list}")
    assert before.data == after.data
    kept_for = re.search(r"max-age=(\d+)", after.headers["Cache-Control"])
    assert kept_for is not None
    assert int(kept_for[1]) <= 300
    assert "No longer valid" in text(client_for(), f"/v/{year.code}")
    assert client_for().get(f"/api/verify/{year.code}").get_json()["reason"] == "revoked"


def test_who_asked_does_not_agree_and_may_take_it_back(
    client_for: ClientFor, cast: Cast, year: Year, address: str
) -> None:
    nia = client_for(cast.nia)
    ask(nia, address)
    refused = nia.post(f"{address}/revoke/confirm")
    assert refused.status_code == 422
    assert "Somebody else has to do this" in refused.get_data(as_text=True)
    assert nia.post(f"{address}/revoke/decline").status_code == 303
    assert "Genuine" in text(client_for(), f"/v/{year.code}")


@pytest.mark.parametrize("step", ["suspend", "reinstate", "revoke", "revoke/confirm", "answer", "again", "new-name"])
def test_a_supervisor_and_another_school_are_kept_out(
    step: str, client_for: ClientFor, cast: Cast, address: str
) -> None:
    assert client_for(cast.sam).get(f"{address}/{step}").status_code == 403
    assert client_for(cast.oz).get(f"{address}/{step}").status_code == 404


def test_an_administrator_pauses_and_does_not_ask_for_a_revocation(
    client_for: ClientFor, cast: Cast, year: Year, address: str
) -> None:
    lee = client_for(cast.lee)
    assert lee.post(f"{address}/suspend", data={"reason": "looking-into-it"}).status_code == 303
    assert "On hold for now" in text(client_for(), f"/v/{year.code}")
    assert "do not know of a pause" in text(lee, address)
    assert lee.get(f"{address}/revoke").status_code == 403
    assert lee.get(f"{address}/new-name").status_code == 403


@pytest.mark.attack("DP20")
def test_a_second_look_is_asked_for_and_answered(client_for: ClientFor, cast: Cast, year: Year, address: str) -> None:
    ama, nia = client_for(cast.ama), client_for(cast.nia)
    form = f"/my/certificates/{year.credential_id}/second-look"
    assert ama.get(form).status_code == 303
    nia.post(f"{address}/suspend", data={"reason": "looking-into-it"})
    assert "textarea" not in text(ama, form)
    assert not re.search(r'<input[^>]+type="text"', text(ama, form))
    assert ama.post(form, data={}).status_code == 422
    assert ama.post(form, data={"ground": "nobody-asked-me"}).status_code == 303
    assert "An adult will answer here." in text(ama, "/my/certificates")
    assert "second look is asked for" in text(nia, "/school/")
    assert "Nobody talked to me about it" in text(nia, f"{address}/answer")
    refused = nia.post(f"{address}/answer", data={"reason": "stays"})
    assert "Somebody else has to do this" in refused.get_data(as_text=True)
    assert client_for(cast.lee).post(f"{address}/answer", data={"reason": "holds"}).status_code == 303
    assert "your certificate holds" in text(ama, "/my/certificates")
    assert "Genuine" in text(client_for(), f"/v/{year.code}")
    for other in (cast.ben, cast.olu):
        assert client_for(other).get(form).status_code == 404


@pytest.fixture
def renamed(sqlite_database: Database, cast: Cast, year: Year) -> None:
    """Ama's name was changed in the record, and she said yes to it."""
    with sqlite_database.transaction(cast.organisation_id) as db:
        before = people_queries.young_person(db, cast.ama.id)
        people.change_young_person(
            db,
            young_person_id=cast.ama.id,
            expected_version=before.version,
            entry=PersonEntry(printed_name=NEW, known_as="Amara", school_reference="3101", year_group="12", form="12A"),
            actor=cast.nia.actor,
            now=NOW,
        )
        people.confirm_printed_name(db, young_person_id=cast.ama.id, name=NEW, actor=cast.ama.actor, now=NOW)


@pytest.mark.attack("DP13")
@pytest.mark.usefixtures("renamed")
def test_a_former_name_is_in_no_answer_after_the_change(
    client_for: ClientFor, cast: Cast, year: Year, address: str, sqlite_database: Database, folder: Path
) -> None:
    nia, ama, stranger = client_for(cast.nia), client_for(cast.ama), client_for()
    old_file = ama.get(f"/my/certificates/{year.credential_id}.json").data
    assert NEW in text(nia, address)
    # The one that was looked at is the one that is printed (WZ14).
    assert "changed this while" in nia.post(f"{address}/new-name", data={"name": "Ama Looked-At"}).text
    assert f'name="name" value="{NEW}"' in text(nia, f"{address}/new-name")
    assert nia.post(f"{address}/new-name", data={"name": NEW}).status_code == 303
    assert "will take the place of this one" in text(nia, address)
    done = open_issuer(sqlite_database, KeyRing.open(folder / "keys", PASSPHRASE)).issue_waiting()
    assert (done.released, done.refused) == (1, {})
    led_on = text(stranger, f"/v/{year.code}")
    assert "Genuine" in led_on
    assert "printed on an earlier certificate" in led_on
    asked = {name: stranger.post(f"/v/{year.code}", data={"name": name}) for name in ("Ama Sample", NEW)}
    assert "No match" in asked["Ama Sample"].get_data(as_text=True)
    assert "That is the name on this certificate." in asked[NEW].get_data(as_text=True)
    answers = [
        led_on,
        text(ama, "/my/certificates"),
        text(ama, f"/credentials/{year.credential_id}"),
        ama.get(f"/credentials/{year.credential_id}.json").get_data(as_text=True),
        stranger.get(f"/api/verify/{year.code}").get_data(as_text=True),
        stranger.post("/verify", data={"text": old_file.decode()}).get_data(as_text=True),
        stranger.post("/api/verify", data=old_file, content_type="application/json").get_data(as_text=True),
        text(nia, address),
        nia.get(f"{address}.json").get_data(as_text=True),
    ]
    assert [answer[:300] for answer in answers if "Ama Sample" in answer] == []
    assert "There is a newer one" in answers[5]
    assert ama.get(f"/my/certificates/{year.credential_id}.pdf").status_code == 404


def test_an_award_rests_on_a_trail_that_the_school_and_nobody_else_opens(
    client_for: ClientFor, cast: Cast, year: Year
) -> None:
    address = f"/school/awards/{year.award_id}/trail"
    for reader in (cast.nia, cast.lee):
        page = text(client_for(reader), address)
        assert "Proved" in page
        assert "Not whole" not in page
    whole = client_for(cast.lee).get(f"{address}.json").get_json()
    receipt = client_for(cast.lee).get(f"{address}/{whole['entries'][0]['index']}.tlog-proof")
    assert receipt.data.startswith(b"c2sp.org/tlog-proof@v1")
    assert client_for(cast.lee).get(f"{address}/999.tlog-proof").status_code == 404
    for outside, status in ((cast.sam, 403), (cast.ama, 403), (cast.oz, 404)):
        for part in ("", ".json", f"/{whole['entries'][0]['index']}.tlog-proof"):
            assert client_for(outside).get(address + part).status_code == status


def test_what_was_held_back_after_a_restore_waits_for_a_co_ordinators_decision(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, year: Year, folder: Path, address: str
) -> None:
    nia = client_for(cast.nia)
    assert nia.post(f"{address}/issue-after-all").status_code == 422
    with sqlite_database.transaction() as db:
        entry = PersonEntry(printed_name=NEW, known_as="Ama", school_reference="3101", year_group="12", form="12A")
        version = people_queries.young_person(db, cast.ama.id).version
        people.change_young_person(
            db, young_person_id=cast.ama.id, expected_version=version, entry=entry, actor=cast.nia.actor, now=NOW
        )
        people.confirm_printed_name(db, young_person_id=cast.ama.id, name=NEW, actor=cast.ama.actor, now=NOW)
        renewing.print_new_name(db, award_id=year.award_id, actor=cast.nia.actor, now=NOW)
        assert waiting.hold_back(db, kind="award", now=NOW) == 1
    assert "waits for your decision" in text(nia, address)
    assert nia.post(f"{address}/issue-after-all").status_code == 303
    assert "waits for your decision" not in text(nia, address)
    with sqlite_database.reading() as db:
        assert waiting.held_back(db, kind="award") == ()
