"""Hostile and helpless files through the one engine, each opened in a real child (attacks.md, group VX)."""

from __future__ import annotations

import os
import struct
import time
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from accredit.bench.poison import poisons
from accredit.domain.verification import operations, reading
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.kit.openbadges import png, svg
from accredit.sandbox import credentials as sandboxed
from accredit.sandbox import limits
from accredit.sandbox.sandbox import Cause, Sandbox, Stopped
from tests.photographs import as_file, code_picture, photo
from tests.unit.domain.verification.test_other_issuers import DID, NOW, OWN_METHOD, badge
from tests.unit.kit.openbadges.test_files import HEADER, IEND, PNG, SVG, _chunk, _itxt, _packed, _pdf, _with

CREDENTIAL = badge(DID, OWN_METHOD)
OTHER = badge(DID, OWN_METHOD, name="Another")
GU, NG, UR, CC = (
    Verdict.GENUINE_ISSUER_NOT_RECOGNISED,
    Verdict.NOT_GENUINE,
    Verdict.UNREADABLE,
    Verdict.CANNOT_CONFIRM,
)
OURS = "HTTPS://ACCREDIT.EXAMPLE/V/7K3MD9RTWX4HPX"


def _verified(data: bytes) -> VerificationReport:
    return operations.verify(data, now=NOW, sources=NoSources())


def _huge(extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return png.SIGNATURE + _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", zlib.compress(b"")) + IEND


def _doing(action: pikepdf.Dictionary) -> bytes:
    with pikepdf.open(BytesIO(_pdf(("credential.json", CREDENTIAL)))) as document:
        document.Root.OpenAction = action
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def _updated(data: bytes) -> bytes:
    """Append a later version of the page, as editors and shadow attacks do; the attachment is as it was."""
    with pikepdf.open(BytesIO(data)) as document:
        page, size = document.pages[0].obj.objgen[0], len(document.objects) + 1
    start = data.rindex(b"startxref\n") + 10
    before = int(data[start:].split()[0])
    changed = f"{page} 0 obj\n<</Type/Page/MediaBox[0 0 99 99]/Parent {page - 1} 0 R>>\nendobj\n".encode()
    table = f"xref\n{page} 1\n{len(data):010d} 00000 n \n".encode()
    with pikepdf.open(BytesIO(data)) as document:
        root = document.Root.objgen[0]
    trailer = f"trailer\n<</Size {size}/Root {root} 0 R/Prev {before}>>\nstartxref\n{len(data) + len(changed)}\n%%EOF\n"
    return data + changed + table + trailer.encode()


@pytest.mark.parametrize(
    ("data", "verdict", "reason"),
    [
        pytest.param(_with(_itxt(CREDENTIAL) + _itxt(OTHER)), UR, Reason.MULTIPLE_CREDENTIALS, id="VX01 two in a PNG"),
        pytest.param(_with(_itxt(CREDENTIAL)), GU, Reason.ISSUER_NOT_RECOGNISED, id="VX03 behind the pixels"),
        pytest.param(PNG + _itxt(CREDENTIAL), UR, Reason.MALFORMED, id="VX03 behind the end"),
        pytest.param(png.SIGNATURE + _itxt(CREDENTIAL) + PNG[8:], UR, Reason.MALFORMED, id="VX03 before the header"),
        pytest.param(_with(_itxt(zlib.compress(bytes(10**8)), b"\x01\x00")), UR, Reason.MALFORMED, id="VX04 a bomb"),
        pytest.param(_with(_itxt(b"{" + b" " * 5_000_000 + b"}")), UR, Reason.TOO_LARGE, id="VX06 five megabytes"),
        pytest.param(_huge(_itxt(CREDENTIAL)), GU, Reason.ISSUER_NOT_RECOGNISED, id="VX07 60,000 pixels, unseen"),
        pytest.param(_huge(), UR, Reason.TOO_LARGE, id="VX07 60,000 pixels, and nothing else"),
        pytest.param(_with(_itxt(CREDENTIAL))[:-16] + b"\0" * 4 + IEND, UR, Reason.MALFORMED, id="VX08 a bad CRC"),
        pytest.param(PNG[:-20], UR, Reason.MALFORMED, id="VX08 cut short"),
        pytest.param(HEADER + struct.pack(">I", 2**31) + b"IDAT", UR, Reason.MALFORMED, id="VX08 a length of 2**31"),
        pytest.param(HEADER + _chunk(b"IDAT", b"") * 800_000 + IEND, UR, Reason.MALFORMED, id="VX08 chunk upon chunk"),
        pytest.param(
            b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG[39:], UR, Reason.MALFORMED,
            id="VX11 an outside file",
        ),
        pytest.param(
            b"<!DOCTYPE svg [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>" + SVG[39:], UR, Reason.MALFORMED,
            id="VX11 laughs",
        ),
        pytest.param(
            svg.bake(SVG.replace(b"<g>", b'<script>alert(1)</script><image href="https://x.test/"/><g onload="x()">'),
                     CREDENTIAL.decode()),
            GU, Reason.ISSUER_NOT_RECOGNISED, id="VX12 a drawing with a script is text to us",
        ),
        pytest.param(
            b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 200_000, UR, Reason.MALFORMED, id="VX14 deep"
        ),
        pytest.param(
            _pdf(("a.json", CREDENTIAL), ("b.json", OTHER)), UR, Reason.MULTIPLE_CREDENTIALS, id="VX16 two in a PDF"
        ),
        pytest.param(
            _packed(zlib.compress(bytes(10**9)), Filter=pikepdf.Name.FlateDecode), UR, Reason.TOO_LARGE,
            id="VX18 a gigabyte of nothing",
        ),
        pytest.param(
            _packed(b"x", Filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 10)), UR, Reason.MALFORMED,
            id="VX18 packed ten times",
        ),
        *(
            pytest.param(_packed(content, Filter=pikepdf.Name(f"/{name}")), UR, Reason.MALFORMED, id=f"VX18 {name}")
            for name, content in (
                ("LZWDecode", b"\x80\x0b\x60\x50"), ("RunLengthDecode", b"\x81x" * 400_000),
                ("ASCIIHexDecode", b"7b7d>"),
            )
        ),
        *(
            pytest.param(
                _pdf(("a.json", CREDENTIAL), encryption=pikepdf.Encryption(owner="o", user=user, R=6)), UR,
                Reason.PASSWORD_PROTECTED, id=f"VX20 {name}",
            )
            for name, user in (("a password to open it", "u"), ("a password to print it", ""))
        ),
        *(
            pytest.param(_doing(pikepdf.Dictionary(action)), GU, Reason.ISSUER_NOT_RECOGNISED, id=f"VX21 {name}")
            for name, action in (
                ("a script", {"/S": pikepdf.Name("/JavaScript"), "/JS": pikepdf.String("app.alert(1)")}),
                ("a program", {"/S": pikepdf.Name("/Launch"), "/F": pikepdf.String("/bin/sh")}),
                ("a form that is sent", {"/S": pikepdf.Name("/SubmitForm"), "/F": pikepdf.String("https://x.test/")}),
                ("an address", {"/S": pikepdf.Name("/URI"), "/URI": pikepdf.String("https://x.test/")}),
            )
        ),
        pytest.param(
            _updated(_pdf(("credential.json", CREDENTIAL))), GU, Reason.ISSUER_NOT_RECOGNISED,
            id="VX22 a page changed later: the credential answers for itself, the paper for nothing",
        ),
        *(
            pytest.param(start + b"x" * 64, UR, Reason.OTHER_KIND_OF_FILE, id=f"VX28 {name}")
            for name, start in {
                "ZIP and DOCX": b"PK\x03\x04", "DOC": b"\xd0\xcf\x11\xe0", "EML": b"Received: from x\r\n",
                "HEIC": b"\0\0\0\x18ftypheic", "WEBP": b"RIFF\0\0\0\0WEBP", "TIFF": b"II*\0", "PS": b"%!PS-Adobe",
                "EPS": b"\xc5\xd0\xd3\xc6", "HTML": b"<!DOCTYPE html><html>", "GIF": b"GIF89a", "GZIP": b"\x1f\x8b",
            }.items()
        ),
        pytest.param(
            badge(DID, OWN_METHOD, description="x" * 70_000), GU, Reason.ISSUER_NOT_RECOGNISED, id="a long story"
        ),
        pytest.param(poisons()["a document of 6,000 nodes that are all alike"], UR, Reason.TOO_COMPLEX, id="a crowd"),
        pytest.param(b"", UR, Reason.NO_CREDENTIAL, id="VX30 nothing"),
        pytest.param(b"{", UR, Reason.MALFORMED, id="VX30 one byte"),
        pytest.param(b"%PDF-1.7" + bytes(20_000_000), UR, Reason.TOO_LARGE, id="VX30 twenty megabytes"),
        pytest.param(b"c2sp.org/tlog-proof@v1\nindex 1\n", UR, Reason.RECEIPT_ALONE, id="a receipt of the log"),
        pytest.param(
            b'{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","badge":"https://x.test/b"}', CC,
            Reason.OPEN_BADGES_2, id="a badge of Open Badges 2",
        ),
        pytest.param(
            b'{"uid":"1","recipient":{},"badge":"https://x.test/b","verify":{}}', CC, Reason.OPEN_BADGES_2,
            id="a badge of Open Badges 1",
        ),
        pytest.param(
            _with(_itxt(b"https://x.test/assertion", keyword=b"openbadges")), CC, Reason.OPEN_BADGES_2,
            id="a picture with a badge of Open Badges 2",
        ),
        pytest.param(
            SVG.replace(b"<g>", b'<a:assertion xmlns:a="http://openbadges.org" verify="https://x.test/"/><g>'), CC,
            Reason.OPEN_BADGES_2, id="a drawing with a badge of Open Badges 2",
        ),
    ],
)  # fmt: skip
def test_a_file_has_its_verdict_and_reason_in_time(data: bytes, verdict: Verdict, reason: Reason) -> None:
    sandboxed.files.run(b"")  # The nursery is there, and what it spends on starting is not the file's doing.
    ours, of_child = time.thread_time(), _spent_by_children()
    report = _verified(data)
    # P4: five seconds are the sandbox's to keep (`test_sandbox`), and whoever used them up would have another reason.
    assert (report.verdict, report.reason) == (verdict, reason)
    assert time.thread_time() - ours < 1.0
    assert _spent_by_children() - of_child < limits.CPU_SECONDS + 0.2


def _spent_by_children() -> float:
    """Return the processor time of the children that have ended; 0 where there is no /proc to tell."""
    nursery = sandboxed.files._nursery
    assert nursery is not None
    try:
        fields = Path(f"/proc/{nursery.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.attack("VX26")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(photo(OURS), id="a photo"),
        pytest.param(photo(OURS, size=(4_000, 3_000), turned=-90), id="a large photo, turned"),
        pytest.param(photo(OURS, form="PNG"), id="a screenshot"),
        pytest.param(photo(OURS, form="PDF"), id="a scan as PDF"),
        pytest.param(photo(OURS, OURS), id="the same code twice"),
        pytest.param(as_file(code_picture(OURS).convert("CMYK")), id="the code alone, in a printer's colours"),
    ],
)
def test_vx26_a_code_is_read_off_a_picture(data: bytes) -> None:
    found = reading.read_credential(data)
    assert isinstance(found, reading.Printed)
    assert found.text == OURS
    # Somebody without our record is told that an address proves nothing.
    report = _verified(data)
    assert (report.verdict, report.reason) == (CC, Reason.FETCHING_IS_OFF)


def _moving() -> bytes:
    frames = [Image.new("L", (200, 200), shade) for shade in range(0, 250, 5)]
    return as_file(frames[0], "PNG", save_all=True, append_images=frames[1:])


@pytest.mark.attack("VX26")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(photo(), Reason.NO_CODE_IN_PICTURE, id="a photo without a code"),
        pytest.param(photo(form="PNG"), Reason.NO_CODE_IN_PICTURE, id="a screenshot without a code"),
        pytest.param(photo(form="PDF"), Reason.NO_CREDENTIAL, id="a scan without a code"),
        pytest.param(photo(OURS, OURS[:-1] + "Y"), Reason.MULTIPLE_CREDENTIALS, id="two certificates on one photo"),
        pytest.param(photo(OURS)[:5_000], Reason.MALFORMED, id="a photo cut short"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"x" * 1_000, Reason.MALFORMED, id="no photo at all"),
        pytest.param(as_file(Image.new("L", (5_100, 5_000)), "PNG"), Reason.TOO_LARGE, id="a bomb of pixels"),
        pytest.param(_moving(), Reason.TOO_COMPLEX, id="a picture that moves"),
    ],
)
def test_vx26_a_picture_without_a_code_says_why(data: bytes, reason: Reason) -> None:
    report = _verified(data)
    assert (report.verdict, report.reason) == (Verdict.UNREADABLE, reason)


@pytest.mark.parametrize(
    ("cause", "verdict", "reason"),
    [
        (Cause.CPU, UR, Reason.TOO_COMPLEX),
        (Cause.MEMORY, UR, Reason.TOO_COMPLEX),
        (Cause.TOO_LARGE, UR, Reason.TOO_LARGE),
        (Cause.WALL, CC, Reason.READING_FAILED),
        (Cause.FAILED, CC, Reason.READING_FAILED),
        (Cause.CRASHED, CC, Reason.READING_FAILED),
        (Cause.BUSY, CC, Reason.BUSY),
    ],
)
@pytest.mark.attack("VX33")
def test_vx33_a_child_that_died_is_never_green(
    monkeypatch: pytest.MonkeyPatch, cause: Cause, verdict: Verdict, reason: Reason
) -> None:
    def stopped(*_args: Any, **_options: Any) -> None:
        raise Stopped(cause)

    monkeypatch.setattr(sandboxed, "take_out", stopped)
    report = _verified(_with(_itxt(CREDENTIAL)))
    assert (report.verdict, report.reason) == (verdict, reason)
    assert report.claims is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"C",
        b"X{}",
        b"A{}",
        b"A[1]",
        b"A[",
        b"A" + b"[" * 100_000,
        b"R\xff",
        b"R" + b"x" * 60,
        b'A["' + b"x" * 9_000,
    ],
)
@pytest.mark.attack("VX33")
def test_vx33_rubbish_from_a_child_is_no_answer(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Sandbox("tests.unit.sandbox.misbehaving:echo")
    with pytest.raises(Stopped) as stopped:
        sandboxed.take_out(answer, sandbox=made)
    assert stopped.value.cause is Cause.CRASHED
    made.close()
