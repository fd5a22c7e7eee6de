"""What a school does through the year beside its first sitting, act by act: with a finger on a phone, a mouse, the
keyboard alone, and without JavaScript. Every page on the way can be used by everybody.

All acts share one demonstration, so each can be played again: what it makes bears the way's own name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, expect
from python_calamine import CalamineWorkbook

from accredit.clock import local_date, utc_now
from accredit.demo.school import FIRST_DAY
from tests.browser.demonstration import Demonstration, demonstrated
from tests.browser.hands import Hands
from tests.browser.people_on_the_list import lets_somebody_leave_and_come_back, makes_one_record_of_two
from tests.browser.school_at_work import COLLEAGUE, OPERATOR, WORKING, School, Working, in_two_ways

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HEADINGS = "Arbor Student ID,Legal First Name,Legal Last Name,Year Group,Registration Form"
YOUNG_PERSON = "Siân Sampl-Prawf"
PROGRAMME = "Wellbeing Ambassadors"
TODAY = local_date(utc_now())
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of this file's own, since its acts change what is there."""
    with demonstrated(tmp_path_factory.mktemp("acts") / "played", year=year) as played:
        yield played


@pytest.fixture
def school(working: Working, chromium: Browser, shown: Demonstration, tmp_path: Path) -> Iterator[School]:
    """Everybody of the school, at work in one way."""
    opened: list[BrowserContext] = []
    yield School(chromium, shown, working, tmp_path, opened)
    for context in opened:
        context.close()


def _brings_in_a_list_with_a_fault(school: School) -> None:
    hands, name, number = school.signed_in(), school.working.name, 900 + WORKING.index(school.working)
    file = school.folder / "list.csv"
    file.write_text(
        f"{HEADINGS}\n{number}1,Brenda,{name}-Example,Year 11,11A\n{number}2,,,Year 11,11A\n", encoding="utf-8"
    )
    hands.follow("Young people")
    hands.follow("Bring in a class list")
    hands.press("Look at it")
    hands.reads("Choose the file of the class list, or paste it.")
    school.looks_right(hands)
    hands.hand_in("The file", file)
    hands.press("Look at it")
    hands.reads("Nothing has been written yet.")
    school.looks_right(hands)
    with hands.tab.expect_download() as coming:
        hands.tab.get_by_role("button", name="Download my file with these remarks").click()
    assert "Brenda" in Path(coming.value.path()).read_text(encoding="utf-8-sig")
    hands.choose(re.compile("^Leave this row out"))
    hands.press("Bring in 1 young person")
    hands.reads(f"Brenda {name}-Example")


def _writes_a_register_down_from_paper(school: School) -> None:
    hands = school.signed_in()
    _plans(hands, f"On paper {school.working.name}", TODAY.isoformat())
    hands.follow("A sheet to print, for a day without a device")
    mark = re.search(r"Mark of this list: (\S+)", hands.tab.locator("main").inner_text())
    assert mark
    school.looks_right(hands)
    hands.follow("Back to the register")
    hands.tab.get_by_text("Copy it from the sheet").click()
    hands.reads(mark[1])
    hands.fill("Numbers of those who were away", "1, 3-4")
    hands.press("Tick the others")
    hands.reads("Ticked as the sheet says.")
    school.looks_right(hands)
    boxes = hands.tab.locator("main input[name=present]")
    assert boxes.count() - hands.tab.locator("main input[name=present]:checked").count() == 3
    hands.press("Save the register")
    hands.reads("ticks recorded")


def _calls_a_session_off(school: School) -> None:
    hands, title = school.signed_in(), f"To be called off {school.working.name}"
    _plans(hands, title, NEXT_WEEK.isoformat())
    hands.reads("Its register opens on the day.")
    hands.follow(title)
    hands.follow("It will not be held: call it off")
    school.looks_right(hands)
    hands.press("Call it off")
    expect(hands.tab.get_by_role("link", name=title, exact=True)).to_have_count(0)


def _plans(hands: Hands, title: str, day: str) -> None:
    hands.follow("Training")
    hands.follow(f"Add a session of {PROGRAMME}")
    hands.fill("Title", title)
    hands.fill_day("Date", day)
    hands.choose(re.compile(r"^\s*M1 "), within="Modules")
    hands.press("Save and go to the register")


def _sends_hours_back(school: School) -> None:
    young, hands = school.hands(), school.signed_in()
    young.go("/my")
    young.fill("Your five words, or the code on your slip", school.shown.words[YOUNG_PERSON])
    young.press("Open my page")
    young.follow("Add time")
    young.choose("Planning and getting ready", within="What did you do?")
    young.fill("When did it start?", f"00:{10 + 10 * WORKING.index(school.working)}")
    young.fill("How many minutes was it?", "5")
    young.tab.get_by_role("group", name="Which adult was looking after it?").locator("label").first.click()
    young.press("Add this time")
    hands.go("/hours?whose=all")
    school.looks_right(hands)
    mine = hands.tab.get_by_role("link", name=re.compile(r"^Send back\W+Siân, Planning and getting ready"))
    before = mine.count()
    hands.follow(re.compile(r"^Send back\W+Siân, Planning and getting ready"))
    school.looks_right(hands)
    hands.press("Send back")
    hands.tab.get_by_role("alert").wait_for()
    hands.tab.locator("main .govuk-radios__label").first.click()
    hands.press("Send back")
    hands.go("/hours?whose=all")
    assert mine.count() == before - 1


def _brings_earlier_hours_that_two_attest(school: School) -> None:
    first, second = school.signed_in(), school.signed_in(COLLEAGUE)
    first.follow("Programmes")
    first.follow(PROGRAMME)
    first.follow("Bring hours forward")
    address = first.tab.url.removeprefix(first.address)
    first.fill_day("Up to which day do these totals go?", (FIRST_DAY - timedelta(days=1)).isoformat())
    first.tab.locator("main input[name^='hours:']").nth(WORKING.index(school.working)).fill("101")
    first.press("I attest these totals")
    first.reads("You attested these, so somebody else agrees.")
    school.looks_right(first)
    second.go(address)
    school.looks_right(second)
    second.press("They do not count")


def _undoes_an_award_of_a_day_to_come(school: School) -> None:
    hands = school.signed_in()
    hands.go("/hours?whose=all&tick=all")
    if hands.tab.get_by_role("button", name="Approve what is ticked").count():
        hands.press("Approve what is ticked")
    hands.follow("Programmes")
    hands.follow(PROGRAMME)
    hands.follow("Award")
    hands.tab.locator("main .govuk-checkboxes__label").first.click()
    hands.fill_day("Date on the certificate", NEXT_WEEK.isoformat())
    school.looks_right(hands)
    hands.press("Look at the certificates first")
    hands.reads("Until then you can undo each of them, and nobody else is told.")
    school.looks_right(hands)
    hands.press("Award it")
    hands.follow("Print all of a day together, for a ceremony")
    hands.follow(re.compile(rf"^{NEXT_WEEK.day} "))
    hands.press("Prepare the paper now")
    hands.reads("whoever scans one is told that it is for that day")
    school.looks_right(hands)
    assert hands.download("Print 1 certificate", school.folder / "papers").read_bytes().startswith(b"%PDF")
    hands.follow("Certificates")
    hands.press(re.compile("^Undo it"))
    hands.reads("undone")


def _puts_names_right_with_a_list(school: School) -> None:
    hands = school.signed_in()
    hands.follow("Certificates")
    hands.follow("Print all of a day together, for a ceremony")
    with hands.tab.expect_navigation():
        hands.tab.locator("main tbody a").last.click()
    hands.follow("Put many names right with a list")
    school.looks_right(hands)
    with hands.tab.expect_download() as coming:
        hands.tab.get_by_role("button", name=re.compile("^The list of")).click()
    kept = school.folder / "names.xlsx"
    coming.value.save_as(kept)
    rows = CalamineWorkbook.from_path(kept).get_sheet_by_index(0).to_python()
    said = next(at for at, text in enumerate(rows[0]) if "say" in str(text).lower())
    rows[1][said] = f"like {school.working.name}"
    changed = kept.with_suffix(".csv")
    with changed.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    hands.hand_in("The list", changed)
    hands.press("Look at it")
    hands.reads("Nothing is written yet.")
    school.looks_right(hands)
    hands.choose("Each of them has said that it is right like this")
    hands.press("Put it right")
    hands.reads(f"like {school.working.name}")


def _frames_the_certificate(school: School) -> None:
    hands = school.signed_in(COLLEAGUE)
    picture = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, 880, 280), fill="navy")
    data = io.BytesIO()
    picture.save(data, "PNG")
    hands.go("/school/organisation/paper")
    school.looks_right(hands)
    logo = hands.tab.locator("#logo")
    logo.locator("input[type=file]").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": data.getvalue()}
    )
    with hands.tab.expect_navigation():
        logo.get_by_role("button", name="Look at it").click()
    hands.reads("Waiting for you to look at it")
    school.looks_right(hands)
    hands.press(re.compile("^Use it"))
    hands.reads("Take it off the certificates")
    hands.press(re.compile("^Take it off the certificates"))
    expect(hands.tab.get_by_text("Take it off the certificates")).to_have_count(0)


def _narrows_a_list_and_takes_it_along(school: School) -> None:
    hands = school.signed_in()
    hands.follow("Young people")
    hands.fill("Find by name, form or pupil number", "Sample")
    hands.press("Find")
    hands.reads("Jordan Sample")
    assert "Llŷr" not in hands.tab.locator("main table").inner_text()
    hands.follow("Download this list")
    school.looks_right(hands)
    with hands.tab.expect_download() as coming:
        hands.tab.get_by_role("button", name=re.compile("CSV")).click()
    lines = Path(coming.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) >= 2
    assert all("Sample" in line for line in lines[1:])


def _makes_a_key_and_ends_it(school: School) -> None:
    hands, label = school.signed_in(), f"Class list by night {school.working.name}"
    hands.follow("Staff")
    hands.follow("Keys for programs")
    school.looks_right(hands)
    hands.follow("Make a key")
    hands.press("Make the key and show it")
    school.looks_right(hands)
    hands.fill("What is it for?", label)
    hands.tab.locator("main .govuk-checkboxes__label").first.click()
    hands.press("Make the key and show it")
    hands.reads("It is shown this once.")
    school.looks_right(hands)
    hands.follow("I have it")
    hands.press(re.compile(rf"^End it now.*{label}"))
    expect(hands.tab.get_by_role("button", name=re.compile(label))).to_have_count(0)


def _publishes_a_programme_of_its_own(school: School) -> None:
    hands, name = school.signed_in(), f"Listening Post {school.working.name}"
    hands.follow("Programmes")
    hands.follow("Write one of your own")
    hands.fill("What it is called", name)
    hands.choose(re.compile(PROGRAMME), within="Begin with")
    school.looks_right(hands)
    hands.press("Begin the draft")
    school.looks_right(hands)
    hands.follow("Change name, summary and limits")
    school.looks_right(hands)
    hands.press("Save")
    hands.follow("Add a module")
    hands.press("Save")
    hands.tab.get_by_role("alert").wait_for()
    school.looks_right(hands)
    hands.follow("Back to the draft")
    hands.follow("Publish it")
    school.looks_right(hands)
    hands.press("Publish it")
    expect(hands.tab.get_by_role("heading", level=1, name=name)).to_be_visible()


def _looks_back_over_the_year(school: School) -> None:
    hands = school.signed_in()
    hands.follow("Summary for governors")
    hands.press("Show")
    school.looks_right(hands)
    hands.go("/school/")
    hands.follow(re.compile("^At a glance"))
    school.looks_right(hands)
    hands.follow("Staff")
    hands.follow("What was done here")
    hands.press("Find")
    school.looks_right(hands)


def _suspends_a_school_and_lets_it_go_on(school: School) -> None:
    hands, name = school.signed_in(OPERATOR), f"{school.working.name} Example College"
    hands.follow("Add an organisation")
    hands.fill("Name of the organisation", name)
    hands.choose("College", within="What is it?")
    hands.choose("England", within="Where is it?")
    hands.fill("Name of its first administrator", "Mx O. Sampl")
    hands.fill("Their e-mail address at work", f"{school.working.name.lower()}@college.example")
    hands.press("Add the organisation")
    hands.follow("Suspend it")
    school.looks_right(hands)
    hands.tab.locator("main .govuk-radios__label").first.click()
    hands.press("Suspend it")
    hands.reads("nobody acts for it, and nothing is signed in its name")
    school.looks_right(hands)
    hands.press("Let its people act again")
    expect(hands.tab.get_by_text("nobody acts for it")).to_have_count(0)


def _records_a_meeting_and_plans_a_refresher(school: School) -> None:
    hands = school.signed_in()
    hands.follow("Drop-ins")
    school.looks_right(hands)
    hands.follow("Record a supervision meeting")
    hands.choose(PROGRAMME, within="Programme")
    at = 6 + WORKING.index(school.working)
    hands.fill("When did it start?", f"0{at}:00")
    hands.fill("How many minutes was it?", "20")
    school.looks_right(hands)
    hands.press("Next: who was there")
    hands.tab.locator("main #present .govuk-checkboxes__label").first.click()
    school.looks_right(hands)
    hands.press(re.compile("^Record"))
    hands.reads("ecorded")
    hands.follow("Training")
    hands.follow("Who is up to date, and until when")
    school.looks_right(hands)
    hands.follow(re.compile("^Plan a refresher"))
    assert hands.tab.locator("main input[name=modules]:checked").count() > 0
    school.looks_right(hands)


def _looks_after_its_own_sign_in(school: School) -> None:
    here, elsewhere = school.signed_in(COLLEAGUE), school.signed_in(COLLEAGUE)
    here.go("/account")
    school.looks_right(here)
    here.press("Sign out everywhere else")
    elsewhere.tab.goto(f"{elsewhere.address}/school/")
    assert "/sign-in" in elsewhere.tab.url
    here.go("/account")
    here.follow("Weekly e-mail of what waits for you")
    school.looks_right(here)


ACTS: dict[str, Callable[[School], None]] = {
    "brings in a list with a fault": _brings_in_a_list_with_a_fault,
    "writes a register down from paper": _writes_a_register_down_from_paper,
    "calls a session off": _calls_a_session_off,
    "sends hours back": _sends_hours_back,
    "brings earlier hours that two attest": _brings_earlier_hours_that_two_attest,
    "undoes an award of a day to come": _undoes_an_award_of_a_day_to_come,
    "puts names right with a list": _puts_names_right_with_a_list,
    "frames the certificate": _frames_the_certificate,
    "narrows a list and takes it along": _narrows_a_list_and_takes_it_along,
    "makes a key and ends it": _makes_a_key_and_ends_it,
    "publishes a programme of its own": _publishes_a_programme_of_its_own,
    "lets somebody leave and come back": lets_somebody_leave_and_come_back,
    "makes one record of two": makes_one_record_of_two,
    "records a meeting and plans a refresher": _records_a_meeting_and_plans_a_refresher,
    "looks after its own sign-in": _looks_after_its_own_sign_in,
    "looks back over the year": _looks_back_over_the_year,
    "suspends a school and lets it go on": _suspends_a_school_and_lets_it_go_on,
}


@pytest.mark.parametrize(("act", "working"), in_two_ways(ACTS))
def test_a_school(school: School, act: str) -> None:
    ACTS[act](school)
