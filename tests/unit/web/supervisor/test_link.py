"""An adult without an account: asked by a co-ordinator, told a code, done in one sitting."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

import pytest
import sqlalchemy as sa
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations.rules import Role
from accredit.domain.practice import operations as practice
from accredit.domain.practice import queries
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.storage import Database
from accredit.web.supervisor.link import short_name
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.populated import Year
from tests.web import BASE_URL, Browser, ClientFor


@dataclass
class Asked:
    """A link that Nia has sent to Vi, with what came of it."""

    link: str
    code: str
    text: str
    answer: str
    of_ama: UUID
    of_cai: UUID


def words(text: str) -> str:
    return " ".join(html.unescape(text).split())


@pytest.fixture
def vi(sqlite_database: Database, cast: Cast, year: Year) -> UUID:
    with sqlite_database.transaction(cast.organisation_id) as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Vi Visitor")
        factories.give_role(db, staff_id, Role.SUPERVISOR, actor=cast.nia.actor)
    return staff_id


def submit(database: Database, cast: Cast, who: Player, adult: UUID, *, minutes: int = 30) -> UUID:
    with database.transaction(cast.organisation_id) as db:
        return practice.submit_hours(
            db,
            enrolment_id=who.enrolled,
            activity_type="drop-in",
            held_on=date(2026, 6, 24),
            starts_at=time(16),
            minutes=minutes,
            supervised_by=adult,
            actor=who.actor,
            now=NOW,
        )


@pytest.fixture
def asked(sqlite_database: Database, cast: Cast, vi: UUID, client_for: ClientFor) -> Asked:
    of_ama, of_cai = (submit(sqlite_database, cast, who, vi) for who in (cast.ama, cast.cai))
    people = [str(cast.ama.enrolled), str(cast.cai.enrolled)]
    answer = client_for(cast.nia).post(
        f"/school/staff/{vi}/link", data={"email": "Vi.Visitor@example.com", "people": people}
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    seen = words(answer.get_data(as_text=True))
    code = re.search(r"<code>(\d{4} \d{4})</code>", seen)
    with sqlite_database.reading() as db:
        letters = db.execute(sa.select(OutgoingMail)).scalars().all()
    (letter,) = (each for each in letters if each.to_address == "vi.visitor@example.com")
    assert letter.text is not None
    link = re.search(rf"{BASE_URL}(/approve/\S+)", letter.text)
    assert code is not None
    assert link is not None
    return Asked(link=link[1], code=code[1], text=letter.text, answer=seen, of_ama=of_ama, of_cai=of_cai)


@pytest.fixture
def visitor(asked: Asked, client_for: ClientFor) -> Browser:
    """Vi's browser, after the code."""
    browser = client_for()
    assert browser.get(asked.link).status_code == 200
    answer = browser.post(asked.link, data={"code": asked.code})
    assert (answer.status_code, answer.location) == (303, "/approve")
    return browser


def status(database: Database, cast: Cast, entry_id: UUID) -> HoursStatus:
    with database.reading(cast.organisation_id) as db:
        return queries.entry(db, entry_id).status


def test_the_letter_has_the_link_and_no_code_and_no_young_person(asked: Asked, cast: Cast) -> None:
    assert asked.code not in asked.text
    assert asked.code.replace(" ", "") not in asked.text
    for young in (cast.ama, cast.cai):
        assert young.name.split()[0] not in asked.text
    assert "until 7 July 2026" in asked.text
    assert asked.link not in asked.answer, "the co-ordinator sees the code, the mailbox the link"


@pytest.mark.attack("WA05")
def test_a_mail_scanner_uses_nothing_up_and_learns_nothing(
    asked: Asked, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    scanner = client_for()

    def events() -> int:
        with sqlite_database.reading() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one())

    before = events()
    for _ in range(10):
        seen = scanner.get(asked.link).get_data(as_text=True)
        assert scanner.head(asked.link).status_code == 200
    assert scanner.post(asked.link).status_code == 422, "some scanners send the form as well, empty"
    assert events() == before
    assert "Vi Visitor" not in seen
    assert "Ama" not in seen
    assert seen.replace(asked.link, "") == scanner.get("/approve/another-one").get_data(as_text=True).replace(
        "/approve/another-one", ""
    ), "whether there is such a link is nobody's business"
    assert client_for().post(asked.link, data={"code": asked.code}).status_code == 303


@pytest.mark.attack("WA03")
def test_the_link_is_built_from_the_settings_alone(asked: Asked) -> None:
    assert f"{BASE_URL}{asked.link}" in asked.text


def test_only_a_first_name_an_initial_and_the_time_are_shown(visitor: Browser, cast: Cast) -> None:
    seen = words(visitor.get("/approve").get_data(as_text=True))
    assert "<bdi>Ama S.</bdi>" in seen
    assert "<bdi>Cai S.</bdi>" in seen
    assert "24 June 2026, 16:00" in seen
    assert cast.ama.name not in seen
    assert "12A" not in seen
    assert "23 June 2026" not in seen, "what waits for Sam"
    assert "Example Park Academy" in seen


def test_right_and_wrong_are_answered_together_and_close_the_link(
    visitor: Browser, asked: Asked, cast: Cast, sqlite_database: Database
) -> None:
    answers = {f"entry-{asked.of_ama}": "approve", f"entry-{asked.of_cai}": "not-supervised"}
    answer = visitor.post("/approve", data=answers)
    assert answer.location == "/approve/thanks"
    assert "1 entry approved. 1 entry sent back." in visitor.get("/approve/thanks").get_data(as_text=True)
    with sqlite_database.reading(cast.organisation_id) as db:
        approved, returned = queries.entry(db, asked.of_ama), queries.entry(db, asked.of_cai)
    assert (approved.status, approved.decided_by_name) == (HoursStatus.APPROVED, "Vi Visitor")
    assert returned.return_reason is ReturnReason.NOT_SUPERVISED
    assert visitor.get("/approve").status_code == 404
    assert visitor.post(asked.link, data={"code": asked.code}).status_code == 422


def test_what_is_left_can_be_answered_within_the_hour(
    visitor: Browser, asked: Asked, cast: Cast, sqlite_database: Database, today: Traveller
) -> None:
    answers = {f"entry-{asked.of_ama}": "approve", f"entry-{asked.of_cai}": "later"}
    assert visitor.post("/approve", data=answers).location == "/approve"
    seen = visitor.get("/approve").get_data(as_text=True)
    assert str(asked.of_ama) not in seen
    assert str(asked.of_cai) in seen
    today.shift(3600)
    assert visitor.get("/approve").status_code == 404
    assert visitor.post("/approve", data={f"entry-{asked.of_cai}": "approve"}).status_code == 404
    assert status(sqlite_database, cast, asked.of_cai) is HoursStatus.SUBMITTED


def test_a_long_day_is_told_and_confirmed(
    visitor: Browser, cast: Cast, vi: UUID, asked: Asked, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        practice.return_hours(db, entry_id=asked.of_cai, reason=ReturnReason.OVERLAP, actor=cast.sam.actor, now=NOW)
    long = submit(sqlite_database, cast, cast.cai, vi, minutes=150)
    answer = visitor.post("/approve", data={f"entry-{long}": "approve"})
    assert answer.status_code == 422
    assert "Cai S.: That makes more than 120 minutes in one day." in words(answer.get_data(as_text=True))
    assert visitor.post("/approve", data={f"entry-{long}": "approve", "confirm": str(long)}).status_code == 303
    assert status(sqlite_database, cast, long) is HoursStatus.APPROVED


def test_all_are_answered_yes_with_one_link(visitor: Browser) -> None:
    seen = visitor.get("/approve?all=approve").get_data(as_text=True)
    assert seen.count('value="approve" selected') == 2


def test_no_answer_is_said_kindly_and_finishing_needs_none(visitor: Browser) -> None:
    answer = visitor.post("/approve", data={})
    assert answer.status_code == 422
    assert "Choose an answer" in answer.get_data(as_text=True)
    assert visitor.post("/approve", data={"finish": "yes"}).location == "/approve/thanks"
    assert visitor.get("/approve").status_code == 404


@pytest.mark.parametrize(
    "answers",
    [{"entry-no-id": "approve"}, {"entry-{waiting}": "approve"}, {"entry-{of_ama}": "because I say so"}],
    ids=["no id at all", "an entry that waits for somebody else", "a reason that is not on the list"],
)
@pytest.mark.attack("WZ05")
def test_a_tampered_form_finds_nothing(
    visitor: Browser, asked: Asked, year: Year, cast: Cast, sqlite_database: Database, answers: dict[str, str]
) -> None:
    ids = {"waiting": year.waiting_id, "of_ama": asked.of_ama}
    sent = {name.format(**ids): word for name, word in answers.items()}
    assert visitor.post("/approve", data=sent).status_code == 404
    for entry_id in ids.values():
        assert status(sqlite_database, cast, entry_id) is HoursStatus.SUBMITTED


def test_whoever_was_signed_in_before_is_signed_out(asked: Asked, client_for: ClientFor, cast: Cast) -> None:
    browser = client_for(cast.sam)
    assert browser.post(asked.link, data={"code": asked.code}).status_code == 303
    assert browser.get("/approve").status_code == 200
    assert browser.get("/hours").status_code == 303


@pytest.mark.attack("WZ06")
@pytest.mark.parametrize("who", ["sam", "lee", "ama", "operator"])
def test_only_a_co_ordinator_makes_a_link(client_for: ClientFor, cast: Cast, vi: UUID, who: str) -> None:
    browser = client_for(getattr(cast, who))
    assert browser.get(f"/school/staff/{vi}/link").status_code == 403
    assert browser.post(f"/school/staff/{vi}/link", data={"email": "x@example.com"}).status_code == 403


@pytest.mark.attack("WZ01")
def test_another_school_finds_nobody(client_for: ClientFor, cast: Cast, vi: UUID) -> None:
    oz = client_for(cast.oz)
    assert oz.get(f"/school/staff/{vi}/link").status_code == 404
    assert oz.post(f"/school/staff/{vi}/link/withdraw").status_code == 404


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    client_for: ClientFor, cast: Cast, vi: UUID, sqlite_database: Database
) -> None:
    submit(sqlite_database, cast, cast.ama, vi)
    address, nia = f"/school/staff/{vi}/link", client_for(cast.nia)
    answer = nia.post(address, data={"email": "nia@example.org", "people": str(cast.ama.enrolled)})
    assert answer.status_code == 422
    seen = words(answer.get_data(as_text=True))
    assert "Somebody of your organisation signs in with this address." in seen
    assert 'value="nia@example.org"' in seen
    assert nia.post(address, data={"email": "vi@example.com"}).status_code == 422


def test_a_co_ordinator_stops_a_link(asked: Asked, client_for: ClientFor, cast: Cast, vi: UUID) -> None:
    nia = client_for(cast.nia)
    assert "A link is out since 30 June 2026." in nia.get(f"/school/staff/{vi}/link").get_data(as_text=True)
    assert nia.post(f"/school/staff/{vi}/link/withdraw").status_code == 303
    assert client_for().post(asked.link, data={"code": asked.code}).status_code == 422


def test_the_co_ordinator_is_told_who_waits_to_be_asked(
    client_for: ClientFor, asked: Asked, cast: Cast, vi: UUID
) -> None:
    seen = words(client_for(cast.nia).get("/hours").get_data(as_text=True))
    assert "2 entries wait for Vi Visitor, who does not sign in." in seen
    assert f"/school/staff/{vi}/link" in seen
    assert f"/school/staff/{vi}/link" in client_for(cast.nia).get(f"/school/staff/{vi}").get_data(as_text=True)
    assert "Vi Visitor, who does not sign in" not in client_for(cast.sam).get("/hours").get_data(as_text=True)


@pytest.mark.parametrize(
    ("known_as", "printed", "short"),
    [
        pytest.param("Ama", "Ama Sample", "Ama S.", id="two words"),
        pytest.param("Llŷr", "Llŷr", "Llŷr", id="a single name"),
        pytest.param("Ama Sample", "Ama Sample", "Ama S.", id="known as the whole name"),
        pytest.param("Sam", "Samira ap Enghraifft", "Sam E.", id="a particle"),
        pytest.param("'t", "'t Voorbeeld", "'t V.", id="a mark first"),
    ],
)
def test_short_names(known_as: str, printed: str, short: str) -> None:
    assert short_name(known_as, printed) == short
