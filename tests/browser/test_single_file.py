"""The single file, opened from disk in a real Chromium without any network: the same verdicts, for people too."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from accredit.domain.issuing.rules import Purpose
from accredit.domain.verification import offline_statements, operations
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.sources import NoSources
from accredit.domain.verification.trust import Trust, TrustedKey
from accredit.kit import typed_code
from accredit.kit.vc import offline_statement
from accredit.rendering.verifier_file import verifier_file
from accredit.storage import Database
from tests import without_us
from tests.conformance.mutated_documents import Mutant
from tests.unit.kit.vc import vc_examples as examples
from tests.without_us import BROKEN, GOOD, Kept

pytestmark = pytest.mark.browser

MUTANTS = 300
AGREED = ("verdict", "reason", "axes", "endorsements")
_ASK = """async ([data, evidence, lists]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const beside = {evidence: evidence.map(bytes), lists: lists.flatMap((text) => JSON.parse(text).lists)};
  return await window.accreditVerify(bytes(data), beside);
}"""


@pytest.fixture(scope="module")
def kept(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    path = folder / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    found = without_us.keep(Database(f"sqlite:///{path}"), folder)
    (folder / "accredit-verify.html").write_bytes(verifier_file(found.trust))
    for name, data in {**found.files, "credential.evidence": found.evidence}.items():
        (folder / name).write_bytes(data)
    for name, data in found.lists.items():
        (folder / f"{name}-lists.json").write_bytes(data)
    found.story.database.close()
    return found


@pytest.fixture(scope="module")
def folder(kept: Kept) -> Path:
    return Path(str(kept.story.database.engine.url).removeprefix("sqlite:///")).parent


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(offline=True, locale="en-GB")
    yield opened
    opened.close()


@pytest.fixture
def asked() -> list[str]:
    """Every address that the page asked for."""
    return []


@pytest.fixture
def tab(context: BrowserContext, kept: Kept, folder: Path, asked: list[str]) -> Iterator[Page]:
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(f"error: {error}"))
    page.on("console", lambda message: asked.append(f"{message.type}: {message.text}"))
    page.clock.set_fixed_time(kept.now)
    page.goto((folder / "accredit-verify.html").as_uri())
    yield page
    page.close()


def ask(page: Page, kept: Kept, data: bytes, *lists: bytes) -> dict[str, Any]:
    """Put a file with its evidence to the engine in the page."""
    spelled = [base64.b64encode(each).decode() for each in (data, kept.evidence)]
    found: dict[str, Any] = page.evaluate(_ASK, [spelled[0], [spelled[1]], [each.decode() for each in lists]])
    return found


def told(report: VerificationReport) -> dict[str, Any]:
    """What both engines must agree on."""
    whole = report.to_json()
    checks = [(each["id"], each["outcome"], each["reason"]) for each in whole["checks"]]
    return {name: whole[name] for name in AGREED} | {"checks": checks}


def said(answer: dict[str, Any]) -> dict[str, Any]:
    """The same of an answer of the page."""
    checks = [(each["id"], each["outcome"], each["reason"]) for each in answer["checks"]]
    return {name: answer[name] for name in AGREED} | {"checks": checks}


def test_every_good_file_is_green_while_its_lists_are_fresh(tab: Page, kept: Kept) -> None:
    for name, make in GOOD.items():
        answer = ask(tab, kept, make(kept))
        assert (answer["verdict"], answer["reason"]) == ("GENUINE", None), name
        assert answer["claims"] == kept.far_away(make(kept)).to_json()["claims"], name


def test_every_broken_one_is_answered_as_by_the_engine_of_the_service(tab: Page, kept: Kept) -> None:
    wrong = {}
    for name, make in BROKEN.items():
        data = make(kept)
        ours, theirs = told(kept.far_away(data)), said(ask(tab, kept, data))
        if ours != theirs:
            wrong[name] = (ours, theirs)
    assert wrong == {}


def test_with_equally_fresh_lists_the_verdict_is_that_of_the_page_of_the_service(tab: Page, kept: Kept) -> None:
    for name, lists in kept.lists.items():
        answer = ask(tab, kept, kept.data, lists)
        assert (answer["verdict"], answer["reason"]) == (
            kept.reports[name].verdict,
            kept.reports[name].reason,
        ), name
        assert answer["axes"] == kept.reports[name].to_json()["axes"], name


def test_what_is_changed_anywhere_is_refused_for_the_same_reason(tab: Page, kept: Kept) -> None:
    wrong, alike = [], 0
    for seed in range(MUTANTS):
        mutant = Mutant(seed)
        data = json.dumps(mutant.document).encode()
        ours = told(operations.verify(data, now=kept.now, sources=NoSources()))
        theirs = said(ask(tab, kept, data))
        if theirs["reason"] == "form_not_supported":
            # Of credentials that are no badges the service tells more; neither calls them genuine.
            assert "GENUINE" not in {ours["verdict"], theirs["verdict"]}
        elif ours != theirs:
            wrong.append((seed, mutant.change, ours, theirs))
        else:
            alike += 1
    assert wrong == []
    assert alike > MUTANTS / 2


def test_the_vectors_of_this_repository_are_answered_alike(tab: Page, kept: Kept) -> None:
    folder = Path(__file__).parents[1] / "vectors"
    told_of = {}
    for path in sorted([*folder.glob("data-integrity/*.json"), *folder.glob("kit/*.json")]):
        vector = json.loads(path.read_text(encoding="utf-8"))
        for name, given in vector.items():
            if name not in {"signed", "token", "text"}:
                continue
            data = given.encode() if isinstance(given, str) else json.dumps(given).encode()
            ours, theirs = told(kept.far_away(data)), said(ask(tab, kept, data))
            if theirs["reason"] != "form_not_supported":
                assert theirs == ours, path.name
            told_of[path.stem] = theirs["reason"]
    # What only the service checks: credentials that are no badges.
    elsewhere = {stem for stem, reason in told_of.items() if reason == "form_not_supported"}
    assert elsewhere == {"presentation-eddsa-rdfc-2022", "status-list-eddsa-rdfc-2022"}
    assert len(told_of) > 12


def test_the_page_says_when_it_was_known_last_and_takes_a_newer_list(
    tab: Page, kept: Kept, folder: Path, asked: list[str]
) -> None:
    tab.clock.set_fixed_time(kept.now + timedelta(days=40))
    tab.set_input_files("#file", folder / "certificate.pdf")
    heading = tab.locator("#verdict")
    heading.wait_for()
    assert heading.inner_text() == (
        "Genuine when issued on 30 June 2026; whether it still holds was last known on 30 June 2026"
    )
    assert tab.locator(".verdict.amber").count() == 1
    assert "-lists.json" in tab.locator("#result").inner_text()
    tab.clock.set_fixed_time(kept.now)
    tab.set_input_files("#file", folder / "fresh-lists.json")
    tab.locator(".verdict.green").wait_for()
    assert heading.inner_text() == "Genuine"
    tab.set_input_files("#file", folder / "revoked-lists.json")
    tab.locator(".verdict.red").wait_for()
    assert [each for each in asked if not each.startswith("file:")] == []


@pytest.mark.parametrize("name", ["badge.png", "badge.svg"])
def test_a_badge_brings_its_evidence_along(tab: Page, folder: Path, name: str) -> None:
    tab.set_input_files("#file", folder / name)
    tab.locator(".verdict.green").wait_for()
    assert "Ama Sample" in tab.locator("#result").inner_text()


def test_a_file_for_apps_and_its_evidence_are_chosen_together(tab: Page, folder: Path) -> None:
    tab.set_input_files("#file", [folder / "credential.evidence", folder / "credential.json"])
    tab.locator(".verdict.green").wait_for()
    assert "Ama Sample" in tab.locator("#result").inner_text()


def test_it_is_used_with_the_keyboard_alone(tab: Page, kept: Kept) -> None:
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "file"
    tab.keyboard.press("Tab")
    tab.keyboard.insert_text(kept.data.decode())
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.locator("#verdict").wait_for()
    assert tab.evaluate("document.activeElement.id") == "result"
    assert "its entry in the public log is missing" in tab.locator("#verdict").inner_text()
    assert "Choose its .evidence file too" in tab.locator("#result").inner_text()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_is_accessible_and_whole(tab: Page, folder: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    for name in ("certificate.pdf", "badge.svg"):
        tab.set_input_files("#file", folder / name)
        tab.locator("#verdict").wait_for()
        tab.locator("#trusted summary").click()
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
        tab.locator("#trusted summary").click()


def test_it_speaks_welsh_where_the_catalogue_does(tab: Page) -> None:
    tab.get_by_role("button", name="Cymraeg").click()
    assert tab.evaluate("document.documentElement.lang") == "cy"
    tab.get_by_role("button", name="English").click()
    assert tab.locator("h1").inner_text() == "Check a certificate without us"


def test_it_can_reach_nobody(tab: Page, folder: Path) -> None:
    assert (folder / "accredit-verify.html").stat().st_size < 1_000_000
    blocked = tab.evaluate("fetch('https://accredit.example/').then(() => 'reached', (error) => 'refused')")
    assert blocked == "refused"
    policy = tab.locator("meta[http-equiv]").get_attribute("content") or ""
    assert "connect-src 'none'" in policy
    assert "default-src 'none'" in policy


def test_it_says_whom_it_trusts_and_since_when(tab: Page, kept: Kept) -> None:
    tab.locator("#trusted summary").click()
    words = tab.locator("#trusted").inner_text()
    assert "Example Park Academy – Identity confirmed by telephone, 2026-03-02" in words
    assert datetime.date(kept.trust.made).isoformat() in words


CODE = typed_code.show(typed_code.make(secrets.randbelow))


@pytest.fixture(scope="module")
def on_paper(kept: Kept) -> str:
    """What the QR code of Ama's certificate says, with a statement by her school's key for them."""
    document, now = kept.document, kept.story.now
    statement = offline_statement.Statement(
        issuer=document["issuer"]["id"],
        credential_id=UUID(document["id"].removeprefix("urn:uuid:")),
        code=typed_code.read(CODE),
        name="Ama Sample",
        organisation="Example Park Academy",
        award="Peer Supporter",
        awarded_on=now.date(),
        modules=7,
        minutes=795,
        adults=1,
        stated_at=now,
    )
    digits = offline_statement.encode(statement, public_key=examples.public(21), sign=examples.private(21).sign)
    return f"https://accredit.example/V/{CODE}#{digits}"


@pytest.fixture(scope="module")
def anchors(kept: Kept) -> Trust:
    """Those of a service whose schools sign statements for paper."""
    made = kept.trust.made - timedelta(days=1)
    return replace(kept.trust, issuers=tuple(replace(each, keys=(*each.keys, _key_for_paper(each.id, made)))
                                             for each in kept.trust.issuers))  # fmt: skip


def _key_for_paper(issuer: str, made: datetime) -> TrustedKey:
    return TrustedKey(id=f"{issuer}#offline-1", purpose=Purpose.OFFLINE, public_key=examples.public(21), created=made)


@pytest.fixture
def paper_tab(context: BrowserContext, kept: Kept, anchors: Trust, tmp_path: Path) -> Iterator[Page]:
    (tmp_path / "page.html").write_bytes(verifier_file(anchors))
    page = context.new_page()
    page.clock.set_fixed_time(kept.now)
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    page.close()


def test_the_words_on_paper_are_read_and_never_green(paper_tab: Page, on_paper: str) -> None:
    paper_tab.locator("#text").fill(on_paper)
    paper_tab.get_by_role("button", name="Check this").click()
    paper_tab.locator(".verdict.amber").wait_for()
    assert paper_tab.locator("#verdict").inner_text() == (
        "Genuine when issued on 30 June 2026; whether it still holds was last known on 30 June 2026"
    )
    words = paper_tab.locator("#result").inner_text()
    assert "Ama Sample" in words
    assert "Trained in 7 modules, 13.25 supervised hours, approved by 1 adult." in words


def _repacked(address: str, change: Callable[[bytes], bytes]) -> str:
    before, _, digits = address.partition("#")
    number = int(digits)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    changed = b"\x01" + zlib.compress(change(zlib.decompress(raw[1:])))
    return f"{before}#{int.from_bytes(changed, 'big')}"


def test_the_words_on_paper_are_answered_as_by_the_engine_of_the_service(
    paper_tab: Page, tab: Page, kept: Kept, anchors: Trust, on_paper: str
) -> None:
    other = typed_code.show(typed_code.make(secrets.randbelow))
    addresses = [
        on_paper,
        on_paper.lower(),
        on_paper.replace(CODE, other),
        _repacked(on_paper, lambda data: data.replace(b"Ama Sample", b"Eve Sample")),
        _repacked(on_paper, lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        _repacked(on_paper, lambda data: data[:-1]),
        _repacked(on_paper, lambda data: data + b"\x00"),
        f"https://accredit.example/V/{CODE}#12345",
        f"https://accredit.example/V/{CODE}#{'9' * 2000}",
    ]
    for page, trust in ((paper_tab, anchors), (tab, kept.trust)):
        for address in addresses:
            answer = page.evaluate("async (address) => await window.accreditVerifyStatement(address)", address)
            ours = offline_statements.verify(address, trust=trust, now=kept.now)
            assert (said(answer), answer["claims"]) == (told(ours), ours.to_json()["claims"]), address
            assert answer["verdict"] != "GENUINE"
