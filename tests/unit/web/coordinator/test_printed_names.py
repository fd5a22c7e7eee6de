"""The names to be printed, confirmed of many at once on their word."""

from __future__ import annotations

from uuid import UUID

import pytest

from accredit.domain.people import operations, queries
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.web import Browser, ClientFor

ADDRESS = "/school/people/names"


@pytest.fixture
def dai(cast: Cast, sqlite_database: Database) -> UUID:
    """Another young person of the programme whose name waits; the id."""
    with sqlite_database.transaction() as db:
        young = factories.add_young_person(
            db, cast.organisation_id, name="Dai Prawf", reference="3104", confirmed=False
        )
        factories.enrol(db, young, cast.programme_id)
    return young


def confirm(client: Browser, shown: dict[UUID, str]) -> int:
    hidden = {f"shown:{key}": name for key, name in shown.items()}
    return client.post(ADDRESS, data={"people": [str(key) for key in shown], **hidden}).status_code


def is_confirmed(database: Database, *ids: UUID) -> list[bool]:
    with database.reading() as db:
        return [queries.young_person(db, each).name_is_confirmed for each in ids]


def test_only_names_that_wait_are_asked_about_and_all_can_be_ticked(
    client_for: ClientFor, cast: Cast, dai: UUID
) -> None:
    nia = client_for(cast.nia)
    text = nia.get(ADDRESS).text
    assert "Cai Sampl" in text
    assert "Dai Prawf" in text
    assert "Ama Sample" not in text
    assert text.count(" checked") == 0
    assert nia.get(f"{ADDRESS}?tick=all").text.count(" checked") == 2


def test_what_is_ticked_is_confirmed_and_leads_on_to_the_award(
    client_for: ClientFor, cast: Cast, dai: UUID, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    data = {"people": [str(dai)], f"shown:{dai}": "Dai Prawf", f"shown:{cast.cai.id}": "Cai Sampl"}
    answer = nia.post(ADDRESS, query_string={"programme": str(cast.programme_id)}, data=data)
    assert answer.location == f"/school/programmes/{cast.programme_id}/award"
    assert is_confirmed(sqlite_database, dai, cast.cai.id) == [True, False]
    assert "1 name is confirmed." in nia.get(answer.location).text


def test_a_name_that_changed_since_it_was_shown_confirms_none_of_them(
    client_for: ClientFor, cast: Cast, dai: UUID, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    assert confirm(nia, {cast.cai.id: "Cai Sampl", dai: "Dai Prawff"}) == 422
    assert is_confirmed(sqlite_database, dai, cast.cai.id) == [False, False]


def test_who_confirmed_it_themselves_meanwhile_is_no_mistake(
    client_for: ClientFor, cast: Cast, dai: UUID, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        operations.confirm_printed_name(
            db, young_person_id=cast.cai.id, name="Cai Sampl", actor=cast.cai.actor, now=NOW
        )
    assert confirm(client_for(cast.nia), {cast.cai.id: "Cai Sampl", dai: "Dai Prawf"}) == 303
    assert is_confirmed(sqlite_database, dai) == [True]


def test_nothing_ticked_is_said_so(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post(ADDRESS, data={})
    assert answer.status_code == 422
    assert "Tick whose name is right." in answer.text


@pytest.mark.parametrize("programme", ["ours", "nonsense"], ids=["of another school", "that is none"])
def test_a_programme_elsewhere_is_not_there(client_for: ClientFor, cast: Cast, programme: str) -> None:
    wanted = str(cast.programme_id) if programme == "ours" else programme
    assert client_for(cast.oz).get(ADDRESS, query_string={"programme": wanted}).status_code == 404


def test_another_school_confirms_nobody_here(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    assert confirm(client_for(cast.oz), {cast.cai.id: "Cai Sampl"}) == 422
    assert is_confirmed(sqlite_database, cast.cai.id) == [False]


@pytest.mark.parametrize("who", ["sam", "lee"], ids=["a supervisor", "an administrator"])
def test_only_who_manages_people_confirms(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, who: str
) -> None:
    player: Player = getattr(cast, who)
    assert confirm(client_for(player), {cast.cai.id: "Cai Sampl"}) == 403
    assert is_confirmed(sqlite_database, cast.cai.id) == [False]
