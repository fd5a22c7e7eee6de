"""``python -m tests.screenshots docs/img``: pictures of the main pages, taken of a demonstration.

Everybody on them is invented, and every one says DEMONSTRATION; but for a school's first sitting, which begins with a
service that is empty.
"""

from __future__ import annotations

import io
import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import resvg_py
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import first_sitting
from tests.browser.demonstration import CHROMIUM, QUIET, Demonstration, demonstrated, open_tab
from tests.browser.first_sitting import FirstSitting
from tests.browser.hands import Hands
from tests.browser.paper import printed
from tests.processes import ROOT, free_port

PHONE, DESKTOP = (390, 844), (1280, 860)
HEAVIEST = 150_000
COLOURS = 256
BADGES = ("trained", "peer", "senior", "ambassador")
BADGE_SIZE = 240
USUAL_PORT = 8080
CO_ORDINATOR = "t.exemplar@example.org"
SECOND = "o.specimen@example.org"
# Whose pages are shown: a name with Welsh letters, and hours on the way to the next award.
YOUNG_PERSON = "Siân Sampl-Prawf"
REVOKED = "Alex Sample"
# What a first sitting calls its steps, and what their pictures are called.
FIRST_SITTING = {
    "five-steps": "first-steps",
    "class-list-plan": "first-names",
    "register": "first-register",
    "award": "first-award",
    "ceremony": "first-ceremony",
    "hand-over": "first-hand-over",
}
CLASS_LIST = """Arbor Student ID,Legal First Name,Legal Last Name,Preferred First Name,Year Group,Registration Form
3101,Llŷr,Enghraifft,,Year 12,12A
3103,Gwenllïan,Ŵyn-Enghraifft,Gwen,Year 12,12C
3141,Zoë,Exemplar,,Year 9,9B
3142,Ifeọlá,Àpẹẹrẹ,Ife,Year 9,9B
3143,Niamh,Ní Shampla,,Year 10,10A
3144,,Beispiel,,Year 10,10A
3145,Se?n,Sampl,,Year 10,10A
"""


class Album:
    """Takes pictures of one demonstration into one folder."""

    def __init__(self, chromium: Browser, shown: Demonstration, folder: Path) -> None:
        """Prepare; nothing is taken yet."""
        self.chromium, self.shown, self.folder = chromium, shown, folder

    @contextmanager
    def tab(self, size: tuple[int, int]) -> Iterator[Page]:
        """Open a tab of one size for a while; a phone's pictures are twice as sharp."""
        opened = open_tab(self.chromium, width=size[0], height=size[1], sharpness=2 if size == PHONE else 1)
        yield opened
        opened.context.close()

    def take(self, tab: Page, name: str, path: str | None = None) -> None:
        """Take what the window shows, after opening ``path`` where one is given."""
        if path is not None:
            tab.goto(self.shown.address + path)
        keep(Image.open(io.BytesIO(tab.screenshot(animations="disabled"))), self.folder / f"{name}.png")

    def sign_in(self, tab: Page, email: str = CO_ORDINATOR) -> None:
        """Sign a co-ordinator in."""
        tab.goto(f"{self.shown.address}/sign-in")
        tab.get_by_label("E-mail address").fill(email)
        tab.get_by_label("Password").fill(self.shown.password)
        tab.get_by_role("button", name="Sign in", exact=True).click()
        tab.wait_for_url("**/school/")

    def of_strangers(self) -> None:
        """What anybody sees."""
        code = self.shown.codes[YOUNG_PERSON]
        for size, name in ((PHONE, "verify-phone"), (DESKTOP, "verify-desktop")):
            with self.tab(size) as tab:
                self.take(tab, name, f"/v/{code}")
        with self.tab(PHONE) as tab:
            self.take(tab, "sign-in-phone", "/start")
        self.of_a_check(code)

    def of_a_check(self, code: str) -> None:
        """What somebody sees who checks a certificate, step by step, and what the answers look like."""
        with self.tab(PHONE) as tab:
            self.take(tab, "check-phone", "/verify")
            tab.goto(f"{self.shown.address}/v/{code}")
            tab.get_by_label("Is it this person’s?").fill(YOUNG_PERSON)
            tab.get_by_role("button", name="Check", exact=True).click()
            tab.get_by_text("That is the name on this certificate.").wait_for()
            self.take(tab, "check-name-phone")
            tab.get_by_text("How we know").click()
            tab.get_by_text("Nothing was changed since it was signed").click()
            tab.get_by_text("How we know").evaluate("each => each.scrollIntoView()")
            self.take(tab, "check-how-phone")
            self.take(tab, "check-slip-phone", f"/v/{with_a_slip(code)}")
            self._present(tab, self._changed())
            self.take(tab, "check-changed-phone")

    def _changed(self) -> str:
        """Return the file of a certificate on which somebody wrote another name."""
        with self.tab(PHONE) as tab:
            tab.goto(f"{self.shown.address}/my")
            tab.get_by_label("Your five words, or the code on your slip").fill(self.shown.words[YOUNG_PERSON])
            tab.get_by_role("button", name="Open my page").click()
            tab.goto(f"{self.shown.address}/my/certificates")
            links: list[str] = tab.eval_on_selector_all("a[href$='.json']", "links => links.map(link => link.href)")
            document = json.loads(tab.request.get(links[0]).text())
        document["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
        return json.dumps(document)

    def _present(self, tab: Page, text: str) -> None:
        """Paste a file where anything can be checked."""
        tab.goto(f"{self.shown.address}/verify")
        tab.locator("textarea").first.fill(text)
        tab.get_by_role("button", name="Check this").click()
        tab.get_by_role("heading", level=1).wait_for()

    def of_a_young_person(self) -> None:
        """What a young person sees."""
        for size, name in ((PHONE, "young-phone"), (DESKTOP, "young-desktop")):
            with self.tab(size) as tab:
                tab.goto(f"{self.shown.address}/my")
                tab.get_by_label("Your five words, or the code on your slip").fill(self.shown.words[YOUNG_PERSON])
                tab.get_by_role("button", name="Open my page").click()
                tab.wait_for_url("**/my")
                self.take(tab, name)
                if size == PHONE:
                    self.take(tab, "young-time-phone", "/my/add-time")
                    self.take(tab, "young-certificates-phone", "/my/certificates")
                    self.take(tab, "young-choices-phone", "/my/choices")

    def of_the_school(self) -> None:
        """What the co-ordinator sees."""
        with self.tab(DESKTOP) as tab:
            self.sign_in(tab)
            self.take(tab, "school-home-desktop", "/school/")
            self.take(tab, "inbox-desktop", "/hours?whose=all")
            self._award(tab)
            self._import(tab)
            self._revoke(tab)
        with self.tab(PHONE) as tab:
            self.sign_in(tab)
            self.take(tab, "school-home-phone", "/school/")
            tab.goto(f"{self.shown.address}/practice/new")
            tab.get_by_role("button", name="Next: who was there").click()
            tab.get_by_role("heading", level=1, name="Who was there?").wait_for()
            for label in tab.locator("main .govuk-checkboxes__label").all()[1:4]:
                label.click()
            tab.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
            self.take(tab, "register-phone")
            self.take(tab, "revoked-phone", f"/v/{self.shown.codes[REVOKED]}")

    def _award(self, tab: Page) -> None:
        """Approve what waits first: with it somebody reaches the next level."""
        tab.goto(f"{self.shown.address}/hours?whose=all&tick=all")
        tab.get_by_role("button", name="Approve what is ticked").click()
        tab.get_by_text("entries approved.").wait_for()
        tab.goto(f"{self.shown.address}/school/programmes")
        tab.get_by_role("link", name="Wellbeing Ambassadors", exact=True).click()
        tab.get_by_role("link", name="Award", exact=True).click()
        tab.get_by_role("heading", level=1, name="Award").wait_for()
        self.take(tab, "award-desktop")

    def _import(self, tab: Page) -> None:
        tab.goto(f"{self.shown.address}/school/people/class-list")
        file = {"name": "class-list.csv", "mimeType": "text/csv", "buffer": CLASS_LIST.encode()}
        tab.get_by_label("The file").set_input_files(file)  # type: ignore[arg-type]  # a dict is what Playwright takes
        tab.get_by_role("button", name="Look at it").click()
        tab.get_by_role("heading", level=1, name="What this class list would do").wait_for()
        self.take(tab, "import-desktop")

    def _revoke(self, tab: Page) -> None:
        tab.goto(f"{self.shown.address}/school/certificates")
        tab.get_by_role("link", name=REVOKED).first.click()
        tab.get_by_text("Something is not right with it").click()
        tab.get_by_role("link", name="Revoke it for good").click()
        tab.get_by_label("It was awarded by mistake").check()
        tab.get_by_label("I have talked to the young person about it").check()
        tab.get_by_role("button", name="Ask for it to be revoked").click()
        tab.get_by_text("Asked.").wait_for()
        asked = tab.url
        with self.tab(DESKTOP) as second:
            self.sign_in(second, SECOND)
            second.goto(asked)
            second.get_by_role("link", name="Agree and revoke it").click()
            second.get_by_role("button", name="Revoke this certificate for good").click()
            second.get_by_text("The certificate is revoked.").wait_for()

    def of_a_first_sitting(self) -> None:
        """What a school sees between an empty service and its first ceremony."""

        def look(step: str, hands: Hands) -> None:
            if step in FIRST_SITTING:
                hands.tab.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
                self.take(hands.tab, FIRST_SITTING[step])

        with (
            TemporaryDirectory() as place,
            first_sitting.empty_service(Path(place) / "service") as (service, letters),
            self.tab(DESKTOP) as first,
            self.tab(DESKTOP) as second,
        ):
            operator, school = (Hands(tab, service.base_url, "mouse") for tab in (first, second))
            sitting = FirstSitting(service, letters, operator=operator, school=school, look=look)
            sitting.play()
            sitting.the_hand_over_is_opened()

    def of_paper(self) -> None:
        """The certificate as it is printed, and the badges."""
        keep(printed(self.shown.folder / "certificate.pdf"), self.folder / "certificate.png")
        sheet = Image.new("RGB", (BADGE_SIZE * len(BADGES), BADGE_SIZE), "white")
        for place, level in enumerate(BADGES):
            drawing = (ROOT / "accredit" / "web" / "static" / "badges" / f"{level}.svg").read_text(encoding="utf-8")
            png = bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=BADGE_SIZE - 24, height=BADGE_SIZE - 24))
            badge = Image.open(io.BytesIO(png)).convert("RGBA")
            sheet.paste(badge, (place * BADGE_SIZE + 12, 12), badge)
        keep(sheet, self.folder / "badges.png")


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture in few colours, as small as it gets; a heavy one is an error."""
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    sys.stdout.write(f"{path.name:<26}{size / 1000:6.0f} KB\n")
    if size > HEAVIEST:
        raise SystemExit(f"{path} is heavier than {HEAVIEST} bytes.")


def with_a_slip(code: str) -> str:
    """Return a code as somebody types it whose fingers swap the first two letters that differ."""
    at = next(place for place in range(len(code) - 1) if code[place] != code[place + 1])
    return f"{code[:at]}{code[at + 1]}{code[at]}{code[at + 2 :]}"


def usual_port() -> int:
    """Return the port that people will see, for it stands on the certificate; another where it is in use."""
    with socket.socket() as probe:
        return free_port() if probe.connect_ex(("127.0.0.1", USUAL_PORT)) == 0 else USUAL_PORT


def main(folder: Path) -> None:
    """Play the demonstration and take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as place,
        demonstrated(Path(place) / "played", port=usual_port()) as shown,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        album = Album(chromium, shown, folder)
        takes: tuple[Callable[[], None], ...] = (
            album.of_strangers,
            album.of_a_young_person,
            album.of_the_school,
            album.of_a_first_sitting,
            album.of_paper,
        )
        for take in takes:
            take()
        chromium.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Usage: python -m tests.screenshots FOLDER")
    main(Path(sys.argv[1]))
