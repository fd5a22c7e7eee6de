"""What a screen reader meets in our papers, and in which letters: every form of a certificate, a record, two sheets.

`outloud` finds faults of PDF/UA-1; it is a program of its own and no dependency of ours (docs/proof/papers.md). Where
it is not on the path, only that test is skipped.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from accredit.domain.credentials.record_contents import ActivityGiven, Contents, ModuleAttended
from accredit.domain.credentials.rules import SkillShown
from accredit.domain.credentials.sharing_rules import Said
from accredit.rendering.certificate_forms import Form
from accredit.rendering.dofe_sheet import dofe_sheet
from accredit.rendering.record_paper import RecordValues, record_pdf
from accredit.rendering.share_sheet import ShareSheet, share_pdf
from tests.processes import ROOT
from tests.unit.rendering.certificates import ADDRESS, CODE, LONGEST_NAME, NAMES
from tests.unit.rendering.test_certificate_forms import made, read
from tests.unit.rendering.test_dofe_sheet import VALUES

OUTLOUD = shutil.which("outloud")
SKIPPED = "SKIPPED LOUDLY: no outloud here, so PDF/UA-1 was not checked by a stranger (docs/proof/papers.md)"
SAMPLE = ROOT / "accredit" / "demo" / "data" / "arbor-export.csv"
SAID_ALOUD = ("Siân Gwenllïan Dŵr-Ŵyn", "ليلى مثال", LONGEST_NAME)
CREDENTIAL = b'{"validFrom": "2026-07-02T10:00:00Z"}'
SKILL = SkillShown(code="listening", title="Listening", evidence=("observed",), observations=2, frameworks=())


def _record(name: str) -> bytes:
    contents = Contents(
        programme_name="Wellbeing Ambassadors",
        modules=(
            ModuleAttended(code="M1", title="Listening well", month=date(2025, 10, 1)),
            ModuleAttended(code="M2", title="Keeping confidences", month=date(2025, 11, 1)),
        ),
        training_minutes=240,
        activities=(ActivityGiven(code="drop-in", title="Drop-in at lunch", minutes=510),),
        minutes=510,
        earlier_minutes=60,
        meetings=3,
        adults=2,
        skills=(SKILL,),
        first_on=date(2025, 10, 1),
        last_on=date(2026, 3, 1),
    )
    return record_pdf(
        RecordValues(
            organisation="Example Valley School",
            name=name,
            contents=contents,
            made_on="2 July 2026",
            code=CODE,
            verify_host="verify.example",
            qr_text=ADDRESS,
            tariff_line="This record does not carry UCAS Tariff points.",
            demonstration=False,
            language="en",
            credential_json=CREDENTIAL,
        )
    )


def _share(name: str) -> bytes:
    said = Said(
        name=name,
        award_title="Senior Peer Supporter",
        programme_name="Wellbeing Ambassadors",
        badge="senior",
        achievement="senior",
        sentence="Gave 8½ hours of supervised peer support.",
        hours="8.5",
        meetings="3",
        skills=(SKILL,),
        awarded_on=date(2026, 7, 2),
        tariff_line=True,
    )
    return share_pdf(
        ShareSheet(
            said=said,
            organisation="Example Valley School",
            link="https://verify.example/s/example",
            verify="https://verify.example/verify",
            last_day=date(2026, 9, 30),
            credential_json=CREDENTIAL,
            evidence=None,
            demonstration=False,
        )
    )


def _form(name: str, *, form: Form) -> bytes:
    return made(form, name=name)


# By the name under which docs/proof/papers.md has it.
PAPERS: dict[str, Callable[[str], bytes]] = {
    "certificate, standard": partial(_form, form=Form.STANDARD),
    "certificate, large print": partial(_form, form=Form.LARGE_PRINT),
    "certificate, easy-read": partial(_form, form=Form.EASY_READ),
    "certificate, high contrast": partial(_form, form=Form.HIGH_CONTRAST),
    "record of peer support": _record,
    "evidence sheet for the Duke of Edinburgh’s Award": lambda name: dofe_sheet(replace(VALUES, name=name)),
    "sheet of a share": _share,
}


def _names_of_the_sample() -> list[str]:
    with SAMPLE.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return [f"{row['Legal First Name']} {row['Legal Last Name']}" for row in rows]


def _few_with_every_letter(names: Sequence[str]) -> list[str]:
    """Choose names that together have every letter of them all: the ones that add most come first."""
    chosen: list[str] = []
    left = set("".join(names))
    while left:
        chosen.append(max(names, key=lambda name: len(left & set(name))))
        left -= set(chosen[-1])
    return chosen


@pytest.mark.skipif(OUTLOUD is None, reason=SKIPPED)
@pytest.mark.parametrize("paper", PAPERS)
def test_no_paper_has_a_fault_of_pdf_ua(paper: str, tmp_path: Path) -> None:
    for number, name in enumerate(SAID_ALOUD):
        (tmp_path / f"{number}.pdf").write_bytes(PAPERS[paper](name))
    assert OUTLOUD is not None
    told = subprocess.run(
        [OUTLOUD, "--no-info", *map(str, sorted(tmp_path.glob("*.pdf")))], capture_output=True, text=True, check=False
    )
    # What it only warns of is no error of PDF/UA-1; the document says which warnings there are and why they stay.
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count(" 0 error(s)") == len(SAID_ALOUD), told.stdout


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_empty_is_announced(paper: str) -> None:
    with pikepdf.open(BytesIO(PAPERS[paper](SAID_ALOUD[0]))) as document:
        announced = [each for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each]
        empty = [str(each.S) for each in announced if each.get("/Type") == "/StructElem" and not len(_inside(each))]
    assert [kind for kind in empty if kind != "/TD"] == []


def _inside(element: pikepdf.Dictionary) -> list[object]:
    held = element.get("/K")
    if held is None:
        return []
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def test_the_names_that_papers_are_tested_with_have_every_unusual_letter_of_the_sample() -> None:
    unusual = {letter for letter in "".join(_names_of_the_sample()) if not letter.isascii()}
    assert len(unusual) > 10
    assert unusual - set("".join(NAMES)) == set()


# The other papers are made with each of these names where they are tested.
@pytest.mark.parametrize("paper", ["certificate, high contrast", "record of peer support", "sheet of a share"])
def test_every_letter_is_read_back(paper: str) -> None:
    for name in _few_with_every_letter(NAMES):
        text = read(PAPERS[paper](name)).replace(" ", "")
        assert unicodedata.normalize("NFC", name).replace(" ", "") in text


@pytest.mark.parametrize(
    ("paper", "order"),
    [
        (
            "record of peer support",
            ["Example Valley School", "Siân", "Listening well", "Drop-in at lunch", "3 times", "2 adults", CODE],
        ),
        ("sheet of a share", ["Senior Peer Supporter", "Siân", "8½ hours", "Listening"]),
    ],
)
def test_it_is_read_in_the_order_in_which_it_is_seen(paper: str, order: list[str]) -> None:
    text = read(PAPERS[paper](SAID_ALOUD[0]))
    places = [text.find(words) for words in order]
    assert -1 not in places, text
    assert places == sorted(places), text
