"""Training of the adults on its pages: written down, asked for, given, taken, checked by strangers, ended by two."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from flask import Flask

from accredit.domain.organisations.rules import Role
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.populated import PASSPHRASE, Year, played
from tests.snapshots import Snapshots
from tests.web import Browser, ClientFor

TRAINING, OWN = "/school/staff/training", "/account/training"


@pytest.fixture
def year(app: Flask, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    """A year at the school, with keys and a log."""
    return played(snapshots, sqlite_database, cast, tmp_path)


@pytest.fixture
def mia(cast: Cast, sqlite_database: Database) -> Player:
    """A second co-ordinator."""
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Mia Mostra", actor=actor)


def session(cast: Cast, *present: UUID, **changed: object) -> dict[str, object]:
    """Return the form of a session."""
    return {
        "programme": str(cast.programme_id),
        "held_on": ["4", "6", "2026"],
        "parts": ["F1", "F2"],
        "delivered_by": "Peer Support Trust",
        "present": [str(each) for each in present],
    } | changed


def asked(cast: Cast, client: Browser, name: str = "Samuel Beispiel") -> str:
    """Ask for a record."""
    form = {"programme": str(cast.programme_id), "printed_name": name}
    return client.post(OWN, data=form, follow_redirects=True).text


def given(cast: Cast, client_for: ClientFor, database: Database, folder: Path) -> str:
    """Take a record of Sam all the way; return the address of its page for co-ordinators."""
    nia, sam = client_for(cast.nia), client_for(cast.sam)
    assert nia.post(f"{TRAINING}/add", data=session(cast, cast.sam.id)).status_code == 303
    assert "Asked. A co-ordinator who is somebody else gives it." in asked(cast, sam)
    found = re.search(rf'action="({TRAINING}/records/[0-9a-f-]+)"', nia.get(TRAINING).text)
    assert found is not None
    assert (
        "Given. It is signed within minutes" in nia.post(found[1], data={"answer": "yes"}, follow_redirects=True).text
    )
    assert "It is being signed" in sam.get(OWN).text
    assert open_issuer(database, KeyRing.open(folder / "keys", PASSPHRASE)).issue_waiting().released == 1
    return found[1]


def test_it_is_asked_for_given_kept_and_checked_by_a_stranger(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database, tmp_path: Path
) -> None:
    given(cast, client_for, sqlite_database, tmp_path)
    sam = client_for(cast.sam)
    found = re.search(r'href="(/credentials/[0-9a-f-]+)\.pdf"', sam.get(OWN).text)
    assert found is not None
    mine = sam.get(found[1])
    assert "Facilitator training attended" in mine.text
    document = json.loads(sam.get(f"{found[1]}.json").data)
    assert document["name"].startswith("Facilitator training attended")
    assert sam.get(f"{found[1]}.jwt").data.count(b".") == 2
    assert sam.get(f"{found[1]}.evidence").status_code == 200
    assert sam.get(f"{found[1]}.png").status_code == 404
    with pikepdf.open(BytesIO(sam.get(f"{found[1]}.pdf").data)) as paper:
        assert paper.attachments["credential.json"].get_file().read_bytes() == sam.get(f"{found[1]}.json").data
        assert str(paper.docinfo["/Title"]).startswith("Facilitator training attended")
    code = re.search(r'id="code">([^<]+)<', mine.text)
    assert code is not None
    stranger = client_for(None)
    seen = stranger.get(f"/v/{code[1]}").text
    for words in (
        "Facilitator training attended",
        "What <bdi>S. B.</bdi>, an adult, attended",
        "It is a record of attendance and states no level.",
        "Running the workshop",
        "3 hours",
        "Nobody writes down their own attendance.",
    ):
        assert words in seen
    assert "Samuel" not in seen
    assert "young people are" in seen or "young person" in seen
    matched = stranger.post(f"/v/{code[1]}", data={"name": "Samuel Beispiel"}).text
    assert "That is the name on this certificate" in matched
    assert "Facilitator training attended" in stranger.get(f"/v/{code[1]}/note").text
    achievement = re.search(r'href="(/achievements/[0-9a-f]+)"', seen)
    assert achievement is not None
    assert "training for the adults who run the programme" in stranger.get(achievement[1]).text


def test_only_its_holder_and_who_gives_records_see_its_files(
    client_for: ClientFor, cast: Cast, mia: Player, year: Year, sqlite_database: Database, tmp_path: Path
) -> None:
    given(cast, client_for, sqlite_database, tmp_path)
    found = re.search(r'href="(/credentials/[0-9a-f-]+)\.pdf"', client_for(cast.sam).get(OWN).text)
    assert found is not None
    told = {
        who.name: client_for(who).get(found[1]).status_code
        for who in (cast.sam, cast.nia, mia, cast.lee, cast.oz, cast.ama, cast.olu)
    }
    assert list(told.values()) == [200, 200, 200, 404, 404, 404, 404], told


def test_it_is_ended_by_two_and_its_holder_is_told(
    client_for: ClientFor, cast: Cast, mia: Player, year: Year, sqlite_database: Database, tmp_path: Path
) -> None:
    address = given(cast, client_for, sqlite_database, tmp_path)
    nia = client_for(cast.nia)
    assert nia.post(f"{address}/end", data={}).status_code == 422
    asks = nia.post(f"{address}/end", data={"reason": "facts-wrong"}, follow_redirects=True)
    assert "Asked. Somebody else looks at it and agrees." in asks.text
    assert "Take my question back" in asks.text
    refused = nia.post(f"{address}/ending", data={"answer": "yes"})
    assert refused.status_code == 422
    assert "Somebody asked on" in client_for(cast.sam).get(OWN).text
    assert "Somebody asked for it to end" in client_for(mia).get(TRAINING).text
    assert (
        "It holds no more"
        in client_for(mia).post(f"{address}/ending", data={"answer": "yes"}, follow_redirects=True).text
    )
    assert "holds no more" in client_for(cast.sam).get(OWN).text
    trail = nia.get("/school/record").text
    assert "asked that the certificate Facilitator training attended of" in trail


def test_whoever_was_trained_takes_it_back_and_asks_again(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database, tmp_path: Path
) -> None:
    given(cast, client_for, sqlite_database, tmp_path)
    sam = client_for(cast.sam)
    assert "You have a record that says the same already." in asked(cast, sam)
    found = re.search(r'action="(/account/training/[0-9a-f-]+/take-back)"', sam.get(OWN).text)
    assert found is not None
    assert client_for(cast.nia).post(found[1]).status_code == 404
    assert "Taken back." in sam.post(found[1], follow_redirects=True).text
    assert "Asked." in asked(cast, sam)
    found = re.search(r'action="(/account/training/[0-9a-f-]+/take-back)"', sam.get(OWN).text)
    assert found is not None
    assert "Taken back." in sam.post(found[1], follow_redirects=True).text, "before it was given, too"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"parts": []}, "Choose at least one part.", id="no part"),
        pytest.param({"present": []}, "Tick at least one adult.", id="nobody"),
        pytest.param({"delivered_by": ""}, "Say who delivered it.", id="by nobody"),
        pytest.param({"programme": "00000000-0000-0000-0000-000000000007"}, "Not a valid choice", id="of nothing"),
        pytest.param({"held_on": ["4", "6", "2031"]}, "day", id="still to come"),
    ],
)
def test_a_session_is_refused_beside_its_field(
    client_for: ClientFor, cast: Cast, changed: dict[str, object], told: str
) -> None:
    refused = client_for(cast.nia).post(f"{TRAINING}/add", data=session(cast, cast.sam.id, **changed))
    assert refused.status_code == 422
    assert told in refused.text


def test_a_register_is_corrected_by_somebody_else(client_for: ClientFor, cast: Cast) -> None:
    nia, sam = client_for(cast.nia), client_for(cast.sam)
    made = nia.post(f"{TRAINING}/add", data=session(cast, cast.sam.id))
    assert made.status_code == 303, made.text
    found = re.search(rf'href="({TRAINING}/[0-9a-f-]{{36}})"', nia.get(TRAINING).text)
    assert found is not None
    assert "You were there, too." in sam.get(found[1]).text
    sam.post(found[1], data={"present": [str(cast.nia.id)]})
    assert "Sam" in nia.get(TRAINING).text, "nobody takes their own tick away"
    assert client_for(cast.oz).get(found[1]).status_code == 404
    nia.post(found[1], data={"present": []})
    assert "Nothing is written down yet." in sam.get(OWN).text
