"""The letter home is filled in with what the programme says, names nobody, and keeps its three answers apart."""

from __future__ import annotations

import html
import re

from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Details
from accredit.domain.programmes.templates import TEMPLATES
from accredit.storage import Database
from accredit.web.words import hours_in_words
from tests.cast import Cast
from tests.factories import NOW
from tests.web import ClientFor


def path(cast: Cast) -> str:
    return f"/school/programmes/{cast.programme_id}/letter-home"


def letter(client_for: ClientFor, cast: Cast) -> str:
    answer = client_for(cast.nia).get(path(cast))
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.get_data(as_text=True)).split()).split("<main", 1)[1].split("</main>")[0]


def test_it_says_what_the_programme_asks_for(client_for: ClientFor, cast: Cast) -> None:
    wellbeing = TEMPLATES["WA"]
    minutes = sum(wellbeing.module(code).minutes for code in wellbeing.first_training)
    told = letter(client_for, cast)
    assert f"First some training: {hours_in_words(minutes)}." in told
    assert "Example Park Academy" in told
    assert "does not carry UCAS Tariff points" in told


def test_three_answers_are_ticked_each_by_itself(client_for: ClientFor, cast: Cast) -> None:
    told = letter(client_for, cast)
    parts = re.findall(r"<h3>(\d)\. ([^<]+)</h3>", told)
    assert [number for number, _ in parts] == ["1", "2", "3"]
    assert told.count('class="sheet__box"') == 6
    assert "checked" not in told


def test_nobody_is_named_in_it(client_for: ClientFor, cast: Cast) -> None:
    told = letter(client_for, cast)
    assert [player.name for player in (cast.ama, cast.ben, cast.cai) if player.name in told] == []
    assert "<form" not in told


def test_the_school_says_whom_to_ring(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    assert "Name and telephone" in letter(client_for, cast)
    with sqlite_database.transaction(cast.organisation_id) as db:
        organisations.change_details(
            db,
            organisation_id=cast.organisation_id,
            details=Details(name="Example Park Academy", urn="199902", talk_to="Nia Enghraifft, 01632 960001"),
            actor=cast.nia.actor,
            now=NOW,
        )
    assert "<li>Nia Enghraifft, 01632 960001</li>" in letter(client_for, cast)


def test_the_programme_leads_to_it_and_only_its_own_school(client_for: ClientFor, cast: Cast) -> None:
    assert path(cast) in client_for(cast.nia).get(f"/school/programmes/{cast.programme_id}").text
    assert client_for(cast.oz).get(path(cast)).status_code == 404
    assert client_for(cast.sam).get(path(cast)).status_code == 403
