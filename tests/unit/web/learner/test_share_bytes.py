"""A share holds nothing but what was chosen: every combination, in every form in which it travels, by its bytes."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.credentials.models import SupportRecord
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.issuing.models import Issuance
from accredit.domain.transparency import queries as transparency
from accredit.kit.linkeddata import jcs
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import Year
from tests.unit.web.learner.sharing import call, inside, link_on, make_record, make_share, newest, work
from tests.web import Browser, ClientFor

CHOICES = ("hours", "skills", "months")
COMBINATIONS = [tuple(c for c, on in zip(CHOICES, mask, strict=True) if on) for mask in product((0, 1), repeat=3)]
NAMES = {"initials": "A. S.", "known-as": "Amakins", "full": "Ama Sample"}
WORDS = {
    "hours": ("hour", "Hour", "Trained in", "Approved by", "eetings", "drop-in", "Drop-in"),
    "skills": ("Skill", "kills", '"frameworks"'),
    "months": ("awardedDate", "in June 2026"),
}
RECEIPT = re.compile(rb'c2sp\.org/tlog-proof@v1[^"]*')
TOKEN = re.compile(rb"[A-Za-z0-9+/_-]{22,}")


def unfolded(data: bytes, depth: int = 3) -> Iterator[bytes]:
    """Yield bytes, and whatever is written in Base64 in them, unpacked too."""
    yield data
    for found in TOKEN.findall(data) if depth else ():
        # A multibase value begins with a letter that says its alphabet.
        for text in (found, found[1:]):
            plain = text.translate(bytes.maketrans(b"-_", b"+/"))
            try:
                opened = base64.b64decode(plain + b"=" * (-len(plain) % 4))
            except binascii.Error:
                continue
            yield from unfolded(gzip.decompress(opened) if opened[:2] == b"\x1f\x8b" else opened, depth - 1)


def forms_of(browser: Browser, link: str) -> Iterator[tuple[str, bytes]]:
    """Yield every form in which a share travels, by its name, with everything that is folded into it."""
    page = browser.post(link)
    assert page.status_code == 200
    yield "page", page.data
    for kind in ("json", "jwt", "evidence", "pdf"):
        answer = browser.post(f"{link}/{kind}")
        assert answer.status_code == 200, kind
        plain = inside(answer.data) if kind == "pdf" else answer.data
        # A path through the public tree has its neighbours' leaves in it, whosever they are.
        yield kind, b"\n".join(unfolded(RECEIPT.sub(b"", plain)))
    for kind in ("png", "svg"):
        assert browser.post(f"{link}/{kind}").status_code == 404, "no picture of a badge leads to a share"


def sheet_of(browser: Browser, link: str) -> tuple[str, list[str]]:
    """Return what a reader reads on the printed sheet, and what a camera does."""
    with pypdfium2.PdfDocument(browser.post(f"{link}/pdf").data) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
        picture = document[0].render(scale=150 / 72).to_pil()
    return " ".join(" ".join(texts).split()), [found.text for found in zxingcpp.read_barcodes(picture)]


def spelt(value: UUID) -> tuple[bytes, ...]:
    """Return the ways in which an id could be written, its digest among them."""
    raw = value.bytes
    digests = [hashlib.sha256(each).digest() for each in (raw, str(value).encode(), f"urn:uuid:{value}".encode())]
    texts = [str(value), value.hex, *(each.hex() for each in digests)]
    return (raw, *digests, *(each.encode() for each in texts))


def leading_back(database: Database, cast: Cast, year: Year, of: UUID) -> dict[str, tuple[bytes, ...]]:
    """Return whatever would lead from a share to its holder, or to what it is of."""
    with database.reading() as db:
        basis = db.exec(select(Issuance).where(Issuance.credential_id == of)).one()
        award = db.exec(select(Award).where(Award.id == year.award_id)).one()
        records = db.exec(select(SupportRecord)).all()
        assert basis.signed_document is not None
        assert basis.leaf_index is not None
        leaf = transparency.leaf_hash_at(db, basis.leaf_index)
    assert leaf is not None
    signed = json.loads(basis.signed_document)
    return {
        "young person": spelt(cast.ama.id),
        "enrolment": spelt(cast.ama.enrolled),
        "award": spelt(award.id),
        "certificate": spelt(basis.credential_id),
        "issuance": spelt(basis.id),
        "subject": spelt(UUID(signed["credentialSubject"]["id"].removeprefix("urn:uuid:"))),
        "record": tuple(way for each in records for way in (*spelt(each.id), each.code.encode())),
        "code": (year.code.encode(),),
        "signature": tuple(each["proofValue"].encode() for each in signed["proof"]),
        "digest of its rows": (basis.record_hash, basis.record_hash.hex().encode()),
        "digest of its document": (hashlib.sha256(basis.signed_document).hexdigest().encode(),),
        "leaf": (leaf, leaf.hex().encode(), base64.b64encode(leaf)),
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["award", "record"])
def test_a_share_holds_nothing_but_what_was_chosen(
    kind: str,
    name: str,
    ama: Browser,
    client_for: ClientFor,
    year: Year,
    cast: Cast,
    sqlite_database: Database,
    tmp_path: Path,
) -> None:
    call(sqlite_database, cast, known_as="Amakins")
    of = year.credential_id
    if kind == "record":
        of = UUID(make_record(ama, cast, sqlite_database, tmp_path, months=True))
    links = {}
    for said in COMBINATIONS:
        links[said] = link_on(ama, make_share(ama, year, of=str(of), name=name, said=said))
        check_row(newest(sqlite_database), name, said)
    assert work(sqlite_database, tmp_path).released == len(COMBINATIONS)
    back = leading_back(sqlite_database, cast, year, of)
    stranger = client_for(None)
    for said, link in links.items():
        forms = dict(forms_of(stranger, link))
        document = json.loads(stranger.post(f"{link}/json").data)
        (identity,) = document["credentialSubject"]["identifier"]
        assert (identity["identityHash"], identity["hashed"]) == (NAMES[name], False), "plain, so nothing to be guessed"
        assert "salt" not in identity
        for form, data in forms.items():
            check_names(f"{said} {form}", data, name)
            for what, ways in back.items():
                assert not [way for way in ways if way in data], (said, form, what)
        del document["proof"]
        check_words(json.dumps(document), said)
        check_words(forms["page"].decode().split("<details")[0], said)
        drawn, scanned = sheet_of(stranger, link)
        check_names(f"{said} sheet", drawn.encode(), name)
        check_words(drawn, said)
        assert NAMES[name] in drawn
        assert scanned == [f"https://accredit.example{link}"], (
            "the code on the sheet holds the address and nothing else"
        )


def check_row(row: Share, name: str, said: tuple[str, ...]) -> None:
    """Hold what is kept of a share to what was chosen."""
    # By its values: what the places are called is the same in every row.
    kept = " ".join(json.dumps(value) for value in (row.contents or {}).values() if value is not None)
    check_names("row", kept.encode(), name)
    check_words(kept, said, is_row=True)


def check_names(where: str, data: bytes, name: str) -> None:
    """Hold a form to the one name that was chosen."""
    for other, text in NAMES.items():
        if other != name and not (other == "initials" and where.endswith(("pdf", "evidence"))):
            assert text.encode() not in data, (where, other)
    if name != "full":
        assert b"Sample" not in data, where


def check_words(text: str, said: tuple[str, ...], *, is_row: bool = False) -> None:
    """Hold a document, or a row, to the words of what was chosen."""
    for choice, words in WORDS.items():
        found = [word for word in words if word in text]
        if choice not in said:
            assert not found, (said, choice)
        elif not (is_row and choice in {"skills", "months"}):
            assert found, (said, choice)


def test_whoever_has_the_evidence_of_both_cannot_put_them_together(
    ama: Browser, client_for: ClientFor, year: Year, sqlite_database: Database, tmp_path: Path
) -> None:
    link = link_on(ama, make_share(ama, year))
    work(sqlite_database, tmp_path)
    told = client_for(None).post(f"{link}/evidence").json
    assert told is not None
    statement = told["credential"]["leaf"]["statement"]
    with sqlite_database.reading() as db:
        share = db.exec(select(Share)).one()
        basis = db.exec(select(Issuance).where(col(Issuance.id) == share.of_issuance_id)).one()
    # All that they would have to know: the share's id from its leaf, what it says, its end, the certificate's issuance.
    for of in (basis.id, basis.credential_id, year.award_id):
        facts = {"share": str(share.id), "of": str(of), "said": share.contents, "ends": share.ends_at.isoformat()}
        assert statement["record"]["record"] != hashlib.sha256(jcs.canonicalise(facts)).hexdigest()
    assert str(basis.id) not in json.dumps(told)
