"""A paper slip is used once, and gives five words for every other time."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people import claiming, consents, leaving, operations, queries, word_cards
from accredit.domain.people.claiming import Claimed
from accredit.domain.people.models import ClaimSlip
from accredit.domain.people.own_page_models import Consent, WordCard
from accredit.domain.people.rules import About, Answer, Voice
from accredit.errors import Forbidden, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Database, Session
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, PEPPER


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def slip_for(db: Session, cast: Cast, *, now: datetime = NOW) -> str:
    return operations.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=now)


def refusal(db: Session, code: str, *, now: datetime = NOW) -> str | None:
    found = claiming.look_up(db, code, pepper=PEPPER, now=now)
    assert found is not None
    return found.refusal


def use(db: Session, code: str, *, now: datetime = NOW, language: str = "en") -> Claimed:
    found = claiming.look_up(db, code, pepper=PEPPER, now=now)
    assert found is not None
    return claiming.claim(db, slip_id=found.slip_id, language=language, pepper=PEPPER, now=now)


def test_a_slip_gives_words_once_and_the_words_open_the_page(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        code = slip_for(db, cast)
        assert refusal(db, typed_code.show(code).lower()) is None
        mine = use(db, code)
        assert refusal(db, code) == "slip-used"
        with pytest.raises(RuleBroken, match="slip-used"):
            use(db, code)
        card = word_cards.find(db, mine.words.upper(), pepper=PEPPER)
        assert card is not None
        assert (card.id, card.young_person_id) == (mine.card_id, cast.ama.id)
        assert word_cards.find(db, mine.words, pepper=b"another pepper") is None
        assert queries.current_slip(db, cast.ama.id) is None
        tags = [event.tag for event in db.exec(select(AuditEvent).where(AuditEvent.subject_id == cast.ama.id))]
        for tag in (Tag.CLAIM_SLIP_USED, Tag.CONSENT_GIVEN, Tag.WORD_CARD_MADE):
            assert tags.count(tag) == 1


def test_words_are_kept_only_as_a_keyed_hash(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        mine = use(db, slip_for(db, cast), language="cy")
        row = db.exec(select(WordCard)).one()
        for word in mine.words.split():
            assert word.encode() not in row.words_hash


def test_looking_a_slip_up_uses_nothing(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        code = slip_for(db, cast)
        for _ in range(3):
            assert refusal(db, code) is None
        assert consents.answer(db, cast.ama.id, About.OWN_PAGE, now=NOW) is Answer.NOT_ASKED


def test_a_new_slip_stops_the_one_before_and_the_words(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        first = slip_for(db, cast)
        second = slip_for(db, cast, now=NOW + timedelta(minutes=1))
        assert refusal(db, first) == "slip-stopped"
        words = use(db, second).words
        slip_for(db, cast, now=NOW + timedelta(minutes=2))
        assert word_cards.find(db, words, pepper=PEPPER) is None


def test_of_two_who_use_a_slip_at_once_one_gets_words(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        code = slip_for(db, cast)
        found = claiming.look_up(db, code, pepper=PEPPER, now=NOW)
        assert found is not None
    refused: list[str] = []

    def press() -> None:
        try:
            with database.transaction() as db:
                claiming.claim(db, slip_id=found.slip_id, language="en", pepper=PEPPER, now=NOW)
        except RuleBroken as broken:
            refused.append(broken.rule)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["slip-used"] * 3
    with database.reading() as db:
        assert [card.withdrawn_at for card in db.exec(select(WordCard))] == [None]


@pytest.mark.parametrize(
    ("after", "says"),
    [
        pytest.param(timedelta(days=365), None, id="a year later"),
        pytest.param(timedelta(days=367), "slip-too-old", id="later than that"),
    ],
)
def test_an_unused_slip_of_somebody_at_school_grows_old(
    database: Database, cast: Cast, after: timedelta, says: str | None
) -> None:
    with database.transaction() as db:
        assert refusal(db, slip_for(db, cast), now=NOW + after) == says


@pytest.mark.parametrize(
    ("after", "says"),
    [
        pytest.param(timedelta(days=6 * 366), None, id="years later"),
        pytest.param(timedelta(days=7 * 366 + 1), "slip-too-old", id="after seven years"),
    ],
)
def test_a_leaver_may_use_theirs_for_years(database: Database, cast: Cast, after: timedelta, says: str | None) -> None:
    with database.transaction() as db:
        code = slip_for(db, cast)
        leaving.mark_left(db, young_person_id=cast.ama.id, actor=cast.nia.actor, now=NOW)
        assert refusal(db, code, now=NOW + after) == says


def test_a_slip_that_was_too_old_on_the_last_day_does_not_come_back(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        code = slip_for(db, cast)
        left = NOW + timedelta(days=400)
        leaving.mark_left(db, young_person_id=cast.ama.id, actor=cast.nia.actor, now=left)
        assert refusal(db, code, now=left) == "slip-too-old"


def test_words_go_on_opening_the_page_of_somebody_who_has_left(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        words = use(db, slip_for(db, cast)).words
        leaving.mark_left(db, young_person_id=cast.ama.id, actor=cast.nia.actor, now=NOW)
        assert word_cards.find(db, words, pepper=PEPPER) is not None


def test_a_slip_from_before_works_once_more_and_gives_words(database: Database, cast: Cast) -> None:
    long_ago = NOW - timedelta(days=500)
    with database.transaction() as db:
        code = slip_for(db, cast, now=long_ago)
        row = db.exec(select(ClaimSlip)).one()
        row.last_used_at = NOW - timedelta(days=3)
        # What the migration writes for everybody who had a slip.
        db.add(
            Consent(
                organisation_id=cast.organisation_id,
                young_person_id=cast.ama.id,
                about=About.OWN_PAGE,
                voice=Voice.BEFORE,
                is_yes=True,
                at=NOW,
            )
        )
        db.flush()
        assert refusal(db, code) is None
        assert use(db, code).words
        assert refusal(db, code) == "slip-used"


@pytest.mark.attack("DP06")
def test_below_the_age_no_slip_is_made_before_home_said_yes(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        young = factories.add_young_person(
            db, cast.organisation_id, name="Ida Malli", reference="7001", year_group="7", born=date(2014, 9, 3)
        )
        wanted = {"young_person_id": young, "pepper": PEPPER, "actor": cast.nia.actor, "now": NOW}
        with pytest.raises(RuleBroken, match="home-not-agreed"):
            operations.make_claim_slip(db, **wanted)  # type: ignore[arg-type]
        home = {"young_person_id": young, "about": About.OWN_PAGE, "voice": Voice.HOME, "actor": cast.nia.actor}
        consents.say(db, **home, is_yes=True, now=NOW)  # type: ignore[arg-type]
        code = operations.make_claim_slip(db, **wanted)  # type: ignore[arg-type]
        consents.say(db, **home, is_yes=False, now=NOW)  # type: ignore[arg-type]
        assert refusal(db, code) == "slip-stopped"


def test_stopping_stops_slip_and_words_and_is_the_schools_alone(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        words = use(db, slip_for(db, cast)).words
        stop = {"young_person_id": cast.ama.id, "organisation_id": cast.organisation_id, "now": NOW}
        with pytest.raises(Forbidden):
            word_cards.stop(db, **stop, actor=cast.oz.actor)  # type: ignore[arg-type]
        for _ in range(2):
            word_cards.stop(db, **stop, actor=cast.nia.actor)  # type: ignore[arg-type]
        assert word_cards.find(db, words, pepper=PEPPER) is None
        assert word_cards.with_way_in(db, [cast.ama.id]) == set()
        tags = [event.tag for event in db.exec(select(AuditEvent).where(AuditEvent.subject_id == cast.ama.id))]
        assert tags.count(Tag.CLAIM_SLIP_WITHDRAWN) == 1


@pytest.mark.parametrize("typed", ["", "nonsense", "22222-22222-2222", "0" * 14, "a" * 10_000])
def test_a_wrong_code_is_nobodys(database: Database, typed: str) -> None:
    with database.reading() as db:
        assert claiming.look_up(db, typed, pepper=PEPPER, now=NOW) is None
