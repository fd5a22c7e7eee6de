"""Reading a school's own log of hours."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

import accredit.demo
from accredit.domain.practice import hours_log
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.errors import RuleBroken

SAMPLE = Path(accredit.demo.__file__).parent / "data" / "hours-export.csv"
HEADINGS = (
    "Entry,Arbor Student ID,Known name,Programme,Activity type,Setting,Date,Start,Minutes,"
    "Supervising adult,Adult's role,Status,Decided by,Decided on,Reason"
)
LINE = "H1,3101,Llŷr,Wellbeing Ambassadors,drop-in,formal,06/10/2025,12:35,35,Ms T. E,Lead,approved,Ms T. E,07/10/2025,"


def _log(*lines: str, encoding: str = "utf-8") -> hours_log.HoursLog:
    return hours_log.parse("\r\n".join((HEADINGS, *lines)).encode(encoding))


def test_the_sample_is_read_whole_and_its_repeated_line_is_skipped() -> None:
    log = hours_log.parse(SAMPLE.read_bytes())
    assert len(log.rows) == 929
    assert sum(row.status is HoursStatus.APPROVED for row in log.rows) == 919
    assert sum(row.status is HoursStatus.RETURNED for row in log.rows) == 6
    assert [(remark.level, remark.reason, remark.facts["reference"]) for remark in log.remarks] == [
        ("skip", "line-repeated", "H0002")
    ]


def test_one_line_is_typed() -> None:
    (row,) = _log(LINE).rows
    assert (row.held_on, row.starts_at, row.minutes, row.decided_on) == (
        date(2025, 10, 6),
        time(12, 35),
        35,
        date(2025, 10, 7),
    )
    assert (row.line, row.school_reference, row.supervised_by) == (2, "3101", "Ms T. E")


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [
        pytest.param("utf-8", ",", id="UTF-8 with commas"),
        pytest.param("utf-8-sig", ",", id="UTF-8 with a byte-order mark"),
        pytest.param("cp1252", ";", id="Windows-1252 with semicolons"),
        pytest.param("utf-8", "\t", id="UTF-8 with tabs"),
    ],
)
def test_forms_of_the_same_file(encoding: str, separator: str) -> None:
    line = LINE.replace("Llŷr", "Siân").replace("Ms T. E", "Ms É")
    text = f"{HEADINGS}\r\n{line}".replace(",", separator)
    (row,) = hours_log.parse(text.encode(encoding)).rows
    assert row.supervised_by == "Ms É"


def test_headings_may_stand_in_any_order_and_under_other_names() -> None:
    text = (
        "Minutes;Date;Start time;Reference;Student ID;Programme;"
        "Activity;Supervisor;Status;Approved by;Approved on;Reason\n"
        "20;2026-03-02;9.05;7;3101;WA;buddying;Sam;returned;Sam;03.03.2026;overlap\n"
    )
    (row,) = hours_log.parse(text.encode()).rows
    assert (row.held_on, row.starts_at, row.decided_on, row.reason) == (
        date(2026, 3, 2),
        time(9, 5),
        date(2026, 3, 3),
        ReturnReason.OVERLAP,
    )


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        pytest.param("06/10/2025", "31/02/2026", "held_on", "date-unreadable", id="a day that does not exist"),
        pytest.param("06/10/2025", "10/13/2025", "held_on", "date-unreadable", id="the month first"),
        pytest.param("12:35", "25:00", "starts_at", "time-unreadable", id="an hour that does not exist"),
        pytest.param(",35,", ",0,", "minutes", "minutes-unreadable", id="no minutes"),
        pytest.param(",35,", ",1.5,", "minutes", "minutes-unreadable", id="hours instead of minutes"),
        pytest.param(",35,", ",٣٥,", "minutes", "minutes-unreadable", id="digits of another script"),
        pytest.param("approved", "perhaps", "status", "status-unknown", id="an unknown status"),
        pytest.param("approved,Ms T. E", "approved,", "decided_by", "decision-missing", id="approved by nobody"),
        pytest.param("approved", "returned", "reason", "reason-unknown", id="returned without a reason"),
        pytest.param("3101", "", "school_reference", "cell-empty", id="nobody's hours"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_and_column(old: str, new: str, column: str, reason: str) -> None:
    log = _log(LINE, LINE.replace("H1", "H2").replace(old, new, 1))
    assert [row.reference for row in log.rows] == ["H1"]
    assert [(remark.line, remark.column, remark.level, remark.reason) for remark in log.remarks] == [
        (3, column, "error", reason)
    ]


def test_a_reference_used_twice_for_different_things_is_an_error() -> None:
    (remark,) = _log(LINE, LINE.replace(",35,", ",40,")).remarks
    assert (remark.level, remark.reason, remark.facts["first_line"]) == ("error", "reference-used-twice", 2)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b" \r\n", "file-empty", id="nothing in it"),
        pytest.param(b"x" * 5_000_001, "file-too-large", id="too large"),
        pytest.param(b"Name,Date\nA,B\n", "columns-missing", id="another kind of file"),
        pytest.param(b"\xef\xbb\xbf", "file-empty", id="only a byte-order mark"),
        pytest.param(b",,,\n, ,\n", "file-empty", id="only separators"),
        pytest.param(b"x" * 200_000, "file-not-text", id="a cell that never ends"),
        pytest.param("Entry,Date\n".encode("utf-16"), "file-not-text", id="UTF-16, which is full of zero bytes"),
    ],
)
def test_a_file_that_is_no_log(data: bytes, rule: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        hours_log.parse(data)
    assert caught.value.rule == rule


def test_more_rows_than_a_page_can_judge_are_refused() -> None:
    reference = LINE.partition(",")[0]
    with pytest.raises(RuleBroken, match="too-many-rows"):
        _log(*(LINE.replace(reference, f"H-{number}", 1) for number in range(5_001)))
