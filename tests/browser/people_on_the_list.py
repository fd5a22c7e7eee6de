"""What a school does about who is on its list: somebody leaves and comes back, and two records become one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.hands import Hands
from tests.browser.school_at_work import COLLEAGUE, School


def lets_somebody_leave_and_come_back(school: School) -> None:
    """Let a young person leave; a colleague agrees that they are back on the list."""
    first, second, name = school.signed_in(), school.signed_in(COLLEAGUE), f"Leaver {school.working.name}-Example"
    page = _adds(school, first, name)
    first.follow("They have left the school or group")
    school.looks_right(first)
    first.press("They have left")
    first.go(page)
    first.press("They are back, or lost their words")
    first.reads("Another co-ordinator is to agree.")
    second.go(page)
    school.looks_right(second)
    second.press("Agree: back on the list")
    second.reads("They have no slip yet.")


def makes_one_record_of_two(school: School) -> None:
    """Make one record of a young person who was typed in twice."""
    hands, name = school.signed_in(), f"Twofold {school.working.name}-Example"
    again = f"{name} again"
    gone, kept = _adds(school, hands, again), _adds(school, hands, name)
    hands.follow("They are on the list twice")
    hands.reads("It may be one of these")
    school.looks_right(hands)
    hands.fill("Find by name", f"nobody {school.working.name}")
    hands.press("Find")
    hands.reads("Nobody else of such a name is here.")
    hands.fill("Find by name", again)
    hands.press("Find")
    hands.follow(again)
    hands.reads("This cannot be undone")
    school.looks_right(hands)
    hands.press("Make one record")
    hands.tab.get_by_role("alert").wait_for()
    school.looks_right(hands)
    hands.choose("I know that these are one person, and that this cannot be undone")
    hands.press("Make one record")
    hands.reads("There is one record now.")
    assert hands.tab.url.removeprefix(hands.address) == kept
    hands.tab.goto(hands.address + gone)
    expect(hands.tab.get_by_role("heading", level=1)).not_to_have_text(again)


def _adds(school: School, hands: Hands, name: str) -> str:
    """Add a young person and return the address of their page."""
    hands.go("/school/people/add")
    hands.fill("Name as it is to be printed", name)
    school.looks_right(hands)
    with hands.tab.expect_navigation():
        hands.tab.locator("main button[type=submit]").first.press("Enter")
    return hands.tab.url.removeprefix(hands.address)
