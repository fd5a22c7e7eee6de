"""Reading a class list: every faulty cell has its own, right reason."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from accredit.domain.people.class_list import YEAR_GROUPS, ClassList, Field, Level, read_class_list
from accredit.errors import RuleBroken

FILES = Path(__file__).resolve().parents[3] / "vectors" / "class_list"
TODAY = date(2026, 6, 30)
BROKEN_COLUMNS = {
    Field.FIRST_NAME: 0,
    Field.LAST_NAME: 1,
    Field.UPN: 2,
    Field.YEAR_GROUP: 4,
    Field.FORM: 5,
    Field.BIRTH_DATE: 6,
}
EXPECTED = list(csv.DictReader((FILES / "broken-export.expected.csv").read_text("utf-8").splitlines()))


def _read(data: bytes | str, **options: object) -> ClassList:
    raw = data.encode() if isinstance(data, str) else data
    return read_class_list(raw, today=TODAY, year_groups=YEAR_GROUPS["england"], **options)  # type: ignore[arg-type]


def _file(name: str, **options: object) -> ClassList:
    return _read((FILES / name).read_bytes(), **options)


def _row(cells: str, *, headings: str = "Adno,Forename,Surname,Year,Reg,DOB", **options: object) -> ClassList:
    return _read(f"{headings}\n{cells}\n", **options)


def _reasons(read: ClassList, record: int = 1) -> list[str]:
    return [remark.reason for remark in read.remarks if remark.record == record]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda e: f"record {e['record']}: {e['reason'] or 'goes through'}")
def test_each_faulty_cell_gets_its_own_right_reason(expected: dict[str, str]) -> None:
    read = _file("broken-export.csv", mapping=BROKEN_COLUMNS)
    record = int(expected["record"])
    grave = [remark for remark in read.remarks if remark.record == record and remark.level is not Level.ACCEPT]
    assert read.level_of(record) == expected["answer"]
    assert {remark.reason for remark in grave} == ({expected["reason"]} if expected["reason"] else set())
    assert {str(remark.line) for remark in grave} <= {expected["line"]}
    assert (record in {candidate.record for candidate in read.candidates}) == (expected["answer"] == "accept")


def test_missing_and_unexpected_headings_are_named_together() -> None:
    read = _file("broken-export.csv")
    told = {(remark.reason, remark.column) for remark in read.remarks if remark.record == 0}
    assert told == {
        ("heading-missing", ""),
        ("heading-repeated", "UPN"),
        ("left-out-not-needed", "Favourite colour"),
        ("left-out-not-needed", "E-mail"),
        ("no-last-name-column", ""),
        ("no-reference-column", ""),
    }
    assert read.needs_columns
    assert not _file("broken-export.csv", mapping=BROKEN_COLUMNS).needs_columns


def test_a_windows_1252_export_keeps_every_accent() -> None:
    read = _file("sims-export.csv")
    names = {candidate.school_reference: candidate.printed_name for candidate in read.candidates}
    assert read.table.encoding == "cp1252"
    assert names["004506"] == "Aoife O’Sampla"
    assert names["004511"] == "Zoë Beispiel–Muster"
    assert names["004515"] == "Šimon Vzorek"
    # The preferred name wins over the legal one, and white space around it is no part of it.
    assert names["004523"] == "Élodie Treial"
    assert names["004502"] == "Gwen Sampl"


def test_leading_zeros_are_kept() -> None:
    references = {candidate.school_reference for candidate in _file("sims-export.csv").candidates}
    assert "004501" in references
    assert all(reference and len(reference) == 6 for reference in references)


def test_a_byte_order_mark_is_not_part_of_the_first_heading() -> None:
    read = _file("arbor-export.csv")
    assert read.columns[0].heading == "Arbor Student ID"
    assert read.columns[0].field is Field.SCHOOL_REFERENCE
    assert len(read.candidates) == 30
    assert not read.needs_columns


def test_the_known_as_name_is_used_unless_there_is_none() -> None:
    names = {candidate.school_reference: candidate.printed_name for candidate in _file("arbor-export.csv").candidates}
    assert names["3129"] == "Alex Sample"
    assert names["3103"] == "Gwen Ŵyn-Enghraifft"
    assert names["3125"] == "Дарина Зразок"
    assert names["3104"] == "Caoimhe Ní Shampla"


def test_a_single_name_is_a_complete_name() -> None:
    candidate = next(c for c in _file("arbor-export.csv").candidates if c.school_reference == "3116")
    assert (candidate.printed_name, candidate.known_as) == ("Putri", "Putri")


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", ";"), ("utf-8", "\t")],
)
def test_utf16_tabs_and_semicolons_are_read(encoding: str, delimiter: str) -> None:
    text = "Surname,Forename,Adno\r\nÉxemple,Éric,0071\r\n".replace(",", delimiter)
    [candidate] = _read(text.encode(encoding)).candidates
    assert (candidate.printed_name, candidate.school_reference) == ("Éric Éxemple", "0071")


def test_what_is_private_is_left_out_and_named() -> None:
    read = _row(
        "7,Ama,Sample,F,K,Yes,White,9999900010,01632 960001",
        headings="Adno,Forename,Surname,Gender,SEN Status,Pupil Premium,Ethnicity,ULN,Telephone",
    )
    assert [column.heading for column in read.columns if column.left_out == "private"] == [
        "Gender",
        "SEN Status",
        "Pupil Premium",
        "Ethnicity",
        "ULN",
        "Telephone",
    ]
    assert "9999900010" not in repr(read.candidates)


def test_a_date_of_birth_is_read_day_first_and_not_kept() -> None:
    [candidate] = _row("7,Ama,Sample,12,12A,03/05/2009").candidates
    assert candidate.months is not None
    assert candidate.months.turns_16 == "2025-05"
    assert "2009" not in repr(candidate)


@pytest.mark.parametrize("year", ["12", "Year 12", "Yr 12", "Y12", "  12", "012", "Blwyddyn 12"])
def test_a_year_group_is_read_in_any_way_schools_write_it(year: str) -> None:
    assert _row(f"7,Ama,Sample,{year},,14/02/2009").candidates[0].year_group == "12"


def test_an_unknown_value_is_answered_with_the_allowed_ones() -> None:
    [remark] = [r for r in _row("7,Ama,Sample,Year 31,,14/02/2009").remarks if r.record == 1]
    assert remark.reason == "year-unknown"
    assert "13" in remark.facts["allowed"]  # type: ignore[operator]


def test_an_offer_that_is_accepted_is_used() -> None:
    row = "7,SiÃ¢n,Sampl,12,12A,14/02/2009"
    assert _reasons(_row(row)) == ["text-wrongly-decoded"]
    [candidate] = _row(row, answers={"1:1:text-wrongly-decoded": "yes"}).candidates
    assert candidate.printed_name == "Siân Sampl"


def test_a_better_value_is_checked_like_any_other() -> None:
    row = "7,Ll?r,Sampl,12,12A,14/02/2009"
    assert _row(row, answers={"1:1:letter-lost": "Llŷr"}).candidates[0].printed_name == "Llŷr Sampl"
    assert _reasons(_row(row, answers={"1:1:letter-lost": "Llŷr ✔"})) == ["name-symbol"]


def test_serial_dates_are_asked_about_once_for_the_column() -> None:
    rows = "7,Ama,Sample,12,,39876\n8,Ben,Sample,12,,39877"
    asked = [remark for remark in _row(rows).remarks if remark.reason == "date-serial"]
    assert {remark.key for remark in asked} == {"0:5:date-serial"}
    assert len(_row(rows, answers={asked[0].key: "yes"}).candidates) == 2


def test_the_same_number_twice_keeps_both_out() -> None:
    read = _row("7,Ama,Sample,12,,14/02/2009\n7,Ben,Sampl,12,,14/02/2009")
    assert (_reasons(read, 1), _reasons(read, 2)) == (["reference-duplicate"], ["reference-duplicate"])


def test_a_row_without_any_number_stays_out() -> None:
    assert _reasons(_row(",Ama,Sample,12,,14/02/2009")) == ["identifier-missing"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b"", "file-empty", id="nothing"),
        pytest.param(b" \n\n", "file-empty", id="only blank lines"),
        pytest.param(b"PK\x03\x04rest", "workbook-unreadable", id="no real workbook"),
        pytest.param(b"Name\n\x81\x8d", "file-not-text", id="bytes that no encoding has"),
        pytest.param(b"Name\nA\0ma", "file-not-text", id="a NUL"),
        pytest.param(b"x" * 2_000_001, "file-too-large", id="more than two million bytes"),
        pytest.param(b"Name,Id\n" + b"Ama,1\n" * 5_001, "too-many-rows", id="more than 5,000 rows"),
    ],
)
def test_a_file_that_is_no_class_list_is_refused(data: bytes, rule: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        _read(data)
    assert caught.value.rule == rule


def test_a_quotation_mark_that_is_never_closed_takes_in_nobody() -> None:
    read = _row('7,"Ama,Sample,12,,14/02/2009\n' + "8,Ben,Sampl,12,,14/02/2009\n" * 300)
    assert read.candidates == ()
    assert Level.ERROR in {remark.level for remark in read.remarks}


def test_one_number_in_every_row_names_a_few_of_the_others_and_not_all() -> None:
    rows = [f"Ama{'x' * (number % 90)},Sample,7,{number}" for number in range(400)]
    found = read_class_list(
        "\n".join(["First name,Last name,Adno,Notes", *rows]).encode(), today=TODAY, year_groups=YEAR_GROUPS["england"]
    )
    told = [remark for remark in found.remarks if remark.reason == "reference-duplicate"]
    assert len(told) == 400
    assert all(0 < len(str(remark.facts["same_as"]).split(",")) <= 11 for remark in told)
    assert found.candidates == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("-,Sample,77", "name-placeholder", id="in the place of a dash"),
        pytest.param("' ',Sample,77".replace("'", '"'), "name-single", id="in the place of a space"),
    ],
)
def test_an_answer_is_checked_as_a_cell_is(row: str, reason: str) -> None:
    text = f"First name,Last name,Adno\n{row}\n".encode()
    found = read_class_list(
        text, today=TODAY, year_groups=YEAR_GROUPS["england"], answers={f"1:0:{reason}": "=cmd()\x07"}
    )
    assert found.candidates == ()
    assert [remark.reason for remark in found.remarks] == ["name-control"]
