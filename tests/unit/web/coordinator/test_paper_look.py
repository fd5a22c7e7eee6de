"""Logos and a signature: brought, looked at, used once somebody says so, taken away; and nobody else's to touch."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from accredit.domain.organisations import operations, paper, queries
from accredit.domain.organisations.rules import PicturePlace
from accredit.sandbox import pictures
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.unit.web.coordinator.school import train
from tests.unit.web.coordinator.test_awarding import award, sign
from tests.web import Browser, ClientFor

PAPER = "/school/organisation/paper"
CERTIFICATES = "/school/ceremony/2026-06-30/certificates.pdf"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a child take its time on a machine that others use."""
    monkeypatch.setattr(pictures.files, "wall_seconds", 60)


@pytest.fixture
def lee(app: object, sqlite_database: Database, cast: Cast, client_for: ClientFor) -> Browser:
    """The administrator, who has said who signs."""
    signs(sqlite_database, cast, "Dr H. Specimen")
    return client_for(cast.lee)


def signs(database: Database, cast: Cast, name: str) -> None:
    """Say who signs by hand."""
    with database.transaction(cast.organisation_id) as db:
        before = queries.organisation(db, cast.organisation_id).details
        told = replace(before, head_name=name, head_title="Headteacher")
        operations.change_details(db, organisation_id=cast.organisation_id, details=told, actor=cast.lee.actor, now=NOW)


def _png(colour: str = "#0F5A6E") -> bytes:
    picture, written = Image.new("RGB", (900, 600), "white"), BytesIO()
    ImageDraw.Draw(picture).ellipse((100, 100, 800, 500), fill=colour)
    picture.save(written, "PNG")
    return written.getvalue()


def _signature() -> bytes:
    picture, written = Image.new("RGB", (900, 300), "white"), BytesIO()
    ImageDraw.Draw(picture).line([(50, 200), (300, 60), (500, 240), (850, 100)], fill="#18206A", width=9)
    picture.save(written, "JPEG")
    return written.getvalue()


def bring(client: Browser, place: str, data: bytes, **fields: str) -> tuple[int, str]:
    named = {f"{place}-{name}": text for name, text in fields.items()}
    answer = client.post(
        f"{PAPER}/{place}",
        data={f"{place}-file": (BytesIO(data), "picture.png"), **named},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.get_data(as_text=True)


def waiting(database: Database, cast: Cast, place: str) -> paper.Picture:
    with database.reading() as db:
        return paper.pictures(db, cast.organisation_id, is_used=False)[PicturePlace(place)]


def use(client: Browser, database: Database, cast: Cast, place: str, **fields: str) -> int:
    digest = waiting(database, cast, place).digest
    return client.post(f"{PAPER}/{place}/use", data={"digest": digest, **fields}).status_code


def images(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as document:
        return sum(
            (each.get("/Subtype") == "/Image" and "/SMask" in each) or each.get("/ColorSpace") == "/DeviceRGB"
            for each in document.objects
            if isinstance(each, pikepdf.Stream)
        )


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def test_a_logo_is_looked_at_and_printed_only_once_somebody_says_so(
    lee: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    award(nia, cast)
    sign(sqlite_database, tmp_path)
    assert bring(lee, "logo", _png())[0] == 303
    page = lee.get(PAPER).get_data(as_text=True)
    assert "Waiting for you to look at it" in page
    assert images(nia.get(CERTIFICATES).data) == 0
    assert images(lee.get(f"{PAPER}/certificate.pdf").data) == 0
    assert images(lee.get(f"{PAPER}/certificate.pdf?with=waiting").data) == 1
    assert use(lee, sqlite_database, cast, "logo") == 303
    assert images(nia.get(CERTIFICATES).data) == 1
    assert lee.post(f"{PAPER}/logo/remove/used").status_code == 303
    assert images(nia.get(CERTIFICATES).data) == 0
    assert lee.get(f"{PAPER}/logo/used.png").status_code == 404


def test_the_young_persons_own_file_has_the_look_and_still_carries_the_credential(
    lee: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    train(sqlite_database, cast)
    award(client_for(cast.nia), cast)
    sign(sqlite_database, tmp_path)
    bring(lee, "signature", _signature())
    assert use(lee, sqlite_database, cast, "signature", agreed="yes") == 303
    with sqlite_database.reading() as db:
        assert paper.look(db, cast.organisation_id).signature is not None
    pdf = lee.get(f"{PAPER}/certificate.pdf").data
    assert "Dr H. Specimen" in text_of(pdf)
    assert images(pdf) == 1


def test_a_picture_by_itself_is_a_picture_and_nothing_else(lee: Browser, cast: Cast, sqlite_database: Database) -> None:
    bring(lee, "logo", _png())
    answer = lee.get(f"{PAPER}/logo/waiting.png")
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"
    with Image.open(BytesIO(answer.data)) as picture:
        assert picture.size == (
            waiting(sqlite_database, cast, "logo").width,
            waiting(sqlite_database, cast, "logo").height,
        )


def test_a_signature_needs_a_name_and_a_yes(
    app: object, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    lee = client_for(cast.lee)
    status, page = bring(lee, "signature", _signature())
    assert status == 422
    assert "Say first who signs" in page
    signs(sqlite_database, cast, "Dr H. Specimen")
    assert bring(lee, "signature", _signature())[0] == 303
    assert use(lee, sqlite_database, cast, "signature") == 422
    assert use(lee, sqlite_database, cast, "signature", agreed="yes") == 303


def test_a_signature_is_not_printed_for_another_head(lee: Browser, cast: Cast, sqlite_database: Database) -> None:
    bring(lee, "signature", _signature())
    use(lee, sqlite_database, cast, "signature", agreed="yes")
    signs(sqlite_database, cast, "Ms N. Ewhead")
    with sqlite_database.reading() as db:
        look = paper.look(db, cast.organisation_id)
    assert (look.head_name, look.signature) == ("Ms N. Ewhead", None)
    assert "who does not sign any more" in lee.get(PAPER).get_data(as_text=True)


def test_a_second_logo_says_whose_it_is(lee: Browser, cast: Cast, sqlite_database: Database) -> None:
    status, page = bring(lee, "partner", _png())
    assert status == 422
    assert "Give the name" in page
    assert bring(lee, "partner", _png(), words="Example Youth Trust")[0] == 303
    assert waiting(sqlite_database, cast, "partner").words == "Example Youth Trust"


def test_only_the_picture_that_was_looked_at_is_used(lee: Browser, cast: Cast, sqlite_database: Database) -> None:
    bring(lee, "logo", _png())
    seen = waiting(sqlite_database, cast, "logo").digest
    bring(lee, "logo", _png("#7A1F2B"))
    answer = lee.post(f"{PAPER}/logo/use", data={"digest": seen})
    assert answer.status_code == 422
    assert "another picture by now" in answer.get_data(as_text=True)
    with sqlite_database.reading() as db:
        assert paper.pictures(db, cast.organisation_id, is_used=True) == {}


@pytest.mark.attack("WI09")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "PNG or JPEG", id="nothing"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "This is a drawing", id="a drawing"),
        pytest.param(b"GIF89a", "PNG or JPEG", id="a GIF"),
        pytest.param(_png()[:300], "could not be opened", id="half a picture"),
    ],
)
def test_wi09_what_is_no_picture_is_kindly_refused(lee: Browser, data: bytes, said: str) -> None:
    status, page = bring(lee, "logo", data)
    assert status == 422
    assert said in page


def test_whoever_is_no_administrator_changes_nothing(lee: Browser, client_for: ClientFor, cast: Cast) -> None:
    bring(lee, "logo", _png())
    for player in (cast.nia, cast.sam, cast.ama, None):
        other = client_for(player)
        assert other.get(f"{PAPER}/logo/waiting.png").status_code in {302, 303, 401, 403, 404}
        assert bring(other, "logo", _png())[0] in {302, 303, 401, 403, 404}


def test_another_school_finds_no_picture_of_ours(lee: Browser, client_for: ClientFor, cast: Cast) -> None:
    bring(lee, "logo", _png())
    oz = client_for(cast.oz)
    assert oz.get(f"{PAPER}/logo/waiting.png").status_code in {403, 404}
    assert oz.post(f"{PAPER}/logo/remove/waiting").status_code in {403, 404}
    assert lee.get(f"{PAPER}/logo/waiting.png").status_code == 200
