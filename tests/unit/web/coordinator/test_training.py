"""Sessions and registers."""

from __future__ import annotations

from datetime import date

from accredit.domain.training import queries
from accredit.storage import Database
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
