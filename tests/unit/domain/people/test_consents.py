"""Three things kept apart: the notice asks nothing; taking part, the own page and sharing are asked each by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from accredit.domain.organisations.rules import Nation
from accredit.domain.people import consents, queries, rules, word_cards
from accredit.domain.people.own_page_models import Consent
from accredit.domain.people.rules import About, Answer, Voice, months_from_birth_date
from accredit.errors import Forbidden, RuleBroken
from accredit.storage import Database, Session
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW, PEPPER


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def child(db: Session, cast: Cast, *, born: date | None = date(2014, 9, 3), year_group: str = "7") -> Player:
    young = factories.add_young_person(
        db, cast.organisation_id, name="Ida Malli", reference="7001", year_group=year_group, born=born
    )
    return Player(id=young, name="Ida Malli", actor=factories.young_actor(young, cast.organisation_id))


def say(db: Session, who: Player, by: Player, *, about: About, voice: Voice, is_yes: bool = True) -> None:
    consents.say(db, young_person_id=who.id, about=about, is_yes=is_yes, voice=voice, actor=by.actor, now=NOW)


OWN, HOME = Voice.YOUNG_PERSON, Voice.HOME


def test_the_three_are_kept_apart(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        say(db, cast.ama, cast.ama, about=About.OWN_PAGE, voice=OWN)
        assert consents.answer(db, cast.ama.id, About.OWN_PAGE, now=NOW) is Answer.YES
        assert consents.answer(db, cast.ama.id, About.SHARING, now=NOW) is Answer.NOT_ASKED
        assert consents.answer(db, cast.ama.id, About.TAKING_PART, now=NOW) is Answer.ASK_HOME
        say(db, cast.ama, cast.nia, about=About.TAKING_PART, voice=HOME)
        assert consents.answer(db, cast.ama.id, About.TAKING_PART, now=NOW) is Answer.YES
        assert not consents.may_share(db, cast.ama.id, now=NOW)


@pytest.mark.attack("DP04", "DP05")
def test_nothing_is_shared_before_a_yes_nor_after_it_was_taken_back(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        with pytest.raises(RuleBroken, match="sharing-not-agreed"):
            consents.check_sharing(db, cast.ama.id, now=NOW)
        say(db, cast.ama, cast.ama, about=About.SHARING, voice=OWN)
        consents.check_sharing(db, cast.ama.id, now=NOW)
        assert consents.may_share(db, cast.ama.id, now=NOW)
        say(db, cast.ama, cast.ama, about=About.SHARING, voice=OWN, is_yes=False)
        assert not consents.may_share(db, cast.ama.id, now=NOW)


@pytest.mark.attack("DP06")
def test_below_the_age_home_is_asked_until_the_birthday_month_is_over(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        ida = child(db, cast)
        say(db, ida, ida, about=About.SHARING, voice=OWN)
        with pytest.raises(RuleBroken, match="home-not-agreed"):
            consents.check_sharing(db, ida.id, now=NOW)
        say(db, ida, cast.nia, about=About.SHARING, voice=HOME)
        assert consents.may_share(db, ida.id, now=NOW)
        say(db, ida, cast.nia, about=About.SHARING, voice=HOME, is_yes=False)
        assert consents.answer(db, ida.id, About.SHARING, now=NOW) is Answer.HOME_SAID_NO
        # She turns 13 in September 2027: from October on she decides herself.
        assert not consents.may_share(db, ida.id, now=datetime(2027, 9, 30, 12, tzinfo=UTC))
        assert consents.may_share(db, ida.id, now=datetime(2027, 10, 1, 12, tzinfo=UTC))


@pytest.mark.attack("DP06")
def test_a_school_may_ask_up_to_another_age(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        say(db, cast.ama, cast.ama, about=About.SHARING, voice=OWN)
        ask = {"organisation_id": cast.organisation_id, "actor": cast.lee.actor, "now": NOW}
        consents.ask_below(db, below=18, **ask)  # type: ignore[arg-type]
        assert consents.answer(db, cast.ama.id, About.SHARING, now=NOW) is Answer.ASK_HOME
        assert consents.answer(db, cast.ama.id, About.SHARING, now=datetime(2027, 3, 1, 12, tzinfo=UTC)) is Answer.YES
        consents.ask_below(db, below=16, **ask)  # type: ignore[arg-type]
        assert consents.may_share(db, cast.ama.id, now=NOW)
        for below in (12, 14, 21):
            with pytest.raises(RuleBroken, match="home-age"):
                consents.ask_below(db, below=below, **ask)  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            consents.ask_below(db, organisation_id=cast.organisation_id, below=16, actor=cast.oz.actor, now=NOW)


def test_nobody_says_yes_for_a_young_person(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        for by, voice, is_yes in (
            (cast.nia, OWN, True),
            (cast.ben, OWN, True),
            (cast.ben, OWN, False),
            (cast.ama, HOME, True),
            (cast.nia, Voice.BEFORE, True),
        ):
            with pytest.raises(RuleBroken, match="say-it-themselves"):
                say(db, cast.ama, by, about=About.OWN_PAGE, voice=voice, is_yes=is_yes)
        for other in (cast.sam, cast.lee, cast.oz, cast.operator):
            with pytest.raises(Forbidden):
                say(db, cast.ama, other, about=About.OWN_PAGE, voice=HOME)
        assert db.exec(select(Consent)).all() == []


def test_a_no_to_their_own_page_stops_their_words_at_once(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        for by in (cast.ama, cast.nia):
            _, words = word_cards.make(
                db,
                organisation_id=cast.organisation_id,
                young_person_id=cast.ama.id,
                language="en",
                pepper=PEPPER,
                actor=cast.ama.actor,
                now=NOW,
            )
            say(db, cast.ama, cast.ama, about=About.OWN_PAGE, voice=OWN)
            say(db, cast.ama, by, about=About.OWN_PAGE, voice=OWN, is_yes=False)
            assert word_cards.find(db, words, pepper=PEPPER) is None
            assert not consents.may_have_page(db, cast.ama.id, now=NOW)


def test_the_same_answer_again_writes_nothing(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        for _ in range(3):
            say(db, cast.ama, cast.ama, about=About.SHARING, voice=OWN)
        assert len(db.exec(select(Consent)).all()) == 1


def test_whoever_had_a_page_before_keeps_it_until_somebody_says_no(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        ida = child(db, cast)
        db.add(
            Consent(
                organisation_id=cast.organisation_id,
                young_person_id=ida.id,
                about=About.OWN_PAGE,
                voice=Voice.BEFORE,
                is_yes=True,
                at=NOW - timedelta(days=1),
            )
        )
        db.flush()
        assert consents.answer(db, ida.id, About.OWN_PAGE, now=NOW) is Answer.YES
        say(db, ida, cast.nia, about=About.OWN_PAGE, voice=HOME, is_yes=False)
        assert consents.answer(db, ida.id, About.OWN_PAGE, now=NOW) is Answer.HOME_SAID_NO


@pytest.mark.parametrize(
    ("year_group", "nation", "is_asked"),
    [
        pytest.param("8", Nation.ENGLAND, True, id="year 8 in England: the youngest are 12"),
        pytest.param("9", Nation.ENGLAND, False, id="year 9 in England: all are 13"),
        pytest.param("9", Nation.NORTHERN_IRELAND, True, id="year 9 in Northern Ireland: the youngest are 12"),
        pytest.param("10", Nation.NORTHERN_IRELAND, False, id="year 10 in Northern Ireland"),
        pytest.param("S2", Nation.SCOTLAND, True, id="S2: some are still 12"),
        pytest.param("S3", Nation.SCOTLAND, False, id="S3"),
        pytest.param("P7", Nation.SCOTLAND, True, id="P7"),
        pytest.param("R", Nation.WALES, True, id="reception"),
        pytest.param(None, Nation.ENGLAND, True, id="nobody knows"),
    ],
)
def test_without_a_month_the_school_year_says_who_is_thirteen(
    year_group: str | None, nation: Nation, is_asked: bool
) -> None:
    youngest = rules.youngest_age(year_group, nation)
    assert rules.is_below(13, months=None, youngest=youngest, on=date(2026, 9, 1)) is is_asked


def test_a_known_month_counts_before_the_school_year() -> None:
    months = months_from_birth_date(date(2014, 9, 3))
    assert rules.is_below(13, months=months, youngest=16, on=date(2026, 9, 1))


def test_a_list_of_any_length_takes_the_same_statements(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        ida = child(db, cast)
        facts = [queries.young_person(db, who) for who in (cast.ama.id, cast.ben.id, ida.id)]
        assert consents.waiting_for_home(db, facts, now=NOW) == {ida.id}
        assert consents.waiting_for_home(db, [], now=NOW) == set()
