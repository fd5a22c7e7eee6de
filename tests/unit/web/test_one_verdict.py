"""One verdict everywhere: the same credential, however it is carried and whoever is asked, is answered alike.

Asked are the page (a file, and pasted), the API (bytes, and as a form), and the command line (a file, and piped); by
its code the page, the API, the command line, and a picture of the QR code, given to page and API. Carried by JSON, a
token, PNG, SVG and PDF. What the page says is compared with the words that the API gives with its verdict.
"""

from __future__ import annotations

import copy
import html
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import CliRunner
from sqlmodel import col

from accredit.cli.verify import verify as command_line
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.rules import Purpose
from accredit.domain.verification.rules import EXIT_CODES, Reason, Verdict, colour
from accredit.kit.openbadges import png, svg
from accredit.kit.vc import eddsa_rdfc_2022
from accredit.rendering.qr import qr_address, qr_png
from accredit.storage import Database
from accredit.web.api import answers as answers_of_api
from accredit.web.limits import Allowance
from accredit.web.public import verify as verify_page
from accredit.web.public.verdicts import LOOKS
from tests.factories import NOW
from tests.unit.domain.verification.story import Issued, Story, did_of, told
from tests.unit.domain.verification.test_other_issuers import DID, OWN_METHOD, badge
from tests.web import BASE_URL, Browser, compose, make_settings, sign_in

KINDS = ("json", "jwt", "png", "svg", "pdf")
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'
_SAID = re.compile(r'id="verdict">(?P<heading>[^<]+)</h1>\s*<p>(?P<sentence>[^<]+)</p>')
Answer = tuple[str, str | None]


@dataclass
class World:
    """A service with one released credential, in every form it is handed out in, and a stranger before it."""

    story: Story
    issued: Issued
    credential_id: UUID
    stranger: Browser
    folder: Path
    files: Mapping[str, bytes] = field(default_factory=dict)

    def sign(self, document: dict[str, Any], organisation_id: UUID | None = None) -> bytes:
        """Sign a document with the real key of a school, as whoever had stolen it could."""
        with self.story.database.reading() as db:
            did = did_of(db, organisation_id or self.story.cast.organisation_id)
            key = issuances.signing_key(db, controller=did, purpose=Purpose.ASSERTION)
        assert key is not None
        unsigned = {name: value for name, value in document.items() if name != "proof"}
        signed = eddsa_rdfc_2022.add_proof(
            unsigned,
            sign=lambda message: self.story.keyring.sign(key.id, message),
            verification_method=key.verification_method,
            created=self.story.now,
        )
        return json.dumps(signed).encode()

    def change(self, model: Any, **values: object) -> None:
        """Change the row of the issuance, or of its list, behind the back of all rules."""
        with self.story.database.transaction() as db:
            row = db.get(Issuance, self.issued.issuance_id)
            row = row if model is Issuance else db.get(StatusList, row.status_list_id)
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
def world(sqlite_database: Database, tmp_path: Path) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        story = told(sqlite_database, tmp_path)
        issued = story.issue()
        app = compose(sqlite_database, make_settings())
        stranger, holder = app.test_client(), app.test_client()
        assert isinstance(stranger, Browser)
        assert isinstance(holder, Browser)
        sign_in(holder, story.cast.ama, story.cast)
        with sqlite_database.reading() as db:
            wanted = sa.select(col(Issuance.credential_id)).where(col(Issuance.id) == issued.issuance_id)
            credential_id = db.execute(wanted).scalar_one()
        files = {kind: holder.get(f"/credentials/{credential_id}.{kind}").data for kind in KINDS}
        yield World(story, issued, credential_id, stranger, tmp_path, files)


def of_report(report: Mapping[str, Any]) -> Answer:
    return report["verdict"], report["reason"]


def by_api(world: World, data: bytes) -> Answer:
    return of_report(world.stranger.post("/api/verify", data=data).get_json())


def by_form(world: World, data: bytes) -> Answer:
    given = {"file": (io.BytesIO(data), "whatever")}
    return of_report(world.stranger.post("/api/verify", data=given).get_json())


def by_page(world: World, data: bytes) -> Answer:
    answer = world.stranger.post("/verify", data={"file": (io.BytesIO(data), "x.json")}, follow_redirects=True)
    return of_page(world, answer.text, world.stranger.post("/api/verify", data=data).get_json())


def by_pasting(world: World, data: bytes) -> Answer:
    answer = world.stranger.post("/verify", data={"text": data.decode()}, follow_redirects=True)
    return of_page(world, answer.text, world.stranger.post("/api/verify", data={"text": data.decode()}).get_json())


def of_page(world: World, page: str, report: Mapping[str, Any]) -> Answer:
    """Read what the page says, and compare it with the words of a report of the same thing."""
    found = _SAID.search(page)
    assert found is not None, page
    heading = html.unescape(found["heading"]).strip()
    if report["reason"] == "status_not_fresh":
        # The page puts the day into it.
        assert heading[:12] == report["heading"][:12]
    else:
        assert heading == report["heading"]
    assert report["sentence"] in html.unescape(found["sentence"])
    look = LOOKS[colour(Verdict(report["verdict"]), Reason(report["reason"]) if report["reason"] else None)]
    assert f"verdict--{look}" in page
    if report["verdict"] != "GENUINE":
        assert report["next_step"] in html.unescape(page)
    return of_report(report)


def by_command(world: World, target: str, stdin: bytes = b"") -> Answer:
    cleared: dict[str, str | None] = {name: None for name in os.environ if name.startswith("ACCREDIT_")}
    settings = {
        "ACCREDIT_BASE_URL": BASE_URL,
        "ACCREDIT_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "ACCREDIT_PEPPER": "0123456789abcdef0123456789abcdef",
        "ACCREDIT_DATABASE_URL": str(world.story.database.engine.url),
    }
    done = CliRunner().invoke(command_line, [target, "--json"], input=stdin, env={**cleared, **settings})
    report = json.loads(done.stdout)
    assert done.exit_code == EXIT_CODES[Verdict(report["verdict"])]
    return of_report(report)


def by_file(world: World, data: bytes) -> Answer:
    path = world.folder / "given"
    path.write_bytes(data)
    return by_command(world, str(path))


def by_pipe(world: World, data: bytes) -> Answer:
    return by_command(world, "-", data)


BY_BYTES: dict[str, Callable[[World, bytes], Answer]] = {
    "the API": by_api,
    "a form of the API": by_form,
    "a file on the page": by_page,
    "the command line": by_file,
    "a pipe": by_pipe,
}


def by_code(world: World) -> dict[str, Answer]:
    """Ask by the code on the paper, in every way there is."""
    code, stranger = world.issued.code, world.stranger
    report = stranger.get(f"/api/verify/{code}").get_json()
    picture = qr_png(qr_address(BASE_URL, code))
    shown = stranger.post("/verify", data={"file": (io.BytesIO(picture), "x.png")}, follow_redirects=True).text
    return {
        "the API": of_report(report),
        "the API, in a body": of_report(stranger.post("/api/verify", json={"code": code}).get_json()),
        "the page": of_page(world, stranger.get(f"/v/{code}").text, report),
        "the page in capitals": of_page(world, stranger.get(f"/V/{code}").text, report),
        "a picture of the code, on the page": of_page(world, shown, report),
        "a picture of the code, to the API": by_api(world, picture),
        "the address, pasted": by_pasting(world, f"{BASE_URL}/v/{code}".encode()),
        "the command line": by_command(world, f"{BASE_URL}/v/{code}"),
    }


def in_every_way(world: World, carriers: Mapping[str, bytes]) -> dict[str, Answer]:
    """Ask everybody about every carrier."""
    answers = {}
    for carried, data in carriers.items():
        for asked, ask in BY_BYTES.items():
            answers[f"{carried}, {asked}"] = ask(world, data)
        if carried in {"json", "jwt"}:
            answers[f"{carried}, pasted"] = by_pasting(world, data)
    return answers


@pytest.fixture(autouse=True)
def _plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one reader ask as often as a test does."""
    for place in (answers_of_api, verify_page):
        monkeypatch.setattr(place, "CHECKS", Allowance(name="tests", times=10_000, seconds=60))


@pytest.mark.attack("VH11", "VX38")
def test_vh11_a_genuine_credential_is_genuine_in_every_form_and_to_everybody(world: World) -> None:
    answers = in_every_way(world, world.files) | by_code(world)
    assert len(answers) == 5 * 5 + 2 + 8
    assert set(answers.values()) == {("GENUINE", None)}, answers


@dataclass(frozen=True)
class Broken:
    """Something that is wrong: how it is made, and what everybody must say; ``code`` if the code says the same."""

    make: Callable[[World], Mapping[str, bytes]]
    verdict: Verdict
    reason: Reason
    code: bool = False


def in_pictures(data: bytes) -> dict[str, bytes]:
    """Carry JSON as it is and in both kinds of picture."""
    text = data.decode()
    return {"json": data, "png": png.bake(qr_png("a picture"), text), "svg": svg.bake(DRAWING, text)}


def altered(world: World) -> Mapping[str, bytes]:
    document = copy.deepcopy(world.issued.document)
    document["credentialSubject"]["result"][0]["value"] = "1000"
    return in_pictures(json.dumps(document).encode())


def by_another_school(world: World) -> Mapping[str, bytes]:
    return in_pictures(world.sign(world.issued.document, world.story.cast.other_organisation_id))


def changed(act: str) -> Callable[[World], Mapping[str, bytes]]:
    def change(world: World) -> Mapping[str, bytes]:
        world.story.change_status(act, world.issued.issuance_id)
        return world.files

    return change


def of_another_time(**dates: str) -> Callable[[World], Mapping[str, bytes]]:
    return lambda _: in_pictures(badge(DID, OWN_METHOD, **dates))


def erased(world: World) -> Mapping[str, bytes]:
    world.change(Issuance, unsigned_document=None, signed_document=None, signed_jwt=None)
    return world.files


def doubted(world: World) -> Mapping[str, bytes]:
    world.change(StatusList, doubtful_since=NOW)
    return world.files


def unlogged(world: World) -> Mapping[str, bytes]:
    return in_pictures(world.sign(world.issued.document | {"id": "urn:uuid:00000000-0000-4000-8000-000000000000"}))


def twice(world: World) -> Mapping[str, bytes]:
    # The second by hand: `bake` itself refuses a picture that carries one already.
    first, other = png.bake(qr_png("x"), world.issued.data.decode()), png.bake(qr_png("x"), "{}")
    chunk = other.index(b"iTXt") - 4
    end = chunk + 12 + int.from_bytes(other[chunk : chunk + 4], "big")
    place = first.index(b"iTXt") - 4
    return {"png": first[:place] + other[chunk:end] + first[place:]}


def of_no_algorithm(world: World) -> Mapping[str, bytes]:
    body = world.files["jwt"].split(b".")[1]
    # {"alg":"none","typ":"vc+ld+json+jwt"} without its padding.
    return {"jwt": b"eyJhbGciOiJub25lIiwidHlwIjoidmMrbGQranNvbitqd3QifQ." + body + b"."}


_N, _V = Verdict.NOT_GENUINE, Verdict
BROKEN = {
    "altered": Broken(altered, _N, Reason.SIGNATURE_INVALID),
    "signed with another school's key": Broken(by_another_school, _N, Reason.KEY_OF_ANOTHER_ISSUER),
    "revoked": Broken(changed("revoke"), _V.NOT_CURRENT, Reason.REVOKED, code=True),
    "suspended": Broken(changed("suspend"), _V.NOT_CURRENT, Reason.SUSPENDED, code=True),
    "expired": Broken(of_another_time(validUntil="2025-01-01T00:00:00Z"), _V.NOT_CURRENT, Reason.EXPIRED),
    "not yet valid": Broken(of_another_time(validFrom="2027-01-01T00:00:00Z"), _V.NOT_CURRENT, Reason.NOT_YET_VALID),
    "erased": Broken(erased, _V.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD),
    "of an unknown issuer": Broken(of_another_time(), _V.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED),
    "of a list nobody can vouch for": Broken(doubted, _V.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH, code=True),
    "two in one": Broken(twice, _V.UNREADABLE, Reason.MULTIPLE_CREDENTIALS),
    "cut short": Broken(lambda world: {"json": world.issued.data[:-40]}, _V.UNREADABLE, Reason.MALFORMED),
    "signed with the real key and never recorded": Broken(unlogged, _N, Reason.UNKNOWN_HERE),
    "a token that needs no signature": Broken(of_no_algorithm, _N, Reason.ALG_NOT_ALLOWED),
    "nothing of the kind": Broken(lambda _: {"a letter": b"Dear Sir"}, _V.UNREADABLE, Reason.NO_CREDENTIAL),
}


@pytest.mark.attack("VH11")
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_vh11_what_is_wrong_is_wrong_in_every_form_and_to_everybody(world: World, broken: Broken) -> None:
    answers = in_every_way(world, broken.make(world))
    if broken.code:
        answers |= by_code(world)
    wrong = {asked: given for asked, given in answers.items() if given != (broken.verdict, broken.reason)}
    assert wrong == {}


@pytest.mark.attack("VS01")
def test_vs01_everybody_changes_their_mind_at_the_same_second(world: World) -> None:
    ends = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
    carriers = in_pictures(badge(DID, OWN_METHOD, validUntil=ends.isoformat().replace("+00:00", "Z")))
    for moment, said in ((ends, "issuer_not_recognised"), (ends + timedelta(seconds=1), "expired")):
        with time_machine.travel(moment, tick=False):
            answers = in_every_way(world, carriers)
        assert {reason for _, reason in answers.values()} == {said}, (moment, answers)
