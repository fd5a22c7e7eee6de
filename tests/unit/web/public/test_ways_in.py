"""Whatever somebody brings to ``/verify``: each has its own explanation and next step, and nothing of it stays."""

from __future__ import annotations

import io
import logging
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from PIL import Image
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import TestResponse

from accredit.domain.verification import words
from accredit.domain.verification.rules import Reason
from accredit.kit import typed_code
from accredit.sandbox import credentials as sandboxed
from accredit.sandbox.sandbox import Cause, Sandbox, Stopped
from accredit.storage import Database
from accredit.web import admission
from tests.browser.paper import address_on, printed
from tests.cast import Cast
from tests.photographs import as_file, photo
from tests.populated import Year
from tests.unit.domain.verification.test_other_issuers import DID, OWN_METHOD, badge
from tests.unit.kit.openbadges.test_files import PNG, SVG, _chunk, _itxt, _pdf, _with
from tests.web import BASE_URL, Browser, ClientFor


def _brought(stranger: Browser, data: bytes, name: str = "x", **options: Any) -> TestResponse:
    # Written out here: the client would put a large form into a temporary file and forget to close it.
    named = name.encode().replace(b'"', b"%22")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + named + b'"\r\n\r\n'
    body = head + data + b"\r\n--b--\r\n"
    return stranger.post("/verify", data=body, content_type="multipart/form-data; boundary=b", **options)


def _file(client_for: ClientFor, cast: Cast, year: Year, kind: str) -> bytes:
    return bytes(client_for(cast.ama).get(f"/credentials/{year.credential_id}.{kind}").data)


def _picture(client_for: ClientFor, cast: Cast, year: Year, folder: Path) -> Image.Image:
    path = folder / "certificate.pdf"
    path.write_bytes(_file(client_for, cast, year, "pdf"))
    return printed(path, dots_per_inch=150)


PHOTO_OF = BASE_URL.upper() + "/V/{code}"


@pytest.mark.attack("VX26")
@pytest.mark.parametrize("form", ["JPEG", "PNG", "PDF"])
def test_vx26_a_picture_of_the_certificate_leads_where_its_code_leads(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, tmp_path: Path, form: str
) -> None:
    picture = _picture(client_for, cast, year, tmp_path)
    assert address_on(picture).upper() == PHOTO_OF.format(code=year.code)
    answer = _brought(stranger, as_file(picture, form))
    assert (answer.status_code, answer.location) == (303, f"/v/{year.code}")
    page = stranger.get(answer.location).text
    # A picture is no file of hers: it opens what the code opens.
    assert "verdict--genuine" in page
    assert "Ama Sample" not in page


@pytest.mark.attack("VX38")
def test_vx38_six_forms_and_the_code_have_one_verdict(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, tmp_path: Path
) -> None:
    files = [_file(client_for, cast, year, kind) for kind in ("json", "jwt", "png", "svg", "pdf")]
    for data in (*files, as_file(_picture(client_for, cast, year, tmp_path))):
        page = _brought(stranger, data, follow_redirects=True)
        assert "verdict--genuine" in page.text
        api = stranger.post("/api/verify", data=data, content_type="application/octet-stream").get_json()
        assert (api["verdict"], api["reason"]) == ("GENUINE", None)


@pytest.mark.attack("VX17")
def test_vx17_the_page_shows_what_the_credential_says_whatever_the_paper_says(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    paper = _pdf(("credential.json", _file(client_for, cast, year, "json")))
    with pikepdf.open(io.BytesIO(paper)) as document:
        text = b"BT /F1 24 Tf 20 100 Td (Mallory Forger, 900 hours) Tj ET"
        document.pages[0].Contents = pikepdf.Stream(document, text)
        changed = io.BytesIO()
        document.save(changed)
    page = _brought(stranger, changed.getvalue()).text
    assert "Ama Sample" in page
    assert "Mallory" not in page
    assert "900" not in page
    assert "verdict--genuine" in page
    assert "Compare all of this with the paper" in page
    # Where no file was brought there is nothing to compare: initials stand there instead of the name.
    assert "with the paper, too" not in stranger.get(f"/v/{year.code}").text


@pytest.mark.attack("VX24")
def test_vx24_a_paper_that_was_painted_over_leads_to_the_true_page(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, tmp_path: Path
) -> None:
    picture = _picture(client_for, cast, year, tmp_path)
    # Painted white from the top down to where the code begins, as somebody would who writes another name there.
    picture.paste("white", (0, 0, picture.width, picture.height // 3))
    answer = _brought(stranger, as_file(picture), follow_redirects=True)
    plain = stranger.get(f"/v/{year.code}")
    assert "verdict--genuine" in answer.text
    assert answer.text == plain.text


@pytest.mark.attack("VX25")
def test_vx25_a_photo_with_another_address_is_warned_about_and_not_opened(stranger: Browser, year: Year) -> None:
    answer = _brought(stranger, photo(f"https://accredlt.example/v/{year.code}"))
    assert answer.status_code == 200
    assert words.REASONS[Reason.LOOK_ALIKE_ADDRESS] in answer.text
    assert words.NEXT_STEPS_FOR[Reason.LOOK_ALIKE_ADDRESS] in answer.text
    assert "accredlt" not in answer.text
    assert "verdict--genuine" not in answer.text
    honest = _brought(stranger, photo(f"https://elsewhere.test/v/{year.code}"))
    assert words.REASONS[Reason.FETCHING_IS_OFF] in honest.text


@pytest.mark.attack("VX25")
def test_vx25_the_certificate_says_our_address_in_letters(client_for: ClientFor, cast: Cast, year: Year) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(_file(client_for, cast, year, "pdf")) as document:
        page = document[0].get_textpage()
        text = page.get_text_bounded()
        page.close()
    assert "accredit.example" in text.lower()
    assert typed_code.show(year.code) in text


HELPLESS = {
    "a receipt": (b"c2sp.org/tlog-proof@v1\nindex 1\n", Reason.RECEIPT_ALONE, 200),
    "VX28 a letter in Word": (b"PK\x03\x04" + bytes(40), Reason.OTHER_KIND_OF_FILE, 415),
    "VX28 a photo as a telephone keeps it": (b"\0\0\0\x18ftypheic" + bytes(40), Reason.OTHER_KIND_OF_FILE, 415),
    "VX28 a saved page": (b"<!doctype html><title>x</title>", Reason.OTHER_KIND_OF_FILE, 415),
    "VX20 a password": (
        _pdf(("a.json", b"{}"), encryption=pikepdf.Encryption(owner="o", user="u")), Reason.PASSWORD_PROTECTED, 200
    ),
    "VX16 two credentials": (_pdf(("a.json", b"{}"), ("b.json", b"{}")), Reason.MULTIPLE_CREDENTIALS, 200),
    "VX16 a list of two": (b'[{"issuer": "a"}, {"issuer": "b"}]', Reason.MULTIPLE_CREDENTIALS, 200),
    "VX26 a photo of something else": (photo(), Reason.NO_CODE_IN_PICTURE, 200),
    "VX30 one byte": (b"x", Reason.NO_CREDENTIAL, 200),
    "a badge of another time": (
        b'{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","badge":"x"}', Reason.OPEN_BADGES_2, 200
    ),
    "VX07 a poisonous picture": (
        _with(_chunk(b"tEXt", b"Comment\0x"))[:16] + (60_000).to_bytes(4) * 2 + bytes(9), Reason.MALFORMED, 200
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HELPLESS)
def test_whatever_does_not_help_has_its_own_words_and_a_next_step(stranger: Browser, year: Year, name: str) -> None:
    data, reason, status = HELPLESS[name]
    answer = _brought(stranger, data)
    assert answer.status_code == status
    assert words.REASONS[reason].replace("'", "&#39;") in answer.text
    assert words.NEXT_STEPS_FOR[reason].replace("'", "&#39;") in answer.text
    assert "verdict--genuine" not in answer.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("c2sp.org/tlog-proof@v1\nindex 1\n", words.REASONS[Reason.RECEIPT_ALONE], id="a receipt"),
        pytest.param("accredit.example.evil.test/v/x", words.REASONS[Reason.LOOK_ALIKE_ADDRESS], id="a look-alike"),
        pytest.param(BASE_URL + "/o/ysgol", "address of ours, but not of a certificate", id="another page of ours"),
        pytest.param("www.linkedin.com/in/ama", words.REASONS[Reason.FETCHING_IS_OFF], id="somebody else's page"),
        pytest.param('{"badge":1,"recipient":2}', words.REASONS[Reason.OPEN_BADGES_2], id="an older badge"),
    ],
)
def test_what_is_pasted_has_its_own_words(stranger: Browser, year: Year, text: str, sentence: str) -> None:
    answer = stranger.post("/verify", data={"text": text})
    assert sentence in answer.text
    assert "verdict--genuine" not in answer.text


def test_the_address_of_a_credential_leads_to_its_own_page(stranger: Browser, year: Year) -> None:
    answer = stranger.post("/verify", data={"text": f"{BASE_URL}/credentials/{year.credential_id}"})
    assert (answer.status_code, answer.location) == (303, f"/credentials/{year.credential_id}")


def test_a_slip_is_named_and_tells_nothing_of_any_certificate(stranger: Browser, year: Year) -> None:
    code = "7KQMD9RTWX4HP" + typed_code.check_symbol("7KQMD9RTWX4HP")
    answer = stranger.get(f"/v/{code.replace('Q', '0')}")
    assert answer.status_code == 404
    assert "At place 3 you typed 0." in answer.text


@pytest.mark.attack("VX12", "VX21")
def test_vx12_a_drawing_is_never_shown(stranger: Browser) -> None:
    drawing = SVG.replace(b"<g>", b"<script>alert('canary')</script><g onload=\"canary()\">")
    from accredit.kit.openbadges import svg

    answer = _brought(stranger, svg.bake(drawing, badge(DID, OWN_METHOD).decode()), "x.svg")
    assert "canary" not in answer.text
    assert answer.mimetype == "text/html"


@pytest.mark.attack("VX31")
def test_vx31_a_thousand_parts_are_refused(stranger: Browser) -> None:
    for name in ("x" * 2_000_000, "file"):
        parts = "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name if number == 0 else number}"\r\n\r\nx\r\n'
            for number in range(1_200)
        )
        answer = stranger.post(
            "/verify", data=(parts + "--b--\r\n").encode(), content_type="multipart/form-data; boundary=b"
        )
        assert answer.status_code in {400, 413}


@pytest.mark.attack("VX32")
@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "x\u202efdp.exe", "x" * 10_000, "nul\0.pdf", "\u0000", "C:\\x.pdf"]
)
def test_vx32_the_name_of_a_file_goes_nowhere(stranger: Browser, caplog: pytest.LogCaptureFixture, name: str) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = _brought(stranger, PNG, name)
    assert answer.status_code in {200, 422}
    for told in (answer.text, caplog.text, str(answer.headers)):
        assert name.replace("\0", "") not in told or not name.strip("\0")


@pytest.mark.attack("VX32")
def test_vx32_a_line_end_in_a_name_makes_no_header(stranger: Browser) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x%0d%0aSet-Cookie: a=b"\r\n\r\n'
        + PNG + b"\r\n--b--\r\n"
    )  # fmt: skip
    answer = stranger.post("/verify", data=body, content_type="multipart/form-data; boundary=b")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.attack("VX33")
def test_vx33_a_child_that_died_is_said_to_and_the_next_reader_is_served(
    stranger: Browser, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(*_args: Any, **_options: Any) -> None:
        raise Stopped(Cause.CRASHED)

    monkeypatch.setattr(sandboxed, "take_out", died)
    answer = _brought(stranger, PNG)
    assert words.REASONS[Reason.READING_FAILED] in answer.text
    assert "verdict--careful" in answer.text
    monkeypatch.undo()
    assert "verdict--genuine" in stranger.get(f"/v/{year.code}").text


@pytest.mark.attack("VX35")
def test_vx35_whoever_comes_too_soon_is_told_when_to_come_again(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: Any, **_options: Any) -> None:
        raise Stopped(Cause.BUSY)

    monkeypatch.setattr(sandboxed, "take_out", busy)
    page = _brought(stranger, PNG)
    assert (page.status_code, page.headers["Retry-After"]) == (503, str(admission.AGAIN_AFTER))
    assert words.REASONS[Reason.BUSY] in page.text
    api = stranger.post("/api/verify", data=PNG, content_type="image/png")
    assert (api.status_code, api.mimetype) == (503, "application/problem+json")
    assert api.headers["Retry-After"] == str(admission.AGAIN_AFTER)


@pytest.mark.attack("VX35")
def test_vx35_large_files_are_let_in_two_at_a_time_and_small_ones_always(app: Flask) -> None:
    large = {"method": "POST", "content_type": "application/pdf", "content_length": 1_000_000, "base_url": BASE_URL}
    inside = [app.test_request_context("/api/verify", **large) for _ in range(admission.AT_ONCE)]
    for each in inside:
        each.push()
        app.preprocess_request()
    with app.test_request_context("/api/verify", **large), pytest.raises(ServiceUnavailable):
        app.preprocess_request()
    with app.test_request_context("/api/verify", **{**large, "content_length": 100}):
        app.preprocess_request()
    for each in reversed(inside):
        each.pop()
    with app.test_request_context("/verify", **large):
        app.preprocess_request()


CANARY = "Qx7Kanarienvogel"


@pytest.mark.attack("VX37")
def test_vx37_nothing_that_was_brought_is_kept(
    stranger: Browser, year: Year, sqlite_database: Database, caplog: pytest.LogCaptureFixture, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import tempfile

    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    credential = badge(DID, OWN_METHOD, name=CANARY)
    brought = [
        credential,
        _with(_itxt(credential)),
        _pdf(("credential.json", credential)),
        # Large enough for a temporary file, and broken enough for an error.
        b"%PDF-1.7\n" + CANARY.encode() * 100_000,
        photo(f"https://elsewhere.test/{CANARY}"),
        PNG + CANARY.encode(),
    ]
    with caplog.at_level(logging.DEBUG):
        for data in brought:
            _brought(stranger, data, CANARY)
            stranger.post("/api/verify", data=data, content_type="application/octet-stream")
        stranger.post("/verify", data={"text": CANARY})
    sqlite_database.close()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert kept == []
    assert list(spool.iterdir()) == []
    assert CANARY not in caplog.text
    out = capfd.readouterr()
    assert CANARY not in out.out + out.err


def test_the_camera_is_for_this_page_alone(stranger: Browser, year: Year) -> None:
    page, other = stranger.get("/verify"), stranger.get(f"/v/{year.code}")
    assert "script-src 'self' 'wasm-unsafe-eval';" in page.headers["Content-Security-Policy"]
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "wasm-unsafe-eval" not in other.headers["Content-Security-Policy"]
    assert "camera=()" in other.headers["Permissions-Policy"]
    # Loaded when the button is pressed, and from here.
    assert 'src="/static/zxing' not in page.text
    assert 'data-code="/static/zxing-reader.wasm?v=' in page.text
    assert page.headers.get("Set-Cookie") is None


@pytest.mark.skipif(sys.platform != "linux", reason="SKIPPED LOUDLY: processes are looked at in /proc")
def test_the_child_knows_nothing_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCREDIT_SECRET_KEY", CANARY)
    made = Sandbox("tests.unit.sandbox.misbehaving:echo")
    made.run(b"x")
    assert made._nursery is not None
    for pid in (made._nursery.pid, *map(int, _children(made._nursery.pid))):
        assert CANARY not in Path(f"/proc/{pid}/environ").read_text()
        held = {path.readlink().name.partition(":")[0] for path in Path(f"/proc/{pid}/fd").iterdir()}
        assert held <= {"pipe", "null"}
    made.close()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
