"""An adult without an account, at a real browser: the link of the letter, the code, the answers, done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from accredit.clock import local_date, utc_now
from accredit.domain.organisations.rules import Role
from accredit.domain.practice import approval_links, queries
from accredit.domain.practice import operations as practice
from accredit.domain.practice.approval_links import NewLink
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests import factories
from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import open_tab
from tests.browser.hands import Hands, Way
from tests.cast import Cast, Player, make_cast
from tests.processes import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NOW = utc_now()
TODAY = local_date(NOW)
YESTERDAY, TRAINED = TODAY - timedelta(days=1), TODAY - timedelta(days=40)
WAYS = [
    pytest.param("finger", 390, id="on a phone"),
    pytest.param("mouse", 1280, id="at a desk"),
    pytest.param("keyboard", 1280, id="with the keyboard alone"),
]


@dataclass
class School:
    """A service with our cast, and its database."""

    service: Service
    database: Database
    cast: Cast

    def asks_an_adult(self, hour: int) -> tuple[NewLink, UUID, UUID]:
        """Add an adult without an account, hours of Ama's and Cai's that wait for them, and a link."""
        cast = self.cast
        with self.database.transaction(cast.organisation_id) as db:
            adult = factories.add_staff(db, cast.organisation_id, name="Vi Visitor", now=NOW)
            factories.give_role(db, adult, Role.SUPERVISOR, actor=cast.nia.actor, now=NOW)
        of_ama, of_cai = (self._submits(who, adult, hour) for who in (cast.ama, cast.cai))
        with self.database.transaction(cast.organisation_id) as db:
            link = approval_links.make_link(
                db,
                staff_id=adult,
                enrolment_ids=[cast.ama.enrolled, cast.cai.enrolled],
                to_address="vi@example.com",
                actor=cast.nia.actor,
                pepper=self.service.settings["ACCREDIT_PEPPER"].encode(),
                now=NOW,
            )
        return link, of_ama, of_cai

    def _submits(self, who: Player, adult: UUID, hour: int) -> UUID:
        with self.database.transaction(self.cast.organisation_id) as db:
            return practice.submit_hours(
                db,
                enrolment_id=who.enrolled,
                activity_type="drop-in",
                held_on=YESTERDAY,
                starts_at=time(hour),
                minutes=30,
                supervised_by=adult,
                actor=who.actor,
                now=NOW,
            )

    def status(self, entry_id: UUID) -> HoursStatus:
        """Return how far an entry has come."""
        with self.database.reading(self.cast.organisation_id) as db:
            return queries.entry(db, entry_id).status


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A served school in which Ama and Cai have trained."""
    service = Service(tmp_path_factory.mktemp("link") / "service")
    service.run("migrate")
    with Database(service.settings["ACCREDIT_DATABASE_URL"]) as database:
        with database.transaction() as db:
            transparency.ensure_log(db, origin="accredit.example/ledger")
            cast = make_cast(db)
        with database.transaction(cast.organisation_id) as db:
            session_id = training.plan_session(
                db,
                programme_id=cast.programme_id,
                title="First training",
                held_on=TRAINED,
                module_codes=TEMPLATES["WA"].first_training,
                led_by=cast.nia.id,
                actor=cast.nia.actor,
                now=NOW,
            )
            there = {player.enrolled: True for player in (cast.ama, cast.cai)}
            training.record_attendance(db, session_id=session_id, present=there, actor=cast.nia.actor, now=NOW)
        service.start("serve")
        try:
            service.wait_until_served()
            yield School(service, database, cast)
        finally:
            service.stop()


def check(hands: Hands) -> None:
    """Refuse a page that keeps somebody out, or stands out at the right."""
    hands.tab.evaluate(AXE)
    found = hands.tab.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
    assert [each["id"] for each in found["violations"]] == []
    assert hands.tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize(("way", "width"), WAYS)
def test_an_adult_without_an_account_answers(chromium: Browser, school: School, way: Way, width: int) -> None:
    hour = {"finger": 9, "mouse": 11, "keyboard": 13}[way]
    link, of_ama, of_cai = school.asks_an_adult(hour)
    hands = Hands(open_tab(chromium, width=width), school.service.base_url, way)
    hands.go(f"/approve/{link.link_secret}")
    check(hands)
    hands.fill("The code you were told", "0000 0000" if link.code != "00000000" else "1111 1111")
    hands.press("Open")
    hands.reads("This code does not open the link.")
    hands.fill("The code you were told", f"{link.code[:4]} {link.code[4:]}")
    hands.press("Open")
    hands.reads("Ama S.")
    check(hands)
    hands.follow("Answer yes to all, then change those that are not right")
    box = hands.tab.locator(f"#entry-{of_cai}")
    expect(box).to_have_value("approve")
    if way == "keyboard":
        box.focus()
        # As on any list of choices: the first letters of the answer.
        hands.tab.keyboard.type("I was not")
    else:
        box.select_option(label="I was not there, or it was somebody else")
    expect(box).to_have_value("not-supervised")
    hands.press("Send my answers")
    hands.reads("1 entry approved. 1 entry sent back.")
    check(hands)
    assert (school.status(of_ama), school.status(of_cai)) == (HoursStatus.APPROVED, HoursStatus.RETURNED)
    answer = hands.tab.goto(f"{school.service.base_url}/approve")
    assert answer is not None
    assert answer.status == 404
    hands.reads("This link is closed")
    hands.tab.context.close()
