"""Programmes of the school's own: a draft is begun, edited part by part, checked and published."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from accredit.domain.programmes import queries
from accredit.domain.programmes.queries import DraftFacts
from accredit.domain.training import queries as training
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import TODAY
from tests.web import Browser, ClientFor

MODULE = {"title": "Company at lunch", "covers": "how to join in", "minutes": "30", "before_hours": "y"}
LEVEL = {
    "title": "Lead Ambassador",
    "sentence": "has led a year of it",
    "badge": "ambassador",
    "hours": "40",
    "meetings": "10",
    "skills_observed": "2",
}
ABOUT = {
    "name": "Wellbeing Friends",
    "summary": "Company.",
    "log_within_days": "14",
    "day_limit_minutes": "90",
    "weekly_minutes": "150",
}


def day(name: str, on: date) -> dict[str, list[str]]:
    return {name: [str(on.day), str(on.month), str(on.year)]}


def text_of(answer: TestResponse) -> str:
    return " ".join(answer.get_data(as_text=True).split())


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast) -> Browser:
    """The co-ordinator's browser."""
    return client_for(cast.nia)


@pytest.fixture
def draft(nia: Browser, cast: Cast) -> str:
    """The address of a draft of the next version of Wellbeing Ambassadors."""
    answer = nia.post(f"/school/programmes/{cast.programme_id}/change")
    assert answer.status_code == 303
    return str(answer.location)


def facts(database: Database, draft: str) -> DraftFacts:
    with database.reading() as db:
        return queries.draft(db, UUID(draft.rsplit("/", 1)[-1]))


def send(client: Browser, database: Database, draft: str, path: str, **data: Any) -> TestResponse:
    return client.post(f"{draft}{path}", data={"version": str(facts(database, draft).version), **data})


def test_a_programme_of_ones_own_from_nothing_to_published(nia: Browser, sqlite_database: Database, cast: Cast) -> None:
    assert "Write one of your own" in text_of(nia.get("/school/programmes"))
    offered = text_of(nia.get("/school/programmes/own"))
    assert all(each in offered for each in ("Wellbeing Ambassadors", "Drop-in and Buddying", "An empty programme"))
    begun = nia.post("/school/programmes/own", data={"name": "Lunch Friends", "like": "blank"})
    draft = begun.location
    page = text_of(nia.get(draft))
    assert "It needs a name, at least one module and at least one level." in page
    assert "Publish it" not in page
    assert send(nia, sqlite_database, draft, "/module/add", **MODULE).status_code == 303
    activity = {"title": "Board games at lunch", "counts": "formal"}
    assert send(nia, sqlite_database, draft, "/activity/add", **activity).status_code == 303
    skill = {
        "title": "Listening",
        "evidence": ["observed"],
        "modules": ["M1"],
        "skills_builder": ["Listening"],
        "esco": ["listen actively"],
    }
    assert send(nia, sqlite_database, draft, "/skill/add", **skill).status_code == 303
    about = ABOUT | {"name": "Lunch Friends", "between_meetings": ""}
    assert send(nia, sqlite_database, draft, "/about", **about).status_code == 303
    page = text_of(nia.get(draft))
    assert "To put right" not in page
    assert "Listening; " not in page
    assert "listen actively; Listening" in page
    answer = send(nia, sqlite_database, draft, "/publish", **day("effective_from", TODAY))
    assert answer.status_code == 303
    assert "Lunch Friends" in text_of(nia.get(answer.location))
    with sqlite_database.reading() as db:
        found = next(
            each for each in queries.programmes(db, organisation_id=cast.organisation_id, on=TODAY) if each.code == "LF"
        )
        assert found.current is not None
        definition = found.current.definition
    assert definition.before_hours == ("M1",)
    assert definition.levels[1].module_codes == ("M1",)
    assert definition.skills[0].alignments[0].url == (
        "http://data.europa.eu/esco/skill/a17286c5-238d-4f0b-bc24-29e9121345de"
    )


def test_a_change_holds_for_those_who_start_later_until_everybody_is_brought_along(
    nia: Browser, draft: str, sqlite_database: Database, cast: Cast
) -> None:
    assert send(nia, sqlite_database, draft, "/module/add", **MODULE).status_code == 303
    early = send(nia, sqlite_database, draft, "/publish", who="stay", **day("effective_from", date(2025, 9, 1)))
    assert early.status_code == 422
    assert "Some have started already. Choose 2 September 2025 or later" in text_of(early)
    answer = send(nia, sqlite_database, draft, "/publish", who="stay", **day("effective_from", TODAY))
    assert answer.status_code == 303
    page = text_of(nia.get(answer.location))
    assert "3 young people follow another version" in page
    with sqlite_database.reading() as db:
        first, second = queries.versions(db, cast.programme_id)
        assert training.followers(db, cast.programme_id, on=TODAY) == {first.id: 3}
    assert nia.post(f"/school/programmes/{cast.programme_id}/bring-along").status_code == 303
    with sqlite_database.reading() as db:
        assert training.followers(db, cast.programme_id, on=TODAY) == {second.id: 3}
    assert "follow another version" not in text_of(nia.get(answer.location))


def test_everybody_can_be_brought_along_when_it_is_published(
    nia: Browser, draft: str, sqlite_database: Database, cast: Cast
) -> None:
    send(nia, sqlite_database, draft, "/module/add", **MODULE)
    answer = send(nia, sqlite_database, draft, "/publish", who="along", **day("effective_from", TODAY))
    assert "3 young people are measured by it from now on." in text_of(nia.get(answer.location))
    with sqlite_database.reading() as db:
        assert training.followers(db, cast.programme_id, on=TODAY) == {queries.versions(db, cast.programme_id)[1].id: 3}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param("/about", "Wellbeing Ambassadors", id="about"),
        pytest.param("/module/M4", "Keeping confidences", id="a module"),
        pytest.param("/activity/drop-in", "Drop-in at lunch", id="an activity"),
        pytest.param("/skill/listening", "listen actively", id="a skill"),
        pytest.param("/level/WA-SEN", "Senior Peer Supporter", id="a level"),
    ],
)
def test_a_part_is_shown_as_it_is_and_saved_unchanged(
    nia: Browser, draft: str, sqlite_database: Database, path: str, shown: str
) -> None:
    page = nia.get(f"{draft}{path}").get_data(as_text=True)
    assert shown in page
    before = facts(sqlite_database, draft)
    typed = _as_shown(page)
    assert nia.post(f"{draft}{path}", data=typed).status_code == 303
    assert facts(sqlite_database, draft).definition == before.definition


def _as_shown(page: str) -> dict[str, list[str]]:
    """Return what a browser would send without touching the first form that has a version."""
    form = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="version"' in each)
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if values.get("type") in {"radio", "checkbox"} and not re.search(r"\schecked", tag):
            continue
        sent.setdefault(values["name"], []).append(_plain(values.get("value", "y")))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [_plain(text)]
    return sent


def _plain(text: str) -> str:
    return text.replace("&#39;", "'").replace("&amp;", "&").strip()


def test_a_level_is_changed_and_higher_ones_follow(nia: Browser, draft: str, sqlite_database: Database) -> None:
    modules = list(facts(sqlite_database, draft).definition.levels[-1].module_codes)
    data = LEVEL | {"modules": modules, "milestones": ["reflection", "led-activity"], "refresher": "y"}
    assert send(nia, sqlite_database, draft, "/level/add", **data).status_code == 303
    level = facts(sqlite_database, draft).definition.level("WA-5")
    assert (level.minutes, level.supervision_meetings, level.refresher_if_due) == (2400, 10, True)
    assert set(level.milestones) == {("reflection",), ("led-activity",)}
    fewer = send(nia, sqlite_database, draft, "/level/WA-5", **(data | {"hours": "5"}))
    assert fewer.status_code == 303
    assert "A level goes on from the one before" in text_of(nia.get(draft))


def test_a_cohort_on_two_versions_is_awarded_on_one_page(
    nia: Browser, draft: str, sqlite_database: Database, cast: Cast
) -> None:
    modules = list(facts(sqlite_database, draft).definition.levels[-1].module_codes)
    send(nia, sqlite_database, draft, "/level/add", **(LEVEL | {"modules": modules}))
    send(nia, sqlite_database, draft, "/publish", who="stay", **day("effective_from", TODAY))
    with sqlite_database.transaction(cast.organisation_id) as db:
        person = factories.add_young_person(db, cast.organisation_id, name="Dai Newydd", reference="3104")
        factories.enrol(db, person, cast.programme_id, started_on=TODAY)
    for level, shown in (("WA-5", False), ("WA-TRN", True)):
        answer = nia.get(f"/school/programmes/{cast.programme_id}/award/{level}")
        assert answer.status_code == 200
        page = text_of(answer)
        assert "Dai Newydd" in page
        # Ama's version has no such level.
        assert ("Ama Sample" in page) is shown
    assert nia.get(f"/school/programmes/{cast.programme_id}/progress").status_code == 200


def test_a_part_is_taken_out(nia: Browser, draft: str, sqlite_database: Database) -> None:
    assert send(nia, sqlite_database, draft, "/module/M11/drop").status_code == 303
    assert "M11" not in str(facts(sqlite_database, draft).definition.to_json())
    assert nia.get(f"{draft}/module/M11").status_code == 404
    assert send(nia, sqlite_database, draft, "/module/M11/drop").status_code == 404
    assert send(nia, sqlite_database, draft, "/skill/nothing", title="x", evidence=["observed"]).status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param({"title": ""}, "Give it a title.", id="no title"),
        pytest.param({"minutes": "half an hour"}, "Give a whole number from 1 to 1200", id="words for a number"),
        pytest.param({"minutes": "0"}, "Give a whole number from 1 to 1200", id="nought"),
        pytest.param({"valid_months": "-3"}, "Give a whole number from 1 to 60", id="less than nothing"),
        pytest.param({"title": "a\u202eb"}, "a character that cannot be printed", id="text that is turned around"),
        pytest.param({"title": "x" * 121}, "Use up to 120 letters.", id="too long"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_stays_typed(
    nia: Browser, draft: str, sqlite_database: Database, data: dict[str, str], said: str
) -> None:
    before = facts(sqlite_database, draft)
    answer = send(nia, sqlite_database, draft, "/module/add", **(MODULE | data))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "how to join in" in text_of(answer)
    assert facts(sqlite_database, draft) == before


def test_reflections_are_turned_on_by_a_tick_and_off_without_one(
    nia: Browser, draft: str, sqlite_database: Database
) -> None:
    assert not facts(sqlite_database, draft).definition.reflections
    for ticked, is_on in (({"reflections": "y"}, True), ({}, False)):
        assert send(nia, sqlite_database, draft, "/about", **ABOUT, **ticked).status_code == 303
        assert facts(sqlite_database, draft).definition.reflections is is_on


def test_two_who_edit_at_once_are_told_and_nothing_typed_is_lost(
    nia: Browser, draft: str, sqlite_database: Database
) -> None:
    shown = str(facts(sqlite_database, draft).version)
    assert send(nia, sqlite_database, draft, "/about", **ABOUT).status_code == 303
    late = nia.post(f"{draft}/module/M2", data={"version": shown, **MODULE})
    assert late.status_code == 422
    assert "Somebody else changed this while you had the page open." in text_of(late)
    assert "Company at lunch" in text_of(late)
    again = _as_shown(late.get_data(as_text=True))
    assert nia.post(f"{draft}/module/M2", data=again).status_code == 303
    definition = facts(sqlite_database, draft).definition
    assert (definition.name, definition.module("M2").title) == ("Wellbeing Friends", "Company at lunch")
    old = nia.post(f"{draft}/module/M3/drop", data={"version": shown})
    assert "Somebody else changed this" in text_of(nia.get(old.location))


def test_a_word_that_cannot_be_printed_is_told_with_a_better_one(
    nia: Browser, draft: str, sqlite_database: Database
) -> None:
    send(nia, sqlite_database, draft, "/about", **(ABOUT | {"name": "Anxiety club"}))
    page = text_of(nia.get(draft))
    assert "As a name it makes a need plain to everybody who reads it." in page
    assert "Better: wellbeing ambassador, drop-in, social club." in page
    answer = send(nia, sqlite_database, draft, "/publish", who="stay", **day("effective_from", TODAY))
    assert answer.status_code == 422
    send(nia, sqlite_database, draft, "/about", **(ABOUT | {"name": "Young carers’ award"}))
    assert "could guess at the holder’s family or home" in text_of(nia.get(f"{draft}/publish"))


def test_a_word_is_kept_for_a_reason_and_not_without(
    nia: Browser, draft: str, sqlite_database: Database, cast: Cast
) -> None:
    send(nia, sqlite_database, draft, "/about", **(ABOUT | {"name": "Best Friends"}))
    assert "Why “Best” stays" in text_of(nia.get(f"{draft}/publish"))
    answer = send(nia, sqlite_database, draft, "/publish", who="stay", keep_0="", **day("effective_from", TODAY))
    assert answer.status_code == 422
    assert "Change these words, or say why they stay: Best." in text_of(answer)
    kept = {"who": "stay", "keep_0": "young-people-chose-it"}
    assert send(nia, sqlite_database, draft, "/publish", **kept, **day("effective_from", TODAY)).status_code == 303
    with sqlite_database.reading() as db:
        assert queries.drafts(db, organisation_id=cast.organisation_id) == ()


def test_what_strangers_will_read_is_shown_before_it_is_published(nia: Browser, draft: str) -> None:
    page = text_of(nia.get(f"{draft}/publish"))
    assert "has given at least 10 hours of supervised peer support" in page
    assert "they are not counsellors" in page


def test_an_earlier_version_can_be_looked_at(nia: Browser, draft: str, sqlite_database: Database, cast: Cast) -> None:
    send(nia, sqlite_database, draft, "/module/add", **MODULE)
    send(nia, sqlite_database, draft, "/publish", who="stay", **day("effective_from", TODAY))
    address = f"/school/programmes/{cast.programme_id}"
    assert "Company at lunch" in text_of(nia.get(address))
    earlier = text_of(nia.get(f"{address}?version=1"))
    assert "Company at lunch" not in earlier
    assert "Version 1, since 1 September 2025." in earlier
    assert nia.get(f"{address}?version=7").status_code == 404


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("Our young carers", "“young carers” cannot be printed. Better: peer support", id="it reveals"),
        pytest.param("For SEND", "“SEND” cannot be printed.", id="with nothing better"),
    ],
)
def test_the_line_on_ceremony_papers_can_be_printed(client_for: ClientFor, cast: Cast, line: str, said: str) -> None:
    answer = client_for(cast.lee).post("/school/organisation", data={"own_line": line})
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_a_draft_is_thrown_away(nia: Browser, draft: str, cast: Cast, sqlite_database: Database) -> None:
    assert nia.post(f"{draft}/throw-away").status_code == 303
    assert nia.get(draft).status_code == 404
    with sqlite_database.reading() as db:
        assert len(queries.versions(db, cast.programme_id)) == 1


def test_oz_and_a_supervisor_cannot_reach_it(client_for: ClientFor, draft: str, cast: Cast) -> None:
    for path in ("", "/about", "/module/M2", "/publish"):
        assert client_for(cast.oz).get(f"{draft}{path}").status_code == 404
        assert client_for(cast.sam).get(f"{draft}{path}").status_code == 403
    assert client_for(cast.oz).post(f"/school/programmes/{cast.programme_id}/change").status_code == 404
    assert client_for(cast.oz).post(f"/school/programmes/{cast.programme_id}/bring-along").status_code == 404
