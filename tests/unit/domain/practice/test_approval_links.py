"""A link with which an adult without an account approves, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.practice import approval_links, operations, queries
from accredit.domain.practice.approval_links import LinkFacts, NewLink
from accredit.domain.practice.models import ApprovalLink
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Player, make_cast
from tests.factories import NOW, PEPPER

DAY = date(2026, 6, 23)
BROWSER = "the secret of one browser"


class Scene:
    """The cast, trained, with an outside adult (Vi) for whom Ama's and Cai's hours wait, and one of Ama's for Sam."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as db:
            transparency.ensure_log(db, origin="accredit.example/ledger")
            self.cast = cast = make_cast(db)
            self.vi = factories.add_staff(db, cast.organisation_id, name="Vi Visitor")
            factories.give_role(db, self.vi, Role.SUPERVISOR, actor=cast.nia.actor)
        with database.transaction(cast.organisation_id) as db:
            session_id = training.plan_session(
                db,
                programme_id=cast.programme_id,
                title="First training",
                held_on=date(2025, 10, 3),
                module_codes=["M1", "M2", "M3", "M4", "M5", "M6", "M8"],
                led_by=cast.nia.id,
                actor=cast.nia.actor,
                now=NOW,
            )
            present = {each.enrolled: True for each in (cast.ama, cast.cai)}
            training.record_attendance(db, session_id=session_id, present=present, actor=cast.nia.actor, now=NOW)
        self.of_ama, self.of_cai = self.submit(cast.ama, self.vi), self.submit(cast.cai, self.vi)
        self.for_sam = self.submit(cast.ama, cast.sam.id, at=time(9))

    def submit(self, who: Player, adult: UUID, *, at: time = time(12, 30)) -> UUID:
        with self.database.transaction(self.cast.organisation_id) as db:
            return operations.submit_hours(
                db,
                enrolment_id=who.enrolled,
                activity_type="drop-in",
                held_on=DAY,
                starts_at=at,
                minutes=30,
                supervised_by=adult,
                actor=who.actor,
                now=NOW,
            )

    def make(self, *, tenant: UUID | None = None, **changes: Any) -> NewLink:
        given: dict[str, Any] = {
            "staff_id": self.vi,
            "enrolment_ids": [self.cast.ama.enrolled],
            "to_address": "vi@example.com",
            "actor": self.cast.nia.actor,
            "pepper": PEPPER,
            "now": NOW,
        }
        with self.database.transaction(tenant or self.cast.organisation_id) as db:
            return approval_links.make_link(db, **(given | changes))

    def open(
        self, made: NewLink, *, code: str | None = None, after: timedelta = timedelta(), browser: str = BROWSER
    ) -> LinkFacts | None:
        with self.database.transaction() as db:
            return approval_links.open_link(
                db,
                link_secret=made.link_secret,
                code=made.code if code is None else code,
                browser_secret=browser,
                pepper=PEPPER,
                now=NOW + after,
            )

    def opened(self, *, after: timedelta = timedelta(), browser: str = BROWSER) -> LinkFacts | None:
        with self.database.reading() as db:
            return approval_links.opened_in(db, browser_secret=browser, pepper=PEPPER, now=NOW + after)

    def status(self, entry_id: UUID) -> HoursStatus:
        with self.database.reading(self.cast.organisation_id) as db:
            return queries.entry(db, entry_id).status

    def tags(self) -> list[Tag]:
        with self.database.reading() as db:
            rows = db.exec(select(AuditEvent).order_by(AuditEvent.at, AuditEvent.id))  # type: ignore[arg-type]
            return [row.tag for row in rows if row.tag.value.startswith("approval-link")]


@pytest.fixture
def scene(database: Database) -> Scene:
    """What every test here begins with."""
    return Scene(database)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_link_and_code_together_show_what_waits_for_that_adult_and_those_young_people(scene: Scene) -> None:
    link = scene.open(scene.make())
    assert link is not None
    assert link == scene.opened()
    with scene.database.reading(scene.cast.organisation_id) as db:
        shown = [each.entry.id for each in approval_links.waiting_for(db, link, now=NOW)]
    assert shown == [scene.of_ama], "not Cai, who was not named, and not what waits for Sam"


def test_what_is_approved_bears_the_adults_name(scene: Scene) -> None:
    link = scene.open(scene.make(enrolment_ids=[scene.cast.ama.enrolled, scene.cast.cai.enrolled]))
    assert link is not None
    with scene.database.transaction(link.organisation_id) as db:
        done = approval_links.decide(
            db, link=link, approve=[scene.of_ama], send_back={scene.of_cai: ReturnReason.NOT_SUPERVISED}, now=NOW
        )
    assert done.approved == (scene.of_ama,)
    with scene.database.reading(link.organisation_id) as db:
        approved, returned = queries.entry(db, scene.of_ama), queries.entry(db, scene.of_cai)
    assert (approved.status, approved.decided_by_name) == (HoursStatus.APPROVED, "Vi Visitor")
    assert (returned.status, returned.return_reason) == (HoursStatus.RETURNED, ReturnReason.NOT_SUPERVISED)


@pytest.mark.attack("WZ01")
@pytest.mark.parametrize("whose", ["of_cai", "for_sam", "nobody"])
def test_a_link_decides_nothing_that_it_does_not_show(scene: Scene, whose: str) -> None:
    link = scene.open(scene.make())
    entry_id = getattr(scene, whose, uuid4())
    assert link is not None
    with pytest.raises(NotFound), scene.database.transaction(link.organisation_id) as db:
        approval_links.decide(db, link=link, approve=[entry_id], send_back={}, now=NOW)
    with pytest.raises(NotFound), scene.database.transaction(link.organisation_id) as db:
        back = {entry_id: ReturnReason.OVERLAP}
        approval_links.decide(db, link=link, approve=[scene.of_ama], send_back=back, now=NOW)
    assert scene.status(scene.of_ama) is HoursStatus.SUBMITTED, "all of it or nothing"


@pytest.mark.attack("WA04")
def test_a_link_opens_once(scene: Scene) -> None:
    made = scene.make()
    assert scene.open(made) is not None
    assert scene.open(made, browser="another browser") is None
    assert scene.opened() is not None
    assert scene.opened(browser="another browser") is None


@pytest.mark.parametrize(
    ("after", "works"),
    [
        pytest.param(timedelta(days=7) - timedelta(seconds=1), True, id="within the week"),
        pytest.param(timedelta(days=7), False, id="a week later"),
    ],
)
def test_an_unopened_link_ends_after_a_week(scene: Scene, after: timedelta, works: bool) -> None:
    assert (scene.open(scene.make(), after=after) is not None) is works


def test_an_opened_link_ends_after_an_hour(scene: Scene) -> None:
    scene.open(scene.make())
    assert scene.opened(after=timedelta(minutes=59)) is not None
    assert scene.opened(after=timedelta(hours=1)) is None


def test_five_wrong_codes_close_a_link(scene: Scene) -> None:
    made = scene.make()
    for _ in range(4):
        assert scene.open(made, code=wrong(made.code)) is None
    assert scene.open(made) is not None

    made = scene.make()
    for _ in range(5):
        assert scene.open(made, code=wrong(made.code)) is None
    assert scene.open(made) is None


def test_somebody_with_the_link_alone_cannot_close_one_that_is_open(scene: Scene) -> None:
    made = scene.make()
    scene.open(made)
    for _ in range(6):
        scene.open(made, code=wrong(made.code))
    assert scene.opened() is not None


@pytest.mark.attack("WA07")
def test_of_many_browsers_at_once_one_opens_it(scene: Scene) -> None:
    made = scene.make()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: scene.open(made, browser=f"browser {number}"), range(8)))
    assert sum(each is not None for each in found) == 1


@pytest.mark.attack("WA04")
def test_a_new_link_closes_the_one_before(scene: Scene) -> None:
    first = scene.make()
    second = scene.make()
    assert scene.open(first) is None
    assert scene.open(second) is not None
    scene.make()
    assert scene.opened() is None


def test_the_co_ordinator_withdraws_a_link(scene: Scene) -> None:
    made = scene.make()
    with scene.database.transaction(scene.cast.organisation_id) as db:
        approval_links.withdraw_links(db, staff_id=scene.vi, actor=scene.cast.nia.actor, now=NOW)
    assert scene.open(made) is None
    assert scene.tags() == [Tag.APPROVAL_LINK_MADE, Tag.APPROVAL_LINK_CLOSED]


@pytest.mark.attack("WZ08")
def test_with_the_role_the_link_ends(scene: Scene) -> None:
    made = scene.make()
    assert scene.open(made) is not None
    with scene.database.transaction(scene.cast.organisation_id) as db:
        (period,) = people_queries.staff_member(db, scene.vi).roles
        assert period.id is not None
        people.end_role(
            db, role_id=period.id, held_until=NOW.date() - timedelta(days=1), actor=scene.cast.nia.actor, now=NOW
        )
    assert scene.opened() is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"by": "sam"}, "not-a-coordinator", id="a supervisor cannot make one"),
        pytest.param({"by": "lee"}, "not-a-coordinator", id="an administrator cannot make one"),
        pytest.param({"for": "sam"}, "signs-in-already", id="for an adult who signs in"),
        pytest.param({"for": "without a role"}, "not-a-supervisor", id="for an adult who does not supervise"),
        pytest.param({"to_address": "no address"}, "email-format", id="to no address"),
        pytest.param({"to_address": "Nia@example.org"}, "address-of-staff", id="to the co-ordinator's own address"),
        pytest.param({"to_address": "sam@example.org"}, "address-of-staff", id="to a colleague's address"),
        pytest.param({"enrolment_ids": []}, "nobody-named", id="naming nobody"),
    ],
)
@pytest.mark.attack("WZ13")
def test_who_cannot_be_sent_a_link(scene: Scene, changes: dict[str, Any], rule: str) -> None:
    given = {key: value for key, value in changes.items() if key not in {"by", "for"}}
    if "by" in changes:
        given["actor"] = getattr(scene.cast, changes["by"]).actor
    if changes.get("for") == "sam":
        given["staff_id"] = scene.cast.sam.id
    elif "for" in changes:
        with scene.database.transaction(scene.cast.organisation_id) as db:
            given["staff_id"] = factories.add_staff(db, scene.cast.organisation_id, name="Uma Other")
    with pytest.raises(RuleBroken) as refused:
        scene.make(**given)
    assert refused.value.rule == rule


@pytest.mark.attack("WZ01")
def test_another_school_makes_and_withdraws_nothing(scene: Scene) -> None:
    oz = scene.cast.oz
    made = scene.make()
    with pytest.raises(NotFound):
        scene.make(actor=oz.actor, tenant=scene.cast.other_organisation_id)
    with pytest.raises(NotFound):
        scene.make(enrolment_ids=[uuid4()])
    with pytest.raises(NotFound), scene.database.transaction(scene.cast.other_organisation_id) as db:
        approval_links.withdraw_links(db, staff_id=scene.vi, actor=oz.actor, now=NOW)
    assert scene.open(made) is not None


def test_only_hashes_of_the_secrets_are_kept(scene: Scene) -> None:
    made = scene.make()
    scene.open(made)
    with scene.database.reading() as db:
        row = db.exec(select(ApprovalLink)).one()
    kept = repr(row.model_dump())
    assert not any(secret in kept for secret in (made.link_secret, made.code, BROWSER, made.to_address))


def test_whom_a_co_ordinator_could_ask(scene: Scene) -> None:
    with scene.database.reading(scene.cast.organisation_id) as db:
        (adult,) = approval_links.adults_to_ask(db)
    assert (adult.name, adult.waiting) == ("Vi Visitor", 2)
    with scene.database.reading(scene.cast.other_organisation_id) as db:
        assert approval_links.adults_to_ask(db) == ()


def test_every_act_is_in_the_audit_trail(scene: Scene) -> None:
    link = scene.open(scene.make())
    assert link is not None
    for _ in range(2):
        with scene.database.transaction(link.organisation_id) as db:
            approval_links.finish(db, link=link, now=NOW)
    assert scene.opened() is None
    assert scene.tags() == [Tag.APPROVAL_LINK_MADE, Tag.APPROVAL_LINK_OPENED, Tag.APPROVAL_LINK_CLOSED]
