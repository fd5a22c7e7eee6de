"""A programme at a glance, and the summary for governors: the same counts in pictures and tables, none too small."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.unit.web.coordinator.school import train
from tests.web import ClientFor

SVG = "{http://www.w3.org/2000/svg}"


def pictures(text: str) -> list[ET.Element]:
    return [ET.fromstring(each) for each in re.findall(r"<svg[^>]*role=\"img\".*?</svg>", text, re.DOTALL)]


def test_every_picture_says_what_it_is_and_the_table_beside_it_has_its_numbers(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    text = client_for(cast.nia).get(f"/school/programmes/{cast.programme_id}/glance").text
    found = pictures(text)
    assert len(found) == 3
    for picture in found:
        labelled = (picture.get("aria-labelledby") or "").split()
        named = {each.get("id"): each.text for each in picture if each.tag in {f"{SVG}title", f"{SVG}desc"}}
        assert [bool(named[each]) for each in labelled] == [True, True]
    tables = re.findall(r"<table.*?</table>", text, re.DOTALL)
    for picture, table in zip(found, tables, strict=True):
        told = [each.text for each in picture.iter(f"{SVG}text")]
        cells = re.findall(r"<t[hd][^>]*(?:role=\"(?:rowheader|cell)\")[^>]*>([^<]*)<", table)
        assert [each for each in told if each and not each.endswith("…")] == [
            each.replace("&#39;", "'") for each in cells if each in told
        ]
    assert "2 of 3" in text


def test_a_year_group_is_shown_alone(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        efa = factories.add_young_person(db, cast.organisation_id, name="Efa", reference="9", year_group="10")
        factories.enrol(db, efa, cast.programme_id)
    nia = client_for(cast.nia)
    address = f"/school/programmes/{cast.programme_id}/glance"
    assert 'year=10">Year 10</a>' in nia.get(address).text
    assert "1 young person, Year 10" in nia.get(f"{address}?year=10").text
    assert "Nobody is in this group." in nia.get(f"{address}?year=nothing").text


def test_nobody_is_named_at_a_glance_or_in_the_summary(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    for address in (f"/school/programmes/{cast.programme_id}/glance", "/school/summary"):
        main = nia.get(address).text.split("<main")[1]
        assert not [name for name in ("Ama", "Ben", "Cai", "Sam", "Lee") if name in main], address


def cell(text: str, name: str) -> str:
    found = re.search(rf">{re.escape(name)}</(?:th>\s*<td|dt>\s*<dd)[^>]*>([^<]*)<", text)
    assert found is not None, name
    return found[1]


def test_governors_are_not_told_a_number_that_could_be_somebody(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    text = client_for(cast.lee).get("/school/summary").text
    assert cell(text, "Young people in a programme") == "not told"
    assert cell(text, "Young people who were trained") == "not told"
    assert cell(text, "Training sessions held") == "1"
    assert cell(text, "Young people who gave supervised time") == "0"
    assert "where fewer than five young people are behind a number" in text


def test_governors_are_told_what_is_large_enough(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        for number in range(4):
            more = factories.add_young_person(db, cast.organisation_id, name="Efa Enghraifft", reference=f"9{number}")
            factories.enrol(db, more, cast.programme_id)
    text = client_for(cast.nia).get("/school/summary").text
    assert cell(text, "Young people in a programme") == "7"
    assert cell(text, "Wellbeing Ambassadors") == "7"


def test_other_days_tell_other_numbers(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    asked = {"since": ["1", "10", "2025"], "until": ["1", "12", "2025"]}
    text = nia.get("/school/summary", query_string=asked).text
    assert "1 October 2025 to 1 December 2025" in text
    assert cell(text, "Training sessions held") == "0"
    turned = {"since": ["1", "12", "2025"], "until": ["1", "10", "2025"]}
    assert "1 October 2025 to 1 December 2025" in nia.get("/school/summary", query_string=turned).text
    assert nia.get("/school/summary", query_string={"since": ["31", "2", "2025"]}).status_code == 422
    assert nia.get("/school/summary", query_string={"since": ["1", "1", "0001"]}).status_code == 200


def test_a_supervisor_has_no_summary_of_the_school(client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.sam).get("/school/summary").status_code == 403
    assert client_for(cast.sam).get(f"/school/programmes/{cast.programme_id}/glance").status_code == 200


@pytest.mark.parametrize("player", ["oz"])
def test_another_school_finds_no_programme_here(player: str, client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(getattr(cast, player)).get(f"/school/programmes/{cast.programme_id}/glance")
    assert answer.status_code == 404
