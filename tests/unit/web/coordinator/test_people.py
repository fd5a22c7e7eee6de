"""The list of young people, one young person, names, slips."""

from __future__ import annotations

import re

import pytest

from accredit.domain.people import claiming, queries
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.web import ClientFor


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("q=ama", {"Ama Sample"}, id="part of a name in any case"),
        pytest.param("q=3102", {"Ben Beispiel"}, id="a pupil number"),
        pytest.param("q=12A", {"Ama Sample", "Ben Beispiel", "Cai Sampl"}, id="a form"),
        pytest.param("q=samp", {"Ama Sample", "Cai Sampl"}, id="what two names share"),
        pytest.param("q=nobody", set(), id="nobody"),
    ],
)
def test_searching_finds(asked: str, found: set[str], client_for: ClientFor, cast: Cast) -> None:
    text = client_for(cast.nia).get(f"/school/people?{asked}").get_data(as_text=True)
    assert {name for name in ("Ama Sample", "Ben Beispiel", "Cai Sampl") if f">{name}<" in text} == found


def test_marks_need_not_be_typed(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    client.post(
        "/school/people/add", data={"printed_name": "Siân Gwenllïan Dŵr", "school_reference": "77", "year_group": ""}
    )
    assert "Siân Gwenllïan Dŵr" in client.get("/school/people?q=sian+dwr").get_data(as_text=True)


def test_a_number_that_is_taken_is_told_beside_its_field(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post(
        "/school/people/add", data={"printed_name": "New", "school_reference": "3101", "year_group": "9"}
    )
    assert answer.status_code == 422
    assert "Another young person has this pupil number." in answer.get_data(as_text=True)
    assert '<a href="#school_reference">' in answer.get_data(as_text=True)


def test_changing_a_name_asks_for_it_to_be_confirmed_again(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    address = f"/school/people/{cast.ama.id}/change"
    version = re.findall(r'name="version"[^>]*value="(\d+)"', client.get(address).get_data(as_text=True))
    data = {"printed_name": "Ama A. Sample", "known_as": "Ama", "school_reference": "3101", "version": version[0]}
    assert client.post(address, data=data).status_code == 303
    with sqlite_database.reading() as db:
        assert not queries.young_person(db, cast.ama.id).name_is_confirmed
    stale = client.post(address, data=data)
    assert stale.status_code == 422
    assert "Somebody else changed this" in stale.get_data(as_text=True)


@pytest.mark.parametrize("version", ["²", "9" * 5_000, "-1", "", "one"])
def test_wi27_a_version_that_was_tampered_with_changes_nothing(client_for: ClientFor, cast: Cast, version: str) -> None:
    changed = {"printed_name": "Ama A. Sample", "version": version}
    assert client_for(cast.nia).post(f"/school/people/{cast.ama.id}/change", data=changed).status_code == 422


def test_a_name_is_confirmed_on_their_word(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    assert "They told me the name is right" in client.get(f"/school/people/{cast.cai.id}").get_data(as_text=True)
    assert client.post(f"/school/people/{cast.cai.id}/confirm-name", data={"name": "Cai Sampl"}).status_code == 303
    with sqlite_database.reading() as db:
        assert queries.young_person(db, cast.cai.id).name_is_confirmed


def test_a_name_that_was_not_the_one_shown_is_not_confirmed(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post(f"/school/people/{cast.cai.id}/confirm-name", data={"name": "Cai Other"})
    assert answer.status_code == 409


def test_a_slip_shows_its_code_once_and_opens_their_page(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    shown = client.post(f"/school/people/{cast.ama.id}/slip").get_data(as_text=True)
    (code,) = re.findall(r"<code>([A-Z0-9-]{16})</code>", shown)
    with sqlite_database.reading() as db:
        claimed = claiming.look_up(db, code, pepper=PEPPER, now=NOW)
    assert claimed is not None
    assert claimed.young_person_id == cast.ama.id
    assert code not in client.get(f"/school/people/{cast.ama.id}").get_data(as_text=True)


def test_slips_are_made_for_those_without_one(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    address = f"/school/programmes/{cast.programme_id}/slips"
    assert len(re.findall(r"<code>", client.post(address).get_data(as_text=True))) == 3
    assert client.post(address).status_code == 303


def test_a_slip_is_stopped(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    client.post(f"/school/people/{cast.ama.id}/slip")
    client.post(f"/school/people/{cast.ama.id}/withdraw-slip")
    with sqlite_database.reading() as db:
        assert queries.current_slip(db, cast.ama.id) is None


@pytest.mark.parametrize("part", ["", "/change"])
def test_another_school_finds_nobody(part: str, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.oz).get(f"/school/people/{cast.ama.id}{part}").status_code == 404


@pytest.mark.parametrize("act", ["slip", "withdraw-slip", "confirm-name"])
def test_another_school_can_do_nothing(act: str, client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client_for(cast.nia).post(f"/school/people/{cast.ama.id}/slip")
    client_for(cast.oz).post(f"/school/people/{cast.ama.id}/{act}", data={"name": "Ama Sample"})
    with sqlite_database.reading() as db:
        slip = queries.current_slip(db, cast.ama.id)
    assert slip is not None
    assert slip.last_used_at is None


def test_wz01_a_slip_of_another_organisation_is_not_there_to_be_stopped(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post(f"/school/people/{cast.olu.id}/withdraw-slip")
    assert answer.status_code == 404
