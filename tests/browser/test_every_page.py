"""Every page of the demonstration, for everybody who can reach one: usable by all, quiet, light, ours alone.

The pages are found by following links, once for each address rule; those that stand behind a form are opened here.
A page that nobody reaches fails the last test, unless it is listed with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.routing import Map

from accredit.storage import Database
from tests.browser.crawl import Browsing, Seen, Walk
from tests.browser.demonstration import Demonstration
from tests.web import compose, make_settings

# The first test waits for the demonstration to be played and for the whole walk.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

HEAVIEST_PUBLIC_PAGE = 50_000
STRANGER = "a stranger"
# Who has time that still waits, so that the page to change it can be reached.
# By the school's own pupil number.
ON_A_BREAK = "3128"
LIKE = ("Alex Sample", "Jordan Sample")
SCHOOL = "/o/example-park-academy"
UNKNOWN_CODE = "7K3MD9RTWX4HQP"
WITH_TIME_WAITING = "Siân Sampl-Prawf"
CLASS_LIST = """Name,Year Group,Registration Form
Brenda Specimen-Example,Year 11,11A
"""
NOT_REACHED = {
    "auth.back_from_school": "only on the way back from a school's own service",
    "auth.go_to_school": "only where a school's own service is connected, and leads there",
    "auth.invitation": "its address stands in a letter",
    "auth.yours": "only between the code of a slip and a yes; seen in test_year",
    "auth.weekly_email_link": "its address stands in a letter",
    "auth.refresher_email_link": "its address stands in a letter",
    "auth.second_step_for_all": "only for an administrator who has a second step",
    "coordinator.export_keys": "only once a program has a key; seen in tests/unit/web/test_lists.py",
    "auth.prove": "only when a proof is older than ten minutes; seen in test_signing_in",
    "auth.school": "only where a school's own service is connected",
    "auth.school_sign_in": "only where the operator lets schools connect their own service",
    "auth.second_step": "only between the two steps of signing in",
    "learner.record_file": "only once a record was made; seen in tests/unit/web/learner/test_record.py",
    "learner.choose_programme": "only for young people of several programmes",
    "coordinator.printed_names": "only while a name is still to be confirmed; seen in test_begins",
    "coordinator.certificate_answer": "only when a second look is asked for; seen in test_certificates",
    "coordinator.certificate_renewal": "only when a name or a record has changed; seen in test_certificates",
    "coordinator.certificate_revocation": "only when a revocation is asked for; seen in test_certificates",
    "admin.request_to_join": "only when an organisation asks; seen in test_begins",
    "admin.ask_why_not": "only when an organisation asks",
    "begin.begin": "only while nobody runs the service; seen in test_begins",
    "begin.asked": "only after asking; seen in test_begins",
    "coordinator.export_leavers": "only when somebody has left; seen in tests/unit/web/test_lists.py",
    "coordinator.ask_call_off": "only from a session whose register was not taken",
    "coordinator.programme_draft": "only once a draft of a programme was begun",
    "coordinator.facilitator_register": "only once adults were trained; seen in test_adults_training",
    "coordinator.facilitator_record": "only once a record was given; seen in test_adults_training",
    "coordinator.draft_about": "only in a draft of a programme",
    "coordinator.draft_part": "only in a draft of a programme",
    "coordinator.add_draft_part": "only in a draft of a programme",
    "coordinator.publish_draft": "only in a draft of a programme",
    "public.note_confirmed": "its address stands in a note that was saved; seen in test_verification_page",
    "learner.share": "only once something is shared; seen in tests/unit/web/learner/test_shares.py",
    "public.share": "its address is known to whoever was sent it; seen in tests/unit/web/learner/test_shares.py",
    "learner.second_look": "only when something is not right; seen in test_certificates",
    "supervisor.follow_link": "its address stands in a letter; seen in test_approval_link",
    "supervisor.link_hours": "behind the code of such a letter; seen in test_approval_link",
    "supervisor.link_thanks": "after the answers to such a letter; seen in test_approval_link",
}
NOT_PAGES = re.compile(
    r"_file$|^(static|api(_v1)?\..*|learner\.offline_certificate"
    r"|coordinator\.(award_preview|ceremony_certificates|ceremony_paper|own_picture|paper_preview)"
    r"|public\.(healthz|readyz|robots|did|service_did|status_lists?|suspension_list|checkpoint|tile"
    r"|verifier|trust_anchors|note))$"
)

Act = Callable[[Browsing, Walk, Demonstration], None]


@pytest.fixture(scope="module")
def rules() -> Map:
    """Every address rule of the service."""
    database = Database("sqlite://")
    try:
        return compose(database, make_settings()).url_map
    finally:
        database.close()


@pytest.fixture(scope="module")
def walks(chromium: Browser, demonstration: Demonstration, rules: Map) -> list[Walk]:
    """Everybody's walk through the demonstration."""
    walked: list[Walk] = []
    # What another adult of the school has shown already is not looked at again; each one's first page is.
    known: set[tuple[object, ...] | None] = set()
    for who, (enter, starts) in _people(demonstration).items():
        browsing, walk = Browsing(chromium), Walk(who, demonstration.address, rules, known=known)
        enter(browsing, walk, demonstration)
        walked.append(browsing.walk(walk, starts))
        browsing.close()
    return walked


@pytest.fixture(scope="module")
def pages(walks: list[Walk]) -> list[Seen]:
    """Every page that anybody saw."""
    return [seen for walk in walks for seen in walk.seen]


def _people(demonstration: Demonstration) -> dict[str, tuple[Act, list[str]]]:
    code = next(iter(demonstration.codes.values()))
    return {
        STRANGER: (
            _look_behind_public_forms,
            ["/", "/verify", f"/v/{code}", f"/V/{code}", f"/v/{UNKNOWN_CODE}", SCHOOL, "/no-such-page", "/start"],
        ),
        "a young person": (_enter_with_slip, ["/my", "/talk", "/my/break", "/my/name"]),
        "a co-ordinator": (
            _enter_as("t.exemplar@example.org", _look_at_a_class_list, _look_at_a_break, _look_at_two_records),
            ["/school/", "/hours?whose=all", "/sign-in/organisation"],
        ),
        "an administrator": (_enter_as("o.specimen@example.org"), ["/school/", "/school/staff"]),
        "the operator": (
            _enter_as(
                "operator@example.org", _beside("/admin/", r"(/admin/organisations/[0-9a-f-]{36})$", r"\1/confirm")
            ),
            ["/admin/"],
        ),
    }


def _enter_with_slip(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
    browsing.tab.goto(f"{demonstration.address}/my")
    browsing.tab.get_by_label("Your five words, or the code on your slip").fill(demonstration.words[WITH_TIME_WAITING])
    browsing.press("Open my page")
    assert browsing.tab.url.endswith("/my"), browsing.tab.url
    _beside("/my/certificates", r"/my/certificates/([0-9a-f-]{36})\.pdf", r"/credentials/\1")(
        browsing, walk, demonstration
    )


def _enter_as(email: str, *also: Act) -> Act:
    def enter(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
        browsing.tab.goto(f"{demonstration.address}/sign-in")
        browsing.tab.get_by_label("E-mail address").fill(email)
        browsing.tab.get_by_label("Password").fill(demonstration.password)
        browsing.press("Sign in")
        assert "/sign-in" not in browsing.tab.url, browsing.tab.inner_text("main")
        for look in also:
            look(browsing, walk, demonstration)

    return enter


def _beside(path: str, found: str, wanted: str) -> Act:
    """Look at an address made from the first link of ``path`` that fits ``found``; not every page is linked to."""

    def look(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
        browsing.tab.goto(f"{demonstration.address}{path}")
        links = browsing.tab.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        link = next(re.sub(found, wanted, each) for each in links if re.search(found, each))
        walk.seen.append(browsing.look(walk, lambda: browsing.open(link)))

    return look


def _look_at_a_class_list(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
    """Choose a file and look at what it would do; nothing is written by that."""
    file = demonstration.folder.parent / "class-list.csv"
    file.write_text(CLASS_LIST, encoding="utf-8")
    browsing.tab.goto(f"{demonstration.address}/school/people/class-list")
    browsing.tab.get_by_label("The file").set_input_files(file)
    walk.seen.append(browsing.look(walk, lambda: browsing.press("Look at it")))


def _look_at_a_break(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
    """Look at the page that says somebody is back."""
    browsing.tab.goto(f"{demonstration.address}/school/people?q={ON_A_BREAK}")
    browsing.tab.locator("main tbody a").first.click()
    walk.seen.append(browsing.look(walk, lambda: browsing.follow("They are back")))


def _look_at_two_records(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
    """Look at two records of like names side by side; nothing is written by that."""
    browsing.tab.goto(f"{demonstration.address}/school/people?q={LIKE[0]}")
    browsing.tab.locator("main tbody a").first.click()
    browsing.tab.get_by_role("link", name="They are on the list twice").click()
    walk.seen.append(browsing.look(walk, lambda: browsing.follow(LIKE[1])))


def _look_behind_public_forms(browsing: Browsing, walk: Walk, demonstration: Demonstration) -> None:
    """Send each form that a stranger can send: left empty, wrong, and right."""
    damaged = demonstration.folder.parent / "damaged.json"
    damaged.write_text('{"type": ["VerifiableCredential"]}', encoding="utf-8")
    certificate = demonstration.folder / "certificate.pdf"

    def send(path: str, button: str, fill: Callable[[], None] = lambda: None) -> None:
        browsing.tab.goto(f"{demonstration.address}{path}")
        fill()
        walk.seen.append(browsing.look(walk, lambda: browsing.press(button)))

    def choose(file: Path) -> Callable[[], None]:
        return lambda: browsing.tab.get_by_label("Certificate, badge, JSON file or photo").set_input_files(file)

    def name(label: str, text: str) -> Callable[[], None]:
        return lambda: browsing.tab.get_by_label(label).fill(text)

    send("/sign-in", "Sign in")
    send("/start", "Open my page")
    send("/start", "Open my page", name("Your five words, or the code on your slip", "7K3MD-9RTWX-4HQO"))
    send("/sign-in", "Send me a code", name("E-mail address", "nobody@example.org"))
    send("/verify", "Check this")
    send("/verify", "Check this", choose(damaged))
    send("/verify", "Check this", choose(certificate))


def _told(pages: list[Seen], wrong: Callable[[Seen], object]) -> list[str]:
    return [f"{seen}: {found}" for seen in pages if (found := wrong(seen))]


def test_no_page_breaks_wcag_a_or_aa(pages: list[Seen]) -> None:
    assert _told(pages, lambda seen: seen.violations) == []


def test_no_page_scrolls_sideways_when_zoomed_to_320_pixels(pages: list[Seen]) -> None:
    assert _told(pages, lambda seen: f"{seen.overflow} px" if seen.overflow > 0 else "") == []


def test_the_console_stays_quiet(pages: list[Seen]) -> None:
    assert _told(pages, lambda seen: seen.said) == []


def test_every_page_says_that_it_is_a_demonstration(pages: list[Seen]) -> None:
    assert _told(pages, lambda seen: "" if "DEMONSTRATION" in seen.text else "does not say so") == []


def test_no_link_leads_nowhere(pages: list[Seen]) -> None:
    meant = ("/no-such-page", f"/v/{UNKNOWN_CODE}")
    gone = [seen for seen in pages if not seen.path.startswith(meant)]
    assert _told(gone, lambda seen: seen.status if seen.status not in {200, 422} else "") == []


@pytest.mark.attack("WI34")
def test_nothing_is_asked_of_anybody_else(pages: list[Seen]) -> None:
    assert _told(pages, lambda seen: seen.strangers) == []


def test_a_strangers_pages_are_light_and_carry_no_script(pages: list[Seen]) -> None:
    # A school that asks to join is shown the school's pages, which weigh more.
    public = [seen for seen in pages if seen.who == STRANGER and not seen.path.startswith("/join")]
    assert len(public) > 10
    # Where files are taken (the camera's button) and people sign in (the device's own question) there is one script;
    # without it all but the camera and the device works.
    with_one = [seen for seen in public if seen.path.partition("?")[0] in {"/verify", "/sign-in", "/start"}]
    assert {seen.scripts for seen in with_one} <= {0, 1}
    assert _told([seen for seen in public if seen not in with_one], lambda seen: seen.scripts) == []
    assert _told(public, lambda seen: seen.weight if seen.weight > HEAVIEST_PUBLIC_PAGE else "") == []


def test_every_page_was_seen_by_somebody(walks: list[Walk], rules: Map) -> None:
    seen = {endpoint for walk in walks for endpoint in walk.endpoints}
    asked = {rule.endpoint for rule in rules.iter_rules() if "GET" in (rule.methods or ())}
    missed = {each for each in asked - seen if not NOT_PAGES.search(each)}
    assert missed - set(NOT_REACHED) == set()
    assert seen.isdisjoint(NOT_REACHED), "no longer an exception: take it out of the list"
