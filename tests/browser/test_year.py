"""One school's year, played through the pages by their visible words alone: from an empty service to a stranger's
phone that reads "Genuine" off the paper, and something else a moment after the school revokes it.

A service of its own runs for each way of working; letters go through a real mail server.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from accredit.clock import local_date, utc_now
from accredit.domain.programmes.templates import TEMPLATES
from tests.browser import mailbox
from tests.browser.demonstration import open_tab
from tests.browser.hands import Hands, Way
from tests.browser.mailbox import Mailbox
from tests.browser.paper import address_on, printed
from tests.processes import ROOT, Service

pytestmark = pytest.mark.browser

CLASS_LIST = ROOT / "accredit" / "demo" / "data" / "arbor-export.csv"
OPERATOR, ADMINISTRATOR = "operator@example.org", "office@school.example"
CO_ORDINATOR, SUPERVISOR = "coordinator@school.example", "supervisor@school.example"
SCHOOL, PROGRAMME = "Example High School", "Wellbeing Ambassadors"
YOUNG_PERSON, CALLED = "Llŷr Enghraifft", "Llŷr"
# The pages read the real clock, so the year lies before the real today.
TODAY = local_date(utc_now())
JOINED, TRAINED = TODAY - timedelta(days=60), TODAY - timedelta(days=40)
FIRST_TRAINING = TEMPLATES["WA"].first_training
ACTIVITIES = {kind.code: kind.title for kind in TEMPLATES["WA"].activity_types}
SIGNED_WITHIN_SECONDS = 30
SEEN_WITHIN_SECONDS = 1.0

WAYS = [
    pytest.param("finger", 390, id="on a phone"),
    pytest.param("mouse", 1280, id="at a desk"),
    pytest.param("keyboard", 1280, id="with the keyboard alone"),
]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Service, Mailbox, str]]:
    """An empty service with an operator: the service, its mail, the operator's password."""
    empty = Service(tmp_path / "service")
    with mailbox.listening(empty.settings) as letters:
        empty.run("migrate")
        told = empty.run("operator", "add", OPERATOR).stdout
        password = re.search(r"only this once: (\S+)", told)
        assert password, told
        empty.start("serve")
        empty.start("work")
        try:
            empty.wait_until_served()
            yield empty, letters, password[1]
        finally:
            empty.stop()


class Year:
    """The people of one year, each at a browser of their own."""

    def __init__(self, chromium: Browser, service: Service, letters: Mailbox, *, way: Way, width: int) -> None:
        self.service, self.letters = service, letters
        self.hands = {
            who: Hands(_opened(chromium, width), service.base_url, way)
            for who in ("operator", "office", "co-ordinator", "supervisor", "young person", "stranger")
        }

    def sign_in(self, who: str, email: str) -> Hands:
        """Sign an adult in with a code that comes by e-mail."""
        hands = self.hands[who]
        hands.go("/sign-in")
        hands.fill("E-mail address", email)
        hands.press("Send me a code")
        hands.fill("Code from the e-mail", self.letters.code_for(email))
        hands.press("Sign in")
        expect(hands.tab.get_by_role("button", name="Sign out")).to_be_visible()
        return hands

    def operator_adds_and_confirms_the_school(self, password: str) -> None:
        hands = self.hands["operator"]
        hands.go("/sign-in")
        hands.fill("E-mail address", OPERATOR)
        hands.fill("Password", password)
        hands.press("Sign in")
        hands.follow("Add an organisation")
        hands.fill("Name of the organisation", SCHOOL)
        hands.choose("School", within="What is it?")
        hands.choose("Wales", within="Where is it?")
        hands.fill("Town", "Trefsampl")
        hands.fill("URN", "999902")
        hands.fill("Name of its first administrator", "Mx O. Sampl")
        hands.fill("Their e-mail address at work", ADMINISTRATOR)
        hands.press("Add the organisation")
        hands.follow("Confirm this organisation")
        hands.choose("By telephone", within="How do you know?")
        hands.press("Confirm the organisation")
        hands.reads("Its awards are recognised from now on")

    def office_adds_a_co_ordinator(self) -> None:
        hands = self.sign_in("office", ADMINISTRATOR)
        _add_staff(hands, "Ms T. Exemplar", "Wellbeing lead", CO_ORDINATOR, "Co-ordinator")

    def co_ordinator_sets_the_year_up(self) -> None:
        hands = self.sign_in("co-ordinator", CO_ORDINATOR)
        hands.follow("Young people")
        hands.follow("Bring in a class list")
        hands.hand_in("The file", CLASS_LIST)
        hands.press("Look at it")
        hands.reads("Nothing has been written yet")
        hands.press(re.compile(r"Bring in 30 young people"))
        hands.reads("30 young people")
        hands.follow("Programmes")
        hands.follow("Add a programme")
        hands.choose(PROGRAMME, within="Programme")
        hands.fill_day("First day", JOINED.isoformat())
        hands.press("Add this programme")
        hands.fill_day("First day in the programme", JOINED.isoformat())
        hands.choose(YOUNG_PERSON, within="Young people")
        hands.choose("Siân Sampl-Prawf", within="Young people")
        hands.press("Add them")
        hands.reads("2 young people joined.")
        _add_staff(hands, "Mr A. Placeholder", "Learning mentor", SUPERVISOR, "Supervisor")

    def co_ordinator_takes_a_training_register(self) -> None:
        hands = self.hands["co-ordinator"]
        hands.follow("Training")
        hands.follow(f"Add a session of {PROGRAMME}")
        hands.fill("Title", "First training")
        hands.fill_day("Date", TRAINED.isoformat())
        for code in FIRST_TRAINING:
            hands.choose(re.compile(rf"^\s*{code} "), within="Modules")
        hands.press("Save and go to the register")
        hands.reads("Who was there?")
        assert hands.tick_everybody() == 2
        hands.press("Save the register")
        hands.reads("ticks recorded")

    def co_ordinator_makes_a_slip(self) -> str:
        hands = self.hands["co-ordinator"]
        hands.follow("Young people")
        hands.follow(YOUNG_PERSON)
        hands.press("Make a slip")
        slip = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{4}\b", hands.tab.locator("main").inner_text())
        assert slip, hands.tab.locator("main").inner_text()
        return slip[0]

    def supervisor_takes_a_drop_in_register(self) -> None:
        hands = self.sign_in("supervisor", SUPERVISOR)
        hands.follow(re.compile("^Drop-ins"))
        hands.follow("Record a drop-in")
        hands.choose("Drop-in at lunch or after school", within="What was it?")
        hands.fill("When did it start?", "00:05")
        hands.fill("How many minutes was it?", "40")
        hands.press("Next: who was there")
        assert hands.tick_everybody() == 2
        hands.press("Record and approve")
        hands.reads("Recorded and approved for 2 people.")

    def young_person_adds_time(self, slip: str) -> None:
        hands = self.hands["young person"]
        hands.go("/my")
        hands.fill("Your five words, or the code on your slip", slip.lower())
        hands.press("Open my page")
        hands.reads(f"Are you {CALLED}?")
        hands.press("Yes, this is me: open my page")
        hands.reads("Your five words")
        words = " ".join(hands.tab.locator("main code").all_inner_texts())
        hands.follow("I have written them down")
        hands.reads(f"Hi {CALLED}")
        # Back shows neither the words nor the browser's question whether to send the form again.
        hands.tab.go_back()
        hands.reads("Your words were shown once")
        hands.follow("Go to my page")
        hands.reads(f"Hi {CALLED}")
        hands.press("Done (sign out)")
        hands.reads("Your page is closed.")
        hands.fill("Your five words, or the code on your slip", words.upper())
        hands.press("Open my page")
        hands.reads(f"Hi {CALLED}")
        hands.follow("Check my name")
        hands.reads(YOUNG_PERSON)
        hands.press("Yes, print it like this")
        hands.reads("Your name will be printed like that.")
        hands.follow("Add time")
        hands.choose("Planning and getting ready", within="What did you do?")
        hands.fill("When did it start?", "01:30")
        hands.fill("How many minutes was it?", "30")
        hands.choose("Mr A. Placeholder", within="Which adult was looking after it?")
        hands.press("Add this time")
        hands.reads("Added. An adult looks at it next.")

    def supervisor_approves_in_bulk(self) -> None:
        hands = self.hands["supervisor"]
        hands.follow(re.compile("^Hours"))
        # By hand: on a Sunday the entry of today is one to look at, and the link leaves it out.
        assert hands.tick_everybody() == 1
        hands.press("Approve what is ticked")
        hands.reads("1 entry approved.")

    def co_ordinator_awards(self) -> None:
        hands = self.hands["co-ordinator"]
        hands.follow("Programmes")
        hands.follow(re.compile(f"^{PROGRAMME}$"))
        hands.follow("Award")
        hands.choose(YOUNG_PERSON, within="Tick who is awarded")
        hands.press("Look at the certificates first")
        hands.reads("The decision is yours")
        hands.choose("Straight away", within="When should the certificates be signed?")
        hands.press("Award it")
        hands.reads("award decided")
        deadline = time.monotonic() + SIGNED_WITHIN_SECONDS
        # As a person would: look again until there is something to print.
        while not hands.tab.get_by_role("link", name=re.compile("^PDF")).count():
            assert time.monotonic() < deadline, "nothing was signed"
            time.sleep(0.3)
            hands.tab.reload()

    def co_ordinator_downloads(self, into: Path) -> dict[str, Path]:
        hands = self.hands["co-ordinator"]
        hands.follow(re.compile(f"^{YOUNG_PERSON}"))
        words = {
            "pdf": "Certificate (PDF)",
            "png": "Badge as a picture (PNG)",
            "svg": "Badge as a drawing (SVG)",
            "json": "File for apps (JSON)",
        }
        return {kind: hands.download(said, into) for kind, said in words.items()}

    def co_ordinator_asks_for_a_revocation(self) -> None:
        hands = self.hands["co-ordinator"]
        hands.tab.get_by_text("Something is not right with it").click()
        hands.follow("Revoke it for good")
        hands.choose("It was awarded by mistake", within="Why?")
        hands.choose("I have talked to the young person about it")
        hands.press("Ask for it to be revoked")
        hands.reads("somebody else is to confirm it")

    def office_agrees(self) -> None:
        hands = self.hands["office"]
        hands.follow("Today")
        hands.follow("certificate may be revoked: look")
        hands.follow("Agree and revoke it")
        hands.press("Revoke this certificate for good")
        hands.reads("The certificate is revoked")

    def stranger_scans(self, address: str) -> str:
        """Open what a QR code says; return the headline. Only a QR that leads to this service is followed."""
        parts = urlsplit(address)
        assert parts.netloc.lower() == urlsplit(self.service.base_url).netloc
        self.hands["stranger"].go(parts.path)
        return self.hands["stranger"].tab.get_by_role("heading", level=1).inner_text()

    def verdict_of(self, target: str) -> str:
        """Ask the command line."""
        return self.service.run("verify", target, check=False).stdout.partition(":")[0]


def _opened(chromium: Browser, width: int) -> Page:
    return open_tab(chromium, width=width)


def _add_staff(hands: Hands, name: str, title: str, email: str, role: str) -> None:
    hands.follow("Staff")
    hands.follow("Add a member of staff")
    hands.fill("Name", name)
    hands.fill("What they do here", title)
    hands.fill("E-mail address for signing in", email)
    hands.choose(re.compile(rf"^\s*{role}: "), within="Role")
    if role == "Supervisor":
        hands.choose("Our own safer-recruitment checks")
    hands.press(re.compile("^Add$"))
    hands.reads("Added.")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("way", "width"), WAYS)
def test_a_year_ends_with_a_certificate_that_anybody_can_check(
    chromium: Browser, service: tuple[Service, Mailbox, str], tmp_path: Path, way: Way, width: int
) -> None:
    place, letters, password = service
    year = Year(chromium, place, letters, way=way, width=width)
    year.operator_adds_and_confirms_the_school(password)
    year.office_adds_a_co_ordinator()
    year.co_ordinator_sets_the_year_up()
    year.co_ordinator_takes_a_training_register()
    slip = year.co_ordinator_makes_a_slip()
    year.supervisor_takes_a_drop_in_register()
    year.young_person_adds_time(slip)
    year.supervisor_approves_in_bulk()
    year.co_ordinator_awards()

    files = year.co_ordinator_downloads(tmp_path / "downloads")
    address = address_on(printed(files["pdf"]))
    assert year.stranger_scans(address) == "Genuine"
    year.hands["stranger"].reads(SCHOOL)
    if way == "mouse":
        # The command line takes seconds to start, so one way of working asks it for all three.
        assert {kind: year.verdict_of(str(file)) for kind, file in files.items()} == dict.fromkeys(files, "GENUINE")

    year.co_ordinator_asks_for_a_revocation()
    assert year.stranger_scans(address) == "Genuine"
    year.office_agrees()
    since = time.monotonic()
    assert year.stranger_scans(address) == "No longer valid"
    assert time.monotonic() - since < SEEN_WITHIN_SECONDS
    if way == "mouse":
        assert [year.verdict_of(each) for each in (str(files["png"]), address)] == ["NOT_CURRENT", "NOT_CURRENT"]
    for each in year.hands.values():
        each.tab.context.close()
