"""A school's first sitting, by the visible words of the pages alone: from an empty service to thirty signed
certificates and the papers of their ceremony. Tests play it, and the pictures of the guide are taken on the way.

Each step says its name and whose page is open to ``look``; what is looked for there is the player's.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Frame, expect

from accredit.clock import local_date, utc_now
from accredit.domain.programmes.templates import TEMPLATES
from tests.browser import mailbox
from tests.browser.hands import Hands
from tests.browser.mailbox import Mailbox
from tests.processes import ROOT, Service

Look = Callable[[str, Hands], None]

PASSWORD = "walrus pencil yonder figment"
OPERATOR = "operator@example.org"
CO_ORDINATOR, COLLEAGUE, SUPERVISOR = "t.exemplar@example.org", "o.specimen@example.org", "a.placeholder@example.org"
SCHOOL, PROGRAMME, LEVEL = "Example High School", "Wellbeing Ambassadors", "Trained Peer Supporter"
CLASS_LIST = ROOT / "accredit" / "demo" / "data" / "arbor-export.csv"
THIRTY = 30
# The pages read the real clock, so the training lies before the real today.
TODAY = local_date(utc_now())
BEGAN = TODAY - timedelta(days=14)
FIRST_TRAINING = TEMPLATES["WA"].first_training
SIGNED_WITHIN_SECONDS = 120


def names() -> list[str]:
    """Return thirty names as they stand in an e-mail, each with a form behind it."""
    with CLASS_LIST.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return [f"{row['Legal First Name']} {row['Legal Last Name']}".strip() + f", {_form(row)}" for row in rows]


def _form(row: dict[str, str]) -> str:
    return row["Registration Form"]


@contextmanager
def empty_service(folder: Path) -> Iterator[tuple[Service, Mailbox]]:
    """Run a service that nobody has used; its letters go through a real mail server."""
    service = Service(folder)
    with mailbox.listening(service.settings) as letters:
        service.run("migrate")
        service.start("serve")
        service.start("work")
        try:
            service.wait_until_served()
            yield service, letters
        finally:
            service.stop()


class FirstSitting:
    """The one who runs the service, and the school's own people, each at a browser of their own."""

    def __init__(
        self,
        service: Service,
        letters: Mailbox,
        *,
        operator: Hands,
        school: Hands,
        look: Look,
    ) -> None:
        """Sit down; nothing is done yet."""
        self.service, self.letters, self.look = service, letters, look
        self.operator, self.school = operator, school
        self.views = 0
        for hands in (operator, school):
            hands.tab.on("framenavigated", self._count)

    def play(self) -> None:
        """Play it all."""
        self.somebody_runs_the_service()
        self.the_school_asks_to_join()
        self.the_operator_lets_it_in()
        self.the_co_ordinator_comes_in()
        self.step_1_the_organisation()
        self.step_2_the_adults()
        self.step_3_a_programme()
        self.step_4_the_young_people()
        self.step_5_the_training()
        self.names_are_confirmed()
        self.thirty_are_awarded()
        self.the_ceremony_is_printed()

    def _ticks_all(self, words: str) -> None:
        """Tick everybody: at once where scripts run, and otherwise by a page that has all ticked."""
        self.school.touch(words)
        expect(self.school.tab.locator("main input[type=checkbox]:checked")).to_have_count(THIRTY)

    def _count(self, frame: Frame) -> None:
        self.views += frame.parent_frame is None and frame.url.startswith("http")

    def somebody_runs_the_service(self) -> None:
        """Become its operator with the code on the console."""
        code = re.search(r"    ((?:[a-z2]{4}-){3}[a-z2]{4})", (self.service.folder / "serve.log").read_text())
        assert code
        hands = self.operator
        hands.go("/begin")
        self.look("begin", hands)
        hands.fill("Code from the server’s console", code[1])
        hands.fill("Your e-mail address", OPERATOR)
        hands.fill("Choose a password", PASSWORD)
        hands.press("Run this service")
        hands.reads("There is no organisation yet.")

    def the_school_asks_to_join(self) -> None:
        """Ask, as anybody may."""
        hands = self.school
        hands.go("/join")
        hands.fill("Name of the organisation", SCHOOL)
        hands.choose("School", within="What is it?")
        hands.choose("Wales", within="Where is it?")
        hands.fill("Town", "Trefsampl")
        hands.fill("URN", "999902")
        hands.fill("Your name", "Ms T. Exemplar")
        hands.fill("What you do there", "Wellbeing lead")
        hands.fill("Your e-mail address at work", CO_ORDINATOR)
        hands.choose("I may ask this for the organisation")
        self.look("join", hands)
        hands.press("Ask to join")
        hands.reads("Then they write to you")
        self.look("asked", hands)

    def the_operator_lets_it_in(self) -> None:
        """Check the school by telephone, and let it in."""
        hands = self.operator
        hands.go("/admin/")
        hands.follow(SCHOOL)
        hands.choose(re.compile("By telephone"), within="How do you know?")
        self.look("let-in", hands)
        hands.press("I have checked it: let it in")
        hands.reads("is in, and confirmed")

    def the_co_ordinator_comes_in(self) -> None:
        """Follow the invitation."""
        enter(self.school, self.letters.letter_to(CO_ORDINATOR))
        self.school.reads("0 of 5 steps are done")
        self.look("five-steps", self.school)

    def step_1_the_organisation(self) -> None:
        """Say whom young people can talk to, and whom strangers ask."""
        hands = self.school
        hands.follow("Go on: Say who you are, and whom young people can talk to")
        hands.fill("Adults a young person can talk to", "Ms T. Exemplar, wellbeing lead, room 3")
        hands.fill("Whom to ask about a certificate", "The office, 01632 960002")
        self.look("organisation", hands)
        hands.press("Save")
        hands.reads("Setting up: 1 of 5 done.")

    def step_2_the_adults(self) -> None:
        """Add a second co-ordinator and a supervisor."""
        hands = self.school
        hands.follow("Add the adults who supervise")
        hands.follow("Add a member of staff")
        self._adds("Mx O. Specimen", "Head of year", COLLEAGUE, "Co-ordinator", "Add, and then another")
        self._adds("Mr A. Placeholder", "Learning mentor", SUPERVISOR, "Supervisor", "Add")
        hands.reads("Setting up: 2 of 5 done.")

    def _adds(self, name: str, title: str, email: str, role: str, button: str) -> None:
        hands = self.school
        hands.fill("Name", name)
        hands.fill("What they do here", title)
        hands.fill("E-mail address for signing in", email)
        hands.choose(re.compile(rf"^\s*{role}: "), within="Role")
        if role == "Supervisor":
            hands.choose("Our own safer-recruitment checks for this person were done")
            self.look("add-staff", hands)
        hands.press(button)

    def step_3_a_programme(self) -> None:
        """Choose a programme that is ready to use."""
        hands = self.school
        hands.follow("Choose a programme")
        hands.choose(PROGRAMME, within="Programme")
        hands.fill_day("First day", BEGAN.isoformat())
        self.look("choose-programme", hands)
        hands.press("Add this programme")
        hands.reads("Setting up: 3 of 5 done.")

    def step_4_the_young_people(self) -> None:
        """Paste thirty names, look, bring them in, and let them all join."""
        hands = self.school
        hands.fill("Or paste it here", "\n".join(names()))
        self.look("class-list", hands)
        hands.press("Look at it")
        hands.reads("Nothing has been written yet")
        self.look("class-list-plan", hands)
        hands.press(re.compile(f"^Bring in {THIRTY} young people"))
        hands.reads(f"Add young people to {PROGRAMME}")
        self._ticks_all("Tick all of them")
        self.look("enrol", hands)
        hands.press("Add them")
        hands.reads("Setting up: 4 of 5 done.")

    def step_5_the_training(self) -> None:
        """Add the training that was held, and take its register."""
        hands = self.school
        hands.follow("Add the first training session")
        hands.fill("Title", "First training")
        hands.fill_day("Date", (BEGAN + timedelta(days=7)).isoformat())
        for code in FIRST_TRAINING:
            hands.choose(re.compile(rf"^\s*{code} "), within="Modules")
        self.look("add-session", hands)
        hands.press("Save and go to the register")
        self._ticks_all("Tick everybody, then take out who was away")
        self.look("register", hands)
        hands.press("Save the register")
        hands.reads("ticks recorded")

    def names_are_confirmed(self) -> None:
        """Say who told an adult that their name is right as it will be printed."""
        hands = self.school
        hands.follow("Award")
        hands.reads("the names to be printed are still to be confirmed")
        hands.follow("Confirm the names")
        self._ticks_all("Tick all of them")
        self.look("printed-names", hands)
        hands.press("They told me these names are right")

    def thirty_are_awarded(self) -> None:
        """Look at who is ready and at what each certificate says, then decide."""
        hands = self.school
        self._ticks_all("Tick all of them")
        self.look("award", hands)
        hands.press("Look at the certificates first")
        hands.reads("The decision is yours")
        hands.choose("Straight away", within="When should the certificates be signed?")
        self.look("award-look", hands)
        hands.press(f"Award all {THIRTY}")
        hands.reads(f"{THIRTY} awards decided")
        self.look("signing", hands)

    def the_ceremony_is_printed(self) -> None:
        """Open the day's papers as soon as all is signed."""
        hands = self.school
        hands.follow("Print all of a day together, for a ceremony")
        hands.follow(re.compile(rf"^\s*{TODAY.day} "))
        deadline = time.monotonic() + SIGNED_WITHIN_SECONDS
        # As a person would: look again until there is something to print.
        while not hands.tab.get_by_role("link", name=f"Print all {THIRTY} certificates").count():
            assert time.monotonic() < deadline, hands.tab.locator("main").inner_text()
            time.sleep(1)
            hands.tab.reload()
        self.look("ceremony", hands)

    def the_hand_over_is_opened(self) -> None:
        """Open the page on which the one who did all this leaves."""
        hands = self.school
        hands.follow("Staff")
        hands.follow("Ms T. Exemplar")
        hands.follow("Hand over and leave")
        self.look("hand-over", hands)


def enter(hands: Hands, letter: str) -> None:
    """Follow an invitation to its end."""
    link, code = re.search(r"http://\S+?(/invitation/\S+)", letter), re.search(r"\b[0-9]{4} ?[0-9]{4}\b", letter)
    assert link, letter
    assert code, letter
    hands.go(link[1])
    hands.fill(re.compile("Code"), code[0])
    hands.press("Accept and sign in")
