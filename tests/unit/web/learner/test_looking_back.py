"""Reflections are off unless the programme invites them; then the page says who sees them, and nothing is typed."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accredit.domain.practice.models import MilestoneReached
from accredit.domain.programmes.rules import Definition, Level
from accredit.domain.programmes.templates import TEMPLATES
from tests.cast import Cast
from tests.web import Browser, ClientFor


@pytest.fixture
def redefine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change what programmes say of reflections; a version never changes, so it is read differently here."""
    read = Definition.from_json.__func__  # type: ignore[attr-defined]  # a class method

    def change(*, invited: bool, asked: bool) -> None:
        def changed(cls: type[Definition], data: Any) -> Definition:
            definition: Definition = read(cls, data)
            levels = definition.levels if asked else tuple(map(_without_reflection, definition.levels))
            return replace(definition, reflections=invited, levels=levels)

        monkeypatch.setattr(Definition, "from_json", classmethod(changed))

    return change


def _without_reflection(level: Level) -> Level:
    return replace(level, milestones=tuple(each for each in level.milestones if "reflection" not in each))


def path(cast: Cast) -> str:
    return f"/my/looking-back/{cast.ama.enrolled}"


def read(client: Browser, address: str) -> str:
    return " ".join(html.unescape(client.get(address).get_data(as_text=True)).split())


def test_they_are_off_in_every_new_programme() -> None:
    assert not any(template.reflections for template in TEMPLATES.values())
    assert not Definition.from_json({**_plain(), "levels": ()}).invites_reflections


def _plain() -> dict[str, object]:
    # As a version that was written before there was such a choice.
    return {name: value for name, value in TEMPLATES["WA"].to_json().items() if name != "reflections"}


@pytest.mark.parametrize(
    ("invited", "asked", "shown"),
    [
        pytest.param(False, False, False, id="off"),
        pytest.param(True, False, True, id="turned on"),
        pytest.param(False, True, True, id="asked for by a level"),
    ],
)
def test_the_page_is_there_only_where_the_programme_wants_it(
    client_for: ClientFor, cast: Cast, redefine: Callable[..., None], invited: bool, asked: bool, shown: bool
) -> None:
    redefine(invited=invited, asked=asked)
    ama = client_for(cast.ama)
    assert ama.get(path(cast)).status_code == (200 if shown else 404)
    assert (path(cast) in read(ama, "/my")) is shown


def test_it_says_who_sees_it_and_when_and_there_is_nothing_to_type(client_for: ClientFor, cast: Cast) -> None:
    main = read(client_for(cast.ama), path(cast)).split("<main", 1)[1].split("</main>")[0]
    assert "Who sees it, and when" in main
    assert "at your next meeting" in main
    assert "Sam Specimen" in main
    assert "<form" not in main
    assert "<textarea" not in main


def test_an_adult_records_that_one_was_spoken_or_drawn_and_nothing_more(
    client_for: ClientFor, cast: Cast, redefine: Callable[..., None]
) -> None:
    redefine(invited=True, asked=False)
    nia, address = client_for(cast.nia), f"/school/enrolments/{cast.ama.enrolled}/milestone"
    assert "written, spoken or drawn" in read(nia, address)
    form = {"milestone": "reflection", "reached_on": ["29", "6", "2026"]}
    assert nia.post(address, data=form).status_code == 303
    assert "You did this on 29 June 2026." in read(client_for(cast.ama), path(cast))
    kept = {column.name for column in MilestoneReached.__table__.columns}  # type: ignore[attr-defined]
    assert kept == {"id", "organisation_id", "enrolment_id", "milestone", "reached_on", "recorded_by", "recorded_at"}


def test_somebody_elses_is_not_there(client_for: ClientFor, cast: Cast) -> None:
    for who in (cast.cai, cast.olu):
        assert client_for(who).get(path(cast)).status_code == 404
