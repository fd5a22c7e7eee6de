"""Sessions and registers."""

from __future__ import annotations

import html
import re
from datetime import date

from accredit.domain.training import queries
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.unit.web.coordinator.school import FIRST_TRAINING, plan_training, train
from tests.web import ClientFor


def attended(database: Database, cast: Cast) -> set[str]:
    with database.reading() as db:
        return set(queries.modules_attended(db, [cast.ama.enrolled])[cast.ama.enrolled])


def test_a_session_leads_to_its_register(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    address = f"/school/programmes/{cast.programme_id}/training/add"
    data = {"title": "Catching up", "held_on": ["12", "6", "2026"], "modules": ["M7"], "led_by": str(cast.nia.id)}
    answer = client.post(address, data={**data, "starts_at": "15.30"})
    assert answer.status_code == 303
    assert "15:30" in client.get(answer.location).get_data(as_text=True)


def test_a_session_without_modules_is_told_so(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post(
        f"/school/programmes/{cast.programme_id}/training/add",
        data={"title": "Empty", "held_on": ["12", "6", "2026"], "led_by": str(cast.nia.id)},
    )
    assert answer.status_code == 422
    assert "Choose at least one module" in answer.get_data(as_text=True)


def test_a_time_that_is_none_is_told_so(client_for: ClientFor, cast: Cast) -> None:
    data = {"title": "T", "held_on": ["12", "6", "2026"], "modules": ["M7"], "led_by": str(cast.nia.id)}
    answer = client_for(cast.nia).post(
        f"/school/programmes/{cast.programme_id}/training/add", data={**data, "starts_at": "half past"}
    )
    assert answer.status_code == 422
    assert "Write the time like 15:30." in answer.get_data(as_text=True)


def test_one_tick_records_every_module(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = plan_training(sqlite_database, cast)
    client = client_for(cast.nia)
    client.post(f"/school/training/{session_id}/register", data={"present": [str(cast.ama.enrolled)]})
    assert attended(sqlite_database, cast) == set(FIRST_TRAINING)


def test_a_tick_taken_out_takes_the_modules_back(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = train(sqlite_database, cast)
    client_for(cast.nia).post(f"/school/training/{session_id}/register", data={"present": []})
    assert attended(sqlite_database, cast) == set()


def test_a_tick_for_each_module_and_saving_again_adds_nothing(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast)
    client = client_for(cast.nia)
    address = f"/school/training/{session_id}/register"
    client.post(address, data={"each_module": "yes", "present": [f"{cast.ama.enrolled}:M1", f"{cast.ama.enrolled}:M2"]})
    assert attended(sqlite_database, cast) == {"M1", "M2"}
    client.post(address, data={"present": [str(cast.ama.enrolled)]})
    assert attended(sqlite_database, cast) == {"M1", "M2"}


def test_a_register_before_its_day_cannot_be_sent(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = plan_training(sqlite_database, cast, held_on=date(2026, 7, 20))
    client = client_for(cast.nia)
    assert "Save the register" not in client.get(f"/school/training/{session_id}/register").get_data(as_text=True)
    answer = client.post(f"/school/training/{session_id}/register", data={"present": [str(cast.ama.enrolled)]})
    assert answer.status_code == 422
    assert "from the day of the session on" in answer.get_data(as_text=True)


def test_a_supervisor_takes_registers_too(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = plan_training(sqlite_database, cast)
    assert client_for(cast.sam).get(f"/school/training/{session_id}/register").status_code == 200


def test_another_school_finds_no_register(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = train(sqlite_database, cast)
    client = client_for(cast.oz)
    assert client.get(f"/school/training/{session_id}/register").status_code == 404
    assert client.post(f"/school/training/{session_id}/register", data={}).status_code == 404
    assert attended(sqlite_database, cast) == set(FIRST_TRAINING)


def test_a_saved_register_says_how_many_were_there(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast)
    answer = client_for(cast.nia).post(
        f"/school/training/{session_id}/register",
        data={"present": [str(cast.ama.enrolled)]},
        follow_redirects=True,
    )
    text = answer.get_data(as_text=True)
    assert "1 of 3 were there. 7 ticks recorded, one for each module." in text


def words(text: str) -> str:
    return " ".join(html.unescape(text).split())


def test_a_sheet_of_the_register_can_be_printed_before_its_day(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast, held_on=date(2026, 7, 20))
    client = client_for(cast.nia)
    assert f"/school/training/{session_id}/sheet" in client.get(f"/school/training/{session_id}/register").text
    sheet = words(client.get(f"/school/training/{session_id}/sheet").text)
    for number, player in enumerate((cast.ama, cast.ben, cast.cai), start=1):
        assert re.search(rf">{number}</td> <th[^>]*><bdi>{player.name}</bdi>", sheet)
    assert "on a break" in sheet


def test_numbers_from_the_sheet_tick_the_others_and_write_nothing(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast)
    client = client_for(cast.nia)
    page = words(client.get(f"/school/training/{session_id}/register?away=2").text)
    assert f'id="p-{cast.ama.enrolled}" checked' in page
    assert f'id="p-{cast.ben.enrolled}" checked' not in page
    assert f'id="p-{cast.cai.enrolled}" checked' in page
    assert "2. Ben Beispiel" in page
    assert attended(sqlite_database, cast) == set()
    everybody = words(client.get(f"/school/training/{session_id}/register?away=").text)
    assert everybody.count(" checked") == 3


def test_sheet_and_register_bear_the_same_mark_until_the_list_changes(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast)
    client = client_for(cast.nia)

    def marks() -> set[str]:
        pages = (client.get(f"/school/training/{session_id}/{each}").text for each in ("sheet", "register"))
        return {found[1] for text in pages if (found := re.search(r"(?:this list:|the mark) (\w{4})\b", text))}

    before = marks()
    assert len(before) == 1
    with sqlite_database.transaction(cast.organisation_id) as db:
        newcomer = factories.add_young_person(db, cast.organisation_id, name="Dai Newydd", reference="3199")
        factories.enrol(db, newcomer, cast.programme_id)
    assert len(marks()) == 1
    assert marks() != before


def test_a_number_that_is_not_on_the_sheet_is_asked_again(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast)
    answer = client_for(cast.nia).get(f"/school/training/{session_id}/register?away=4")
    assert answer.status_code == 422
    assert "The last one is 3." in answer.text
    assert 'value="4"' in answer.text
    assert " checked" not in answer.text


def test_another_school_finds_no_sheet(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = plan_training(sqlite_database, cast)
    assert client_for(cast.oz).get(f"/school/training/{session_id}/sheet").status_code == 404


def test_who_is_up_to_date_leads_to_a_refresher(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    train(sqlite_database, cast)
    client = client_for(cast.nia)
    assert "/school/training/up-to-date" in client.get("/school/training").text
    seen = words(client.get("/school/training/up-to-date").text)
    assert "12 September 2026" in seen
    assert "first training to come" in seen
    assert "Plan a refresher" not in seen
    with sqlite_database.transaction(cast.organisation_id) as db:
        dai = factories.add_young_person(db, cast.organisation_id, name="Dai Newydd", reference="3199")
        place = factories.enrol(db, dai, cast.programme_id, started_on=date(2025, 6, 2))
    session_id = plan_training(sqlite_database, cast, held_on=date(2025, 7, 10))
    client.post(f"/school/training/{session_id}/register", data={"present": [str(place)]})
    later = words(client.get("/school/training/up-to-date").text)
    assert "Refresher within a month" in later
    assert later.index("Dai Newydd") < later.index("Ama Sample"), "whose refresher comes first"
    address = re.search(r'href="([^"]+module=M12)"', later)
    assert address is not None
    assert re.search(r'value="M12"[^>]* checked', words(client.get(address[1]).text))


def test_the_list_of_another_school_is_empty(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    train(sqlite_database, cast)
    seen = client_for(cast.oz).get("/school/training/up-to-date").text
    assert "Ama" not in seen
    assert "there is none yet" in seen
