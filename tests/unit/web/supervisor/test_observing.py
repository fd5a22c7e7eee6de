"""A skill that was seen: which one, in what, when, by whom."""

from __future__ import annotations

import html
from uuid import UUID

import pytest

from accredit.domain.practice import queries
from accredit.domain.practice.queries import ObservationFact
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import Year
from tests.web import Browser, ClientFor


def seen_skill(cast: Cast, *people: UUID, **changes: object) -> dict[str, object]:
    form: dict[str, object] = {"skill": "empathy", "activity": "drop-in", "day": ["22", "6", "2026"]}
    return form | {"people": [str(each) for each in people]} | changes


def observed(database: Database, cast: Cast, enrolment_id: UUID) -> list[ObservationFact]:
    with database.reading(cast.organisation_id) as db:
        found = queries.observations(db, [enrolment_id])[enrolment_id]
    return [each for each in found if each.skill_code == "empathy"]


def test_a_skill_is_noted_for_several_at_once(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    answer = sam.post("/skills", data=seen_skill(cast, cast.ama.enrolled, cast.cai.enrolled))
    assert answer.status_code == 303
    assert "Noted for 2 people." in sam.get("/skills").get_data(as_text=True)
    for player in (cast.ama, cast.cai):
        (fact,) = observed(sqlite_database, cast, player.enrolled)
        assert (fact.activity_type, fact.observed_by_name) == ("drop-in", "Sam Specimen")


def test_only_skills_that_can_be_seen_are_offered(sam: Browser) -> None:
    seen = sam.get("/skills").get_data(as_text=True)
    assert 'value="listening"' in seen
    assert 'value="solving-problems"' not in seen
    assert "<textarea" not in seen


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        pytest.param({"skill": ""}, "skill", "Choose the skill", id="no skill"),
        pytest.param({"activity": ""}, "activity", "Choose what they were doing", id="no activity"),
        pytest.param({"people": []}, "people", "Tick who showed it", id="nobody"),
        pytest.param({"day": ["", "", ""]}, "day-day", "Give the day", id="no day"),
        pytest.param({"day": ["1", "7", "2026"]}, "people", "That day has not come yet", id="tomorrow"),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    sam: Browser, cast: Cast, sqlite_database: Database, changes: dict[str, object], field: str, said: str
) -> None:
    answer = sam.post("/skills", data=seen_skill(cast, cast.ama.enrolled, **changes))
    seen = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in seen
    assert said in seen
    assert not observed(sqlite_database, cast, cast.ama.enrolled)


def test_somebody_held_back_does_not_stop_the_others(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    answer = sam.post("/skills", data=seen_skill(cast, cast.ama.enrolled, cast.ben.enrolled))
    seen = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Ben: They were on a break that day." in seen
    assert "Noted for 1 person." in seen
    assert len(observed(sqlite_database, cast, cast.ama.enrolled)) == 1
    assert not observed(sqlite_database, cast, cast.ben.enrolled)


def test_a_co_ordinator_without_the_role_notes_nothing(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    answer = client_for(cast.nia).post("/skills", data=seen_skill(cast, cast.ama.enrolled))
    assert answer.status_code == 422
    assert not observed(sqlite_database, cast, cast.ama.enrolled)


def test_another_schools_programme_is_not_found(client_for: ClientFor, cast: Cast) -> None:
    oz = client_for(cast.oz)
    assert oz.get(f"/skills?programme={cast.programme_id}").status_code == 404
    assert "There is no programme yet." in oz.get("/skills").get_data(as_text=True)
